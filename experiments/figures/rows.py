"""Figures made of rows: a dot, its precision (thick), where nine runs in ten fell (thin), a zone that is no news."""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from experiments.figures.style import INK, PAPER, SOFT, ZONE, Look, blank, looks, styled
from experiments.runs.statistics import factorial, paired
from experiments.words.wording import capital, changing, metric_words, number, scale, shorten, shown_unit

EFFECT_LOOKS = {
    "strictness": Look("loosened, against strict", "#0072b2", "o", "-"),
    "view": Look("holistic, against siloed", "#d55e00", "s", "-"),
    "interaction": Look("both, beyond the sum", "#009e73", "^", "-"),
}


def row_key(figure, columns: int = 3) -> None:
    """What dot, thick bar, thin bar and zone are."""
    handles = [
        Line2D([], [], color=INK, lw=4, marker="o", ms=6, mec=PAPER, label="average and its precision (95 %)"),
        Line2D([], [], color=INK, lw=1.1, marker="|", ms=9, label="nine runs in ten"),
    ]  # fmt: skip
    handles.append(Patch(facecolor=ZONE, label="no difference worth acting on"))
    figure.legend(handles=handles, loc="outside upper left", ncols=columns, borderaxespad=0.2, columnspacing=1.2)


def panel(axes, rows, factor: float, smallest: float | None) -> None:
    """Draw rows from top to bottom: (look, mapping with difference, ci_*, run_*, and n and share_better if known)."""
    # A failed or single run has no bars; the dot stays.
    if smallest is not None:
        axes.axvspan(-factor * smallest, factor * smallest, color=ZONE, lw=0, zorder=0)
    axes.axvline(0, color=SOFT, lw=1, zorder=1)
    for place, (look, row) in enumerate(rows):
        thin, thick = (factor * np.array([row[f"{kind}_low"], row[f"{kind}_high"]]) for kind in ("run", "ci"))
        axes.plot(thick, [place, place], color=look.colour, lw=5, solid_capstyle="butt", zorder=2)
        # With few runs the thick bar is the longer one: end strokes keep the thin bar to be seen.
        axes.plot(thin, [place, place], color=look.colour, lw=1.1, marker="|", ms=9, zorder=3)
        axes.plot(factor * row["difference"], place, look.mark, color=look.colour, ms=7.5, mec=PAPER, mew=0.9, zorder=4)
    axes.set_yticks(range(len(rows)), [look.name for look, _ in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10], min_n_ticks=4))
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)


def wins(axes, rows) -> None:
    """Count of pairs in which the policy was better, at the right edge of each row."""
    for place, (_, row) in enumerate(rows):
        if np.isfinite(row["share_better"]):
            axes.text(1.02, place, f"{round(row['share_better'] * row['n'])} of {row['n']}", va="center", fontsize=9,
                      color=INK, transform=axes.get_yaxis_transform())  # fmt: skip


def heading(axes, metric: str, unit: str, note: str = "") -> None:
    """Name and unit of a panel, above it at the left; this is a label, not the title of the figure."""
    axes.set_title(f"{capital(metric_words(metric))}: {unit}{note}", loc="left", fontsize=9.5, color=INK, pad=5)


def stack(figure, comparison, table, metrics, count=True) -> None:
    """One panel a metric, one row a policy."""
    styles = looks(comparison)
    grid = np.atleast_1d(figure.subplots(len(metrics), 1))
    for place, (axes, metric) in enumerate(zip(grid, metrics, strict=True)):
        rows = [(styles[row["policy"]], row) for _, row in table[table["metric"] == metric].iterrows()]
        unit = comparison.unit(metric)
        panel(axes, rows, scale(unit), comparison.threshold(metric))
        words = "change in 100 due" if metric == "retention_rate" else changing(unit)
        heading(axes, metric, words, "" if comparison.better(metric) >= 0 else " (less is better)")
        if count:
            wins(axes, rows)
            if place == 0:
                axes.text(1.02, 1.0, "better in", va="bottom", fontsize=9, color=SOFT, transform=axes.transAxes)


@styled
def paired_differences(comparison):
    """Each policy against the reference in the metrics that decide."""
    table = paired(comparison, comparison.decides)
    table = table[table["n"] > 0]
    metrics = [metric for metric in comparison.decides if metric in set(table["metric"])]
    if not metrics:
        return None
    figure = blank(0.5 + sum(0.62 + 0.25 * (table["metric"] == metric).sum() for metric in metrics))
    stack(figure, comparison, table, metrics)
    row_key(figure)
    return figure


@styled
def tails(comparison):
    """Upside and downside beyond the reference, per member-year and per request."""
    names = [f"{side}_beyond_reference{unit}" for side in ("upside", "downside") for unit in ("", "_per_request")]
    if comparison.about_partners:
        names = [name for name in comparison.decides if name.endswith("_beyond_reference")]
    table = paired(comparison, names)
    table = table[table["n"] > 0]
    metrics = [name for name in names if name in set(table["metric"])]
    if not metrics:
        return None
    figure = blank(0.5 + sum(0.62 + 0.25 * (table["metric"] == metric).sum() for metric in metrics))
    stack(figure, comparison, table, metrics)
    row_key(figure)
    return figure


@styled
def factors(comparison):
    """Main effects of loosening and of the holistic view, and what both give beyond the sum of each."""
    table = factorial(comparison)
    table = table[table["n"] > 0]
    metrics = list(dict.fromkeys(table["metric"]))
    if not metrics:
        return None
    figure = blank(0.5 + 1.32 * len(metrics))
    for axes, metric in zip(np.atleast_1d(figure.subplots(len(metrics), 1)), metrics, strict=True):
        rows = [(EFFECT_LOOKS[row["effect"]], row) for _, row in table[table["metric"] == metric].iterrows()]
        unit = comparison.unit(metric)
        panel(axes, rows, scale(unit), comparison.threshold(metric))
        words = "effect on 100 due" if metric == "retention_rate" else f"effect in {shown_unit(unit)}"
        heading(axes, metric, words, "" if comparison.better(metric) >= 0 else " (less is better)")
    row_key(figure)
    return figure


@styled
def targets(comparison):
    """Measured values as bands of one width, and where the model falls in or beside them."""
    table = comparison.targets
    if not len(table):
        return None
    figure = blank(0.9 + 0.42 * len(table))
    axes = figure.subplots()
    far = 2.0
    axes.axvspan(-1, 1, color=ZONE, lw=0, zorder=0)
    for place, row in enumerate(table.to_dict("records")):
        half = (row["high"] - row["low"]) / 2 or 1.0
        middle = (row["high"] + row["low"]) / 2
        where = (row["simulated"] - middle) / half
        colour = "#0072b2" if row["met"] is True or row["met"] == 1 else "#d55e00"
        axes.plot((row["value"] - middle) / half, place, "|", color=INK, ms=15, mew=1.4, zorder=2)
        if abs(where) > far:
            axes.plot(np.sign(where) * far, place, ">" if where > 0 else "<", color=colour, ms=9)
        elif np.isfinite(where):
            error = 1.96 * row["standard_error"] / half if np.isfinite(row["standard_error"]) else 0.0
            axes.plot([where - error, where + error], [place, place], color=colour, lw=4, solid_capstyle="butt")
            axes.plot(where, place, "o" if colour == "#0072b2" else "X", color=colour, ms=8, mec=PAPER, mew=0.9)
        factor = scale(row["unit"])
        places = 1 if factor > 1 else 2
        found, low, high = (number(factor * row[name], places) for name in ("simulated", "low", "high"))
        text = f"{found}  ({low} to {high})"
        axes.text(1.02, place, text, va="center", fontsize=9, transform=axes.get_yaxis_transform())
    axes.text(1.02, 1.01, "model (band)", va="bottom", fontsize=9, color=SOFT, transform=axes.transAxes)
    axes.set_xlim(-far - 0.12, far + 0.12)
    axes.set_ylim(len(table) - 0.5, -0.5)
    axes.set_yticks(range(len(table)), [shorten(str(name), 36) for name in table["statistic"]])
    axes.set_xticks([-1, 1], ["low end", "high end"])
    handles = [
        Patch(facecolor=ZONE, label="measured: band"),
        Line2D([], [], color=INK, marker="|", ls="", ms=12, mew=1.4, label="value"),
        Line2D([], [], color="#0072b2", marker="o", ms=7, mec=PAPER, lw=4, label="model, in the band"),
        Line2D([], [], color="#d55e00", marker="X", ms=7, mec=PAPER, lw=4, label="outside"),
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=4, borderaxespad=0.2, columnspacing=1.2)
    axes.grid(False)
    axes.spines["left"].set_visible(False)
    return figure
