"""Everything the analyses say of one sweep, in one call: ``analyse(frame, varied).leave(out)``."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from experiments.analysis.contrasts import paired_by_condition, quantile_differences
from experiments.analysis.effects import effects
from experiments.analysis.robustness import robustness
from experiments.analysis.table import SweepTable
from experiments.runs.manifest import write_whole


@dataclass(frozen=True)
class Analysis:
    """The analyses of a sweep's table; each is computed when it is first asked for.

    Attributes
    ----------
    table : SweepTable
    reference : label of the decision others are held against; None: ``conventional``, or else the first.
    """

    table: SweepTable
    reference: str | None = None

    @cached_property
    def effects(self) -> pd.DataFrame:
        """Main effects and interactions; see :func:`experiments.analysis.effects.effects`."""
        return effects(self.table)

    @cached_property
    def differences(self) -> pd.DataFrame:
        """Paired differences within each condition."""
        return paired_by_condition(self.table, self.reference)

    @cached_property
    def quantiles(self) -> pd.DataFrame:
        """Quantile differences over all runs."""
        return quantile_differences(self.table, self.reference)

    @cached_property
    def robustness(self) -> pd.DataFrame:
        """Regret and satisficing over worlds."""
        return robustness(self.table, reference=self.reference)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by the name of their file; effects always, others where there is something to say."""
        found = {"effects": self.effects}
        several = {"differences": self.differences, "quantiles": self.quantiles}
        if self.table.conditions:
            several["robustness"] = self.robustness
        return found | {name: table for name, table in several.items() if len(table)}

    def leave(self, out: Path | str) -> list[str]:
        """Write effects.csv, what other tables there are, and figures/ into a folder; returns the names of the tables."""
        from experiments.figures import save  # figures are slow to import
        from experiments.figures.sweeps import SWEEP_FIGURES

        out = Path(out)
        tables = self.tables()
        for name, table in tables.items():
            write_whole(out / f"{name}.csv", table.to_csv(index=False).encode())
        for name, draw in SWEEP_FIGURES.items():
            figure = draw(self)
            if figure is not None:
                save(figure, out / "figures", name)
        return [f"{name}.csv" for name in tables]


def analyse(frame: pd.DataFrame, varied: Sequence[str], reference: str | None = None) -> Analysis:
    """What a sweep's table says.

    Parameters
    ----------
    frame : DataFrame
        ``runs.parquet`` of a sweep: one row a run, failed ones included.
    varied : sequence of str
        Dotted names of what was varied, each a column.
    reference : str, optional
        Decision that others are held against.

    Examples
    --------
    >>> analyse(pd.read_parquet("results/mine/runs.parquet"), ["policy.strictness"]).leave("results/mine")  # doctest: +SKIP
    ['effects.csv', 'differences.csv', 'quantiles.csv']
    """
    return Analysis(SweepTable(frame, list(varied)), reference)
