"""Networks of the staff: with whom of their colleagues they talk. (How close they are to members: :mod:`sim.layers`.)

Read-outs for metrics and for checks against data; the week in progress does not need them.
"""

import math

import numpy as np

from sim.compiled import making_kernel
from sim.luck import decision, draws, normal, poisson
from sim.processes.colleagues import own_department_weight, talk_partner

CONTACTS, PARTNERS, PEOPLE = (decision(f"staff_networks.{what}") for what in ("contacts", "partners", "people"))
MOST = 400  # contacts of one person in a week


@making_kernel
def talk_counts(sociability, first_post, climate, weeks, luck, world):
    """How often each pair of people talks in so many weeks.

    Parameters
    ----------
    sociability : array of shape (people,)
        How much each talks, in the order of departments.
    first_post : array of int, shape (departments + 1,)
        Where each department begins.
    climate : float, 0..1
        How well departments work together.
    weeks : int
    world : record of ColleagueParameters

    Returns
    -------
    array of int, shape (people, people)
        Contacts of each pair; symmetric.
    """
    people = len(sociability)
    counts = np.zeros((people, people), np.int32)
    cumulative = np.zeros(people + 1)
    for seat in range(people):
        cumulative[seat + 1] = cumulative[seat] + sociability[seat]
    usual = cumulative[people] / people
    weight = own_department_weight(climate, world)
    for unit in range(len(first_post) - 1):
        for seat in range(first_post[unit], first_post[unit + 1]):
            for week in range(weeks):
                mean = world.talks * sociability[seat] / usual
                for turn in range(min(MOST, poisson(min(mean, 300.0), draws(luck, CONTACTS, week, seat, 0, 0)[0]))):
                    inside, which, _, _ = draws(luck, PARTNERS, week, seat, 0, turn)
                    partner = talk_partner(seat, unit, cumulative, first_post, weight, inside, which)
                    if partner != seat:
                        counts[seat, partner] += 1
                        counts[partner, seat] += 1
    return counts


def sociable_people(people: int, spread: float, luck) -> np.ndarray:
    """How much so many people talk with colleagues: lognormal, median 1."""
    return np.array([math.exp(spread * normal(draws(luck, PEOPLE, 0, seat, 0, 0)[0])) for seat in range(people)])


def measures(counts: np.ndarray, first_post: np.ndarray) -> dict[str, float]:
    """What targets C09-C12 ask of a network of contacts.

    Returns
    -------
    dict
        density_ratio (pairs in contact within departments over pairs between them), same_unit_share (of pairs in
        contact), modularity (Newman 2006, PNAS 103(23), of pairs in contact), degree_gini.
    """
    unit = np.repeat(np.arange(len(first_post) - 1), np.diff(first_post))
    linked = np.triu(counts > 0, 1)
    same = np.triu(unit[:, None] == unit[None, :], 1)
    different = np.triu(unit[:, None] != unit[None, :], 1)
    inside, outside = (
        linked[same].mean() if same.any() else math.nan,
        linked[different].mean() if different.any() else math.nan,
    )
    degree, links = (linked + linked.T).sum(axis=1), linked.sum()
    expected = (
        sum((degree[unit == k].sum() / (2.0 * links)) ** 2 for k in range(len(first_post) - 1)) if links else math.nan
    )
    share = linked[same].sum() / links if links else math.nan
    ranked = np.sort(degree)
    ranks = np.arange(1, len(ranked) + 1)
    gini = (
        2.0 * (ranks * ranked).sum() / (len(ranked) * ranked.sum()) - (len(ranked) + 1) / len(ranked)
        if links
        else math.nan
    )
    return {
        "density_ratio": float(inside / outside) if outside else math.nan, "same_unit_share": float(share),
        "modularity": float(share - expected), "degree_gini": float(gini),
    }  # fmt: skip


def talk_beyond_department(model) -> float:
    """Share of contacts among the staff of today that go beyond their own department, as expected."""
    staff, world = model.tables["staff"], model.world.colleagues
    there = staff["alive"]
    unit, sociability = staff["department"][there], staff["sociability"][there]
    inside = np.bincount(unit, sociability, model.departments)[unit] - sociability
    outside = np.maximum(0.0, sociability.sum() - inside - sociability)  # rounding must not make less than nobody
    weight = np.exp(world.apartness * (1.0 - np.asarray(model.enacted["climate"])[unit]))
    total = weight * inside + outside
    talking = total > 0.0
    share = outside[talking] / total[talking]
    return float(np.average(share, weights=sociability[talking])) if talking.any() else math.nan
