"""Nothing that a stranger sends runs code or writes elsewhere: campaign and probes in short, and a look at the sources.

In full: ``python -m tests.campaigns.hostile_overrides``.
"""

import ast
import os
import pickle
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from campaigns import hostile_door, hostile_grammar, hostile_overrides, probes

from experiments import door
from experiments.settings.composing import request_of
from experiments.settings.folders import config_folders
from experiments.settings.guard import WrongRequest
from experiments.settings.schema import CompareRequest, SweepRequest
from experiments.sweep import recomposed
from sim import Policy, World

ROOT = Path(door.__file__).resolve().parent.parent


# The campaign, in short.


def test_hostile_command_lines_are_refused_in_one_line_or_run():
    tally = hostile_overrides.campaign(sets=120, commands=1, seed=11, progress=False)
    assert not tally.broken
    kinds = [verdict.kind for verdict in tally.verdicts]
    assert kinds.count("refused") > 60 and kinds.count("ran") > 6, "the grammar makes both kinds"


def test_the_same_seed_makes_the_same_lines():
    numbers, others = hostile_door.numeric_settings()
    one, two = ([line.words for line in hostile_grammar.Grammar(5, numbers, others).sets(50)] for _ in range(2))
    assert one == two
    assert len(numbers) > 60 and numbers["scenario.members"] == (int, 20, 2_000_000)


def test_a_number_out_of_range_would_be_noticed():
    request = CompareRequest()
    assert hostile_door.out_of_range(request) == []
    request.policy_set = {"a": Policy()}
    request.policy_set["a"].strictness = float("nan")
    request.world = World()
    request.world.trust.start = 1e9
    request.seed = True
    found = hostile_door.out_of_range(request)
    assert len(found) == 3 and any("strictness=nan" in bad for bad in found)


@pytest.mark.parametrize(
    ("err", "out", "after", "trouble"),
    [("relsim: a\nb\n", "", [], "not one line"), ("Traceback\n", "", [], "not one line"), ("relsim: a\x1b\n", "", [], "not one line"),
     ("relsim: a\n", "x", [], "stdout"), ("relsim: a\n", "", ["file"], "written"), ("relsim: a\n", "", [], "")],
)  # fmt: skip
def test_a_broken_promise_would_be_noticed(err, out, after, trouble):
    found = hostile_door.judged(err, out, [], after, 0.1)
    assert trouble in found and bool(found) == bool(trouble)
    assert "took" in hostile_door.judged("relsim: a\n", "", [], [], 3.0)


@pytest.mark.parametrize(
    "words",
    [["answers=&a [*a,*a]"], ["answers=[&a [1,1],*a,*a,*a,*a,*a]"], ["answers=[2024-13-45,0,0,0,0,0]"], ["answers=[.nan,0,0,0,0,0]"],
     ["answers=[1e-1,0,0,0,0,0]"], ["answers=[1,0,0,0,0]"], ["answers=!!python/name:os.system ''"], ["board=[1]"], ["board=1e400"],
     ["board=\u0661"], ["board=true"], ["board=2"], ["name=../x", "answers=[0,0,0,0,0,0]"], ["answers=[]"], ["answers=["], ["board=\x1b"]],
    ids=lambda words: ascii(words[0]),
)  # fmt: skip
def test_hostile_answers_to_the_audit_are_refused_in_one_line(capsys, monkeypatch, tmp_path, words):
    monkeypatch.chdir(tmp_path)
    assert door.main(["audit", *words]) == 2
    captured = capsys.readouterr()
    assert not hostile_door.judged(captured.err, captured.out, [], sorted(tmp_path.rglob("*")), 0.1)


@pytest.mark.parametrize(
    ("forged", "trouble"),
    [(["engine=dask", "engine.address='tcp://127.0.0.1:9'"], "ran on a cluster"), (["+engine.address=x"], "ran on a cluster"),
     (["scenario._target_=os.system"], "never name code"), (["seed=${oc.env:HOME}"], "looks something up"), (["seed=1\x1b"], "printed"),
     (["scenario=../../x"], "not a path")],
)  # fmt: skip
def test_what_a_folder_says_was_typed_is_looked_at_as_if_typed_now(monkeypatch, tmp_path, forged, trouble):
    """A cluster is sent code, and its answers are unpickled: a stranger's folder must not name one."""
    monkeypatch.chdir(tmp_path)
    request = request_of("sweep", ["resume=there", "design.vary=[policy.routing]"], SweepRequest, config_folders())
    plan = SimpleNamespace(content={"overrides": forged, "command": "sweep"})
    with pytest.raises(WrongRequest, match=trouble):
        recomposed(request, plan)


@pytest.mark.parametrize(
    "content", [b"[" * 100_000, b"{}", b"[]", b"null", b'{"command": "sweep; touch x"}', b"\xff", b'{"command": ["sweep"]}']
)
def test_a_forged_plan_is_no_plan(capsys, tmp_path, content):
    for place in (tmp_path, tmp_path / "parts"):
        place.mkdir(exist_ok=True)
        (place / "plan.json").write_bytes(content)
    assert door.main(["status", str(tmp_path)]) == 2
    captured = capsys.readouterr()
    assert "is damaged" in captured.err and captured.err.count("\n") == 1


# The probes.

WATCH = probes.Watch()


@pytest.fixture(scope="module", autouse=True)
def compiled():
    probes.warm_up()


def test_there_are_sixty_probes():
    listed = probes.listed()
    assert len(listed) >= 60 and len({probe.name for probe in listed}) == len(listed)


@pytest.mark.parametrize("probe", [probe for probe in probes.listed() if not probe.real], ids=lambda probe: probe.name[:50])
def test_a_probe_has_no_effect(probe):
    probes.attempt(probe, WATCH)
    assert not probe.effect


def test_modules_of_the_working_folder_do_not_reach_worker_processes():
    """A file ``joblib.py`` where the user stands was run by worker processes once."""
    (probe,) = [probe for probe in probes.listed() if probe.name == "modules here"]
    probes.attempt(probe, WATCH)
    assert not probe.effect


@pytest.mark.parametrize(
    "act",
    [lambda mark: pickle.loads(pickle.dumps(probes.Touch(mark))), lambda mark: open(mark, "w").close(), lambda mark: os.system("true"),
     lambda mark: os.environ.update(PROBE_LEFT="1"), lambda mark: print(probes.SECRET)],
    ids=["unpickled", "wrote", "started", "environment", "secret"],
)  # fmt: skip
def test_an_effect_would_be_noticed(monkeypatch, act):
    probe = probes.Probe("acts", ["compare", "MARK"])
    monkeypatch.setattr(door, "main", lambda words: int(bool(act(words[1]) and False)))
    probes.attempt(probe, WATCH)
    os.environ.pop("PROBE_LEFT", None)
    assert probe.effect


# The sources.

MODULES = {"pickle", "dill", "cloudpickle", "shelve", "marshal", "code", "codeop", "runpy", "ctypes", "imp"}
CALLS = {"eval", "exec", "compile", "__import__", "instantiate", "unsafe_load", "full_load", "load_all", "read_pickle", "to_pickle"}
OF_THE_SYSTEM = ("system", "popen", "exec", "spawn", "posix_spawn", "fork")
OWN_NAMES = {
    "sim/__init__.py": "names of our own modules, in the file",
    "experiments/__init__.py": "names of our own modules, in the file",
    "experiments/door.py": "modules of experiments.command_line.commands",
    "experiments/command_line/jobs.py": "modules of experiments.command_line.commands",
    "experiments/engines/registry.py": "modules of the table in the file",
    "experiments/command_line/launching.py": "modules of experiments.command_line.commands, handed over by experiments.command_line.jobs",
}
"""Files that import a module by a name, and where that name comes from: never from a request."""


@dataclass(frozen=True)
class Found:
    """A place in the sources that could run what it is given."""

    file: str
    line: int
    what: str


def suspicious(source: str, file: str) -> list[Found]:
    """Places that unpickle, evaluate, start a shell, or load YAML or arrays with objects in them."""
    found = []
    for node in ast.walk(ast.parse(source)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name.split(".")[0] for alias in node.names if alias.name.split(".")[0] in MODULES]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module.split(".")[0]] if (node.module or "").split(".")[0] in MODULES else []
            names += [alias.name for alias in node.names if alias.name in CALLS]
        elif isinstance(node, ast.Call):
            function = node.func
            called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            owner = function.value.id if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) else ""
            if called in CALLS and not (owner == "re" and called == "compile"):
                names.append(called)
            if owner == "os" and called.startswith(OF_THE_SYSTEM):
                names.append(called)
            if called == "load" and owner in ("yaml", "joblib", "np", "numpy", "torch"):
                names.append(f"{owner}.load")
            if called == "import_module" and file not in OWN_NAMES:
                names.append("import_module")
            for keyword in node.keywords:
                if keyword.arg in ("shell", "allow_pickle") and not (
                    isinstance(keyword.value, ast.Constant) and keyword.value.value is False
                ):
                    names.append(keyword.arg)
        found += [Found(file, node.lineno, name) for name in names]
    return found


@pytest.mark.parametrize("package", ["sim", "experiments"])
def test_the_sources_run_nothing_they_are_given(package):
    found = []
    for path in sorted((ROOT / package).rglob("*.py")):
        file = path.relative_to(ROOT).as_posix()
        found += suspicious(path.read_text(encoding="utf-8"), file)
    assert not found
    assert all((ROOT / file).is_file() for file in OWN_NAMES)


@pytest.mark.parametrize(
    "source",
    ["import pickle", "from pickle import loads", "eval('1')", "builtins.exec('')", "__import__('os')", "hydra.utils.instantiate(c)",
     "from hydra.utils import instantiate", "yaml.load(f)", "yaml.unsafe_load(f)", "joblib.load(f)", "np.load(f, allow_pickle=True)",
     "subprocess.run('ls', shell=True)", "subprocess.run('ls', shell=flag)", "os.system('ls')", "pd.read_pickle(f)",
     "importlib.import_module(name)", "def f():\n    import dill.source"],
)  # fmt: skip
def test_what_is_forbidden_would_be_found(source):
    assert suspicious(source, "experiments/x.py")


def test_what_is_harmless_is_not_found():
    assert not suspicious("import re\nre.compile('a')\nyaml.safe_load(f)\nsubprocess.run(['git'], shell=False)\nmodel.load()\n", "x.py")
