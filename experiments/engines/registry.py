"""Engines by name, and how one is opened. Each is imported only when it is asked for."""

import importlib
import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from experiments.engines.base import Engine
from sim.quantities import OutOfRange

ENGINES: dict[str, tuple[str, str]] = {
    "local": ("experiments.engines.local", ""),
    "dask": ("experiments.engines.on_dask", "distributed"),
    "ray": ("experiments.engines.on_ray", "ray"),
    "slurm": ("experiments.engines.on_slurm", "submitit"),
}
"""Name -> module with ``open_engine(settings, private)``, and the package it needs beyond our own dependencies."""


def check_installed(settings) -> None:
    """Refuse an engine whose package is not there, before anything is written."""
    package = ENGINES[settings.name][1]
    if package and importlib.util.find_spec(package) is None:
        raise OutOfRange(
            f"engine.name={settings.name} is not usable: the package {package} is not installed; pip install 'relsim[{settings.name}]'"
        )


WORTH_STARTING = 3.0  # seconds of computing, assumed: below it starting processes, two seconds each, costs more than it saves


@contextmanager
def opened(settings, private: str | None = None, seconds: float = float("inf")) -> Iterator[Engine]:
    """The engine of these settings, closed at the end whatever happens.

    Parameters
    ----------
    settings : experiments.settings.schema.Engine
    private : str, optional
        A folder on a disk that all nodes share, for engines that hand jobs over as files (slurm). They make a folder
        of their own in it, readable by nobody else, and remove it at the end.
    seconds : float, optional
        What the work will take on one processor. Little work is done in this process, unless workers were asked for.

    Raises
    ------
    OutOfRange
        Where the package of the engine is not installed.
    """
    check_installed(settings)
    if seconds < WORTH_STARTING and settings.name == "local" and settings.workers is None:
        settings = replace(settings, workers=1)
    made = importlib.import_module(ENGINES[settings.name][0]).open_engine(settings, private)
    try:
        yield made
    finally:
        made.close()
