"""Campaign 5: bit flips, truncations, swaps and deletions in the store are noticed, and only those parts recomputed."""

import random
import shutil
import tempfile
from pathlib import Path

from benchmarks.campaigns.doing import digest, do, request_for
from experiments.settings.guard import WrongRequest
from experiments.sweeps.gathering import trouble_with
from experiments.sweeps.parts import table_of
from experiments.sweeps.store import Store

KINDS = ("flip", "truncate", "swap", "delete")


def damage(place: Path, times: int, points: int = 4, replicates: int = 100, seed: int = 1) -> dict:
    """Damage one file of a finished store at a time, look, resume.

    Returns
    -------
    dict
        damages by kind, noticed, computed again beyond the damaged parts, digests that differ.
    """
    luck = random.Random(seed)
    folder = place / "store"
    words = ("engine.workers=1", "engine.chunk=10")
    _, expected = do(folder, request_for(points, replicates, *words))
    store = Store(folder)
    plan = store.plan()
    others = [folder / "plan.json", folder / "points.parquet", folder / "runs.parquet", folder / "manifest.json",
              folder / "parts" / "plan.json", folder / "parts" / "points.parquet"]  # fmt: skip
    found = dict.fromkeys(KINDS, 0) | {"noticed": 0, "too_much_computed": 0, "digests_differ": 0}
    for _ in range(times):
        parts = sorted(path for path in store.parts.glob("*.parquet") if path.name != "points.parquet")
        kind = luck.choice(KINDS)
        victims = (
            [luck.choice(others)]
            if luck.random() < 0.2 and kind != "swap"
            else luck.sample(parts, 2 if kind == "swap" else 1)
        )
        units = sum(table_of(path.read_bytes(), None, ["point"]).num_rows for path in victims if path in parts)
        hurt(victims, kind, luck)
        found[kind] += 1
        found["noticed"] += notices(folder, plan, points * replicates)
        filled, after = do(folder, request_for(points, replicates, *words))
        found["too_much_computed"] += filled.made != units
        found["digests_differ"] += after != expected or digest(folder) != expected
    shutil.rmtree(folder)
    return {"damages": times} | found


def hurt(victims: list[Path], kind: str, luck: random.Random) -> None:
    """One damage."""
    content = bytearray(victims[0].read_bytes())
    if kind == "swap":
        other = victims[1].read_bytes()
        victims[1].write_bytes(content)
        victims[0].write_bytes(other)
    elif kind == "delete":
        victims[0].unlink()
    elif kind == "truncate":
        victims[0].write_bytes(content[: luck.randrange(len(content))])
    else:
        content[luck.randrange(len(content))] ^= 1 << luck.randrange(8)
        victims[0].write_bytes(content)


def notices(folder: Path, plan, units: int) -> bool:
    """Whether looking at a store, as ``relsim status`` and ``resume`` do, tells that something is not as it was."""
    store = Store(folder)
    try:
        same = store.plan().key == plan.key and not store.plan_damaged()
    except WrongRequest:
        return True
    done, _, damaged = store.scan(plan)
    lacking = not all((folder / name).exists() for name in ("runs.parquet", "manifest.json"))
    return not same or bool(damaged) or len(done) < units or lacking or bool(trouble_with(folder))


def main() -> list[tuple[str, dict]]:
    """The full form."""
    with tempfile.TemporaryDirectory() as name:
        return [("1,000 damages", damage(Path(name), 1000))]
