"""Campaign 7: what the runner costs beside the model."""

import os
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.campaigns.doing import do, model_timed, request_for, trivial
from experiments.sweeps.store import Store


def cpu_seconds() -> float:
    """Processor time of this process and of its children that have ended."""
    return sum(
        use.ru_utime + use.ru_stime for use in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def many(place: Path, runs: int) -> dict:
    """So many runs of a trivial world: overhead of each, memory of the parent, time to look what is there."""
    folder, began, wall = place / "many", cpu_seconds(), time.monotonic()
    do(folder, request_for(10, runs // 10, "engine.workers=2"), trivial)
    spent, wall = cpu_seconds() - began, time.monotonic() - wall
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    store = Store(folder)
    plan = store.plan()
    began, used = time.monotonic(), time.process_time()
    done, _, _ = store.scan(plan)
    scan, scan_cpu = time.monotonic() - began, time.process_time() - used
    files = sum(len(names) for _, _, names in os.walk(folder))
    return {
        "runs": len(done), "cpu_ms_each": round(1000 * spent / runs, 3), "wall_s": round(wall, 1), "parent_mb": round(memory),
        "resume_scan_s": round(scan, 2), "resume_scan_cpu_s": round(scan_cpu, 2), "files": files,
    }  # fmt: skip


def beside_the_model(place: Path, runs: int, members: int = 1000, years: int = 3) -> dict:
    """So many runs of the model on two cores: share of processor time that is not the model."""
    folder, began, wall = place / "model", cpu_seconds(), time.monotonic()
    request = request_for(10, runs // 10, f"scenario.members={members}", f"years={years}", "engine.workers=2")
    do(folder, request, model_timed)
    spent, wall = cpu_seconds() - began, time.monotonic() - wall
    model = float(np.sum(pd.read_parquet(folder / "runs.parquet", columns=["model_seconds"])["model_seconds"]))
    return {
        "runs": runs, "cpu_s": round(spent, 1), "model_cpu_s": round(model, 1), "overhead": round(1 - model / spent, 3),
        "wall_s": round(wall, 1), "wall_x_2_over_model": round(2 * wall / model, 2),
    }  # fmt: skip


def main() -> list[tuple[str, dict]]:
    """The full form."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        return [
            ("100,000 trivial runs", many(place, 100_000)),
            ("10,000 runs of 1,000 members x 156 weeks", beside_the_model(place, 10_000)),
        ]
