"""Parts of a store: small Parquet tables of rows, and the one table made of them.

Nothing here touches a disk.
"""

import pyarrow as pa
import pyarrow.parquet as pq

from sim.metrics import METRICS

TEXTS = ("run_id", "scenario", "policy", "world", "status", "error")
NUMBERS = {"point": pa.int32(), "replicate": pa.int64(), "seed": pa.int64()}
FIRST = ("run_id", "scenario", "policy", "world", "replicate", "seed", "status", "error")
"""The columns every table of runs begins with."""
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


def as_bytes(table: pa.Table) -> bytes:
    """A table as a Parquet file."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, **OF)
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
        table = file.read(columns=columns)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Damaged(str(error)) from None
    if key is not None and found != key:
        raise Damaged("it belongs to another plan")
    return table


def together(tables: list[pa.Table], order: dict[str, int]) -> pa.Table:
    """All rows in the order of the plan: by point, replicate, and the policies' order; each of these once.

    Parameters
    ----------
    order : dict
        Place of each policy's base name; a label is its base name, or that with a digest.
    """
    if not tables:
        return pa.table({name: pa.array([], pa.string() if name in TEXTS else pa.int64()) for name in FIRST})
    table = pa.concat_tables([part.replace_schema_metadata(None) for part in tables], promote_options="default")
    policies = table["policy"].dictionary_encode().unify_dictionaries()
    places = {label: order.get(label, order.get(label.rpartition("-")[0], len(order))) for label in policies.unique().to_pylist()}
    table = table.append_column("_place", pa.array([places[label] for label in table["policy"].to_pylist()], pa.int32()))
    table = table.sort_by([(name, "ascending") for name in ("point", "replicate", "_place", "policy")])
    table = each_once(table, ("point", "replicate", "policy"))
    return table.drop_columns(["_place"]).select(column_order(table.column_names))


def each_once(table: pa.Table, names: tuple[str, ...]) -> pa.Table:
    """The first of the rows that agree in these columns."""
    identities = list(zip(*(table[name].to_pylist() for name in names), strict=True))
    seen = set()
    keep = [not (identity in seen or seen.add(identity)) for identity in identities]
    return table if len(seen) == len(identities) else table.filter(pa.array(keep))


def column_order(names: list[str]) -> list[str]:
    """The promised columns first, then the point, then metrics in the order of their definition, then the rest."""
    rank = {name: place for place, name in enumerate([*FIRST, "point", *METRICS])}
    return sorted((name for name in names if name != "_place"), key=lambda name: (rank.get(name, len(rank)), name))
