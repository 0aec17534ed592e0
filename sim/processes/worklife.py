"""Staff tire or thrive, leave, and are replaced.

Morale follows autonomy and suffers from overload; people of low morale leave sooner. A post stays vacant for
some weeks, then an applicant of its own fills it: who that is depends on the post and on how many held it
before, never on the policy. Newcomers still learn the trade.
"""

import math

import numpy as np

from sim.compiled import formula, kernel
from sim.luck import decision, draws, normal
from sim.processes.routing import HOUR, occupant
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import MORALE, REPLACEMENT, STAFF, STAFF_LEFT
from sim.scenario import posts_by_department

LEAVING, TRAITS, TENURE = decision("worklife.leaving"), decision("worklife.traits"), decision("worklife.tenure")
APPLICANTS_A_POST = 4096  # identities set aside for each post


@quantities
class WorklifeParameters:
    """Who works here, how they feel, how long they stay."""

    place = "world.worklife"

    skill_mean: float = quantity(0.05, "quality", -0.5, 0.5, ASSUMED, "mean skill of free answers, beyond what the process has codified")
    skill_spread: float = quantity(0.30, "quality", 0.0, 0.8, ASSUMED, "sd of skill over staff")
    empathy_mean: float = quantity(0.5, "0..1", 0.1, 0.9, ASSUMED, "mean empathy of staff")
    empathy_spread: float = quantity(0.15, "0..1", 0.0, 0.4, ASSUMED, "sd of empathy over staff")
    alignment_mean: float = quantity(0.6, "0..1", 0.0, 1.0, ASSUMED, "mean alignment of staff with the organisation's values")
    alignment_spread: float = quantity(0.15, "0..1", 0.0, 0.4, ASSUMED, "sd of alignment over staff")
    newcomer: float = quantity(0.15, "quality", 0.0, 0.6, ASSUMED, "skill a newcomer lacks on the first day")
    newcomer_weeks: float = quantity(26.0, "weeks", 4.0, 104.0, ASSUMED, "time in which half of that is made up")
    autonomy: float = quantity(0.4, "morale per share", -0.2, 1.0, "assumed; sign: Seibert, Wang & Courtright 2011, empowerment goes with satisfaction", "morale gained from answering freely, per share of cases")
    usual_autonomy: float = quantity(0.2, "share", 0.0, 1.0, ASSUMED, "share of free answers that leaves morale unmoved")
    overload: float = quantity(0.6, "morale", 0.0, 2.0, ASSUMED, "morale lost under extreme overload")
    mood_speed: float = quantity(0.04, "share per week", 0.005, 0.5, ASSUMED, "how fast morale follows circumstances")
    leaving: float = quantity(0.16, "per year", 0.0, 0.6, "Babushkin turnover sample: 85 % of staff there after 12 months", "rate of leaving at usual morale")
    leaving_morale: float = quantity(1.5, "log rate per morale", 0.0, 4.0, ASSUMED, "how strongly low morale drives people out")
    vacancy: int = quantity(8, "weeks", 0, 52, ASSUMED, "how long a post stays empty")
    replacement_cost: float = quantity(10.0, "dues", 0.0, 60.0, ASSUMED, "cost of finding and starting a successor, about a quarter of a year's member-facing pay")


@formula
def bounded(value, low, high):
    """A value kept inside bounds."""
    return min(high, max(low, value))


@formula
def moved_morale(morale, autonomy, load, world):
    """Morale after a week: it follows autonomy and overload at its own pace."""
    over = max(0.0, load - 1.0)
    target = world.autonomy * (autonomy - world.usual_autonomy) - world.overload * over / (1.0 + over)
    return bounded(morale + world.mood_speed * (target - morale), -3.0, 3.0)


@formula
def leaving_chance(morale, world):
    """Chance to leave in a week: an exponential rate that falls with morale."""
    return 1.0 - math.exp(-world.leaving / 52.0 * math.exp(-world.leaving_morale * morale))


@formula
def ability_after(skill, weeks, world):
    """Skill of somebody so many weeks in the post."""
    return skill - world.newcomer * world.newcomer_weeks / (world.newcomer_weeks + weeks)


@kernel
def start_work(staff, row, post, applicant, department, week, luck, given):
    """Give a new staff row its person: the nth applicant for this post."""
    world, person = given[0].worklife, staff[row]
    identity = post * APPLICANTS_A_POST + applicant
    skill, empathy, alignment, freedom = draws(luck, TRAITS, 0, identity, 0, 0)
    person.identity = identity
    person.department = department
    person.post = post
    person.hired = week
    person.skill = bounded(world.skill_mean + world.skill_spread * normal(skill), -3.0, 3.0)
    person.empathy = bounded(world.empathy_mean + world.empathy_spread * normal(empathy), 0.0, 1.0)
    person.alignment = bounded(world.alignment_mean + world.alignment_spread * normal(alignment), 0.0, 1.0)
    person.freedom_rank = freedom
    person.ability = ability_after(person.skill, 0.0, world)


@kernel
def found_staff(staff, seats, first_post, luck, given):
    """Fill all posts at founding, with people who have been there for as long as staff usually stay."""
    world = given[0].worklife
    for department in range(len(first_post) - 1):
        for post in range(first_post[department], first_post[department + 1]):
            years = -math.log(draws(luck, TENURE, 0, post, 0, 0)[0]) / max(world.leaving, 0.02)
            weeks = int(52.0 * min(years, 40.0))
            start_work(staff, post, post, 0, department, -weeks, luck, given)
            staff[post].ability = ability_after(staff[post].skill, float(weeks), world)
            seats[post] = post


@kernel
def work_on(staff, staff_count, seats, first_post, opened, vacant_since, tally, week, luck, given):
    """Morale moves, newcomers learn, some leave; returns how many posts are due to be filled.

    The last person employed stays until somebody else has come: an organisation without staff answers nobody.
    """
    policy, world = given[0].policy, given[0].worklife
    capacity = given[0].routing.week_hours * HOUR
    employed = 0
    for row in range(staff_count):
        employed += 1 if staff[row].alive else 0
    for row in range(staff_count):
        person = staff[row]
        if not person.alive:
            continue
        autonomy = 1.0 - policy.strictness if person.freedom_rank < policy.coverage else 0.0
        person.morale = moved_morale(person.morale, autonomy, person.demand / capacity, world)
        person.ability = ability_after(person.skill, float(week - int(person.hired)), world)
        tally[STAFF] += 1.0
        tally[MORALE] += person.morale
        chance = draws(luck, LEAVING, week, int(person.identity), 0, 0)[0]
        if employed > 1 and chance < leaving_chance(person.morale, world):
            employed -= 1
            person.alive = False
            person.left = week
            seats[person.post] = -1
            vacant_since[person.post] = week
            stand_in = staff[occupant(seats, first_post, opened, int(person.department), int(person.post))]
            stand_in.backlog += person.backlog
            person.backlog = 0
            tally[STAFF_LEFT] += 1.0
    if tally[STAFF] > 0.0:
        tally[MORALE] /= tally[STAFF]
    due = 0
    for department in range(len(opened)):
        for post in range(first_post[department], first_post[department] + opened[department]):
            if seats[post] < 0 and week >= vacant_since[post] + world.vacancy:
                due += 1
    return due


def hire(model) -> None:
    """Fill the posts whose vacancy is over, each with its next applicant."""
    staff, world = model.tables["staff"], model.world.worklife
    for department, opened in enumerate(model.opened):
        first = int(model.first_post[department])
        for post in range(first, first + int(opened)):
            if model.seats[post] < 0 and model.now >= model.vacant_since[post] + world.vacancy:
                row = staff.add(1).start
                model.applicants[post] += 1
                applicant = int(model.applicants[post])
                start_work(staff.rows, row, post, applicant, department, model.now, model.luck, model.given)
                model.seats[post] = row
                model.record.tally[REPLACEMENT] += world.replacement_cost


def close_post(model, post: int, department: int) -> None:
    """Whoever holds a closed post moves to an open one of the department that is vacant, or else has to go.

    Those who have to go are not counted among those who left, and not replaced.
    """
    staff, row = model.tables["staff"], int(model.seats[post])
    if row < 0:
        return
    model.seats[post] = -1
    first = int(model.first_post[department])
    for vacant in range(first, first + int(model.opened[department])):
        if model.seats[vacant] < 0:
            model.seats[vacant] = row
            staff["post"][row] = vacant
            return
    heir = occupant(model.seats, model.first_post, model.opened, department, post)
    staff["backlog"][heir] += staff["backlog"][row]
    staff["backlog"][row] = 0
    staff["alive"][row] = False
    staff["left"][row] = model.now


def follow_members(model) -> None:
    """Open as many posts as the living members call for, once a year; the last posts of a department close first."""
    living = int(np.count_nonzero(model.tables["members"]["alive"]))
    wanted = posts_by_department(round(living / model.scenario.members_per_post), model.departments)
    for department in range(model.departments):
        first, posts = int(model.first_post[department]), int(np.diff(model.first_post)[department])
        before, after = int(model.opened[department]), min(posts, int(np.diff(wanted)[department]))
        model.opened[department] = after
        for post in range(first + after, first + before):
            close_post(model, post, department)
        model.vacant_since[first + before : first + after] = model.now


def step(model) -> None:
    """Morale moves; staff leave and are replaced."""
    staff = model.tables["staff"]
    if model.scenario.staff_follow_members and model.now > 0 and model.now % 52 == 0:
        follow_members(model)
    due = work_on(
        staff.rows, staff.count, model.seats, model.first_post, model.opened, model.vacant_since,
        model.record.tally, model.now, model.luck, model.given,
    )  # fmt: skip
    if due:
        hire(model)
