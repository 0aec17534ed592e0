"""What a command is given: typed, checked, complete.

Every number has its unit and range on its own line, as in the model. The primary configuration files give the same
defaults in a form to read; a test holds the two together.
"""

from dataclasses import field, replace
from itertools import pairwise
from typing import Any, ClassVar

import sim.processes
from experiments.fits.tables import read_survival
from experiments.sweeps.designs import spelt_out
from sim.metrics import METRICS
from sim.quantities import ASSUMED, OutOfRange, quantities, quantity
from sim.timeline import Timeline

LONGEST_STORY = 400  # characters, so that a report stays one

CELLS = ("strict_siloed", "loosened_siloed", "strict_holistic", "loosened_holistic")
ENGINES = ("local", "dask", "ray", "slurm")
DESIGNS = ("grid", "zip", "table", "lhs", "sobol", "saltelli", "morris", "paired")
EXECUTORS = ("slurm", "local")


def internal(default_factory) -> Any:
    """A field that the front door fills and a user cannot set."""
    return field(default_factory=default_factory, repr=False, metadata={"internal": True})


@quantities
class Engine:
    """Where runs are computed."""

    place = "engine"

    name: str = "local"
    workers: int | None = quantity(None, "processes", 1, 1024, ASSUMED, "processes at a time; null: as many as there are cores")
    chunk: int | None = quantity(None, "runs", 1, 100_000, ASSUMED, "runs sent to a worker together; null: as many as take some seconds")
    address: str | None = None
    """Where a Dask scheduler or a Ray cluster answers; null: a cluster on this computer only."""
    executor: str = "slurm"
    """slurm; local: the same path with processes of this computer, for trying out."""
    partition: str | None = None
    account: str | None = None
    minutes: int = quantity(60, "minutes", 1, 43_200, ASSUMED, "time limit of a SLURM job, which computes one chunk")
    memory_gb: float = quantity(2.0, "GB", 0.1, 4096.0, ASSUMED, "memory of a SLURM job")

    def __post_init__(self):
        for name, value, known in (("name", self.name, ENGINES), ("executor", self.executor, EXECUTORS)):
            if value not in known:
                raise OutOfRange(f"engine.{name}={value} is not usable: choose from {', '.join(known)}")


@quantities
class Design:
    """What a sweep varies, and at which points it looks."""

    place = "design"

    kind: str = "grid"
    vary: list[str] = field(default_factory=list)
    """Names of levers, world parameters or scenario values; name:low:high for a narrower range, name:a:b:c for values."""
    levels: int = quantity(3, "values", 2, 1000, ASSUMED, "grid: values of each name that lists none, spread evenly over its range")
    points: int = quantity(64, "points", 1, 1_000_000, ASSUMED, "lhs, sobol, paired: points sampled; saltelli: base samples, of (names + 2) points each")
    trajectories: int = quantity(10, "trajectories", 2, 100_000, ASSUMED, "morris: paths through the space, of (names + 1) points each")
    second_order: bool = False
    """saltelli: also points that tell what two names do only together (twice as many)."""
    table: str | None = None
    """table: a CSV file; its first line has the names, each other line is a point."""

    def __post_init__(self):
        if self.kind not in DESIGNS:
            raise OutOfRange(f"design.kind={self.kind} is not usable: choose from {', '.join(DESIGNS)}")


@quantities
class Request:
    """What all commands that run the model are given."""

    place = "request"
    compares: ClassVar[bool] = True
    """Whether policies are there to be compared with the reference, which is then no policy to be named."""

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
    folders: list[str] = internal(list)
    """Where configuration files were looked for."""
    manifest_config: dict = internal(dict)
    """The resolved configuration as plain values, for the manifest."""
    choices: dict[str, Any] = internal(dict)
    """What was chosen of each group, as Hydra notes it."""
    policy_set: dict[str, sim.Policy | Timeline] = internal(dict)
    """The policies asked for, by name, the reference first."""

    def check_together(self) -> None:
        """Refuse settings that are each right but do not go together, or that name what is not there."""
        known = sorted(name for name, module in vars(sim.processes).items() if hasattr(module, "step"))
        for name in self.scenario.off:
            if name not in known:
                raise OutOfRange(f"scenario.off={name} is not usable: choose from {', '.join(known)}")
        for name in self.scenario.shows:
            if name not in METRICS:
                raise OutOfRange(f"scenario.shows={name} is not usable: choose from {', '.join(METRICS)}")
        if len(self.scenario.story or "") > LONGEST_STORY:
            raise OutOfRange(f"scenario.story is not usable: give at most {LONGEST_STORY} characters")
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


@quantities
class SweepRequest(Request):
    """``relsim sweep``: a design over levers, world parameters and scenario values."""

    compares: ClassVar[bool] = False
    command: ClassVar[str] = "sweep"

    design: Design = field(default_factory=Design)
    policies: list[str] = field(default_factory=lambda: ["conventional"])
    precision: float | None = quantity(None, "unit of the metric", 1e-9, 1e6, ASSUMED, "half width of the 95 % interval at which runs stop; null: replicates runs and no more")
    metric: str = "retention_rate"
    """Whose mean (paired: whose difference to the reference) is to be known to that precision."""
    most_replicates: int = quantity(1000, "runs a point", 1, 1_000_000, ASSUMED, "most runs of a point when runs go on until a precision is reached")
    effects: bool = True
    """Tell effects, differences and regret of what was varied, as tables and figures."""
    resume: str | None = None
    """Folder of a sweep to go on with."""
    only: str | None = None
    """With resume: compute this one run again (a run_id), show what it says, change nothing."""

    def check_together(self) -> None:
        """Refuse, beyond what all commands refuse, what a sweep cannot do."""
        super().check_together()
        if self.only is not None and self.resume is None:
            raise OutOfRange("only wants the folder of a sweep: write resume=DIR only=RUN_ID")
        if self.resume is not None and self.out is not None:
            raise OutOfRange("resume and out are both given: a sweep goes on in its own folder, leave out away")
        if self.precision is not None and self.most_replicates < self.replicates:
            raise OutOfRange(f"most_replicates={self.most_replicates} is below replicates={self.replicates}: give more")
        levers = any(text.startswith("policy.") for text in self.design.vary) or self.design.kind == "table"
        if self.design.kind == "paired" and set(self.policies) <= {self.reference} and not levers:
            raise OutOfRange(
                f"policies names nothing but the reference {self.reference}: a paired design wants one to compare with it, policies=[a]"
            )

    @property
    def paired(self) -> bool:
        """Whether the reference is run beside the policies at every point."""
        return self.design.kind == "paired"


@quantities
class SensitivityRequest(SweepRequest):
    """``relsim sensitivity``: which levers, world parameters or scenario values matter."""

    command: ClassVar[str] = "sensitivity"

    design: Design = field(default_factory=lambda: Design(kind="morris"))
    policies: list[str] = field(default_factory=lambda: ["loosened_holistic"])
    replicates: int = quantity(5, "runs a policy", 1, 100_000, ASSUMED, "runs of each policy at each point; the same luck at all points")
    metrics: list[str] = field(default_factory=lambda: ["retention_rate", "value_surplus_mean", "margin"])

    def __post_init__(self):
        if self.design.kind != "table":  # a table is refused below
            self.design = replace(self.design, vary=spelt_out(self.design.vary or ["policy"], self.scenario))

    def check_together(self) -> None:
        """Refuse, beyond what a sweep refuses, designs and metrics without indices."""
        super().check_together()
        kind, names = self.design.kind, len(self.design.vary)
        if kind not in ("morris", "saltelli"):
            remedy = "design=saltelli arranges the Sobol sequence so that indices come out" if kind == "sobol" else "choose morris or saltelli"
            raise OutOfRange(f"design.kind={kind} gives no indices: {remedy}")
        if self.resume is None and names < 2:
            raise OutOfRange(f"design.vary has {names} names: indices compare at least two, design.vary=[policy.strictness,policy.routing]")
        if self.precision is not None:
            raise OutOfRange("precision is for sweeps: indices want as many runs at every point, replicates=N")
        for name in self.metrics:
            if name not in METRICS:
                raise OutOfRange(f"metrics={name} is not usable: choose from {', '.join(METRICS)}")
        if not self.metrics:
            raise OutOfRange("metrics=[] is empty: name at least one, metrics=[retention_rate]")
        if set(self.policies) <= {self.reference} and not any(text.startswith("policy.") for text in self.design.vary):
            raise OutOfRange(f"policies names nothing but the reference {self.reference}: add one to compare with it, policies=[a]")

    @property
    def paired(self) -> bool:
        """The reference is run at every point: indices of the difference to it come out too."""
        return True


@quantities
class DiaryRequest(Request):
    """``relsim diary``: one member's weeks under a policy and under the reference, on the same luck."""

    policies: list[str] = field(default_factory=lambda: ["loosened_holistic"])
    member: int | None = quantity(None, "member", 0, 100_000_000, ASSUMED, "number of somebody who is a member at the switch; null: somebody whose fate depends on the policy")
    replicate: int = quantity(0, "run", 0, 2**31 - 1, ASSUMED, "which of the runs that a comparison with this seed makes")
    replicates: int = quantity(1, "runs a policy", 1, 1, ASSUMED, "a diary is of one run: choose it with replicate")
    preliminary: int = quantity(2, "runs", 0, 100_000, ASSUMED, "runs of the reference, with luck of their own, that say what a usual member is like")

    def check_together(self) -> None:
        """Refuse, beyond what all commands refuse, more than one policy to be told beside the reference."""
        super().check_together()
        if len(set(self.policies) - {self.reference}) > 1:
            raise OutOfRange(f"policies=[{','.join(self.policies)}] is not usable: a diary is told of one policy beside the reference")
        if self.data is None:  # otherwise the scenario is fitted anew first
            self.scenario.fit_at(self.world.renewals.lived_weight)
