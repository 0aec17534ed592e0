"""What Hydra's users type: it works as they know it, or is refused with what to type instead."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from joblib.externals.loky import get_reusable_executor

from experiments import door
from experiments.command_line.flags import parse
from experiments.command_line.hydra_words import LAUNCHERS, take_out
from experiments.settings.guard import WrongRequest
from experiments.settings.references import followed

CHECKOUT = Path(door.__file__).resolve().parent.parent


def printed(capsys, *words: str) -> str:
    assert door.main(["compare", *words]) == 0
    return capsys.readouterr().out


def wrong(capsys, *words: str) -> str:
    assert door.main(["compare", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1
    return captured.err


def test_a_request_is_checked_without_waiting_for_the_model():
    code = "import sys; from experiments.door import main; assert main(['compare', 'sed=1']) == 2\n"
    code += "assert not {'mesa', 'pandas', 'matplotlib', 'networkx'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=True, stderr=subprocess.DEVNULL)


# Showing a configuration.


def test_a_part_of_the_configuration(asked, capsys):
    shown = printed(capsys, "world.trust.start=0.4", "--cfg", "job", "--package", "world.trust")
    assert shown.startswith("# @package world.trust\n") and yaml.safe_load(shown)["start"] == 0.4
    assert printed(capsys, "-c", "job", "-p", "_global_") == printed(capsys, "-c", "job")
    assert "did you mean world.trust?" in wrong(capsys, "--cfg=job", "--package=world.trst")


def test_hydras_own_node(asked, capsys):
    words = ["seed=4", "scenario=contract", "hydra.verbose=false", "hydra.run.dir=there"]
    node = yaml.safe_load(printed(capsys, *words, "--cfg=hydra"))["hydra"]
    assert node["overrides"]["task"] == ["seed=4", "scenario=contract", "out='there'"]
    assert node["overrides"]["hydra"] == ["hydra.verbose=false", "hydra.run.dir=there"]
    assert node["runtime"]["choices"] == {"scenario": "contract", "world": "default", "engine": "local"}
    assert {"hydra", "seed", "scenario"} <= set(yaml.safe_load(printed(capsys, "--cfg=all")))


def test_information(asked, capsys):
    Path("policy").mkdir()
    Path("policy/mine.yaml").write_text("strictness: 0.5\n")
    everything = printed(capsys, "policy=mine", "+experiment=main", "--info")
    assert str(Path.cwd()) in everything and "experiment=main" in everything and "policies:" in everything
    assert printed(capsys, "--info", "searchpath") == printed(capsys, "-i", "searchpath") in everything
    assert not asked.requests


def test_flags_before_after_and_between_overrides(asked):
    for words in (["-m", "seed=1,2"], ["seed=1,2", "-m"], ["seed=1,2", "--multirun", "years=1"], ["hydra.mode=MULTIRUN", "seed=1,2"]):
        asked.requests.clear()
        assert door.main(["compare", *words]) == 0
        assert [request.seed for request in asked.requests] == [1, 2]


@pytest.mark.parametrize("words", [["--run", "-m"], ["-p", "x"], ["--cfg", "job", "--cfg", "job"], ["hydra.mode=RUN", "-m"]])
def test_flags_that_do_not_go_together(asked, capsys, words):
    assert "add --cfg job" in wrong(capsys, *words) if words[0] == "-p" else wrong(capsys, *words)


def test_without_a_command(capsys):
    assert door.main(["--version"]) == 0 and capsys.readouterr().out.startswith("relsim ")
    assert door.main(["compare", "--hydra-help"]) == 0 and "hydra/launcher=joblib" in capsys.readouterr().out
    assert door.main(["--multirun"]) == 2 and "a command is missing" in capsys.readouterr().err


# Where results go, and what is recorded beside them.


def test_the_record_of_a_job(asked):
    assert door.main(["compare", "hydra.run.dir=runs/${now:%Y}/one", "seed=3", "policy=strict"]) == 0
    place = Path(asked.requests[0].out)
    assert place.parts[0] == "runs" and place.parts[1].isdecimal() and place.name == "one"
    record = {path.name: yaml.safe_load(path.read_text()) for path in (place / ".hydra").iterdir()}
    assert set(record) == {"config.yaml", "hydra.yaml", "overrides.yaml"}
    assert record["config.yaml"]["seed"] == 3
    assert record["overrides.yaml"][:2] == ["seed=3", "policy=strict"]
    assert record["hydra.yaml"]["hydra"]["runtime"]["output_dir"] == str(place.resolve())


def test_the_record_of_a_multirun(asked, capsys):
    assert door.main(["compare", "-m", "seed=1,2", "hydra.sweep.dir=many"]) == 0
    summary = yaml.safe_load(Path("many/multirun.yaml").read_text())
    assert summary["jobs"] == {"0": ["seed=1", "out=many"], "1": ["seed=2", "out=many"]}
    node = yaml.safe_load(Path("many/1/.hydra/hydra.yaml").read_text())["hydra"]
    assert (node["mode"], node["job"]["num"], node["sweep"]) == ("MULTIRUN", 1, {"dir": "many", "subdir": "1"})
    capsys.readouterr()
    assert "holds a multirun" in wrong(capsys, "-m", "seed=1,2", "out=many")


def test_a_folder_given_in_both_ways_is_refused(asked, capsys):
    assert "out is given twice" in wrong(capsys, "out=a", "hydra.run.dir=b")
    assert door.main(["compare", "out=a", "hydra.sweep.dir=b"]) == 0  # as in Hydra, without -m only run.dir counts


# Files of one's own.


def test_files_of_the_working_folder_are_found(asked, capsys):
    for group, text in {"policy": "strictness: 0.5\n", "scenario": "defaults: [contract]\nmembers: 99\n"}.items():
        Path(group).mkdir()
        Path(group, "mine.yaml").write_text(text)
    assert door.main(["compare", "policy=mine", "scenario=mine", "out=x"]) == 0
    assert door.main(["compare", "scenario=contract", "out=y"]) == 0
    request, contract = asked.requests
    assert (request.scenario.name, request.scenario.members) == ("mine", 99)
    assert request.scenario.off == contract.scenario.off and "growth" in request.scenario.off
    assert request.policy_set["mine"].strictness == 0.5


@pytest.mark.parametrize(
    "flag", ["--config-dir=own", "--config-path=own", "-cp=own", "hydra.searchpath=[file://own]", "hydra.searchpath=[own]"]
)
def test_folders_of_configurations_in_all_of_hydras_words(asked, flag):
    Path("own/policy").mkdir(parents=True)
    Path("own/policy/mine.yaml").write_text("strictness: 0.5\n")
    assert door.main(["compare", "policy=mine", flag]) == 0
    assert asked.requests[0].policies == ["mine"]


def test_a_name_that_two_folders_give_to_different_files_is_refused_only_where_it_is_used(asked, capsys):
    Path("policy").mkdir()
    Path("policy/strict.yaml").write_text("strictness: 0.9\n")
    Path("scenario").mkdir()
    Path("scenario/association.yaml").write_text("members: 99\n")
    assert "there twice" in wrong(capsys, "policy=strict", "scenario=contract")
    assert "there twice" in wrong(capsys, "policy=loosened")  # the scenario nobody named is the one in question
    assert door.main(["compare", "policy=loosened", "scenario=contract"]) == 0


def test_only_groups_are_looked_for_in_the_working_folder(asked, capsys):
    Path("policy").mkdir()
    for name in ("compare", "_schema_compare", "sweep"):
        Path(f"{name}.yaml").write_text("seed: 99\n")
    assert yaml.safe_load(printed(capsys, "--cfg=job"))["seed"] == 1


@pytest.mark.parametrize("shape", ["wide", "deep", "self"])
def test_defaults_lists_that_grow_are_refused_soon(asked, capsys, shape):
    Path("own/experiment").mkdir(parents=True)
    for level in range(20):
        names = {"wide": [f"h{level + 1}@a", f"h{level + 1}@b"], "deep": [f"h{level + 1}"], "self": [f"h{level}"]}[shape]
        Path(f"own/experiment/h{level}.yaml").write_text(f"defaults: [{', '.join(names)}]\n")
    Path("own/experiment/h20.yaml").write_text("seed: 2\n")
    assert wrong(capsys, "experiment=h0", "--config-dir=own")


def test_names_that_cannot_be_given_are_not_listed(asked, capsys):
    Path("policy").mkdir()
    for name in ("goodname", "\x1b[2Jodd", "two words", "..", "-odd"):
        Path("policy", f"{name}.yaml").write_text("strictness: 0.5\n")
    assert door.main(["compare", "--help"]) == 0
    page = capsys.readouterr().out
    assert "    goodname" in page and "2Jodd" not in page and "-odd" not in page and "two words" not in page
    assert all(line.isprintable() for line in page.splitlines())


# References.


def test_references_take_the_value_of_another_setting(asked, capsys):
    Path("experiment").mkdir()
    Path("experiment/mine.yaml").write_text("# @package _global_\npreliminary: ${replicates}\nscenario:\n  horizon: ${.departments}\n")
    shown = yaml.safe_load(printed(capsys, "experiment=mine", "replicates=7", "line_replicates=${preliminary}", "--cfg=job"))
    assert (shown["preliminary"], shown["line_replicates"], shown["scenario"]["horizon"]) == (7, 7, 5)


def test_references_hold_at_every_depth():
    values = {"a": 1, "b": {"c": "${a}", "d": "${.c}", "e": "${..a}"}, "l": [{"x": "${.y}", "y": "${b.d}"}, "${l.0.x}"]}
    assert followed(values) == {"a": 1, "b": {"c": 1, "d": 1, "e": 1}, "l": [{"x": 1, "y": 1}, 1]}


@pytest.mark.parametrize(
    ("values", "trouble"),
    [({"a": "${a}"}, "circle"), ({"a": "${b}", "b": "${a}"}, "circle"), ({"a": "${b}", "b": {}}, "several"), ({"a": "${x}"}, "nowhere"),
     ({"out": "${b}", "b": "x"}, "refused here"), ({"a": "${...b}"}, "fewer dots"), ({"a": "x${b}", "b": 1}, "stands alone"),
     ({f"a{k}": f"${{a{k + 1}}}" for k in range(30)} | {"a30": 1}, "circle")],
)  # fmt: skip
def test_references_that_lead_nowhere_are_refused(values, trouble):
    with pytest.raises(WrongRequest, match=trouble):
        followed(values)


# Launchers.


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_jobs_run_the_same_whoever_starts_them(asked, capsys, monkeypatch, launcher):
    if launcher == "submitit_local" and importlib.util.find_spec("submitit") is None:
        pytest.skip("submitit is not installed")
    # A module of its own on the path: worker processes cannot see a stand-in that lives in this one.
    Path("lib").mkdir()
    Path("lib/noted_command.py").write_text(NOTED)
    monkeypatch.syspath_prepend(str(Path("lib").resolve()))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    monkeypatch.setattr("experiments.engines.warm_up", lambda scenario, policies: 0.0)
    from experiments.command_line.commands import COMMANDS

    monkeypatch.setitem(COMMANDS, "compare", type(COMMANDS["compare"])(**{**vars(COMMANDS["compare"]), "module": "noted_command"}))
    get_reusable_executor().shutdown(wait=True)  # workers of earlier tests do not know this path
    words = ["compare", "-m", "seed=1,2,3,4", f"hydra/launcher={launcher}", "out=many"]
    assert door.main(words) == 3  # job 2 breaks
    captured = capsys.readouterr()
    assert all(f"seed {seed} was here" in captured.out for seed in (1, 2, 4))
    assert "boom" in captured.err and "does not go together" in captured.err and "2 of 4 jobs broke" in captured.err
    assert sorted(path.name for path in Path("many").iterdir()) == ["0", "1", "3", "multirun.yaml"]  # 2 was wrong: given back
    assert Path("many/0/note").read_text() == "1" and not list(Path("many").rglob("*.pkl"))
    assert not [path for path in Path().iterdir() if path.name not in ("many", "lib")]


NOTED = """
from pathlib import Path
from experiments.settings.guard import WrongRequest

def run(request):
    if request.seed == 3:
        raise WrongRequest("this does not go together")
    Path(request.out, "note").write_text(str(request.seed))
    print(f"seed {request.seed} was here")
    if request.seed == 2:
        raise RuntimeError("boom")
"""


def test_what_was_said_of_a_launcher():
    said = take_out(parse(["-m", "hydra/launcher=submitit_local", "hydra.launcher.n_jobs=3", "+hydra.launcher.timeout_min=5", "seed=1,2"]))
    assert (said.launcher, said.n_jobs, said.timeout_min) == ("submitit_local", 3, 5)
    assert take_out(parse(["-m", "hydra/launcher=joblib", "hydra.launcher.n_jobs=-1"])).n_jobs is None
    for text in ("0", "-2", "1025", "1e3", "\u0663", "9" * 3900, "", "x"):
        with pytest.raises(WrongRequest, match="whole number from 1 to 1024"):
            take_out(parse(["-m", "hydra/launcher=joblib", f"hydra.launcher.n_jobs={text}"]))


