"""Where rows are kept until all are there: nothing is lost, nothing doubled, nothing damaged goes unnoticed.

A store is a folder::

    plan.json, points.parquet   what is to be done; written before the first run
    parts/HASH.parquet          rows, in files named by a hash of their content
    runs.parquet                all rows, once all are there
    .lock                       held by the one process that works on the store

A part is there whole or not at all: it is written under another name, flushed to the disk, renamed, and the folder
flushed. Its name says whether its content is still what was written.
"""

import errno
import hashlib
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa

from experiments.runs.manifest import write_whole
from experiments.settings.guard import WrongRequest
from experiments.sweeps.parts import Damaged, table_of
from experiments.sweeps.plan import Plan, read_plan

PATIENCE = 1.5  # seconds to wait for a process that is just ending
PART = 32  # hexadecimal digits of a part's name


class Store:
    """A folder of parts.

    Parameters
    ----------
    folder : path
    """

    def __init__(self, folder: str | os.PathLike):
        self.folder = Path(folder)
        self.parts = self.folder / "parts"

    def begin(self, plan: Plan) -> None:
        """Write the plan, twice: a damaged plan is put right from its copy."""
        self.parts.mkdir(exist_ok=True)
        for place in (self.parts, self.folder):
            write_whole(place / "points.parquet", plan.points_file())
            write_whole(place / "plan.json", plan.to_json())

    def plan(self, repair: bool = False) -> Plan:
        """The plan of this store.

        Raises
        ------
        WrongRequest
            Where there is none, or neither of its copies is what was written.
        """
        if not self.folder.is_dir() or not any((place / "plan.json").exists() for place in (self.folder, self.parts)):
            raise WrongRequest(f"{self.folder} holds no sweep: name the folder that relsim sweep wrote to")
        pieces = self._copies()
        for content in pieces[0]:
            for points in pieces[1]:
                with suppress(ValueError, KeyError, TypeError):
                    plan = read_plan(content, points)
                    if repair and self.plan_damaged():
                        self.begin(plan)
                    return plan
        raise WrongRequest(f"the plan in {self.folder} is damaged, and its copy too: start again in a new folder")

    def plan_damaged(self) -> bool:
        """Whether one of the two copies of the plan is not what was written, or not there."""
        return any(len(set(copies)) > 1 for copies in self._copies())

    def _copies(self) -> list[list[bytes]]:
        """Both copies of plan.json, both copies of points.parquet."""
        return [[self._read(place / name) for place in (self.folder, self.parts)] for name in ("plan.json", "points.parquet")]

    @staticmethod
    def _read(path: Path) -> bytes:
        try:
            return path.read_bytes() if path.is_file() else b""  # a pipe could be read without end
        except FileNotFoundError:
            return b""

    def keep(self, content: bytes) -> Path:
        """Write a part, whole or not at all."""
        path = self.parts / f"{name_of(content)}.parquet"
        if not path.exists():
            write_whole(path, content)
        return path

    def tables(self, plan: Plan, columns: list[str] | None = None) -> Iterator[tuple[Path, pa.Table | None]]:
        """All parts with their rows; None for one that is not what was written."""
        for path in sorted(self.parts.glob("*.parquet")):
            if path.name == "points.parquet":
                continue
            content = path.read_bytes()
            table = None
            if name_of(content) == path.stem:
                with suppress(Damaged):
                    table = table_of(content, plan.key, columns)
            yield path, table

    def scan(self, plan: Plan, sweep_up: bool = False) -> tuple[set[int], int, list[Path]]:
        """What is there.

        Parameters
        ----------
        sweep_up : bool
            Delete damaged parts, and what an interrupted write left. Only for whoever holds the lock.

        Returns
        -------
        set of int
            Numbers of the units that are there.
        int
            Rows among them whose run failed.
        list of Path
            Damaged parts.
        """
        done: set[int] = set()
        bad, damaged = 0, []
        expected = plan.rows_per_unit
        many = len(plan.points)
        for path, table in self.tables(plan, ["point", "replicate", "status"]):
            if table is None:
                damaged.append(path)
                continue
            numbers = table["replicate"].to_numpy() * many + table["point"].to_numpy()
            fresh = set(numbers.tolist())
            if len(fresh) * expected != table.num_rows:
                damaged.append(path)
                continue
            done |= fresh
            bad += table.num_rows - table["status"].to_pylist().count("ok")
        if sweep_up:
            for path in damaged:
                path.unlink(missing_ok=True)
            for place in (self.parts, self.folder):
                for path in place.glob(".*.writing-*"):
                    path.unlink(missing_ok=True)
        return done, bad, damaged

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Work on this store alone.

        The system lets the lock go when its holder dies, however it dies: there are no stale locks to clear.

        Raises
        ------
        WrongRequest
            Where another process keeps it longer than a few seconds.
        """
        import fcntl  # not on Windows, where two processes on one store are not kept apart

        with open(self.folder / ".lock", "a+b") as file:
            until = time.monotonic() + PATIENCE
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError as error:
                    if error.errno not in (errno.EAGAIN, errno.EACCES):
                        raise
                if time.monotonic() > until:
                    raise WrongRequest(f"{self.folder} is being worked on by {self.holder()}: wait for it, or look with relsim status")
                time.sleep(0.1)
            file.truncate(0)
            file.write(f"process {os.getpid()} on {socket.gethostname()}".encode())
            file.flush()
            yield

    def holder(self) -> str:
        """Who holds the lock, in words."""
        with suppress(OSError):
            return (self.folder / ".lock").read_text(encoding="utf-8", errors="replace")[:200] or "another process"
        return "another process"

    def busy(self) -> bool:
        """Whether a process is working on this store now."""
        import fcntl

        try:
            with open(self.folder / ".lock", "rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False


def name_of(content: bytes) -> str:
    """Name of a part: a hash of its content."""
    return hashlib.sha256(content).hexdigest()[:PART]
