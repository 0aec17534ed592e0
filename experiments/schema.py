"""What a command is given: typed, checked, complete.

Every number has its unit and range on its own line, as in the model. The primary configuration files give the same
defaults in a form to read; a test holds the two together.
"""

import pkgutil
from dataclasses import field
from itertools import pairwise
from typing import Any

import sim
import sim.processes
from experiments.tables import read_survival
from sim.quantities import ASSUMED, OutOfRange, quantities, quantity
from sim.timeline import Timeline

CELLS = ("strict_siloed", "loosened_siloed", "strict_holistic", "loosened_holistic")
ENGINES = ("local",)


def internal(default_factory) -> Any:
    """A field that the front door fills and a user cannot set."""
    return field(default_factory=default_factory, repr=False, metadata={"internal": True})


@quantities
class Engine:
    """Where runs are computed."""

    place = "engine"

    name: str = "local"
    workers: int | None = quantity(None, "processes", 1, 1024, ASSUMED, "processes at a time; null: as many as there are cores")

    def __post_init__(self):
        if self.name not in ENGINES:
            raise OutOfRange(f"engine.name={self.name} is not usable: choose from {', '.join(ENGINES)}")


@quantities
class Request:
    """What all commands that run the model are given."""

    place = "request"

    scenario: sim.Scenario = field(default_factory=sim.Scenario)
    world: sim.World = field(default_factory=sim.World)
    engine: Engine = field(default_factory=Engine)
    reference: str = "conventional"
    replicates: int = quantity(30, "runs a policy", 1, 100_000, ASSUMED, "runs of each policy; the same luck in all policies of one replicate")
    seed: int = quantity(1, "seed", 0, 2**32 - 1, ASSUMED, "the luck of all runs")
    years: int | None = quantity(None, "years", 1, 30, ASSUMED, "years followed from the switch; null: the scenario's horizon")
    preliminary: int = quantity(20, "runs", 1, 100_000, ASSUMED, "runs of the reference, with luck of their own, that say where the tails begin and what a median member is like")
    data: str | None = None
    """A renewal table of one's own (columns year, pct_surviving); null: the published one."""
    out: str | None = None
    """Folder for results; null: a new one, results/COMMAND/SCENARIO-TIME."""

    overrides: list[str] = internal(list)
    """The overrides as they were typed."""
    manifest_config: dict = internal(dict)
    """The resolved configuration as plain values, for the manifest."""
    choices: dict[str, Any] = internal(dict)
    """What was chosen of each group, as Hydra notes it."""
    policy_set: dict[str, sim.Policy | Timeline] = internal(dict)
    """The policies asked for, by name, the reference first."""

    def check_together(self) -> None:
        """Refuse settings that are each right but do not go together, or that name what is not there."""
        known = sorted(module.name for module in pkgutil.iter_modules(sim.processes.__path__))
        for name in self.scenario.off:
            if name not in known:
                raise OutOfRange(f"scenario.off={name} is not usable: choose from {', '.join(known)}")
        weights = [fit.lived_weight for fit in self.scenario.line]
        if any(later <= earlier for earlier, later in pairwise(weights)):
            raise OutOfRange("scenario.line is not usable: put its fits in ascending order of lived_weight, each once")
        if self.data is not None:
            read_survival(self.data)  # refuses what is not usable before anything is written

    @property
    def horizon(self) -> int:
        """Years followed from the switch."""
        return self.scenario.horizon if self.years is None else self.years


@quantities
class CompareRequest(Request):
    """``relsim compare``: policies against a reference, on the same members with the same luck."""

    policies: list[str] = field(default_factory=lambda: list(CELLS))
    targets: bool = True
    """Hold the reference against the data targets of the scenario."""
    line: bool = True
    """Follow the policy effect along the weight of lived experience, which retention data do not settle."""
    line_replicates: int = quantity(10, "runs a policy", 1, 100_000, ASSUMED, "runs of each policy at each weight of that line")

    def check_together(self) -> None:
        """Refuse, beyond what all commands refuse, a weight of lived experience that the data do not allow."""
        super().check_together()
        if self.data is not None and self.scenario.stationary:
            raise OutOfRange(
                f"data={self.data}: a renewal table follows one cohort, but scenario={self.scenario.name} is a settled "
                "organisation: add scenario=contract"
            )
        if self.data is None:  # otherwise the scenario is fitted anew first
            self.scenario.fit_at(self.world.renewals.lived_weight)


@quantities
class CalibrateRequest(Request):
    """``relsim calibrate``: what must hold of base commitment for the model to give the data."""

    fit_years: int | None = quantity(None, "years", 1, 30, ASSUMED, "years of the data used for fitting; null: all; the rest is forecast")
