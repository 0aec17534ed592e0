"""Taking times: rivals in turn, medians of several rounds, with their spread."""

import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Taken:
    """How long something took, in seconds a unit: by the clock, and of the processor alone."""

    wall: float
    cpu: float


def timed(work: Callable[[], float]) -> Taken:
    """Time a piece of work that returns how many units it has done."""
    wall, cpu = time.perf_counter(), time.process_time()
    units = work()
    return Taken((time.perf_counter() - wall) / units, (time.process_time() - cpu) / units)


def in_turn(rounds: int, **rivals: Callable[[], Taken]) -> dict[str, list[Taken]]:
    """Measure rivals A B A B..., so that a noisy machine is noisy to all of them."""
    taken = {name: [] for name in rivals}
    for _ in range(rounds):
        for name, measure in rivals.items():
            taken[name].append(measure())
    return taken


class Figures:
    """The figures of a run of the benchmark, on their way to one JSON object."""

    def __init__(self):
        self.values, self.spread, self.cpu = {}, {}, {}

    def put(self, name: str, values: list[float], digits: int = 4) -> None:
        """A figure as the median of several, with the smallest and largest as its spread."""
        self.values[name] = significant(statistics.median(values), digits)
        self.spread[name] = [significant(min(values), digits), significant(max(values), digits)]

    def put_times(self, name: str, taken: list[Taken], scale: float) -> None:
        """Times by the clock; those of the processor go beside them."""
        self.put(name, [scale * each.wall for each in taken])
        self.cpu[name] = significant(statistics.median(scale * each.cpu for each in taken), 4)

    def put_ratio(self, name: str, above: list[Taken], below: list[Taken]) -> None:
        """How many times longer one rival took, round by round."""
        self.put(name, [a.wall / b.wall for a, b in zip(above, below, strict=True)])
        self.cpu[name] = significant(statistics.median(a.cpu / b.cpu for a, b in zip(above, below, strict=True)), 4)

    def as_dict(self) -> dict:
        """The JSON object."""
        return {**self.values, "cpu": self.cpu, "spread": self.spread}


def significant(value: float, digits: int) -> float:
    """A number with so many significant digits."""
    return float(f"{value:.{digits}g}")


def machine_line() -> str:
    """The machine in one line."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        models = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        cpu = models[0] if models else cpu
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{cpu}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}{load}"
