"""The tutorials, run as they stand: their shell and Python blocks, in order, in an empty folder."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TUTORIALS = sorted((Path(__file__).resolve().parent.parent / "docs" / "tutorials").glob("*.md"))
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
PROGRAMS = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


@pytest.mark.parametrize("tutorial", TUTORIALS, ids=lambda path: path.stem)
def test_every_block_runs(tutorial, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names, ran = {"__name__": tutorial.stem}, {"sh": 0, "python": 0}
    for kind, text in BLOCK.findall(tutorial.read_text(encoding="utf-8")):
        assert kind in ("sh", "python", "text"), f"{tutorial.name}: a block of {kind} is not run by anybody"
        if kind == "sh":
            done = subprocess.run(
                ["sh", "-eu", "-c", text], env={**os.environ, "PATH": PROGRAMS}, capture_output=True, text=True, timeout=300
            )
            assert done.returncode == 0, f"{text}\n{done.stderr}"
        elif kind == "python":
            exec(compile(text, f"{tutorial.name}", "exec"), names)
        ran[kind] = ran.get(kind, 0) + 1
    assert ran["sh"] >= 2 and ran["python"] >= 8
    told = capsys.readouterr().out
    assert re.search(r"seed 7; .*common random numbers", told) and re.search(r"95 % interval .* n = 24 worlds of 3 pairs each", told)
    assert "Of 216 runs in all, none failed." in told and re.search(r"NumPy \d", told)
    assert {path.name for path in (tmp_path / "paper").iterdir()} == {f"figure_{n}.{kind}" for n in (1, 2) for kind in ("svg", "png")}
