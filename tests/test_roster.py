"""Agents, rosters and the model over tables do what Mesa's own do, and nothing more is stored than the columns."""

import copy
import gc
import pickle
from functools import partial

import mesa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mesa.agentset import AbstractAgentSet, AgentSet, GroupBy

from sim.agents import Member, Staff, Tie
from sim.column_model import ColumnModel
from sim.columns import Column, Table
from sim.roster import ColumnAgent, Roster

pytestmark = pytest.mark.filterwarnings("error")
DEPARTMENTS = 3


def mean_trust(model):
    return float(model.roster("members").agg("trust", np.mean))


class World(ColumnModel):
    """A few members and staff with arbitrary but fixed values, so that every column tells rows apart."""

    def __init__(self, members=6, staff=3, rng=1):
        super().__init__(rng=rng)
        self.tables = {
            "members": Table(Member, DEPARTMENTS, capacity=2),
            "staff": Table(Staff, DEPARTMENTS, capacity=2),
            "ties": Table(Tie, DEPARTMENTS),
        }
        self.log = []
        for name, rows in {"members": members, "staff": staff}.items():
            table = self.tables[name]
            table.add(rows)
            for place, column in enumerate(table.kind.columns):
                cells = table.column(column)
                values = (np.arange(cells.size) * 7 + place) % 11
                cells[:] = (values / 10 if cells.dtype.kind == "f" else values).reshape(cells.shape)
            table.column("alive")[:] = True
        self.crew = self.roster("staff")
        self.collector = mesa.DataCollector({"trust": mean_trust})

    def step(self):
        self.log.append(self.time)

    def arrived(self, agent):
        self.log.append(("arrived", type(agent).__name__, agent.row))

    def departed(self, agent):
        self.log.append(("departed", type(agent).__name__, agent.row, agent.alive))


class Volunteer(Member):
    """A user's subclass with attributes, no columns."""

    hours = 2

    def awake(self):
        self.friends = []

    def help(self, amount=1):
        self.hours += amount
        return self.hours


class Scholar(Member):
    """A user's subclass with a column of its own."""

    marks = Column("i2", "count", 0, 100, "marks", default=5)


class Visitor(mesa.Agent):
    """A plain Mesa agent."""

    def __init__(self, model, trust=0.5):
        super().__init__(model)
        self.trust = trust


@pytest.fixture
def world():
    return World()


def twin(roster):
    """Mesa's own set of the same agents, with the same random numbers to come."""
    shuffler = type(roster.random)()
    shuffler.setstate(roster.random.getstate())
    return AgentSet(list(roster), shuffler)


def rows(agents):
    return [agent.row for agent in agents]


def groups_of(grouped):
    return {key: rows(group) for key, group in grouped}


# The agent is a view.


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


# Verbs are Mesa's verbs.

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


# Several models, copies, files.


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
