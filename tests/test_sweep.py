"""``relsim sweep``, ``status`` and ``collect`` as their users run them."""

import json
import shutil

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from benchmarks.campaigns import failures
from experiments import door
from experiments.sweep import dying
from experiments.sweeps import cells

SMALL = ["scenario.members=40", "scenario.burn_in=4", "years=1", "replicates=3", "engine.workers=1"]
ROWS_ONLY = "effects=false"  # figures take longer than these runs


def relsim(*words) -> int:
    return door.main([str(word) for word in words])


def sweep(out, *more) -> int:
    given = {word.partition("=")[0]: word for word in (*SMALL, f"out={out}", *more)}
    return relsim("sweep", *given.values())


def table(out, name="runs") -> pd.DataFrame:
    return pd.read_parquet(out / f"{name}.parquet")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("sweep") / "one"
    assert sweep(out, "design.vary=[policy.strictness:0:1,world.encounters.free_error:0.2:0.8]") == 0
    return out


def test_it_leaves_one_tidy_table_with_what_was_varied(finished):
    runs = table(finished)
    assert list(runs)[:8] == ["run_id", "scenario", "policy", "world", "replicate", "seed", "status", "error"]
    assert len(runs) == 12 and runs["run_id"].is_unique
    assert set(zip(runs["policy.strictness"], runs["world.encounters.free_error"], strict=True)) == {
        (0, 0.2),
        (0, 0.8),
        (1, 0.2),
        (1, 0.8),
    }
    assert runs["retention_rate"].between(0, 1).all()
    assert not list(finished.rglob("*.pkl")) and not list(finished.rglob("*.pickle"))
    assert json.loads((finished / "manifest.json").read_text())["runs"] == 12


def test_every_point_has_the_same_luck(finished, tmp_path):
    """What a point gives does not depend on which other points were asked for."""
    assert sweep(tmp_path / "alone", "design.vary=[policy.strictness:1,world.encounters.free_error:0.8]", ROWS_ONLY) == 0
    runs, alone = table(finished), table(tmp_path / "alone")
    same = runs[runs["run_id"].isin(alone["run_id"])]
    assert len(same) == 3
    metrics = ["run_id", "replicate", "seed", "retention_rate", "margin", "trust_mean"]
    assert same[metrics].reset_index(drop=True).equals(alone[metrics])


def test_a_run_is_that_of_the_model(finished):
    """Against the model driven by hand, without any of the runner."""
    import dataclasses

    from experiments.settings.scenarios import scenario_named
    from sim import Policy, RelationshipModel, World

    runs = table(finished)
    row = runs[
        (runs["policy.strictness"] == 1) & (runs["world.encounters.free_error"] == 0.2) & (runs["replicate"] == 2)
    ].iloc[0]
    scenario = dataclasses.replace(scenario_named("association"), members=40, burn_in=4)
    world = World(encounters=dataclasses.replace(World().encounters, free_error=0.2))
    model = RelationshipModel(scenario, world, Policy(), rng=1, replicate=2)
    model.burn_in()
    arm = model.fork(Policy(strictness=1.0))
    arm.run_for(52)
    for name, value in arm.metrics().items():
        assert row[name] == value or (np.isnan(row[name]) and np.isnan(value)), name


def test_resuming_does_what_is_missing_and_leaves_the_same_bytes(finished, tmp_path, capsys):
    out = tmp_path / "copy"
    shutil.copytree(finished, out)
    before = (out / "runs.parquet").read_bytes()
    parts = sorted(path for path in (out / "parts").glob("*.parquet") if path.name != "points.parquet")
    gone = pd.read_parquet(parts[0])
    parts[0].unlink()
    assert relsim("status", out) == 3
    assert f"relsim sweep resume={out}" in capsys.readouterr().out
    (out / "runs.parquet").unlink()
    assert relsim("sweep", f"resume={out}") == 0
    assert f"{len(gone):,} were computed now" in capsys.readouterr().out
    assert (out / "runs.parquet").read_bytes() == before
    assert relsim("status", out) == 0


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (["seed=2"], "seed"),
        (["world.needs.spread=0.9"], "world.needs.spread"),
        (["policies=[strict]"], "policies"),
        (["design.vary=[policy.strictness:0:1]"], "design.vary"),
    ],
)
def test_resuming_with_other_settings_is_refused_and_the_key_named(finished, capsys, words, key):
    before = (finished / "runs.parquet").read_bytes()
    assert relsim("sweep", f"resume={finished}", *words) == 2
    line = capsys.readouterr().err
    assert line.startswith(f"relsim: {key}") and line.count("\n") == 1 and "in the plan" in line
    assert (finished / "runs.parquet").read_bytes() == before


def test_resuming_with_other_code_is_refused(finished, capsys, monkeypatch):
    monkeypatch.setattr("experiments.sweeps.plan.code_version", lambda: "0123456789abcdef")
    assert relsim("sweep", f"resume={finished}") == 2
    assert capsys.readouterr().err.startswith("relsim: code_version is 0123456789abcdef now")


def test_a_policy_file_edited_in_the_meantime_is_noticed(tmp_path, capsys):
    own = tmp_path / "own" / "policy"
    own.mkdir(parents=True)
    (own / "mine.yaml").write_text("# A policy of my own, to be edited.\nstrictness: 0.5\n")
    words = ["--config-dir", tmp_path / "own"]
    assert relsim("sweep", *words, *SMALL, "policies=[mine]", f"out={tmp_path / 'out'}") == 0
    assert relsim("sweep", *words, f"resume={tmp_path / 'out'}") == 0
    (own / "mine.yaml").write_text("# A policy of my own, to be edited.\nstrictness: 0.6\n")
    capsys.readouterr()
    assert relsim("sweep", *words, f"resume={tmp_path / 'out'}") == 2
    assert capsys.readouterr().err.startswith("relsim: policies.mine.strictness is 0.6 now and 0.5 in the plan")


def test_paired_runs_both_arms_in_each_sampled_world(tmp_path):
    words = ["design=paired", "policies=[loosened_holistic]", "design.vary=[world.needs.spread]", "design.points=3"]
    assert sweep(tmp_path / "out", *words, ROWS_ONLY) == 0
    runs, pairs = table(tmp_path / "out"), table(tmp_path / "out", "pairs")
    assert runs.groupby(["point", "policy"]).size().tolist() == [3] * 6
    assert runs["world"].nunique() == 3 and set(runs["policy"]) == {"conventional", "loosened_holistic"}
    assert len(pairs) == 9
    values = runs.set_index("run_id")["retention_rate"]
    expected = values[pairs["policy_run_id"]].to_numpy() - values[pairs["reference_run_id"]].to_numpy()
    assert np.array_equal(pairs["retention_rate_difference"], expected)
    assert pairs["share_better"].between(0, 1).all()


def test_runs_go_on_until_the_precision_is_reached_and_no_longer(tmp_path, capsys):
    words = ["precision=0.02", "metric=retention_rate", "scenario.members=100"]
    assert sweep(tmp_path / "out", *words) == 0
    runs, told = table(tmp_path / "out"), pd.read_csv(tmp_path / "out" / "precision.csv").iloc[0]
    assert len(runs) == told["n"] > 3 and told["half_width"] <= 0.02 and told["reached"]
    assert "known to +/- 0.02" in capsys.readouterr().out
    before = (tmp_path / "out" / "runs.parquet").read_bytes()
    assert relsim("sweep", f"resume={tmp_path / 'out'}") == 0
    assert (tmp_path / "out" / "runs.parquet").read_bytes() == before
    assert sweep(tmp_path / "capped", *words, "most_replicates=4") == 0
    assert len(table(tmp_path / "capped")) == 4
    assert "the others need up to" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("left", "said"), [([0.9, 1.1, 0.0, 1.0, 0.8, 1.0], ""), ([0.0, 0.01, 1.2, np.nan], "2 of 3 runs"), ([np.nan], "")]
)
def test_it_is_said_where_many_organisations_die(left, said):
    told = dying(pa.table({"growth_ratio": np.array(left)}))
    assert said in told and bool(told) == bool(said)


def test_runs_that_raise_are_rows_and_their_commands_raise_the_same(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cells, "measure", failures.made_to_fail(cells.measure))
    assert sweep(tmp_path / "out", "design.vary=[policy.strictness]", "design.levels=5", "replicates=8", ROWS_ONLY) == 3
    runs = table(tmp_path / "out")
    bad = pd.read_csv(tmp_path / "out" / "failures.csv", dtype={"run_id": str})  # 197e58... is no number
    assert len(runs) == 40 and 0 < len(bad) < 15
    assert set(bad["run_id"]) == set(runs.loc[runs["status"] != "ok", "run_id"])
    assert runs.loc[runs["status"] == "ok", "retention_rate"].notna().all()
    assert f"{len(bad)} of 40 runs failed" in capsys.readouterr().err
    monkeypatch.undo()
    for row in bad.head(3).to_dict("records"):
        assert failures.same_error(row)


def test_collect_puts_tables_together_and_refuses_what_was_changed(finished, tmp_path, capsys):
    varied = "design.vary=[policy.strictness:0.5:1,world.encounters.free_error:0.2:0.8]"
    assert sweep(tmp_path / "two", varied, ROWS_ONLY) == 0
    assert relsim("collect", finished, tmp_path / "two", f"out={tmp_path / 'both'}") == 0
    both = table(tmp_path / "both")
    assert len(both) == 12 + 6 and both["run_id"].is_unique
    shutil.copytree(finished, tmp_path / "changed")
    runs = table(finished)
    runs.loc[0, "retention_rate"] += 0.001
    runs.to_parquet(tmp_path / "changed" / "runs.parquet")
    (tmp_path / "changed" / "manifest.json").unlink()
    capsys.readouterr()
    assert relsim("collect", finished, tmp_path / "changed", f"out={tmp_path / 'three'}") == 2
    assert "different values" in capsys.readouterr().err
    assert not (tmp_path / "three").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["sweep", "only=abc"], "resume=DIR only=RUN_ID"),
        (["sweep", "resume=/nowhere"], "holds no sweep"),
        (["sweep", "metric=retention"], "metric=retention is not usable"),
        (["sweep", "design=paired", "design.vary=[world.needs.spread]"], "one to compare with it"),
        (["sweep", "design.vary=[world.needs.sprd]"], "world.needs.spread"),
        (["sweep", "engine.address=nowhere:1", "engine=pbs"], "there are: dask, local, ray, slurm"),
        (["status"], "status DIR"),
        (["status", "/nowhere"], "holds no sweep"),
        (["collect"], "collect DIR"),
        (["collect", "/nowhere"], "holds no sweep"),
    ],
)
def test_wrong_requests_end_in_one_line_and_leave_nothing(tmp_path, monkeypatch, capsys, words, message):
    monkeypatch.chdir(tmp_path)
    assert relsim(*words) == 2
    line = capsys.readouterr().err
    assert line.startswith("relsim: ") and line.count("\n") == 1 and message in line
    assert not list(tmp_path.iterdir())


def test_an_experiment_written_for_a_comparison_can_be_swept_and_points_that_repeat_are_analysed_once(tmp_path, capsys):
    """Its targets and line are settings of a comparison only; typed, they are still refused. Three values, two of them alike."""
    tiny = ["engine.workers=1", "scenario.members=60", "years=1", "scenario.burn_in=4", "replicates=2"]
    vary = "design.vary=[policy.strictness:0.1:0.1:0.5]"
    assert relsim("sweep", "experiment=main", *tiny, vary, f"out={tmp_path / 'swept'}") == 0
    assert "What was varied does" in capsys.readouterr().out
    assert relsim("sweep", *tiny, vary, "targets=false", f"out={tmp_path / 'not'}") == 2


def test_collected_rows_say_from_which_folder_they_come(finished, tmp_path):
    other = tmp_path / "other"
    assert relsim("sweep", "engine.workers=1", "scenario.members=60", "years=1", "scenario.burn_in=4", "replicates=1", f"out={other}") == 0
    assert relsim("collect", finished, other, f"out={tmp_path / 'both'}") == 0
    assert set(pd.read_parquet(tmp_path / "both" / "runs.parquet")["folder"]) == {str(finished), str(other)}


def test_a_metric_that_is_no_number_is_not_answered_with_more_replicates(tmp_path, capsys):
    words = ["engine.workers=1", "scenario.members=60", "years=1", "scenario.burn_in=4", "replicates=2", "most_replicates=4"]
    assert relsim("sweep", *words, "metric=left_bound", "precision=0.01", f"out={tmp_path / 'bound'}") == 0
    assert "left_bound is not a number: choose another metric" in capsys.readouterr().out
