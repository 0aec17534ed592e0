"""Decisions over many worlds: how much one may come to regret each, and in how many worlds it does well enough.

No world is called more probable than another: shares are shares of the worlds looked at. Regret: Savage 1951,
Journal of the American Statistical Association 46, 55-67. Satisficing (the domain criterion): Starr 1963, Product
design and decision theory. Both beside each other: McPhail et al. 2018, Earth's Future 6, 169-191.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from experiments.analysis.contrasts import reference_of
from experiments.analysis.table import SweepTable

COLUMNS = [
    "metric", "unit", "decision", "n_worlds", "mean", "worst", "best", "regret_mean", "regret_p90", "regret_max",
    "share_best", "share_satisfied", "satisfied_if", "share_better_than_reference", "share_worse_than_reference",
]  # fmt: skip


def over_worlds(table: SweepTable, metric: str) -> pd.DataFrame:
    """Mean over replicates: rows are conditions, columns decisions; only conditions in which all decisions ended well."""
    runs = table.labelled
    values = runs.assign(_y=pd.to_numeric(runs[metric], errors="coerce").replace([np.inf, -np.inf], np.nan))
    wide = values.pivot_table(index="condition", columns="decision", values="_y", aggfunc="mean", sort=False)
    return wide[list(dict.fromkeys(runs["decision"]))].dropna() if len(wide) else wide


def regret(values: pd.DataFrame, direction: int) -> pd.DataFrame:
    """What was missed by not having taken the best decision of each world; 0 for the best; same shape as ``values``.

    Parameters
    ----------
    values : rows are worlds, columns decisions.
    direction : 1 where more is better, -1 where less is.
    """
    good = values * direction
    return good.rsub(good.max(axis=1), axis=0).abs()  # abs: no negative zero


def robustness(
    table: SweepTable, metrics=None, at_least: Mapping[str, float] | None = None, reference: str | None = None
) -> pd.DataFrame:
    """Regret and satisficing of every decision over the worlds of a sweep.

    Parameters
    ----------
    table : SweepTable
        Several decisions, each in the same worlds.
    metrics : names; those that decide and have a direction when None.
    at_least : metric -> level that satisfies, in its unit (at most, where less is better). Without one, a decision
        satisfies where it is no worse than the reference by the smallest difference that matters.
    reference : label of the decision that others are held against.

    Returns
    -------
    DataFrame
        One row a metric and decision. ``worst`` and ``best`` are over worlds, in the metric's own direction; regrets are
        0 or more, in its unit; shares are of the worlds looked at. The largest regret grows with luck left in
        the averages, so give it enough replicates. Empty where fewer than two decisions meet in a world.
    """
    rows = []
    if len(table.runs) and table.labelled["decision"].nunique() > 1:
        base = reference_of(table, reference)
        for metric in metrics if metrics is not None else table.deciding:
            unit, direction, smallest = table.describe(metric)
            values = over_worlds(table, metric)
            if direction and len(values):
                level = None if at_least is None else at_least.get(metric)
                rows += _rows(values, base, metric, unit, direction, smallest or 0.0, level)
    return pd.DataFrame(rows, columns=COLUMNS)


def _rows(
    values: pd.DataFrame, base: str, metric: str, unit: str, direction: int, smallest: float, level: float | None
):
    """One row a decision."""
    missed = regret(values, direction)
    gap = values.sub(values[base], axis=0) * direction
    if level is None:
        satisfied = gap > -smallest if smallest else gap >= 0.0
        words = f"no worse than {base} by {smallest:g}" if smallest else f"no worse than {base}"
    else:
        satisfied = values * direction >= level * direction
        words = f"{'at least' if direction > 0 else 'at most'} {level:g}"
    for decision in values.columns:
        own = values[decision]
        yield {
            "metric": metric, "unit": unit, "decision": decision, "n_worlds": len(own), "mean": own.mean(),
            "worst": own.min() if direction > 0 else own.max(), "best": own.max() if direction > 0 else own.min(),
            "regret_mean": missed[decision].mean(), "regret_p90": missed[decision].quantile(0.9),
            "regret_max": missed[decision].max(), "share_best": (missed[decision] == 0.0).mean(),
            "share_satisfied": satisfied[decision].mean(), "satisfied_if": words,
            "share_better_than_reference": (gap[decision] >= (smallest or np.nextafter(0, 1))).mean(),
            "share_worse_than_reference": (gap[decision] <= -(smallest or np.nextafter(0, 1))).mean(),
        }  # fmt: skip
