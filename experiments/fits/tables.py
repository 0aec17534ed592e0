"""Published tables, typed in with their source, and tables a user gives."""

import csv
import math
import re
import stat
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.quantities import OutOfRange

# Fader & Hardie (2007), "How to project customer retention", Journal of Interactive Marketing 21(1), 76-90: the high-end
# segment of an unnamed subscription business, in percent of the starting cohort still under contract (the paper takes
# the numbers from Berry & Linoff 2004). Years 0-7 are used for calibration.
HIGH_END_YEARS_0_TO_7 = (100.0, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1)
LARGEST_FILE = 1_000_000  # bytes
MOST_YEARS = 30
NUMBER = re.compile(r"\s*[-+]?[0-9]+(\.[0-9]*)?\s*", re.ASCII)
"""A number as people write it in a table: float() also takes 1_0, infinity and the digits of every script."""


@dataclass(frozen=True)
class SurvivalTable:
    """Share of a cohort still there after each year; ``surviving[0]`` is 1."""

    name: str
    surviving: np.ndarray

    @property
    def years(self) -> int:
        """Years covered."""
        return len(self.surviving) - 1

    @property
    def retention(self) -> np.ndarray:
        """Yearly retention rates, shape (years,)."""
        return self.surviving[1:] / self.surviving[:-1]


def published() -> SurvivalTable:
    """The contract table shipped with the project."""
    return SurvivalTable("Fader & Hardie 2007, high end", np.array(HIGH_END_YEARS_0_TO_7) / 100.0)


def _text(file: Path, place: str, advice: str) -> str:
    """The text of a file that may come from a stranger: a plain file, of a bounded size, in UTF-8."""
    try:
        if not stat.S_ISREG(file.stat().st_mode):  # a pipe or device could be read without end
            raise OutOfRange(f"{place}: no file; {advice}")
        with file.open("rb") as opened:
            content = opened.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise OutOfRange(f"{place}: larger than {LARGEST_FILE:,} bytes; {advice}")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise OutOfRange(f"{place}: {error.strerror.lower() if error.strerror else 'cannot be read'}; {advice}") from None
    except UnicodeDecodeError:
        raise OutOfRange(f"{place}: not a text file in UTF-8; {advice}") from None


def read_survival(path: str) -> SurvivalTable:
    """A user's renewal table: a CSV file with the columns ``year`` and ``pct_surviving``.

    Raises
    ------
    OutOfRange
        In one line: which file, which line, what would be right.
    """
    file = Path(path)
    advice = "give a CSV file with the columns year (0, 1, 2, ...) and pct_surviving (100, falling)"
    text = _text(file, f"data={path}", advice)
    try:
        rows = list(csv.DictReader(text.splitlines()))
    except csv.Error as error:
        raise OutOfRange(f"data={path}: not a table ({error}); {advice}") from None
    if not rows or not {"year", "pct_surviving"} <= set(rows[0]):
        found = ", ".join(map(str, rows[0])) if rows else "nothing"
        raise OutOfRange(f"data={path}: the columns are {found}; {advice}")
    if len(rows) > MOST_YEARS + 1:
        raise OutOfRange(f"data={path}: {len(rows)} rows; at most years 0 to {MOST_YEARS} can be followed")
    surviving = []
    for line, row in enumerate(rows, start=2):
        try:
            if not all(NUMBER.fullmatch(row[name]) for name in ("year", "pct_surviving")):
                raise ValueError
            year, percent = float(row["year"]), float(row["pct_surviving"])
        except (TypeError, ValueError):
            given = f"{row.get('year')!r}, {row.get('pct_surviving')!r}"
            raise OutOfRange(f"data={path}, line {line}: {given} are not numbers; {advice}") from None
        if year != len(surviving):
            raise OutOfRange(f"data={path}, line {line}: year {row['year']} where {len(surviving)} was expected; {advice}")
        highest = surviving[-1] if surviving else 100.0
        if not math.isfinite(percent) or not 0.0 < percent <= highest or (year == 0 and percent != 100.0):
            raise OutOfRange(f"data={path}, line {line}: pct_surviving={row['pct_surviving']} is not between 0 and {highest:g}; {advice}")
        surviving.append(percent)
    if len(surviving) < 4:
        raise OutOfRange(f"data={path}: only {len(surviving)} years; at least years 0 to 3 are needed to fit commitment")
    return SurvivalTable(file.stem, np.array(surviving) / 100.0)
