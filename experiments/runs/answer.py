"""The answer of a comparison in plain sentences.

Fixed rules: count pairs ("in 27 of 30 paired runs"), name precision and spread apart, never more decimals than are
known, and no winner where a metric that decides says otherwise.
"""

import pandas as pd

from experiments.runs.comparison import DECISION_METRICS, Comparison
from experiments.runs.partners_answer import partners_answer
from experiments.runs.price import all_memberships, costs, losses, membership, people_worse_off
from experiments.runs.statistics import factorial, paired
from experiments.words.wording import capital, decimals, label, listed, metric_words, more_or_fewer, number

KEEPS = "retention_rate"
DUE = "of every 100 members due to renew"


def leaders(comparison: Comparison, table: pd.DataFrame) -> pd.DataFrame:
    """Policies that keep enough more members to matter, the best first (rows of paired)."""
    keep = table[(table["metric"] == KEEPS) & (table["verdict"] == "better")]
    return keep.sort_values(["difference", "policy"], ascending=[False, True], kind="stable")


def level_with(comparison: Comparison, table: pd.DataFrame) -> list[tuple[str, str]]:
    """Leaders from which the first leader cannot be told apart: (policy, verdict on the difference)."""
    ahead = leaders(comparison, table)["policy"].tolist()
    if len(ahead) < 2:
        return []
    level = []
    for rival in ahead[1:]:
        direct = paired(comparison, [KEEPS], reference=rival).set_index("policy").loc[ahead[0]]
        if direct["verdict"] != "better":
            level.append((rival, direct["verdict"]))
    return level


def size(row, unit_words: str = "", scale: float = 1.0) -> str:
    """Difference with its sign, to the decimals that are known."""
    places = max(1, decimals(scale * (row["ci_high"] - row["ci_low"]) / 2))
    return number(scale * row["difference"], places, sign=True) + unit_words


def how_often(row) -> str:
    """How many pairs agree, how well the average is known, where nine runs in ten fell (a retention row)."""
    half = 100 * (row["ci_high"] - row["ci_low"]) / 2
    low, high = (more_or_fewer(100 * row[name], max(1, decimals(half))) for name in ("run_low", "run_high"))
    wins = round(row["share_better"] * row["n"])
    return (
        f"In {wins} of {row['n']} paired runs it kept more; the average is known to within "
        f"{number(half, max(1, decimals(half)))}, and nine runs in ten fell between {low} and {high}."
    )


def short_verdict(verdict: str) -> str:
    """A verdict without its count of runs; "too close" where more of them would not decide it."""
    return "too close" if "too close" in verdict else verdict.split(":")[0]


def agreement(table: pd.DataFrame, policy: str) -> str:
    """What the other metrics that decide say about a policy."""
    own = table[(table["policy"] == policy) & (table["metric"] != KEEPS)]
    groups: dict[str, list[str]] = {}
    for _, row in own.iterrows():
        if row["verdict"]:
            groups.setdefault(short_verdict(row["verdict"]), []).append(metric_words(row["metric"]))
    words = {
        "better": "it is better on {}",
        "no difference worth acting on": "there is no difference worth acting on in {}",
        "undecided": "more runs are needed to say whether the difference in {} matters",
        "too close": "the difference in {} is too close to the smallest that matters to call",
        "worse": "it is worse on {}",
    }
    said = [text.format(listed(groups[word])) for word, text in words.items() if word in groups]
    return f"Of the other measures that decide: {'; '.join(said)}." if said else ""


def answer(comparison: Comparison, table: pd.DataFrame | None = None) -> str:
    """Who keeps more members, by how many in 100, at what price, and which metric disagrees.

    Parameters
    ----------
    table : rows of :func:`experiments.runs.statistics.paired`; computed when None.
    """
    if comparison.about_partners:
        return partners_answer(comparison, table)
    table = paired(comparison, [*DECISION_METRICS, "cost_to_serve"]) if table is None else table
    table = table[table["metric"].isin([*DECISION_METRICS, "cost_to_serve"])]
    keep = table[(table["metric"] == KEEPS) & (table["n"] > 0)]
    reference = label(comparison.reference)
    if keep.empty:
        return f"There is no answer: no run could be paired with one of {reference}."
    best = keep.loc[keep["difference"].idxmax()]
    if keep["n"].max() == 1:
        change = more_or_fewer(100 * best["difference"], 1)
        return (
            f"One run only: {label(best['policy'])} kept {change} {DUE} than {reference}. "
            "One run cannot tell luck from policy; run at least 10 replicates."
        )
    ahead = leaders(comparison, table)
    if ahead.empty:
        parts = [nobody_leads(comparison, table, keep), all_memberships(comparison), losses(comparison, table)]
        return " ".join(filter(None, parts))
    lead = ahead.iloc[0]
    name = label(lead["policy"])
    result = f"{name} keeps {size(lead, scale=100).lstrip('+')} more {DUE} than {reference}"
    against = table[(table["policy"] == lead["policy"]) & (table["verdict"] == "worse")]
    level = level_with(comparison, table)
    if len(against):
        # Retention may be bought; then the reader, not the program, has to weigh the two.
        bad = listed(f"{metric_words(row['metric'])} ({size(row, ' dues')})" for _, row in against.iterrows())
        first = f"No clear winner: {result}, but is worse on {bad}."
    elif level:
        rivals = listed(label(rival) for rival, _ in level)
        same = all(word == "no difference worth acting on" for _, word in level)
        why = "by no difference worth acting on" if same else "by a difference that these runs cannot decide"
        first = f"No clear winner: {result}, but differs from {rivals} {why}."
    else:
        first = f"{capital(result)}."
    rest = "" if len(against) else agreement(table, lead["policy"])
    policy = lead["policy"]
    parts = [
        first, membership(comparison, policy), how_often(lead), costs(table, policy), people_worse_off(comparison, [policy]), rest,
        losses(comparison, table),
    ]  # fmt: skip
    return " ".join(filter(None, parts))


def nobody_leads(comparison: Comparison, table: pd.DataFrame, keep: pd.DataFrame) -> str:
    """The answer when no policy keeps enough more members: what is known instead."""
    smallest = number(100 * comparison.threshold(KEEPS), 1).removesuffix(".0")
    reference = label(comparison.reference)
    parts = [f"No clear winner in renewals: no policy is shown to keep at least {smallest} more {DUE} than {reference}."]
    if (keep["verdict"] == "worse").all():
        parts = [f"{capital(reference)} keeps more members than every policy compared with it."]
    other = table[table["metric"] != KEEPS]
    bad = {*table.loc[table["verdict"] == "worse", "policy"]}
    without_price = other[(other["verdict"] == "better") & ~other["policy"].isin(bad)]
    at_a_price = other[(other["verdict"] == "better") & other["policy"].isin(bad)]
    if len(without_price):
        parts.append(
            f"Better than {reference} on another measure, and on none that decides worse by an amount that matters: "
            f"{on_measures(without_price)}."
        )
    words = []
    for word, text in (
        ("worse", "{}"),
        ("no difference", "for {} there is no difference worth acting on"),
        ("undecided", "more runs are needed to say whether the difference of {} matters"),
        ("too close", "the difference of {} is too close to the smallest that matters to call"),
    ):
        found = keep[keep["verdict"].map(short_verdict).str.startswith(word)]
        names = [
            label(row["policy"]) + (f" keeps {size(row, scale=100)[1:]} fewer" if word == "worse" else "") for _, row in found.iterrows()
        ]
        words += [text.format(listed(names))] if names else []
    parts.append(f"In renewals, {'; '.join(words)}.")
    if len(at_a_price):
        parts.append(f"Better on one measure and worse on another: {on_measures(at_a_price)}.")
    for word, text in (("worse", "Worse than {} on another measure: {}."), ("undecided", "Not decided against {}: {}.")):
        found = other[other["verdict"].str.startswith(word)]
        if len(found):
            parts.append(text.format(reference, on_measures(found)))
    parts.append(people_worse_off(comparison, list(dict.fromkeys([*without_price["policy"], *at_a_price["policy"]]))))
    return " ".join(filter(None, parts))


def on_measures(rows: pd.DataFrame) -> str:
    """Policies with the measures on which they differ and by how much."""
    said = []
    for policy, own in rows.groupby("policy", sort=False):
        measures = listed(f"{metric_words(row['metric'])} ({size(row, ' dues')})" for _, row in own.iterrows())
        said.append(f"{label(policy)} on {measures}")
    return "; ".join(said)


def subject(comparison: Comparison, table: pd.DataFrame) -> str | None:
    """The policy the report is about: the first leader, else the one that keeps the most."""
    ahead = leaders(comparison, table)
    if len(ahead):
        return ahead.iloc[0]["policy"]
    keep = table[(table["metric"] == KEEPS) & table["difference"].notna()]
    return keep.loc[keep["difference"].idxmax(), "policy"] if len(keep) else None


def interaction_in_words(comparison: Comparison, table: pd.DataFrame | None = None) -> str:
    """Whether loosening and the holistic view need each other, in one sentence; "" without the four cells."""
    table = factorial(comparison, [KEEPS]) if table is None else table
    rows = table[(table["metric"] == KEEPS) & (table["n"] > 1)].set_index("effect")
    if "interaction" not in rows.index:
        return ""
    both = rows.loc["interaction"]
    half = 100 * (both["ci_high"] - both["ci_low"]) / 2
    shift = more_or_fewer(100 * both["difference"], max(1, decimals(half)))
    if both["ci_low"] <= 0 <= both["ci_high"]:
        return "Whether the two need each other cannot be told from these runs: the interval includes no interaction."
    if max(abs(both["ci_low"]), abs(both["ci_high"])) < comparison.threshold(KEEPS):
        return "What both together give in renewals is nearly the sum of what each gives alone: what is beyond is too small to act on."
    direction = "more" if both["difference"] > 0 else "less"
    return (
        f"Together they give {direction} than the sum of each alone: {shift} {DUE}, "
        f"known to within {number(half, max(1, decimals(half)))}."
    )
