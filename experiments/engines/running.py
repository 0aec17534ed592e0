"""Jobs through an engine: lazily handed over, those of a dead worker repeated, the one that kills its worker found."""

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tqdm import tqdm

from experiments.engines.base import Engine, JobLost

TOGETHER, ALONE = 2, 3
"""A job lost twice among others is then computed alone; lost three times alone, it is what kills its process."""


def results(
    task: Callable,
    jobs: Iterable,
    engine: Engine,
    title: str = "",
    split: Callable[[Any], list] | None = None,
    lost: Callable[[Any], Any] | None = None,
    size: Callable[[Any], int] | None = None,
    total: int | None = None,
) -> Iterator:
    """Run a task on every job, with a progress bar; results come in the order they are ready.

    Parameters
    ----------
    task : callable
        A function of one job, importable by name.
    jobs : iterable
        Independent of each other; each carries what identifies its result. Taken only as fast as they are computed.
    engine : Engine
        Opened by :func:`experiments.engines.opened`.
    title : str
        What the progress bar says; empty: no bar.
    split : callable, optional
        A job as smaller ones, for a job of many runs of which one kills its process; a list of one: no smaller.
    lost : callable, optional
        Result of a job that kills its process whenever it is computed; without it, :class:`JobLost` is raised.
    size : callable, optional
        How many runs a job is, for the progress bar; 1 by default.
    total : int, optional
        Runs in all; the number of jobs by default.
    """
    if total is None:
        jobs = list(jobs)
        total = len(jobs)
    count = size or (lambda job: 1)
    with tqdm(
        total=total, desc=title, unit="run", file=sys.stderr, leave=False, mininterval=0.5, delay=2, disable=not title
    ) as bar:
        for job, result in _all(task, jobs, engine, split, lost):
            bar.update(count(job))
            yield result


def _all(task, jobs, engine: Engine, split, lost) -> Iterator[tuple[Any, Any]]:
    """Every job with its result, whatever dies on the way."""
    suspects = deque()
    again = []
    for job, result in _through(task, jobs, engine, engine.ahead):
        if isinstance(result, JobLost):
            again.append(job)
        else:
            yield job, result
    for _ in range(TOGETHER - 1):
        waiting, again = again, []
        for job, result in _through(task, waiting, engine, engine.ahead):
            if isinstance(result, JobLost):
                again.append(job)
            else:
                yield job, result
    suspects.extend((job, 0) for job in again)
    while suspects:
        job, times = suspects.popleft()
        ((_, result),) = _through(task, [job], engine, 1)
        if not isinstance(result, JobLost):
            yield job, result
            continue
        parts = split(job) if split else [job]
        if len(parts) > 1:
            suspects.extendleft((part, 0) for part in reversed(parts))
        elif times + 1 < ALONE:
            suspects.appendleft((job, times + 1))
        elif lost is None:
            raise result
        else:
            yield job, lost(job)


def _through(task, jobs: Iterable, engine: Engine, ahead: int) -> Iterator[tuple[Any, Any]]:
    """Every job with its result or the :class:`JobLost` it ended in, with at most ``ahead`` handed over."""
    source = iter(jobs)
    flying: dict[Any, Any] = {}
    while True:
        ready = []
        for job in source if len(flying) < ahead else ():
            ready.append(job)
            if len(flying) + len(ready) >= ahead:
                break
        if ready:
            flying.update(zip(engine.submit(task, ready), ready, strict=True))
        if not flying:
            return
        for handle in engine.wait(list(flying)):
            job = flying.pop(handle)
            try:
                result = engine.result(handle)
            except JobLost as error:
                result = error
            yield job, result
