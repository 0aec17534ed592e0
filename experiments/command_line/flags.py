"""The flags of a command line, as Hydra has them; nothing of Hydra is imported for them, so that help comes at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from experiments.settings.guard import WrongRequest, nearest, short

SWITCHES = {
    "--help": "help",
    "-h": "help",
    "--hydra-help": "hydra_help",
    "--version": "version",
    "--multirun": "multirun",
    "-m": "multirun",
    "--resolve": "resolve",
    "--run": "run",
    "-r": "run",
}
WITH_VALUE = {
    "--cfg": "cfg",
    "-c": "cfg",
    "--package": "package",
    "-p": "package",
    "--info": "info",
    "-i": "info",
    "--config-dir": "config_dirs",
    "-cd": "config_dirs",
    "--config-path": "config_dirs",
    "-cp": "config_dirs",
    "--shell-completion": "completion",
    "-sc": "completion",
}
REFUSED = {
    "--experimental-rerun": "it would run whatever a file holds; type the command again",
    "--config-name": "each command has its own primary configuration; use experiment=NAME for an overlay of your own",
    "-cn": "each command has its own primary configuration; use experiment=NAME for an overlay of your own",
}
CHOICES = {"cfg": ("job", "hydra", "all"), "info": ("all", "config", "defaults", "searchpath")}


@dataclass
class Arguments:
    """A command line, taken apart."""

    overrides: list[str] = field(default_factory=list)
    help: bool = False
    hydra_help: bool = False
    version: bool = False
    multirun: bool = False
    resolve: bool = False
    """Accepted as in Hydra; what is shown is always resolved."""
    run: bool = False
    cfg: str | None = None
    package: str | None = None
    info: str | None = None
    completion: str | None = None
    config_dirs: list[str] = field(default_factory=list)


def parse(words: Sequence[str]) -> Arguments:
    """Flags and overrides, in any order.

    Raises
    ------
    WrongRequest
        For a flag that is not known, is given twice, or lacks its value.
    """
    parsed = Arguments()
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        flag, equals, value = word.partition("=")
        if not word.startswith("-"):
            parsed.overrides.append(word)
        elif flag in REFUSED:
            raise WrongRequest(f"{flag} is refused: {REFUSED[flag]}")
        elif flag in WITH_VALUE:
            _set(parsed, flag, value if equals else _next(flag, waiting))
        elif flag in SWITCHES and not equals:
            setattr(parsed, SWITCHES[flag], True)
        else:
            known = [name for name in (*SWITCHES, *WITH_VALUE) if name.startswith("--")]
            raise WrongRequest(f"{short(word)} is no flag: {nearest(flag, known, 'there are')}")
    if parsed.package is not None and parsed.cfg is None:
        raise WrongRequest("--package says which part --cfg job shows: add --cfg job")
    if parsed.run and parsed.multirun:
        raise WrongRequest("--run and --multirun are both given: keep one")
    return parsed


def _next(flag: str, waiting: list[str]) -> str:
    """The value of a flag that stands in the next word."""
    if WITH_VALUE[flag] == "info" and (not waiting or waiting[0] not in CHOICES["info"]):
        return "all"  # as in Hydra, where --info alone shows everything
    if not waiting:
        raise WrongRequest(f"{flag} lacks its value: see --help")
    return waiting.pop(0)


def _set(parsed: Arguments, flag: str, value: str) -> None:
    """Note the value of a flag."""
    name = WITH_VALUE[flag]
    if name == "config_dirs":
        parsed.config_dirs.append(value)
        return
    if getattr(parsed, name) is not None:
        raise WrongRequest(f"{flag} is given twice: keep one")
    if value not in CHOICES.get(name, (value,)):
        raise WrongRequest(f"{flag}={short(value)} is not usable: choose from {', '.join(CHOICES[name])}")
    setattr(parsed, name, value)
