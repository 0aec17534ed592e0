"""``relsim sensitivity``: indices of a known function through the whole path, and the command as its users run it."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from experiments import door
from experiments.sensitivity import COLUMNS, averaged, indices_of
from experiments.settings.policies import load_policies
from experiments.settings.schema import Design, SensitivityRequest
from experiments.sweeps.designs import spelt_out
from experiments.sweeps.plan import frozen
from sim import Scenario
from sim.scenario import Fit

NAMES = ["policy.strictness", "policy.coverage", "policy.routing"]
SMALL = ["design.vary=[policy.strictness,scenario.departments:2:6]", "design.trajectories=3", "scenario.members=60", "scenario.burn_in=0",
         "years=1", "replicates=2", "engine.workers=1"]  # fmt: skip


def planned(kind: str, **design):
    """A plan over three levers, and the request it belongs to."""
    request = SensitivityRequest(design=Design(kind=kind, vary=list(NAMES), **design), replicates=2, metrics=["retention_rate", "margin"])
    request.policy_set = load_policies(["conventional", "loosened_holistic"])
    return frozen(request), request


def as_run(plan, outcome) -> pd.DataFrame:
    """Rows as the store gives them: ``outcome(points)`` under the policy, 0 under the reference; each replicate has luck."""
    points = plan.points
    parts = []
    for replicate, lift in enumerate((0.3, -0.1)):
        for policy, values in (("conventional", np.zeros(len(points))), ("loosened_holistic-01234567", outcome(points))):
            part = pd.DataFrame(points, columns=plan.factors)
            part = part.assign(point=range(len(points)), policy=policy, replicate=replicate, seed=1, status="ok",
                               retention_rate=values + lift, margin=-values)  # fmt: skip
            parts.append(part)
    return pd.concat(parts, ignore_index=True)


def ishigami(points):
    """Of three shares, 0..1, stretched to -pi..pi; first-order indices .314, .442, 0 (Ishigami & Homma 1990)."""
    a, b, c = np.pi * (2.0 * points.T - 1.0)
    return np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


def test_ishigami_through_plan_and_table():
    plan, request = planned("saltelli", points=1024)
    found = indices_of(plan, as_run(plan, ishigami), request)
    assert list(found) == COLUMNS and set(found["of"]) == {"level", "difference"}
    for (_, metric), own in found.groupby(["of", "metric"]):
        first = own[own["index"] == "S1"].set_index("parameter")["value"]
        assert first[NAMES].to_numpy() == pytest.approx([0.314, 0.442, 0.0], abs=0.02), metric
    assert set(found["n_runs"]) == {2 * 1024 * 5} and (found["luck_share"] < 1e-12).all()


def test_a_failed_run_shifts_nothing_and_a_lost_point_costs_its_trajectory():
    plan, request = planned("morris", trajectories=20)
    whole = as_run(plan, lambda points: points @ [3.0, 0.0, -1.0])
    exact = {"policy.strictness": 3.0, "policy.coverage": 0.0, "policy.routing": 1.0}
    rows = whole.copy()
    rows.loc[(rows["point"] == 9) & (rows["replicate"] == 1), ["status", "retention_rate"]] = ["failed", np.nan]
    found = indices_of(plan, rows, request)
    size = found[(found["index"] == "mu_star") & (found["metric"] == "retention_rate") & (found["of"] == "level")]
    assert dict(zip(size["parameter"], size["value"], strict=True)) == pytest.approx(exact, abs=0.05)
    assert set(size["n_points"]) == {80}
    rows.loc[rows["point"] == 9, ["status", "retention_rate"]] = ["failed", np.nan]
    found = indices_of(plan, rows, request)
    assert set(found["n_points"]) == {76}
    size = found[(found["index"] == "mu_star") & (found["metric"] == "margin")]
    assert size.groupby("parameter")["value"].first().to_dict() == pytest.approx(exact)


def test_luck_left_in_averages_is_told():
    random = np.random.default_rng(1)
    truth, replicates = random.normal(size=400), 4
    values = pd.DataFrame(truth[:, None] + 2.0 * random.normal(size=(400, replicates)) + [5, 6, 7, 8])
    mean, luck = averaged(values)
    assert luck == pytest.approx(0.5, abs=0.08)  # 2^2 / 4 of 1 + 2^2 / 4
    assert mean == pytest.approx(values.mean(axis=1).to_numpy())
    assert np.isnan(averaged(values[[0]])[1])


def test_groups_of_names_are_spelt_out():
    scenario = Scenario(line=[Fit(lived_weight=0.0), Fit(lived_weight=3.5)])
    world = spelt_out(["world"], scenario)
    assert "world.renewals.lived_weight:0:3.5" in world and len(world) > 40
    needs = spelt_out(["world.needs", "policy.routing:0:0.5"], scenario)
    assert needs[-1] == "policy.routing:0:0.5" and all(name.startswith("world.needs.") for name in needs[:-1])
    assert SensitivityRequest().design.vary == spelt_out(["policy"], scenario)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("sensitivity") / "one"
    assert door.main(["sensitivity", *SMALL, f"out={out}"]) == 0
    return out


def test_it_leaves_the_promised_files(finished):
    assert {path.name for path in finished.iterdir()} >= {"indices.csv", "figures", "runs.parquet", "pairs.parquet", "manifest.json"}
    assert {path.name for path in (finished / "figures").iterdir()} >= {"indices_level.svg", "indices_difference.png"}
    found = pd.read_csv(finished / "indices.csv")
    assert list(found) == COLUMNS and set(found["parameter"]) == {"policy.strictness", "scenario.departments"}
    assert json.loads((finished / "manifest.json").read_text())["command"].startswith("relsim sensitivity design.vary=")
    pairs = pd.read_parquet(finished / "pairs.parquet")
    assert len(pairs) == 9 * 2  # every point, also those that share the reference's run


def test_resuming_a_finished_one_leaves_the_same_bytes(finished, capsys):
    before = (finished / "indices.csv").read_bytes()
    (finished / "indices.csv").unlink()
    assert door.main(["sensitivity", f"resume={finished}"]) == 0
    assert (finished / "indices.csv").read_bytes() == before
    assert "0 were computed now" in capsys.readouterr().out
    assert door.main(["sweep", f"resume={finished}"]) == 2
    assert "relsim sensitivity resume=" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("design=lhs", "choose morris or saltelli"),
        ("design=sobol", "design=saltelli"),
        ("design.vary=[policy.strictness]", "at least two"),
        ("metrics=[retention]", "choose from"),
        ("metrics=[]", "name at least one"),
        ("precision=0.01", "replicates=N"),
    ],
)
def test_requests_without_indices_are_refused_in_one_line(wrong, told, tmp_path, capsys):
    assert door.main(["sensitivity", wrong, f"out={tmp_path / 'out'}"]) == 2
    error = capsys.readouterr().err
    assert told in error and error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_base_samples_are_a_power_of_two(tmp_path, capsys):
    assert door.main(["sensitivity", "design=saltelli", "design.points=10", f"out={tmp_path / 'out'}"]) == 2
    assert "power of 2" in capsys.readouterr().err


def test_a_policy_that_is_the_reference_needs_levers_to_differ_in():
    request = SensitivityRequest(design=Design(kind="morris", vary=["world.needs"]), policies=["conventional"])
    with pytest.raises(ValueError, match="add one to compare with"):
        request.check_together()
    replace(request, design=Design(kind="morris")).check_together()
