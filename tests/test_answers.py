"""The answer of a comparison in words, and the strongest reason to disbelieve it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import synthetic
from synthetic import runs

from experiments.runs.answer import answer, short_verdict
from experiments.runs.doubt import doubt
from experiments.runs.statistics import roughly


def test_answer_names_the_winner_its_size_and_how_often():
    text = answer(synthetic.comparison(30))
    assert text.startswith("Loosened holistic keeps 3.5 more of every 100 members due to renew than conventional.")
    for words in ("In 30 of 30 paired runs", "nine runs in ten fell between 1.9 more and 6.1 more", "The price:"):
        assert words in text


def test_answer_says_where_more_renew_of_fewer():
    wave = np.tile([-0.001, 0.001], 5)
    made = runs(a=0.80 + wave, b=0.85 - wave)
    made.runs["growth_ratio"] = [*(0.82 + wave), *(0.69 + wave)]
    assert "But fewer members in the end: 69 for 100 at the switch, newcomers counted, against 82." in answer(made)
    made.runs["growth_ratio"] = [*(0.82 + wave), *(0.82 - wave)]
    assert "in the end" not in answer(made)


def test_answer_without_a_winner():
    text = answer(synthetic.comparison(30, policies=("conventional", "loosened_siloed")))
    assert text.startswith("No clear winner in renewals: no policy is shown to keep")
    assert "better on one measure and worse on another" not in text.lower()
    assert "Worse than conventional on another measure: loosened siloed on downside" in text
    assert "Not decided against conventional: loosened siloed on " in text


def test_answer_without_a_winner_names_who_is_better_elsewhere_and_worse_nowhere_and_how_much_losers_lose():
    wave = np.tile([-0.001, 0.001], 5)
    made = runs(a=0.80 + wave, b=0.80 - wave, c=0.74 + wave)
    made.runs["margin"] = [*(0.05 + wave), *(0.15 - wave), *(-0.10 + wave)]
    text = answer(made)
    assert "Better than a on another measure, and on none that decides worse by an amount that matters: b on margin (+0.10" in text
    assert "In renewals, c keeps 6.00 fewer; for b there is no difference worth acting on." in text
    assert text.endswith("The margin falls below zero with c (to \u22120.10), in dues per member-year.")


def test_answer_without_a_winner_says_who_ends_with_fewer_members_and_under_which_policy_more_lose_than_gain():
    wave = np.tile([-0.001, 0.001], 5)
    made = runs(a=0.80 + wave, b=0.80 - wave, c=0.80 + wave)
    made.runs["margin"] = [*(0.05 + wave), *(0.15 - wave), *(0.05 + wave)]
    made.runs["growth_ratio"] = [*(1.0 + wave), *(0.7 - wave), *(0.99 + wave)]
    people = pd.DataFrame({"policy": ["b", "c"], "members_better_off": [0.1, 0.6], "members_worse_off": [0.55, 0.7]})
    text = answer(replace(made, pairs=people))
    assert "Members in the end for 100 at the switch, newcomers counted: 70 with b, against 100 with a." in text
    assert "more lose than gain: 55 worse off and 10 better off with b." in text


def test_counts_of_runs_are_rounded_up_and_what_no_count_decides_is_not_called_a_lack_of_runs():
    assert [roughly(count) for count in (7, 19, 21, 96, 101, 351)] == [7, 19, 25, 100, 200, 400]
    assert short_verdict("undecided: too close to call") == "too close"
    assert short_verdict("undecided: more runs (about 40 in all)") == "undecided"


def test_answer_where_a_deciding_metric_disagrees():
    wave = np.tile([-0.001, 0.001], 5)
    made = runs(a=0.80 + wave, b=0.85 - wave)
    made.runs["margin"] = [0.3 + step for step in wave] + [0.2 - step for step in wave]
    text = answer(made)
    assert text.startswith("No clear winner: b keeps 5.0 more")
    assert "worse on margin (−0.10" in text  # noqa: RUF001


def test_answer_where_two_leaders_are_level():
    wave = np.tile([-0.001, 0.001], 5)
    text = answer(runs(a=0.80 + wave, b=0.85 - wave, c=0.852 - wave))
    assert text.startswith("No clear winner: c keeps")
    assert "differs from b by no difference worth acting on" in text


def test_answer_of_one_run_and_of_none():
    assert answer(runs(a=[0.8], b=[0.9])).startswith("One run only")
    assert answer(runs(a=[np.nan], b=[0.9])).startswith("There is no answer")


@pytest.mark.parametrize("replicates", [1, 2, 30])
def test_words_never_promise(replicates):
    made = synthetic.comparison(replicates)
    text = f" {answer(made)} {doubt(made)} ".lower()
    assert not {"prove", "proves", "proven", "will", "nan", "significant"} & set(text.replace(".", " ").split())


def test_doubt_takes_the_line_first_then_targets_then_luck():
    made = synthetic.comparison(10)
    assert doubt(made).startswith("A guess: ")
    assert "Only one of the two is a difference worth acting on." in doubt(made)
    without = replace(made, line=pd.DataFrame())
    assert doubt(without).startswith("The model: it misses 1 of 5 measured values (satisfaction)")
    assert doubt(replace(without, targets=pd.DataFrame())).startswith(("Luck: ", "The model: its rules"))


def test_doubt_is_about_whichever_policy_a_guess_would_change():
    """The policy the answer is about may stay as it is, while another one's renewals turn round somewhere on the line."""
    made = synthetic.comparison(10)
    line = made.line.assign(retention_difference=0.02 + 0.0001 * made.line["replicate"])
    assert not doubt(replace(made, line=line)).startswith("A guess")
    between = (line["policy"] == "strict_siloed") & (line["lived_weight"] == 2.0)
    turned = line.assign(retention_difference=line["retention_difference"].where(~between, -0.05))
    text = doubt(replace(made, line=turned))
    assert "strict siloed keeps 2.0 more of every 100 due to renew; if something in between, 5.0 fewer." in text
    assert text.endswith("The answer reverses between the two.")


def test_doubt_says_when_the_answer_reverses():
    made = synthetic.comparison(10)
    line = made.line.assign(retention_difference=np.where(made.line["lived_weight"] == 0, -0.03, 0.04))
    assert doubt(replace(made, line=line)).endswith("The answer reverses between the two.")
