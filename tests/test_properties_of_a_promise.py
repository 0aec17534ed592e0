"""What a promise and nothing else does: it raises what is expected, helps nobody and costs renewals."""

import numpy as np
import pytest
from conftest import LOOSENED_HOLISTIC, STRICT_SILOED, Notebook, columns_of, small_model, world_with

from sim import Policy
from sim.quantities import described


def promised(seed, promise, policy=None, years=3, members=400, **scenario):
    model = small_model(members, rng=seed, policy=policy, **scenario)
    model.burn_in(52)
    levers = {name: getattr(model.policy, name) for name in described(Policy)}
    arm = model.fork(Policy(**levers | {"promise": promise}))
    arm.run_for(52 * years)
    return arm


POLICIES = pytest.mark.parametrize(
    "policy", [Policy(), STRICT_SILOED, LOOSENED_HOLISTIC], ids=["conventional", "strict", "loose"]
)


def test_a_promise_without_any_change_never_helps_anybody():
    """The same answers at the same counter: only what is expected of them differs, and never to the good.

    One member's disappointment is kept from being another's gain (leavers leave shorter queues) by hours to spare. In
    the year after the switch everybody is due once, so that the same members are compared.
    """
    hours = {"routing__week_hours": 40.0, "routing__hours": 0.5, "trust__healing": 0.0}
    for seed in range(12):
        arms = [promised(seed, p, STRICT_SILOED, 1, world=world_with(**hours), off=["growth"]) for p in (0.0, 0.5, 1.0)]
        kept = [arm.metrics()["retention_expected"] for arm in arms]
        assert kept[0] > kept[1] > kept[2], f"seed {seed}: {kept}"
        trusts = [arm.tables["members"]["trust"][arm.cohort] for arm in arms]
        stayed = arms[0].tables["members"]["alive"][arms[0].cohort] & arms[2].tables["members"]["alive"][arms[2].cohort]
        assert (trusts[2] <= trusts[0])[stayed].all()


@POLICIES
def test_a_promise_without_any_change_costs_renewals(policy):
    """With everything coupled as it is: worse on the whole, in the year after the switch."""
    kept = np.array([
        [promised(seed, promise, policy, 1).metrics()["retention_expected"] for promise in (0.0, 0.5, 1.0)]
        for seed in range(16)
    ])  # fmt: skip
    half, full = kept[:, 0] - kept[:, 1], kept[:, 0] - kept[:, 2]
    assert full.mean() > half.mean() > 0.0
    assert full.mean() / (full.std(ddof=1) / 4.0) > 2.5
    assert (full > 0).mean() > 0.75


@POLICIES
def test_over_years_a_promise_without_any_change_costs_members(policy):
    """Where a promise is taken seriously, so that few lives are enough to show it."""
    world = world_with(trust__promise_lift=1.0)
    arms = [[promised(seed, p, policy, 3, world=world, off=["growth"]) for seed in range(6)] for p in (0.0, 1.0)]
    plain, lifted = ([len(arm.members) for arm in several] for several in arms)
    assert sum(lifted) < sum(plain)


def test_on_impact_a_promise_moves_expectation_only():
    """In the first week nobody's answer, trust, belief or money differs; those answered expect more."""
    model = small_model(400, off=["growth"])
    model.run_for(30)
    arms = [model.fork(Policy(promise=promise)) for promise in (0.0, 1.0)]
    notebook = Notebook()
    arms[0].week.append(notebook)
    for arm in arms:
        arm.step()
    plain, lifted = (columns_of(arm) for arm in arms)
    asked, times = np.unique(notebook.column("identity")[notebook.column("ordinal") % 2 == 0], return_counts=True)
    once = ~np.isin(plain["members", "identity"], asked[times > 1])  # a second request already meets the new expectation
    changed = {place for place in plain if place[0] == "members" and plain[place][once].tobytes() != lifted[place][once].tobytes()}
    assert changed == {("members", "expectation")}
    gap = lifted["members", "expectation"] - plain["members", "expectation"]
    answered = np.isin(plain["members", "identity"], asked)
    assert (gap[answered] > 0).all() and (gap[~answered] == 0).all()
    assert plain["ties", "bond"].tobytes() == lifted["ties", "bond"].tobytes()


def test_who_joins_on_a_promise_expects_what_was_promised():
    for promise in (0.0, 0.5, 1.0):
        model = small_model(200, policy=Policy(promise=promise), world=world_with(growth__prospects=4.0))
        model.run_for(3)
        members = model.tables["members"]
        fresh = members["expectation"][members["joined"] == 3]
        expected = model.base_fit.expectation + model.world.trust.promise_lift * promise
        assert len(fresh) > 0
        np.testing.assert_allclose(fresh, expected, rtol=1e-6)


def test_a_promise_lives_on_in_disappointment():
    """Years later: more let-downs and less trust, while the answers given were worth the same at the counter."""
    plain, lifted = (promised(4, promise, members=800, off=["growth"]).metrics() for promise in (0.0, 1.0))
    assert lifted["let_downs"] > plain["let_downs"]
    assert lifted["trust_mean"] < plain["trust_mean"]
    assert lifted["satisfaction_mean"] < plain["satisfaction_mean"]
