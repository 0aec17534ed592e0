"""How value and usage spread over members, and what complaints and contracts do to churn, as read from runs."""

from dataclasses import replace

import numpy as np

from experiments.settings.scenarios import scenario_named
from sim import Policy, RelationshipModel, World
from sim import recording as series
from sim.metrics.entry import top_share, whale_peak
from sim.processes.contracts import has_contract
from sim.steps import WEEKS

WEEKS_OF_DOLLARS = 39


def spread(world: World, replicate: int) -> dict[str, tuple]:
    """C13-C16 and C22 of the settled association in its second year, every leaver replaced.

    Dues are the same for all, so what stands for members' dollars (C13, C14) is how often they ask.
    """
    model = RelationshipModel(scenario_named("association"), world, Policy(), rng=1, replicate=replicate)
    model.burn_in(WEEKS)
    model.open_accounts()
    members, cohort = model.tables["members"], model.cohort
    complaints = members["complaints"][cohort].copy()
    model.burn_in(WEEKS_OF_DOLLARS)
    asked = members["answers"][cohort].astype(float)
    model.burn_in(WEEKS - WEEKS_OF_DOLLARS)
    value = members["value_organisation"][cohort]
    totals = model.record.rows[WEEKS : 2 * WEEKS].sum(axis=0)
    due, grieved, lapsed = totals[series.DUE], totals[series.DUE_GRIEVANCE], totals[series.LAPSED_GRIEVED]
    others = (due - totals[series.RENEWED] - lapsed) / (due - grieved)
    return {
        "C13": (top_share(asked, 0.1),), "C14": (top_share(asked, 0.2),), "C15": (float(np.mean(value < 0)),),
        "C16": (whale_peak(value),), "C22": (float(lapsed / grieved / others),),
        "C22 (complaining)": (float(np.mean(members["complaints"][cohort] > complaints)),),
    }  # fmt: skip


def lock_in(world: World, replicate: int, **scenario) -> dict[str, tuple]:
    """C23: yearly lapse rate of members without a contract over that of those with one, second year."""
    model = RelationshipModel(replace(scenario_named("lock_in"), **scenario), world, Policy(), rng=1, replicate=replicate)
    model.burn_in(2 * WEEKS)
    members, setting = model.tables["members"], model.given[0]["scenario"]
    bound = np.array([bool(has_contract(int(who), model.luck, setting)) for who in members["identity"]])
    there = (members["joined"] < WEEKS) & ((members["left"] < 0) | (members["left"] >= WEEKS))
    left = members["left"] >= WEEKS
    return {"C23": (float(left[there & ~bound].mean() / left[there & bound].mean()),)}
