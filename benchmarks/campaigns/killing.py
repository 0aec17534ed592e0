"""Campaign 1: killed at random moments, and at every write, flush and rename; then resumed."""

import errno
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.campaigns.doing import counted, digest, do, request_for

ROOT = Path(__file__).resolve().parents[2]


def command(folder: Path, *words: str) -> list[str]:
    """A sweep in a process of its own."""
    return [sys.executable, "-m", "benchmarks.campaigns.doing", str(folder), *words]


def random_kills(
    kills: int, place: Path, points: int = 4, replicates: int = 600, seed: int = 1, workers: int = 2
) -> dict:
    """Kill -9 at random moments, alternately the parent only and all of its processes; resume until done.

    Returns
    -------
    dict
        kills, sweeps completed, kills while rows were being written, rows lost, rows doubled, digests that differ.
    """
    luck = random.Random(seed)
    words = ["slow", str(points), str(replicates), f"engine.workers={workers}", "engine.chunk=10"]
    began = time.monotonic()
    subprocess.run(command(place / "undisturbed", *words), cwd=ROOT, check=True, capture_output=True)
    usual, expected = time.monotonic() - began, digest(place / "undisturbed")
    found = {
        "kills": 0,
        "sweeps": 0,
        "kills_between_rows": 0,
        "lost": 0,
        "doubled": 0,
        "digests_differ": 0,
        "broken_resumes": 0,
    }
    while found["kills"] < kills:
        folder = place / f"sweep-{found['sweeps']}"
        while True:
            process = subprocess.Popen(
                command(folder, *words),
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
                text=True,
            )
            try:
                _, said = process.communicate(
                    timeout=(0.3 + 0.7 * luck.random()) * usual if found["kills"] < kills else None
                )
            except subprocess.TimeoutExpired:
                if found["kills"] % 2:
                    os.killpg(process.pid, signal.SIGKILL)
                else:
                    process.kill()
                process.communicate()
                found["kills"] += 1
                if (folder / "parts" / "plan.json").exists():
                    there, different, damaged = counted(folder)
                    found["doubled"] += there - different
                    found["lost"] += damaged
                    found["kills_between_rows"] += 0 < there < points * replicates
                continue
            if process.returncode:
                found["broken_resumes"] += 1
                print(said, file=sys.stderr)
            break
        found["sweeps"] += 1
        there, different, _ = counted(folder)
        found["lost"] += points * replicates - different
        found["doubled"] += there - different
        found["digests_differ"] += digest(folder) != expected
    return found


class Fault:
    """Makes the n-th write, flush or rename fail, or end the process."""

    def __init__(self, nth: int, kind: str):
        self.left, self.kind, self.count = nth, kind, 0
        self.kept = {name: getattr(os, name) for name in ("write", "fsync", "replace")}

    def _met(self, name: str, *words):
        self.count += 1
        self.left -= 1
        if self.left == 0:
            if self.kind == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            if self.kind == "half" and name == "write":  # a disk that fills up in the middle
                self.kept["write"](words[0], bytes(words[1])[: len(words[1]) // 2])
            code = errno.EIO if self.kind == "EIO" else errno.ENOSPC
            raise OSError(code, os.strerror(code))
        return self.kept[name](*words)

    def __enter__(self):
        for name in self.kept:
            setattr(os, name, lambda *words, name=name: self._met(name, *words))
        return self

    def __exit__(self, *problem):
        for name, function in self.kept.items():
            setattr(os, name, function)


def faults(place: Path, every: int = 1, kinds=("kill", "ENOSPC", "EIO", "half")) -> dict:
    """A fault at every write, flush and rename of a sweep, one after the other; then resumed.

    Returns
    -------
    dict
        points (operations), cases (points x kinds), inconsistent stores found, digests that differ after resuming.
    """
    request = lambda: request_for(3, 16, "engine.workers=1", "engine.chunk=4")  # noqa: E731
    with Fault(0, "none") as fault:
        _, expected = do(place / "undisturbed", request())
    operations = fault.count
    found = {"points": operations, "cases": 0, "inconsistent": 0, "digests_differ": 0, "silent": 0}
    for kind in kinds:
        for nth in range(1, operations + 1, every):
            folder = place / f"{kind}-{nth}"
            found["cases"] += 1
            met = _in_child(lambda folder=folder, nth=nth, kind=kind: _with_fault(folder, request(), nth, kind))
            found["silent"] += not met
            if (folder / "parts" / "plan.json").exists() and (folder / "plan.json").exists():
                there, different, damaged = counted(folder)
                found["inconsistent"] += there != different or damaged > 0
            _, after = do(folder, request())
            found["digests_differ"] += after != expected
    return found


def _with_fault(folder: Path, request, nth: int, kind: str) -> int:
    """Exit status of a sweep with one fault: 1 where it was noticed."""
    try:
        with Fault(nth, kind):
            do(folder, request)
    except OSError:
        return 1
    return 0


def _in_child(task) -> bool:
    """Run a task in a copy of this process; whether it ended badly, as it should."""
    child = os.fork()
    if child == 0:
        status = 70
        try:
            status = task()
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    return (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL) or os.waitstatus_to_exitcode(status) == 1


def main() -> list[tuple[str, dict]]:
    """The full form."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "faults").mkdir()
        at_operations = faults(place / "faults")
        at_random = random_kills(200, place)
    return [("200 kill -9 at random moments", at_random), ("faults at every write, flush and rename", at_operations)]
