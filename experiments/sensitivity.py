"""``relsim sensitivity``: which levers, world parameters or scenario values matter, by Morris or Sobol indices.

It is a sweep whose points are arranged so that indices come out; it is stored, resumed and told like one.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from experiments import sweep
from experiments.analysis.indices import indices
from experiments.analysis.table import SweepTable, last
from experiments.runs.manifest import write_whole
from experiments.sweeps.designs import MAKERS, factors_of
from experiments.sweeps.plan import Plan
from experiments.words.wording import metric_words

METHODS = {"morris": "morris", "saltelli": "sobol"}
LEVEL, DIFFERENCE = "level", "difference"
COLUMNS = [
    "policy", "reference", "of", "metric", "unit", "method", "parameter", "parameter_2", "index", "value", "ci_low", "ci_high",
    "low", "high", "n_points", "n_runs", "luck_share",
]  # fmt: skip
MAIN_INDEX = {"morris": "mu_star", "sobol": "ST"}
TOLD = 3


def run(request) -> int:
    """Run what is not there yet, then leave indices.csv and figures/; returns the exit status."""
    return sweep.run(request, leave_indices)


def leave_indices(plan: Plan, runs: pd.DataFrame, request, folder: Path) -> str:
    """Write indices.csv and figures/; returns what the terminal shows."""
    from experiments.figures import save  # figures are slow to import
    from experiments.figures.search import sensitivity as draw

    table = indices_of(plan, runs, request)
    write_whole(folder / "indices.csv", table.to_csv(index=False).encode())
    names = list(dict.fromkeys(table["policy"]))
    for (policy, of), own in table.groupby(["policy", "of"], sort=False):
        figure = draw(own)
        if figure is not None:
            save(figure, folder / "figures", f"indices_{of}" if len(names) < 2 else f"indices_{of}_{policy}")
    return "\n" + words(table, folder)


def indices_of(plan: Plan, runs: pd.DataFrame, request) -> pd.DataFrame:
    """Indices of every policy and metric, of its level and of its difference to the reference with the same luck.

    Parameters
    ----------
    plan : Plan
        Of a design ``morris`` or ``saltelli``.
    runs : DataFrame
        One row a point, replicate and policy, failed ones included.

    Returns
    -------
    DataFrame
        See :data:`COLUMNS`. ``luck_share`` is the share of the variance between points that is luck left in the averages
        (0..1): where it is large, ask for more replicates.
    """
    design, seed = request.design, plan.content["seed"]
    method = METHODS[design.kind]
    factors = factors_of(design.vary)
    ranges = {factor.name: (factor.low, factor.high) for factor in factors}
    # SALib wants the points it arranged, before whole numbers were rounded.
    unit = [replace(factor, kind=float, low=0.0, high=1.0, values=()) for factor in factors]
    x = pd.DataFrame(MAKERS[design.kind](unit, design, seed), columns=list(ranges))
    table = SweepTable(runs, plan.factors)
    good, reference = table.runs, plan.content["reference"]
    varied = runs.loc[runs["status"] == "ok", "policy"].reset_index(drop=True) != reference
    rows = []
    for policy in plan.content["run"]:
        arm = good[varied & (good["policy"] == policy)]
        for metric in request.metrics:
            if metric not in good:
                continue
            level = side_by_side(arm, metric, len(x))
            base = side_by_side(good[~varied], metric, len(x)).reindex(columns=level.columns)
            for of, values in ((LEVEL, level), (DIFFERENCE, level - base)):
                y, luck = averaged(values)
                found = indices(method, dict.fromkeys(ranges, (0.0, 1.0)), x, y, seed, design.second_order)
                low, high = (found["parameter"].map({name: ends[side] for name, ends in ranges.items()}) for side in (0, 1))
                rows.append(found.assign(policy=policy, reference=reference, of=of, metric=metric, unit=table.describe(metric)[0],
                                         low=low, high=high, n_runs=int(np.isfinite(values).sum().sum()), luck_share=luck))  # fmt: skip
    return pd.concat(rows, ignore_index=True)[COLUMNS] if rows else pd.DataFrame(columns=COLUMNS)


def side_by_side(runs: pd.DataFrame, metric: str, points: int) -> pd.DataFrame:
    """One metric: rows are points, columns replicates; NaN where a run failed."""
    known = runs.assign(_y=pd.to_numeric(runs[metric], errors="coerce").replace([np.inf, -np.inf], np.nan))
    return known.pivot(index="point", columns="replicate", values="_y").reindex(range(points))


def averaged(values: pd.DataFrame) -> tuple[np.ndarray, float]:
    """Mean of each point over replicates, and the share of the variance between points that is luck (NaN if not known).

    Luck that lifts a replicate alike at all points is taken out first, so that a run that failed does not shift its
    point. Shape (points, replicates) -> (points,).
    """
    lift = values.mean(axis=0)
    own = values - lift
    y = own.mean(axis=1) + lift.mean()
    counts = own.notna().sum(axis=1)
    spread = y.var(ddof=1)
    if not spread > 0 or not (counts > 1).any():
        return y.to_numpy(), np.nan
    return y.to_numpy(), float(min(1.0, (own.var(axis=1, ddof=1) / counts).mean() / spread))


def words(table: pd.DataFrame, folder: Path) -> str:
    """The weightiest parameters of each metric, in words."""
    lines = []
    for (policy, metric), own in table[table["of"] == DIFFERENCE].groupby(["policy", "metric"], sort=False):
        index = MAIN_INDEX[own["method"].iloc[0]]
        top = own[own["index"] == index].sort_values("value", ascending=False).head(TOLD)
        named = ", ".join(f"{last(row.parameter)} {row.value:.3g} ({row.ci_low:.2g} to {row.ci_high:.2g})" for row in top.itertuples())
        luck = own["luck_share"].iloc[0]
        doubt = f"; {100 * luck:.0f} % of the variance between points is luck" if luck > 0.1 else ""
        lines.append(f"{policy}, difference in {metric_words(metric)} ({index}): {named}{doubt}")
    lines.append(f"All indices: {folder / 'indices.csv'}, figures/ beside it")
    return "\n".join(lines)


if __name__ == "__main__":
    from experiments.door import main

    sys.exit(main(["sensitivity", *sys.argv[1:]]))
