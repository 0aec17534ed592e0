"""Folders for results: new or empty ones only, so that nothing is overwritten."""

import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import yaml

from experiments.settings.guard import WrongRequest, short

RECORD = ("config", "hydra", "overrides")
"""Files of ``.hydra``, as Hydra's users know them."""
SUMMARY = "multirun.yaml"


def places_for(command: str, requests: list, multirun: bool) -> list[Path]:
    """A folder for each job; refuses those with something in them. Makes nothing yet."""
    now = datetime.now().strftime("%Y%m%d-%H%M%S")
    roots = {request.out for request in requests}
    places = []
    for number, request in enumerate(requests):
        if getattr(request, "resume", None) is not None:  # goes on where it began
            place = Path(request.resume)
        elif request.out is not None:
            place = Path(request.out)
            if multirun and len(roots) == 1:
                if number == 0 and os.path.lexists(place / SUMMARY):
                    raise WrongRequest(f"out={short(place)} holds a multirun already: name a new folder")
                place = place / str(number)
            _refuse_used(place)
        else:
            name = f"multirun-{now}" if multirun else f"{request.scenario.name}-{now}"
            folder = _unused(Path("results") / command / name)
            place = folder / str(number) if multirun else folder
        places.append(place)
    twice = [place for place in places if places.count(place) > 1]
    if twice:
        raise WrongRequest(
            f"out={short(twice[0])} is given to several jobs: leave it to one value, jobs are numbered in it"
        )
    return places


def _unused(folder: Path) -> Path:
    """The folder, or with a number behind its name the first that is not there."""
    candidate, number = folder, 1
    while candidate.exists():
        number += 1
        candidate = folder.with_name(f"{folder.name}-{number}")
    return candidate


def _refuse_used(place: Path) -> None:
    """Refuse a folder that is none, or is not empty: results are never overwritten."""
    if len(place.parts) > 50 or len(str(place)) > 2000 or any(len(part.encode()) > 200 for part in place.parts):
        raise WrongRequest(f"out={short(place)} is too long a name: give a shorter one")
    try:
        if place.is_dir() and not any(place.iterdir()):
            return
        if place.exists() or place.is_symlink():
            trouble = "is not empty" if place.is_dir() else "is no folder"
            raise WrongRequest(f"out={short(place)} {trouble}: name a new folder, nothing is overwritten")
        parent = next(parent for parent in place.absolute().parents if parent.exists())
        if not parent.is_dir() or not os.access(parent, os.W_OK):
            raise WrongRequest(f"out={short(place)} cannot be made in {parent}: name a folder where you may write")
    except (OSError, ValueError) as error:
        if isinstance(error, WrongRequest):
            raise
        raise WrongRequest(f"out={short(place)} cannot be used ({error}): name a new folder") from None


def claim(place: Path, request, hydra: dict) -> list[Path]:
    """Make the folder for results, with the record of the job in it as Hydra leaves it; returns the folders made.

    Parameters
    ----------
    place : Path
        The folder.
    request : Request
        Its ``out`` is set to the folder.
    hydra : dict
        What ``.hydra/hydra.yaml`` says.
    """
    made = [folder for folder in (place, *place.parents) if not folder.exists()]
    contents = {"config": request.manifest_config, "hydra": {"hydra": hydra}, "overrides": request.overrides}
    if getattr(request, "resume", None) is not None:
        return []
    try:
        record = place / ".hydra"
        record.mkdir(parents=True)
        for name, content in contents.items():
            (record / f"{name}.yaml").write_text(as_yaml(content), encoding="utf-8")
    except OSError as error:
        give_back(place, made)
        raise WrongRequest(f"out={short(place)} cannot be made ({error.strerror}): name another folder") from None
    request.out = str(place)
    return made


def give_back(place: Path, made: Sequence[Path]) -> None:
    """Take away what :func:`claim` made, as far as nothing else is in it."""
    with suppress(OSError):
        for name in RECORD:
            (place / ".hydra" / f"{name}.yaml").unlink(missing_ok=True)
        (place / ".hydra").rmdir()
    with suppress(OSError):
        for folder in made:
            folder.rmdir()


def as_yaml(content) -> str:
    """Plain values as YAML, in the order given."""
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
