"""Tables of the report: each is {"head": [...], "rows": [[...]], "about": text}, all text, escaped by the template."""

import numpy as np
import pandas as pd

from experiments.runs.comparison import Comparison, by_luck
from experiments.runs.statistics import break_even, factorial, paired
from experiments.words.lever_words import HOURS_WORDS, LEADERS_HOURS, hours_in_words, introduction, over_time
from experiments.words.wording import (
    LAPSE_WORDS,
    capital,
    decimals,
    label,
    metric_meaning,
    metric_words,
    number,
    plain,
    scale,
    shown_unit,
)

EFFECT_WORDS = {
    "strictness": "loosened, against strict",
    "view": "holistic, against siloed",
    "interaction": "both together, beyond the sum of each",
}


SHORTLY = {"no difference worth acting on": "small"}
"""Verdicts that would make a column wide."""
WHEN = "When it comes"
COSTS = (
    "revenue", "cost_to_serve", "other_spending", "margin", "staff_hours", "overload", "queue_weeks", "staff_turnover", "complaints",
)  # fmt: skip
WIDE = 6  # columns beyond which a table may be wider than the text


def table(head: list[str], rows: list[list[str]], about: str = "") -> dict | None:
    """A table for the template; None when it has no rows, so that its section is left out."""
    return {"head": head, "rows": rows, "about": about, "wide": len(head) > WIDE} if rows else None


def difference_cells(row, unit: str) -> list[str]:
    """Cells of one difference: size, precision, spread, in the shown unit and to the decimals that are known."""
    factor = scale(unit)
    half = factor * (row["ci_high"] - row["ci_low"]) / 2
    places = max(1, decimals(half, 5))
    values = [number(factor * row[name], places, sign=True) for name in ("ci_low", "ci_high", "run_low", "run_high")]
    return [
        number(factor * row["difference"], places, sign=True),
        f"{values[0]} to {values[1]}",
        f"{values[2]} to {values[3]}",
    ]


def differences(comparison: Comparison, metrics, verdicts: bool = True) -> dict | None:
    """Policies against the reference in some metrics."""
    rows = []
    for _, row in paired(comparison, metrics).iterrows():
        if not row["n"]:
            continue
        wins = f"{round(row['share_better'] * row['n'])} of {row['n']}" if np.isfinite(row["share_better"]) else ""
        name = f"{capital(metric_words(row['metric']))}, {shown_unit(row['unit']) or 'no unit'}"
        rows.append([name, label(row["policy"]), *difference_cells(row, row["unit"]), wins])
        if verdicts:
            rows[-1].append(row["verdict"])
    head = ["Measure", "Policy", "Average difference", "Precision (95 %)", "Nine runs in ten", "Better in"]
    return table([*head, "Verdict"] if verdicts else head, rows)


def verdicts(comparison: Comparison, metrics) -> dict | None:
    """Verdicts at a glance: one row a measure, the level under the reference, one column a policy."""
    found = paired(comparison, metrics)
    found = found[found["n"] > 0]
    rows, short = [], False
    for metric, own in found.groupby("metric", sort=False):
        cells, first = {}, own.iloc[0]
        for row in own.to_dict("records"):
            size, _, _ = difference_cells(row, row["unit"])
            verdict = row["verdict"].split(":")[0]
            cells[row["policy"]] = f"{size} {SHORTLY.get(verdict, verdict)}".strip()
            short |= verdict in SHORTLY
        level = scale(first["unit"]) * first["reference_mean"]
        level = number(level, 1 if scale(first["unit"]) > 1 else min(3, max(2, figures(abs(level)) - 1)))
        rows.append([capital(metric_words(metric)), level, *(cells.get(name, "") for name in comparison.policies)])
    heads = [f"{capital(label(comparison.reference))}, level", *(label(name) for name in comparison.policies)]
    return table(["Difference and verdict", *heads], rows, "Small: no difference worth acting on." if short else "")


def levels(comparison: Comparison, metrics) -> dict | None:
    """Levels of some metrics under each policy, with the differences that are known to be there."""
    rows = []
    for metric, own in paired(comparison, metrics).groupby("metric", sort=False):
        own = own[own["n"] > 0]
        if own.empty:
            continue
        factor, first = scale(own.iloc[0]["unit"]), own.iloc[0]
        if not own[["reference_mean", "policy_mean"]].to_numpy().any():
            continue  # nothing of the kind anywhere
        places = figures(factor * own[["reference_mean", "policy_mean"]].abs().to_numpy().max())
        cells = {}
        for row in own.to_dict("records"):
            cells[row["policy"]] = number(factor * row["policy_mean"], places)
            change = number(factor * row["difference"], places, sign=True)
            if row["n"] > 1 and (row["ci_low"] > 0.0 or row["ci_high"] < 0.0) and not change[0].isdigit():  # it rounds to 0
                cells[row["policy"]] += f" ({change})"
        level = number(factor * first["reference_mean"], places)
        rows.append([capital(metric_words(metric)), level, *(cells.get(name, "") for name in comparison.policies)])
    return table(["Measure", *(label(name) for name in [comparison.reference, *comparison.policies])], rows)


def figures(largest: float) -> int:
    """Decimals with which a number of this size has three figures."""
    return int(np.clip(2 - np.floor(np.log10(largest)), 0, 4)) if np.isfinite(largest) and largest > 0.0 else 1


def rules(comparison: Comparison) -> dict | None:
    """Levers that differ between the policies, in plain words; what is as in the reference stays empty."""
    policies = {str(name): values or {} for name, values in comparison.manifest.get("policies", {}).items()}
    order = [name for name in [comparison.reference, *comparison.policies] if name in policies]
    names = [key for name in order for key in policies[name] if key != "timeline"]
    rows, same, hours = [], 0, False

    def add(words, cells):
        first, *others = cells
        rows.append([words, first, *("" if cell == first else cell for cell in others)])

    for name in dict.fromkeys(names):
        cells = [over_time(name, policies[policy]) for policy in order]
        if len({value for _, value in cells}) == 1:
            same += 1
        elif name not in LEADERS_HOURS or any(name in entry for p in order for entry in policies[p].get("timeline", ())):
            add(cells[0][0], [value for _, value in cells])
        elif not hours:  # the five weights say little one by one
            hours = True
            add(HOURS_WORDS, [hours_in_words(policies[policy]) for policy in order])
    if any("timeline" in policies[name] for name in order):
        rows.insert(0, [WHEN, *(introduction(policies[name]) for name in order)])
    notes = ["An empty cell: as in the reference."] if any("" in row for row in rows) else []
    notes += [f"{same} other rules are the same in all; manifest.json lists them."] if same > 1 else []
    heads = [label(name) + (" (reference)" if name == comparison.reference else "") for name in order]
    return table(["Rule", *heads], rows, " ".join(notes))


def by_policy(
    comparison: Comparison, source: pd.DataFrame, row: str, value: str, factor: float, places: int, head: str
):
    """Mean over replicates with one column a policy and one row for each value of a column."""
    if not len(source) or value not in source.columns:
        return None
    wide = source.groupby([row, "policy"])[value].mean().unstack() * factor
    order = [name for name in [comparison.reference, *comparison.policies] if name in wide.columns]
    sign = "difference" in value
    rows = [[plain(key), *(number(wide.loc[key, name], places, sign=sign) for name in order)] for key in wide.index]
    return table([head, *(label(name) for name in order)], rows)


def lapses(comparison: Comparison) -> dict | None:
    """Why members left: average shares of lapses, in 100."""
    order = [comparison.reference, *comparison.policies]
    rows = []
    for column in [name for name in comparison.runs.columns if str(name).startswith("lapse_")]:
        means = by_luck(comparison, column).mean()
        if (means >= 0.005).any():  # a reason that nobody has takes room from those that somebody has
            reason = column.removeprefix("lapse_")
            cells = [number(100 * means.get(name, np.nan), 0) for name in order]
            rows.append([capital(LAPSE_WORDS.get(reason, label(reason))), *cells])
    return table(["Of 100 who left", *(label(name) for name in order)], rows)


def factors(comparison: Comparison) -> dict | None:
    """Main effects and interaction."""
    rows = []
    for _, row in factorial(comparison).iterrows():
        if row["n"]:
            name = f"{capital(metric_words(row['metric']))}, {shown_unit(row['unit']) or 'no unit'}"
            rows.append([name, EFFECT_WORDS[row["effect"]], *difference_cells(row, row["unit"]), row["verdict"]])
    return table(["Measure", "Effect of", "Average", "Precision (95 %)", "Nine runs in ten", "Verdict"], rows)


def targets(comparison: Comparison) -> dict | None:
    """Measured values and what the model gives."""
    rows = []
    for row in comparison.targets.to_dict("records"):
        factor = scale(row["unit"])
        places = 1 if factor > 1 else 2
        value, low, high, found = (number(factor * row[name], places) for name in ("value", "low", "high", "simulated"))
        met = "unknown" if pd.isna(row["met"]) else "met" if row["met"] else "missed"
        name = f"{row['id']}: {row['statistic']}, {shown_unit(row['unit'])}"
        rows.append([name, value, f"{low} to {high}", found, met, str(row.get("used_for", ""))])
    return table(["Statistic", "Measured", "Band", "Model", "", "Used for"], rows)


def costs(comparison: Comparison) -> dict | None:
    """Cost and capacity against the reference."""
    return differences(comparison, [name for name in COSTS if name in comparison.runs.columns], verdicts=False)


def earned_back(comparison: Comparison) -> dict | None:
    """When a policy has earned back its cost."""
    rows = []
    for _, row in break_even(comparison).iterrows():
        middle = "beyond the horizon" if np.isinf(row["median_week"]) else f"week {row['median_week']:.0f}"
        middle = "never behind" if row["median_week"] == 0 else middle
        rows.append([label(row["policy"]), f"{row['reached']} of {row['n']}", middle])
    return table(["Policy", "Pairs that earned it back", "Middle pair"], rows)


def reproduce(comparison: Comparison) -> dict | None:
    """Settings and versions that are needed to get the same numbers again."""
    manifest = comparison.manifest
    names = ("scenario", "world", "reference", "replicates", "seed", "years", "code_version")
    rows = [[capital(label(name)), plain(manifest[name])] for name in names if manifest.get(name) is not None]
    versions = sorted(manifest.get("versions", {}).items())
    rows += [["Versions", ", ".join(f"{name} {plain(value)}" for name, value in versions)]] if versions else []
    return table(["Setting", "Value"], rows)


def smallest(comparison: Comparison, metrics) -> str:
    """The smallest differences that matter, in words."""
    parts = []
    for metric in metrics:
        least = comparison.threshold(metric)
        if least is not None and metric in (*comparison.runs.columns, *comparison.pairs.columns):
            unit = "in 100" if comparison.unit(metric).startswith("share") else "dues"
            parts.append(f"{metric_words(metric)} {plain(scale(comparison.unit(metric)) * least)} {unit}")
    return "; ".join(parts)


def meanings(comparison: Comparison, metrics) -> list[tuple[str, str]]:
    """(name, meaning) of metrics for a list of definitions."""
    there = (*comparison.runs.columns, *comparison.pairs.columns)
    return [(capital(metric_words(m)), metric_meaning(m) or meaning(comparison, m)) for m in metrics if m in there]


def meaning(comparison: Comparison, metric: str) -> str:
    """Unit and definition of a metric for which there are no words of the report's own."""
    about = comparison.metric_info.get(metric, {}).get("about", "").rstrip(".")
    return "; ".join(filter(None, [shown_unit(comparison.unit(metric)), about[:1].lower() + about[1:]]))
