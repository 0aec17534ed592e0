"""Mesa's agent sets over tables: agents are made when somebody asks for one.

A :class:`Roster` is a Mesa agent set over the rows of one table: verbs that name a column work on whole columns, verbs
with a callable hand out agents (:class:`sim.column_agent.ColumnAgent`). Only public names of Mesa are overridden.
"""

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, MutableSet
from itertools import islice
from math import ceil
from operator import attrgetter
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from mesa.agentset import AbstractAgentSet, AgentSet, GroupBy

from sim.column_agent import ColumnAgent
from sim.columns import Column, Table

if TYPE_CHECKING:
    from sim.column_model import ColumnModel

EVERYBODY = float("inf")


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


def upper_limit(at_most: float, size: int) -> int:
    """How many agents Mesa's ``at_most`` lets through: a number, or a share if it is a float up to 1."""
    if isinstance(at_most, float) and at_most <= 1:
        at_most = int(size * at_most)
    return max(0, ceil(min(at_most, size)))
