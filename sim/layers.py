"""Layers of closeness: how a person's contacts fall on the members they are in touch with, found as the field finds them.

Who called whom how often within a year was sorted into layers by the natural breaks of the logarithm of contacts (Mac
Carron, Kaski & Dunbar 2016, "Calling Dunbar's numbers", Social Networks 47: 4.1, 11.0, 29.8 and 128.9 people; Hill &
Dunbar 2003: support clique 5, sympathy group 15, affinity group 50, active network 150). Breaks divide any counts, even
those of people who turn to everybody alike: small counts fall into a few whole numbers, the largest of which few reach.
So layers are told in two more ways, the share of contacts that the five closest get, and how many are met how often.
Read-outs only: nothing here is known to any rule of the week.
"""

import math

import numpy as np

from sim.compiled import making_kernel

LAYERS = ("support_clique", "sympathy_group", "affinity_group", "active_network")
MET = (40, 12, 2, 1)
"""Contacts a year of somebody met in most weeks, monthly, half-yearly and yearly, which go with the layers (Hill & Dunbar 2003)."""
CLOSEST = 5  # people whose share of contacts is looked at (Saramaki et al. 2014, PNAS 111(3))


@making_kernel
def natural_breaks(values, classes):
    """Divide sorted values into classes so that the squared distances within classes are least: exact, by dynamic programming.

    One-dimensional k-means (Fisher 1958, "On grouping for maximum homogeneity", JASA 53(284); as "natural breaks", Jenks).

    Parameters
    ----------
    values : array of float, ascending
    classes : int, 1..number of values

    Returns
    -------
    array of int, shape (classes,)
        Values in each class, the lowest first.
    """
    many = len(values)
    centre = values.mean()
    total, squares = np.zeros(many + 1), np.zeros(many + 1)
    for place in range(many):
        value = values[place] - centre
        total[place + 1] = total[place] + value
        squares[place + 1] = squares[place] + value * value
    least, begins = np.full((classes + 1, many + 1), np.inf), np.zeros((classes + 1, many + 1), np.int64)
    least[0, 0] = 0.0
    for number in range(1, classes + 1):
        for end in range(number, many + 1):
            for begin in range(number - 1, end):
                summed = total[end] - total[begin]
                within = squares[end] - squares[begin] - summed * summed / (end - begin)
                if least[number - 1, begin] + within < least[number, end]:
                    least[number, end], begins[number, end] = least[number - 1, begin] + within, begin
    sizes, end = np.zeros(classes, np.int64), many
    for number in range(classes, 0, -1):
        sizes[number - 1] = end - begins[number, end]
        end = begins[number, end]
    return sizes


def note_contacts(model) -> None:
    """Note the contacts of all ties so far; once a year, so that a year's contacts can be told without a column more."""
    model.noted = model.now, model.tables["ties"]["contacts"].copy()


def contacts_of_a_year(model) -> list[np.ndarray]:
    """Contacts of each person on the staff with each member in touch, most first; one array a person.

    Counted since they were last noted: a year at the end of every whole year of a run, less in between. In touch are
    members of today with at least one contact in that time, as an active network is told in the field.
    """
    since, before = model.noted
    ties, staff = model.tables["ties"], model.tables["staff"]
    made = ties["contacts"].astype(np.int64)
    # A tie that has begun since then, perhaps in the place of another, has had all its contacts since then.
    made[: len(before)] -= np.where(ties["since"][: len(before)] < since, before, 0)
    held = np.repeat(model.tables["members"]["alive"], model.departments) & (ties["staff"] >= 0) & (made > 0)
    held[held] &= staff["alive"][ties["staff"][held]]
    return by_person(ties["staff"][held], made[held])


def by_person(who: np.ndarray, contacts: np.ndarray) -> list[np.ndarray]:
    """Contacts of each person, most first."""
    order = np.lexsort((-contacts, who))
    return np.split(contacts[order], np.flatnonzero(np.diff(who[order])) + 1) if len(who) else []


def layers(contacts: np.ndarray) -> np.ndarray:
    """Cumulative sizes of the layers of one person, the closest first; not a number for fewer different counts than layers."""
    if len(np.unique(contacts)) < len(LAYERS):
        return np.full(len(LAYERS), math.nan)
    return np.cumsum(natural_breaks(np.log(contacts[::-1].astype(np.float64)), len(LAYERS))[::-1]).astype(float)


def mean_layers(people: list[np.ndarray]) -> np.ndarray:
    """Cumulative sizes of the layers, mean over those who have as many different counts as there are layers."""
    found = np.array([layers(contacts) for contacts in people]).reshape(-1, len(LAYERS))
    found = found[~np.isnan(found[:, 0])]
    return found.mean(axis=0) if len(found) else np.full(len(LAYERS), math.nan)


def share_with_closest(people: list[np.ndarray], few: int = CLOSEST) -> float:
    """Share of a person's contacts that went to those met most often, mean over people."""
    shares = [contacts[:few].sum() / contacts.sum() for contacts in people]
    return float(np.mean(shares)) if shares else math.nan


def met_at_least(people: list[np.ndarray], often: int) -> float:
    """Members met at least so often, mean over people."""
    return float(np.mean([np.count_nonzero(contacts >= often) for contacts in people])) if people else math.nan
