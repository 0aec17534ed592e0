"""Designs: the points they make, and what they refuse."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.settings.schema import Design
from experiments.sweeps import designs
from experiments.sweeps.designs import factors_of, known_factors, points_of
from sim import Scenario
from sim.quantities import OutOfRange

KNOWN = known_factors()
NAMES = sorted(KNOWN)


def points(kind="grid", *vary, seed=1, **more):
    return points_of(Design(kind=kind, vary=list(vary), **more), seed)[1]


def test_levers_world_parameters_and_scenario_values_can_be_varied():
    assert {"policy.strictness", "world.needs.spread", "scenario.members", "scenario.stationary"} <= set(NAMES)
    assert not {"scenario.name", "scenario.off", "scenario.line"} & set(NAMES)
    assert (KNOWN["policy.strictness"].low, KNOWN["policy.strictness"].high) == (0.0, 1.0)


def test_a_grid_has_every_combination_once():
    found = points("grid", "policy.strictness:0:0.5:1", "scenario.members:50:60")
    assert set(map(tuple, found)) == set(itertools.product((0.0, 0.5, 1.0), (50.0, 60.0)))
    assert len(points("grid", "policy.strictness", "policy.routing", levels=4)) == 16
    assert points("grid").shape == (1, 0)


def test_zip_takes_values_side_by_side():
    assert points("zip", "policy.routing:0:1", "policy.information:0.2:0.4").tolist() == [[0.0, 0.2], [1.0, 0.4]]


@settings(max_examples=40, deadline=None)
@given(
    names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True),
    kind=st.sampled_from(["lhs", "sobol", "paired"]),
    seed=st.integers(0, 2**32 - 1),
)
def test_sampled_points_keep_to_the_ranges_and_depend_on_the_seed_only(names, kind, seed):
    found = points(kind, *names, points=16, seed=seed)
    assert found.shape == (16, len(names))
    assert np.array_equal(found, points(kind, *names, points=16, seed=seed))
    for column, name in zip(found.T, names, strict=True):
        assert KNOWN[name].low <= column.min() and column.max() <= KNOWN[name].high
        assert KNOWN[name].kind is float or np.array_equal(column, np.round(column))


def test_a_latin_hypercube_uses_every_slice_once():
    found = points("lhs", "policy.strictness", "world.encounters.free_error:0.2:0.8", points=50)
    shares = (found - [0.0, 0.2]) / [1.0, 0.6]
    for column in shares.T:
        assert sorted(np.floor(column * 50).astype(int)) == list(range(50))


def test_a_sobol_sequence_covers_every_quarter_equally():
    found = points("sobol", "policy.strictness", "policy.routing", points=64)
    counts = np.unique(np.floor(found * 4).astype(int), axis=0, return_counts=True)[1]
    assert len(counts) == 16 and (counts == 4).all()


def test_whole_numbers_are_equally_likely():
    found = points("lhs", "scenario.departments:1:4", points=400)[:, 0]
    assert np.unique(found, return_counts=True)[1].tolist() == [100, 100, 100, 100]


def test_morris_moves_one_factor_at_a_time():
    found = points("morris", "policy.strictness", "policy.routing", "policy.coverage", trajectories=5)
    assert found.shape == (20, 3)
    for path in found.reshape(5, 4, 3):
        moved = (np.diff(path, axis=0) != 0).sum(axis=1)
        assert moved.tolist() == [1, 1, 1]


def test_a_table_is_read_as_it_stands(tmp_path):
    table = tmp_path / "points.csv"
    table.write_text("policy.strictness,scenario.members\n0.1,40\n0.9,50\n")
    factors, found = points_of(Design(kind="table", table=str(table)), 1)
    assert [factor.name for factor in factors] == ["policy.strictness", "scenario.members"]
    assert found.tolist() == [[0.1, 40.0], [0.9, 50.0]]


@pytest.mark.parametrize(
    ("kind", "vary", "more", "message"),
    [
        ("grid", ["policy.strictnes"], {}, "did you mean policy.strictness"),
        ("grid", ["policy.strictness", "policy.strictness"], {}, "twice"),
        ("grid", ["policy.strictness:0:1.5"], {}, "from 0 to 1"),
        ("grid", ["policy.strictness:nan"], {}, "from 0 to 1"),
        ("grid", ["scenario.members:50.5"], {}, "a whole number"),
        ("grid", NAMES, {"levels": 1000}, "at most"),
        ("zip", ["policy.strictness:0:1", "policy.routing:0"], {}, "as many values"),
        ("lhs", [], {}, "is empty"),
        ("lhs", ["policy.strictness:0:0.5:1"], {}, "two ends"),
        ("sobol", ["policy.strictness"], {"points": 100}, "64 or 128"),
        ("table", [], {"table": "/nowhere.csv"}, "cannot be read"),
    ],
)
def test_wrong_designs_are_refused_with_what_would_be_right(kind, vary, more, message):
    with pytest.raises(OutOfRange, match=message):
        points(kind, *vary, **more)


@pytest.mark.parametrize(
    "text",
    ["policy.strictness\n", "policy.strictness\n2\n", "a,b\n1,2\n", "policy.strictness,policy.routing\n0.5\n", ""],
)
def test_wrong_tables_are_refused_in_one_line(tmp_path, text):
    table = tmp_path / "points.csv"
    table.write_text(text)
    with pytest.raises(OutOfRange) as refused:
        points_of(Design(kind="table", table=str(table)), 1)
    assert "\n" not in str(refused.value)


def test_a_name_without_values_has_the_range_of_its_definition():
    (factor,) = factors_of(["world.needs.spread"])
    assert (factor.low, factor.high, factor.values) == (
        KNOWN["world.needs.spread"].low,
        KNOWN["world.needs.spread"].high,
        (),
    )


@pytest.mark.parametrize(
    ("kind", "typed", "trouble"),
    [("grid", "design.table=points.csv", "design=table"), ("lhs", "+design.levels=4", "design=grid"), ("zip", "design.points=9", "lhs")],
)
def test_a_setting_that_has_no_part_in_a_design_is_refused_not_ignored(kind, typed, trouble):
    with pytest.raises(OutOfRange, match=trouble):
        designs.check_used(kind, [typed, "seed=2"])
    designs.check_used(kind, ["design.kind=x", "design=x", *(f"design.{name}=1" for name in designs.USES[kind])])


def test_the_time_followed_is_one_for_a_sweep_and_a_group_leaves_sizes_alone():
    with pytest.raises(OutOfRange, match="years=N"):
        designs.factors_of(["scenario.horizon:1:4"])
    group = designs.spelt_out(["scenario"], Scenario())
    assert "scenario.dues" in group and not designs.SIZES & set(group) and designs.HORIZON not in group
    assert designs.factors_of(["scenario.members:100:200"])[0].high == 200


def test_no_share_of_a_range_leads_out_of_it():
    for factor in designs.known_factors().values():
        values = factor.from_unit(np.linspace(0.0, 1.0, 41))
        assert factor.low <= values.min() and values.max() <= factor.high, factor.name
