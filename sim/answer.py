"""How one case was answered and judged, as the rules of :mod:`sim.processes.encounters` and :mod:`sim.processes.trust` take it.

The rules are asked again on copies of the member's rows, so that nothing is told twice and nothing in the model changes.
"""

import numpy as np

from sim.luck import draws
from sim.processes import trust
from sim.processes.encounters import ANSWER, dropping_chance, failure_chance, fit, latent_fit, visible_share
from sim.recording import COMPLAINTS, FOUND_OUT, LET_DOWNS, SERIES, UNRESOLVED


def answer_of(model, row: int, index: int) -> dict:
    """How one case was answered.

    Parameters
    ----------
    model : RelationshipModel
        Just before the week's answers are judged.
    row : int
        The member's row.
    index : int
        The case's place among the cases of the week.

    Returns
    -------
    dict
        As the columns of a diary's answers (:data:`sim.diary_columns.ENTRY`), without what the judgement adds; weeks
        on the model's calendar.
    """
    case, given = model.cases.rows[index], model.given[0]
    staff = model.tables["staff"].rows
    server, free, handed = int(case["server"]), bool(case["free"]), bool(case["handed"])
    person, world = staff[server], given["encounters"]
    if case["owned"]:
        stand_in = server != model.tables["members"]["owner"][row]
    else:
        stand_in = person["department"] != case["domain"]
    part = {
        "part": int(case["ordinal"]) % 2, "parts": int(case["parts"]), "domain": int(case["domain"]),
        **person_of(model, server), "owned": bool(case["owned"]), "stand_in": bool(stand_in),
    }  # fmt: skip
    if case["refused"]:
        return part | {"manner": "refused", "received": 0.0}
    levers, luck = model.enacted[int(person["department"])], model.luck
    _, failing, recovering, dropping = draws(luck, ANSWER, model.now, int(case["identity"]), 0, int(case["ordinal"]))
    lost = handed and dropping < dropping_chance(float(person["alignment"]), levers, world)
    chance = failure_chance(float(person["ability"]), world) if free else float(world["standard_failure"])
    failure = "none"
    if not lost and not case["advising"] and failing < chance:
        amends = min(float(levers["guardrail"]), float(world["amends"]))
        put_right = free and recovering < float(world["recovery"]) * amends / float(world["amends"])
        failure = "put_right" if put_right else "admitted" if case["admitted"] else "covered_up"
    return part | {
        "manner": "discretion" if free else "solution" if case["configured"] else "standard",
        "advised": bool(case["advising"]), "handed_on": handed, "lost": lost,
        "waited": float(person["waiting"]) + (float(world["handoff_wait"]) if handed else 0.0),
        "care": float(person["care"]), "fit": np.nan if lost else fit_of(model, row, case, levers, world),
        "quality": float(case["quality"]), "received": float(case["received"]), "failure": failure,
        "gift": float(case["gift"]),
    }  # fmt: skip


def person_of(model, server: int) -> dict:
    """Who on the staff somebody is.

    Parameters
    ----------
    model : RelationshipModel
        At any time.
    server : int
        Row of the person on the staff.

    Returns
    -------
    dict
        Row, department, and week of hiring on the model's calendar.
    """
    person = model.tables["staff"].rows[server]
    return {"staff": server, "department": int(person["department"]), "hired": int(person["hired"])}


def fit_of(model, row: int, case, levers, world) -> float:
    """How near an answer came to what the member needs, asked for or not: the rule of encounters, before errors.

    Parameters
    ----------
    model : RelationshipModel
        In the week of the case.
    row : int
        The member's row.
    case : record of Case
        The case.
    levers : record of Policy
        What the department of the person who answered does.
    world : record of EncounterParameters
        How answers come about.

    Returns
    -------
    float, 0..1
        1 = exactly what is needed.
    """
    member, place = model.tables["members"].rows[row], int(case["domain"])
    staff, server = model.tables["staff"].rows, int(case["server"])
    reach = 0.0
    if case["free"] or case["configured"]:
        reach = float(visible_share(int(member["holder"][place]), server, staff, model.enacted, world))
        reach *= 1.0 if case["free"] else float(world["solution_reach"])
        if case["handed"]:
            reach *= 1.0 - float(world["handoff_loss"]) * (1.0 - 0.5 * float(levers["information"]))
    need, offer = float(member["needs"][place]) + model.trend[place], model.offer[place]
    misfit = need - offer - reach * (float(member["estimate"][place]) - offer)
    near = fit((1.0 - float(model.reach_of_partners[place])) * misfit, float(world["tolerance"]))
    latent, scenario = float(world["latent_share"]), model.scenario
    if scenario.shift_week >= 0 and model.now >= scenario.shift_week:
        latent = max(latent, scenario.shift_share)
    found = latent_fit(member, server, staff, model.trend, model.offer, model.departments, reach, model.enacted, world)
    return near + latent * (found - near)


def judge(model, row: int, cases: np.ndarray, parts: list[dict]) -> None:
    """Let the rule of trust judge request after request, on copies, and write down what each one did.

    Parameters
    ----------
    model : RelationshipModel
        Just before the week's answers are judged.
    row : int
        The member's row.
    cases : array of int
        Places of the member's cases among the cases of the week.
    parts : list of dict
        What :func:`answer_of` says of each of them; the last part of a request gains what the judgement did.
    """
    member, trusts = _copies(model, row)
    if model.now == model.scenario.breach_week:
        trust.breach(member, trusts, np.ones(1, bool), 1, model.given)
    staff, usual = model.tables["staff"].rows[:].copy(), model.given[0]["fit"]["expectation"]
    judged = model.cases.rows[cases].copy()
    judged["member"], first = 0, 0
    for last, part in enumerate(parts):
        if part["part"] != part["parts"] - 1:
            continue
        asked, tally = slice(first, last + 1), np.zeros(len(SERIES))
        before = float(trusts[0]), float(member["belief"][0])
        line = trust.let_down_line(float(member["expectation"][0]), usual, model.given[0]["trust"])
        trust.live_through(
            judged[asked], last + 1 - first, member, trusts, staff, 0, model.enacted, tally, model.now, model.luck,
            model.given,
        )  # fmt: skip
        seen = float(judged["received"][asked].mean())
        if not tally[FOUND_OUT]:
            seen += float(judged["hidden"][asked].sum()) / part["parts"]
        part |= {
            "noticed": seen, "line": line, "let_down": bool(tally[LET_DOWNS]),
            "complaint": "none" if not tally[COMPLAINTS] else "unresolved" if tally[UNRESOLVED] else "resolved",
            "found_out": bool(tally[FOUND_OUT]), "trust_before": before[0], "trust_after": float(trusts[0]),
            "belief_before": before[1], "belief_after": float(member["belief"][0]),
        }  # fmt: skip
        first = last + 1


def trust_after_breach(model, row: int) -> float:
    """The member's trust once the organisation has broken it, 0..1.

    Parameters
    ----------
    model : RelationshipModel
        Just before the breach.
    row : int
        The member's row.

    Returns
    -------
    float
        By the rule of trust, on copies.
    """
    member, trusts = _copies(model, row)
    trust.breach(member, trusts, np.ones(1, bool), 1, model.given)
    return float(trusts[0])


def _copies(model, row: int) -> tuple[np.ndarray, np.ndarray]:
    """The member's row and trust, to try a rule on."""
    members = model.tables["members"]
    mine = slice(row, row + 1)
    return members.rows[mine].copy(), members.scanned["trust"][mine].copy()
