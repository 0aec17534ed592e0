"""Levers and timelines in words: one word table; how a number reads follows from the unit of the lever."""

from experiments.words.wording import capital, label, listed, plain
from sim.policy import Policy
from sim.quantities import described

LEVER_WORDS = {
    "strictness": "Cases answered by the standard, not by judgement",
    "coverage": "Staff who may use judgement",
    "guardrail": "Most that one answer may give away",
    "solutions": "Standard answers put together for the member, not off the shelf",
    "advice": "Badly fitting answers in which the member is told who would serve them better",
    "listening": "Listening before offering",
    "routing": "Members with one person who answers everything",
    "information": "What one department learned that the others can see",
    "climate": "How departments work together",
    "promise": "What members are told to expect",
    "transparency": "Failures admitted to the member",
    "vulnerability": "How far the organisation shows its own limits",
    "why": "How much leaders say why",
    "replace_leaders": "Departments whose leader is replaced at the switch",
    "relational_leaders": "What new leaders are chosen for",
    "authority": "Who decides",
    "shared": "How leaders decide",
    "hours_board": "Leaders' hours for the board",
    "hours_budget": "Leaders' hours for budget and operations",
    "hours_events": "Leaders' hours for conferences and events",
    "hours_staff": "Leaders' hours with their staff",
    "hours_members": "Leaders' hours with members",
    "hire_values": "Values and empathy in choosing applicants; skill has the rest",
    "hire_opportunities": "An eye for opportunities in choosing applicants",
    "selectivity": "Applicants looked at for a post",
    "roles": "Who is fitted to what",
    "development": "Time for developing staff",
    "immersion": "Of that time: spent among members, not in training",
    "evaluation": "What staff are evaluated by",
    "judgement": "How staff are evaluated",
    "innovation": "Money for developing the offer",
    "survey": "Where the offer goes: surveys of members",
    "intimacy": "Where the offer goes: what staff learned from members one by one",
    "cocreate_idea": "Where the offer goes: members who help to find the idea",
    "cocreate_development": "Who develops the offer",
    "cocreate_launch": "Who carries the launch",
    "drop_unprofitable": "When a service that loses money ends",
    "community_fight": "What is done against the community that members made",
    "community_copy": "A platform of one's own, bought without asking members",
    "community_observe": "How closely staff follow what is said in the community",
    "community_host": "Who hosts the community",
    "community_collaborate": "How staff and active participants work out answers",
    "community_paid": "Paid levels of taking part in the community",
    "priorities": "What prospects are told of the organisation's own needs",
    "limits": "Use beyond what a member pays that is answered in short",
    "let_go": "Members seen to cost clearly more than they pay who are not kept",
    "first_members": "Who comes first in the hours left: members",
    "first_partners": "Who comes first in the hours left: partners",
    "first_staff": "Who comes first in the hours left: the staff",
    "broadcast": "What is sent to all members alike",
    "dialogue": "Members somebody talks with each year, without being asked",
    "gather": "Members invited each year to meet each other",
    "own_time": "Hours of the staff for members of their own choice",
    "relationship_money": "Money for campaigns and for calling on members",
    "acquisition": "Part of that money for people outside; members get the rest",
    "claim": "What the organisation says of itself",
    "price": "Dues against the standard",
    "emphasis_operations": "Emphasis on running at low cost",
    "emphasis_product": "Emphasis on leading by what is offered",
    "emphasis_intimacy": "Emphasis on closeness to members",
    "focus": "Whom the organisation is there for",
    "partnering": "How work with partners is planned",
    "breadth": "Partners the organisation works with",
}
"""What each lever rules. A lever that is not here is called by its name."""

HOURS = "hours_"
LEADERS_HOURS = tuple(name for name in LEVER_WORDS if name.startswith(HOURS))


def lever(name: str, value, unit: str | None = None) -> tuple[str, str]:
    """One lever as (what it rules, its value in words).

    Parameters
    ----------
    name : str
    value : float
    unit : str, optional
        Unit to read it by; the lever's own by default. Shares and weights are said in 100; other units, and "0 this ..
        1 that", are explained with what it rules.
    """
    known = described(Policy).get(name)
    unit = unit or (known.unit if known else "")
    words = LEVER_WORDS.get(name, capital(label(name)))
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return words, plain(value)
    if unit.startswith("share") or unit == "weight":
        return words, f"{plain(round(100.0 * value, 1))} %"
    if " .. " in unit:
        low, high = (end.strip().split(" ", 1)[1] for end in unit.split(".."))
        return f"{words} (0 {low}, 1 {high})", plain(value)
    return words if unit in ("", "applicants") else f"{words} ({unit})", plain(value)


def hours_in_words(levers: dict) -> str:
    """How leaders divide their hours: weights as shares of their sum, in the order of the levers, in 100."""
    weights = [float(levers.get(name) or 0.0) for name in LEADERS_HOURS]
    total = sum(weights)
    return " / ".join(plain(round(100.0 * weight / total)) if total else "0" for weight in weights) + " %"


HOURS_WORDS = "Leaders' hours for " + " / ".join(name.removeprefix(HOURS) for name in LEADERS_HOURS)


def when(entry: dict) -> str:
    """When and where an entry of a timeline begins: "from week 104 over 52 weeks in departments 0 and 1"."""
    week, over, departments = entry["week"], entry.get("over"), entry.get("departments")
    words = f"from week {week}" if week else "from the switch"
    if over:
        words += f" over {over} weeks" if over != 1 else " over 1 week"
    if departments:
        words += f" in department{'s' if len(departments) > 1 else ''} {listed(map(str, departments))}"
    return words


def introduction(values: dict) -> str:
    """How a policy as plain values (:func:`experiments.settings.policies.plain_policy`) comes into force, in words."""
    entries = list(values.get("timeline") or ())
    first = {"week": 0}
    if entries and entries[0]["week"] == 0 and not changed(entries[0]):
        first = entries.pop(0)
    said, pilot = [when(first) if first != {"week": 0} else "at once"], "departments" in first
    for entry in entries:
        words = when(entry)
        if changed(entry):
            words += f": {plain(len(changed(entry)))} further change{'s' if len(changed(entry)) > 1 else ''}"
        if pilot and "departments" not in entry:
            words = words.replace(":", " everywhere:", 1) if ":" in words else f"{words} everywhere"
        said.append(words)
    return "; ".join(said)


def changed(entry: dict) -> list[str]:
    """Levers that an entry of a timeline changes."""
    return [name for name in entry if name not in ("week", "over", "departments")]


def over_time(name: str, values: dict) -> tuple[str, str]:
    """One lever of a policy as plain values, with its changes: ("...", "80 %, from week 104 over 52 weeks 20 %")."""
    words, said = lever(name, values.get(name))
    for entry in values.get("timeline") or ():
        if name in entry:
            said += f", {when(entry)} {lever(name, entry[name])[1]}"
    return words, said
