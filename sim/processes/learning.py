"""The staff side learns what a member needs.

Each contact is a noisy observation of the ideal point in the domain it was about, weighed as a Kalman filter
weighs it. How much it tells depends on listening (a scripted answer listens less), on disclosure (which grows
with trust) and on the time given. Knowledge belongs to the department of whoever learned it; others see it in
the measure that information is shared; it leaves with the person except for what is codified; it goes stale.

What a member does not speak of shows only in contact that is close: where trust, transparency and vulnerability come
together. How far one of them can stand in for another is uncertain, so they combine with a constant elasticity of
substitution (Arrow, Chenery, Minhas & Solow 1961, Review of Economics and Statistics 43(3)).
"""

import math

import numpy as np

from sim.averages import answering
from sim.columns import LATENT
from sim.compiled import AHEAD, fetch_early, formula, kernel, making_kernel
from sim.luck import decision, draws, normal
from sim.processes.encounters import visible_share
from sim.processes.needs import prior_variance, rows_due
from sim.quantities import ASSUMED, quantities, quantity
from sim.steps import HALF_YEAR, WEEKS

OBSERVATION = decision("learning.observation")


@quantities
class LearningParameters:
    """What a contact teaches."""

    place = "world.learning"

    noise: float = quantity(0.5, "sd of needs squared", 0.02, 20.0, ASSUMED, "variance of what a fully disclosing, attentive contact shows of a need")
    scripted_deafness: float = quantity(0.6, "share", 0.0, 0.95, ASSUMED, "part of the message missed when the answer is by the book")
    latent_talk: float = quantity(0.3, "share of requests", 0.0, 1.0, ASSUMED, "requests in which something comes up that nobody asked for")
    latent_noise: float = quantity(0.5, "sd of needs squared", 0.02, 20.0, ASSUMED, "variance of what an entirely close contact then shows of a latent need")
    closeness_power: float = quantity(-1.0, "power", -6.0, 0.9, ASSUMED, "how trust, transparency and vulnerability combine: 0.9 = nearly substitutes, -6 = nearly the least of them alone")
    immersion_ear: float = quantity(0.5, "share", 0.0, 0.9, ASSUMED, "part of the noise gone for somebody who knows members from time among them")
    opening: float = quantity(0.3, "share", 0.0, 1.0, ASSUMED, "part of the wariness that listening first overcomes")
    wary_disclosure: float = quantity(0.3, "share", 0.05, 1.0, ASSUMED, "what somebody without any trust discloses, as a share of full disclosure")


@formula
def heard(free, listening, world):
    """Part of the message that is heard: a scripted answer misses some of it, less where listening comes first."""
    return 1.0 if free else 1.0 - world.scripted_deafness * (1.0 - listening)


@formula
def observation_variance(message, trust, listening, care, immersed, world):
    """Variance of what a contact shows of a need: less with listening, trust, time, and time spent among members."""
    at_ease = trust + world.opening * listening * (1.0 - trust)
    disclosure = world.wary_disclosure + (1.0 - world.wary_disclosure) * at_ease
    return world.noise * (1.0 - world.immersion_ear * immersed) / (message * disclosure * care)


@formula
def closeness(trust, transparency, vulnerability, power):
    """How close a contact is, 0..1: the three combined with constant elasticity 1 / (1 - power), with equal shares."""
    power = power if abs(power) > 0.01 else 0.01
    total = math.exp(power * math.log(max(trust, 0.01)))
    total += math.exp(power * math.log(max(transparency, 0.01)))
    total += math.exp(power * math.log(max(vulnerability, 0.01)))
    return math.exp(math.log(total / 3.0) / power)


@kernel
def observe(member, place, position, server, variance, chance, offer, prior, staff, enacted, encounters):
    """Weigh one observation of a coordinate of a member's ideal point, as a Kalman filter does.

    One person holds what is known of a coordinate: whoever learned last, unless somebody still there, whose department
    keeps it to itself, knows better. What the less informed one learned is then not remembered.
    """
    visible = visible_share(int(member.holder[place]), server, staff, enacted, encounters)
    estimate = shrunk_estimate(np.float64(member.estimate[place]), offer[place], visible)
    uncertainty = widened(np.float64(member.uncertainty[place]), prior, visible)
    seen = position + math.sqrt(variance) * normal(chance)
    weight = uncertainty / (uncertainty + variance)
    remaining, holder = uncertainty * (1.0 - weight), int(member.holder[place])
    if holder >= 0 and staff[holder].alive and np.float64(member.uncertainty[place]) < remaining:
        return  # another department knows better, and what it knows is not lost because somebody else was asked
    member.estimate[place] = estimate + weight * (seen - estimate)
    member.uncertainty[place] = remaining
    member.holder[place] = server


@formula
def shrunk_estimate(estimate, offer, visible):
    """What remains of an estimate where only part of it can be seen: the rest is the standard offer."""
    return offer + visible * (estimate - offer)


@formula
def widened(uncertainty, prior, visible):
    """Variance where only part of the knowledge can be seen."""
    return uncertainty + (1.0 - visible) * (prior - uncertainty)


@making_kernel
def grow_stale(members, renewal_week, alive, count, week, given):
    """Once a year, when needs have moved, everything believed about a member is a little less sure."""
    drift, prior = given[0].needs.drift, prior_variance(given[0].needs)
    due = (week + HALF_YEAR) % WEEKS
    rows = rows_due(renewal_week, alive, count, due)
    for turn in range(len(rows)):
        if turn + AHEAD < len(rows):
            fetch_early(members, np.int64(rows[turn + AHEAD]))
        member = members[rows[turn]]
        for domain in range(int(given[0].scenario.departments) + LATENT):
            member.uncertainty[domain] = min(prior, np.float64(member.uncertainty[domain]) + drift * drift)


@kernel
def learn(cases, used, members, trusts, staff, averages, services, enacted, trend, offer, week, luck, given):
    """Each case teaches its server something about the member's need in its domain, and a little of what is latent."""
    world, prior, encounters = given[0].learning, prior_variance(given[0].needs), given[0].encounters
    departments = int(given[0].scenario.departments)
    for index in range(used):
        if index + AHEAD < used:
            fetch_early(members, cases[index + AHEAD].member)
        case = cases[index]
        if case.refused:
            continue
        member, domain, server = members[case.member], int(case.domain), int(case.server)
        person = answering(staff, averages, server)
        levers, trust, ordinal = enacted[person.department], trusts[case.member], int(case.ordinal)
        chances = draws(luck, OBSERVATION, week, int(case.identity), 0, ordinal)
        message = heard(case.free, levers.listening, world)
        variance = observation_variance(message, trust, levers.listening, person.care, person.immersed, world)
        left = services[person.department].noise_left
        position = np.float64(member.needs[domain]) + trend[domain]
        observe(member, domain, position, server, variance * left, chances[0], offer, prior, staff, enacted, encounters)
        if ordinal % 2 == 0 and chances[2] < world.latent_talk:
            place = departments + min(LATENT - 1, int(chances[2] / world.latent_talk * LATENT))
            close = closeness(trust, levers.transparency, levers.vulnerability, world.closeness_power)
            variance = world.latent_noise / (close * message * person.care * (0.5 + person.spotting))
            position = np.float64(member.needs[place]) + trend[place]
            observe(member, place, position, server, variance * left, chances[1], offer, prior, staff, enacted, encounters)


@making_kernel
def forget_and_learn(
    cases, used, members, renewal_week, alive, count, trusts, staff, averages, services, enacted, trend, offer, week, luck, given,
):  # fmt: skip
    """What is known goes stale, then the week's contacts add to it."""
    grow_stale(members, renewal_week, alive, count, week, given)
    learn(cases, used, members, trusts, staff, averages, services, enacted, trend, offer, week, luck, given)


def step(model) -> None:
    """Contacts teach the staff what members need; what is known goes stale."""
    members, cases = model.tables["members"], model.cases
    scanned = members.scanned
    forget_and_learn(
        cases.rows, cases.count, members.rows, scanned["renewal_week"], scanned["alive"], members.count, scanned["trust"],
        model.tables["staff"].rows, model.averages, model.tables["departments"].rows, model.enacted, model.trend, model.offer,
        model.now, model.luck, model.given,
    )  # fmt: skip
