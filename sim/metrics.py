"""What is measured: one function a metric, with unit, range and which direction is better.

A metric is registered once and is then in the tables, the report and the documentation. Metrics of a process
that is switched off are absent. The accounting cohort is everyone present at the switch, followed over a fixed
horizon; after leaving, the relationship adds 0. Value is in dues per person and year.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from sim import recording as series
from sim.processes.needs import WEEKS

METRICS: dict[str, "Metric"] = {}


@dataclass(frozen=True)
class Metric:
    """One outcome of a run."""

    name: str
    measure: Callable
    unit: str
    low: float
    high: float
    better: str
    process: str
    about: str
    smallest_that_matters: float | None = None


def metric(unit, low, high, better, process, smallest=None, names=None):
    """Register a metric. ``better`` is "higher", "lower" or "none"; ``process`` is the one it cannot do without.

    A function registered under several ``names`` is called with the name's place in the list as well.
    """

    def register(function):
        about = function.__doc__.strip()
        for place, name in enumerate(names or [function.__name__]):
            measure = (lambda outcome, place=place: function(outcome, place)) if names else function
            METRICS[name] = Metric(name, measure, unit, low, high, better, process, about, smallest)
        return function

    return register


class Outcome:
    """One run from the switch to the horizon, ready to be measured.

    Parameters
    ----------
    model : RelationshipModel
        The model at the horizon.
    switch : int
        Week of the switch.
    cohort : array of int
        Rows of the members present at the switch.
    """

    def __init__(self, model, switch: int, cohort: np.ndarray):
        self.model, self.switch, self.cohort = model, switch, cohort
        self.weeks = model.now - switch
        self.years = self.weeks / WEEKS if self.weeks else math.nan  # before the first week nothing is known
        self.members = model.tables["members"]
        self.living = self.members["alive"]
        self.totals = model.record.rows[switch : model.now].sum(axis=0)
        self.member_years = self.totals[series.MEMBERS] / WEEKS
        self.to_member = self.members["value_member"][cohort] / self.years
        self.to_organisation = self.members["value_organisation"][cohort] / self.years
        self.surplus = self.to_member + self.to_organisation
        self.answers = self.members["answers"][cohort].astype(float)

    def per_request(self) -> np.ndarray:
        """Surplus per answered request of those in the cohort who had one; dues per request."""
        asked = self.answers > 0
        return self.surplus[asked] * self.years / self.answers[asked]

    def share(self, part: int, whole: int) -> float:
        """Ratio of two series over the whole time; not a number where nothing happened."""
        return float(self.totals[part] / self.totals[whole]) if self.totals[whole] > 0 else math.nan

    def per_member_year(self, which: int) -> float:
        """A series per living member and year."""
        return float(self.totals[which] / self.member_years) if self.member_years > 0 else math.nan


def measure(outcome: Outcome) -> dict[str, float]:
    """All metrics of a run whose processes are switched on."""
    called = {getattr(entry, "name", "") for entry in outcome.model.week}
    values = {name: float(m.measure(outcome)) for name, m in METRICS.items() if m.process in called}
    if "renewals" in called:
        values.update(survival(outcome))
    return values


def survival(outcome: Outcome) -> Iterator[tuple[str, float]]:
    """Share of the cohort still members N years after the switch, as (survival_year_N, share)."""
    left = outcome.members["left"][outcome.cohort]
    for year in range(1, outcome.weeks // WEEKS + 1):
        yield f"survival_year_{year}", float(np.mean((left < 0) | (left >= outcome.switch + WEEKS * year)))


def satisfaction(belief: np.ndarray) -> np.ndarray:
    """Satisfaction on 1-10: a fixed, monotone reading of believed quality, never a cause of anything."""
    return 1.0 + 9.0 / (1.0 + np.exp(-(belief - 0.40) / 0.15))


def mean_of(values: np.ndarray) -> float:
    """Mean, or not a number for nobody."""
    return float(values.mean()) if len(values) else math.nan


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
    joined, left = table["joined"], table["left"]
    due = (joined > outcome.switch) & (joined + WEEKS <= outcome.model.now)
    stayed = (left < 0) | (left - joined >= WEEKS)
    return mean_of(stayed[due])


@metric("share", 0, 1, "higher", "renewals", smallest=0.01)
def first_year_retention_mixed(outcome):
    """Renewals over members due for the first time, those who joined before the switch included."""
    return outcome.share(series.RENEWED_FIRST, series.DUE_FIRST)


@metric("dues per member-year", -10_000, 10_000, "higher", "accounts", smallest=0.05)
def value_member_mean(outcome):
    """Worth of answers and gifts less own hours and dues, mean over the cohort."""
    return mean_of(outcome.to_member)


@metric("dues per member-year", -10_000, 10_000, "higher", "accounts", smallest=0.05)
def value_organisation_mean(outcome):
    """Dues less hours at cost, gifts and acquisition, mean over the cohort."""
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
    return mean_of(ordered[len(ordered) - max(1, len(ordered) // 10) :]) - float(np.median(ordered))


@metric("dues per member-year", 0, 10_000, "none", "accounts")
def downside(outcome):
    """Spread below: the median less the mean surplus of the worst tenth of the cohort."""
    ordered = np.sort(outcome.surplus)
    return float(np.median(ordered)) - mean_of(ordered[: max(1, len(ordered) // 10)])


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


@metric("dues per member-year", -10_000, 10_000, "higher", "accounts", smallest=0.02)
def margin(outcome):
    """Dues paid less hours spent on members, gifts, acquisition and replacing staff."""
    spent = (series.SERVING, series.GIFTS, series.ACQUISITION, series.REPLACEMENT)
    return outcome.per_member_year(series.REVENUE) - sum(outcome.per_member_year(which) for which in spent)


@metric("dues per member-year", 0, 1000, "lower", "accounts")
def cost_to_serve(outcome):
    """Hours spent on members at their cost, and gifts."""
    return outcome.per_member_year(series.SERVING) + outcome.per_member_year(series.GIFTS)


@metric("dues per member-year", 0, 1000, "none", "accounts")
def gifts(outcome):
    """Value given away, at cost."""
    return outcome.per_member_year(series.GIFTS)


@metric("hours per member-year", 0, 10_000, "lower", "routing")
def staff_hours(outcome):
    """Staff hours spent on members."""
    return outcome.per_member_year(series.WORKED)


@metric("share of hours", 0, 1, "none", "routing")
def hours_used(outcome):
    """Hours spent on members over member-facing hours available."""
    return outcome.share(series.WORKED, series.AVAILABLE)


@metric("share of staff-weeks", 0, 1, "lower", "routing")
def overload(outcome):
    """Staff-weeks in which more work arrived than there were hours."""
    return outcome.share(series.OVERLOADED, series.ON_DUTY)


@metric("weeks", 0, 10_000_000, "lower", "routing")
def queue_weeks(outcome):
    """Weeks that a part of a request waits before anybody turns to it, mean."""
    return outcome.share(series.WAITED, series.PARTS)


@metric("quality", -20, 20, "higher", "trust")
def quality_received(outcome):
    """Quality of answers as received, mean over requests (1 = a perfect standard answer)."""
    return outcome.share(series.QUALITY, series.REQUESTS)


@metric("per year", 0, 100, "lower", "worklife")
def staff_turnover(outcome):
    """Staff who left of their own will, per person employed and year."""
    return outcome.share(series.STAFF_LEFT, series.STAFF) * WEEKS


@metric("share", 0, 1, "higher", "learning")
def knowledge(outcome):
    """Part of the uncertainty about members' needs that the organisation has removed, at the horizon."""
    prior = outcome.model.world.needs.spread**2 + outcome.model.world.needs.trend_spread**2
    left = outcome.members["uncertainty"][outcome.living].mean(axis=1, dtype=np.float64) / prior
    return max(0.0, 1.0 - mean_of(left))  # what is stored is rounded: nothing known must not read as less than nothing


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
    """Share of lapses for one reason: the single term whose reset to the reference median would have kept the member."""
    total = outcome.totals[series.LAPSES].sum()
    return outcome.totals[series.LAPSES[place]] / total if total > 0 else math.nan
