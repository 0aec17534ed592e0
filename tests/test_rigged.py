"""The reading of the texts that policies are scored by: complete, and in the range it claims."""

import numpy as np
import pytest

from experiments.rigged.people import Snapshot
from experiments.rigged.weights import WEIGHTS, composite
from sim import RelationshipModel, Scenario
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


def test_a_snapshot_knows_each_members_chance_as_the_member_would_tell_it():
    """With a community, a rival and friends about, so that nothing a decision sees is left out."""
    scenario = Scenario(
        members=60, community_week=5, community_imitation=0.3, community_innovation=0.02, outsiders=300, service_entrants=1,
        entrants_week=10,
    )  # fmt: skip
    model = RelationshipModel(scenario)
    model.run_for(80)
    seen = Snapshot(model)
    told = [member.renewal_chance() for member in model.agents_at("members", seen.rows.tolist())]
    np.testing.assert_allclose(seen.chance, told, rtol=1e-12)
