"""Who is hired, what people learn, and whom they talk with."""

import math

import numpy as np
import pytest
from conftest import Plain, small_model, some_of, world_with
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from sim import Policy, World
from sim import recording as series
from sim.luck import draws, normal
from sim.processes import budget, colleagues, hiring, worklife, workload

talk_partner, chosen_applicant = colleagues.talk_partner, hiring.chosen_applicant
TRAITS = hiring.TRAITS
budget, colleagues, hiring, workload, worklife = map(Plain, (budget, colleagues, hiring, workload, worklife))
UNSEEN = settings(max_examples=150, deadline=None)
unit = st.floats(0, 1)
pair = st.tuples(unit, unit).map(sorted)
world_of = {name: some_of(type(group)) for name, group in vars(World()).items()}


# What is learned and fades.

share_a_week = st.just(0.0) | st.floats(1e-6, 0.1)
practice = (st.floats(0.01, 1.0), st.just(0.0) | st.floats(0.01, 6), share_a_week, share_a_week)


@UNSEEN
@given(unit, *practice)
def test_practice_nears_the_level_at_which_it_balances_fading(share, most, hours, speed, fading):
    """That level is its fixed point; from anywhere it comes nearer every week."""
    settled = worklife.settled_practice(most, hours, speed, fading)
    assert 0.0 <= settled <= most + 1e-12
    if speed * hours + fading > 0.0:
        assert worklife.after_practice(settled, most, hours, speed, fading) == pytest.approx(settled, abs=1e-12)
    level = share * most
    after = worklife.after_practice(level, most, hours, speed, fading)
    assert 0.0 <= after <= most
    kept = 1.0 - speed * hours - fading
    if kept >= 0.0 and speed * hours + fading > 0.0:
        assert after - settled == pytest.approx(kept * (level - settled), abs=1e-12)
    if speed * hours + fading == 0.0:
        assert after == level


@UNSEEN
@given(unit, unit, st.floats(-3, 3), st.floats(0, 500), st.floats(0, 500), world_of["worklife"])
def test_roles_shaped_around_people_fit_better_and_newcomers_catch_up(aptitude, roles, skill, one, other, world):
    fit = worklife.role_fit(aptitude, roles)
    assert aptitude <= fit + 1e-15 and fit <= 1.0 + 1e-15
    early, late = (worklife.ability_after(skill, weeks, 0.1, fit, world) for weeks in sorted((one, other)))
    assert early <= late <= skill + 0.1 + 0.5 * world.role_gain + 1e-12
    assert worklife.ability_after(skill, 0.0, 0.0, 0.5, world) == pytest.approx(skill - world.newcomer)
    halved = worklife.ability_after(skill, world.newcomer_weeks, 0.0, 0.5, world)
    assert halved == pytest.approx(skill - world.newcomer / 2.0)


@pytest.mark.parametrize("immersion", [0.0, 0.5, 1.0])
def test_staff_end_where_their_practice_settles(immersion):
    world = world_with(worklife__leaving=0.0, worklife__fading=0.05)
    model = small_model(20, world=world, policy=Policy(development=4.0, immersion=immersion), off=["partners", "budget"])
    settled = {name: model.staff.column(name) for name in ("trained", "immersed")}
    model.staff.set("trained", 0.0).set("immersed", 0.9)
    model.run_for(400)
    for name, level in settled.items():
        np.testing.assert_allclose(model.staff.column(name), level, atol=0.01)
    assert (settled["trained"] > 0.0).all() == (immersion < 1.0)
    assert (settled["immersed"] > 0.0).all() == (immersion > 0.0)


# Who is hired.


def best_of(count):
    """Expected largest of so many standard normals."""
    return integrate.quad(lambda x: x * count * stats.norm.pdf(x) * stats.norm.cdf(x) ** (count - 1), -9, 9)[0]


@pytest.mark.parametrize(
    ("values", "opportunities", "weights"),
    [(0.0, 0.0, (1.0, 0.0, 0.0)), (1.0, 0.0, (0.0, 1.0, 0.0)), (0.0, 1.0, (0.0, 0.0, 1.0)), (0.3, 0.3, (0.4, 0.3, 0.3))],
    ids=["skill", "values", "opportunities", "a bit of each"],
)
@pytest.mark.parametrize("count", [1, 3, 8])
def test_the_best_of_several_applicants_is_as_much_better_as_order_statistics_say(count, values, opportunities, weights):
    """What is hired for is gained in the measure of the interview's validity; traits not looked for are not."""
    policy = Policy(selectivity=count, hire_values=values, hire_opportunities=opportunities)
    model, posts = small_model(20, policy=policy), 2500
    gained = np.zeros(4)
    for post in range(posts):
        identity = chosen_applicant(post, 1, model.enacted[0], model.luck, model.given)
        first = post * 4096 + 8
        assert first <= identity < first + count
        skill, empathy, alignment, _ = draws(model.luck, TRAITS, 0, identity, 0, 0)
        spotting = draws(model.luck, TRAITS, 0, identity, 0, 1)[0]
        gained += [normal(skill), (normal(empathy) + normal(alignment)) / math.sqrt(2.0), normal(spotting), 0.0]
    scale = math.sqrt(sum(weight * weight for weight in weights))
    expected = model.world.hiring.validity * best_of(count) * np.array([*weights, 0.0]) / scale
    np.testing.assert_allclose(gained / posts, expected, atol=4.0 / math.sqrt(posts))


@UNSEEN
@given(st.floats(-4, 4), st.floats(-4, 4), st.tuples(*[st.floats(-4, 4)] * 3), some_of(Policy), world_of["hiring"])
def test_an_applicant_who_has_more_of_anything_never_looks_worse(one, other, rest, policy, world):
    low, high = sorted((one, other))
    for place in range(4):
        worse, better = (
            hiring.seen_score(*rest[:place], value, *rest[place:], 0.3, policy, world) for value in (low, high)
        )
        assert worse <= better + 1e-12


def test_who_applies_is_fixed_before_any_policy():
    """Whoever is hired under two policies is the same person; and it is always one of the first of the same applicants."""
    world = world_with(worklife__leaving=0.6, hiring__vacancy=0, hiring__applicant_weeks=0.0)
    model = small_model(100, world=world, members_per_post=5)
    arms = [model.fork(policy) for policy in (Policy(selectivity=2), Policy(selectivity=8, hire_values=0.9, development=6.0))]
    for arm in arms:
        arm.run_for(150)
    tables = [arm.tables["staff"] for arm in arms]
    newcomers = [table["hired"] >= 0 for table in tables]
    assert min(map(sum, newcomers)) > 10
    for table, rows, most in zip(tables, newcomers, (3, 8), strict=True):  # three at first: leaders carry the change
        identity, post = table["identity"][rows], table["post"][rows]
        assert ((identity - post * 4096) // 8 >= 1).all()
        assert ((identity - post * 4096) % 8 < most).all()
    shared, first, second = np.intersect1d(*(table["identity"] for table in tables), return_indices=True)
    assert len(shared) > 20
    for name in ("skill", "empathy", "values", "spotting", "aptitude", "sociability", "freedom_rank", "department"):
        assert tables[0][name][first].tobytes() == tables[1][name][second].tobytes(), name


@pytest.mark.parametrize(("applicants", "weeks"), [(1, 3), (3, 5), (8, 10)])
def test_a_post_stays_empty_longer_the_more_applicants_are_looked_at(applicants, weeks):
    world = world_with(worklife__leaving=0.0, hiring__vacancy=2, hiring__applicant_weeks=1.0)
    model = small_model(world=world, policy=Policy(selectivity=applicants))
    model.run_for(4)
    gone = next(iter(model.staff))
    gone.remove()
    model.run_for(15)
    (successor,) = model.staff.select(lambda person: person.post == gone.post)
    assert successor.hired - gone.left == weeks
    assert model.record.total(series.REPLACEMENT, 0, model.now) == pytest.approx(
        world.hiring.replacement_cost + applicants * world.hiring.applicant_cost
    )


# Whom people talk with, and what it does.


def partners(seat, sociability, first_post, weight):
    """Chance of each seat to be talked with, from the definition."""
    unit_of = np.repeat(np.arange(len(first_post) - 1), np.diff(first_post))
    chance = sociability * np.where(unit_of == unit_of[seat], weight, 1.0)
    chance[seat] = 0.0
    return chance / chance.sum(), unit_of[seat]


@pytest.mark.parametrize("weight", [1.0, 3.0, 200.0])
@pytest.mark.parametrize("seat", [0, 3, 5, 9])
def test_people_talk_with_each_other_as_often_as_their_weights_say(seat, weight):
    """Sociability times closeness, oneself and empty seats left out."""
    sociability = np.array([1.0, 0.0, 2.5, 0.4, 0.0, 3.0, 0.1, 1.0, 0.0, 0.7])
    first_post = np.array([0, 4, 5, 8, 10], np.int32)
    cumulative = np.concatenate([[0.0], np.cumsum(sociability)])
    expected, unit_of = partners(seat, sociability, first_post, weight)
    random, count = np.random.default_rng(12), 20_000
    met = np.bincount(
        [talk_partner(seat, unit_of, cumulative, first_post, weight, *random.random(2)) for _ in range(count)], minlength=10
    )
    assert not met[expected == 0.0].any()
    possible = expected > 0.0
    assert stats.chisquare(met[possible], expected[possible] * count).pvalue > 1e-3


def test_somebody_alone_talks_with_nobody():
    cumulative, first_post = np.array([0.0, 0.0, 2.0, 2.0]), np.array([0, 2, 3], np.int32)
    assert {talk_partner(1, 0, cumulative, first_post, 5.0, inside, 0.5) for inside in (0.01, 0.5, 0.99)} == {1}


@UNSEEN
@given(unit, unit, unit, pair, pair, st.floats(-0.2, 0.2), world_of["colleagues"])
def test_values_rise_with_knowing_why_and_fade_with_freedom(own, values, other, why, free, straying, world):
    def moved(known_why, freedom, stray=straying):
        return colleagues.moved_alignment(own, values, other, known_why, freedom, stray, world)

    assert 0.0 <= moved(why[0], free[0]) <= moved(why[1], free[0]) <= 1.0
    assert moved(why[0], free[1]) <= moved(why[0], free[0])
    plain = moved(0.0, 0.0, 0.0)
    assert min(own, values, other) - 1e-12 <= plain <= max(own, values, other) + 1e-12
    assert colleagues.own_department_weight(why[1], world) <= colleagues.own_department_weight(why[0], world)
    assert colleagues.own_department_weight(1.0, world) == 1.0


def test_talking_alone_brings_values_together_and_invents_none():
    """DeGroot 1974: with nothing else at work all stay within the range of the start, and come nearer to each other."""
    world = world_with(colleagues__meaning=0.0, colleagues__drifting=0.0, colleagues__straying=0.0, colleagues__rooted=0.0,
                       colleagues__influence=0.2, colleagues__apartness=0.0, worklife__leaving=0.0)  # fmt: skip
    model = small_model(100, world=world, members_per_post=5)
    before = model.staff.column("alignment")
    model.run_for(100)
    after = model.staff.column("alignment")
    assert before.min() <= after.min() and after.max() <= before.max()
    assert after.std() < 0.1 * before.std()


def test_free_hands_drift_apart_where_nobody_says_why():
    apart = []
    for why in (0.0, 1.0):
        world = world_with(colleagues__straying=0.3, worklife__leaving=0.0, leadership__leaving=0.0, colleagues__apartness=6.0)
        model = small_model(100, world=world, policy=Policy(strictness=0.0, climate=0.0, why=why), members_per_post=5)
        model.leaders.set("clarity", 1.0)
        model.run_for(156)
        record = model.record.rows[104:156]
        apart.append(record[:, [series.ALIGNMENT_APART, series.ALIGNMENT]].mean(axis=0))
    (silent_apart, silent), (told_apart, told) = apart
    assert silent_apart > told_apart and told > silent + 0.1
