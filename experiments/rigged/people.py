"""What one organisation says about the effects that studies measure among members, staff and departments.

Everything is looked at one year before the end of a run, and who left is counted in the year after. Correlations are
handed back as sums of squares and products around the mean of the organisation, so that organisations can be pooled
without what differs between them: ``{name: (xx, yy, xy)}``.
"""

import math

import numpy as np

from sim.metrics import satisfaction
from sim.processes import community, renewals, rivals
from sim.processes.bonds import bond_and_surroundings
from sim.processes.renewals import INVOLUNTARY
from sim.steps import WEEKS

FIFTH = 0.2


def sums(x, y) -> tuple[float, float, float]:
    """Sums of squares and products of two series around their means; zeros where there is nothing to see."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    if len(x) < 3:
        return 0.0, 0.0, 0.0
    x, y = x - x.mean(), y - y.mean()
    return float(x @ x), float(y @ y), float(x @ y)


def pooled(parts) -> float:
    """Correlation within organisations, from the sums of many of them; shape (organisations, 3)."""
    xx, yy, xy = np.asarray(parts, float).sum(axis=0)
    return xy / math.sqrt(xx * yy) if xx > 0.0 and yy > 0.0 else math.nan


def share_of(flags) -> float:
    """Mean, or not a number where there is nobody."""
    return float(np.mean(flags)) if len(flags) else math.nan


def standardised(values) -> np.ndarray:
    """Values with mean 0 and sd 1."""
    values = np.asarray(values, float)
    spread = values.std() if len(values) else 0.0
    return (values - values.mean()) / spread if spread > 0.0 else np.zeros(len(values))


class Snapshot:
    """Members, staff and departments of one arm, a year before it ends."""

    def __init__(self, model):
        members, staff = model.tables["members"], model.tables["staff"]
        self.week = model.now
        self.rows = np.flatnonzero(members["alive"])
        self.trust = members["trust"][self.rows].astype(float)
        self.belief = members["belief"][self.rows].astype(float)
        grievance = members["grievance"][self.rows].astype(int)
        self.grieved = (grievance >= 0) & (model.now - grievance <= model.world.renewals.grievance_weeks)
        self.bond, self.chance = renewal_of(model, self.rows, self.belief, self.grieved)
        self.people = np.flatnonzero(staff["alive"])
        unit = staff["department"][self.people].astype(int)
        free = np.where(staff["freedom_rank"][self.people] < model.enacted["coverage"][unit], 1.0 - model.enacted["strictness"][unit], 0.0)
        self.staff = {name: staff[name][self.people].astype(float) for name in ("values", "morale", "alignment")} | {"free": free}
        self.departments = departments_of(model, unit, self.staff)


def renewal_of(model, rows, belief, grieved) -> tuple[np.ndarray, np.ndarray]:
    """Bond of each member, and the chance that he renewed if dues fell due now, leaving for outer reasons apart."""
    first, members = model.given[0], model.tables["members"]
    bonds, chances = np.zeros(len(rows)), np.zeros(len(rows))
    for place, row in enumerate(rows.tolist()):
        bonds[place], around = bond_and_surroundings(model, row)
        years = max(1.0, (model.now + 1 - int(members["joined"][row])) // WEEKS)
        elsewhere = community.drawn_away(model.tables["community"].rows, int(members["community"][row]), model.given)
        elsewhere += rivals.pull(model.tables["rivals"].rows, members.rows[row], model.trend, model.now, model.given)
        chances[place] = renewals.chance_of_renewal(
            float(members["commitment"][row]), years, belief[place], bonds[place], float(grieved[place]), around,
            elsewhere, first["fit"], first["renewals"], first["scenario"], first["policy"],
        )  # fmt: skip
    return bonds, chances


def departments_of(model, unit, staff) -> dict[str, np.ndarray]:
    """Humility of each department's leader beside the mean morale and alignment of its staff."""
    places, leaders = model.tables["departments"], model.tables["leaders"]
    led = [k for k in range(model.departments) if places["leader"][k] >= 0 and (unit == k).any()]
    return {
        "humility": np.array([leaders["humility"][places["leader"][k]] for k in led], float),
        "morale": np.array([staff["morale"][unit == k].mean() for k in led], float),
        "alignment": np.array([staff["alignment"][unit == k].mean() for k in led], float),
    }


def correlations(before: Snapshot, model) -> dict[str, tuple[float, float, float]]:
    """Sums behind the correlations of one arm at its end."""
    staff = model.tables["staff"]
    left = ~staff["alive"][before.people]
    quality = standardised(before.trust) + standardised(before.belief) + standardised(before.bond)
    people, units = before.staff, before.departments
    return {
        "trust_commitment": sums(before.trust, before.chance),
        "quality_loyalty": sums(quality, before.chance),
        "bond_loyalty": sums(before.bond, before.chance),
        "satisfaction_loyalty": sums(satisfaction(before.belief), before.chance),
        "values_left": sums(people["values"], left),
        "values_commitment": sums(people["values"], people["morale"]),
        "freedom_morale": sums(people["free"], people["morale"]),
        "freedom_left": sums(people["free"], left),
        "humility_morale": sums(units["humility"], units["morale"]),
        "humility_commitment": sums(units["humility"], units["alignment"]),
    }


def shares(before: Snapshot, model, outcome) -> dict[str, float]:
    """Shares and levels of one arm at its end."""
    members = model.tables["members"]
    left = ~members["alive"][before.rows] & (members["lapse"][before.rows] != INVOLUNTARY)
    grieved = before.grieved
    value = np.sort(outcome.to_organisation)[::-1]
    rating = satisfaction(before.belief)
    total, top = value.sum(), value[: max(1, round(FIFTH * len(value)))].sum()
    return {
        "left_grieved": share_of(left[grieved]),
        "left_others": share_of(left[~grieved]),
        "unprofitable": share_of(value < 0.0),
        "top_fifth_of_profit": float(top / total) if total > 0.0 else math.nan,
        "satisfaction": share_of(rating),
        "satisfaction_sd": float(np.std(rating)) if len(rating) else math.nan,
        "satisfied_top": share_of(rating >= 8.5),
        "satisfied_low": share_of(rating < 6.5),
    }
