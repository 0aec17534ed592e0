"""The table of a sweep, read the way the analyses need it: what was varied, in which luck, with what outcome.

One row a run: the columns that say which run it was, what was varied by dotted name (``policy.strictness``,
``world.needs.spread``), then metrics. Levers and the policy's name are *decisions*; everything else that differs
(world, scenario) is a *condition* under which a decision is made.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from experiments.runs.comparison import DECISION_METRICS, Comparison, metrics_of
from sim.metrics import METRICS
from sim.pairs import PAIRED

NAMES = ("scenario", "policy", "world")
LUCK = ("seed", "replicate")
DIGEST = r"-[0-9a-f]{8}$"
"""What a sweep adds to the name of a policy, world or scenario whose values it varied."""
MANY_LEVELS = 12
"""What took more values than this was sampled, not set to levels."""


def metric_info() -> dict[str, dict]:
    """Unit, direction and smallest difference that matters of every metric."""
    named = ("unit", "about", "better", "smallest_that_matters")
    return {name: {key: getattr(metric, key) for key in named} for name, metric in METRICS.items()} | PAIRED


@dataclass(frozen=True)
class SweepTable:
    """The good runs of a sweep and what differs between them.

    Parameters
    ----------
    frame : DataFrame
        One row a run: ``run_id, scenario, policy, world, replicate, seed, status, error``, what was varied, metrics.
        Rows whose status is not ``ok`` are left out.
    varied : sequence of str
        Columns that were varied on purpose.
    info : dict
        metric -> unit, better ("higher", "lower", "none"), smallest_that_matters; the model's own by default.

    Raises
    ------
    KeyError
        Where a varied column is not in the frame.
    """

    frame: pd.DataFrame
    varied: Sequence[str] = ()
    info: dict = field(default_factory=metric_info)

    def __post_init__(self):
        missing = [name for name in self.varied if name not in self.frame.columns]
        if missing:
            raise KeyError(f"{missing[0]} was varied but is no column of the table")

    @cached_property
    def runs(self) -> pd.DataFrame:
        """The runs that ended well, with a plain index and names without digests; what is no number as text.

        Runs of a policy whose levers stayed as they are while others' were varied (the reference of a paired design)
        have no value for levers.
        """
        good = self.frame[self.frame["status"] == "ok"] if "status" in self.frame else self.frame
        good = good.reset_index(drop=True)
        for name in self.varied:
            if good[name].dtype == bool or not pd.api.types.is_numeric_dtype(good[name]):
                good[name] = good[name].map(str)
        for section in NAMES:
            columns = [name for name in self.varied if name.startswith(f"{section}.")]
            if columns and section in good:
                names = good[section].astype(str)
                moved = names.str.contains(DIGEST)
                good[section] = names.str.replace(DIGEST, "", regex=True)
                if section == "policy" and moved.any():
                    good[columns] = good[columns].where(moved, np.nan)
        return good

    @cached_property
    def moved(self) -> pd.DataFrame:
        """The runs in which everything varied has a value: without the reference of a paired design."""
        return self.runs.dropna(subset=list(self.varied)).reset_index(drop=True) if self.varied else self.runs

    @cached_property
    def factors(self) -> list[str]:
        """What takes several values of its own accord: varied columns, then names that do not follow from them."""
        found = [name for name in self.varied if self.moved[name].nunique() > 1]
        for name in NAMES:
            if name in self.moved and self.moved[name].nunique() > 1:
                own = self.moved.groupby(found)[name].nunique().max() if found else 2
                if own > 1:
                    found.append(name)
        return found

    @cached_property
    def decisions(self) -> list[str]:
        """Factors that somebody decides: levers, as long as they take few values together, and the policy's name."""
        several = "policy" in self.runs and self.runs["policy"].nunique() > 1
        return [*(() if self.sampled_levers else self._levers), *(["policy"] if several else [])]

    @cached_property
    def conditions(self) -> list[str]:
        """Factors that nobody decides: worlds and scenarios; with levers sampled along, each point is one condition."""
        if self.sampled_levers and "point" in self.runs:
            return ["point"]
        return [name for name in self.factors if name not in self._levers and name != "policy"]

    @property
    def _levers(self) -> list[str]:
        return [name for name in self.factors if name.startswith("policy.")]

    @cached_property
    def sampled_levers(self) -> bool:
        """Whether levers took so many values that each setting of them is no decision of its own."""
        return len(self._levers) > 0 and len(self.moved[self._levers].drop_duplicates()) > MANY_LEVELS

    @cached_property
    def metrics(self) -> list[str]:
        """Numeric columns that were measured."""
        found = metrics_of(Comparison(self.runs, manifest={"reference": ""}))
        return [name for name in found if name not in self.varied and name != "point"]

    @property
    def deciding(self) -> list[str]:
        """The metrics that decide, as far as they were measured; all metrics where none of them was."""
        return [name for name in DECISION_METRICS if name in self.metrics] or self.metrics

    def is_number(self, factor: str) -> bool:
        """Whether a factor is a quantity rather than a name."""
        return pd.api.types.is_numeric_dtype(self.moved[factor])

    def levels(self, factor: str) -> list:
        """Values of a factor: numbers ascending, names in the order of the table."""
        values = self.moved[factor].dropna().unique()
        return sorted(values.tolist()) if self.is_number(factor) else list(values)

    @cached_property
    def crossed(self) -> bool:
        """Whether every combination of levels was run, as in a grid; otherwise settings were sampled."""
        counts = [len(self.levels(name)) for name in self.factors]
        if not counts or any(self.is_number(n) and c > MANY_LEVELS for n, c in zip(self.factors, counts, strict=True)):
            return False
        return int(np.prod(counts)) == len(self.moved[self.factors].drop_duplicates())

    def describe(self, metric: str) -> tuple[str, int, float | None]:
        """Unit, direction (1, -1, 0) and smallest difference that matters of a metric."""
        made = Comparison(self.runs, metric_info=self.info, manifest={"reference": ""})
        return made.unit(metric), made.better(metric), made.threshold(metric)

    @cached_property
    def labelled(self) -> pd.DataFrame:
        """The runs with two more columns: ``decision`` and ``condition``, each a short text.

        A decision of which nothing differs is called by its policy's name; a condition then is "".
        """
        decision, condition = _labels(self.runs, self.decisions), _labels(self.runs, self.conditions)
        if "policy" in self.runs:
            decision = decision.where(decision != "", self.runs["policy"])
        return self.runs.assign(decision=decision, condition=condition)


def _labels(runs: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """What the columns say, as one text a row: names as they are, numbers with the last part of their path."""
    texts = pd.Series("", index=runs.index)
    for name in columns:
        if pd.api.types.is_numeric_dtype(runs[name]):
            known = {value: f"{last(name)}={value:.6g}" for value in runs[name].dropna().unique()}
            texts = texts.str.cat(runs[name].map(known).fillna(""), sep=" ")
        else:
            texts = texts.str.cat(runs[name].fillna("").map(str), sep=" ")
    return texts.str.split().str.join(" ")


def last(path: str) -> str:
    """The last part of a dotted path."""
    return path.rpartition(".")[2]
