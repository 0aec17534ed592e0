"""Probes for code: what a stranger's override, file or folder could try in order to run something, or to write elsewhere.

Each probe is a command line with files around it. It has an effect where the marker it tries to make is there
afterwards, anything was started, unpickled, connected to or opened for writing outside the working folder's place for
results, or the environment changed. Probes of the working folder itself are real commands with worker processes.
"""

import contextlib
import io
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from campaigns.hostile_door import ROOT, stand_in
from experiments import door
from experiments.engines.warming import try_out
from sim import Scenario

SECRET = "probe-secret-7261"
TINY = [
    "experiment=quick", "scenario.members=20", "scenario.burn_in=2", "replicates=2", "preliminary=2", "years=1", "engine.workers=2",
    "policy=strict", "out=out",
]  # fmt: skip


class Touch:
    """Unpickled, it makes the marker."""

    def __init__(self, marker: str):
        self.marker = marker

    def __reduce__(self):
        return os.system, (f"touch '{self.marker}'",)


@dataclass
class Probe:
    """One attempt.

    Attributes
    ----------
    words : list of str
        The command line; ``MARK`` stands for the marker's path.
    files : dict of str to str or bytes
        Path below the working folder -> content.
    before : callable, optional
        Does more to the working folder.
    real : bool
        Run as a command of its own, with the model.
    effect : str
        What it achieved; empty where nothing.
    """

    name: str
    words: list[str]
    files: dict[str, str | bytes] = field(default_factory=dict)
    before: Callable[[Path], None] | None = None
    real: bool = False
    effect: str = ""


def listed() -> list[Probe]:
    """All probes, not tried yet."""
    found = [Probe(f"override {text}", ["compare", *text.split(" ")]) for text in OVERRIDES]
    found += [Probe(f"flag {text}", text.split(" ")) for text in COMMAND_LINES]
    for name, text in SETTINGS_FILES.items():
        group = name.split(" ")[0]
        if group.startswith("own/"):  # files that nobody names, beside one that is harmless
            found.append(Probe(f"file {name}", ["compare", "scenario=h", "-cd=own"], {name: text, "own/scenario/h.yaml": "members: 50\n"}))
        else:
            chosen = "policies=[h]" if group == "policy" else f"{group}=h"
            found.append(Probe(f"file {name}", ["compare", chosen, "--config-dir=own"], {f"own/{group}/h.yaml": text}))
    for name, content in data_files().items():
        found.append(Probe(f"data {name}", ["compare", "scenario=contract", f"data={name}"], {name: content}))
    elsewhere = {"own/experiment/h.yaml": "# @package _global_\nout: link/x\n"}
    numba_set_up = {".numba_config.yaml": "cache_locator_classes: evil.Evil\ngdb_binary: evil\n", "evil.py": TOUCHING}
    matplotlib_set_up = {"matplotlibrc": "backend: module://evil\ntext.usetex: True\n", "evil.py": TOUCHING}
    cluster = {"own/engine/mine.yaml": "name: dask\naddress: tcp://127.0.0.1:9\n"}
    elsewhere_resumed = {"own/experiment/h.yaml": "# @package _global_\nresume: ../elsewhere\n"}
    found += [
        Probe("a cluster of a stranger", ["sweep", "engine=mine", "--config-dir=own"], cluster),
        Probe("resume set in a file", ["sweep", "experiment=h", "--config-dir=own"], elsewhere_resumed, _store_elsewhere),
        Probe("out by a link", ["compare", "experiment=h", "--config-dir=own"], elsewhere, _link_out),
        Probe("new over a link", ["new", "policy", "h"], {}, _link_policy),
        Probe("new in a linked folder", ["new", "policy", "h"], {}, _link_folder),
        Probe("data from a pipe", ["compare", "scenario=contract", "data=pipe"], {}, lambda folder: os.mkfifo(folder / "pipe")),
        Probe("modules here", ["compare", *TINY], {f"{name}.py": TOUCHING for name in MODULES}, real=True),
        Probe("packages here", ["compare", *TINY], {f"{name}/__init__.py": TOUCHING for name in PACKAGES}, real=True),
        Probe("matplotlibrc here", ["compare", *TINY], matplotlib_set_up, real=True),
        Probe(".numba_config.yaml here", ["compare", *TINY], numba_set_up, real=True),
    ]
    return found


OVERRIDES = (
    "_target_=os.system", "+scenario._target_=pathlib.Path.touch", "world.trust={_target_:os.system,_args_:['touch_MARK']}",
    "scenario.line=[{_target_:builtins.open,file:MARK,mode:w}]", "+hydra.callbacks.x._target_=pandas.read_pickle",
    "hydra.job.env_set.PROBE=1", "hydra/job_logging=evil", "+hydra.job_logging.handlers.x.()=os.system", "hydra.sweeper._target_=os.system",
    "hydra.launcher._target_=os.system", "hydra/launcher=evil -m", "hydra.searchpath=[pkg://antigravity]", "hydra.output_subdir=../MARK",
    "hydra.sweep.subdir=../MARK -m", "scenario.name=${oc.env:PROBE_SECRET}", "scenario.name='${oc.env:PROBE_SECRET}' --cfg=job",
    "scenario.name=${oc.create:{_target_:os.system}}", "scenario.name=${python:os.system}", "scenario.name=../../MARK", "policy=../../MARK",
    "seed=__import__('os').system('touch MARK')", "scenario=$(touch_MARK)", "engine.name=os.system", "out=${hydra:runtime.cwd}",
)  # fmt: skip
COMMAND_LINES = (
    "compare --experimental-rerun=evil.pickle", "compare --config-name=../evil", "compare --config-path=pkg://antigravity",
    "compare --shell-completion=install=evil", "new policy ../MARK", "new policy MARK", "new ../policy x", "new policy $(touch_MARK)",
)  # fmt: skip
SETTINGS_FILES = {
    "scenario with a tag": "members: !!python/object/apply:os.system ['touch MARK']\n",
    "policy with a tag": "strictness: !!python/object/new:os.system ['touch MARK']\n",
    "world with a tag": "trust: {start: !!python/name:os.system ''}\n",
    "experiment with a target": "# @package _global_\nscenario: {_target_: os.system, _args_: ['touch MARK']}\n",
    "experiment with callbacks": "# @package _global_\nhydra: {callbacks: {x: {_target_: os.system}}}\n",
    "experiment in the package of Hydra": "# @package hydra.callbacks.x\n_target_: os.system\n",
    "experiment in Hydra's environment": "# @package hydra.job.env_set\nPROBE: '1'\n",
    "experiment with a launcher": "# @package _global_\ndefaults:\n  - override /hydra/launcher: evil\n",
    "experiment with logging": "# @package _global_\ndefaults:\n  - override /hydra/job_logging: evil\n",
    "own/hydra/config.yaml": "callbacks: {x: {_target_: os.system}}\n",
    "own/_schema_compare.yaml": "out: /MARK\n",
    "experiment with out elsewhere": "# @package _global_\nout: /MARK\n",
    "experiment with out above": "# @package _global_\nout: ../../MARK\n",
    "experiment with a secret": "# @package _global_\nscenario: {name: '${oc.env:PROBE_SECRET}'}\n",
    "experiment with a cluster": "# @package _global_\ndefaults:\n  - override /engine: dask\nengine: {address: 'tcp://127.0.0.1:9'}\n",
    "experiment with Ray": "# @package _global_\nengine: {name: ray, address: auto}\n",
    "experiment leading out": "# @package _global_\ndefaults:\n  - /policy/../../../evil\n",
    "scenario that grows": "a: &a [x,x,x]\nb: &b [*a,*a,*a]\n",
}
MODULES = ("joblib", "pickle", "numpy", "random", "tokenize", "sitecustomize", "usercustomize", "evil", "mesa", "numba", "resource")
PACKAGES = ("joblib", "experiments", "sim", "hydra_plugins", "hydra_plugins/evil", "encodings", "configs", "pandas")
TOUCHING = "open(r'MARK', 'w').close()\n"


def data_files() -> dict[str, bytes]:
    """Result and data files that are something else than they say."""
    parquet, array = io.BytesIO(), io.BytesIO()
    pd.DataFrame({"year'); import os; os.system('touch MARK": [1], "\x1b[2J\u202e": [2], "${oc.env:HOME}": [3]}).to_parquet(parquet)
    np.save(array, np.array([Touch("MARK")], dtype=object), allow_pickle=True)
    good = b"year,pct_surviving\n0,100\n1,80\n2,70\n"
    return {
        "pickle.csv": pickle.dumps(Touch("MARK")),
        "array.csv": array.getvalue(),
        "table.parquet": parquet.getvalue(),
        "formula.csv": good + b"=cmd|'/C touch MARK'!A0,60\n",
        "$(touch MARK).csv".replace("/", "_"): good,
        "wide.csv": b"year,pct_surviving," + b"a," * 400_000,
        "sixteen.csv": good.decode().encode("utf-16"),
    }


def _link_out(folder: Path) -> None:
    (folder / "link").symlink_to(folder.parent)


def _store_elsewhere(folder: Path) -> None:
    (folder.parent / "elsewhere" / "parts").mkdir(parents=True)
    (folder.parent / "elsewhere" / "plan.json").write_text("{}")


def _link_policy(folder: Path) -> None:
    (folder / "policy").mkdir()
    (folder / "policy" / "h.yaml").symlink_to(folder.parent / "marker")


def _link_folder(folder: Path) -> None:
    (folder.parent / "marker.d").mkdir()
    (folder / "policy").symlink_to(folder.parent / "marker.d")


class Watch:
    """Notes what this process starts, unpickles, connects to or writes, while it is on."""

    WATCHED = (
        "os.system", "subprocess.Popen", "os.exec", "os.posix_spawn", "os.fork", "pickle.find_class", "socket.connect", "os.putenv",
        "os.symlink",
    )  # fmt: skip

    def __init__(self):
        self.room: Path | None = None
        self.seen: list[str] = []
        sys.addaudithook(self.note)

    def note(self, event: str, arguments: tuple) -> None:
        if self.room is None:
            return
        if event in self.WATCHED and not (event == "os.putenv" and arguments[0] in (b"PYTHONSAFEPATH",)):
            self.seen.append(f"{event}{arguments!r:.100}")
        elif event == "open" and isinstance(arguments[0], (str, bytes)) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            path = Path(os.path.realpath(os.fsdecode(arguments[0])))
            if not path.is_relative_to(self.room) and path != Path(os.devnull) and "relsim" not in path.parts:
                self.seen.append(f"wrote {path}")


def attempt(probe: Probe, watch: Watch) -> None:
    """Try one probe and note its effect."""
    with tempfile.TemporaryDirectory(prefix="probe-") as name:
        above = Path(os.path.realpath(name))
        marker, folder = above / "marker", above / "work"
        folder.mkdir()

        def filled(text):
            return text.replace("MARK", str(marker)) if isinstance(text, str) else text.replace(b"MARK", os.fsencode(marker))

        for path, content in probe.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content if isinstance(content, bytes) else filled(content).encode())
        (folder / "evil.pickle").write_bytes(pickle.dumps(Touch(str(marker))))
        if probe.before:
            probe.before(folder)
        around = sorted(path for path in above.rglob("*") if not path.is_relative_to(folder))
        words = [filled(word) for word in probe.words]
        effects, said = (as_a_command if probe.real else in_process)(words, folder, watch)
        if sorted(path for path in above.rglob("*") if not path.is_relative_to(folder)) != around or marker.exists():
            effects.append("something was made outside the working folder")
        if SECRET in said:
            effects.append("a secret of the environment was shown")
        probe.effect = "; ".join(effects)[:500]


def in_process(words: list[str], folder: Path, watch: Watch) -> tuple[list[str], str]:
    """Through the door in this process, watched; right requests reach a stand-in for the command."""
    here, environment = Path.cwd(), dict(os.environ)
    os.environ["PROBE_SECRET"] = SECRET
    out, err = io.StringIO(), io.StringIO()
    os.chdir(folder)
    watch.seen, watch.room = [], folder
    trouble = []
    try:
        with stand_in() as runner, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = door.main(words)
        if status not in (0, 2) or runner.accepted_wrong:
            trouble.append(f"exit status {status} {runner.accepted_wrong}")
    except BaseException as error:
        trouble.append(f"raised {type(error).__name__}: {error}")
    finally:
        watch.room = None
        os.chdir(here)
        del os.environ["PROBE_SECRET"]
    if dict(os.environ) != environment:
        trouble.append("the environment changed")
    return [*trouble, *watch.seen], out.getvalue() + err.getvalue()


def as_a_command(words: list[str], folder: Path, watch: Watch) -> tuple[list[str], str]:
    """As a user would run it: a process of its own, in the working folder, with two worker processes."""
    relsim = shutil.which("relsim", path=str(Path(sys.executable).parent)) or str(ROOT / ".venv" / "bin" / "relsim")
    environment = {**os.environ, "PROBE_SECRET": SECRET}
    done = subprocess.run(
        [sys.executable, relsim, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    trouble = [] if done.returncode in (0, 2) else [f"exit status {done.returncode}: {done.stderr[-200:]}"]
    return trouble, done.stdout + done.stderr


def warm_up() -> None:
    """Run all of the model once, so that numba reads its own cache, which is a pickle, before anything is watched."""
    try_out(Scenario())


def all_probes(real: bool = True) -> list[Probe]:
    """Try all probes; without ``real`` only those that need no process of their own."""
    warm_up()
    watch = Watch()
    probes = [probe for probe in listed() if real or not probe.real]
    for probe in probes:
        attempt(probe, watch)
    return probes
