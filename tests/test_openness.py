"""What is admitted or covered up, shown or kept back, listened to or not: what it brings and what it costs."""

import dataclasses

import numpy as np
import pytest
from conftest import BY_THE_BOOK, LOOSENED_SILOED, Notebook, Plain, noted, small_model, some_of, world_with
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import Policy, World
from sim import recording as series
from sim.metrics import METRICS
from sim.processes import encounters, learning, trust

encounters, learning, trust = map(Plain, (encounters, learning, trust))
UNSEEN = settings(max_examples=200, deadline=None)
unit = st.floats(0, 1)
pair = st.tuples(unit, unit).map(sorted)
shown = st.floats(0.02, 1)
powers = st.floats(-6, 0.9)
world_of = {name: some_of(type(group)) for name, group in vars(World()).items()}
SPARE = {"routing__week_hours": 40.0, "routing__hours": 0.5}


# Closeness.


@UNSEEN
@given(shown, shown, shown)
def test_closeness_is_the_mean_near_power_1_and_the_minimum_at_very_negative_powers(trusting, open_, weak):
    three = (trusting, open_, weak)
    assert learning.closeness(*three, 1.0) == pytest.approx(np.mean(three))
    assert learning.closeness(*three, -60.0) == pytest.approx(min(three), rel=0.02)
    assert learning.closeness(*three, 0.0) == pytest.approx(np.prod(three) ** (1 / 3), rel=0.05)  # Cobb-Douglas in between


@UNSEEN
@given(st.tuples(shown, shown, shown), pair, powers, powers)
def test_closeness_lies_among_the_three_rises_with_each_and_with_their_substitutability(three, shares, one, other):
    low, high = sorted((one, other))
    close = learning.closeness(*three, low)
    assert min(three) - 1e-9 <= close <= max(three) + 1e-9
    if abs(low) > 0.01 and abs(high) > 0.01:
        assert close <= learning.closeness(*three, high) + 1e-9
    for place in range(3):
        less, more = (learning.closeness(*three[:place], share, *three[place + 1 :], low) for share in shares)
        assert 0.0 < less <= more * (1.0 + 1e-9) <= 1.0 + 1e-6
    assert learning.closeness(three[0], three[0], three[0], low) == pytest.approx(three[0])


def test_what_nobody_speaks_of_is_learned_where_contact_is_close():
    known = []
    for openness in (0.0, 1.0):
        policy = Policy(transparency=openness, vulnerability=openness)
        model = small_model(200, policy=policy, world=world_with(trust__exposure=0.0), off=["renewals", "growth"])
        model.run_for(60)
        known.append(model.metrics())
    assert known[1]["latent_knowledge"] > 2.0 * known[0]["latent_knowledge"]
    assert known[1]["knowledge"] == pytest.approx(known[0]["knowledge"], abs=0.02)


def test_nothing_latent_is_learned_where_it_never_comes_up():
    model = small_model(100, world=world_with(learning__latent_talk=0.0), off=["renewals", "growth"])
    before = model.tables["members"]["uncertainty"][:, 5:].copy()
    model.run_for(20)
    after = model.tables["members"]["uncertainty"]
    assert (after[:, 5:] >= before).all()
    assert (after[:, :5] < before[:, :1]).any()


def test_what_one_department_knows_is_not_lost_because_another_one_was_asked():
    """Siloed, everybody there all the time, needs at rest: no week in which less is known of anybody than the week before."""
    model = small_model(
        60, policy=Policy(information=0.0, shared=0.0), world=world_with(needs__drift=0.0, needs__requests=1.0),
        off=["worklife", "renewals", "growth"],
    )  # fmt: skip
    uncertainty, holder = (model.tables["members"][name] for name in ("uncertainty", "holder"))
    changed = 0
    for _ in range(60):
        before, held = uncertainty.copy(), holder.copy()
        model.step()
        assert (uncertainty <= before).all()
        changed += int(((holder != held) & (held >= 0)).sum())
    assert changed > 20  # knowledge does pass to others: colleagues, and whoever has come to know better


# Failures admitted and covered up.

FAILING = {**SPARE, "encounters__standard_failure": 0.2, "trust__voice": 0.0, "needs__several_domains_share": 0.0}


def failed(transparency, **change):
    """Trust gained or lost in one week by those whose only request failed, by identity."""
    policy = dataclasses.replace(BY_THE_BOOK, transparency=transparency)
    model = small_model(800, policy=policy, world=world_with(**(FAILING | change)))
    before = model.tables["members"]["trust"].copy()
    book = Notebook("admitted", "hidden", "member")
    model.week.append(book)
    model.step()
    rows, times = np.unique(book.column("member"), return_counts=True)
    bad = book.column("member")[book.column("admitted") | (book.column("hidden") > 0)]
    bad = bad[np.isin(bad, rows[times == 1])]
    return model, dict(zip(bad.tolist(), (model.tables["members"]["trust"][: len(before)] - before)[bad].tolist(), strict=True))


def test_a_failure_covered_up_costs_less_at_once_and_more_when_it_is_found_out():
    """For everybody, where admitting brings no forgiveness; and on the whole with it."""
    _, plain = failed(1.0, trust__apology=0.0)
    _, admitted = failed(1.0)
    _, covered = failed(0.0, trust__found_out=0.0)
    _, found_out = failed(0.0, trust__found_out=1.0)
    assert plain.keys() == admitted.keys() == covered.keys() == found_out.keys() and len(plain) > 10
    for person, change in plain.items():
        assert found_out[person] < change <= covered[person]
        assert found_out[person] < admitted[person]
    assert np.mean(list(covered.values())) > np.mean(list(admitted.values())) + 0.02


def test_an_apology_prevents_part_of_the_loss():
    _, plain = failed(1.0, trust__apology=0.0)
    _, sorry = failed(1.0, trust__apology=0.5)
    lost = {person: change for person, change in plain.items() if change < 0.0}
    assert len(lost) > 10
    for person, change in lost.items():
        assert sorry[person] == pytest.approx(0.5 * change)


def test_all_failures_are_admitted_or_covered_up_as_the_policy_says():
    for transparency, share in ((1.0, 0.0), (0.0, 1.0), (0.5, 0.5)):
        policy = dataclasses.replace(BY_THE_BOOK, transparency=transparency)
        model = small_model(400, policy=policy, world=world_with(**FAILING))
        model.run_for(30)
        admitted, covered = (model.record.total(which, 0, 30) for which in (series.ADMITTED, series.COVERED))
        assert covered / (admitted + covered) == pytest.approx(share, abs=0.1)
        assert METRICS["covered_up"].measure(model.outcome()) == pytest.approx(covered / (admitted + covered))
        assert admitted + covered == pytest.approx(0.2 * model.record.total(series.PARTS, 0, 30), rel=0.15)


def test_what_deception_takes_from_the_ceiling_never_comes_back():
    world = world_with(**(FAILING | {"trust__found_out": 0.5, "trust__gain": 0.3, "trust__betrayal": 0.2}))
    model = small_model(300, policy=dataclasses.replace(BY_THE_BOOK, transparency=0.0), world=world, off=["renewals", "growth"])
    ceiling = model.members.column("ceiling")
    for _ in range(60):
        model.step()
        now = model.members.column("ceiling")
        assert (now <= ceiling).all()
        ceiling = now
    found = model.record.total(series.FOUND_OUT, 0, 60)
    assert found > 50
    steps = np.log(ceiling.astype(float)) / np.log(1.0 - world.trust.scar)
    np.testing.assert_allclose(steps, np.round(steps), atol=1e-4)
    assert np.round(steps).sum() == found
    assert (model.members.column("trust") <= ceiling + 1e-6).all()


def test_a_resolved_complaint_wins_back_no_more_than_can_be_reached():
    world = world_with(
        encounters__standard_failure=0.2, trust__found_out=1.0, trust__betrayal=1.0, trust__healing=1.0, trust__voice=1.0,
        trust__resolved_standard=1.0, trust__scar=0.6,
    )  # fmt: skip
    model = small_model(300, policy=dataclasses.replace(BY_THE_BOOK, transparency=0.0), world=world, off=["renewals", "growth"])
    model.members.set("trust", 0.3)
    model.run_for(10)
    ceiling, values = model.members.column("ceiling"), model.members.column("trust")
    assert model.record.total(series.COMPLAINTS, 0, 10) > 20
    assert (ceiling < 0.99).sum() > 20
    assert (values <= ceiling + 1e-6)[ceiling < 0.99].all()


def test_a_breach_takes_its_share_of_everybodys_trust_in_its_week_and_never_again():
    model = small_model(100, breach_week=6, breach=0.4, off=["growth", "renewals"])
    model.members.set("next_request", np.inf)
    before = model.members.column("trust")
    model.run_for(6)
    assert model.members.column("trust").tobytes() == before.tobytes()
    model.run_for(20)
    np.testing.assert_allclose(model.members.column("trust"), 0.6 * before)
    np.testing.assert_allclose(model.members.column("ceiling"), 1.0 - 0.4 * model.world.trust.scar, rtol=1e-6)


def test_needs_jump_in_the_week_of_the_shift_where_nobody_asks():
    model = small_model(20, shift_week=5, shift_size=-3.0, world=world_with(needs__trend_spread=0.0))
    model.run_for(5)
    assert not model.trend.any()
    model.run_for(30)
    np.testing.assert_allclose(model.trend, [0.0] * 5 + [-3.0, 0.0], atol=1e-12)
    assert not model.expressed[:5].any() and -1.0 < model.expressed[5] < 0.0  # surveys see it years later


# Vulnerability, listening, advice.


def test_only_the_wary_make_use_of_an_organisation_that_shows_its_needs():
    """In the measure of what is shown and of the trust that is missing; nothing where there is either none or all."""
    world = world_with(trust__exposure=0.2)
    for vulnerability, level in ((1.0, 0.0), (0.6, 0.5), (1.0, 1.0), (0.0, 0.2)):
        model = small_model(200, policy=Policy(vulnerability=vulnerability), world=world)
        model.members.set("trust", level)
        book = Notebook("taken", "ordinal", "parts", "member")
        model.week.insert([entry.name for entry in model.week].index("trust") + 1, book)
        model.step()
        rows, times = np.unique(book.column("member")[book.column("ordinal") % 2 == 0], return_counts=True)
        once = np.isin(book.column("member"), rows[times == 1])
        last = book.column("ordinal") % 2 == book.column("parts") - 1
        np.testing.assert_allclose(book.column("taken")[once & last], 0.2 * vulnerability * (1.0 - level), atol=1e-12)
        assert not book.column("taken")[~last].any()
        assert (once & last).sum() > 10


def test_listening_costs_hours():
    """The same cases, answered by the book: the time each takes grows in the stated measure."""
    seconds = []
    for listening in (0.0, 1.0):
        policy = dataclasses.replace(BY_THE_BOOK, listening=listening)
        seconds.append(noted(small_model(200, policy=policy, off=["leadership"]), "seconds", weeks=15).by_case("seconds"))
    brief, long = seconds
    assert brief.keys() == long.keys() and len(brief) > 300
    ratio = np.array([long[case] / brief[case] for case in brief])
    np.testing.assert_allclose(ratio, 1.0 + World().routing.listening_hours, rtol=1e-3)


def test_listening_teaches_and_wins_the_wary():
    runs = []
    for listening in (0.0, 1.0):
        policy = dataclasses.replace(BY_THE_BOOK, listening=listening)
        model = small_model(300, policy=policy, world=world_with(**SPARE), off=["renewals", "growth"])
        model.run_for(60)
        runs.append(model.metrics())
    assert runs[1]["knowledge"] > runs[0]["knowledge"] + 0.02
    assert runs[1]["trust_mean"] > runs[0]["trust_mean"] + 0.02


@UNSEEN
@given(pair, pair, st.booleans(), world_of["trust"])
def test_listening_and_objective_advice_make_trust_grow_faster(trusts, listening, advised, world):
    slow = trust.gain_of_trust(trusts[1], listening[0], advised, world)
    assert slow <= trust.gain_of_trust(trusts[1], listening[1], advised, world)
    assert slow <= trust.gain_of_trust(trusts[0], listening[0], advised, world)  # most of all with the wary
    assert trust.gain_of_trust(trusts[0], listening[0], False, world) <= trust.gain_of_trust(trusts[0], listening[0], True, world)
    assert trust.gain_of_trust(trusts[0], 0.0, False, world) == world.gain


def test_a_better_source_is_named_only_where_the_answer_would_fit_badly():
    world = world_with(needs__spread=2.0, encounters__handoff_drop=0.4)
    books = []
    for advice in (0.0, 1.0):
        model = small_model(300, policy=dataclasses.replace(LOOSENED_SILOED, advice=advice), world=world, off=["renewals", "growth"])
        books.append(noted(model, "quality", "advising", "hidden", "admitted", weeks=1))
        named = books[-1].column("advising")
        assert model.record.total(series.ADVISED, 0, 1) == named.sum()
        assert model.record.total(series.SALES_LOST, 0, 1) == pytest.approx(named.sum() * world.accounts.sale)
        assert not (books[-1].column("hidden")[named] > 0).any() and not books[-1].column("admitted")[named].any()
    plain, advised = (book.by_case("quality") for book in books)
    named = books[1].by_case("advising")
    lost = [case for case in plain if plain[case] == 0.0 and not named[case]]
    assert not any(books[0].column("advising")) and sum(named.values()) > 20 and lost
    for case, quality in plain.items():
        if named[case]:
            assert quality < world.encounters.advice_line and advised[case] == world.encounters.advice_quality
        else:
            assert advised[case] == quality


@UNSEEN
@given(pair, pair, some_of(Policy), world_of["encounters"])
def test_less_of_what_is_handed_on_lies_with_those_who_share_the_values_and_where_departments_cooperate(
    alignment, climate, levers, world
):
    together = dataclasses.replace(levers, climate=climate[0])
    chance = encounters.dropping_chance(alignment[0], together, world)
    assert 0.0 <= chance
    assert encounters.dropping_chance(alignment[1], together, world) <= chance + 1e-15
    assert encounters.dropping_chance(alignment[0], dataclasses.replace(levers, climate=climate[1]), world) <= chance + 1e-15


def test_a_solution_fits_better_than_the_shelf_and_less_well_than_free_hands():
    """For members who are known; by process, so without the wide error of free answers."""
    worth = []
    for strictness, solutions in ((1.0, 0.0), (1.0, 1.0), (0.0, 0.0)):
        world = world_with(
            **SPARE, encounters__free_error=0.0, encounters__free_failure=0.0, hiring__skill_mean=0.0, hiring__skill_spread=0.0,
            worklife__newcomer=0.0, worklife__trainable=0.0, worklife__role_gain=0.0, encounters__empathy=0.0, encounters__handoff_drop=0.0,
        )  # fmt: skip
        policy = Policy(strictness=strictness, solutions=solutions, routing=0.0)
        model = small_model(300, policy=policy, world=world, off=["renewals", "growth", "learning", "innovation"])
        members = model.tables["members"]
        members["estimate"][:] = members["needs"]
        members["uncertainty"][:], members["holder"][:] = 0.0, 0
        model.enacted["information"][:] = 1.0  # all see all
        worth.append(noted(model, "quality", weeks=10).column("quality").mean())
    assert worth[0] + 0.1 < worth[1] < worth[2] - 0.05
