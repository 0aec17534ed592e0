"""How long a step is: a week, or half of one (``RELSIM_STEPS_A_WEEK=2``), to see whether the length of a step matters.

Everything that is said per week or in weeks says so in its unit; :func:`in_steps` converts by the unit, in one place.
The model then lives in steps: ``WEEKS`` of them are a year, and what it calls a week is a step. Things dated by the
calendar (dues, the year's end, the budget) fall in one of the two halves of their week.
"""

import os
from copy import copy
from dataclasses import fields, is_dataclass, replace

from sim.quantities import OutOfRange, Quantity, described
from sim.timeline import LONGEST, Step, Timeline

VARIABLE = "RELSIM_STEPS_A_WEEK"
MOST_STEPS = 4


def steps_a_week(text: str) -> int:
    """Steps in a week, from what the environment says."""
    if text not in [str(number) for number in range(1, MOST_STEPS + 1)]:
        raise OutOfRange(f"{VARIABLE}={text} is not usable: give a whole number from 1 to {MOST_STEPS}")
    return int(text)


STEPS = steps_a_week(os.environ.get(VARIABLE, "1"))
WEEKS = 52 * STEPS
HALF_YEAR = WEEKS // 2

SHARES = ("share per week", "share a week")
AMOUNTS = (
    "per week", "messages per week", "requests per member-week", "hours per staff-week", "contacts per staff-week",
    "meetings per tie-week",
)  # fmt: skip
TIMES = ("weeks", "week", "weeks an applicant")
KEPT = ("hours a week", "quality per week")
"""Hours of a leader's week count only in proportion to others of the kind; waiting is turned into weeks where it counts."""


def converted(value: float, what: Quantity, steps: int) -> float:
    """A number said per week or in weeks, per step or in steps.

    A share of a gap that is closed in a week is closed by so many steps of ``1 - (1 - share) ** (1 / steps)``; amounts are
    divided, times multiplied. ``-1`` weeks means never.

    Raises
    ------
    ValueError
        For a unit that names weeks and is not known here.
    """
    if what.unit in SHARES:
        return 1.0 - (1.0 - value) ** (1.0 / steps)
    if what.unit in AMOUNTS:
        return value / steps
    if what.unit in TIMES:
        return value if value == -1 else value * steps
    if "week" in what.unit and what.unit not in KEPT:
        raise ValueError(f"no rule says how {what.unit!r} follows the length of a step: name it in sim/steps.py")
    return value


def in_steps(settings, steps: int = STEPS):
    """World, scenario, policy or timeline with everything said in weeks turned into steps; the same object at one a week.

    Ranges were checked before, in weeks, and are not checked again.
    """
    if steps == 1:
        return settings
    if isinstance(settings, Timeline):
        parts = [replace(step, policy=in_steps(step.policy, steps)) for step in settings.steps]
        times = [{name: min(LONGEST, getattr(step, name) * steps) for name in ("week", "over")} for step in settings.steps]
        return Timeline(tuple(Step(part.policy, **time, departments=part.departments) for part, time in zip(parts, times, strict=True)))
    changed, known = copy(settings), described(type(settings))
    for field in fields(settings):
        value = getattr(settings, field.name)
        if field.name in known and value is not None:
            moved = converted(value, known[field.name], steps)
            object.__setattr__(changed, field.name, round(moved) if field.type is int else moved)
        elif is_dataclass(value):
            object.__setattr__(changed, field.name, in_steps(value, steps))
    return changed
