"""Every configuration file can be used, says what it is, and means what the code means."""

import shlex
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import yaml

from experiments.command_line import teaching
from experiments.command_line.commands import COMMANDS, with_settings
from experiments.settings import schema
from experiments.settings.composing import request_of
from experiments.settings.folders import GROUPS, config_folders, names, our_folder
from experiments.settings.guard import WrongRequest, check_yaml
from experiments.settings.overrides import jobs_of
from experiments.settings.policies import load_policies, load_policy, stacked
from experiments.settings.typed import plain
from sim import WEEK, Policy, Scenario, World

FOLDERS = config_folders()
FILES = sorted(our_folder().rglob("*.yaml"))
DISCRETION = {
    "strict": {"strictness": 1.0, "coverage": 0.0, "guardrail": 0.3},
    "loosened": {"strictness": 0.3, "coverage": 1.0, "guardrail": 0.3},
}
CONNECTION = {"siloed": {"routing": 0.0, "information": 0.0}, "holistic": {"routing": 1.0, "information": 1.0}}


def composed(command: str, *overrides: str):
    kind = getattr(schema, COMMANDS[command].request)
    (job,) = jobs_of(overrides, kind, FOLDERS)
    return request_of(command, job, kind, FOLDERS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_files_are_harmless_and_say_what_they_are(path):
    text = path.read_text(encoding="utf-8")
    check_yaml(text, path.name)
    assert text.startswith("# ") and len(text.splitlines()[0]) > 20


@pytest.mark.parametrize("command", with_settings())
@pytest.mark.parametrize("group", ["scenario", "world", "engine"])
def test_every_choice_composes_with_every_command(command, group):
    for name in names(group, FOLDERS):
        request = composed(command, f"{group}={name}")
        assert request.manifest_config == plain(request)
        if group == "scenario":
            assert request.scenario.name == name


@pytest.mark.parametrize("name", names("experiment", FOLDERS))
def test_first_line_of_an_experiment_is_the_command_that_runs_it(name):
    first = (our_folder() / "experiment" / f"{name}.yaml").read_text(encoding="utf-8").splitlines()[0]
    program, command, *overrides = shlex.split(first.removeprefix("# "))
    assert program == "relsim" and overrides == [f"+experiment={name}"]
    assert composed(command, *overrides) == composed(command, f"experiment={name}")


def test_main_job():
    request = composed("compare", "+experiment=main")
    assert request.policies == ["strict_siloed", "loosened_siloed", "strict_holistic", "loosened_holistic"]
    assert (request.scenario.name, request.scenario.members) == ("association", 2000)
    assert (request.horizon, request.replicates, request.seed) == (5, 30, 1)
    assert list(request.policy_set) == ["conventional", *request.policies]


def test_what_is_typed_overrides_an_experiment():
    request = composed("compare", "experiment=quick", "scenario.members=77", "policies=[strict]")
    assert (request.scenario.members, request.policies, request.replicates) == (77, ["strict"], 5)


@pytest.mark.parametrize("command", with_settings())
def test_primary_file_gives_the_defaults_of_the_code(command):
    defaults = plain(getattr(schema, COMMANDS[command].request)())
    written = yaml.safe_load((our_folder() / f"{command}.yaml").read_text(encoding="utf-8"))
    del written["defaults"]
    assert written == {name: defaults[name] for name in written}
    assert set(defaults) - set(written) == {"scenario", "world", "engine"} | ({"design"} & set(defaults))
    assert without_line(composed(command)) == without_line(getattr(schema, COMMANDS[command].request)())


def without_line(request) -> dict:
    """A request as plain values, without the fits: those are data, written by relsim calibrate."""
    values = plain(request)
    del values["scenario"]["line"]
    return values


def test_scenarios():
    assert replace(composed("compare").scenario, line=[]) == Scenario()
    contract = replace(composed("compare", "scenario=contract").scenario, line=[])
    expected = Scenario(
        name="contract",
        members=20000,
        burn_in=0,
        horizon=7,
        stationary=False,
        staff_follow_members=True,
        off=["growth", "campaigns", "referrals", "returns", "brand", "keeping", "budget", "friendships", "partners"],
    )
    assert contract == expected


def test_default_world_is_that_of_the_code():
    assert composed("compare").world == World()
    assert composed("compare", "world.encounters.free_error=0.8").world.encounters.free_error == 0.8


@pytest.mark.parametrize("discretion", DISCRETION)
@pytest.mark.parametrize("connection", CONNECTION)
def test_cells_are_conventional_except_for_two_bundles(discretion, connection):
    together = DISCRETION[discretion] | CONNECTION[connection]
    cell = load_policy(f"{discretion}_{connection}")
    assert asdict(cell) == asdict(Policy()) | together
    assert load_policy([discretion, connection]) == cell
    assert stacked([connection, discretion]) == together


@pytest.mark.parametrize(("name", "levers"), (DISCRETION | CONNECTION).items())
def test_half_bundles_name_only_what_they_set(name, levers):
    assert stacked([name]) == levers
    assert asdict(load_policy(name)) == asdict(Policy()) | levers


def test_conventional_is_the_default():
    levers = {"strictness": 0.8, "coverage": 1.0, "guardrail": 0.3, "routing": 0.2, "information": 0.2, "promise": 0.0}
    assert load_policy("conventional") == Policy() == Policy(**levers)


def test_policies_are_given_in_the_order_wanted():
    assert list(load_policies(["strict", "conventional", "holistic"])) == ["strict", "conventional", "holistic"]


def test_stacking_refuses_two_values_for_a_lever():
    with pytest.raises(WrongRequest, match=r"strict sets strictness to 1.0, loosened to 0.3"):
        stacked(["strict", "loosened"])
    assert stacked(["strict", "strict"]) == DISCRETION["strict"]


def test_examples_of_the_help_page_compose(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("survival.csv").write_text("year,pct_surviving\n0,100\n1,80\n2,70\n3,65\n")
    for command, what in with_settings().items():
        assert len(what.examples) == 5
        for overrides, _ in what.examples:
            words = overrides.split()
            kind = getattr(schema, what.request)
            jobs = jobs_of([word for word in words if word != "-m"], kind, FOLDERS, multirun="-m" in words)
            for job in jobs:
                request_of(command, job, kind, FOLDERS)


def test_every_choice_is_described_on_the_help_page():
    assert set(teaching.groups_of("sweep")) == set(GROUPS)
    page = teaching.help_for("sweep", FOLDERS)
    for group in GROUPS:
        for name in names(group, FOLDERS):
            assert len(teaching.about(group, name, FOLDERS)) > 20
            assert f"    {name} " in page


def test_settings_that_do_not_go_together():
    for wrong, message in [
        ("scenario.line=[{lived_weight:2},{lived_weight:1}]", "ascending"),
        ("scenario.line=[{lived_weight:1}]", "the data allow at most 1"),
        ("scenario.off=[grwth]", "choose from"),
        ("scenario.off=[workload]", ", ".join(sorted(entry.name for entry in WEEK))),
        ("scenario.shows=[margn]", "scenario.shows=margn is not usable: choose from"),
        (f"scenario.story={'x' * 401}", "at most 400 characters"),
    ]:
        with pytest.raises(WrongRequest, match=message):
            composed("compare", wrong)


def test_a_scenario_that_is_typed_brings_its_own_policies_unless_others_are_named():
    """Each scenario that names an experiment is compared by it, and whoever names policies gets these."""
    for name in names("scenario", FOLDERS):
        own = composed("compare", f"scenario={name}")
        assert own.choices.get("experiment") == own.scenario.compared_by, name
    giants = composed("compare", "scenario=channel_giants", "years=2")
    assert (giants.reference, giants.years, giants.targets) == ("strict_channel", 2, False)
    named = composed("compare", "scenario=runaway_community", "policies=[pervasive]")
    assert (named.reference, named.policies) == ("conventional", ["pervasive"])
    assert not named.scenario.published
