"""One look for all figures: colours and marks per policy, text that fits, files with the same bytes every time."""

import re
from dataclasses import dataclass
from functools import wraps
from io import StringIO
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.runs.comparison import Comparison
from experiments.words.wording import label, shorten

INK, SOFT, GRID, ZONE, PAPER = "#1d2329", "#5b6670", "#d9dee3", "#eceff2", "#fefefe"
REFERENCE = "#49525b"
# Told apart with the common kinds of colour blindness; marks and dashes differ too, so colour is never alone.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#b5478d", "#8a6d00", "#3a9bdb", "#7a4fc9", "#a33b2a")
MARKS = ("o", "s", "^", "D", "v", "P", "X", "h")
DASHES = (
    "-", (0, (6, 2)), (0, (2, 1.5)), (0, (7, 2, 1.5, 2)), (0, (4, 1.5)), (0, (1, 1)), (0, (9, 3)), (0, (5, 1, 1, 1)),
)  # fmt: skip
WIDTH = 6.9
"""Inches. All figures share it, so that text has one size on the page."""
# The page gives these names a value for light, dark and print.
VARIABLES = {INK: "ink", SOFT: "soft", GRID: "grid", ZONE: "zone", PAPER: "paper", REFERENCE: "reference"}
VARIABLES |= {colour: f"policy-{place}" for place, colour in enumerate(COLOURS)}
SETTINGS = {
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "text.color": INK,
    "text.parse_math": False,  # a "$" in the name of a policy is a "$"
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.labelsize": 9.5,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.formatter.useoffset": False,
    "axes.grid": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "svg.fonttype": "none",
    "svg.hashsalt": "relationships",
    "savefig.facecolor": PAPER,
}


@dataclass(frozen=True)
class Look:
    """How one policy is drawn."""

    name: str
    colour: str
    mark: str
    dash: object


def looks(comparison: Comparison) -> dict[str, Look]:
    """Look of each policy, the same in every figure; the reference is grey."""
    made = {comparison.reference: Look(shorten(label(comparison.reference)), REFERENCE, "o", "-")}
    for place, policy in enumerate(comparison.policies):
        turn = place % len(COLOURS)
        made[policy] = Look(shorten(label(policy)), COLOURS[turn], MARKS[turn], DASHES[turn])
    return made


def styled(draw):
    """Run a drawing function under the settings above, whatever the caller's own are."""

    @wraps(draw)
    def wrapped(*arguments, **named):
        with matplotlib.rc_context({**matplotlib.rcParamsDefault, **SETTINGS, "backend": "agg"}):
            figure = draw(*arguments, **named)
            if figure is not None:
                # Laid out once here, not again for each file.
                figure.get_layout_engine().execute(figure)
                figure.set_layout_engine("none")
            return figure

    return wrapped


def blank(height: float) -> Figure:
    """An empty figure of the common width, ``height`` in inches, that lays itself out."""
    return Figure(figsize=(WIDTH, height), layout="constrained")


def spread(places, gap: float) -> np.ndarray:
    """Move label places apart, shape (n,), so that none is closer than ``gap`` to the next; order is kept."""
    places = np.asarray(places, dtype=float)
    order = np.argsort(places, kind="stable")
    moved = places[order].copy()
    groups = [[place, 1] for place in moved]  # [centre, how many labels]
    done = False
    while not done:
        done = True
        for first in range(len(groups) - 1):
            (low, few), (high, many) = groups[first], groups[first + 1]
            if high - low < gap * (few + many) / 2 - 1e-9 * gap:
                groups[first : first + 2] = [[(low * few + high * many) / (few + many), few + many]]
                done = False
                break
    moved = np.concatenate([centre + gap * (np.arange(size) - (size - 1) / 2) for centre, size in groups])
    result = np.empty_like(places)
    result[order] = moved
    return result


def end_labels(axes, ends: list[tuple[float, Look, str]], gap_points: float = 12.5) -> None:
    """Name lines at the right edge: (y in data, look, text) each, moved apart, with a mark in the line's colour."""
    height = axes.get_figure().get_size_inches()[1] * 72 * axes.get_position().height
    low, high = axes.get_ylim()
    moved = spread([place for place, _, _ in ends], gap_points * (high - low) / height)
    right = axes.get_xlim()[1]
    for (place, look, text), y in zip(ends, moved, strict=True):
        axes.annotate(
            text, (right, y), (16, 0), textcoords="offset points", va="center", annotation_clip=False, fontsize=9
        )
        axes.annotate(
            "", xy=(right, place), xytext=(13, (y - place) * height / (high - low)), textcoords="offset points",
            arrowprops={"arrowstyle": "-", "color": look.colour, "lw": 1.2, "shrinkA": 0, "shrinkB": 0},
            annotation_clip=False,
        )  # fmt: skip


def key(figure: Figure, marks: list[Look], extra: list | None = None, columns: int = 3) -> None:
    """Legend over the figure: one mark a policy, then ``extra`` handles that say what bars and bands are."""
    handles = [
        Line2D([], [], color=look.colour, marker=look.mark, linestyle=look.dash, markersize=6, lw=1.6, label=look.name)
        for look in marks
    ]
    figure.legend(handles=[*handles, *(extra or [])], loc="outside upper left", ncols=columns, borderaxespad=0.2)


def svg(figure: Figure) -> str:
    """The figure as SVG text without date, maker or metadata: the same bytes for the same figure."""
    out = StringIO()
    with matplotlib.rc_context({**matplotlib.rcParamsDefault, **SETTINGS, "backend": "agg"}):
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = re.sub(r"<!--.*?-->\s*", "", out.getvalue(), flags=re.S)
    return re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.S)


def svg_for_page(text: str, prefix: str) -> str:
    """SVG text made fit to stand inside a page with others.

    Ids get a prefix (two figures may share one otherwise, and then draw each other's parts), colours become names
    that follow light, dark and print, the font becomes the page's, and no address is left.
    """
    text = text[text.index("<svg") :].strip()
    text = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', text)
    text = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", text)
    text = re.sub(r'(?:xlink:)?href="#([^"]+)"', rf'href="#{prefix}-\1"', text)
    text = re.sub(r'\s+xmlns(:\w+)?="[^"]*"', "", text)
    for colour, name in VARIABLES.items():
        text = text.replace(colour, f"var(--{name})")
    text = text.replace("'DejaVu Sans'", "var(--font)")
    box = re.search(r'viewBox="([^"]+)"', text).group(1)
    return f'<svg viewBox="{box}" aria-hidden="true" focusable="false">{text[text.index(">") + 1 :]}'


def save(figure: Figure, folder: Path, name: str, picture: bool = True) -> str:
    """Write NAME.svg and, if ``picture``, NAME.png into ``folder``; returns the SVG text."""
    folder.mkdir(parents=True, exist_ok=True)
    text = svg(figure)
    (folder / f"{name}.svg").write_text(text, encoding="utf-8", newline="\n")
    if picture:
        with matplotlib.rc_context({**matplotlib.rcParamsDefault, **SETTINGS, "backend": "agg"}):
            figure.savefig(folder / f"{name}.png", dpi=160, metadata={"Software": None})
    return text
