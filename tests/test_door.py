"""The front door: what is right runs; what is wrong ends in one line, exit status 2, and nothing written."""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import hydra
import pytest
import yaml
from hydra.core.global_hydra import GlobalHydra
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import experiments
from experiments import door
from experiments.command_line.commands import with_settings
from experiments.settings.guard import LARGEST_FILE
from experiments.settings.schema import CompareRequest
from experiments.settings.typed import paths, plain
from sim.quantities import OutOfRange

CHECKOUT = Path(experiments.__file__).parents[1]
SETTINGS = sorted(set(paths(plain(CompareRequest()))) - {"data"})


def refused(capsys, *arguments: str) -> str:
    """The one line with which a request is refused."""
    before = sorted(Path().rglob("*"))
    status = door.main(list(arguments))
    captured = capsys.readouterr()
    assert (status, captured.out) == (2, ""), arguments
    assert captured.err.startswith("relsim: ") and captured.err.endswith("\n"), captured.err
    assert captured.err[:-1].isprintable() and len(captured.err) < 700, captured.err
    assert sorted(Path().rglob("*")) == before, "something was written"
    return captured.err[8:-1]


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


# What is wrong.

WRONG = [
    # misspelt: the nearest names
    ("scenario.membrs=5", "did you mean scenario.members?"),
    ("free_error=0.3", "did you mean world.encounters.free_error or world.partners.free_error?"),
    ("replicate=3", "did you mean replicates or line_replicates?"),
    ("xyzzy=1", "known: "),
    ("+scenario.foo=5", "scenario.foo is no setting"),
    ("scenario=contrct", "did you mean contract?"),
    ("engine=spark", "there are: dask, local, ray, slurm"),
    ("policies=[strikt]", "did you mean strict?"),
    ("reference=conventionel", "did you mean conventional?"),
    ("experiment=mian", "did you mean main?"),
    ("world.encounters={free_erro:0.7}", "did you mean world.encounters.free_error?"),
    ("scenario.line=[{lived_weight:3,alpa:1}]", "did you mean scenario.line[0].alpha?"),
    ("engine.name=pbs", "choose from local, dask, ray, slurm"),
    # values
    ("scenario.members=nan", "whole number from 20 to 2000000 (members)"),
    ("scenario.members=1e500", "whole number"),
    ("scenario.members=-inf", "whole number"),
    ("scenario.members=2.5", "whole number"),
    ("scenario.members=true", "members=true"),
    ("scenario.members=on", "members=on"),
    ("scenario.members=12:30:45", "12:30:45"),
    ("scenario.members=null", "members=null"),
    ("scenario.members='500'", "whole number"),
    ("scenario.members=", "whole number"),
    ("scenario.members=[5]", "members=[5]"),
    ("scenario.members=19", "from 20 to 2000000"),
    ("scenario.members=" + "9" * 3900, "whole number"),
    ("world.encounters.free_error=nan", "from 0 to 1.5 (quality)"),
    ("world.encounters.free_error=true", "free_error=true"),
    ("world.encounters.free_error=1.6", "from 0 to 1.5 (quality)"),
    ("world.encounters.free_error=" + "9" * 400, "from 0 to 1.5 (quality)"),
    ("replicates=0", "from 1 to 100000"),
    ("seed=4294967296", "from 0 to 4294967295"),
    ("years=31", "from 1 to 30"),
    ("engine.workers=0", "from 1 to 1024"),
    ("targets=1", "true or false"),
    ("targets=on", "true or false"),
    ("policies=strict", "policies=[strict]"),
    ("policies=null", "give a list"),
    ("policies=[]", "empty"),
    ("policies=[1]", "in quotes"),
    ("policies=[strict,strict]", "twice"),
    ("policies=[conventional]", "nothing but the reference"),
    ("scenario.off=[grwth]", "choose from accounts"),
    ("scenario=5", "give one name"),
    ("scenario={members:5}", "scenario.NAME=VALUE"),
    ("world.encounters=5", "give settings by name"),
    ("world.encounters=[]", "give settings by name"),
    ("data=nothere.csv", "is not there"),
    ("out=", "give text"),
    # ways out
    ("scenario=../../etc/passwd", "not a path"),
    ("scenario=/etc/passwd", "not a path"),
    ("policies=[../strict]", "not a path"),
    ("policies=[..]", "not a path"),
    ("scenario.name=../x", "not a path"),
    ("out=/etc/passwd", "is no folder"),
    ("out=/usr", "is not empty"),
    ("out=" + "a" * 300, "too long"),
    ("out=" + "a/" * 1500 + "a", "too long"),
    # code
    ("_target_=os.system", "never name code"),
    ("+scenario._target_=os.system", "never name code"),
    ("world.encounters={_target_:os.system}", "never name code"),
    ("scenario.line=[{_partial_:true}]", "never name code"),
    ("out=${oc.env:HOME}", "write the value itself"),
    ("data='${oc.env:HOME}'", "write the value itself"),
    ("seed=${oc.decode:1}", "write the value itself"),
    ("seed=${seed}", "in a circle"),
    ("seed=${nothing.there}", "leads nowhere"),
    ("seed=${scenario}", "several values"),
    ("seed=${..seed}", "fewer dots"),
    ("seed=1${years}", "write the value itself"),
    ("${seed}=1", "write name=value"),
    ("data='${reference}'", "is refused here"),
    ("hydra.run.dir=/usr", "is not empty"),
    ("hydra.run.dir=${oc.env:HOME}", "write the value itself"),
    ("hydra.job.env_set.A=1", "in your shell"),
    ("hydra.job.name=x", "of Hydra itself you can set"),
    ("hydra=x", "of Hydra itself you can set"),
    ("~hydra.verbose", "is refused"),
    ("+hydra.callbacks.x._target_=os.system", "never name code"),
    ("hydra/launcher=joblib", "add -m"),
    ("hydra/launcher=ray", "engine=ray"),
    ("hydra/launcher=evil", "choose from basic, joblib, submitit_local"),
    ("hydra/sweeper=optuna", "relsim sweep"),
    ("hydra/job_logging=colorlog", "hydra.verbose"),
    ("hydra.launcher.n_jobs=2", "add hydra/launcher=joblib"),
    ("hydra.launcher.cpus_per_task=2", "of Hydra itself you can set"),
    ("hydra.sweep.subdir=x", "numbered"),
    ("hydra.searchpath=[pkg://os]", "only folders"),
    ("hydra.searchpath=[nowhere]", "is no folder"),
    ("hydra.searchpath=nowhere", "[FOLDER]"),
    ("hydra.mode=BOTH", "RUN, MULTIRUN"),
    ("hydra.verbose=3", "false, true"),
    ("--experimental-rerun=x.pickle", "refused"),
    ("--config-name=x", "experiment=NAME"),
    ("--info=plugins", "choose from"),
    ("--package=world", "add --cfg job"),
    # grammar
    ("foo", "write name=value"),
    ("=5", "write name=value"),
    ("", "write name=value"),
    ("seed=1,2", "-m for one job each"),
    ("policies=strict,siloed", "policies=[strict,siloed]"),
    ("seed=interval(1,3)", "list the values"),
    ("seed=range(1,9)", "-m for one job each"),
    ("~scenario", "nothing can be taken away"),
    ("scenario@world=contract", "with @"),
    ("scenario.members=5{", "quote special characters"),
    ("seed=" + "[" * 3000, "brackets"),
    ("seed=" + "1" * 5000, "at most 4000"),
    ("seed=1\n2", "cannot be printed"),
    ("seed=\x1b[31m", "cannot be printed"),
    ("seed=\udcff", "cannot be printed"),
    ("policy=[strict,siloed]", "policies=[strict,siloed]"),
    # flags
    ("--multirn", "did you mean --multirun?"),
    ("--cfg=everything", "job, hydra, all"),
    ("--cfg", "lacks its value"),
    ("--config-dir=nowhere", "is no folder"),
    ("-x", "is no flag"),
]  # fmt: skip


@pytest.mark.parametrize(("argument", "remedy"), WRONG, ids=[repr(argument)[:40] for argument, _ in WRONG])
def test_wrong_requests_end_in_one_line(asked, capsys, argument, remedy):
    assert remedy in refused(capsys, "compare", argument)
    assert not asked.requests


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [(["comprae"], "did you mean compare?"), (["x" * 500], "there are: compare"),
     (["calibrate", "policies=[a]"], "policies"),
     (["compare", "seed=1", "seed=2"], "twice"), (["compare", "policy=strict", "policies=[strict]"], "keep policies"),
     (["compare", "-m", "seed=1,x"], "job 1 (seed=x)"), (["compare", "-m", "seed=range(1,9999999999)"], "1000 jobs"),
     (["compare", "-m", "seed=shuffle(range(1,99999999))"], "1000 jobs"),
     (["compare", "-m", "seed=sort(range(1,99999999),reverse=true)"], "1000 jobs"),
     (["compare", "-m", "seed=range(1,99)", "years=range(1,29)"], "1000 jobs"),
     (["compare", "-m", "world.trust.start=range(0,1,1e-300)"], "1000 jobs"),
     (["compare", "-m", "policy=glob(zzz*)"], "no value"), (["compare", "-m", "out=a,b", "seed=1,2"], "several jobs"),
     (["calibrate", "experiment=main"], "main.yaml, line")],
)  # fmt: skip
def test_wrong_combinations_end_in_one_line(asked, capsys, arguments, remedy):
    assert remedy in refused(capsys, *arguments)
    assert not asked.requests


def test_a_folder_in_use_is_refused(asked, capsys):
    assert door.main(["compare", "out=here"]) == 0
    assert "nothing is overwritten" in refused(capsys, "compare", "out=here")
    Path("file").touch()
    assert "no folder" in refused(capsys, "compare", "out=file")
    assert "cannot be" in refused(capsys, "compare", "out=file/below")
    Path("link").symlink_to("gone")
    assert "no folder" in refused(capsys, "compare", "out=link")


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{k}: &{k} [{','.join(['*' + j] * 9)}]\n" for j, k in zip("abcdefg", "bcdefgh", strict=True)
)
HOSTILE = {
    "bomb": (BOMB, "anchor &a is refused"),
    "alias": ("members: *a\n", "alias *a is refused"),
    "merge": ("<<: {members: 50}\n", "<<"),
    "tag": ("members: !!python/object/apply:os.system [echo]\n", "tag"),
    "float tag": ("members: !!int '50'\n", "tag"),
    "twice": ("members: 50\nmembers: 60\n", "members is set twice"),
    "two documents": ("members: 50\n---\nmembers: 60\n", "second document"),
    "large": ("# " + "x" * LARGEST_FILE, "larger than 256 kB"),
    "deep": ("members: " + "[" * 5000, "levels"),
    "binary": (b"\xff\xfe\x00", "UTF-8"),
    "not yaml": ("members: [1,\n", "is not YAML"),
    "tab": ("a:\n\t- b\n", "is not YAML"),
    "control": ("members: '\x07'\n", "is not YAML"),
    "sexagesimal": ("members: 12:30:45\n", "base 60"),
    "octal": ("members: 0500\n", "base 8"),
    "bare off": ("off: [growth]\n", '"off" in quotes'),
    "number as key": ("5: 6\n", '"5" in quotes'),
    "list as key": ("? [a]\n: 6\n", "where a name is needed"),
    "on": ("members: on\n", "members=true"),
    "yes": ("dues: yes\n", "dues=true"),
    "nan": ("dues: .nan\n", "from 0 to 5"),
    "infinity": ("dues: 1e500\n", "from 0 to 5"),
    "text": ("dues: '1'\n", "from 0 to 5"),
    "missing": ("dues: ???\n", "missing value"),
    "out of range": ("dues: 9\n", "line 1"),
    "misspelt": ("# x\nmembrs: 5\n", "did you mean scenario.members? (in "),
    "list": ("- members\n", "write name: value"),
    "scalar": ("members\n", "write name: value"),
    "target": ("_target_: os.system\n", "never name code"),
    "target below": ("line: [{_target_: os.system}]\n", "never name code"),
    "environment": ("name: ${oc.env:HOME}\n", "write the value itself"),
    "lookup": ("members: ${seed}\n", "members=1 is not usable"),
    "hydra": ("# @package _global_\nhydra:\n  run:\n    dir: /tmp/x\n", "Hydra's own settings"),
    "launcher": ("defaults:\n  - override /hydra/launcher: joblib\n", "Hydra's own settings"),
    "way out": ("# @package _global_\ndefaults:\n  - /policy/../../../secret\n", ""),
    "way out by root": ("# @package _global_\ndefaults:\n  - /../secret\n", ""),
    "setting for a group": ("# @package _global_\nscenario: 5\n", "scenario"),
    "header": ("# @package\nmembers: 50\n", ""),
    "name": ("name: ../x\n", "not a path"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_end_in_one_line(asked, capsys, case):
    content, remedy = HOSTILE[case]
    Path("own/scenario").mkdir(parents=True)
    Path("secret.yaml").write_text("members: 50\n")
    Path("own/scenario/hostile.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    start = time.perf_counter()
    assert remedy in refused(capsys, "compare", "scenario=hostile", "--config-dir", "own")
    assert time.perf_counter() - start < 5
    assert not asked.requests


@pytest.mark.parametrize(
    ("text", "remedy"),
    [("strictness: 2\n", "from 0 to 1"), ("strictnes: 0.5\n", "policy.strictness"), ("- a\n", "write name: value"),
     ("strictness: &a 0.5\n", "anchor"), ("_target_: os.system\n", "never name code"),
     ("strictness: on\n", "strictness=true"),
     ("a: [1\n", "not YAML")],
)  # fmt: skip
def test_hostile_policies_end_in_one_line(asked, capsys, text, remedy):
    Path("own/policy").mkdir(parents=True)
    Path("own/policy/mine.yaml").write_text(text)
    message = refused(capsys, "compare", "policies=[mine]", "--config-dir=own")
    assert remedy in message and "mine.yaml" in message


def test_files_that_ours_would_hide_are_refused(asked, capsys):
    Path("own/policy").mkdir(parents=True)
    Path("own/policy/strict.yaml").write_text("strictness: 0.9\n")
    assert "rename it" in refused(capsys, "compare", "-cd", "own")


@pytest.mark.parametrize("out", ["/tmp/elsewhere", "../elsewhere", "link/elsewhere"])
def test_files_cannot_choose_where_results_go(asked, capsys, out):
    Path("own/experiment").mkdir(parents=True)
    Path("link").symlink_to("..")
    Path("own/experiment/mine.yaml").write_text(f"# @package _global_\nout: {out}\n")
    assert "give out=DIR yourself" in refused(capsys, "compare", "experiment=mine", "-cd", "own")
    Path("own/experiment/mine.yaml").write_text("# @package _global_\nout: below/here\n")
    assert door.main(["compare", "experiment=mine", "-cd", "own"]) == 0
    assert asked.requests[0].out == "below/here"


def test_a_device_is_no_file(asked, capsys):
    Path("own/scenario").mkdir(parents=True)
    os.mkfifo("own/scenario/pipe.yaml")
    assert "pipe" in refused(capsys, "compare", "scenario=pipe", "-cd", "own")


values = st.one_of(
    st.sampled_from(
        ["nan", "inf", "1e500", "on", "true", "null", "12:30:45", "???", "''", "[]", "{}", "[[]]", "{a:b}", "0x1F"]
    ),
    st.sampled_from(
        ["${x}", "${oc.env:HOME}", "a,b", "range(3)", "glob(*)", "../x", "/etc/passwd", "1_000", "\\", "'", '"']
    ),
    st.floats().map(repr),
    st.integers().map(str),
    st.text(max_size=20),
)
keys = st.one_of(
    st.sampled_from(SETTINGS),
    st.sampled_from(["policy", "experiment", "hydra.run.dir", "_target_", "hydra", "scenario@world", "", "."]),
    st.text(alphabet="abc._-@:/~+ ", max_size=12),
)
argument = st.one_of(
    st.builds("{}{}={}".format, st.sampled_from(["", "", "", "+", "++", "~", "--"]), keys, values), st.text(max_size=30)
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arguments=st.lists(argument, min_size=1, max_size=3), multirun=st.booleans())
def test_whatever_is_typed_is_right_or_ends_in_one_line(asked, capsys, arguments, multirun):
    arguments = ["compare", "--cfg", "job", *(["-m"] if multirun else []), *arguments]
    before = sorted(Path().rglob("*"))
    status = door.main(arguments)
    captured = capsys.readouterr()
    assert status in (0, 2)
    assert sorted(Path().rglob("*")) == before
    if status == 2:
        assert captured.err.startswith("relsim: ") and captured.err[:-1].isprintable() and captured.err.endswith("\n")
    else:
        assert captured.err == "" and captured.out
