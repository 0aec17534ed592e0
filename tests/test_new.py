"""``relsim new`` writes files that can be used as they are, and nothing else."""

from pathlib import Path

import pytest
import yaml

from experiments import door
from experiments.new import KINDS, text_of
from experiments.settings.guard import check_yaml
from experiments.settings.schema import CompareRequest
from sim import Policy, World
from sim.quantities import described


def use(kind: str, name: str) -> str:
    return {"policy": f"policies=[{name}]", "scenario": f"scenario={name}", "experiment": f"+experiment={name}"}[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_file_is_found_and_changes_nothing_yet(asked, capsys, kind):
    assert door.main(["new", kind, "mine"]) == 0
    assert f"{kind}/mine.yaml" in capsys.readouterr().out and use(kind, "mine")
    assert door.main(["compare", use(kind, "mine"), "out=x"]) == 0
    (request,) = asked.requests
    if kind == "policy":
        assert request.policy_set["mine"] == Policy()
    else:
        assert request.world == World() and request.scenario.members == CompareRequest().scenario.members
        assert len(request.scenario.line) > 1, "the fits to data come along"


@pytest.mark.parametrize("kind", KINDS)
def test_every_setting_is_there_with_its_unit_and_range(kind):
    text = text_of(kind, "mine")
    check_yaml(text, kind)
    definitions = {"policy": [Policy()], "scenario": [CompareRequest().scenario], "experiment": vars(World()).values()}[kind]
    for definition in definitions:
        for name, what in described(type(definition)).items():
            assert f"{name}: " in text and f"({what.unit})" in text.replace("\n# ", " ")


def test_lines_of_an_experiment_can_be_switched_on(asked):
    assert door.main(["new", "experiment", "mine"]) == 0
    path = Path("experiment/mine.yaml")
    lines = path.read_text().splitlines()
    on = [line.replace("# ", "", 1) if line.lstrip("# ").startswith(("world:", "trust:")) else line for line in lines]
    on = [line.replace("#   ", "  ", 1).replace("0.", "0.", 1) if line.lstrip("# ").startswith("start:") else line for line in on]
    path.write_text("\n".join(on) + "\n")
    values = yaml.safe_load(path.read_text())
    assert list(values["world"]) == ["trust"] and values["world"]["trust"]["start"] == World().trust.start
    assert door.main(["compare", "experiment=mine", "out=x"]) == 0


def test_into_a_folder_of_ones_own(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    Path("own").mkdir()
    assert door.main(["new", "policy", "mine", "--config-dir", "own"]) == 0
    assert sorted(map(str, Path().rglob("*.yaml"))) == ["own/policy/mine.yaml"]
    assert "--config-dir own" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "remedy"),
    [(["policy"], "NAME"), (["policy", "a", "b"], "NAME"), (["polcy", "a"], "did you mean policy?"), (["policy", "../a"], "not a path"),
     (["policy", "/tmp/a"], "not a path"), (["policy", "a/b"], "not a path"), (["policy", "strict"], "there already"),
     (["scenario", "contract"], "there already"), (["policy", "_schema"], "without the ending"),
     (["policy", "a.yaml"], "without the ending"),
     (["policy", "a\x1b"], "not a path"), (["policy", "a", "--config-dir=nowhere"], "is no folder"), (["policy", "here"], "there already"),
     (["policy", "linked"], "leads elsewhere"), (["scenario", "a"], "cannot be written")],
)  # fmt: skip
def test_what_is_refused(capsys, monkeypatch, tmp_path, words, remedy):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    Path("policy").mkdir()
    Path("policy/here.yaml").write_text("strictness: 0.1\n")
    Path("policy/linked.yaml").symlink_to("../../gone")
    Path("scenario").write_text("a file where a folder should be\n")
    before = sorted(tmp_path.rglob("*"))
    assert door.main(["new", *words]) == 2
    captured = capsys.readouterr()
    assert remedy in captured.err and captured.err.count("\n") == 1 and captured.out == ""
    assert sorted(tmp_path.rglob("*")) == before and Path("policy/here.yaml").read_text() == "strictness: 0.1\n"


def test_help(capsys):
    for words in ([], ["--help"]):
        assert door.main(["new", *words]) == 0
        assert "relsim new scenario" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["null", "true", "123", "1e5"])
def test_a_name_that_reads_as_something_else_is_refused_before_a_file_is_written(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert door.main(["new", "policy", name]) == 2
    assert "begin the name with a word" in capsys.readouterr().err and not list(tmp_path.iterdir())
