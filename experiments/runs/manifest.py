"""What a run was: configuration, versions, commit, seed, time; written beside its results."""

import hashlib
import io
import json
import os
import platform
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sim.compiled import code_version

PACKAGES = ("relsim", "mesa", "numpy", "numba", "pandas", "scipy", "hydra-core", "omegaconf", "pyarrow", "matplotlib", "joblib", "SALib")


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that results depend on."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def commit() -> str | None:
    """Commit of the checkout the code runs from; None where it is not one."""
    folder = Path(__file__).resolve().parents[2]
    if not (folder / ".git").exists():
        return None
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=folder, capture_output=True, text=True, timeout=10, check=False
        )
    except OSError:
        return None
    return done.stdout.strip() or None


def manifest(request, more: dict) -> dict:
    """Everything needed to run the same again."""
    return {
        "seed": request.seed,
        "overrides": list(request.overrides),
        "config": request.manifest_config,
        "versions": versions(),
        "code_version": code_version(),
        "commit": commit(),
        **more,
    }


def write_manifest(out: Path, request, more: dict) -> dict:
    """Write ``manifest.json`` and return what it says."""
    content = manifest(request, more)
    write_whole(out / "manifest.json", json.dumps(content, indent=2, sort_keys=True, default=str).encode())
    return content


class Writing(io.RawIOBase):
    """An open file that is written from its beginning to its end, and knows the digest of what was written."""

    def __init__(self, descriptor: int):
        self.descriptor, self.sum = descriptor, hashlib.sha256()

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, content: bytes) -> int:
        """Write all of it."""
        left = memoryview(content)
        self.sum.update(left)
        while left:
            left = left[os.write(self.descriptor, left) :]
        return len(content)

    def digest(self) -> str:
        """SHA-256 of all that was written."""
        return self.sum.hexdigest()


@contextmanager
def whole(path: Path) -> Iterator[Writing]:
    """Within this context a file is written; it is there whole or not at all, and still there after a power cut.

    It is written under another name, flushed to the disk, renamed, and the folder flushed. What fails on the way
    leaves nothing behind.
    """
    waiting = path.with_name(f".{path.name}.writing-{os.getpid()}")
    try:
        file = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        try:
            yield Writing(file)
            os.fsync(file)
        finally:
            os.close(file)
        os.replace(waiting, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(waiting)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file at once, as :func:`whole` does."""
    with whole(path) as file:
        file.write(content)
