"""Write the generated pages of docs/ from the code: parameters, levers, metrics, columns, order of events.

``python tools/write_docs.py`` writes them; with ``--check`` it only says whether they are up to date (exit status 1 if not).
"""

import sys
from dataclasses import fields
from pathlib import Path

from sim import WEEK, Policy, Scenario, World
from sim.agents import Contact, Leader, Member, Partner, Staff
from sim.metrics import METRICS
from sim.pairs import PAIRED
from sim.quantities import described
from sim.recording import SERIES
from sim.rows import Case, Circle, Community, Dealing, Department, Friendship, Origin, PartnerTie, Project, Rival, Tie
from sim.scenario import Fit

DOCS = Path(__file__).resolve().parent.parent / "docs"
NOTE = "<!-- Written by tools/write_docs.py from the code: edit there, then run `make docs`. -->\n\n"


def table(head: list[str], rows: list[list]) -> str:
    """A Markdown table."""
    clean = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    return "\n".join(["| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *clean]]) + "\n"


def number(value) -> str:
    """A number as short as it can be."""
    return "-" if value is None else f"{value:g}" if isinstance(value, (int, float)) else str(value)


def quantity_rows(kind) -> list[list]:
    """One row a quantity of a dataclass."""
    example = kind()
    return [
        [f"`{name}`", number(getattr(example, name)), what.unit, f"{what.low:g} .. {what.high:g}", what.about, what.source]
        for name, what in described(kind).items()
    ]


KINDS = (
    (Member, "Member"), (Staff, "Staff"), (Leader, "Leader"), (Department, "Department"), (Project, "Project"),
    (Tie, "Tie"), (Origin, "Origin"), (Friendship, "Friendship"), (Circle, "Circle"), (Community, "Community"), (Dealing, "Dealing"),
    (Rival, "Rival"), (Partner, "Partner"), (Contact, "Contact"), (PartnerTie, "Partner tie"), (Case, "Case"),
)  # fmt: skip
WIDTHS = {None: "", "departments": "a number a department", "dimensions": "a number a coordinate of need", "friends": "a number a place"}
HEAD = ["name", "default", "unit", "range", "meaning", "source"]


def parameters() -> str:
    """docs/parameters.md"""
    text = NOTE + "# Parameters of the world\n\nEvery uncertain number of the model, where it is defined, with its range. "
    text += "Override any of them: `relsim compare world.encounters.tolerance=1.2`.\n"
    for group in fields(World):
        kind = group.default_factory
        text += f"\n## {group.name}\n\n{kind.__doc__.strip().splitlines()[0]} (`sim/processes/{group.name}.py`)\n\n"
        text += table(HEAD, quantity_rows(kind))
    text += "\n## Scenario\n\n" + table(HEAD, quantity_rows(Scenario))
    text += "\n## Fit\n\nBase commitment fitted to data and the frozen levels of the reference run; the shipped values are in "
    text += "`configs/scenario/`, one entry a weight of lived experience.\n\n" + table(HEAD, quantity_rows(Fit))
    return text


def levers() -> str:
    """docs/levers.md"""
    head = ["lever", "default", "unit", "range", "meaning", "text, and source of the default"]
    rows = [[*row[:-1], from_text(row[-1])] for row in quantity_rows(Policy)]
    return (
        NOTE
        + "# Levers of a policy\n\nThe defaults are the conventional organisation. A policy file in `configs/policy/` names the levers it sets. "
        "Each lever has a price. The texts that the levers come from are gone through in [texts.md](texts.md).\n\n" + table(head, rows)
    )  # fmt: skip


def from_text(source: str) -> str:
    """The source of a lever with the text it comes from in front: "assumed; text 004" becomes "text 004; assumed"."""
    parts = source.split("; ")
    return "; ".join(sorted(parts, key=lambda part: not part.startswith("text")))


def metrics() -> str:
    """docs/metrics.md"""
    head = ["metric", "unit", "better", "smallest that matters", "definition"]
    rows = [[f"`{m.name}`", m.unit, m.better, number(m.smallest_that_matters), m.about] for m in METRICS.values()]
    rows.append(["`survival_year_N`", "share", "higher", "0.01", "Share of the cohort still members N years after the switch."])
    paired = [[f"`{k}`", v["unit"], v["better"], number(v["smallest_that_matters"]), v["about"]] for k, v in PAIRED.items()]
    series = [[f"`{s.name}`", s.unit, s.about] for s in SERIES]
    return (
        NOTE + "# Metrics\n\nThe accounting cohort is everyone present at the switch, followed over a fixed horizon; after leaving, the "
        "relationship adds 0.\n\n## Of a run\n\n" + table(head, rows)
        + "\n## Of a pair of runs\n\nThe same members with the same luck under the reference and under another policy.\n\n"
        + table(head, paired) + "\n## Weekly series\n\n" + table(["series", "unit", "meaning"], series)
    )  # fmt: skip


def state() -> str:
    """docs/state.md"""
    text = NOTE + "# State\n\nEach attribute is a column. The owner is the process it belongs to and that writes it after founding; some others move it as well (trust, for instance, in conversations, calls and co-creation). "
    text += "Coordinates of need are the domains, one a department, and then the latent ones, which nobody asks for.\n"
    for kind, title in KINDS:
        rows = [
            [f"`{name}`", c.unit, f"{c.low:g} .. {c.high:g}", WIDTHS[c.width], c.owner, c.about]
            for name, c in kind.columns.items()
        ]
        text += f"\n## {title}\n\n{kind.__doc__.strip().splitlines()[0]}\n\n"
        text += table(["column", "unit", "range", "", "owner", "meaning"], rows)
    return text


def order_of_events() -> str:
    """docs/order_of_events.md"""
    rows = []
    for place, entry in enumerate(WEEK, start=1):
        module = sys.modules[f"sim.processes.{entry.name}"]
        theory = " ".join(module.__doc__.strip().split("\n\n")[0].split())
        rows.append([place, f"[{entry.name}](../sim/processes/{entry.name}.py)", entry.about, theory])
    return (
        NOTE + "# Order of events in a week\n\nThis is `sim.WEEK`, the tuple that the model walks through; a process switched off is not called.\n\n"
        + table(["", "process", "what happens", "what it stands for"], rows)
        + "\nAfter the last process the weekly series are closed. Updating is simultaneous within a process: who answers and how long "
        "it takes is decided for all cases of the week before any is answered, from backlogs at the start of the week, so that no order of "
        "members or cases exists.\n"
    )  # fmt: skip


PAGES = {page.__doc__.removeprefix("docs/"): page for page in (parameters, levers, metrics, state, order_of_events)}


def main() -> int:
    """Write the pages, or check them."""
    stale = [name for name, page in PAGES.items() if not (DOCS / name).exists() or (DOCS / name).read_text() != page()]
    if "--check" in sys.argv:
        print("stale: " + ", ".join(stale) if stale else "up to date")
        return 1 if stale else 0
    for name, page in PAGES.items():
        (DOCS / name).write_text(page())
    print(f"wrote {', '.join(PAGES)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
