"""What people are evaluated by, and when posts close."""

import dataclasses

import numpy as np
import pytest
from conftest import Plain, noted, small_model, some_of, world_with
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import Policy, World
from sim import recording as series
from sim.processes import budget, hiring, worklife, workload

open_posts = hiring.open_posts
budget, hiring, workload, worklife = map(Plain, (budget, hiring, workload, worklife))
UNSEEN = settings(max_examples=150, deadline=None)
unit = st.floats(0, 1)
pair = st.tuples(unit, unit).map(sorted)
world_of = {name: some_of(type(group)) for name, group in vars(World()).items()}


# What people are evaluated by.


@UNSEEN
@given(pair, pair, pair, world_of["routing"])
def test_people_aim_at_what_they_are_evaluated_by_as_far_as_it_is_seen(evaluation, judgement, insight, world):
    low, high = 1.0 - world.hurry, 1.0 + world.deepening
    less, more = (workload.aimed_effort(share, judgement[0], insight[0], world) for share in evaluation)
    assert low - 1e-12 <= less <= more <= high + 1e-12
    seen = [workload.aimed_effort(evaluation[1], judgement[0], share, world) for share in insight]
    assert seen[0] <= seen[1] + 1e-12
    judged = [workload.aimed_effort(evaluation[1], share, insight[0], world) for share in judgement]
    assert judged[1] <= judged[0] + 1e-12
    assert workload.aimed_effort(1.0, 0.0, 0.0, world) == pytest.approx(high)
    assert workload.aimed_effort(1.0, 1.0, 0.0, world) == pytest.approx(low)  # judged by somebody who sees nothing


@UNSEEN
@given(pair, pair, world_of["routing"])
def test_what_is_measured_is_gamed_by_those_who_do_not_share_the_values(judgement, alignment, world):
    less, more = (workload.gamed_share(share, alignment[0], world) for share in reversed(judgement))
    assert 0.0 <= less <= more <= world.gaming
    assert workload.gamed_share(judgement[0], alignment[1], world) <= workload.gamed_share(judgement[0], alignment[0], world)
    assert workload.gamed_share(1.0, alignment[0], world) == workload.gamed_share(judgement[0], 1.0, world) == 0.0


PLENTY = {"routing__week_hours": 40.0, "routing__hours": 0.5}


def test_evaluation_by_relationships_raises_the_time_given_to_a_case():
    """By exactly as much as staff aim at: hours worked, and what serving costs."""
    worked, aims = [], []
    for evaluation in (0.0, 1.0):
        world = world_with(**PLENTY, trust__complaint_hours=0.0, leadership__leaving=0.0)
        model = small_model(
            200, policy=Policy(evaluation=evaluation, judgement=0.0), world=world, off=["worklife", "renewals", "growth", "colleagues"]
        )  # fmt: skip
        model.run_for(40)
        worked.append(model.record.total(series.WORKED, 0, 40))
        aims.append(1.0 + world.routing.deepening if evaluation else 1.0 - world.routing.hurry)
        np.testing.assert_allclose(model.staff.column("effort"), aims[-1])
    assert worked[1] / worked[0] == pytest.approx(aims[1] / aims[0], rel=1e-3)


def test_where_all_is_measured_some_time_serves_the_measure():
    shares, received = [], []
    for judgement in (0.0, 1.0):
        world = world_with(**PLENTY, hiring__alignment_mean=0.3)
        model = small_model(200, policy=Policy(evaluation=0.0, judgement=judgement), world=world, off=["worklife", "colleagues"])
        book = noted(model, "received", weeks=30)
        staff = model.staff
        shares.append(1.0 - staff.column("care") / staff.column("effort"))
        received.append(book.column("received").mean())
        expected = world.routing.gaming * (1.0 - judgement) * (1.0 - staff.column("alignment"))
        np.testing.assert_allclose(shares[-1], expected, atol=1e-12)
    assert shares[0].min() > 0.05 and not shares[1].any()
    assert received[1] > received[0] + 0.02


# Posts and results.


@UNSEEN
@given(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4), st.floats(-1e4, 1e4), st.floats(1, 1e5), st.floats(0, 4), st.floats(0, 0.5))
def test_means_follow_the_margin_within_limits(one, other, planned, revenue, response, most):
    low, high = sorted((one, other))
    less, more = (budget.changed_means(margin, planned, revenue, response, most) for margin in (low, high))
    assert 1.0 - most <= less <= more <= 1.0 + most
    assert budget.changed_means(planned, planned, revenue, response, most) == 1.0
    assert budget.changed_means(low, planned, 0.0, response, most) == 1.0  # nothing was planned


def spendthrift(lag, response=1.0):
    """A settled organisation in a world in which free hands give much away."""
    world = world_with(encounters__giveaway=0.6, budget__lag=lag, budget__response=response, budget__most=0.4,
                       leadership__leaving=0.0, leadership__carry_weeks=2.0, leadership__settling_weeks=0.0)  # fmt: skip
    return world


@pytest.mark.parametrize("lag", [0, 9, 40])
def test_posts_fall_after_a_bad_year_and_only_after_the_lag(lag):
    careful, generous = Policy(strictness=1.0), Policy(strictness=0.0, guardrail=2.0)
    for before, after, sign in ((careful, generous, -1), (generous, careful, 1)):
        model = small_model(300, policy=before, world=spendthrift(lag), members_per_post=10, partners=0)
        model.burn_in(60)
        assert model.posts == 30
        arm, posts = model.fork(after), []
        for _ in range(52 + lag + 3):
            arm.step()
            posts.append(arm.posts)
        assert set(posts[: 52 + lag]) == {30}, f"lag {lag}"
        assert sign * (posts[-1] - 30) >= 2
        assert posts[52 + lag] == posts[-1] == round(30 * arm.means)
        assert len(arm.staff) <= arm.posts
        steady = model.fork(before)
        steady.run_for(52 + lag + 3)
        assert abs(steady.posts - 30) < abs(posts[-1] - 30)


def test_posts_stay_where_means_do_not_follow_results():
    for off, response in ((["budget"], 4.0), ([], 0.0)):
        model = small_model(100, policy=Policy(strictness=1.0), world=spendthrift(4, response), members_per_post=10, off=off, partners=0)
        model.burn_in(52)
        arm = model.fork(Policy(strictness=0.0, guardrail=2.0))
        arm.run_for(120)
        assert arm.posts == 10


def test_where_posts_follow_members_results_do_not_move_them():
    model = small_model(200, world=spendthrift(4, 4.0), members_per_post=10, staff_follow_members=True, off=["growth"])
    model.burn_in(53)
    arm = model.fork(Policy(strictness=0.0, guardrail=2.0))
    changes = []
    for _ in range(160):
        before = arm.posts
        arm.step()
        if arm.posts != before:
            changes.append((arm.now - 1) % 52)
    assert changes and set(changes) == {0}


def test_a_post_that_closes_takes_nobody_along_who_can_move():
    """Its holder moves to an empty post of the department; only where there is none he has to go, and leaves no work lying."""
    model = small_model(300, departments=5, members_per_post=10, world=world_with(worklife__leaving=0.0))
    model.run_for(5)
    department = 2
    rows = [person.row for person in model.staff if person.department == department]
    assert len(rows) == 6
    first = int(model.first_post[department])
    model.agent_at("staff", rows[0]).remove()
    waiting = int(model.tables["staff"]["backlog"][rows[1:]].sum())
    open_posts(model, 20)  # four a department
    staff = model.tables["staff"]
    assert model.opened.tolist() == [4] * 5 and model.posts == 20
    assert staff["alive"][rows].tolist().count(True) == 4
    assert sorted(staff["post"][[row for row in rows if staff["alive"][row]]].tolist()) == list(range(first, first + 4))
    assert int(staff["backlog"][rows[1:]].sum()) == waiting
    assert (model.seats[first : first + 4] >= 0).all() and (model.seats[first + 4 : first + 6] == -1).all()
    model.run_for(30)
    assert (model.cases["server"] >= 0).all()
    assert dataclasses.asdict(model.policy) == dataclasses.asdict(Policy())
