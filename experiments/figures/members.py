"""Figures about members: who stays, and who gains or loses."""

from textwrap import wrap

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from experiments.figures.style import SOFT, blank, end_labels, looks, styled
from experiments.runs.statistics import t_interval


@styled
def survival(comparison):
    """Members at the switch who are still there, year by year; bands hold nine runs in ten.

    The axis does not start at 0: what differs lies far above, and the page says so.
    """
    table = comparison.survival.dropna(subset=["share"]) if len(comparison.survival) else comparison.survival
    if not len(table):
        return None
    figure = blank(4.1)
    axes = figure.subplots()
    ends = []
    for policy, look in looks(comparison).items():
        own = 100 * table[table["policy"] == policy].groupby("year")["share"].agg(
            mean="mean", low=lambda values: values.quantile(0.05), high=lambda values: values.quantile(0.95)
        )  # fmt: skip
        if own.empty:
            continue
        axes.fill_between(own.index, own["low"], own["high"], color=look.colour, alpha=0.13, lw=0)
        axes.plot(
            own.index, own["mean"], color=look.colour, linestyle=look.dash, lw=2, marker=look.mark, ms=5, clip_on=False
        )
        ends.append((own["mean"].iloc[-1], look, f"{look.name}  {own['mean'].iloc[-1]:.0f}"))
    axes.set_xlabel("years after the switch")
    axes.set_ylabel("still members, of 100 at the switch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlim(table["year"].min(), table["year"].max())
    handles = [
        Line2D([], [], color=SOFT, lw=2, label="average"),
        Patch(facecolor=SOFT, alpha=0.25, label="nine runs in ten"),
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=2, borderaxespad=0.2)
    figure.draw_without_rendering()
    end_labels(axes, ends)
    return figure


@styled
def who_gains(comparison):
    """Change by rank before the switch (the same people) beside change of each quantile (not the same people)."""
    deciles, quantiles = comparison.deciles, comparison.quantiles
    present = set(deciles["policy"] if len(deciles) else ()) | set(quantiles["policy"] if len(quantiles) else ())
    policies = [policy for policy in comparison.policies if policy in present]
    if not policies:
        return None
    tails = {"difference_low_tail", "difference_high_tail"} <= set(deciles.columns)
    shown = [kind for kind, there in (("mean", len(deciles)), ("people", tails), ("other", len(quantiles))) if there]
    figure = blank(0.95 + 1.5 * len(policies))
    grid = figure.subplots(len(policies), len(shown), sharex="col", squeeze=False)
    columns = dict(zip(shown, grid.T, strict=True))
    styles = looks(comparison)
    for row, policy in enumerate(policies):
        look = styles[policy]
        own = deciles[deciles["policy"] == policy] if len(deciles) else deciles
        if "mean" in columns:
            line_and_band(columns["mean"][row], own, "decile", look)
        if "people" in columns:
            people(columns["people"][row], own, look)
        if "other" in columns:
            other = quantiles[quantiles["policy"] == policy].assign(quantile=lambda table: 100 * table["quantile"])
            line_and_band(columns["other"][row], other, "quantile", look)
        grid[row, 0].set_ylabel("\n".join(wrap(look.name, 16, max_lines=2, placeholder="…")), fontsize=9)
    level([*columns.get("mean", ()), *columns.get("other", ())])
    level(columns.get("people", ()))
    words = {"mean": "the same people:\naverage of each tenth", "people": "the same people:\neight in ten of them",
             "other": "not the same people:\nlow to high value"}  # fmt: skip
    for kind, axes in columns.items():
        axes[0].set_title(words[kind], loc="left", fontsize=9.5, pad=6)
        if kind == "other":
            axes[-1].set_xticks([5, 50, 95], ["lowest", "middle", "highest"])
            axes[-1].set_xlabel("rank under each policy", fontsize=9)
        else:
            axes[-1].set_xticks([1, 5.5, 10], ["weakest", "", "strongest"])
            axes[-1].set_xlabel("rank before the switch", fontsize=9)
    handles = [
        Line2D([], [], color=SOFT, lw=2, marker="o", ms=3.5, label="change, dues per member-year"),
        Patch(facecolor=SOFT, alpha=0.5, label="its precision (95 %)"),
    ]
    if tails:
        handles.append(Patch(facecolor=SOFT, alpha=0.2, label="eight in ten people"))
    figure.legend(handles=handles, loc="outside upper left", ncols=3, borderaxespad=0.2, columnspacing=1.2)
    return figure


def level(panels) -> None:
    """Give panels one scale and a zero line, so that heights can be compared."""
    if len(panels):
        low, high = min(axes.get_ylim()[0] for axes in panels), max(axes.get_ylim()[1] for axes in panels)
        for axes in panels:
            axes.set_ylim(min(low, 0), max(high, 0))
            axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
            axes.axhline(0, color=SOFT, lw=1)


def people(axes, own, look) -> None:
    """Range of eight in ten people of each tenth, averaged over replicates, around the mean."""
    means = own.groupby("decile")[["difference_low_tail", "difference_high_tail", "difference"]].mean()
    low, high = means["difference_low_tail"], means["difference_high_tail"]
    axes.fill_between(means.index, low, high, color=look.colour, alpha=0.2, lw=0)
    for edge in (low, high):
        axes.plot(means.index, edge, color=look.colour, lw=1)
    axes.plot(means.index, means["difference"], color=look.colour, lw=1.8)


def line_and_band(axes, own, column: str, look) -> None:
    """Mean over replicates along a column, with the interval of that mean."""
    groups = own.dropna(subset=["difference"]).groupby(column)["difference"]
    mean = groups.mean()
    bands = np.array([t_interval(values) for _, values in groups]).reshape(-1, 2)
    axes.fill_between(mean.index, bands[:, 0], bands[:, 1], color=look.colour, alpha=0.4, lw=0)
    axes.plot(mean.index, mean, color=look.colour, lw=1.8, marker=look.mark, ms=3.5)
