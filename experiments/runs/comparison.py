"""What a comparison of policies left behind, and its metrics side by side by luck."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

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

    @cached_property
    def layout_of_runs(self) -> "Layout":
        """Where runs stand beside each other: found once for all metrics."""
        return layout(self.runs)

    @cached_property
    def layout_of_pairs(self) -> "Layout":
        """The same for pairs."""
        return layout(self.pairs)

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


@dataclass(frozen=True)
class Layout:
    """Where the rows of a table stand when its metrics are put side by side; the same for all its metrics.

    Attributes
    ----------
    kept : which rows of the table did not fail, shape (rows of the table,).
    keys : names of the columns that say which luck a row had.
    luck : the index of the wide table.
    rows, columns : place of each kept row in the wide table, shape (rows kept,).
    policies : the columns of the wide table.
    twice : whether two rows claim one place.
    """

    kept: np.ndarray
    keys: list[str]
    luck: pd.Index
    rows: np.ndarray
    columns: np.ndarray
    policies: pd.Index
    twice: bool


def layout(table: pd.DataFrame) -> Layout:
    """How rows of a table become a wide table: rows are luck, columns policies."""
    kept = np.ones(len(table), bool)
    if "error" in table.columns:
        kept = (table["error"].isna() | (table["error"].astype(str).str.strip() == "")).to_numpy()
    table = table[kept]
    keys = [name for name in PLACES if name in table.columns and table[name].notna().all()]
    groups = table.groupby(keys, sort=True)
    rows = groups.ngroup().to_numpy()
    columns, policies = pd.factorize(table["policy"].astype(str), sort=True)
    twice = len(np.unique(rows * max(1, len(policies)) + columns)) < len(table)
    return Layout(kept, keys, groups.size().index, rows, columns, pd.Index(policies, name="policy"), twice)


def by_luck(comparison: Comparison, metric: str) -> pd.DataFrame:
    """One metric side by side: rows are replicates (same luck), columns policies, in the stored unit.

    Failed runs and unknown values are NaN. The reference is missing where pairs hold differences already.
    """
    if metric in comparison.runs.columns:
        table, places = comparison.runs, comparison.layout_of_runs
    elif metric in comparison.pairs.columns:
        table, places = comparison.pairs, comparison.layout_of_pairs
    else:
        return pd.DataFrame()
    if places.twice:
        raise ValueError(f"{metric}: two rows for one policy with the same {', '.join(places.keys)}")
    cells = np.full((len(places.luck), len(places.policies)), np.nan)
    cells[places.rows, places.columns] = pd.to_numeric(table[metric], errors="coerce").to_numpy(dtype=float)[places.kept]
    wide = pd.DataFrame(cells, index=places.luck, columns=places.policies)
    beside = f"{metric}_reference"
    if comparison.reference not in wide.columns and beside in table.columns:
        wide[comparison.reference] = table[places.kept].groupby(places.keys)[beside].first().reindex(wide.index)
    return wide.replace([np.inf, -np.inf], np.nan)
