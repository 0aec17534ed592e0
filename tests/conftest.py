"""Small models and what several test modules need of them."""

import dataclasses
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from sim import WEEK, Policy, RelationshipModel, Scenario, World  # noqa: E402
from sim.agents import Member  # noqa: E402
from sim.columns import FRIENDS  # noqa: E402
from sim.quantities import described  # noqa: E402
from sim.rows import Friendship, Tie  # noqa: E402

PROCESSES = tuple(entry.name for entry in WEEK)
BY_THE_BOOK = Policy(strictness=1.0, coverage=0.0, routing=0.0, information=0.0, solutions=0.0)
STRICT_SILOED = Policy(strictness=1.0, coverage=0.0, guardrail=0.3, routing=0.0, information=0.0)
LOOSENED_SILOED = Policy(strictness=0.3, coverage=1.0, guardrail=0.3, routing=0.0, information=0.0)
LOOSENED_HOLISTIC = Policy(strictness=0.3, coverage=1.0, guardrail=0.3, routing=1.0, information=1.0)


class Plain:
    """The formulas of a module as plain Python; that compiled ones give the same bits is tested elsewhere."""

    def __init__(self, module):
        self.module = module

    def __getattr__(self, name):
        value = getattr(self.module, name)
        return getattr(value, "py_func", value)


def some_of(cls):
    """Instances of a class with some of its quantities drawn from their ranges, the others at their defaults."""
    defaults = cls()
    values = {
        name: st.integers(int(what.low), int(what.high))
        if isinstance(getattr(defaults, name), int)
        else st.floats(what.low, what.high)
        for name, what in described(cls).items()
    }
    return st.fixed_dictionaries({}, optional=values).map(lambda drawn: cls(**drawn))


policies = some_of(Policy)


def world_with(**changes) -> World:
    """The default world with some parameters changed: ``world_with(needs__spread=0.5)``; ranges are checked."""
    world = World()
    for place, value in changes.items():
        group, name = place.split("__")
        setattr(world, group, dataclasses.replace(getattr(world, group), **{name: value}))
    return world


def small_model(members=60, policy=None, world=None, rng=3, replicate=0, fit=None, week=None, **scenario):
    """A model small enough to run in milliseconds."""
    setting = Scenario(members=members, **scenario)
    return RelationshipModel(setting, world, policy, rng=rng, replicate=replicate, fit=fit, week=week)


def without(*off: str) -> list[str]:
    """The names of all processes but these, for ``Scenario.off``."""
    return [name for name in PROCESSES if name not in off]


def columns_of(model) -> dict[tuple[str, str], np.ndarray]:
    """Copies of all columns of all tables, by (table, column)."""
    return {(name, column): table[column].copy() for name, table in model.tables.items() for column in table.kind.columns}


def differing(one, other) -> set[tuple[str, str]]:
    """Columns in which two models (or two sets of columns) are not the same, byte for byte."""
    first, second = (columns if isinstance(columns, dict) else columns_of(columns) for columns in (one, other))
    assert first.keys() == second.keys()
    return {place for place in first if first[place].tobytes() != second[place].tobytes()}


def people(model, kind="members", identities=None) -> dict[str, np.ndarray]:
    """All columns of one table, in the order of identities; only of these identities if given."""
    table = model.tables[kind]
    order = np.argsort(table["identity"], kind="stable")
    if identities is not None:
        order = order[np.isin(table["identity"][order], identities)]
    return {name: table[name][order] for name in table.kind.columns}


def same_people(one: dict, other: dict, except_for=()) -> set[str]:
    """Columns in which the same people differ; empty where all is byte-equal."""
    return {name for name in one if name not in except_for and one[name].tobytes() != other[name].tobytes()}


def reorder_members(model, order):
    """The same founders in other rows, each with the ties and friendships that are his."""
    departments = model.departments
    members, ties = model.tables["members"], model.tables["ties"]
    for name in Member.columns:
        members[name][:] = members[name][order]
    tie_rows = (np.asarray(order)[:, None] * departments + np.arange(departments)).ravel()
    for name in Tie.columns:
        ties[name][:] = ties[name][tie_rows]
    place = np.append(np.argsort(order), -1)  # where each row has gone; nobody stays nobody
    friendships = model.tables["friendships"]
    friend_rows = (np.asarray(order)[:, None] * FRIENDS + np.arange(FRIENDS)).ravel()
    for name in Friendship.columns:
        friendships[name][:] = friendships[name][friend_rows]
    origins = model.tables["origins"]
    origins["root"][:] = origins["root"][order]
    for column in (friendships["other"], model.tables["circles"]["latest"], model.tables["forum"]["latest"]):
        column[:] = place[column]


ARRAYS = (
    "trend", "centre", "expressed", "vision", "offer", "reputation", "declared", "enacted", "opened", "seats", "vacant_since",
    "applicants", "known_offer", "averages", "against", "credit", "reach_of_partners",
)  # fmt: skip


def arrays_of(model) -> dict[str, np.ndarray]:
    """Copies of what a model keeps beside its tables, by name."""
    return {name: np.array(getattr(model, name)) for name in ARRAYS}


def digest(model) -> str:
    """One number for everything a run has left behind: tables, record, posts, policy, offer, means."""
    sha = hashlib.sha256()
    for (name, column), cells in columns_of(model).items():
        sha.update(f"{name}.{column}.{cells.shape}".encode() + cells.tobytes())
    sha.update(model.record.rows[: model.now].tobytes())
    for array in arrays_of(model).values():
        sha.update(array.tobytes())
    sha.update(np.array([model.fund, model.means, model.spending]).tobytes())
    return sha.hexdigest()


class Notebook:
    """A process of a user's: writes down the cases of every week, as they stand when it is called."""

    name = "notebook"

    def __init__(self, *columns: str):
        self.columns, self.pages = columns, []

    def __call__(self, model) -> None:
        cases = model.cases
        page = {name: cases[name].copy() for name in ("identity", "ordinal", *self.columns)}
        page["week"] = np.full(cases.count, model.now)
        self.pages.append(page)

    def column(self, name: str) -> np.ndarray:
        """One column of all weeks."""
        return np.concatenate([page[name] for page in self.pages])

    def by_case(self, name: str) -> dict[tuple[int, int, int], float]:
        """One column by (week, person, ordinal)."""
        keys = zip(self.column("week").tolist(), self.column("identity").tolist(), self.column("ordinal").tolist(), strict=False)
        return dict(zip(keys, self.column(name).tolist(), strict=False))


def noted(model, *columns: str, weeks: int) -> Notebook:
    """Run a model and return the notes of all its cases."""
    notebook = Notebook(*columns)
    model.week.append(notebook)
    model.run_for(weeks)
    return notebook


def run_python(code: str, folder: Path = ROOT, **environment: str) -> str:
    """What a program prints, run by a Python of its own with warnings as errors."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT / 'tests'}", **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def refused(capsys, *arguments: str) -> str:
    """The one line with which a request is refused."""
    from experiments import door

    before = sorted(Path().rglob("*"))
    status = door.main(list(arguments))
    captured = capsys.readouterr()
    assert (status, captured.out) == (2, ""), arguments
    assert captured.err.startswith("relsim: ") and captured.err.endswith("\n"), captured.err
    assert captured.err[:-1].isprintable() and len(captured.err) < 700, captured.err
    assert sorted(Path().rglob("*")) == before, "something was written"
    return captured.err[8:-1]


LONGEST_FIRST = ("store", "levers", "hostile", "engines", "steps", "tutorials", "calibration", "compare", "sweep",
                 "properties_of_runs", "turning", "stale_code", "hydra", "configs", "same_bits_of_runs", "door_wrong_requests",
                 "same_bits_of_formulas", "exact_people", "door_right_requests", "wheel", "report", "properties_of_a_promise",
                 "properties_of_formulas", "door_hostile_files")  # fmt: skip
"""Files of tests that take longest: two processes that share the files are done together if these come first.

The first one needs no compiler, so that one process compiles what the other then finds on the disk.
"""


def pytest_collection_modifyitems(items):
    """Files in the order of :data:`LONGEST_FIRST`, then all others as they are."""
    rank = {f"test_{name}": place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(rank)))


@pytest.fixture
def no_report(monkeypatch):
    """Comparisons of which only tables are looked at: drawing takes longer than a small comparison."""
    monkeypatch.setattr("experiments.board_report.build", lambda comparison, out: None)


@pytest.fixture
def model():
    """Sixty members, all processes, nothing run yet."""
    return small_model()


@pytest.fixture
def world():
    """A few members and staff in tables of their own, with nothing of a relationship model."""
    from table_world import World

    return World()


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """An empty working directory, and commands that only note what they are given."""
    from types import ModuleType

    from experiments.command_line.commands import COMMANDS, with_settings

    monkeypatch.chdir(tmp_path)
    stub = ModuleType("stub_command")
    stub.requests = []
    stub.run = lambda request: stub.requests.append(request) or 0
    monkeypatch.setitem(sys.modules, "stub_command", stub)
    for name, command in list(with_settings().items()):
        monkeypatch.setitem(COMMANDS, name, dataclasses.replace(command, module="stub_command"))
    return stub
