"""Staff tire or thrive, learn, and leave.

Morale follows autonomy, knowing why, a role that fits, values shared and fair judgement, and suffers from overload;
people of low morale leave sooner. Newcomers still learn the trade. Training raises skill, time among members raises
understanding; both fade.
"""

import math

from sim.compiled import formula, kernel
from sim.luck import decision, draws
from sim.processes.hiring import bounded
from sim.processes.routing import occupant
from sim.processes.workload import slack_beyond_even
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import MORALE, STAFF, STAFF_LEFT
from sim.steps import WEEKS

LEAVING = decision("worklife.leaving")


@quantities
class WorklifeParameters:
    """How staff feel and learn, and how long they stay."""

    place = "world.worklife"

    newcomer: float = quantity(0.15, "quality", 0.0, 0.6, ASSUMED, "skill a newcomer lacks on the first day")
    newcomer_weeks: float = quantity(26.0, "weeks", 4.0, 104.0, ASSUMED, "time in which half of that is made up")
    training: float = quantity(0.02, "share an hour", 0.0, 0.2, ASSUMED, "part of what can be trained that is gained in an hour of training")
    trainable: float = quantity(0.25, "quality", 0.0, 0.8, ASSUMED, "most that training adds to skill")
    immersing: float = quantity(0.03, "share an hour", 0.0, 0.2, ASSUMED, "part of the missing understanding of members gained in an hour among them")
    fading: float = quantity(0.01, "share a week", 0.0, 0.1, ASSUMED, "how fast what was trained, or understood, is lost")
    role_gain: float = quantity(0.15, "quality", 0.0, 0.6, ASSUMED, "skill lost by somebody in an entirely unfitting role, against a fitting one")
    autonomy: float = quantity(0.4, "morale per share", -0.2, 1.0, "assumed; sign: Seibert, Wang & Courtright 2011, empowerment goes with satisfaction", "morale gained from answering freely, per share of cases")
    usual_autonomy: float = quantity(0.2, "share", 0.0, 1.0, ASSUMED, "share of free answers that leaves morale unmoved")
    meaning: float = quantity(0.2, "morale", 0.0, 1.0, ASSUMED, "morale gained from knowing why")
    usual_meaning: float = quantity(0.2, "0..1", 0.0, 1.0, ASSUMED, "knowing why that leaves morale unmoved")
    belonging: float = quantity(0.4, "morale", 0.0, 1.5, "assumed; sign: Kristof-Brown, Zimmerman & Johnson 2005, value fit goes with commitment", "morale gained from sharing the organisation's values")
    usual_belonging: float = quantity(0.6, "0..1", 0.0, 1.0, ASSUMED, "alignment that leaves morale unmoved")
    role_morale: float = quantity(0.2, "morale", 0.0, 1.0, ASSUMED, "morale gained from a fitting role, against an entirely unfitting one")
    usual_role: float = quantity(0.6, "0..1", 0.0, 1.0, ASSUMED, "fit of the role that leaves morale unmoved")
    unfairness: float = quantity(0.6, "morale", 0.0, 1.0, ASSUMED, "morale lost where everything is judged by a leader whom nobody can follow")
    usual_unfairness: float = quantity(0.2, "0..1", 0.0, 1.0, ASSUMED, "unfairness that leaves morale unmoved")
    overload: float = quantity(0.6, "morale", 0.0, 2.0, ASSUMED, "morale lost under extreme overload")
    mood_speed: float = quantity(0.04, "share per week", 0.005, 0.5, ASSUMED, "how fast morale follows circumstances")
    rest: float = quantity(0.05, "morale per hour", 0.0, 0.3, ASSUMED, "morale gained from an hour a week for oneself beyond the usual")
    leaving: float = quantity(0.16, "per year", 0.0, 0.6, "Babushkin turnover sample: 85 % of staff there after 12 months", "rate of leaving at usual morale")
    leaving_morale: float = quantity(1.5, "log rate per morale", 0.0, 4.0, ASSUMED, "how strongly low morale drives people out")


@formula
def role_fit(aptitude, roles):
    """How well a role fits its holder, 0..1: by chance, or because it was shaped around the person."""
    return aptitude + roles * (1.0 - aptitude)


@formula
def target_morale(autonomy, known_why, alignment, fit, unfair, load, world):
    """Morale that circumstances lead to; 0 = usual."""
    over = max(0.0, load - 1.0)
    target = world.autonomy * (autonomy - world.usual_autonomy) + world.meaning * (known_why - world.usual_meaning)
    target += world.belonging * (alignment - world.usual_belonging) + world.role_morale * (fit - world.usual_role)
    target -= world.unfairness * (unfair - world.usual_unfairness)
    return target - world.overload * over / (1.0 + over)


@formula
def moved_morale(morale, target, world):
    """Morale after a week: it follows circumstances at its own pace."""
    return bounded(morale + world.mood_speed * (target - morale), -3.0, 3.0)


@formula
def leaving_chance(morale, world):
    """Chance to leave in a week: an exponential rate that falls with morale."""
    return 1.0 - math.exp(-world.leaving / WEEKS * math.exp(-world.leaving_morale * morale))


@formula
def after_practice(level, most, hours, speed, fading):
    """Something learned, after a week with so many hours of practice: it nears its most, and fades."""
    return bounded(level + speed * hours * (most - level) - fading * level, 0.0, most)


@formula
def settled_practice(most, hours, speed, fading):
    """The level at which practice and fading balance."""
    total = speed * hours + fading
    return most * speed * hours / total if total > 0.0 else 0.0


@formula
def ability_after(skill, weeks, trained, fit, world):
    """Skill of somebody so many weeks in the post, with what was trained, in a role that fits more or less."""
    lacking = world.newcomer * world.newcomer_weeks / (world.newcomer_weeks + weeks)
    return skill - lacking + trained + world.role_gain * (fit - 0.5)


@kernel
def settle_staff(staff, first, last, week, enacted, given):
    """Bring the rows from ``first`` to ``last`` to where the present policy leads in the long run."""
    world = given[0].worklife
    for row in range(first, last):
        person = staff[row]
        levers = enacted[person.department]
        own = slack_beyond_even(levers.first_staff, levers, given[0].routing.slack_hours)
        hours = max(0.0, levers.development + own)
        trained_hours = hours * (1.0 - levers.immersion)
        person.trained = settled_practice(world.trainable, trained_hours, world.training, world.fading)
        person.immersed = settled_practice(1.0, hours * levers.immersion, world.immersing, world.fading)
        fit = role_fit(person.aptitude, levers.roles)
        person.ability = ability_after(person.skill, float(week - int(person.hired)), person.trained, fit, world)


@kernel
def work_on(
    staff, staff_count, departments, enacted, seats, first_post, opened, vacant_since, tally, week, luck, given
):
    """Morale moves, people learn, some leave.

    The last person employed stays until somebody else has come: an organisation without staff answers nobody.
    """
    world = given[0].worklife
    employed = 0
    for row in range(staff_count):
        employed += 1 if staff[row].alive else 0
    for row in range(staff_count):
        person = staff[row]
        if not person.alive:
            continue
        place, levers = departments[person.department], enacted[person.department]
        own = slack_beyond_even(levers.first_staff, levers, given[0].routing.slack_hours)
        hours = max(0.0, levers.development + own)
        trained_hours = hours * (1.0 - levers.immersion)
        person.trained = after_practice(person.trained, world.trainable, trained_hours, world.training, world.fading)
        among_members = hours * levers.immersion
        person.immersed = after_practice(person.immersed, 1.0, among_members, world.immersing, world.fading)
        fit = role_fit(person.aptitude, levers.roles)
        autonomy = 1.0 - levers.strictness if person.freedom_rank < levers.coverage else 0.0
        unfair = levers.judgement * (1.0 - place.fairness)
        target = target_morale(autonomy, levers.why * place.meaning, person.alignment, fit, unfair, person.load, world)
        person.morale = moved_morale(person.morale, target + world.rest * own, world)
        person.ability = ability_after(person.skill, float(week - int(person.hired)), person.trained, fit, world)
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


def step(model) -> None:
    """Morale moves; staff learn, and some leave."""
    staff = model.tables["staff"]
    work_on(
        staff.rows, staff.count, model.tables["departments"].rows, model.enacted, model.seats, model.first_post,
        model.opened, model.vacant_since, model.record.tally, model.now, model.luck, model.given,
    )  # fmt: skip
