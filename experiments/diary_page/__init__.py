"""The page of a diary: two columns, weeks side by side; it needs nothing else, opens offline and prints."""

from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from experiments.diary_page.figure import lives
from experiments.figures.style import svg, svg_for_page
from experiments.words.telling import TERMS, asked, moved, parting, parting_in_words, sentences, tone
from experiments.words.wording import LAPSE_WORDS, capital, label, number
from sim.steps import WEEKS


@dataclass
class Line:
    """What one entry says, how it is marked, and the figures that belong to it."""

    text: str
    tone: str
    figures: str = ""


@dataclass
class Cell:
    """A week under one policy; ``there`` is False once the member has left."""

    lines: list[Line]
    there: bool


def page(telling) -> str:
    """The whole page as text."""
    environment = Environment(
        loader=PackageLoader("experiments.diary_page", "."), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    names = [telling.reference, telling.policy]
    text = environment.get_template("template.html").render(
        member=telling.chosen.member, names=[capital(label(name)) for name in names],
        who=who_it_is(telling), how=telling.chosen.how, others=telling.chosen.others,
        ends=[ending(telling, name) for name in names],
        why=parting_in_words(telling), terms=terms(telling), decisions=decisions(telling),
        figure=Markup(svg_for_page(svg(lives(telling)), "lives")), alt=described(telling),
        years=years(telling), command=telling.command, scenario=label(telling.scenario),
    )  # fmt: skip
    return text.rstrip() + "\n"


def who_it_is(telling) -> str:
    """The member at the switch, in a sentence."""
    facts = telling.facts
    years = facts["years"]
    since = (
        "in the first year of membership"
        if years < 1
        else f"a member for {number(years, 0)} year{'s' if round(years) != 1 else ''}"
    )
    asks = "less than once a year" if facts["requests"] < 1 else f"about {number(facts['requests'], 0)} times a year"
    voice = "seldom speaks up when let down" if facts["voice"] < 0.2 else (
        "often speaks up when let down" if facts["voice"] > 0.4 else "sometimes speaks up when let down"
    )  # fmt: skip
    return (
        f"Member {telling.chosen.member} of the {label(telling.scenario)}: {since} at the switch, asks {asks}, mostly "
        f"about department {facts['main_domain']}, and {voice}."
    )


def ending(telling, name: str) -> dict:
    """What became of the member under a policy, with a few sums."""
    diary, decision = telling.diaries[name], telling.left(name)
    lasts = [entry for entry in diary.entries if entry["event"] == "answer" and "let_down" in entry]
    weeks = len(diary.weeks)
    if decision is None:
        fate, more = f"Still a member after {number(weeks / WEEKS, 0)} years", ""
    else:
        fate, more = f"Left in week {decision['week'] + 1}", f"Reason: {LAPSE_WORDS[decision['reason']]}"
        if decision["reason"] == "no_single_cause":
            more += "; nothing alone would have kept the member"
    sums = [
        ("requests answered", str(len(lasts))),
        ("let-downs", str(sum(entry["let_down"] for entry in lasts))),
        ("complaints left unresolved", str(sum(entry["complaint"] == "unresolved" for entry in lasts))),
        ("people who answered", str(len({entry["staff"] for entry in diary.entries if entry["event"] == "answer"}))),
    ]
    if weeks:
        last = diary.weeks[-1]
        sums += [
            ("trust at the end", f"{100 * last['trust']:.0f} in 100"),
            ("needs known at the end", f"{100 * last['known']:.0f} in 100"),
            ("value to the member", f"{number(last['value_member'], 2, sign=True)} dues"),
            ("value to the organisation", f"{number(last['value_organisation'], 2, sign=True)} dues"),
        ]
    return {"fate": fate, "more": more, "stayed": decision is None, "sums": sums}


def terms(telling) -> list[dict]:
    """The decision at which the lives parted, term by term; empty where they did not."""
    pair = parting(telling)
    if pair is None:
        return []
    rows = [
        {"name": name, "about": about, "values": [number(entry[key], 2, sign=True) for entry in pair]}
        for key, name, about in TERMS
        if any(abs(entry[key]) > 0.005 for entry in pair)
    ]
    rows.append(
        {"name": "Together", "about": "log odds", "values": [number(entry["odds"], 2, sign=True) for entry in pair]}
    )
    chances = [f"{100 * entry['chance']:.0f} in 100" for entry in pair]
    rows.append({"name": "Chance of renewing", "about": f"stays above {100 * pair[0]['draw']:.0f}", "values": chances})
    return rows


def decisions(telling) -> list[dict]:
    """All renewal decisions, one row a week in which dues were due."""
    by_week: dict[int, list] = {}
    for place, diary in enumerate(telling.diaries.values()):
        for entry in diary.entries:
            if entry["event"] == "renewal":
                by_week.setdefault(entry["week"], [None, None])[place] = entry
    rows = []
    for week, pair in sorted(by_week.items()):
        known = next(entry for entry in pair if entry)
        needed = "forced to leave" if known["forced"] else f"{100 * known['draw']:.0f}"
        rows.append(
            {"week": week + 1, "years": known["years"], "needed": needed, "cells": [decided(entry) for entry in pair]}
        )
    return rows


def decided(entry: dict | None) -> tuple[str, str]:
    """A decision as (chance, what was decided)."""
    if entry is None:
        return "", "no longer a member"
    return f"{100 * entry['chance']:.0f} in 100", "renews" if entry["renewed"] else "leaves"


def years(telling) -> list[dict]:
    """The diary, year by year: weeks in which something happened, with a cell for each policy."""
    diaries = list(telling.diaries.values())
    told = []
    for year in range(telling.years):
        rows = []
        for week in range(year * WEEKS, (year + 1) * WEEKS):
            entries = [[entry for entry in diary.entries if entry["week"] == week] for diary in diaries]
            if not any(entries):
                continue
            asks = next((text for text in map(asked, entries) if text), "")
            due = any(entry["event"] == "renewal" for side in entries for entry in side)
            cells = [
                Cell(lines(side, telling.departments), week < len(diary.weeks))
                for side, diary in zip(entries, diaries, strict=True)
            ]
            rows.append({"week": week + 1, "asks": asks, "due": due, "cells": cells})
        if rows:
            told.append({"year": year + 1, "rows": rows})
    return told


def lines(entries: list[dict], departments: int) -> list[Line]:
    """The entries of a week under one policy."""
    made = []
    for entry in entries:
        figures = ""
        if "trust_after" in entry:
            figures = f"trust {moved(entry['trust_before'], entry['trust_after'])}"
            if "noticed" in entry:
                figures = f"worth {number(entry['noticed'], 2)} · {figures}"
        made.append(Line(" ".join(sentences(entry, departments)), tone(entry), figures))
    return made


def described(telling) -> str:
    """The picture in words, for those who do not see it."""
    said = []
    for name, diary in telling.diaries.items():
        if diary.weeks:
            first, last = diary.weeks[0], diary.weeks[-1]
            said.append(
                f"{label(name)}: trust from {100 * first['trust']:.0f} to {100 * last['trust']:.0f}, believed quality of "
                f"answers from {number(first['belief'], 2)} to {number(last['belief'], 2)}, needs known from "
                f"{100 * first['known']:.0f} to {100 * last['known']:.0f} in 100, over {len(diary.weeks)} weeks"
            )
    return "Lines over the weeks. " + "; ".join(said) + "."
