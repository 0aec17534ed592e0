"""Campaign 2: the same bytes from every engine, number of workers and chunk size, whatever dies on the way."""

import random
import tempfile
import threading
import time
from pathlib import Path

import psutil

from benchmarks.campaigns.doing import POISONED, counted, do, poison, request_for, slow
from experiments.sweeps.cells import run_point as model
from experiments.sweeps.store import Store

WORKERS = {
    "local": ("popen_loky_posix",),
    "dask": ("multiprocessing.spawn", "multiprocessing.forkserver"),
    "ray": ("ray::",),
    "slurm": ("submitit.core._submit",),
}
"""By what the command line of a worker process of each engine is known, among the processes this one has started."""
AT_WORK = 4.0  # seconds after which a worker has started
NO_WORKERS = ("ray::DashboardAgent", "ray::RuntimeEnvAgent")
"""Processes that look like them but keep a machine of the cluster going: without one of these all of it stops."""


def variants(engines=("local", "dask", "slurm"), chunks=(1, 7, 100), workers=(1, 2, 8)) -> list[list[str]]:
    """Engine overrides of all combinations; submitit starts a process for each chunk, so it gets large ones only."""
    found = [[f"engine.workers={many}", f"engine.chunk={chunk}"] for many in workers for chunk in chunks]
    for name in engines:
        if name != "local":
            sizes = [chunk for chunk in chunks if name != "slurm" or chunk >= 100]
            found += [
                [f"engine={name}", "engine.workers=2", f"engine.chunk={chunk}", "engine.executor=local"]
                for chunk in sizes
            ]
    return found


def same_bytes(
    place: Path, ways: list[list[str]], points: int, replicates: int, interruptions: int = 3, compute=model
) -> dict:
    """Run one design in all these ways, each interrupted some times and resumed.

    Returns
    -------
    dict
        ways, interruptions, digests (how many different ones: 1 is right).
    """
    luck = random.Random(1)
    _, expected = do(place / "plain", request_for(points, replicates, "engine.workers=1"), compute)
    digests, stopped = {expected}, 0
    for number, way in enumerate(ways):
        folder = place / f"way-{number}"
        chunk = int(next(word for word in way if word.startswith("engine.chunk=")).split("=")[1])
        for _ in range(interruptions):
            most = max(1, points * replicates // chunk // (interruptions + 1))
            try:
                do(folder, request_for(points, replicates, *way), compute, after_parts=luck.randint(0, most))
            except KeyboardInterrupt:
                stopped += 1
        _, found = do(folder, request_for(points, replicates, *way), compute)
        digests.add(found)
    return {"ways": len(ways) + 1, "runs_each": points * replicates, "interruptions": stopped, "digests": len(digests)}


def workers_of(engine: str) -> list[psutil.Process]:
    """Worker processes that this process has started."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            words = " ".join(process.cmdline())
            if any(sign in words for sign in WORKERS[engine]) and not any(sign in words for sign in NO_WORKERS):
                found.append(process)
        except psutil.Error:
            continue
    return found


def age(process: psutil.Process) -> float:
    """Seconds since a process began; of one that is gone, none."""
    try:
        return time.time() - process.create_time()
    except psutil.Error:
        return 0.0


class Killer(threading.Thread):
    """Kills a worker now and then, so many times in all: every other one may be starting, the others are at work."""

    def __init__(self, engine: str, times: int, pause: float):
        super().__init__(daemon=True)
        self.engine, self.left, self.pause, self.killed = engine, times, pause, 0
        self.over = threading.Event()

    def run(self):
        luck = random.Random(2)
        while self.left and not self.over.wait(self.pause):
            least = AT_WORK if self.killed % 2 else 0.0
            alive = [worker for worker in workers_of(self.engine) if age(worker) >= least]
            if alive:
                try:
                    luck.choice(alive).kill()
                except psutil.Error:
                    continue
                self.left -= 1
                self.killed += 1


def killed_workers(place: Path, engine: str, times: int, pause: float, chunk: int, replicates: int = 1000) -> dict:
    """Kill workers while sweeps run, until so many were killed; each must complete with the usual bytes.

    Returns
    -------
    dict
        killed, sweeps, failed rows, lost or doubled rows, digests that differ.
    """
    _, expected = do(place / "plain", request_for(2, replicates, "engine.workers=1"), slow)
    found = {"engine": engine, "killed": 0, "sweeps": 0, "failed_rows": 0, "lost_or_doubled": 0, "digests_differ": 0}
    while found["killed"] < times:
        folder = place / f"{engine}-{found['sweeps']}"
        killer = Killer(engine, times - found["killed"], pause)
        killer.start()
        words = [f"engine={engine}", "engine.workers=2", f"engine.chunk={chunk}", "engine.executor=local"]
        _, after = do(folder, request_for(2, replicates, *words), slow)
        killer.over.set()
        killer.join()
        there, different, _ = counted(folder)
        found["killed"] += killer.killed
        found["sweeps"] += 1
        found["failed_rows"] += Store(folder).scan(Store(folder).plan())[1]
        found["lost_or_doubled"] += abs(2 * replicates - different) + there - different
        found["digests_differ"] += after != expected
    return found


def poisoned(place: Path, engine: str, replicates: int = 500, chunk: int = 25) -> dict:
    """One run of a sweep kills whatever process computes it.

    Returns
    -------
    dict
        rows, failed rows, and whether the failed one is the right one.
    """
    folder = place / f"poison-{engine}"
    words = [f"engine={engine}", "engine.workers=2", f"engine.chunk={chunk}", "engine.executor=local"]
    began = time.monotonic()
    do(folder, request_for(2, replicates, *words), poison)
    seconds = round(time.monotonic() - began, 1)
    store = Store(folder)
    plan = store.plan()
    bad = []
    for _, table in store.tables(plan, ["point", "replicate", "status"]):
        bad += [(row["point"], row["replicate"]) for row in table.to_pylist() if row["status"] != "ok"]
    right = [(int((plan.points[:, 0] == POISONED[0]).argmax()), 3)]
    return {
        "engine": engine,
        "rows": counted(folder)[1],
        "failed_rows": len(bad),
        "the_right_one": bad == right,
        "seconds": seconds,
    }


def main(engines=("local", "dask", "slurm", "ray")) -> list[tuple[str, dict]]:
    """The full form; engines that are not installed are left out and named."""
    found = []
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "bytes").mkdir()
        found.append(("same bytes", same_bytes(place / "bytes", variants(engines), 10, 100)))
        for engine in engines:
            (place / engine).mkdir()
            pause, chunk = {"local": (1.2, 10), "dask": (1.2, 10), "ray": (1.2, 10), "slurm": (2.0, 100)}[engine]
            found.append((f"workers killed, {engine}", killed_workers(place / engine, engine, 50, pause, chunk)))
            found.append((f"poison, {engine}", poisoned(place, engine, chunk=250 if engine == "slurm" else 25)))
    return found
