"""What an engine is: something that takes jobs and hands back results, and says when a worker died over one."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any


class JobLost(RuntimeError):
    """The process that computed a job died before it could answer."""


class Engine(ABC):
    """One place where jobs are computed.

    A new engine is one class with these four methods and one entry in :mod:`experiments.engines.registry`.

    Parameters
    ----------
    settings : experiments.settings.schema.Engine
        Name, workers and what else the place needs.

    Attributes
    ----------
    workers : int
        Jobs computed at a time.
    ahead : int
        Jobs handed over and not yet back, at most: those being computed, and as many again waiting.
    isolated : bool
        Whether a job that kills its process leaves this process alive.
    """

    isolated = True

    def __init__(self, settings, private: str | None = None):
        self.settings = settings
        self.private = private
        self.workers = settings.workers or cores()
        self.ahead = 2 * self.workers

    @abstractmethod
    def submit(self, task: Callable, jobs: Sequence) -> list[Any]:
        """Hand jobs over; returns one handle a job. ``task`` is a function of one job, importable by name."""

    @abstractmethod
    def wait(self, handles: Sequence) -> list[Any]:
        """Block until at least one of these handles is done; returns those that are."""

    @abstractmethod
    def result(self, handle) -> Any:
        """What the task returned.

        Raises
        ------
        JobLost
            Where the process died. What the task itself raised comes out as it is.
        """

    @abstractmethod
    def close(self) -> None:
        """Stop: nothing computes on afterwards."""

    def chunk_for(self, jobs: int) -> int | None:
        """Runs sent at a time for so many runs in all; None: found out while running."""
        return None


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
