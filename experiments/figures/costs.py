"""Figures for weighing: cost beside benefit, and the effect along what data cannot tell."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from experiments.figures.style import PAPER, SOFT, blank, end_labels, key, looks, styled
from experiments.runs.statistics import paired, t_interval
from experiments.words.wording import scale

CHANGES = {
    "retention_rate": "change in renewals, of 100",
    "value_surplus_mean": "change in value, dues a year",
    "cost_to_serve": "change in cost to serve, dues a year",
    "margin": "change in margin, dues a year",
}


@styled
def cost_and_benefit(comparison):
    """Change in cost to serve and in margin (across) against change in retention and in value (up), with precision."""
    table = paired(comparison, CHANGES).set_index(["metric", "policy"])
    found = set(table.index.get_level_values("metric")[table["n"] > 0])
    across = [metric for metric in ("cost_to_serve", "margin") if metric in found]
    up = [metric for metric in ("retention_rate", "value_surplus_mean") if metric in found]
    if not across or not up:
        return None
    styles = looks(comparison)
    figure = blank(0.6 + 2.6 * len(up))
    grid = figure.subplots(len(up), len(across), sharex="col", sharey="row", squeeze=False)
    for row, benefit in enumerate(up):
        for column, cost in enumerate(across):
            axes = grid[row, column]
            axes.axhline(0, color=SOFT, lw=1)
            axes.axvline(0, color=SOFT, lw=1)
            for policy in comparison.policies:
                cross(axes, table.loc[(cost, policy)], table.loc[(benefit, policy)], styles[policy],
                      scale(comparison.unit(cost)), scale(comparison.unit(benefit)))  # fmt: skip
            axes.margins(0.14)
            for limits, widen in ((axes.get_xlim(), axes.set_xlim), (axes.get_ylim(), axes.set_ylim)):
                room = 0.12 * (limits[1] - limits[0])  # both sides of zero are seen, so that better and worse are
                widen(min(limits[0], -room), max(limits[1], room))
            axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
            axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
            better = "left" if comparison.better(cost) < 0 else "right"
            words = ("cheaper" if cost == "cost_to_serve" else "higher margin") + ", and better"
            axes.text(0.02 if better == "left" else 0.98, 1.02, words, ha=better, va="bottom", fontsize=8.5, color=SOFT,
                      style="italic", transform=axes.transAxes,
                      bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1})  # fmt: skip
            if row == len(up) - 1:
                axes.set_xlabel(CHANGES[cost])
            if column == 0:
                axes.set_ylabel(CHANGES[benefit])
    key(figure, [styles[policy] for policy in comparison.policies], columns=3)
    return figure


def cross(axes, across, up, look, across_factor: float, up_factor: float) -> None:
    """One policy: a mark with the precision of both averages."""
    x, y = across_factor * across["difference"], up_factor * up["difference"]
    axes.plot(across_factor * np.array([across["ci_low"], across["ci_high"]]), [y, y], color=look.colour, lw=1.8)
    axes.plot([x, x], up_factor * np.array([up["ci_low"], up["ci_high"]]), color=look.colour, lw=1.8)
    axes.plot(x, y, look.mark, color=look.colour, ms=8, mec=PAPER, mew=0.9, zorder=4)


@styled
def lived_experience(comparison):
    """Effect of each policy along the weight of lived experience, which retention data cannot identify."""
    table = comparison.line
    if not len(table):
        return None
    shown = [
        (column, factor, words)
        for column, factor, words in (
            ("retention_difference", 100.0, "members kept, of 100 due"),
            ("value_difference", 1.0, "value, dues a year"),
        )
        if column in table.columns and table[column].notna().any()
    ]
    if not shown:
        return None
    styles = looks(comparison)
    figure = blank(0.8 + 2.5 * len(shown))
    grid = figure.subplots(len(shown), 1, sharex=True, squeeze=False)[:, 0]
    ends = []
    for axes, (column, factor, words) in zip(grid, shown, strict=True):
        last = []
        for policy in [name for name in comparison.policies if name in set(table["policy"])]:
            groups = factor * table[table["policy"] == policy].dropna(subset=[column]).set_index("lived_weight")[column]
            groups = groups.groupby(level=0)
            mean = groups.mean()
            bands = np.array([t_interval(values) for _, values in groups]).reshape(-1, 2)
            look = styles[policy]
            axes.fill_between(mean.index, bands[:, 0], bands[:, 1], color=look.colour, alpha=0.18, lw=0)
            axes.plot(
                mean.index,
                mean,
                color=look.colour,
                linestyle=look.dash,
                lw=1.8,
                marker=look.mark,
                ms=4.5,
                clip_on=False,
            )
            if len(mean):
                last.append((mean.iloc[-1], look, look.name))
        ends.append(last)
        axes.axhline(0, color=SOFT, lw=1.2)
        axes.set_ylabel(f"change in {words}", fontsize=9)
        axes.set_xlim(table["lived_weight"].min(), table["lived_weight"].max())
    grid[-1].set_xlabel("weight of lived experience in the decision to renew")
    name_ends(grid[0], table)
    figure.draw_without_rendering()
    for axes, last in zip(grid, ends, strict=True):
        end_labels(axes, last)
    return figure


def name_ends(axes, table) -> None:
    """Words over both ends of the line, from the column ``end``."""
    words = {"low": "hardly counts", "high": "counts a lot"}
    if "end" not in table.columns:
        return
    for end, side in (("low", "left"), ("high", "right")):
        places = table.loc[table["end"] == end, "lived_weight"]
        if len(places):
            axes.annotate(words[end], (places.iloc[0], 1), (0, 4), xycoords=("data", "axes fraction"), ha=side,
                          va="bottom", textcoords="offset points", fontsize=9, color=SOFT, style="italic")  # fmt: skip
