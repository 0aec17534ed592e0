"""Main effects and interactions of what a sweep varied.

Where all combinations of levels were run (a grid), effects are differences of levels within the same luck, and the
interval is over replicates. Where settings were sampled (Latin hypercube, Sobol points, a table), effects are the
slopes of a straight-line fit with products of pairs, from the lowest to the highest value; the interval then covers both
which settings were drawn and the luck (two-way clustered variance: Cameron, Gelbach & Miller 2011, Journal of
Business & Economic Statistics 29(2), 238-249; the part for settings is HC3, MacKinnon & White 1985, Journal of
Econometrics 29, 305-325).
"""

from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from experiments.analysis.table import LUCK, SweepTable
from experiments.runs.statistics import summary, verdict

COLUMNS = [
    "metric", "unit", "effect", "parameter", "low", "high", "parameter_2", "low_2", "high_2", "method", "n", "difference",
    "ci_low", "ci_high", "share_of_variance", "explained", "verdict",
]  # fmt: skip
LEVELS, SLOPES = "levels", "slopes"
ROOM = 3  # settings for each term of a fit; with fewer, products of pairs are left out


def effects(table: SweepTable, metrics: list[str] | None = None, confidence: float = 0.95) -> pd.DataFrame:
    """Effect of each factor, and of each pair of factors beyond the sum of both, on each metric.

    Parameters
    ----------
    table : SweepTable
    metrics : names; all that were measured when None.
    confidence : of the intervals.

    Returns
    -------
    DataFrame
        One row an effect. ``difference`` is what going from ``low`` to ``high`` changes, in the unit of the metric,
        averaged over everything else; for a pair it is how much more that is where the second parameter is
        ``high_2`` than where it is ``low_2``. ``share_of_variance`` is the share of the differences between settings
        that goes with this effect (0..1; the luck left in the averages counts in), ``explained`` the sum over all
        main effects and pairs. ``n`` counts replicates (method "levels") or settings ("slopes").
    """
    rows = []
    if table.factors:
        find = _by_levels if table.crossed else _by_slopes
        for metric in metrics if metrics is not None else table.metrics:
            # Main effects first, then pairs; the weightiest first.
            rows += sorted(
                find(table, metric, confidence),
                key=lambda row: (row["effect"] != "main", -np.nan_to_num(row["share_of_variance"])),
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(metric: str, unit: str, effect: tuple, method: str, **found) -> dict:
    """One row of the table; ``effect`` is (factor, low, high), once or twice."""
    names = ("parameter", "low", "high"), ("parameter_2", "low_2", "high_2")
    place = {
        name: value for keys, part in zip(names, effect, strict=False) for name, value in zip(keys, part, strict=True)
    }
    kind = "main" if len(effect) == 1 else "interaction"
    return {"metric": metric, "unit": unit, "effect": kind, "method": method} | place | found


# --- grids ---


def _by_levels(table: SweepTable, metric: str, confidence: float) -> list[dict]:
    """Differences of levels, formed within each luck, over all settings where both sides are known."""
    levels = [table.levels(name) for name in table.factors]
    values = _array(table, metric, levels)
    if not np.isfinite(values).any():
        return []
    unit, direction, smallest = table.describe(metric)
    with np.errstate(invalid="ignore"):
        means = _mean(values, 0)
    total = np.nanvar(means)
    steps = [
        [(place, 0, at) for at in ([len(own) - 1] if table.is_number(name) else range(1, len(own)))]
        for place, (name, own) in enumerate(zip(table.factors, levels, strict=True))
    ]
    rows = []

    def add(contrast, share, *parts) -> None:
        own = _over_settings(contrast)
        found = summary(own, direction, smallest, confidence)
        effect = [(table.factors[place], levels[place][low], levels[place][high]) for place, low, high in parts]
        kept = {name: found[name] for name in ("n", "difference", "ci_low", "ci_high", "verdict")}
        rows.append(
            _row(metric, unit, effect, LEVELS, **kept, share_of_variance=share / total if total > 0 else np.nan)
        )

    for place, own in enumerate(steps):
        for step in own:
            add(_step(values, step), _variance(means, place), step)
    for one, other in combinations(range(len(steps)), 2):
        joint = _variance(means, one, other) - _variance(means, one) - _variance(means, other)
        for first in steps[one]:
            for second in steps[other]:
                low, high = (np.expand_dims(_level(values, second, side), second[0] + 1) for side in (1, 2))
                add(_step(high, first) - _step(low, first), max(0.0, joint), first, second)
    seen = {(row["parameter"], row.get("parameter_2")): row["share_of_variance"] for row in rows}
    for row in rows:
        row["explained"] = sum(seen.values())
    return rows


def _array(table: SweepTable, metric: str, levels: list[list]) -> np.ndarray:
    """Values by luck and by level of each factor; NaN where a run failed or is missing."""
    runs = table.moved
    luck = _luck(runs)
    places = [pd.Categorical(runs[name], categories=own).codes for name, own in zip(table.factors, levels, strict=True)]
    values = np.full((luck.max() + 1, *map(len, levels)), np.nan)
    given = pd.to_numeric(runs[metric], errors="coerce").to_numpy(float)
    values[(luck, *places)] = np.where(np.isfinite(given), given, np.nan)
    return values


def _level(values: np.ndarray, step: tuple, side: int) -> np.ndarray:
    """Values at one side (1 low, 2 high) of a step, without that factor's axis."""
    return np.take(values, step[side], axis=step[0] + 1)


def _step(values: np.ndarray, step: tuple) -> np.ndarray:
    """High minus low of one factor, at every setting of the others."""
    return _level(values, step, 2) - _level(values, step, 1)


def _mean(values: np.ndarray, axis) -> np.ndarray:
    """Mean of what is known along axes; NaN where nothing is, without a warning."""
    known = np.isfinite(values)
    count = known.sum(axis=axis)
    return np.where(count > 0, np.where(known, values, 0.0).sum(axis=axis) / np.maximum(count, 1), np.nan)


def _over_settings(contrast: np.ndarray) -> np.ndarray:
    """Mean over settings within each luck, shape (lucks,)."""
    return _mean(contrast.reshape(len(contrast), -1), 1)


def _variance(means: np.ndarray, *places: int) -> float:
    """Variance of the averages by level of one or two factors; of two it holds both main effects as well."""
    others = tuple(axis for axis in range(means.ndim) if axis not in places)
    return float(np.nanvar(_mean(means, others)))


# --- sampled settings ---


def _by_slopes(table: SweepTable, metric: str, confidence: float) -> list[dict]:
    """Slopes of a straight-line fit with products of pairs, each from the lowest to the highest value."""
    moved = table.moved
    y_all = pd.to_numeric(moved[metric], errors="coerce").to_numpy(float)
    good = np.isfinite(y_all)
    runs, given = moved[good], y_all[good]
    if not len(runs):
        return []
    setting = runs.groupby(table.factors, sort=False).ngroup().to_numpy()
    points = runs[table.factors].iloc[np.unique(setting, return_index=True)[1]].reset_index(drop=True)
    y = np.bincount(setting, given) / np.bincount(setting)
    terms, columns = _terms(table, points)
    if len(points) < len(terms) + 2 or np.ptp(y) == 0.0:
        return []
    unit, direction, smallest = table.describe(metric)
    slopes, variance, freedom = _fit(_design(columns), y, given, setting, _luck(runs))
    explained = 1.0 - np.var(y - _design(columns) @ slopes) / np.var(y)
    half = stdtrit(freedom, 0.5 + confidence / 2) * np.sqrt(variance)
    rows = []
    for place, effect in enumerate(terms, start=1):
        low, high = slopes[place] - half[place], slopes[place] + half[place]
        spread = float(np.sqrt(variance[place] * len(points)))
        share = (slopes[place] * columns[place - 1].std()) ** 2 / np.var(y)
        rows.append(_row(metric, unit, effect, SLOPES, n=len(points), difference=slopes[place], ci_low=low, ci_high=high,
                         share_of_variance=share, explained=explained,
                         verdict=verdict(low, high, len(points), spread, direction, smallest)))  # fmt: skip
    return rows


def _terms(table: SweepTable, points: pd.DataFrame) -> tuple[list[tuple], list[np.ndarray]]:
    """Terms of the fit: (effect, column over settings); a change of 1 in a column is from low to high."""
    single = []
    for name in table.factors:
        own = table.levels(name)
        if table.is_number(name):
            if points[name].max() > points[name].min():
                scaled = (points[name] - points[name].mean()) / (points[name].max() - points[name].min())
                single.append(((name, points[name].min(), points[name].max()), scaled.to_numpy(float)))
        else:
            for value in own[1:]:
                column = (points[name] == value).to_numpy(float)
                single.append(((name, own[0], value), column - column.mean()))
    pairs = [
        (one, other, first * second)
        for (one, first), (other, second) in combinations(single, 2)
        if one[0] != other[0]
    ]  # fmt: skip
    terms, columns = [(effect,) for effect, _ in single], [column for _, column in single]
    if len(points) >= ROOM * (1 + len(single) + len(pairs)):
        terms += [(one, other) for one, other, _ in pairs]
        columns += [column - column.mean() for _, _, column in pairs]
    return terms, columns


def _design(columns: list[np.ndarray]) -> np.ndarray:
    """Columns with a constant before them, shape (settings, 1 + terms)."""
    return np.column_stack([np.ones(len(columns[0])), *columns])


def _fit(x: np.ndarray, y: np.ndarray, given: np.ndarray, setting: np.ndarray, luck: np.ndarray):
    """Least squares over settings: slopes, their two-way clustered variances, degrees of freedom; each (1 + terms,).

    Parameters
    ----------
    x : shape (settings, 1 + terms).
    y : mean of each setting, shape (settings,).
    given : value of each run, shape (runs,).
    setting, luck : which setting and which luck each run had, shape (runs,).
    """
    inverse = np.linalg.pinv(x)
    slopes = inverse @ y
    leverage = np.clip(np.einsum("ij,ji->i", x, inverse), 0.0, 1.0 - 1e-9)
    by_setting = (inverse**2) @ ((y - x @ slopes) / (1.0 - leverage)) ** 2
    freedom = np.full(len(slopes), float(len(y) - len(slopes)))
    lucks = luck.max() + 1
    if lucks < 2:
        return slopes, by_setting, freedom
    residual = given - (x @ slopes)[setting]
    parts = inverse[:, setting] * (residual / np.bincount(setting)[setting])  # what each run adds to each slope
    sums = np.stack([parts[:, luck == number].sum(axis=1) for number in range(lucks)])
    # Luck that lifts all settings alike is in the constant only; what is left is luck that bends the slopes.
    by_luck = lucks / (lucks - 1) * ((sums - sums.mean(axis=0)) ** 2).sum(axis=0)
    both = (parts**2).sum(axis=1)
    variance = np.maximum(by_setting + by_luck - both, np.maximum(by_setting, by_luck))
    share = (by_setting + by_luck) ** 2 / (by_setting**2 / freedom + by_luck**2 / (lucks - 1) + 1e-300)
    return slopes, variance, np.maximum(1.0, np.minimum(share, freedom + lucks - 1))


def _luck(runs: pd.DataFrame) -> np.ndarray:
    """Number of the luck of each run, 0 where there is but one."""
    keys = [name for name in LUCK if name in runs]
    return runs.groupby(keys).ngroup().to_numpy() if keys else np.zeros(len(runs), int)
