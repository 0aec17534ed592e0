"""The relationship policy simulator: the model. It knows nothing of Hydra, files, plots or the web.

Names are imported on first use: a request can be checked, which needs only definitions, without waiting for Mesa.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.model import RelationshipModel
    from sim.policy import Policy
    from sim.scenario import Fit, Scenario
    from sim.week import WEEK, process
    from sim.world import World

__all__ = ["WEEK", "Fit", "Policy", "RelationshipModel", "Scenario", "World", "process"]
WHERE = {
    "model": ("RelationshipModel",), "policy": ("Policy",), "scenario": ("Fit", "Scenario"), "week": ("WEEK", "process"), "world": ("World",),
}  # fmt: skip


def __getattr__(name: str):
    for module, names in WHERE.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
