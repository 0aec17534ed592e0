"""Norms spread among colleagues, and drift where nobody says why.

Staff talk with each other, mostly within their department; the more the departments cooperate, the more beyond it.
Whoever talks takes over a little of the other's view of what the organisation stands for (social influence: DeGroot
1974, "Reaching a consensus", Journal of the American Statistical Association 69(345)). Free hands drift: each
department by itself, away from the whole, unless people know why things are done.
"""

import math

import numpy as np

from sim.compiled import formula, making_kernel
from sim.luck import decision, draws, normal
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import ALIGNMENT, ALIGNMENT_APART
from sim.steps import WEEKS

TALK, DRIFT = decision("colleagues.talk"), decision("colleagues.drift")


@quantities
class ColleagueParameters:
    """Who talks with whom, and what it does."""

    place = "world.colleagues"

    apartness: float = quantity(5.5, "log ratio", 0.0, 6.0, "assumed; at usual cooperation it gives a density of contact within departments about nine times that between them, as e-mail of a research institution has (tools/honesty.py, targets C09-C12)", "how much more likely a colleague of one's own department is talked with, where departments do not cooperate at all")
    sociability_spread: float = quantity(1.3, "sd of logarithm", 0.0, 2.0, "assumed; gives the inequality of contacts found in e-mail (target C12)", "how much people differ in how often they talk with colleagues")
    talks: float = quantity(0.4, "contacts per staff-week", 0.05, 20.0, "fitted together with the two above to targets C09-C12", "contacts with colleagues that leave a trace, as in e-mail; values are taken over once a week whatever this is")
    influence: float = quantity(0.02, "share a week", 0.0, 0.2, ASSUMED, "part of the difference in values taken over from a colleague")
    rooted: float = quantity(0.02, "share a week", 0.0, 0.2, ASSUMED, "how fast people come back to their own values")
    meaning: float = quantity(0.04, "share a week", 0.0, 0.2, ASSUMED, "how fast knowing why brings people towards the organisation's values")
    drifting: float = quantity(0.02, "share a week", 0.0, 0.2, ASSUMED, "how fast values fade where hands are free")
    straying: float = quantity(0.06, "0..1 per square root of year", 0.0, 0.3, ASSUMED, "how far a department as a whole strays by chance")


@formula
def own_department_weight(climate, world):
    """How much more likely a colleague of one's own department is talked with than another one."""
    return math.exp(world.apartness * (1.0 - climate))


@formula
def moved_alignment(own, values, other, known_why, free, straying, world):
    """Alignment with the organisation's values after a week.

    Parameters
    ----------
    own, values, other : float, 0..1
        How one acts, one's own values, and how the colleague one talked with acts.
    known_why : float, 0..1
        How far people here are told why.
    free : float, 0..1
        Share of cases answered with discretion.
    straying : float
        What the week brought the department by chance.
    """
    moved = own + world.influence * (other - own) + world.rooted * (values - own)
    moved += world.meaning * known_why * (1.0 - own) - world.drifting * free * own + straying
    return min(1.0, max(0.0, moved))


@making_kernel
def talk_partner(seat, unit, cumulative, first_post, weight, inside, which):
    """Seat of the colleague whom the person in ``seat`` talks with; the same seat where there is nobody else.

    Parameters
    ----------
    cumulative : array of shape (seats + 1,)
        Sociability summed over seats in order; empty seats add nothing.
    weight : float
        How much more likely colleagues of the own department are.
    inside, which : float, 0..1
        Uniforms: own department or not, and who there.
    """
    low, high, total = cumulative[first_post[unit]], cumulative[first_post[unit + 1]], cumulative[len(cumulative) - 1]
    own, mine = high - low, cumulative[seat + 1] - cumulative[seat]
    here, elsewhere = weight * (own - mine), total - own
    if here + elsewhere <= 0.0:
        return seat
    if inside * (here + elsewhere) < here:
        # Everybody in the department but oneself.
        place = low + which * (own - mine)
        place += mine if place >= cumulative[seat] else 0.0
    else:
        place = which * elsewhere
        place += own if place >= low else 0.0
    return min(len(cumulative) - 2, int(np.searchsorted(cumulative, place, side="right")) - 1)


@making_kernel
def talk(staff, seats, first_post, departments, enacted, tally, week, luck, given):
    """Everybody talks with a colleague; values move; departments stray."""
    world = given[0].colleagues
    cumulative = np.zeros(len(seats) + 1)
    before = np.zeros(len(seats))
    for seat in range(len(seats)):
        row = int(seats[seat])
        cumulative[seat + 1] = cumulative[seat]
        if row >= 0:
            cumulative[seat + 1] += staff[row].sociability
            before[seat] = staff[row].alignment
    averaged, employed, common = given[0].scenario.mean_field, 0, 0.0
    if averaged:
        for seat in range(len(seats)):
            employed += 1 if seats[seat] >= 0 else 0
            common += before[seat]
        common /= max(1, employed)
    count, total, squares, groups, means = 0, 0.0, 0.0, 0, 0.0
    for unit in range(len(first_post) - 1):
        levers = enacted[unit]
        weight = own_department_weight(levers.climate, world)
        known_why = levers.why * departments[unit].meaning
        straying = world.straying / math.sqrt(WEEKS) * normal(draws(luck, DRIFT, week, unit, 0, 0)[0])
        here, together = 0, 0.0
        for seat in range(first_post[unit], first_post[unit + 1]):
            row = int(seats[seat])
            if row < 0:
                continue
            person = staff[row]
            other = common
            if not averaged:
                inside, which, _, _ = draws(luck, TALK, week, int(person.identity), 0, 0)
                other = before[talk_partner(seat, unit, cumulative, first_post, weight, inside, which)]
            free = 1.0 - levers.strictness if person.freedom_rank < levers.coverage else 0.0
            person.alignment = moved_alignment(before[seat], person.values, other, known_why, free, straying, world)
            here += 1
            together += person.alignment
        if here > 0:
            count, total, groups = count + here, total + together, groups + 1
            means += together / here
            squares += (together / here) * (together / here)
    if count > 0:
        tally[ALIGNMENT] = total / count
        tally[ALIGNMENT_APART] = math.sqrt(max(0.0, squares / groups - (means / groups) * (means / groups)))


def step(model) -> None:
    """Staff talk with each other; norms spread, and drift."""
    talk(
        model.tables["staff"].rows, model.seats, model.first_post, model.tables["departments"].rows, model.enacted,
        model.record.tally, model.now, model.luck, model.given,
    )  # fmt: skip
