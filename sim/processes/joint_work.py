"""What people of two organisations make together, one meeting after the other.

Each side works by the standard or with discretion. The standard gives much the same, whoever meets; discretion is worth
what both know of each other, trust, and show of their needs, and fails more often. Distance (culture, language, rules)
costs time and breeds misunderstandings, fewer where both follow a form; it shrinks with every meeting. What two people
know of each other fades, and most of it leaves with whoever leaves. A person has many ties, and so has a contact.
"""

import math

import numpy as np

from sim.compiled import formula, kernel
from sim.luck import decision, draws, normal
from sim.processes.encounters import faded, failure_chance, kept_from_leaver
from sim.processes.learning import closeness, heard
from sim.processes.routing import answered_freely, occupant
from sim.processes.workload import HOUR, slack_beyond_even
from sim.recording import MEETINGS, MISUNDERSTOOD, PARTNER_COST, PARTNER_HOURS

MEETING, FAILING = decision("joint_work.meeting"), decision("joint_work.failing")
MILLIONTHS = 1e6  # value is added up in whole millionths of dues, so that no order of ties exists


@formula
def side_worth(free, depth, skill, world):
    """What one side puts into a piece of joint work: by the standard always the same; with discretion as deep as the tie is."""
    if not free:
        return world.standard_worth
    return world.blind_worth + (world.deep_worth - world.blind_worth) * depth + skill


@formula
def joint_error(free_sides, known, world):
    """Sd of the quality of joint work; two free sides (``free_sides`` 2) spread most, less where they know each other."""
    return world.standard_error + 0.5 * free_sides * world.free_error * (1.0 - world.error_known * known)


@formula
def misunderstanding_chance(apart, free_sides, world):
    """Chance that a meeting ends in a misunderstanding: with what is left of the distance, less where forms are followed."""
    return world.misunderstanding * apart * (1.0 - world.forms * (1.0 - 0.5 * free_sides))


@formula
def joint_quality(ours_free, theirs_free, depth, apart, our_skill, their_skill, world):
    """Quality of a piece of joint work before error and failure, in units of a perfect standard piece."""
    quality = 0.5 * (side_worth(ours_free, depth, our_skill, world) + side_worth(theirs_free, depth, their_skill, world))
    if ours_free and theirs_free:
        quality += world.together * depth
    return quality - world.distance_cost * apart


@formula
def size(partnering, depth, world):
    """How much a piece of joint work is worth against a transaction: plans made together need a deep tie to pay."""
    return 1.0 + world.planned * partnering * depth


@formula
def meeting_hours(partnering, listening, apart, ours_free, world, routing):
    """Staff hours of one meeting and the work that goes with it."""
    extra = world.strategic_hours * partnering + world.distance_hours * apart + routing.listening_hours * listening
    if ours_free:
        extra += routing.free_hours
    return world.hours * (1.0 + extra)


@formula
def knowing(known, warmth, message, care, partnering, world):
    """What both know of each other after a meeting: a share of what is missing is learned."""
    share = world.knowing * (0.5 + warmth) * message * care * (1.0 + world.deepening * partnering)
    return known + min(1.0, share) * (1.0 - known)


@kernel
def meet_contacts(
    ties, next_meeting, count, contacts, partners, staff, staff_count, services, enacted, seats, first_post, opened, tally,
    week, luck, given,
):  # fmt: skip
    """The week's meetings over all ties; what they bring is added up for each partner, in whole millionths of dues."""
    world, encounters, breadth = given[0].partners, given[0].encounters, given[0].policy.breadth
    for row in range(staff_count):
        staff[row].joint = 0
    for row in range(len(partners)):
        partners[row].made, partners[row].given, partners[row].good, partners[row].bad = 0, 0, 0, 0
    spent = 0
    for row in range(count):
        if next_meeting[row] >= week + 1:
            continue
        tie = ties[row]
        partner = partners[tie.partner]
        if not partner.alive:
            next_meeting[row] = np.inf
            continue
        ordinal = 0
        while next_meeting[row] < week + 1:
            gap, first, second, error = draws(luck, MEETING, week, int(tie.identity), 0, ordinal)
            next_meeting[row] += -math.log(gap) / world.meetings
            if partner.rank >= breadth:
                ordinal += 1
                continue  # the organisation does not work with this partner
            server = occupant(seats, first_post, opened, int(tie.department), int(tie.allotment))
            if server < 0:
                ordinal += 1
                continue
            person, contact = staff[server], contacts[tie.contact]
            levers = enacted[person.department]
            known = faded(np.float64(tie.known), week - int(tie.last_meeting), world.known_years)
            if tie.staff != server:
                # Somebody else takes over, with what process and shared records have kept.
                known *= kept_from_leaver(levers.strictness, levers.information, encounters.codified, encounters.records)
                tie.staff = server
            common = np.float64(tie.common)
            apart = partner.distance * (1.0 - common)
            ours_free = answered_freely(person.freedom_rank, levers.coverage, levers.strictness, first)
            theirs_free = second < 1.0 - partner.strictness
            free_sides = (1.0 if ours_free else 0.0) + (1.0 if theirs_free else 0.0)
            trust = 0.5 * (partner.trust + partner.our_trust)
            depth = closeness(trust, known, levers.vulnerability, world.depth_power)
            their_skill = np.float64(contact.skill)
            quality = joint_quality(ours_free, theirs_free, depth, apart, person.ability, their_skill, world)
            quality += joint_error(free_sides, known, world) * normal(error)
            quality -= encounters.effort_cost * max(0.0, 1.0 - person.care)
            confused, failing, recovering, _ = draws(luck, FAILING, week, int(tie.identity), 0, ordinal)
            chance = 0.0
            if ours_free:
                chance += 0.5 * failure_chance(person.ability, encounters)
            if theirs_free:
                chance += 0.5 * failure_chance(their_skill, encounters)
            given_away = min(levers.guardrail, encounters.giveaway * (1.0 - person.alignment)) if ours_free else 0.0
            misunderstood = confused < misunderstanding_chance(apart, free_sides, world)
            if misunderstood or failing < chance:
                quality -= encounters.failure_size
                amends = min(levers.guardrail, encounters.amends)
                if ours_free and recovering < encounters.recovery * amends / encounters.amends:
                    quality += encounters.failure_size
                    given_away = min(levers.guardrail, given_away + amends)
            value = world.worth * size(levers.partnering, depth, world) * quality
            partner.made += int(value * MILLIONTHS)
            partner.given += int(given_away * MILLIONTHS)
            if quality >= world.line:
                partner.good += 1
            else:
                partner.bad += 1
            warmth = min(1.0, person.empathy + encounters.immersion_warmth * person.immersed)
            message = heard(ours_free, levers.listening, given[0].learning)
            tie.known = knowing(known, warmth, message, person.care, levers.partnering, world)
            tie.common = common + min(1.0, world.common_ground * (1.0 + levers.listening)) * (1.0 - common)
            tie.last_meeting = week
            tie.value += value
            tie.meetings = min(int(tie.meetings) + 1, 2_000_000_000)
            hours = meeting_hours(levers.partnering, levers.listening, apart, ours_free, world, given[0].routing)
            seconds = int(hours * services[person.department].thrift * HOUR)
            person.joint = min(int(person.joint) + seconds, 2_000_000_000)
            spent += int(seconds * person.effort)
            tally[MEETINGS] += 1.0
            if misunderstood:
                tally[MISUNDERSTOOD] += 1.0
            ordinal += 1
    tally[PARTNER_HOURS] += spent / HOUR
    tally[PARTNER_COST] += spent / HOUR * given[0].accounts.hour_cost
    for row in range(staff_count):
        person = staff[row]
        if person.joint > 0:
            # Hours that duties leave, if partners come first in them, are spent on joint work before any others.
            slack = slack_beyond_even(enacted[person.department].first_partners, enacted[person.department], given[0].routing.slack_hours)
            person.joint = int(max(0.0, int(person.joint) - max(0.0, slack) * HOUR))
