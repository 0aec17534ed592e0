"""Contacts among staff against e-mail of a research institution (targets C09-C12), and the search behind the defaults."""

import itertools
from dataclasses import replace

import numpy as np

from sim import World
from sim.scenario import Scenario, posts_by_department
from sim.staff_networks import measures, sociable_people, talk_counts

# Sizes of 21 departments (381 people) of the e-mail network email-Eu-core of a European research institution (Leskovec,
# Kleinberg & Faloutsos 2007, "Graph evolution: densification and shrinking diameters", ACM Transactions on Knowledge
# Discovery from Data 1(1); departments: Yin, Benson, Leskovec & Gleich 2017, "Local higher-order graph clustering",
# KDD): half of its 42 departments, drawn at random.
UNIT_SIZES = (61, 55, 39, 35, 29, 29, 25, 22, 14, 13, 10, 10, 8, 8, 6, 4, 4, 3, 3, 2, 1)
BANDS = {
    "density_ratio": (6.0, 14.0), "same_unit_share": (0.40, 0.56), "modularity": (0.30, 0.45),
    "degree_gini": (0.40, 0.60), "default_size": (6.0, 14.0),
}  # fmt: skip
CLIMATE = 0.3  # of the reference policy
GRID = {"apartness": (5.0, 5.25, 5.5, 5.75), "sociability_spread": (1.1, 1.2, 1.3, 1.4), "talks": (0.2, 0.3, 0.4, 0.5)}


def contacts(sizes, colleagues, climate: float, luck) -> dict[str, float]:
    """What a year of contacts looks like in departments of these sizes."""
    first_post = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    world = np.array([colleagues.record()], dtype=type(colleagues).record_dtype)[0]
    people = sociable_people(int(first_post[-1]), colleagues.sociability_spread, luck)
    return measures(talk_counts(people, first_post, climate, 52, luck, world), first_post)


def contacts_of_units(colleagues, climate: float, luck) -> dict[str, float]:
    """The same on the structure of the data."""
    return contacts(UNIT_SIZES, colleagues, climate, luck)


def contacts_at_default_size(colleagues, climate: float, luck) -> dict[str, float]:
    """The same in the association at its default size."""
    scenario = Scenario()
    posts = posts_by_department(scenario.members // scenario.members_per_post, scenario.departments)
    return contacts(np.diff(posts), colleagues, climate, luck)


def closeness_to_bands(colleagues, seeds: int = 3) -> tuple[float, dict[str, float]]:
    """Distance to the nearer end of a band, the worst of all, over half its width (negative: outside); and the measures."""
    units = [contacts_of_units(colleagues, CLIMATE, (1, seed)) for seed in range(seeds)]
    small = [contacts_at_default_size(colleagues, CLIMATE, (2, seed)) for seed in range(10 * seeds)]
    found = {name: float(np.mean([one[name] for one in units])) for name in units[0]}
    found["default_size"] = float(np.mean([one["density_ratio"] for one in small]))
    return min(2.0 * min(found[n] - low, high - found[n]) / (high - low) for n, (low, high) in BANDS.items()), found


def search():
    """All points of the grid with how well they meet the bands, best first: (score, parameters, measures)."""
    points = [dict(zip(GRID, values, strict=True)) for values in itertools.product(*GRID.values())]
    found = [(*closeness_to_bands(replace(World().colleagues, **point)), point) for point in points]
    return sorted(((score, point, measured) for score, measured, point in found), key=lambda line: -line[0])
