"""One member's weeks, noted down by somebody who only looks.

A diary stands in ``model.week`` between our processes, as a user's own would. It asks the rules themselves what they
did with this member, on copies of his rows, so that nothing is told twice and nothing in the model changes.
"""

import numpy as np
import pandas as pd

from sim.columns import LATENT
from sim.decision import decision_of
from sim.luck import draws
from sim.processes import renewals, trust
from sim.processes.encounters import (
    ANSWER,
    dropping_chance,
    faded,
    failure_chance,
    fit,
    kept_from_leaver,
    latent_fit,
    visible_share,
)
from sim.processes.needs import WEEKS, prior_variance
from sim.quantities import OutOfRange
from sim.recording import COMPLAINTS, FOUND_OUT, LAPSE_REASONS, LET_DOWNS, SERIES, UNRESOLVED

ENTRY = {
    "week": "week since the diary was begun, from 0",
    "event": "answer (one part of a request), renewal, latent, owner, staff_left, promise, breach, jump, takes_part, return",
    "request": "answer: number of the request, from 0",
    "part": "answer: part of the request, 0 or 1",
    "parts": "answer: domains the request touches",
    "domain": "answer, latent: coordinate of need; domains are numbered as departments, latent ones follow",
    "staff": "row of the person on the staff",
    "department": "that person's department",
    "hired": "week in which that person was hired, on the diary's calendar",
    "manner": "answer: standard, solution, discretion or refused",
    "owned": "answer: by the member's relationship owner, or by somebody who stands in for the owner",
    "stand_in": "answer: by somebody else than the owner, or than the department asked for",
    "advised": "answer: a better source was named",
    "handed_on": "answer: came from somebody else's desk",
    "lost": "answer: handed on and never answered",
    "waited": "answer: weeks until somebody turned to it",
    "care": "answer: time given that served the member, as a share of what the case needed",
    "fit": "answer: how near it came to the need, 0..1",
    "quality": "answer: quality before waiting and lack of time; 1 = a perfect standard answer",
    "received": "answer: quality as received",
    "failure": "answer: none, put_right, admitted or covered_up",
    "gift": "answer: dues given away",
    "noticed": "last part: quality of the whole request as the member saw it",
    "line": "last part: quality below which it let the member down",
    "let_down": "last part: fell below that line",
    "complaint": "last part: none, resolved or unresolved",
    "found_out": "last part: a failure covered up came out",
    "trust_before": "trust before the request, or before the breach, 0..1",
    "trust_after": "trust after it",
    "belief_before": "believed quality of answers before the request",
    "belief_after": "believed quality of answers after it",
    "known_before": "latent, staff_left: share of what there is to know that staff could see before, 0..1",
    "known_after": "latent, staff_left: share they can see afterwards",
    "bond": "staff_left: personal bond with that person; renewal: all bonds together, 0..1",
    "value": "promise: 0 a transaction .. 1 a partnership",
    "years": "renewal: completed years of membership",
    "base": "renewal: base commitment, log odds",
    "from_belief": "renewal: log odds that belief adds, against its usual level",
    "from_bond": "renewal: log odds that bonds add",
    "from_grievance": "renewal: log odds that an open complaint takes",
    "from_friends": "renewal: log odds that other members add or take, against the usual",
    "from_price": "renewal: log odds that dues add",
    "from_outside": "renewal: log odds that the outside option takes, a community that needs no membership included",
    "from_contract": "renewal: log odds that a contract adds which goes on: leaving would cost a charge",
    "odds": "renewal: the sum, log odds",
    "chance": "renewal: chance of renewing, given that nothing outside forces the member to leave; 0 where the organisation does not renew",
    "draw": "renewal: the luck of the decision, the same under every policy; the member renews where chance exceeds it",
    "forced": "renewal: something outside forces the member to leave",
    "bound": "renewal: a contract goes on beyond this year",
    "renewed": "renewal: stayed",
    "charge": "renewal: dues paid for leaving a contract before its end",
    "reason": "renewal: why the member left",
}
"""Columns of a diary's table; what does not belong to an event is missing."""
WEEK_OF = {
    "week": "week since the diary was begun",
    "trust": "0..1",
    "ceiling": "most that trust can reach again, 0..1",
    "belief": "believed quality of answers",
    "expectation": "quality expected of the next answer",
    "bond": "personal bonds together, 0..1",
    "known": "share of what there is to know of the member's needs that has been learned, 0..1",
    "known_latent": "the same of what nobody asks for",
    "value_member": "dues since the accounts were opened",
    "value_organisation": "dues since the accounts were opened",
}


class MemberDiary:
    """What one member lives through, week by week.

    Parameters
    ----------
    row : int
        The member's row (``member.row``), which is the same in all forks of a model.

    Attributes
    ----------
    entries : list of dict
        What happened, in order; keys are those of :data:`ENTRY`.
    weeks : list of dict
        How the member stood at the end of each week; keys are those of :data:`WEEK_OF`.

    Examples
    --------
    >>> from sim import RelationshipModel, Scenario
    >>> model = RelationshipModel(Scenario(members=60))
    >>> diary = MemberDiary(17).watch(model)
    >>> model.run_for(4)
    >>> len(diary.weeks)
    4
    """

    def __init__(self, row: int):
        self.row, self.entries, self.weeks = row, [], []
        self.requests, self.decision = 0, None

    def watch(self, model) -> "MemberDiary":
        """Take places in the model's week, from now on; fork first, then watch.

        Raises
        ------
        OutOfRange
            Where nobody with this row is a member today.
        """
        table = model.tables["members"]
        if not (isinstance(self.row, (int, np.integer)) and 0 <= self.row < table.count and table["alive"][self.row]):
            raise OutOfRange(
                f"member={self.row} is not usable: give the row of somebody who is a member today, 0 to {table.count - 1}"
            )
        self.began = model.now
        names = [getattr(entry, "name", "") for entry in model.week]
        for moment, before in ((self.answered, "trust"), (self.deciding, "renewals")):
            place = next((k for k, entry in enumerate(model.week) if getattr(entry, "name", "") == before), len(names))
            model.week.insert(place, moment)
        model.week.append(self.week_ends)
        self._look(model)
        return self

    def to_dataframe(self) -> pd.DataFrame:
        """What happened, one line an event; columns as in :data:`ENTRY`."""
        return pd.DataFrame(self.entries, columns=list(ENTRY))

    def states(self) -> pd.DataFrame:
        """How the member stood at the end of each week; columns as in :data:`WEEK_OF`."""
        return pd.DataFrame(self.weeks, columns=list(WEEK_OF))

    # The moments of a week.

    def answered(self, model) -> None:
        """Requests have been answered and are about to be judged: how they were answered, and what that does."""
        mine = np.flatnonzero(model.cases["member"] == self.row)
        if model.now == model.scenario.breach_week and self._there(model):
            self._note(model, "breach", trust_before=self._trust(model), trust_after=self._after_breach(model))
        if len(mine) == 0:
            return
        owner = int(model.tables["members"]["owner"][self.row])
        if owner != self.before["owner"] and owner >= 0:
            self._note(model, "owner", **self._person(model, owner))
        parts = [self._part(model, int(index)) for index in mine]
        if model.calls("trust"):
            self._judge(model, mine, parts)
        for number, part in enumerate(parts):
            self._note(model, "answer", request=self.requests, **part)
            if number + 1 == len(parts) or parts[number + 1]["part"] == 0:
                self.requests += 1

    def deciding(self, model) -> None:
        """Dues fall due: what the decision is made of, term by term as in the rule."""
        members, now = model.tables["members"], model.now
        due = members.scanned["renewal_week"][self.row] == now % WEEKS
        if self._there(model) and due and (now + 1 - int(members["joined"][self.row])) // WEEKS >= 1:
            self.decision = decision_of(model, self.row)

    def week_ends(self, model) -> None:
        """The week is over: who came and went, what was learned, how the member stands."""
        if self.gone:
            if self._there(model):
                self._note(model, "return")
                self._look(model)
            return
        members = model.tables["members"]
        member, before = members.rows[self.row], self.before
        if model.policy.promise != self.promise:
            self._note(model, "promise", value=model.policy.promise)
        if model.now == model.scenario.shift_week:
            self._note(model, "jump", domain=model.departments)
        if self.row in model.participants:
            self._note(model, "takes_part")
        self._what_was_learned(model, member, before)
        self._who_left(model, before)
        if self.decision is not None:
            stayed = self._there(model)
            reason = "" if stayed else LAPSE_REASONS[int(member["lapse"]) - 1]
            charged = self.decision["bound"] and not stayed and not self.decision["forced"]
            charge = float(model.scenario.cancel_charge) if charged else 0.0
            self._note(model, "renewal", **self.decision, renewed=stayed, reason=reason, charge=charge)
            self.decision = None
        known = self._known(model, member)
        self.weeks.append(
            {
                "week": model.now - self.began, "trust": self._trust(model), "ceiling": float(member["ceiling"]),
                "belief": float(member["belief"]), "expectation": float(member["expectation"]),
                "bond": self._bond(model), "known": float(known[: model.departments].mean()),
                "known_latent": float(known[model.departments :].mean()),
                "value_member": float(member["value_member"]),
                "value_organisation": float(member["value_organisation"]),
            }
        )  # fmt: skip
        self._look(model)

    # What the moments need.

    def _note(self, model, event: str, **what) -> None:
        what = {key: value.item() if isinstance(value, np.generic) else value for key, value in what.items()}
        self.entries.append({"week": model.now - self.began, "event": event, **what})

    def _look(self, model) -> None:
        """Remember how things stand between two weeks."""
        self.before = model.tables["members"].rows[self.row].copy()
        self.staff_there = model.tables["staff"]["alive"].copy()
        self.promise, self.gone = model.policy.promise, not self._there(model)

    def _there(self, model) -> bool:
        return bool(model.tables["members"].scanned["alive"][self.row])

    def _trust(self, model) -> float:
        return float(model.tables["members"].scanned["trust"][self.row])

    def _bond(self, model) -> float:
        ties, staff = model.tables["ties"].rows, model.tables["staff"].rows
        return float(renewals.combined_bond(ties, self.row, staff, model.now, model.given))

    def _known(self, model, member) -> np.ndarray:
        """Share of the uncertainty about each coordinate that is gone; shape (dimensions,)."""
        prior = prior_variance(model.given[0]["needs"])
        return np.clip(1.0 - np.asarray(member["uncertainty"], np.float64) / prior, 0.0, 1.0)

    def _person(self, model, row: int) -> dict:
        person = model.tables["staff"].rows[row]
        return {"staff": row, "department": int(person["department"]), "hired": int(person["hired"]) - self.began}

    def _copies(self, model) -> tuple[np.ndarray, np.ndarray]:
        """The member's row and trust, to try a rule on."""
        members = model.tables["members"]
        mine = slice(self.row, self.row + 1)
        return members.rows[mine].copy(), members.scanned["trust"][mine].copy()

    def _after_breach(self, model) -> float:
        member, trusts = self._copies(model)
        trust.breach(member, trusts, np.ones(1, bool), 1, model.given)
        return float(trusts[0])

    def _part(self, model, index: int) -> dict:
        """How one case was answered."""
        case, given = model.cases.rows[index], model.given[0]
        staff = model.tables["staff"].rows
        server, free, handed = int(case["server"]), bool(case["free"]), bool(case["handed"])
        person, world = staff[server], given["encounters"]
        if case["owned"]:
            stand_in = server != model.tables["members"]["owner"][self.row]
        else:
            stand_in = person["department"] != case["domain"]
        part = {
            "part": int(case["ordinal"]) % 2, "parts": int(case["parts"]), "domain": int(case["domain"]),
            **self._person(model, server), "owned": bool(case["owned"]), "stand_in": bool(stand_in),
        }  # fmt: skip
        if case["refused"]:
            return part | {"manner": "refused", "received": 0.0}
        levers, luck = model.enacted[int(person["department"])], model.luck
        _, failing, recovering, dropping = draws(
            luck, ANSWER, model.now, int(case["identity"]), 0, int(case["ordinal"])
        )
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
            "care": float(person["care"]), "fit": np.nan if lost else self._fit(model, case, levers, world),
            "quality": float(case["quality"]), "received": float(case["received"]), "failure": failure,
            "gift": float(case["gift"]),
        }  # fmt: skip

    def _fit(self, model, case, levers, world) -> float:
        """How near an answer came to what the member needs, asked for or not: the rule of encounters, before errors."""
        member, place = model.tables["members"].rows[self.row], int(case["domain"])
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
        found = latent_fit(
            member, server, staff, model.trend, model.offer, model.departments, reach, model.enacted, world
        )
        return near + latent * (found - near)

    def _judge(self, model, mine: np.ndarray, parts: list[dict]) -> None:
        """Let the rule of trust judge request after request, on copies, and write down what each one did."""
        member, trusts = self._copies(model)
        if model.now == model.scenario.breach_week:
            trust.breach(member, trusts, np.ones(1, bool), 1, model.given)
        staff, usual = model.tables["staff"].rows[:].copy(), model.given[0]["fit"]["expectation"]
        cases = model.cases.rows[mine].copy()
        cases["member"], first = 0, 0
        for last, part in enumerate(parts):
            if part["part"] != part["parts"] - 1:
                continue
            asked, tally = slice(first, last + 1), np.zeros(len(SERIES))
            before = float(trusts[0]), float(member["belief"][0])
            line = trust.let_down_line(float(member["expectation"][0]), usual, model.given[0]["trust"])
            trust.live_through(
                cases[asked], last + 1 - first, member, trusts, staff, 0, model.enacted, tally, model.now, model.luck,
                model.given,
            )  # fmt: skip
            seen = float(cases["received"][asked].mean())
            if not tally[FOUND_OUT]:
                seen += float(cases["hidden"][asked].sum()) / part["parts"]
            part |= {
                "noticed": seen, "line": line, "let_down": bool(tally[LET_DOWNS]),
                "complaint": "none" if not tally[COMPLAINTS] else "unresolved" if tally[UNRESOLVED] else "resolved",
                "found_out": bool(tally[FOUND_OUT]), "trust_before": before[0], "trust_after": float(trusts[0]),
                "belief_before": before[1], "belief_after": float(member["belief"][0]),
            }  # fmt: skip
            first = last + 1

    def _what_was_learned(self, model, member, before) -> None:
        """Contacts in which something came up that the member had not asked for: only they move an estimate."""
        now, then = self._known(model, member), self._known(model, before)
        for place in range(model.departments, model.departments + LATENT):
            if member["estimate"][place] != before["estimate"][place]:
                seen = {"known_before": float(then[place]), "known_after": float(now[place])}
                self._note(model, "latent", domain=place, **self._person(model, int(member["holder"][place])), **seen)

    def _who_left(self, model, before) -> None:
        """People on the staff who knew the member and are gone: the bond that ends, and what is kept of what they knew."""
        if not self._there(model):
            return
        member, staff, world = (
            model.tables["members"].rows[self.row],
            model.tables["staff"],
            model.given[0]["encounters"],
        )
        gone = np.flatnonzero(self.staff_there & ~staff["alive"][: len(self.staff_there)])
        departments = model.departments
        ties = model.tables["ties"].rows[self.row * departments : (self.row + 1) * departments]
        known = self._known(model, member)
        for row in gone.tolist():
            held = np.asarray(member["holder"]) == row
            tie = np.flatnonzero(ties["staff"] == row)
            bond = 0.0
            if len(tie):
                weeks = model.now - int(ties["last_contact"][tie[0]])
                bond = faded(float(ties["bond"][tie[0]]), weeks, world["bond_years"])
            if not held.any() and bond < 0.01:
                continue
            who = self._person(model, row)
            levers = model.enacted[who["department"]]
            kept = kept_from_leaver(
                float(levers["strictness"]), float(levers["information"]), world["codified"], world["records"]
            )
            after = np.where(held, known * kept, known)
            self._note(
                model, "staff_left", **who, bond=bond, known_before=float(known[:departments].mean()),
                known_after=float(after[:departments].mean()),
            )  # fmt: skip
