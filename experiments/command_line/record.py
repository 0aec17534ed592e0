"""What ``.hydra/hydra.yaml`` and ``multirun.yaml`` say of a job: the part of Hydra's own record that has a meaning here."""

import os
from collections.abc import Sequence
from pathlib import Path

from hydra import __version__ as hydra_version

from experiments.command_line.hydra_words import Hydra


def hydra_record(
    command: str, request, place: Path | None, number: int | None, said: Hydra, folders: Sequence[Path]
) -> dict:
    """Hydra's node of one job.

    Parameters
    ----------
    command : str
        Name of the command, which is also that of the primary configuration.
    request : Request
        The job's request.
    place : Path or None
        Its folder for results; None: not chosen yet.
    number : int or None
        Number of the job in a multirun; None: a job of its own.
    said : Hydra
        What was typed in Hydra's own words.
    folders : sequence of Path
        Folders of configurations searched.
    """
    several = number is not None
    root = None if place is None else str(place.parent if several else place)
    job = {
        "name": command,
        "chdir": False,
        "override_dirname": ",".join(sorted(text for text in request.overrides if not text.startswith("out="))),
        "config_name": command,
    }
    if several:
        job |= {"id": f"{command}_{number}", "num": number}
    return {
        "mode": "MULTIRUN" if several else "RUN",
        ("sweep" if several else "run"): {"dir": root} | ({"subdir": str(number)} if several else {}),
        "launcher": launcher_record(said),
        "sweeper": {"name": "basic"},
        "output_subdir": ".hydra",
        "overrides": {"hydra": list(said.typed), "task": list(request.overrides)},
        "job": job,
        "runtime": {
            "version": hydra_version,
            "version_base": "1.3",
            "cwd": str(Path.cwd()),
            "config_sources": sources(folders),
            "output_dir": None if place is None else os.path.abspath(place),
            "choices": {group: choice for group, choice in request.choices.items() if not group.startswith("hydra/")},
        },
        "verbose": said.verbose,
    }


def multirun_record(command: str, requests: list, places: list[Path], said: Hydra, folders: Sequence[Path]) -> dict:
    """What ``multirun.yaml`` says: Hydra's node without what differs between jobs, then each job's overrides."""
    node = hydra_record(command, requests[0], places[0], 0, said, folders)
    for name in ("id", "num", "override_dirname"):
        del node["job"][name]
    del node["runtime"]["choices"], node["sweep"]["subdir"], node["overrides"]["task"]
    node["runtime"]["output_dir"] = os.path.abspath(places[0].parent)
    jobs = {str(number): list(request.overrides) for number, request in enumerate(requests)}
    return {"hydra": node, "jobs": jobs}


def launcher_record(said: Hydra) -> dict:
    """How jobs were started."""
    record: dict = {"name": said.launcher}
    if said.launcher != "basic":
        record["n_jobs"] = said.n_jobs if said.n_jobs is not None else -1
    if said.launcher == "submitit_local":
        record["timeout_min"] = said.timeout_min
    return record


def sources(folders: Sequence[Path]) -> list[dict[str, str]]:
    """Where configurations come from, in the order searched, as Hydra lists them."""
    listed = [("main" if place == 0 else f"own-{place}", "file", str(folder)) for place, folder in enumerate(folders)]
    listed.append(("schema", "structured", ""))
    return [{"path": path, "schema": schema, "provider": provider} for provider, schema, path in listed]
