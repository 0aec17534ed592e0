"""The reading of the texts that policies are scored by: complete, and in the range it claims."""

import pytest

from experiments.rigged.weights import WEIGHTS, composite
from sim.policy import LEVERS, Policy
from sim.quantities import described


def test_every_lever_has_a_weight_and_a_reason():
    missing = [lever for lever in LEVERS if lever not in WEIGHTS]
    assert not missing, f"say in experiments/rigged/weights.py what the texts want of {missing}"
    assert all(-1.0 <= WEIGHTS[lever].value <= 1.0 and WEIGHTS[lever].reason for lever in LEVERS)


def test_the_composite_goes_from_minus_one_to_one():
    ranges = described(Policy)
    wanted = {name: ranges[name].high if WEIGHTS[name].value > 0 else ranges[name].low for name in LEVERS}
    against = {name: ranges[name].low if WEIGHTS[name].value > 0 else ranges[name].high for name in LEVERS}
    assert composite(wanted) == pytest.approx(1.0)
    assert composite(against) == pytest.approx(-1.0)
    middle = {name: (ranges[name].low + ranges[name].high) / 2 for name in LEVERS}
    assert composite(middle) == pytest.approx(0.0)
    assert composite(Policy()) < 0.0
