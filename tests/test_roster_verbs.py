"""Rosters do what Mesa's own sets of the same agents do, verb by verb."""

import copy
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mesa.agentset import AbstractAgentSet, AgentSet, GroupBy
from table_world import Visitor, World, groups_of, rows, twin

from sim.agents import Member, Staff
from sim.column_agent import ColumnAgent
from sim.roster import Roster

columns = st.sampled_from([name for name, column in Member.columns.items() if not column.width])


@settings(max_examples=60, deadline=None)
@given(columns, st.data())
def test_verbs_equal_those_of_a_mesa_set_of_the_same_agents(name, data):
    world = World(members=data.draw(st.integers(1, 12)))
    size = len(world.tables["members"])
    world.tables["members"]["alive"][:] = data.draw(st.lists(st.booleans(), min_size=size, max_size=size))
    roster = world.roster("members")
    if data.draw(st.booleans()):
        roster = roster.shuffle()
    mesas = twin(roster)
    assert isinstance(roster, AbstractAgentSet)
    assert len(roster) == len(mesas)
    assert roster.to_list() == mesas.to_list()
    assert roster.get(name) == mesas.get(name)
    assert [type(value) for value in roster.get(name)] == [type(value) for value in mesas.get(name)]
    assert roster.get([name, "trust"]) == mesas.get([name, "trust"])
    for function in [np.sum, sum, len, sorted, partial(np.sum, initial=2), lambda values: values.count(0)]:
        assert roster.agg(name, function) == mesas.agg(name, function)
    if len(roster):
        functions = [min, np.max, np.mean, np.std]
        assert roster.agg(name, functions) == mesas.agg(name, functions)
    for by in [name, lambda agent: agent.renewal_week % 3, "unique_id"]:
        ours, theirs = roster.groupby(by), mesas.groupby(by)
        assert isinstance(ours, GroupBy)
        assert list(groups_of(ours).items()) == list(groups_of(theirs).items())
        assert ours.count() == theirs.count()
        assert ours.agg("trust", max) == theirs.agg("trust", max)
        assert groups_of(roster.groupby(by, result_type="list")) == groups_of(theirs)
    ascending, at_most = data.draw(st.booleans()), data.draw(st.integers(-1, 13) | st.floats(0, 1) | st.just(2.5))
    for key in [name, lambda agent: -agent.trust]:
        assert rows(roster.sort(key, ascending=ascending)) == rows(mesas.sort(key, ascending=ascending))
    for choice in [{}, {"agent_type": Member}, {"agent_type": Staff}, {"filter_func": lambda agent: agent.trust > 0.4}]:
        assert rows(roster.select(at_most=at_most, **choice)) == rows(mesas.select(at_most=at_most, **choice))
    assert rows(roster.shuffle()) == rows(mesas.shuffle())
    assert roster.map("to_dict") == mesas.map("to_dict")
    visited = []
    roster.shuffle_do(visited.append)
    assert visited == mesas.shuffle().to_list()
    assert roster == set(mesas)
    assert roster - roster.select(at_most=1) == set(mesas.to_list()[1:])


@settings(max_examples=40, deadline=None)
@given(columns, st.integers(0, 1))
def test_set_writes_what_mesa_writes(name, value):
    ours, mesas = World(), World()
    for world in (ours, mesas):
        world.tables["members"]["alive"][2] = False
    assert ours.roster("members").set(name, value).table is ours.tables["members"]
    AgentSet(list(mesas.roster("members")), mesas.random).set(name, value)
    for column, cells in ours.tables["members"].to_dict().items():
        assert np.array_equal(cells, mesas.tables["members"].to_dict()[column])


def test_set_spreads_an_array_over_the_agents_in_order(world):
    chosen = world.roster("members").select(lambda agent: agent.row in (1, 4)).sort("identity", ascending=False)
    chosen.set("trust", np.array([0.125, 0.25]))
    assert [world.agent_at("members", row).trust for row in rows(chosen)] == [0.125, 0.25]
    chosen.set("needs", np.arange(10).reshape(2, 5))
    assert [cells.tolist() for cells in chosen.get("needs")] == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]


def test_small_integers_do_not_overflow_in_a_sum():
    world = World(members=50)
    world.roster("members").set("renewal_week", 51)
    assert world.roster("members").agg("renewal_week", [sum, np.sum]) == [2550, 2550]
    assert world.roster("members").agg("renewal_week", np.max) * 10 == 510


def test_inplace_narrows_the_roster_itself(world):
    roster = world.roster("members")
    assert roster.select(at_most=4, inplace=True) is roster
    assert roster.sort("identity", inplace=True) is roster
    assert roster.shuffle(inplace=True) is roster
    assert sorted(rows(roster)) == [0, 1, 2, 3]
    assert len(world.roster("members")) == 6


def test_membership_can_be_edited_without_touching_the_model(world):
    roster, first, stranger = world.roster("members"), world.agent_at("members", 0), World().agent_at("members", 0)
    roster.remove(first)
    roster.discard(first)
    with pytest.raises(KeyError):
        roster.remove(first)
    assert first not in roster
    roster.add(first)
    roster.add(first)
    assert rows(roster) == [1, 2, 3, 4, 5, 0]
    assert first.alive
    assert stranger not in roster
    assert rows(Roster(world, "members", [3, 1, 3])) == [3, 1]
    for wrong in (stranger, world.agent_at("staff", 0)):
        roster.discard(wrong)
        assert len(roster) == 6
        with pytest.raises(TypeError, match="not in the table 'members'"):
            roster.add(wrong)
    for change in (world.agents.add, world.agents.discard, world.agents.remove):
        with pytest.raises(TypeError, match="follows the model"):
            change(first)
    with pytest.raises(TypeError, match="follows the model"):
        world.agents.shuffle(inplace=True)
    with pytest.raises(AttributeError, match=r"model\.agents"):
        world.agents = []


def test_attributes_of_a_students_own_work_in_every_verb(world):
    members = world.roster("members")
    for agent in members:
        agent.mood = agent.row % 2
    members.select(at_most=1).set("mood", 7)
    assert members.get("mood") == [7, 1, 0, 1, 0, 1]
    assert members.get(["mood", "row"])[1] == [1, 1]
    assert members.agg("mood", sum) == 10
    assert groups_of(members.groupby("mood")) == {7: [0], 1: [1, 3, 5], 0: [2, 4]}
    assert members.groupby("mood").agg("mood", sum) == {7: 7, 1: 3, 0: 0}
    assert rows(members.sort("mood")) == [0, 1, 3, 5, 2, 4]
    with pytest.raises(AttributeError):
        members.get("mod")
    with pytest.raises(ValueError, match="handle_missing"):
        members.get("trust", handle_missing="ignore")
    assert members.get("mod", handle_missing="default", default_value=0) == [0] * 6


def test_a_change_that_changes_nothing_leaves_a_roster_following_the_model(world):
    roster = world.roster("members")
    world.agent_at("members", 5).remove()
    roster.add(world.agent_at("members", 0))
    roster.discard(world.agent_at("members", 5))
    snapshots = [roster.copy(), copy.copy(roster), roster.select()]
    world.tables["members"].add(2)
    assert len(roster) == 7
    assert [len(snapshot) for snapshot in snapshots] == [5, 5, 5]


def test_a_property_in_place_of_a_column_wins():
    class Shy(Member):
        trust = property(lambda agent: 0.5 * agent.belief)

    world = World()
    world.tables["members"].kind = Shy
    members = world.roster("members")
    assert members.get("trust") == [agent.trust for agent in members] != members.column("trust").tolist()


# All agents of the model, plain ones included.


def test_a_plain_mesa_agent_lives_beside_ours(world):
    visitor = Visitor(world, trust=0.9)
    assert visitor in world.agents
    assert len({agent.unique_id for agent in world.agents}) == len(world.agents) == 10
    assert world.agents.to_list()[-1] is visitor
    assert world.agent_types == [Member, Staff, Visitor]
    assert world.agents_by_type[Visitor].to_list() == [visitor]
    assert world.agents.select(agent_type=Visitor).to_list() == [visitor]
    assert isinstance(world.agents.select(agent_type=Member), Roster)
    assert world.agents.get("trust", "default", None) == [*world.roster(Member).get("trust"), None, None, None, 0.9]
    ours = world.agents.select(agent_type=ColumnAgent)
    assert groups_of(ours.groupby(type)) == {Member: [*range(6)], Staff: [*range(3)]}
    assert world.agents.groupby(type).count() == {Member: 6, Staff: 3, Visitor: 1}
    visitor.remove()
    assert visitor not in world.agents
    assert len(world.agents) == 9


def test_verbs_on_all_agents_equal_mesas(world):
    Visitor(world)
    everybody, mesas = world.agents, twin(world.agents)
    everybody.set("score", 3)
    assert everybody.get(["unique_id", "score"]) == mesas.get(["unique_id", "score"])
    assert everybody.agg("unique_id", [sum, max]) == mesas.agg("unique_id", [sum, max])
    assert everybody.sort("unique_id").to_list() == mesas.sort("unique_id").to_list()
    assert everybody.map(repr) == mesas.map(repr)
    for at_most in (0, 7, 0.5, 1.0):
        for agent_type in (None, Staff, ColumnAgent):
            for filter_func in (None, lambda agent: agent.unique_id % 2):
                choice = {"filter_func": filter_func, "at_most": at_most, "agent_type": agent_type}
                assert everybody.select(**choice).to_list() == mesas.select(**choice).to_list()
    assert everybody.shuffle().to_list() == mesas.shuffle().to_list()
    assert copy.copy(everybody).to_list() == (everybody | everybody).to_list() == mesas.to_list()
