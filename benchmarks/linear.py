"""Whether cost grows in proportion to size: ``python -m benchmarks.linear`` measures, prints JSON and draws.

Each size runs in a process of its own, everything on. Sizes take turns, round after round, and the fastest round counts:
another program on the machine can only make a round slower. Options: ``--rounds N``; ``--out FILE`` for the figure;
``--quick`` for small sizes, to see that it works.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from benchmarks.measuring import machine_line, significant
from experiments.figures.style import COLOURS, SOFT, blank, styled

CHECKOUT = Path(__file__).parents[1]
SIZES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
QUICK = (1_000, 3_000)
# A world of some years first, so that the machine code of rare events is there too; then four weeks, so that memory has
# been touched.
RUN = """
import json, resource, time
from sim import RelationshipModel, Scenario, recording
members = {members}
weeks = max(26, min(520, 5_000_000 // members))
RelationshipModel(Scenario(members=1000)).run_for(520)
model = RelationshipModel(Scenario(members=members))
model.run_for(4)
wall, cpu = time.perf_counter(), time.process_time()
model.run_for(weeks)
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
member_weeks = model.record.total(recording.MEMBERS, 4, model.now)
print(json.dumps(dict(wall=wall / member_weeks * 1e9, cpu=cpu / member_weeks * 1e9,
                      memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)))
"""


def measured(sizes, rounds: int) -> dict[str, dict[int, float]]:
    """Time and memory by size.

    Returns
    -------
    dict of str to dict of int to float
        ``wall`` and ``cpu`` in nanoseconds a member-week (fastest round), ``memory`` in MB (resident, at its peak).
    """
    taken = {size: [] for size in sizes}
    for _ in range(rounds):
        for size in sizes:
            done = subprocess.run(
                [sys.executable, "-c", RUN.format(members=size)],
                cwd=CHECKOUT,
                capture_output=True,
                text=True,
                check=True,
            )
            taken[size].append(json.loads(done.stdout))
    return {what: {size: min(run[what] for run in runs) for size, runs in taken.items()} for what in taken[sizes[0]][0]}


def weekly_cost(sizes: np.ndarray, each: np.ndarray) -> tuple[float, float]:
    """Fixed cost of a week (ms) and cost a member (ms), fitted so that relative errors are small at every size."""
    week = sizes * each / 1e6
    weighted = np.stack([1.0 / week, sizes / week], axis=1)
    (start, slope), *_ = np.linalg.lstsq(weighted, np.ones(len(week)), rcond=None)
    return float(max(0.0, start)), float(slope)


def plain(size: int) -> str:
    """A size in few characters: 300, 3k, 1M."""
    for unit, name in ((1_000_000, "M"), (1_000, "k")):
        if size >= unit:
            return f"{size / unit:g}{name}"
    return str(size)


@styled
def draw(figures: Mapping[str, Mapping[int, float]]) -> Figure:
    """Time of a week, time a member-week, and memory against size."""
    figure = blank(5.6)
    (week_axis, time_axis), (memory_axis, unused) = figure.subplots(2, 2)
    unused.set_visible(False)
    sizes = np.array(list(figures["cpu"]))
    each_week = np.array(list(figures["cpu"].values()))
    start, slope = weekly_cost(sizes, each_week)
    week_axis.plot(sizes, sizes * each_week / 1e6, "o-", color=COLOURS[0])
    label = f"{start:.2g} ms and {1e6 * slope:.3g} ns a member"
    week_axis.plot(sizes, start + slope * sizes, "--", color=SOFT, linewidth=1, label=label)
    marks = [0.1, 1, 10, 100]
    week_axis.set(yscale="log", ylabel="ms a week")
    week_axis.set_yticks(marks, [f"{mark:g}" for mark in marks])
    week_axis.legend(loc="upper left")
    time_axis.plot(sizes, each_week, "o-", color=COLOURS[0])
    time_axis.set(ylim=(0, None), ylabel="ns a member-week")
    memory = np.array(list(figures["memory"].values()))
    each = (memory[-1] - memory[0]) / (sizes[-1] - sizes[0])
    memory_axis.plot(sizes, memory, "o-", color=COLOURS[0])
    straight = memory[0] + each * (sizes - sizes[0])
    memory_axis.plot(sizes, straight, "--", color=SOFT, linewidth=1, label=f"{1e3 * each:.2g} kB a member, and a start")
    memory_axis.set(ylim=(0, None), ylabel="memory at its peak, MB")
    memory_axis.legend(loc="upper left")
    for axis in (week_axis, time_axis, memory_axis):
        axis.set(xscale="log", xlabel="members")
        # Written out: the report's style reads no formulas, so powers of ten would show as their source.
        axis.set_xticks(sizes, [plain(size) for size in sizes.tolist()], rotation=45, ha="right")
        axis.minorticks_off()
    return figure


def main(arguments: list[str] | None = None) -> None:
    """Measure, print and draw."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.linear", description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3, help="how often each size is run")
    parser.add_argument("--out", type=Path, default=CHECKOUT / "docs/images/linear.png", help="where the figure goes")
    parser.add_argument("--quick", action="store_true", help="small sizes only")
    options = parser.parse_args(arguments)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    figures = measured(QUICK if options.quick else SIZES, options.rounds)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    draw(figures).savefig(options.out, dpi=150, metadata={"Software": None})
    rounded = {
        what: {size: significant(value, 3) for size, value in by_size.items()} for what, by_size in figures.items()
    }
    print(json.dumps({**rounded, "load_at_start": round(load, 1), "machine": machine_line()}, indent=2))


if __name__ == "__main__":
    main()
