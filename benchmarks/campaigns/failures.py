"""Campaign 3: runs that raise are rows with their error, and each is computed again by its printed command."""

import contextlib
import csv
import io
import os
import shlex
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TROUBLE = HERE / "trouble"


def made_to_fail(measure):
    """A measure that raises for one run in ten, always the same ones."""

    def measured(outcome):
        levers = repr((outcome.model.policy, outcome.model.luck)).encode()
        if zlib.crc32(levers) % 10 == 0:
            raise ZeroDivisionError(f"made to fail at strictness {outcome.model.policy.strictness:g}")
        return measure(outcome)

    return measured


def sweep_with_trouble(place: Path, levels: int, replicates: int, again: int) -> dict:
    """``relsim sweep`` where one run in ten raises, in a process of its own; then the printed commands.

    Returns
    -------
    dict
        runs, good rows, error rows, exit status, commands tried, commands that gave the same error.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TROUBLE), str(ROOT)])}
    words = [
        "sweep",
        "scenario.members=20",
        "scenario.burn_in=0",
        "years=1",
        "design.vary=[policy.strictness]",
        "engine.workers=2",
    ]
    words += [f"design.levels={levels}", f"replicates={replicates}", f"out={place / 'out'}"]
    done = subprocess.run(
        [sys.executable, "-m", "experiments.door", *words], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    with open(place / "out" / "failures.csv", encoding="utf-8") as file:
        failures = list(csv.DictReader(file))
    import pandas as pd

    runs = pd.read_parquet(place / "out" / "runs.parquet")
    found = {
        "runs": len(runs), "good_rows": int((runs["status"] == "ok").sum()), "error_rows": len(failures),
        "exit_status": done.returncode, "lines_on_stderr": len(done.stderr.splitlines()),
    }  # fmt: skip
    tried = failures[: again or None]
    found |= {"commands": len(tried), "same_error": sum(same_error(row) for row in tried)}
    return found


def same_error(row: dict) -> bool:
    """Whether the printed command ends with the error of the row (in this process, which has the same trouble)."""
    import experiments.door
    import experiments.sweeps.cells
    from sim.metrics import measure

    program, *words = shlex.split(row["command"])
    kept, experiments.sweeps.cells.measure = experiments.sweeps.cells.measure, made_to_fail(measure)
    said, told = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(told):
            status = experiments.door.main(words)
    finally:
        experiments.sweeps.cells.measure = kept
    return program == "relsim" and status == 3 and row["error"] in said.getvalue() and "Traceback" in told.getvalue()


def main() -> list[tuple[str, dict]]:
    """The full form."""
    with tempfile.TemporaryDirectory() as name:
        return [("1,000 runs of which one in ten raises", sweep_with_trouble(Path(name), 10, 100, 0))]
