"""Sections of the report in their order: heading, words, figure, tables. A section without its table is None."""

import numpy as np
import pandas as pd

from experiments.board_report import tables
from experiments.board_report.how_sure import factors, fit, unknown
from experiments.board_report.section import section
from experiments.runs.comparison import Comparison
from experiments.runs.statistics import paired
from experiments.words.wording import capital, label, listed, number

RULES_AT_A_GLANCE = 8
TAILS = [f"{side}_beyond_reference" for side in ("upside", "downside")]
ABOUT_PARTNERS = ("differences",)
"""Figures that say something where a scenario is about partners and members are few."""
PARTNER_DETAIL = (
    "partner_retention", "partner_value_p10", "partner_value_p90", "value_per_meeting", "partner_hours", "misunderstandings",
    "partner_trust", "knowing_each_other", "strikes", "overload",
)  # fmt: skip


def sections(comparison: Comparison, drawn: dict) -> list[dict | None]:
    """All sections; ``drawn`` maps the name of a figure to its SVG."""
    if comparison.about_partners:
        return [make(comparison, drawn) for make in (compared, differences, partners)]
    makers = (compared, who_stays, differences, situation, who_gains, tails, costs, unknown, factors, fit, lapses)
    return [make(comparison, drawn) for make in makers]


def compared(comparison: Comparison, drawn: dict):
    """What was compared: the levers as plain rules."""
    rules = tables.rules(comparison)
    runs = comparison.manifest.get("replicates")
    words = [
        "Only the rules below differ. Everything else, from who the members are to what they happen to need in which "
        "week, is the same in both arms of a pair. Dues are in units of a member's usual yearly dues; the switch is the week "
        "from which the policies differ.",
        f"Each policy was run {runs} times, each time with other luck." if runs else "",
    ]
    if rules and len(rules["rows"]) > RULES_AT_A_GLANCE:  # a board wants the answer's pictures first
        named = sum(row[0] != tables.WHEN for row in rules["rows"])
        folded = f"The {named} rules that differ"
        return section("compared", "What was compared", words, detail=rules, folded=folded, printed=True)
    return section("compared", "What was compared", words, shown=[rules] if rules else None)


def who_stays(comparison: Comparison, drawn: dict):
    """Survival of those who were members at the switch."""
    table = comparison.survival
    if "survival" not in drawn:
        return None
    last = table["year"].max()
    ends = 100 * table[table["year"] == last].groupby("policy")["share"].mean()
    order = [name for name in [comparison.reference, *comparison.policies] if name in ends.index]
    said = listed(f"{label(name)} {ends[name]:.0f}" for name in order)
    return section(
        "stays", "Who stays",
        [
            f"Of 100 members at the switch, on average still members after {last} years: {said}.",
            "The lines nearly coincide." if len(ends) > 1 and ends.max() - ends.min() < 1.0 else "",
            with_newcomers(comparison),
        ],
        drawn["survival"],
        "Members at the switch who are still there. Lines are averages, bands hold nine runs in ten. "
        "The upright axis does not start at 0.",
        f"Line chart of members still there, year by year. After {last} years: {said} of 100.",
        tables.by_policy(comparison, table, "year", "share", 100.0, 1, "Year"),
    )  # fmt: skip


def with_newcomers(comparison: Comparison) -> str:
    """How many members there are in the end for 100 at the switch, newcomers and returners counted; empty where nobody joins."""
    if "growth_ratio" not in comparison.runs or not comparison.runs.get("recruits", pd.Series([0.0])).gt(0.0).any():
        return ""
    ends = 100 * comparison.runs.groupby("policy")["growth_ratio"].mean()
    order = [name for name in [comparison.reference, *comparison.policies] if np.isfinite(ends.get(name, np.nan))]
    said = listed(f"{label(name)} {ends[name]:.0f}" for name in order)
    return f"With those who joined since, there are for 100 members at the switch: {said}." if order else ""


def differences(comparison: Comparison, drawn: dict):
    """Paired differences with precision and spread."""
    if "differences" not in drawn:
        return None
    least = tables.smallest(comparison, comparison.decides)
    return section(
        "differences", f"What differs from {label(comparison.reference)}",
        [
            "The thick bar says how well the average is known; more runs make it shorter. The thin bar says where nine "
            "runs in ten fell; more runs do not make it shorter. A verdict needs the whole thick bar on one side of "
            f"the shaded zone, or inside it. {few_runs(comparison)}Smallest differences that matter, fixed beforehand: {least}.",
        ],
        drawn["differences"],
        "Each policy against the reference, run by run with the same luck. At the right: pairs in which it was better.",
        "Dot chart of differences to the reference for each policy and measure; the numbers are in the tables below.",
        tables.differences(comparison, comparison.decides),
        [tables.verdicts(comparison, comparison.decides)],
        tables.meanings(comparison, comparison.decides),
    )  # fmt: skip


def few_runs(comparison: Comparison) -> str:
    """Why a thick bar may be longer than a thin one, where one is."""
    found = paired(comparison, comparison.decides)
    longer = (found["ci_high"] - found["ci_low"]) > (found["run_high"] - found["run_low"])
    return "With few runs the thick bar may be the longer of the two. " if longer.any() else ""


def situation(comparison: Comparison, drawn: dict):
    """What this scenario is about, where it names metrics of its own."""
    wanted = comparison.manifest.get("shows", [])
    shown = tables.levels(comparison, wanted)
    if shown is None:
        return None
    return section(
        "situation", "What this situation is about",
        ["Averages over all runs. In brackets the difference to the reference, where it is known to be one (95 %); each number is "
         "rounded by itself."],
        shown=[shown], notes=tables.meanings(comparison, wanted),
    )  # fmt: skip


def partners(comparison: Comparison, drawn: dict):
    """What stands behind joint value: spread over ties, depth, trust, hours, advantage taken."""
    return section(
        "partners", "Work with partners",
        [
            "A tie joins one person on the staff and one person of a partner. Upside and downside say how far joint value per "
            "tie reaches beyond the best and the worst tenth of ties under the reference; ties of partners who left count 0.",
        ],
        detail=tables.differences(comparison, PARTNER_DETAIL, verdicts=False),
        shown=[tables.levels(comparison, PARTNER_DETAIL)],
        notes=tables.meanings(comparison, PARTNER_DETAIL),
    )  # fmt: skip


def who_gains(comparison: Comparison, drawn: dict):
    """Change by rank before the switch."""
    if "who_gains" not in drawn:
        return None
    better = []
    wanted = [name for name in ("members_better_off", "members_worse_off") if name in comparison.pairs.columns]
    if wanted:
        means = 100 * comparison.pairs.groupby("policy")[wanted].mean()
        better = [
            f"{label(policy)} {' and '.join(number(means.loc[policy, name], 0) for name in wanted)}"
            for policy in comparison.policies
            if policy in means.index
        ]
    words = "better off and worse off for themselves (by 0.01 dues a year or more) than"
    deciles = comparison.deciles if len(comparison.deciles) else None
    numbers = tables.by_policy(comparison, comparison.deciles, "decile", "difference", 1.0, 2, "Tenth (1 weakest)")
    return section(
        "gains", "Who gains, who loses",
        [
            "People are ranked by what they had in the year before the switch, so that nobody is called a winner for "
            "having been lucky afterwards. An average can hide that, inside a tenth, some gain what others lose: the "
            "middle column shows how far apart they are." if deciles is not None else "",
            f"Of 100 members, {words} under {label(comparison.reference)}: {'; '.join(better)}. The picture is about both sides: "
            "it adds what each member is worth to the organisation." if better else "",
        ],
        drawn["who_gains"],
        "Change in what a relationship is worth to member and organisation together, dues per member-year. "
        + (
            "The last column compares low with low and high with high: they are not the same people, so it says how the whole "
            "spread moves and not who gains."
            if deciles is not None
            else "Low is compared with low and high with high, which are not the same people: nobody was there a year before the "
            "switch, so who gains cannot be said."
        ),
        "Small charts, one row a policy: change from the weakest to the strongest tenth; numbers in the table below.",
        numbers,
    )  # fmt: skip


def side(row) -> int:
    """1 or -1 when the whole interval of a difference lies on one side of zero, else 0."""
    return int(row["ci_low"] > 0) - int(row["ci_high"] < 0)


def tail_verdict(comparison: Comparison) -> list[str]:
    """Whether tails by the year and by the request point the same way, policy by policy."""
    said = {"agree": [], "disagree": [], "unclear": []}
    every = paired(comparison, [*TAILS, *(f"{name}_per_request" for name in TAILS)])
    found = every[every["n"] > 1].set_index(["metric", "policy"])
    for name in TAILS:
        for policy in comparison.policies:
            if (name, policy) in found.index and (f"{name}_per_request", policy) in found.index:
                year, request = (side(found.loc[(metric, policy)]) for metric in (name, f"{name}_per_request"))
                kind = "unclear" if 0 in (year, request) else "agree" if year == request else "disagree"
                said[kind].append(f"{label(policy)} ({name.split('_')[0]})")
    words = {
        "agree": "By the member-year and by the request, the figures agree on the direction for {}.",
        "disagree": "They disagree for {}: there the change comes from how often people ask.",
    }
    told = [words[kind].format(listed(said[kind])) for kind in words if said[kind]]
    if said["unclear"]:
        told.append(f"For {'the others' if told else 'all of them'} at least one of the two cannot be told from no change.")
    return told


def tails(comparison: Comparison, drawn: dict):
    """Upside and downside beyond the reference."""
    if "tails" not in drawn:
        return None
    every = [*TAILS, *(f"{name}_per_request" for name in TAILS)]
    table = paired(comparison, TAILS).set_index(["metric", "policy"])
    bought = [
        label(policy)
        for policy in comparison.policies
        if all((name, policy) in table.index for name in TAILS)
        and side(table.loc[(TAILS[0], policy)]) > 0
        and table.loc[(TAILS[1], policy), "verdict"] == "worse"
    ]
    verb = "buys its" if len(bought) == 1 else "buy their"
    return section(
        "tails", "The best and the worst tenth",
        [
            "Upside is what lies above the line that nine in ten stay under with the reference, downside what lies "
            "below the line that nine in ten stay over.",
            f"{capital(listed(bought))} {verb} upside with let-downs: both tails grow." if bought else "",
            *tail_verdict(comparison),
        ],
        drawn["tails"],
        "Tails against the reference, by the member-year and, as some people ask more often, by the answered request.",
        "Dot chart of upside and downside against the reference for each policy; numbers in the table below.",
        tables.differences(comparison, every),
    )  # fmt: skip


def costs(comparison: Comparison, drawn: dict):
    """Cost beside benefit, capacity, and when it is earned back."""
    detail = tables.costs(comparison)
    back = tables.earned_back(comparison)
    if "cost_and_benefit" not in drawn and not detail and not back:
        return None
    words = (
        "The table of pairs says when the margin lost at first is earned back for good: the margin of the whole organisation, added "
        "up week by week, not per member. Pairs that never get there count as beyond the horizon."
    )
    return section(
        "costs", "Cost beside benefit",
        ["A policy that keeps more members may still cost more than it keeps. In brackets the difference to the reference, where it is "
         "known to be one (95 %).", words if back else ""],
        drawn.get("cost_and_benefit"),
        "Change against the reference; the arms of a cross are the precision (95 %) of the two averages.",
        "Scatter chart of change in cost and margin against change in renewals and value; numbers in the table below.",
        detail, [tables.levels(comparison, tables.COSTS), back], tables.meanings(comparison, tables.COSTS),
    )  # fmt: skip


def lapses(comparison: Comparison, drawn: dict):
    """Why members left."""
    found = tables.lapses(comparison)
    words = ["Reasons as the model knows them, average over runs. A real exit survey hears other words."]
    return section("lapses", "Why members left", words, shown=[found] if found else None)
