"""Statistics of a comparison: paired differences first, because both arms of a pair had the same luck.

Precision (how well the average is known, ``ci_*``) and spread (where nine runs in ten fell, ``run_*``) are two
things and never share a column.
"""

from dataclasses import dataclass, field
from math import inf

import numpy as np
import pandas as pd
from scipy.special import stdtrit

PLACES = ("scenario", "world", "seed", "replicate")
"""Columns that say which luck a run had. Runs that agree in all of them form a pair."""
NOT_METRICS = {*PLACES, "run_id", "policy", "reference", "reference_run_id", "policy_run_id", "status", "error"}
LEVELS_OF_PAIRS = {
    "break_even_week", "break_even_reached", "members_better_off", "members_worse_off", "share_better", "share_worse",
}  # fmt: skip
"""Columns of pairs that are no differences and get tables of their own."""
DECISION_METRICS = (
    "retention_rate", "value_surplus_mean", "upside_beyond_reference", "downside_beyond_reference", "margin",
)  # fmt: skip
PARTNER_METRICS = (
    "partner_value", "partner_retention_expected", "revenue_at_risk", "partner_upside_beyond_reference",
    "partner_downside_beyond_reference", "partner_margin",
)  # fmt: skip
"""What decides where a scenario is about partners."""
CELLS = ("strict_siloed", "loosened_siloed", "strict_holistic", "loosened_holistic")
MANY = 500  # runs beyond which the closeness says more than their number
PAIRED_COLUMNS = [
    "reference", "policy", "metric", "unit", "n", "reference_mean", "policy_mean", "difference", "ci_low", "ci_high",
    "run_low", "run_high", "share_better", "verdict",
]  # fmt: skip
FACTORIAL_COLUMNS = ["effect", *PAIRED_COLUMNS[2:5], *PAIRED_COLUMNS[7:12], "verdict"]


@dataclass(frozen=True)
class Comparison:
    """Everything a comparison of policies left behind. Tables that were not made stay empty.

    Attributes
    ----------
    runs : one row a run: run_id, scenario, policy, world, replicate, seed, status, error, metrics.
    pairs : one row a pair of runs: reference, policy, replicate, the paired metrics of the policy run. What the
        reference run itself scores stands in ``<metric>_reference``, or in rows where policy is the reference;
        without either, the column is taken to be the difference already.
    weekly : run_id, policy, replicate, week, series.
    deciles : policy, replicate, decile (1..10), difference, and if known difference_low_tail, difference_high_tail.
    quantiles : policy, replicate, quantile (0..1), difference.
    survival : policy, replicate, year, share.
    line : lived_weight, policy, replicate, retention_difference (share), value_difference (dues), end ("", low, high).
    targets : id, statistic, unit, value, low, high, simulated, standard_error, met, used_for.
    metric_info : metric -> {unit, about, better ("higher", "lower", "none"), smallest_that_matters}.
    manifest : command, seed, replicates, years, scenario, world, policies, reference, versions, ...
    """

    runs: pd.DataFrame
    pairs: pd.DataFrame = field(default_factory=pd.DataFrame)
    weekly: pd.DataFrame = field(default_factory=pd.DataFrame)
    deciles: pd.DataFrame = field(default_factory=pd.DataFrame)
    quantiles: pd.DataFrame = field(default_factory=pd.DataFrame)
    survival: pd.DataFrame = field(default_factory=pd.DataFrame)
    line: pd.DataFrame = field(default_factory=pd.DataFrame)
    targets: pd.DataFrame = field(default_factory=pd.DataFrame)
    metric_info: dict = field(default_factory=dict)
    manifest: dict = field(default_factory=dict)

    @property
    def reference(self) -> str:
        """Name of the policy all others are compared with."""
        return str(self.manifest["reference"])

    @property
    def policies(self) -> list[str]:
        """Names of the other policies, in the order of the manifest, then of the runs."""
        known = [*self.manifest.get("policies", {}), *pd.unique(self.runs["policy"])]
        present = set(self.runs["policy"])
        return [name for name in dict.fromkeys(known) if name != self.reference and name in present]

    @property
    def about_partners(self) -> bool:
        """Whether the scenario is about relationships with partners, members being few."""
        return self.manifest.get("about") == "partners"

    @property
    def decides(self) -> tuple[str, ...]:
        """The metrics that decide."""
        return PARTNER_METRICS if self.about_partners else DECISION_METRICS

    def unit(self, metric: str) -> str:
        """Unit a metric is stored in; "" when nobody said."""
        return self.metric_info.get(metric, {}).get("unit", "share" if is_retention(metric) else "")

    def better(self, metric: str) -> int:
        """1 where more is better, -1 where less is, 0 where neither."""
        said = self.metric_info.get(metric, {}).get("better")
        if said is None:
            lower = metric.startswith(("downside", "cost_to_serve", "complaints", "share_negative", "overload"))
            said = "lower" if lower else "higher" if default_threshold(metric) else "none"
        return {"higher": 1, "lower": -1}.get(said, 0)

    def threshold(self, metric: str, thresholds: dict | None = None) -> float | None:
        """Smallest difference that matters, in the unit of the metric; None when nobody named one."""
        if thresholds and metric in thresholds:
            return thresholds[metric]
        return self.metric_info.get(metric, {}).get("smallest_that_matters", default_threshold(metric))


def is_retention(metric: str) -> bool:
    """Whether a metric is a share of people who stayed."""
    return "retention" in metric or metric.startswith("survival_year_")


def default_threshold(metric: str) -> float | None:
    """Smallest difference that matters unless the user says otherwise: 1 point, or dues per member-year."""
    if metric.endswith("_per_request"):
        return None
    if is_retention(metric):
        return 0.01
    for start, smallest in (("value_", 0.05), ("upside", 0.05), ("downside", 0.03), ("margin", 0.02)):
        if metric.startswith(start):
            return smallest
    return None


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


def metrics_of(comparison: Comparison) -> list[str]:
    """Metrics that can be compared: the numeric columns of runs, then of pairs."""
    found = []
    for table in (comparison.runs, comparison.pairs):
        for name in table.columns:
            own = name in NOT_METRICS or name in LEVELS_OF_PAIRS
            beside = name.endswith("_reference") and name.removesuffix("_reference") in table.columns
            if not own and not beside and name not in found and not isinstance(table[name].dtype, pd.StringDtype):
                if pd.to_numeric(table[name], errors="coerce").notna().any():
                    found.append(name)
    return found


def by_luck(comparison: Comparison, metric: str) -> pd.DataFrame:
    """One metric side by side: rows are replicates (same luck), columns policies, in the stored unit.

    Failed runs and unknown values are NaN. The reference is missing where pairs hold differences already.
    """
    source = comparison.runs if metric in comparison.runs.columns else comparison.pairs
    if metric not in source.columns:
        return pd.DataFrame()
    table = source
    if "error" in table.columns:
        failed = table["error"].notna() & (table["error"].astype(str).str.strip() != "")
        table = table[~failed]
    keys = [name for name in PLACES if name in table.columns and table[name].notna().all()]
    table = table.assign(policy=table["policy"].astype(str))
    if table.duplicated([*keys, "policy"]).any():
        raise ValueError(f"{metric}: two rows for one policy with the same {', '.join(keys)}")
    table = table.assign(**{metric: pd.to_numeric(table[metric], errors="coerce")})
    wide = table.pivot(index=keys, columns="policy", values=metric).sort_index()
    beside = f"{metric}_reference"
    if comparison.reference not in wide.columns and beside in table.columns:
        wide[comparison.reference] = table.groupby(keys)[beside].first().reindex(wide.index)
    return wide.replace([np.inf, -np.inf], np.nan)


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
    return f"undecided: more runs (about {max(needed, n + 1)} in all)" if needed < MANY else "undecided: too close to call"


def summary(differences, direction: int, smallest: float | None, confidence: float = 0.95) -> dict:
    """Mean, precision, spread and verdict of paired differences, shape (n,), NaN where unknown."""
    known = np.asarray(differences, dtype=float)
    known = known[np.isfinite(known)]
    low, high = t_interval(known, confidence)
    run_low, run_high = np.quantile(known, [0.05, 0.95]) if known.size > 1 else (np.nan, np.nan)
    sd = known.std(ddof=1) if known.size > 1 else np.nan
    return {
        "n": known.size,
        "difference": known.mean() if known.size else np.nan,
        "ci_low": low,
        "ci_high": high,
        "run_low": run_low,
        "run_high": run_high,
        "share_better": (known * direction > 0).mean() if known.size and direction else np.nan,
        "verdict": verdict(low, high, known.size, sd, direction, smallest),
    }


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
        for policy in others:
            if policy not in wide.columns:
                continue
            known = reference in wide.columns
            if not known and reference != comparison.reference:
                continue
            both = wide[[policy, reference]].dropna() if known else wide[[policy]].dropna()
            difference = both[policy] - (both[reference] if known else 0.0)
            row = summary(difference, comparison.better(metric), comparison.threshold(metric, thresholds), confidence)
            row |= {"reference": reference, "policy": policy, "metric": metric, "unit": comparison.unit(metric)}
            row["reference_mean"] = both[reference].mean() if known else np.nan
            row["policy_mean"] = both[policy].mean() if known else np.nan
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
