"""The board report: complete, the same on every run, safe with hostile names, and its figures readable."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
import synthetic

from experiments.board_report import build
from experiments.board_report.sections import with_newcomers
from experiments.figures import FIGURES, survival, svg_for_page, targets
from experiments.figures.style import spread, svg

HOSTILE = '<script>alert("x")</script> & $x_1$ co'
VOID = {"meta", "br", "img", "link", "hr", "input"}


class Page(HTMLParser):
    """Collects tags, ids and text, and checks that tags close in order."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.attributes, self.open, self.text = [], [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def bare(made):
    """A comparison with few tables and metrics, for speed: two figures are left."""
    empty = {name: pd.DataFrame() for name in ("pairs", "deciles", "quantiles", "line", "survival")}
    kept = ["policy", "replicate", "retention_rate", "value_surplus_mean", "lapse_value"]
    return replace(made, runs=made.runs[kept], **empty)


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Folder, page source and parsed page of a full comparison with a hostile name."""
    made = synthetic.comparison(5, conventional=HOSTILE)
    made.manifest["command"] = "relsim </code><img src=x>"
    out = tmp_path_factory.mktemp("report")
    source = build(made, out, pictures=False).read_text(encoding="utf-8")
    return out, source, Page(source)


def test_every_figure_is_in_the_page_and_in_a_file(report):
    out, _, page = report
    assert page.tags.count("svg") == len(FIGURES) == 8
    assert {path.stem for path in (out / "figures").glob("*.svg")} == set(FIGURES)


def test_sections_come_in_order(report):
    _, _, page = report
    names = "compared stays differences gains tails costs unknown factors fit lapses limits reproduce".split()
    assert [name.removeprefix("section-") for name in page.ids if name.startswith("section-")] == names


def test_ids_are_unique_and_references_found(report):
    _, source, page = report
    assert len(page.ids) == len(set(page.ids)) > 100
    used = set(re.findall(r"url\(#([^)]+)\)", source)) | set(re.findall(r'href="#([^"]+)"', source))
    assert used
    assert used <= set(page.ids)


def test_the_page_asks_nobody_for_anything(report):
    _, source, page = report
    assert "http" not in source
    assert not {"script", "link", "iframe", "object", "img", "image"} & set(page.tags)
    assert not re.search(r"@import|url\((?!#)", source)


def test_names_are_text_and_never_markup(report):
    _, source, page = report
    assert HOSTILE.replace("_", " ") in " ".join(page.text)
    assert "<script" not in source
    assert "</code><img" not in source
    assert not [name for name, _ in page.attributes if name.startswith("on")]


def test_each_figure_has_words_and_numbers(report):
    _, _, page = report
    said = [value for name, value in page.attributes if name == "aria-label"]
    assert all(said)
    assert page.tags.count("figcaption") == 8
    assert page.tags.count("details") == 8


def test_no_nonsense_reaches_the_reader(report):
    _, _, page = report
    text = " ".join(page.text)
    for word in ("nan", "None", "inf", "True", "proves", "wall_seconds", "12.3"):
        assert not re.search(rf"\b{re.escape(word)}\b", text), word


def test_the_same_input_gives_the_same_bytes(tmp_path):
    made = bare(synthetic.comparison(3, policies=("conventional", "loosened_holistic")))
    first, second = (build(made, tmp_path / name, pictures=False) for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()
    for path in (tmp_path / "a" / "figures").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / "figures" / path.name).read_bytes()


def test_newcomers_are_counted_where_there_are_any():
    made = synthetic.comparison(4, ("conventional", "strict_siloed"))
    ends = made.runs["policy"].map({"conventional": 1.068, "strict_siloed": 1.172})
    joined = replace(made, runs=made.runs.assign(growth_ratio=ends, recruits=0.2))
    assert with_newcomers(joined).endswith("for 100 members at the switch: conventional 107 and strict siloed 117.")
    assert with_newcomers(replace(made, runs=joined.runs.assign(recruits=0.0))) == with_newcomers(made) == ""


def test_what_a_situation_is_about_is_told_and_shown(tmp_path):
    made = synthetic.comparison(6, ("conventional", "strict_siloed"))
    shares = made.runs["policy"].map({"conventional": 0.201, "strict_siloed": 0.222}) + 0.0001 * made.runs["replicate"]
    told = {"story": "Many others enter.", "shows": ["market_share", "margin"]}
    info = made.metric_info | {"market_share": {"unit": "share of the market", "about": "", "better": "higher"}}
    page = build(
        replace(made, runs=made.runs.assign(market_share=shares), metric_info=info, manifest=made.manifest | told), tmp_path, pictures=False
    ).read_text()
    assert "Many others enter." in page
    found = re.search(r"Share of the market</th>(.*?)</tr>", page, re.DOTALL).group(1)
    assert re.findall(r"<td>(.*?)</td>", found) == ["20.1", "22.2 (+2.1)"]


def test_empty_tables_leave_their_sections_out(tmp_path):
    made = synthetic.comparison(2, policies=("conventional", "strict_siloed"))
    bare = made.runs[["policy", "replicate", "retention_rate"]]
    empty = {name: pd.DataFrame() for name in ("pairs", "deciles", "quantiles", "survival", "line", "targets")}
    path = build(replace(made, runs=bare, metric_info={}, manifest={"reference": "conventional"}, **empty), tmp_path)
    page = Page(path.read_text(encoding="utf-8"))
    assert [name for name in page.ids if name.startswith("section-")] == [
        "section-differences", "section-limits", "section-reproduce",
    ]  # fmt: skip
    assert (tmp_path / "figures" / "differences.png").stat().st_size > 5000


def test_one_run_still_makes_a_report_and_says_so(tmp_path):
    made = bare(synthetic.comparison(1, policies=("conventional", "strict_siloed")))
    page = build(made, tmp_path, pictures=False).read_text("utf-8")
    assert "One run only" in page
    assert not re.search(r"\bnan\b", " ".join(Page(page).text))


@pytest.mark.parametrize("gap", [1.0, 3.0])
def test_labels_keep_their_distance_and_their_order(gap):
    places = np.array([5.0, 5.1, 0.0, 5.05, 9.0, 5.0])
    moved = spread(places, gap)
    order = np.argsort(places, kind="stable")
    assert (np.diff(moved[order]) >= gap * (1 - 1e-6)).all()
    assert spread([0.0, 10.0], 1.0).tolist() == [0.0, 10.0]


def texts_inside(figure):
    """Texts of a figure with their boxes in pixels."""
    figure.draw_without_rendering()
    renderer = figure._get_renderer()
    for axes in figure.axes:
        for text in axes.texts:
            if text.get_text():
                yield text, text.get_window_extent(renderer)


def test_end_labels_do_not_collide_and_are_not_cut():
    made = synthetic.comparison(4)
    close = made.survival.assign(share=1 - 0.1 * made.survival["year"] - 0.001 * made.survival["replicate"])
    figure = survival(replace(made, survival=close))
    boxes = [box for _, box in texts_inside(figure)]
    assert len(boxes) == 5
    assert all(box.x1 <= figure.bbox.x1 and box.y0 >= 0 and box.y1 <= figure.bbox.y1 for box in boxes)
    assert not [1 for i, box in enumerate(boxes) for other in boxes[:i] if box.overlaps(other)]


def test_targets_far_out_are_drawn_inside_the_axes():
    made = synthetic.comparison(2)
    table = made.targets.assign(simulated=[0.84, 0.1, 5.0, np.nan, 0.13])
    axes = targets(replace(made, targets=table)).axes[0]
    low, high = axes.get_xlim()
    drawn = np.concatenate([np.atleast_1d(line.get_xdata()).astype(float) for line in axes.lines])
    marks = [line.get_marker() for line in axes.lines]
    assert np.nanmin(drawn) >= low
    assert np.nanmax(drawn) <= high
    assert "<" in marks
    assert ">" in marks


def test_two_figures_in_one_page_share_no_id():
    text = svg(targets(synthetic.comparison(2)))
    first, second = (svg_for_page(text, prefix) for prefix in ("one", "two"))
    ids = [set(re.findall(r'\bid="([^"]+)"', each)) for each in (first, second)]
    assert ids[0]
    assert not ids[0] & ids[1]
