"""Figures of a search through conditions: where a box lies, and which parameters matter."""

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from experiments.figures.rows import heading
from experiments.figures.style import COLOURS, INK, PAPER, SOFT, blank, styled
from experiments.figures.sweeps import parameter_words
from experiments.words.wording import capital, scale, shorten, shown_unit

MOST_PARAMETERS = 12
CASE, OTHER = "#d55e00", "#5b6670"


@styled
def scenario_box(discovery, box=None, case: str = "cases", other: str = "all else"):
    """The two conditions that tell cases best, with the box in them, and coverage against density along the way.

    Parameters
    ----------
    discovery : experiments.analysis.Discovery
    box : one of its boxes; the one it would choose when None.
    case, other : what the two kinds of points are, in a few words.
    """
    box = box or discovery.choose()
    numbers = [name for name in discovery.x if pd.api.types.is_numeric_dtype(discovery.x[name])]
    told = [name for name in discovery.explain(box)["parameter"] if name in numbers] if box.limits else []
    shown = [*told, *(name for name in numbers if name not in told)][:2]
    figure = blank(3.4)
    left, right = figure.subplots(1, 2, width_ratios=[1.25, 1])
    if len(shown) == 2:
        across, up = shown
        for cases, colour, mark, name in ((False, OTHER, ".", other), (True, CASE, "o", case)):
            own = discovery.x[discovery.cases == cases]
            left.plot(
                own[across], own[up], mark, color=colour, ms=4 if cases else 3, alpha=0.75, mec="none", label=name
            )
        sides = []
        for name in shown:
            ends = discovery.x[name].min(), discovery.x[name].max()
            limit = box.limits.get(name, (-np.inf, np.inf))
            sides.append((max(limit[0], ends[0]), min(limit[1], ends[1])))
        (x0, x1), (y0, y1) = sides
        left.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, ec=INK, lw=1.8))
        left.set_xlabel(capital(parameter_words(across)))
        left.set_ylabel(capital(parameter_words(up)))
        figure.legend(*left.get_legend_handles_labels(), loc="outside upper left", ncols=2, borderaxespad=0.2)
    left.set_title("Where it happens", loc="left", fontsize=9.5, color=INK, pad=5)
    way = discovery.table()
    right.plot(100 * way["coverage"], 100 * way["density"], color=SOFT, lw=1.2, marker="o", ms=3)
    right.plot(100 * box.coverage, 100 * box.density, "s", color=INK, ms=8, mfc="none", mew=1.8)
    right.set_xlabel("cases in the box, of 100 (coverage)")
    right.set_ylabel("cases among 100 in the box (density)")
    right.set_xlim(0, 103)
    right.set_title("How dense, how wide", loc="left", fontsize=9.5, color=INK, pad=5)
    return figure


@styled
def sensitivity(table: pd.DataFrame):
    """Morris or Sobol indices: one panel a metric, one row a parameter, the weightiest first.

    Parameters
    ----------
    table : DataFrame
        Rows of indices.csv of one policy and one outcome (level or difference).
    """
    if not len(table):
        return None
    method = table["method"].iloc[0]
    size, beside = ("mu_star", "sigma") if method == "morris" else ("ST", "S1")
    metrics = list(dict.fromkeys(table["metric"]))[:5]
    parts = {}
    for metric in metrics:
        own = table[(table["metric"] == metric) & (table["parameter_2"].fillna("") == "")]
        wide = own.pivot(index="parameter", columns="index", values=["value", "ci_low", "ci_high"])
        parts[metric] = wide.sort_values(("value", size), ascending=False).head(MOST_PARAMETERS)
    ratios = [0.62 + 0.26 * len(own) for own in parts.values()]
    figure = blank(0.7 + sum(ratios))
    grid = np.atleast_1d(figure.subplots(len(parts), 1, height_ratios=ratios, sharex=method == "sobol"))
    for axes, (metric, own) in zip(grid, parts.items(), strict=True):
        unit = table.loc[table["metric"] == metric, "unit"].iloc[0]
        factor = scale(unit) if method == "morris" else 1.0
        for place, row in enumerate(own.itertuples(index=False)):
            values = dict(zip(own.columns, row, strict=True))
            axes.plot(factor * np.array([values["ci_low", size], values["ci_high", size]]), [place, place], color=COLOURS[0], lw=4.5,
                      solid_capstyle="butt", alpha=0.55)  # fmt: skip
            axes.plot(factor * values["value", beside], place, "s", color=COLOURS[1], ms=5.5, mec=PAPER, zorder=3)
            axes.plot(factor * values["value", size], place, "o", color=COLOURS[0], ms=7, mec=PAPER, mew=0.9, zorder=4)
        axes.set_yticks(range(len(own)), [shorten(parameter_words(name), 34) for name in own.index])
        axes.set_ylim(len(own) - 0.5, -0.5)
        axes.axvline(0, color=SOFT, lw=1)
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10], min_n_ticks=3))
        axes.grid(False, axis="y")
        words = (
            f"change over the whole range, {shown_unit(unit)}"
            if method == "morris"
            else "share of the variance, 0 to 1"
        )
        heading(axes, metric, words)
    names = {
        "mu_star": "mean size of the effect (mu*) and its precision (95 %)", "sigma": "how much it depends on all else (sigma)",
        "ST": "with everything it takes part in (ST) and its precision (95 %)", "S1": "alone (S1)",
    }  # fmt: skip
    handles = [Line2D([], [], color=COLOURS[0], lw=4, marker="o", ms=6, mec=PAPER, label=names[size])]
    handles.append(Line2D([], [], color=COLOURS[1], marker="s", ls="", ms=5.5, label=names[beside]))
    figure.legend(handles=handles, loc="outside upper left", ncols=1, borderaxespad=0.2)
    return figure
