"""Entry and exit: who comes, who comes back, who is bound, and what money for either does."""

import dataclasses
import math

import numpy as np
import pytest
from conftest import Plain, differing, small_model, without, world_with
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.settings.scenarios import scenario_named
from sim import Policy, World
from sim import recording as series
from sim.metrics.entry import top_share, whale_peak
from sim.model import BY_HAND
from sim.processes import brand, campaigns, contracts, growth, keeping, referrals

unit = st.floats(0.0, 1.0)
plain_brand, plain_keeping, plain_referrals = map(Plain, (brand, keeping, referrals))
SPEND = Policy(relationship_money=0.3, acquisition=0.5, claim=0.6)
LOUD = {"referrals__referring": 1.0, "referrals__delighted": 0.5, "referrals__believing": 0.5, "growth__joining": 0.8}


def forked(policy=None, weeks=104, **options):
    """A settled organisation that follows a policy for some weeks."""
    model = small_model(200, **options)
    model.burn_in(60)
    arm = model.fork(policy or Policy())
    arm.run_for(weeks)
    return arm


# Formulas.


@given(st.floats(0.0, 0.5), st.floats(0.01, 1.0), unit)
def test_money_reaches_ever_less(money, half, most):
    """Half of the most at ``half``; never more than the most; a second unit never does more than the first."""
    f = plain_keeping.reached
    assert f(half, most, half) == pytest.approx(most / 2)
    assert 0.0 <= f(money, most, half) <= most
    assert f(2 * money, most, half) <= 2 * f(money, most, half) + 1e-12


@settings(deadline=None)  # the first call fetches compiled code
@given(unit, unit, st.floats(-2, 3))
def test_appreciation_rises_with_both_and_stays_in_bounds(one, other, belief):
    world = World().referrals
    low, high = sorted((one, other))
    f = plain_referrals.appreciation
    assert 0.0 <= f(low, belief, 0.36, world) <= f(high, belief, 0.36, world) <= 1.0
    assert f(one, belief, 0.36, world) <= f(one, belief + 0.1, 0.36, world) + 1e-12


@given(unit)
def test_nobody_speaks_for_and_against_at_once(appreciated):
    world = World().referrals
    favour, against = plain_referrals.speaking_for(appreciated, world), plain_referrals.speaking_against(appreciated, world)
    assert favour == 0.0 or against == 0.0
    assert 0.0 <= favour <= world.referring and 0.0 <= against <= world.warning


@given(unit, unit, unit, unit)
def test_a_claim_is_believed_less_the_further_it_stands_above_what_is_lived(claim, other, reputation, usual):
    world = World().brand
    low, high = sorted((claim, other))
    f = plain_brand.deserved_credit
    assert 0.0 < f(high, reputation, usual, world) <= f(low, reputation, usual, world) <= 1.0
    assert f(0.0, usual, usual, world) == 1.0
    assert 0.01 <= plain_brand.first_trust(0.45, reputation, usual, claim, other, world) <= 0.99


def test_top_shares_and_the_whale_curve_against_hand_counts():
    assert top_share(np.array([1.0] * 9 + [11.0]), 0.1) == pytest.approx(0.55)
    assert whale_peak(np.array([3.0, 1.0, -2.0])) == 2.0
    assert math.isnan(whale_peak(np.array([-1.0, 0.5])))


# Identities.


def test_sets_of_identities_do_not_meet():
    """Founders, those campaigns reach, prospects, the waiting list, acquaintances, members added by hand."""
    reach = growth.IDENTITY_WEEKS * campaigns.REACHED_A_WEEK
    edges = [
        2_000_000, campaigns.REACHED_FROM, campaigns.REACHED_FROM + reach, growth.PROSPECTS_FROM,
        growth.PROSPECTS_FROM + growth.IDENTITY_WEEKS * growth.PROSPECTS_A_WEEK, growth.WAITING_LIST,
        referrals.ACQUAINTANCES_FROM, referrals.ACQUAINTANCES_FROM + referrals.ACQUAINTANCES, BY_HAND,
    ]  # fmt: skip
    assert edges == sorted(edges)
    for identity, week in ((0, 0), (2**32 - 1, 65_535), (77, 3)):
        assert edges[-3] <= referrals.acquaintance(identity, week) < edges[-2]


def test_nobody_is_there_twice():
    arm = forked(SPEND, world=world_with(**LOUD))
    identities = arm.tables["members"]["identity"]
    assert len(np.unique(identities)) == len(identities)
    assert arm.record.total(series.REFERRED, arm.switch, arm.now) > 5


# What each does, and that nothing is left of it when it is off.


def test_somebody_brought_knows_who_brought_him_and_is_like_him():
    arm = forked(world=world_with(**LOUD, referrals__alike=0.9), weeks=156)
    origins, members, friends = (arm.tables[name] for name in ("origins", "members", "friendships"))
    brought = np.flatnonzero(origins["recruiter"] >= 0)
    by = origins["recruiter"][brought]
    assert len(brought) > 20 and len(brought) == arm.record.total(series.REFERRED, 0, arm.now)
    assert (origins["root"][brought] == origins["root"][by]).all()
    known = friends["other"].reshape(-1, 5)
    assert np.mean([by[k] in known[row] for k, row in enumerate(brought)]) > 0.8  # later friends may take the places of leavers
    needs = members["needs"].astype(float)
    assert np.corrcoef(needs[brought].ravel(), needs[by].ravel())[0, 1] > 0.7


def test_members_let_down_warn_and_fewer_join():
    gone = dict(referrals__disaffected=0.5, referrals__warning=1.0, trust__start=0.05, trust__gain=0.0, referrals__referring=0.0)
    arms = [forked(world=world_with(**gone, referrals__warned=warned), weeks=156) for warned in (0.0, 4.0)]
    for arm in arms:
        assert arm.against[0] > 0.02
    joined = [arm.record.total(series.RECRUITS, arm.switch, arm.now) for arm in arms]
    assert joined[1] < joined[0]


def test_campaigns_bring_people_who_fit_less():
    arm = forked(Policy(relationship_money=0.5, acquisition=1.0), weeks=156, world=world_with(campaigns__misfit=2.0, campaigns__most=2.0))
    members = arm.tables["members"]
    identity = members["identity"].astype(np.int64)
    bought = (identity >= campaigns.REACHED_FROM) & (identity < growth.PROSPECTS_FROM)
    others = (identity >= growth.PROSPECTS_FROM) & (identity < growth.WAITING_LIST)
    assert bought.sum() == arm.record.total(series.BOUGHT, 0, arm.now) > 20
    assert members["needs"][bought].std() > 1.5 * members["needs"][others].std()
    assert members["commitment"][bought].mean() < members["commitment"][others].mean()
    spent = arm.record.total(series.OUTREACH, arm.switch, arm.now)
    assert spent <= 0.5 * 200 * 3 * 1.5 and spent > 0


def test_more_money_reaches_the_same_people_and_more():
    arms = [forked(Policy(relationship_money=money, acquisition=1.0), weeks=1, off=["budget"]) for money in (0.1, 0.5)]
    few, many = (arm.record.total(series.REACHED, arm.switch, arm.now) for arm in arms)
    assert few <= many
    bought = [set(arm.tables["members"]["identity"][arm.tables["members"]["joined"] > arm.switch].tolist()) for arm in arms]
    assert bought[0] <= bought[1]


def test_calls_take_up_complaints_and_cost_money():
    world = world_with(trust__voice=1.0, trust__line=0.5, keeping__taking_up=1.0, keeping__most=1.0)
    arm = forked(Policy(relationship_money=0.5, acquisition=0.0), world=world)
    assert arm.record.total(series.CALLED, arm.switch, arm.now) > 0.7 * arm.record.total(series.DUE, arm.switch, arm.now) * 0.8
    assert arm.record.total(series.TAKEN_UP, arm.switch, arm.now) > 0


def test_who_comes_back_is_the_same_person_and_no_survivor():
    arm = forked(world=world_with(returns__hurdle=0.0), weeks=208)
    origins, members = arm.tables["origins"], arm.tables["members"]
    back = np.flatnonzero(origins["lapsed"] >= 0)
    assert len(back) > 10
    assert (origins["lapsed"][back] >= members["joined"][back]).all()
    assert ((members["renewal_week"].astype(int) + 1 - members["joined"]) % 52 == 0).all()
    here = back[members["alive"][back]]
    assert (members["left"][here] == -1).all() and (members["lapse"][here] == 0).all()
    assert ((members["left"] >= 0) == ~members["alive"]).all()
    metrics = arm.metrics()
    cohort = arm.cohort
    ever_left = (members["left"][cohort] >= 0) | (origins["lapsed"][cohort] >= 0)
    assert metrics["survival_year_4"] == pytest.approx(1.0 - ever_left.mean())
    assert metrics["returned"] > 0
    joined = arm.record.total(series.RECRUITS, arm.switch, arm.now)
    left = arm.record.rows[arm.switch : arm.now, series.LAPSES].sum()
    returned = arm.record.total(series.RETURNED, arm.switch, arm.now)
    assert members["alive"].sum() == len(cohort) + joined - left + returned


def test_nobody_comes_back_whom_nothing_could_have_kept():
    fit = dataclasses.replace(scenario_named("association").fit_at(2.0), involuntary=0.2, alpha=200.0, beta=0.0001)
    arm = forked(world=world_with(returns__hurdle=0.0), fit=fit)
    assert (arm.tables["members"]["lapse"] == 1).sum() > 20
    assert arm.record.total(series.RETURNED, 0, arm.now) == 0


def test_a_claim_above_what_is_lived_loses_credit_and_a_modest_one_keeps_it():
    credits = [forked(Policy(claim=claim), weeks=156).credit[0] for claim in (0.0, 0.1, 1.0)]
    assert credits[0] == 1.0
    assert credits[2] < 0.6 < credits[1]


@pytest.mark.parametrize("off", ["campaigns", "referrals", "returns", "brand", "keeping"])
def test_what_is_switched_off_takes_its_parameters_along(off):
    """With a process off, its parameters change no byte."""
    other = {
        "campaigns": {"campaigns__most": 3.0}, "referrals": {"referrals__referring": 1.0, "referrals__delighted": 0.5},
        "returns": {"returns__hurdle": 0.0}, "brand": {"brand__earned": 4.0, "brand__drawing": 2.0}, "keeping": {"keeping__most": 0.1},
    }[off]  # fmt: skip
    one, two = (forked(SPEND, 60, world=world_with(**change), off=[off]) for change in ({}, other))
    assert differing(one, two) == set()
    assert differing(one, forked(SPEND, 60, world=world_with(**other))) != set()


def test_without_growth_nobody_comes_in_at_all():
    arm = forked(SPEND, off=["growth"], world=world_with(**LOUD, returns__hurdle=0.0))
    assert arm.tables["members"]["joined"].max() <= arm.switch
    assert arm.record.total(series.RETURNED, 0, arm.now) == 0


# Contracts.


def bound_model(**setting):
    """Renewals alone, with one chance for all."""
    fit = dataclasses.replace(scenario_named("association").fit_at(0.0), alpha=2.0, beta=1.0, involuntary=0.0)
    world = world_with(renewals__lived_weight=0.0)
    model = small_model(6000, fit=fit, world=world, off=without("renewals"), stationary=False, **setting)
    model.run_for(52 * 4)
    return model


def test_a_lock_without_a_way_out_halves_the_decisions():
    """Contracts of two years for all, which cannot be left: all stay the first year, and decide as others do in the second."""
    model = bound_model(contract_share=1.0, contract_years=2, cancel_charge=20.0)
    survival = dict(pair for pair in model.metrics().items() if pair[0].startswith("survival"))
    assert survival["survival_year_1"] == 1.0
    assert survival["survival_year_2"] == pytest.approx(2.0 / 3.0, abs=0.025)
    assert model.record.total(series.LEFT_BOUND, 0, model.now) == 0
    due = model.record.total(series.DUE, 0, model.now)
    assert due + model.record.total(series.BOUND, 0, model.now) == pytest.approx(6000 * (1 + 1 + 2 / 3 + 2 / 3), rel=0.02)


def test_without_a_charge_a_contract_binds_nobody():
    free, bound = bound_model(), bound_model(contract_share=0.5, cancel_charge=0.0)
    assert free.members.column("alive").tobytes() == bound.members.column("alive").tobytes()


def test_who_takes_a_contract_is_fixed_and_the_committed_take_it_sooner():
    model = small_model(4000, contract_share=0.3, contract_sorting=0.8)
    members = model.tables["members"]
    taken = np.array([contracts.has_contract(int(who), model.luck, model.given[0]["scenario"]) for who in members["identity"]])
    assert taken.mean() == pytest.approx(0.3, abs=0.03)
    assert members["commitment"][taken].mean() > members["commitment"][~taken].mean() + 0.5


def test_the_charge_for_leaving_early_is_paid():
    fit = dataclasses.replace(scenario_named("association").fit_at(0.0), alpha=1.0, beta=2.0, involuntary=0.1)
    model = small_model(500, fit=fit, contract_share=1.0, cancel_charge=1.0, stationary=False, off=["growth"])
    model.run_for(52)
    early = model.record.total(series.LEFT_BOUND, 0, 52) - model.record.total(series.LAPSES[0], 0, 52)
    assert early > 20
    revenue = model.record.total(series.REVENUE, 0, 52)
    assert revenue == pytest.approx(model.size() * model.scenario.dues + early * 1.0)


# Donors.


def test_donors_give_again_as_published():
    """27 % of new donors and 70 % of others give again (Fundraising Effectiveness Project 2011), without lived experience."""
    scenario = dataclasses.replace(scenario_named("donors"), members=4000)
    fit = scenario.fit_at(0.0)
    world = world_with(renewals__lived_weight=0.0)
    model = small_model(4000, fit=fit, world=world, off=[n for n in without("renewals") if n != "growth"])
    model.burn_in(104)
    first = model.record.total(series.RENEWED_FIRST, 0, 104) / model.record.total(series.DUE_FIRST, 0, 104)
    due, renewed = (model.record.total(one, 0, 104) - model.record.total(other, 0, 104)
                    for one, other in ((series.DUE, series.DUE_FIRST), (series.RENEWED, series.RENEWED_FIRST)))  # fmt: skip
    assert first == pytest.approx(0.27, abs=0.03)
    assert renewed / due == pytest.approx(0.70, abs=0.03)
