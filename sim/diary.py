"""One member's weeks, noted down by somebody who only looks.

A diary stands in ``model.week`` between our processes, as a user's own would. It asks the rules themselves what they
did with this member: of an answer in :mod:`sim.answer`, of the decision to renew in :mod:`sim.decision`. What it notes
is told in :mod:`sim.diary_columns`.
"""

import numpy as np
import pandas as pd

from sim.answer import answer_of, judge, person_of, trust_after_breach
from sim.columns import LATENT
from sim.decision import decision_of
from sim.diary_columns import ENTRY, WEEK_OF
from sim.processes.bonds import combined_bond
from sim.processes.encounters import faded, kept_from_leaver
from sim.processes.needs import prior_variance
from sim.quantities import OutOfRange
from sim.recording import LAPSE_REASONS
from sim.steps import WEEKS


class MemberDiary:
    """What one member lives through, week by week.

    Parameters
    ----------
    row : int
        The member's row (``member.row``), which is the same in all forks of a model.

    Attributes
    ----------
    entries : list of dict
        What happened, in order; keys are those of :data:`sim.diary_columns.ENTRY`.
    weeks : list of dict
        How the member stood at the end of each week; keys are those of :data:`sim.diary_columns.WEEK_OF`.

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
        """What happened, one line an event; columns as in :data:`sim.diary_columns.ENTRY`."""
        return pd.DataFrame(self.entries, columns=list(ENTRY))

    def states(self) -> pd.DataFrame:
        """How the member stood at the end of each week; columns as in :data:`sim.diary_columns.WEEK_OF`."""
        return pd.DataFrame(self.weeks, columns=list(WEEK_OF))

    # The moments of a week.

    def answered(self, model) -> None:
        """Requests have been answered and are about to be judged: how they were answered, and what that does."""
        mine = np.flatnonzero(model.cases["member"] == self.row)
        if model.now == model.scenario.breach_week and self._there(model):
            self._note(model, "breach", trust_before=self._trust(model), trust_after=trust_after_breach(model, self.row))
        if len(mine) == 0:
            return
        owner = int(model.tables["members"]["owner"][self.row])
        if owner != self.before["owner"] and owner >= 0:
            self._note(model, "owner", **person_of(model, owner))
        parts = [answer_of(model, self.row, int(index)) for index in mine]
        if model.calls("trust"):
            judge(model, self.row, mine, parts)
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
        """Write down what happened, on the diary's calendar."""
        if "hired" in what:
            what["hired"] -= self.began
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
        return float(combined_bond(ties, self.row, staff, model.now, model.given))

    def _known(self, model, member) -> np.ndarray:
        """Share of the uncertainty about each coordinate that is gone; shape (dimensions,)."""
        prior = prior_variance(model.given[0]["needs"])
        return np.clip(1.0 - np.asarray(member["uncertainty"], np.float64) / prior, 0.0, 1.0)

    def _what_was_learned(self, model, member, before) -> None:
        """Contacts in which something came up that the member had not asked for: only they move an estimate."""
        now, then = self._known(model, member), self._known(model, before)
        for place in range(model.departments, model.departments + LATENT):
            if member["estimate"][place] != before["estimate"][place]:
                seen = {"known_before": float(then[place]), "known_after": float(now[place])}
                self._note(model, "latent", domain=place, **person_of(model, int(member["holder"][place])), **seen)

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
            who = person_of(model, row)
            levers = model.enacted[who["department"]]
            kept = kept_from_leaver(
                float(levers["strictness"]), float(levers["information"]), world["codified"], world["records"]
            )
            after = np.where(held, known * kept, known)
            self._note(
                model, "staff_left", **who, bond=bond, known_before=float(known[:departments].mean()),
                known_after=float(after[:departments].mean()),
            )  # fmt: skip
