"""The jobs of a multirun, started as Hydra's launchers would: several at a time, or as jobs of submitit.

Everything has been composed and checked before; what is handed over is our own typed request. submitit writes its
job files, which are pickles, into a folder made for it alone, which is removed afterwards; none is read from anywhere
else.
"""

import io
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from experiments.command_line.hydra_words import Hydra
from experiments.command_line.surroundings import import_matplotlib_apart
from experiments.settings.guard import WrongRequest, one_line

DONE, WRONG, SOME_FAILED = 0, 2, 3


@dataclass(frozen=True)
class Ended:
    """How a job ended.

    Attributes
    ----------
    status : int
        Exit status: 0, 2 or 3.
    said : str
        What it printed.
    trouble : str
        Why it broke: one line, or a traceback; empty where it did not.
    """

    status: int
    said: str
    trouble: str = ""


def run_quietly(module: str, request) -> Ended:
    """Run one job in this process and keep what it prints."""
    from sim.quantities import OutOfRange

    import_matplotlib_apart()
    said, aside = io.StringIO(), io.StringIO()
    status, trouble = DONE, ""
    try:
        with redirect_stdout(said), redirect_stderr(aside):
            status = import_module(module).run(request) or DONE
    except (OutOfRange, WrongRequest) as error:
        status, trouble = WRONG, one_line(f"relsim: {error}")
    except Exception:
        status, trouble = SOME_FAILED, traceback.format_exc()
    told = [line for line in aside.getvalue().splitlines() if line.startswith("relsim: ")]  # and no progress bars
    return Ended(status, "".join(f"{line}\n" for line in [*said.getvalue().splitlines(), *told]), trouble)


def launched(said: Hydra, module: str, requests: list) -> Iterator[tuple[int, Ended]]:
    """Run jobs several at a time; (number, how it ended) as they end.

    A job started beside others runs in one process unless ``engine.workers`` says otherwise.
    """
    from experiments.engines import cores, warm_up

    for request in requests:
        warm_up(request.scenario, request.policy_set.values())
    at_a_time = min(len(requests), said.n_jobs if said.n_jobs and said.n_jobs > 0 else cores())
    for request in requests:
        request.engine.workers = request.engine.workers or 1
    start = _with_joblib if said.launcher == "joblib" else _with_submitit
    yield from start(said, module, requests, at_a_time)


def _numbered(module: str, number: int, request) -> tuple[int, Ended]:
    return number, run_quietly(module, request)


def _with_joblib(said: Hydra, module: str, requests: list, at_a_time: int) -> Iterator[tuple[int, Ended]]:
    from joblib import Parallel, delayed

    calls = (delayed(_numbered)(module, number, request) for number, request in enumerate(requests))
    yield from Parallel(n_jobs=at_a_time, return_as="generator_unordered", batch_size=1)(calls)


def _with_submitit(said: Hydra, module: str, requests: list, at_a_time: int) -> Iterator[tuple[int, Ended]]:
    try:
        from submitit import LocalExecutor
    except ModuleNotFoundError:
        raise WrongRequest("hydra/launcher=submitit_local needs submitit: pip install submitit") from None
    with tempfile.TemporaryDirectory(prefix="relsim-jobs-") as folder:  # readable by this user only
        executor = LocalExecutor(folder=Path(folder))
        executor.update_parameters(timeout_min=said.timeout_min, stderr_to_stdout=True)
        waiting = list(enumerate(requests))
        running: dict[int, object] = {}
        try:
            while waiting or running:
                while waiting and len(running) < at_a_time:
                    number, request = waiting.pop(0)
                    running[number] = executor.submit(_numbered, module, number, request)
                for number, job in list(running.items()):
                    if job.done():
                        del running[number]
                        yield _outcome(number, job)
                time.sleep(0.1)
        finally:
            for job in running.values():
                job.cancel(check=False)


def _outcome(number: int, job) -> tuple[int, Ended]:
    """The result of a job of submitit; one that died has none."""
    try:
        return job.result()
    except Exception as error:
        last = str(error).strip().splitlines()[-1:] or [type(error).__name__]
        return number, Ended(SOME_FAILED, "", one_line(f"relsim: job {number} ended without a result: {last[0]}"))


def show(number: int, ended: Ended, overrides: list[str], of: int) -> None:
    """Print what a job said, whole, when it has ended."""
    print(one_line(f"job {number + 1} of {of}: {' '.join(overrides)}"))
    print(ended.said, end="", flush=True)
    if ended.trouble:
        print(ended.trouble.rstrip(), file=sys.stderr)
