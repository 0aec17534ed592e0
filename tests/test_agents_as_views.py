"""An agent is a view of a row: it reads and writes its cells, arrives and leaves with them, and stores nothing else."""

import gc

import numpy as np
import pytest
from table_world import Scholar, Visitor, Volunteer, World, rows

from sim.agents import Member, Staff
from sim.column_model import ColumnModel
from sim.columns import Table
from sim.rows import Tie


@pytest.mark.parametrize(("name", "kind"), [("members", Member), ("staff", Staff)])
def test_an_agent_reads_and_writes_its_row_in_every_column(world, name, kind):
    table = world.tables[name]
    for column in kind.columns:
        for row in range(len(table)):
            agent, cell = world.agent_at(name, row), table[column][row]
            assert np.array_equal(getattr(agent, column), cell)
            if not kind.columns[column].width:
                assert type(getattr(agent, column)) in (int, float, bool)  # reporters deep-copy anything else
            before = table[column].copy()
            setattr(agent, column, table[column][row - 1].copy())
            assert np.array_equal(table[column][row], before[row - 1])
            others = np.arange(len(table)) != row
            assert np.array_equal(table[column][others], before[others])
    assert world.agent_at(name, 1).to_dict() == {column: table[column][1].tolist() for column in kind.columns}
    assert repr(world.agent_at(name, 1)).startswith(f"{kind.__name__}(row=1, ")


def test_running_and_whole_columns_make_no_agents(world):
    members = world.roster("members")
    world.run_for(10)
    members.set("trust", 0.25).get(["trust", "needs"])
    members.agg("trust", [np.mean, min])
    members.groupby("main_domain").agg("trust", np.mean)
    members.sort("belief").select(at_most=0.5).shuffle().copy().to_dataframe()
    members.select(members.column("trust") < 1).set("owner", np.arange(6))
    world.agents.get("alive"), world.agents.agg("identity", max), world.agents.set("alive", True)
    assert (len(world.agents), len(world.agents_by_type), len(world.agent_types)) == (9, 2, 2)
    assert len(world.agents.select(agent_type=Member)) == 6
    world.collector.collect(world)
    assert len(world.touched) == 0
    assert world.log == list(range(1, 11))


def test_an_agent_is_the_same_object_for_ever_and_its_number_does_not_depend_on_the_order_of_touch():
    forward, backward = World(), World()
    first = {id(agent) for agent in forward.agents}
    numbers = [agent.unique_id for agent in forward.agents]
    backward.agent_at(Staff, 2), backward.agent_at("members", np.int64(4))
    assert [agent.unique_id for agent in backward.agents] == numbers
    assert len(set(numbers)) == 9
    assert min(numbers) > 0
    forward.agent_at("members", 3).mood = "curious"
    gc.collect()
    assert {id(agent) for agent in forward.agents} == first
    assert forward.agent_at("members", 3).mood == "curious"
    assert type(backward.agent_at("members", 4).row) is int


def test_agents_follow_a_table_that_grows(world):
    held, roster, shown = world.agent_at("members", 0), world.roster("members"), world.agents
    held.trust = 0.75
    world.tables["members"].add(100)
    held.belief = 0.5
    assert (held.trust, world.tables["members"]["belief"][0]) == (0.75, 0.5)
    assert (len(roster), len(shown)) == (106, 109)
    assert world.agent_at("members", 105) in roster


@pytest.mark.parametrize("row", [-1, 6, 10**9])
def test_a_row_that_is_not_there_is_refused(world, row):
    with pytest.raises(IndexError, match="members has rows 0 to 5"):
        world.agent_at("members", row)
    assert len(world.touched) == 0


# Arriving and leaving.


def test_a_member_made_by_hand_gets_a_row(world):
    newcomer = Member(world, trust=0.4, needs=np.arange(5), estimate=1)
    assert newcomer.row == 6
    assert (newcomer.trust, newcomer.holder.tolist(), newcomer.left) == (0.4, [-1] * 5, -1)
    assert (newcomer.needs.tolist(), newcomer.estimate.tolist()) == ([0, 1, 2, 3, 4], [1] * 5)
    assert world.agent_at("members", 6) is newcomer
    assert newcomer in world.agents
    assert world.log == [("arrived", "Member", 6)]
    several = Staff.create_agents(world, 2, skill=[0.1, 0.2])
    assert [person.skill for person in several] == [0.1, 0.2]


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        ({"trsut": 1}, TypeError, "Member has no column trsut; known: alive, renewal_week"),
        ({"trust": "high"}, ValueError, "could not convert"),
        ({"renewal_week": 300}, OverflowError, "out of bounds"),
        ({"needs": [1, 2]}, ValueError, "broadcast"),
    ],
)
def test_a_wrong_value_leaves_no_half_agent_behind(world, columns, error, message):
    with pytest.raises(error, match=message):
        Member(world, **{"trust": 0.9, **columns})
    assert (len(world.tables["members"]), len(world.touched), world.log) == (6, 0, [])


def test_who_is_removed_keeps_row_and_object_and_is_told_to_the_model_once(world):
    leaver, everybody, members = world.agent_at("members", 2), world.agents, world.roster("members")
    leaver.remove()
    leaver.remove()
    assert world.log == [("departed", "Member", 2, False)]
    assert leaver not in everybody
    assert leaver not in members
    assert rows(members) == [0, 1, 3, 4, 5]
    assert world.agent_at("members", 2) is leaver
    assert len(world.tables["members"]) == 6
    with pytest.raises(KeyError):
        world.deregister_agent(leaver)


def test_an_error_in_the_hook_is_not_swallowed(world):
    world.departed = {}.__getitem__
    with pytest.raises(KeyError):
        world.agent_at("staff", 0).remove()


def test_a_cleared_flag_is_a_departure_at_once(world):
    members, shown = world.roster("members"), world.agents
    world.tables["members"]["alive"][[0, 5]] = False
    assert rows(members) == [1, 2, 3, 4]
    assert len(shown) == 7
    assert members.column("trust").tolist() == members.get("trust") == [agent.trust for agent in members]
    assert members.to_dataframe().index.tolist() == [1, 2, 3, 4]


def test_a_selection_is_a_cohort_that_keeps_its_departed(world):
    cohort = world.roster("members").select(at_most=4)
    world.agent_at("members", 1).remove()
    world.tables["members"].add(3)
    assert rows(cohort) == [0, 1, 2, 3]
    assert cohort.agg("alive", np.mean) == 0.75
    assert cohort.map("to_dict")[1]["alive"] is False


@pytest.mark.parametrize(
    "take",
    [lambda world: world.agents, lambda world: world.roster("members"), lambda world: world.roster("members").copy()],
)
@pytest.mark.parametrize("verb", ["do", "shuffle_do", "map"])
def test_who_departs_before_the_turn_comes_is_passed_over(world, take, verb):
    visited, agents = [], take(world)

    def oust_all_others(agent):
        visited.append(agent)
        take(world).select(lambda other: other is not agent).do("remove")

    getattr(agents, verb)(oust_all_others)
    assert len(visited) == len(take(world)) == 1


def test_remove_all_agents_empties_the_model(world):
    Visitor(world)
    world.remove_all_agents()
    assert len(world.agents) == 0
    assert len(world.log) == 9


# A user's subclasses.


def test_a_subclass_without_columns_lives_in_its_parents_table(world):
    volunteer = Volunteer(world, trust=0.5)
    assert (volunteer.row, volunteer.friends, volunteer.help(), volunteer.help(amount=3)) == (6, [], 3, 6)
    assert rows(world.agents_by_type[Volunteer]) == rows(world.roster(Volunteer)) == [6]
    assert rows(world.agents_by_type[Member]) == [0, 1, 2, 3, 4, 5]
    assert len(world.roster("members")) == 7
    volunteer.remove()
    assert world.agent_types == [Member, Staff]


def test_a_table_can_be_of_a_users_kind():
    class Club(ColumnModel):
        def __init__(self):
            super().__init__(rng=1)
            self.tables = {"members": Table(Volunteer, 2), "scholars": Table(Scholar, 2)}

    club = Club()
    club.tables["members"].add(2)
    club.tables["scholars"].add(2)
    assert club.roster("members").map("help") == [3, 3]
    assert club.agent_at("members", 0).friends is not club.agent_at("members", 1).friends
    assert Scholar(club, marks=9).unique_id != Volunteer(club).unique_id
    assert club.roster(Scholar).get("marks") == [5, 5, 9]
    with pytest.raises(ValueError, match=r"no table of Member; known: members \(Volunteer\), scholars \(Scholar\)"):
        Member(club)


@pytest.mark.parametrize("kind", ["guests", "ties", Tie, Visitor])
def test_an_unknown_kind_is_named(world, kind):
    with pytest.raises(ValueError, match=r"known: members \(Member\), staff \(Staff\)"):
        world.roster(kind)
