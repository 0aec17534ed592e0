"""Partners: joint work of persons, dependence and opportunism, who goes on, and what members get of it."""

import dataclasses
import math

import numpy as np
import pytest
from conftest import Plain, columns_of, differing, small_model, world_with
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import Policy, World
from sim import recording as series
from sim.metrics.partners import value_by_tie
from sim.processes import dependence, joint_work, partners

work, organisations, founding = Plain(joint_work), Plain(dependence), Plain(partners)
WORLD = np.array([World().partners.record()], dtype=type(World().partners).record_dtype).view(np.recarray)[0]
MANY = {"ties_per_post": 10.0, "members_per_post": 6, "contacts_per_post": 4.0}
STRICT = Policy(strictness=1.0, coverage=0.0, breadth=1.0)
LOOSE = Policy(strictness=0.2, coverage=1.0, breadth=1.0)
unit = st.floats(0, 1)


def busy(policy=STRICT, weeks=60, rng=3, off=(), scenario=(), **world):
    """A small organisation with many ties to partners."""
    model = small_model(60, policy=policy, world=world_with(**world), rng=rng, off=list(off), **{**MANY, **dict(scenario)})
    model.run_for(weeks)
    return model


def total(model, which):
    """A series, summed over the run."""
    return model.record.total(which, 0, model.now)


# Formulas.


def test_two_strict_sides_give_the_same_however_deep_the_tie_and_two_free_sides_do_not():
    at = [work.joint_quality(False, False, depth, 0.0, 9.0, 9.0, WORLD) for depth in (0.0, 0.4, 1.0)]
    assert at == [WORLD.standard_worth] * 3
    blind, deep = (work.joint_quality(True, True, depth, 0.0, 0.0, 0.0, WORLD) for depth in (0.0, 1.0))
    assert blind == pytest.approx(WORLD.blind_worth)
    assert deep == pytest.approx(WORLD.deep_worth + WORLD.together)
    mixed = work.joint_quality(True, False, 1.0, 0.0, 0.0, 0.0, WORLD)
    assert mixed == pytest.approx(0.5 * (WORLD.deep_worth + WORLD.standard_worth))


def test_free_sides_widen_the_error_and_knowing_each_other_narrows_it():
    none, one, two = (work.joint_error(sides, 0.0, WORLD) for sides in (0.0, 1.0, 2.0))
    assert (none, two) == (WORLD.standard_error, pytest.approx(WORLD.standard_error + WORLD.free_error))
    assert one == pytest.approx((none + two) / 2)
    assert work.joint_error(2.0, 1.0, WORLD) < two
    assert work.joint_error(0.0, 1.0, WORLD) == none


def test_forms_prevent_misunderstandings_only_where_there_is_distance():
    assert work.misunderstanding_chance(0.0, 2.0, WORLD) == 0.0
    assert work.misunderstanding_chance(1.0, 2.0, WORLD) == WORLD.misunderstanding
    assert work.misunderstanding_chance(1.0, 0.0, WORLD) == pytest.approx(WORLD.misunderstanding * (1.0 - WORLD.forms))


@given(unit, unit, st.floats(-6, 0.9))
@settings(max_examples=60, deadline=None, database=None)
def test_a_safeguard_lies_between_its_parts(trust, contract, power):
    low, high = sorted((max(trust, 0.01), max(contract, 0.01)))
    assert low - 1e-9 <= organisations.safeguard(trust, contract, power) <= high + 1e-9


@given(unit, unit, unit, unit, unit)
@settings(max_examples=60, deadline=None, database=None)
def test_only_the_weaker_side_is_struck_and_safeguards_help(ready, weaker, stronger, trust, contract):
    chance = organisations.strike_chance(ready, weaker, stronger, trust, contract, WORLD)
    assert 0.0 <= chance <= 1.0
    if weaker <= stronger:
        assert chance == 0.0
    assert organisations.strike_chance(ready, weaker, stronger, 1.0, contract, WORLD) <= chance + 1e-12
    assert organisations.strike_chance(ready, weaker, stronger, trust, 1.0, WORLD) <= chance + 1e-12


@given(unit, st.integers(0, 1000), st.integers(0, 1000))
@settings(max_examples=60, deadline=None, database=None)
def test_trust_between_organisations_stays_a_share_and_rests_where_gain_and_loss_meet(trust, good, bad):
    moved = organisations.renewed_trust(trust, float(good), float(bad), WORLD)
    assert 0.0 <= moved <= 1.0
    if good + bad:
        gain, loss = WORLD.trust_gain * good, WORLD.trust_loss * bad
        rest = gain / (gain + loss)
        assert organisations.renewed_trust(rest, float(good), float(bad), WORLD) == pytest.approx(rest)
    else:
        assert moved == trust


def test_a_partner_that_gets_what_it_expects_at_usual_trust_goes_on_as_usual():
    chance = organisations.chance_of_going_on(5.0, 5.0, 5.0, WORLD.usual_trust, 0.0, WORLD)
    assert chance == pytest.approx(1.0 / (1.0 + math.exp(-WORLD.going_on)))
    assert organisations.chance_of_going_on(6.0, 5.0, 5.0, WORLD.usual_trust, 0.0, WORLD) > chance
    assert organisations.chance_of_going_on(5.0, 5.0, 5.0, 0.1, 0.0, WORLD) < chance


def test_a_yearly_rate_settles_at_what_weeks_bring():
    rate = 0.0
    for _ in range(2000):
        rate = organisations.follow(rate, 0.5)
    assert rate == pytest.approx(0.5 * dependence.WEEKS)


@given(st.integers(1, 500), st.floats(1.0, 1.5), st.floats(1e-9, 1.0, exclude_max=True))
@settings(max_examples=60, deadline=None, database=None)
def test_an_unequal_place_is_a_place(places, inequality, chance):
    assert 0 <= founding.unequal_place(chance, places, inequality) < places


# Founding.


def test_dependence_at_founding_is_what_the_scenario_says():
    model = small_model(200, policy=STRICT, own_dependence=0.4, partner_dependence=0.25, **MANY)
    found = model.tables["partners"]
    ours = found["ours"].sum()
    assert ours / (ours + model.earned_elsewhere) == pytest.approx(0.4)
    assert found["theirs"] / (found["theirs"] + found["elsewhere"]) == pytest.approx(0.25)


def test_ties_are_many_to_many_and_unequal():
    world = world_with(partners__inequality=1.5)
    model = small_model(600, policy=STRICT, world=world, ties_per_post=20.0, contacts_per_post=3.0, members_per_post=6)
    ties = model.tables["partner_ties"]
    assert len(ties) == 20 * model.posts
    assert (model.tables["contacts"]["partner"][ties["contact"]] == ties["partner"]).all()
    room = np.diff(model.first_post)[ties["department"]]
    post = model.first_post[ties["department"]] + ties["allotment"] % room
    for side, people in ((ties["contact"], len(model.contacts)), (post, len(model.seats))):
        degree = np.bincount(side, minlength=people)
        degree = degree[degree > 0]
        assert degree.var() > 1.2 * degree.mean()  # beyond what chance alone makes


def test_one_company_in_parts_depends_as_a_whole():
    alone, joined = (small_model(200, policy=STRICT, partners=6, partner_companies=n, own_dependence=0.5, **MANY) for n in (0, 1))
    for model in (alone, joined):
        model.run_for(1)
    assert joined.tables["partners"]["our_dependence"].min() > 4.0 * alone.tables["partners"]["our_dependence"].mean()


def test_partners_and_contacts_are_mesa_agents():
    model = busy(weeks=2)
    assert len(model.partners) == 12
    assert {type(agent).__name__ for agent in model.contacts.to_list()[:3]} == {"Contact"}
    assert 0.0 <= model.partners.agg("trust", np.mean) <= 1.0


# Running.


def test_value_over_ties_is_the_joint_value_of_the_weeks():
    model = busy(LOOSE)
    per_tie = value_by_tie(model.outcome()) * model.outcome().years
    assert per_tie.sum() == pytest.approx(total(model, series.JOINT_VALUE), abs=1e-6 * total(model, series.MEETINGS))
    assert model.tables["partner_ties"]["meetings"].sum() == total(model, series.MEETINGS) > 500


def test_what_is_made_is_shared_out():
    model = busy(STRICT, partners__strikes=0.0)
    share = model.world.partners.share
    assert total(model, series.PARTNER_INCOME) == pytest.approx((1.0 - share) * total(model, series.JOINT_VALUE))
    assert total(model, series.STRUCK_BY) == total(model, series.TAKEN_FROM) == 0.0


def test_working_with_nobody_is_as_if_partners_were_not_there():
    alone = busy(Policy(breadth=0.0))
    absent = busy(Policy(breadth=0.0), off=["partners"])
    first, second = ({place: cells for place, cells in columns_of(model).items() if place[0] in ("members", "staff", "ties")}
                     for model in (alone, absent))  # fmt: skip
    assert differing(first, second) == set()
    assert total(alone, series.MEETINGS) == total(alone, series.PARTNER_COST) == 0.0
    assert not alone.reach_of_partners.any()


def test_work_with_partners_takes_hours_of_the_same_staff_and_closes_gaps_for_members():
    alone, wide = (busy(Policy(breadth=much), partners__going_on=6.0) for much in (0.0, 1.0))
    assert total(wide, series.WORKED) > total(alone, series.WORKED) + 0.5 * total(wide, series.PARTNER_HOURS)
    assert (wide.reach_of_partners > 0.0).all()
    assert wide.reach_of_partners.max() <= wide.world.partners.gap_closed


def test_policies_move_nobodys_calendar():
    strict, loose = busy(STRICT), busy(LOOSE)
    same = strict.tables["partners"]["alive"] & loose.tables["partners"]["alive"]
    kept = same[strict.tables["partner_ties"]["partner"]]
    first, second = (model.tables["partner_ties"]["next_meeting"][kept] for model in (strict, loose))
    assert kept.sum() > 20
    assert (first == second).all()


def test_nobody_meets_people_of_a_partner_that_has_left():
    model = busy(LOOSE, weeks=110, partners__going_on=-1.0)
    gone = ~model.tables["partners"]["alive"]
    assert gone.sum() >= 4
    mine = gone[model.tables["partner_ties"]["partner"]]
    before = model.tables["partner_ties"]["meetings"][mine].copy()
    model.run_for(20)
    assert (model.tables["partner_ties"]["meetings"][mine] == before).all()
    assert not np.isfinite(model.tables["partner_ties"]["next_meeting"][mine]).any()


def test_before_the_switch_partners_stay():
    model = small_model(60, policy=LOOSE, world=world_with(partners__going_on=-2.0), **MANY)
    model.burn_in(60)
    assert len(model.partners) == 12
    assert total(model, series.DUE_PARTNERS) == 0.0


def test_freedom_spreads_the_value_of_meetings_and_depth_lifts_it():
    alike = {"weeks": 52, "partners__strictness_spread": 0.0}
    strict, loose = (busy(policy, **alike, partners__strictness=much) for policy, much in ((STRICT, 1.0), (LOOSE, 0.0)))
    known = dataclasses.replace(LOOSE, vulnerability=1.0)
    deep = busy(known, **alike, partners__strictness=0.0)
    spreads = []
    for model in (strict, loose):
        ties = model.tables["partner_ties"]
        spreads.append(np.std(ties["value"] / np.maximum(1, ties["meetings"])))
    assert spreads[1] > 1.5 * spreads[0]
    assert total(deep, series.JOINT_VALUE) > 1.2 * total(loose, series.JOINT_VALUE)


def test_lopsided_dependence_brings_strikes_which_contracts_hold_off():
    lopsided = {"own_dependence": 0.9, "partner_dependence": 0.02, "partner_trust": 0.5, "partners": 12, "partner_companies": 1}
    hard = {"partners__strikes": 12.0, "partners__opportunism": 1.0, "partners__safeguard_power": 0.9}
    struck = [total(busy(policy, weeks=104, scenario=lopsided, **hard), series.STRUCK_BY) for policy in (STRICT, LOOSE)]
    assert struck[1] > struck[0]
    balanced = {**lopsided, "own_dependence": 0.5, "partner_dependence": 0.6}
    assert total(busy(LOOSE, weeks=30, scenario=balanced, **hard), series.STRUCK_BY) == 0.0


def test_a_tie_that_is_handed_over_keeps_what_is_codified():
    model = busy(STRICT, weeks=30)
    ties, staff = model.tables["partner_ties"], model.tables["staff"]
    tie = int(np.argmax(ties["known"]))
    known, holder = float(ties["known"][tie]), int(ties["staff"][tie])
    leaver = model.agent_at("staff", holder)
    leaver.remove()
    meetings = int(ties["meetings"][tie])
    while ties["meetings"][tie] == meetings:
        model.run_for(1)
    assert ties["staff"][tie] != holder
    assert staff["alive"][ties["staff"][tie]]
    assert ties["known"][tie] < known
