"""Published retention figures the model is held against, beside what it simulates."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from experiments.fits.tables import SurvivalTable, published
from sim import Policy, RelationshipModel, Scenario, World
from sim import recording as series
from sim.scenario import Fit
from sim.steps import WEEKS

CONTRACT_MEMBERS = 100_000  # standard error of a survival share below 0.16 points


@dataclass(frozen=True)
class Target:
    """One published statistic with the band that is accepted."""

    id: str
    statistic: str
    unit: str
    value: float
    low: float
    high: float
    source: str


FADER_HARDIE = "Fader & Hardie 2007, high end, years 0-7"
BENCHMARK = "Marketing General Incorporated, Membership Marketing Benchmarking Report, 2018-2024 medians"
TARGETS = (
    Target("C01", "year-1 retention, contract cohort", "share", 0.869, 0.85, 0.89, FADER_HARDIE),
    Target("C02", "retention rate in year 7 of the same cohort", "share", 0.950, 0.93, 0.965, FADER_HARDIE),
    Target("C03", "survival at year 7", "percent", 49.1, 47.0, 51.5, FADER_HARDIE),
    Target("C04", "mean gap to the survival curve, years 1-7", "points", 0.0, 0.0, 1.5, FADER_HARDIE),
    Target("C05", "association: overall renewal", "percent", 85.0, 82.0, 87.0, BENCHMARK),
    Target("C06", "association: first-year renewal", "percent", 75.0, 70.0, 78.0, BENCHMARK),
    Target("C07", "association: overall less first-year", "points", 10.0, 5.0, 18.0, BENCHMARK),
)


def cohort_survival(scenario: Scenario, world: World, fit: Fit, years: int, seed: int) -> np.ndarray:
    """Share of an acquisition cohort still there after each year, simulated with everything on; shape (years,)."""
    model = RelationshipModel(scenario, world, Policy(), rng=seed, fit=fit)
    members = []
    for _ in range(years):
        model.run_for(WEEKS)
        members.append(model.record.rows[model.now - 1, series.MEMBERS])
    return np.array(members) / scenario.members


def contract_statistics(surviving: np.ndarray, table: SurvivalTable, people: int) -> dict[str, tuple[float, float]]:
    """C01-C04 of a simulated cohort: value and standard error by target."""
    years = table.years
    there = np.concatenate([[1.0], surviving[:years]])
    rate = there[-1] / there[-2]
    gap = float(np.abs(surviving[:years] - table.surviving[1:]).mean()) * 100.0
    error = np.sqrt(there[1:] * (1.0 - there[1:]) / people)
    return {
        "C01": (float(there[1]), float(error[0])),
        "C02": (float(rate), float(np.sqrt(rate * (1.0 - rate) / (people * there[-2])))),
        "C03": (float(100.0 * there[-1]), float(100.0 * error[-1])),
        "C04": (gap, float(100.0 * error.mean() / np.sqrt(years))),
    }


def association_statistics(due, renewed, due_first, renewed_first) -> dict[str, tuple[float, float]]:
    """C05-C07 from counts of several runs, one entry a run: value and standard error by target."""
    overall = 100.0 * np.sum(renewed) / np.sum(due)
    first = 100.0 * np.sum(renewed_first) / np.sum(due_first)
    error = 100.0 * np.sqrt(overall / 100 * (1 - overall / 100) / np.sum(due))
    first_error = 100.0 * np.sqrt(first / 100 * (1 - first / 100) / np.sum(due_first))
    return {
        "C05": (float(overall), float(error)),
        "C06": (float(first), float(first_error)),
        "C07": (float(overall - first), float(np.hypot(error, first_error))),
    }


def settled_association(scenario: Scenario, world: World, fit: Fit, seed: int, replicates: int) -> dict:
    """C05-C07 of the settled organisation under the reference, weeks 53-104 of the burn-in."""
    counts = []
    for replicate in range(replicates):
        model = RelationshipModel(scenario, world, Policy(), rng=seed, replicate=replicate, fit=fit)
        model.burn_in(2 * WEEKS)
        counts.append(burn_in_counts(model))
    return association_statistics(*np.array(counts).T)


def burn_in_counts(model: RelationshipModel) -> tuple[float, float, float, float]:
    """Due, renewed, due for the first time and of them renewed, in weeks 53-104."""
    totals = model.record.rows[WEEKS : 2 * WEEKS].sum(axis=0)
    return tuple(float(totals[which]) for which in (series.DUE, series.RENEWED, series.DUE_FIRST, series.RENEWED_FIRST))


def own_targets(table: SurvivalTable) -> tuple[Target, ...]:
    """C01-C04 for a table of the user's own: its figures, with bands as wide as the published ones."""
    last = 100.0 * table.surviving[-1]
    values = {"C01": table.retention[0], "C02": table.retention[-1], "C03": last, "C04": 0.0}
    reach = {target.id: (target.value - target.low, target.high - target.value) for target in TARGETS}
    words = {"C02": f"retention rate in year {table.years} of the same cohort", "C03": f"survival at year {table.years}",
             "C04": f"mean gap to the survival curve, years 1-{table.years}"}  # fmt: skip
    own = []
    for target in TARGETS:
        if target.id in values:
            value, (below, above) = float(values[target.id]), reach[target.id]
            statistic = words.get(target.id, target.statistic)
            own.append(Target(target.id, statistic, target.unit, value, value - below, value + above, table.name))
        else:
            own.append(target)
    return tuple(own)


def verdicts(statistics: dict[str, tuple[float, float]], table: SurvivalTable | None = None) -> pd.DataFrame:
    """Targets beside simulated values, one row a target that was simulated."""
    targets = TARGETS if table is None or table.name == published().name else own_targets(table)
    rows = []
    for target in targets:
        if target.id in statistics:
            simulated, error = statistics[target.id]
            met = target.low <= simulated <= target.high
            rows.append({**vars(target), "simulated": simulated, "standard_error": error, "met": met, "used_for": "fitted"})
    return pd.DataFrame(rows)


def all_met(statistics: dict[str, tuple[float, float]]) -> bool:
    """Whether every simulated target lies in its band."""
    return bool(verdicts(statistics)["met"].all())


def larger(scenario: Scenario, members: int) -> Scenario:
    """The same scenario with another number of members."""
    return replace(scenario, members=members)
