"""The table of a sweep in the form the EMA workbench loads (``ema_workbench.load_results``, version 3).

A gzipped tar of ``experiments.csv``, one file of numbers an outcome (``NAME.cls``: one value a line, no head) and
``metadata.json`` (version 0.1; outcomes as [class, name, file]; the type of each column of experiments.csv). Before
loading, the workbench wants to know the outcomes: ``[ScalarOutcome(name) for name in names]``.
"""

import gzip
import io
import json
import tarfile
from pathlib import Path

import pandas as pd

from experiments.analysis.table import LUCK, SweepTable
from experiments.runs.manifest import write_whole

VERSION = 0.1
OURS = {"scenario": "organisation"}
"""Columns of ours whose names the workbench uses for something else."""


def experiments_frame(table: SweepTable) -> pd.DataFrame:
    """One row a run as the workbench has it: what was varied, the luck, then scenario, policy and model.

    In the workbench's words a *scenario* is a point of uncertainties (here: world, organisation and luck, numbered), a
    *policy* a point of levers.
    """
    runs = table.labelled
    names = [name for name in table.factors if name != "policy"]
    frame = runs[[*names, *(name for name in LUCK if name in runs)]].rename(columns=OURS)
    for name in frame:
        if not pd.api.types.is_numeric_dtype(frame[name]):
            frame[name] = frame[name].astype(str).astype("category")
    luck = [name for name in LUCK if name in runs]
    decision = runs["decision"].where(runs["decision"] != "", "as it is")
    return frame.assign(
        scenario=pd.Categorical(runs.groupby(["condition", *luck], sort=False).ngroup()),
        policy=pd.Categorical(decision),
        model=pd.Categorical(["relsim"] * len(runs)),
    )


def ema_bytes(table: SweepTable, metrics: list[str] | None = None) -> bytes:
    """The archive; the same table gives the same bytes.

    Parameters
    ----------
    table : SweepTable
    metrics : names; all that were measured when None.
    """
    metrics = list(metrics) if metrics is not None else table.metrics
    frame = experiments_frame(table)
    files = {"experiments.csv": frame.to_csv(index=False)}
    files |= {f"{name}.cls": table.runs[[name]].to_csv(index=False, header=False, na_rep="nan") for name in metrics}
    about = {
        "version": VERSION,
        "outcomes": [["ScalarOutcome", name, f"{name}.cls"] for name in metrics],
        "experiments": {name: kind.name for name, kind in frame.dtypes.items()},
    }
    files["metadata.json"] = json.dumps(about)
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        for name, text in files.items():
            content = text.encode("utf-8")
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(plain.getvalue(), mtime=0)


def export_to_ema(table: SweepTable, path: Path | str, metrics: list[str] | None = None) -> Path:
    """Write the archive; ``path`` should end in ``.tar.gz``."""
    path = Path(path)
    write_whole(path, ema_bytes(table, metrics))
    return path
