"""Averages in place of persons and ties: the mean-field twin of the model (``scenario.mean_field``).

In the twin a member meets the average person of a department, bonds and friends count for everybody as they do for the
average member, and colleagues take over the organisation's mean. What comes out the same needs no agents. Where a rule
reads a person on the staff it asks :func:`answering`, which gives that person, or the average where there is one.
"""

import numpy as np

from sim.compiled import kernel

NOBODY_AVERAGED = 0
FINE = 1 << 30
"""Parts of one in which averages over members are summed, so that no order of members exists."""


def averages_for(model) -> np.ndarray:
    """One average person a department in the twin, none otherwise; rows like those of the staff."""
    departments = model.departments if model.scenario.mean_field else NOBODY_AVERAGED
    return np.zeros_like(model.tables["staff"].rows, shape=departments)


@kernel
def answering(staff, averages, row):
    """Who answers, as rules see him: the person in a row of the staff or, in the twin, the average of the department."""
    if len(averages) > 0:
        return averages[staff[row].department]
    return staff[row]


@kernel
def share_evenly(staff, staff_count, averages):
    """Everybody employed becomes equal to the others of the department in work and norm; the average person is made.

    Work is shared in whole seconds; what does not divide goes to those in the post for longest, a second each.
    """
    for unit in range(len(averages)):
        person, heads, demand, backlog = averages[unit], 0, 0, 0
        ability, empathy, immersed, alignment, spotting, norm = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for row in range(staff_count):
            other = staff[row]
            if not other.alive or other.department != unit:
                continue
            heads += 1
            demand += int(other.demand)
            backlog += int(other.backlog)
            ability += other.ability
            empathy += other.empathy
            immersed += other.immersed
            alignment += other.alignment
            spotting += other.spotting
            norm += other.standard
        person.department = unit
        if heads == 0:
            continue
        person.ability, person.empathy, person.immersed = ability / heads, empathy / heads, immersed / heads
        person.alignment, person.spotting, person.standard = alignment / heads, spotting / heads, norm / heads
        turn = 0
        for row in range(staff_count):
            other = staff[row]
            if not other.alive or other.department != unit:
                continue
            other.demand = demand // heads + (1 if turn < demand % heads else 0)
            other.backlog = backlog // heads + (1 if turn < backlog % heads else 0)
            other.standard = min(1.0, person.standard)
            turn += 1
