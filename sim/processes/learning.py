"""The staff side learns what a member needs.

Each contact is a noisy observation of the ideal point in the domain it was about, weighed as a Kalman filter
weighs it. How much it tells depends on listening (a scripted answer listens less), on disclosure (which grows
with trust) and on the time given. Knowledge belongs to the department of whoever learned it; others see it in
the measure that information is shared; it leaves with the person except for what is codified; it goes stale.
"""

import math

import numpy as np

from sim.compiled import AHEAD, fetch_early, formula, kernel
from sim.luck import decision, draws, normal
from sim.processes.encounters import visible_share
from sim.processes.needs import HALF_YEAR, WEEKS, prior_variance, rows_due
from sim.quantities import ASSUMED, quantities, quantity

OBSERVATION = decision("learning.observation")


@quantities
class LearningParameters:
    """What a contact teaches."""

    place = "world.learning"

    noise: float = quantity(0.5, "sd of needs squared", 0.02, 20.0, ASSUMED, "variance of what a fully disclosing, attentive contact shows of a need")
    scripted_deafness: float = quantity(0.6, "share", 0.0, 0.95, ASSUMED, "part of the message missed when the answer is by the book")
    wary_disclosure: float = quantity(0.3, "share", 0.05, 1.0, ASSUMED, "what somebody without any trust discloses, as a share of full disclosure")


@formula
def observation_variance(free, trust, effort, world):
    """Variance of what a contact shows of a need: less with listening, trust and time."""
    listening = 1.0 if free else 1.0 - world.scripted_deafness
    disclosure = world.wary_disclosure + (1.0 - world.wary_disclosure) * trust
    return world.noise / (listening * disclosure * effort)


@formula
def shrunk_estimate(estimate, offer, visible):
    """What remains of an estimate where only part of it can be seen: the rest is the standard offer."""
    return offer + visible * (estimate - offer)


@formula
def widened(uncertainty, prior, visible):
    """Variance where only part of the knowledge can be seen."""
    return uncertainty + (1.0 - visible) * (prior - uncertainty)


@kernel
def grow_stale(members, renewal_week, alive, count, week, given):
    """Once a year, when needs have moved, everything believed about a member is a little less sure."""
    drift, prior = given[0].needs.drift, prior_variance(given[0].needs)
    due = (week + HALF_YEAR) % WEEKS
    rows = rows_due(renewal_week, alive, count, due)
    for turn in range(len(rows)):
        if turn + AHEAD < len(rows):
            fetch_early(members, np.int64(rows[turn + AHEAD]))
        member = members[rows[turn]]
        for domain in range(given[0].scenario.departments):
            member.uncertainty[domain] = min(prior, np.float64(member.uncertainty[domain]) + drift * drift)


@kernel
def learn(cases, used, members, trust, staff, trend, offer, week, luck, given):
    """Each case teaches its server something about the member's need in its domain."""
    policy, world, prior = given[0].policy, given[0].learning, prior_variance(given[0].needs)
    for index in range(used):
        if index + AHEAD < used:
            fetch_early(members, cases[index + AHEAD].member)
        case = cases[index]
        member, domain = members[case.member], case.domain
        chance = draws(luck, OBSERVATION, week, int(case.identity), 0, int(case.ordinal))[0]
        visible = visible_share(int(member.holder[domain]), int(case.server), staff, policy, given[0].encounters)
        estimate = shrunk_estimate(np.float64(member.estimate[domain]), offer[domain], visible)
        uncertainty = widened(np.float64(member.uncertainty[domain]), prior, visible)
        variance = observation_variance(case.free, trust[case.member], staff[case.server].effort, world)
        seen = np.float64(member.needs[domain]) + trend[domain] + math.sqrt(variance) * normal(chance)
        weight = uncertainty / (uncertainty + variance)
        member.estimate[domain] = estimate + weight * (seen - estimate)
        member.uncertainty[domain] = uncertainty * (1.0 - weight)
        member.holder[domain] = case.server


def step(model) -> None:
    """Contacts teach the staff what members need; what is known goes stale."""
    members, cases, given = model.tables["members"], model.cases, model.given
    renewal_week, alive = members.scanned["renewal_week"], members.scanned["alive"]
    grow_stale(members.rows, renewal_week, alive, members.count, model.now, given)
    learn(
        cases.rows, cases.count, members.rows, members.scanned["trust"], model.tables["staff"].rows, model.trend, model.offer,
        model.now, model.luck, given,
    )  # fmt: skip
