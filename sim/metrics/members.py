"""What is measured of members: who stays, what their relationships are worth, what they think."""

import math

import numpy as np

from sim import recording as series
from sim.outcome import mean_of, metric
from sim.steps import WEEKS

SCALE_MIDDLE, SCALE_WIDTH = 0.36, 0.05  # believed quality


def satisfaction(belief: np.ndarray) -> np.ndarray:
    """Satisfaction on 1-10: a fixed, monotone reading of believed quality, never a cause of anything.

    The middle and the width of the scale are fixed once, for all policies, so that members of the association under the
    reference policy spread as customers do who were asked (mean 6.0, sd 2.6, 17 % give 9 or 10: Rossi, Gilula & Allenby
    2001, Journal of the American Statistical Association 96(453)); target C24 looks at the level only.
    """
    return 1.0 + 9.0 / (1.0 + np.exp(-(belief - SCALE_MIDDLE) / SCALE_WIDTH))


@metric("share", 0, 1, "higher", "renewals", smallest=0.01)
def retention_rate(outcome):
    """Renewals over members due, all weeks after the switch."""
    return outcome.share(series.RENEWED, series.DUE)


@metric("share", 0, 1, "higher", "renewals")
def retention_expected(outcome):
    """The same with each member's probability in place of the coin that decided."""
    return outcome.share(series.EXPECTED, series.DUE)


@metric("share", 0, 1, "higher", "renewals", smallest=0.01)
def first_year_retention(outcome):
    """Of those who joined after the switch and have been due once: share who renewed then; missing before that."""
    table = outcome.members
    joined, left = table["joined"], outcome.first_left()
    due = (joined > outcome.switch) & (joined + WEEKS <= outcome.model.now)
    stayed = (left < 0) | (left - joined >= WEEKS)
    return mean_of(stayed[due])


@metric("share", 0, 1, "higher", "renewals", smallest=0.01)
def first_year_retention_mixed(outcome):
    """Renewals over members due for the first time, those who joined before the switch included."""
    return outcome.share(series.RENEWED_FIRST, series.DUE_FIRST)


@metric("dues per member-year", -10_000, 10_000, "higher", "accounts", smallest=0.05)
def value_member_mean(outcome):
    """Worth of answers, peers' help and gifts less own hours, dues and fees, mean over the cohort."""
    return mean_of(outcome.to_member)


@metric("dues per member-year", -10_000, 10_000, "higher", "accounts", smallest=0.05)
def value_organisation_mean(outcome):
    """Dues and fees less hours and material at cost, gifts, sales forgone and acquisition, mean over the cohort."""
    return mean_of(outcome.to_organisation)


@metric("dues per member-year", -10_000, 10_000, "higher", "accounts", smallest=0.05)
def value_surplus_mean(outcome):
    """Value to both sides together, mean over the cohort (dues cancel)."""
    return mean_of(outcome.surplus)


@metric("dues per member-year", -10_000, 10_000, "higher", "accounts",
        names=[f"value_surplus_p{p}" for p in (10, 50, 90)])  # fmt: skip
def value_surplus_quantiles(outcome, place):
    """Quantile (10, 50 or 90 %) of the surplus over the cohort."""
    return np.quantile(outcome.surplus, (0.1, 0.5, 0.9)[place]) if len(outcome.surplus) else math.nan


@metric("dues per member-year", 0, 10_000, "none", "accounts")
def upside(outcome):
    """Spread above: mean surplus of the best tenth of the cohort less the median."""
    ordered = np.sort(outcome.surplus)
    return max(0.0, mean_of(ordered[len(ordered) - max(1, len(ordered) // 10) :]) - float(np.median(ordered)))


@metric("dues per member-year", 0, 10_000, "none", "accounts")
def downside(outcome):
    """Spread below: the median less the mean surplus of the worst tenth of the cohort."""
    ordered = np.sort(outcome.surplus)
    return max(0.0, float(np.median(ordered)) - mean_of(ordered[: max(1, len(ordered) // 10)]))  # not below 0 by rounding


@metric("share", 0, 1, "lower", "accounts")
def share_negative(outcome):
    """Share of the cohort who cost the organisation more than they paid."""
    return mean_of(outcome.to_organisation < 0)


@metric("0..1", 0, 1, "higher", "trust")
def trust_mean(outcome):
    """Mean trust of members over the last year."""
    first = max(outcome.switch, outcome.model.now - WEEKS)
    return mean_of(outcome.model.record.rows[first : outcome.model.now, series.TRUST])


@metric("points 1-10", 1, 10, "higher", "trust")
def satisfaction_mean(outcome):
    """Mean satisfaction of members at the horizon."""
    return mean_of(satisfaction(outcome.members["belief"][outcome.living]))


@metric("share", 0, 1, "higher", "trust")
def promoters(outcome):
    """Share of members at the horizon with satisfaction of 9 or more."""
    return mean_of(satisfaction(outcome.members["belief"][outcome.living]) >= 9.0)


@metric("share", 0, 1, "lower", "trust")
def detractors(outcome):
    """Share of members at the horizon with satisfaction of 6 or less."""
    return mean_of(satisfaction(outcome.members["belief"][outcome.living]) <= 6.0)


@metric("complaints per member-year", 0, 1000, "lower", "trust")
def complaints(outcome):
    """Complaints made."""
    return outcome.per_member_year(series.COMPLAINTS)


@metric("answers per member-year", 0, 1000, "lower", "trust")
def let_downs(outcome):
    """Answers that let the member down."""
    return outcome.per_member_year(series.LET_DOWNS)


@metric("members", 0, 10_000_000, "higher", "renewals")
def members(outcome):
    """Members at the horizon."""
    return float(outcome.living.sum())


@metric("per member-year", 0, 100, "higher", "growth")
def recruits(outcome):
    """People who joined."""
    return outcome.per_member_year(series.RECRUITS)


@metric("share of lapses", 0, 1, "none", "renewals", names=[f"lapse_{reason}" for reason in series.LAPSE_REASONS])
def lapses(outcome, place):
    """Share of lapses for one reason: no organisation could help it, let go, or the single term whose reset to the reference median would have kept the member."""
    total = outcome.totals[series.LAPSES].sum()
    return outcome.totals[series.LAPSES[place]] / total if total > 0 else math.nan
