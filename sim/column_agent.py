"""Mesa's agents over tables: state in columns, an agent is a view on one row. Only public names of Mesa are overridden."""

from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from sim.columns import Rows, Table

if TYPE_CHECKING:
    from sim.column_model import ColumnModel


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
