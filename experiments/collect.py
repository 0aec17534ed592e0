"""``relsim collect DIR... [out=DIR]``: the tables of several runs as one."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.command_line.teaching import help_on_folders
from experiments.runs.manifest import versions, write_whole
from experiments.settings.guard import WrongRequest, short
from experiments.sweeps.gathering import all_rows, runs_of, trouble_with
from experiments.sweeps.parts import FIRST, as_bytes
from experiments.sweeps.store import Store

TABLES = ("runs", "pairs")
KEYS = {"runs": ["run_id"], "pairs": ["reference_run_id", "policy_run_id"]}
LARGEST = 4_000_000_000  # bytes


def main(arguments: Sequence[str]) -> int:
    """Write the runs (and pairs) of several folders into one table each."""
    if {"-h", "--help"} & set(arguments):
        print(help_on_folders("collect"))
        return 0
    outs = [text.removeprefix("out=") for text in arguments if text.startswith("out=")]
    folders = [Path(text) for text in arguments if not text.startswith("out=")]
    if not folders or len(outs) > 1:
        raise WrongRequest("collect wants folders: relsim collect DIR DIR ... out=DIR")
    out = Path(outs[0]) if outs else Path("results") / "collect" / datetime.now().strftime("%Y%m%d-%H%M%S")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise WrongRequest(f"out={short(out)} is not empty: name a new folder, nothing is overwritten")
    found = {name: [] for name in TABLES}
    for folder in folders:
        for name, table in tables_of(folder).items():
            found[name].append((folder, table))
    for name, tables in found.items():
        found[name] = [(folder, table.append_column("folder", pa.array([str(folder)] * table.num_rows))) for folder, table in tables]
    merged = {name: merge(name, tables) for name, tables in found.items() if tables}
    out.mkdir(parents=True, exist_ok=True)
    for name, table in merged.items():
        write_whole(out / f"{name}.parquet", as_bytes(table))
    origin = {"collected": [str(folder) for folder in folders], "versions": versions()}
    write_whole(out / "manifest.json", json.dumps(origin, indent=2).encode())
    print(f"{merged['runs'].num_rows:,} runs of {len(folders)} folders: {out / 'runs.parquet'}")
    return 0


def tables_of(folder: Path) -> dict[str, pa.Table]:
    """The tables of one folder; of a sweep that is not complete, what there is so far."""
    wrong = [name for name in trouble_with(folder) if name != "manifest.json"] if folder.is_dir() else []
    tables = {}
    if (folder / "runs.parquet").exists() and not wrong:
        for name in TABLES:
            if (folder / f"{name}.parquet").exists():
                tables[name] = read_table(folder / f"{name}.parquet")
        return tables
    if wrong and not (folder / "plan.json").exists():
        raise WrongRequest(f"{folder / wrong[0]} is not what was written: make it again")
    store = Store(folder)
    plan = store.plan()
    print(f"relsim: {folder} is not complete: what is there is taken", file=sys.stderr)
    return {"runs": runs_of(all_rows(plan, store))}


def read_table(path: Path) -> pa.Table:
    """A table of runs or pairs from a folder that a user names."""
    try:
        if path.stat().st_size > LARGEST:
            raise WrongRequest(f"{path} is larger than {LARGEST // 10**9} GB: collect fewer at a time")
        table = pq.ParquetFile(path).read().replace_schema_metadata(None)
    except (pa.ArrowException, OSError) as error:
        raise WrongRequest(f"{path} is no table of runs ({error}): make it again") from None
    wanted = FIRST if path.stem == "runs" else KEYS["pairs"]
    lacking = [name for name in wanted if name not in table.column_names]
    if lacking:
        raise WrongRequest(f"{path} is no table of {path.stem}: it lacks {', '.join(lacking)}")
    return table


def merge(name: str, tables: list[tuple[Path, pa.Table]]) -> pa.Table:
    """Tables under each other; rows that are the same run are kept once.

    Raises
    ------
    WrongRequest
        Where two folders give the same run different values: one of them was changed, or computed by other code.
    """
    try:
        table = pa.concat_tables([part for _, part in tables], promote_options="permissive")
    except pa.ArrowException as error:
        raise WrongRequest(f"the tables of {', '.join(str(folder) for folder, _ in tables)} do not fit together ({error})") from None
    frame = table.to_pandas()
    keys = KEYS[name] + (["point"] if "point" in frame else [])
    measured = [column for column in frame if column not in ("point", "error", "scenario", "policy", "world", "reference", "folder")]
    for _, same in frame[frame.duplicated(KEYS[name], keep=False)].groupby(KEYS[name]):
        if len(same[measured].drop_duplicates()) > 1 and not _only_gaps(same[measured]):
            raise WrongRequest(f"run {same[KEYS[name][0]].iloc[0]} has different values in two of these folders: one of them was changed")
    keep = ~frame.duplicated(keys)
    return table.filter(pa.array(keep.to_numpy()))


def _only_gaps(rows: pd.DataFrame) -> bool:
    """Whether rows differ only in columns that one of their tables does not have."""
    return all(rows[column].dropna().nunique() <= 1 for column in rows)


if __name__ == "__main__":
    from experiments import door

    sys.exit(door.main(["collect", *sys.argv[1:]]))
