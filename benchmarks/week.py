"""Where the time of a small world goes: ``python -m benchmarks.week`` prints a table, process by process.

Three parts of each process: *rules*, the time in machine code; *calls*, what it takes to hand over as many arrays to
machine code that does nothing; *Python*, the rest of the step. The rules' sum is what no stacking of worlds into one call
could save. Best of several rounds each; measuring costs a few tenths of a microsecond a call, which stand under *Python*.
"""

import argparse
import importlib
import pkgutil
import time
from collections import defaultdict
from dataclasses import replace
from functools import cache
from typing import ClassVar

import numba
from numba.core.dispatcher import Dispatcher

import sim.founding
import sim.model
import sim.processes
import sim.recording
from benchmarks.measuring import machine_line
from experiments.settings.scenarios import scenario_named
from sim import RelationshipModel

MEMBERS, WEEKS = 300, 260
MODULES = [sim.founding, sim.recording, sim.model]
MODULES += [importlib.import_module(f"sim.processes.{entry.name}") for entry in pkgutil.iter_modules(sim.processes.__path__)]


class Clock:
    """Seconds by process and part, of one round."""

    def __init__(self):
        self.steps, self.machine, self.calls = (defaultdict(float) for _ in range(3))
        self.process = "step"


class Watched:
    """A compiled rule that is timed, beside one that takes as much and does nothing."""

    nothing: ClassVar[dict[int, Dispatcher]] = {}

    def __init__(self, rule: Dispatcher, clock: Clock):
        self.rule, self.clock = rule, clock

    def __getattr__(self, name):
        return getattr(self.rule, name)

    def __call__(self, *given):
        nothing = self.nothing.get(len(given)) or self.nothing.setdefault(len(given), doing_nothing(len(given)))
        nothing(*given)  # the first call with arguments of new types compiles
        began = time.perf_counter()
        nothing(*given)
        between = time.perf_counter()
        result = self.rule(*given)
        ended = time.perf_counter()
        self.clock.calls[self.clock.process] += between - began
        self.clock.machine[self.clock.process] += ended - between
        return result


def doing_nothing(arguments: int) -> Dispatcher:
    """Machine code that takes so many arguments and returns at once."""
    made = {}
    exec(f"def nothing({', '.join(f'a{place}' for place in range(arguments))}):\n    return 0", made)
    return numba.njit(_nrt=False)(made["nothing"])


def watch(clock: Clock) -> None:
    """Put a watched rule in the place of every compiled one that steps call."""
    watched = {}
    for module in MODULES:
        for name, value in list(vars(module).items()):
            if isinstance(value, Dispatcher):
                setattr(module, name, watched.setdefault(id(value), Watched(value, clock)))


def timed_step(entry, clock: Clock):
    """A process that notes how long its step takes, without the calls that did nothing."""

    def step(model) -> None:
        clock.process, before = entry.name, clock.calls[entry.name]
        began = time.perf_counter()
        entry(model)
        took = time.perf_counter() - began
        clock.steps[entry.name] += took - 2.0 * (clock.calls[entry.name] - before)
        clock.process = "step"

    step.name = entry.name
    return step


@cache
def scenario():
    """The association with few members."""
    return replace(scenario_named("association"), members=MEMBERS)


def small_world() -> RelationshipModel:
    """The association with few members, at founding."""
    return RelationshipModel(scenario())


def plainly(rounds: int) -> tuple[float, float]:
    """Seconds of founding and of a run, nothing watched: the best of several."""
    founding, running = [], []
    for _ in range(rounds):
        began = time.process_time()
        model = small_world()
        between = time.process_time()
        model.run_for(WEEKS)
        founding.append(between - began)
        running.append(time.process_time() - between)
    return min(founding), min(running)


def by_process(rounds: int) -> dict[str, list[float]]:
    """Seconds of rules, calls and Python by process: the best round of each."""
    clock, best = Clock(), defaultdict(lambda: [float("inf")] * 3)
    watch(clock)
    for _ in range(rounds):
        model = small_world()
        model.week = [timed_step(entry, clock) for entry in model.week]
        clock.__init__()
        model.run_for(WEEKS)
        for name, whole in clock.steps.items():
            machine, calls = clock.machine[name], clock.calls[name]
            best[name] = [min(old, new) for old, new in zip(best[name], (machine - calls, calls, whole - machine), strict=True)]
    return best


def main() -> int:
    """Print the table."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--rounds", type=int, default=20, help="rounds of which the best counts (default 20)")
    rounds = reader.parse_args().rounds
    small_world().run_for(WEEKS)
    founding, running = plainly(rounds)
    table = by_process(rounds)
    micro = 1e6 / WEEKS
    print(f"{machine_line()}\n{MEMBERS} members, {WEEKS} weeks: founding {1e3 * founding:.1f} ms, weeks {1e3 * running:.1f} ms\n")
    print("| process | rules | calls | Python | microseconds a week |\n| --- | --- | --- | --- | --- |")
    for name, parts in sorted(table.items(), key=lambda entry: -sum(entry[1])):
        print(f"| {name} | " + " | ".join(f"{micro * part:.1f}" for part in (*parts, sum(parts))) + " |")
    sums = [sum(parts[place] for parts in table.values()) for place in range(3)]
    print("| all processes | " + " | ".join(f"{micro * part:.1f}" for part in (*sums, sum(sums))) + " |")
    print(f"\nWith nothing but founding and rules: {1e3 * (founding + sums[0]):.1f} ms a world")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
