"""State in columns: one array per attribute, one row per person, for ever.

A :class:`Column` is declared once, in the body of the class it belongs to, with dtype, unit, range and
meaning. A :class:`Table` holds the columns of one such class in one structured array: a column is a strided
view (``table["trust"]``), a row is a record (``member = members[row]; member.trust``), which is what compiled
rules read and write. An agent is a view on one row, so nothing is stored twice. Those who left keep their row.

Why one structured array and not one array a column: a request touches some twenty columns of one member.
Side by side they cost three or four cache lines, apart they cost twenty; and a compiled rule is handed one
array a table instead of thirty, which is what makes small worlds quick. The few columns that are looked
through every week for all members are kept apart (``scanned=True``), so that looking costs next to nothing.
"""

from copy import copy
from functools import cache
from typing import ClassVar

import numpy as np

from sim.compiled import COMPILING

CACHE_LINE = 64
NEVER = -1  # no such week, or nobody
LATENT = 2  # coordinates of need that nobody asks for: an opportunity, and a risk
AS_USUAL, COSTLY, DECLINED = range(3)  # how the organisation sees a member: as usual, at a loss, or not to be kept
IDEA, DEVELOPMENT, LAUNCH = 1, 2, 3  # stages of a project
FRIENDS = 5  # other members whom one member can keep up with: the innermost layer of personal ties (Hill & Dunbar 2003)


class Column:
    """One attribute of every person of a kind, declared in a class body.

    Parameters
    ----------
    dtype : str
        NumPy dtype of a cell. Vector cells are float32 or int32 to save memory; rules read them through ``np.float64``.
    unit : str
        Unit in words.
    low, high : float
        Bounds that hold at all times; property tests check them.
    about : str
        Meaning in one sentence.
    owner : str
        The process that writes this column after founding; "founding" for what never changes.
    default : float
        Value in a new row.
    width : str or None
        None for one number a person, "departments" for one number a person and department, "dimensions" for one number
        a coordinate of need: a domain for each department, then the latent ones; "friends" for :data:`FRIENDS` numbers.
    scanned : bool
        Kept in an array of its own, because rules look through it for all rows every week.
    """

    def __init__(self, dtype, unit, low, high, about, *, owner="founding", default=0, width=None, scanned=False):
        self.scanned = scanned
        self.dtype, self.unit, self.low, self.high = np.dtype(dtype), unit, low, high
        self.about, self.owner, self.default, self.width = about, owner, default, width

    def __set_name__(self, kind, name):
        self.name = name

    def __get__(self, view, kind=None):
        if view is None:
            return self
        cells = view.table.column(self.name)
        return cells[view.row] if self.width else cells.item(view.row)

    def __set__(self, view, value):
        view.table.column(self.name)[view.row] = value


class Rows:
    """Base of everything that lives in a table; a subclass gains ``columns``, its own and its parents'."""

    columns: ClassVar[dict[str, Column]] = {}

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        cls.columns = {**cls.columns, **{name: value for name, value in vars(cls).items() if isinstance(value, Column)}}


def width_of(column: Column, departments: int) -> int:
    """Numbers in a cell of a vector column."""
    return {"departments": departments, "dimensions": departments + LATENT, "friends": FRIENDS}[column.width]


@cache
def record_dtype(kind: type, departments: int) -> np.dtype:
    """The dtype of a kind's records.

    One object for all tables alike: a compiled rule recognises a dtype it has seen by identity at once, but has to
    compare field by field (20 microseconds a call) where an equal one is made anew.
    """
    return np.dtype(
        [
            (name, column.dtype, (width_of(column, departments),)) if column.width else (name, column.dtype)
            for name, column in kind.columns.items()
            if not column.scanned
        ],
        align=True,
    )


def blank_records(rows: int, dtype: np.dtype) -> np.ndarray:
    """Zeroed records that begin at a cache line; untouched pages cost no memory."""
    raw = np.zeros(rows * dtype.itemsize + CACHE_LINE, np.uint8)
    first = -raw.ctypes.data % CACHE_LINE
    return raw[first : first + rows * dtype.itemsize].view(dtype)


def memory(records: np.ndarray) -> np.ndarray:
    """The memory of records as plain bytes, one row a record: NumPy copies records field by field, bytes at once."""
    return records.view(np.uint8).reshape(len(records), records.dtype.itemsize)


class Table:
    """The columns of one kind of row.

    Parameters
    ----------
    kind : type
        A subclass of :class:`Rows`.
    departments : int
        Width of the columns declared with ``width="departments"``.
    capacity : int
        Rows to make room for; the table grows when it is full.

    Attributes
    ----------
    rows : structured array of shape (capacity,)
        ``rows[i].trust``; rows from ``count`` on are unused. Stale after the table has grown.
    scanned : dict of str to array of shape (capacity,)
        The columns kept apart.
    count : int
        Rows in use, those of the departed included.
    """

    def __init__(self, kind, departments: int, capacity: int = 16):
        self.kind, self.departments, self.count = kind, departments, 0
        self.dtype = record_dtype(kind, departments)
        # What a new row holds. Rows not in use stay zero: memory that nobody touches costs nothing.
        self._new_row = np.zeros(1, self.dtype)
        for name, column in kind.columns.items():
            if not column.scanned:
                self._new_row[name] = column.default
        self._new_bytes = memory(self._new_row)
        self._new_scanned = [(name, c.default) for name, c in kind.columns.items() if c.scanned and c.default != 0]
        self._hold(blank_records(capacity, self.dtype), self._blank_scanned(capacity))

    def _blank_scanned(self, rows: int) -> dict[str, np.ndarray]:
        return {name: np.zeros(rows, column.dtype) for name, column in self.kind.columns.items() if column.scanned}

    def _hold(self, rows: np.ndarray, scanned: dict[str, np.ndarray]) -> None:
        self._records, self.scanned, self._bytes = rows, scanned, memory(rows)
        # Plain Python needs NumPy's record view to read row.name; compiled code reads either, the bare one faster.
        self.rows = rows if COMPILING else rows.view(np.recarray)

    def __len__(self) -> int:
        return self.count

    @property
    def capacity(self) -> int:
        """Rows there is room for."""
        return len(self._records)

    def column(self, name: str) -> np.ndarray:
        """The rows in use of one column, as a writable view; shape (count,) or (count, departments)."""
        array = self.scanned[name] if name in self.scanned else self._records[name]
        return array[: self.count]

    __getitem__ = column

    def add(self, rows: int) -> slice:
        """Append blank rows and say which they are."""
        added = slice(self.count, self.count + rows)
        self.reserve(added.stop)
        self.count = added.stop
        self._bytes[added] = self._new_bytes
        for name, default in self._new_scanned:
            self.scanned[name][added] = default
        return added

    def reserve(self, rows: int) -> None:
        """Make room for a total number of rows; arrays taken before are stale afterwards."""
        if rows <= self.capacity:
            return
        used, room = self.count, max(rows, self.capacity + self.capacity // 4)
        larger, scanned = blank_records(room, self.dtype), self._blank_scanned(room)
        memory(larger)[:used] = self._bytes[:used]
        for name, array in self.scanned.items():
            scanned[name][:used] = array[:used]
        self._hold(larger, scanned)

    def copy(self) -> "Table":
        """An independent copy with the same rows."""
        twin, used = copy(self), self.count
        records, scanned = blank_records(self.capacity, self.dtype), self._blank_scanned(self.capacity)
        memory(records)[:used] = self._bytes[:used]
        for name, array in self.scanned.items():
            scanned[name][:used] = array[:used]
        twin._hold(records, scanned)
        return twin

    def __deepcopy__(self, memo) -> "Table":
        return self.copy()

    def __getstate__(self) -> dict:
        """Without the other views on the same memory, each of which would be a copy of it."""
        return {name: value for name, value in vars(self).items() if name not in ("rows", "_bytes")}

    def __setstate__(self, state: dict) -> None:
        vars(self).update(state)
        self.dtype = record_dtype(self.kind, self.departments)
        self._hold(self._records.view(self.dtype), self.scanned)

    def to_dict(self) -> dict[str, np.ndarray]:
        """Copies of all columns in use; vector columns appear once a department, as ``name_0``, ``name_1``..."""
        out = {}
        for name, column in self.kind.columns.items():
            cells = self.column(name)
            if column.width:
                out.update({f"{name}_{k}": cells[:, k].copy() for k in range(cells.shape[1])})
            else:
                out[name] = cells.copy()
        return out
