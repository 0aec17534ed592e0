"""Members speak for the organisation, or against it.

Once a year, when dues fall due, a member thinks of what he has. Who appreciates it, in trust and in what answers are
believed to be, may bring somebody from outside; who does not may warn others, leavers included. Somebody brought knows
who brought him, belongs to the same circle, has needs like his, trusts more from the start and joins more readily, as
recruits by referral do (Schmitt, Skiera & Van den Bulte 2011, "Referral programs and customer value", Journal of
Marketing 75(1): they stay longer). Nobody is a supporter by type: it is a state that follows from how people are treated.
"""

import math

import numpy as np

from sim.compiled import formula, kernel, making_kernel
from sim.luck import decision, draws, philox
from sim.odds import logistic
from sim.processes.growth import JOINING, odds_today
from sim.processes.selection import at_entry
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import ASKED_VOICES, RECRUITS, REFERRED, SPEAKING_AGAINST, SPEAKING_FOR
from sim.steps import WEEKS

VOICE, ACQUAINTANCE = decision("referrals.voice"), decision("referrals.acquaintance")
ACQUAINTANCES_FROM, ACQUAINTANCES = 5 * 2**29, 2**29  # identities set aside for acquaintances of members
FINE = 2**20  # what is summed over members is counted in such parts, so that order does not matter


@quantities
class ReferralParameters:
    """Who speaks for the organisation or against it, and what that does outside."""

    place = "world.referrals"

    referring: float = quantity(0.2, "probability a year", 0.0, 1.0, ASSUMED, "chance that a member who appreciates the organisation in full brings somebody to think of joining")
    delighted: float = quantity(0.65, "0..1", 0.5, 0.9, ASSUMED, "appreciation from which members begin to speak for it")
    disaffected: float = quantity(0.35, "0..1", 0.1, 0.5, ASSUMED, "appreciation below which they begin to speak against it")
    warning: float = quantity(0.5, "probability a year", 0.0, 1.0, ASSUMED, "chance that a member without any appreciation warns others")
    believing: float = quantity(0.15, "quality", 0.03, 1.0, ASSUMED, "how far belief must lie above its usual level to count as 0.73 of the most there can be")
    together: float = quantity(0.0, "power", -6.0, 0.9, ASSUMED, "how trust and belief combine into appreciation: 0.9 = one can stand for the other, -6 = nearly the lesser of the two")
    vouching: float = quantity(1.0, "logit", 0.0, 4.0, ASSUMED, "how much more readily somebody joins whom a member brings")
    alike: float = quantity(0.5, "correlation", 0.0, 0.95, ASSUMED, "how alike the needs of both are (McPherson, Smith-Lovin & Cook 2001: those who know each other are alike; size assumed)")
    passing_on: float = quantity(0.5, "share", 0.0, 1.0, ASSUMED, "part of the member's trust, beyond that of newcomers, that whom he brings starts with")
    reach: float = quantity(3.0, "ratio", 0.0, 20.0, ASSUMED, "how many times as many prospects as members hear a warning")
    warned: float = quantity(1.0, "logit", 0.0, 4.0, ASSUMED, "how much less a prospect wants to join who was warned")


@formula
def appreciation(trust, belief, usual, world):
    """How much a member appreciates the organisation, 0..1: trust and belief combined with constant elasticity.

    Belief counts on a scale of 0..1 on which its usual level is one half.
    """
    power = world.together if abs(world.together) > 0.01 else 0.01
    held = logistic((belief - usual) / world.believing)
    total = math.exp(power * math.log(max(trust, 0.01))) + math.exp(power * math.log(max(held, 0.01)))
    return min(1.0, math.exp(math.log(total / 2.0) / power))


@formula
def speaking_for(appreciated, world):
    """Chance a year of bringing somebody: none below a level of appreciation, rising evenly from there."""
    return world.referring * max(0.0, (appreciated - world.delighted) / (1.0 - world.delighted))


@formula
def speaking_against(appreciated, world):
    """Chance a year of warning others: none above a level of appreciation, rising evenly below."""
    return world.warning * max(0.0, (world.disaffected - appreciated) / world.disaffected)


@kernel
def acquaintance(identity, week):
    """Who it is that a member would bring in a given week: the same person under every policy, and in every replicate."""
    return ACQUAINTANCES_FROM + philox(identity, week, 0, ACQUAINTANCE, 0, 0)[0] % ACQUAINTANCES


@kernel
def voice_of(member, trust, tally, given):
    """Chances that a member brings somebody and that he warns others, added to the week's voices in whole parts."""
    world = given[0].referrals
    appreciated = appreciation(trust, np.float64(member.belief), given[0].fit.belief, world)
    favour, against = speaking_for(appreciated, world), speaking_against(appreciated, world)
    tally[ASKED_VOICES] += 1.0
    tally[SPEAKING_FOR] += math.floor(favour * FINE) / FINE
    tally[SPEAKING_AGAINST] += math.floor(against * FINE) / FINE
    return favour


@making_kernel
def speak(members, trusts, renewed, renewed_count, gone, gone_count, reputation, credit, against, rivals, tally, week, luck, given):
    """Those who renewed may bring somebody; they and those who left may warn.

    Returns
    -------
    brought, by : array of int
        Identities of those who would join, and the rows of the members who bring them.
    """
    world = given[0].referrals
    brought, by, count = np.empty(renewed_count, np.int64), np.empty(renewed_count, np.int64), 0
    chance = logistic(odds_today(reputation, credit, rivals, week, given) + world.vouching)
    for turn in range(gone_count):
        voice_of(members[gone[turn]], trusts[gone[turn]], tally, given)
    for turn in range(renewed_count):
        row = np.int64(renewed[turn])
        favour = voice_of(members[row], trusts[row], tally, given)
        if favour <= 0.0:
            continue
        identity = int(members[row].identity)
        if draws(luck, VOICE, week, identity, 0, 0)[0] < favour:
            other = acquaintance(identity, week)
            if draws(luck, JOINING, week, other, identity, 0)[0] < chance:
                brought[count], by[count] = other, row
                count += 1
    asked = tally[ASKED_VOICES]
    if asked > 0.0:
        against[0] += (tally[SPEAKING_AGAINST] / asked - against[0]) / (0.5 * WEEKS)
    return brought[:count], by[:count]


@kernel
def introduced(members, trusts, origins, first, by, given):
    """Those brought resemble the member who brought them, trust more than others do, and belong to his circle."""
    world, start = given[0].referrals, given[0].trust.start
    own = math.sqrt(1.0 - world.alike * world.alike)
    for turn in range(len(by)):
        row, other = first + turn, by[turn]
        member, friend = members[row], members[other]
        for place in range(len(member.needs)):
            member.needs[place] = world.alike * np.float64(friend.needs[place]) + own * np.float64(member.needs[place])
        trusts[row] += world.passing_on * max(0.0, trusts[other] - start)
        origins[row].recruiter = other
        origins[row].root = origins[other].root


def step(model) -> None:
    """Members speak for the organisation or against it; some of those they bring join."""
    if not model.admitting or model.renewed_count + model.gone_count == 0:
        return
    members, tables, tally = model.tables["members"], model.tables, model.record.tally
    brought, by = speak(
        members.rows, members.scanned["trust"], model.renewed, model.renewed_count, model.gone, model.gone_count,
        model.reputation, model.credit, model.against, tables["rivals"].rows, tally, model.now, model.luck, model.given,
    )  # fmt: skip
    accepted, measure = at_entry(model, brought)
    brought, by = brought[accepted], by[accepted]
    if len(brought) == 0:
        return
    # Somebody known to two members is brought once: by whoever thinks of him first, of two in a week the first by identity.
    chosen, people = [], members["identity"]
    for place in sorted(range(len(brought)), key=lambda place: int(people[by[place]])):
        identity = int(brought[place])
        if identity not in model.acquainted:
            model.acquainted.add(identity)
            chosen.append(place)
    from sim.founding import settle  # brings Mesa along, which definitions can do without

    first = members.count
    settle(model, brought[chosen], model.now + 1, measure=measure)
    introduced(members.rows, members.scanned["trust"], tables["origins"].rows, first, by[chosen], model.given)
    tally[RECRUITS] += len(chosen)
    tally[REFERRED] += len(chosen)
