"""Exact checks: cases in which theory says what must come out, and sums that must come out in every case."""

import dataclasses
import math

import numpy as np
import pytest
from conftest import (
    BY_THE_BOOK,
    LOOSENED_HOLISTIC,
    LOOSENED_SILOED,
    STRICT_SILOED,
    Notebook,
    arrays_of,
    columns_of,
    differing,
    noted,
    people,
    same_people,
    small_model,
    without,
    world_with,
)  # fmt: skip
from scipy import special, stats

from sim import Fit, Policy
from sim import recording as series
from sim.agents import Department, Friendship, Member, Tie
from sim.columns import FRIENDS, LATENT
from sim.scenario import posts_by_department

MANY = 20_000


# Renewal alone: the shifted-beta-geometric.


def renewing_alone(alpha, beta, involuntary=0.0, members=MANY, rng=11, **scenario):
    """Everything off but renewals; nothing but base commitment counts."""
    fit = Fit(lived_weight=0.0, alpha=alpha, beta=beta, promise_years=0.0, involuntary=involuntary)
    world = world_with(renewals__lived_weight=0.0)
    return small_model(members, world=world, fit=fit, rng=rng, off=without("renewals"), **scenario)


def still_there(model, years):
    return np.array([np.mean((model.tables["members"]["left"] < 0) | (model.tables["members"]["left"] >= 52 * year))
                     for year in range(1, years + 1)])  # fmt: skip


def within_three_errors(share, expected, count=MANY):
    np.testing.assert_array_less(np.abs(share - expected), 3.0 * np.sqrt(expected * (1.0 - expected) / count) + 1e-12)


@pytest.mark.parametrize(("alpha", "beta"), [(3.12, 0.88), (0.668, 3.806), (0.3, 0.2), (40.0, 10.0)])
@pytest.mark.parametrize("involuntary", [0.0, 0.07])
def test_survival_is_the_shifted_beta_geometric(alpha, beta, involuntary):
    """Fader & Hardie 2007: of those who join, B(alpha + t, beta) / B(alpha, beta) have renewed t times."""
    years = np.arange(1, 9)
    model = renewing_alone(alpha, beta, involuntary, stationary=False)
    model.run_for(52 * 8)
    expected = np.exp(special.betaln(alpha + years, beta) - special.betaln(alpha, beta)) * (1.0 - involuntary) ** years
    within_three_errors(still_there(model, 8), expected)


def test_members_who_are_all_alike_leave_geometrically():
    model = renewing_alone(1.0, 1.0, 0.05, stationary=False)
    model.members.set("commitment", math.log(0.8 / 0.2))
    model.run_for(52 * 6)
    within_three_errors(still_there(model, 6), (0.95 * 0.8) ** np.arange(1, 7))


def test_expected_renewals_are_the_sum_of_the_members_own_chances():
    model = renewing_alone(2.0, 1.0, 0.1, stationary=False)
    chances = 0.9 / (1.0 + np.exp(-model.members.column("commitment").astype(float)))
    model.run_for(52)
    assert model.record.total(series.EXPECTED, 0, 52) == pytest.approx(chances.sum(), rel=1e-12)
    assert model.metrics()["retention_expected"] == pytest.approx(chances.mean(), rel=1e-12)


# Founding: an organisation that has existed for long.


@pytest.mark.parametrize(("alpha", "beta", "involuntary"), [(3.12, 0.88, 0.04), (1.0, 2.0, 0.0), (8.0, 3.0, 0.15)])
def test_founders_have_the_tenures_of_a_settled_organisation(alpha, beta, involuntary):
    """With n renewals completed: weight B(alpha + n, beta) (1 - involuntary)**n."""
    model = renewing_alone(alpha, beta, involuntary)
    done = model.members.column("renewals")
    n = np.arange(3000)
    weights = np.exp(special.betaln(alpha + n, beta)) * (1.0 - involuntary) ** n
    weights /= weights.sum()
    cells = int(np.flatnonzero(weights * MANY > 20)[-1])
    observed = np.append(np.bincount(done[done < cells], minlength=cells), np.count_nonzero(done >= cells))
    expected = np.append(weights[:cells], weights[cells:].sum()) * MANY
    assert stats.chisquare(observed, expected * observed.sum() / expected.sum()).pvalue > 1e-3


@pytest.mark.parametrize("done", [0, 1, 3, 7])
def test_founders_of_given_tenure_have_the_commitment_that_tenure_selects(done):
    """Commitment given n renewals is Beta(alpha + n, beta)."""
    alpha, beta = 2.0, 1.0
    model = renewing_alone(alpha, beta, 0.04)
    members = model.tables["members"]
    commitment = special.expit(members["commitment"][members["renewals"] == done].astype(float))
    assert len(commitment) > 200
    assert stats.kstest(commitment, stats.beta(alpha + done, beta).cdf).pvalue > 1e-3


def test_founders_renew_as_often_as_their_tenure_says_in_the_first_year_and_ever_after():
    """Stationary means: replaced one by one, the membership renews at the same rate every year."""
    alpha, beta, involuntary = 3.12, 0.88, 0.04
    model = renewing_alone(alpha, beta, involuntary)
    n = np.arange(3000)
    weights = np.exp(special.betaln(alpha + n, beta)) * (1.0 - involuntary) ** n
    expected = np.average((1.0 - involuntary) * (alpha + n) / (alpha + beta + n), weights=weights)
    model.run_for(52)
    share = model.record.total(series.RENEWED, 0, 52) / model.record.total(series.DUE, 0, 52)
    within_three_errors(share, expected)
    topped_up = small_model(
        MANY, fit=model.base_fit, world=model.world, off=[n for n in without("renewals") if n != "growth"]
    )
    topped_up.burn_in(52 * 6)
    for year in range(6):
        first = 52 * year
        renewed, due = (topped_up.record.total(which, first, first + 52) for which in (series.RENEWED, series.DUE))
        assert abs(renewed / due - expected) < 4.0 * math.sqrt(expected * (1.0 - expected) / due)


def test_renewal_falls_once_a_year_for_everybody_and_never_in_the_year_of_joining():
    """Each founder's dues fall due in the week of the year noted for him, after whole years of membership."""
    model = small_model(400, off=without("renewals"), fit=Fit(involuntary=0.0, alpha=200.0, beta=0.0001))
    joined, due_week = model.members.column("joined"), model.members.column("renewal_week")
    assert ((due_week.astype(int) + 1 - joined) % 52 == 0).all()
    before = model.members.column("renewals").astype(int)
    for week in range(104):
        model.step()
        members = model.members
        renewed = members.column("renewals") - before
        assert (renewed == (week - due_week.astype(int)) // 52 + 1).all()


# By the book, it does not matter who answers.

STAFF_OF_ALL_KINDS = [
    {"hiring__skill_mean": 0.5, "hiring__skill_spread": 0.8},
    {"hiring__empathy_mean": 0.9, "hiring__alignment_mean": 0.0},
    {"hiring__spotting_mean": 0.9, "colleagues__drifting": 0.2},
    {"worklife__leaving": 0.6, "hiring__vacancy": 26},
    {"routing__week_hours": 5.0},
]


def the_same_where_answered(mine, theirs, never, handed):
    """Two books of the same cases agree; where one knows of no answer (``never``), the part had been handed on."""
    both = mine.keys() & theirs.keys()
    lost = {case for case in both if mine[case] != theirs[case]}
    assert all(0.0 in (mine[case], theirs[case]) and handed[case] for case in lost)
    assert len(lost) <= never * len(both)
    return len(both)


@pytest.mark.parametrize("change", STAFF_OF_ALL_KINDS, ids=lambda change: "-".join(change))
@pytest.mark.parametrize("routing", [0.0, 0.5])
def test_a_strict_answer_is_worth_the_same_whoever_gives_it(change, routing):
    """Content, that is: whether a part handed on is answered at all depends on the values of whoever it is handed to.

    Without partners: how well joint work goes, and which gaps it closes, depends on who does it.
    """
    policy = Policy(strictness=1.0, coverage=1.0, routing=routing, information=0.2, solutions=0.0)
    books = [
        noted(small_model(policy=policy, world=world, partners=0), "quality", "gift", "handed", weeks=60)
        for world in (world_with(), world_with(**change))
    ]
    mine, theirs, handed = books[0].by_case("quality"), books[1].by_case("quality"), books[0].by_case("handed")
    assert the_same_where_answered(mine, theirs, 0.1, handed) > 200
    assert not any(book.column("gift").any() for book in books)
    careful = [
        noted(small_model(policy=policy, world=world_with(encounters__neglect=0.0, **more), partners=0), "quality", weeks=60)
        for more in ({}, change)
    ]
    mine, theirs = (book.by_case("quality") for book in careful)
    assert all(mine[case] == theirs[case] for case in mine.keys() & theirs.keys())


def test_a_strict_answer_is_worth_the_same_from_many_hands_or_few():
    books = [
        noted(small_model(policy=BY_THE_BOOK, off=["renewals"], members_per_post=posts, partners=0), "quality", "handed", weeks=40)
        for posts in (5, 60)
    ]
    first, second = (book.by_case("quality") for book in books)
    assert first.keys() == second.keys()
    assert the_same_where_answered(first, second, 0.1, books[0].by_case("handed")) > 200


def test_a_free_answer_is_worth_more_from_the_able():
    """The counterpart: without it the tests above would pass on answers that are never free."""
    books = [
        noted(small_model(policy=LOOSENED_SILOED, world=world_with(hiring__skill_mean=skill)), "quality", weeks=40)
        for skill in (-0.3, 0.3)
    ]
    worse, better = (book.by_case("quality") for book in books)
    gains = [better[case] - worse[case] for case in worse.keys() & better.keys()]
    assert np.mean(gains) > 0.2


def test_by_the_book_a_whole_run_is_the_same_with_any_staff():
    """Vacancies, newcomers' handicap, personal bonds, gaming, neglect and partners are off. Then staff are only names."""
    own_traits = {("staff", name) for name in ("skill", "empathy", "values", "alignment", "ability")}
    runs = []
    for change in ({}, {"hiring__skill_mean": -0.5, "hiring__empathy_mean": 0.9, "hiring__alignment_mean": 0.1}):
        world = world_with(
            **change, encounters__bond_growth=0.0, renewals__bond_weight=0.0, encounters__neglect=0.0, routing__gaming=0.0
        )
        policy = Policy(strictness=1.0, routing=0.3, solutions=0.0)
        model = small_model(200, policy=policy, world=world, off=["worklife"], partners=0)
        model.burn_in(30)
        model.run_for(80)
        model.record.rows[:, [series.ALIGNMENT, series.ALIGNMENT_APART]] = 0.0
        runs.append(model)
    assert differing(*runs) == own_traits
    assert runs[0].record.rows.tobytes() == runs[1].record.rows.tobytes()


# Nothing comes from nothing.


def test_who_was_not_answered_has_not_changed_his_mind():
    model = small_model(400, policy=LOOSENED_SILOED, world=world_with(needs__requests=0.03))
    notebook = Notebook()
    model.week.append(notebook)
    before = people(model)
    model.run_for(26)
    after = people(model, identities=before["identity"])
    silent = ~np.isin(before["identity"], notebook.column("identity"))
    assert 50 < silent.sum() < 350
    for name in ("trust", "belief", "expectation", "complaints", "let_downs", "grievance", "estimate", "holder"):
        assert before[name][silent].tobytes() == after[name][silent].tobytes()
        assert before[name][~silent].tobytes() != after[name][~silent].tobytes()


def test_without_requests_trust_stays_where_it_is():
    model = small_model()
    model.members.set("next_request", np.inf)
    trust = model.tables["members"]["trust"].copy()
    model.week = [entry for entry in model.week if entry.name != "growth"]
    model.run_for(60)
    assert model.tables["members"]["trust"].tobytes() == trust.tobytes()
    assert model.record.total(series.REQUESTS, 0, 60) == 0


# Money.


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


def reorder_members(model, order):
    """The same founders in other rows, each with the ties and friendships that are his."""
    departments = model.departments
    members, ties = model.tables["members"], model.tables["ties"]
    for name in Member.columns:
        members[name][:] = members[name][order]
    tie_rows = (np.asarray(order)[:, None] * departments + np.arange(departments)).ravel()
    for name in Tie.columns:
        ties[name][:] = ties[name][tie_rows]
    place = np.append(np.argsort(order), -1)  # where each row has gone; nobody stays nobody
    friendships = model.tables["friendships"]
    friend_rows = (np.asarray(order)[:, None] * FRIENDS + np.arange(FRIENDS)).ravel()
    for name in Friendship.columns:
        friendships[name][:] = friendships[name][friend_rows]
    origins = model.tables["origins"]
    origins["root"][:] = origins["root"][order]
    for column in (friendships["other"], model.tables["circles"]["latest"], model.tables["forum"]["latest"]):
        column[:] = place[column]


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
