"""What is declared becomes what is done: as fast as theory says, where it is declared, and never beyond it."""

import dataclasses
import math

import numpy as np
import pytest
from conftest import LOOSENED_HOLISTIC, Plain, small_model, some_of, world_with
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import Policy, World
from sim.policy import LEVERS, policy_rows
from sim.processes import leadership as compiled
from sim.quantities import OutOfRange
from sim.timeline import Step, Timeline

leadership = Plain(compiled)
UNSEEN = settings(max_examples=120, deadline=None)
policies = some_of(Policy)
# Middling leaders of long standing, who give their staff the usual hours.
MIDDLING = {"leadership__trait_mean": 0.5, "leadership__trait_spread": 0.0, "leadership__settling_weeks": 0.0,
            "leadership__leaving": 0.0}  # fmt: skip
CHANGED = dataclasses.replace(LOOSENED_HOLISTIC, guardrail=1.2, listening=0.9, selectivity=8, development=4.0)


def levers_of(rows):
    """Levers as numbers: array of shape (departments, levers)."""
    return np.array(rows).view("f8").reshape(len(rows), -1)


# From declared to enacted.


@pytest.mark.parametrize("carry_weeks", [4.0, 26.0, 100.0])
def test_what_is_missing_shrinks_exponentially_with_the_time_constant_of_middling_leaders(carry_weeks):
    """After so many weeks as the time constant, 63 % of every lever is done in every department."""
    model = small_model(world=world_with(**MIDDLING, leadership__carry_weeks=carry_weeks))
    before = levers_of(model.enacted)
    model.adopt(CHANGED)
    for week in range(1, 61):
        model.step()
        missing = levers_of(model.declared) - levers_of(model.enacted)
        expected = (levers_of(model.declared) - before) * math.exp(-week / carry_weeks)
        there = np.abs(expected) > 1e-5  # what is nearly done is done
        np.testing.assert_allclose(missing[there], expected[there], rtol=1e-9)
        assert (np.abs(missing[~there]) <= 1.1e-5).all()
    assert model.enacted["strictness"][0] == pytest.approx(0.3 + 0.5 * math.exp(-60 / carry_weeks), abs=1e-5)


@settings(max_examples=10, deadline=None)
@given(policies, policies, some_of(type(World().leadership)), st.integers(0, 999))
def test_what_is_done_never_overshoots_what_is_declared(policy, other, leaders, seed):
    world = World()
    world.leadership = leaders
    model = small_model(20, policy=policy, world=world, rng=seed)
    for target in (other, policy):
        start = levers_of(model.enacted)
        model.adopt(target)
        before = np.abs(levers_of(model.declared) - start)
        for _ in range(12):
            model.step()
            done, declared = levers_of(model.enacted), levers_of(model.declared)
            low, high = np.minimum(start, declared), np.maximum(start, declared)
            assert (low - 1e-12 <= done).all() and (done <= high + 1e-12).all()
            assert (np.abs(declared - done) <= before + 1e-12).all()
            before = np.abs(declared - done)


def test_without_leadership_what_is_declared_is_done_at_once():
    model = small_model(off=["leadership"])
    model.run_for(3)
    model.adopt(CHANGED)
    assert levers_of(model.enacted).tobytes() == levers_of(model.declared).tobytes()
    assert model.enacted["guardrail"].tolist() == [1.2] * 5
    model.step()
    assert levers_of(model.enacted).tobytes() == levers_of(model.declared).tobytes()


def test_a_department_without_a_leader_stands_still():
    """Where nothing is shared; where leadership is shared the others carry on for it."""
    for shared in (0.0, 1.0):
        world = world_with(**MIDDLING, leadership__search_weeks=20)
        policy = Policy(shared=shared)
        model = small_model(policy=policy, world=world)
        model.adopt(dataclasses.replace(CHANGED, shared=shared))
        next(leader for leader in model.leaders if leader.department == 2).remove()
        before = levers_of(model.enacted)
        model.run_for(15)
        moved = (levers_of(model.enacted) != before).any(axis=1)
        assert moved.tolist() == [True, True, shared > 0.0, True, True]


def test_what_a_leader_does_not_stand_for_is_not_carried():
    """Levers ask for humility, curiosity, transparency or clarity; without any of it they stay where they are."""
    model = small_model(world=world_with(**MIDDLING), policy=Policy(shared=0.0))
    model.leaders.set("humility", 0.0)
    before = levers_of(model.enacted)
    model.adopt(dataclasses.replace(CHANGED, shared=0.0))
    model.run_for(20)
    moved = dict(zip(LEVERS, (levers_of(model.enacted) != before)[0].tolist(), strict=True))
    assert not any(moved[lever] for lever in ("listening", "information", "routing"))
    assert all(moved[lever] for lever in ("strictness", "guardrail", "selectivity", "development"))


# Policies over time.

spans = st.tuples(st.integers(0, 40), st.integers(0, 60))


@UNSEEN
@given(policies, policies, spans, st.integers(0, 120))
def test_a_phase_in_is_linear_and_stays_between_its_ends(before, target, span, week):
    begin, over = span
    timeline = Timeline((Step(target, begin, over),))
    start, end = policy_rows([before] * 3), levers_of(policy_rows([target] * 3))
    declared = levers_of(timeline.declared(start, week))
    done = 0.0 if week < begin else 1.0 if over == 0 else min(1.0, (week - begin + 1) / over)
    np.testing.assert_allclose(declared, levers_of(start) + done * (end - levers_of(start)), atol=1e-12)
    if week + 1 >= begin + over and week >= begin:
        assert declared.tobytes() == end.tobytes()
    assert timeline.settled == begin + over


@UNSEEN
@given(policies, policies, policies, st.sets(st.integers(0, 4), min_size=1), spans, st.integers(0, 120))
def test_a_pilot_concerns_its_departments_only(before, pilot, target, departments, span, week):
    start = policy_rows([before] * 5)
    step = Step(pilot, *span, departments=tuple(sorted(departments)))
    alone = levers_of(Timeline((step,)).declared(start, week))
    others = sorted(set(range(5)) - departments)
    assert alone[others].tobytes() == levers_of(start)[others].tobytes()
    followed = Timeline((step, Step(target, span[0] + 50))).declared(start, span[0] + 50)
    assert levers_of(followed)[others].tobytes() == levers_of(policy_rows([target] * 5))[others].tobytes()


def test_a_model_follows_its_timeline_week_by_week():
    model = small_model(world=world_with(**MIDDLING))
    model.run_for(4)
    target = Policy(strictness=0.2, listening=1.0)
    model.adopt(Timeline((Step(target, week=3, over=10, departments=(1, 4)), Step(target, week=30))))
    seen = []
    for _ in range(35):
        seen.append(np.array(model.declared["strictness"]))
        model.step()
        assert model.policy.strictness == pytest.approx(np.mean(model.declared["strictness"]))
    seen.append(np.array(model.declared["strictness"]))
    # What is declared in week w after the switch is seen after the step of that week.
    path = np.array(seen[1:])
    expected = 0.8 - 0.6 * np.clip((np.arange(35) - 2) / 10, 0.0, 1.0)
    np.testing.assert_allclose(path[:, 1], expected, atol=1e-12)
    np.testing.assert_allclose(path[:30, 0], 0.8)
    np.testing.assert_allclose(path[30:], 0.2)
    assert model.declared["listening"].tolist() == [1.0] * 5


def test_a_pilot_changes_only_what_its_departments_do():
    model = small_model(world=world_with(**MIDDLING), policy=Policy(shared=0.0))
    arm, plain = (
        model.fork(Timeline((Step(dataclasses.replace(CHANGED, shared=0.0), departments=(0,)),))), model.fork(model.policy)
    )  # fmt: skip
    for each in (arm, plain):
        each.run_for(20)
    assert levers_of(arm.enacted)[1:].tobytes() == levers_of(plain.enacted)[1:].tobytes()
    assert arm.enacted["strictness"][0] < 0.7


@pytest.mark.parametrize(
    "wrong",
    [{"week": -1}, {"week": 1041}, {"over": True}, {"over": 1.5}, {"departments": (40,)}, {"departments": ()}, {"departments": (-1,)}],
    ids=str,
)  # fmt: skip
def test_a_step_that_cannot_be_is_refused_in_one_sentence(wrong):
    with pytest.raises(OutOfRange, match=r"timeline\..* is not usable: "):
        Step(Policy(), **wrong)


def test_a_timeline_has_steps_in_order():
    for steps in ((), (Step(Policy(), 5), Step(Policy(), 4))):
        with pytest.raises(OutOfRange, match="at least one step, in the order of their weeks"):
            Timeline(steps)
