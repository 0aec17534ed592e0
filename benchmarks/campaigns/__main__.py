"""``python -m benchmarks.campaigns [NAME...]``: campaigns in full, one after the other; what was measured is printed."""

import importlib
import sys
import time

NAMES = ("killing", "same_bytes", "failures", "damage", "rivals", "scale", "coverage")

if __name__ == "__main__":
    for name in sys.argv[1:] or NAMES:
        began = time.monotonic()
        for title, measured in importlib.import_module(f"benchmarks.campaigns.{name}").main():
            shown = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in measured.items())
            print(f"{name}: {title}: {shown}", flush=True)
        print(f"{name}: {time.monotonic() - began:.0f} s in all", flush=True)
