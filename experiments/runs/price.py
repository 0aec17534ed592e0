"""The price of a policy in sentences: cost and margin, members in the end, people to whom it is worth less."""

import numpy as np
import pandas as pd

from experiments.runs.comparison import Comparison
from experiments.runs.statistics import paired
from experiments.words.wording import label, listed, metric_words, number

NOTICED = 0.05  # members in the end, for each at the switch, below which a difference is not spoken of where nobody leads; assumed


def costs(table: pd.DataFrame, policy: str) -> str:
    """What a policy costs: cost to serve and margin against the reference, or that the runs cannot tell."""
    own = table[table["policy"] == policy].set_index("metric")
    words = []
    for metric, more, less in (
        ("cost_to_serve", "serving a member takes {} dues a year more", "serving a member takes {} dues a year less"),
        ("margin", "the margin is {} dues per member-year higher", "the margin is {} dues per member-year lower"),
    ):
        if metric not in own.index or not np.isfinite(own.loc[metric, "difference"]):
            continue
        row = own.loc[metric]
        if row["ci_low"] <= 0 <= row["ci_high"]:
            words.append(f"on {metric_words(metric)} these runs show no difference from zero")
        else:
            words.append((more if row["difference"] > 0 else less).format(number(abs(row["difference"]), 2)))
    return f"The price: {listed(words)}." if words else ""


def known_ends(comparison: Comparison) -> pd.DataFrame:
    """Rows of :func:`paired` of members in the end, of policies that change them."""
    table = paired(comparison, ["growth_ratio"])
    return table[(table["n"] > 1) & ((table["ci_low"] > 0.0) | (table["ci_high"] < 0.0))]


def membership(comparison: Comparison, policy: str) -> str:
    """How many members there are in the end, where a policy changes that: who keeps more of fewer may end with fewer."""
    own = known_ends(comparison)
    own = own[own["policy"] == policy]
    if own.empty:
        return ""
    row = own.iloc[0]
    ends, usual = (number(100 * row[name], 0) for name in ("policy_mean", "reference_mean"))
    if ends == usual:
        return ""
    word = "More" if row["difference"] > 0 else "But fewer"
    return f"{word} members in the end: {ends} for 100 at the switch, newcomers counted, against {usual}."


def all_memberships(comparison: Comparison) -> str:
    """How many members there are in the end under each policy that changes it noticeably, where no policy leads."""
    ends = known_ends(comparison)
    ends = ends[ends["difference"].abs() >= NOTICED]
    if ends.empty:
        return ""
    each = listed(f"{number(100 * row['policy_mean'], 0)} with {label(row['policy'])}" for row in ends.to_dict("records"))
    usual = number(100 * ends.iloc[0]["reference_mean"], 0)
    return f"Members in the end for 100 at the switch, newcomers counted: {each}, against {usual} with {label(comparison.reference)}."


def people_worse_off(comparison: Comparison, policies: list[str]) -> str:
    """Of policies that are better on some measure: those under which more members are worse off than better off."""
    wanted = ["members_better_off", "members_worse_off"]
    if not set(wanted) <= set(comparison.pairs.columns):
        return ""
    means = 100 * comparison.pairs.groupby("policy")[wanted].mean()
    said = [
        f"{number(worse, 0)} worse off and {number(better, 0)} better off with {label(policy)}"
        for policy in policies
        if policy in means.index
        for better, worse in [means.loc[policy, wanted]]
        if worse > better
    ]
    return f"Of 100 members, for themselves, more lose than gain: {'; '.join(said)}." if said else ""


def losses(comparison: Comparison, table: pd.DataFrame) -> str:
    """Who spends more than comes in: margins below zero, in one sentence; empty where there are none."""
    margins = table[(table["metric"] == "margin") & (table["n"] > 1)]
    if margins.empty:
        return ""
    own = float(margins["reference_mean"].mean())
    below = [f"{label(row['policy'])} (to {number(row['policy_mean'], 2)})" for _, row in margins.iterrows() if row["policy_mean"] < 0.0]
    if own < 0.0:
        return f"The margin is below zero under {label(comparison.reference)} already ({number(own, 2)} dues per member-year)."
    return f"The margin falls below zero with {listed(below)}, in dues per member-year." if below else ""
