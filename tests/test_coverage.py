"""Short form of the coverage campaign (benchmarks/campaigns/coverage.py): the same code on few pairs, and on pairs whose truth is known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.campaigns.coverage import LOWEST, POLICY, REFERENCE, SIZES, Plan, begin, coverage, page, pairs_of
from experiments.engines import opened
from experiments.runs.comparison import DECISION_METRICS
from experiments.settings import schema

SMALL = Plan(pairs=92, experiments=1, members=40, preliminary=2)


def made(spread: float, experiments: int, *metrics: str) -> pd.DataFrame:
    """Pairs with a known difference of .1 and normal luck, most of it common to both arms; ``spread`` of what is not."""
    random = np.random.default_rng(8)
    count = 2 * experiments * sum(SIZES)
    columns = {}
    for metric in metrics:
        luck = random.normal(size=count)
        columns[f"{metric}:{REFERENCE}"] = luck
        columns[f"{metric}:{POLICY}"] = luck + 0.1 + spread * random.normal(size=count)
    return pd.DataFrame(columns)


def test_intervals_of_normal_differences_cover_what_they_promise():
    table = coverage(made(0.3, 40, "margin"), 40, ["margin"])
    assert len(table) == 2 * len(SIZES) and set(table["case"]) == {"a", "b"}
    assert table["coverage"].mean() == pytest.approx(0.95, abs=0.03)  # 240 experiments
    assert table.loc[table["case"] == "b", "truth"].between(0.09, 0.11).all()
    assert (table.loc[table["case"] == "a", "truth"] == 0).all()


def test_a_campaign_sees_intervals_that_promise_too_much():
    """Luck with a long tail: a t interval from 5 pairs covers far less than 93 %."""
    frame = made(0.3, 40, "margin", "retention_rate")
    random = np.random.default_rng(2)
    frame[f"margin:{POLICY}"] = frame[f"margin:{REFERENCE}"] + random.lognormal(0.0, 1.6, len(frame))
    table = coverage(frame, 40, ["margin", "retention_rate"], sizes=[5]).set_index(["case", "metric"])["coverage"]
    assert table["b", "margin"] < LOWEST - 0.05 < table["b", "retention_rate"] <= 1.0


def test_the_real_model_from_pairs_to_page(tmp_path):
    with opened(schema.Engine(workers=1)) as engine:
        pairs = pairs_of(SMALL, tmp_path, engine)
        assert len(pairs) == 92 and pairs["replicate"].is_unique
        again = pairs_of(SMALL, tmp_path, engine)
    pd.testing.assert_frame_equal(pairs, again)
    table = coverage(pairs, SMALL.experiments)
    assert table["coverage"].between(0, 1).all()
    text = page(table, SMALL, pairs, "python -m benchmarks.campaigns coverage")
    assert "92 pairs" in text and text.count("| a |") == text.count("| b |") == len(DECISION_METRICS)


def test_pairs_of_two_plans_do_not_mix(tmp_path):
    begin(SMALL, tmp_path)
    begin(replace(SMALL, pairs=200, experiments=2), tmp_path)
    with pytest.raises(ValueError, match="name another folder"):
        begin(replace(SMALL, members=41), tmp_path)


def test_a_plan_with_too_few_pairs_is_refused():
    with pytest.raises(ValueError, match="too few"):
        Plan(pairs=100, experiments=1000)
