"""The page docs/honesty.md, from what was measured."""

import numpy as np

from experiments.honesty import ablations, cases, targets
from sim.policy import LEVERS

NOTE = "<!-- Written by tools/write_honesty.py from runs: `make honesty` renews the numbers. -->\n\n"
MAIN_HEAD = {
    "retention_expected": "retention", "value_surplus_mean": "value to both", "margin": "margin", "trust_mean": "trust",
}  # fmt: skip


def table(head: list[str], rows: list[list]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in lines) + "\n"


def told(differences: np.ndarray) -> str:
    """An effect with its t value: ``+0.012 (t 4.1)``; exactly no effect is ``0``."""
    if not np.any(differences):
        return "0"
    mean, t = cases.effect(differences)
    return f"{mean:+.3g} (t {t:.1f})"


def page(results: dict[str, list]) -> str:
    """The whole page.

    Parameters
    ----------
    results : dict
        By kind ("target", "ablation", "case"), pairs of a piece of work and what was found.
    """
    return (
        NOTE + "# Honesty tables\n\nWhat each part of the model does when it is there and when it is not, where each lever helps and "
        "where it hurts, and which published figures the model meets. Effects are means of paired differences (same organisation, same "
        "members, same luck), t is the mean over its standard error.\n\n"
        + ablation_part(results["ablation"]) + lever_part(results["case"]) + target_part(results["target"])
    )  # fmt: skip


def numbers(case) -> str:
    """What differs from the defaults, in words of the parameters."""
    parts = [f"{group}.{name}={value:g}" for group in ("world", "policy", "scenario")
             for name, value in getattr(case, group).items() if name != "leadership.carry_weeks"]  # fmt: skip
    return ", ".join(f"`{part}`" for part in parts) or "the defaults"


def ablation_part(found: list) -> str:
    """One row a process and switch."""
    rows = []
    for piece, effects in found:
        ablation = ablations.of_process(piece.subject)
        levers = ", ".join(f"`{name}={value:g}`" for name, value in ablation.levers.items())
        main = [told(effects[name]) if name in effects else "not measured" for name in MAIN_HEAD]
        first = [f"`{piece.subject}`", levers, "on"] if piece.on else ["", "", "off"]
        rows.append([*first, *main, f"{ablation.measured}: {told(effects['own'])}"])
    about = (
        f"## What each process does\n\nEach process of `sim.WEEK` with a change of levers that leans on it, "
        f"{ablations.MEMBERS} members for {ablations.YEARS} years, with the process on and off (`scenario.off`). The last column "
        "is a measure of the process's own: off, it must not move. Where other processes charge for the same lever, that price "
        "is set to nothing in both arms, so the rows show mechanisms and not policies to recommend "
        "(`experiments/honesty/ablations.py`). The other columns may still move for processes whose levers act elsewhere too "
        "(renewals, growth, accounts, budget); a metric is not measured where the process it belongs to is off.\n\n"
    )
    return about + table(["process", "levers", "", *MAIN_HEAD.values(), "its own measure"], rows) + "\n"


def lever_part(found: list) -> str:
    """One row a lever and case."""
    rows = []
    by_name = {piece.subject.name: (piece.subject, effects) for piece, effects in found}
    for lever in LEVERS:
        for kind in ("helps", "hurts"):
            if f"{lever}-{kind}" not in by_name:
                rows.append([f"`{lever}`", kind, "no world was found", "", ""])
                continue
            case, effects = by_name[f"{lever}-{kind}"]
            seen = "; ".join(f"{name} {told(effects[name])}" for name in case.expect)
            only = " Only the books: no world was found in which members suffer." if case.price_only else ""
            words = f"**{case.sentence}**: {case.because}.{only}"
            rows.append([f"`{lever}`", kind, words, f"{case.less:g} to {case.more:g}; {numbers(case)}", seen])
    about = (
        "## Where each lever helps and where it hurts\n\nMore of a lever against less of it, everything else the same. The "
        "worlds are within the declared ranges, but many lie at their ends: they show that a lever can do this, not that it "
        "usually does. `tools/search_cases.py` is the search they were found with; `tests/test_levers.py` holds every sentence "
        "against other luck. Policies are carried into practice at once (`world.leadership.carry_weeks=2`), "
        f"{cases.MEMBERS} members, {cases.YEARS} years.\n\n"
    )
    return about + table(["lever", "more of it", "in words", "from .. to; where", "effect"], rows) + "\n"


def target_part(found: list) -> str:
    """One row a target."""
    work = [(piece.subject, values) for piece, values in found]
    ours, without = targets.scores(work, True), targets.scores(work, False)
    rows = []
    for target in targets.ALL:
        value = ours[target.id]
        met = "yes" if target.low <= value <= target.high else "**no**"
        rows.append([target.id, targets.ROLES[target.id], target.statistic, target.unit, f"{target.value:g}",
                     f"{target.low:g} .. {target.high:g}", f"{value:.3g}", met, f"{without[target.id]:.3g}", target.source])  # fmt: skip
    kept = sum(row[7] == "yes" for row in rows)
    same = sum(target.low <= without[target.id] <= target.high for target in targets.ALL)
    about = (
        "## Published figures\n\n*fitted*: a number of ours was chosen to meet it; *input*: a parameter was set after the same "
        "data; *check*: nothing was chosen for it. *Without* is the same model with lived experience switched off "
        "(`world.renewals.lived_weight=0`, base commitment fitted for that weight): how people are treated then changes nobody's "
        f"renewal. With it {kept} of {len(rows)} are met, without it {same}.\n\n"
    )
    head = ["target", "role", "what", "unit", "published", "band", "ours", "met", "without", "source"]
    return about + table(head, rows) + f"\n{targets.LATER}\n"
