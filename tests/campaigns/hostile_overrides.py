"""Hostile command lines through the door: each is refused in one line, or is right and runs.

``python -m tests.campaigns.hostile_overrides`` sends 10,000 through the door in one process, 300 of them again as
real commands, and tries the probes for code (:mod:`campaigns.probes`); it prints a table and exits 1 where a promise
was broken. What turns out to be right is run at a small size. ``--out FILE`` writes the table to a file.
"""

import argparse
import contextlib
import os
import platform
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from campaigns.hostile_door import Verdict, as_command, numeric_settings, stand_in, through_the_door  # noqa: E402
from campaigns.hostile_grammar import Grammar, Set, found_by_hypothesis  # noqa: E402

MOST_MEMORY = 800.0  # MB: machine code for six numbers of departments stays in the one process


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
    for departments in (*range(1, 7), 40):
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
