"""A case is answered: by the standard, or with discretion; never by an average of both.

A standard answer fits the average need, with a small error, and does not depend on who gives it. A free
answer fits what is known of this member, with a wide error, and depends on skill and empathy; it can fail,
it can give value away, and a failure can be put right only by somebody free to act. The needs, the offer and
what is known are points in one space, one coordinate a domain and some latent ones, which are part of every
answer. Between the two stands the solution put together by process from what is known. A failure is put right,
admitted or covered up; what is covered up is not noticed, or found out.
"""

import math

import numpy as np

from sim.averages import answering
from sim.columns import LATENT
from sim.compiled import AHEAD, fetch_early, formula, kernel
from sim.luck import decision, draws, normal
from sim.processes.needs import prior_variance
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import ADMITTED, ADVISED, COVERED
from sim.steps import STEPS, WEEKS

ANSWER, COVERING = decision("encounters.answer"), decision("encounters.covering")


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
    latent_share: float = quantity(0.15, "share", 0.0, 0.6, ASSUMED, "part of an answer's worth that lies in what nobody asks for")
    solution_reach: float = quantity(0.6, "share", 0.0, 1.0, ASSUMED, "how far a solution put together by process moves towards what is known of the member")
    immersion_warmth: float = quantity(0.3, "0..1", 0.0, 1.0, ASSUMED, "empathy gained by somebody who knows members from time among them")
    advice_line: float = quantity(0.35, "quality", 0.0, 0.9, ASSUMED, "fit below which an objective adviser names a better source")
    advice_quality: float = quantity(0.5, "quality", 0.0, 1.0, ASSUMED, "quality of that answer, the member's way there included")
    covered: float = quantity(0.6, "share", 0.0, 1.0, ASSUMED, "part of a failure that the member does not notice if it is covered up")
    neglect: float = quantity(1.0, "ratio", 0.0, 4.0, ASSUMED, "how much more of what is handed on lies unanswered with somebody who shares none of the organisation's values, against 0.6 of them")
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
def latent_weight(week, scenario, world):
    """Part of an answer's worth that lies in what nobody asks for: more once needs have jumped there; 0..1."""
    if scenario.shift_week >= 0 and week >= scenario.shift_week:
        return max(world.latent_share, scenario.shift_share)
    return world.latent_share


@formula
def kept_from_leaver(strictness, information, codified, records):
    """Part of a leaver's knowledge that process and shared records keep."""
    return 1.0 - (1.0 - codified) * (1.0 - records * strictness) * (1.0 - records * information)


@kernel
def visible_share(holder, server, staff, enacted, world):
    """How much of what ``holder`` learned about a member ``server`` can see, 0..1; arguments are staff rows.

    It is the department that learned something which shares it, or has codified it.
    """
    if holder < 0:
        return 0.0  # nothing is known: what is believed is the offer of today, not that of the day of joining
    if holder == server:
        return 1.0
    levers = enacted[staff[holder].department]
    if not staff[holder].alive:
        return kept_from_leaver(levers.strictness, levers.information, world.codified, world.records)
    if staff[holder].department == staff[server].department:
        return 1.0
    return levers.information


@formula
def failure_chance(ability, world):
    """Chance that a free answer fails: falls with ability, half of it gone at ability 0.5."""
    return world.standard_failure + world.free_failure * min(2.0, max(0.0, 1.0 - ability))


@formula
def standard_quality(fitting, chance, world):
    """Quality of an answer by the book, given how well it fits; it does not depend on who gives it."""
    return fitting + world.standard_error * normal(chance)


@formula
def free_quality(fitting, known, ability, empathy, own_department, chance, world):
    """Quality of an answer with discretion.

    Parameters
    ----------
    fitting : float, 0..1
        How well the answer fits the need.
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
    error = world.free_error * (1.0 - world.error_known * known)
    quality = fitting + ability + world.empathy * (empathy - 0.5) + error * normal(chance)
    return quality if own_department else quality - world.depth_loss


@formula
def waiting_cost(weeks, cost):
    """Quality lost by waiting: bounded, so that a long queue cannot make an answer infinitely bad."""
    return cost * weeks / (1.0 + 0.5 * weeks)


@formula
def dropping_chance(alignment, levers, world):
    """Chance that a part handed on is never answered: less where information is shared or departments cooperate."""
    together = 0.5 * max(levers.information, levers.climate)
    values = max(0.0, 1.0 + world.neglect * (0.6 - alignment) / 0.6)
    return world.handoff_drop * (1.0 - together) * values


@formula
def faded(bond, weeks, years):
    """A bond after some weeks without contact."""
    return bond * math.exp(-weeks / (WEEKS * years))


@formula
def grown(bond, empathy, effort, growth):
    """A bond after a contact: it gains a share of what is missing, more with empathy and with time given."""
    return bond + min(1.0, growth * (0.5 + empathy) * effort) * (1.0 - bond)


@kernel
def latent_fit(member, server, staff, trend, offer, departments, reach, enacted, world):
    """How well an answer meets what the member does not ask for: mean fit over the latent coordinates, 0..1.

    ``reach`` is how far the answer moves from the offer towards what is known, 0 for one off the shelf.
    """
    total = 0.0
    for place in range(departments, departments + LATENT):
        need = np.float64(member.needs[place]) + trend[place]
        answer = offer[place]
        if reach > 0.0:
            visible = visible_share(int(member.holder[place]), server, staff, enacted, world)
            answer += reach * visible * (np.float64(member.estimate[place]) - answer)
        total += fit(need - answer, world.tolerance)
    return total / LATENT


@kernel
def answer_cases(cases, used, members, staff, averages, enacted, trend, offer, known_offer, reach_of_partners, tally, week, luck, given):
    """Give each case its quality, as content and as received."""
    world, prior, scenario = given[0].encounters, prior_variance(given[0].needs), given[0].scenario
    departments = int(scenario.departments)
    latent, acquainted = latent_weight(week, scenario, world), 1.0 + given[0].communication.knowing * known_offer[0]
    for index in range(used):
        if index + AHEAD < used:
            fetch_early(members, cases[index + AHEAD].member)
        case = cases[index]
        if case.refused:
            continue
        member, person = members[case.member], answering(staff, averages, case.server)
        levers = enacted[person.department]
        domain, ordinal = case.domain, int(case.ordinal)
        error, failing, recovering, dropping = draws(luck, ANSWER, week, int(case.identity), 0, ordinal)
        need = np.float64(member.needs[domain]) + trend[domain]
        gift = 0.0
        failed = False
        if case.handed and dropping < dropping_chance(person.alignment, levers, world):
            quality = 0.0
            case.advising = False
        else:
            reach, known = 0.0, 0.0
            if case.free or case.configured:
                visible = visible_share(int(member.holder[domain]), int(case.server), staff, enacted, world)
                known = visible * max(0.0, 1.0 - np.float64(member.uncertainty[domain]) / prior)
                reach = visible if case.free else visible * world.solution_reach
                if case.handed:
                    reach *= 1.0 - world.handoff_loss * (1.0 - 0.5 * levers.information)
            misfit = need - offer[domain] - reach * (np.float64(member.estimate[domain]) - offer[domain])
            near = fit((1.0 - reach_of_partners[domain]) * misfit, world.tolerance)
            found = latent_fit(member, int(case.server), staff, trend, offer, departments, reach, enacted, world)
            # Who knows what there is gets more out of it, where it fits; of that, all have heard alike.
            fitting = (near + latent * (found - near)) * acquainted
            given_away = 0.0
            if case.free:
                warmth = min(1.0, person.empathy + world.immersion_warmth * person.immersed)
                quality = free_quality(
                    fitting, known, person.ability, warmth, person.department == domain, error, world
                )
                given_away = min(levers.guardrail, world.giveaway * (1.0 - person.alignment))
                failed = failing < failure_chance(person.ability, world)
            else:
                quality = standard_quality(fitting, error, world)
                failed = failing < world.standard_failure
            if failed:
                quality -= world.failure_size
                amends = min(levers.guardrail, world.amends)
                if case.free and recovering < world.recovery * amends / world.amends:
                    quality += world.failure_size
                    given_away = min(levers.guardrail, given_away + amends)
                elif draws(luck, COVERING, week, int(case.identity), 0, ordinal)[0] < levers.transparency:
                    case.admitted = True
                else:
                    case.hidden = world.covered * world.failure_size
            gift = given_away
            if case.advising and quality < world.advice_line:
                # The member is told who would serve him better, and goes there for this.
                quality = world.advice_quality
                case.hidden, case.admitted = 0.0, False
                tally[ADVISED] += 1.0
            else:
                case.advising = False
            tally[ADMITTED] += 1.0 if case.admitted else 0.0
            tally[COVERED] += 1.0 if case.hidden > 0.0 else 0.0
        weeks = (person.waiting + (world.handoff_wait if case.handed else 0.0)) / STEPS
        care = person.care * (1.0 - given[0].selection.shortened) if case.limited else person.care
        lost = world.effort_cost * max(0.0, 1.0 - care) + waiting_cost(weeks, world.wait_cost)
        case.quality = quality
        case.received = quality - lost
        case.gift = gift


@kernel
def touch(tie, server, person, week, world):
    """A contact of a member with a person on the staff: the bond has faded since the last one, and grows."""
    if tie.staff != server:
        tie.staff = server
        tie.since = week
        tie.contacts = 0
        bond = 0.0
    else:
        bond = faded(np.float64(tie.bond), week - int(tie.last_contact), world.bond_years)
    warmth = min(1.0, person.empathy + world.immersion_warmth * person.immersed)
    tie.bond = grown(bond, warmth, person.care, world.bond_growth)
    tie.last_contact = week
    tie.contacts = min(int(tie.contacts) + 1, 32_767)


@kernel
def meet(cases, used, staff, averages, ties, week, given):
    """Contact keeps ties alive: a bond fades since the last contact, then grows with this one."""
    world, departments = given[0].encounters, int(given[0].scenario.departments)
    for index in range(used):
        if index + AHEAD < used:
            coming = cases[index + AHEAD]
            fetch_early(ties, coming.member * departments + coming.domain)
        case = cases[index]
        if case.refused:
            continue
        person = answering(staff, averages, case.server)
        touch(ties[case.member * departments + person.department], case.server, person, week, world)


@kernel
def encounter(cases, used, members, staff, averages, ties, enacted, trend, offer, known_offer, reach, tally, week, luck, given):
    """Cases are answered, and those who meet get to know each other."""
    answer_cases(cases, used, members, staff, averages, enacted, trend, offer, known_offer, reach, tally, week, luck, given)
    meet(cases, used, staff, averages, ties, week, given)


def step(model) -> None:
    """Cases are answered, by the standard, by a solution or with discretion; bonds grow with contact."""
    tables, cases = model.tables, model.cases
    encounter(
        cases.rows, cases.count, tables["members"].rows, tables["staff"].rows, model.averages, tables["ties"].rows, model.enacted,
        model.trend, model.offer, model.known_offer, model.reach_of_partners, model.record.tally, model.now, model.luck, model.given,
    )  # fmt: skip
