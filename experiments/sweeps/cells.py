"""From a point of a design to its runs: what a worker is sent, and what it sends back.

A cell is one point: a scenario, a world and policies. Its runs have the same seed and the same replicate numbers in
every cell, so that two cells differ by what was varied and not by luck.
"""

import hashlib
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import nan

from experiments.runs.replicates import Job, failed, settled_organisation
from experiments.settings.policies import with_levers
from experiments.sweeps.parts import part_of
from sim import Policy, RelationshipModel, Scenario, World
from sim.metrics import measure
from sim.pairs import Tails, measure_pair
from sim.steps import WEEKS
from sim.timeline import Timeline

PAIR = "paired."
"""Prefix of a pair's metrics while they travel in the row of the policy run."""
UNKNOWN = Tails(nan, nan, nan, nan)
WITHOUT_TAILS = ("break_even_week", "break_even_reached", "members_better_off", "members_worse_off", "share_better", "share_worse")


@dataclass(frozen=True)
class Cells:
    """All cells of a design: what they share, and what is varied.

    Attributes
    ----------
    policies : dict
        Policies run at every point, by name, before levers are varied.
    reference : (str, Policy)
        The policy of the years before the switch; its levers are never varied.
    factors : tuple of (str, type)
        Dotted names and kinds (float, int, bool) of what is varied.
    paired : bool
        Run the reference beside the others at every point, and measure pairs.
    """

    scenario: Scenario
    world: World
    policies: dict[str, Policy | Timeline]
    reference: tuple[str, Policy]
    factors: tuple[tuple[str, type], ...]
    years: int
    seed: int
    paired: bool = False
    world_name: str = "default"

    def sections(self, values) -> dict[str, dict[str, float]]:
        """Values of one point by section (policy, world, scenario) and by name within it."""
        split = {"policy": {}, "world": {}, "scenario": {}}
        for (name, kind), value in zip(self.factors, values, strict=True):
            section, _, rest = name.partition(".")
            split[section][rest] = kind(value)
        return split

    def at(self, values, replicate: int = 0) -> tuple[Job, dict[str, str], tuple[str, ...]]:
        """One replicate of one point.

        Returns
        -------
        Job
            Its policies: the reference first, then those of the point, by label.
        dict
            Labels of scenario and world. What is varied gets the name of its kind and a digest of the values.
        tuple of str
            Labels of the policies that are run.
        """
        split = self.sections(values)
        world = self.world
        groups = {}
        for name, value in split["world"].items():
            group, _, field_name = name.partition(".")
            groups.setdefault(group, {})[field_name] = value
        if groups:
            world = replace(world, **{name: replace(getattr(world, name), **changes) for name, changes in groups.items()})
        scenario = replace(self.scenario, **split["scenario"]) if split["scenario"] else self.scenario
        arms = {}
        for name, levers in self.policies.items():
            arms[labelled(name, split["policy"])] = with_levers(levers, split["policy"]) if split["policy"] else levers
        policies = dict([self.reference]) | arms
        job = Job(
            scenario=scenario, world=world, fit=scenario.fit_at(world.renewals.lived_weight), policies=policies,
            years=self.years, seed=self.seed, replicate=replicate, world_name=labelled(self.world_name, split["world"]),
        )  # fmt: skip
        labels = {"scenario": labelled(scenario.name, split["scenario"])}
        return job, labels, tuple(policies) if self.paired else tuple(arms)


def labelled(name: str, varied: dict) -> str:
    """A name, with a digest of what was varied: values are never part of names."""
    if not varied:
        return name
    return f"{name}-{hashlib.sha256(repr(sorted(varied.items())).encode()).hexdigest()[:8]}"


class Settled:
    """The organisation at the switch, kept while the next run starts from the same one.

    Points that differ in levers only share it, and runs are handed out replicate by replicate, so most do.
    """

    def __init__(self):
        self.key, self.model = None, None

    def at(self, job: Job) -> RelationshipModel:
        """Settled organisation of a job; whoever forks it leaves it as it is."""
        key = (job.scenario, job.world, job.fit, job.policies[job.reference], job.seed, job.replicate)
        if self.model is None or key != self.key:
            self.key = self.model = None
            self.model = settled_organisation(job)[0]
            self.key = key
        return self.model


def run_point(cells: Cells, values, replicate: int, settled: Settled) -> list[dict]:
    """Rows of one replicate of one point, one a policy. A run that raises is a row with its error."""
    job, labels, arms = cells.at(values, replicate)
    rows, reference = [], None
    for label in arms:
        row = job.row(label) | labels
        try:
            arm = settled.at(job).fork(job.policies[label])
            arm.run_for(WEEKS * job.years)
            outcome = arm.outcome()
            row |= measure(outcome)
            if cells.paired and label == job.reference:
                reference = outcome
            elif reference is not None:
                pair = measure_pair(reference, outcome, UNKNOWN)
                row |= {f"{PAIR}{name}": float(pair[name]) for name in WITHOUT_TAILS}
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # some libraries' errors, and sys.exit, are no Exception
            row = failed(job, label, error) | labels
        rows.append(row)
    return rows


def lost_point(cells: Cells, values, replicate: int) -> list[dict]:
    """Rows of a replicate that kills whatever process computes it."""
    job, labels, arms = cells.at(values, replicate)
    error = RuntimeError("the process that computed this run died each time")
    return [failed(job, label, error) | labels for label in arms]


@dataclass(frozen=True)
class Chunk:
    """Runs sent to a worker together.

    Attributes
    ----------
    key : str
        Key of the plan they belong to; it is written into the part.
    units : tuple of (int, int, tuple of float)
        Point, replicate, values of the point.
    compute : callable
        ``(cells, values, replicate, settled) -> rows``.
    """

    key: str
    cells: Cells
    units: tuple[tuple[int, int, tuple[float, ...]], ...]
    compute: Callable = field(default=run_point)

    def split(self) -> list["Chunk"]:
        """Two halves, so that the one unit that kills its process is found in few steps; of one unit, itself."""
        half = (len(self.units) + 1) // 2
        return [replace(self, units=units) for units in (self.units[:half], self.units[half:]) if units]


@dataclass(frozen=True)
class Computed:
    """What comes back: a part of the store, ready to be written.

    Attributes
    ----------
    content : bytes
        A Parquet file.
    runs, failed : int
        Rows in it; rows whose run raised.
    seconds : float
        Time the runs took, writing included.
    """

    units: tuple[tuple[int, int], ...]
    content: bytes
    runs: int
    failed: int
    seconds: float


def compute(chunk: Chunk) -> Computed:
    """All runs of a chunk."""
    settled = Settled()
    return _computed(chunk, lambda values, replicate: chunk.compute(chunk.cells, values, replicate, settled))


def lost(chunk: Chunk) -> Computed:
    """A chunk of one unit that kills whatever process computes it."""
    return _computed(chunk, lambda values, replicate: lost_point(chunk.cells, values, replicate))


def _computed(chunk: Chunk, rows_of) -> Computed:
    began, rows = time.perf_counter(), []
    for point, replicate, values in chunk.units:
        rows += [{"point": point} | row for row in rows_of(values, replicate)]
    content = part_of(rows, chunk.key)
    units = tuple((point, replicate) for point, replicate, _ in chunk.units)
    bad = sum(row["status"] != "ok" for row in rows)
    return Computed(units, content, len(rows), bad, time.perf_counter() - began)


def aloud(cells: Cells, values, replicate: int, label: str) -> dict:
    """One run again, in this process; what it raises is printed in full."""
    job, labels, _ = cells.at(values, replicate)
    try:
        arm = settled_organisation(job)[0].fork(job.policies[label])
        arm.run_for(WEEKS * job.years)
        return job.row(label) | labels | measure(arm.outcome())
    except Exception as error:
        traceback.print_exc()
        return failed(job, label, error) | labels
