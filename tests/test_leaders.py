"""Leaders: how they divide their hours, how fast they carry and decide, who they are, and what they believe."""

import dataclasses
import math
from itertools import pairwise

import numpy as np
import pytest
from conftest import LOOSENED_HOLISTIC, Plain, differing, small_model, some_of, world_with
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import Policy, World
from sim import recording as series
from sim.agents import Leader
from sim.luck import decision
from sim.policy import LEVERS, ROW, policy_rows
from sim.processes import leadership as compiled
from sim.timeline import Step, Timeline

leadership = Plain(compiled)
UNSEEN = settings(max_examples=120, deadline=None)
unit = st.floats(0, 1)
pair = st.tuples(unit, unit).map(sorted)
policies, worlds = some_of(Policy), some_of(type(World().leadership))
HOURS = [name for name in LEVERS if name.startswith("hours_")]
# Middling leaders of long standing, who give their staff the usual hours.
MIDDLING = {"leadership__trait_mean": 0.5, "leadership__trait_spread": 0.0, "leadership__settling_weeks": 0.0,
            "leadership__leaving": 0.0}  # fmt: skip
CHANGED = dataclasses.replace(LOOSENED_HOLISTIC, guardrail=1.2, listening=0.9, selectivity=8, development=4.0)


# Formulas.


@UNSEEN
@given(policies)
def test_leaders_hours_are_divided_without_a_rest(policy):
    shares = [leadership.share_of_hours(getattr(policy, name), policy) for name in HOURS]
    assert all(0.0 <= share <= 1.0 for share in shares)
    assert sum(shares) == pytest.approx(1.0) or not any(getattr(policy, name) for name in HOURS)


@UNSEEN
@given(st.floats(0, 60), st.floats(0, 60), st.floats(0.5, 30))
def test_time_has_diminishing_returns(one, other, usual):
    low, high = sorted((one, other))
    assert leadership.time_given(0.0, usual) == 0.0
    assert leadership.time_given(usual, usual) == 1.0
    assert 0.0 <= leadership.time_given(low, usual) <= leadership.time_given(high, usual) < 2.0
    middle = leadership.time_given((low + high) / 2.0, usual)
    assert middle >= (leadership.time_given(low, usual) + leadership.time_given(high, usual)) / 2.0 - 1e-12


@UNSEEN
@given(pair, st.tuples(st.floats(0, 2), st.floats(0, 2)).map(sorted), st.tuples(st.floats(0, 500), st.floats(0, 500)).map(sorted), worlds)
def test_a_change_is_carried_faster_with_more_of_the_trait_more_time_and_longer_in_office(traits, times, weeks, world):
    slow = leadership.carrying(traits[0], times[0], weeks[0], world)
    assert 0.0 <= slow < 1.0
    for faster in ((traits[1], times[0], weeks[0]), (traits[0], times[1], weeks[0]), (traits[0], times[0], weeks[1])):
        assert slow <= leadership.carrying(*faster, world) + 1e-15
    assert leadership.carrying(0.0, times[1], weeks[1], world) == leadership.carrying(traits[1], 0.0, weeks[1], world) == 0.0


@UNSEEN
@given(policies, pair, worlds)
def test_a_decision_waits_for_the_board_and_for_all_who_are_heard(policy, shares, world):
    def wait(**levers):
        return leadership.decision_wait(policy_rows([dataclasses.replace(policy, **levers)]).view(np.recarray)[0], world)

    for lever, sign in (("authority", -1.0), ("shared", 1.0)):
        less, more = (wait(**{lever: share}) for share in shares)
        assert 0.0 <= min(less, more)
        assert sign * (more - less) >= -1e-12
    assert wait(authority=1.0, shared=0.0) == world.least_wait <= wait()
    assert wait(hours_board=1.0) <= wait(hours_board=0.0)


# Who leads.


def vacant(model):
    return set(np.flatnonzero(model.tables["departments"]["leader"] < 0).tolist())


def replaced(model, policy):
    """Departments whose leader is replaced when a policy is adopted."""
    arm = model.fork(policy)
    arm.step()
    return vacant(arm)


def test_leaders_are_replaced_in_the_same_departments_whatever_the_policy():
    model = small_model(world=world_with(leadership__leaving=0.0))
    model.run_for(3)
    nested = [replaced(model, Policy(replace_leaders=share)) for share in (0.0, 0.2, 0.5, 0.8, 1.0)]
    assert nested[0] == set() and nested[-1] == set(range(5))
    assert all(few <= many for few, many in pairwise(nested))
    assert len({len(departments) for departments in nested}) > 2
    for share, expected in ((0.5, nested[2]), (0.8, nested[3])):
        assert replaced(model, dataclasses.replace(CHANGED, replace_leaders=share)) == expected


def test_leaders_are_replaced_where_and_when_a_step_applies():
    """A pilot leaves the other departments their leaders, and a later step waits for its week."""
    model = small_model(world=world_with(leadership__leaving=0.0, leadership__search_weeks=50))
    model.run_for(3)
    policy = Policy(replace_leaders=1.0)
    assert replaced(model, Timeline((Step(policy, departments=(1, 3)),))) == {1, 3}
    arm = model.fork(Timeline((Step(Policy()), Step(policy, week=6, departments=(2,)))))
    arm.run_for(6)
    assert vacant(arm) == set()
    arm.step()
    assert vacant(arm) == {2}


def test_founding_replaces_nobody_and_a_replaced_leader_is_succeeded_after_the_search():
    world = world_with(leadership__leaving=0.0, leadership__search_weeks=7)
    model = small_model(world=world, policy=Policy(replace_leaders=1.0))
    model.run_for(5)
    assert len(model.tables["leaders"]) == 5 == len(model.leaders)
    arm = model.fork(Policy(replace_leaders=1.0))
    arm.run_for(20)
    leaders = arm.tables["leaders"]
    assert len(leaders) == 10 and len(arm.leaders) == 5
    assert (leaders["left"][:5] == 5).all() and (leaders["hired"][5:] == 12).all()
    assert arm.record.total(series.LEADERS_LEFT, 0, arm.now) == 0  # they did not go of their own will
    spent = arm.record.total(series.REPLACEMENT, 0, arm.now) - model.record.total(series.REPLACEMENT, 0, model.now)
    hired = np.count_nonzero(arm.tables["staff"]["hired"] >= 5)
    assert spent >= 5 * world.leadership.search_cost
    per_hire = world.hiring.replacement_cost + world.hiring.applicant_cost * arm.policy.selectivity
    assert spent == pytest.approx(5 * world.leadership.search_cost + hired * per_hire)


def test_leaders_leave_in_the_same_weeks_whatever_the_policy():
    model = small_model(20, world=world_with(leadership__leaving=0.6))
    arms = [model.fork(policy) for policy in (Policy(), CHANGED)]
    for arm in arms:
        arm.run_for(120)
    first, second = ({name: arm.tables["leaders"][name] for name in Leader.columns} for arm in arms)
    assert np.count_nonzero(first["left"] >= 0) >= 3
    assert first["left"].tobytes() == second["left"].tobytes()
    assert first["department"].tobytes() == second["department"].tobytes()
    assert first["identity"].tobytes() == second["identity"].tobytes()


@pytest.mark.parametrize("wanted", [0.0, 0.5, 1.0])
def test_leaders_are_what_they_were_chosen_for_as_order_statistics_say(wanted):
    """The best of four looks 1.03 sd better than the average; half of what shows in references is so."""
    model = small_model(20, policy=Policy(relational_leaders=wanted))
    leaders, count = model.tables["leaders"], 900
    first = leaders.add(count).start
    for number in range(count):
        compiled.appoint(leaders.rows, first + number, number % 5, 10 + number // 5, 0, model.luck, model.given)
    best = 1.0294  # expected maximum of four standard normals
    scale = math.sqrt(wanted**2 + (1.0 - wanted) ** 2 + 1.0)
    world = model.world.leadership
    traits = np.mean([leaders[name][first:] for name in ("humility", "curiosity", "foresight", "transparency", "clarity")])
    relational = (traits - world.trait_mean) / world.trait_spread * 5.0 / math.sqrt(15.0)  # half of each trait is common
    assert relational == pytest.approx(best * wanted / scale, abs=4.0 / math.sqrt(count))
    assert leaders["operations"][first:].mean() == pytest.approx(best * (1.0 - wanted) / scale, abs=4.0 / math.sqrt(count))


def test_leaders_are_agents_over_their_columns():
    model = small_model()
    assert model.leaders.agg("humility", np.mean) == pytest.approx(model.tables["leaders"]["humility"].mean())
    assert sorted(model.leaders.get("department")) == list(range(5))
    leader = next(iter(model.leaders))
    assert leader.to_dict()["clarity"] == model.tables["leaders"]["clarity"][leader.row]
    model.leaders.set("clarity", 0.0)
    model.step()
    assert (model.tables["departments"]["meaning"] == 0.0).all()
    leader.remove()
    assert leader not in model.leaders and leader.left == 1
    assert model.tables["departments"]["leader"][leader.department] == -1
    model.run_for(model.world.leadership.search_weeks + 1)
    assert len(model.leaders) == 5 and vacant(model) == set()


def test_what_leaders_believe_follows_what_they_live_among():
    """Curious leaders with time among members come near the need; without that their picture stays where it was."""
    world = world_with(**MIDDLING, leadership__conviction=0.0, needs__trend_spread=0.0, leadership__meeting=0.2)
    gaps = []
    for weight in (0.0, 1.0):
        model = small_model(20, world=world, policy=Policy(hours_members=weight))
        model.trend[:], model.centre[:] = 1.5, 1.5
        model.run_for(80)
        gaps.append(np.abs(model.trend - model.vision)[: model.departments])
    np.testing.assert_allclose(gaps[0], 1.5)
    assert (gaps[1] < 0.2).all()


def test_conviction_is_the_only_thing_that_makes_a_picture_stray():
    model = small_model(20, world=world_with(leadership__conviction=0.0, needs__trend_spread=0.0))
    model.run_for(60)
    assert not model.vision.any()
    proud = small_model(20, world=world_with(leadership__conviction=0.5, needs__trend_spread=0.0))
    proud.leaders.set("humility", 1.0)
    proud.policy = Policy()
    proud.step()
    assert not proud.vision.any()
    assert decision("leadership.vision") == compiled.VISION
    assert ROW.names == LEVERS
    assert differing(model, model) == set()
