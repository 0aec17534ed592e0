"""The front door, for what is right: a request reaches its command typed and checked, and help comes at once."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import hydra
import pytest
import yaml
from conftest import refused
from hydra.core.global_hydra import GlobalHydra

import experiments
from experiments import door
from experiments.command_line.commands import with_settings
from experiments.settings.schema import CompareRequest
from sim.quantities import OutOfRange

CHECKOUT = Path(experiments.__file__).parents[1]


# What is right.


def test_a_command_is_given_a_typed_request(asked):
    arguments = [
        "scenario=contract",
        "scenario.members=500",
        "policies=[strict,conventional]",
        "out=there/one",
        "years=3",
    ]
    assert door.main(["compare", *arguments]) == 0
    (request,) = asked.requests
    assert isinstance(request, CompareRequest)
    assert (request.scenario.members, request.scenario.name, request.horizon) == (500, "contract", 3)
    assert request.policies == ["strict"] and list(request.policy_set) == ["conventional", "strict"]
    assert (request.out, request.overrides) == (
        "there/one",
        ["scenario=contract", *arguments[1:3], "out='there/one'", "years=3"],
    )
    assert yaml.safe_load(Path("there/one/.hydra/config.yaml").read_text()) == request.manifest_config
    assert yaml.safe_load(Path("there/one/.hydra/overrides.yaml").read_text()) == request.overrides


def test_results_of_one_day_do_not_meet(asked):
    for _ in range(3):
        assert door.main(["compare", "experiment=quick"]) == 0
    places = [request.out for request in asked.requests]
    assert len(set(places)) == 3
    assert all(place.startswith("results/compare/association-") for place in places)


def test_flags_stand_anywhere(asked, capsys):
    for arguments in (["--cfg", "job", "seed=7"], ["seed=7", "--cfg=job", "--resolve"], ["seed=7", "-c", "job"]):
        assert door.main(["compare", *arguments]) == 0
        assert yaml.safe_load(capsys.readouterr().out)["seed"] == 7
    assert not asked.requests and not any(Path().iterdir())


def test_printed_configuration_gives_the_same_request_again(asked, capsys):
    door.main(["compare", "experiment=quick", "scenario=contract", "world.trust.start=0.5", "--cfg", "job"])
    printed = capsys.readouterr().out
    Path("own/experiment").mkdir(parents=True)
    Path("own/experiment/again.yaml").write_text("# @package _global_\n" + printed)
    assert door.main(["compare", "experiment=again", "--config-dir", "own", "--cfg", "job"]) == 0
    assert capsys.readouterr().out == printed


@pytest.mark.parametrize("name", ["2024_01", "a(b) c", "it's", "x=y", "a,b", "true"])
def test_folders_are_taken_as_they_are_typed(asked, name):
    assert door.main(["compare", f"out={name}"]) == 0
    assert asked.requests[0].out == name and Path(name).is_dir()


def test_multirun_checks_every_job_and_runs_them_one_after_the_other(asked):
    assert door.main(["compare", "-m", "seed=1,2", "policy=strict,holistic", "out=many"]) == 0
    jobs = [(request.seed, request.policies, request.out) for request in asked.requests]
    assert jobs == [
        (1, ["strict"], "many/0"), (1, ["holistic"], "many/1"), (2, ["strict"], "many/2"), (2, ["holistic"], "many/3"),
    ]  # fmt: skip
    assert yaml.safe_load(Path("many/3/.hydra/overrides.yaml").read_text())[:2] == ["seed=2", "policy=holistic"]


@pytest.mark.parametrize(
    ("sweep", "number"),
    [("seed=range(1,5)", 4), ("policy=glob(*_siloed)", 2), ("policies=[strict],[siloed,holistic]", 2), ("seed=3", 1),
     ("scenario=association,contract", 2), ("world.trust.start=choice(0.3,0.4)", 2), ("experiment=main,quick", 2)],
)  # fmt: skip
def test_hydras_sweeps(asked, sweep, number):
    assert door.main(["compare", sweep, "--multirun"]) == 0
    assert len({str(request.manifest_config) for request in asked.requests}) == number
    assert len({request.out for request in asked.requests}) == number


def test_a_broken_job_does_not_take_the_others_with_it(asked, capsys):
    def run(request):
        asked.requests.append(request)
        if request.seed == 2:
            raise RuntimeError("boom")
        return 0

    asked.run = run
    assert door.main(["compare", "-m", "seed=1,2,3"]) == 3
    assert len(asked.requests) == 3 and "1 of 3 jobs broke" in capsys.readouterr().err


def test_exit_status_of_the_command_is_passed_on(asked):
    asked.run = lambda request: 3
    assert door.main(["compare"]) == 3


def test_interruption(asked, capsys):
    def run(request):
        raise KeyboardInterrupt

    asked.run = run
    assert door.main(["compare", "out=there"]) == 130
    assert capsys.readouterr().err == "relsim: interrupted; what is complete is in there\n"


def test_out_of_range_met_while_running(asked, capsys):
    def run(request):
        raise OutOfRange("x=1 is not usable:\ngive 2")

    asked.run = run
    assert refused(capsys, "compare") == "x=1 is not usable: give 2"
    Path("empty").mkdir()
    assert refused(capsys, "compare", "out=empty") == refused(capsys, "compare", "out=a/b/c")
    assert door.main(["compare", "-m", "seed=1,2"]) == 3


def test_own_files(asked, capsys):
    for group, text in [
        ("policy", "strictness: 0.5\n"),
        ("scenario", "members: 99\n"),
        ("world", "trust:\n  start: 0.5\n"),
    ]:
        Path("own", group).mkdir(parents=True)
        Path("own", group, "mine.yaml").write_text(text)
    arguments = ["policies=[mine,strict]", "scenario=mine", "world=mine", "-cd", "own"]
    assert door.main(["compare", *arguments]) == 0
    (request,) = asked.requests
    assert request.policy_set["mine"].strictness == 0.5
    assert (request.scenario.members, request.scenario.name, request.world.trust.start) == (99, "mine", 0.5)
    assert door.main(["compare", "--help", "--config-dir", "own"]) == 0
    assert "    mine" in capsys.readouterr().out


def test_a_hydra_program_around_us_is_left_alone(asked):
    with hydra.initialize_config_dir(str(CHECKOUT / "configs" / "policy"), version_base="1.2"):
        assert door.main(["compare"]) == 0
        assert GlobalHydra.instance().is_initialized()
        assert hydra.version.getbase() == hydra.version._get_version("1.2")
        assert hydra.compose("strict").strictness == 1.0


# Help.


def test_help(asked, capsys):
    for arguments in ([], ["--help"], ["-h"]):
        assert door.main(arguments) == 0
        overview = capsys.readouterr().out
        assert all(name in overview for name in door.COMMANDS)
    for command in with_settings():
        assert door.main([command, "nonsense", "--help"]) == 0
        page = capsys.readouterr().out
        assert page.count(f"\n  relsim {command} ") == len(door.COMMANDS[command].examples) >= 3 and "scenario:" in page
        assert max(map(len, page.splitlines())) <= 150
    assert not any(Path().iterdir())


def test_help_comes_at_once():
    code = """if True:
        import sys
        from experiments.door import main
        main(["compare", "--help"])
        assert not {"numba", "mesa", "scipy", "pandas", "matplotlib", "hydra", "numpy"} & set(sys.modules)
    """
    took = []  # processor time: that of a machine which does other work, too, says little
    for _ in range(2):
        start = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=True, stdout=subprocess.DEVNULL)
        took.append(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - start)
    assert min(took) < 0.7


def test_folders_of_the_same_names_do_not_shadow_ours(tmp_path):
    for name in ("experiments", "configs", "configs/policy"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('shadowed')")
    (tmp_path / "configs" / "compare.yaml").write_text("seed: 99")
    code = "import sys; from experiments.door import main; sys.exit(main(['compare', '--cfg', 'job']))"
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-P", "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert yaml.safe_load(done.stdout)["seed"] == 1
