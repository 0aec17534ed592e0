"""Mesa's agents, agent sets and model over tables: state in columns, agents made when somebody asks for one.

A :class:`ColumnAgent` is a real Mesa agent that is a view on one row. A :class:`Roster` is a Mesa agent set over
the rows of one table: verbs that name a column work on whole columns, verbs with a callable hand out agents. A
:class:`ColumnModel` is a Mesa model that owns the tables. Only public names of Mesa are overridden.
"""

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, MutableSet
from itertools import chain, islice
from math import ceil
from operator import attrgetter
from random import Random
from typing import Any

import mesa
import numpy as np
import pandas as pd
from mesa.agentset import AbstractAgentSet, AgentSet, GroupBy

from sim.columns import Column, Rows, Table

IDENTIFIERS_PER_TABLE = 10**9
FIRST_PLAIN_IDENTIFIER = 10**12 + 1
EVERYBODY = float("inf")


class ColumnAgent(Rows, mesa.Agent):
    """A Mesa agent that is a view on one row of a table.

    ``Member(model, trust=0.4)`` appends a row. For rows that are there already the model makes the agent when it is
    first asked for; ``__init__`` does not run then, since to look at somebody may not change the columns. A
    subclass sets attributes of its own in the class body or in :meth:`awake`.

    Parameters
    ----------
    model : ColumnModel
        The model to join.
    **columns
        Values of columns in the new row; the others start at their default.

    Attributes
    ----------
    table : Table
        The table that holds the state.
    row : int
        The row of this agent, for ever.
    unique_id : int
        Number in the model. It follows from table and row, not from the order in which agents are asked for.
    """

    def __init__(self, model: "ColumnModel", **columns):
        unknown = sorted(columns.keys() - self.columns.keys())
        if unknown:
            known = ", ".join(self.columns)
            raise TypeError(f"{type(self).__name__} has no column {', '.join(unknown)}; known: {known}")
        table = model.tables[model.table_name(type(self))]
        # Every value is converted before the row exists: a wrong one must not leave half an agent behind.
        cells = {}
        for name, value in columns.items():
            array = table.column(name)
            cells[name] = np.broadcast_to(np.asarray(value, array.dtype), array.shape[1:])
        row = table.add(1).start
        for name, cell in cells.items():
            table.column(name)[row] = cell
        self._view(model, table, row)
        model.arrived(self)

    def _view(self, model: "ColumnModel", table: Table, row: int) -> "ColumnAgent":
        """Become the view on a row, through Mesa's own constructor."""
        self.table, self.row = table, row
        super().__init__(model)
        self.awake()
        return self

    def awake(self) -> None:
        """Called once, when this object is made; a subclass gives itself attributes beyond the columns here."""

    def remove(self) -> None:
        """Leave the model. The row stays, with ``alive = False``, and so does this object."""
        departing = self in self.model
        super().remove()
        if departing:
            # Told from here and not from deregister_agent: Mesa would swallow a KeyError raised on the way.
            self.model.departed(self)

    def to_dict(self) -> dict[str, Any]:
        """All columns as plain Python numbers, vector columns as lists."""
        return {name: self.table.column(name)[self.row].tolist() for name in self.columns}

    def __repr__(self) -> str:
        scalars = [name for name, column in self.columns.items() if not column.width]
        shown = "".join(f", {name}={getattr(self, name)!r}" for name in scalars[:3])
        return f"{type(self).__name__}(row={self.row}{shown})"


class LazyAgentSet(AbstractAgentSet):
    """What a roster and the set of all agents have in common: the verbs that hand out real agents."""

    model: "ColumnModel"
    _fixed = None  # the rows of a set that no longer follows the model

    @property
    def random(self) -> Random:
        """The random numbers behind ``shuffle`` and ``shuffle_do``, as in every Mesa agent set."""
        return self.model.random

    @abstractmethod
    def copy(self) -> AbstractAgentSet:
        """The same agents as a set that no longer follows the model."""

    def __copy__(self) -> AbstractAgentSet:
        return self.copy()

    def _from_iterable(self, agents: Iterable) -> AgentSet:
        # Python's set operators &, |, - and ^ make their results here.
        return AgentSet(agents, self.random)

    def to_list(self) -> list:
        """The agents, in order."""
        return list(self)

    def do(self, method: str | Callable, *args, **kwargs):
        """Call a method or function on each agent in turn; who departs before the turn comes is passed over."""
        self._in_turn(self.to_list(), method, args, kwargs)
        return self

    def shuffle_do(self, method: str | Callable, *args, **kwargs):
        """As :meth:`do`, in random order."""
        agents = self.to_list()
        self.random.shuffle(agents)
        self._in_turn(agents, method, args, kwargs)
        return self

    def map(self, method: str | Callable, *args, **kwargs) -> list:
        """As :meth:`do`, and return the results."""
        return self._in_turn(self.to_list(), method, args, kwargs)

    def _in_turn(self, agents: list, method: str | Callable, args: tuple, kwargs: dict) -> list:
        # Fixed rows may be of people who left long ago; they are visited, only new departures are passed over.
        had_left = set() if self._fixed is None else {agent for agent in agents if agent not in self.model}
        turns = (agent for agent in agents if agent in self.model or agent in had_left)
        if isinstance(method, str):
            return [getattr(agent, method)(*args, **kwargs) for agent in turns]
        return [method(agent, *args, **kwargs) for agent in turns]


class Roster(LazyAgentSet):
    """An ordered Mesa agent set over rows of one table.

    A roster taken from the model follows it: it always shows who is there now. What ``select``, ``sort``,
    ``shuffle``, ``groupby`` and ``copy`` return holds fixed rows instead, departures included, like a cohort.

    Parameters
    ----------
    model : ColumnModel
        The model that owns the table.
    name : str
        Name of the table in ``model.tables``.
    rows : array of int, optional
        Fixed rows in order; by default the rows of the living.
    """

    def __init__(self, model: "ColumnModel", name: str, rows: Iterable[int] | None = None):
        self.model, self.name = model, name
        self._fixed = None if rows is None else np.fromiter(dict.fromkeys(rows), np.int64)

    @property
    def table(self) -> Table:
        """The table behind the roster."""
        return self.model.tables[self.name]

    @property
    def rows(self) -> np.ndarray:
        """The rows of the agents in this set, in order."""
        if self._fixed is not None:
            return self._fixed
        if "alive" in self.table.kind.columns:
            return np.flatnonzero(self.table.column("alive"))
        return np.arange(self.table.count)

    def column(self, name: str) -> np.ndarray:
        """A copy of one column, for the agents in this set."""
        return self.table.column(name)[self.rows]

    def to_dataframe(self) -> pd.DataFrame:
        """All columns of the agents in this set, one line each, indexed by row; vectors as ``name_0``, ``name_1``..."""
        return pd.DataFrame(self.table.to_dict()).loc[self.rows].rename_axis("row")

    def copy(self) -> "Roster":
        """The same agents as a roster with fixed rows."""
        return Roster(self.model, self.name, self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[ColumnAgent]:
        return self.model.agents_at(self.name, self.rows.tolist())

    def __contains__(self, agent) -> bool:
        if not isinstance(agent, ColumnAgent) or agent.table is not self.table:
            return False
        return agent in self.model if self._fixed is None else bool(np.any(self._fixed == agent.row))

    def __repr__(self) -> str:
        return f"<Roster of {len(self)} {self.name}{'' if self._fixed is None else ', rows fixed'}>"

    # Changing who is in the set: the rows are fixed from then on, the model is left alone.

    def _settle(self, rows: Iterable[int], inplace: bool) -> "Roster":
        """The roster with these rows: this one or a new one."""
        settled = Roster(self.model, self.name, rows)
        if not inplace:
            return settled
        self._fixed = settled._fixed
        return self

    def _update(self, agents: Iterable[ColumnAgent]) -> "Roster":
        return self._settle((agent.row for agent in agents), inplace=True)

    def add(self, agent: ColumnAgent) -> None:
        """Put an agent of the same table into the set."""
        if not isinstance(agent, ColumnAgent) or agent.table is not self.table:
            raise TypeError(f"{agent!r} is not in the table {self.name!r} of this model")
        if agent not in self:
            self._settle([*self.rows.tolist(), agent.row], inplace=True)

    def discard(self, agent: ColumnAgent) -> None:
        """Take an agent out of the set if it is there."""
        if agent in self:
            self._settle(self.rows[self.rows != agent.row].tolist(), inplace=True)

    remove = MutableSet.remove  # as discard, but KeyError for an agent that is not there

    # Verbs that name an attribute: whole columns, or Mesa's own verb on real agents for any other attribute.

    def _column(self, name) -> Column | None:
        """The declaration behind an attribute; None if it is not a column, or no longer one in a subclass."""
        declared = getattr(self.table.kind, name, None) if isinstance(name, str) else None
        return declared if isinstance(declared, Column) else None

    def _agent_set(self) -> AgentSet:
        return AgentSet(self, self.random)

    def get(self, attr_names, handle_missing="error", default_value=None) -> list:
        """One attribute, or a list of attributes, of each agent, as Python numbers."""
        names = [attr_names] if isinstance(attr_names, str) else list(attr_names)
        if handle_missing not in ("error", "default") or not names or not all(map(self._column, names)):
            return self._agent_set().get(attr_names, handle_missing, default_value)
        columns = [list(cells) if cells.ndim > 1 else cells.tolist() for cells in map(self.column, names)]
        return columns[0] if isinstance(attr_names, str) else [list(cells) for cells in zip(*columns, strict=True)]

    def set(self, attr_name: str, value: Any) -> "Roster":
        """Set an attribute of each agent; for a column also from an array with one value an agent."""
        if self._column(attr_name):
            self.table.column(attr_name)[self.rows] = value
        else:
            self._agent_set().set(attr_name, value)
        return self

    def agg(self, attribute: str, func: Callable | Iterable[Callable]) -> Any:
        """One function, or several, of all values of an attribute."""
        if not callable(func):
            return [self.agg(attribute, function) for function in func]
        column = self._column(attribute)
        # NumPy's functions take the column, in full width: what becomes of an int8 would soon overflow. All others
        # get a list of Python numbers, as in Mesa.
        if column and getattr(func, "__module__", "") == "numpy":
            return func(self.column(attribute).astype(type(column.dtype.type().item())))
        return func(self.get(attribute))

    def groupby(self, by: Callable | str, result_type: str = "agentset") -> GroupBy:
        """Groups of equal value of an attribute or a function, in order of first appearance."""
        column = self._column(by)
        keys = self.get(by) if column and not column.width else map(by if callable(by) else attrgetter(by), self)
        groups = defaultdict(list)
        for key, row in zip(keys, self.rows.tolist(), strict=True):
            groups[key].append(row)
        if result_type == "agentset":
            return Groups({key: Roster(self.model, self.name, rows) for key, rows in groups.items()})
        return GroupBy({key: list(self.model.agents_at(self.name, rows)) for key, rows in groups.items()})

    def sort(self, key: Callable | str, ascending: bool = False, inplace: bool = False) -> "Roster":
        """The agents in the order of an attribute or a function; equals keep their order."""
        rows = self.rows.tolist()
        values = self.get(key) if self._column(key) else map(attrgetter(key) if isinstance(key, str) else key, self)
        value_of = dict(zip(rows, values, strict=True))
        return self._settle(sorted(rows, key=value_of.__getitem__, reverse=not ascending), inplace)

    def shuffle(self, inplace: bool = False) -> "Roster":
        """The agents in random order."""
        rows = self.rows.tolist()
        self.random.shuffle(rows)
        return self._settle(rows, inplace)

    def select(self, filter_func=None, at_most=EVERYBODY, inplace=False, agent_type=None) -> "Roster":
        """Agents for whom a function is true, of a type, and at most so many (or such a share) of them.

        Parameters
        ----------
        filter_func : callable or array of bool, optional
            Called with each agent; or one truth value an agent, which makes no agents:
            ``members.select(members.column("trust") < 0.3)``.
        at_most : int or float
            A number, or a share if it is a float up to 1.
        inplace : bool
            Narrow this roster instead of returning a new one.
        agent_type : type, optional
            Keep agents of this type.
        """
        limit = upper_limit(at_most, len(self))
        rows = self.rows
        if isinstance(filter_func, np.ndarray):
            rows, filter_func = rows[filter_func], None
        chosen = iter(rows.tolist())
        if agent_type and not issubclass(self.table.kind, agent_type):
            others = {agent.row for agent in self.model.others(self.name) if isinstance(agent, agent_type)}
            chosen = (row for row in chosen if row in others)
        if filter_func:
            chosen = (agent.row for agent in self.model.agents_at(self.name, chosen) if filter_func(agent))
        return self._settle(islice(chosen, limit), inplace)


class Groups(GroupBy):
    """Mesa's groups, with whole-column totals."""

    def agg(self, attr_name: str, func: Callable) -> dict:
        """A function of all values of an attribute, for each group."""
        return {key: group.agg(attr_name, func) for key, group in self.groups.items()}


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


def upper_limit(at_most: float, size: int) -> int:
    """How many agents Mesa's ``at_most`` lets through: a number, or a share if it is a float up to 1."""
    if isinstance(at_most, float) and at_most <= 1:
        at_most = int(size * at_most)
    return max(0, ceil(min(at_most, size)))
