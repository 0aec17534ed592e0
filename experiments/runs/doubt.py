"""The strongest reason to disbelieve an answer, and of which kind it is: luck, a guess or the model."""

import numpy as np
import pandas as pd

from experiments.runs.answer import KEEPS, subject
from experiments.runs.comparison import DECISION_METRICS, Comparison
from experiments.runs.statistics import paired, t_interval
from experiments.words.wording import decimals, label, listed, metric_words, more_or_fewer

GUESS = "A guess: how much members let their own experience decide cannot be read from retention data. "


def doubt(comparison: Comparison, table: pd.DataFrame | None = None) -> str:
    """The strongest reason to disbelieve the answer.

    A guess that would change a conclusion comes first: of all policies, the one whose renewals differ most along what
    retention data cannot tell. Then values that the model misses, then differences that luck leaves open.

    Parameters
    ----------
    table : rows of :func:`experiments.runs.statistics.paired`; computed when None.
    """
    table = paired(comparison, DECISION_METRICS) if table is None else table
    guess = guessed(comparison, subject(comparison, table))
    if guess:
        return guess
    missed = comparison.targets
    if len(missed):
        missed = missed[missed["met"] == False]  # noqa: E712  (unknown is not missed)
        if len(missed):
            names = listed(missed["statistic"].astype(str).head(3))
            return f"The model: it misses {len(missed)} of {len(comparison.targets)} measured values ({names})."
    policy = subject(comparison, table)
    unsure = table[(table["policy"] == policy) & table["verdict"].str.startswith(("undecided", "one run"))]
    if len(unsure):
        measures = listed(metric_words(metric) for metric in unsure["metric"])
        return f"Luck: what {label(policy)} changes in {measures} cannot be decided with this many runs."
    return (
        "The model: its rules turn opinions and estimates into numbers. More runs make the averages more exact, "
        "they do not make the rules more true."
    )


def guessed(comparison: Comparison, policy: str | None) -> str:
    """What becomes of the answer along the weight of lived experience; empty where it changes no conclusion.

    Parameters
    ----------
    policy : str or None
        The policy the answer is about: it goes before others whose conclusion changes as far.
    """
    line = comparison.line
    if not len(line) or "retention_difference" not in line.columns:
        return ""
    smallest, found = 100 * comparison.threshold(KEEPS), []
    for name, own in line.dropna(subset=["retention_difference"]).groupby("policy", sort=False):
        means = 100 * own.groupby("lived_weight")["retention_difference"].mean()
        if len(means) < 2:
            continue
        low, high = means.idxmin(), means.idxmax()
        reverses = means[low] <= -smallest and means[high] >= smallest
        changes = conclusion(means[low], smallest) != conclusion(means[high], smallest)
        found.append((reverses, changes, name == policy and changes, means[high] - means[low], name, own, sorted((low, high))))
    if not found:
        return ""
    reverses, changes, _, _, name, own, (first, second) = max(found, key=lambda each: each[:4])
    if not changes:
        return ""
    weights = np.sort(own["lived_weight"].unique())
    values = {weight: 100 * own.loc[own["lived_weight"] == weight, "retention_difference"] for weight in (first, second)}
    places = max(1, max(decimals(np.diff(t_interval(each))[0] / 2, 1) for each in values.values()))
    told = [change(values[weight].mean(), places) for weight in (first, second)]
    text = (
        f"{GUESS}If it counts {weighed(first, weights)}, {label(name)} keeps {told[0]} of every 100 due to renew; "
        f"if {weighed(second, weights)}, {told[1]}."
    )
    if reverses:
        return text + " The answer reverses between the two."
    return text + " Only one of the two is a difference worth acting on."


def conclusion(points: float, smallest: float) -> int:
    """1 better, -1 worse, 0 no difference worth acting on."""
    return int(points >= smallest) - int(points <= -smallest)


def weighed(weight: float, weights: np.ndarray) -> str:
    """How much lived experience counts at a point of the line."""
    return {weights[0]: "as little as is plausible", weights[-1]: "as much as is plausible"}.get(weight, "something in between")


def change(points: float, places: int) -> str:
    """Change in members kept, in words."""
    text = more_or_fewer(points, places)
    return text if text[-1].isalpha() else "as many"
