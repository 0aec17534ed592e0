"""Where configuration files are: ours, and a user's own folder beside them."""

from collections.abc import Sequence
from pathlib import Path

from experiments.guard import WrongRequest, nearest

GROUPS = ("scenario", "policy", "world", "engine", "design", "experiment")


def our_folder() -> Path:
    """Our configuration files, found from this file and never from the working directory.

    In a wheel they lie inside this package; there a folder ``configs`` beside it would be somebody else's.
    """
    here = Path(__file__).resolve().parent
    return here / "_configs" if (here / "_configs").is_dir() else here.parent / "configs"


def config_folders(own: str | None = None) -> list[Path]:
    """Folders searched, in order: ours, then the user's own.

    Raises
    ------
    WrongRequest
        Where the user's folder is none, or holds a file that ours would hide.
    """
    ours = our_folder()
    if own is None:
        return [ours]
    theirs = Path(own)
    try:
        if not theirs.is_dir():
            raise WrongRequest(f"--config-dir {own} is no folder: name one that holds {', '.join(GROUPS)} folders")
        theirs = theirs.resolve()
        for path in sorted(ours.rglob("*.yaml")):
            other = theirs / path.relative_to(ours)
            if other.is_file() and not other.samefile(path) and other.read_bytes() != path.read_bytes():
                raise WrongRequest(f"{other} has the name of a file of ours, which would hide it: rename it")
    except (OSError, ValueError) as error:
        if isinstance(error, WrongRequest):
            raise
        raise WrongRequest(f"--config-dir {own} cannot be read: check its name and permissions") from None
    return [ours, theirs]


def find(group: str, name: str, folders: Sequence[Path]) -> Path | None:
    """The file of a choice, or None."""
    for folder in folders:
        path = folder / group / f"{name}.yaml"
        if path.is_file():
            return path
    return None


def names(group: str, folders: Sequence[Path]) -> list[str]:
    """The choices of a group."""
    found = {path.stem for folder in folders for path in (folder / group).glob("*.yaml")}
    return sorted(found)


def check_choice(group: str, name: str, folders: Sequence[Path], place: str | None = None) -> None:
    """Refuse a choice that is not there, naming the nearest; ``place`` is the setting that names it."""
    if find(group, name, folders) is None:
        raise WrongRequest(f"{place or group}={name} is not there: {nearest(name, names(group, folders), 'there are')}")
