"""How near a missed target can be brought, and by which number: docs/reachable.md.

``python -m experiments.honesty.reachable`` moves one number at a time through its declared range, everything else at its
default, and writes down the nearest value that was reached. Base commitment is not fitted again for each value, so a value
reached here may cost other targets; where it is weights of lived experience that move, each has its own fit.
"""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from tqdm import tqdm

from experiments.honesty.communities import community, open_community
from experiments.honesty.page import table
from experiments.honesty.spread import lock_in, spread
from experiments.honesty.targets import ALL, Measuring, association
from sim import World

FILE = Path(__file__).resolve().parents[2] / "docs" / "reachable.md"
REPLICATES = range(3)


@dataclass(frozen=True)
class Search:
    """One number moved through its range for the sake of one target."""

    target: str
    place: str
    """Group and name of a parameter of the world, or ``scenario.name``."""
    values: tuple[float, ...]
    why: str


SEARCHES = (
    Search(
        "C08", "renewals.lived_weight", (0.0, 2.0, 6.0, 12.0, 20.0),
        "A reason is the one term whose reset would have kept the member. What commitment members bring varies far more than "
        "how they were treated, as it must for retention to rise with tenure as published; executives who were asked could "
        "name several reasons.",
    ),
    Search(
        "C13", "needs.request_shape", (0.3, 0.6, 0.9, 1.2, 2.0),
        "Dues are the same for all members here, so what members ask for stands for what customers spend, which varies more. "
        "The number is not moved to meet a check.",
    ),
    Search(
        "C16", "accounts.hour_cost", (0.02, 0.025, 0.03, 0.035, 0.04, 0.05),
        "An association that breaks even has no total to compare a peak with: the ratio exists where hours cost less than "
        "dues bring.",
    ),
    Search(
        "C19", "community.inequality", (1.0, 1.65, 2.2, 3.0),
        "One lognormal for everybody has fewer silent people than a community with so many messages a head shows; people who "
        "only ever read are not in the model.",
    ),
    Search("C19 (open)", "community.inequality", (1.0, 1.65, 2.2, 3.0), "As above; the lower bound is that of small communities."),
    Search("C22", "renewals.grievance_weight", (0.0, 0.8, 1.4, 2.0, 2.6, 3.0), "The default was chosen here."),
    Search(
        "C23", "scenario.cancel_charge", (0.0, 1.0, 3.0, 8.0, 20.0),
        "Who leaves for reasons no organisation can change leaves under a contract too; so however high the charge, the ratio "
        "cannot exceed all lapses over involuntary ones.",
    ),
)  # fmt: skip

NOTE = "<!-- Written by python -m experiments.honesty.reachable from runs. -->\n\n"
MEASURED_BY = {
    "C13": spread, "C16": spread, "C19": community, "C19 (open)": open_community, "C22": spread, "C23": lock_in,
}  # fmt: skip


@dataclass(frozen=True)
class Point:
    """One value of one number, one replicate."""

    search: Search
    value: float
    replicate: int


def moved(search: Search, value: float):
    """The default world with one number moved, and what of the scenario is moved."""
    group, name = search.place.split(".")
    world = World()
    if group == "scenario":
        return world, {name: value}
    return replace(world, **{group: replace(getattr(world, group), **{name: value})}), {}


def reached(point: Point) -> float:
    """The target's statistic there."""
    world, scenario = moved(point.search, point.value)
    if point.search.target == "C08":
        left, lapses = association(Measuring("association", True, point.replicate), world)["lapses"]
        return left / lapses
    return MEASURED_BY[point.search.target](world, point.replicate, **scenario)[point.search.target][0]


def page(found: dict[Point, float]) -> str:
    """The page, from a value for each point."""
    rows, reasons = [], []
    for search in SEARCHES:
        target = next(one for one in ALL if one.id == search.target)
        means = [float(np.mean([found[Point(search, value, number)] for number in REPLICATES])) for value in search.values]
        distance = [max(target.low - mean, mean - target.high, 0.0) if np.isfinite(mean) else np.inf for mean in means]
        best = int(np.argmin(distance))
        outside = "" if distance[best] == 0.0 else ", outside the band"
        rows.append([target.id, target.statistic, f"{target.value:g} ({target.low:g} .. {target.high:g})", f"`{search.place}`",
                     ", ".join(f"{value:g}: {mean:.3g}" for value, mean in zip(search.values, means, strict=True)),
                     f"{means[best]:.3g} at {search.values[best]:g}{outside}"])  # fmt: skip
        reasons.append(f"- **{target.id}.** {search.why}")
    head = ["target", "what", "published (band)", "number moved", "value: reached", "nearest"]
    about = (
        "# How near missed figures can be brought\n\nOne number is moved through its declared range, everything else stays at "
        f"its default; means of {len(REPLICATES)} runs. Commitment is not fitted again for each value (but each weight of lived "
        "experience has its own fit), so what is reached here may cost other figures. *nan*: the statistic does not exist "
        "there.\n\n"
    )
    return NOTE + about + table(head, rows) + "\nWhy:\n\n" + "\n".join(reasons) + "\n"


def main() -> int:
    """Measure and write the page."""
    points = [Point(search, value, number) for search in SEARCHES for value in search.values for number in REPLICATES]
    done = Parallel(n_jobs=2, return_as="generator")(delayed(reached)(point) for point in points)
    values = tqdm(done, total=len(points), desc="what can be reached")
    FILE.write_text(page(dict(zip(points, values, strict=True))), encoding="utf-8")
    print(f"wrote {FILE.relative_to(FILE.parent.parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
