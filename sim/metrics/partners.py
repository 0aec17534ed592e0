"""What is measured of partners: who goes on, what joint work is worth, and what hangs on them."""

import math

import numpy as np

from sim import recording as series
from sim.outcome import mean_of, metric
from sim.steps import WEEKS


def value_by_tie(outcome) -> np.ndarray:
    """Joint value of each tie since the accounts were opened, dues a year; ties of partners who left go on with 0."""
    return outcome.model.tables["partner_ties"]["value"] / outcome.years


def tie_years(outcome) -> float:
    """Ties there were at the switch times years."""
    return len(outcome.model.tables["partner_ties"]) * outcome.years


def per_tie_year(outcome, which: int) -> float:
    """A series per tie there was at the switch and year, worked over or not."""
    years = tie_years(outcome)
    return float(outcome.totals[which] / years) if years > 0 else math.nan


@metric("share", 0, 1, "higher", "partners", smallest=0.01)
def partner_retention(outcome):
    """Partners who went on over partners who decided whether to."""
    return outcome.share(series.RENEWED_PARTNERS, series.DUE_PARTNERS)


@metric("share", 0, 1, "higher", "partners", smallest=0.01)
def partner_retention_expected(outcome):
    """The same with each partner's chance in place of the coin that decided."""
    return outcome.share(series.EXPECTED_PARTNERS, series.DUE_PARTNERS)


@metric("dues per tie-year", -10_000, 10_000, "higher", "partners", smallest=0.1)
def partner_value(outcome):
    """Value of joint work to both sides, mean over ties there were at the switch, worked over or not."""
    return mean_of(value_by_tie(outcome))


@metric("dues per tie-year", -10_000, 10_000, "higher", "partners", smallest=0.05)
def partner_margin(outcome):
    """The organisation's part of joint value, less what was given away or taken, hours and money for plans."""
    return per_tie_year(outcome, series.PARTNER_INCOME) - per_tie_year(outcome, series.PARTNER_COST)


@metric("dues per tie-year", -10_000, 10_000, "none", "partners", names=["partner_value_p10", "partner_value_p90"])
def partner_value_spread(outcome, place):
    """Quantile (10 or 90 %) of joint value over ties there were at the switch."""
    values = value_by_tie(outcome)
    return np.quantile(values, (0.1, 0.9)[place]) if len(values) else math.nan


@metric("dues per meeting", -1000, 1000, "higher", "partners")
def value_per_meeting(outcome):
    """Value of a piece of joint work to both sides."""
    return outcome.share(series.JOINT_VALUE, series.MEETINGS)


@metric("hours per tie-year", 0, 10_000, "lower", "partners")
def partner_hours(outcome):
    """Staff hours for joint work."""
    return per_tie_year(outcome, series.PARTNER_HOURS)


@metric("share of meetings", 0, 1, "lower", "partners")
def misunderstandings(outcome):
    """Meetings that ended in a misunderstanding."""
    return outcome.share(series.MISUNDERSTOOD, series.MEETINGS)


@metric("0..1", 0, 1, "higher", "partners")
def partner_trust(outcome):
    """Trust of partners in the organisation, mean over those there are, over the last year."""
    first = max(outcome.switch, outcome.model.now - WEEKS)
    rows = outcome.model.record.rows[first : outcome.model.now]
    there = rows[:, series.PARTNERS].sum()
    return float(rows[:, series.PARTNER_TRUST].sum() / there) if there > 0 else math.nan


@metric("share of revenue", 0, 1, "lower", "partners", smallest=0.01)
def revenue_at_risk(outcome):
    """Revenue that hangs on partners, each weighed by its chance of leaving within a year; mean over all weeks."""
    return mean_of(outcome.model.record.rows[outcome.switch : outcome.model.now, series.AT_RISK])


@metric("per partner-year", 0, 1000, "lower", "partners")
def strikes(outcome):
    """Times a partner took advantage of the organisation."""
    return float(outcome.totals[series.STRUCK_BY] / max(1e-9, outcome.totals[series.DEALT_WITH]) * WEEKS)


@metric("share", 0, 1, "none", "partners")
def knowing_each_other(outcome):
    """What people of both sides know of each other, as of their latest meeting, mean over ties of partners there are."""
    tables = outcome.model.tables
    ties = tables["partner_ties"]
    return mean_of(ties["known"][tables["partners"]["alive"][ties["partner"]]].astype(np.float64)) if len(ties) else math.nan
