"""The plan of a sweep: everything its runs depend on, composed, frozen and written before the first run.

Resuming needs the plan only. A configuration or policy file edited in the meantime changes nothing in it; whoever
resumes is told which key no longer agrees.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from experiments.command_line.commands import with_settings
from experiments.runs.manifest import commit, versions
from experiments.runs.replicates import SCHEMA
from experiments.settings.guard import WrongRequest, short
from experiments.settings.policies import plain_policy, policy_from
from experiments.settings.typed import convert, plain
from experiments.sweeps.cells import Cells
from experiments.sweeps.designs import Factor, check_used, points_of
from experiments.sweeps.parts import as_bytes, table_of
from sim import Scenario, World
from sim.compiled import code_version

FREE = ("engine", "out", "resume", "only", "effects")
"""Settings that say where and how runs are computed, not which: free to differ when resuming."""
KINDS = {kind.__name__: kind for kind in (float, int, bool)}


@dataclass(frozen=True)
class Plan:
    """A frozen sweep.

    Attributes
    ----------
    content : dict
        What plan.json says, without its key.
    points : array of float64, shape (points, factors)
    """

    content: dict[str, Any]
    points: np.ndarray

    @cached_property
    def key(self) -> str:
        """Digest of everything that decides which rows come out."""
        decides = {name: value for name, value in self.content.items() if name not in ("overrides", "versions", "commit")}
        return digest_of(decides)

    @cached_property
    def cells(self) -> Cells:
        """The cells of the design."""
        content = self.content
        policies = {name: policy_from(values) for name, values in content["policies"].items()}
        return Cells(
            scenario=convert(Scenario, content["scenario"], "scenario"),
            world=convert(World, content["world"], "world"),
            policies={name: policies[name] for name in content["run"]},
            reference=(content["reference"], policies[content["reference"]]),
            factors=tuple((name, KINDS[kind]) for name, kind in content["factors"]),
            years=content["years"], seed=content["seed"], paired=content["paired"],
        )  # fmt: skip

    @property
    def factors(self) -> list[str]:
        """Dotted names of what is varied."""
        return [name for name, _ in self.content["factors"]]

    @property
    def order(self) -> dict[str, int]:
        """Place of each policy in tables."""
        names = [self.content["reference"], *(name for name in self.content["run"] if name != self.content["reference"])]
        return {name: place for place, name in enumerate(names)}

    @property
    def rows_per_unit(self) -> int:
        """Rows of one replicate of one point: one a policy, and the reference's where pairs are measured."""
        _, _, arms = self.cells.at(self.points[0])
        return len(arms)

    def units(self, wanted: np.ndarray, done: set[int]) -> Iterator[tuple[int, int, tuple[float, ...]]]:
        """Runs still to be done, replicate by replicate: point, replicate, values.

        Parameters
        ----------
        wanted : array of int, shape (points,)
            Replicates wanted of each point.
        done : set of int
            Numbers (:meth:`number`) of those that are there.
        """
        many = len(self.points)
        for replicate in range(int(wanted.max(initial=0))):
            for point in np.flatnonzero(wanted > replicate).tolist():
                if replicate * many + point not in done:
                    yield point, replicate, tuple(self.points[point].tolist())

    def number(self, point: int, replicate: int) -> int:
        """One number for a point and a replicate."""
        return replicate * len(self.points) + point

    def points_file(self) -> bytes:
        """The points as a Parquet file, one column a factor."""
        columns = {"point": pa.array(range(len(self.points)), pa.int32())}
        columns |= {name: pa.array(self.points[:, place]) for place, name in enumerate(self.factors)}
        return as_bytes(pa.table(columns))

    def to_json(self) -> bytes:
        """The file plan.json; its last line is a digest of all others."""
        return json.dumps(self.content | {"key": self.key, "sum": digest_of(self.content)}, indent=1, sort_keys=True).encode()


def digest_of(content) -> str:
    """Thirty-two hexadecimal digits of plain values."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


def frozen(request, scenario: Scenario | None = None, data_digest: str = "") -> Plan:
    """The plan of a request, or :class:`sim.quantities.OutOfRange` where its design is not usable.

    Parameters
    ----------
    scenario : Scenario, optional
        The scenario as fitted to the user's data; the request's by default.
    data_digest : str
        Digest of those data.
    """
    check_used(request.design.kind, request.overrides)
    factors, points = points_of(request.design, request.seed)
    scenario = scenario or request.scenario
    check_corners(scenario, request, factors, points)
    content = {
        "schema": SCHEMA,
        "command": request.command,
        "code_version": code_version(),
        "overrides": [text for text in request.overrides if text.partition("=")[0] not in ("out", "resume", "only")],
        "config": {name: value for name, value in request.manifest_config.items() if name not in FREE},
        "scenario": plain(scenario),
        "world": plain(request.world),
        "policies": {name: plain_policy(policy) for name, policy in request.policy_set.items()},
        "run": list(request.policies),
        "reference": request.reference,
        "paired": request.paired,
        "years": scenario.horizon if request.years is None else request.years,
        "seed": request.seed,
        "replicates": request.replicates,
        "precision": request.precision,
        "metric": request.metric,
        "most_replicates": request.most_replicates,
        "factors": [[factor.name, factor.kind.__name__] for factor in factors],
        "points": len(points),
        "data": data_digest,
        "versions": versions(),
        "commit": commit(),
    }
    plan = Plan(content, points)
    return replace(plan, content=content | {"points_sum": hashlib.sha256(plan.points_file()).hexdigest()[:32]})


def check_corners(scenario: Scenario, request, factors: list[Factor], points: np.ndarray) -> None:
    """Refuse, before the first run, a weight of lived experience that the data do not allow."""
    for place, factor in enumerate(factors):
        if factor.name == "world.renewals.lived_weight":
            scenario.fit_at(float(points[:, place].max()))
            return
    scenario.fit_at(request.world.renewals.lived_weight)


def read_plan(content: bytes, points: bytes) -> Plan:
    """A plan from its two files.

    Raises
    ------
    ValueError
        Where one of them is not what was written.
    """
    try:
        values = json.loads(content)
    except RecursionError:
        raise ValueError("plan.json nests too deep") from None
    if not isinstance(values, dict) or str(values.get("command")) not in with_settings():
        raise ValueError("plan.json names no command")  # it is shown to be typed: the folder may be a stranger's
    key, total = values.pop("key"), values.pop("sum")
    if total != digest_of(values):
        raise ValueError("plan.json was changed")
    if hashlib.sha256(points).hexdigest()[:32] != values["points_sum"]:
        raise ValueError("points.parquet was changed")
    table = table_of(points, None)
    names = [name for name, _ in values["factors"]]
    columns = [table[name].to_numpy() for name in names]
    plan = Plan(values, np.column_stack(columns) if columns else np.empty((values["points"], 0)))
    if plan.key != key:
        raise ValueError("plan.json was changed")
    return plan


def check_same(old: Plan, new: Plan) -> None:
    """Refuse to resume where configuration, policies or code are no longer those of the plan.

    Raises
    ------
    WrongRequest
        Naming the first key that differs, what the plan has and what there is now.
    """
    if old.key == new.key:
        return
    for name in ("code_version", "schema"):
        if old.content[name] != new.content[name]:
            raise WrongRequest(
                f"{name} is {new.content[name]} now and {old.content[name]} in the plan: rows of two versions do not mix; "
                "resume with the version that began it, or start again in a new folder"
            )
    for part in ("config", "policies", "data", "points_sum"):
        before, now = (flat(plan.content[part], part if part != "config" else "") for plan in (old, new))
        for path in sorted(before.keys() | now.keys()):
            if before.get(path) != now.get(path):
                raise WrongRequest(
                    f"{path} is {short(now.get(path))} now and {short(before.get(path))} in the plan: "
                    "leave it as it was, or start again in a new folder"
                )
    raise WrongRequest("the plan differs from what would be planned now: start again in a new folder")


def flat(values: Any, place: str = "") -> dict[str, Any]:
    """Nested plain values by dotted path."""
    if isinstance(values, dict):
        found = {}
        for name, value in values.items():
            found |= flat(value, f"{place}.{name}" if place else str(name))
        return found
    return {place: values}
