"""Hostile command lines through the door: each is refused in one line, or is right and runs.

``python -m tests.campaigns.hostile_overrides`` sends 10,000 through the door in one process, 300 of them again as
real commands, and tries the probes for code (:mod:`campaigns.probes`); it prints a table and exits 1 where a promise
was broken. What turns out to be right is run at a small size. ``--out FILE`` writes the table to a file.
"""

import argparse
import contextlib
import dataclasses
import io
import math
import os
import platform
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from campaigns.hostile_grammar import Grammar, Set, found_by_hypothesis  # noqa: E402
from experiments import door  # noqa: E402
from experiments.command_line.commands import COMMANDS  # noqa: E402
from experiments.settings.schema import CompareRequest  # noqa: E402
from experiments.settings.typed import paths, plain, settings  # noqa: E402
from sim import RelationshipModel  # noqa: E402
from sim.quantities import described  # noqa: E402

REFUSED_WITHIN, RUN_WITHIN = 2.0, 5.0  # seconds
MOST_MEMORY = 800.0  # MB: machine code for six numbers of departments stays in the one process
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


def quantiles(values: list[float]) -> str:
    ordered = sorted(values) or [0.0]
    return f"{ordered[len(ordered) // 2]:.2f} / {ordered[int(len(ordered) * 0.99)]:.2f} / {ordered[-1]:.2f}"


@dataclass
class Tally:
    """Everything a campaign counted."""

    verdicts: list[Verdict]
    commands: list[Verdict]
    broken: list[str]
    megabytes: float


def campaign(sets: int, commands: int, seed: int, only_commands: bool = False, progress: bool = True) -> Tally:
    """Run it all in folders of its own; see the module.

    Parameters
    ----------
    only_commands : bool
        Send through the door in this process only those sets that become real commands.
    """
    from tqdm import tqdm

    numbers, others = numeric_settings()
    lines = found_by_hypothesis(sets // 5, seed, [*numbers, *others])
    lines = Grammar(seed, numbers, others).sets(sets - len(lines)) + lines
    typed = [one for one in lines if typable(one)]
    real = typed[:: max(1, len(typed) // commands)][:commands] if commands else []
    verdicts, broken, commanded = [], [], []
    right: set[int] = set()
    here = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="hostile-") as name, stand_in() as runner, contextlib.suppress(KeyboardInterrupt):
        folder = Path(name)
        os.chdir(folder)
        try:
            for one in tqdm(real if only_commands else lines, desc="in process", disable=not progress, file=sys.stderr):
                verdict = through_the_door(one, folder, runner)
                verdicts.append(verdict)
                right |= {id(one)} if verdict.kind == "ran" else set()
                if verdict.trouble:
                    broken.append(f"{one.words!r:.300}: {verdict.trouble}")
                    tqdm.write(ascii(broken[-1]), file=sys.stderr)
        finally:
            os.chdir(here)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024.0**2 if sys.platform == "darwin" else 1024.0)
    # Interrupted here, a campaign reports what it has done until then.
    with tempfile.TemporaryDirectory(prefix="hostile-") as name, contextlib.suppress(KeyboardInterrupt):
        for one in tqdm(real, desc="as commands", disable=not progress, file=sys.stderr):
            commanded.append(as_command(one, Path(name), id(one) in right))
            if commanded[-1].trouble:
                broken.append(f"command {one.words!r:.300}: {commanded[-1].trouble}")
                tqdm.write(ascii(broken[-1]), file=sys.stderr)
    return Tally(verdicts, commanded, broken, megabytes)


def typable(one: Set) -> bool:
    """Whether a set can be given to a process: no NUL, and nothing that cannot be encoded."""
    try:
        return all("\x00" not in word and word.encode() is not None for word in one.words)
    except UnicodeEncodeError:
        return False


def table(tally: Tally, probes: list, command: str) -> str:
    """The result as a Markdown page."""
    counts, real = Counter(v.kind for v in tally.verdicts), Counter(v.kind for v in tally.commands)

    def took(verdicts: list[Verdict], kind: str) -> str:
        mine = [v for v in verdicts if v.kind == kind]
        return f"{quantiles([v.seconds for v in mine])} s; wall {quantiles([v.wall for v in mine])}"

    rows = [
        ("command lines through the door in one process", len(tally.verdicts), ""),
        ("refused in one line, exit status 2, nothing written", counts["refused"], f"{took(tally.verdicts, 'refused')} s"),
        ("right and run (eight weeks, at most 40 members)", counts["ran"], f"{took(tally.verdicts, 'ran')} s"),
        ("right and shown (--cfg, --info, --help)", counts["shown"], f"{took(tally.verdicts, 'shown')} s"),
        ("as real commands", len(tally.commands), ""),
        ("refused", real["refused"], f"{took(tally.commands, 'refused')} s"),
        ("ran (20 members, 1 year; with report and figures)", real["ran"], f"{took(tally.commands, 'ran')} s"),
        ("shown", real["shown"], f"{took(tally.commands, 'shown')} s"),
        ("tracebacks and other exits", counts["broken"] + real["broken"], "promised: 0"),
        ("promises broken, of any kind", len(tally.broken), "promised: 0"),
        ("largest memory of the one process", f"{tally.megabytes:.0f} MB", "promised: under 800 MB"),
        ("probes for code and for files outside the folder for results", len(probes), ""),
        ("probes with an effect", sum(bool(p.effect) for p in probes), "promised: 0"),
    ]
    lines = [f"| {what} | {count} | {note} |" for what, count, note in rows]
    machine = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    head = (
        f"Command: `{command}` ({machine}). Times are processor seconds, median / 99 % / longest, held against the limits;\n"
        "wall times beside them were taken on a machine that did other work, too."
    )
    return "\n".join([head, "", "| what | number | |", "| --- | ---: | --- |", *lines, ""])


ALL_ON = """
from experiments.engines import warm_up
from sim import Policy, Scenario
from sim.quantities import described
everything = Policy(**{{name: what.high for name, what in described(Policy).items()}})
warm_up(Scenario(departments={departments}, community_week=1, price_entrants=1), [everything])
"""


def compiled_beforehand() -> None:
    """Machine code of all processes for every number of departments that is asked for: made once, in processes of their own."""
    for departments in range(1, 7):
        subprocess.run([sys.executable, "-c", ALL_ON.format(departments=departments)], check=True, cwd=Path(__file__).parents[2])


def main(arguments: list[str] | None = None) -> int:
    from campaigns.probes import all_probes

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=10_000)
    parser.add_argument("--commands", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only-commands", action="store_true", help="leave out the sets that do not become commands")
    parser.add_argument("--no-probes", action="store_true", help="leave out the probes")
    parser.add_argument("--out", type=Path, help="write the table here, too")
    given = parser.parse_args(arguments)
    resource.setrlimit(resource.RLIMIT_AS, (8 * 1024**3, 8 * 1024**3))  # what grows without end ends in an error here
    compiled_beforehand()
    tally = campaign(given.sets, given.commands, given.seed, given.only_commands)
    probes = [] if given.no_probes else all_probes()
    options = f"--sets {given.sets} --commands {given.commands} --seed {given.seed}"
    options += " --only-commands" * given.only_commands + " --no-probes" * given.no_probes
    shown = table(tally, probes, f"python -m tests.campaigns.hostile_overrides {options}")
    print(shown)
    effects = [f"probe {probe.name}: {probe.effect}" for probe in probes if probe.effect]
    for line in [*tally.broken[:50], *effects]:
        print(line.encode("ascii", "backslashreplace").decode())
    if given.out:
        given.out.write_text(shown, encoding="utf-8")
    return 1 if tally.broken or effects or tally.megabytes > MOST_MEMORY else 0


if __name__ == "__main__":
    sys.exit(main())
