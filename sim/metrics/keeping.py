"""What is measured of choosing and speaking: who costs more than they pay, who is not kept, who is spoken with."""

import math

from sim import recording as series
from sim.outcome import metric


@metric("share of members", 0, 1, "lower", "selection")
def loss_making(outcome):
    """Members who had cost more than they paid in the year before dues fell due, of all whose dues fell due."""
    return outcome.share(series.LOSS_MAKING, series.LOOKED_AT)


@metric("share of them", 0, 1, "higher", "selection")
def loss_making_seen(outcome):
    """Members who cost more than they paid and were seen to do so, of all who did."""
    return outcome.share(series.LOSS_SEEN, series.LOSS_MAKING)


@metric("share of cost to serve", 0, 1, "lower", "selection")
def cost_of_loss_making(outcome):
    """Cost of serving those who cost more than they paid, of the cost of serving all."""
    return outcome.share(series.LOSS_COST, series.LOOKED_COST)


@metric("per member-year", 0, 100, "none", "selection")
def not_kept(outcome):
    """Members whose membership the organisation did not renew."""
    return outcome.per_member_year(series.NOT_KEPT)


@metric("share of those not kept", 0, 1, "lower", "selection")
def misjudged(outcome):
    """Members who were not kept although they had cost no more than they paid, of all who were not kept."""
    return outcome.share(series.MISJUDGED, series.NOT_KEPT)


@metric("per member-year", 0, 1000, "none", "selection")
def limited(outcome):
    """Parts of requests answered in short, since the member is seen to use too much."""
    return outcome.per_member_year(series.LIMITED)


@metric("share of those willing to join", 0, 1, "lower", "selection")
def not_accepting(outcome):
    """Prospects who would have joined and did not accept the organisation's priorities, of all who would have joined."""
    refused, joined = outcome.totals[series.NOT_ACCEPTING], outcome.totals[series.RECRUITS]
    return float(refused / (refused + joined)) if refused + joined > 0 else math.nan


@metric("dues per member-year", 0, 1000, "lower", "communication")
def communication(outcome):
    """Money and hours for speaking with members who have not asked."""
    return outcome.per_member_year(series.COMMUNICATION) + outcome.per_member_year(series.SENDING)


@metric("per member-year", 0, 10, "none", "communication", names=["talked_with", "guests"])
def spoken_with(outcome, place):
    """Conversations members had not asked for, or guests of meetings."""
    return outcome.per_member_year((series.TALKED_WITH, series.CAME)[place])


@metric("share", -1, 1, "higher", "communication")
def offer_known(outcome):
    """What members know of the offer beyond the usual, at the horizon."""
    return float(outcome.model.known_offer[0])


@metric("dues per hour", -100, 100, "higher", "routing")
def worth_per_hour(outcome):
    """Worth of answers to members, over staff hours spent on members and partners."""
    return outcome.share(series.WORTH, series.WORKED)
