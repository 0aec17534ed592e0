"""The answer of a comparison that is about partners: what joint work brings, who goes on, what hangs on them."""

import pandas as pd

from experiments.runs.comparison import Comparison
from experiments.runs.statistics import paired
from experiments.words.wording import capital, label, listed, metric_words, number, scale

VALUE = "partner_value"


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
    return " ".join([first, *(said(table, policy) for policy in comparison.policies)])


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
    return f"{metric_words(row['metric'])} ({number(scale(row['unit']) * row['difference'], 2, sign=True)})"
