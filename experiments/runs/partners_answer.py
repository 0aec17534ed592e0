"""The answer of a comparison that is about partners: what joint work brings, who goes on, what hangs on them."""

import pandas as pd

from experiments.runs.comparison import Comparison
from experiments.runs.statistics import paired
from experiments.words.wording import capital, label, listed, metric_words, more_or_fewer, number, scale

VALUE, OWN_PART = "partner_value", "partner_margin"


def partners_answer(comparison: Comparison, table: pd.DataFrame | None = None) -> str:
    """Which policy makes most of the work with partners, by how much, and which other measure disagrees."""
    table = paired(comparison, comparison.decides) if table is None else table
    table = table[table["metric"].isin(comparison.decides) & (table["n"] > 0)]
    value, reference = table[table["metric"] == VALUE], label(comparison.reference)
    if value.empty:
        return f"There is no answer: no run could be paired with one of {reference}."
    if value["n"].max() == 1:
        return "One run only. One run cannot tell luck from policy; run at least 3 replicates."
    ahead = value[value["verdict"] == "better"].sort_values("difference", ascending=False, kind="stable")
    if ahead.empty:
        first = f"No policy is shown to make more of the work with partners than {reference}."
    else:
        lead = ahead.iloc[0]
        first = (
            f"{capital(label(lead['policy']))} makes most of the work with partners: "
            f"{number(lead['difference'], 2, sign=True)} dues per tie-year against {reference}, "
            f"in {round(lead['share_better'] * lead['n'])} of {lead['n']} paired runs."
        )
        first = " ".join(filter(None, [first, effort(comparison, lead["policy"]), also_for_oneself(table, ahead)]))
    return " ".join([first, *(said(table, policy) for policy in comparison.policies)])


def effort(comparison: Comparison, policy: str) -> str:
    """What the policy takes of the staff: hours for partners, weeks with more work than hours."""
    found = paired(comparison, ["partner_hours", "overload"])
    own = found[(found["policy"] == policy) & (found["n"] > 1) & ((found["ci_low"] > 0.0) | (found["ci_high"] < 0.0))]
    words = {"partner_hours": "{} hours per tie-year for partners", "overload": "{} of 100 staff-weeks with more work than hours"}
    parts = [words[row["metric"]].format(more_or_fewer(scale(row["unit"]) * row["difference"], 1)) for row in own.to_dict("records")]
    return f"With it come {listed(parts)}." if parts else ""


def also_for_oneself(table: pd.DataFrame, ahead: pd.DataFrame) -> str:
    """Of policies that make more of the work: the first one that leaves the organisation itself more, where the leader does not."""
    own = table[table["metric"] == OWN_PART].set_index("policy")["verdict"]
    if ahead.empty or own.get(ahead.iloc[0]["policy"]) == "better":
        return ""
    for row in ahead.iloc[1:].to_dict("records"):
        if own.get(row["policy"]) == "better":
            size = number(row["difference"], 2, sign=True)
            return f"But only with {label(row['policy'])} ({size}) is more left to the organisation itself, too."
    return ""


def said(table: pd.DataFrame, policy: str) -> str:
    """What the measures that decide say of one policy, in a sentence."""
    own = table[table["policy"] == policy]
    parts = []
    for word in ("better", "worse"):
        rows = own[own["verdict"] == word].to_dict("records")
        if rows:
            parts.append(f"{word} on {listed(map(with_size, rows))}")
    return f"{capital(label(policy))}: {'; '.join(parts) if parts else 'nothing that these runs can tell apart and that matters'}."


def with_size(row: dict) -> str:
    """A measure and how much it differs."""
    unit = " in 100" if scale(row["unit"]) > 1.0 else " dues"
    return f"{metric_words(row['metric'])} ({number(scale(row['unit']) * row['difference'], 2, sign=True)}{unit})"
