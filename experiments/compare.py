"""``relsim compare``: policies against a reference, on the same members with the same luck."""

import sys
import time
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd

from experiments.engines import warm_up
from experiments.fits.tables import published, read_survival
from experiments.notebook import compare_in_memory
from experiments.runs.answer import answer
from experiments.runs.comparing import compare
from experiments.runs.comparison import Comparison
from experiments.runs.manifest import write_manifest, write_whole
from experiments.runs.statistics import paired
from experiments.words.wording import capital, label, metric_meaning, metric_words, number, scale


def run(request) -> int:
    """Compare, write the tables, figures, report and manifest, print a summary; returns the exit status."""
    began = time.perf_counter()
    table = read_survival(request.data) if request.data else published()
    if request.choices.get("experiment") and not any("experiment=" in typed for typed in request.overrides):
        name = request.scenario.compared_by
        print(f"{request.scenario.name} brings policies of its own (experiment={name}); policies=[a,b] compares others.", flush=True)
    warm_up(request.scenario, request.policy_set.values())
    comparison = compare(request, table)
    wall = time.perf_counter() - began
    leave(comparison, request, wall)
    print(summary(comparison, Path(request.out)))
    failed = int((comparison.runs["status"] != "ok").sum())
    if failed:
        print(f"relsim: {failed} of {len(comparison.runs)} runs failed; they are rows of runs.parquet with their error", file=sys.stderr)
    return 3 if failed else 0


def leave(comparison: Comparison, request, wall_seconds: float) -> None:
    """Write tables, report, figures and manifest into the folder for results."""
    from experiments.board_report import build  # figures are slow to import

    out = Path(request.out)
    for name in ("runs", "pairs", "weekly"):
        frame = getattr(comparison, name)
        if len(frame):
            write_whole(out / f"{name}.parquet", frame.to_parquet(index=False))
    write_whole(out / "paired.csv", paired(comparison).to_csv(index=False).encode())
    for name in ("targets", "line", "survival", "deciles", "quantiles"):
        frame = getattr(comparison, name)
        if len(frame):
            write_whole(out / f"{name}.csv", frame.to_csv(index=False).encode())
    build(comparison, out)
    known = comparison.manifest
    write_manifest(out, request, {key: known[key] for key in known if key not in ("config",)} | {"wall_seconds": round(wall_seconds, 2)})


def summary(comparison: Comparison, out: Path) -> str:
    """What the terminal shows: the answer, the decision metrics, the targets, where the files are."""
    lines = ["", answer(comparison), ""]
    shown = paired(comparison, comparison.decides)
    for metric, rows in shown[shown["n"] > 0].groupby("metric", sort=False):
        lines += [*measure(comparison, metric, rows), ""]
    if len(comparison.targets):
        lines.append("Does the model meet the data?")
        part = comparison.targets[["id", "statistic", "unit", "value", "low", "high", "simulated", "standard_error", "met"]].round(3)
        lines += ["  " + text for text in part.to_string(index=False).splitlines()]
        lines.append("")
    lines.append(f"Report: {out / 'report.html'} (tables, figures and manifest beside it)")
    return "\n".join(lines)


def measure(comparison: Comparison, metric: str, rows: pd.DataFrame) -> list[str]:
    """One measure on the terminal: its level under the reference, and a line a policy, in the words and units of the report."""
    unit = comparison.unit(metric)
    factor, places = scale(unit), 2 if scale(unit) > 1.0 else 3
    level = number(factor * rows["reference_mean"].iloc[0], places)
    shown = pd.DataFrame(
        {
            "policy": rows["policy"].map(label),
            "difference": [number(factor * value, places, sign=True) for value in rows["difference"]],
            "precision (95 %)": [
                f"{number(factor * low, places, sign=True)} to {number(factor * high, places, sign=True)}"
                for low, high in zip(rows["ci_low"], rows["ci_high"], strict=True)
            ],
            "better in": [
                f"{round(share * n)} of {n}" if np.isfinite(share) else ""
                for share, n in zip(rows["share_better"], rows["n"], strict=True)
            ],
            "verdict": rows["verdict"],
        }
    )
    head = f"{capital(metric_words(metric))}: {metric_meaning(metric, unit)} ({label(comparison.reference)} {level})"
    return [head, *("  " + text for text in shown.to_string(index=False).splitlines())]


class _Callable(ModuleType):
    """``from experiments import compare`` is promised as a function, ``python -m experiments.compare`` as a command.

    A package cannot hold both under one name, so the module can be called.
    """

    def __call__(self, policies: list[str], *overrides: str):
        return compare_in_memory(policies, *overrides)


sys.modules[__name__].__class__ = _Callable


if __name__ == "__main__":
    from experiments.door import main

    sys.exit(main(["compare", *sys.argv[1:]]))
