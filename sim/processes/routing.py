"""Who answers, how long it takes, and what happens when there is more work than time.

In a silo each domain's department answers its part, and every hand-off costs hours. A relationship owner
answers everything and coordinates. Hours are finite: each person has a fluid backlog in whole seconds, so
no order of service exists; under overload the time given to a case shrinks and the lower standard tends to
stick (Oliva & Sterman 2001, "Cutting corners and working overtime", Management Science 47(7)).
"""

import math

import numpy as np

from sim.compiled import AHEAD, fetch_early, formula, kernel
from sim.luck import decision, draws
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import AVAILABLE, BACKLOG, FREE, HANDED_OFF, ON_DUTY, OVERLOADED, WAITED, WORKED

FREEDOM = decision("routing.freedom")
HOUR = 3600


@quantities
class RoutingParameters:
    """What a case costs in time, and what overload does."""

    place = "world.routing"

    hours: float = quantity(1.57, "hours a part", 0.1, 20.0, "assumed, so that the reference of the association uses 80 % of its hours", "staff time for one part of a request, answered by the standard")
    handoff_hours: float = quantity(0.8, "hours a part", 0.0, 5.0, ASSUMED, "extra time for a part handed to another department")
    coordination_hours: float = quantity(0.4, "hours a part", 0.0, 5.0, ASSUMED, "extra time for an owner who has to bring in another department")
    record_hours: float = quantity(0.1, "hours a part", 0.0, 2.0, ASSUMED, "time for keeping records that all departments can use, at full sharing")
    free_hours: float = quantity(0.15, "share", 0.0, 1.0, ASSUMED, "extra time for a free answer")
    week_hours: float = quantity(20.0, "hours per staff-week", 5.0, 40.0, ASSUMED, "member-facing hours of one person; the rest of the week goes to other work")
    relief: float = quantity(0.5, "weeks", 0.0, 8.0, ASSUMED, "work waiting above which a person passes new cases to a colleague of the same department who has less")
    least_effort: float = quantity(0.6, "share", 0.2, 1.0, ASSUMED, "least time given to a case under overload, as a share of what it needs")
    sinking: float = quantity(0.10, "share per week", 0.0, 1.0, ASSUMED, "how fast overload lowers the time a person finds normal")
    recovering: float = quantity(0.02, "share per week", 0.0, 1.0, ASSUMED, "how fast that norm recovers; slower than it sinks (Oliva & Sterman 2001: direction)")


@formula
def allotted_post(allotment, first, posts, opened):
    """Post of a department that serves a member: only those of closed posts are moved when posts close."""
    seat = allotment % posts
    if seat >= opened:
        seat = (allotment // posts) % opened
    return first + seat


@kernel
def occupant(seats, first_post, opened, department, allotment):
    """Staff row of who serves a member in a department: the allotted post, or the next one occupied.

    A department without anybody is stood in for by the next department; -1 where nobody is left at all.
    """
    departments = len(opened)
    for shift in range(departments):
        unit = (department + shift) % departments
        first, posts, now_open = int(first_post[unit]), int(first_post[unit + 1] - first_post[unit]), int(opened[unit])
        if now_open == 0:
            continue
        start = allotted_post(allotment, first, posts, now_open) - first
        for turn in range(now_open):
            person = int(seats[first + (start + turn) % now_open])
            if person >= 0:
                return person
    return -1


@kernel
def relieved(server, staff, seats, first_post, opened, limit):
    """Who takes a new case instead of somebody whose backlog exceeds the limit: the next colleague below it.

    Decided from the backlogs at the start of the week, so that it does not depend on the order of cases.
    """
    person = staff[server]
    if person.backlog <= limit:
        return server
    first, now_open = int(first_post[person.department]), int(opened[person.department])
    start = int(person.post) - first
    for turn in range(1, now_open):
        colleague = int(seats[first + (start + turn) % now_open])
        if colleague >= 0 and staff[colleague].backlog <= limit:
            return colleague
    return server


@formula
def answered_freely(freedom_rank, coverage, strictness, chance):
    """Whether a case is answered with discretion: the person is free, and the case is not left to the standard."""
    return freedom_rank < coverage and chance < 1.0 - strictness


@formula
def case_hours(owned, later_part, free, information, world):
    """Staff hours of one part of a request."""
    hours = world.hours + world.record_hours * information
    if later_part:
        hours += world.coordination_hours if owned else world.handoff_hours
    if free:
        hours *= 1.0 + world.free_hours
    return hours


@formula
def effort_under(load, least):
    """Share of the needed time that is given when work is ``load`` times the hours of the week."""
    if load <= 1.0:
        return 1.0
    return max(least, 1.0 / math.sqrt(load))


@kernel
def route_cases(cases, used, members, ties, staff, staff_count, seats, first_post, opened, tally, week, luck, given):
    """Decide for each case who answers and how, and add up the work of each person."""
    policy, world, departments = given[0].policy, given[0].routing, int(given[0].scenario.departments)
    limit = int(world.relief * world.week_hours * HOUR)
    for row in range(staff_count):
        staff[row].demand = staff[row].aftermath if staff[row].alive else 0
    for index in range(used):
        if index + AHEAD < used:
            fetch_early(members, cases[index + AHEAD].member)
        case = cases[index]
        allotment, ordinal = int(case.allotment), int(case.ordinal)
        later_part = ordinal % 2 == 1
        owned = np.float64(case.owner_rank) < policy.routing
        if owned:
            member = members[case.member]
            server = int(member.owner)
            if server < 0 or not staff[server].alive:
                # The strongest tie in the main domain becomes the owner: the person who has served it so far.
                server = int(ties[case.member * departments + member.main_domain].staff)
                if server < 0 or not staff[server].alive:
                    server = occupant(seats, first_post, opened, int(member.main_domain), allotment)
                member.owner = server
        else:
            server = occupant(seats, first_post, opened, int(case.domain), allotment)
        server = relieved(server, staff, seats, first_post, opened, limit)
        person = staff[server]
        chance = draws(luck, FREEDOM, week, int(case.identity), 0, ordinal)[0]
        free = answered_freely(person.freedom_rank, policy.coverage, policy.strictness, chance)
        case.server = server
        case.owned = owned
        case.free = free
        case.seconds = int(case_hours(owned, later_part, free, policy.information, world) * HOUR)
        person.demand += case.seconds
        if free:
            tally[FREE] += 1.0
        if later_part and not owned:
            tally[HANDED_OFF] += 1.0


@kernel
def share_hours(staff, staff_count, tally, given):
    """Each person meets the week's work and the backlog with the hours there are."""
    world = given[0].routing
    capacity = int(world.week_hours * HOUR)
    for row in range(staff_count):
        person = staff[row]
        if not person.alive:
            continue
        demand, waiting, norm = int(person.demand), int(person.backlog), person.standard
        needed = effort_under(demand / capacity, world.least_effort)
        norm += world.sinking * (needed - norm) if needed < norm else world.recovering * (1.0 - norm)
        effort = min(needed, norm)
        work = waiting + int(demand * effort)
        done = min(work, capacity)
        person.standard = norm
        person.effort = effort
        person.waiting = waiting / capacity
        person.worked = done
        person.backlog = work - done
        tally[WORKED] += done / HOUR
        tally[AVAILABLE] += world.week_hours
        tally[ON_DUTY] += 1.0
        tally[BACKLOG] += (work - done) / HOUR
        if demand > capacity:
            tally[OVERLOADED] += 1.0


@kernel
def count_waiting(cases, used, staff, tally):
    """Weeks that the cases of this week wait, for the record."""
    for index in range(used):
        tally[WAITED] += staff[cases[index].server].waiting


def step(model) -> None:
    """Cases find their server; hours are shared; queues form."""
    staff, cases, tally, given = model.tables["staff"], model.cases, model.record.tally, model.given
    route_cases(
        cases.rows, cases.count, model.tables["members"].rows, model.tables["ties"].rows, staff.rows, staff.count,
        model.seats, model.first_post, model.opened, tally, model.now, model.luck, given,
    )  # fmt: skip
    share_hours(staff.rows, staff.count, tally, given)
    count_waiting(cases.rows, cases.count, staff.rows, tally)
