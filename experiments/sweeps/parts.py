"""Parts of a store: small Parquet tables of rows, and the one table made of them.

Nothing here touches a disk.
"""

from collections.abc import Iterable
from itertools import batched

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.metrics import METRICS

TEXTS = ("run_id", "scenario", "policy", "world", "status", "error")
NUMBERS = {"point": pa.int32(), "replicate": pa.int64(), "seed": pa.int64()}
FIRST = ("run_id", "scenario", "policy", "world", "replicate", "seed", "status", "error")
"""The columns every table of runs begins with."""
FEW = 50
"""Parts that are merged at a time."""
KEY = b"relsim.plan"
OF = {"compression": "zstd", "write_statistics": False, "store_schema": True}


class Damaged(ValueError):
    """A part that is not what was written, or that belongs to another plan."""


def part_of(rows: list[dict], key: str) -> bytes:
    """Rows as a Parquet file that carries the key of its plan.

    Metrics are float64; one that a row does not have is null.
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    arrays, kinds = [], []
    for name in names:
        kind = pa.string() if name in TEXTS else NUMBERS.get(name, pa.float64())
        arrays.append(pa.array([row.get(name) for row in rows], type=kind))
        kinds.append(pa.field(name, kind))
    return as_bytes(pa.Table.from_arrays(arrays, schema=pa.schema(kinds, metadata={KEY: key.encode()})))


def write_table(table: pa.Table, file) -> None:
    """Write a table as a Parquet file, column by column: what is written need not be held as a whole."""
    pq.write_table(table, file, **OF)


def as_bytes(table: pa.Table) -> bytes:
    """A table as a Parquet file."""
    sink = pa.BufferOutputStream()
    write_table(table, sink)
    return sink.getvalue().to_pybytes()


def table_of(content: bytes, key: str | None, columns: list[str] | None = None) -> pa.Table:
    """A part's rows.

    Raises
    ------
    Damaged
        Where it cannot be read, or belongs to another plan.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        found = (file.schema_arrow.metadata or {}).get(KEY, b"").decode()
        table = file.read(columns=columns, use_threads=False)  # small: threads would only keep memory of their own
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Damaged(str(error)) from None
    if key is not None and found != key:
        raise Damaged("it belongs to another plan")
    return table


def together(tables: Iterable[pa.Table], order: dict[str, int]) -> pa.Table:
    """All rows in the order of the plan: by point, replicate, and the policies' order; each of these once.

    Columns are put in order one after the other, so that hardly more than the table itself is held.

    Parameters
    ----------
    tables : iterable of Table
        Held by nobody else, or they take up memory beside what is made of them.
    order : dict
        Place of each policy's base name; a label is its base name, or that with a digest.
    """
    parts = (part.replace_schema_metadata(None) for part in tables)
    # Many small parts take twice the room of a few large ones.
    merged = [_concatenated(few).combine_chunks() for few in batched(parts, FEW)]
    if not merged:
        return pa.table({name: pa.array([], pa.string() if name in TEXTS else pa.int64()) for name in FIRST})
    table = _concatenated(merged)
    del merged
    labels = table["policy"].unique()
    places = [order.get(label, order.get(label.rpartition("-")[0], len(order))) for label in labels.to_pylist()]
    place = pa.array(places, pa.int32()).take(pc.index_in(table["policy"], labels).combine_chunks())
    keys = table.select(["point", "replicate", "policy"]).append_column("_place", place)
    rows = pc.sort_indices(keys, [(name, "ascending") for name in ("point", "replicate", "_place", "policy")])
    del keys
    columns = {}
    for name in column_order(table.column_names):
        columns[name] = table[name].take(rows)
        table = table.drop_columns([name])  # lets its memory go
    return each_once(pa.table(columns), ("point", "replicate", "policy"))


def _concatenated(tables: Iterable[pa.Table]) -> pa.Table:
    """The rows of all tables; null where one does not have a column."""
    return pa.concat_tables(tables, promote_options="default")


def each_once(table: pa.Table, names: tuple[str, ...]) -> pa.Table:
    """The first of the rows that agree in these columns."""
    if table.group_by(list(names), use_threads=False).aggregate([]).num_rows == table.num_rows:
        return table
    identities = list(zip(*(table[name].to_pylist() for name in names), strict=True))
    seen = set()
    keep = [not (identity in seen or seen.add(identity)) for identity in identities]
    return table.filter(pa.array(keep))


def column_order(names: list[str]) -> list[str]:
    """The promised columns first, then the point, then metrics in the order of their definition, then the rest."""
    rank = {name: place for place, name in enumerate([*FIRST, "point", *METRICS])}
    return sorted(names, key=lambda name: (rank.get(name, len(rank)), name))
