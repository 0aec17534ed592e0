"""A diary in plain sentences: what happened in a week, and why a decision fell as it did. Nothing here computes a result."""

from experiments.words.wording import LAPSE_WORDS, capital, label, listed, number

FITS = (
    (0.75, "It fitted well."),
    (0.45, "It fitted in part."),
    (0.2, "It fitted badly."),
    (-1.0, "It missed the need."),
)
FAILURES = {
    "none": "",
    "put_right": "Something failed and was put right.",
    "admitted": "Something failed, and this was admitted.",
    "covered_up": "Something failed and was covered up.",
}
MANNERS = {
    "standard": "answered by the standard",
    "solution": "put a solution together from what is known",
    "discretion": "answered with discretion",
}
TERMS = (
    ("base", "Base commitment", "what the member brings, and years of membership"),
    ("from_belief", "Answers so far", "believed quality of answers, against the usual"),
    ("from_bond", "People", "personal bonds with the staff, against the usual"),
    ("from_grievance", "Complaints", "a complaint left unresolved, against the usual"),
    ("from_friends", "Other members", "friends among the members, and friends who have left, against the usual"),
    ("from_price", "Dues", "dues above the standard"),
    ("from_outside", "Elsewhere", "what is to be had elsewhere"),
    ("from_contract", "Contract", "a contract that goes on"),
)
"""Terms of a renewal decision: (column, name, meaning)."""
MUCH = 0.3  # quality of an answer that is worth words
SMALL = 0.05  # log odds below which a term is not worth words


def who(entry: dict) -> str:
    """The person on the staff an entry is about."""
    new = f" (hired in week {entry['hired'] + 1})" if entry["hired"] >= 0 else ""
    return f"staff member {entry['staff']} of department {entry['department']}{new}"


def need(domain: int, departments: int) -> str:
    """A coordinate of need in words."""
    if domain < departments:
        return f"department {domain}"
    return "a risk nobody had asked about" if domain > departments else "an opportunity nobody had asked for"


def asked(entries: list[dict]) -> str:
    """What the requests of a week are about: "asks about department 2, and about departments 1 and 4"."""
    requests: dict[int, list[int]] = {}
    for entry in entries:
        if entry["event"] == "answer":
            requests.setdefault(entry["request"], []).append(entry["domain"])
    said = [f"department{'s' if len(domains) > 1 else ''} {listed(map(str, domains))}" for domains in requests.values()]
    return f"asks about {listed(said)}" if said else ""


def sentences(entry: dict, departments: int) -> list[str]:
    """What an entry of a diary says.

    Parameters
    ----------
    entry : dict
        One of ``MemberDiary.entries``.
    departments : int
        Departments there are; needs beyond are latent.
    """
    return [text for text in SAYING[entry["event"]](entry, departments) if text]


def answer(entry: dict, departments: int) -> list[str]:
    """One part of a request."""
    person, about = who(entry), f"On department {entry['domain']}: " if entry["parts"] > 1 else ""
    if entry["manner"] == "refused":
        return [capital(f"{about}turned away, the service has been dropped.")]
    if entry["owned"]:
        own = "the owner" if entry["part"] else f"the owner, {person},"
        person = f"{person}, standing in for the owner," if entry["stand_in"] else own
    elif entry["stand_in"]:
        person = f"{person}, standing in,"
    if entry["lost"]:
        return [capital(f"{about}handed on to {who(entry)} and never answered."), *consequences(entry)]
    what = "named a better source elsewhere" if entry["advised"] else MANNERS[entry["manner"]]
    first = capital(f"{about}{person} {what}")
    if entry["handed_on"]:
        first += ", handed on from another desk"
    if entry["waited"] >= 1.0:
        first += (
            f", after {number(entry['waited'], 0)} weeks of waiting" if entry["waited"] >= 1.5 else ", after a week"
        )
    if entry["care"] < 0.75:
        first += ", in a hurry"
    fits = "" if entry["advised"] else next(text for low, text in FITS if entry["fit"] >= low)
    return [f"{first}.", fits, done_how(entry), FAILURES[entry["failure"]], *consequences(entry)]


def done_how(entry: dict) -> str:
    """Where an answer was worth much more or less than its fit: who gave it, and how much time there was."""
    said = []
    if not entry["advised"] and entry["failure"] in ("none", "put_right"):
        if entry["quality"] - entry["fit"] <= -MUCH:
            said.append("It was done poorly.")
        elif entry["quality"] - entry["fit"] >= MUCH:
            said.append("It was done very well.")
    if entry["quality"] - entry["received"] >= MUCH:
        said.append("Lack of time cost it much of its worth.")
    return " ".join(said)


def consequences(entry: dict) -> list[str]:
    """What the whole request did to the member, on its last part."""
    if "let_down" not in entry:
        return []
    said = ["The failure that had been covered up came out."] if entry["found_out"] else []
    if entry["let_down"]:
        voice = {
            "none": "Let down, and said nothing.",
            "resolved": "Let down, complained, and it was resolved.",
            "unresolved": "Let down, complained, and it was left unresolved.",
        }
        said.append(voice[entry["complaint"]])
    return said


def renewal(entry: dict, departments: int) -> list[str]:
    """A decision about renewing."""
    chance = f"{100 * entry['chance']:.0f} in 100"
    if entry["forced"]:
        return ["Dues are due.", f"Leaves: {LAPSE_WORDS['involuntary']}, whatever was lived through."]
    due = "Dues are due; a contract goes on." if entry["bound"] else "Dues are due."
    if entry["renewed"]:
        return [due, f"Renews (chance {chance})."]
    paid = [f"Pays {number(entry['charge'], 1)} dues to get out of the contract."] if entry["charge"] > 0.0 else []
    return [due, *paid, f"Leaves (chance of renewing {chance}). Reason: {LAPSE_WORDS[entry['reason']]}."]


def latent(entry: dict, departments: int) -> list[str]:
    """Something came up that the member had not asked for."""
    share = f"{100 * entry['known_after']:.0f} in 100 of it is understood"
    return [f"In the talk {need(entry['domain'], departments)} came up; {share}."]


def staff_left(entry: dict, departments: int) -> list[str]:
    """Somebody who knew the member left."""
    said = [f"{capital(who(entry))} leaves."]
    if entry["bond"] >= 0.05:
        said.append(f"A bond of {number(entry['bond'], 2)} ends.")
    lost = 100 * (entry["known_before"] - entry["known_after"])
    if lost >= 0.5:
        before, after = (f"{100 * entry[key]:.0f}" for key in ("known_before", "known_after"))
        said.append(f"What is known of the member falls from {before} to {after} in 100.")
    return said if len(said) > 1 else [*said, "What they knew of the member stays."]


SAYING = {
    "answer": answer,
    "renewal": renewal,
    "latent": latent,
    "staff_left": staff_left,
    "owner": lambda entry, departments: [
        f"{capital(who(entry))} becomes the relationship owner: one person for everything."
    ],
    "promise": lambda entry, departments: [
        f"Members are told to expect more of a partnership ({number(entry['value'], 1)} of 1)."
    ],
    "breach": lambda entry, departments: ["The organisation breaks its members' trust."],
    "jump": lambda entry, departments: ["Needs jump to something nobody asks for yet."],
    "return": lambda entry, departments: ["Comes back as a member."],
    "takes_part": lambda entry, departments: ["Takes part in developing the offer, in their own time."],
}


def tone(entry: dict) -> str:
    """How an entry is marked on the page: bad, good, turn or plain."""
    event = entry["event"]
    if event == "renewal":
        return "turn" if entry["renewed"] else "bad"
    if event == "staff_left":
        return "bad" if entry["bond"] >= 0.05 or entry["known_before"] - entry["known_after"] >= 0.005 else "plain"
    if event == "breach":
        return "bad"
    if event == "answer":
        if entry.get("let_down") or entry.get("found_out") or entry["manner"] == "refused" or entry.get("lost"):
            return "bad"
        return "good" if entry["failure"] == "put_right" else "plain"
    return "turn"


def parting(telling) -> tuple[dict, dict] | None:
    """The decisions, under reference and policy, of the week in which the two lives parted; None where they did not."""
    ends = [telling.left(name) for name in (telling.reference, telling.policy)]
    weeks = [end["week"] for end in ends if end]
    if not weeks or all(end and end["week"] == min(weeks) for end in ends):
        return None
    found = [
        next((e for e in diary.entries if e["event"] == "renewal" and e["week"] == min(weeks)), None)
        for diary in telling.diaries.values()
    ]
    return (found[0], found[1]) if all(found) else None


def parting_in_words(telling) -> str:
    """Why one life went on where the other ended; "" where they did not part."""
    pair = parting(telling)
    if pair is None:
        return ""
    under = dict(zip((telling.reference, telling.policy), pair, strict=True))
    gone, stays = sorted(under, key=lambda name: under[name]["renewed"])
    gaps = {name: under[stays][key] - under[gone][key] for key, name, _ in TERMS}
    odds = sum(gaps.values())
    helped = [name for name, gap in sorted(gaps.items(), key=lambda item: -item[1]) if gap > SMALL]
    against = [name for name, gap in gaps.items() if gap < -SMALL]
    text = (
        f"They parted in week {pair[0]['week'] + 1}. The luck of the decision was the same: a member whose chance of "
        f"renewing was above {100 * pair[0]['draw']:.0f} in 100 stayed. Under {label(gone)} it was "
        f"{100 * under[gone]['chance']:.0f}, under {label(stays)} {100 * under[stays]['chance']:.0f}."
    )
    if helped and odds > SMALL:
        parts = [f"{name.lower()} ({number(gaps[name], 2, sign=True)})" for name in helped]
        text += f" In log odds the difference of {number(odds, 2, sign=True)} came from {listed(parts)}"
        text += (
            f", against {listed(f'{n.lower()} ({number(gaps[n], 2, sign=True)})' for n in against)}."
            if against
            else "."
        )
    return text


def moved(before: float, after: float) -> str:
    """A change of something between 0 and 1, as so many in 100 with its change."""
    now, change = round(100 * after), round(100 * after) - round(100 * before)
    return f"{now}" + (f" ({number(change, 0, sign=True)})" if change else "")
