"""What is measured of entry and exit: how people came, who speaks for the organisation, how value is spread over members."""

import math

import numpy as np

from sim import recording as series
from sim.outcome import mean_of, metric


def top_share(values: np.ndarray, share: float) -> float:
    """Part of a total held by the best share of people; not a number where the total is not above 0."""
    total = float(values.sum())
    best = np.sort(values)[len(values) - max(1, round(share * len(values))) :] if len(values) else values
    return float(best.sum()) / total if total > 0 else math.nan


def whale_peak(values: np.ndarray) -> float:
    """Peak of the cumulative value, best first, over the total (Kaplan & Narayanan 2001); not a number without a total above 0."""
    total = float(values.sum())
    return max(1.0, float(values[values > 0].sum()) / total) if total > 0 else math.nan  # not below 1 by rounding


def ratio(one: float, other: float) -> float:
    """One number over another; not a number where that is 0."""
    return float(one / other) if other > 0 else math.nan


@metric("per member-year", 0, 100, "higher", "referrals")
def referrals(outcome):
    """People who joined because a member brought them."""
    return outcome.per_member_year(series.REFERRED)


@metric("per member-year", 0, 100, "none", "campaigns")
def bought(outcome):
    """People who joined because of a campaign."""
    return outcome.per_member_year(series.BOUGHT)


@metric("per member-year", 0, 100, "higher", "returns")
def returned(outcome):
    """People who had left and joined again; they count neither as renewals nor as recruits."""
    return outcome.per_member_year(series.RETURNED)


@metric("probability a year", 0, 1, "higher", "referrals")
def evangelists(outcome):
    """Mean chance that somebody whose dues fall due, or who has just left, brings a prospect of his own."""
    return outcome.share(series.SPEAKING_FOR, series.ASKED_VOICES)


@metric("probability a year", 0, 1, "lower", "referrals")
def warners(outcome):
    """Mean chance that somebody whose dues fall due, or who has just left, warns others."""
    return outcome.share(series.SPEAKING_AGAINST, series.ASKED_VOICES)


@metric("0..1", 0, 1, "higher", "growth")
def first_trust_mean(outcome):
    """Trust at the horizon of those who joined after the switch."""
    table = outcome.members
    return mean_of(table["trust"][outcome.living & (table["joined"] > outcome.switch)])


@metric("share", 0, 1, "higher", "brand")
def credit(outcome):
    """How far what the organisation says of itself is believed, at the horizon."""
    return float(outcome.model.credit[0])


@metric("members at the switch", 0, 10_000, "higher", "renewals")
def growth_ratio(outcome):
    """Members at the horizon for each member at the switch."""
    return ratio(float(outcome.living.sum()), float(len(outcome.cohort)))


@metric("share of answers", 0, 1, "none", "accounts", names=["top_decile_share", "top_quintile_share"])
def top_shares(outcome, place):
    """Part of all answers that went to the tenth (or fifth) of the cohort who got most; dues are the same for all."""
    return top_share(outcome.answers, (0.1, 0.2)[place])


@metric("ratio", 1, 10_000, "lower", "accounts")
def whale_curve_peak(outcome):
    """Value to the organisation of those in the cohort who pay, over that of all: what the others take is the excess over 1."""
    return whale_peak(outcome.to_organisation)


@metric("ratio", 0, 10_000, "none", "renewals")
def grieved_churn_ratio(outcome):
    """Lapse rate of members due with an unresolved complaint over that of all others due."""
    totals = outcome.totals
    due, grieved, lapsed = totals[series.DUE], totals[series.DUE_GRIEVANCE], totals[series.LAPSED_GRIEVED]
    others = (due - totals[series.RENEWED] - lapsed) / max(1.0, due - grieved)
    return ratio(ratio(lapsed, grieved), others)


@metric("lapses per member and year", 0, 1, "lower", "renewals")
def left_bound(outcome):
    """Of members whose year ended under a contract that did not: share who left before its end."""
    return outcome.share(series.LEFT_BOUND, series.BOUND)
