"""The front door: ``relsim COMMAND [overrides]``, and ``python -m experiments.COMMAND`` in a checkout.

A request is composed, looked at and converted before anything runs; a wrong one ends in one line on stderr and exit
status 2, and nothing is written. Heavy modules (the model, its compiler, figures) are imported only when a request is
worth it, so that help comes at once.
"""

import importlib
import logging
import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from experiments import teaching
from experiments.commands import COMMANDS, ON_FOLDERS
from experiments.folders import config_folders
from experiments.guard import WrongRequest, nearest, one_line, short
from experiments.places import claim, give_back, places_for

DONE, WRONG, SOME_FAILED, INTERRUPTED = 0, 2, 3, 130

WITH_VALUE = {"--cfg": "cfg", "-c": "cfg", "--config-dir": "config_dir", "-cd": "config_dir"}
SWITCHES = {
    "--help": "help",
    "-h": "help",
    "--multirun": "multirun",
    "-m": "multirun",
    "--resolve": "resolve",
    "--run": "run",
    "-r": "run",
}
REFUSED = {
    "--experimental-rerun": "it would run whatever a file holds; type the command again",
    "--info": "use --cfg job for what is set, --help for what can be chosen",
    "-i": "use --cfg job for what is set, --help for what can be chosen",
    "--config-path": "use --config-dir DIR to add a folder of your own",
    "-cp": "use --config-dir DIR to add a folder of your own",
    "--config-name": "use experiment=NAME for an overlay of your own",
    "-cn": "use experiment=NAME for an overlay of your own",
    "--package": "use --cfg job for the whole configuration",
    "-p": "use --cfg job for the whole configuration",
    "--shell-completion": "there is none; use --help for what can be chosen",
    "-sc": "there is none; use --help for what can be chosen",
    "--hydra-help": "use --help",
}


@dataclass
class Arguments:
    """A command line, taken apart."""

    overrides: list[str] = field(default_factory=list)
    help: bool = False
    multirun: bool = False
    resolve: bool = False
    run: bool = False
    cfg: str | None = None
    config_dir: str | None = None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the console script ``relsim``.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command and overrides; what was typed by default.

    Returns
    -------
    int
        Exit status: 0 done; 2 the request is wrong; 3 done, some runs failed; 130 interrupted.
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _main(arguments)
    except WrongRequest as error:
        print(one_line(f"relsim: {error}"), file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:
        print("relsim: interrupted before a result was complete", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone (relsim ... | head): nothing is left to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _main(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(teaching.overview())
        return DONE
    if arguments[0] == "--version":
        print(f"relsim {_version()}")
        return DONE
    command, *rest = arguments
    if command in ON_FOLDERS:
        if not {"-h", "--help"}.isdisjoint(rest):
            print(teaching.help_on_folders(command))
            return DONE
        return importlib.import_module(ON_FOLDERS[command].module).run(rest)
    if command not in COMMANDS:
        raise WrongRequest(f"{short(command)!r} is no command: {nearest(command, [*COMMANDS, *ON_FOLDERS], 'there are')}")
    parsed = parse(rest)
    folders = config_folders(parsed.config_dir)
    if parsed.help:
        print(teaching.help_for(command, folders))
        return DONE
    _set_verbosity(parsed)
    requests = checked_requests(command, parsed, folders)
    if parsed.cfg:
        shown = [yaml.safe_dump(request.manifest_config, sort_keys=False, allow_unicode=True) for request in requests]
        print("---\n".join(shown), end="")
        return DONE
    places = places_for(command, requests, parsed.multirun)
    return _run_all(command, requests, places)


def parse(arguments: Sequence[str]) -> Arguments:
    """Flags and overrides, in any order.

    Raises
    ------
    WrongRequest
        For a flag that is not known, or lacks its value.
    """
    parsed = Arguments()
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        flag, equals, value = word.partition("=")
        if not word.startswith("-"):
            parsed.overrides.append(word)
        elif flag in REFUSED:
            raise WrongRequest(f"{flag} is refused: {REFUSED[flag]}")
        elif flag in WITH_VALUE:
            if not equals:
                if not waiting:
                    raise WrongRequest(f"{flag} lacks its value: see --help")
                value = waiting.pop(0)
            setattr(parsed, WITH_VALUE[flag], value)
        elif flag in SWITCHES and not equals:
            setattr(parsed, SWITCHES[flag], True)
        else:
            known = [name for name in (*SWITCHES, *WITH_VALUE) if name.startswith("--")]
            raise WrongRequest(f"{short(word)} is no flag: {nearest(flag, known)}")
    if parsed.cfg not in (None, "job"):
        raise WrongRequest(f"--cfg {short(parsed.cfg)} is not usable: write --cfg job")
    return parsed


def _set_verbosity(parsed: Arguments) -> None:
    """Take out ``hydra.verbose``, the one setting of Hydra that is ours to follow."""
    for text in [text for text in parsed.overrides if text.partition("=")[0].lstrip("+") == "hydra.verbose"]:
        value = text.partition("=")[2]
        if value not in ("true", "false"):
            raise WrongRequest(f"hydra.verbose={short(value)} is not usable: give true or false")
        parsed.overrides.remove(text)
        if value == "true":
            logging.basicConfig(level=logging.DEBUG)


def checked_requests(command: str, parsed: Arguments, folders: Sequence[Path]) -> list:
    """The typed request of every job; all are checked before the first one runs."""
    from experiments import schema  # imports the model
    from experiments.composing import request_of
    from experiments.overrides import jobs_of

    kind = getattr(schema, COMMANDS[command].request)
    jobs = jobs_of(parsed.overrides, kind, folders, parsed.multirun)
    requests = []
    for number, overrides in enumerate(jobs):
        try:
            requests.append(request_of(command, overrides, kind, folders))
        except WrongRequest as error:
            if len(jobs) == 1:
                raise
            raise WrongRequest(f"job {number} ({' '.join(overrides)}): {error}") from None
    return requests


def _run_all(command: str, requests: list, places: list[Path]) -> int:
    """Run the jobs one after the other; a job that breaks does not take the others with it."""
    from sim.quantities import OutOfRange

    run = _runner(command)
    status, broken = DONE, 0
    for number, (request, place) in enumerate(zip(requests, places, strict=True)):
        if len(requests) > 1:
            print(f"job {number + 1} of {len(requests)}: {' '.join(request.overrides)}", flush=True)
        made = claim(place, request)
        try:
            status = max(status, run(request) or DONE)
        except (OutOfRange, WrongRequest) as error:  # a command may know better than the door what goes together
            give_back(place, made)
            if len(requests) == 1:
                raise WrongRequest(str(error)) from None
            print(one_line(f"relsim: {error}"), file=sys.stderr)
            broken += 1
        except KeyboardInterrupt:
            print(one_line(f"relsim: interrupted; what is complete is in {place}"), file=sys.stderr)
            return INTERRUPTED
        except Exception as error:
            if len(requests) == 1 or isinstance(error, BrokenPipeError):
                raise
            traceback.print_exc()
            broken += 1
    if broken:
        print(f"relsim: {broken} of {len(requests)} jobs broke; what went wrong stands above", file=sys.stderr)
        return SOME_FAILED
    return status


def _runner(command: str):
    """What runs a command."""
    module = COMMANDS[command].module
    try:
        return importlib.import_module(module).run
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise WrongRequest(f"{command} is not part of this version of relsim: see relsim --help") from None


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("relsim")
    except PackageNotFoundError:
        return "(a checkout)"


if __name__ == "__main__":
    sys.exit(main())
