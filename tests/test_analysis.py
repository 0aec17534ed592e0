"""Analyses of a sweep's table against tables whose truth is known."""

import io
import json
import tarfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import stdtrit

from experiments.analysis import (
    SweepTable,
    analyse,
    effects,
    export_to_ema,
    paired_by_condition,
    quantile_differences,
    regret,
    robustness,
)
from experiments.analysis.contrasts import reference_of
from experiments.analysis.effects import _design, _fit
from experiments.analysis.exchange import experiments_frame

Y = "retention_rate"


def sweep(settings_, outcome, replicates=6, noise=0.0, seed=0, policies=("conventional",)) -> pd.DataFrame:
    """A table as ``relsim sweep`` leaves it: one row a setting, policy and replicate; luck is shared by all settings."""
    random = np.random.default_rng(seed)
    luck = random.normal(size=replicates)
    rows = []
    for values in settings_:
        for policy in policies:
            for replicate in range(replicates):
                value = outcome(values, policy) + 0.05 * luck[replicate] + noise * random.normal()
                rows.append({"run_id": f"{len(rows):016x}", "scenario": "association", "policy": policy, "world": "default",
                             "replicate": replicate, "seed": 1, "status": "ok", "error": ""} | values | {Y: value})  # fmt: skip
    return pd.DataFrame(rows)


def grid(**levels) -> list[dict]:
    """All combinations of levels; ``a__b`` stands for ``a.b``."""
    names = [name.replace("__", ".") for name in levels]
    axes = np.meshgrid(*levels.values(), indexing="ij")
    return [dict(zip(names, map(float, row), strict=True)) for row in zip(*(axis.ravel() for axis in axes), strict=True)]


TWO = grid(policy__strictness=[0, 0.5, 1], world__needs__spread=[0.5, 1.5])


def linear(values, policy):
    """Truth: -0.2 for strictness, +0.1 for spread, -0.06 together."""
    a, b = values["policy.strictness"], values["world.needs.spread"] - 0.5
    return 0.8 - 0.2 * a + 0.1 * b - 0.06 * a * b


def of(frame, *parameters, metric=Y):
    """The row of an effect."""
    own = frame[(frame["metric"] == metric) & (frame["parameter"] == parameters[0])]
    own = own[own["parameter_2"] == parameters[1]] if len(parameters) > 1 else own[own["effect"] == "main"]
    assert len(own) == 1
    return own.iloc[0]


def test_effects_of_a_grid_are_differences_of_levels_and_common_luck_cancels():
    found = effects(SweepTable(sweep(TWO, linear), list(TWO[0])))
    strict, spread = of(found, "policy.strictness"), of(found, "world.needs.spread")
    both = of(found, "policy.strictness", "world.needs.spread")
    assert strict["difference"] == pytest.approx(-0.23) and (strict["low"], strict["high"], strict["n"]) == (0.0, 1.0, 6)
    assert spread["difference"] == pytest.approx(0.07)
    assert both["difference"] == pytest.approx(-0.06)
    assert strict["ci_high"] - strict["ci_low"] < 1e-12
    assert found["share_of_variance"].sum() == pytest.approx(1.0) == strict["explained"]
    assert (strict["verdict"], spread["verdict"], strict["method"]) == ("worse", "better", "levels")


def test_the_ends_of_a_number_are_its_least_and_largest_level_whatever_the_order_of_rows():
    frame = sweep(TWO, linear, noise=0.01).sample(frac=1.0, random_state=3)
    again = effects(SweepTable(frame, list(TWO[0])))
    pd.testing.assert_frame_equal(again, effects(SweepTable(frame.sort_index(), list(TWO[0]))))


def test_effects_of_names_are_held_against_the_first():
    frame = sweep([{}], lambda _, policy: {"a": 0.8, "b": 0.85, "c": 0.7}[policy], policies=("a", "b", "c"))
    found = effects(SweepTable(frame, []))
    assert list(zip(found["low"], found["high"], found["difference"].round(9), strict=True)) == [("a", "b", 0.05), ("a", "c", -0.1)]


def test_failed_and_missing_runs_leave_the_effect_unbiased():
    frame = sweep(TWO, linear, replicates=10)
    frame.loc[frame.index % 7 == 0, ["status", Y]] = ["failed", np.nan]
    found = effects(SweepTable(frame, list(TWO[0])))
    assert of(found, "policy.strictness")["difference"] == pytest.approx(-0.23, abs=0.006)
    assert of(found, "policy.strictness", "world.needs.spread")["difference"] == pytest.approx(-0.06)


def sampled(points=60, seed=1) -> list[dict]:
    random = np.random.default_rng(seed)
    return [{"policy.strictness": a, "world.needs.spread": 0.5 + b} for a, b in random.random((points, 2))]


def test_effects_of_sampled_settings_are_slopes_over_the_range():
    settings_ = sampled()
    found = effects(SweepTable(sweep(settings_, linear), list(settings_[0])))
    strict = of(found, "policy.strictness")
    width = strict["high"] - strict["low"]
    middle = np.mean([values["world.needs.spread"] for values in settings_]) - 0.5
    assert strict["method"] == "slopes" and strict["n"] == 60
    assert strict["difference"] == pytest.approx((-0.2 - 0.06 * middle) * width)
    assert strict["explained"] == pytest.approx(1.0)
    joint = of(found, "policy.strictness", "world.needs.spread")
    assert joint["difference"] == pytest.approx(-0.06 * width * (joint["high_2"] - joint["low_2"]))


@pytest.mark.parametrize("replicates", [1, 4])
def test_intervals_of_slopes_hold_the_truth_where_the_line_does_not_fit_and_luck_bends_it(replicates):
    """Coverage of the two-way clustered interval over drawn settings and drawn luck; truth by a design of 20,000 points."""
    random = np.random.default_rng(replicates)

    def bent(a, b):
        return 0.3 * a + 0.2 * np.sin(6 * b) + 0.1 * a * b

    a, b = random.random((2, 20_000))
    x = np.column_stack([np.ones(20_000), a - a.mean(), b - b.mean(), (a - a.mean()) * (b - b.mean())])
    truth = np.linalg.lstsq(x, bent(a, b), rcond=None)[0][1]
    held = []
    for _ in range(400):
        a, b = random.random((2, 40))
        tilt = 0.05 * random.normal(size=replicates)
        values = bent(a, b)[:, None] + tilt * a[:, None] + 0.05 * random.normal(size=(40, replicates))
        columns = [a - a.mean(), b - b.mean(), (a - a.mean()) * (b - b.mean())]
        setting, luck = np.repeat(np.arange(40), replicates), np.tile(np.arange(replicates), 40)
        slopes, variance, freedom = _fit(_design(columns), values.mean(axis=1), values.ravel(), setting, luck)
        # Luck that tilts every setting alike cannot be seen from one replicate.
        goal = truth + (tilt.mean() if replicates == 1 else 0.0)
        held.append(abs(slopes[1] - goal) <= stdtrit(freedom[1], 0.975) * np.sqrt(variance[1]))
    assert 0.91 <= np.mean(held) <= 0.99


def test_paired_differences_stand_by_condition_and_the_sampled_reference_has_no_levers():
    frame = sweep(grid(policy__strictness=[0.2, 0.9], world__needs__spread=[0.5, 1.5]), linear, noise=0.001)
    frame["policy"] = frame["policy"] + "-" + frame["policy.strictness"].map({0.2: "0123abcd", 0.9: "89ef0123"})
    frame["world"] = "default-00000000"
    held = sweep(grid(policy__strictness=[0.2], world__needs__spread=[0.5, 1.5]), lambda *_: 0.7, noise=0.001)
    table = SweepTable(pd.concat([frame, held], ignore_index=True), ["policy.strictness", "world.needs.spread"])
    assert table.factors == ["policy.strictness", "world.needs.spread"]
    assert set(table.labelled["decision"]) == {"strictness=0.2", "strictness=0.9", "conventional"}
    found = paired_by_condition(table)
    assert set(found["reference"]) == {"conventional"} and len(found) == 4
    own = found[found["policy"].str.contains("0.9") & (found["condition"] == "spread=1.5")].iloc[0]
    assert own["difference"] == pytest.approx(0.8 - 0.18 + 0.1 - 0.054 - 0.7, abs=0.002)
    assert own["ci_low"] <= own["difference"] <= own["ci_high"]


def test_a_reference_that_is_not_there_is_named():
    with pytest.raises(KeyError, match="choose from a and b"):
        reference_of(SweepTable(sweep([{}], lambda *_: 0.5, policies=("a", "b"))), "c")


def test_quantiles_tell_wider_from_shifted():
    random = np.random.default_rng(5)
    z = random.normal(size=400)
    rows = [{"policy": policy, "replicate": k, "seed": 1, "status": "ok", Y: 0.8 + width * z[k]}
            for policy, width in (("conventional", 0.01), ("wide", 0.03)) for k in range(400)]  # fmt: skip
    found = quantile_differences(SweepTable(pd.DataFrame(rows))).set_index("quantile")["difference"]
    expected = 0.02 * np.quantile(z, found.index)
    assert found.to_numpy() == pytest.approx(expected)
    frame = quantile_differences(SweepTable(pd.DataFrame(rows)))
    assert ((frame["ci_low"] <= frame["difference"]) & (frame["difference"] <= frame["ci_high"])).all()
    pd.testing.assert_frame_equal(frame, quantile_differences(SweepTable(pd.DataFrame(rows))))


def test_regret_by_hand():
    values = pd.DataFrame({"a": [1.0, 5.0], "b": [3.0, 4.0]})
    assert regret(values, 1).to_numpy().tolist() == [[2.0, 0.0], [0.0, 1.0]]
    assert regret(values, -1).to_numpy().tolist() == [[0.0, 2.0], [1.0, 0.0]]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.floats(-5, 5)] * 3), min_size=1, max_size=12), st.sampled_from([1, -1]))
def test_regret_is_never_negative_and_the_best_of_each_world_has_none(rows, direction):
    missed = regret(pd.DataFrame(rows), direction)
    assert (missed >= 0).all(axis=None) and (missed.min(axis=1) == 0).all()


def test_robustness_over_worlds():
    worlds = grid(world__needs__spread=[0.5, 1.0, 1.5, 2.0])

    def outcome(values, policy):  # loosened is better by .02 per .5 of spread, from -.02 on
        return 0.8 + (0.04 * (values["world.needs.spread"] - 1.0) if policy == "loosened" else 0.0)

    table = SweepTable(sweep(worlds, outcome, policies=("conventional", "loosened")), ["world.needs.spread"])
    found = robustness(table).set_index("decision")
    loose, same = found.loc["loosened"], found.loc["conventional"]
    assert (loose["n_worlds"], loose["regret_max"], same["regret_max"]) == (4, pytest.approx(0.02), pytest.approx(0.04))
    assert (loose["share_best"], loose["share_satisfied"]) == (0.75, 0.75)
    assert (loose["share_better_than_reference"], loose["share_worse_than_reference"]) == (0.5, 0.25)
    asked = robustness(table, at_least={Y: loose["mean"]}).set_index("decision")
    assert asked.loc["loosened", "satisfied_if"].startswith("at least") and asked.loc["loosened", "share_satisfied"] == 0.5


def test_worlds_in_which_one_decision_failed_are_left_out():
    frame = sweep(grid(world__needs__spread=[0.5, 1.0]), lambda *_: 0.5, policies=("a", "b"))
    frame.loc[(frame["world.needs.spread"] == 1.0) & (frame["policy"] == "b"), "status"] = "failed"
    assert set(robustness(SweepTable(frame, ["world.needs.spread"]))["n_worlds"]) == {1}


def test_one_call_leaves_tables_and_figures(tmp_path):
    frame = sweep(TWO, linear, noise=0.01, policies=("conventional", "loosened"))
    assert analyse(frame, list(TWO[0])).leave(tmp_path) == ["effects.csv", "differences.csv", "quantiles.csv", "robustness.csv"]
    assert {path.name for path in (tmp_path / "figures").glob("*.svg")} >= {"main_effects.svg", "interactions.svg"}
    assert pd.read_csv(tmp_path / "effects.csv")["metric"].eq(Y).all()


def test_a_table_without_a_good_run_or_without_anything_varied_is_no_error(tmp_path):
    frame = sweep([{}], lambda *_: 0.5)
    assert analyse(frame, []).leave(tmp_path) == ["effects.csv"]
    assert not len(effects(SweepTable(frame.assign(status="failed"), [])))
    with pytest.raises(KeyError, match=r"policy\.nothing"):
        analyse(frame, ["policy.nothing"])


def test_the_archive_for_the_ema_workbench(tmp_path):
    """What load_results of version 3 reads; that it loads there was tried by hand (docs/tutorials/researcher.md)."""
    frame = sweep(TWO, linear, noise=0.01, policies=("conventional", "loosened"))
    table = SweepTable(frame, list(TWO[0]))
    path = export_to_ema(table, tmp_path / "sweep.tar.gz")
    with tarfile.open(path, "r:gz") as archive:
        content = {name: archive.extractfile(name).read().decode() for name in archive.getnames()}
    about = json.loads(content["metadata.json"])
    assert about["outcomes"] == [["ScalarOutcome", Y, f"{Y}.cls"]] and about["version"] == 0.1
    experiments = pd.read_csv(io.StringIO(content["experiments.csv"]))
    assert list(experiments) == list(about["experiments"]) and list(experiments)[-3:] == ["scenario", "policy", "model"]
    values = np.array([float(line) for line in content[f"{Y}.cls"].split()])
    assert values == pytest.approx(frame[Y].to_numpy())
    assert experiments.groupby("scenario").size().eq(6).all()  # three strictnesses under two policies, in the same world and luck
    assert {name: kind.name for name, kind in experiments_frame(table).dtypes.items()} == about["experiments"]
    assert export_to_ema(table, tmp_path / "again.tar.gz").read_bytes() == path.read_bytes()
