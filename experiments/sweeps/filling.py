"""Filling a store: what is missing is computed, written part by part, and counted."""

import math
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.engines import Engine, results
from experiments.runs.statistics import needed_n, t_interval
from experiments.sweeps import cells
from experiments.sweeps.cells import Chunk, run_point
from experiments.sweeps.plan import Plan
from experiments.sweeps.store import Store

MOST_PARTS = 1000
LARGEST_CHUNK = 200  # runs; what an interruption may cost
SECONDS = 2.0  # a chunk should take: long beside the fraction of a millisecond it costs to send


@dataclass
class Filled:
    """How filling a store went.

    Attributes
    ----------
    found, made : int
        Units (one replicate of one point) that were there, and that were computed now.
    damaged : int
        Parts that were not what was written, and were computed again.
    wanted : array of int, shape (points,)
        Replicates of each point.
    precision : pandas.DataFrame
        One row a point and policy, where runs went on until a precision was reached.
    """

    found: int
    made: int
    damaged: int
    wanted: np.ndarray
    precision: pd.DataFrame


class Chunks:
    """Units still to be done, as chunks that grow until each takes a few seconds."""

    def __init__(self, plan: Plan, units: Iterator, missing: int, engine: Engine, compute=run_point):
        self.plan, self.units, self.compute = plan, units, compute
        self.workers = engine.workers
        self.least = max(1, math.ceil(missing / MOST_PARTS))
        self.fixed = engine.settings.chunk or engine.chunk_for(missing)
        self.pace = 0.0  # seconds a unit, of the chunk that came back last
        self.missing = missing

    def learn(self, seconds: float, units: int) -> None:
        """Take note of how long some units took."""
        self.pace = max(seconds / units, 1e-6)

    def size(self) -> int:
        """Units in the next chunk."""
        if self.fixed:
            return self.fixed
        if not self.pace:
            return self.least
        wanted = int(SECONDS / self.pace)
        share = math.ceil(self.missing / (4 * self.workers))  # the last chunks should end together
        return max(self.least, min(wanted, share, LARGEST_CHUNK), 1)

    def __iter__(self):
        ready = []
        limit = self.size()
        for unit in self.units:
            ready.append(unit)
            if len(ready) >= limit:
                yield Chunk(self.plan.key, self.plan.cells, tuple(ready), self.compute)
                self.missing -= len(ready)
                ready, limit = [], self.size()
        if ready:
            yield Chunk(self.plan.key, self.plan.cells, tuple(ready), self.compute)


def fill(plan: Plan, store: Store, engine: Engine, compute=run_point) -> Filled:
    """Compute what is missing; the caller holds the lock."""
    done, _, damaged = store.scan(plan, sweep_up=True)
    if damaged:
        print(f"relsim: {len(damaged)} damaged parts were deleted; their runs are computed again", file=sys.stderr)
    found = len(done)
    content = plan.content
    wanted = np.full(len(plan.points), content["replicates"])
    precision = pd.DataFrame()
    while True:
        missing = sum(1 for _ in plan.units(wanted, done))
        if missing:
            chunks = Chunks(plan, plan.units(wanted, done), missing, engine, compute)
            for computed in results(
                cells.compute, chunks, engine, "sweep", split=Chunk.split, lost=cells.lost,
                size=lambda chunk: len(chunk.units), total=missing,
            ):  # fmt: skip
                store.keep(computed.content)
                done.update(plan.number(point, replicate) for point, replicate in computed.units)
                chunks.learn(computed.seconds, len(computed.units))
        if content["precision"] is None:
            break
        precision, more = reached(plan, store, wanted)
        if (more == wanted).all():
            break
        wanted = more
    return Filled(found, len(done) - found, len(damaged), wanted, precision)


def reached(plan: Plan, store: Store, wanted: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    """How well the mean of the metric is known at each point, and how many replicates to go on to.

    The half width is that of the 95 % t interval: of the difference to the reference with the same luck in a paired
    design, of the metric itself otherwise. The number of replicates only depends on rows, not on when or where they
    were computed, so an interrupted sweep goes on to the same numbers.

    Returns
    -------
    DataFrame
        point, policy, n, mean, half_width, needed_n, reached.
    array of int, shape (points,)
    """
    content = plan.content
    metric, precision, most = content["metric"], content["precision"], content["most_replicates"]
    frames = []
    for _, table in store.tables(plan):
        if table is not None:
            names = [name for name in ("point", "replicate", "policy", "status", metric) if name in table.column_names]
            frames.append(table.select(names).to_pandas())
    rows = pd.concat(frames, ignore_index=True).drop_duplicates(["point", "replicate", "policy"])
    if metric not in rows:
        rows[metric] = np.nan
    rows = rows[(rows["replicate"] < wanted[rows["point"]]) & (rows["status"] == "ok")]
    if content["paired"]:
        reference = rows[rows["policy"] == content["reference"]].set_index(["point", "replicate"])[metric]
        rows = rows[rows["policy"] != content["reference"]].set_index(["point", "replicate"])
        rows = rows.assign(**{metric: rows[metric] - reference.reindex(rows.index)}).reset_index()
    more, told = wanted.copy(), []
    for (point, policy), group in rows.sort_values(["point", "policy", "replicate"]).groupby(["point", "policy"]):
        values = group[metric].dropna().to_numpy()
        low, high = t_interval(values)
        half = (high - low) / 2
        needed = needed_n(float(values.std(ddof=1)), precision) if len(values) > 1 else 2
        enough = bool(half <= precision)
        told.append(
            {"point": point, "policy": policy, "n": len(values), "mean": values.mean() if len(values) else np.nan,
             "half_width": half, "needed_n": needed, "reached": enough}
        )  # fmt: skip
        if not enough and len(values):
            more[point] = max(more[point], min(most, max(needed, wanted[point] + 1)))
    return pd.DataFrame(told), more


def again(folder: Path, run_id: str, command: str = "sweep") -> str:
    """The command that computes one run again."""
    shown = f"'{folder}'" if any(character in " ()&;$" for character in os.fspath(folder)) else os.fspath(folder)
    return f"relsim {command} resume={shown} only={run_id}"

