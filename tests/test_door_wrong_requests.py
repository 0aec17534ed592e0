"""The front door, for what is typed wrong: it ends in one line, exit status 2, and nothing written."""

from pathlib import Path

import pytest
from conftest import refused
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiments import door
from experiments.settings.schema import CompareRequest
from experiments.settings.typed import paths, plain

SETTINGS = sorted(set(paths(plain(CompareRequest()))) - {"data"})

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


# Whatever is typed.

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
