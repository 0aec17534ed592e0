"""Everything that runs the model: comparisons, calibration, statistics, figures, reports, the command line."""

from importlib import import_module


def __getattr__(name: str):
    """``from experiments import load, compare, diary``: imported on first use, so that help stays quick."""
    if name == "load":
        return import_module("experiments.notebook").load
    if name in ("compare", "diary"):
        return import_module(f"experiments.{name}")  # modules that can be called
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
