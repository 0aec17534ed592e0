"""Rivals, the market they share, and what an organisation concentrates on against them."""

import math
from dataclasses import replace

import numpy as np
import pytest
from conftest import Plain, differing, small_model, some_of, world_with
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.settings.scenarios import scenario_named
from sim import Policy, World
from sim import recording as series
from sim.compiled import COMPILING
from sim.metrics.market import share_of_market
from sim.processes import discipline, renewals, rivals

unit = st.floats(0.0, 1.0)
plain, plain_rivals = Plain(discipline), Plain(rivals)
CROWD = dict(price_entrants=2, innovators=1, service_entrants=1, entrants_week=10, entrants_apart=5)
EMPHASES = dict(emphasis_operations=1.0, emphasis_product=1.0, emphasis_intimacy=1.0)
EFFECTS = ("case_time", "material_part", "by_the_book", "leading", "research", "project_price", "noise_left")


def effect_of(capability, emphasis, world) -> float:
    """What an emphasis brings, in plain Python: the formulas it calls are swapped for the moment, no longer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(discipline, "combined_strength", plain.combined_strength)
        return plain.effect_of(capability, emphasis, world)


# What an emphasis brings.


@settings(deadline=None)
@given(unit, unit, unit, some_of(discipline.DisciplineParameters))
def test_an_emphasis_brings_more_with_more_of_it_and_nothing_without(capability, one, other, world):
    less, more = sorted((one, other))
    assert effect_of(capability, 0.0, world) == 0.0
    assert 0.0 <= effect_of(capability, less, world) <= effect_of(capability, more, world) + 1e-12 <= 1.0 + 1e-12


@pytest.mark.parametrize("power", [0.9, 0.3, -0.3, -6.0])
def test_full_capability_and_full_emphasis_bring_everything(power):
    world = replace(World().discipline, power=power)
    assert effect_of(1.0, 1.0, world) == pytest.approx(1.0)


def test_what_fits_matters_more_the_less_one_stands_in_for_the_other():
    gains = []
    for power in (0.9, -0.3, -6.0):
        world = replace(World().discipline, power=power)
        gains.append(effect_of(0.9, 1.0, world) - effect_of(0.2, 1.0, world))
    assert gains[0] < 0.2 < gains[1] < gains[2]


def test_a_third_of_each_can_bring_more_or_less_than_one_in_full():
    together = [3.0 * effect_of(1.0, 1 / 3, replace(World().discipline, returns=returns)) for returns in (0.5, 2.0)]
    assert together[0] > 1.0 > together[1]


@given(unit, unit, st.floats(0.0, 1.0), some_of(discipline.DisciplineParameters))
def test_a_capability_grows_with_use_fades_beside_others_and_stays_without(capability, emphasis, rest, world):
    after = plain.practised(capability, emphasis, emphasis + rest * (1.0 - emphasis), world)
    assert 0.0 <= after <= 1.0
    assert plain.practised(capability, emphasis, emphasis, world) >= capability
    assert plain.practised(capability, 0.0, rest, world) <= capability
    assert plain.practised(capability, 0.0, 0.0, world) == capability


def test_without_an_emphasis_nothing_is_concentrated_on():
    model = small_model(off=["leadership"])
    before = {name: model.tables["departments"][name].copy() for name in (*EFFECTS, "can_product")}
    model.run_for(30)
    for name, cells in before.items():
        assert (model.tables["departments"][name] == cells).all(), name


def test_an_emphasis_given_up_leaves_nothing_but_what_was_learned():
    model = small_model(policy=Policy(**EMPHASES), off=["leadership"])
    model.run_for(20)
    departments = model.tables["departments"]
    assert departments["case_time"][0] != 1.0 and departments["leading"][0] > 0.0
    model.adopt(Policy())
    model.run_for(2)
    usual = small_model().tables["departments"]
    for name in EFFECTS:
        assert departments[name][0] == usual[name][0], name


@pytest.mark.parametrize("emphasis", EMPHASES)
def test_switched_off_an_emphasis_takes_its_price_along(emphasis):
    models = [small_model(policy=Policy(**chosen), off=["discipline", "leadership"]) for chosen in ({}, {emphasis: 1.0})]
    for model in models:
        model.run_for(40)
    assert {place for place in differing(*models) if place[0] != "policy"} == set()


def test_what_each_emphasis_costs_and_saves():
    worked, spent = {}, {}
    for emphasis in (None, *EMPHASES):
        policy = Policy(**{emphasis: 1.0} if emphasis else {}, innovation=0.3)
        model = small_model(200, policy=policy, off=["leadership", "budget", "renewals", "growth"], can_operations=0.9)
        model.run_for(52)
        total = lambda which, model=model: model.record.total(which, 10, 52)  # noqa: E731
        worked[emphasis], spent[emphasis] = total(series.WORKED), total(series.AVAILABLE)
    assert worked["emphasis_operations"] < worked[None] < worked["emphasis_intimacy"]
    assert spent["emphasis_product"] < spent[None] == spent["emphasis_operations"]


# Price and focus.


def test_dues_follow_the_price():
    paid = []
    for price in (0.7, 1.0):
        model = small_model(200, policy=Policy(price=price), off=["growth", "budget"], world=world_with(renewals__price_weight=0.0))
        model.run_for(30)
        paid.append(model.record.total(series.REVENUE, 0, 30) / model.record.total(series.RENEWED, 0, 30))
    assert paid == pytest.approx([0.7, 1.0])


def test_with_a_focus_only_the_niche_is_sought_and_handed_on_less():
    joined, handed = [], []
    for focus in (0.0, 1.0):
        world = world_with(
            growth__prospects=5.0, discipline__specialist=0.0, discipline__kept_together=1.0, routing__role_gap=0.0,
            referrals__referring=0.0,
        )  # fmt: skip
        model = small_model(200, policy=Policy(focus=focus, routing=0.0), world=world)
        model.run_for(52)
        table = model.tables["members"]
        new = ~table["founder"]
        joined.append(set(zip(table["identity"][new].tolist(), table["main_domain"][new].tolist(), strict=True)))
        handed.append(model.record.total(series.HANDED_OFF, 0, 52) / model.record.total(series.PARTS, 0, 52))
    assert {domain for _, domain in joined[1]} == {discipline.NICHE}
    assert len(joined[1]) > 10 and len({domain for _, domain in joined[0]}) == 5
    first_weeks = {identity for identity, domain in joined[0] if domain == discipline.NICHE}
    assert len(first_weeks & {identity for identity, _ in joined[1]}) > 0.5 * len(first_weeks)
    assert handed[1] < handed[0]


# Rivals.


def market_of(model) -> float:
    """Members and customers of rivals."""
    return model.size() + float(model.tables["rivals"]["customers"].sum())


def test_at_founding_the_background_draws_nobody():
    model = small_model()
    table, given_ = model.tables["rivals"].rows, model.given
    for row in range(20):
        assert rivals.pull(table, model.tables["members"].rows[row], model.trend, 0, given_) == pytest.approx(0.0, abs=1e-12)
    assert rivals.attraction(table, 0, given_) == 0.0


def test_pull_and_choice_against_sums_by_hand():
    model = small_model(300, world=world_with(rivals__alike=0.4), **CROWD)
    model.run_for(40)
    table, world = model.tables["rivals"], model.world
    member = model.tables["members"].rows[5]
    main, latent = world.needs.main_domain_share, world.encounters.latent_share
    shares = np.array([(1 - latent) * (1 - main) / 4] * 5 + [latent / 2] * 2)
    shares[int(member["main_domain"])] = (1 - latent) * main
    own, spread = np.asarray(member["needs"], float), world.encounters.tolerance

    def worth(far):
        return 1.0 / (1.0 + (far / spread) ** 2)

    counts = []
    for row in range(len(table)):
        kind = int(table["kind"][row])
        far = (own + model.trend - table["offer"][row].astype(float)) * (1.0 - table["tailoring"][row])
        better = float(shares @ (worth(far) - worth(own))) + (world.rivals.service if kind == rivals.SERVICE else 0.0)
        odds = world.renewals.lived_weight * world.rivals.hearsay * better - world.renewals.price_weight * (table["price"][row] - 1.0)
        known = 1.0
        if kind != rivals.BACKGROUND:
            odds -= world.rivals.hurdle
            known = 1.0 - math.exp(-max(0, model.now - int(table["enters"][row])) / world.rivals.known_weeks)
        counts.append(known * math.exp(odds / 0.4))
    found = rivals.pull(table.rows, member, model.trend, model.now, model.given)
    assert found == pytest.approx(0.4 * math.log(sum(counts)), rel=1e-6)


def test_entrants_are_a_reason_to_leave_and_the_reason_has_a_name():
    models = [small_model(400, rng=4, **entrants) for entrants in ({}, dict(price_entrants=8, entrants_week=0, entrants_apart=0))]
    for model in models:
        model.run_for(104)
    alone, crowded = (model.record.rows[:104] for model in models)
    assert crowded[:, series.RENEWED].sum() < alone[:, series.RENEWED].sum()
    named = series.LAPSES[series.LAPSE_REASONS.index("rival")]
    assert series.LAPSE_REASONS[renewals.RIVAL - 1] == "rival"
    assert crowded[:, named].sum() > alone[:, named].sum()
    assert crowded[:, series.LOST_TO[rivals.PRICE]].sum() > 0


def test_each_who_leaves_of_his_own_will_goes_to_one_rival():
    model = small_model(400, **CROWD)
    model.run_for(104)
    rows = model.record.rows[:104]
    left = rows[:, series.LAPSES].sum() - rows[:, series.LAPSES[0]].sum()
    assert rows[:, series.LOST_TO].sum() == left > 10


def test_the_market_is_in_balance_where_nothing_changes():
    model = small_model(1000)
    before = market_of(model)
    model.burn_in(52)
    arm = model.fork(Policy())
    arm.run_for(156)
    assert market_of(arm) == pytest.approx(before, rel=0.06)
    assert arm.metrics()["market_share"] == pytest.approx(0.3, abs=0.03)


@settings(deadline=None)
@given(unit, st.floats(0.2, 2.0), unit, unit)
def test_a_cheap_rival_goes_below_but_never_below_the_least(low, own, undercut, least):
    price = plain_rivals.answered_price(low, own, undercut, least)
    assert price >= least
    assert price == least or price <= min(low, own) + 1e-12


def test_cheap_rivals_answer_a_lower_price():
    prices = []
    for price in (1.0, 0.7):
        model = small_model(policy=Policy(price=price), world=world_with(rivals__price_weeks=4.0), price_entrants=1, entrants_week=5)
        model.run_for(80)
        prices.append(float(model.tables["rivals"]["price"][1]))
    assert prices[1] == pytest.approx(0.63, abs=0.01) and prices[0] == pytest.approx(0.75, abs=0.01)


def test_entrants_copy_closeness_as_far_and_fast_as_the_world_allows():
    tailored = []
    for copied in (0.0, 1.0):
        world = world_with(rivals__copied=copied, rivals__closeness_weeks=13.0)
        model = small_model(policy=Policy(strictness=0.2), world=world, price_entrants=1, entrants_week=0)
        model.run_for(150)
        tailored.append(float(model.tables["rivals"]["tailoring"][1]))
    shown = plain_rivals.shown_closeness(Policy(strictness=0.2), World().encounters)
    assert tailored[0] == 0.0 and tailored[1] == pytest.approx(shown, abs=0.01)


def test_switched_off_rivals_are_not_there():
    models = [small_model(off=["rivals"], **chosen) for chosen in ({}, CROWD)]
    for model in models:
        model.run_for(60)
        assert len(model.tables["rivals"]) == 0
        assert "market_share" not in model.metrics()
    assert differing(*models) == set()


def test_the_share_of_nothing_is_not_a_number():
    assert share_of_market(1.0, 3.0) == 0.25
    assert math.isnan(share_of_market(0.0, 0.0))


@pytest.mark.skipif(not COMPILING, reason="slow in plain Python")
def test_a_newcomer_is_small_new_and_little_trusted():
    scenario = scenario_named("newcomer")
    model = small_model(**{name: getattr(scenario, name) for name in ("members", "market", "market_share", "first_trust", "stationary")})
    assert model.tables["members"]["trust"].mean() == pytest.approx(0.6 * model.world.trust.start)
    model.run_for(1)
    assert share_of_market(model.size(), float(model.tables["rivals"]["customers"].sum())) == pytest.approx(0.01, rel=0.1)
