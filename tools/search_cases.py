"""Look for worlds in which a lever helps, or hurts: paired effects, with how many standard errors they are from 0.

``python tools/search_cases.py LEVER FROM TO [CONTEXT ...]`` prints one line a context. A context names what differs
from the defaults, joined by commas: ``world.needs.spread=0.2,policy.coverage=1``. With ``--every`` each parameter of
the world is also tried at both ends of its range, in the first context, and lines are sorted by their effect.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tqdm import tqdm

from experiments.honesty.cases import LeverCase, effect, paired_differences
from sim import World
from sim.quantities import OutOfRange

SHOWN = (
    "retention_expected", "value_member_mean", "value_surplus_mean", "margin", "quality_received", "trust_mean",
    "staff_turnover", "queue_weeks", "knowledge", "latent_needs_met",
)  # fmt: skip


def context_of(text: str) -> dict[str, dict[str, float]]:
    """``world.a.b=1,policy.c=2`` as {"world": {"a.b": 1.0}, "policy": {"c": 2.0}}."""
    parts: dict[str, dict[str, float]] = {"world": {}, "policy": {}, "scenario": {}}
    for item in filter(None, text.split(",")):
        place, _, value = item.partition("=")
        kind, _, name = place.partition(".")
        if kind not in parts or not name or not value:
            raise OutOfRange(f"{item!r} is no context: give world.PROCESS.NAME=NUMBER, policy.LEVER=NUMBER or scenario.NAME=NUMBER")
        parts[kind][name] = int(value) if value.lstrip("-").isdigit() else float(value)
    return parts


def every_parameter(first: str) -> list[str]:
    """The first context with each parameter of the world in turn at both ends of its range."""
    ends = [(f"world.{process}.{name}", end) for process, name, what, _ in World.parameters() for end in (what.low, what.high)]
    return [",".join(filter(None, (first, f"{place}={end:g}"))) for place, end in ends]


def main() -> int:
    """Try the contexts and print them."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("lever")
    reader.add_argument("less", type=float)
    reader.add_argument("more", type=float)
    reader.add_argument("contexts", nargs="*", default=[""])
    reader.add_argument("--every", action="store_true")
    reader.add_argument("--replicates", type=int, default=8)
    reader.add_argument("--members", type=int, default=400)
    asked = reader.parse_args()
    contexts = asked.contexts + (every_parameter(asked.contexts[0]) if asked.every else [])
    lines = []
    for context in tqdm(contexts, disable=len(contexts) < 20):
        try:
            parts = context_of(context)
            case = LeverCase(asked.lever, "tried", "", "", asked.less, asked.more, {}, **parts)
            gains = paired_differences(case, range(asked.replicates), asked.members)
        except (OutOfRange, TypeError, AttributeError) as error:
            print(f"{context}: {error}", file=sys.stderr)
            continue
        lines.append((context, {name: effect(gains[name]) for name in SHOWN}))
    if asked.every:
        lines.sort(key=lambda line: line[1]["retention_expected"][0])
    print(f"{asked.lever} from {asked.less:g} to {asked.more:g}: effect (t)")
    for context, found in lines:
        print(context or "default", *(f"{name} {mean:+.4f} ({t:+.1f})" for name, (mean, t) in found.items()), sep="; ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
