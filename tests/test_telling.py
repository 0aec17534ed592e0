"""One member's weeks under two policies, told side by side: the telling, its page, and the command."""

import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from experiments import diary, door
from experiments.words.telling import parting
from sim.diary_columns import ENTRY

TINY = ("scenario.members=60", "scenario.burn_in=8", "preliminary=0", "engine.workers=1")


@pytest.fixture(scope="module")
def telling():
    return diary(
        "policy=loosened_holistic",
        "scenario.members=200",
        "scenario.burn_in=8",
        "years=2",
        "preliminary=1",
        "engine.workers=1",
    )


class Page(HTMLParser):
    """Tags, attributes, and whether tags close in order."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.open = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag not in ("meta", "col", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_one_chosen_has_a_fate_that_depends_on_the_policy(telling):
    ends = [telling.left(name) for name in (telling.reference, telling.policy)]
    assert telling.chosen.how.startswith("Of 200 members")
    assert sum(end is None for end in ends) == 1
    before, after = parting(telling)
    assert before["week"] == after["week"] and before["draw"] == after["draw"] and before["base"] == after["base"]
    assert before["renewed"] != after["renewed"]


def test_both_lives_ask_the_same(telling):
    """The same luck: as long as the member is there, requests come in the same weeks and about the same."""
    frame = telling.to_dataframe()
    last = min(len(one.weeks) for one in telling.diaries.values())
    asked = frame[(frame["event"] == "answer") & (frame["week"] < last)]
    one, other = (asked[asked["policy"] == name][["week", "domain"]].values.tolist() for name in telling.diaries)
    assert one == other and len(one) > 0


def test_the_page_stands_alone_and_is_the_same_twice(telling):
    text = telling.page()
    page = Page(text)
    assert text == telling.page()
    assert "http" not in text and not {"script", "link", "iframe", "img", "object"} & set(page.tags)
    assert not re.search(r"@import|url\((?!#)", text)
    assert page.tags.count("svg") == 1 and page.tags.count("h1") == 1
    assert not re.search(r"\bnan\b|\bNone\b|\binf\b", re.sub(r"<[^>]*>", " ", text))
    assert all(value for name, value in page.attributes if name == "aria-label")
    assert 'srcdoc="' in telling._repr_html_() and "<h1" not in telling._repr_html_()


def test_the_command_leaves_page_tables_and_manifest(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert door.main(["diary", "policies=[strict]", "member=17", *TINY, "years=1", "out=told"]) == 0
    assert {path.name for path in (tmp_path / "told").iterdir()} >= {
        "diary.html",
        "diary.csv",
        "weeks.csv",
        "manifest.json",
    }
    table = pd.read_csv(tmp_path / "told" / "diary.csv")
    assert list(table.columns) == ["policy", "text", *ENTRY]
    assert "Member 17" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["member=5000", *TINY], "nobody of that number is a member"),
        (["policies=[strict,loosened]", *TINY], "one policy beside the reference"),
        (["replicates=3"], "replicate"),
        (["member=-1"], "member=-1"),
    ],
)
def test_wrong_requests_end_in_one_line(words, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert door.main(["diary", *words]) == 2
    error = capsys.readouterr().err.strip().splitlines()
    assert said in error[-1] and error[-1].startswith("relsim: ")
    assert not list(tmp_path.rglob("*.html"))
