"""Everything that runs the model: comparisons, calibration, statistics, figures, reports, the command line."""

from importlib import import_module


def __getattr__(name: str):
    """``from experiments import load, compare``: imported on first use, so that help stays quick."""
    if name == "load":
        return import_module("experiments.notebook").load
    if name == "compare":
        return import_module("experiments.compare")  # a module that can be called
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
