"""Who is bound by a contract, and until when.

A contract locks in: its yearly dates before the end are no dates for deciding, unless leaving is worth the charge for
cancelling. Contracts are taken by chance, and by the committed sooner than by others: what looks like the strength of
a lock is partly who chose it (adverse selection the other way round). Who has one is fixed before any policy acts, so
it needs no column. Not a process of its own: renewals asks.
"""

import math

from sim.compiled import formula, kernel
from sim.luck import decision, draws, normal

CONTRACT, TRAITS = decision("contracts.contract"), decision("founding.traits")


@formula
def inclination(commitment, chance, sorting):
    """Standard normal inclination to take a contract, from the uniform behind one's commitment and another uniform."""
    return sorting * normal(commitment) + math.sqrt(1.0 - sorting * sorting) * normal(chance)


@kernel
def has_contract(identity, luck, scenario):
    """Whether this person is one of those who take a contract."""
    if scenario.contract_share <= 0.0 or scenario.contract_share >= 1.0:
        return scenario.contract_share > 0.0
    commitment = draws(luck, TRAITS, 0, identity, 0, 0)[1]
    chance = draws(luck, CONTRACT, 0, identity, 0, 0)[0]
    return inclination(commitment, chance, scenario.contract_sorting) > normal(1.0 - scenario.contract_share)


@kernel
def bound_by_contract(identity, years, luck, scenario):
    """Whether a contract goes on after so many completed years of membership."""
    return years % int(scenario.contract_years) != 0 and has_contract(identity, luck, scenario)
