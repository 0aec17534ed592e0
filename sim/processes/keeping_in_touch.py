"""The staff keep in touch with members of their own choice, in hours of their own.

Nobody can be close to many: hours are few, bonds fade, and who is close already is whom one turns to. Each person on
the staff spends the hours there are on whole conversations, and chooses among the members with whom there is a tie,
with odds that grow with the bond as it has faded. No layer of closeness is put in; whether layers form, and how large
they are, is looked for (:mod:`sim.layers`).

Choosing is a race: everybody in reach gets an exponential time whose rate is the weight, and the first few are chosen,
which is drawing one after the other in proportion to weight (Efraimidis & Spirakis 2006, "Weighted random sampling with
a reservoir", Information Processing Letters 97(5)). Times are keyed by who chooses whom, so no order of members exists.
"""

import math

import numpy as np

from sim.compiled import formula, kernel, making_kernel
from sim.luck import decision, draws
from sim.processes.communication import MOST, talk
from sim.processes.encounters import faded
from sim.processes.workload import HOUR
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import IN_TOUCH, IN_TOUCH_COST, IN_TOUCH_HOURS

TIME, CHOICE, TALK = (decision(f"keeping_in_touch.{what}") for what in ("time", "choice", "talk"))
NOBODY = ()


@quantities
class KeepingInTouchParameters:
    """How the staff spend time of their own on members."""

    place = "world.keeping_in_touch"

    hours: float = quantity(0.5, "hours a conversation", 0.1, 4.0, ASSUMED, "staff time for a conversation of one's own choice; it tells and moves trust in proportion to its length, against one of `communication.talk_hours`")
    preference: float = quantity(1.0, "power of the bond", 0.0, 3.0, ASSUMED, "how strongly people turn to those they are close to: 0 to everybody alike, 1 in proportion to the bond; above, the closest are chosen more than in proportion")
    stranger: float = quantity(0.02, "0..1", 0.001, 0.5, ASSUMED, "bond that somebody hardly known counts with, beyond the bond there is")


@formula
def conversations(hours, length, chance):
    """Whole conversations within some hours; what does not fill one is had now and then, so that the mean is kept."""
    most = hours / length
    whole = int(most)
    return whole + 1 if chance < most - whole else whole


@formula
def attraction(bond, preference, stranger):
    """Weight with which somebody of such a bond is chosen."""
    return math.exp(preference * math.log(bond + stranger))


@formula
def arrival(weight, chance):
    """Time in the race of choosing: exponential with rate ``weight``."""
    return -math.log(chance) / weight


@kernel
def keep_first(times, kept, time):
    """Put a time among the earliest ``kept``, in order, if it belongs there."""
    place = kept - 1
    if time >= times[place]:
        return
    while place > 0 and times[place - 1] > time:
        times[place] = times[place - 1]
        place -= 1
    times[place] = time


@making_kernel
def times_of_own(staff, staff_count, enacted, week, luck, given):
    """How many conversations each person has time for this week, one number a staff row."""
    length, turns = given[0].keeping_in_touch.hours, np.zeros(staff_count, np.int64)
    for row in range(staff_count):
        person = staff[row]
        hours = enacted[person.department].own_time
        if person.alive and hours > 0.0:
            turns[row] = conversations(hours, length, draws(luck, TIME, week, int(person.identity), 0, 0)[0])
    return turns


@making_kernel
def race(members, alive, count, ties, staff, turns, week, luck, given):
    """When each tie arrives in the race for a conversation, and the last time that still wins one, for each person.

    Returns
    -------
    arrivals : array of shape (ties,)
        Infinite where nobody of the staff with time is on the other side.
    last : array of shape (staff,)
        Negative for somebody without time.
    """
    world, years, departments = given[0].keeping_in_touch, given[0].encounters.bond_years, int(given[0].scenario.departments)
    arrivals, last = np.full(count * departments, np.inf), np.full(len(turns), -1.0)
    first = np.full((len(turns), max(1, turns.max())), np.inf)
    for row in range(count):
        if not alive[row]:
            continue
        identity = int(members[row].identity)
        for place in range(row * departments, (row + 1) * departments):
            tie = ties[place]
            server = int(tie.staff)
            if server < 0 or turns[server] == 0:
                continue
            bond = faded(np.float64(tie.bond), week - int(tie.last_contact), years)
            chance = draws(luck, CHOICE, week, identity, int(staff[server].identity), 0)[0]
            arrivals[place] = arrival(attraction(bond, world.preference, world.stranger), chance)
            keep_first(first[server], turns[server], arrivals[place])
    for server in range(len(turns)):
        if turns[server] > 0:
            last[server] = first[server, turns[server] - 1]
    return arrivals, last


@making_kernel
def keep_in_touch(
    members, alive, count, ties, staff, turns, enacted, trusts, trend, offer, teaching, trusting, bonding, tally, week, luck,
    given,
):  # fmt: skip
    """Everybody with time talks with the members who came first in the race; the rows of those, one a conversation.

    Members are gone through in order and each one's ties by department, so what a conversation finds does not depend on
    the order of members.
    """
    world, departments = given[0].keeping_in_touch, int(given[0].scenario.departments)
    length, seconds = world.hours / given[0].communication.talk_hours, int(world.hours * HOUR)
    arrivals, last = race(members, alive, count, ties, staff, turns, week, luck, given)
    chosen, found = np.empty(turns.sum(), np.int32), 0
    for place in range(len(arrivals)):
        if arrivals[place] == np.inf:
            continue
        server = int(ties[place].staff)
        # Two who arrive at the very same time cannot both win the last turn.
        if arrivals[place] > last[server] or turns[server] == 0:
            continue
        turns[server] -= 1
        row, person = place // departments, staff[server]
        first, second, which, _ = draws(luck, TALK, week, int(members[row].identity), int(person.identity), 0)
        talk(
            members, row, ties, staff, server, int(person.department), length, (first, second, which), enacted, trusts,
            trend, offer, teaching, trusting, bonding, week, given,
        )  # fmt: skip
        person.in_touch = min(MOST, int(person.in_touch) + seconds)
        chosen[found] = row
        found += 1
    tally[IN_TOUCH] += found
    return chosen[:found]


def step(model) -> None:
    """The staff keep in touch with members of their own choice, in hours of their own."""
    if model.policy.own_time == 0.0 and not model.own_time_given:
        return
    tables, world, tally = model.tables, model.world, model.record.tally
    members, staff = tables["members"], tables["staff"]
    staff["in_touch"][:] = 0
    model.chosen = NOBODY
    # Departments follow with a delay, and stop with one.
    model.own_time_given = bool(model.enacted["own_time"].any())
    if not model.own_time_given:
        return
    alive, trusts = (members.scanned[name] for name in ("alive", "trust"))
    turns = times_of_own(staff.rows, staff.count, model.enacted, model.now, model.luck, model.given)
    rows = keep_in_touch(
        members.rows, alive, members.count, tables["ties"].rows, staff.rows, turns, model.enacted, trusts, model.trend,
        model.offer, model.calls("learning"), model.calls("trust"), model.calls("encounters"), tally, model.now, model.luck,
        model.given,
    )  # fmt: skip
    hours, length = world.keeping_in_touch.hours, world.keeping_in_touch.hours / world.communication.talk_hours
    cost = hours * world.accounts.hour_cost
    model.chosen = ((rows, cost, length * world.communication.own_talk_hours),)
    tally[IN_TOUCH_HOURS] += len(rows) * hours
    tally[IN_TOUCH_COST] += len(rows) * cost
