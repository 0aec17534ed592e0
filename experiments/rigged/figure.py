"""The composite against what a mix changes, one point a draw."""

import numpy as np
import pandas as pd

from experiments.figures.style import COLOURS, INK, blank, styled
from experiments.rigged.draws import NEAR_WORLDS, ONE_WORLD
from experiments.rigged.page import DIFFERENCE, OUTCOMES, WORLDS, outcome_of

SHOWN = ("value_member_mean", "retention_rate", "margin_growth")
EDGES = (0.02, 0.98)


@styled
def scatter(runs: pd.DataFrame):
    """Six panels: three outcomes against conventional, in the default world and in near worlds.

    A panel shows 96 % of the points: the worst and the best would press the others together.
    """
    figure = blank(4.6)
    panels = figure.subplots(2, len(SHOWN), sharex=True)
    for line, worlds in zip(panels, (ONE_WORLD, NEAR_WORLDS), strict=True):
        own = runs[runs["worlds"] == worlds]
        for panel, name in zip(line, SHOWN, strict=True):
            y = outcome_of(own, name, DIFFERENCE)
            panel.axhline(0.0, color=INK, lw=0.8)
            panel.plot(own["composite"], y, ".", color=COLOURS[0], ms=3, alpha=0.6, mec="none")
            low, high = np.nanquantile(y, EDGES)
            panel.set_ylim(low - 0.05 * (high - low), high + 0.05 * (high - low))
            if worlds == ONE_WORLD:
                panel.set_title(OUTCOMES[name], loc="left", fontsize=9.5, color=INK)
    for panel in panels[-1]:
        panel.set_xlabel("composite, -1 to 1")
    for line, worlds in zip(panels, (ONE_WORLD, NEAR_WORLDS), strict=True):
        line[0].set_ylabel(f"mix less conventional,\n{WORLDS[worlds]}")
    return figure
