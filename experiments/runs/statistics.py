"""Statistics of a comparison: paired differences first, because both arms of a pair had the same luck.

Precision (how well the average is known, ``ci_*``) and spread (where nine runs in ten fell, ``run_*``) are two
things and never share a column.
"""

from math import inf

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from experiments.runs.comparison import CELLS, DECISION_METRICS, Comparison, by_luck, metrics_of

MANY = 500  # runs beyond which the closeness says more than their number
PAIRED_COLUMNS = [
    "reference", "policy", "metric", "unit", "n", "reference_mean", "policy_mean", "difference", "ci_low", "ci_high",
    "run_low", "run_high", "share_better", "verdict",
]  # fmt: skip
FACTORIAL_COLUMNS = ["effect", *PAIRED_COLUMNS[2:5], *PAIRED_COLUMNS[7:12], "verdict"]


def t_interval(differences, confidence: float = 0.95) -> tuple[float, float]:
    """Interval of the mean of independent values, shape (n,); (NaN, NaN) when fewer than two are known."""
    known = np.asarray(differences, dtype=float)
    known = known[np.isfinite(known)]
    if known.size < 2:
        return np.nan, np.nan
    half = stdtrit(known.size - 1, 0.5 + confidence / 2) * known.std(ddof=1) / np.sqrt(known.size)
    return known.mean() - half, known.mean() + half


def needed_n(sd: float, half_width: float, confidence: float = 0.95) -> int:
    """Fewest pairs whose interval of the mean is no wider than ``half_width`` to either side.

    Parameters
    ----------
    sd : standard deviation of the paired differences, in the unit of ``half_width``.
    """
    if not half_width > 0 or not np.isfinite(sd):
        raise ValueError(f"needed_n needs a half width above 0 and a finite sd, not {half_width} and {sd}")

    def wide(n):
        return stdtrit(n - 1, 0.5 + confidence / 2) * sd / np.sqrt(n) > half_width

    low, high = 1, 2
    while wide(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if wide(middle) else (low, middle)
    return high


def roughly(count: int) -> int:
    """A count of runs rounded up to one figure, two below 100: what it follows from is known no better."""
    step = 1 if count < 20 else 5 if count < 100 else 100
    return -(-count // step) * step


def verdict(low: float, high: float, n: int, sd: float, direction: int, smallest: float | None) -> str:
    """Word for a difference whose interval is ``low`` .. ``high``, decided by the smallest that matters."""
    if smallest is None or direction == 0:
        return ""
    if n == 0:
        return "no runs"
    if n == 1:
        return "one run only"
    if low >= smallest or high <= -smallest:
        return "better" if (low > 0) == (direction > 0) else "worse"
    if low > -smallest and high < smallest:
        return "no difference worth acting on"
    room = abs(abs((low + high) / 2) - smallest)
    # A mean that sits on the threshold needs endless runs: then the count is no help, the closeness is.
    needed = needed_n(sd, room) if sd < room * np.sqrt(MANY) else inf
    return f"undecided: more runs (about {roughly(max(needed, n + 1))} in all)" if needed < MANY else "undecided: too close to call"


def summary(differences, direction: int, smallest: float | None, confidence: float = 0.95) -> dict:
    """Mean, precision, spread and verdict of paired differences, shape (n,), NaN where unknown."""
    known = np.asarray(differences, dtype=float)
    known = known[np.isfinite(known)]
    low, high = t_interval(known, confidence)
    run_low, run_high = np.quantile(known, [0.05, 0.95]) if known.size > 1 else (np.nan, np.nan)
    sd = known.std(ddof=1) if known.size > 1 else np.nan
    return {
        "n": known.size,
        "difference": mean_of(known),
        "ci_low": low,
        "ci_high": high,
        "run_low": run_low,
        "run_high": run_high,
        "share_better": (known * direction > 0).mean() if known.size and direction else np.nan,
        "verdict": verdict(low, high, known.size, sd, direction, smallest),
    }


def mean_of(values: np.ndarray) -> float:
    """The mean of values, shape (n,); NaN of none."""
    return values.mean() if values.size else np.nan


def paired(comparison, metrics=None, thresholds=None, reference=None, confidence=0.95) -> pd.DataFrame:
    """Every policy against the reference, metric by metric: one row each, the columns of paired.csv.

    Parameters
    ----------
    metrics : names; all when None.
    thresholds : metric -> smallest difference that matters, in its unit; stronger than ``metric_info``.
    reference : another policy to compare with, e.g. the best against the second best.
    """
    reference = reference or comparison.reference
    others = [name for name in [comparison.reference, *comparison.policies] if name != reference]
    rows = []
    for metric in metrics if metrics is not None else metrics_of(comparison):
        wide = by_luck(comparison, metric)
        columns = {name: wide[name].to_numpy(dtype=float) for name in wide.columns}
        known = reference in columns
        if not known and reference != comparison.reference:
            continue
        beside = columns[reference] if known else np.zeros(len(wide))
        for policy in others:
            if policy not in columns:
                continue
            both = ~np.isnan(columns[policy]) & ~np.isnan(beside)
            own, other = columns[policy][both], beside[both]
            row = summary(own - other, comparison.better(metric), comparison.threshold(metric, thresholds), confidence)
            row |= {"reference": reference, "policy": policy, "metric": metric, "unit": comparison.unit(metric)}
            row["reference_mean"], row["policy_mean"] = (mean_of(other), mean_of(own)) if known else (np.nan, np.nan)
            rows.append(row)
    return pd.DataFrame(rows, columns=PAIRED_COLUMNS)


def factorial(comparison, metrics=DECISION_METRICS, thresholds=None, confidence=0.95) -> pd.DataFrame:
    """Both main effects and the interaction of the four cells, paired by replicate. Empty without all four cells.

    ``strictness`` is loosened minus strict, averaged over both views; ``view`` is holistic minus siloed, averaged
    over both strictnesses; ``interaction`` is what both together give beyond the sum of each alone.
    """
    rows = []
    for metric in metrics:
        wide = by_luck(comparison, metric)
        if comparison.reference in CELLS and comparison.reference not in wide.columns and len(wide):
            wide[comparison.reference] = 0.0  # the pairs are differences to this very cell
        if not set(CELLS) <= set(wide.columns):
            continue
        cells = wide[list(CELLS)].dropna()
        strict_siloed, loosened_siloed, strict_holistic, loosened_holistic = (cells[name] for name in CELLS)
        effects = {
            "strictness": (loosened_siloed - strict_siloed + loosened_holistic - strict_holistic) / 2,
            "view": (strict_holistic - strict_siloed + loosened_holistic - loosened_siloed) / 2,
            "interaction": loosened_holistic - strict_holistic - loosened_siloed + strict_siloed,
        }
        for effect, values in effects.items():
            row = summary(values, comparison.better(metric), comparison.threshold(metric, thresholds), confidence)
            rows.append(row | {"effect": effect, "metric": metric, "unit": comparison.unit(metric)})
    return pd.DataFrame(rows, columns=FACTORIAL_COLUMNS)


def break_even(comparison: Comparison) -> pd.DataFrame:
    """Weeks until a policy has earned back what it cost: policy, n, reached (pairs), median_week.

    Pairs that never got there count as beyond the horizon; a median among them is infinite.
    """
    rows = []
    if "break_even_week" in comparison.pairs.columns:
        for policy in comparison.policies:
            own = comparison.pairs[comparison.pairs["policy"] == policy]
            if "break_even_reached" in own.columns:
                own = own[own["break_even_reached"].notna()]
            weeks = pd.to_numeric(own["break_even_week"], errors="coerce")
            if len(weeks):
                # A middle rank, not the mean of two: half a week beyond the horizon has no meaning.
                reached = np.isfinite(weeks)
                middle = np.quantile(np.where(reached, weeks, inf), 0.5, method="higher")
                rows.append({"policy": policy, "n": len(weeks), "reached": int(reached.sum()), "median_week": middle})
    return pd.DataFrame(rows, columns=["policy", "n", "reached", "median_week"])
