"""Decisions against a reference within the same luck: mean differences condition by condition, and quantile by quantile."""

import numpy as np
import pandas as pd

from experiments.analysis.table import LUCK, SweepTable
from experiments.runs.comparison import Comparison
from experiments.runs.statistics import PAIRED_COLUMNS, paired
from experiments.words.wording import listed

QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
RESAMPLES = 1000
QUANTILE_COLUMNS = [
    "reference",
    "policy",
    "metric",
    "unit",
    "quantile",
    "n",
    "reference_value",
    "policy_value",
    "difference",
    "ci_low",
    "ci_high",
]


def reference_of(table: SweepTable, reference: str | None = None) -> str:
    """The decision others are held against: the one named, else ``conventional``, else the first of the table.

    Raises
    ------
    KeyError
        Where the one named is not among the decisions.
    """
    known = list(dict.fromkeys(table.labelled["decision"]))
    if reference is None:
        return "conventional" if "conventional" in known else known[0]
    if reference not in known:
        raise KeyError(f"reference={reference} is not in the table: choose from {listed(known[:8])}")
    return reference


def paired_by_condition(
    table: SweepTable, reference: str | None = None, metrics=None, confidence: float = 0.95
) -> pd.DataFrame:
    """Paired differences of every decision against the reference, within each condition.

    Parameters
    ----------
    table : SweepTable
    reference : label of a decision (see :func:`reference_of`).
    metrics : names; those that decide when None.

    Returns
    -------
    DataFrame
        ``condition`` and the columns of paired.csv. Empty where the runs hold one decision only.
    """
    runs = table.labelled
    if not len(runs) or runs["decision"].nunique() < 2:
        return pd.DataFrame(columns=["condition", *PAIRED_COLUMNS])
    base = reference_of(table, reference)
    metrics = list(metrics) if metrics is not None else table.deciding
    keep = [name for name in LUCK if name in runs] + metrics
    parts = []
    for condition, own in runs.groupby("condition", sort=False):
        if base in set(own["decision"]) and own["decision"].nunique() > 1:
            arms = own[keep].assign(policy=own["decision"])
            made = Comparison(arms, metric_info=table.info, manifest={"reference": base})
            parts.append(paired(made, metrics, confidence=confidence).assign(condition=condition))
    return (
        pd.concat(parts, ignore_index=True)[["condition", *PAIRED_COLUMNS]]
        if parts
        else pd.DataFrame(columns=["condition", *PAIRED_COLUMNS])
    )


def matched(table: SweepTable, metric: str, reference: str) -> pd.DataFrame:
    """One metric side by side: rows are a condition and a luck, columns decisions; only rows where the reference is known."""
    runs = table.labelled
    keys = ["condition", *(name for name in LUCK if name in runs)]
    values = runs.assign(_y=pd.to_numeric(runs[metric], errors="coerce").replace([np.inf, -np.inf], np.nan))
    wide = values.pivot_table(index=keys, columns="decision", values="_y", aggfunc="mean", sort=True)
    return wide[wide[reference].notna()] if reference in wide else wide.iloc[:0]


def quantile_differences(
    table: SweepTable,
    reference: str | None = None,
    metrics=None,
    quantiles=QUANTILES,
    confidence: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """How the good, the middling and the bad runs differ: quantiles of a metric over runs, decision minus reference.

    The mean can stay while bad runs get worse and good runs better. Runs over all conditions and replicates are put
    together, the same ones for both. The interval is a bootstrap's (percentile; Efron & Tibshirani 1993, chapter 13):
    pairs are drawn again, or whole conditions where there are at least five of them.

    Parameters
    ----------
    quantiles : each between 0 and 1.
    seed : of the bootstrap; the same seed gives the same interval.
    """
    if not len(table.runs) or table.labelled["decision"].nunique() < 2:
        return pd.DataFrame(columns=QUANTILE_COLUMNS)
    base = reference_of(table, reference)
    ends = (1 - confidence) / 2, (1 + confidence) / 2
    rows = []
    for metric in metrics if metrics is not None else table.deciding:
        wide = matched(table, metric, base)
        for policy in [name for name in wide.columns if name != base]:
            both = wide[[base, policy]].dropna()
            if not len(both):
                continue
            values = both.to_numpy()
            drawn = _resampled(both, np.random.default_rng(seed))
            again = np.array([np.diff(np.quantile(values[own], quantiles, axis=0), axis=1)[:, 0] for own in drawn])
            low, high = np.quantile(again, ends, axis=0) if len(both) > 1 else np.full((2, len(quantiles)), np.nan)
            found = np.quantile(values, quantiles, axis=0)
            for place, quantile in enumerate(quantiles):
                rows.append((base, policy, metric, table.describe(metric)[0], quantile, len(both), *found[place],
                             found[place, 1] - found[place, 0], low[place], high[place]))  # fmt: skip
    return pd.DataFrame(rows, columns=QUANTILE_COLUMNS)


def _resampled(both: pd.DataFrame, random: np.random.Generator) -> list[np.ndarray]:
    """Rows of each bootstrap sample: whole conditions drawn again where there are several, single rows otherwise."""
    groups = list(both.reset_index(drop=True).groupby(both.index.get_level_values("condition")).indices.values())
    if len(groups) < 5:
        return list(random.integers(0, len(both), (RESAMPLES, len(both))))
    return [
        np.concatenate([groups[at] for at in random.integers(0, len(groups), len(groups))]) for _ in range(RESAMPLES)
    ]
