"""What ``--cfg`` and ``--info`` print: the configuration of a job, and where it comes from."""

from collections.abc import Sequence
from pathlib import Path

from experiments.command_line.flags import Arguments
from experiments.command_line.hydra_words import Hydra
from experiments.command_line.places import as_yaml
from experiments.command_line.record import hydra_record, sources
from experiments.settings.folders import GROUPS, find
from experiments.settings.guard import WrongRequest, nearest, short
from experiments.settings.typed import paths


def configuration(command: str, requests: list, parsed: Arguments, said: Hydra, folders: Sequence[Path]) -> str:
    """``--cfg job|hydra|all``, or with ``--package`` a part of it, of every job."""
    shown = []
    for number, request in enumerate(requests):
        values: dict = {}
        if parsed.cfg in ("hydra", "all"):
            place = Path(request.out) if request.out else None
            values["hydra"] = hydra_record(command, request, place, number if parsed.multirun else None, said, folders)
        if parsed.cfg in ("job", "all"):
            values |= request.manifest_config
        shown.append(_part(values, parsed.package))
    return "---\n".join(shown)


def _part(values: dict, package: str | None) -> str:
    """All values as YAML, or those of one package, in Hydra's form."""
    if package in (None, "_global_"):
        return as_yaml(values)
    part: object = values
    for name in package.split("."):
        part = part.get(name) if isinstance(part, dict) else None
    if not isinstance(part, dict):
        known = [path for path in paths(values) if isinstance(_at(values, path), dict)]
        raise WrongRequest(f"--package {short(package)} is no part of the configuration: {nearest(package, known)}")
    return f"# @package {package}\n{as_yaml(part)}"


def _at(values: dict, path: str):
    for name in path.split("."):
        values = values[name]
    return values


def information(command: str, requests: list, what: str, folders: Sequence[Path]) -> str:
    """``--info all|config|defaults|searchpath``."""
    shown = {"searchpath": lambda: searchpath(folders), "defaults": lambda: chosen(command, requests[0], folders)}
    shown["config"] = lambda: as_yaml(requests[0].manifest_config)
    wanted = ("searchpath", "defaults", "config") if what == "all" else (what,)
    return "\n".join(shown[name]() for name in wanted)


def searchpath(folders: Sequence[Path]) -> str:
    """Folders searched, in order; the first that has a file of a name gives it."""
    rows = [("provider", "search path")]
    rows += [(source["provider"], f"{source['schema']}://{source['path']}") for source in sources(folders)]
    width = max(len(provider) for provider, _ in rows)
    return "Where configurations are looked for, in order\n" + "".join(
        f"  {provider:<{width}}  {path}\n" for provider, path in rows
    )


def chosen(command: str, request, folders: Sequence[Path]) -> str:
    """The files a configuration is put together from, in the order in which they override."""
    rows = [("settings", "the definitions in the code")]
    rows += [
        (f"{group}={name}", str(find(group, name, folders)))
        for group in GROUPS
        for name in _listed(request.choices.get(group))
        if group != "experiment"
    ]
    rows.append((command, str(folders[0] / f"{command}.yaml")))
    rows += [
        (f"experiment={n}", str(find("experiment", n, folders))) for n in _listed(request.choices.get("experiment"))
    ]
    rows += [("typed", text) for text in request.overrides]
    width = max(len(left) for left, _ in rows)
    return "Put together from, later overriding earlier\n" + "".join(
        f"  {left:<{width}}  {right}\n" for left, right in rows
    )


def _listed(choice) -> list[str]:
    return choice if isinstance(choice, list) else [choice] if choice else []
