"""``python -m experiments.rigged``: random policies in random worlds, and published effects beside ours.

Writes docs/rigged.md, docs/evidence.md and the tables behind them (some minutes on two cores).
"""

import argparse
import sys
from pathlib import Path

from experiments.figures.style import save
from experiments.rigged import evidence, page
from experiments.rigged.draws import ALL_WORLDS, DRAWS, MEMBERS, NEAR_WORLDS, ONE_WORLD, draws, run_all
from experiments.rigged.figure import scatter

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"


def main(words: list[str] | None = None) -> int:
    """Make the draws, then the pages."""
    reader = argparse.ArgumentParser(prog="python -m experiments.rigged", description=__doc__.splitlines()[2])
    reader.add_argument("--draws", type=int, default=DRAWS, help="draws of each kind of world")
    reader.add_argument("--members", type=int, default=MEMBERS)
    reader.add_argument("--workers", type=int, default=2)
    reader.add_argument("--docs", type=Path, default=DOCS, help="folder for the pages")
    reader.add_argument("--tables", type=Path, default=Path("results/rigged"), help="folder for draws.csv and correlations.csv")
    asked = reader.parse_args(words)
    wanted = [draw for worlds in (ONE_WORLD, NEAR_WORLDS, ALL_WORLDS) for draw in draws(worlds, asked.draws)]
    runs, people = run_all(wanted, asked.members, workers=asked.workers)
    asked.tables.mkdir(parents=True, exist_ok=True)
    runs.to_csv(asked.tables / "draws.csv", index=False)
    page.correlations(runs).to_csv(asked.tables / "correlations.csv", index=False)
    (asked.docs / "images").mkdir(parents=True, exist_ok=True)
    save(scatter(runs), asked.docs / "images", "rigged")
    (asked.docs / "images" / "rigged.svg").unlink()  # a thousand points: the picture is the smaller file
    (asked.docs / "rigged.md").write_text(page.page(runs), encoding="utf-8")
    (asked.docs / "evidence.md").write_text(evidence.page(runs, people), encoding="utf-8")
    print(f"wrote rigged.md, evidence.md in {asked.docs}, tables in {asked.tables}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
