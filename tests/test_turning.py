"""Where the verdict turns: cases in sentences, each a comparison in which one number of the world is changed.

A case of ``tests/cases`` names one parameter. Either two policies are compared in that world, or that world with the
default one under one policy. Each replicate is a pair with the same members and the same luck.
"""

import dataclasses
from functools import cache

import numpy as np
import pytest
import yaml
from conftest import (
    BY_THE_BOOK,
    LOOSENED_HOLISTIC,
    LOOSENED_SILOED,
    ROOT,
    STRICT_SILOED,
    Notebook,
    small_model,
    world_with,
)

from sim import Policy, World
from sim.agents import Member
from sim.compiled import COMPILING
from sim.processes import encounters
from sim.quantities import described

POLICIES = {
    "conventional": Policy(),
    "strict_siloed": STRICT_SILOED,
    "loosened_siloed": LOOSENED_SILOED,
    "loosened_holistic": LOOSENED_HOLISTIC,
}
CASES = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "tests/cases").glob("*.yaml"))
}
MEMBERS, BURN_IN, YEARS = 2000, 26, 5
# Replicates, and standard errors of the mean of paired differences that are clear then: few are enough for what is plain.
LOOKS = ((5, 5.0), (16, 2.5))
NAMES = pytest.mark.parametrize("name", CASES)
PAIRS = pytest.mark.parametrize("name", [name for name, case in CASES.items() if "policies" in case])


def world_of(case) -> World:
    return world_with(**{place.replace(".", "__"): value for place, value in case["world"].items()})


@cache
def settled(world_numbers: tuple, replicate: int):
    """The organisation before the switch; one for all policies of a world."""
    world = world_with(**dict(world_numbers))
    model = small_model(MEMBERS, policy=Policy(), world=world, rng=1, replicate=replicate)
    model.burn_in(BURN_IN)
    return model


def run(world_numbers: dict, policy: Policy, replicate: int, years: int = YEARS) -> dict[str, float]:
    numbers = tuple((place.replace(".", "__"), value) for place, value in world_numbers.items())
    arm = settled(numbers, replicate).fork(policy)
    arm.run_for(52 * years)
    return arm.metrics()


def gain(case, replicate: int) -> dict[str, float]:
    """Paired differences by metric."""
    if "policies" in case:
        before, after = ((case["world"], POLICIES[name]) for name in case["policies"])
    else:
        before, after = (({}, POLICIES[case["policy"]]), (case["world"], POLICIES[case["policy"]]))
    earlier, later = run(*before, replicate), run(*after, replicate)
    return {name: later[name] - earlier[name] for name in case["expect"]}


def verdict(direction: str, gains: np.ndarray, clear: float) -> str:
    """Empty where paired differences say what is expected, else what they say."""
    if direction == "stays":
        return "" if (gains == 0.0).all() else f"{gains}"
    t = gains.mean() / (gains.std(ddof=1) / np.sqrt(len(gains)))
    return "" if (t if direction == "rises" else -t) > clear else f"{gains.mean():+.4f}, t = {t:+.1f} in {len(gains)}"


@pytest.fixture(scope="module", autouse=True)
def forget_the_settled():
    yield
    settled.cache_clear()


@NAMES
def test_a_case_is_a_sentence_about_one_number_of_the_world(name):
    case = CASES[name]
    assert set(case) <= {"sentence", "because", "world", "policies", "policy", "expect"}
    assert name == case["sentence"].lower().replace(" ", "_")
    ((place, value),) = case["world"].items()
    group, parameter = place.split(".")
    what = described(type(getattr(World(), group)))[parameter]
    assert what.low <= value <= what.high
    assert value != getattr(getattr(World(), group), parameter)
    assert set(case["expect"].values()) <= {"rises", "falls", "stays"}


@pytest.mark.skipif(not COMPILING, reason="takes long in plain Python")
@NAMES
def test_the_sentence_is_true(name):
    case, gains = CASES[name], []
    for replicates, clear in LOOKS:
        gains += [gain(case, replicate) for replicate in range(len(gains), replicates)]
        found = {
            metric: verdict(direction, np.array([each[metric] for each in gains]), clear)
            for metric, direction in case["expect"].items()
        }
        if not any(found.values()):
            return
    raise AssertionError("; ".join(f"{metric} {said}" for metric, said in found.items() if said))


@PAIRS
def test_where_nobody_may_use_discretion_there_is_nothing_to_turn(name):
    """Strict or not: with no staff free to act the two policies are the same run.

    Except for what strictness keeps of a leaver's knowledge: of that nobody makes use here, neither for solutions nor
    for moving the offer.
    """
    case = CASES[name]
    runs = []
    for policy in case["policies"]:
        bound = dataclasses.replace(POLICIES[policy], coverage=0.0, solutions=0.0, intimacy=0.0)
        model = small_model(200, policy=bound, world=world_of(case))
        notebook = Notebook("quality", "received", "gift")
        model.week.append(notebook)
        model.run_for(60)
        runs.append((notebook, model.metrics()))
    (first, before), (second, after) = runs
    for column in ("quality", "received", "gift"):
        assert first.by_case(column) == second.by_case(column)
    assert len(first.by_case("quality")) > 500
    learned = ("knowledge", "latent_knowledge", "latent_needs_met")
    same_answers = {metric: value for metric, value in before.items() if metric not in learned}
    assert {metric: after[metric] for metric in same_answers} == pytest.approx(same_answers, rel=0, abs=0, nan_ok=True)


# Sentences about single events.


def test_a_member_who_is_let_down_trusts_less_than_before():
    """Unless he complains and is heard, which is the only remedy; what was covered up, and comes out, is another matter."""
    model = small_model(300, policy=LOOSENED_SILOED, world=world_with(trust__voice=0.0, trust__found_out=0.0))
    fallen = risen = 0
    for _ in range(30):
        before = {name: model.members.column(name) for name in ("trust", "let_downs", "answers")}
        rows = model.members.rows
        model.step()
        members = model.tables["members"]
        once = members["answers"][rows] - before["answers"] == 1
        let_down = members["let_downs"][rows] > before["let_downs"]
        change = members["trust"][rows] - before["trust"]
        assert (change[once & let_down] < 0).all()
        assert (change[once & ~let_down] > 0).all()
        fallen, risen = fallen + (once & let_down).sum(), risen + (once & ~let_down).sum()
    assert fallen > 50 and risen > 500


def test_a_complaint_that_is_heard_wins_some_trust_back():
    trusts = []
    for resolved in (0.0, 1.0):
        world = world_with(trust__voice=1.0, trust__resolved_free=resolved, trust__resolved_standard=resolved,
                           trust__complaint_hours=0.0)  # fmt: skip
        model = small_model(300, world=world, off=["renewals", "growth"])
        model.run_for(40)
        trusts.append(model.members.agg("trust", np.mean))
    assert trusts[1] > trusts[0] + 0.01


def test_a_hand_off_costs_the_member_time():
    """The same request, answered by one owner or handed from desk to desk: the second part takes extra hours."""
    world = world_with(needs__several_domains_share=1.0, encounters__handoff_drop=0.0, encounters__handoff_wait=0.0,
                       encounters__wait_cost=0.0, encounters__effort_cost=0.0)  # fmt: skip
    values = []
    for routing in (0.0, 1.0):
        policy = dataclasses.replace(BY_THE_BOOK, routing=routing, roles=0.0, vulnerability=0.0)
        model = small_model(100, policy=policy, world=world, off=["renewals", "growth", "partners"])
        model.run_for(30)
        members = model.tables["members"]
        values.append((members["value_member"].copy(), members["answers"].copy()))
    (siloed, answers), (owned, same_answers) = values
    assert (answers == same_answers).all()
    accounts = world.accounts
    lost = answers * accounts.own_handoff_hours * accounts.own_hour_worth
    np.testing.assert_allclose(owned - siloed, lost, atol=1e-12)
    assert lost.max() > 0


def visible_after_leaving(policy, world):
    """What a successor sees of what somebody who has left had learned; 0..1."""
    model = small_model(policy=policy, world=world)
    model.run_for(30)
    staff = model.tables["staff"]
    leaver = int(np.flatnonzero(staff["alive"])[0])
    model.agent_at("staff", leaver).remove()
    successor = int(np.flatnonzero(staff["alive"])[-1])
    rule = getattr(encounters.visible_share, "py_func", encounters.visible_share)
    given = model.given.view(np.recarray)[0]
    return rule(leaver, successor, staff.rows.view(np.recarray), model.enacted.view(np.recarray), given.encounters)


def test_a_leaver_takes_uncodified_knowledge_along():
    free = dataclasses.replace(LOOSENED_SILOED, strictness=0.0)
    everything, nothing = (world_with(encounters__codified=share) for share in (1.0, 0.0))
    assert visible_after_leaving(free, everything) == 1.0
    assert visible_after_leaving(free, nothing) == 0.0
    assert 0.0 < visible_after_leaving(dataclasses.replace(free, strictness=1.0), nothing) < 1.0
    assert 0.0 < visible_after_leaving(dataclasses.replace(free, information=1.0), nothing) < 1.0


def test_a_newcomer_answers_less_well_than_the_same_person_later():
    model = small_model(200, world=world_with(worklife__leaving=0.4, hiring__vacancy=1), members_per_post=5)
    model.run_for(120)
    staff = model.tables["staff"]
    recent, long_ago = (staff["alive"] & (model.now - staff["hired"] < 20), staff["alive"] & (staff["hired"] < -26))
    role = World().worklife.role_gain * (staff["aptitude"] + model.policy.roles * (1.0 - staff["aptitude"]) - 0.5)
    lacking = staff["skill"] + staff["trained"] + role - staff["ability"]
    assert recent.any() and long_ago.any()
    assert lacking[recent].min() > lacking[long_ago].max() > 0.0


def test_what_is_shared_can_be_used_by_another_department():
    """The same knowledge, learned elsewhere: of use to an owner only in the measure that information is shared."""
    worth = []
    for information in (0.0, 1.0):
        policy = dataclasses.replace(LOOSENED_HOLISTIC, information=information)
        world = world_with(routing__record_hours=0.0, needs__spread=2.0, worklife__leaving=0.0)
        model = small_model(400, policy=STRICT_SILOED, world=world, off=["renewals", "growth", "leadership"])
        model.run_for(80)  # departments learn, each for itself
        arm = model.fork(policy)
        notebook = Notebook("quality", "owned")
        arm.week.append(notebook)
        arm.run_for(4)
        worth.append(notebook.column("quality").mean())
    assert worth[1] > worth[0] + 0.05


def test_a_member_of_the_same_traits_costs_more_the_more_often_he_asks():
    model = small_model(world=world_with(routing__week_hours=40.0))
    rare, often = (Member(model, request_rate=rate, commitment=20.0, uncertainty=1.0) for rate in (0.1, 2.0))
    model.run_for(52)
    assert often.answers > 5 * rare.answers
    assert often.value_organisation < rare.value_organisation
