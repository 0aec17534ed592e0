"""The model over tables: several at once, copies and files, and what else of Mesa works with it as with Mesa's own."""

import copy
import pickle

import mesa
import numpy as np
import pytest
from table_world import Visitor, World, mean_trust, rows

from sim.agents import Member
from sim.column_model import ColumnModel


def test_two_live_models_do_not_mix():
    one, other = World(), World()
    one.agent_at("members", 0).trust = 0.125
    other.agent_at("members", 0).trust = 0.875
    other.tables["members"].add(100)
    assert (one.agent_at("members", 0).trust, other.agent_at("members", 0).trust) == (0.125, 0.875)
    assert one.agent_at("members", 0) not in other.agents


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_of_a_model_is_complete_and_independent(world, duplicate):
    held, visitor = world.agent_at("members", 2), Visitor(world)
    held.friend, held.mood = visitor, ["calm"]
    world.agent_at("staff", 1).remove()
    world.run_for(2)
    copied = duplicate(world)
    twin_of_held = copied.agent_at("members", 2)
    assert twin_of_held is not held
    assert twin_of_held.model is copied
    assert twin_of_held.table is copied.tables["members"]
    assert twin_of_held.mood == ["calm"]
    assert twin_of_held.mood is not held.mood
    assert twin_of_held.friend in copied.agents
    assert twin_of_held.friend is not visitor
    assert rows(copied.crew) == [0, 2]
    assert copied.crew.table is copied.tables["staff"]
    for name, table in world.tables.items():
        for column in table.kind.columns:
            assert np.array_equal(table[column], copied.tables[name][column])
            assert not np.may_share_memory(table[column], copied.tables[name][column])
    twin_of_held.trust = 0.0625
    copied.run_for(3)
    Member(copied)
    assert held.trust != 0.0625
    assert (world.time, copied.time, len(world.log)) == (2, 5, 3)
    assert (len(world.agents), len(copied.agents)) == (9, 10)
    assert world.rng.random() == copied.rng.random()


# The rest of Mesa.


def test_the_data_collector_sees_members_staff_and_visitors(world):
    Visitor(world)
    collector = mesa.DataCollector(
        model_reporters={"trust": mean_trust, "people": lambda model: len(model.agents)},
        agent_reporters={"number": "unique_id", "row": lambda agent: getattr(agent, "row", None)},
        agenttype_reporters={Member: {"trust": "trust", "alive": "alive"}, Visitor: {"trust": "trust"}},
    )
    collector.collect(world)
    world.agent_at("members", 0).remove()
    world.run_for(1)
    collector.collect(world)
    assert collector.get_model_vars_dataframe()["people"].tolist() == [10, 9]
    assert len(collector.get_agent_vars_dataframe()) == 19
    members = collector.get_agenttype_vars_dataframe(Member)
    assert members.loc[1]["trust"].tolist() == world.roster("members").get("trust")
    assert members["alive"].all()
    assert all(type(value) is float for record in collector._agenttype_records[1][Member] for value in record[2:3])
    assert len(collector.get_agenttype_vars_dataframe(Visitor)) == 2


def test_time_and_events_are_mesas(world):
    world.schedule_event(world.agent_at("members", 1).remove, at=2.5)
    world.run_until(3)
    assert world.log == [1, 2, ("departed", "Member", 1, False), 3]
    world.step()
    assert world.time == 4


def test_a_dataframe_has_one_line_an_agent(world):
    frame = world.roster("members").sort("identity").to_dataframe()
    assert frame["identity"].is_monotonic_decreasing
    assert frame.loc[3, "needs_1"] == world.agent_at("members", 3).needs[1]


def test_random_numbers_of_the_constructor():
    assert World(rng=7).rng.random() == World(rng=7).rng.random() == np.random.default_rng(7).random()
    with pytest.raises(TypeError):
        ColumnModel(7)
