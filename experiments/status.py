"""``relsim status DIR``: how far a sweep is, and whether all of it is still what was written."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from experiments.command_line.teaching import help_on_folders
from experiments.settings.guard import WrongRequest, short
from experiments.sweeps.gathering import trouble_with
from experiments.sweeps.store import Store


def main(arguments: Sequence[str]) -> int:
    """Tell how far the sweeps in these folders are; changes nothing.

    Returns
    -------
    int
        0; 3 where some runs failed, or something is missing or damaged.
    """
    if {"-h", "--help"} & set(arguments):
        print(help_on_folders("status"))
        return 0
    if not arguments:
        raise WrongRequest("status wants a folder: relsim status DIR")
    return max(tell(Path(name)) for name in arguments)


def tell(folder: Path) -> int:
    """What there is to say of one folder."""
    if folder.is_dir() and not (folder / "plan.json").exists() and (folder / "manifest.json").exists():
        print(f"{folder}: complete; {'runs.parquet is there' if (folder / 'runs.parquet').exists() else 'no table of runs'}")
        return 0
    store = Store(folder)
    plan = store.plan()
    done, bad, damaged = store.scan(plan)
    wanted = np.full(len(plan.points), plan.content["replicates"])
    missing = sum(1 for _ in plan.units(wanted, done))
    total = int(wanted.sum())
    wrong = trouble_with(folder) + (["plan.json or points.parquet, or a copy of it"] if store.plan_damaged() else [])
    share = 100 * (total - missing) // max(total, 1)
    print(f"{folder}: {total - missing:,} of {total:,} replicates of points done ({share} %), {bad:,} runs failed")
    if len(done) > total - missing:
        print(f"  and {len(done) - total + missing:,} more, towards a precision of {plan.content['precision']}")
    if damaged:
        print(f"  {len(damaged)} parts are damaged; resuming computes their runs again")
    if wrong:
        print(f"  not what was written: {', '.join(map(short, wrong))}; resuming writes it again")
    if store.busy():
        print(f"  being worked on by {store.holder()}")
    elif missing or damaged or wrong or not (folder / "manifest.json").exists():
        print(f"  go on with: relsim {plan.content['command']} resume={folder}")
    else:
        print(f"  complete: {folder / 'runs.parquet'}")
    return 3 if bad or missing or damaged or wrong else 0


if __name__ == "__main__":
    from experiments import door

    sys.exit(door.main(["status", *sys.argv[1:]]))
