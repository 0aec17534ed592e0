"""A policy over time: a switch, a phase-in, a pilot in some departments, one step after the other.

A :class:`Timeline` says what is declared in which week. How far departments do it is up to their leaders.
"""

from dataclasses import dataclass, field

import numpy as np

from sim.policy import ROW, Policy, lever_matrix, policy_rows
from sim.quantities import OutOfRange

LONGEST = 1040  # weeks


@dataclass(frozen=True)
class Step:
    """One change of policy.

    Attributes
    ----------
    policy : Policy
        What holds when the step is complete.
    week : int
        Weeks after the switch at which it begins, 0..1040.
    over : int
        Weeks in which it is phased in, in equal parts; 0: at once.
    departments : tuple of int, or None
        The departments it concerns, a pilot; None: all.
    """

    policy: Policy
    week: int = 0
    over: int = 0
    departments: tuple[int, ...] | None = None

    def __post_init__(self):
        for name in ("week", "over"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LONGEST:
                raise OutOfRange(
                    f"timeline.{name}={value!r} is not usable: give a whole number of weeks from 0 to {LONGEST}"
                )
        if self.departments is not None and len(self.departments) == 0:
            raise OutOfRange("timeline.departments=() is not usable: name at least one department, or None for all")
        for unit in self.departments or ():
            if isinstance(unit, bool) or not isinstance(unit, int) or not 0 <= unit <= 39:
                raise OutOfRange(f"timeline.departments={unit!r} is not usable: number departments from 0 to 39")


    def concerned(self, departments: int) -> list[int]:
        """The departments it concerns, of so many."""
        return [unit for unit in self.departments or range(departments) if unit < departments]


@dataclass(frozen=True)
class Timeline:
    """Steps of a policy, in the order of their weeks.

    Raises
    ------
    OutOfRange
        Where there is no step, or a step begins before the one above it.
    """

    steps: tuple[Step, ...] = field(default_factory=lambda: (Step(Policy()),))

    def __post_init__(self):
        weeks = [step.week for step in self.steps]
        if not weeks or weeks != sorted(weeks):
            raise OutOfRange("timeline is not usable: give at least one step, in the order of their weeks")

    @property
    def policy(self) -> Policy:
        """What holds in the end (in the departments concerned)."""
        return self.steps[-1].policy

    @property
    def settled(self) -> int:
        """Week after the switch from which nothing more is declared."""
        return max(step.week + step.over for step in self.steps)

    def declared(self, before: np.ndarray, week: int) -> np.ndarray:
        """What is declared in a week.

        Parameters
        ----------
        before : structured array of shape (departments,)
            What was declared before the switch (:func:`sim.policy.policy_rows`).
        week : int
            Weeks since the switch.

        Returns
        -------
        structured array of shape (departments,)
        """
        values = lever_matrix(before).copy()
        for step in self.steps:
            if week < step.week:
                break
            done = 1.0 if step.over == 0 else min(1.0, (week - step.week + 1) / step.over)
            target = policy_rows([step.policy]).view("f8")
            concerned = step.concerned(len(before))
            values[concerned] = target if done == 1.0 else values[concerned] + done * (target - values[concerned])
        rows = values.view(ROW).reshape(-1)
        return rows.view(type(before)) if isinstance(before, np.recarray) else rows


def as_timeline(policy: Policy | Timeline) -> Timeline:
    """A policy that is switched to at once, as a timeline; a timeline as it is.

    Raises
    ------
    OutOfRange
        For anything else, such as the name of a policy.
    """
    if not isinstance(policy, Policy | Timeline):
        raise OutOfRange(f"policy={policy!r} is no policy: give sim.Policy(...) or a timeline; names of policies are for the command line")
    return policy if isinstance(policy, Timeline) else Timeline((Step(policy),))
