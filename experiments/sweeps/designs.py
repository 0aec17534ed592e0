"""Designs: which points are looked at, when levers, world parameters and scenario values are varied together.

A factor is one number by its dotted name. Its range is the one of its definition unless a narrower one is given, so
that no range is written down twice.
"""

import csv
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from experiments.settings.guard import nearest, short
from sim import Policy, Scenario, World
from sim.quantities import OutOfRange, described

KINDS = ("grid", "zip", "table", "lhs", "sobol", "saltelli", "morris", "paired")
SAMPLED = ("lhs", "sobol", "saltelli", "morris", "paired")
MOST_POINTS = 1_000_000
LARGEST_TABLE = 50_000_000  # bytes
MORRIS_LEVELS = 4  # Saltelli et al. 2008, Global Sensitivity Analysis: The Primer, section 3.4: an even number, 4 or 6


@dataclass(frozen=True)
class Factor:
    """One number that is varied.

    Attributes
    ----------
    name : str
        Dotted, as in the configuration: ``policy.strictness``, ``world.needs.spread``, ``scenario.members``.
    kind : type
        float, int (values are rounded) or bool (0 or 1).
    low, high : float
        Range that is sampled.
    values : tuple of float
        Values listed one by one; empty where only the range is known.
    """

    name: str
    kind: type
    low: float
    high: float
    values: tuple[float, ...] = ()

    @property
    def section(self) -> str:
        """policy, world or scenario."""
        return self.name.partition(".")[0]

    def from_unit(self, share: np.ndarray) -> np.ndarray:
        """Values from shares of the range, 0 to 1; whole numbers are all equally likely."""
        if self.kind is float:
            return np.minimum(self.high, self.low + share * (self.high - self.low))  # rounding must not lead out of the range
        steps = np.floor(share * (self.high - self.low + 1.0))
        return self.low + np.minimum(steps, self.high - self.low)


HORIZON = "scenario.horizon"
SIZES = {f"scenario.{name}" for name in ("members", "outsiders", "posts", "partners", "partner_companies", "burn_in")}
"""What makes runs large and says nothing of people: varied only where it is named, not with its group."""
USES = {
    "grid": ("vary", "levels"), "zip": ("vary",), "table": ("table",), "lhs": ("vary", "points"), "sobol": ("vary", "points"),
    "paired": ("vary", "points"), "morris": ("vary", "trajectories"), "saltelli": ("vary", "points", "second_order"),
}  # fmt: skip
"""The settings of a design that have a part in each kind."""


def check_used(kind: str, typed: Sequence[str]) -> None:
    """Refuse a setting of the design that was typed and has no part in this kind: it would be ignored in silence."""
    for text in typed:
        name = text.partition("=")[0].lstrip("+")
        section, _, own = name.partition(".")
        if section == "design" and own and own != "kind" and own not in USES[kind]:
            others = [other for other, used in USES.items() if own in used]
            used = ", ".join(USES[kind])
            raise OutOfRange(f"{name} has no part in a {kind} design, which uses {used}: design={' or '.join(others)} uses it")


def known_factors() -> dict[str, Factor]:
    """Everything that can be varied, with the range of its definition."""
    known = {}
    parts = [("policy", Policy), ("scenario", Scenario)]
    parts += [(f"world.{group.name}", group.default_factory) for group in fields(World)]
    for place, kind in parts:
        what = described(kind)
        for field in fields(kind):
            name = f"{place}.{field.name}"
            if name == HORIZON:
                continue
            if field.name in what:
                known[name] = Factor(name, field.type if field.type is int else float, what[field.name].low, what[field.name].high)
            elif field.type is bool:
                known[name] = Factor(name, bool, 0.0, 1.0)
    return known


def factors_of(vary: Sequence[str], where: str = "design.vary") -> list[Factor]:
    """Factors from ``name``, ``name:low:high`` or ``name:a:b:c``; ``where`` they are named, for messages.

    Raises
    ------
    OutOfRange
        For a name that is not known or given twice, and for values out of range.
    """
    known, found = known_factors(), []
    for text in vary:
        name, colon, listed = text.partition(":")
        name = name.strip()
        if name == HORIZON:
            raise OutOfRange(f"{where} names {HORIZON}, which is one for a sweep: give years=N, or several sweeps with -m years=1,3,5")
        if name not in known:
            raise OutOfRange(f"{where} names {short(name)}, which cannot be varied: {nearest(name, known, 'known')}")
        if any(factor.name == name for factor in found):
            raise OutOfRange(f"{where} names {name} twice: keep one")
        factor = known[name]
        if colon:
            values = tuple(_number(value, factor) for value in listed.split(":"))
            factor = Factor(name, factor.kind, min(values), max(values), values)
        found.append(factor)
    return found


def spelt_out(vary: Sequence[str], scenario: Scenario) -> list[str]:
    """Names of groups (``policy``, ``world``, ``world.needs``) replaced by all that can be varied in them, but for sizes.

    The weight of lived experience goes as far as the data of the scenario allow.
    """
    known, found = known_factors(), []
    for text in vary:
        group = [name for name in known if name.startswith(f"{text.strip()}.") and name not in SIZES]
        for name in group or [text]:
            if group and name == "world.renewals.lived_weight" and scenario.line:
                name = f"{name}:0:{scenario.line[-1].lived_weight:g}"
            found.append(name)
    return found


def _number(text: str, factor: Factor) -> float:
    """One value of a factor, from text."""
    text = text.strip()
    try:
        value = {"true": 1.0, "false": 0.0}[text] if factor.kind is bool and text in ("true", "false") else float(text)
    except ValueError:
        value = math.nan
    whole = factor.kind is float or value == round(value) if math.isfinite(value) else False
    if not math.isfinite(value) or not factor.low <= value <= factor.high or not whole:
        what = "a number" if factor.kind is float else "a whole number" if factor.kind is int else "true or false, or 0 or 1"
        raise OutOfRange(f"{factor.name}={short(text)} is not usable: give {what} from {factor.low:g} to {factor.high:g}")
    return value


def points_of(design, seed: int) -> tuple[list[Factor], np.ndarray]:
    """Factors and points of a design.

    Parameters
    ----------
    design : experiments.settings.schema.Design
    seed : int
        Seed of the sample, where there is one.

    Returns
    -------
    list of Factor, array of shape (points, factors)
    """
    if design.kind == "table":
        factors, points = read_points(design.table)
    else:
        factors = factors_of(design.vary)
        points = MAKERS[design.kind](factors, design, seed)
    for place, factor in enumerate(factors):
        if factor.kind is not float:
            points[:, place] = np.round(points[:, place])
    return factors, points


def grid(factors: list[Factor], design, seed: int) -> np.ndarray:
    """All combinations: of the values listed, or of ``levels`` values spread evenly over the range."""
    axes = []
    for factor in factors:
        values = factor.values
        if not values:
            spread = np.linspace(factor.low, factor.high, 2 if factor.kind is bool else design.levels)
            values = tuple(dict.fromkeys((spread if factor.kind is float else np.round(spread)).tolist()))
        axes.append(values)
    count = math.prod(map(len, axes))
    if count > MOST_POINTS:
        raise OutOfRange(f"design.vary makes {count:,} points: at most {MOST_POINTS:,} are run in one job; list fewer values")
    return np.array(list(itertools.product(*axes)), dtype=float).reshape(count, len(factors))


def zipped(factors: list[Factor], design, seed: int) -> np.ndarray:
    """The first values together, the second values together, and so on."""
    lengths = {len(factor.values) for factor in factors}
    if not factors or len(lengths) != 1 or lengths == {0}:
        said = ", ".join(f"{factor.name} {len(factor.values)}" for factor in factors) or "nothing"
        raise OutOfRange(f"design.kind=zip wants as many values for each name (found: {said}): write design.vary=[a:1:2:3,b:4:5:6]")
    return np.array([factor.values for factor in factors], dtype=float).T.copy()


def latin(factors: list[Factor], design, seed: int) -> np.ndarray:
    """Latin hypercube (McKay, Beckman & Conover 1979): each factor's range is cut in as many slices as there are points."""
    from scipy.stats import qmc

    ranges_of(factors, design)
    return _scaled(factors, qmc.LatinHypercube(len(factors), rng=seed).random(design.points))


def sobol(factors: list[Factor], design, seed: int) -> np.ndarray:
    """Scrambled Sobol' sequence (Owen 1998): even cover of the space; the number of points is a power of two."""
    from scipy.stats import qmc

    ranges_of(factors, design)
    power = design.points.bit_length() - 1
    if design.points != 2**power:
        raise OutOfRange(f"design.points={design.points} is not usable with sobol: give a power of two, {2**power} or {2 ** (power + 1)}")
    return _scaled(factors, qmc.Sobol(len(factors), rng=seed).random_base2(power))


def morris(factors: list[Factor], design, seed: int) -> np.ndarray:
    """Trajectories of Morris (1991): one factor moves at a time; (factors + 1) points a trajectory."""
    from SALib.sample import morris as salib

    ranges_of(factors, design)
    unit = {"num_vars": len(factors), "names": [factor.name for factor in factors], "bounds": [[0.0, 1.0]] * len(factors)}
    shares = salib.sample(unit, design.trajectories, num_levels=MORRIS_LEVELS, seed=seed)
    return _scaled(factors, shares)


def saltelli(factors: list[Factor], design, seed: int) -> np.ndarray:
    """Sobol' sequence arranged for variance shares (Saltelli 2002): (factors + 2) points a base sample."""
    from experiments.analysis.indices import points

    ranges_of(factors, design)
    try:
        shares = points("sobol", {factor.name: (0.0, 1.0) for factor in factors}, design.points, seed, design.second_order)
    except ValueError as error:
        raise OutOfRange(f"design.kind=saltelli: {error}") from None
    return _scaled(factors, shares.to_numpy())


def ranges_of(factors: list[Factor], design) -> None:
    """Refuse a sampled design without factors, or with more values than the two ends of a range."""
    if not factors:
        raise OutOfRange(f"design.vary=[] is empty: a {design.kind} design samples something, for example design.vary=[policy.strictness]")
    for factor in factors:
        if len(factor.values) not in (0, 2) or (factor.values and factor.low == factor.high):
            raise OutOfRange(f"{factor.name} is sampled by a {design.kind} design: give the two ends of its range, {factor.name}:low:high")


def _scaled(factors: list[Factor], shares: np.ndarray) -> np.ndarray:
    """Points from shares of the ranges."""
    return np.column_stack([factor.from_unit(shares[:, place]) for place, factor in enumerate(factors)])


MAKERS = {"grid": grid, "zip": zipped, "lhs": latin, "sobol": sobol, "saltelli": saltelli, "morris": morris, "paired": latin}


def read_points(path: str | None) -> tuple[list[Factor], np.ndarray]:
    """A user's table: a CSV file whose header names factors and whose lines are points."""
    advice = "give a CSV file whose first line names what is varied (policy.strictness,world.needs.spread) and whose other lines are points"
    if path is None:
        raise OutOfRange(f"design.table is missing: {advice}")
    try:
        if Path(path).stat().st_size > LARGEST_TABLE:
            raise OutOfRange(f"design.table={path}: larger than {LARGEST_TABLE:,} bytes; {advice}")
        lines = list(csv.reader(Path(path).read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, ValueError, csv.Error) as error:
        if isinstance(error, OutOfRange):
            raise
        trouble = getattr(error, "strerror", None) or "it is no table of text"
        raise OutOfRange(f"design.table={path} cannot be read ({trouble}): {advice}") from None
    lines = [line for line in lines if line]
    if len(lines) < 2 or len(lines) > MOST_POINTS + 1:
        raise OutOfRange(f"design.table={path} holds {max(0, len(lines) - 1):,} points: 1 to {MOST_POINTS:,} can be run; {advice}")
    factors = factors_of([name.partition(":")[0] for name in lines[0]], f"design.table={path}, line 1,")
    points = np.empty((len(lines) - 1, len(factors)))
    for row, line in enumerate(lines[1:]):
        if len(line) != len(factors):
            raise OutOfRange(f"design.table={path}, line {row + 2}: {len(line)} values where {len(factors)} are named; {advice}")
        for place, (text, factor) in enumerate(zip(line, factors, strict=True)):
            try:
                points[row, place] = _number(text, factor)
            except OutOfRange as error:
                raise OutOfRange(f"design.table={path}, line {row + 2}: {error}") from None
    return factors, points
