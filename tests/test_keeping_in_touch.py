"""Keeping in touch with members of one's own choice; and layers of closeness, found by natural breaks."""

import itertools
import math

import numpy as np
import pytest
from conftest import differing, small_model, without, world_with
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import Policy
from sim import recording as series
from sim.layers import contacts_of_a_year, layers, mean_layers, met_at_least, natural_breaks, share_with_closest
from sim.processes import keeping_in_touch
from sim.processes.workload import HOUR
from sim.steps import WEEKS

QUICK = {"leadership__carry_weeks": 2.0}


def one_person_alone(members=20, own_time=0.5, **parameters):
    """Nothing happens but that the staff keep in touch; everybody's only tie is with the first of the staff, bonds differ."""
    world = world_with(encounters__bond_years=10.0, **{f"keeping_in_touch__{name}": value for name, value in parameters.items()})
    model = small_model(members, world=world, policy=Policy(own_time=own_time), off=without("keeping_in_touch"))
    ties = model.tables["ties"]
    ties["staff"][:] = -1
    ties["staff"][:: model.departments] = 0
    ties["bond"][:: model.departments] = np.linspace(0.1, 0.9, members)
    return model


def times_chosen(model, weeks):
    """How often each member is chosen, with bonds as they are today kept so."""
    counts = np.zeros(len(model.tables["members"]), int)
    for _ in range(weeks):
        model.tables["ties"]["last_contact"][:] = model.now
        model.step()
        for rows, _, _ in model.chosen:
            assert len(set(rows.tolist())) == len(rows)  # no more than once a week
            counts[rows] += 1
    return counts


def test_without_hours_of_their_own_all_is_as_if_the_process_were_off():
    models = [small_model(80, off=off) for off in ([], ["keeping_in_touch"])]
    for model in models:
        model.run_for(70)
    assert differing(*models) == set()
    assert models[0].record.rows.tobytes() == models[1].record.rows.tobytes()


def test_switched_off_the_lever_does_nothing():
    models = [small_model(80, policy=Policy(own_time=own), off=["keeping_in_touch"]) for own in (0.0, 4.0)]
    for model in models:
        model.run_for(60)
    assert differing(*models) == set()


@pytest.mark.parametrize("own_time", [0.2, 1.0, 2.3])
def test_hours_never_exceed_what_there_is(own_time):
    """Whole conversations, of which the last is had with the chance that keeps the mean."""
    model = small_model(120, policy=Policy(own_time=own_time))
    length = model.world.keeping_in_touch.hours
    spent = []
    for _ in range(120):
        model.step()
        hours = model.tables["staff"]["in_touch"] / HOUR  # also of those who have left since
        assert hours.max() <= math.ceil(own_time / length) * length
        assert hours.sum() == pytest.approx(model.record.rows[model.now - 1, series.IN_TOUCH_HOURS])
        spent.append(hours.sum() / model.record.rows[model.now - 1, series.STAFF])
    assert np.mean(spent[20:]) <= own_time + 3.0 * length / math.sqrt(100)
    assert np.mean(spent[20:]) > 0.5 * own_time


def test_nobody_is_chosen_who_has_left_or_has_no_tie():
    model = one_person_alone(own_time=8.0)
    model.tables["members"]["alive"][:3] = False
    model.tables["ties"]["staff"][3 * model.departments] = -1
    counts = times_chosen(model, 20)
    assert not counts[:4].any()
    assert counts.sum() == 16 * 20  # all who are left, every week: there is time for sixteen
    assert (counts[4:] == 20).all()


@pytest.mark.parametrize("preference", [0.0, 1.0, 2.0])
def test_one_conversation_a_week_goes_to_each_in_proportion_to_the_weight(preference):
    model = one_person_alone(preference=preference, stranger=0.05)
    weight = (model.tables["ties"]["bond"][:: model.departments].astype(float) + 0.05) ** preference
    expected, weeks = weight / weight.sum(), 2000
    counts = times_chosen(model, weeks)
    assert counts.sum() == weeks
    spread = np.sqrt(weeks * expected * (1.0 - expected))
    assert np.abs(counts - weeks * expected).max() < 4.0 * spread.max()
    if preference == 0.0:
        assert ((counts - weeks / len(counts)) ** 2 / (weeks / len(counts))).sum() < 43.8  # chi-square, 19 degrees, 0.001


def test_the_share_of_the_five_closest_rises_with_preference_and_is_even_without():
    """Weekly hours for two conversations among forty members; bonds grow and fade as they do."""
    shares = []
    for preference in (0.0, 1.0, 3.0):
        world = world_with(keeping_in_touch__preference=preference, encounters__bond_growth=0.05)
        off = without("keeping_in_touch", "encounters")
        model = small_model(40, world=world, policy=Policy(own_time=1.0), off=off, posts=5)
        ties = model.tables["ties"]
        ties["staff"][:] = -1
        ties["staff"][:: model.departments] = 0
        model.run_for(4 * WEEKS)
        shares.append(share_with_closest(contacts_of_a_year(model)))
    even = share_with_closest([np.sort(np.random.default_rng(1).multinomial(2 * WEEKS, np.full(40, 1 / 40)))[::-1]])
    assert shares[0] == pytest.approx(even, abs=0.08)
    assert shares[0] < shares[1] < shares[2]
    assert shares[2] > 2.0 * shares[0]


def test_conversations_take_hours_of_the_next_week_cost_money_and_are_on_the_books():
    models = [small_model(100, policy=Policy(own_time=own), off=["renewals", "growth"]) for own in (0.0, 2.0)]
    for model in models:
        model.run_for(10)
    arms = [models[0].fork(Policy(own_time=own)) for own in (0.0, 2.0)]
    for arm in arms:
        arm.enacted["own_time"] = arm.policy.own_time
        arm.step()
    seconds = arms[1].tables["staff"]["in_touch"].sum()
    value = [arm.tables["members"]["value_organisation"].sum() for arm in arms]
    cost = arms[1].record.total(series.IN_TOUCH_COST, 10, 11)
    assert seconds == round(arms[1].record.total(series.IN_TOUCH_HOURS, 10, 11) * HOUR) > 0
    assert value[0] - value[1] == pytest.approx(cost)
    assert cost == pytest.approx(seconds / HOUR * arms[1].world.accounts.hour_cost)
    for arm in arms:
        arm.step()
    demand = [arm.tables["staff"]["demand"].sum() for arm in arms]
    assert demand[1] - demand[0] == seconds
    assert arms[0].metrics()["in_touch"] == 0.0 < arms[1].metrics()["in_touch"]


def test_a_conversation_moves_trust_and_teaches_and_is_a_contact():
    models = [small_model(80, policy=Policy(own_time=own, information=1.0), off=["renewals", "growth"]) for own in (0.0, 4.0)]
    for model in models:
        model.run_for(WEEKS)
    trust, unsure, contacts = (
        [model.tables[table][name].astype(float).sum() for model in models]
        for table, name in (("members", "trust"), ("members", "uncertainty"), ("ties", "contacts"))
    )
    assert trust[1] > trust[0]
    assert unsure[1] < unsure[0]
    assert contacts[1] - contacts[0] > 0.5 * models[1].record.total(series.IN_TOUCH, 0, WEEKS)


def test_it_stops_when_departments_have_stopped():
    model = small_model(60, world=world_with(**QUICK), policy=Policy(own_time=2.0))
    model.run_for(10)
    arm = model.fork(Policy())
    arm.run_for(60)
    assert arm.chosen == ()
    assert not arm.tables["staff"]["in_touch"].any()


@given(st.floats(0, 8), st.floats(0.1, 4), st.integers(0, 2**32 - 1).map(lambda word: (word + 0.5) * 2.0**-32))
def test_conversations_are_whole_and_their_mean_is_what_hours_allow(hours, length, chance):
    number = keeping_in_touch.conversations(hours, length, chance)
    assert number in (math.floor(hours / length), math.floor(hours / length) + 1)
    assert (number == math.floor(hours / length) + 1) == (chance < hours / length - math.floor(hours / length))


# Layers.


def scatter(values, sizes):
    """Squared distances from the means of classes of these sizes, the lowest first."""
    parts = np.split(np.asarray(values, float), np.cumsum(sizes)[:-1])
    return sum(((part - part.mean()) ** 2).sum() for part in parts)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=4, max_size=9), st.integers(1, 4))
def test_natural_breaks_are_the_best_of_all_divisions(values, classes):
    values = np.sort(np.array(values))
    sizes = natural_breaks(values, classes)
    assert sizes.sum() == len(values) and (sizes > 0).all()
    cuts = itertools.combinations(range(1, len(values)), classes - 1)
    best = min(scatter(values, np.diff([0, *cut, len(values)])) for cut in cuts)
    assert scatter(values, sizes) == pytest.approx(best, abs=1e-9)


def test_layers_that_are_there_are_found():
    contacts = np.concatenate([np.full(5, 60), np.full(10, 15), np.full(35, 4), np.full(100, 1)])
    assert layers(contacts).tolist() == [5.0, 15.0, 50.0, 150.0]
    assert mean_layers([contacts, np.array([3, 2, 1])]).tolist() == [5.0, 15.0, 50.0, 150.0]  # three counts have no four layers
    assert share_with_closest([contacts]) == pytest.approx(300 / contacts.sum())
    assert [met_at_least([contacts], often) for often in (40, 12, 2, 1)] == [5.0, 15.0, 50.0, 150.0]


def test_nobody_has_no_layers():
    assert np.isnan(mean_layers([])).all()
    assert math.isnan(share_with_closest([])) and math.isnan(met_at_least([], 1))


def test_contacts_of_a_year_are_those_of_the_last_year():
    """Counted from the weekly numbers of the ties, one by one."""
    model = small_model(60, policy=Policy(own_time=1.0))
    model.run_for(WEEKS)
    made, before = {}, None
    for _ in range(WEEKS):
        ties = model.tables["ties"]
        before = {name: ties[name].copy() for name in ("staff", "since", "contacts")}
        model.step()
        ties = model.tables["ties"]
        for row in range(len(ties)):
            old = row < len(before["staff"]) and ties["staff"][row] == before["staff"][row] and ties["since"][row] == before["since"][row]
            new = int(ties["contacts"][row]) - (int(before["contacts"][row]) if old else 0)
            made[row] = (made.get(row, 0) if old else 0) + new
    alive = np.repeat(model.tables["members"]["alive"], model.departments)
    staff = model.tables["ties"]["staff"]
    present = [row for row in made if made[row] and alive[row] and model.tables["staff"]["alive"][staff[row]]]
    assert sorted(made[row] for row in present) == sorted(np.concatenate(contacts_of_a_year(model)).tolist())
