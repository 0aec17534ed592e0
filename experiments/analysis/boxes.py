"""Scenario discovery: the box of conditions in which something happens, by the patient rule induction method (PRIM).

Friedman & Fisher 1999, Bump hunting in high-dimensional data, Statistics and Computing 9, 123-143: peel thin slices
off the box as long as that raises the share of cases inside, then paste back what should not have been peeled. For
scenario discovery: Bryant & Lempert 2010, Technological Forecasting and Social Change 77, 34-49, whence coverage (share
of all cases that lie in the box), density (share of the box that are cases) and the test of each restriction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.stats import binom

PEEL = 0.05
SMALLEST = 0.05


@dataclass(frozen=True)
class Box:
    """A box of conditions.

    Attributes
    ----------
    limits : parameter -> (low, high) for numbers, frozenset of names otherwise; only parameters that are restricted.
    coverage : share of all cases that lie in it, 0..1.
    density : share of what lies in it that are cases, 0..1.
    mass : share of all points that lie in it, 0..1.
    points : how many points lie in it.
    """

    limits: Mapping
    coverage: float
    density: float
    mass: float
    points: int

    def holds(self, x: pd.DataFrame) -> np.ndarray:
        """Which rows of ``x`` lie in the box, shape (rows,)."""
        return _inside(x, self.limits)

    def __str__(self) -> str:
        words = [f"{name} {_words(limit)}" for name, limit in self.limits.items()]
        return f"{' and '.join(words) or 'everywhere'} (coverage {self.coverage:.2f}, density {self.density:.2f})"


@dataclass(frozen=True)
class Discovery:
    """The way from the whole space to the densest box.

    Attributes
    ----------
    trajectory : boxes from the first (everything) to the last, each denser or smaller.
    x, cases : what was searched.
    """

    trajectory: list[Box] = field(repr=False)
    x: pd.DataFrame = field(repr=False)
    cases: np.ndarray = field(repr=False)

    def choose(self, density: float | None = None) -> Box:
        """The box of widest coverage with at least this density; without one, where coverage x density is largest."""
        if density is None:
            return max(self.trajectory, key=lambda box: box.coverage * box.density)
        good = [box for box in self.trajectory if box.density >= density]
        if not good:
            raise ValueError(
                f"no box reaches a density of {density}: the densest has {max(b.density for b in self.trajectory):.3f}"
            )
        return max(good, key=lambda box: (box.coverage, box.density))

    def table(self) -> pd.DataFrame:
        """The trajectory: box, coverage, density, mass, points, restricted (how many parameters)."""
        return pd.DataFrame(
            [(n, b.coverage, b.density, b.mass, b.points, len(b.limits)) for n, b in enumerate(self.trajectory)],
            columns=["box", "coverage", "density", "mass", "points", "restricted"],
        )

    def explain(self, box: Box) -> pd.DataFrame:
        """Each restriction of a box: parameter, low, high, values, density_without, p_value, the weakest last.

        ``density_without`` is the density if this restriction alone were lifted. ``p_value`` is the chance that as many
        cases fell into the box if the restriction told nothing (one-sided binomial, Bryant & Lempert 2010).
        """
        rows = []
        inside = int(self.cases[box.holds(self.x)].sum())
        for name, limit in box.limits.items():
            without = _inside(self.x, {key: own for key, own in box.limits.items() if key != name})
            share = self.cases[without].mean()
            low, high = limit if isinstance(limit, tuple) else (np.nan, np.nan)
            names = "" if isinstance(limit, tuple) else " ".join(sorted(map(str, limit)))
            rows.append((name, low, high, names, share, float(binom.sf(inside - 1, box.points, share))))
        frame = pd.DataFrame(rows, columns=["parameter", "low", "high", "values", "density_without", "p_value"])
        return frame.sort_values(["p_value", "density_without"], ignore_index=True)


def discover(x: pd.DataFrame, cases, peel: float = PEEL, smallest: float = SMALLEST) -> Discovery:
    """Search the box in which cases are dense.

    Parameters
    ----------
    x : DataFrame
        One row a point, one column a parameter: numbers, or names.
    cases : array of bool, shape (rows,)
        Where what one looks for happened.
    peel : share of the box peeled off or pasted on at a time, above 0 and below 0.5.
    smallest : share of all points below which no box is tried.

    Raises
    ------
    ValueError
        For no case at all, nothing but cases, or a number that is not finite.
    """
    cases = np.asarray(cases, dtype=bool)
    x = x.reset_index(drop=True)
    if len(x) != len(cases) or not cases.any() or cases.all():
        raise ValueError(f"{int(cases.sum())} of {len(x)} points are cases: some must be and some must not")
    if not 0.0 < peel < 0.5 or not 0.0 < smallest < 1.0:
        raise ValueError(
            f"peel={peel} and smallest={smallest} are not usable: give peel above 0 and below 0.5, smallest in 0..1"
        )
    numbers = x.select_dtypes("number")
    if not np.isfinite(numbers.to_numpy(float)).all():
        raise ValueError("a parameter holds a number that is not finite: leave those rows out")
    limits: dict = {}
    trajectory = [_box(x, cases, limits)]
    while (step := _best(_peels(x, limits, peel), x, cases, limits, smallest * len(x))) is not None:
        limits = step
        trajectory.append(_box(x, cases, limits))
    while (step := _best(_pastes(x, limits, peel), x, cases, limits, smallest * len(x), widen=True)) is not None:
        limits = step
        trajectory.append(_box(x, cases, limits))
    return Discovery(trajectory, x, cases)


def _words(limit) -> str:
    """A restriction as one reads it."""
    if not isinstance(limit, tuple):
        return " or ".join(sorted(map(str, limit)))
    low, high = limit
    if np.isinf(low):
        return f"at most {high:.4g}"
    return f"at least {low:.4g}" if np.isinf(high) else f"{low:.4g} to {high:.4g}"


def _inside(x: pd.DataFrame, limits: Mapping) -> np.ndarray:
    inside = np.ones(len(x), dtype=bool)
    for name, limit in limits.items():
        own = x[name]
        inside &= (own.between(*limit) if isinstance(limit, tuple) else own.isin(limit)).to_numpy()
    return inside


def _box(x: pd.DataFrame, cases: np.ndarray, limits: Mapping) -> Box:
    limits = {name: limit for name, limit in limits.items() if limit != (-np.inf, np.inf)}
    inside = _inside(x, limits)
    hits = int(cases[inside].sum())
    return Box(
        dict(limits), hits / int(cases.sum()), hits / max(1, int(inside.sum())), float(inside.mean()), int(inside.sum())
    )


def _peels(x: pd.DataFrame, limits: dict, peel: float):
    """Limits with a thin slice less: off either end of a number, or one name less."""
    inside = x[_inside(x, limits)]
    for name in x.columns:
        own = inside[name]
        if pd.api.types.is_numeric_dtype(own) and own.dtype != bool:
            low, high = limits.get(name, (-np.inf, np.inf))
            above, below = (
                own[own > np.quantile(own, peel, method="lower")],
                own[own < np.quantile(own, 1 - peel, method="higher")],
            )
            if len(above):
                yield limits | {name: (float(above.min()), high)}
            if len(below):
                yield limits | {name: (low, float(below.max()))}
        elif own.nunique() > 1:
            for value in sorted(own.unique(), key=str):
                yield limits | {name: frozenset(own.unique()) - {value}}


def _pastes(x: pd.DataFrame, limits: dict, peel: float):
    """Limits with a thin slice more: at either end of a restricted number, or one name more."""
    size = max(1, int(peel * _inside(x, limits).sum()))
    for name, limit in limits.items():
        others = x[_inside(x, {key: own for key, own in limits.items() if key != name})][name]
        if not isinstance(limit, tuple):
            for value in sorted(set(others) - limit, key=str):
                yield limits | {name: limit | {value}}
            continue
        below, above = np.sort(others[others < limit[0]]), np.sort(others[others > limit[1]])
        if len(below):  # a slice that takes all there is lifts the restriction
            yield limits | {name: (float(below[-size]) if size < len(below) else -np.inf, limit[1])}
        if len(above):
            yield limits | {name: (limit[0], float(above[size - 1]) if size < len(above) else np.inf)}


def _best(steps, x, cases, limits, least: float, widen: bool = False) -> dict | None:
    """The step with the largest gain in density for each point given up (peeling) or in density (pasting)."""
    before = _inside(x, limits)
    density, count = cases[before].mean(), before.sum()
    best, most = None, 0.0
    for step in steps:
        inside = _inside(x, step)
        if inside.sum() < least or inside.sum() == count:
            continue
        gain = cases[inside].mean() - density
        # Names may take large slices; what counts is the gain for each point given up (the "lenient" criterion).
        worth = gain if widen else gain / (count - inside.sum())
        if worth > most:
            best, most = step, worth
    return best
