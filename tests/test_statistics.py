"""Paired statistics against closed forms, and the words built on them."""

from dataclasses import replace
from math import inf, sqrt

import numpy as np
import pandas as pd
import pytest
import synthetic
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from synthetic import runs

from experiments.runs.comparison import CELLS
from experiments.runs.statistics import PAIRED_COLUMNS, break_even, factorial, needed_n, paired, t_interval

finite = st.floats(-50, 50, allow_nan=False)


def only(comparison, **options):
    """The one row of paired."""
    table = paired(comparison, **options)
    assert len(table) == 1
    return table.iloc[0]


def test_columns_are_those_of_the_csv():
    assert list(paired(synthetic.comparison(3)).columns) == PAIRED_COLUMNS
    assert (
        PAIRED_COLUMNS
        == (
            "reference policy metric unit n reference_mean policy_mean difference ci_low ci_high run_low run_high "
            "share_better verdict"
        ).split()
    )


def test_differences_by_hand():
    row = only(runs(a=[0.5, 0.6, 0.7, 0.8], b=[0.52, 0.66, 0.69, 0.85]))
    gaps = np.array([0.02, 0.06, -0.01, 0.05])
    half = stats.t.ppf(0.975, 3) * gaps.std(ddof=1) / 2
    assert row["difference"] == pytest.approx(0.03)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((0.03 - half, 0.03 + half))
    assert (row["run_low"], row["run_high"]) == pytest.approx(tuple(np.quantile(gaps, [0.05, 0.95])))
    assert (row["n"], row["share_better"]) == (4, 0.75)
    assert (row["reference_mean"], row["policy_mean"]) == pytest.approx((0.65, 0.68))


def test_interval_equals_that_of_scipy():
    values = np.random.default_rng(1).normal(size=9)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    assert t_interval(values, 0.9) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("n", [3, 8, 30])
def test_interval_holds_the_truth_in_19_of_20(n):
    samples = np.random.default_rng(n).normal(2.0, 3.0, (4000, n))
    held = [low < 2.0 < high for low, high in map(t_interval, samples)]
    assert 0.93 < np.mean(held) < 0.97


@given(st.lists(st.tuples(finite, finite), min_size=2, max_size=12), st.randoms())
@settings(max_examples=25, deadline=None)
def test_order_of_rows_changes_nothing(pairs, random):
    made = runs("margin", a=[first for first, _ in pairs], b=[second for _, second in pairs])
    places = list(range(len(made.runs)))
    random.shuffle(places)
    other = replace(made, runs=made.runs.iloc[places])
    pd.testing.assert_frame_equal(paired(made), paired(other), check_exact=True)


@given(st.lists(st.tuples(finite, finite), min_size=2, max_size=12), finite)
@settings(max_examples=25, deadline=None)
def test_shared_luck_cancels_and_swapping_arms_turns_the_sign(pairs, shift):
    first, second = (np.array(column) for column in zip(*pairs, strict=True))
    row = only(runs("margin", a=first, b=second))
    moved = only(runs("margin", a=first + shift, b=second + shift))
    swapped = only(runs("margin", reference="b", a=first, b=second))
    assert moved["difference"] == pytest.approx(row["difference"], abs=1e-9)
    assert moved["ci_high"] == pytest.approx(row["ci_high"], abs=1e-9)
    assert swapped["difference"] == pytest.approx(-row["difference"], abs=1e-9)
    assert swapped["ci_low"] == pytest.approx(-row["ci_high"], abs=1e-9)
    assert row["ci_low"] <= row["difference"] <= row["ci_high"]


def test_missing_values_and_failed_runs_leave_their_pair_out():
    made = runs(a=[0.8, 0.8, np.nan, 0.8, 0.8], b=[0.9, np.nan, 0.9, 0.7, 0.9])
    made.runs.loc[(made.runs["policy"] == "b") & (made.runs["replicate"] == 3), "error"] = "ValueError: broken"
    row = only(made)
    assert row["n"] == 2
    assert row["difference"] == pytest.approx(0.1)


def test_one_run_gives_no_interval():
    row = only(runs(a=[0.8], b=[0.9]))
    assert row["verdict"] == "one run only"
    assert np.isnan([row["ci_low"], row["ci_high"], row["run_low"], row["run_high"]]).all()
    assert only(runs(a=[np.nan], b=[0.9]))["verdict"] == "no runs"


def test_two_rows_for_one_run_are_an_error():
    made = runs(a=[0.8, 0.8], b=[0.9, 0.9])
    with pytest.raises(ValueError, match="two rows"):
        paired(replace(made, runs=pd.concat([made.runs, made.runs])))


@pytest.mark.parametrize(
    ("metric", "gap", "noise", "word"),
    [
        ("retention_rate", 0.02, 0.001, "better"),
        ("retention_rate", -0.02, 0.001, "worse"),
        ("retention_rate", 0.005, 0.001, "no difference worth acting on"),
        ("retention_rate", 0.02, 0.03, "undecided: more runs"),
        ("retention_rate", 0.01, 0.003, "undecided: too close to call"),
        ("downside_beyond_reference", 0.05, 0.001, "worse"),
        ("downside_beyond_reference", -0.05, 0.001, "better"),
        ("value_surplus_mean", 0.04, 0.001, "no difference worth acting on"),
        ("upside_beyond_reference", 0.06, 0.001, "better"),
        ("margin", 0.03, 0.001, "better"),
        ("trust_mean", 0.5, 0.001, ""),
        ("upside_beyond_reference_per_request", 0.5, 0.001, ""),
    ],
)
def test_verdict_follows_the_smallest_difference_that_matters(metric, gap, noise, word):
    wave = noise * np.array([-1.0, 1.0] * 5)
    found = only(runs(metric, a=np.zeros(10), b=gap + wave))["verdict"]
    assert found.startswith(word) if word else found == ""


def test_thresholds_can_be_overridden():
    made = runs(a=[0.80, 0.81, 0.82], b=[0.821, 0.829, 0.84])
    assert only(made)["verdict"] == "better"
    assert only(made, thresholds={"retention_rate": 0.05})["verdict"] == "no difference worth acting on"
    own = {"retention_rate": {"unit": "share", "better": "higher", "smallest_that_matters": 0.1}}
    assert only(replace(made, metric_info=own))["verdict"] == "no difference worth acting on"
    neither = {"retention_rate": {"unit": "share", "better": "none", "smallest_that_matters": 0.01}}
    assert only(replace(made, metric_info=neither))["verdict"] == ""


@given(st.floats(0.01, 5), st.floats(0.02, 3))
@settings(max_examples=60, deadline=None)
def test_needed_runs_are_the_fewest_that_do(sd, half_width):
    n = needed_n(sd, half_width)

    def half(n):
        return stats.t.ppf(0.975, n - 1) * sd / sqrt(n)

    assert half(n) <= half_width
    assert n == 2 or half(n - 1) > half_width


def test_needed_runs_close_to_the_normal_formula_and_refuses_nonsense():
    assert needed_n(1.0, 0.1) == pytest.approx((1.96 / 0.1) ** 2, rel=0.02)
    with pytest.raises(ValueError, match="above 0"):
        needed_n(1.0, 0.0)


def test_the_number_of_runs_a_verdict_asks_for_would_decide_it():
    random = np.random.default_rng(3)
    gaps = random.normal(size=12)
    gaps = 0.02 + 0.02 * (gaps - gaps.mean()) / gaps.std(ddof=1)
    text = only(runs(a=np.zeros(12), b=gaps))["verdict"]
    n = int(text.split("about ")[1].removesuffix(" in all)"))
    assert stats.t.ppf(0.975, n - 1) * 0.02 / sqrt(n) <= 0.01 < stats.t.ppf(0.975, n - 2) * 0.02 / sqrt(n - 1)


def cells(main_strictness, main_view, interaction, replicates=6):
    """Four cells with known effects; luck is shared by the cells of a replicate."""
    luck = np.random.default_rng(0).normal(size=replicates)
    signs = {
        "strict_siloed": (-1, -1),
        "loosened_siloed": (1, -1),
        "strict_holistic": (-1, 1),
        "loosened_holistic": (1, 1),
    }
    return {
        name: luck + main_strictness * s / 2 + main_view * v / 2 + interaction * s * v / 4
        for name, (s, v) in signs.items()
    }


def test_factorial_is_exact_on_constructed_cells():
    made = runs("margin", reference="conventional", conventional=np.zeros(6), **cells(0.3, -0.2, 0.5))
    table = factorial(made).set_index("effect")
    assert table["difference"].to_dict() == pytest.approx({"strictness": 0.3, "view": -0.2, "interaction": 0.5})
    assert table["ci_low"].to_numpy() == pytest.approx(table["difference"].to_numpy())
    assert table["verdict"].to_dict() == {"strictness": "better", "view": "worse", "interaction": "better"}


def test_factorial_needs_all_four_cells_but_not_all_replicates():
    values = cells(0.3, -0.2, 0.5)
    values["strict_holistic"][2] = np.nan
    table = factorial(runs("margin", reference="strict_siloed", **values))
    assert table["n"].tolist() == [5, 5, 5]
    del values["strict_holistic"]
    assert factorial(runs("margin", reference="strict_siloed", **values)).empty


def test_factorial_of_pairs_with_a_cell_as_reference():
    values = cells(0.3, -0.2, 0.5)
    rows = [
        {"policy": name, "replicate": k, "upside_beyond_reference": values[name][k],
         "upside_beyond_reference_reference": values["strict_siloed"][k]}
        for name in CELLS[1:] for k in range(6)
    ]  # fmt: skip
    made = replace(runs("margin", reference="strict_siloed", **values), pairs=pd.DataFrame(rows))
    table = factorial(made, ["upside_beyond_reference"]).set_index("effect")
    assert table["difference"].to_dict() == pytest.approx({"strictness": 0.3, "view": -0.2, "interaction": 0.5})
    differences = made.pairs.assign(
        upside_beyond_reference=lambda t: t["upside_beyond_reference"] - t.pop("upside_beyond_reference_reference")
    )
    again = factorial(replace(made, pairs=differences), ["upside_beyond_reference"]).set_index("effect")
    assert again["difference"].to_dict() == pytest.approx({"strictness": 0.3, "view": -0.2, "interaction": 0.5})


@pytest.mark.parametrize("never", [np.nan, inf])
def test_break_even_counts_those_that_never_get_there_as_beyond_the_horizon(never):
    pairs = pd.DataFrame({"policy": "b", "replicate": range(5), "break_even_week": [10.0, never, 30.0, never, never]})
    row = break_even(replace(runs(a=[1.0], b=[1.0]), pairs=pairs)).iloc[0]
    assert (row["n"], row["reached"], row["median_week"]) == (5, 2, inf)
    pairs["break_even_week"] = [10.0, never, 30.0, 20.0, never]
    assert break_even(replace(runs(a=[1.0], b=[1.0]), pairs=pairs)).iloc[0]["median_week"] == 30.0
