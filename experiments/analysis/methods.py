"""A paragraph for the methods section, from what a sweep wrote down: nothing in it is typed from memory."""

import json
from pathlib import Path

import pandas as pd

from experiments.runs.statistics import t_interval
from experiments.sweeps.designs import factors_of
from experiments.words.wording import decimals, label, listed, metric_words, number, scale, shown_unit
from sim.quantities import OutOfRange

DESIGNS = {
    "grid": "all combinations of values", "zip": "values taken together, the first with the first", "table": "a table of points",
    "lhs": "a Latin hypercube", "sobol": "a scrambled Sobol sequence", "paired": "a Latin hypercube",
    "morris": "Morris trajectories", "saltelli": "Saltelli's arrangement of a Sobol sequence",
}  # fmt: skip
NAMED = {"relsim": "relsim", "python": "Python", "mesa": "Mesa", "numpy": "NumPy", "numba": "Numba", "pandas": "pandas", "scipy": "SciPy"}


def methods_paragraph(folder: Path | str) -> str:
    """What was run, in full sentences: organisation, design, policies, luck, n, failures, intervals, versions, command.

    Parameters
    ----------
    folder : path
        What ``relsim sweep`` or ``relsim sensitivity`` left.

    Raises
    ------
    FileNotFoundError
        Where there is no ``manifest.json`` in it.
    KeyError
        Where the manifest is not that of a sweep.
    """
    said = json.loads((Path(folder) / "manifest.json").read_text(encoding="utf-8"))
    config, design, versions = said["config"], said["design"], said["versions"]
    scenario = config["scenario"]
    runs, failed = said["runs"], said["failed"]
    policies = [name for name in said["policies"] if name != said["reference"] or name in config["policies"]]
    beside = f", each beside the reference policy {label(said['reference'])} at the same point" if design["kind"] == "paired" else ""
    return " ".join(
        [
            f"We simulated the scenario {scenario['name']} with {scenario['members']:,} members at founding, {scenario['burn_in']} "
            f"weeks under the policy {label(said['reference'])}, and then {said['years']} {'year' if said['years'] == 1 else 'years'}.",
            f"The design was {DESIGNS[design['kind']]} of {design['points']:,} {'point' if design['points'] == 1 else 'points'}"
            f"{_over(design)}.",
            f"The policies {listed(map(label, policies))} were run{beside}."
            if len(policies) > 1
            else f"The policy {label(policies[0])} was run{beside}.",
            f"Each point had {said['replicates']} replicates with seed {said['seed']}; a replicate has the same members and the same luck "
            f"under every policy and at every point (common random numbers).",
            f"Of {runs:,} runs in all, {failed or 'none'} failed.",
            "Differences are paired by replicate; intervals are 95 % t intervals of the mean.",
            f"Software: {', '.join(f'{words} {versions[name]}' for name, words in NAMED.items() if name in versions)}; model code "
            f"{said['code_version']}{', commit ' + said['commit'][:12] if said.get('commit') else ''}.",
            f"The same rows come out of: {said['command']}.",
        ]
    )


def _over(design: dict) -> str:
    """What was varied, each over its range."""
    if not design["factors"]:
        return ""
    if design["kind"] == "table":
        return f" over {listed(design['factors'])}"
    return f" over {listed(f'{factor.name} ({factor.low:g} to {factor.high:g})' for factor in factors_of(design['vary']))}"


def result_sentence(pairs: pd.DataFrame, policy: str, metric: str, unit: str) -> str:
    """The mean difference over the worlds looked at, with its interval over worlds, in a sentence.

    Worlds are the units: the replicates of a world are averaged first, so that n is honest.

    Parameters
    ----------
    pairs : DataFrame
        ``pairs.parquet`` of a paired sweep: differences to the reference, one row a pair, with a column ``point``.
    policy : label in ``pairs``.
    metric : its differences are the column ``METRIC_difference`` of ``pairs``.
    unit : of the metric, as stored.
    """
    own = pairs[pairs["policy"] == policy]
    if own.empty:
        raise OutOfRange(f"policy={policy} is not among these pairs: {', '.join(sorted(set(pairs['policy'].astype(str))))}")
    worlds = own.groupby("point")[f"{metric}_difference"].mean().dropna()
    low, high = t_interval(worlds)
    factor = scale(unit)
    places = decimals(factor * (high - low) / 2)
    middle, low, high, least, most = (
        number(factor * value, places, sign=True) for value in (worlds.mean(), low, high, worlds.min(), worlds.max())
    )
    each = own.groupby("point").size()
    replicates = f"{each.min()}" if each.min() == each.max() else f"{each.min()} to {each.max()}"
    return (
        f"Under {label(policy)}, {metric_words(metric)} changed by {middle} {shown_unit(unit)} on average (95 % interval {low} to {high}; "
        f"n = {len(worlds)} worlds of {replicates} pairs each); between worlds it ranged from {least} to {most}."
    )
