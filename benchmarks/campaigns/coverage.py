"""Do the intervals hold what they promise? Coverage of the 95 % interval of paired differences.

Two known truths, each met by 1,000 experiments at n = 5, 10 and 30:

(a) the same policy twice with *different* luck: the true difference is 0;
(b) two policies with *common* luck: the true difference is the mean over at least 100,000 other pairs.

Long form: ``python -m benchmarks.campaigns coverage`` (about an hour on two cores), or in any size
``python -m benchmarks.campaigns.coverage OUT``. Pairs are kept as parts in OUT, so it can be interrupted and continued.
Short form: tests/test_coverage.py.
"""

import argparse
import json
import sys
from dataclasses import asdict, dataclass, replace
from itertools import batched
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.analysis.table import metric_info
from experiments.engines import Engine, opened, results, warm_up
from experiments.runs.comparison import DECISION_METRICS, Comparison
from experiments.runs.manifest import versions, write_whole
from experiments.runs.replicates import OWN_KEYS, Job, preliminary, settled_organisation, tails_of
from experiments.runs.statistics import paired
from experiments.settings import schema
from experiments.settings.policies import load_policies
from sim import Scenario, World
from sim.compiled import code_version
from sim.metrics import measure
from sim.pairs import measure_pair
from sim.steps import WEEKS

REFERENCE, POLICY = "conventional", "loosened_holistic"
SIZES = (5, 10, 30)
PART = 1000  # pairs in a file
TOGETHER = 50  # experiments in one call
SAME = "same"
LEAST_PAIRS = 100_000  # behind the truth of (b)
LOWEST, HIGHEST = 0.93, 0.97  # coverage asked for


@dataclass(frozen=True)
class Plan:
    """How large a campaign is.

    Attributes
    ----------
    pairs : int
        Pairs run; the truth of (b) for one experiment is the mean over all pairs that are not in it.
    experiments : int
        Experiments at each n and for each of (a) and (b).
    members, years : int
        Size of the organisation and years followed; there is no burn-in.
    preliminary : int
        Reference runs with luck of their own that say where the tails begin.
    """

    pairs: int = LEAST_PAIRS + max(SIZES)
    experiments: int = 1000
    members: int = 1000
    years: int = 1
    preliminary: int = 50
    seed: int = 20261

    def __post_init__(self):
        if 2 * self.experiments * sum(SIZES) > self.pairs:
            raise ValueError(f"{self.pairs} pairs are too few for {self.experiments} experiments of {SIZES} each")


def first_job(plan: Plan, engine: Engine) -> Job:
    """Pair 0, with the tails of the reference known."""
    scenario, world = Scenario(members=plan.members, burn_in=0), World()
    job = Job(
        scenario=scenario, world=world, fit=scenario.fit_at(world.renewals.lived_weight),
        policies=load_policies([REFERENCE, POLICY]), years=plan.years, seed=plan.seed, replicate=0,
    )  # fmt: skip
    early = [replace(job, replicate=OWN_KEYS + number) for number in range(plan.preliminary)]
    return replace(job, tails=tails_of(list(results(preliminary, early, engine, "tails"))))


def pair(job: Job) -> dict:
    """One pair: the decision metrics of both arms, which share founding and luck; keys (metric, policy)."""
    model, _ = settled_organisation(job)
    outcomes = []
    for policy in job.policies.values():
        arm = model.fork(policy)
        arm.run_for(WEEKS * job.years)
        outcomes.append(arm.outcome())
    both = measure_pair(*outcomes, job.tails)
    row = {"replicate": job.replicate}
    for name, suffix, outcome in zip((REFERENCE, POLICY), ("_reference", ""), outcomes, strict=True):
        own = measure(outcome)
        for metric in DECISION_METRICS:
            row[f"{metric}:{name}"] = own[metric] if metric in own else both[f"{metric}{suffix}"]
    return row


def part_of(jobs: tuple[Job, ...]) -> pd.DataFrame:
    """Several pairs in one task."""
    return pd.DataFrame([pair(job) for job in jobs])


def pairs_of(plan: Plan, folder: Path | None, engine: Engine) -> pd.DataFrame:
    """All pairs of a plan, by replicate; parts that lie in ``folder`` already are not run again."""
    first = first_job(plan, engine)
    jobs = [replace(first, replicate=number) for number in range(plan.pairs)]
    parts = list(batched(jobs, PART))
    done = []
    if folder is not None:
        known = {place: folder / f"pairs-{place:04d}.parquet" for place in range(len(parts))}
        done = [pd.read_parquet(path) for path in known.values() if path.exists()]
        parts = [part for place, part in enumerate(parts) if not known[place].exists()]
    for frame in results(part_of, parts, engine, f"{PART} pairs each"):
        done.append(frame)
        if folder is not None:
            write_whole(known[frame["replicate"].iloc[0] // PART], frame.to_parquet(index=False))
    return pd.concat(done).sort_values("replicate", ignore_index=True)


def intervals(first: pd.DataFrame, second: pd.DataFrame, n: int) -> pd.DataFrame:
    """What the paired statistics say of experiments of n pairs each, cut one after the other from two frames of metrics.

    Several experiments go through one call of :func:`experiments.runs.statistics.paired`, each as a policy of its own in
    replicates of its own: a pivot costs more than what it holds.

    Returns
    -------
    DataFrame
        experiment, metric, ci_low, ci_high.
    """
    found = []
    for start in range(0, len(first), TOGETHER * n):
        own = slice(start, start + TOGETHER * n)
        arms = [frame[own].reset_index(drop=True).rename_axis("replicate").reset_index() for frame in (first, second)]
        names = start // n + arms[1]["replicate"] // n
        runs = pd.concat([arms[0].assign(policy=SAME), arms[1].assign(policy=names.astype(str))], ignore_index=True)
        made = Comparison(runs, metric_info=metric_info(), manifest={"reference": SAME})
        found.append(paired(made, list(first.columns)))
    table = pd.concat(found, ignore_index=True)
    return table.assign(experiment=table["policy"].astype(int))[["experiment", "metric", "n", "ci_low", "ci_high"]]


def arm(pairs: pd.DataFrame, policy: str, metrics=DECISION_METRICS) -> pd.DataFrame:
    """The metrics of one arm, one column each."""
    return pairs[[f"{metric}:{policy}" for metric in metrics]].set_axis(list(metrics), axis=1)


def coverage(pairs: pd.DataFrame, experiments: int, metrics=DECISION_METRICS, sizes=SIZES) -> pd.DataFrame:
    """Share of experiments whose 95 % interval holds the truth: case, n, metric, experiments, coverage, error, truth.

    Parameters
    ----------
    pairs : DataFrame
        One row a pair, columns ``METRIC:POLICY``; at least ``2 * experiments * sum(sizes)`` rows. No row serves two
        experiments of the same case.

    Returns
    -------
    DataFrame
        ``error`` is the standard error of the coverage over experiments, sqrt(p (1 - p) / experiments).
    """
    reference, policy = arm(pairs, REFERENCE, metrics), arm(pairs, POLICY, metrics)
    differences = policy - reference
    total, count = differences.sum(), len(pairs)
    rows, start = [], 0
    for n in sizes:
        own = slice(start, start + experiments * n)
        alike = reference[2 * start : 2 * own.stop]
        start = own.stop
        alone = [alike.iloc[side::2] for side in (0, 1)]  # neighbours: each pair of runs has two different lucks
        sums = differences[own].groupby(np.arange(experiments * n) // n).sum()
        truth = {"a": sums * 0.0, "b": (total - sums) / (count - n)}
        made = {"a": intervals(*alone, n), "b": intervals(reference[own], policy[own], n)}
        for case, found in made.items():
            if set(found["n"]) != {n}:
                raise ValueError(f"experiments of {sorted(set(found['n']))} pairs instead of {n}: a value is missing")
            for metric, one in found.set_index("experiment").groupby("metric"):
                known = truth[case][metric].reindex(one.index)
                share = float(((one["ci_low"] <= known) & (one["ci_high"] >= known)).mean())
                rows.append({
                    "case": case, "n": n, "metric": metric, "experiments": experiments, "coverage": share,
                    "error": np.sqrt(share * (1.0 - share) / experiments),
                    "truth": 0.0 if case == "a" else total[metric] / count,
                })  # fmt: skip
    return pd.DataFrame(rows).sort_values(["case", "metric", "n"], ignore_index=True)


def page(table: pd.DataFrame, plan: Plan, pairs: pd.DataFrame, command: str) -> str:
    """The table as a section of a page, with what it took to make it."""
    wide = table.pivot(index=["case", "metric", "truth"], columns="n", values="coverage").reset_index()
    inside = table["coverage"].between(LOWEST, HIGHEST)
    difference = arm(pairs, POLICY) - arm(pairs, REFERENCE)
    lines = [
        "## Coverage: do the 95 % intervals hold what they promise?",
        "",
        f"`{command}`",
        "",
        f"{len(pairs):,} pairs of runs ({plan.members:,} members, {plan.years} year, no burn-in, seed {plan.seed}; `{REFERENCE}` and "
        f"`{POLICY}` with common luck). {plan.experiments:,} experiments at each n, no pair used twice within a case. (a) The same "
        "policy twice with different luck: the true difference is 0. (b) Two policies with common luck: the truth is the mean over "
        f"the {len(pairs) - max(SIZES):,} or more pairs that are not in the experiment. The interval is that of "
        f"`experiments.runs.statistics.paired`. A coverage from {plan.experiments:,} experiments has a standard error of about "
        f"{100 * table['error'].median():.1f} points. Skewness is that of the paired difference in (b): the more skewed, the more "
        "pairs a t interval needs.",
        "",
        "| case | metric | true difference | skewness | " + " | ".join(f"n = {n}" for n in SIZES) + " |",
        "| --- | --- | --- | --- | " + " | ".join("---" for _ in SIZES) + " |",
    ]
    for row in wide.to_dict("records"):
        skew = f"{difference[row['metric']].skew():.2f}" if row["case"] == "b" else ""
        shares = " | ".join(f"{100 * row[n]:.1f} %" for n in SIZES)
        lines.append(f"| {row['case']} | `{row['metric']}` | {row['truth']:.5f} | {skew} | {shares} |")
    low, high = 100 * table["coverage"].min(), 100 * table["coverage"].max()
    known = ", ".join(
        f"{name} {number}" for name, number in versions().items() if name in ("python", "numpy", "scipy", "pandas")
    )
    lines += [
        "",
        f"{inside.sum()} of {len(table)} cells lie between {100 * LOWEST:.0f} and {100 * HIGHEST:.0f} %; the lowest is {low:.1f} %, "
        f"the highest {high:.1f} %. Model code {code_version()}; {known}.",
    ]
    return "\n".join(lines) + "\n"


def begin(plan: Plan, folder: Path) -> None:
    """Note what the pairs of a folder are of; pairs of two plans, or of two versions of the model, do not mix.

    Raises
    ------
    ValueError
        Where the folder holds pairs of something else.
    """
    # How many experiments the pairs are cut into, and how many pairs there are in the end, changes no pair.
    of = {name: value for name, value in asdict(plan).items() if name not in ("pairs", "experiments")} | {"code_version": code_version()}
    note = folder / "plan.json"
    if not note.exists():
        write_whole(note, json.dumps(of).encode())
    elif (before := json.loads(note.read_text())) != of:
        raise ValueError(f"{folder} holds pairs of {before}, not of {of}: name another folder")


def carried_out(plan: Plan, folder: Path, workers: int | None, command: str) -> pd.DataFrame:
    """The campaign in a folder of its own: pairs-*.parquet, coverage.csv, coverage.md; returns the table."""
    folder.mkdir(parents=True, exist_ok=True)
    begin(plan, folder)
    warm_up()
    with opened(schema.Engine(workers=workers)) as engine:
        pairs = pairs_of(plan, folder, engine)
    table = coverage(pairs, plan.experiments)
    write_whole(folder / "coverage.csv", table.to_csv(index=False).encode())
    write_whole(folder / "coverage.md", page(table, plan, pairs, command).encode())
    return table


def main() -> list[tuple[str, dict]]:
    """The full form, in results/coverage, where it goes on if it was interrupted."""
    table = carried_out(Plan(), Path("results") / "coverage", None, "python -m benchmarks.campaigns coverage")
    shown = table.assign(coverage=[f"{100 * share:.1f} %" for share in table["coverage"]])
    return [
        (f"case {case}, n = {n}", dict(zip(own["metric"], own["coverage"], strict=True)))
        for (case, n), own in shown.groupby(["case", "n"])
    ]


def command_line() -> int:
    """Any size, in any folder; exit status 1 where a coverage lies outside 93 to 97 %."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="folder for parts and tables; continued if it holds parts")
    parser.add_argument("--workers", type=int, default=None, help="processes at a time (all cores)")
    parser.add_argument("--pairs", type=int, default=Plan.pairs)
    parser.add_argument("--experiments", type=int, default=Plan.experiments)
    parser.add_argument("--members", type=int, default=Plan.members)
    given = parser.parse_args()
    plan = Plan(pairs=given.pairs, experiments=given.experiments, members=given.members)
    command = "python -m benchmarks.campaigns.coverage " + " ".join(sys.argv[1:])
    table = carried_out(plan, given.out, given.workers, command)
    print((given.out / "coverage.md").read_text(encoding="utf-8"))
    return 0 if table["coverage"].between(LOWEST, HIGHEST).all() else 1


if __name__ == "__main__":
    sys.exit(command_line())
