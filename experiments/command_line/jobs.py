"""Running the jobs of a request: one, or those of a multirun in turn or several at a time.

A job that breaks does not take the others with it.
"""

import importlib
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from experiments.command_line.commands import COMMANDS
from experiments.command_line.hydra_words import Hydra
from experiments.command_line.launching import DONE, SOME_FAILED, WRONG, launched, show
from experiments.command_line.places import SUMMARY, as_yaml, claim, give_back
from experiments.command_line.record import hydra_record, multirun_record
from experiments.settings.guard import WrongRequest, one_line, short
from sim.quantities import OutOfRange

INTERRUPTED = 130


def run_jobs(
    command: str, requests: list, places: list[Path], multirun: bool, said: Hydra, folders: Sequence[Path]
) -> int:
    """Run the jobs, each into its place; returns the exit status.

    Parameters
    ----------
    command : str
        Name of the command.
    requests : list of Request
        One a job, checked.
    places : list of Path
        Folder of each job; nothing is written elsewhere.
    multirun : bool
        Whether ``-m`` was given: jobs are numbered and summed up in ``multirun.yaml``.
    said : Hydra
        What was typed in Hydra's own words, among it how jobs are started.
    folders : sequence of Path
        Folders of configurations, for the record.
    """
    records = [
        hydra_record(command, request, place, number if multirun else None, said, folders)
        for number, (request, place) in enumerate(zip(requests, places, strict=True))
    ]
    made = None
    if multirun and len({place.parent for place in places}) == 1:
        made = claim(places[0], requests[0], records[0])
        _sum_up(places[0].parent, multirun_record(command, requests, places, said, folders))
    return _several(command, requests, places, records, said, made)


def _sum_up(root: Path, summary: dict) -> None:
    """Leave the summary of a multirun beside its jobs."""
    try:
        (root / SUMMARY).write_text(as_yaml(summary), encoding="utf-8")
    except OSError as error:
        raise WrongRequest(f"out={short(root)} cannot be written ({error.strerror}): name another folder") from None


def _several(command: str, requests: list, places: list[Path], records: list[dict], said: Hydra, made) -> int:
    """Jobs in turn, or as a launcher starts them."""
    module = COMMANDS[command].module
    if said.launcher != "basic":
        return _at_a_time(module, requests, places, records, said, made)
    run = importlib.import_module(module).run
    status, broken = DONE, 0
    for number, (request, place) in enumerate(zip(requests, places, strict=True)):
        if len(requests) > 1:
            print(f"job {number + 1} of {len(requests)}: {' '.join(request.overrides)}", flush=True)
        mine = made if number == 0 and made is not None else claim(place, request, records[number])
        try:
            status = max(status, run(request) or DONE)
        except (OutOfRange, WrongRequest) as error:  # a command may know better than the door what goes together
            give_back(place, mine)
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
    return _summed_up(status, broken, len(requests))


def _at_a_time(module: str, requests: list, places: list[Path], records: list[dict], said: Hydra, made) -> int:
    """Jobs beside each other, each told about when it has ended."""
    mine = [
        made if number == 0 and made is not None else claim(place, request, records[number])
        for number, (request, place) in enumerate(zip(requests, places, strict=True))
    ]
    status, broken = DONE, 0
    try:
        for number, ended in launched(said, module, requests):
            show(number, ended, requests[number].overrides, len(requests))
            if ended.status == WRONG:
                give_back(places[number], mine[number])
            broken += bool(ended.trouble)
            status = max(status, DONE if ended.trouble else ended.status)
    except KeyboardInterrupt:
        print(one_line(f"relsim: interrupted; what is complete is in {places[0].parent}"), file=sys.stderr)
        return INTERRUPTED
    return _summed_up(status, broken, len(requests))


def _summed_up(status: int, broken: int, of: int) -> int:
    if not broken:
        return status
    print(f"relsim: {broken} of {of} jobs broke; what went wrong stands above", file=sys.stderr)
    return SOME_FAILED
