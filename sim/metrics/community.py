"""What is measured of the community that members make: how large and alive it is, what it does for members and dues."""

import math

import numpy as np

from sim import recording as series
from sim.luck import decision, draws, poisson
from sim.outcome import metric
from sim.processes.community_growth import PERSON, TAKES_PART, activity

WRITING = decision("community.writing")
MOST = 400.0  # expected messages beyond which the exact Poisson quantile is not used


def messages(outcome) -> np.ndarray:
    """Messages that each member who takes part has written since the community began, by luck of his own; a reading only."""
    model = outcome.model
    inside = np.flatnonzero(outcome.living & (outcome.members["community"] == TAKES_PART))
    world, lived = model.world.community, float(model.tables["community"]["lived"][0])
    counts = np.zeros(len(inside))
    for place, identity in enumerate(outcome.members["identity"][inside].tolist()):
        much = activity(draws(model.luck, PERSON, 0, identity, 0, 0)[1], world.inequality)
        mean = world.messages * lived * much
        counts[place] = poisson(mean, draws(model.luck, WRITING, 0, identity, 0, 0)[0]) if mean < MOST else mean
    return counts


@metric("people", 0, 1e9, "none", "community")
def community_size(outcome):
    """People who take part in the community at the horizon, members and others."""
    group = outcome.model.tables["community"]
    return float(group["inside"][0] + group["outside"][0])


@metric("share of participants", 0, 1, "none", "community")
def community_activity(outcome):
    """Active participants against all, an average one who has just joined counting as 1; at the horizon."""
    return float(min(1.0, outcome.model.tables["community"]["freshness"][0]))


@metric("share of members", 0, 1, "none", "community")
def community_share(outcome):
    """Members who take part in the community, at the horizon."""
    living = outcome.living
    return float((outcome.members["community"][living] == TAKES_PART).mean()) if living.any() else math.nan


@metric("requests per member-year", 0, 1000, "none", "community")
def peer_help(outcome):
    """Requests answered by peers, which do not come to the organisation."""
    return outcome.per_member_year(series.PEER_HELP)


@metric("dues per member-year", -1000, 1000, "higher", "community")
def peer_value(outcome):
    """Worth of peers' answers less the time of those who ask and answer; part of value to members."""
    return outcome.per_member_year(series.PEER_WORTH)


@metric("share", 0, 1, "higher", "community")
def retention_in_community(outcome):
    """Renewals over members due, of those who take part; not the effect of taking part."""
    return outcome.share(series.RENEWED_INSIDE, series.DUE_INSIDE)


@metric("share", 0, 1, "higher", "community")
def retention_beside_community(outcome):
    """Renewals over members due, of those who do not take part."""
    due = outcome.totals[series.DUE] - outcome.totals[series.DUE_INSIDE]
    renewed = outcome.totals[series.RENEWED] - outcome.totals[series.RENEWED_INSIDE]
    return float(renewed / due) if due > 0 else math.nan


@metric("share of participants", 0, 1, "none", "community")
def never_posted(outcome):
    """Members who take part and have never written anything, at the horizon."""
    counts = messages(outcome)
    return float((counts == 0).mean()) if len(counts) else math.nan


@metric("share of messages", 0, 1, "none", "community")
def top_tenth_messages(outcome):
    """Messages written by the tenth of participating members who write most, at the horizon."""
    counts = np.sort(messages(outcome))
    total = counts.sum()
    return float(counts[len(counts) - max(1, len(counts) // 10) :].sum() / total) if total > 0 else math.nan


@metric("dues a year", 0, 1e9, "higher", "community")
def paid_tiers(outcome):
    """Fees for paid levels of the community, from members and others."""
    return float(outcome.totals[series.PAID_TIERS] / outcome.years)


@metric("dues per member-year", 0, 1000, "lower", "community")
def community_cost(outcome):
    """Money spent on the community: fighting it, a platform, hosting, paid levels, staff time for answers worked out together."""
    return outcome.per_member_year(series.COMMUNITY_COST)
