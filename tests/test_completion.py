"""Completion offers what may be typed, in each shell's way, and at once."""

import json
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from experiments import door
from experiments.command_line import completion
from experiments.command_line.commands import COMMANDS, with_settings
from experiments.settings import schema
from experiments.settings.folders import config_folders, names
from experiments.settings.typed import paths, plain

CHECKOUT = Path(door.__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("relsim co", {"compare ", "collect "}),
        ("relsim ", {*(f"{name} " for name in COMMANDS), "--help ", "--version "}),
        ("relsim nonsense x", set()),
        ("relsim new p", {"policy "}),
        ("relsim compare --cf", {"--cfg "}),
        ("relsim compare --cfg ", {"job ", "hydra ", "all "}),
        ("relsim compare sce", {"scenario=", "scenario."}),
        ("relsim compare scenario.mem", {"scenario.members=", "scenario.members_per_post="}),
        ("relsim compare seed=1 scenario.members=", {"scenario.members=2000"}),
        ("relsim compare targets=", {"targets=true", "targets=false"}),
        ("relsim compare scenario=", {f"scenario={name}" for name in names("scenario", config_folders())}),
        ("relsim compare -m scenario=association,c", {"scenario=association,contract", "scenario=association,channel_giants"}),
        ("relsim compare policies=[strict,loosened_h", {"policies=[strict,loosened_holistic"}),
        ("relsim compare +experiment=m", {"+experiment=main"}),
        ("relsim compare hydra/launcher=j", {"hydra/launcher=joblib"}),
        ("relsim calibrate pol", set()),
    ],
)
def test_what_a_word_may_become(line, expected):
    assert set(completion.completions(line)) == expected


@pytest.mark.parametrize("command", with_settings())
def test_every_setting_can_be_reached(command):
    known = set(paths(plain(getattr(schema, COMMANDS[command].request)())))
    reached, open_levels = set(), [""]
    while open_levels:
        for word in completion.completions(f"relsim {command} {open_levels.pop()}"):
            if word.endswith("."):
                open_levels.append(word)
                reached.add(word[:-1])
            elif word.endswith("="):
                reached.add(word[:-1])
    assert known <= reached and all(word in known or "/" not in word for word in reached)


def test_own_files_are_offered():
    for folder in ("policy", "own/policy"):
        Path(folder).mkdir(parents=True)
        Path(folder, f"zz{len(folder)}.yaml").write_text("strictness: 0.5\n")
    Path("policy/zz bad\x1b.yaml").touch()
    assert completion.completions("relsim compare policy=zz") == ["policy=zz6"]
    assert completion.completions("relsim compare --config-dir own policy=zz") == ["policy=zz10", "policy=zz6"]


def test_a_second_question_is_answered_at_once_and_an_edit_is_noticed(monkeypatch):
    first = completion.settings("compare")
    kept = completion._kept_in("compare")
    assert json.loads(kept.read_text()) == first
    code = "import sys; from experiments.command_line.completion import completions; assert completions('relsim compare scenario.mem')\n"
    code += "assert not {'numpy', 'hydra', 'numba', 'sim'} & set(sys.modules)"
    took = []  # processor time: that of a machine which does other work, too, says little
    for _ in range(2):
        began = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=True)
        took.append(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - began)
    assert min(took) < 0.5
    kept.write_text("{broken")
    assert completion.settings("compare") == first
    monkeypatch.setattr(completion, "__file__", str(CHECKOUT / "experiments" / "command_line" / "flags.py"))
    assert completion._kept_in("compare") == kept and completion._kept_in("calibrate") != kept


def test_bash_takes_a_word_to_begin_after_an_equals_sign(monkeypatch):
    line = "relsim compare scenario.members=1 policies=[strict,loosened_h"
    monkeypatch.setenv("COMP_LINE", line + " more words")
    monkeypatch.setenv("COMP_POINT", str(len(line)))
    assert completion.answer("query=bash") == "[strict,loosened_holistic\n"
    assert completion.answer("query=zsh") == "policies=[strict,loosened_holistic\n"


@pytest.mark.parametrize("asked", ["install", "install=tcsh", "run=bash", "install=$(touch x)", "="])
def test_other_shells_are_refused(capsys, asked):
    assert door.main(["--shell-completion", asked]) == 2
    assert "install=bash|zsh|fish" in capsys.readouterr().err


@pytest.mark.parametrize("shell", completion.SHELLS)
def test_scripts_are_understood_by_their_shell(shell, tmp_path):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    for what in ("install", "uninstall"):
        (tmp_path / "script").write_text(completion.answer(f"{what}={shell}"))
        done = subprocess.run([shell, "-n", tmp_path / "script"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_bash_completes(tmp_path):
    relsim = Path(sys.executable).parent / "relsim"
    if shutil.which("bash") is None or not relsim.exists():
        pytest.skip("needs bash and an installed relsim")
    script = f"""
PATH={relsim.parent}:$PATH
eval "$(relsim --shell-completion install=bash)"
complete -p relsim > /dev/null || exit 9
COMP_LINE="relsim compare policies=[strict,loosened_h"; COMP_POINT=${{#COMP_LINE}}
_relsim_complete
echo "${{COMPREPLY[0]}}"
"""
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout == "[strict,loosened_holistic\n", done.stderr
