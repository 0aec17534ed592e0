"""The board report: one HTML file that needs nothing else, opens offline, prints, and is the same on every rerun."""

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from experiments.board_report import tables
from experiments.board_report.sections import ABOUT_PARTNERS, sections
from experiments.figures import FIGURES, save, svg_for_page
from experiments.figures.style import COLOURS
from experiments.runs.answer import answer
from experiments.runs.comparison import Comparison
from experiments.runs.doubt import doubt
from experiments.runs.statistics import paired
from experiments.words.wording import capital, label, plain


def build(comparison: Comparison, out: Path, pictures: bool = True) -> Path:
    """Write ``out``/report.html and the figures as files in ``out``/figures; returns the path of the report.

    Parameters
    ----------
    pictures : also write each figure as .png (slow); .svg files are always written.
    """
    out = Path(out)
    drawn = draw(comparison, out / "figures", pictures)
    main = paired(comparison, [*comparison.decides, "cost_to_serve"])
    environment = Environment(
        loader=PackageLoader("experiments.board_report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    manifest = comparison.manifest
    page = environment.get_template("template.html").render(
        title=f"{label(manifest.get('scenario', 'organisation'))}: which relationship policy?",
        question=question(comparison),
        story=str(manifest.get("story") or ""),
        answer=first_sentence(answer(comparison, main)),
        doubt=doubt(comparison, main),
        sections=[section for section in sections(comparison, drawn) if section],
        reproduce=tables.reproduce(comparison),
        command=str(manifest.get("command", "")),
        colours=list(enumerate(COLOURS)),
    )
    out.mkdir(parents=True, exist_ok=True)
    path = out / "report.html"
    path.write_text(page.rstrip() + "\n", encoding="utf-8", newline="\n")
    return path


def draw(comparison: Comparison, folder: Path, pictures: bool) -> dict[str, Markup]:
    """Draw every figure whose table is there: name -> SVG that may stand inside the page."""
    drawn = {}
    for name, function in FIGURES.items():
        if comparison.about_partners and name not in ABOUT_PARTNERS:
            continue  # a handful of members would fill it with chance
        figure = function(comparison)
        if figure is not None:
            # Marked safe: the drawing library escapes all text it writes, so names in it stay text.
            drawn[name] = Markup(svg_for_page(save(figure, folder, name, pictures), name.replace("_", "-")))
    return drawn


def first_sentence(text: str) -> tuple[str, str]:
    """A text as (its first sentence, the rest)."""
    first, stop, rest = text.partition(". ")
    return first + stop.strip(), rest


def question(comparison: Comparison) -> str:
    """What was asked, in a sentence."""
    manifest = comparison.manifest
    others = [label(name) for name in comparison.policies]
    years = f" over {plain(manifest['years'])} years" if manifest.get("years") else ""
    many = f"{len(others)} policies are" if len(others) != 1 else "one policy is"
    asked = "Who stays, who gains, who loses, and at what price?"
    same = "the same members, the same staff"
    if comparison.about_partners:
        same = "the same two sides with the same people"
        asked = "What does the work with partners bring, who goes on, and what hangs on it?"
    return (
        f"{capital(many)} compared with {label(comparison.reference)}{years}: {same} "
        f"and the same luck; only the policy differs. {asked}"
    )
