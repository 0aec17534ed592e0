"""A case is answered: by the standard, or with discretion; never by an average of both.

A standard answer fits the average need, with a small error, and does not depend on who gives it. A free
answer fits what is known of this member, with a wide error, and depends on skill and empathy; it can fail,
it can give value away, and a failure can be put right only by somebody free to act. The needs, the offer and
what is known are points in one space, one coordinate a domain.
"""

import math

import numpy as np

from sim.compiled import AHEAD, fetch_early, formula, kernel
from sim.luck import decision, draws, normal
from sim.processes.needs import prior_variance
from sim.quantities import ASSUMED, quantities, quantity

ANSWER = decision("encounters.answer")


@quantities
class EncounterParameters:
    """What an answer is worth, in units of a perfect standard answer."""

    place = "world.encounters"

    tolerance: float = quantity(0.8, "sd of needs", 0.3, 2.0, ASSUMED, "misfit at which an answer is worth half")
    standard_error: float = quantity(0.15, "quality", 0.0, 1.0, ASSUMED, "sd of a standard answer's quality")
    free_error: float = quantity(0.5, "quality", 0.0, 1.5, ASSUMED, "sd of a free answer's quality where nothing is known of the member")
    error_known: float = quantity(0.5, "share", 0.0, 1.0, ASSUMED, "part of the free error that full knowledge removes")
    empathy: float = quantity(0.2, "quality", 0.0, 0.6, ASSUMED, "worth of empathy in a free answer, beyond the average person's")
    standard_failure: float = quantity(0.02, "probability", 0.0, 0.2, ASSUMED, "chance that a standard answer fails")
    free_failure: float = quantity(0.06, "probability", 0.0, 0.3, ASSUMED, "chance that a free answer of somebody with skill 0 fails")
    failure_size: float = quantity(1.2, "quality", 0.2, 3.0, ASSUMED, "quality lost in a failure")
    recovery: float = quantity(0.5, "probability", 0.0, 1.0, ASSUMED, "chance that somebody free to act puts a failure right, guardrail permitting")
    amends: float = quantity(0.15, "dues", 0.01, 1.0, ASSUMED, "cost of putting a failure right; a lower guardrail makes it as much less likely")
    giveaway: float = quantity(0.04, "dues a case", 0.0, 1.0, ASSUMED, "value given away in a free answer by somebody who shares none of the organisation's values")
    handoff_loss: float = quantity(0.35, "share", 0.0, 1.0, ASSUMED, "part of the tailoring lost when a case is handed on; sharing information halves it")
    handoff_drop: float = quantity(0.08, "probability", 0.0, 0.5, ASSUMED, "chance that a part handed on is never answered; sharing information halves it")
    handoff_wait: float = quantity(0.4, "weeks", 0.0, 4.0, ASSUMED, "delay of a part handed on")
    depth_loss: float = quantity(0.10, "quality", 0.0, 0.6, ASSUMED, "what a free answer lacks outside the answerer's own department")
    effort_cost: float = quantity(0.5, "quality", 0.0, 2.0, ASSUMED, "quality lost if a case got none of the time it needs")
    wait_cost: float = quantity(0.2, "quality per week", 0.0, 1.0, ASSUMED, "quality lost in the first week of waiting; later weeks count less")
    codified: float = quantity(0.4, "share", 0.0, 1.0, ASSUMED, "part of what a leaver knew that stays, with no strictness and no sharing")
    records: float = quantity(0.5, "share", 0.0, 1.0, ASSUMED, "how far full strictness, or full sharing, keeps the rest")
    bond_growth: float = quantity(0.15, "share a contact", 0.0, 1.0, ASSUMED, "bond gained in a contact with a person of average empathy, as a share of what is missing")
    bond_years: float = quantity(1.0, "years", 0.2, 10.0, ASSUMED, "time in which a bond without contact falls to 37 %")


@formula
def fit(distance, tolerance):
    """Worth of an answer at a distance from the need: 1 at no distance, 1/2 at the tolerance, never negative."""
    ratio = distance / tolerance
    return 1.0 / (1.0 + ratio * ratio)


@formula
def kept_from_leaver(strictness, information, codified, records):
    """Part of a leaver's knowledge that process and shared records keep."""
    return 1.0 - (1.0 - codified) * (1.0 - records * strictness) * (1.0 - records * information)


@kernel
def visible_share(holder, server, staff, policy, world):
    """How much of what ``holder`` learned about a member ``server`` can see, 0..1; arguments are staff rows."""
    if holder < 0 or holder == server:
        return 1.0
    if not staff[holder].alive:
        return kept_from_leaver(policy.strictness, policy.information, world.codified, world.records)
    if staff[holder].department == staff[server].department:
        return 1.0
    return policy.information


@formula
def failure_chance(ability, world):
    """Chance that a free answer fails: falls with ability, half of it gone at ability 0.5."""
    return world.standard_failure + world.free_failure * min(2.0, max(0.0, 1.0 - ability))


@formula
def standard_quality(need, offer, chance, world):
    """Quality of an answer by the book; it does not depend on who gives it."""
    return fit(need - offer, world.tolerance) + world.standard_error * normal(chance)


@formula
def free_quality(need, offer, estimate, tailoring, known, ability, empathy, own_department, chance, world):
    """Quality of an answer with discretion.

    Parameters
    ----------
    need, offer, estimate : float, sd of needs
        Ideal point, standard offer, and what is believed of the ideal point.
    tailoring : float, 0..1
        How far from the offer towards the estimate the answer can move.
    known : float, 0..1
        Share of the uncertainty about this member that is gone.
    ability : float, quality
        Skill of the person, newcomers' handicap included.
    empathy : float, 0..1
        Empathy of the person.
    own_department : bool
        The domain is the answerer's own.
    chance : float, 0..1
        Uniform behind the error.
    """
    answer = offer + tailoring * (estimate - offer)
    error = world.free_error * (1.0 - world.error_known * known)
    quality = fit(need - answer, world.tolerance) + ability + world.empathy * (empathy - 0.5) + error * normal(chance)
    return quality if own_department else quality - world.depth_loss


@formula
def waiting_cost(weeks, cost):
    """Quality lost by waiting: bounded, so that a long queue cannot make an answer infinitely bad."""
    return cost * weeks / (1.0 + 0.5 * weeks)


@formula
def faded(bond, weeks, years):
    """A bond after some weeks without contact."""
    return bond * math.exp(-weeks / (52.0 * years))


@formula
def grown(bond, empathy, effort, growth):
    """A bond after a contact: it gains a share of what is missing, more with empathy and with time given."""
    return bond + min(1.0, growth * (0.5 + empathy) * effort) * (1.0 - bond)


@kernel
def answer_cases(cases, used, members, staff, trend, offer, week, luck, given):
    """Give each case its quality, as content and as received."""
    policy, world, prior = given[0].policy, given[0].encounters, prior_variance(given[0].needs)
    for index in range(used):
        if index + AHEAD < used:
            fetch_early(members, cases[index + AHEAD].member)
        case = cases[index]
        member, person = members[case.member], staff[case.server]
        domain, ordinal = case.domain, int(case.ordinal)
        error, failing, recovering, dropping = draws(luck, ANSWER, week, int(case.identity), 0, ordinal)
        need = np.float64(member.needs[domain]) + trend[domain]
        handed_on = ordinal % 2 == 1 and not case.owned
        gift = 0.0
        if handed_on and dropping < world.handoff_drop * (1.0 - 0.5 * policy.information):
            quality = 0.0
        elif case.free:
            visible = visible_share(int(member.holder[domain]), int(case.server), staff, policy, world)
            known = visible * max(0.0, 1.0 - np.float64(member.uncertainty[domain]) / prior)
            tailoring = visible
            if handed_on:
                tailoring *= 1.0 - world.handoff_loss * (1.0 - 0.5 * policy.information)
            quality = free_quality(
                need, offer[domain], np.float64(member.estimate[domain]), tailoring, known,
                person.ability, person.empathy, person.department == domain, error, world,
            )  # fmt: skip
            gift = min(policy.guardrail, world.giveaway * (1.0 - person.alignment))
            if failing < failure_chance(person.ability, world):
                quality -= world.failure_size
                amends = min(policy.guardrail, world.amends)
                if recovering < world.recovery * amends / world.amends:
                    quality += world.failure_size
                    gift = min(policy.guardrail, gift + amends)
        else:
            quality = standard_quality(need, offer[domain], error, world)
            if failing < world.standard_failure:
                quality -= world.failure_size
        weeks = person.waiting + (world.handoff_wait if handed_on else 0.0)
        lost = world.effort_cost * (1.0 - person.effort) + waiting_cost(weeks, world.wait_cost)
        case.quality = quality
        case.received = quality - lost
        case.gift = gift


@kernel
def meet(cases, used, staff, ties, week, given):
    """Contact keeps ties alive: a bond fades since the last contact, then grows with this one."""
    world, departments = given[0].encounters, int(given[0].scenario.departments)
    for index in range(used):
        if index + AHEAD < used:
            coming = cases[index + AHEAD]
            fetch_early(ties, coming.member * departments + coming.domain)
        case = cases[index]
        person = staff[case.server]
        tie = ties[case.member * departments + person.department]
        if tie.staff != case.server:
            tie.staff = case.server
            tie.since = week
            bond = 0.0
        else:
            bond = faded(np.float64(tie.bond), week - int(tie.last_contact), world.bond_years)
        tie.bond = grown(bond, person.empathy, person.effort, world.bond_growth)
        tie.last_contact = week


def step(model) -> None:
    """Cases are answered, by the standard or with discretion; bonds grow with contact."""
    cases, staff, given = model.cases, model.tables["staff"].rows, model.given
    members = model.tables["members"].rows
    answer_cases(cases.rows, cases.count, members, staff, model.trend, model.offer, model.now, model.luck, given)
    meet(cases.rows, cases.count, staff, model.tables["ties"].rows, model.now, given)
