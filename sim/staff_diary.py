"""The weeks of somebody on the staff, and of a department under its leader, noted down by somebody who only looks."""

import numpy as np
import pandas as pd

from sim.policy import LEVERS
from sim.quantities import OutOfRange

STAFF_WEEK = ("morale", "alignment", "ability", "load", "standard", "care", "waiting")
LEADER = ("humility", "curiosity", "foresight", "transparency", "clarity", "operations")
PLACE_WEEK = ("meaning", "insight", "fairness", "thrift")


class StaffDiary:
    """How one person on the staff works and feels, week by week, until leaving.

    Parameters
    ----------
    row : int
        The person's row (``person.row``).

    Attributes
    ----------
    weeks : list of dict
        Week since the diary was begun, columns of :class:`sim.agents.Staff` (its units), cases answered, and how many
        of them freely; ``employed`` is False in the week of leaving, the last one noted.
    """

    def __init__(self, row: int):
        self.row, self.weeks = row, []

    def watch(self, model) -> "StaffDiary":
        """Take a place at the end of the model's week; fork first, then watch."""
        table = model.tables["staff"]
        if not (0 <= self.row < table.count and table["alive"][self.row]):
            raise OutOfRange(
                f"staff={self.row} is not usable: give the row of somebody employed today, 0 to {table.count - 1}"
            )
        self.began, self.employed = model.now, True
        model.week.append(self.week_ends)
        return self

    def week_ends(self, model) -> None:
        """Note how the person stands."""
        if not self.employed:
            return
        person, cases = model.tables["staff"].rows[self.row], model.cases
        self.employed = bool(person["alive"])
        answered = (cases["server"] == self.row) & ~cases["refused"]
        self.weeks.append(
            {"week": model.now - self.began, "employed": self.employed}
            | {name: float(person[name]) for name in STAFF_WEEK}
            | {"answered": int(answered.sum()), "answered_freely": int((answered & cases["free"]).sum())}
        )

    def to_dataframe(self) -> pd.DataFrame:
        """One line a week."""
        return pd.DataFrame(self.weeks)


class DepartmentDiary:
    """What is declared and what is done in one department, and who leads it, week by week.

    Parameters
    ----------
    department : int
    """

    def __init__(self, department: int):
        self.department, self.weeks = department, []

    def watch(self, model) -> "DepartmentDiary":
        """Take a place at the end of the model's week; fork first, then watch."""
        if not 0 <= self.department < model.departments:
            raise OutOfRange(
                f"department={self.department} is not usable: give a whole number from 0 to {model.departments - 1}"
            )
        self.began = model.now
        model.week.append(self.week_ends)
        return self

    def week_ends(self, model) -> None:
        """Note what is declared, what is done, and who leads."""
        place = model.tables["departments"].rows[self.department]
        row = int(place["leader"])
        week = {"week": model.now - self.began, "leader": row}
        leader = model.tables["leaders"].rows[row] if row >= 0 else None
        week |= {name: float(leader[name]) if leader is not None else np.nan for name in LEADER}
        week |= {name: float(place[name]) for name in PLACE_WEEK}
        declared, enacted = model.declared[self.department], model.enacted[self.department]
        for name in LEVERS:
            week[f"declared_{name}"], week[f"enacted_{name}"] = float(declared[name]), float(enacted[name])
        self.weeks.append(week)

    def to_dataframe(self) -> pd.DataFrame:
        """One line a week; of the levers only those that moved, or are not done as declared."""
        frame = pd.DataFrame(self.weeks)
        still = [
            name for name in LEVERS if len(frame)
            and frame[f"declared_{name}"].nunique() == 1 and (frame[f"declared_{name}"] == frame[f"enacted_{name}"]).all()
        ]  # fmt: skip
        return frame.drop(columns=[f"{side}_{name}" for name in still for side in ("declared", "enacted")])
