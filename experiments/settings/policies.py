"""Policies by name: one YAML file each, which names the levers it sets and, if it takes time, its timeline.

What a file does not name stays as in the conventional organisation, whose values are the defaults of
:class:`sim.Policy`. Several files may be stacked into one policy as long as no two set a lever differently.

The levers at the top of a file hold from the switch. A ``timeline`` lists what comes when::

    strictness: 0.4
    timeline:
      - {week: 0, over: 26, departments: [0, 1]}    # how the top is introduced: a pilot, phased in over half a year
      - {week: 104, over: 52, strictness: 0.2}      # two years later: everything so far, and this, in all departments

Every entry declares what has been said so far, with the levers it changes, in the departments it names (all where it
names none). Only an entry of week 0 may change nothing: it says how the top is introduced.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import yaml

from experiments.settings.folders import config_folders, find, names
from experiments.settings.guard import WrongRequest, check_name, nearest, read_checked, short
from experiments.settings.typed import convert, settings
from sim.policy import Policy
from sim.quantities import ASSUMED, quantities, quantity
from sim.scenario import Scenario
from sim.timeline import LONGEST, Step, Timeline

TIMELINE = "timeline"
MOST_ENTRIES = 50
EVENTS = {"replace_leaders": 0.0}
"""Levers that are something done once: not again when a later entry comes, unless it says so."""


@quantities
class When:
    """When and where an entry of a timeline begins."""

    place = "policy.timeline"

    week: int = quantity(0, "weeks after the switch", 0, LONGEST, ASSUMED, "week in which the entry begins")
    over: int = quantity(0, "weeks", 0, LONGEST, ASSUMED, "weeks in which it is phased in; 0: at once")
    departments: list[int] | None = None
    """The departments it concerns, counted from 0; null: all."""


def levers(name: str, folders: Sequence[Path] | None = None) -> dict:
    """The levers that the policy file ``name`` sets, and its timeline where it has one, as plain values."""
    folders = config_folders() if folders is None else folders
    check_name(name, "policy")
    path = find("policy", name, folders)
    if path is None:
        raise WrongRequest(f"policy={short(name)} is not there: {nearest(name, names('policy', folders), 'there are')}")
    values = yaml.safe_load(read_checked(path)[0])
    if values is None:
        values = {}
    try:
        policy_from(values)
    except WrongRequest as error:
        raise WrongRequest(f"{error} (in {path})") from None
    return values


def policy_from(values: dict, place: str = "policy") -> Policy | Timeline:
    """A policy from plain values, as a policy file or a manifest holds them.

    Parameters
    ----------
    values : dict
        Levers by name and, for a policy over time, a list ``timeline`` of entries.
    place : str
        Where the values stand, for messages.

    Raises
    ------
    WrongRequest
        For what is no lever, is out of range, or an entry that does not say when it begins, comes before the one
        above it, or changes nothing.
    """
    top = {name: value for name, value in values.items() if name != TIMELINE} if isinstance(values, dict) else values
    policy = convert(Policy, top, place)
    if TIMELINE not in values:
        return policy
    entries, place = values[TIMELINE], f"{place}.{TIMELINE}"
    if not isinstance(entries, list) or not 0 < len(entries) <= MOST_ENTRIES:
        raise WrongRequest(
            f"{place}={short(entries)} is not usable: give a list of 1 to {MOST_ENTRIES} entries, each with its week"
        )
    steps: list[Step] = []
    for number, entry in enumerate(entries):
        when, changed = _entry(entry, f"{place}[{number}]")
        if not steps and (when["week"] > 0 or changed):
            steps.append(Step(policy))
        if steps and when["week"] < steps[-1].week:
            raise WrongRequest(
                f"{place}[{number}].week={when['week']} comes before week {steps[-1].week} of the entry above: "
                "put entries in the order of their weeks"
            )
        held = replace(policy, **EVENTS) if steps else policy
        policy = replace(held, **changed)
        if steps and policy == held and all(step.departments is None for step in steps):
            raise WrongRequest(f"{place}[{number}] changes nothing: name the levers that change in week {when['week']}")
        steps.append(Step(policy, **when))
    return Timeline(tuple(steps))


def _entry(entry, place: str) -> tuple[dict, dict]:
    """One entry of a timeline as (when and where, levers that change)."""
    if not isinstance(entry, dict):
        raise WrongRequest(f"{place}={short(entry)} is not usable: give its week and the levers that change")
    known = settings(When), settings(Policy)
    for name in entry:
        if name not in known[0] and name not in known[1]:
            raise WrongRequest(
                f"{place}.{name} is no setting: {nearest(f'{place}.{name}', [f'{place}.{n}' for n in (*known[0], *known[1])])}"
            )
    if entry.get("week") is None:
        raise WrongRequest(f"{place} lacks its week: say when it begins, for example week: 52")
    when = convert(When, {name: value for name, value in entry.items() if name in known[0]}, place)
    if when.departments == []:
        raise WrongRequest(
            f"{place}.departments=[] is empty: name departments, counted from 0, or leave it out for all"
        )
    for unit in when.departments or ():
        if not 0 <= unit <= 39:
            raise WrongRequest(f"{place}.departments={short(unit)} is not usable: number departments from 0 to 39")
    changed = {name: value for name, value in entry.items() if name in known[1]}
    checked = convert(Policy, changed, place)
    where = None if when.departments is None else tuple(sorted(set(when.departments)))
    return asdict(when) | {"departments": where}, {name: getattr(checked, name) for name in changed}


def plain_policy(policy: Policy | Timeline) -> dict:
    """A policy as plain values, all levers written out: what :func:`policy_from` reads, and what manifests hold."""
    if isinstance(policy, Policy):
        return asdict(policy)
    first, *later = policy.steps
    held, entries = asdict(first.policy), []
    values = dict(held)
    if first.over or first.departments is not None:
        entries.append(_when(first))
    for step in later:
        held |= EVENTS
        now = asdict(step.policy)
        entries.append(_when(step) | {name: value for name, value in now.items() if value != held[name]})
        held = now
    return values | ({TIMELINE: entries} if entries else {})


def _when(step: Step) -> dict:
    """When and where a step begins, without what goes without saying."""
    where = {} if step.departments is None else {"departments": list(step.departments)}
    return {"week": step.week} | ({"over": step.over} if step.over else {}) | where


def with_levers(policy: Policy | Timeline, changes: dict) -> Policy | Timeline:
    """A policy with some levers set to other values, at every step of its timeline where it has one."""
    if isinstance(policy, Policy):
        return replace(policy, **changes)
    first, *later = policy.steps
    lasting = {name: value for name, value in changes.items() if name not in EVENTS}
    steps = [replace(first, policy=replace(first.policy, **changes))]
    return Timeline(tuple(steps + [replace(step, policy=replace(step.policy, **lasting)) for step in later]))


def stacked(bundles: Sequence[str], folders: Sequence[Path] | None = None) -> dict:
    """The levers of several policy files together, and the timeline of the one that has one.

    Raises
    ------
    WrongRequest
        Where two of them set the same lever differently, or a timeline does not say what becomes of the other file's
        levers: which one should hold is not for us to guess.
    """
    together, set_by, timed = {}, {}, None
    bundles = list(dict.fromkeys(bundles))
    refused = f"policy=[{','.join(bundles)}] is not usable:"
    for name in bundles:
        for lever, value in levers(name, folders).items():
            if lever == TIMELINE:
                if timed is not None:
                    raise WrongRequest(f"{refused} {timed} and {name} both have a timeline; write one file")
                timed, together[TIMELINE] = name, value
                continue
            if lever in together and together[lever] != value:
                raise WrongRequest(
                    f"{refused} {set_by[lever]} sets {lever} to {together[lever]}, "
                    f"{name} to {value}; stack bundles that set different levers"
                )
            together[lever] = value
            set_by[lever] = name
    if timed is not None and len(bundles) > 1:
        for entry in together[TIMELINE]:
            later = {name for name in entry if set_by.get(name, timed) != timed}
            if later:
                lever = sorted(later)[0]
                raise WrongRequest(
                    f"{refused} {set_by[lever]} sets {lever}, which the timeline of {timed} changes; write one file"
                )
            if set(entry) <= set(settings(When)):
                raise WrongRequest(
                    f"{refused} the timeline of {timed} says how its own levers are introduced, not the other's; "
                    "write one file"
                )
    return together


def load_policy(policy: str | Sequence[str], folders: Sequence[Path] | None = None) -> Policy | Timeline:
    """A policy by name, or several bundles stacked into one.

    Examples
    --------
    >>> load_policy("conventional").strictness
    0.8
    >>> load_policy(["strict", "holistic"]) == load_policy("strict_holistic")
    True
    >>> load_policy("pilot_in_two_departments").steps[0].departments
    (0, 1)
    """
    bundles = [policy] if isinstance(policy, str) else list(policy)
    return policy_from(stacked(bundles, folders))


def load_policies(
    wanted: Sequence[str], folders: Sequence[Path] | None = None, scenario: Scenario | None = None
) -> dict[str, Policy | Timeline]:
    """Several policies by name, each as :func:`load_policy` gives it, in the order wanted.

    Parameters
    ----------
    wanted : sequence of str
        Names; with a scenario, the first is the reference.
    scenario : Scenario, optional
        The organisation they are meant for: refuses departments that it does not have, and a reference with a timeline.
    """
    found = {name: load_policy(name, folders) for name in wanted}
    for place, (name, policy) in enumerate(found.items() if scenario is not None else ()):
        if isinstance(policy, Policy):
            continue
        if place == 0:
            raise WrongRequest(
                f"reference={name} has a timeline, but the reference is what held all along before the switch: "
                "name a policy without one"
            )
        for unit in (unit for step in policy.steps for unit in step.departments or ()):
            if unit >= scenario.departments:
                raise WrongRequest(
                    f"policies names {name}, whose timeline concerns department {unit}, but scenario.departments="
                    f"{scenario.departments}: number them from 0 to {scenario.departments - 1}"
                )
    return found
