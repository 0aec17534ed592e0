"""Speaking with members who have not asked; and who comes first in the hours that duties leave."""

import math

import numpy as np
import pytest
from conftest import arrays_of, differing, small_model, some_of, world_with
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import Policy, World
from sim import recording as series
from sim.compiled import COMPILING
from sim.policy import policy_rows
from sim.processes import communication, workload
from sim.processes.workload import EVEN, HOUR
from sim.steps import WEEKS

UNSEEN = settings(max_examples=100, deadline=None)
unit = st.floats(0, 1)
worlds, policies = some_of(type(World().communication)).map(lambda world: numbers(world)), some_of(Policy).map(lambda one: levers(one))
QUICK = {"leadership__carry_weeks": 2.0}


def numbers(world):
    """Parameters as the record that rules are given."""
    rows = np.array([world.record()], dtype=type(world).record_dtype)
    return (rows if COMPILING else rows.view(np.recarray))[0]


def levers(policy):
    """A policy as the record that rules are given."""
    return policy_rows([policy])[0]


# To all alike.


@UNSEEN
@given(unit, unit, worlds)
def test_what_is_known_goes_to_where_it_settles(start, sent, world):
    usual = communication.settled_knowing(world["usual"], world)
    settled = communication.settled_knowing(sent, world) - usual
    beyond, before = start - usual, abs(start - usual - settled)
    for _ in range(20):
        beyond = communication.moved_knowing(beyond, sent, world)
        assert abs(beyond - settled) <= before + 1e-12
        before = abs(beyond - settled)
    assert -1e-9 <= beyond + usual <= 1.0 + 1e-9


def test_what_is_known_follows_the_closed_form():
    world, sent = World().communication, 0.6
    heard = world.reach * sent * math.exp(-world.tiring * sent)
    settled = heard / (heard + world.forgetting)
    usual = communication.settled_knowing(world.usual, numbers(world))
    beyond = 0.0
    for _ in range(30):
        beyond = communication.moved_knowing(beyond, sent, numbers(world))
    kept = (1.0 - heard - world.forgetting) ** 30
    assert beyond == pytest.approx((settled - usual) * (1.0 - kept), rel=1e-9)


def test_attention_tires():
    most, world = 1.0 / World().communication.tiring, numbers(World().communication)
    assert communication.settled_knowing(most, world) > communication.settled_knowing(1.0, world)
    assert communication.settled_knowing(most, world) > communication.settled_knowing(0.3, world)


def test_the_conventional_amount_moves_nobody_and_sending_costs_the_same_for_any_number():
    spent = []
    for members in (60, 240):
        model = small_model(members, off=["growth"])
        model.run_for(WEEKS)
        assert model.known_offer[0] == 0.0
        spent.append(model.record.total(series.SENDING, 0, WEEKS))
    assert spent[0] == pytest.approx(spent[1]) == pytest.approx(World().communication.sending * 0.2)


def test_an_organisation_is_founded_with_what_its_policy_leads_to():
    model = small_model(policy=Policy(broadcast=0.6))
    known = float(model.known_offer[0])
    model.run_for(30)
    assert known > 0.05
    assert float(model.known_offer[0]) == pytest.approx(known)
    assert small_model(policy=Policy(broadcast=0.6), off=["communication"]).known_offer[0] == 0.0


# One by one.


def test_each_member_is_talked_with_once_a_year_if_all_are():
    model = small_model(60, world=world_with(**QUICK), policy=Policy(dialogue=1.0), off=["renewals", "growth"])
    model.run_for(WEEKS)
    assert model.record.total(series.TALKED_WITH, 0, WEEKS) == 60
    assert model.record.total(series.COMMUNICATING, 0, WEEKS) == pytest.approx(60 * World().communication.talk_hours)


def test_a_conversation_is_work_for_the_staff_in_the_following_week():
    models = [small_model(60, world=world_with(**QUICK), policy=Policy(dialogue=share), off=["renewals", "growth"]) for share in (0, 1)]
    for model in models:
        model.step()
    conversing = models[1].tables["staff"]["conversing"].sum()
    assert conversing == models[1].record.total(series.TALKED_WITH, 0, 1) * HOUR
    for model in models:
        model.step()
    demand = [int(model.tables["staff"]["demand"].sum()) for model in models]
    assert demand[1] - demand[0] == conversing > 0


def test_conversations_teach_win_trust_and_cost_what_they_cost():
    world = world_with(**QUICK, needs__requests=0.01)
    models = [small_model(80, world=world, policy=Policy(dialogue=share), off=["growth", "renewals"]) for share in (0.0, 1.0)]
    for model in models:
        model.run_for(WEEKS)
    silent, spoken = (model.metrics() for model in models)
    assert spoken["knowledge"] > silent["knowledge"] + 0.1
    assert spoken["trust_mean"] > silent["trust_mean"] + 0.01
    hours = World().communication.talk_hours * World().accounts.hour_cost
    assert silent["value_organisation_mean"] - spoken["value_organisation_mean"] == pytest.approx(hours, abs=0.004)


@pytest.mark.parametrize("off", ["learning", "trust", "encounters", "friendships"])
def test_what_is_off_is_not_moved_by_speaking_either(off):
    model = small_model(80, world=world_with(**QUICK), policy=Policy(dialogue=1.0, gather=1.0), off=[off])
    members, before = model.tables["members"], model.tables["members"]["estimate"].copy()
    trust, ties = members["trust"].copy(), model.tables["ties"]["staff"].copy()
    model.run_for(30)
    same = {
        "learning": np.array_equal(members["estimate"][:80], before), "trust": np.array_equal(members["trust"][:80], trust),
        "encounters": np.array_equal(model.tables["ties"]["staff"][: len(ties)], ties),
        "friendships": len(model.tables["friendships"]) == 0,
    }  # fmt: skip
    assert same[off]


# Meetings.


@UNSEEN
@given(unit, worlds)
def test_more_of_those_who_trust_come(trust, world):
    chance = communication.turnout_chance(trust, world)
    assert world["turnout"] / 3.0 - 1e-12 <= chance <= world["turnout"] + 1e-12


def test_everybody_is_invited_once_a_year_and_some_come():
    model = small_model(200, world=world_with(**QUICK), policy=Policy(gather=1.0), off=["renewals", "growth"])
    model.run_for(WEEKS)
    assert model.record.total(series.INVITED, 0, WEEKS) == 200
    came = model.record.total(series.CAME, 0, WEEKS)
    assert 40 < came < 140
    world = World().communication
    hours = 4 * world.tending_hours + 4 * world.meeting_hours  # nobody has more than one meeting a season to hold
    assert model.record.total(series.COMMUNICATING, 0, WEEKS) == pytest.approx(hours)


def test_guests_get_to_know_each_other_and_only_if_they_come():
    friends = []
    for turnout in (0.0, 1.0):
        world = world_with(**QUICK, communication__turnout=turnout, friendships__meets=0)
        model = small_model(200, world=world, policy=Policy(gather=1.0), off=["renewals", "growth"])
        before = (model.tables["friendships"]["other"] >= 0).sum()
        model.run_for(WEEKS)
        friends.append(int((model.tables["friendships"]["other"] >= 0).sum() - before))
    assert friends[0] == 0 < 100 < friends[1]


def test_friends_made_at_meetings_know_each_other():
    world = world_with(**QUICK, communication__turnout=1.0, friendships__meets=0, friendships__bridging=0.0)
    model = small_model(300, world=world, policy=Policy(gather=1.0), off=["renewals", "growth"])
    model.run_for(WEEKS)
    other = model.tables["friendships"]["other"].reshape(300, -1)
    pairs = {(row, int(one)) for row in range(300) for one in other[row] if one >= 0}
    assert len(pairs) > 100
    assert all((b, a) in pairs for a, b in pairs)  # nobody's list is full here
    assert all(a != b for a, b in pairs)


def test_switched_off_speaking_does_nothing():
    loud = Policy(broadcast=1.0, dialogue=1.0, gather=1.0)
    models = [small_model(80, policy=policy, off=["communication"]) for policy in (Policy(), loud)]
    for model in models:
        model.run_for(60)
    assert differing(*models) == set()
    same = [arrays_of(model) for model in models]
    assert {name for name in same[0] if same[0][name].tobytes() != same[1][name].tobytes()} == {"declared", "enacted"}


def test_speaking_stops_when_departments_have_stopped():
    model = small_model(60, world=world_with(**QUICK), policy=Policy(dialogue=1.0, gather=1.0))
    model.run_for(10)
    arm = model.fork(Policy())
    arm.run_for(60)
    assert not arm.speaking
    assert not arm.tables["staff"]["conversing"].any()
    assert arm.spoken_with == () or all(len(rows) == 0 for rows, _, _ in arm.spoken_with)


# Who comes first.


@UNSEEN
@given(policies, st.floats(0, 10))
def test_what_one_gains_others_lose(policy, slack):
    weights = [policy["first_members"], policy["first_partners"], policy["first_staff"]]
    shares = [workload.put_first(weight, policy) for weight in weights]
    assert all(0.0 <= share <= 1.0 for share in shares)
    assert sum(shares) == pytest.approx(1.0) or not any(weights)
    gains = [workload.slack_beyond_even(weight, policy, slack) for weight in weights]
    assert sum(gains) == pytest.approx(0.0, abs=1e-9)


def test_an_even_division_moves_nobody_a_bit():
    for weight in (0.0, 0.1, 0.5, 1.0):
        even = levers(Policy(first_members=weight, first_partners=weight, first_staff=weight))
        assert workload.put_first(weight, even) == pytest.approx(EVEN, abs=1e-15)
        assert workload.slack_beyond_even(weight, even, 3.0) == pytest.approx(0.0, abs=1e-15)
    assert workload.slack_beyond_even(0.5, levers(Policy()), 3.0) == 0.0


def test_members_first_gives_them_the_hours_of_the_two_others():
    models = [
        small_model(60, policy=Policy(first_members=first, first_partners=1.0 - first, first_staff=0.0)) for first in (0.0, 1.0)
    ]
    for model in models:
        model.step()
    hours = [model.record.total(series.AVAILABLE, 0, 1) / model.record.total(series.ON_DUTY, 0, 1) for model in models]
    assert hours[1] - hours[0] == pytest.approx(World().routing.slack_hours)


def test_staff_first_trains_and_rests_them():
    first = Policy(first_members=0.0, first_partners=0.0, first_staff=1.0)
    models = [small_model(60, world=world_with(**QUICK), policy=policy) for policy in (Policy(), first)]
    for model in models:
        model.run_for(60)
    usual, rested = (model.tables["staff"] for model in models)
    assert rested["trained"].mean() > usual["trained"].mean() + 0.02
    assert rested["morale"][:6].mean() > usual["morale"][:6].mean()
