"""What prospects expect and trust before they have lived anything: a brand, earned or claimed.

A reputation above the usual lends newcomers trust; it is earned slowly, by answers. A claim lends trust and draws
prospects as well, at once, for as long as it is believed; but whoever believed it expects more. A claim that stands
above what people live through is believed less and less (credibility of a signal: Erdem & Swait 1998, "Brand equity as
a signaling phenomenon", Journal of Consumer Psychology 7(2)).
"""

import numpy as np

from sim.compiled import formula, kernel
from sim.quantities import ASSUMED, quantities, quantity


@quantities
class BrandParameters:
    """What an earned and a claimed name do."""

    place = "world.brand"

    earned: float = quantity(1.0, "trust per share", 0.0, 4.0, ASSUMED, "trust newcomers start with for each share of good answers, as talked about, above the usual")
    claimed: float = quantity(0.2, "trust", 0.0, 0.6, ASSUMED, "trust that a full claim adds where it is believed")
    drawing: float = quantity(0.5, "logit", 0.0, 2.0, ASSUMED, "what a full claim adds to the wish to join where it is believed")
    lift: float = quantity(0.3, "quality", 0.0, 1.5, ASSUMED, "what a full claim adds to what newcomers expect where it is believed")
    reach: float = quantity(0.08, "share", 0.01, 0.5, ASSUMED, "share of good answers above the usual that a full claim speaks of")
    patience: float = quantity(0.04, "share", 0.005, 0.5, ASSUMED, "gap between claim and what is said of the organisation at which half of the belief in it is lost")
    credit_weeks: float = quantity(26.0, "weeks", 4.0, 208.0, ASSUMED, "how long it takes until a claim is believed as much as it deserves")


@formula
def deserved_credit(claim, reputation, usual, world):
    """How far a claim is believed in the end, 0..1: less where it stands above what is said of the organisation."""
    gap = max(0.0, usual + world.reach * claim - reputation) / world.patience
    return 1.0 / (1.0 + gap * gap)


@formula
def first_trust(trust, reputation, usual, claim, credit, world):
    """Trust of a newcomer after what he has heard."""
    heard = trust + world.earned * (reputation - usual) + world.claimed * claim * credit
    return min(0.99, max(0.01, heard))


@kernel
def heard(members, trusts, first, count, reputation, credit, given):
    """Newcomers start with the trust and the expectation of what they have heard; belief in a claim follows what it deserves."""
    world, usual, claim = given[0].brand, given[0].fit.reputation, given[0].policy.claim
    for row in range(first, count):
        trusts[row] = first_trust(trusts[row], reputation[0], usual, claim, credit[0], world)
        members[row].expectation = np.float64(members[row].expectation) + world.lift * claim * credit[0]
    if claim > 0.0:
        credit[0] += (deserved_credit(claim, reputation[0], usual, world) - credit[0]) / world.credit_weeks


def step(model) -> None:
    """Newcomers have heard of the organisation; claims are believed or not."""
    members = model.tables["members"]
    if not model.admitting or (model.first_newcomer == members.count and model.policy.claim == 0.0):
        return
    heard(
        members.rows, members.scanned["trust"], model.first_newcomer, members.count, model.reputation, model.credit, model.given
    )
