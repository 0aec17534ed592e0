"""Members who cost more than they pay: what is measured, what is seen, and what comes of acting on it."""

import math

import numpy as np
import pytest
from conftest import ARRAYS, Plain, arrays_of, differing, noted, people, same_people, small_model, some_of, world_with
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import Policy, World
from sim import recording as series
from sim.columns import COSTLY, DECLINED, FRIENDS
from sim.processes import routing as compiled_routing
from sim.processes import selection as compiled
from sim.processes.renewals import INVOLUNTARY, LET_GO
from sim.recording import LAPSE_REASONS
from sim.steps import WEEKS

selection, routing = Plain(compiled), Plain(compiled_routing)
UNSEEN = settings(max_examples=100, deadline=None)
unit = st.floats(0, 1)
worlds = some_of(type(World().selection))
SEEN_RIGHTLY = {"selection__error": 0.0}
# Many who cost more than they pay.
DEAR = {"accounts__hour_cost": 0.05, "needs__requests": 0.2}


# Formulas.


def test_the_error_halves_from_the_first_year_to_the_long_standing_and_shrinks_with_shared_books():
    world = World().selection
    assert selection.error_of(1.0, 0.0, world) == pytest.approx(0.6)
    assert selection.error_of(1e9, 0.0, world) == pytest.approx(0.3)
    assert selection.error_of(1e9, 1.0, world) == pytest.approx(0.3 * 0.3)


@UNSEEN
@given(st.floats(0, 50), st.floats(0, 1.5), st.floats(0.001, 0.999))
def test_a_cost_is_believed_too_high_as_often_as_too_low(cost, error, chance):
    low, high = (selection.cost_believed(cost, error, one) for one in (min(chance, 1 - chance), max(chance, 1 - chance)))
    assert low <= cost * (1 + 1e-9) and high >= cost * (1 - 1e-9)
    assert low * high == pytest.approx(cost * cost, rel=1e-6)


@UNSEEN
@given(st.floats(0, 6), unit, unit, st.floats(-3, 3), unit, unit, worlds)
def test_nobody_is_driven_off_where_nothing_is_stated_and_more_where_more_is(asking, reputation, usual, outside, trust, said, world):
    def chance(priorities, outside=outside):
        return selection.accepting_chance(asking, reputation, usual, outside, trust, priorities, world)

    assert chance(0.0) == 1.0
    assert 0.0 <= chance(1.0) <= chance(said) <= 1.0
    assert chance(said, outside + 1.0) <= chance(said)


def test_those_within_the_fair_measure_accept_by_the_position_alone():
    world = World().selection
    accepted = selection.accepting_chance(1.0, 0.9, 0.9, 0.0, 0.45, 1.0, world)
    assert accepted == pytest.approx(1.0 / (1.0 + math.exp(-1.9)))
    assert selection.accepting_chance(2.5, 0.9, 0.9, 0.0, 0.45, 1.0, world) == pytest.approx(1.0 / (1.0 + math.exp(0.1)))


@UNSEEN
@given(st.floats(0, 6), unit, worlds)
def test_who_accepts_asks_no_more_than_before_and_no_less_than_is_fair(asking, measure, world):
    kept = selection.kept_to_measure(asking, measure, world)
    assert kept <= asking
    assert kept >= min(asking, world.fair)


@UNSEEN
@given(unit, st.floats(0, 50), st.floats(0, 5))
def test_only_the_part_of_use_that_is_not_paid_for_is_limited(limits, cost, dues):
    chance = routing.limited_chance(limits, cost, dues)
    assert 0.0 <= chance <= limits
    if cost > dues:
        assert chance == pytest.approx(limits * (cost - dues) / cost)


# What is measured.


def test_what_is_measured_is_what_the_accounts_booked_in_the_past_year():
    model = small_model(80, world=world_with(**SEEN_RIGHTLY), off=["growth", "friendships"])
    model.run_for(WEEKS + 7)
    members = model.tables["members"]
    # Dues apart, all that was booked to a member since founding is cost.
    booked = {row: float(members["value_organisation"][row]) for row in range(80)}
    paid = {row: int(members["renewals"][row]) for row in range(80)}
    model.run_for(WEEKS)
    due = [row for row in range(80) if members["alive"][row] and members["renewal_week"][row] == (model.now - 1) % WEEKS]
    assert due
    for row in due:
        dues = int(members["renewals"][row]) - paid[row]
        cost = dues - (float(members["value_organisation"][row]) - booked[row])
        left_over = float(members["served"][row])
        # What came in the very week of the decision is booked after it, and belongs to the next year.
        assert float(members["cost_seen"][row]) == pytest.approx(cost - left_over, abs=0.3)


def test_without_error_those_seen_are_those_who_cost_more():
    model = small_model(300, world=world_with(**SEEN_RIGHTLY, **DEAR))
    model.run_for(3 * WEEKS)
    metrics = model.metrics()
    assert metrics["loss_making_seen"] == 1.0
    assert 0.1 < metrics["loss_making"] < metrics["cost_of_loss_making"] < 1.0


def test_sharing_what_is_known_makes_fewer_misjudged():
    world = world_with(**DEAR, selection__error=0.6)
    shares = []
    for information in (0.0, 1.0):
        model = small_model(400, world=world, policy=Policy(information=information, let_go=1.0), rng=5)
        model.run_for(3 * WEEKS)
        shares.append(model.metrics()["misjudged"])
    assert shares[1] < shares[0] - 0.05


# Letting go.


def test_who_is_let_go_is_gone_with_that_reason_and_counts_as_not_renewed():
    model = small_model(200, world=world_with(**DEAR), policy=Policy(let_go=1.0))
    model.run_for(2 * WEEKS + 20)
    members = model.tables["members"]
    gone = members["lapse"] == LET_GO
    total = model.record.rows[: model.now].sum(axis=0)
    assert gone.sum() == total[series.LAPSE_LET_GO] == total[series.NOT_KEPT] > 10
    assert not members["alive"][gone].any()
    assert total[series.DUE] == total[series.RENEWED] + total[series.LAPSES].sum()
    assert LAPSE_REASONS[LET_GO - 1] == "let_go"
    assert (members["lapse"] == INVOLUNTARY).any()
    assert not (members["standing"][members["alive"]] == DECLINED).any()


def test_friends_who_watch_lose_their_share_of_trust_and_others_nothing():
    model = small_model(120, world=world_with(**DEAR), policy=Policy(let_go=1.0))
    model.run_for(WEEKS + 5)
    while True:  # to a week in which somebody is let go
        model.week = [entry for entry in model.week if entry.name != "selection"]
        twin = small_model(120, world=world_with(**DEAR), policy=Policy(let_go=1.0))
        twin.run_for(model.now)
        trusts = twin.tables["members"]["trust"].copy()
        compiled.step(twin)
        declined = np.flatnonzero((twin.tables["members"]["standing"] == DECLINED) & twin.tables["members"]["alive"])
        if len(declined):
            break
        model.now += 1
    expected = trusts.copy()
    for row in declined:
        for other in twin.tables["friendships"]["other"][row * FRIENDS : (row + 1) * FRIENDS]:
            if other >= 0 and twin.tables["members"]["alive"][other]:
                expected[other] *= 0.9
    np.testing.assert_allclose(twin.tables["members"]["trust"], expected, rtol=1e-12)


IDLE = {"routing__week_hours": 40.0, "routing__hours": 0.3, "growth__word_of_mouth": 0.0, "growth__prospects": 0.0,
        "innovation__threshold": 1.0, "budget__response": 0.0, "worklife__overload": 0.0, "accounts__hour_cost": 0.05,
        "accounts__material": 0.1, "needs__requests": 0.4}  # fmt: skip


@pytest.mark.parametrize("off", [["friendships", "referrals", "returns"]])
def test_nobody_is_harmed_by_what_others_use_while_hours_are_idle(off):
    """Without queues, nothing in the life of those who stay depends on whether somebody else was let go."""
    models = [small_model(300, world=world_with(**IDLE), policy=Policy(let_go=share), off=off) for share in (0.0, 1.0)]
    for model in models:
        model.run_for(3 * WEEKS)
        assert model.record.total(series.OVERLOADED, 0, model.now) == 0
    assert models[1].record.total(series.LAPSE_LET_GO, 0, models[1].now) > 5
    stayed = [model.tables["members"]["identity"][model.tables["members"]["alive"]] for model in models]
    both = np.intersect1d(*stayed)
    assert len(both) > 30
    assert same_people(*(people(model, identities=both) for model in models)) == set()


def test_under_overload_those_who_stay_are_served_better_when_others_are_let_go():
    world = {**IDLE, "routing__week_hours": 15.0, "routing__hours": 1.57}
    models = [small_model(150, world=world_with(**world), policy=Policy(let_go=share), off=["friendships"]) for share in (0.0, 1.0)]
    for model in models:
        model.run_for(3 * WEEKS)
    both = np.intersect1d(*(model.tables["members"]["identity"][model.tables["members"]["alive"]] for model in models))
    before, after = (people(model, identities=both)["belief"].mean() for model in models)
    assert after > before + 0.02


# Limits.


def test_a_limited_request_is_answered_by_the_standard_in_less_time():
    world = world_with(**DEAR, leadership__carry_weeks=2.0)
    model = small_model(120, world=world, policy=Policy(limits=1.0, strictness=0.0, solutions=1.0))
    columns = ("limited", "free", "configured", "seconds", "member", "handed", "owned")
    book = noted(model, *columns, weeks=2 * WEEKS)
    limited = book.column("limited")
    assert limited.sum() == model.record.total(series.LIMITED, 0, model.now) > 10
    assert not (book.column("free") | book.column("configured"))[limited].any()
    plain = ~book.column("handed") & ~book.column("owned")
    assert book.column("seconds")[limited & plain].max() < 0.7 * book.column("seconds")[~limited & plain].min()
    assert set(book.column("member")[limited]) <= set(np.flatnonzero(model.tables["members"]["cost_seen"] > 0))


def test_limits_touch_nobody_who_pays_for_what_she_uses():
    world = world_with(needs__requests=0.02)
    models = [small_model(120, world=world, policy=Policy(limits=share)) for share in (0.0, 1.0)]
    for model in models:
        model.run_for(2 * WEEKS)
    assert not (models[0].tables["members"]["standing"] == COSTLY).any()
    assert {place for place in differing(*models)} == set()


# Entry.


def test_from_a_weak_position_fewer_accept_and_many_who_would_have_paid_their_way_are_lost():
    shares = []
    for outside_option in (-2.0, 2.0):
        model = small_model(300, world=world_with(growth__prospects=5.0), policy=Policy(priorities=1.0), outside_option=outside_option)
        model.run_for(WEEKS)
        shares.append(model.metrics()["not_accepting"])
    assert shares[0] < 0.2 < 0.5 < shares[1]


def test_those_whom_campaigns_and_members_bring_are_told_too():
    """Where nobody would accept, nobody joins, however he has come by the organisation."""
    world = world_with(selection__accepting=-3.0, selection__trusting=0.0, selection__burden=8.0, selection__fair=0.2,
                       referrals__referring=1.0, referrals__delighted=0.5)  # fmt: skip
    joined = []
    for priorities in (0.0, 1.0):
        policy = Policy(priorities=priorities, relationship_money=0.5, acquisition=1.0)
        model = small_model(300, policy=policy, world=world, outside_option=3.0)
        model.run_for(WEEKS)
        joined.append([model.record.total(which, 0, WEEKS) for which in (series.RECRUITS, series.BOUGHT, series.REFERRED)])
    assert min(joined[0]) >= 5
    assert sum(joined[1]) <= 2


def test_those_who_accepted_ask_less_and_are_otherwise_the_same_people():
    models = [small_model(200, world=world_with(growth__prospects=5.0), policy=Policy(priorities=p), off=["renewals"]) for p in (0, 1)]
    for model in models:
        model.run_for(40)
    silent, stated = (people(model) for model in models)
    joined = np.intersect1d(silent["identity"], stated["identity"][~stated["founder"]])
    assert 0.3 * (~silent["founder"]).sum() < len(joined) < (~silent["founder"]).sum()
    fair = World().needs.requests * World().selection.fair
    before, after = (people(model, identities=joined) for model in models)
    large = before["request_rate"] > fair * 1.001
    assert large.any() and (after["request_rate"][large] < before["request_rate"][large]).all()
    assert np.array_equal(after["request_rate"][~large], before["request_rate"][~large])
    assert same_people(before, after) >= {"request_rate"}
    for name in ("commitment", "needs", "main_domain", "joined"):
        assert before[name].tobytes() == after[name].tobytes() or name == "needs", name


# Off.


def test_switched_off_none_of_the_three_levers_does_anything():
    tough = Policy(priorities=1.0, limits=1.0, let_go=1.0)
    models = [small_model(80, world=world_with(**DEAR), policy=policy, off=["selection"]) for policy in (Policy(), tough)]
    for model in models:
        model.run_for(80)
    assert differing(*models) == set()
    same = [arrays_of(model) for model in models]
    assert {name for name in ARRAYS if same[0][name].tobytes() != same[1][name].tobytes()} == {"declared", "enacted"}
