"""The benchmark: ``python -m benchmarks.bench`` prints one JSON object. How to read it: ``README.md`` beside this file.

Options: ``--only KEY,...`` measures the groups that those keys belong to; ``--quick`` takes smaller sizes and fewer
rounds; ``--pairs N`` says how many pairs of runs the variance ratios rest on.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numba
import numpy as np

from benchmarks.measuring import Figures, Taken, in_turn, machine_line, significant, timed
from benchmarks.pairs import pair_variances
from benchmarks.plain_mesa import PlainMesa
from benchmarks.rival_c import RivalC, compiler, core_model, library
from experiments.settings.scenarios import scenario_named
from sim import RelationshipModel, recording
from sim.luck import draws, normal
from sim.steps import WEEKS

CHECKOUT = Path(__file__).parents[1]
CORE_WEEKS, FULL_WEEKS, MESA_WEEKS = 104, 104, 16
NORMALS = 2_000_000


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    rounds: int = 5
    core: int = 10_000
    full: int = 100_000
    million: int = 1_000_000
    pairs: int = 200
    curve: tuple = (300, 2_000, 10_000, 30_000, 100_000, 300_000)


QUICK = Size(rounds=2, core=2_000, full=10_000, million=50_000, pairs=8, curve=(300, 2_000, 10_000))


def association(members: int, rng: int = 1) -> RelationshipModel:
    """The association of a size, everything on, at founding."""
    return RelationshipModel(replace(scenario_named("association"), members=members), rng=rng)


def total(model: RelationshipModel, which: int) -> float:
    """Sum of a weekly series so far."""
    return model.record.total(which, 0, model.now)


def run_timed(model, weeks: int, member_weeks: Callable[[], float]) -> Taken:
    """Time so many weeks, per living member and week."""

    def work() -> float:
        model.run_for(weeks)
        return member_weeks()

    return timed(work)


@numba.njit(cache=True)
def many_normals(count, luck):
    """Sum of so many keyed normals."""
    summed = 0.0
    for person in range(count):
        summed += normal(draws(luck, 1, 1, person, 0, 0)[0])
    return summed


def normals_timed() -> Taken:
    """Time of one keyed normal."""
    return timed(lambda: NORMALS if many_normals(NORMALS, (1, 0)) else 1)


def core_against_rivals(figures: Figures, size: Size) -> None:
    """The core against plain Mesa and against C."""

    def ours() -> Taken:
        model = core_model(size.core)
        return run_timed(model, CORE_WEEKS, lambda: total(model, recording.MEMBERS))

    def in_c() -> Taken:
        rival = RivalC(core_model(size.core))
        return run_timed(rival, CORE_WEEKS, lambda: rival.series[:, 0].sum())

    def in_mesa() -> Taken:
        rival = PlainMesa(core_model(size.core))
        rival.run_for(2)
        warm = rival.member_weeks
        return run_timed(rival, MESA_WEEKS, lambda: rival.member_weeks - warm)

    rivals = {"ours": ours, "plain_mesa": in_mesa}
    if compiler():
        library()
        rivals["c"] = in_c
    ours()
    taken = in_turn(size.rounds, **rivals)
    figures.put_times("core_ns", taken["ours"], 1e9)
    figures.put_times("plain_mesa_ns", taken["plain_mesa"], 1e9)
    figures.put_ratio("core_vs_plain_mesa", taken["plain_mesa"], taken["ours"])
    if compiler():
        figures.put_times("c_ns", taken["c"], 1e9)
        figures.put_ratio("core_vs_c", taken["ours"], taken["c"])


def full_against_normal(figures: Figures, size: Size) -> None:
    """Everything on, against one keyed normal; and whether the load is realistic."""
    latest = {}

    def full() -> Taken:
        model = latest["model"] = association(size.full)
        return run_timed(model, FULL_WEEKS, lambda: total(model, recording.MEMBERS))

    full(), normals_timed()
    taken = in_turn(size.rounds, normal=normals_timed, full=full)
    figures.put_times("full_ns", taken["full"], 1e9)
    figures.put_times("normal_ns", taken["normal"], 1e9)
    figures.put_ratio("full_vs_normal", taken["full"], taken["normal"])
    model = latest["model"]
    per_week = total(model, recording.REQUESTS) / total(model, recording.MEMBERS)
    figures.put_times("ns_per_request", [Taken(t.wall / per_week, t.cpu / per_week) for t in taken["full"]], 1e9)
    figures.values |= load(model)


def load(model: RelationshipModel) -> dict:
    """Requests, hours used and live ties, and a warning where they are not what an association has."""
    requests = total(model, recording.REQUESTS) / total(model, recording.MEMBERS)
    used = total(model, recording.WORKED) / total(model, recording.AVAILABLE)
    ties, living = model.tables["ties"], model.tables["members"]["alive"]
    recent = (ties["staff"] >= 0) & (model.now - ties["last_contact"] <= WEEKS)
    recent &= model.tables["staff"]["alive"][ties["staff"]]
    live_ties = recent.reshape(-1, model.departments)[living].sum(axis=1).mean()
    values = {"requests_per_member_week": requests, "hours_used": used, "live_ties_per_member": live_ties}
    bounds = {"requests_per_member_week": (0.14, 0.16), "hours_used": (0.75, 0.85), "live_ties_per_member": (2.5, 3.5)}
    found = {name: significant(float(value), 4) for name, value in values.items()}
    wrong = [f"{name}={found[name]} is not in {low}..{high}" for name, (low, high) in bounds.items()
             if not low <= found[name] <= high]  # fmt: skip
    return {**found, **({"load_warning": "; ".join(wrong)} if wrong else {})}


def small_world(figures: Figures, size: Size) -> None:
    """300 members through 260 weeks, founding included."""

    scenario = replace(scenario_named("association"), members=300)

    def small() -> Taken:
        return timed(lambda: RelationshipModel(scenario).run_for(260) or 1)

    small()

    figures.put_times("small_world_ms", [small() for _ in range(size.rounds)], 1e3)


def size_curve(figures: Figures, size: Size) -> None:
    """Time a member-week at several sizes, everything on."""
    curve = {}
    for members in size.curve:
        weeks = 104 if members <= 100_000 else 52
        taken = []
        for _ in range(max(1, size.rounds - 2)):
            model = association(members)
            taken.append(run_timed(model, weeks, lambda model=model: total(model, recording.MEMBERS)).wall * 1e9)
        curve[str(members)] = significant(float(np.median(taken)), 4)
    figures.values["size_curve_ns"] = curve


def fresh(program: str, **environment: str) -> tuple[float, str]:
    """Run a program in a fresh process; seconds it took, and what it printed."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, env={**os.environ, **environment},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return time.perf_counter() - started, done.stdout.strip()


SMALL_RUN = (
    "from sim import Policy, RelationshipModel, Scenario\n"
    "model = RelationshipModel(Scenario(members=200, staff_follow_members=True))\n"
    "model.burn_in(8)\n"
    "arm = model.fork(Policy(routing=1.0))\n"
    "arm.run_for(60)\n"
    "print(arm.metrics()['retention_rate'])\n"
)
MILLION_RUN = (
    "import resource\n"
    "from sim import RelationshipModel, Scenario\n"
    "model = RelationshipModel(Scenario(members={members}))\n"
    "model.run_for(52)\n"
    "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)\n"
)


def million(figures: Figures, size: Size) -> None:
    """Peak memory of a large run in a process of its own."""
    program = MILLION_RUN.format(members=size.million)
    figures.put("million_rss_mb", [float(fresh(program)[1]) for _ in range(1 if size.rounds < 5 else 3)])


def starting(figures: Figures, size: Size) -> None:
    """A fresh process to its first result, with and without machine code on disk."""
    cold, warm = [], []
    for _ in range(1 if size.rounds < 5 else 3):
        with tempfile.TemporaryDirectory(prefix="cold-") as folder:
            first = fresh(SMALL_RUN, RELSIM_CACHE=folder)[0]
            again = [fresh(SMALL_RUN, RELSIM_CACHE=folder)[0] for _ in range(2)]
        cold.append(first - min(again))
        warm += again
    figures.put("cold_compile_s", cold)
    figures.put("warm_start_s", warm)


def variances(figures: Figures, size: Size) -> None:
    """What keyed luck is worth in a comparison of two policies."""
    for equal_staff, key in ((False, "pair_variance_ratio"), (True, "pair_variance_ratio_equal_staff")):
        found = pair_variances(size.pairs, equal_staff)
        names = {"retention_rate": key}
        if not equal_staff:
            names |= {"upside": f"{key}_upside", "retention_expected": f"{key}_expected_retention"}
        for metric, name in names.items():
            figures.values[name] = significant(found[metric]["ratio"], 4)
            figures.spread[name] = [significant(edge, 4) for edge in found[metric]["interval"]]
    figures.values["pairs"] = size.pairs


GROUPS = {
    core_against_rivals: ("core_ns", "core_vs_plain_mesa", "core_vs_c", "plain_mesa_ns", "c_ns"),
    full_against_normal: (
        "full_ns", "full_vs_normal", "ns_per_request", "normal_ns",
        "requests_per_member_week", "hours_used", "live_ties_per_member",
    ),
    small_world: ("small_world_ms",),
    million: ("million_rss_mb",),
    starting: ("cold_compile_s", "warm_start_s"),
    variances: (
        "pair_variance_ratio", "pair_variance_ratio_equal_staff",
        "pair_variance_ratio_upside", "pair_variance_ratio_expected_retention",
    ),
    size_curve: ("size_curve_ns",),
}  # fmt: skip


def main(arguments: list[str] | None = None) -> None:
    """Measure what is asked for and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench", description=__doc__.split("\n")[0])
    parser.add_argument("--only", default="", help="keys to measure, with commas")
    parser.add_argument("--quick", action="store_true", help="smaller sizes, fewer rounds: to see that it works")
    parser.add_argument("--pairs", type=int, help="pairs of runs behind the variance ratios")
    options = parser.parse_args(arguments)
    size = QUICK if options.quick else Size()
    if options.pairs:
        size = replace(size, pairs=options.pairs)
    wanted = set(filter(None, options.only.split(",")))
    unknown = wanted - {key for keys in GROUPS.values() for key in keys}
    if unknown:
        parser.error(f"no such key: {', '.join(sorted(unknown))}")
    figures = Figures()
    for measure, keys in GROUPS.items():
        if not wanted or wanted & set(keys):
            measure(figures, size)
    print(json.dumps({**figures.as_dict(), "quick": options.quick, "machine": machine_line()}, indent=2))


if __name__ == "__main__":
    main()
