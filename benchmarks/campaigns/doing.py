"""Sweeps for campaigns: small ones, whose runs cost almost nothing, fail, or kill their process.

``python -m benchmarks.campaigns.doing FOLDER COMPUTE POINTS REPLICATES [engine overrides]`` begins or resumes one in a
process of its own, so that it can be killed.
"""

import copy
import hashlib
import os
import signal
import sys
import time
from functools import cache
from pathlib import Path

import numpy as np

from experiments import sweep as command
from experiments.engines import opened
from experiments.runs.replicates import failed, settled_organisation
from experiments.settings.composing import request_of
from experiments.settings.folders import config_folders
from experiments.settings.guard import WrongRequest
from experiments.settings.schema import SweepRequest
from experiments.sweeps.cells import run_point
from experiments.sweeps.filling import Filled, fill
from experiments.sweeps.gathering import leave
from experiments.sweeps.plan import frozen
from experiments.sweeps.store import Store
from sim.metrics import METRICS, measure
from sim.steps import WEEKS

SMALL = ["scenario.members=20", "scenario.burn_in=0", "years=1"]
NAMES = list(METRICS)[:40]


def trivial(cells, values, replicate, settled) -> list[dict]:
    """A run that costs nothing: forty metrics that follow from the run's identity alone."""
    job, labels, arms = cells.at(values, replicate)
    rows = []
    for label in arms:
        row = job.row(label)
        seed = int(row["run_id"][1:], 16)
        rows.append(
            row
            | labels
            | {name: ((seed * (2 * place + 1)) % 1_000_003) / 1_000_003 for place, name in enumerate(NAMES)}
        )
    return rows


def slow(cells, values, replicate, settled) -> list[dict]:
    """A trivial run that takes five thousandths of a second."""
    time.sleep(0.005)
    return trivial(cells, values, replicate, settled)


def failing(cells, values, replicate, settled) -> list[dict]:
    """A trivial run; one in ten raises."""
    rows = trivial(cells, values, replicate, settled)
    job, labels, arms = cells.at(values, replicate)
    return [
        failed(job, label, ZeroDivisionError("made to fail")) | labels if int(row["run_id"][1:], 16) % 10 == 0 else row
        for label, row in zip(arms, rows, strict=True)
    ]


def poison(cells, values, replicate, settled) -> list[dict]:
    """A trivial run; replicate 3 of the first point kills the process that computes it, always."""
    if replicate == 3 and tuple(values) == POISONED:
        os.kill(os.getpid(), signal.SIGKILL)
    return slow(cells, values, replicate, settled)


POISONED = (0.0,)


def model_timed(cells, values, replicate, settled) -> list[dict]:
    """A run of the model that tells how much processor time was spent in the model itself."""
    job, labels, (label,) = cells.at(values, replicate)
    row = job.row(label) | labels
    began = time.thread_time()
    arm = settled_organisation(job)[0].fork(job.policies[label])
    arm.run_for(WEEKS * job.years)
    row |= measure(arm.outcome())
    return [row | {"model_seconds": time.thread_time() - began}]


COMPUTE = {function.__name__: function for function in (trivial, slow, failing, poison, model_timed, run_point)}


def request_for(points: int, replicates: int, *overrides: str) -> SweepRequest:
    """A request for a grid over strictness."""
    return copy.deepcopy(_composed(points, replicates, overrides))


@cache
def _composed(points: int, replicates: int, overrides: tuple[str, ...]) -> SweepRequest:
    """Composed once: that takes longer than a small sweep."""
    vary = "design.vary=[]" if points == 1 else f"design.vary=[policy.strictness] design.levels={points}"
    words = [*SMALL, *vary.split(), f"replicates={replicates}", *overrides]
    given = {word.partition("=")[0]: word for word in words}
    return request_of("sweep", list(given.values()), SweepRequest, config_folders())


def do(folder: Path, request: SweepRequest, compute=trivial, after_parts: int | None = None) -> tuple[Filled, str]:
    """Begin or resume a sweep; returns how it went and the digest of its table.

    Parameters
    ----------
    after_parts : int, optional
        Interrupt (as by the keyboard) after so many parts were written.
    """
    folder.mkdir(exist_ok=True)
    store = Interrupted(folder, after_parts) if after_parts is not None else Store(folder)
    request.out = str(folder)
    with store.locked():
        if (folder / "plan.json").exists() or (folder / "parts" / "plan.json").exists():
            plan = store.plan(repair=True)
        else:
            plan = frozen(request)
            store.begin(plan)
        with opened(request.engine, private=str(folder)) as engine:
            filled = fill(plan, store, engine, compute)
        leave(plan, store, request, filled, 0.0)
    return filled, digest(folder)


class Interrupted(Store):
    """A store that is interrupted after some parts."""

    def __init__(self, folder, after: int):
        super().__init__(folder)
        self.left = after

    def keep(self, content):
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        return super().keep(content)


def digest(folder: Path) -> str:
    """Digest of the table of runs."""
    return hashlib.sha256((folder / "runs.parquet").read_bytes()).hexdigest()


def counted(folder: Path) -> tuple[int, int, int]:
    """Units in all good parts, different units among them, damaged parts."""
    store = Store(folder)
    plan = store.plan()
    numbers, damaged = [], 0
    for _, table in store.tables(plan, ["point", "replicate"]):
        if table is None:
            damaged += 1
        else:
            numbers.append(plan.number(table["point"].to_numpy(), table["replicate"].to_numpy().astype(np.int64)))
    together = np.concatenate(numbers or [np.zeros(0, int)])
    return len(together), len(set(together.tolist())), damaged


def main(words: list[str]) -> int:
    """Begin or resume one sweep, with the messages and exit status of ``relsim sweep``."""
    folder, name, points, replicates, *overrides = words
    request = request_for(int(points), int(replicates), *overrides)
    command.fill = lambda plan, store, engine: fill(plan, store, engine, COMPUTE[name])
    if (Path(folder) / "plan.json").exists() or (Path(folder) / "parts" / "plan.json").exists():
        request.resume, request.overrides = (
            folder,
            [text for text in request.overrides if not text.startswith("replicates")],
        )
    else:
        Path(folder).mkdir(exist_ok=True)
        request.out = folder
    try:
        return command.run(request)
    except WrongRequest as error:
        print(f"relsim: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
