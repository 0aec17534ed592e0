"""Who gets a post: applicants, vacancies, posts opened and closed.

A post stays vacant for some weeks, longer the more applicants are looked at; then the best of them is taken, as far
as an interview shows it, by what the organisation hires for. Who applies depends on the post and on how many held it
before, never on the policy.
"""

import math

import numpy as np

from sim.compiled import formula, kernel
from sim.luck import decision, draws, normal
from sim.processes.routing import occupant
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import REPLACEMENT
from sim.scenario import posts_by_department
from sim.steps import WEEKS

TRAITS, TENURE = decision("hiring.traits"), decision("hiring.tenure")
APPLICANTS_A_POST, APPLICANTS_A_VACANCY = 4096, 8  # identities set aside for each post, and each time it is vacant
VACANT = -1


@quantities
class HiringParameters:
    """Who applies, what an interview shows, how long it takes."""

    place = "world.hiring"

    skill_mean: float = quantity(-0.15, "quality", -0.7, 0.5, ASSUMED, "mean skill of applicants in free answers, beyond what the process has codified")
    skill_spread: float = quantity(0.30, "quality", 0.0, 0.8, ASSUMED, "sd of skill over applicants")
    empathy_mean: float = quantity(0.5, "0..1", 0.1, 0.9, ASSUMED, "mean empathy of applicants")
    empathy_spread: float = quantity(0.15, "0..1", 0.0, 0.4, ASSUMED, "sd of empathy over applicants")
    alignment_mean: float = quantity(0.58, "0..1", 0.0, 1.0, ASSUMED, "mean alignment of applicants with the organisation's values")
    alignment_spread: float = quantity(0.20, "0..1", 0.0, 0.4, ASSUMED, "sd of alignment over applicants")
    spotting_mean: float = quantity(0.5, "0..1", 0.1, 0.9, ASSUMED, "mean eye for opportunities of applicants")
    spotting_spread: float = quantity(0.2, "0..1", 0.0, 0.4, ASSUMED, "sd of the eye for opportunities over applicants")
    validity: float = quantity(0.42, "correlation", 0.0, 0.9, "Sackett, Zhang, Berry & Lievens 2022, structured interviews (Journal of Applied Psychology 107(11))", "how well what an interview shows goes with what somebody is")
    vacancy: int = quantity(5, "weeks", 0, 52, ASSUMED, "how long a post stays empty before applicants are looked at")
    applicant_weeks: float = quantity(1.0, "weeks an applicant", 0.0, 6.0, ASSUMED, "time that looking at one applicant takes")
    replacement_cost: float = quantity(9.0, "dues", 0.0, 60.0, ASSUMED, "cost of finding and starting a successor, about a quarter of a year's member-facing pay")
    applicant_cost: float = quantity(0.3, "dues an applicant", 0.0, 5.0, ASSUMED, "cost of looking at one applicant")


@formula
def bounded(value, low, high):
    """A value kept inside bounds."""
    return min(high, max(low, value))


@formula
def seen_score(skill, empathy, alignment, spotting, error, levers, world):
    """How good an applicant looks, given standard normal traits and an error: what is hired for, as an interview shows it."""
    values, opportunities = levers.hire_values, levers.hire_opportunities
    skills = max(0.0, 1.0 - values - opportunities)
    fit = skills * skill + values * (empathy + alignment) / math.sqrt(2.0) + opportunities * spotting
    scale = math.sqrt(skills * skills + values * values + opportunities * opportunities)
    return world.validity * fit / scale + math.sqrt(1.0 - world.validity * world.validity) * error


@kernel
def chosen_applicant(post, vacancy, levers, luck, given):
    """Identity of the applicant taken for a post, ``vacancy`` times vacant before, by what its department looks for."""
    world = given[0].hiring
    first = post * APPLICANTS_A_POST + vacancy * APPLICANTS_A_VACANCY
    best, best_score = first, -1e9
    for turn in range(int(bounded(levers.selectivity + 0.5, 1.0, float(APPLICANTS_A_VACANCY)))):
        skill, empathy, alignment, _ = draws(luck, TRAITS, 0, first + turn, 0, 0)
        spotting, _, _, error = draws(luck, TRAITS, 0, first + turn, 0, 1)
        score = seen_score(
            normal(skill), normal(empathy), normal(alignment), normal(spotting), normal(error), levers, world
        )
        if score > best_score:
            best, best_score = first + turn, score
    return best


@kernel
def start_work(staff, row, post, identity, department, week, luck, given):
    """Give a new staff row its person."""
    world, person = given[0].hiring, staff[row]
    skill, empathy, alignment, freedom = draws(luck, TRAITS, 0, identity, 0, 0)
    spotting, aptitude, sociability, _ = draws(luck, TRAITS, 0, identity, 0, 1)
    person.identity = identity
    person.department = department
    person.post = post
    person.hired = week
    person.skill = bounded(world.skill_mean + world.skill_spread * normal(skill), -3.0, 3.0)
    person.empathy = bounded(world.empathy_mean + world.empathy_spread * normal(empathy), 0.0, 1.0)
    person.values = bounded(world.alignment_mean + world.alignment_spread * normal(alignment), 0.0, 1.0)
    person.alignment = person.values
    person.spotting = bounded(world.spotting_mean + world.spotting_spread * normal(spotting), 0.0, 1.0)
    person.aptitude = aptitude
    person.sociability = bounded(math.exp(given[0].colleagues.sociability_spread * normal(sociability)), 0.001, 100.0)
    person.freedom_rank = freedom
    person.ability = person.skill - given[0].worklife.newcomer


@kernel
def found_staff(staff, seats, first_post, opened, enacted, luck, given):
    """Fill all posts at founding, with people who have been there for as long as staff usually stay."""
    leaving, row = given[0].worklife.leaving, 0
    for department in range(len(opened)):
        for post in range(first_post[department], first_post[department] + opened[department]):
            years = -math.log(draws(luck, TENURE, 0, post, 0, 0)[0]) / max(leaving, 0.02)
            weeks = int(WEEKS * min(years, 40.0))
            chosen = chosen_applicant(post, 0, enacted[department], luck, given)
            start_work(staff, row, post, chosen, department, -weeks, luck, given)
            seats[post] = row
            row += 1


@formula
def vacancy_weeks(selectivity, world):
    """How long a post stays vacant where so many applicants are looked at."""
    return world.vacancy + world.applicant_weeks * selectivity


@kernel
def posts_due(seats, first_post, opened, vacant_since, enacted, week, given):
    """How many open posts have been vacant for as long as their department takes to fill them."""
    due = 0
    for department in range(len(opened)):
        weeks = vacancy_weeks(enacted[department].selectivity, given[0].hiring)
        for post in range(first_post[department], first_post[department] + opened[department]):
            if seats[post] < 0 and week >= vacant_since[post] + weeks:
                due += 1
    return due


def hire(model) -> None:
    """Fill the posts whose vacancy is over."""
    staff, world, enacted = model.tables["staff"], model.world.hiring, model.enacted
    for department, opened in enumerate(model.opened.tolist()):
        first, selectivity = int(model.first_post[department]), float(enacted["selectivity"][department])
        weeks = vacancy_weeks(selectivity, model.given[0]["hiring"])
        mine = slice(first, first + opened)
        due = (model.seats[mine] < 0) & (model.now >= model.vacant_since[mine] + weeks)
        for post in (first + np.flatnonzero(due)).tolist():
            row = staff.add(1).start
            model.applicants[post] += 1
            identity = chosen_applicant(post, int(model.applicants[post]), enacted[department], model.luck, model.given)
            start_work(staff.rows, row, post, identity, department, model.now, model.luck, model.given)
            model.seats[post] = row
            model.record.tally[REPLACEMENT] += world.replacement_cost + world.applicant_cost * selectivity


def close_post(model, post: int, department: int) -> None:
    """Whoever holds a closed post moves to an open one of the department that is vacant, or else has to go.

    Those who have to go are not counted among those who left, and not replaced.
    """
    staff, row = model.tables["staff"], int(model.seats[post])
    if row < 0:
        return
    model.seats[post] = VACANT
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


def open_posts(model, posts: int) -> None:
    """Open so many posts in all, spread over the departments as evenly as can be; the last ones close first."""
    wanted = np.diff(posts_by_department(posts, model.departments))
    for department in range(model.departments):
        first, room = int(model.first_post[department]), int(np.diff(model.first_post)[department])
        before, after = int(model.opened[department]), min(room, int(wanted[department]))
        model.opened[department] = after
        for post in range(first + after, first + before):
            close_post(model, post, department)
        model.vacant_since[first + before : first + after] = model.now
    model.posts = int(model.opened.sum())


def step(model) -> None:
    """Posts that have been vacant long enough are filled; where posts follow members, they are re-set once a year."""
    if model.scenario.staff_follow_members and model.now > 0 and model.now % WEEKS == 0:
        living = int(np.count_nonzero(model.tables["members"]["alive"]))
        open_posts(model, round(living / model.scenario.members_per_post))
    if posts_due(
        model.seats, model.first_post, model.opened, model.vacant_since, model.enacted, model.now, model.given
    ):
        hire(model)
