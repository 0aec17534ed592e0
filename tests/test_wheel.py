"""A wheel built from the checkout, installed elsewhere, finds its configurations and runs a comparison."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pandas as pd
import pytest

CHECKOUT = Path(__file__).resolve().parent.parent


def run(*words, cwd, **environment):
    """Run a command and show what it said if it fails."""
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """A folder with the wheel installed, without its dependencies."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    run(*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, CHECKOUT, cwd=folder)
    (wheel,) = folder.glob("relsim-*.whl")
    run(*pip, "install", "--quiet", "--no-deps", "--no-compile", "--target", folder / "site", wheel, cwd=folder)
    return folder / "site"


def test_the_wheel_brings_configurations_and_page_along_and_no_stray_top_level_package(installed):
    assert (installed / "experiments" / "_configs" / "policy" / "loosened_holistic.yaml").exists()
    assert list(installed.rglob("*.html"))
    assert {path.name for path in installed.iterdir() if path.suffix == "" and path.name != "bin"} == {"sim", "experiments"}


def test_the_installed_command_compares_from_a_folder_with_its_own_experiments_and_configs(installed, tmp_path):
    for name in ("experiments", "configs"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('this folder is not ours')")
    ours = sysconfig.get_paths()["purelib"]
    printed = run(
        sys.executable, "-P", installed / "bin" / "relsim", "compare", "policies=[loosened_holistic]", "scenario.members=30",
        "scenario.burn_in=4", "years=1", "replicates=2", "preliminary=2", "targets=false", "line=false",
        "engine.workers=1", "out=here", cwd=tmp_path, PYTHONPATH=f"{installed}{os.pathsep}{ours}", RELSIM_COMPILE="0",
    )  # fmt: skip
    assert "report.html" in printed
    runs = pd.read_parquet(tmp_path / "here" / "runs.parquet")
    assert sorted(runs["policy"]) == ["conventional", "conventional", "loosened_holistic", "loosened_holistic"]
    assert (runs["status"] == "ok").all()
    assert (tmp_path / "here" / "report.html").stat().st_size > 10_000
