"""Who answers, how long it takes, and what happens when there is more work than time.

In a silo each domain's department answers its part, and every hand-off costs hours. A relationship owner
answers everything and coordinates. What becomes of the week's work stands in :mod:`sim.processes.workload`.
"""

import numpy as np

from sim.columns import COSTLY
from sim.compiled import AHEAD, fetch_early, formula, kernel
from sim.luck import decision, draws
from sim.processes.discipline import NICHE, dues_paid
from sim.processes.workload import HOUR, share_hours
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import FREE, HANDED_OFF, LIMITED, REFUSED

FREEDOM, LIMIT, CONCENTRATING = (decision(f"routing.{what}") for what in ("freedom", "limit", "concentrating"))


@quantities
class RoutingParameters:
    """What a case costs in time, and what overload does."""

    place = "world.routing"

    hours: float = quantity(1.57, "hours a part", 0.1, 20.0, "assumed, so that the reference of the association uses 80 % of its hours", "staff time for one part of a request, answered by the standard")
    handoff_hours: float = quantity(0.8, "hours a part", 0.0, 5.0, ASSUMED, "extra time for a part handed to another department")
    coordination_hours: float = quantity(0.4, "hours a part", 0.0, 5.0, ASSUMED, "extra time for an owner who has to bring in another department")
    record_hours: float = quantity(0.1, "hours a part", 0.0, 2.0, ASSUMED, "time for keeping records that all departments can use, at full sharing")
    handoff_ease: float = quantity(0.4, "share", 0.0, 1.0, ASSUMED, "part of a hand-off's extra time that full cooperation between departments saves")
    listening_hours: float = quantity(0.15, "share", 0.0, 1.0, ASSUMED, "extra time for listening before offering, in full")
    solution_hours: float = quantity(0.35, "share", 0.0, 2.0, ASSUMED, "extra time for putting a solution together")
    role_gap: float = quantity(0.15, "share of cases", 0.0, 0.6, ASSUMED, "work that is nobody's where roles are entirely shaped around people; it is handed on")
    climate_hours: float = quantity(1.5, "hours per staff-week", 0.0, 8.0, ASSUMED, "time with other departments at full cooperation")
    meaning_hours: float = quantity(1.5, "hours per staff-week", 0.0, 8.0, ASSUMED, "time for talking about why, if that is always done")
    shared_hours: float = quantity(1.0, "hours per staff-week", 0.0, 8.0, ASSUMED, "time for taking part in decisions, where leadership is entirely shared")
    report_hours: float = quantity(1.0, "hours per staff-week", 0.0, 8.0, ASSUMED, "time for being measured, if nothing is left to judgement")
    judging_hours: float = quantity(1.0, "hours per staff-week", 0.0, 8.0, ASSUMED, "time for being observed and talked with, if everything is left to judgement")
    observing_hours: float = quantity(0.5, "hours per staff-week", 0.0, 8.0, ASSUMED, "time for following what is said in the community, every day")
    hosting_hours: float = quantity(0.8, "hours per staff-week", 0.0, 8.0, ASSUMED, "time for hosting the community in full")
    together_hours: float = quantity(1.0, "hours per staff-week", 0.0, 8.0, ASSUMED, "time for working out answers with active participants, if that is always done")
    project_hours: float = quantity(1.0, "hours per staff-week", 0.0, 8.0, ASSUMED, "time of a department's staff while a project of theirs is developed")
    hurry: float = quantity(0.10, "share", 0.0, 0.5, ASSUMED, "time per case that staff save when evaluated by efficiency alone")
    deepening: float = quantity(0.30, "share", 0.0, 1.0, ASSUMED, "time per case that staff add when evaluated by relationship value alone")
    gaming: float = quantity(0.25, "share", 0.0, 0.8, ASSUMED, "part of the time that serves the measure and not the member, if everything is measured and nobody shares the organisation's values")
    slack_hours: float = quantity(3.0, "hours per staff-week", 0.0, 10.0, ASSUMED, "hours that the week's duties leave, divided among members, partners and staff; a third of them is in the hours members usually get")
    free_hours: float = quantity(0.15, "share", 0.0, 1.0, ASSUMED, "extra time for a free answer")
    week_hours: float = quantity(22.5, "hours per staff-week", 5.0, 40.0, ASSUMED, "hours of one person for members, partners, development and each other, of which members and partners get 20 in the conventional organisation; the rest of the week goes to other work")
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
def case_hours(owned_elsewhere, handed, free, configured, levers, world):
    """Staff hours of one part of a request.

    Parameters
    ----------
    owned_elsewhere, handed, free, configured : bool
        An owner brings in another department; the part was handed on; it is answered with discretion, or by a
        solution put together.
    levers : record of Policy
        What the department of the person who answers does.
    """
    hours = world.hours + world.record_hours * levers.information
    if owned_elsewhere:
        hours += world.coordination_hours
    if handed:
        hours += world.handoff_hours * (1.0 - world.handoff_ease * levers.climate)
    extra = world.listening_hours * levers.listening
    if free:
        extra += world.free_hours
    if configured:
        extra += world.solution_hours
    return hours * (1.0 + extra)


@formula
def limited_chance(limits, cost, dues):
    """Chance that a request is limited: the share of a member's use that goes beyond what she pays, as far as it is limited."""
    return limits * (1.0 - dues / cost) if cost > dues else 0.0


@kernel
def route_cases(
    cases,
    used,
    members,
    cost_seen,
    ties,
    staff,
    staff_count,
    services,
    enacted,
    seats,
    first_post,
    opened,
    tally,
    week,
    luck,
    given,
):
    """Decide for each case who answers and how, and add up the work of each person."""
    world, departments = given[0].routing, int(given[0].scenario.departments)
    limit = int(world.relief * world.week_hours * HOUR)
    limiting, dues = False, dues_paid(given[0].scenario, given[0].policy)
    keeping = given[0].discipline.kept_together
    for unit in range(departments):
        limiting = limiting or enacted[unit].limits > 0.0
    for row in range(staff_count):
        person = staff[row]
        brought = int(person.aftermath) + int(person.conversing) + int(person.in_touch) + int(person.joint)
        person.demand = brought if person.alive else 0
    for index in range(used):
        if index + AHEAD < used:
            fetch_early(members, cases[index + AHEAD].member)
        case = cases[index]
        allotment, ordinal = int(case.allotment), int(case.ordinal)
        later_part = ordinal % 2 == 1
        if services[case.domain].closed:
            case.refused = True
        owned = np.float64(case.owner_rank) < enacted[case.main_domain].routing
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
        focus, together, shelved = enacted[case.main_domain].focus, False, False
        if focus > 0.0:
            concentrating = draws(luck, CONCENTRATING, week, int(case.identity), 0, ordinal)[0]
            shelved = case.main_domain != NICHE and concentrating < focus
            # Whoever answers the first part of a request from the niche answers the second as well.
            together = later_part and not owned and case.main_domain == NICHE and concentrating < focus * keeping
            if together and index > 0 and cases[index - 1].identity == case.identity and cases[index - 1].ordinal == ordinal - 1:
                server = int(cases[index - 1].server)
            else:
                together = False
        server = relieved(server, staff, seats, first_post, opened, limit)
        person = staff[server]
        levers = enacted[person.department]
        case.server = server
        case.owned = owned
        if case.refused:
            tally[REFUSED] += 1.0
            continue
        freedom, composing, missing, advising = draws(luck, FREEDOM, week, int(case.identity), 0, ordinal)
        strictness = levers.strictness + (1.0 - levers.strictness) * services[person.department].by_the_book
        free = answered_freely(person.freedom_rank, levers.coverage, strictness, freedom) and not shelved
        configured = not free and not shelved and composing < levers.solutions
        handed = (later_part and not owned and not together) or missing < world.role_gap * levers.roles
        if limiting and members[case.member].standing == COSTLY:
            short = limited_chance(levers.limits, np.float64(cost_seen[case.member]), dues)
            if draws(luck, LIMIT, week, int(case.identity), 0, ordinal)[0] < short:
                case.limited, free, configured = True, False, False
                tally[LIMITED] += 1.0
        case.free = free
        case.configured = configured
        case.handed = handed
        case.advising = advising < levers.advice
        hours = case_hours(later_part and owned, handed, free, configured, levers, world)
        if case.limited:
            hours *= 1.0 - given[0].selection.shortened
        case.seconds = int(hours * services[person.department].thrift * services[person.department].case_time * HOUR)
        person.demand += case.seconds
        if free:
            tally[FREE] += 1.0
        if handed:
            tally[HANDED_OFF] += 1.0


@kernel
def route(
    cases, used, members, cost_seen, ties, staff, staff_count, averages, services, projects, enacted, seats, first_post, opened,
    tally, week, luck, given,
):  # fmt: skip
    """Cases find their server, and each server's hours are shared among them."""
    route_cases(
        cases, used, members, cost_seen, ties, staff, staff_count, services, enacted, seats, first_post, opened, tally, week, luck, given,
    )  # fmt: skip
    share_hours(cases, used, staff, staff_count, averages, services, projects, enacted, tally, given)


def step(model) -> None:
    """Cases find their server; hours are shared; queues form."""
    tables, cases = model.tables, model.cases
    members, staff = tables["members"], tables["staff"]
    route(
        cases.rows, cases.count, members.rows, members.scanned["cost_seen"], tables["ties"].rows, staff.rows, staff.count,
        model.averages, tables["departments"].rows, tables["projects"].rows, model.enacted, model.seats, model.first_post,
        model.opened, model.record.tally, model.now, model.luck, model.given,
    )  # fmt: skip
