"""Cost against size: ``python -m benchmarks.curve`` draws docs/images/linear.png and prints the table behind it.

Everything on, one core, processor time a living member and week, and the memory of the whole process.
"""

import resource
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from benchmarks.bench import association, total
from benchmarks.measuring import timed
from experiments.figures.style import REFERENCE
from sim import recording

SIZES, WEEKS, ROUNDS = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000), 52, 3
PICTURE = Path(__file__).parents[1] / "docs" / "images" / "linear.png"


def cost(members: int) -> float:
    """Nanoseconds of processor time a member-week; the least of some rounds, as the machine does other work too."""
    taken = []
    for _ in range(1 if members > 300_000 else ROUNDS):
        model = association(members)

        def work(model=model) -> float:
            model.run_for(WEEKS)
            return total(model, recording.MEMBERS)

        taken.append(timed(work).cpu * 1e9)
    return min(taken)


def main() -> None:
    """Measure, print, draw."""
    cost(SIZES[0])  # compile
    costs = []
    for members in SIZES:
        costs.append(cost(members))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{members:>9,} members: {costs[-1]:6.1f} ns a member-week, {memory:5.0f} MB", flush=True)
    figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
    axes.loglog(SIZES, np.array(SIZES) * WEEKS * np.array(costs) / 1e9, "o-", color=REFERENCE)
    axes.loglog(SIZES, np.array(SIZES) * WEEKS * np.median(costs) / 1e9, ":", color="grey", label="in proportion to members")
    axes.set(xlabel="members", ylabel="seconds for a year, one core", title="A year of an association, everything on")
    axes.legend(frameon=False)
    figure.savefig(PICTURE, dpi=120, metadata={"Software": None})


if __name__ == "__main__":
    main()
