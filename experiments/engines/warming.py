"""Compiling before workers start, so that they find machine code on disk."""

import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import fields, replace

from sim import Policy, RelationshipModel, Scenario
from sim.compiled import is_cold, note_compiled
from sim.policy import LEVERS
from sim.steps import WEEKS
from sim.timeline import Timeline, as_timeline

UNSAID = 3.0  # seconds of compiling of which nothing is said; assumed
EARLY = 6  # week of what happens once, in a trial run
TWO_YEARS = 2 * WEEKS + EARLY  # of a trial run: members have come back, results have been reviewed
SIZES = ("name", "members", "burn_in", "horizon", "line", "about", "story", "shows", "compared_by", "published")
"""What a scenario says that has no part in which rules are called."""


def plain_policies(policies: Iterable[Policy | Timeline]) -> list[Policy]:
    """The policies, and those of the steps of timelines, each once."""
    found: list[Policy] = []
    for policy in policies:
        found += [step.policy for step in as_timeline(policy).steps if step.policy not in found]
    return found


def needs_of(scenario: Scenario, policies: Iterable[Policy | Timeline] = ()) -> str:
    """What decides which rules are called and for which shapes of records, in words: two requests alike in it need the same."""
    usual, plain = Policy(), Scenario()
    levers = {name for policy in plain_policies(policies) for name in LEVERS if getattr(policy, name) != getattr(usual, name)}
    own = {f.name for f in fields(Scenario) if f.name not in SIZES and getattr(scenario, f.name) != getattr(plain, f.name)}
    return f"{scenario.departments} departments {' '.join(sorted(levers | own))} without {' '.join(sorted(scenario.off))}"


def trial(scenario: Scenario) -> Scenario:
    """The same situation with a few people, in which everything happens soon."""
    soon = {name: EARLY for name in ("community_week", "breach_week") if getattr(scenario, name) >= 0}
    few = {name: min(3, getattr(scenario, name)) for name in ("partners", "partner_companies")}
    return replace(scenario, members=80, burn_in=4, posts=0, line=[], **soon, **few)


def warm_up(scenario: Scenario | None = None, policies: Iterable[Policy | Timeline] = ()) -> float:
    """Compile what these runs need, in this process, before workers start; nothing to do where that has been done.

    Says so on the terminal when there is much to compile: the first run after an installation or an edit, with another
    number of departments, or with a policy that calls on what no earlier run did.

    Returns
    -------
    float
        Seconds it took.
    """
    began, scenario, policies = time.perf_counter(), scenario or Scenario(), plain_policies(policies)
    if not needs_compiling(scenario, policies):
        return 0.0
    cold = needs_compiling(Scenario(departments=scenario.departments))
    said = threading.Event()

    def say(what: str) -> None:
        said.set()
        print(f"Compiling {what} ...", file=sys.stderr, flush=True)

    late = threading.Timer(UNSAID, say, ["what this scenario and these policies need, for the first time"])
    if cold:
        say(f"the model for {scenario.departments} departments: once after installation or an edit, about half a minute")
    else:
        late.daemon = True
        late.start()
    try:
        try_out(scenario, policies)
    finally:
        late.cancel()
    note_compiled(needs_of(scenario, policies))
    note_compiled(needs_of(Scenario(departments=scenario.departments)))
    seconds = time.perf_counter() - began
    if said.is_set():
        print(f"Compiled in {seconds:.0f} seconds; later runs start at once.", file=sys.stderr, flush=True)
    return seconds


def try_out(scenario: Scenario, policies: Iterable[Policy | Timeline] = ()) -> None:
    """Run a situation with a few people under each policy, so that the rules it calls are loaded, or compiled."""
    model = RelationshipModel(trial(scenario))
    model.burn_in()
    for policy in [Policy(strictness=0.0, routing=1.0), *plain_policies(policies)]:
        model.fork(policy).run_for(TWO_YEARS)


def needs_compiling(scenario: Scenario, policies: Iterable[Policy | Timeline] = ()) -> bool:
    """Whether what these runs need may still have to be compiled."""
    return is_cold(needs_of(scenario, policies))
