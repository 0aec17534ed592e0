"""What a member's ties weigh together when dues fall due: bonds with the staff, and what other members add.

Bonds with several people combine with a constant elasticity, from their mean over departments to nearly the strongest
alone; which it is, is an uncertain parameter of :mod:`sim.processes.renewals`. Where averages stand in place of ties
(``scenario.mean_field``), all members due see the mean over those who have been members for a year.
"""

import math

import numpy as np

from sim.averages import FINE
from sim.compiled import kernel
from sim.processes.encounters import faded
from sim.processes.friendships import surroundings
from sim.steps import WEEKS


@kernel
def combined_bond(ties, row, staff, week, given):
    """A member's bonds with the staff as one number: a CES mean over departments of the ties alive within a year.

    The mean is over all departments, so that neither many weak contacts nor one strong one wins by arithmetic.
    """
    departments, years = int(given[0].scenario.departments), given[0].encounters.bond_years
    elasticity = given[0].renewals.bond_elasticity
    total = 0.0
    for index in range(row * departments, (row + 1) * departments):
        tie = ties[index]
        weeks = week - int(tie.last_contact)
        if tie.staff >= 0 and weeks <= WEEKS and staff[tie.staff].alive:
            bond = faded(np.float64(tie.bond), weeks, years)
            if bond > 0.0:
                total += math.exp(elasticity * math.log(bond))
    if total <= 0.0:
        return 0.0
    return math.exp(math.log(total / departments) / elasticity)


@kernel
def average_ties(members, alive, count, ties, friendships, staff, week, given):
    """Bond with the staff and what other members add, means over all who have been members for a year."""
    found, bonds, arounds = 0, 0, 0
    for row in range(count):
        if alive[row] and week + 1 - int(members[row].joined) >= WEEKS:
            found += 1
            bonds += int(combined_bond(ties, row, staff, week, given) * FINE)
            arounds += int(surroundings(friendships, members, alive, row, week, given) * FINE)
    if found == 0:
        return 0.0, given[0].fit.surroundings
    return bonds / found / FINE, arounds / found / FINE


def bond_and_surroundings(model, row: int) -> tuple[float, float]:
    """What a decision would see of a member's ties if dues fell due now: bond with the staff, what other members add."""
    members, tables = model.tables["members"], model.tables
    alive, ties, friendships = members.scanned["alive"], tables["ties"].rows, tables["friendships"].rows
    staff, week, given = tables["staff"].rows, model.now, model.given
    if model.scenario.mean_field:
        return average_ties(members.rows, alive, members.count, ties, friendships, staff, week, given)
    bond = combined_bond(ties, row, staff, week, given)
    return float(bond), float(surroundings(friendships, members.rows, alive, row, week, given))
