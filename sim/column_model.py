"""A Mesa model that owns tables, and everybody in it as one Mesa agent set.

Only public names of Mesa are overridden; no stepping code is.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Any

import mesa
from mesa.agentset import AbstractAgentSet, AgentSet, GroupBy

from sim.column_agent import ColumnAgent
from sim.columns import Table
from sim.roster import EVERYBODY, LazyAgentSet, Roster, upper_limit

IDENTIFIERS_PER_TABLE = 10**9
FIRST_PLAIN_IDENTIFIER = 10**12 + 1


class Everybody(LazyAgentSet):
    """All agents of a model: the living of each table in turn, then plain Mesa agents. It always follows the model."""

    def __init__(self, model: "ColumnModel"):
        self.model = model

    @property
    def parts(self) -> list[AbstractAgentSet]:
        """One roster a table, and Mesa's own set of the plain agents."""
        return [*(Roster(self.model, name) for name in self.model.agent_tables), self.model.plain_agents]

    def copy(self) -> AgentSet:
        """The same agents as an ordinary Mesa set."""
        return AgentSet(self, self.random)

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    def __iter__(self) -> Iterator[mesa.Agent]:
        return chain.from_iterable(self.parts)

    def __contains__(self, agent) -> bool:
        return agent in self.model

    def __repr__(self) -> str:
        return f"<Everybody: {len(self)} agents>"

    def get(self, attr_names, handle_missing="error", default_value=None) -> list:
        """One attribute, or a list of attributes, of each agent."""
        return [value for part in self.parts for value in part.get(attr_names, handle_missing, default_value)]

    def set(self, attr_name: str, value: Any) -> "Everybody":
        """Set an attribute of each agent."""
        for part in self.parts:
            part.set(attr_name, value)
        return self

    def select(self, filter_func=None, at_most=EVERYBODY, inplace=False, agent_type=None) -> AbstractAgentSet:
        """Agents for whom a function is true, of a type, and at most so many; a roster if all are of one table."""
        self._refuse(inplace)
        limit = upper_limit(at_most, len(self))
        parts = [part for part in (part.select(agent_type=agent_type) for part in self.parts) if len(part)]
        if len(parts) == 1:
            return parts[0].select(filter_func, limit)
        agents = chain(*parts)
        return AgentSet(islice(filter(filter_func, agents) if filter_func else agents, limit), self.random)

    def groupby(self, by: Callable | str, result_type: str = "agentset") -> GroupBy:
        """Groups of equal value of an attribute or a function."""
        return self.copy().groupby(by, result_type)

    def sort(self, key: Callable | str, ascending: bool = False, inplace: bool = False) -> AgentSet:
        """The agents in the order of an attribute or a function."""
        self._refuse(inplace)
        return self.copy().sort(key, ascending)

    def shuffle(self, inplace: bool = False) -> AgentSet:
        """The agents in random order."""
        self._refuse(inplace)
        return self.copy().shuffle(inplace=True)

    def _update(self, agents=None) -> None:
        raise TypeError("model.agents follows the model and cannot be edited; work on model.agents.copy()")

    add = discard = remove = _update

    def _refuse(self, inplace: bool) -> None:
        if inplace:
            self._update()


class ColumnModel(mesa.Model):
    """A Mesa model whose agents live in tables.

    Parameters
    ----------
    rng : int, sequence of int or numpy Generator, optional
        Seed of Mesa's own random numbers.

    Attributes
    ----------
    tables : dict of str to Table
        Filled by the subclass. One kind of agent has one table; tables of other rows are left alone.
    touched : dict of int to ColumnAgent
        Agents made so far, by ``unique_id``. They are held for ever, so that attributes a user gave them stay.
    """

    def __init__(self, *, rng=None):
        super().__init__(rng=rng)
        self.tables: dict[str, Table] = {}
        self.touched: dict[int, ColumnAgent] = {}
        self.agent_id_counter = FIRST_PLAIN_IDENTIFIER  # out of the way of the rows' numbers

    @property
    def agent_tables(self) -> dict[str, Table]:
        """The tables whose rows are agents."""
        return {name: table for name, table in self.tables.items() if issubclass(table.kind, ColumnAgent)}

    def table_name(self, kind: str | type) -> str:
        """The table that holds a kind of agent, given by name or by class."""
        if kind in self.tables and issubclass(self.tables[kind].kind, ColumnAgent):
            return kind
        for base in kind.__mro__ if isinstance(kind, type) else ():
            for name, table in self.agent_tables.items():
                if table.kind is base:
                    return name
        known = ", ".join(f"{name} ({table.kind.__name__})" for name, table in self.agent_tables.items())
        raise ValueError(f"no table of {getattr(kind, '__name__', kind)}; known: {known or 'none'}")

    # Who is there.

    def roster(self, kind: str | type) -> Roster:
        """The living of a kind, given by table name or class.

        A subclass kept in its parent's table gives a roster with fixed rows.
        """
        name = self.table_name(kind)
        roster = Roster(self, name)
        return roster if kind in (name, self.tables[name].kind) else roster.select(agent_type=kind)

    def agent_at(self, kind: str | type, row: int) -> ColumnAgent:
        """The agent of a row, living or departed; always the same object."""
        return next(self.agents_at(kind, [row]))

    def agents_at(self, kind: str | type, rows: Iterable[int]) -> Iterator[ColumnAgent]:
        """The agents of several rows, one after the other."""
        name = self.table_name(kind)
        table, first = self.tables[name], self._first_identifier(name)
        for row in rows:
            agent = self.touched.get(first + row)
            if agent is None:
                if not 0 <= row < table.count:
                    raise IndexError(f"{name} has rows 0 to {table.count - 1}, not {row}")
                agent = table.kind.__new__(table.kind)._view(self, table, int(row))
            yield agent

    def _first_identifier(self, name: str) -> int:
        return list(self.tables).index(name) * IDENTIFIERS_PER_TABLE + 1

    def others(self, name: str) -> list[ColumnAgent]:
        """Agents in a table whose class is a user's subclass of the table's kind."""
        table = self.tables[name]
        return [agent for agent in self.touched.values() if agent.table is table and type(agent) is not table.kind]

    def __contains__(self, agent) -> bool:
        """Whether an agent is in the model today."""
        if isinstance(agent, ColumnAgent):
            return agent.model is self and ("alive" not in agent.columns or agent.alive)
        return agent in self.plain_agents

    # What Mesa asks of a model.

    @property
    def plain_agents(self) -> AbstractAgentSet:
        """Agents without a row: instances of a user's own ``class Visitor(mesa.Agent)``."""
        return super().agents

    @mesa.Model.agents.getter
    def agents(self) -> Everybody:
        """All agents there are today."""
        return Everybody(self)

    @property
    def agents_by_type(self) -> dict[type, AbstractAgentSet]:
        """The agents of each type there are today."""
        by_type = {}
        for name, table in self.agent_tables.items():
            by_type[table.kind] = roster = Roster(self, name)
            for agent in self.others(name):
                if agent in self:
                    by_type.setdefault(type(agent), Roster(self, name, [])).add(agent)
                    roster.discard(agent)
        return by_type | super().agents_by_type

    @property
    def agent_types(self) -> list[type]:
        """The types of agents."""
        return list(self.agents_by_type)

    def register_agent(self, agent: mesa.Agent) -> None:
        """Give an agent its number; called by Mesa's constructor."""
        if not isinstance(agent, ColumnAgent):
            super().register_agent(agent)
            return
        name = next(name for name, table in self.tables.items() if table is agent.table)
        agent.unique_id = self._first_identifier(name) + agent.row
        self.touched[agent.unique_id] = agent

    def deregister_agent(self, agent: mesa.Agent) -> None:
        """Note that an agent has left; called by ``agent.remove()``. KeyError if it is not there."""
        if not isinstance(agent, ColumnAgent):
            super().deregister_agent(agent)
            return
        if agent not in self:
            raise KeyError(agent)
        if "alive" in agent.columns:
            agent.alive = False

    def remove_all_agents(self) -> None:
        """Remove everybody."""
        for name in self.agent_tables:
            Roster(self, name).do("remove")
        super().remove_all_agents()

    # Hooks for the bookkeeping of a subclass.

    def arrived(self, agent: ColumnAgent) -> None:
        """Called after ``Member(model, ...)`` has appended a row."""

    def departed(self, agent: ColumnAgent) -> None:
        """Called after ``agent.remove()`` has cleared ``alive``."""
