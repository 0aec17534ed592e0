"""Joint draws of a policy, a world and luck, and what becomes of each beside the conventional organisation."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from tqdm import tqdm

from experiments.rigged.people import Snapshot, correlations, shares
from experiments.rigged.weights import composite
from experiments.runs.replicates import settled_organisation
from experiments.settings.scenarios import scenario_named
from experiments.settings.schema import Design
from experiments.sweeps.cells import Cells
from experiments.sweeps.designs import Factor, factors_of, latin, spelt_out
from sim import Policy, World
from sim import recording as series
from sim.metrics import measure
from sim.policy import LEVERS
from sim.steps import WEEKS

DRAWS, MEMBERS, YEARS = 500, 600, 3
ONE_WORLD, NEAR_WORLDS, ALL_WORLDS = "one", "near", "all"
NEAR = 0.2  # of the way from the default to an end of the range
REFERENCE, MIX, LEVER = "conventional", "mix", "lever."
METRICS = ("value_member_mean", "value_surplus_mean", "retention_rate", "margin", "members", "recruits", "staff_turnover",
           "quality_received", "contacts_with_closest", "first_year_retention_mixed")  # fmt: skip


@dataclass(frozen=True)
class Draw:
    """One draw: its number, also that of its luck; whether its world is random; its values."""

    number: int
    worlds: str
    values: tuple[float, ...]


def factors(worlds: str) -> list[Factor]:
    """What is drawn: all levers and, with random worlds, all parameters of the world, each over its declared range."""
    groups = ["policy"] if worlds == ONE_WORLD else ["policy", "world"]
    return factors_of(spelt_out(groups, scenario_named("association")))


def draws(worlds: str, count: int = DRAWS, seed: int = 1) -> list[Draw]:
    """The draws; each lever and parameter is spread evenly over its range, and they are independent of each other.

    Parameters of near worlds go a fifth of the way from the default to the end of their ranges; levers go all the way.
    """
    varied = factors(worlds)
    design = Design(kind="lhs", vary=[factor.name for factor in varied], points=count)
    points = latin(varied, design, seed)
    usual = {f"world.{group}.{name}": value for group, name, _, value in World.parameters()}
    for place, factor in enumerate(varied):
        if worlds == NEAR_WORLDS and factor.section == "world":
            points[:, place] = usual[factor.name] + NEAR * (points[:, place] - usual[factor.name])
        if factor.kind is not float:
            points[:, place] = np.round(points[:, place])
    return [Draw(number, worlds, tuple(point)) for number, point in enumerate(points.tolist())]


def cells(worlds: str, members: int = MEMBERS, years: int = YEARS) -> Cells:
    """The organisation that all draws start from."""
    return Cells(
        scenario=replace(scenario_named("association"), members=members), world=World(), policies={MIX: Policy()},
        reference=(REFERENCE, Policy()), factors=tuple((factor.name, factor.kind) for factor in factors(worlds)),
        years=years, seed=1, paired=True,
    )  # fmt: skip


def yearly_margin(model, first: int) -> tuple[float, float]:
    """Margin and revenue of the year that begins in week ``first``; dues."""
    totals = model.record.rows[first : first + WEEKS].sum(axis=0)
    return float(totals[series.REVENUE] - sum(totals[which] for which in series.SPENT)), float(totals[series.REVENUE])


def run(draw: Draw, members: int = MEMBERS, years: int = YEARS) -> dict:
    """Both arms of one draw: the outcomes of each by name, and what its people say about published effects."""
    setting = cells(draw.worlds, members, years)
    job, _, arms = setting.at(draw.values, draw.number)
    model, _ = settled_organisation(job)
    before, revenue = yearly_margin(model, model.now - WEEKS)
    mix = job.policies[arms[1]]
    row = {"draw": draw.number, "worlds": draw.worlds, "composite": composite(mix), "strictness": mix.strictness,
           "spread": job.world.needs.spread} | {f"{LEVER}{name}": getattr(mix, name) for name in LEVERS}  # fmt: skip
    people = {}
    for label, name in ((arms[0], REFERENCE), (arms[1], MIX)):
        arm = model.fork(job.policies[label])
        arm.run_for(WEEKS * (years - 1))
        snapshot = Snapshot(arm)
        arm.run_for(WEEKS)
        outcome = arm.outcome()
        measured = measure(outcome)
        row |= {f"{name}.{metric}": measured[metric] for metric in METRICS}
        row[f"{name}.margin_growth"] = (yearly_margin(arm, arm.now - WEEKS)[0] - before) / revenue
        row |= {f"{name}.{key}": value for key, value in shares(snapshot, arm, outcome).items()}
        people[name] = correlations(snapshot, arm)
    return {"row": row, "people": people}


def run_all(wanted: list[Draw], members: int = MEMBERS, years: int = YEARS, workers: int = 2) -> tuple[pd.DataFrame, dict]:
    """All draws: one row each, and the sums behind correlations by kind of worlds, arm and name."""
    if not wanted:
        return pd.DataFrame(), {}
    run(wanted[0], 60, 2)  # compiles before workers start
    done = Parallel(n_jobs=workers, return_as="generator")(delayed(run)(draw, members, years) for draw in wanted)
    rows, people = [], {}
    for draw, found in zip(wanted, tqdm(done, total=len(wanted), desc="draws"), strict=True):
        rows.append(found["row"])
        for arm, sums in found["people"].items():
            for name, parts in sums.items():
                people.setdefault((draw.worlds, arm, name), []).append(parts)
    return pd.DataFrame(rows), {key: np.array(parts) for key, parts in people.items()}
