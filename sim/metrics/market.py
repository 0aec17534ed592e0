"""What is measured of the market: the organisation's share of it, who goes to which rival, who leads by the offer."""

import math

import numpy as np

from sim import recording as series
from sim.outcome import metric
from sim.processes.rivals import BACKGROUND


def share_of_market(members: float, customers: float) -> float:
    """Members over members and those whom rivals serve."""
    return members / (members + customers) if members + customers > 0.0 else math.nan


@metric("share", 0, 1, "higher", "rivals", smallest=0.01)
def market_share(outcome):
    """Members over members and those whom rivals serve, at the horizon."""
    return share_of_market(float(outcome.living.sum()), float(outcome.model.tables["rivals"]["customers"].sum()))


@metric("share", -1, 1, "higher", "rivals", smallest=0.01)
def market_share_change(outcome):
    """Share of the market at the horizon less that at the switch."""
    switch = outcome.switch
    before = outcome.model.scenario.market_share
    if switch > 0:
        before = share_of_market(float(len(outcome.cohort)), float(outcome.model.record.rows[switch - 1, series.RIVAL_CUSTOMERS]))
    return market_share(outcome) - before


@metric("per member-year", 0, 100, "lower", "rivals", names=[f"lost_to_{kind}" for kind in series.RIVAL_KINDS])
def lost_to(outcome, place):
    """Members who left of their own will and went to a rival of this kind; the background stands for all there has always been."""
    return outcome.per_member_year(series.LOST_TO[place])


@metric("ratio", 0, 10_000, "lower", "rivals")
def known_lost(outcome):
    """How well those who left for an entrant were known, against all members due: above 1 the best known go."""
    totals = outcome.totals
    lost = totals[series.LOST_TO[1:]].sum()
    if lost == 0.0 or totals[series.DUE_KNOWN] == 0.0:
        return math.nan
    return float(totals[series.LOST_KNOWN] / lost / (totals[series.DUE_KNOWN] / totals[series.DUE]))


@metric("sd of needs", -100, 100, "higher", "rivals")
def offer_lead(outcome):
    """How much nearer the offer stands to the average need than the best rival's, mean over coordinates, at the horizon."""
    model = outcome.model
    rivals = model.tables["rivals"]
    there = rivals["enters"] <= model.now
    misfits = np.abs(rivals["offer"][there] - model.trend).mean(axis=1)
    return float(misfits.min() - np.abs(model.offer - model.trend).mean())


@metric("standard dues a year", 0, 5, "none", "rivals")
def rival_price(outcome):
    """Lowest price among rivals at the horizon."""
    rivals = outcome.model.tables["rivals"]
    there = (rivals["enters"] <= outcome.model.now) | (rivals["kind"] == BACKGROUND)
    return float(rivals["price"][there].min())


@metric("0..1", 0, 1, "none", "discipline", names=["can_operations", "can_product", "can_intimacy"])
def capability(outcome, place):
    """Capability in running at low cost, in leading by the offer, in closeness; mean over departments, at the horizon."""
    name = ("can_operations", "can_product", "can_intimacy")[place]
    return float(outcome.model.tables["departments"][name].mean())
