"""Which parameters matter: Morris screening and Sobol indices, by SALib.

Morris (1991, Technometrics 33, 161-174; mean of absolute effects: Campolongo, Cariboni & Saltelli 2007, Environmental
Modelling & Software 22, 1509-1518) says with few runs which parameters matter at all. Sobol indices (Saltelli et al.
2010, Computer Physics Communications 181, 259-270) say what share of the differences each is answerable for.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from SALib.analyze import morris as morris_analysis
from SALib.analyze import sobol as sobol_analysis
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample

METHODS = ("morris", "sobol")
GRID = 4  # levels of Morris's grid: the usual choice, half of it is the step
COLUMNS = ["method", "parameter", "parameter_2", "index", "value", "ci_low", "ci_high", "low", "high", "n_points"]
ABOUT = {
    "mu_star": "mean size of the effect of going through the whole range, seen in steps of two thirds of it; unit of the metric",
    "mu": "the same with its sign: near mu_star where the effect always goes one way",
    "sigma": "how much the effect depends on everything else (or bends), unit of the metric",
    "S1": "share of the variance that this parameter explains alone, 0..1",
    "ST": "share of the variance that would be left if all but this parameter were known, 0..1",
    "S2": "share of the variance that two parameters explain only together, 0..1",
}


def problem(ranges: Mapping[str, tuple[float, float]]) -> dict:
    """Parameters and their ranges as SALib wants them.

    Raises
    ------
    ValueError
        For fewer than two parameters, or a range without width.
    """
    if len(ranges) < 2:
        raise ValueError(f"{len(ranges)} parameters: indices compare at least two")
    for name, (low, high) in ranges.items():
        if not (np.isfinite(low) and np.isfinite(high) and low < high):
            raise ValueError(f"{name}: the range {low:g} to {high:g} has no width")
    return {"num_vars": len(ranges), "names": list(ranges), "bounds": [list(limits) for limits in ranges.values()]}


def points(
    method: str, ranges: Mapping[str, tuple[float, float]], size: int, seed: int = 1, pairs: bool = False
) -> pd.DataFrame:
    """The points to run, one row each, in the order the analysis wants them.

    Parameters
    ----------
    method : "morris" or "sobol".
    size : trajectories (Morris: size x (parameters + 1) points), or base samples, a power of 2 (Sobol: size x
        (parameters + 2) points, with pairs size x (2 parameters + 2)).
    seed : whole number, 0 or more; the same seed gives the same points.
    pairs : Sobol only: also what two parameters do together.
    """
    given = problem(ranges)
    if method == "sobol" and (size < 2 or size & (size - 1)):
        raise ValueError(f"size={size}: give a power of 2 (64, 128, 256, ...), or the Sobol sequence loses its balance")
    if method == "morris":
        # SALib refuses to look for best trajectories with fewer than two; ours are random ones.
        found = morris_sample.sample(given, size, num_levels=GRID, seed=seed)
    else:
        found = sobol_sample.sample(given, size, calc_second_order=pairs, seed=seed)
    return pd.DataFrame(found, columns=given["names"])


def indices(
    method: str, ranges: Mapping[str, tuple[float, float]], x: pd.DataFrame, y, seed: int = 1, pairs: bool = False,
    confidence: float = 0.95,
) -> pd.DataFrame:  # fmt: skip
    """Sensitivity indices of one outcome.

    Parameters
    ----------
    x : DataFrame
        What :func:`points` gave, in its order.
    y : array, shape (rows of x,)
        The outcome; NaN where it is not known. A whole trajectory (Morris) or base sample (Sobol) with an unknown
        outcome is left out.
    seed : of the bootstrap behind the intervals.

    Returns
    -------
    DataFrame
        One row an index (see :data:`ABOUT`), with a bootstrap interval for mu_star, S1, ST and S2. Empty where fewer than
        two trajectories or base samples are complete. All shares are 0 where the outcome never differs.
    """
    given, y = problem(ranges), np.asarray(y, dtype=float)
    block = given["num_vars"] + 1 if method == "morris" else (2 if pairs else 1) * given["num_vars"] + 2
    known = np.isfinite(y.reshape(-1, block)).all(axis=1)
    if known.sum() < 2:
        return pd.DataFrame(columns=COLUMNS)
    kept = np.repeat(known, block)
    own, seed = y[kept], seed + 1  # SALib takes 0 for "no seed"
    rows = []
    if method == "morris":
        found = morris_analysis.analyze(
            given, x[kept].to_numpy(float), own, num_levels=GRID, conf_level=confidence, seed=seed
        )
        for place, name in enumerate(given["names"]):
            rows.append((name, "", "mu_star", found["mu_star"][place], found["mu_star_conf"][place]))
            rows += [(name, "", index, found[index][place], np.nan) for index in ("mu", "sigma")]
    else:
        flat = np.ptp(own) == 0.0
        # SALib divides by the spread of the outcome, which is 0 here; the shares of nothing are set to 0 below.
        shown = np.arange(len(own), dtype=float) if flat else own
        found = sobol_analysis.analyze(given, shown, calc_second_order=pairs, conf_level=confidence, seed=seed)
        for place, name in enumerate(given["names"]):
            rows += [(name, "", index, found[index][place], found[f"{index}_conf"][place]) for index in ("S1", "ST")]
            for later in range(place + 1, given["num_vars"]) if pairs else ():
                rows.append(
                    (name, given["names"][later], "S2", found["S2"][place, later], found["S2_conf"][place, later])
                )
        rows = [(*row[:3], 0.0, 0.0) for row in rows] if flat else rows
    frame = pd.DataFrame(rows, columns=["parameter", "parameter_2", "index", "value", "half"])
    limits = pd.DataFrame([ranges[name] for name in frame["parameter"]], columns=["low", "high"])
    frame = frame.assign(
        method=method, ci_low=frame["value"] - frame["half"], ci_high=frame["value"] + frame["half"],
        low=limits["low"], high=limits["high"], n_points=int(kept.sum()),
    )  # fmt: skip
    return frame[COLUMNS]
