"""Cases in sentences about levers: more of one, in one world, for better or for worse.

A file of ``tests/cases/levers`` holds two cases of a lever: ``helps`` and ``hurts``. Each compares less of the lever
with more of it, in pairs: the same settled organisation, the same members, the same luck.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import yaml

from sim import Policy, RelationshipModel, Scenario, World
from sim.metrics import METRICS
from sim.steps import WEEKS

FOLDER = Path(__file__).resolve().parent.parent.parent / "tests" / "cases" / "levers"
MEMBERS, BURN_IN, YEARS = 400, 52, 3
CLEAR = 2.5  # standard errors of the mean of paired differences


@dataclass(frozen=True)
class LeverCase:
    """More of one lever, in one world.

    Attributes
    ----------
    lever, kind : str
        Which lever, and whether more of it ``helps`` or ``hurts``.
    sentence, because : str
        What is claimed, and why it should be so.
    less, more : float
        The two values compared, in the unit of the lever.
    expect : dict
        Direction by metric, "rises" or "falls".
    world, policy, scenario : dict
        What else differs from the defaults; the other levers in both arms.
    price_only : bool
        It hurts the books alone: no world was found in which members or retention suffer.
    times : int
        How many times as many replicates it needs, where few people (leaders) make the luck coarse.
    """

    lever: str
    kind: str
    sentence: str
    because: str
    less: float
    more: float
    expect: dict[str, str]
    world: dict[str, float] = field(default_factory=dict)
    policy: dict[str, float] = field(default_factory=dict)
    scenario: dict[str, float] = field(default_factory=dict)
    price_only: bool = False
    times: int = 1

    @property
    def name(self) -> str:
        """Lever and kind, as tests are named."""
        return f"{self.lever}-{self.kind}"


def read_cases(folder: Path = FOLDER) -> list[LeverCase]:
    """All cases about levers, in the order of file names; ``helps`` before ``hurts``."""
    cases = []
    for path in sorted(folder.glob("*.yaml")):
        text = yaml.safe_load(path.read_text(encoding="utf-8"))
        lever = text.pop("lever")
        for kind, told in text.items():
            told["less"], told["more"] = told.pop("from"), told.pop("to")
            cases.append(LeverCase(lever, kind, **told))
    return cases


def world_of(numbers: dict[str, float]) -> World:
    """The default world with some parameters changed, ``{"needs.spread": 0.5}``; ranges are checked."""
    world = World()
    for place, value in numbers.items():
        group, name = place.split(".")
        setattr(world, group, replace(getattr(world, group), **{name: value}))
    return world


@lru_cache(maxsize=64)
def settled(world: tuple, scenario: tuple, replicate: int, members: int) -> RelationshipModel:
    """The organisation before the switch, under the conventional policy; one for all cases of a world."""
    setting = Scenario(**{"members": members, **dict(scenario)})
    model = RelationshipModel(setting, world_of(dict(world)), Policy(), rng=1, replicate=replicate)
    model.burn_in(BURN_IN)
    return model


def run(case: LeverCase, value: float, replicate: int, members: int = MEMBERS) -> dict[str, float]:
    """All metrics of one run of a case, with the lever at a value."""
    policy = Policy(**{**case.policy, case.lever: value})
    arm = settled(tuple(case.world.items()), tuple(case.scenario.items()), replicate, members).fork(policy)
    arm.run_for(WEEKS * YEARS)
    return arm.metrics()


def paired_differences(case: LeverCase, replicates: Iterable[int], members: int = MEMBERS) -> dict[str, np.ndarray]:
    """More of the lever less less of it, by metric; one difference a replicate."""
    pairs = [(run(case, case.less, number, members), run(case, case.more, number, members)) for number in replicates]
    return {name: np.array([after[name] - before[name] for before, after in pairs]) for name in pairs[0][0]}


def replicates_of(case: LeverCase, usual: range) -> range:
    """The replicates for a case: the usual ones, or so many times as many."""
    return range(usual.start, usual.start + case.times * len(usual))


def effect(differences: np.ndarray) -> tuple[float, float]:
    """Mean of paired differences, and how many of its standard errors it is from 0."""
    mean = float(np.mean(differences))
    if (differences == differences[0]).all():
        return mean, 0.0 if mean == 0.0 else np.copysign(np.inf, mean)
    return mean, mean / float(np.std(differences, ddof=1) / np.sqrt(len(differences)))


def for_the_better(metric: str, direction: str) -> bool | None:
    """Whether a change of a metric is for the better; None where neither way is."""
    better = METRICS[metric].better
    return None if better == "none" else (better == "higher") == (direction == "rises")
