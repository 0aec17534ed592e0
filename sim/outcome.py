"""The outcome of a run, and the register of what is measured of it.

A metric is one function in :mod:`sim.metrics`; it is registered once and is then in the tables, the report and the
documentation. Metrics of a process
that is switched off are absent. The accounting cohort is everyone present at the switch, followed over a fixed
horizon; after leaving, the relationship adds 0. Value is in dues per person and year.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from sim import recording as series
from sim.steps import WEEKS

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

    def first_left(self) -> np.ndarray:
        """Week in which each member left for the first time, -1 never: who comes back has left all the same."""
        lapsed = self.model.tables["origins"]["lapsed"]
        return np.where(lapsed >= 0, lapsed, self.members["left"])

    def per_request(self) -> np.ndarray:
        """Surplus per answered request of those in the cohort who had one; dues per request."""
        asked = self.answers > 0
        return self.surplus[asked] * self.years / self.answers[asked]

    def share(self, part: int, whole: int) -> float:
        """Ratio of two series over the whole time; not a number where nothing happened."""
        return float(self.totals[part] / self.totals[whole]) if self.totals[whole] > 0 else math.nan

    def last_year(self, which: int) -> float:
        """Mean of a weekly series over the last year."""
        first = max(self.switch, self.model.now - WEEKS)
        return mean_of(self.model.record.rows[first : self.model.now, which])

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
    left = outcome.first_left()[outcome.cohort]
    for year in range(1, outcome.weeks // WEEKS + 1):
        yield f"survival_year_{year}", float(np.mean((left < 0) | (left >= outcome.switch + WEEKS * year)))


def mean_of(values: np.ndarray) -> float:
    """Mean, or not a number for nobody."""
    return float(values.mean()) if len(values) else math.nan
