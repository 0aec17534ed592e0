"""Figures of a sweep: each takes an :class:`experiments.analysis.Analysis` and returns a Figure, or None where nothing is to be shown."""

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from experiments.figures.rows import heading
from experiments.figures.style import COLOURS, DASHES, INK, MARKS, PAPER, SOFT, ZONE, Look, blank, styled
from experiments.words.wording import label, scale, shorten, shown_unit

MOST_ROWS = 8
MOST_LINES = 8
MAIN, PAIR = "#0072b2", "#009e73"


def parameter_words(path) -> str:
    """A dotted name as people read it: "strictness", "needs: spread"."""
    parts = [label(part) for part in str(path).split(".")]
    parts = parts[1:] if len(parts) > 1 and parts[0] in ("policy", "world") else parts
    return ": ".join(parts)


def value_words(value) -> str:
    """A value of a parameter, short."""
    return f"{value:.4g}" if isinstance(value, (int, float, np.number)) else label(value)


def _rows(axes, table: pd.DataFrame, names: list[str], factor: float, smallest, colour: str, mark: str) -> None:
    """Dots with their precision, one row an effect, and the zone that is no news."""
    if smallest is not None:
        axes.axvspan(-factor * smallest, factor * smallest, color=ZONE, lw=0, zorder=0)
    axes.axvline(0, color=SOFT, lw=1, zorder=1)
    for place, row in enumerate(table.to_dict("records")):
        axes.plot(
            factor * np.array([row["ci_low"], row["ci_high"]]),
            [place, place],
            color=colour,
            lw=4.5,
            solid_capstyle="butt",
        )
        axes.plot(factor * row["difference"], place, mark, color=colour, ms=7, mec=PAPER, mew=0.9, zorder=4)
        share = row["share_of_variance"]
        if np.isfinite(share):
            axes.text(
                1.02, place, f"{100 * share:.0f} %", va="center", fontsize=9, transform=axes.get_yaxis_transform()
            )
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(False, axis="y")
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10], min_n_ticks=3))
    axes.spines["left"].set_visible(False)


def _effects(analysis, kind: str, words, title: str, colour: str, mark: str):
    """One panel a metric that decides, one row an effect, the weightiest first."""
    table = analysis.effects
    metrics = [name for name in analysis.table.deciding if name in set(table["metric"])][:5]
    table = table[(table["effect"] == kind) & table["metric"].isin(metrics)]
    if not len(table):
        return None
    parts = {metric: table[table["metric"] == metric].head(MOST_ROWS) for metric in metrics}
    figure = blank(0.7 + sum(0.62 + 0.27 * len(own) for own in parts.values()))
    ratios = [0.62 + 0.27 * len(own) for own in parts.values()]
    grid = np.atleast_1d(figure.subplots(len(parts), 1, height_ratios=ratios))
    for place, (axes, (metric, own)) in enumerate(zip(grid, parts.items(), strict=True)):
        unit, better, smallest = analysis.table.describe(metric)
        _rows(
            axes, own, [shorten(words(row), 44) for row in own.to_dict("records")], scale(unit), smallest, colour, mark
        )
        heading(axes, metric, f"{title}, {shown_unit(unit)}", "" if better >= 0 else " (less is better)")
        if place == 0:
            axes.text(1.02, 1.0, "of the\nvariance", va="bottom", fontsize=8.5, color=SOFT, transform=axes.transAxes)
    handles = [
        Line2D([], [], color=colour, lw=4, marker=mark, ms=6, mec=PAPER, label="effect and its precision (95 %)")
    ]
    handles.append(Patch(facecolor=ZONE, label="no difference worth acting on"))
    figure.legend(handles=handles, loc="outside upper left", ncols=2, borderaxespad=0.2)
    return figure


@styled
def main_effects(analysis):
    """What going from the low to the high end of each parameter changes, averaged over all else."""

    def words(row) -> str:
        return f"{parameter_words(row['parameter'])}: {value_words(row['low'])} to {value_words(row['high'])}"

    return _effects(analysis, "main", words, "change", MAIN, "o")


@styled
def interactions(analysis):
    """What two parameters change together beyond the sum of each."""

    def words(row) -> str:
        first, second = (
            parameter_words(row[f"parameter{end}"])
            + ("" if isinstance(row[f"high{end}"], (int, float)) else f" {value_words(row[f'high{end}'])}")
            for end in ("", "_2")
        )
        return f"{first} with {second}"

    return _effects(analysis, "interaction", words, "change beyond the sum", PAIR, "^")


def _looks(analysis, shown) -> dict[str, Look]:
    """Look of each decision that is shown, the same in every figure."""
    known = [name for name in dict.fromkeys(analysis.table.labelled["decision"]) if name in set(shown)][:MOST_LINES]
    return {
        name: Look(shorten(label(name), 34), COLOURS[k % len(COLOURS)], MARKS[k % len(MARKS)], DASHES[k % len(DASHES)])
        for k, name in enumerate(known)
    }


def _legend(figure, looks) -> None:
    handles = [
        Line2D([], [], color=look.colour, marker=look.mark, ls=look.dash, ms=5, lw=1.6, label=look.name)
        for look in looks
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=2, borderaxespad=0.2)


@styled
def over_worlds(analysis):
    """Difference to the reference in every world, sorted: in how many it is better, in how many worse, and by how much."""
    table = analysis.differences
    table = table[table["n"] > 0]
    if not len(table) or table["condition"].nunique() < 2:
        return None
    looks = _looks(analysis, table["policy"])
    metrics = list(dict.fromkeys(table["metric"]))[:5]
    figure = blank(0.7 + 2.1 * len(metrics))
    for axes, metric in zip(np.atleast_1d(figure.subplots(len(metrics), 1)), metrics, strict=True):
        unit, better, smallest = analysis.table.describe(metric)
        factor = scale(unit)
        if smallest is not None:
            axes.axhspan(-factor * smallest, factor * smallest, color=ZONE, lw=0)
        axes.axhline(0, color=SOFT, lw=1)
        for name, look in looks.items():
            own = table[(table["metric"] == metric) & (table["policy"] == name)].sort_values("difference")
            at = (np.arange(len(own)) + 0.5) / max(1, len(own)) * 100
            axes.fill_between(at, factor * own["ci_low"], factor * own["ci_high"], color=look.colour, alpha=0.15, lw=0)
            axes.plot(at, factor * own["difference"], color=look.colour, ls=look.dash, marker=look.mark, ms=3.5, lw=1.4)
        axes.set_xlim(0, 100)
        heading(axes, metric, f"difference to {label(table['reference'].iloc[0])}, {shown_unit(unit)}",
                "" if better >= 0 else " (less is better)")  # fmt: skip
    axes.set_xlabel("worlds looked at, of 100, each line sorted from its lowest difference to its highest")
    _legend(figure, looks.values())
    return figure


@styled
def quantile_differences(analysis):
    """Difference of the quantiles of all runs: are bad runs worse, and good runs better?"""
    table = analysis.quantiles
    if not len(table):
        return None
    looks = _looks(analysis, table["policy"])
    metrics = list(dict.fromkeys(table["metric"]))[:5]
    figure = blank(0.7 + 2.0 * len(metrics))
    for axes, metric in zip(np.atleast_1d(figure.subplots(len(metrics), 1)), metrics, strict=True):
        unit, better, _ = analysis.table.describe(metric)
        factor = scale(unit)
        axes.axhline(0, color=SOFT, lw=1)
        for name, look in looks.items():
            own = table[(table["metric"] == metric) & (table["policy"] == name)]
            at = 100 * own["quantile"]
            axes.fill_between(at, factor * own["ci_low"], factor * own["ci_high"], color=look.colour, alpha=0.15, lw=0)
            axes.plot(at, factor * own["difference"], color=look.colour, ls=look.dash, marker=look.mark, ms=4.5, lw=1.5)
        axes.set_xlim(0, 100)
        heading(axes, metric, f"difference to {label(table['reference'].iloc[0])}, {shown_unit(unit)}",
                "" if better >= 0 else " (less is better)")  # fmt: skip
    axes.set_xlabel("quantile of all runs, of 100: lowest runs left, highest runs right")
    _legend(figure, looks.values())
    return figure


@styled
def regret(analysis):
    """How much one may come to regret each decision, and in how many worlds it does well enough."""
    if not analysis.table.conditions or not len(analysis.robustness):
        return None
    table = analysis.robustness
    if table["n_worlds"].max() < 2:
        return None
    metrics = list(dict.fromkeys(table["metric"]))[:5]
    parts = {metric: table[table["metric"] == metric].head(MOST_ROWS) for metric in metrics}
    ratios = [0.62 + 0.3 * len(own) for own in parts.values()]
    figure = blank(0.7 + sum(ratios))
    for place, (axes, (metric, own)) in enumerate(
        zip(np.atleast_1d(figure.subplots(len(parts), 1, height_ratios=ratios)), parts.items(), strict=True)
    ):
        unit, _, _ = analysis.table.describe(metric)
        factor = scale(unit)
        for row, values in enumerate(own.to_dict("records")):
            axes.plot([0, factor * values["regret_max"]], [row, row], color=SOFT, lw=1.2, zorder=2)
            axes.plot(factor * values["regret_mean"], row, "o", color=MAIN, ms=7, mec=PAPER, zorder=4)
            axes.plot(factor * values["regret_p90"], row, "|", color=INK, ms=12, mew=1.6, zorder=3)
            axes.plot(factor * values["regret_max"], row, "X", color="#d55e00", ms=7, mec=PAPER, zorder=4)
            axes.text(
                1.02,
                row,
                f"{100 * values['share_satisfied']:.0f} of 100",
                va="center",
                fontsize=9,
                transform=axes.get_yaxis_transform(),
            )
        axes.set_yticks(range(len(own)), [shorten(label(name), 34) for name in own["decision"]])
        axes.set_ylim(len(own) - 0.5, -0.5)
        axes.set_xlim(left=0)
        axes.grid(False, axis="y")
        heading(axes, metric, f"regret, {shown_unit(unit)}", " (less is better)")
        if place == 0:
            axes.text(
                1.02,
                1.0,
                "good enough in\nworlds looked at",
                va="bottom",
                fontsize=8.5,
                color=SOFT,
                transform=axes.transAxes,
            )
    handles = [
        Line2D([], [], color=MAIN, marker="o", ls="", ms=6, label="average over worlds"),
        Line2D([], [], color=INK, marker="|", ls="", ms=11, mew=1.6, label="nine worlds in ten stay below"),
        Line2D([], [], color="#d55e00", marker="X", ls="", ms=6, label="largest"),
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=3, borderaxespad=0.2)
    return figure


SWEEP_FIGURES = {
    "main_effects": main_effects,
    "interactions": interactions,
    "over_worlds": over_worlds,
    "quantile_differences": quantile_differences,
    "regret": regret,
}
"""Name of the file -> function of an analysis."""
