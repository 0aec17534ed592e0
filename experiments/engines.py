"""Where runs are computed: one process, or several on this machine. The same bytes come out of each."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator

from joblib import Parallel, delayed
from tqdm import tqdm

from sim import Policy, RelationshipModel, Scenario
from sim.compiled import is_cold


def warm_up() -> float:
    """Compile whatever is not compiled yet, in this process, before workers start; returns the seconds it took.

    Says so on the terminal when there is much to compile: the first run after an installation or an edit.
    """
    began, cold = time.perf_counter(), is_cold()
    if cold:
        print("Compiling the model: once after installation or an edit, about 20 seconds ...", file=sys.stderr, flush=True)
    model = RelationshipModel(Scenario(members=40, burn_in=4))
    model.burn_in()
    model.fork(Policy(strictness=0.0, routing=1.0)).run_for(60)
    seconds = time.perf_counter() - began
    if cold:
        print(f"Compiled in {seconds:.0f} seconds; later runs start at once.", file=sys.stderr, flush=True)
    return seconds


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def results(task: Callable, jobs: Iterable, workers: int | None, title: str) -> Iterator:
    """Run a task on every job, with a progress bar; results come in the order they are ready.

    Parameters
    ----------
    task : callable
        A function of one job, importable by name.
    jobs : iterable
        Independent of each other; each carries what identifies its result.
    workers : int or None
        Processes at a time; None: as many as there are cores.
    title : str
        What the progress bar says.
    """
    jobs = list(jobs)
    workers = min(workers or cores(), len(jobs))
    if workers <= 1:
        done = map(task, jobs)
    else:
        done = Parallel(n_jobs=workers, return_as="generator_unordered")(delayed(task)(job) for job in jobs)
    yield from tqdm(done, total=len(jobs), desc=title, unit="run", file=sys.stderr, leave=False, mininterval=0.5)
