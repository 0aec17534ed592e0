"""All published targets measured so far, with their role, and the same model without lived experience."""

from dataclasses import dataclass, replace

import numpy as np

from experiments.fits.tables import published
from experiments.fits.targets import (
    CONTRACT_MEMBERS,
    TARGETS,
    Target,
    association_statistics,
    burn_in_counts,
    cohort_survival,
    contract_statistics,
)
from experiments.honesty.communities import community, open_community, satisfied
from experiments.honesty.networks import contacts_at_default_size, contacts_of_units
from experiments.honesty.spread import lock_in, spread
from experiments.settings.scenarios import scenario_named
from sim import Policy, RelationshipModel, World
from sim import recording as series
from sim.recording import LAPSE_REASONS
from sim.steps import WEEKS

EMAIL = "e-mail of a research institution, 21 departments: Leskovec, Kleinberg & Faloutsos 2007; Yin et al. 2017"
REASONS = "Marketing General Incorporated, reasons for not renewing"
RATINGS = "ratings of trust among traders: Kumar, Spezzano, Subrahmanian & Faloutsos 2016"
TURNOVER = "Babushkin turnover sample, Kaplan-Meier (it leaves faster than most organisations: shape only)"
DOLLARS = "CDNOW purchases, Fader & Hardie 2001; Iranian telecom customers (dues are flat here: how often members ask)"
PROFITS = "teaching panels of customers; Kaplan & Narayanan 2001 and other accounts of customer profitability"
CHURN = "Iranian telecom customers, complaints and churn"
LOCK = "telecom customers by contract, fictional data: shape only (month to month against two years)"
STUDENTS = "online community of students, messages of eight weeks: Panzarasa, Opsahl & Carley 2009"
OPEN = "open communities: van Mierlo 2014; association benchmarks"
SURVEY = "business customers on a scale of 1 to 10: Rossi, Gilula & Allenby 2001"
OTHERS = (
    Target("C08", "lapses from low value or low engagement", "share of lapses", 0.5, 0.4, 0.65, REASONS),
    Target("C09", "contact within departments over between them, default size", "ratio", 9.1, 6.0, 14.0, EMAIL),
    Target("C09 (21 units)", "the same on the structure of the data", "ratio", 9.1, 6.0, 14.0, EMAIL),
    Target("C10", "contacts within the own department, 21 units", "share", 0.476, 0.4, 0.56, EMAIL),
    Target("C11", "modularity of departments, 21 units", "modularity", 0.372, 0.3, 0.45, EMAIL),
    Target("C12", "inequality of the number of contacts, 21 units", "Gini", 0.525, 0.4, 0.6, EMAIL),
    Target("C20", "trust lost in a bad act over gained in a good one, medians", "ratio", 10.0, 2.0, 15.0, RATINGS),
    Target("C21", "staff still there after 12 months", "share", 0.851, 0.8, 0.9, TURNOVER),
    Target("C21 (24 months)", "staff still there after 24 months", "share", 0.70, 0.65, 0.75, TURNOVER),
    Target("C13", "share of the top tenth of members in what members ask for, 39 weeks", "share", 0.469, 0.4, 0.55, DOLLARS),
    Target("C14", "the same of the top fifth", "share", 0.574, 0.5, 0.66, DOLLARS),
    Target("C15", "members who cost more than they pay, in a year", "share", 0.30, 0.15, 0.55, PROFITS),
    Target("C16", "whale curve: peak over total, in a year", "ratio", 1.4, 1.05, 3.0, PROFITS),
    Target("C17", "imitation of a community's growth, fitted to the model's eight weeks", "per week", 0.522, 0.3, 0.8, STUDENTS),
    Target("C17 (unmoved)", "the same of those who join unmoved by others", "per week", 0.085, 0.05, 0.12, STUDENTS),
    Target("C18", "messages written by the top tenth", "share", 0.645, 0.55, 0.9, STUDENTS),
    Target("C18 (top 1 %)", "messages written by the top hundredth", "share", 0.18, 0.15, 0.75, STUDENTS),
    Target("C19", "participants who never wrote, with that community's messages a head", "share", 0.274, 0.25, 0.9, STUDENTS),
    Target("C19 (open)", "the same in the runaway community", "share", 0.8, 0.25, 0.9, OPEN),
    Target("C22", "churn within 26 weeks after an unresolved complaint over that of others", "ratio", 8.3, 4.0, 10.0, CHURN),
    Target("C22 (complaining)", "members who complain in a year", "share", 0.05, 0.05, 1.0, CHURN),
    Target("C23", "churn without a contract over that with one of two years", "ratio", 13.3, 8.0, 20.0, LOCK),
    Target("C24", "sd of satisfaction", "points", 2.6, 2.2, 2.9, SURVEY),
    Target("C24 (9-10)", "members whose satisfaction is 9 or 10", "share", 0.17, 0.12, 0.25, SURVEY),
)  # fmt: skip
ALL = (*TARGETS, *OTHERS)
ROLES = {f"C0{number}": "fitted" for number in range(1, 8)} | {
    "C08": "fitted, in vain", "C09": "fitted", "C09 (21 units)": "fitted", "C10": "fitted", "C11": "fitted", "C12": "fitted",
    "C20": "input", "C21": "input", "C21 (24 months)": "input",
    "C13": "check", "C14": "check", "C15": "check", "C16": "check", "C22": "fitted", "C22 (complaining)": "fitted", "C23": "check",
    "C17": "input", "C17 (unmoved)": "input", "C18": "input", "C18 (top 1 %)": "input", "C19": "check", "C19 (open)": "check",
    "C24": "input", "C24 (9-10)": "input",
}  # fmt: skip
LATER = "What can be reached where a figure is missed, and by which number: [reachable](reachable.md)."


@dataclass(frozen=True)
class Measuring:
    """One piece of work: what to measure, at which weight of lived experience, with which replicate."""

    what: str
    lived: bool
    replicate: int = 0


def world_with_lived(lived: bool) -> World:
    """The default world, with lived experience or without."""
    world = World()
    return world if lived else replace(world, renewals=replace(world.renewals, lived_weight=0.0))


def work(replicates: int) -> list[Measuring]:
    """All pieces of work, the longest first."""
    pieces = [Measuring("contract", lived) for lived in (True, False)]
    times_each = {
        "staff": 4, "trust": 2, "association": replicates, "networks": 6, "spread": 3, "lock": 2, "community": 3, "open": 2,
    }  # fmt: skip
    for what, times in times_each.items():
        pieces += [Measuring(what, lived, number) for lived in (True, False) for number in range(times)]
    return pieces


def measured(piece: Measuring) -> dict[str, tuple]:
    """Do one piece of work: what it adds to each target."""
    return {"contract": contract, "association": association, "staff": staff, "trust": trust, "networks": networks,
            "spread": lambda piece: spread(world_with_lived(piece.lived), piece.replicate),
            "lock": lambda piece: lock_in(world_with_lived(piece.lived), piece.replicate),
            "community": lambda piece: community(world_with_lived(piece.lived), piece.replicate),
            "open": lambda piece: open_community(world_with_lived(piece.lived), piece.replicate)}[piece.what](piece)  # fmt: skip


def contract(piece: Measuring) -> dict[str, tuple]:
    """C01-C04 of one large cohort."""
    scenario = replace(scenario_named("contract"), members=CONTRACT_MEMBERS)
    world, table = world_with_lived(piece.lived), published()
    fit = scenario.fit_at(world.renewals.lived_weight)
    surviving = cohort_survival(scenario, world, fit, table.years, seed=1)
    return {name: (value,) for name, (value, _) in contract_statistics(surviving, table, CONTRACT_MEMBERS).items()}


def settled_association(piece: Measuring, weeks: int, members: int = 2000, world: World | None = None) -> RelationshipModel:
    """The association under the reference policy for so many weeks, every leaver replaced."""
    scenario = replace(scenario_named("association"), members=members)
    model = RelationshipModel(scenario, world or world_with_lived(piece.lived), Policy(), rng=1, replicate=piece.replicate)
    model.burn_in(weeks)
    return model


def association(piece: Measuring, world: World | None = None) -> dict[str, tuple]:
    """Counts behind C05-C08, weeks 53-104, and C24 at their end."""
    model = settled_association(piece, 2 * WEEKS, world=world)
    lapses = model.record.rows[WEEKS : 2 * WEEKS, series.LAPSES].sum(axis=0)
    lived = sum(lapses[LAPSE_REASONS.index(reason)] for reason in ("value", "engagement"))
    return {"counts": burn_in_counts(model), "lapses": (float(lived), float(lapses.sum()))} | satisfied(model)


def trust(piece: Measuring) -> dict[str, tuple]:
    """C20: changes of trust of members with exactly one answer in a week, in the second year."""
    model = settled_association(piece, WEEKS)
    members, losses, gains = model.tables["members"], [], []
    for _ in range(WEEKS):
        rows = np.flatnonzero(members["alive"])
        before = {name: members[name][rows].copy() for name in ("trust", "let_downs", "answers")}
        model.burn_in(1)
        once = (members["answers"][rows] - before["answers"] == 1) & members["alive"][rows]
        bad = members["let_downs"][rows] > before["let_downs"]
        change = members["trust"][rows] - before["trust"]
        losses.append(np.abs(change[once & bad]))
        gains.append(np.abs(change[once & ~bad]))
    return {"C20": (float(np.median(np.concatenate(losses)) / np.median(np.concatenate(gains))),)}


def staff(piece: Measuring) -> dict[str, tuple]:
    """C21: of the staff hired in ten years, share still there after 12 and 24 months (Kaplan & Meier 1958)."""
    model = settled_association(piece, 10 * WEEKS)
    people = model.tables["staff"]
    hired, left = people["hired"].astype(int), people["left"].astype(int)
    mine, alive = hired >= 0, people["alive"]
    stayed = np.where(alive, model.now, left) - hired
    surviving, after = 1.0, {}
    for month, weeks in ((12, WEEKS), (24, 2 * WEEKS)):
        for week in range(0 if month == 12 else WEEKS, weeks):
            at_risk = np.count_nonzero(mine & (stayed >= week))
            surviving *= 1.0 - np.count_nonzero(mine & ~alive & (stayed == week)) / max(1, at_risk)
        after[month] = surviving
    return {"C21": (after[12],), "C21 (24 months)": (after[24],)}


def networks(piece: Measuring) -> dict[str, tuple]:
    """C09-C12 of a year of contacts among staff, with the climate of the reference policy."""
    world, luck = World().colleagues, (1, piece.replicate)
    units = contacts_of_units(world, Policy().climate, luck)
    small = [contacts_at_default_size(world, Policy().climate, (2, 10 * piece.replicate + turn)) for turn in range(5)]
    return {
        "C09": (float(np.mean([found["density_ratio"] for found in small])),), "C09 (21 units)": (units["density_ratio"],),
        "C10": (units["same_unit_share"],), "C11": (units["modularity"],), "C12": (units["degree_gini"],),
    }  # fmt: skip


def scores(found: list[tuple[Measuring, dict]], lived: bool) -> dict[str, float]:
    """Simulated value by target, from all pieces of work at one weight of lived experience."""
    parts: dict[str, list] = {}
    for piece, values in found:
        for name, value in values.items() if piece.lived == lived else ():
            parts.setdefault(name, []).append(value)
    counts = np.array(parts.pop("counts")).T
    result = {name: value for name, (value, _) in association_statistics(*counts).items()}
    left, lapses = np.array(parts.pop("lapses")).sum(axis=0)
    result["C08"] = float(left / lapses)
    return result | {name: float(np.mean(values)) for name, values in parts.items()}
