"""The front door: ``relsim COMMAND [overrides]``, and ``python -m experiments.COMMAND`` in a checkout.

A request is composed, looked at and converted before anything runs; a wrong one ends in one line on stderr and exit
status 2, and nothing is written. Heavy modules (the model, its compiler, figures) are imported only when a request is
worth it, so that help comes at once.
"""

import gc
import importlib
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from experiments.command_line import teaching
from experiments.command_line.commands import COMMANDS
from experiments.command_line.flags import Arguments, parse
from experiments.command_line.surroundings import apart, import_matplotlib_apart
from experiments.settings.folders import config_folders
from experiments.settings.guard import WrongRequest, nearest, one_line, short

DONE, WRONG, INTERRUPTED = 0, 2, 130


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
    if arguments[0].startswith("-"):  # as in Hydra's own completion hook, which knows no commands
        return _without_command(parse(arguments))
    command, *rest = arguments
    if command not in COMMANDS:
        raise WrongRequest(f"{short(command)!r} is no command: {nearest(command, COMMANDS, 'there are')}")
    if not COMMANDS[command].request:
        with apart():
            return _module(command).main(rest)
    parsed = parse(rest)
    if parsed.version or parsed.hydra_help or parsed.completion:
        return _without_command(parsed)
    if parsed.help:
        print(teaching.help_for(command, config_folders(parsed.config_dirs)))
        return DONE
    with apart(), seldom_collecting():
        return _requested(command, parsed)


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Look for circular garbage more seldom: imports and figures make many objects that stay, a seventh of a short command's time."""
    usual = gc.get_threshold()
    gc.set_threshold(20_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _without_command(parsed: Arguments) -> int:
    """What can be asked for without a command."""
    from experiments.command_line.completion import answer

    if parsed.version:
        print(f"relsim {_version()}")
    elif parsed.hydra_help:
        print(teaching.hydra_words())
    elif parsed.completion:
        print(answer(parsed.completion), end="")
    elif parsed.help:
        print(teaching.overview())
    else:
        raise WrongRequest(f"a command is missing: {', '.join(COMMANDS)}; relsim --help says what they do")
    return DONE


def _requested(command: str, parsed: Arguments) -> int:
    """Check a request, then show it or run it."""
    from experiments.command_line import hydra_words, showing
    from experiments.command_line.jobs import run_jobs
    from experiments.command_line.places import places_for

    said = hydra_words.take_out(parsed)
    if said.verbose:
        logging.basicConfig(level=logging.DEBUG)
    folders = config_folders(parsed.config_dirs)
    requests = checked_requests(command, parsed, folders)
    if parsed.cfg:
        print(showing.configuration(command, requests, parsed, said, folders), end="")
        return DONE
    if parsed.info:
        print(showing.information(command, requests, parsed.info, folders), end="")
        return DONE
    places = places_for(command, requests, parsed.multirun)
    _module(command)  # a command that is not there is told before anything is written
    import_matplotlib_apart()
    return run_jobs(command, requests, places, parsed.multirun, said, folders)


def checked_requests(command: str, parsed: Arguments, folders: Sequence[Path]) -> list:
    """The typed request of every job; all are checked before the first one runs."""
    from experiments.settings import schema  # imports the definitions of the model
    from experiments.settings.composing import requests_of
    from experiments.settings.overrides import jobs_of

    kind = getattr(schema, COMMANDS[command].request)
    return requests_of(command, jobs_of(parsed.overrides, kind, folders, parsed.multirun), kind, folders)


def _module(command: str):
    """The module of a command."""
    module = COMMANDS[command].module
    try:
        return importlib.import_module(module)
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
