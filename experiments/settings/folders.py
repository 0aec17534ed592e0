"""Where configuration files are: ours, and a user's own beside them."""

from collections.abc import Sequence
from pathlib import Path

from experiments.settings.guard import NAME, WrongRequest, nearest

GROUPS = ("scenario", "policy", "world", "engine", "design", "experiment")
MOST_FOLDERS = 10


def our_folder() -> Path:
    """Our configuration files, found from this file and never from the working directory.

    In a wheel they lie inside our package ``experiments``; there a folder ``configs`` beside it would be somebody else's.
    """
    ours = Path(__file__).resolve().parent.parent
    return ours / "_configs" if (ours / "_configs").is_dir() else ours.parent / "configs"


def config_folders(own: Sequence[str] = ()) -> list[Path]:
    """Folders searched, in order: ours, those named, then the working folder where it holds files of a group.

    Only groups (``policy/``, ``scenario/`` ...) are looked for in folders that are not ours.

    Parameters
    ----------
    own : sequence of str
        Folders named with ``--config-dir``.

    Raises
    ------
    WrongRequest
        Where a named folder is none, or holds a file that ours would hide.
    """
    if len(own) > MOST_FOLDERS:
        raise WrongRequest(f"{len(own)} folders of configurations are named: at most {MOST_FOLDERS} are searched")
    folders = [our_folder()]
    for name in own:
        theirs = _named(name, folders[0])
        if theirs not in folders:
            folders.append(theirs)
    here = _working_folder()
    if here is not None and here not in folders:
        folders.append(here)
    return folders


def _named(name: str, ours: Path) -> Path:
    """A folder that was named, checked."""
    try:
        theirs = Path(name)
        if not theirs.is_dir():
            raise WrongRequest(f"--config-dir {name} is no folder: name one that holds {', '.join(GROUPS)} folders")
        theirs = theirs.resolve()
        for path in sorted(ours.rglob("*.yaml")):
            other = theirs / path.relative_to(ours)
            if other.is_file() and not _same(path, other):
                raise WrongRequest(f"{other} has the name of a file of ours, which would hide it: rename it")
    except (OSError, ValueError) as error:
        if isinstance(error, WrongRequest):
            raise
        raise WrongRequest(f"--config-dir {name} cannot be read: check its name and permissions") from None
    return theirs


def _working_folder() -> Path | None:
    """The working folder, where it holds folders of our groups' names."""
    try:
        here = Path.cwd()
        return here.resolve() if any((here / group).is_dir() for group in GROUPS) else None
    except OSError:
        return None


def _same(one: Path, other: Path) -> bool:
    """Whether two files have the same content; a file much larger than the other is not read."""
    return one.samefile(other) or (
        one.stat().st_size == other.stat().st_size and one.read_bytes() == other.read_bytes()
    )


def find(group: str, name: str, folders: Sequence[Path]) -> Path | None:
    """The file of a choice, or None.

    Raises
    ------
    WrongRequest
        Where two folders hold different files of this name: which is meant is not for us to guess.
    """
    found = [path for path in (folder / group / f"{name}.yaml" for folder in folders) if path.is_file()]
    for other in found[1:]:
        if not _same(found[0], other):
            raise WrongRequest(f"{group}={name} is there twice, {found[0]} and {other}: rename one")
    return found[0] if found else None


def names(group: str, folders: Sequence[Path]) -> list[str]:
    """The choices of a group; files whose names could not be given are left out."""
    found = {path.stem for folder in folders for path in (folder / group).glob("*.yaml")}
    return sorted(name for name in found if NAME.fullmatch(name) and ".." not in name)


def check_choice(group: str, name: str, folders: Sequence[Path], place: str | None = None) -> None:
    """Refuse a choice that is not there, naming the nearest; ``place`` is the setting that names it."""
    if find(group, name, folders) is None:
        raise WrongRequest(f"{place or group}={name} is not there: {nearest(name, names(group, folders), 'there are')}")
