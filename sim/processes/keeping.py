"""Money for keeping members: they are called on before their dues fall due.

What acquisition leaves of the money for relationships buys calls some weeks ahead. A call takes up a complaint left
open, and whoever calls becomes better known; it says nothing else in the organisation's favour. The share reached has
diminishing returns in money, as campaigns have: both sides of the split can be overspent (Reinartz, Thomas & Kumar 2005,
"Balancing acquisition and retention resources to maximize customer profitability", Journal of Marketing 69(1)).
"""

import numpy as np

from sim.compiled import formula, making_kernel
from sim.luck import decision, draws
from sim.processes.encounters import faded, grown
from sim.processes.needs import rows_due
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import CALLED, OUTREACH, TAKEN_UP
from sim.steps import WEEKS

CALL = decision("keeping.call")
NOBODY = -1


@quantities
class KeepingParameters:
    """What money for keeping members does."""

    place = "world.keeping"

    most: float = quantity(0.8, "share of members", 0.1, 1.0, ASSUMED, "members reached before dues fall due, however much money is spent")
    half: float = quantity(0.1, "dues per member-year", 0.01, 1.0, ASSUMED, "money at which half of them are reached")
    lead: int = quantity(4, "weeks", 1, 26, ASSUMED, "how long before dues fall due members are called on")
    taking_up: float = quantity(0.5, "probability", 0.0, 1.0, ASSUMED, "chance that a complaint left open is put right in the call")


@formula
def reached(money, most, half):
    """What money reaches: it rises ever more slowly towards the most there is.

    The concave case of the response function of Little 1970 (ADBUDG, "Models and managers: the concept of a decision
    calculus", Management Science 16(8)), exponent 1.
    """
    return most * money / (money + half)


@making_kernel
def call(members, renewal_week, trusts, alive, count, ties, staff, money, tally, week, luck, given):
    """Members whose dues fall due some weeks from now are called on, as far as money reaches."""
    world, departments = given[0].keeping, int(given[0].scenario.departments)
    encounters, trust = given[0].encounters, given[0].trust
    rows = rows_due(renewal_week, alive, count, (week + int(world.lead)) % WEEKS)
    share = reached(money, world.most, world.half)
    for turn in range(len(rows)):
        row = np.int64(rows[turn])
        member = members[row]
        reaching, settling, _, _ = draws(luck, CALL, week, int(member.identity), 0, 0)
        if reaching >= share:
            continue
        tally[CALLED] += 1.0
        if member.grievance >= 0 and settling < world.taking_up:
            member.grievance = NOBODY
            trusts[row] += trust.healing * max(0.0, np.float64(member.ceiling) - trusts[row])
            tally[TAKEN_UP] += 1.0
        tie = ties[row * departments + int(member.main_domain)]
        if tie.staff >= 0 and staff[tie.staff].alive:
            bond = faded(np.float64(tie.bond), week - int(tie.last_contact), encounters.bond_years)
            tie.bond = grown(bond, staff[tie.staff].empathy, 1.0, encounters.bond_growth)
            tie.last_contact = week


def step(model) -> None:
    """Members are called on before their dues fall due."""
    policy = model.policy
    if policy.relationship_money == 0.0:
        return
    money = policy.relationship_money * (1.0 - policy.acquisition) * model.spending
    if money <= 0.0:
        return
    members, tables = model.tables["members"], model.tables
    model.record.tally[OUTREACH] += money * model.scenario.members / WEEKS
    call(
        members.rows, members.scanned["renewal_week"], members.scanned["trust"], members.scanned["alive"], members.count,
        tables["ties"].rows, tables["staff"].rows, money, model.record.tally, model.now, model.luck, model.given,
    )  # fmt: skip
