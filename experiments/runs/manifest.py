"""What a run was: configuration, versions, commit, seed, time; written beside its results."""

import json
import os
import platform
import subprocess
from contextlib import suppress
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


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, and still there after a power cut.

    It is written under another name, flushed to the disk, renamed, and the folder flushed. What fails on the way
    leaves nothing behind.
    """
    waiting = path.with_name(f".{path.name}.writing-{os.getpid()}")
    try:
        file = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        try:
            left = memoryview(content)
            while left:
                left = left[os.write(file, left) :]
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
