"""What holds of formulas in every world: what each says about more and less."""

import math
from dataclasses import replace

import numpy as np
import pytest
from conftest import Plain, policies, some_of
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim import World
from sim.odds import logistic
from sim.processes import encounters, growth, learning, needs, renewals, routing, trust, worklife, workload

UNSEEN = settings(max_examples=150, deadline=None)

encounters, growth, learning, needs = map(Plain, (encounters, growth, learning, needs))
renewals, routing, trust, workload, worklife = map(Plain, (renewals, routing, trust, workload, worklife))

unit = st.floats(0, 1)
quality = st.floats(-10, 5)
pair = st.tuples(unit, unit).map(sorted)
distance = st.floats(-20, 20)
world_of = {name: some_of(type(group)) for name, group in vars(World()).items()}


@UNSEEN
@given(distance, distance, st.floats(0.3, 2.0))
def test_an_answer_fits_less_the_further_it_lies_from_the_need(one, other, tolerance):
    near, far = sorted((abs(one), abs(other)))
    assert 0.0 <= encounters.fit(far, tolerance) <= encounters.fit(near, tolerance) <= 1.0
    assert encounters.fit(near, tolerance) == encounters.fit(-near, tolerance)
    assert encounters.fit(0.0, tolerance) == 1.0
    assert encounters.fit(tolerance, tolerance) == 0.5


@UNSEEN
@given(st.floats(-800, 800), st.floats(-800, 800))
def test_the_logistic_rises_from_0_to_1_and_is_symmetric(one, other):
    low, high = sorted((one, other))
    assert 0.0 <= logistic(low) <= logistic(high) <= 1.0
    assert math.isclose(logistic(low) + logistic(-low), 1.0, rel_tol=1e-14)
    assert logistic(0.0) == 0.5


@UNSEEN
@given(unit, unit, quality, quality, st.floats(-3, 5), unit, unit, world_of["trust"])
def test_trust_stays_in_bounds_and_a_better_answer_never_lowers_it(start, ceiling, one, other, line, gain, loss, world):
    low, high = sorted((one, other))
    after_worse, after_better = (
        trust.moved_trust(start, ceiling, value, line, gain, loss, world) for value in (low, high)
    )
    assert 0.0 <= after_worse <= after_better <= max(start, ceiling) + 1e-15
    assert (after_worse <= start) if low < line else (after_worse >= start)


@UNSEEN
@given(pair, pair, quality, st.floats(-3, 5), unit, unit, world_of["trust"])
def test_who_trusted_more_still_trusts_more_after_the_same_answer(trusts, ceilings, value, line, gain, loss, world):
    """And who could trust more again, too."""
    low, high = (trust.moved_trust(start, ceilings[1], value, line, gain, loss, world) for start in trusts)
    assert low <= high + 1e-15
    low, high = (trust.moved_trust(trusts[0], ceiling, value, line, gain, loss, world) for ceiling in ceilings)
    assert low <= high + 1e-15


def test_trust_falls_faster_than_it_rises():
    """From the middle, with the world's defaults: a plainly bad answer undoes several good ones."""
    world = World().trust
    gained = trust.moved_trust(0.5, 1.0, world.line + 0.5, world.line, world.gain, world.loss, world) - 0.5
    lost = 0.5 - trust.moved_trust(0.5, 1.0, world.line - 0.5, world.line, world.gain, world.loss, world)
    assert lost > 3.0 * gained > 0.0


@UNSEEN
@given(quality, pair, unit)
def test_distrust_takes_from_good_answers_only(value, trusts, friction):
    wary, trusting = (trust.taken_up(value, start, friction) for start in trusts)
    assert wary <= trusting <= max(value, 0.0) or wary == trusting == value
    assert trust.taken_up(value, 1.0, friction) == value


@UNSEEN
@given(st.floats(-4, 4), quality, pair, world_of["trust"])
def test_a_promise_raises_expectation_and_a_raised_expectation_raises_the_line(expectation, value, promises, world):
    low, high = (trust.moved_expectation(expectation, value, promise, world) for promise in promises)
    assert low <= high
    assert trust.let_down_line(low, 0.5, world) <= trust.let_down_line(high, 0.5, world)


@UNSEEN
@given(st.floats(-3, 3), st.floats(-3, 3), world_of["worklife"], world_of["encounters"])
def test_the_able_fail_less_and_the_content_stay_longer(one, other, work, meeting):
    low, high = sorted((one, other))
    assert 0.0 <= encounters.failure_chance(high, meeting) <= encounters.failure_chance(low, meeting) <= 1.0
    assert 0.0 <= worklife.leaving_chance(high, work) <= worklife.leaving_chance(low, work) <= 1.0


@UNSEEN
@given(st.floats(-3, 3), pair, st.tuples(*[unit] * 5), st.floats(0, 50), st.floats(0, 50), world_of["worklife"])
def test_morale_rises_with_what_makes_work_worth_doing_and_falls_with_load(morale, shares, others, one, other, work):
    """Autonomy counts as the world says (its weight may be negative), overload and unfairness never do any good."""
    low, high = sorted((one, other))
    assert worklife.target_morale(*others, high, work) <= worklife.target_morale(*others, low, work)
    for place, sign in enumerate((math.copysign(1.0, work.autonomy), 1.0, 1.0, 1.0, -1.0)):
        less, more = (
            worklife.target_morale(*others[:place], share, *others[place + 1 :], low, work) for share in shares
        )
        assert sign * (more - less) >= -1e-12
        assert worklife.moved_morale(morale, min(less, more), work) <= worklife.moved_morale(morale, max(less, more), work)
        assert -3.0 <= worklife.moved_morale(morale, less, work) <= 3.0


def test_what_is_usual_leaves_morale_unmoved():
    work = World().worklife
    usual = (work.usual_autonomy, work.usual_meaning, work.usual_belonging, work.usual_role, work.usual_unfairness)
    assert worklife.target_morale(*usual, 1.0, work) == 0.0
    assert worklife.moved_morale(0.0, 0.0, work) == 0.0


@UNSEEN
@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 1))
def test_waiting_costs_more_the_longer_it_takes_but_never_without_end(one, other, cost):
    low, high = sorted((one, other))
    assert 0.0 <= encounters.waiting_cost(low, cost) <= encounters.waiting_cost(high, cost) <= 2.0 * cost


@UNSEEN
@example(0.5, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0)
@given(unit, st.floats(0, 500), st.floats(0, 500), st.floats(0.2, 10), unit, unit, unit)
def test_bonds_fade_with_time_grow_with_contact_and_stay_in_bounds(bond, one, other, years, empathy, effort, pace):
    low, high = sorted((one, other))
    assert 0.0 <= encounters.faded(bond, high, years) <= encounters.faded(bond, low, years) <= bond
    assert bond <= encounters.grown(bond, empathy, effort, pace) <= 1.0


@UNSEEN
@given(unit, unit, unit, world_of["encounters"])
def test_process_and_shared_records_keep_more_of_what_a_leaver_knew(strictness, information, more, world):
    kept = encounters.kept_from_leaver(strictness, information, world.codified, world.records)
    assert world.codified - 1e-12 <= kept <= 1.0
    assert kept <= encounters.kept_from_leaver(max(strictness, more), information, world.codified, world.records) + 1e-12
    assert kept <= encounters.kept_from_leaver(strictness, max(information, more), world.codified, world.records) + 1e-12


@UNSEEN
@given(st.tuples(*[st.booleans()] * 4), pair, policies, world_of["routing"])
def test_hours_rise_with_freedom_solutions_second_parts_records_and_listening(kind, shares, levers, world):
    for lever, sign in (("information", 1.0), ("listening", 1.0), ("climate", -1.0)):
        low, high = (routing.case_hours(*kind, replace(levers, **{lever: share}), world) for share in shares)
        assert 0.0 < min(low, high)
        assert sign * (high - low) >= 0.0
    for place in range(4):
        plain, more = (routing.case_hours(*kind[:place], given, *kind[place + 1 :], levers, world) for given in (False, True))
        assert plain <= more


@UNSEEN
@given(st.booleans(), pair, policies, world_of["routing"])
def test_meetings_reports_and_development_take_hours_from_members(developing, shares, levers, world):
    """Judging takes time, and so does measuring: which takes more is up to the world."""
    for lever, most in (("climate", 1.0), ("why", 1.0), ("shared", 1.0), ("development", 6.0), ("judgement", 1.0)):
        less, more = (workload.member_hours(replace(levers, **{lever: most * share}), developing, world) for share in shares)
        assert (lever == "judgement" and world.report_hours > world.judging_hours) or more <= less + 1e-12
        assert 1.0 <= more <= max(1.0, world.week_hours)
    assert workload.member_hours(levers, True, world) <= workload.member_hours(levers, False, world)


@UNSEEN
@given(st.floats(0, 100), st.floats(0, 100), st.floats(0.2, 1.0))
def test_effort_falls_with_load_to_the_least_there_is(one, other, least):
    low, high = sorted((one, other))
    assert least <= workload.effort_under(high, least) <= workload.effort_under(low, least) <= 1.0
    assert workload.effort_under(min(low, 1.0), least) == 1.0


@UNSEEN
@given(pair, pair, st.tuples(st.floats(0.05, 1.0), st.floats(0.05, 1.0)).map(sorted), pair, pair, world_of["learning"])
def test_trust_listening_time_and_immersion_make_a_contact_tell_more(messages, trusts, cares, listening, immersed, world):
    """Each by itself: the others are held where they are low."""
    scripted = [learning.heard(False, humble, world) for humble in listening]
    assert 0.0 < scripted[0] <= scripted[1] <= learning.heard(True, listening[0], world) == 1.0
    scales = [[max(0.05, share) for share in messages], trusts, listening, cares, immersed]
    lowest = [scale[0] for scale in scales]
    for place, scale in enumerate(scales):
        less, more = (
            learning.observation_variance(*lowest[:place], value, *lowest[place + 1 :], world) for value in scale
        )
        assert 0.0 < more <= less * (1.0 + 1e-12)


@UNSEEN
@given(st.floats(-10, 10), st.floats(-10, 10), pair, st.floats(0, 9), st.floats(0, 9))
def test_who_sees_less_believes_something_nearer_the_offer_and_less_surely(estimate, offer, shares, one, other):
    uncertainty, prior = sorted((one, other))
    near, far = (learning.shrunk_estimate(estimate, offer, visible) for visible in shares)
    assert abs(near - offer) <= abs(far - offer) + 1e-12
    unsure, sure = (learning.widened(uncertainty, prior, visible) for visible in shares)
    assert uncertainty - 1e-12 <= sure <= unsure + 1e-12 <= prior + 2e-12


def joining_chance(*given):
    """Chance that a prospect joins whom nobody among the members brings or warns."""
    return logistic(growth.joining_odds(*given))


@UNSEEN
@given(pair, st.tuples(st.floats(0, 2), st.floats(0, 2)).map(sorted), unit, world_of["growth"])
def test_prospects_join_more_readily_the_better_the_talk_and_the_more_events(reputations, events, usual, world):
    """And the more is promised: that is believed before it is lived."""
    low, high = (joining_chance(reputation, usual, events[0], 0.5, 0.0, world) for reputation in reputations)
    assert 0.0 < low <= high < 1.0
    low, high = (joining_chance(reputations[0], usual, effect, 0.5, 0.0, world) for effect in events)
    assert 0.0 < low <= high < 1.0
    low, high = (joining_chance(usual, usual, events[0], promise, 0.0, world) for promise in reputations)
    assert 0.0 < low <= high < 1.0
    assert joining_chance(usual, usual, 1.0, 0.0, 0.0, world) == pytest.approx(world.joining)


@UNSEEN
@given(st.integers(1, 40), st.data())
def test_a_second_domain_is_another_one_and_each_is_possible(departments, data):
    chance = data.draw(st.floats(0, 1, exclude_max=True))
    main = data.draw(st.integers(0, departments - 1))
    domain = needs.requested_domain(main, departments, data.draw(unit), chance)
    assert 0 <= domain < departments
    if departments > 1:
        reached = {needs.other_domain(main, departments, (k + 0.5) / (departments - 1)) for k in range(departments - 1)}
        assert reached == set(range(departments)) - {main}


@UNSEEN
@given(st.floats(-6, 6), st.floats(0.2, 2.0), st.floats(0, 0.6))
def test_needs_drift_without_spreading_further(need, spread, drift):
    """Autoregressive: kept**2 spread**2 + innovation is spread**2, so the mean of squares over chances stays."""
    chances = (np.arange(400) + 0.5) / 400
    after = np.array([needs.drifted(need, *needs.yearly_drift(spread, drift), chance) for chance in chances])
    kept = math.sqrt(max(0.0, 1.0 - (drift / spread) ** 2))
    assert after.mean() == pytest.approx(kept * need, abs=1e-9 + 1e-6 * abs(need))
    assert after.var() == pytest.approx(spread**2 * (1.0 - kept**2), rel=0.02, abs=1e-12)


@UNSEEN
@given(st.floats(-20, 20), st.floats(0, 60), st.floats(-5, 5), st.floats(0, 20))
def test_a_common_promise_gives_way_to_own_experience(commitment, years, promise, worth):
    low, high = sorted((commitment, promise))
    base = renewals.base_commitment(commitment, years + 1.0, promise, worth)
    later = renewals.base_commitment(commitment, years + 2.0, promise, worth)
    assert low - 1e-9 <= base <= high + 1e-9
    assert abs(later - commitment) <= abs(base - commitment) + 1e-9
    assert renewals.base_commitment(commitment, years + 1.0, promise, 0.0) == pytest.approx(commitment)


@UNSEEN
@given(unit, st.floats(-20, 20), st.tuples(*[st.floats(-5, 5)] * 7))
def test_a_reason_for_leaving_would_have_kept_the_member(chance, odds, gaps):
    code = renewals.reason(odds, chance, *gaps)
    enough = [gap for gap in gaps if gap > 0.0 and chance < logistic(odds + gap)]
    if code == renewals.NO_SINGLE_CAUSE:
        assert not enough
    else:
        last = {renewals.COMMUNITY_INSTEAD: gaps[-2], renewals.RIVAL: gaps[-1]}
        named = last[code] if code in last else gaps[code - renewals.COMMITMENT]
        assert named == max(enough)
