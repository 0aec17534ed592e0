"""A model of a few members and staff in tables of their own, for tests of agents, rosters and the model over tables."""

import mesa
import numpy as np
from mesa.agentset import AgentSet

from sim.agents import Member, Staff
from sim.column_model import ColumnModel
from sim.columns import Column, Table
from sim.rows import Tie

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


def twin(roster):
    """Mesa's own set of the same agents, with the same random numbers to come."""
    shuffler = type(roster.random)()
    shuffler.setstate(roster.random.getstate())
    return AgentSet(list(roster), shuffler)


def rows(agents):
    return [agent.row for agent in agents]


def groups_of(grouped):
    return {key: rows(group) for key, group in grouped}
