"""Exact checks of money: what comes in is paid out or left, hours paid are hours worked, and a cost is never a gain."""

import dataclasses

import numpy as np
import pytest
from conftest import LOOSENED_HOLISTIC, STRICT_SILOED, small_model, world_with

from sim import Policy
from sim import recording as series

EVERYTHING_COSTS = dataclasses.replace(
    LOOSENED_HOLISTIC, solutions=0.5, advice=0.8, vulnerability=0.9, transparency=0.3, replace_leaders=1.0, selectivity=6,
    development=3.0, innovation=0.3, survey=0.5, cocreate_idea=0.3, cocreate_development=1.0, cocreate_launch=1.0,
    drop_unprofitable=0.4, relationship_money=0.1, acquisition=0.6, claim=0.5,
    dialogue=0.5, gather=0.5, own_time=1.5, let_go=0.2, limits=0.3,
)  # fmt: skip


@pytest.mark.parametrize(
    "policy", [Policy(), STRICT_SILOED, LOOSENED_HOLISTIC, EVERYTHING_COSTS],
    ids=["conventional", "strict", "loose", "all that costs"],
)  # fmt: skip
def test_money_in_is_money_out_and_margin(policy):
    world = world_with(accounts__material=0.1, encounters__handoff_drop=0.3, leadership__leaving=0.3, worklife__leaving=0.4)
    model = small_model(300, policy=Policy(), world=world)
    model.burn_in(60)
    arm = model.fork(policy)
    arm.run_for(156)
    first, last = arm.switch, arm.now
    revenue, serving, gifts, acquisition, replacement, innovation, lost, outreach, speaking, sending, in_touch, *others = (
        arm.record.total(which, first, last) for which in (series.REVENUE, *series.SPENT)
    )
    income = arm.record.total(series.PARTNER_INCOME, first, last)
    booked = arm.tables["members"]["value_organisation"].sum()
    assert booked == pytest.approx(revenue - serving - gifts - acquisition - lost - speaking - in_touch, rel=1e-10)
    member_years = arm.record.total(series.MEMBERS, first, last) / 52
    margin = booked + income - replacement - innovation - outreach - sending - sum(others)
    assert arm.metrics()["margin"] * member_years == pytest.approx(margin, rel=1e-10)
    paid = sum(arm.record.total(which, first, last) for which in (series.RENEWED, series.RECRUITS, series.RETURNED))
    assert revenue == pytest.approx(paid * arm.scenario.dues)
    hired, appointed = (np.count_nonzero(arm.tables[name]["hired"] >= first) for name in ("staff", "leaders"))
    # Departments come to look at as many applicants as is declared as fast as leaders carry it.
    looked = sorted((Policy().selectivity, policy.selectivity))
    fewest, most = (arm.world.hiring.replacement_cost + arm.world.hiring.applicant_cost * count for count in looked)
    searching = arm.world.leadership.search_cost * appointed
    assert fewest * hired - 1e-6 <= replacement - searching <= most * hired + 1e-6
    assert acquisition == pytest.approx(arm.record.total(series.RECRUITS, first, last) * arm.world.growth.recruit_cost)
    assert lost == pytest.approx(arm.record.total(series.ADVISED, first, last) * arm.world.accounts.sale)
    if policy is EVERYTHING_COSTS:
        spent = [arm.record.total(which, first, last) for which in (series.OUTREACH, series.ADVISED)]
        assert min(*spent, lost, in_touch, innovation, replacement, hired, appointed) > 0.0


def test_what_is_spent_on_innovation_was_set_aside_for_it():
    """Fund = money set aside week by week less money spent; it is never below nothing."""
    for survey, cost in ((1.0, 0.0), (0.3, 0.002), (0.0, 0.02)):
        world = world_with(innovation__project_cost=cost, innovation__survey_cost=0.05, innovation__threshold=0.0)
        model = small_model(200, policy=Policy(innovation=0.2, survey=survey), world=world, members_per_post=20)
        set_aside = 0.0
        for _ in range(120):
            before = model.size()
            model.step()
            assert model.fund >= -1e-12
            set_aside += model.policy.innovation * before / 52
        spent = model.record.total(series.INNOVATION, 0, 120)
        assert model.fund + spent == pytest.approx(set_aside)
        assert spent > 0.0


def test_dues_cancel_between_member_and_organisation():
    """What one pays the other has: the surplus of each person does not depend on the dues, as long as nobody leaves."""
    surplus = []
    for dues in (0.5, 2.0):
        model = small_model(dues=dues, world=world_with(renewals__price_weight=0.0))
        model.run_for(60)
        members = model.tables["members"]
        surplus.append(members["value_member"] + members["value_organisation"])
    np.testing.assert_allclose(surplus[0], surplus[1], atol=1e-12)


def hours_booked(model, first, last):
    """Hours that were paid for, from the cost of serving."""
    return model.record.total(series.SERVING, first, last) / model.world.accounts.hour_cost


@pytest.mark.parametrize("policy", [STRICT_SILOED, LOOSENED_HOLISTIC], ids=["strict", "loose"])
def test_hours_worked_are_the_hours_paid_for(policy):
    """Hours spent on cases, and those still owed to the queue, are what serving cost. (Complaints and partners take none here.)"""
    model = small_model(300, policy=policy, world=world_with(trust__complaint_hours=0.0, accounts__material=0.0), partners=0)
    model.run_for(80)
    worked = model.record.total(series.WORKED, 0, 80) + model.record.rows[79, series.BACKLOG]
    parts = model.record.total(series.PARTS, 0, 80)  # of each, less than a second is lost in rounding
    seconds_rounded = 2 * model.record.total(series.STAFF, 0, 80) + 80 * len(model.seats) + parts
    assert abs(hours_booked(model, 0, 80) - worked) < seconds_rounded / 3600 + 1e-6 * worked


COSTS = [  # a cost, a lower and a higher value, and what must not fall when it rises
    ("accounts__hour_cost", 0.02, 0.05, "cost_to_serve"),
    ("routing__hours", 0.5, 1.0, "cost_to_serve"),
    ("routing__handoff_hours", 0.0, 2.0, "cost_to_serve"),
    ("routing__coordination_hours", 0.0, 2.0, "cost_to_serve"),
    ("routing__record_hours", 0.0, 1.0, "cost_to_serve"),
    ("routing__free_hours", 0.0, 1.0, "cost_to_serve"),
    ("trust__complaint_hours", 0.0, 10.0, "cost_to_serve"),
    ("encounters__giveaway", 0.0, 0.2, "gifts"),
    ("routing__listening_hours", 0.0, 1.0, "cost_to_serve"),
    ("routing__solution_hours", 0.0, 2.0, "cost_to_serve"),
    ("routing__deepening", 0.0, 1.0, "cost_to_serve"),
    ("accounts__material", 0.0, 0.2, "cost_to_serve"),
    ("accounts__sale", 0.0, 0.5, "-margin"),
    ("trust__exposure", 0.0, 0.5, "gifts"),
    ("growth__recruit_cost", 0.0, 2.0, "-margin"),
    ("hiring__replacement_cost", 0.0, 40.0, "-margin"),
    ("hiring__applicant_cost", 0.0, 5.0, "-margin"),
    ("leadership__search_cost", 0.0, 200.0, "-margin"),
    ("innovation__project_cost", 0.0, 0.02, "-margin"),
    ("innovation__survey_cost", 0.0, 0.02, "-margin"),
]


@pytest.mark.parametrize(("cost", "low", "high", "books"), COSTS, ids=[cost[0] for cost in COSTS])
def test_more_of_a_cost_never_lowers_what_is_booked(cost, low, high, books):
    """Coupling through queues is off (hours to spare, nobody leaves), so that only the price of things changes."""
    for seed in (1, 2, 3):
        booked = []
        for value in (low, high):
            spare = {"routing__week_hours": 40.0, "routing__hours": 0.5, "worklife__leaving": 0.6,
                     "leadership__leaving": 0.6, "innovation__threshold": 0.0}  # fmt: skip
            world = world_with(**(spare | {cost: value}))
            off = ["renewals"] if "growth" in cost or "hiring" in cost else ["renewals", "growth", "worklife"]
            policy = Policy(strictness=0.5, routing=0.4, information=0.5, advice=0.5, innovation=0.5)
            model = small_model(200, policy=policy, world=world, rng=seed, members_per_post=20, off=off)
            model.run_for(60)
            value_booked = model.metrics()[books.lstrip("-")]
            booked.append(-value_booked if books.startswith("-") else value_booked)
        assert booked[1] > booked[0]
