"""Exact checks of people: nobody is lost or doubled, and the order of members and the numbers of departments mean nothing."""

import dataclasses

import numpy as np
import pytest
from conftest import (
    LOOSENED_HOLISTIC,
    LOOSENED_SILOED,
    arrays_of,
    columns_of,
    differing,
    people,
    reorder_members,
    same_people,
    small_model,
    world_with,
)  # fmt: skip

from sim import Policy
from sim import recording as series
from sim.agents import Member
from sim.columns import LATENT
from sim.rows import Department, Tie
from sim.scenario import posts_by_department

# Nobody is lost or doubled.


@pytest.mark.parametrize("departments", [1, 2, 5])
def test_nobody_is_lost_or_doubled(departments):
    world = world_with(
        growth__prospects=2.0, worklife__leaving=0.6, leadership__leaving=0.6, leadership__search_weeks=4, budget__most=0.5,
        budget__response=4.0,
    )  # fmt: skip
    model = small_model(150, departments=departments, world=world, members_per_post=15)
    model.burn_in(60)
    arm = model.fork(dataclasses.replace(LOOSENED_SILOED, innovation=0.5))
    living, employed, dismissed = [len(arm.members)], [len(arm.staff)], 0
    for _ in range(140):
        joined_before, hired_before = len(arm.tables["members"]), len(arm.tables["staff"])
        posts_before = arm.posts
        arm.step()
        row = arm.record.rows[arm.now - 1]
        gone = np.count_nonzero(arm.tables["staff"]["left"] == arm.now - 1) - row[series.STAFF_LEFT]
        assert 0 <= gone <= max(0, posts_before - arm.posts)  # with the posts that close, and never else
        dismissed += gone
        places, leaders = arm.tables["departments"], arm.tables["leaders"]
        assert (places["leader"] >= 0).sum() == len(arm.leaders)
        for department, leader in enumerate(places["leader"].tolist()):
            assert leader < 0 or (leaders["alive"][leader] and leaders["department"][leader] == department)
        lapses = row[series.LAPSES].sum()
        assert lapses == row[series.DUE] - row[series.RENEWED]
        assert row[series.RECRUITS] == len(arm.tables["members"]) - joined_before
        living.append(living[-1] + row[series.RECRUITS] + row[series.RETURNED] - lapses)
        employed.append(employed[-1] + len(arm.tables["staff"]) - hired_before - row[series.STAFF_LEFT] - gone)
        assert living[-1] == row[series.MEMBERS] == len(arm.members) == np.count_nonzero(arm.members.column("alive"))
        assert employed[-1] == len(arm.staff) == np.count_nonzero(arm.seats >= 0)
    for name in ("members", "staff", "leaders"):
        table = arm.tables[name]
        assert len(np.unique(table["identity"])) == len(table)
        assert ((table["left"] >= 0) == ~table["alive"]).all()
    assert arm.record.total(series.RECRUITS, 60, 200) > 50
    assert arm.record.total(series.STAFF_LEFT, 60, 200) >= 1
    assert dismissed > 0 and arm.tables["leaders"]["left"].max() >= 0
    members = arm.tables["members"]
    assert ((members["lapse"] > 0) == ~members["alive"]).all()
    posts = arm.tables["staff"]["post"][arm.seats[arm.seats >= 0]]
    assert posts.tolist() == np.flatnonzero(arm.seats >= 0).tolist()


def test_there_is_always_somebody_to_answer():
    """Posts close with the members they were for and people leave: the last one stays until somebody has come."""
    world = world_with(worklife__leaving=0.6, hiring__vacancy=52)
    for seed in range(10):
        model = small_model(
            40, departments=1, members_per_post=20, rng=seed, world=world, outside_option=3.0,
            staff_follow_members=True, off=["growth"],
        )  # fmt: skip
        for _ in range(120):
            model.step()
            assert len(model.staff) >= 1, f"seed {seed}, week {model.now - 1}: nobody is left"
            assert (model.cases["server"] >= 0).all()


def test_whoever_has_left_is_left_alone():
    model = small_model(200, world=world_with(growth__prospects=0.0))
    model.run_for(60)
    gone = ~model.tables["members"]["alive"]
    assert gone.sum() > 5
    identities = model.tables["members"]["identity"][gone]
    before = people(model, identities=identities)
    model.run_for(60)
    assert same_people(before, people(model, identities=identities), except_for=("next_request",)) == set()


# Names and order mean nothing.


CLOSE = dataclasses.replace(LOOSENED_HOLISTIC, innovation=0.5, survey=0.1, intimacy=0.6, cocreate_idea=0.3, solutions=0.5)


@pytest.mark.parametrize("policy", [Policy(), LOOSENED_HOLISTIC, CLOSE], ids=["conventional", "loose", "close"])
def test_the_order_of_members_changes_nobody(policy):
    models = [small_model(120, policy=policy), small_model(120, policy=policy)]
    reorder_members(models[1], np.random.default_rng(8).permutation(120))
    for model in models:
        model.run_for(70)
    first, second = (people(model) for model in models)
    assert len(first["identity"]) > 120
    assert same_people(first, second) == set()
    staff = [columns_of(model) for model in models]
    with_rows = ("members", "ties", "friendships", "circles", "forum", "origins")
    assert {place for place in differing(*staff) if place[0] not in with_rows} == set()
    assert same_people(*map(arrays_of, models)) == set()
    assert models[0].offer.any() == (policy is CLOSE)
    ties = [tie_columns(model) for model in models]
    assert same_people(*ties) == set()
    np.testing.assert_allclose(models[0].record.rows, models[1].record.rows, rtol=1e-12, atol=1e-12)
    left, right = (model.metrics() for model in models)
    assert left.keys() == right.keys()
    np.testing.assert_allclose(list(left.values()), list(right.values()), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "policy",
    [Policy(dialogue=0.7, gather=0.8, broadcast=0.5, let_go=0.5, limits=0.7, priorities=0.6), Policy(own_time=3.0)],
    ids=["spoken with", "chosen by the staff"],
)
def test_the_order_of_members_changes_nobody_who_is_met_without_asking(policy):
    models = [small_model(120, policy=policy, world=world_with(needs__requests=0.3)) for _ in range(2)]
    reorder_members(models[1], np.random.default_rng(8).permutation(120))
    for model in models:
        model.run_for(70)
    assert same_people(*(people(model) for model in models)) == set()
    with_rows = ("members", "ties", "friendships", "circles", "origins")
    assert {place for place in differing(*models) if place[0] not in with_rows} == set()


def tie_columns(model):
    """Ties in the order of the members' identities."""
    order = np.argsort(model.tables["members"]["identity"], kind="stable")
    shape = (len(order), model.departments)
    return {name: model.tables["ties"][name].reshape(shape)[order] for name in Tie.columns}


def renumber_departments(model, new):
    """Give department k the number ``new[k]``, with its posts, staff and what members need there.

    All departments have the same number of posts. Nothing has happened yet.
    """
    new, departments = np.asarray(new), model.departments
    members, staff, leaders, places = (model.tables[name] for name in ("members", "staff", "leaders", "departments"))
    room, posts = len(model.seats) // departments, model.posts // departments
    assert (posts_by_department(len(model.seats), departments) == np.arange(departments + 1) * room).all()
    assert (model.opened == posts).all()
    old = np.argsort(new)
    for name, column in Member.columns.items():
        if column.width:
            members[name][:] = members[name][:, [*old, *range(departments, departments + LATENT)]]
    for name in Department.columns:
        places[name][:] = places[name][old]
    leaders["department"][:] = new[leaders["department"]]
    members["main_domain"][:] = new[members["main_domain"]]
    staff["department"][:] = new[staff["department"]]
    staff["post"][:] = staff["department"] * room + staff["post"] % room
    model.seats[staff["post"]] = np.arange(len(staff))
    for name, column in (("partners", "domain"), ("partner_ties", "department")):
        model.tables[name][column][:] = new[model.tables[name][column]]


@pytest.mark.parametrize(
    ("departments", "new", "several", "main"),
    [(2, [1, 0], 0.4, 0.6), (5, [3, 0, 4, 2, 1], 0.0, 1.0)],
    ids=["two departments", "five departments, requests of one domain"],
)
def test_the_numbers_of_departments_mean_nothing(departments, new, several, main):
    """Whose luck belongs to a department has its number; here no such luck counts.

    That is: which other domain a request touches, how the department strays, whom its people talk with, what its
    leader imagines, and who leads it next.
    """
    world = world_with(
        needs__drift=0.0, needs__trend_spread=0.0, needs__several_domains_share=several, needs__main_domain_share=main,
        colleagues__straying=0.0, colleagues__influence=0.0, leadership__conviction=0.0, leadership__leaving=0.0,
        innovation__threshold=1.0,
    )  # fmt: skip
    models = []
    for renumber in (False, True):
        model = small_model(
            120, policy=LOOSENED_SILOED, world=world, departments=departments, members_per_post=12,
            off=["worklife", "growth"],
        )  # fmt: skip
        if renumber:
            renumber_departments(model, new)
        model.run_for(70)
        models.append(model)
    first, second = (people(model) for model in models)
    place = ("main_domain", "needs", "estimate", "uncertainty", "holder")
    assert same_people(first, second, except_for=place) == set()
    for name in place[1:]:
        assert first[name].tobytes() == second[name][:, [*new, *range(departments, departments + LATENT)]].tobytes()
    np.testing.assert_allclose(models[0].record.rows, models[1].record.rows, rtol=1e-12, atol=1e-12)
