"""Campaign 6: two processes on one store; a disk that is full or read-only."""

import os
import random
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.campaigns.doing import counted, digest
from benchmarks.campaigns.killing import ROOT, command

ONE_LINE = 1


def lines(said: bytes) -> int:
    """Lines a user is left with: a progress bar writes over its own, so what stands before a carriage return is gone."""
    return len([line for line in said.decode().split("\n") if line.rpartition("\r")[2].strip()])


def two_at_once(place: Path, times: int, points: int = 2, replicates: int = 500) -> dict:
    """Begin a sweep and resume it from a second process a moment later; every other time the first is killed.

    Returns
    -------
    dict
        pairs, second told within 5 s of looking (and not earlier finished), seconds at most, stale locks taken over,
        rows lost or doubled, digests.
    """
    luck, digests = random.Random(1), set()
    words = ["slow", str(points), str(replicates), "engine.workers=1", "engine.chunk=10"]
    found = {
        "pairs": times,
        "told": 0,
        "waited": 0,
        "slowest_answer_s": 0.0,
        "stale_locks_taken_over": 0,
        "lost_or_doubled": 0,
        "wrong_exits": 0,
    }
    for number in range(times):
        folder = place / f"pair-{number}"
        kill = number % 2 == 1
        first = subprocess.Popen(
            command(folder, *words), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        until = time.monotonic() + 60
        while not any((folder / "parts").glob("[0-9a-f]*.parquet")) and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(luck.random() * 0.5)
        second = subprocess.Popen(
            command(folder, *words), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        if kill:
            first.kill()
        looked = time.monotonic()
        _, said = second.communicate(timeout=120)
        answered = time.monotonic() - looked
        first.communicate(timeout=120)
        if second.returncode == 2:
            found["told"] += 1
            found["slowest_answer_s"] = round(max(found["slowest_answer_s"], answered), 1)
            found["wrong_exits"] += lines(said) != ONE_LINE or b"is being worked on by process" not in said
        elif second.returncode == 0:
            found["stale_locks_taken_over" if kill else "waited"] += 1
        else:
            found["wrong_exits"] += 1
        there, different, _ = counted(folder)
        found["lost_or_doubled"] += points * replicates - different + there - different
        digests.add(digest(folder))
    return found | {"digests": len(digests)}


def full_disk(place: Path, levels: int, points: int = 2, replicates: int = 400) -> dict:
    """A small file system that fills up at so many levels, then is made larger; and one that is read-only.

    Wants the right to mount; otherwise says so.
    """
    words = ["trivial", str(points), str(replicates), "engine.workers=2", "engine.chunk=10"]
    subprocess.run(command(place / "undisturbed", *words), cwd=ROOT, check=True, capture_output=True)
    expected = digest(place / "undisturbed")
    disk = place / "disk"
    disk.mkdir()
    if (
        os.geteuid() != 0
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True).returncode
    ):
        return {"skipped": "mounting a small file system needs root"}
    found = {
        "levels": 0,
        "one_line_and_exit_2": 0,
        "enough_room": 0,
        "resumed_to_the_same_digest": 0,
        "read_only_one_line_and_exit_2": 0,
    }
    try:
        for level in range(levels):
            size = 40 + level * 60  # kB: from less than the plan needs to almost enough
            subprocess.run(["mount", "-o", f"remount,rw,size={size}k", disk], check=True)
            folder = disk / "store"
            done = subprocess.run(command(folder, *words), cwd=ROOT, capture_output=True)
            found["levels"] += 1
            if done.returncode == 0:
                found["enough_room"] += 1
            else:
                found["one_line_and_exit_2"] += done.returncode == 2 and lines(done.stderr) == ONE_LINE
            if level % 5 == 0 and (folder / "parts").is_dir():
                subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
                read_only = subprocess.run(command(folder, *words), cwd=ROOT, capture_output=True)
                found["read_only_one_line_and_exit_2"] += (
                    read_only.returncode == 2 and lines(read_only.stderr) == ONE_LINE
                )
            subprocess.run(["mount", "-o", "remount,rw,size=50m", disk], check=True)
            subprocess.run(command(folder, *words), cwd=ROOT, capture_output=True)
            found["resumed_to_the_same_digest"] += digest(folder) == expected
            subprocess.run(["rm", "-rf", folder], check=True)
    finally:
        subprocess.run(["umount", disk], check=False)
    return found


def main() -> list[tuple[str, dict]]:
    """The full form."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        return [
            ("two processes on one store", two_at_once(place, 20)),
            ("full and read-only disk", full_disk(place, 20)),
        ]
