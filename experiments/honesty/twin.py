"""``python -m experiments.honesty.twin``: which results need agents, and whether the length of a step matters.

Writes docs/twin.md: the main contrasts in the model, in its mean-field twin, and with steps of half a week (a few
minutes on two cores).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from tqdm import tqdm

from experiments.honesty.page import table
from experiments.runs.comparison import CELLS, DECISION_METRICS, Comparison, by_luck, default_threshold
from experiments.runs.replicates import OWN_KEYS, Job, preliminary, run_replicate, tails_of
from experiments.runs.statistics import summary, t_interval
from experiments.settings.policies import load_policy
from experiments.settings.scenarios import scenario_named
from experiments.words.wording import metric_words
from sim import World
from sim.steps import VARIABLE

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
NOTE = "<!-- Written by python -m experiments.honesty.twin from runs. -->\n\n"
MEMBERS, YEARS, REPLICATES, PRELIMINARY = 600, 3, 60, 10
REFERENCE, PERVASIVE = "conventional", "pervasive"
MODEL, TWIN, HALF = "model", "twin", "half"
VARIANTS = {MODEL: {}, TWIN: {"mean_field": 1}, HALF: {}}
STEPS_A_WEEK = {MODEL: "1", TWIN: "1", HALF: "2"}
CONTRASTS = {
    "strictness": "loosened less strict", "view": "holistic less siloed", "interaction": "both together beyond the sum",
    PERVASIVE: "pervasive less conventional",
}  # fmt: skip
HIGHER = {name: -1 if name.startswith("downside") else 1 for name in DECISION_METRICS}
SAME, SAME_BUT, OTHER_ANSWER, OTHER_SIZE, UNCLEAR = "yes", "yes, with a small change", "**no**", "no: another size", "undecided"


def job_of(variant: str, members: int = MEMBERS, years: int = YEARS) -> Job:
    """The first replicate of a variant, its tails not yet known."""
    scenario = replace(scenario_named("association"), members=members, **VARIANTS[variant])
    names = (REFERENCE, *CELLS, PERVASIVE)
    return Job(scenario=scenario, world=World(), fit=scenario.fit_at(World().renewals.lived_weight),
               policies={name: load_policy(name) for name in names}, years=years, seed=1, replicate=0)  # fmt: skip


def contrasts(runs: pd.DataFrame, pairs: pd.DataFrame) -> dict[str, dict[str, list[float]]]:
    """Each contrast of each decision metric, one number a replicate."""
    comparison = Comparison(runs=runs, pairs=pairs, manifest={"reference": REFERENCE})
    found = {name: {} for name in CONTRASTS}
    for metric in DECISION_METRICS:
        wide = by_luck(comparison, metric)
        strict_siloed, loosened_siloed, strict_holistic, loosened_holistic = (wide[name] for name in CELLS)
        values = {
            "strictness": (loosened_siloed - strict_siloed + loosened_holistic - strict_holistic) / 2,
            "view": (strict_holistic - strict_siloed + loosened_holistic - loosened_siloed) / 2,
            "interaction": loosened_holistic - strict_holistic - loosened_siloed + strict_siloed,
            PERVASIVE: wide[PERVASIVE] - wide[REFERENCE],
        }
        for name, series in values.items():
            found[name][metric] = series.tolist()
    return found


def measure(variant: str, replicates: int, members: int, workers: int) -> dict:
    """All contrasts of one variant; the length of a step is that of this process."""
    job = job_of(variant, members)
    with Parallel(n_jobs=workers, return_as="generator") as parallel:
        early = list(parallel(delayed(preliminary)(replace(job, replicate=OWN_KEYS + k)) for k in range(PRELIMINARY)))
        job = replace(job, tails=tails_of(early))
        running = parallel(delayed(run_replicate)(replace(job, replicate=number)) for number in range(replicates))
        done = list(tqdm(running, total=replicates, desc=variant))
    return contrasts(*(pd.DataFrame([row for one in done for row in getattr(one, part)]) for part in ("runs", "pairs")))


def in_own_process(variant: str, replicates: int, members: int, workers: int) -> dict:
    """The same in a process whose steps have the variant's length."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "contrasts.json"
        words = ["--variant", variant, "--replicates", str(replicates), "--members", str(members), "--workers", str(workers), "--out", str(file)]
        environment = os.environ | {VARIABLE: STEPS_A_WEEK[variant]}
        subprocess.run([sys.executable, "-m", "experiments.honesty.twin", *words], env=environment, check=True)
        return json.loads(file.read_text())


def same_answer(change: tuple[float, float], first: str, second: str, smallest: float) -> str:
    """Whether a variant gives the model's answer.

    ``change`` is the 95 % interval of the variant's contrast less the model's; ``first`` and ``second`` are the two
    verdicts. Yes if the change is certainly less than the smallest difference that matters.
    """
    low, high = change
    if low > -smallest and high < smallest:
        return SAME if low <= 0.0 <= high else SAME_BUT
    if {first, second} == {"better", "worse"}:
        return OTHER_ANSWER
    if low > 0.0 or high < 0.0:
        return OTHER_ANSWER if first != second and "undecided" not in first + second else OTHER_SIZE
    return UNCLEAR


def rows_of(model: dict, variant: dict) -> list[list]:
    """The table of a variant beside the model: one row a contrast and decision metric."""
    rows = []
    for name, words in CONTRASTS.items():
        for metric in DECISION_METRICS:
            ours, theirs = (np.array(one[name][metric], float) for one in (model, variant))
            smallest = default_threshold(metric)
            found = [summary(values, HIGHER[metric], smallest) for values in (ours, theirs)]
            verdicts = [one["verdict"].partition(":")[0] for one in found]
            change = theirs - ours
            low, high = t_interval(change)
            rows.append([
                words, metric_words(metric), len(ours), *(f"{told(one['difference'], one['ci_low'], one['ci_high'])}, {verdict}"
                for one, verdict in zip(found, verdicts, strict=True)), told(change.mean(), low, high), f"{smallest:g}",
                same_answer((low, high), *verdicts, smallest),
            ])  # fmt: skip
    return rows


def told(value: float, low: float, high: float) -> str:
    """A difference with its interval."""
    return f"{value:+.3f} ({low:+.3f} to {high:+.3f})"


def counted(rows: list[list]) -> str:
    """How many rows give the same answer."""
    ends = [row[-1] for row in rows]
    return ", ".join(f"{word.strip('*')}: {ends.count(word)}" for word in (SAME, SAME_BUT, OTHER_ANSWER, OTHER_SIZE, UNCLEAR))


def page(found: dict[str, dict], replicates: int, members: int) -> str:
    """The whole page."""
    twin, half = (rows_of(found[MODEL], found[variant]) for variant in (TWIN, HALF))
    head = ["contrast", "of", "n", "model", "", "change", "smallest that matters", "same answer"]
    return (
        NOTE + "# Which results need agents, and does the step matter?\n\n"
        f"The main contrasts in the model and in two variants of it: {members} members, {YEARS} years, {replicates} runs of each policy, the same "
        "members with the same luck under all policies of a run. Differences are paired, with 95 % intervals. *Change* is the variant's difference less the "
        "model's, run by run. The stated tolerance is the smallest difference that matters (one point of retention, 0.05 dues of value or upside, 0.03 "
        "of downside, 0.02 of margin): *yes* says that the change is certainly smaller (*with a small change*: and certainly not nothing); *no: another size* that the difference changes for certain, and the verdict "
        "does not; *no* that the verdict changes; *undecided* that more runs are needed.\n\n"
        "## Without agents\n\nIn the twin (`scenario.mean_field=1`) averages stand where the model has ties and persons. In renewal, everybody has the "
        "average bond and what friends add on average, of all who have been members for a year. Colleagues take over the organisation's mean, not "
        "that of somebody they talk with. A member meets the average person of the department that answers: skill, empathy, values and understanding "
        "are averaged, work waiting and the norm of effort are shared evenly. Still individual: members' needs, trust, belief, commitment and grievances, who "
        "on the staff holds which knowledge, who leaves. So a *yes* says that ties and the spread among staff are not needed for a result, and not that the "
        f"members' differences are not.\n\n{counted(twin)}.\n\n"
        + table([*head[:4], "twin", *head[5:]], twin)
        + f"\n## With steps of half a week\n\nThe same rules with 104 steps a year (`{VARIABLE}=2` in the environment): shares per week become shares per step so "
        "that two steps close as much of a gap as one did, amounts are halved, times doubled, by their declared units (`sim/steps.py`). All processes take "
        "half-steps; dues, birthdays of membership, the budget and what else is dated fall in one of the two halves of their week. Luck is keyed by the step, so the two "
        "have the same members and other luck: the change is between independent runs, and its interval wider. Work is counted by the step, which is not only "
        "arithmetic: overload, relief by a colleague and the effort norm look at half as long a stretch of work.\n\n"
        f"{counted(half)}.\n\n"
        + table([*head[:4], "half steps", *head[5:]], half)
    )  # fmt: skip


def main(words: list[str] | None = None) -> int:
    """Measure one variant, or all of them and write the page."""
    reader = argparse.ArgumentParser(prog="python -m experiments.honesty.twin", description=__doc__.splitlines()[0])
    reader.add_argument("--variant", choices=list(VARIANTS), help="measure this one only")
    reader.add_argument("--replicates", type=int, default=REPLICATES)
    reader.add_argument("--members", type=int, default=MEMBERS)
    reader.add_argument("--workers", type=int, default=2)
    reader.add_argument("--out", type=Path, default=DOCS / "twin.md", help="file for the page (with --variant: for its numbers)")
    asked = reader.parse_args(words)
    size = asked.replicates, asked.members, asked.workers
    if asked.variant:
        asked.out.write_text(json.dumps(measure(asked.variant, *size)))
        return 0
    found = {variant: in_own_process(variant, *size) for variant in VARIANTS}
    asked.out.write_text(page(found, asked.replicates, asked.members), encoding="utf-8")
    print(f"wrote {asked.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
