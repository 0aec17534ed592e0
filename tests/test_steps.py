"""Half the length of a step: every unit has a rule, two half-steps do what one did, and a year stays a year."""

import math
import re

import pytest
from conftest import ROOT, run_python

from sim import Policy, Scenario, World
from sim.quantities import OutOfRange, Quantity, described
from sim.steps import converted, in_steps, steps_a_week
from sim.timeline import Step, Timeline


def said(value, unit, steps=2):
    return converted(value, Quantity(unit, 0.0, 1e9, "", ""), steps)


def test_two_half_steps_close_as_much_of_a_gap_as_one_step():
    half = said(0.1, "share per week")
    assert 1.0 - (1.0 - half) ** 2 == pytest.approx(0.1)
    assert said(22.5, "hours per staff-week") == 11.25
    assert said(26.0, "weeks") == 52.0
    assert said(-1, "week") == -1, "never stays never"
    assert said(3.0, "years") == 3.0


def test_every_unit_that_names_weeks_has_a_rule():
    parts = [what for _, _, what, _ in World.parameters()] + [*described(Policy).values(), *described(Scenario).values()]
    for what in parts:
        converted(1.0, what, 2)
    with pytest.raises(ValueError, match="no rule says"):
        said(1.0, "smiles per week")


def test_at_one_step_a_week_nothing_is_copied_or_changed():
    world = World()
    assert in_steps(world, 1) is world
    halved = in_steps(world, 2)
    assert halved.budget.lag == 2 * world.budget.lag, "an int stays one, and ranges were checked in weeks"
    assert isinstance(halved.budget.lag, int)
    assert world.budget.lag == World().budget.lag
    line = in_steps(Timeline((Step(Policy(development=2.0), week=4, over=6),)), 2)
    assert (line.steps[0].week, line.steps[0].over, line.policy.development) == (8, 12, 1.0)


def test_no_process_counts_the_weeks_of_a_year_by_itself():
    """A literal 52 in a rule would stay 52 where a year has 104 steps: write WEEKS (of sim.steps). Ranges and texts may name it."""
    for path in sorted((ROOT / "sim" / "processes").glob("*.py")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            code = line.partition("#")[0]
            if "quantity(" not in code:
                assert not re.search(r"(?<![\w.])52(\.0)?(?!\w)", code), f"{path.name}:{number}"


@pytest.mark.parametrize("text", ["0", "5", "1.5", "two", ""])
def test_a_length_of_step_that_is_none_is_refused(text):
    with pytest.raises(OutOfRange, match="RELSIM_STEPS_A_WEEK"):
        steps_a_week(text)


def test_a_year_of_half_steps_is_a_year():
    """As many requests, hours, staff who leave and members due as in a year of weeks, within the luck of the draw."""
    code = (
        "from sim import RelationshipModel, Scenario; from sim.steps import WEEKS; from sim import recording as s\n"
        "m = RelationshipModel(Scenario(members=400, members_per_post=10)); m.burn_in(2 * WEEKS)\n"
        "t = m.record.rows[:m.now].sum(axis=0)\n"
        "print(WEEKS, *(float(t[k]) for k in (s.REQUESTS, s.WORKED, s.AVAILABLE, s.DUE, s.REVENUE, s.STAFF_LEFT)))"
    )
    weeks, halves = ([float(x) for x in run_python(code, RELSIM_STEPS_A_WEEK=steps).split()] for steps in "12")
    assert (weeks[0], halves[0]) == (52.0, 104.0)
    for whole, half in zip(weeks[1:6], halves[1:6], strict=True):
        assert math.isclose(whole, half, rel_tol=0.06)
    assert abs(weeks[6] - halves[6]) < 4.0 * math.sqrt(weeks[6])
