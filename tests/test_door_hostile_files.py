"""The front door, for files that are wrong or hostile: they end in one line, exit status 2, and nothing written."""

import os
import time
from pathlib import Path

import pytest
from conftest import refused

from experiments import door
from experiments.settings.guard import LARGEST_FILE

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{k}: &{k} [{','.join(['*' + j] * 9)}]\n" for j, k in zip("abcdefg", "bcdefgh", strict=True)
)
HOSTILE = {
    "bomb": (BOMB, "anchor &a is refused"),
    "alias": ("members: *a\n", "alias *a is refused"),
    "merge": ("<<: {members: 50}\n", "<<"),
    "tag": ("members: !!python/object/apply:os.system [echo]\n", "tag"),
    "float tag": ("members: !!int '50'\n", "tag"),
    "twice": ("members: 50\nmembers: 60\n", "members is set twice"),
    "two documents": ("members: 50\n---\nmembers: 60\n", "second document"),
    "large": ("# " + "x" * LARGEST_FILE, "larger than 256 kB"),
    "deep": ("members: " + "[" * 5000, "levels"),
    "binary": (b"\xff\xfe\x00", "UTF-8"),
    "not yaml": ("members: [1,\n", "is not YAML"),
    "tab": ("a:\n\t- b\n", "is not YAML"),
    "control": ("members: '\x07'\n", "is not YAML"),
    "sexagesimal": ("members: 12:30:45\n", "base 60"),
    "octal": ("members: 0500\n", "base 8"),
    "bare off": ("off: [growth]\n", '"off" in quotes'),
    "number as key": ("5: 6\n", '"5" in quotes'),
    "list as key": ("? [a]\n: 6\n", "where a name is needed"),
    "on": ("members: on\n", "members=true"),
    "yes": ("dues: yes\n", "dues=true"),
    "nan": ("dues: .nan\n", "from 0 to 5"),
    "infinity": ("dues: 1e500\n", "from 0 to 5"),
    "text": ("dues: '1'\n", "from 0 to 5"),
    "missing": ("dues: ???\n", "missing value"),
    "out of range": ("dues: 9\n", "line 1"),
    "misspelt": ("# x\nmembrs: 5\n", "did you mean scenario.members? (in "),
    "list": ("- members\n", "write name: value"),
    "scalar": ("members\n", "write name: value"),
    "target": ("_target_: os.system\n", "never name code"),
    "target below": ("line: [{_target_: os.system}]\n", "never name code"),
    "environment": ("name: ${oc.env:HOME}\n", "write the value itself"),
    "lookup": ("members: ${seed}\n", "members=1 is not usable"),
    "hydra": ("# @package _global_\nhydra:\n  run:\n    dir: /tmp/x\n", "Hydra's own settings"),
    "launcher": ("defaults:\n  - override /hydra/launcher: joblib\n", "Hydra's own settings"),
    "way out": ("# @package _global_\ndefaults:\n  - /policy/../../../secret\n", "give a name, not a path"),
    "way out by root": ("# @package _global_\ndefaults:\n  - /../secret\n", "give a name, not a path"),
    "setting for a group": ("# @package _global_\nscenario: 5\n", "scenario"),
    "header": ("# @package\nmembers: 50\n", "write # @package _global_"),
    "name": ("name: ../x\n", "not a path"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_end_in_one_line(asked, capsys, case):
    content, remedy = HOSTILE[case]
    Path("own/scenario").mkdir(parents=True)
    Path("secret.yaml").write_text("members: 50\n")
    Path("own/scenario/hostile.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    start = time.perf_counter()
    assert remedy in refused(capsys, "compare", "scenario=hostile", "--config-dir", "own")
    assert time.perf_counter() - start < 5
    assert not asked.requests


@pytest.mark.parametrize(
    ("text", "remedy"),
    [("strictness: 2\n", "from 0 to 1"), ("strictnes: 0.5\n", "policy.strictness"), ("- a\n", "write name: value"),
     ("strictness: &a 0.5\n", "anchor"), ("_target_: os.system\n", "never name code"),
     ("strictness: on\n", "strictness=true"),
     ("a: [1\n", "not YAML")],
)  # fmt: skip
def test_hostile_policies_end_in_one_line(asked, capsys, text, remedy):
    Path("own/policy").mkdir(parents=True)
    Path("own/policy/mine.yaml").write_text(text)
    message = refused(capsys, "compare", "policies=[mine]", "--config-dir=own")
    assert remedy in message and "mine.yaml" in message


def test_files_that_ours_would_hide_are_refused(asked, capsys):
    Path("own/policy").mkdir(parents=True)
    Path("own/policy/strict.yaml").write_text("strictness: 0.9\n")
    assert "rename it" in refused(capsys, "compare", "-cd", "own")


@pytest.mark.parametrize("out", ["/tmp/elsewhere", "../elsewhere", "link/elsewhere"])
def test_files_cannot_choose_where_results_go(asked, capsys, out):
    Path("own/experiment").mkdir(parents=True)
    Path("link").symlink_to("..")
    Path("own/experiment/mine.yaml").write_text(f"# @package _global_\nout: {out}\n")
    assert "give out=DIR yourself" in refused(capsys, "compare", "experiment=mine", "-cd", "own")
    Path("own/experiment/mine.yaml").write_text("# @package _global_\nout: below/here\n")
    assert door.main(["compare", "experiment=mine", "-cd", "own"]) == 0
    assert asked.requests[0].out == "below/here"


def test_a_device_is_no_file(asked, capsys):
    Path("own/scenario").mkdir(parents=True)
    os.mkfifo("own/scenario/pipe.yaml")
    assert "pipe" in refused(capsys, "compare", "scenario=pipe", "-cd", "own")
