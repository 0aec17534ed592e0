"""Speaking with members who have not asked: to all alike, one by one, or by letting them meet each other.

What is sent to all costs the same whatever their number. It reaches everybody and goes no deeper than what is the same
for everybody: what there is to be had, which helps where the offer fits. Attention tires of it. A conversation costs
staff hours for each member; the organisation learns what this member needs, and trust and the bond with the person
who listens grow. A meeting costs hours for the meeting and for whoever tends it; those who come get to know each other
(guests entertain guests), if enough come.
"""

import math

import numpy as np

from sim.compiled import AHEAD, fetch_early, formula, kernel, making_kernel
from sim.luck import decision, draws
from sim.processes.encounters import touch
from sim.processes.friendships import befriend
from sim.processes.learning import observation_variance, observe
from sim.processes.needs import other_domain, prior_variance, rows_due
from sim.processes.routing import occupant
from sim.processes.workload import HOUR
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import CAME, COMMUNICATING, COMMUNICATION, INVITED, SENDING, TALKED_WITH
from sim.steps import HALF_YEAR, WEEKS

TALK, INVITATION = decision("communication.talk"), decision("communication.invitation")
NOBODY = ()
SEASON = 13  # weeks: members meet once a season, a quarter of them at a time
MOST = 2**31 - 1


@quantities
class CommunicationParameters:
    """What speaking costs, whom it reaches, and what it does."""

    place = "world.communication"

    sending: float = quantity(25.0, "dues a year", 0.0, 500.0, ASSUMED, "cost of sending to all members all the time, whatever their number")
    reach: float = quantity(0.1, "share a week", 0.0, 1.0, ASSUMED, "part of what members do not know of the offer that they hear in a week of full attention")
    tiring: float = quantity(1.5, "per unit sent", 0.0, 5.0, ASSUMED, "how fast attention tires with the amount that is sent; beyond 1 over this, more is heard less")
    forgetting: float = quantity(0.02, "share a week", 0.001, 0.2, ASSUMED, "part of what they know of the offer that members forget, or that no longer holds")
    usual: float = quantity(0.2, "0 nothing .. 1 all the time", 0.0, 1.0, ASSUMED, "amount sent at which members know of the offer as much as is usual")
    knowing: float = quantity(0.15, "share", 0.0, 0.6, ASSUMED, "how much more an answer that fits is worth to somebody who knows all there is, against somebody who knows nothing")
    talk_hours: float = quantity(1.0, "hours a conversation", 0.1, 8.0, ASSUMED, "staff time for a conversation")
    own_talk_hours: float = quantity(0.5, "hours a conversation", 0.0, 4.0, ASSUMED, "the member's own time for it")
    talk_trust: float = quantity(0.06, "share a conversation", 0.0, 0.5, ASSUMED, "part of the missing trust gained by a member with whom somebody talks")
    turnout: float = quantity(0.5, "probability", 0.0, 1.0, ASSUMED, "chance that a member of full trust comes to a meeting; without any trust, a third of it")
    guests: int = quantity(40, "members a meeting", 2, 1000, ASSUMED, "most guests of one meeting")
    meeting_hours: float = quantity(8.0, "hours a meeting", 0.0, 100.0, ASSUMED, "staff time for a meeting")
    tending_hours: float = quantity(12.0, "hours a season", 0.0, 400.0, ASSUMED, "staff time of whoever tends those who meet, whatever their number")
    guest_cost: float = quantity(0.03, "dues a guest", 0.0, 1.0, ASSUMED, "money for room, food and prizes")
    own_meeting_hours: float = quantity(3.0, "hours a meeting", 0.0, 12.0, ASSUMED, "a guest's own time")
    acquainted: float = quantity(0.6, "probability", 0.0, 1.0, ASSUMED, "chance that two guests who meet get to know each other well")
    hosted: float = quantity(0.05, "share a meeting", 0.0, 0.5, ASSUMED, "part of the missing trust in the host that guests gain who met somebody")


@formula
def heeded(sent, tiring):
    """How much of what is sent is heeded: the more is sent, the less of it."""
    return sent * math.exp(-tiring * sent)


@formula
def settled_knowing(sent, world):
    """What members know of the offer in the long run if so much is sent, 0..1."""
    heard = world.reach * heeded(sent, world.tiring)
    return heard / (heard + world.forgetting)


@formula
def moved_knowing(beyond, sent, world):
    """What members know of the offer beyond the usual, after a week in which so much is sent.

    A week brings x' = x + heard (1 - x) - forgetting x; written against the usual, so that the usual amount moves nothing.
    """
    speed = world.reach * heeded(sent, world.tiring) + world.forgetting
    return beyond + min(1.0, speed) * (settled_knowing(sent, world) - settled_knowing(world.usual, world) - beyond)


@formula
def turnout_chance(trust, world):
    """Chance that somebody who is invited comes."""
    return world.turnout * (1.0 + 2.0 * trust) / 3.0


@kernel
def talk(
    members, row, ties, staff, server, domain, length, chances, enacted, trusts, trend, offer, teaching, trusting, bonding,
    week, given,
):  # fmt: skip
    """A conversation of a member with somebody of the staff: it teaches, moves trust, and is a contact.

    ``length`` is its length as a share of a usual one: half a conversation says half as much, and moves trust half as far;
    a long one moves it to its ceiling at most.
    """
    world, departments = given[0].communication, int(given[0].scenario.departments)
    prior, encounters = prior_variance(given[0].needs), given[0].encounters
    member, person = members[row], staff[server]
    first, second, which = chances
    if teaching:
        listening = enacted[person.department].listening
        variance = observation_variance(length, trusts[row], listening, person.care, person.immersed, given[0].learning)
        for part in range(2 if departments > 1 else 1):
            place = domain if part == 0 else other_domain(domain, departments, which)
            position, chance = np.float64(member.needs[place]) + trend[place], first if part == 0 else second
            observe(member, place, position, server, variance, chance, offer, prior, staff, enacted, encounters)
    if trusting:
        trusts[row] += min(1.0, world.talk_trust * length) * max(0.0, np.float64(member.ceiling) - trusts[row])
    if bonding:
        touch(ties[row * departments + person.department], server, person, week, encounters)


@making_kernel
def converse(
    members, renewal_week, alive, count, ties, staff, seats, first_post, opened, enacted, trusts, trend, offer,
    teaching, trusting, bonding, tally, week, luck, given,
):  # fmt: skip
    """Staff talk with a share of the members whose turn it is, half a year from when dues fall due; the rows of those."""
    world = given[0].communication
    rows = rows_due(renewal_week, alive, count, (week + HALF_YEAR) % WEEKS)
    reached, found, seconds = np.empty(len(rows), np.int32), 0, int(world.talk_hours * HOUR)
    for turn in range(len(rows)):
        if turn + AHEAD < len(rows):
            fetch_early(members, np.int64(rows[turn + AHEAD]))
        row = np.int64(rows[turn])
        member = members[row]
        domain = int(member.main_domain)
        chosen, first, second, which = draws(luck, TALK, week, int(member.identity), 0, 0)
        if chosen >= enacted[domain].dialogue:
            continue
        server = occupant(seats, first_post, opened, domain, int(member.allotment))
        if server < 0:
            continue
        person = staff[server]
        person.conversing = min(MOST, int(person.conversing) + seconds)
        reached[found] = row
        found += 1
        talk(
            members, row, ties, staff, server, domain, 1.0, (first, second, which), enacted, trusts, trend, offer, teaching,
            trusting, bonding, week, given,
        )  # fmt: skip
    tally[TALKED_WITH] += found
    return reached[:found]


@kernel
def share_evenly(staff, staff_count, seconds):
    """Spread work evenly over the staff employed, in whole seconds."""
    employed = 0
    for row in range(staff_count):
        employed += 1 if staff[row].alive else 0
    for row in range(staff_count):
        if staff[row].alive:
            staff[row].conversing = min(MOST, int(staff[row].conversing) + seconds // employed)


@making_kernel
def invite(members, renewal_week, alive, count, friendships, enacted, trusts, trusting, tally, week, luck, given):
    """Once a season a quarter of the members may be invited; those who come meet others. Returns the rows of guests."""
    world = given[0].communication
    guests, keys, came, invited = np.empty(count + 1, np.int32), np.empty(count + 1, np.float64), 0, 0
    for season in range(SEASON):
        rows = rows_due(renewal_week, alive, count, (week + season) % WEEKS)
        for turn in range(len(rows)):
            row = np.int64(rows[turn])
            member = members[row]
            asked, coming, key, _ = draws(luck, INVITATION, week, int(member.identity), 0, 0)
            if asked >= enacted[member.main_domain].gather:
                continue
            invited += 1
            if coming < turnout_chance(trusts[row], world):
                guests[came], keys[came] = row, key
                came += 1
    tally[INVITED] += invited
    tally[CAME] += came
    # Who meets whom follows from everybody's own luck, so that no order of members exists.
    order = np.argsort(keys[:came], kind="mergesort")
    if came > 1:
        for place in range(came):
            row, other = np.int64(guests[order[place]]), np.int64(guests[order[(place + 1) % came]])
            if trusting:
                trusts[row] += world.hosted * max(0.0, np.float64(members[row].ceiling) - trusts[row])
            knowing = draws(luck, INVITATION, week, int(members[row].identity), 0, 1)[0]
            if len(friendships) > 0 and row != other and knowing < world.acquainted:
                befriend(friendships, row, other, alive, week)
                befriend(friendships, other, row, alive, week)
    return guests[:came]


def found(model) -> np.ndarray:
    """What members know of the offer beyond the usual when a run starts: what the policy leads to in the long run."""
    world = model.given[0]["communication"]
    if not model.calls("communication"):
        return np.zeros(1)
    return np.array([settled_knowing(model.policy.broadcast, world) - settled_knowing(world["usual"], world)])


def speak_in_person(model, policy) -> None:
    """Conversations, and meetings once a season; work for the staff, and what they cost."""
    tables, given, now, tally = model.tables, model.given, model.now, model.record.tally
    world, members, staff = model.world.communication, tables["members"], tables["staff"]
    renewal_week, alive, trusts = (members.scanned[name] for name in ("renewal_week", "alive", "trust"))
    hour_cost, trusting = model.world.accounts.hour_cost, model.calls("trust")
    staff["conversing"][:] = 0
    reached = converse(
        members.rows, renewal_week, alive, members.count, tables["ties"].rows, staff.rows, model.seats, model.first_post,
        model.opened, model.enacted, trusts, model.trend, model.offer, model.calls("learning"), trusting,
        model.calls("encounters"), tally, now, model.luck, given,
    )  # fmt: skip
    hours, cost = len(reached) * world.talk_hours, len(reached) * world.talk_hours * hour_cost
    model.spoken_with = ((reached, world.talk_hours * hour_cost, world.own_talk_hours),)
    if now % SEASON == 0 and (policy.gather > 0.0 or model.enacted["gather"].any()):
        guests = invite(
            members.rows, renewal_week, alive, members.count, tables["friendships"].rows, model.enacted, trusts, trusting,
            tally, now, model.luck, given,
        )  # fmt: skip
        meetings = math.ceil(len(guests) / world.guests)
        work = meetings * world.meeting_hours + world.tending_hours
        share_evenly(staff.rows, staff.count, int(work * HOUR))
        spent = work * hour_cost + len(guests) * world.guest_cost
        model.spoken_with += ((guests, spent / max(1, len(guests)), world.own_meeting_hours),)
        hours += work
        if len(guests):
            cost += spent
        else:
            tally[SENDING] += spent
    tally[COMMUNICATING] += hours
    tally[COMMUNICATION] += cost


def step(model) -> None:
    """Members are told what there is; some are talked with, some meet each other."""
    policy, world = model.policy, model.world.communication
    if policy.broadcast != world.usual or model.known_offer[0] != 0.0:
        model.known_offer[0] = moved_knowing(model.known_offer[0], policy.broadcast, model.given[0]["communication"])
    model.record.tally[SENDING] += world.sending * policy.broadcast / WEEKS
    speaking = policy.dialogue > 0.0 or policy.gather > 0.0
    if speaking or model.speaking:
        # Departments follow with a delay, and stop with one.
        model.speaking = speaking or bool(model.enacted["dialogue"].any() or model.enacted["gather"].any())
        model.spoken_with = NOBODY
        speak_in_person(model, policy)
