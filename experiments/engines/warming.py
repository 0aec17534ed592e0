"""Compiling before workers start, so that they find machine code on disk."""

import sys
import time

from sim import Policy, RelationshipModel, Scenario
from sim.compiled import is_cold, note_compiled


def warm_up(departments: int = Scenario.departments) -> float:
    """Compile whatever is not compiled yet, in this process, before workers start; returns the seconds it took.

    Says so on the terminal when there is much to compile: the first run after an installation or an edit, or with another
    number of departments.
    """
    began, cold = time.perf_counter(), is_cold(departments)
    if cold:
        print(
            f"Compiling the model for {departments} departments: once after installation or an edit, about half a minute ...",
            file=sys.stderr, flush=True,
        )  # fmt: skip
    model = RelationshipModel(Scenario(members=40, burn_in=4, departments=departments))
    model.burn_in()
    model.fork(Policy(strictness=0.0, routing=1.0)).run_for(60)
    note_compiled(departments)
    seconds = time.perf_counter() - began
    if cold:
        print(f"Compiled in {seconds:.0f} seconds; later runs start at once.", file=sys.stderr, flush=True)
    return seconds
