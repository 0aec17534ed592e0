"""From parts to the tables a user opens: runs.parquet, pairs.parquet, failures.csv, manifest.json."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from experiments.runs.manifest import manifest, whole, write_whole
from experiments.sweeps.cells import PAIR
from experiments.sweeps.filling import Filled, again
from experiments.sweeps.parts import each_once, together, write_table
from experiments.sweeps.plan import Plan, digest_of
from experiments.sweeps.store import Store
from sim.metrics import METRICS


def all_rows(plan: Plan, store: Store) -> pa.Table:
    """All rows of a store, in the order of the plan, with what was varied in columns of their own."""
    table = together((table for _, table in store.tables(plan) if table is not None), plan.order)
    points = table["point"].to_numpy() if "point" in table.column_names else np.zeros(0, int)
    place = table.column_names.index("point") + 1 if "point" in table.column_names else table.num_columns
    for number, (name, kind) in enumerate(plan.content["factors"]):
        values = plan.points[points, number]
        as_kind = {"float": pa.float64(), "int": pa.int64(), "bool": pa.bool_()}[kind]
        table = table.add_column(place + number, name, pa.array(values.astype({"bool": bool, "int": np.int64}.get(kind, float)), as_kind))
    return table


def runs_of(table: pa.Table) -> pa.Table:
    """The table of runs: all but what belongs to pairs; each run once, though points that are alike may share it."""
    return each_once(table.select([name for name in table.column_names if not name.startswith(PAIR)]), ("run_id",))


def pairs_of(table: pa.Table, plan: Plan) -> pd.DataFrame:
    """One row a pair: the difference of every metric to the reference run with the same luck, and the paired metrics."""
    good = table.filter(pc.equal(table["status"], "ok")).to_pandas()
    reference = plan.content["reference"]
    where = good["policy"] == reference
    metrics = [name for name in good if name in METRICS]
    first = good[where].set_index(["point", "replicate"])
    arms = good[~where].set_index(["point", "replicate"])
    arms = arms[arms.index.isin(first.index)]
    first = first.reindex(arms.index)
    pairs = pd.DataFrame({"reference_run_id": first["run_id"], "policy_run_id": arms["run_id"], "reference": reference})
    pairs = pairs.assign(policy=arms["policy"], scenario=arms["scenario"], world=arms["world"], seed=arms["seed"]).reset_index()
    differences = (arms[metrics] - first[metrics]).add_suffix("_difference").reset_index(drop=True)
    paired = arms[[name for name in arms if name.startswith(PAIR)]].reset_index(drop=True)
    factors = arms[plan.factors].reset_index(drop=True)
    return pd.concat([pairs, factors, differences, paired.rename(columns=lambda name: name.removeprefix(PAIR))], axis=1)


def failures_of(table: pa.Table, folder: Path, command: str = "sweep") -> pd.DataFrame:
    """Runs that failed: what they were, their error, and the command that computes each again."""
    names = ["run_id", "point", "scenario", "policy", "world", "replicate", "seed", "error"]
    bad = table.filter(pc.not_equal(table["status"], "ok")).select(names).to_pandas()
    return bad.assign(command=[again(folder, run_id, command) for run_id in bad["run_id"]])


def leave(plan: Plan, store: Store, request, filled: Filled, seconds: float) -> tuple[pa.Table, pd.DataFrame]:
    """Write all tables and the manifest; returns the runs and those that failed."""
    out = store.folder
    table = all_rows(plan, store)
    runs = runs_of(table)
    failures = failures_of(table, out, plan.content["command"])
    tables = {"runs.parquet": runs}
    if plan.content["paired"]:
        pairs = pairs_of(table, plan)
        tables["pairs.parquet"] = pa.Table.from_pandas(pairs, preserve_index=False).replace_schema_metadata(None)
    if len(failures):
        tables["failures.csv"] = failures
    else:
        (out / "failures.csv").unlink(missing_ok=True)
    if len(filled.precision):
        tables["precision.csv"] = filled.precision
    content = manifest(request, described(plan, runs, failures, seconds))
    content["files"] = {name: kept(out / name, held) for name, held in tables.items()}
    content = json.loads(json.dumps(content, default=str))
    write_whole(out / "manifest.json", json.dumps(content | {"sum": digest_of(content)}, indent=2, sort_keys=True).encode())
    return runs, failures


def kept(path: Path, table: pa.Table | pd.DataFrame) -> str:
    """Write a table, as Parquet or CSV by its kind; returns the digest of the file."""
    with whole(path) as file:
        if isinstance(table, pa.Table):
            write_table(table, file)
        else:
            file.write(table.to_csv(index=False).encode())
    return file.digest()


def described(plan: Plan, runs: pa.Table, failures: pd.DataFrame, seconds: float) -> dict:
    """What the manifest says of a sweep beyond the configuration."""
    content = plan.content
    return {
        "command": f"relsim {content['command']} {' '.join(content['overrides'])}".strip(),
        "scenario": content["scenario"]["name"],
        "policies": content["policies"],
        "reference": content["reference"],
        "years": content["years"],
        "replicates": content["replicates"],
        "plan": plan.key,
        "design": content["config"]["design"] | {"factors": plan.factors, "points": len(plan.points)},
        "runs": runs.num_rows,
        "failed": len(failures),
        "wall_seconds": round(seconds, 2),
    }


def trouble_with(folder: Path) -> list[str]:
    """Which of the files that the manifest names are not what was written; the manifest itself counts."""
    try:
        content = json.loads((folder / "manifest.json").read_bytes())
        said = content.pop("sum")
        if digest_of(content) != said:
            return ["manifest.json"]
        files = content["files"]
    except FileNotFoundError:
        return []
    except (ValueError, KeyError, TypeError, AttributeError):
        return ["manifest.json"]
    wrong = []
    for name, digest in files.items():
        try:
            if hashlib.sha256((folder / Path(name).name).read_bytes()).hexdigest() != digest:
                wrong.append(name)
        except OSError:
            wrong.append(name)
    return wrong
