"""One hostile command line: sent through the door in this process or as a real command, and held against what is promised."""

import contextlib
import dataclasses
import io
import math
import resource
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from campaigns.hostile_grammar import Set
from experiments import door
from experiments.command_line.commands import COMMANDS
from experiments.settings.schema import CompareRequest
from experiments.settings.typed import paths, plain, settings
from sim import RelationshipModel
from sim.quantities import described

ROOT = Path(__file__).resolve().parents[2]
REFUSED_WITHIN, RUN_WITHIN = 2.0, 5.0  # seconds
GIVEN_UP_AFTER = 120  # seconds of wall time
TINY = {
    "scenario.members": "20", "scenario.burn_in": "2", "replicates": "1", "preliminary": "1", "years": "1", "line": "false",
    "targets": "false", "engine.workers": "1",
}  # fmt: skip


@dataclass
class Verdict:
    """What became of one command line.

    Attributes
    ----------
    kind : str
        "refused" or "ran"; or "broken", with what was promised and not kept in ``trouble``.
    seconds : float
        Processor time, which other work on the machine does not lengthen; limits are held against it.
    wall : float
        Wall time, seconds.
    """

    kind: str
    seconds: float
    wall: float
    trouble: str = ""


class Clock:
    """Processor and wall time since it was made.

    Parameters
    ----------
    whose : int
        ``resource.RUSAGE_SELF`` or ``RUSAGE_CHILDREN``.
    """

    def __init__(self, whose: int = resource.RUSAGE_SELF):
        self.whose = whose
        self.began = (self._used(), time.perf_counter())

    def _used(self) -> float:
        used = resource.getrusage(self.whose)
        return used.ru_utime + used.ru_stime

    def read(self) -> tuple[float, float]:
        """Processor and wall time, seconds."""
        return self._used() - self.began[0], time.perf_counter() - self.began[1]


def numeric_settings() -> tuple[dict[str, tuple[type, float, float]], list[str]]:
    """Numeric settings of ``relsim compare`` with type and range, and all other settings and groups."""
    numbers: dict[str, tuple[type, float, float]] = {}

    def walk(instance, prefix: str) -> None:
        known = described(type(instance))
        for name in settings(type(instance)):
            inner = getattr(instance, name)
            if dataclasses.is_dataclass(inner):
                walk(inner, f"{prefix}{name}.")
            elif name in known:
                kind = float if isinstance(inner, float) else int
                numbers[f"{prefix}{name}"] = (kind, known[name].low, known[name].high)

    walk(CompareRequest(), "")
    others = [path for path in paths(plain(CompareRequest())) if path not in numbers]
    return numbers, [*others, "policy", "experiment"]


def out_of_range(instance, place: str = "") -> list[str]:
    """Numbers of a typed object that are not finite or outside their definition's range: looked at independently."""
    found = []
    known = described(type(instance)) if dataclasses.is_dataclass(instance) else {}
    for name, value in vars(instance).items():
        where = f"{place}.{name}"
        if dataclasses.is_dataclass(value):
            found += out_of_range(value, where)
        elif isinstance(value, (list, tuple)) and value and dataclasses.is_dataclass(value[0]):
            found += [bad for index, part in enumerate(value) for bad in out_of_range(part, f"{where}[{index}]")]
        elif isinstance(value, dict) and value and dataclasses.is_dataclass(next(iter(value.values()))):
            found += [bad for key, part in value.items() for bad in out_of_range(part, f"{where}.{key}")]
        elif name in known and value is not None:
            what = known[name]
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
                found.append(f"{where}={value!r}")
            elif not what.low <= value <= what.high:
                found.append(f"{where}={value!r}")
        elif isinstance(value, float) and not math.isfinite(value):
            found.append(f"{where}={value!r}")
    return found


class Runner:
    """Stands in for ``relsim compare``: checks what it is given and runs the model for eight weeks at a small size."""

    def __init__(self):
        self.accepted_wrong: list[str] = []
        self.requests = 0

    def run(self, request) -> int:
        self.requests += 1
        self.accepted_wrong += out_of_range(request, "request")
        scenario = replace(request.scenario, members=min(request.scenario.members, 40), burn_in=min(request.scenario.burn_in, 4))
        fit = scenario.fit_at(min(request.world.renewals.lived_weight, scenario.line[-1].lived_weight if scenario.line else math.inf))
        model = RelationshipModel(scenario, request.world, rng=request.seed, fit=fit)
        model.run_for(2)
        model.fork(list(request.policy_set.values())[-1]).run_for(8)
        if not Path(request.out, ".hydra", "config.yaml").is_file():
            self.accepted_wrong.append(f"no record in {request.out}")
        return 0


@contextlib.contextmanager
def stand_in():
    """``relsim compare`` with :class:`Runner` in place of the comparison."""
    runner, original = Runner(), COMMANDS["compare"]
    sys.modules["campaign_runner"] = runner  # type: ignore[assignment]
    COMMANDS["compare"] = replace(original, module="campaign_runner")
    try:
        yield runner
    finally:
        COMMANDS["compare"] = original
        del sys.modules["campaign_runner"]


def lay_out(folder: Path, one: Set) -> None:
    """Empty the working folder and put the files of a set in it."""
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for name, content in one.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


class TooLate(BaseException):
    """A set that keeps the door busy without end; no handler of ordinary errors takes it for one."""


def too_late(*_) -> None:
    raise TooLate(f"nothing came of it within {GIVEN_UP_AFTER} s")


def through_the_door(one: Set, folder: Path, runner: Runner) -> Verdict:
    """Send a set through the door in this process and hold the outcome against what is promised."""
    lay_out(folder, one)
    before = sorted(folder.rglob("*"))
    wrong_before, ran_before = len(runner.accepted_wrong), runner.requests
    out, err = io.StringIO(), io.StringIO()
    clock = Clock()
    signal.signal(signal.SIGALRM, too_late)
    signal.alarm(GIVEN_UP_AFTER)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = door.main(["compare", *one.words])
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a campaign reports every way in which the door can break
        return Verdict("broken", *clock.read(), f"raised {type(error).__name__}: {error}"[:300])
    finally:
        signal.alarm(0)
    seconds, wall = clock.read()
    ran = runner.requests - ran_before
    if status == 2 and not ran:
        after = sorted(folder.rglob("*"))
        return Verdict("refused", seconds, wall, judged(err.getvalue(), out.getvalue(), before, after, seconds))
    if status != 0:
        return Verdict("broken", seconds, wall, f"exit status {status}: {err.getvalue()[:200]}")
    trouble = "; ".join(runner.accepted_wrong[wrong_before:])
    if seconds > RUN_WITHIN * max(ran, 1):
        trouble += f" took {seconds:.1f} s for {ran} runs"
    return Verdict("ran" if ran else "shown", seconds, wall, trouble)


def judged(err: str, out: str, before: list, after: list, seconds: float) -> str:
    """What a refusal promises and did not keep; empty where all is kept."""
    troubles = []
    if not (err.startswith("relsim: ") and err.endswith("\n") and err[:-1].isprintable() and len(err) < 700):
        troubles.append(f"not one line: {err[:300]!r}")
    if out:
        troubles.append("something on stdout")
    if after != before:
        troubles.append("something was written")
    if seconds > REFUSED_WITHIN:
        troubles.append(f"took {seconds:.1f} s")
    return "; ".join(troubles)


def as_command(one: Set, folder: Path, right: bool) -> Verdict:
    """A set as a real command; a right one is made small first. Real runs leave report and figures."""
    lay_out(folder, one)
    words = one.words
    if right:
        words = [word for word in words if word.lstrip("+").partition("=")[0].strip() not in TINY]
        words += [f"{key}={value}" for key, value in TINY.items()]
    before = sorted(folder.rglob("*"))
    clock = Clock(resource.RUSAGE_CHILDREN)
    start = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from experiments.door import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-P", "-c", start, "compare", *words],
        cwd=folder, capture_output=True, timeout=300, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    seconds, wall = clock.read()
    err, out = done.stderr.decode(errors="replace"), done.stdout.decode(errors="replace")
    if "Traceback" in err or done.returncode not in (0, 2):
        return Verdict("broken", seconds, wall, f"exit status {done.returncode}: {err[-300:]!r}")
    if done.returncode == 2:
        return Verdict("refused", seconds, wall, judged(err, out, before, sorted(folder.rglob("*")), seconds))
    return Verdict("ran" if set(folder.rglob("manifest.json")) - set(before) else "shown", seconds, wall)
