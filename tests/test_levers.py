"""Every lever can help and can hurt: cases in sentences, and the page that tells them is complete."""

import dataclasses

import numpy as np
import pytest
from conftest import ROOT

from experiments.honesty import ablations, networks, targets
from experiments.honesty.cases import (
    CLEAR,
    effect,
    for_the_better,
    paired_differences,
    read_cases,
    replicates_of,
    world_of,
)
from experiments.honesty.page import page
from sim import WEEK, Policy, Scenario, World
from sim.compiled import COMPILING
from sim.metrics import METRICS
from sim.policy import LEVERS
from sim.quantities import described

CASES = {case.name: case for case in read_cases()}
FRESH = range(100, 110)  # not those the cases were looked for with
# Replicates, and standard errors of the mean that are clear then: few are enough for what is plain.
LOOKS = ((range(100, 104), 2.0 * CLEAR), (FRESH, CLEAR))
NAMES = pytest.mark.parametrize("name", CASES)
PAGE = (ROOT / "docs" / "honesty.md").read_text(encoding="utf-8")


def test_every_lever_has_a_case_where_it_helps_and_one_where_it_hurts():
    assert set(CASES) == {f"{lever}-{kind}" for lever in LEVERS for kind in ("helps", "hurts")}


@NAMES
def test_a_case_compares_less_with_more_within_the_ranges(name):
    case = CASES[name]
    lever = described(Policy)[case.lever]
    assert lever.low <= case.less < case.more <= lever.high
    assert case.lever not in case.policy
    world_of(case.world)
    Policy(**case.policy)
    Scenario(**case.scenario)
    assert len(case.sentence.split()) > 3
    assert len(case.because.split()) > 3


@NAMES
def test_what_helps_is_for_the_better_and_what_hurts_for_the_worse(name):
    case = CASES[name]
    verdicts = {metric: for_the_better(metric, direction) for metric, direction in case.expect.items()}
    assert set(verdicts) <= set(METRICS)
    assert set(verdicts.values()) == {case.kind == "helps"}
    if case.kind == "hurts" and not case.price_only:
        assert set(verdicts) & {"retention_expected", "value_member_mean"}


@pytest.mark.skipif(not COMPILING, reason="takes long in plain Python")
@NAMES
def test_the_sentence_is_true(name):
    case = CASES[name]
    gains = {metric: np.zeros(0) for metric in case.expect}
    for looked, clear in LOOKS:
        replicates = replicates_of(case, looked)
        more = paired_differences(case, replicates[len(next(iter(gains.values()))) :])
        gains = {metric: np.concatenate([found, more[metric]]) for metric, found in gains.items()}
        effects = {metric: effect(found) for metric, found in gains.items()}
        unclear = {
            metric: f"{mean:+.4f}, t = {t:+.1f}"
            for metric, (mean, t) in effects.items()
            if (t if case.expect[metric] == "rises" else -t) <= clear
        }
        if not unclear:
            break
    assert not unclear


def test_every_process_has_an_ablation():
    assert [one.process for one in ablations.ABLATIONS] == [entry.name for entry in WEEK]


@pytest.mark.parametrize("ablation", ablations.ABLATIONS, ids=lambda one: one.process)
def test_switched_off_a_process_has_no_effect_and_switched_on_it_has(ablation):
    off = ablations.run_pair(ablation, on=False, replicate=0, members=300, years=2)
    on = ablations.run_pair(ablation, on=True, replicate=0, members=300, years=2)
    assert off["own"] == 0.0
    assert on["own"] != 0.0


def test_the_page_names_every_process_lever_and_target():
    parts = dict(zip(("processes", "levers", "targets"), PAGE.split("\n## ")[1:], strict=True))
    for entry in WEEK:
        assert f"| `{entry.name}` |" in parts["processes"]
    for case in CASES.values():
        assert f"| `{case.lever}` | {case.kind} | **{case.sentence}**" in parts["levers"], "run make honesty"
    for target in targets.ALL:
        assert f"| {target.id} | {targets.ROLES[target.id]} |" in parts["targets"]


def test_the_page_says_what_was_measured():
    """Made-up results come out as such: nothing on the page is typed in."""

    @dataclasses.dataclass
    class Piece:
        subject: object
        on: bool = True

    own = {"own": np.array([0.0, 0.0]), "margin": np.array([0.25, 0.75])}
    text = page({
        "ablation": [(Piece("trust"), own)],
        "case": [(Piece(case), {metric: np.array([1.0, 3.0]) for metric in case.expect}) for case in CASES.values()],
        "target": [
            (Piece(targets.Measuring("", lived)), {
                "counts": (100.0, 50.0 if lived else 85.0, 10.0, 7.5), "lapses": (1.0, 2.0),
                **{target.id: (target.value,) for target in targets.ALL if target.id not in ("C05", "C06", "C07", "C08")},
            })
            for lived in (True, False)
        ],
    })  # fmt: skip
    assert "+0.5 (t 2.0)" in text and "complaints a request: 0 |" in text
    assert "+2 (t 2.0)" in text
    c05 = next(line for line in text.splitlines() if line.startswith("| C05 |"))
    assert "| 50 | **no** | 85 |" in c05


def test_contacts_of_staff_meet_the_bands_of_the_e_mail_data():
    score, found = networks.closeness_to_bands(World().colleagues, seeds=2)
    assert sum(networks.UNIT_SIZES) == 381 and len(networks.UNIT_SIZES) == 21
    assert score > 0.0, found
