"""What the hours of a week are for, and what happens when there is more work than time.

Hours are finite: each person has a fluid backlog in whole seconds, so no order of service exists; under overload the
time given to a case shrinks and the lower standard tends to stick (Oliva & Sterman 2001, "Cutting corners and working
overtime", Management Science 47(7)). Staff do what they are evaluated by, and what is measured gets gamed (Campbell
1979). Of the hours that duties leave, members, partners and staff get shares by how far each is put first.

Part of :mod:`sim.processes.routing`, whose parameters these formulas take.
"""

import math

from sim.averages import share_evenly
from sim.columns import DEVELOPMENT
from sim.compiled import formula, kernel
from sim.recording import AVAILABLE, BACKLOG, ON_DUTY, OVERLOADED, WAITED, WORKED
from sim.steps import STEPS

HOUR = 3600
EVEN = 1.0 / 3.0  # share of each of three who are put first alike


@formula
def put_first(weight, levers):
    """Share of the hours that duties leave which goes to members, partners or staff, by the weight of each; 0..1."""
    total = levers.first_members + levers.first_partners + levers.first_staff
    return weight / total if total > 0.0 else EVEN


@formula
def slack_beyond_even(weight, levers, slack):
    """Hours a week that one person has for members, partners or staff beyond an even share of what duties leave."""
    return slack * (put_first(weight, levers) - EVEN)


@formula
def member_hours(levers, developing, world):
    """Hours a week that one person has for members, after all that the levers ask for besides."""
    other = world.climate_hours * levers.climate + world.meaning_hours * levers.why + world.shared_hours * levers.shared
    other += world.report_hours * (1.0 - levers.judgement) + world.judging_hours * levers.judgement + levers.development
    other += world.observing_hours * levers.community_observe + world.hosting_hours * levers.community_host
    other += world.together_hours * levers.community_collaborate
    if developing:
        other += world.project_hours
    return max(1.0, world.week_hours - other)


@formula
def aimed_effort(evaluation, judgement, insight, world):
    """Time per case that staff aim at, as a share of what it needs: they do what they are evaluated by.

    What is judged counts only as far as the leader sees it (``insight``, 0..1).
    """
    seen = evaluation * (1.0 - judgement * (1.0 - insight))
    return 1.0 - world.hurry * (1.0 - seen) + world.deepening * seen


@formula
def gamed_share(judgement, alignment, world):
    """Part of the time that serves the measure and not the member (Campbell 1979: what is measured gets gamed)."""
    return world.gaming * (1.0 - judgement) * (1.0 - alignment)


@formula
def effort_under(load, least):
    """Share of the needed time that is given when work is ``load`` times the hours of the week."""
    if load <= 1.0:
        return 1.0
    return max(least, 1.0 / math.sqrt(load))


@kernel
def share_hours(cases, used, staff, staff_count, averages, services, projects, enacted, tally, given):
    """Each person meets the week's work and the backlog with the hours there are; what cases wait is counted."""
    world = given[0].routing
    share_evenly(staff, staff_count, averages)
    for row in range(staff_count):
        person = staff[row]
        if not person.alive:
            continue
        unit = person.department
        levers = enacted[unit]
        hours = member_hours(levers, projects[unit].stage == DEVELOPMENT, world) - services[unit].research
        hours = max(1.0, hours + slack_beyond_even(levers.first_members, levers, world.slack_hours))
        capacity = int(hours * HOUR)
        aim = aimed_effort(levers.evaluation, levers.judgement, services[unit].insight, world)
        demand, waiting, norm = int(int(person.demand) * aim), int(person.backlog), person.standard
        load = demand / capacity
        needed = effort_under(load, world.least_effort)
        norm += world.sinking * (needed - norm) if needed < norm else world.recovering * (1.0 - norm)
        effort = min(needed, norm)
        work = waiting + int(demand * effort)
        done = min(work, capacity)
        person.standard = norm
        person.effort = aim * effort
        alignment = averages[unit].alignment if len(averages) > 0 else person.alignment
        person.care = aim * effort * (1.0 - gamed_share(levers.judgement, alignment, world))
        person.load = load
        person.capacity = capacity
        person.waiting = waiting / capacity
        if len(averages) > 0:
            averages[unit].care, averages[unit].waiting = person.care, person.waiting
        person.worked = done
        person.backlog = work - done
        tally[WORKED] += done / HOUR
        tally[AVAILABLE] += hours
        tally[ON_DUTY] += 1.0
        tally[BACKLOG] += (work - done) / HOUR
        if demand > capacity:
            tally[OVERLOADED] += 1.0
    for index in range(used):
        if not cases[index].refused:
            tally[WAITED] += staff[cases[index].server].waiting / STEPS
