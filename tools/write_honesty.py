"""Write docs/honesty.md: what each process does, where each lever helps and hurts, which targets are met.

``python tools/write_honesty.py`` runs everything again and writes the page (some minutes on two cores). With
``--networks`` it prints instead how well values of world.colleagues meet targets C09-C12, best first.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from joblib import Parallel, delayed
from tqdm import tqdm

from experiments.honesty import ablations, cases, networks, targets
from experiments.honesty.page import page

FILE = Path(__file__).resolve().parent.parent / "docs" / "honesty.md"
CASE_REPLICATES = range(200, 216)  # other luck than the tests and the search have
ABLATION_REPLICATES, ASSOCIATION_REPLICATES = range(8), 12
WORKERS = 2


@dataclass(frozen=True)
class Piece:
    """One piece of work for a worker."""

    kind: str
    subject: object
    on: bool = True


def do(piece: Piece):
    """Do one piece of work."""
    if piece.kind == "case":
        case = piece.subject
        return cases.paired_differences(case, cases.replicates_of(case, CASE_REPLICATES))
    if piece.kind == "ablation":
        return ablations.effects(ablations.of_process(piece.subject), piece.on, ABLATION_REPLICATES)
    return targets.measured(piece.subject)


def run_all() -> dict[str, list]:
    """All results by kind, in order."""
    pieces = [Piece("target", work) for work in targets.work(ASSOCIATION_REPLICATES)]
    pieces += [Piece("ablation", one.process, on) for one in ablations.ABLATIONS for on in (True, False)]
    pieces += [Piece("case", case) for case in cases.read_cases()]
    done = Parallel(n_jobs=WORKERS, return_as="generator")(delayed(do)(piece) for piece in pieces)
    results: dict[str, list] = {"target": [], "ablation": [], "case": []}
    for piece, found in zip(pieces, tqdm(done, total=len(pieces), desc="honesty tables"), strict=True):
        results[piece.kind].append((piece, found))
    return results


def print_networks() -> None:
    """The grid of world.colleagues against the bands."""
    for score, point, found in networks.search():
        print(f"{score:+.2f}", *(f"{name}={value:g}" for name, value in point.items()), *(f"{name}={value:.3f}" for name, value in found.items()))


def main() -> int:
    """Write the page, or search the grid of contacts."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--networks", action="store_true", help="print the search behind world.colleagues and stop")
    if reader.parse_args().networks:
        print_networks()
        return 0
    results = run_all()
    FILE.write_text(page(results), encoding="utf-8")
    print(f"wrote {FILE.relative_to(FILE.parent.parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
