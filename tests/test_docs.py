"""Generated pages are up to date, links lead somewhere, and adding a thing touches as few places as promised."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from sim import WEEK
from sim.column_agent import ColumnAgent
from sim.columns import Rows
from sim.metrics import METRICS
from sim.pairs import PAIRED
from sim.world import World

CHECKOUT = Path(__file__).resolve().parent.parent
KINDS = [kind for kind in (*ColumnAgent.__subclasses__(), *Rows.__subclasses__()) if kind.__module__ in ("sim.agents", "sim.rows")]


def test_generated_pages_are_up_to_date():
    done = subprocess.run(
        [sys.executable, CHECKOUT / "tools" / "write_docs.py", "--check"], capture_output=True, text=True, cwd=CHECKOUT
    )
    assert done.returncode == 0, f"{done.stdout}: run make docs"


@pytest.mark.parametrize("page", [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").glob("*.md"))], ids=lambda p: p.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_number_has_a_unit_a_range_that_holds_its_default_and_a_source():
    for process, name, what, default in World.parameters():
        assert what.low <= default <= what.high, f"{process}.{name}"
        assert what.unit and what.about and what.source, f"{process}.{name}"


def test_every_table_is_on_the_page_of_state():
    page = (CHECKOUT / "docs" / "state.md").read_text(encoding="utf-8")
    for kind in KINDS:
        assert kind.__doc__.strip().splitlines()[0] in page, kind.__name__


def test_every_column_begins_inside_its_bounds():
    for kind in KINDS:
        for column in kind.columns.values():
            assert column.low <= column.default <= column.high, f"{kind.__name__}.{column.name}"


def test_every_metric_says_what_it_is_which_way_is_better_and_whose_it_is():
    for metric in METRICS.values():
        assert metric.unit and metric.about and metric.better in ("higher", "lower", "none")
        assert metric.process in {entry.name for entry in WEEK}
    for name, what in PAIRED.items():
        assert what["unit"] and what["about"], name


def test_every_process_begins_with_its_theory_and_is_one_file():
    for entry in WEEK:
        module = sys.modules[f"sim.processes.{entry.name}"]
        assert len(module.__doc__) > 80
        assert entry.about.endswith(".")


def test_imports_run_one_way():
    """The model knows nothing of experiments; processes know neither the model nor Mesa's side of it."""
    upwards = r"sim\.model|sim\.agents|sim\.rows|sim\.column_agent|sim\.roster|mesa|hydra|matplotlib"
    for path in (CHECKOUT / "sim").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(from|import) experiments", text, re.M), path.name
        if path.parent.name == "processes":
            assert not re.search(rf"^\s*(from|import) ({upwards})", text, re.M), path.name
