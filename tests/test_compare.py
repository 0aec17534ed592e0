"""``relsim compare`` as its users run it: files, columns, exit status, the same bytes on any number of workers."""

import json

import pandas as pd
import pytest

from experiments import door
from experiments.runs import replicates
from experiments.runs.statistics import PAIRED_COLUMNS

SMALL = ["policies=[strict_siloed,loosened_holistic]", "scenario.members=60", "years=2", "replicates=3", "preliminary=2",
         "targets=false", "line_replicates=2"]  # fmt: skip


def compare(out, *more) -> int:
    return door.main(["compare", *SMALL, f"out={out}", *more])


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("compare") / "one"
    assert compare(out, "engine.workers=1") == 0
    return out


def test_it_leaves_the_promised_files(finished):
    names = {path.name for path in finished.iterdir()}
    assert names >= {"runs.parquet", "pairs.parquet", "weekly.parquet", "paired.csv", "figures", "report.html", "manifest.json", ".hydra"}


def test_tables_have_the_promised_columns(finished):
    runs = pd.read_parquet(finished / "runs.parquet")
    assert list(runs)[:8] == ["run_id", "scenario", "policy", "world", "replicate", "seed", "status", "error"]
    assert runs["run_id"].is_unique
    assert len(runs) == 9
    assert {"retention_rate", "value_surplus_mean", "margin", "survival_year_2", "lapse_involuntary"} <= set(runs)
    assert list(pd.read_csv(finished / "paired.csv")) == PAIRED_COLUMNS
    pairs = pd.read_parquet(finished / "pairs.parquet")
    assert len(pairs) == 6
    assert set(pairs["policy_run_id"]) | set(pairs["reference_run_id"]) == set(runs["run_id"])
    weekly = pd.read_parquet(finished / "weekly.parquet")
    assert len(weekly) == 9 * 104
    assert set(weekly["run_id"]) == set(runs["run_id"])


def test_metrics_of_processes_that_are_not_there_are_absent(finished, tmp_path, no_report):
    assert "partner_retention" in pd.read_parquet(finished / "runs.parquet")
    assert compare(tmp_path / "off", "scenario.off=[growth,partners]", "line=false", "engine.workers=1") == 0
    assert {"recruits", "partner_retention"}.isdisjoint(pd.read_parquet(tmp_path / "off" / "runs.parquet"))


def test_the_manifest_tells_how_to_run_it_again(finished):
    manifest = json.loads((finished / "manifest.json").read_text())
    assert manifest["command"].startswith("relsim compare policies=")
    assert manifest["policies"]["loosened_holistic"]["strictness"] == 0.3
    assert {"seed", "versions", "code_version", "config", "tails", "fit", "wall_seconds"} <= set(manifest)


def test_one_and_two_workers_leave_the_same_bytes(finished, tmp_path, no_report):
    assert compare(tmp_path / "two", "engine.workers=2") == 0
    for name in ("runs.parquet", "pairs.parquet", "weekly.parquet", "paired.csv", "line.csv", "survival.csv"):
        assert (tmp_path / "two" / name).read_bytes() == (finished / name).read_bytes(), name


def test_the_page_asks_for_nothing_from_outside(finished):
    page = (finished / "report.html").read_text()
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    assert "<script" not in page


def test_a_run_that_raises_is_a_row_and_the_rest_is_kept(tmp_path, monkeypatch, capsys):
    measure = replicates.measure

    def breaks(outcome):
        if outcome.model.policy.routing == 1.0 and outcome.model.luck[1] == 1:
            raise ZeroDivisionError("made to fail")
        return measure(outcome)

    monkeypatch.setattr(replicates, "measure", breaks)
    assert compare(tmp_path / "out", "engine.workers=1", "line=false") == 3
    runs = pd.read_parquet(tmp_path / "out" / "runs.parquet")
    (broken,) = runs[runs["status"] != "ok"].itertuples()
    assert (broken.policy, broken.replicate, broken.error) == ("loosened_holistic", 1, "ZeroDivisionError: made to fail")
    assert len(runs) == 9
    assert "1 of 9 runs failed" in capsys.readouterr().err


def test_a_renewal_table_for_a_settled_organisation_is_refused_in_one_line(tmp_path, capsys):
    table = tmp_path / "table.csv"
    table.write_text("year,pct_surviving\n0,100\n1,80\n2,70\n3,65\n")
    assert compare(tmp_path / "out", f"data={table}") == 2
    assert capsys.readouterr().err.strip().count("\n") == 0
    assert not (tmp_path / "out").exists()


def test_in_python_a_comparison_is_a_tidy_table_and_a_loaded_model_runs():
    from experiments import compare as compare_in_python
    from experiments import load

    result = compare_in_python(["loosened_siloed"], "scenario.members=60", "years=1", "replicates=2", "preliminary=2", "engine.workers=1")
    assert set(result.paired["policy"]) == {"loosened_siloed"}
    assert result.plot("survival") is not None
    model = load("scenario.members=60", "policy=loosened_holistic", "seed=3")
    model.run_for(4)
    assert model.policy.routing == 1.0
    assert model.now == 108
