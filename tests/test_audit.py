"""The audit: answers give the policy they describe, at the terminal and typed, and nothing else is accepted."""

import io
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments import audit, door
from experiments.settings.composing import request_of
from experiments.settings.folders import config_folders
from experiments.settings.policies import load_policy
from experiments.settings.schema import CompareRequest
from sim import Policy
from sim.audit import QUESTIONS, levers, policy
from sim.quantities import OutOfRange, described

NAMES = [question.name for question in QUESTIONS]
ANSWERS = st.fixed_dictionaries({name: st.floats(0, 1) for name in NAMES})


@settings(deadline=None)
@given(ANSWERS)
def test_answers_move_their_levers_between_the_ends_and_no_others(answers):
    made, usual = asdict(policy(answers)), asdict(Policy())
    asked = {end.lever for question in QUESTIONS for end in question.ends}
    assert {name for name in made if made[name] != usual[name]} <= asked
    for question in QUESTIONS:
        for end in question.ends:
            assert min(end.first, end.second) <= made[end.lever] <= max(end.first, end.second)


def test_ends_are_the_ends_and_each_lever_is_asked_about_once():
    ends = [end for question in QUESTIONS for end in question.ends]
    assert len({end.lever for end in ends}) == len(ends) and all(end.reason for end in ends)
    for answer, side in ((0, "first"), (1, "second")):
        made = levers(dict.fromkeys(NAMES, answer))
        assert made == {end.lever: getattr(end, side) for end in ends}


@settings(deadline=None)
@given(ANSWERS, st.sampled_from(NAMES), st.floats(0, 1))
def test_one_answer_moves_the_levers_of_its_question_only_and_in_one_direction(answers, name, other):
    before, after = levers(answers), levers(answers | {name: other})
    for question in QUESTIONS:
        for end in question.ends:
            moved = (after[end.lever] - before[end.lever]) * (end.second - end.first)
            assert moved == 0 if question.name != name else moved * (other - answers[name]) >= 0


def test_the_sources_of_ideas_leave_room_for_leaders_vision():
    for answer in (0, 0.5, 1):
        made = levers(dict.fromkeys(NAMES, answer))
        assert made["survey"] + made["intimacy"] + made["cocreate_idea"] <= 1
        assert made["hire_values"] + made["hire_opportunities"] < 1


@pytest.mark.parametrize(
    "answers", [{}, {"board": 0.5}, dict.fromkeys(NAMES, 1.5), dict.fromkeys(NAMES, True), dict.fromkeys(NAMES, "1"),
                dict.fromkeys(NAMES, float("nan")), {**dict.fromkeys(NAMES, 1), "bord": 1}],
)  # fmt: skip
def test_wrong_answers_are_refused(answers):
    with pytest.raises(OutOfRange):
        policy(answers)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_file_is_the_policy_that_compare_uses(here, capsys):
    assert door.main(["audit", "answers=[0.2,0.8,0,1,0.5,0.3]", "name=ours"]) == 0
    said = capsys.readouterr().out
    answers = dict(zip(NAMES, [0.2, 0.8, 0, 1, 0.5, 0.3], strict=True))
    folders = [*config_folders(), here]
    assert load_policy("ours", folders) == policy(answers)
    assert request_of("compare", ["policies=[ours]"], CompareRequest, folders).policy_set["ours"] == policy(answers)
    for question in QUESTIONS:
        assert f"{question.name}: " in said
    prices = described(Policy)
    assert prices["evaluation"].about.rsplit(": ", 1)[1] in " ".join(said.split())  # it is raised, so it has its price
    assert "furthest behind is hiring" in " ".join(said.split())
    assert "policies=[ours]" in said


def test_named_answers_are_the_same_as_a_list(here):
    named = [f"{name}={value}" for name, value in zip(NAMES, (0.1, 0.2, 0.3, 0.4, 0.5, 0.6), strict=True)]
    assert door.main(["audit", *named, "name=one"]) == 0
    assert door.main(["audit", "answers=[0.1,0.2,0.3,0.4,0.5,0.6]", "name=two"]) == 0
    one, two = ((here / "policy" / f"{name}.yaml").read_text(encoding="utf-8") for name in ("one", "two"))
    assert one == two


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["answers=[1,2]"], "give 6 numbers"),
        (["answers=[0,0,0,0,0,2]"], "strategy=2.0 is not usable"),
        (["answers=[0,0,0,0,0,x]"], "give numbers from 0 to 1"),
        (["answers=[0,0"], "is not usable"),
        (["answers=[0,0,0,0,0,0]", "board=1"], "board is answered twice"),
        (["bord=1"], "did you mean board?"),
        (["board"], "write QUESTION=ANSWER"),
        (["board=0.5"], "no terminal to ask at"),
        ([], "no terminal to ask at"),
        (["answers=[0,0,0,0,0,0]", "name=../x"], "give a name of letters"),
        (["answers=[0,0,0,0,0,0]", "name=conventional"], "is a policy of ours"),
        (["answers=[0,0,0,0,0,0]", "--config-dir", "nowhere"], "is no folder"),
        (["answers=[0,0,0,0,0,0]", "name=there"], "is there already"),
    ],
)
def test_what_is_wrong_ends_in_one_line_and_writes_nothing(here, capsys, words, message):
    (here / "policy").mkdir()
    (here / "policy" / "there.yaml").write_text("# mine\n", encoding="utf-8")
    assert door.main(["audit", *words]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("relsim: ") and err.count("\n") == 1 and message in err
    assert [path.name for path in here.rglob("*.yaml")] == ["there.yaml"]


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_at_a_terminal_it_asks_until_it_is_answered(here, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", Terminal("no\n2\n0,5\n1\n0\n0.25\n1\n"))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert door.main(["audit", "hiring=1"]) == 0
    said = capsys.readouterr().out
    assert said.count("That is no number from 0 to 1.") == 2
    answers = dict(zip(NAMES, [0.5, 1, 1, 0, 0.25, 1], strict=True))
    assert load_policy("audit", [*config_folders(), here]) == policy(answers)
    monkeypatch.setattr("sys.stdin", Terminal("0.5\n"))
    assert door.main(["audit", "name=second"]) == 2
    assert not (here / "policy" / "second.yaml").exists()


def test_help_shows_every_question_and_both_ways(capsys):
    assert door.main(["audit", "--help"]) == 0
    page = " ".join(capsys.readouterr().out.split())
    for question in QUESTIONS:
        assert all(text in page for text in (question.name, question.ask, question.first, question.second))
    assert audit.NAMES == tuple(NAMES)
