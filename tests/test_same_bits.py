"""One run, the same bits: compiled or not, on one worker or two, copied or pickled, with or without onlookers."""

import copy
import importlib
import inspect
import pickle
import pkgutil
import re
import struct

import joblib
import numpy as np
import pytest
from conftest import (
    LOOSENED_HOLISTIC,
    LOOSENED_SILOED,
    ROOT,
    STRICT_SILOED,
    Notebook,
    columns_of,
    differing,
    digest,
    noted,
    people,
    run_python,
    same_people,
    small_model,
    world_with,
)  # fmt: skip
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim import WEEK, Fit, Policy, Scenario, World
from sim import metrics as measured
from sim import outcome as outcome_register
from sim.agents import Leader, Member, Staff
from sim.compiled import COMPILING
from sim.luck import decision, draws
from sim.policy import ROW
from sim.quantities import described
from sim.timeline import Step, Timeline

LIVELY = {"growth__prospects": 4.0, "worklife__leaving": 0.6, "hiring__vacancy": 2, "needs__requests": 0.4,
          "encounters__free_failure": 0.3, "trust__voice": 0.8, "leadership__leaving": 0.6, "leadership__search_weeks": 2,
          "innovation__threshold": 0.0, "innovation__idea_weeks": 1.0, "innovation__development_weeks": 2.0,
          "innovation__launch_weeks": 2.0, "innovation__project_cost": 0.001, "encounters__handoff_drop": 0.3,
          "leadership__board_interval": 2.0, "leadership__consulting": 0.0, "leadership__least_wait": 1.0,
          "leadership__carry_weeks": 4.0, "partners__meetings": 1.0, "partners__strikes": 12.0}  # fmt: skip


# Every lever away from the conventional; and a pilot in two departments that is phased in before all follow.
ALL_DIFFERENT = Policy(**{
    name: (what.low + what.high) / 2 if name != "selectivity" else 6 for name, what in described(Policy).items()
})  # fmt: skip
PILOT = Timeline((Step(ALL_DIFFERENT, week=1, over=5, departments=(0, 3)), Step(LOOSENED_SILOED, week=8)))


def eventful(rng=8, policy=LOOSENED_HOLISTIC, replicate=0):
    """Twenty weeks in which about everything happens at least once: a fork, recruits, leavers, complaints, vacancies."""
    model = small_model(60, world=world_with(**LIVELY), rng=rng, replicate=replicate, members_per_post=6)
    model.burn_in(8)
    arm = model.fork(policy)
    arm.run_for(12)
    return arm


def digests() -> str:
    """One line a run; printed by a Python of its own, compiled or not."""
    policies = (LOOSENED_HOLISTIC, ALL_DIFFERENT, STRICT_SILOED, PILOT)
    return "\n".join(digest(eventful(8 + place, policy, place)) for place, policy in enumerate(policies))


def test_the_run_below_is_eventful():
    model = eventful()
    totals = dict(zip([s.name for s in sim.recording.SERIES], model.record.rows.sum(axis=0), strict=True))
    for name in ("recruits", "staff_left", "complaints", "unresolved", "let_downs", "free_parts", "gifts", "overloaded",
                 "admitted", "covered", "found_out", "leaders_left", "launches", "innovation", "enacted_gap"):  # fmt: skip
        assert totals[name] > 0, name
    for name, rows in (("offer", model.offer), ("vision", model.vision), ("enacted", model.enacted["strictness"] - 0.8)):
        assert np.any(rows), name
    assert totals["due"] > totals["renewed"] > 0
    assert (model.tables["staff"]["hired"] >= 0).any()
    assert model.tables["members"]["owner"].max() >= 0


def test_compiled_and_plain_python_give_the_same_bits():
    code = "from test_same_bits import digests; print(digests())"
    compiled, plain = (run_python(code, RELSIM_COMPILE=mode) for mode in "10")
    assert len(set(compiled.split())) == 4
    assert compiled == plain
    assert compiled == digests()


def test_one_worker_or_two_give_the_same_bytes():
    alone = [digest(eventful(rng)) for rng in range(3)]
    together = joblib.Parallel(n_jobs=2)(joblib.delayed(digest_of)(rng) for rng in range(3))
    assert together == alone
    assert len(set(alone)) == 3


def digest_of(rng):
    return digest(eventful(rng))


@pytest.mark.parametrize("twin_of", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))], ids=["copy", "pickle"])
@pytest.mark.parametrize("week", [0, 1, 9])
def test_a_twin_made_on_the_way_goes_on_with_the_same_bits(twin_of, week):
    """In the middle of a timeline, with leaders on their way, projects under way and a change of means waiting."""
    model = small_model(world=world_with(**LIVELY), policy=PILOT)
    for _ in range(week):
        model.step()
    twin = twin_of(model)
    assert digest(twin) == digest(model)
    model.run_for(30)
    assert twin.now == week
    twin.run_for(30)
    assert digest(twin) == digest(model)
    assert twin.metrics() == pytest.approx(model.metrics(), rel=0, abs=0, nan_ok=True)


def test_a_fork_to_the_same_policy_goes_on_as_the_model_would_have():
    model = small_model(world=world_with(**LIVELY))
    model.run_for(10)
    arm = model.fork(model.policy)
    model.open_accounts()
    for each in (model, arm):
        each.run_for(20)
    assert digest(arm) == digest(model)


def test_a_fork_leaves_the_model_it_came_from_alone():
    model = small_model(world=world_with(**LIVELY))
    model.run_for(10)
    before = digest(model)
    arm = model.fork(LOOSENED_HOLISTIC)
    arm.run_for(20)
    arm.members.set("trust", 0.0)
    assert digest(model) == before
    assert model.policy == Policy()


def test_agents_show_what_columns_hold():
    model = eventful()
    for name, kind in (("members", Member), ("staff", Staff), ("leaders", Leader)):
        table = model.tables[name]
        for row in range(0, len(table), 7):
            agent = model.agent_at(name, row)
            for column in kind.columns:
                assert np.array_equal(getattr(agent, column), table[column][row])


# Onlookers, newcomers and other processes move nobody's luck.


@pytest.fixture(scope="module")
def untouched():
    return digest(eventful())


def test_looking_at_everybody_every_week_changes_nothing(untouched):
    model = small_model(60, world=world_with(**LIVELY), rng=8, members_per_post=6)

    def look(model):
        model.members.map(lambda member: (member.trust, member.to_dict()))
        model.agents.shuffle_do(lambda agent: agent.identity)
        model.random.random(), model.rng.random(), len(model.staff)

    model.week.insert(3, look)
    model.burn_in(8)
    arm = model.fork(LOOSENED_HOLISTIC)
    arm.run_for(12)
    assert digest(arm) == untouched


@pytest.mark.parametrize("place", [0, 4, 9, len(WEEK)])
def test_a_process_that_draws_moves_nobody_elses_luck(untouched, place):
    lottery, won = decision("user.lottery"), []

    def draw_lots(model):
        for identity in model.members.column("identity").tolist():
            won.append(draws(model.luck, lottery, model.now, identity, 0, 0)[0])

    model = small_model(60, world=world_with(**LIVELY), rng=8, members_per_post=6)
    model.week.insert(place, draw_lots)
    model.burn_in(8)
    arm = model.fork(LOOSENED_HOLISTIC)
    arm.run_for(12)
    assert digest(arm) == untouched
    assert len(set(won)) > 1000


def test_a_metric_more_changes_nothing_but_the_list_of_metrics(untouched, monkeypatch):
    before = eventful().metrics()
    # The register lives in sim.outcome; what is added to it here must not stay for other tests of this process.
    monkeypatch.setattr(outcome_register, "METRICS", dict(outcome_register.METRICS))

    @measured.metric("members", 0, 10_000, "none", "needs")
    def askers(outcome):
        """Members who have asked at least once."""
        return float((outcome.answers > 0).sum())

    model = eventful()
    assert digest(model) == untouched
    after = model.metrics()
    assert after.pop("askers") > 0
    assert after == pytest.approx(before, rel=0, abs=0, nan_ok=True)


# Nobody's offer is made for the average of all, and means do not follow what all bring in.
UNCOUPLED = {"routing__week_hours": 40.0, "routing__hours": 0.5, "growth__word_of_mouth": 0.0,
             "brand__earned": 0.0, "referrals__reach": 0.0, "growth__prospects": 2.0,
             "innovation__threshold": 1.0, "budget__response": 0.0}  # fmt: skip


def test_one_founder_more_moves_nobody_elses_life():
    """With hours to spare and no talk, founders meet only through luck, which is nobody's but their own."""
    models, books = [], []
    for members in (60, 61):
        model = small_model(members, world=world_with(**UNCOUPLED), policy=LOOSENED_SILOED)
        books.append(noted(model, "domain", "quality", weeks=80))
        models.append(model)
    fewer, more = (people(model, identities=np.arange(60)) for model in models)
    assert len(fewer["identity"]) == 60
    assert same_people(fewer, more) == set()
    first, second = ({case: value for case, value in book.by_case("domain").items() if case[1] < 60} for book in books)
    assert first == second
    assert any(case[1] == 60 for case in books[1].by_case("domain"))


def test_one_founder_more_leaves_prospects_who_they_are():
    """Prospect j of week w is the same person however many there were at the start."""
    recruits = []
    for members in (60, 61):
        model = small_model(members, world=world_with(**UNCOUPLED), policy=LOOSENED_SILOED)
        model.run_for(80)
        table = model.tables["members"]
        rows = ~table["founder"]
        recruits.append(set(zip(table["joined"][rows].tolist(), table["commitment"][rows].tolist(), strict=True)))
    few, many = recruits
    assert len(few) > 40
    assert len(few & many) > 0.95 * len(few)


def test_a_member_added_by_hand_moves_nobody_elses_life():
    models = [small_model(world=world_with(**UNCOUPLED), policy=LOOSENED_SILOED) for _ in range(2)]
    for model in models:
        model.run_for(10)
    guest = Member(models[1], request_rate=0.5, needs=[0.5] * 7, uncertainty=1.0, trust=0.9, commitment=9.0, allotment=7)
    for model in models:
        model.run_for(70)
    assert guest.answers > 10
    assert guest.alive and guest.renewals == 1
    everybody = models[0].tables["members"]["identity"]
    alone, beside = (people(model, identities=everybody) for model in models)
    assert len(everybody) > 100
    assert same_people(alone, beside) == set()


def test_a_policy_moves_answers_but_not_who_asks_when_and_about_what():
    books = []
    for policy in (STRICT_SILOED, LOOSENED_HOLISTIC):
        books.append(noted(small_model(policy=policy, off=["renewals", "growth"]), "domain", "parts", weeks=60))
    assert books[0].by_case("domain") == books[1].by_case("domain")
    assert books[0].by_case("parts") == books[1].by_case("parts")


def test_a_replicate_or_seed_more_is_another_world_of_luck():
    runs = {(rng, replicate): digest(eventful(rng, replicate=replicate)) for rng in (1, 2) for replicate in (0, 1)}
    assert len(set(runs.values())) == 4


def test_the_process_that_notes_cases_changes_nothing(untouched):
    """The helper behind many tests here is itself an onlooker."""
    model = small_model(60, world=world_with(**LIVELY), rng=8, members_per_post=6)
    model.week.append(Notebook("quality"))
    model.burn_in(8)
    arm = model.fork(LOOSENED_HOLISTIC)
    arm.run_for(12)
    assert digest(arm) == untouched
    assert differing(arm, columns_of(arm)) == set()


# Formula by formula.


def formulas():
    """Everything marked ``@formula`` anywhere in ``sim``, by name."""
    found = {}
    for info in pkgutil.walk_packages(sim.__path__, "sim."):
        module = importlib.import_module(info.name)
        for name in re.findall(r"@formula\ndef (\w+)\(", (ROOT / (info.name.replace(".", "/") + ".py")).read_text()
                               if not info.ispkg else ""):  # fmt: skip
            found[f"{info.name}.{name}"] = getattr(module, name)
    return found


FORMULAS = formulas()
unit = st.floats(0, 1)
chance = st.integers(0, 2**32 - 1).map(lambda word: (word + 0.5) * 2.0**-32)
word = st.integers(0, 2**32 - 1)
truth = st.booleans()
years = st.floats(1, 80)
# Ranges of arguments by their names, which mean the same in all formulas.
ARGUMENTS = {
    **dict.fromkeys(
        "trust alignment empathy information strictness coverage freedom_rank visible tailoring known voice codified "
        "records promise reputation bond grievance friction share autonomy tolerance_share climate own other values known_why "
        "survey cocreate_idea intimacy together trait listening immersed transparency vulnerability evaluation judgement "
        "insight ceiling gain loss aptitude roles unfair most level fading speed response weight fitting appreciated credit claim".split(),
        unit,
    ),
    **dict.fromkeys("chance uniform".split(), chance),
    **dict.fromkeys("counter_0 counter_1 counter_2 counter_3 key_0 key_1 what person second allotment".split(), word),
    **dict.fromkeys("week ordinal".split(), st.integers(0, 65535)),
    **dict.fromkeys("free handed_on owned later_part own_department owned_elsewhere handed configured developing advised".split(), truth),
    **dict.fromkeys("need offer estimate distance vision surveyed heard known_of".split(), st.floats(-20, 20)),
    **dict.fromkeys(
        "quality line expectation usual belief ability skill value low high spotting error target trained".split(),
        st.floats(-4, 4),
    ),
    **dict.fromkeys(
        "base commitment odds log_odds base_gap belief_gap bond_gap grievance_gap friends_gap community_gap rival_gap drawn better "
        "x".split(),
        st.floats(-60, 60),
    ),
    "effort": st.floats(0.2, 1.0), "care": st.floats(0.05, 2.0), "message": st.floats(0.05, 1.0), "power": st.floats(-6, 0.9),
    "events": st.floats(0, 2), "time": st.floats(0, 2), "hours": st.floats(0, 60), "straying": st.floats(-0.3, 0.3),
    "margin": st.floats(-1e5, 1e5), "planned": st.floats(-1e5, 1e5), "revenue": st.floats(0, 1e6), "integration": st.floats(0, 2),
    "sharing_time": st.floats(0, 2),
    "position": st.floats(-7, 7), "luck": st.tuples(word, word), "mean": st.floats(0, 300), "morale": st.floats(-3, 3),
    "load": st.floats(0, 50), "weeks": st.floats(0, 2000), "years": years, "cost": unit, "growth": unit, "kept": st.floats(0.8, 1.0),
    "tolerance": st.floats(0.3, 2.0), "spread": st.floats(0.2, 2.0), "drift": st.floats(0, 0.6), "least": st.floats(0.2, 1.0),
    "sorting": unit, "money": st.floats(0, 0.5), "half": st.floats(0.01, 1), "misfit": st.floats(1, 2.5), "hurdle": st.floats(0, 10),
    "staying": st.floats(-60, 60), "word_of_mouth": st.floats(0, 10), "deviation": st.floats(-9, 9), "step": st.floats(0, 1),
    "dues": st.floats(0, 5), "outside_option": st.floats(-3, 3), "lived": st.floats(-10, 10),
    "around": st.floats(-5, 3), "selectivity": st.floats(1, 8),
    "innovation": st.floats(0, 1), "imitation": st.floats(0, 2), "inequality": st.floats(0.3, 3),
    "active": st.floats(0, 1e6), "expected": st.floats(0, 1e6), "likeness": st.floats(0, 0.95),
    "contagion_weeks": st.floats(1, 104), "promise_years": st.floats(0, 30),
    **dict.fromkeys("capability emphasis undercut involuntary".split(), unit), "total": st.floats(0, 3),
    **dict.fromkeys("enters known_weeks".split(), st.floats(4, 260)), "price": st.floats(0.2, 5), "price_weight": st.floats(0, 5),
    "prospects": st.floats(0, 5), "market": st.floats(0, 20),
    **dict.fromkeys("priorities measure limits sent".split(), unit), **dict.fromkeys("asking fair".split(), st.floats(0, 6)),
    "beyond": st.floats(-1, 1), "slack": st.floats(0, 10), "tiring": st.floats(0, 5), "partners": st.floats(-4, 8),
    **dict.fromkeys("depth apart warmth partnering contract opportunism weaker stronger dependence".split(), unit),
    **dict.fromkeys("ours_free theirs_free".split(), truth), **dict.fromkeys("our_skill their_skill".split(), st.floats(-4, 3)),
    "free_sides": st.sampled_from([0.0, 1.0, 2.0]), "places": st.integers(1, 10_000), "activity": st.floats(0, 1e6),
    **dict.fromkeys("good bad".split(), st.floats(0, 1e6)), **dict.fromkeys("part rate week_value".split(), st.floats(-1e6, 1e6)),
    "length": st.floats(0.1, 4), "preference": st.floats(0, 3), "stranger": st.floats(0.001, 0.5),
    "uncertainty": st.floats(0, 9), "prior": st.floats(0, 9), "departments": st.integers(2, 40), "domain": st.integers(0, 1),
    "main_domain": st.integers(0, 1), "first": st.integers(0, 99), "posts": st.integers(1, 9), "opened": st.just(1),
}  # fmt: skip
RECORDS = {
    "policy": Policy, "levers": Policy, "scenario": Scenario, "fit": Fit, "needs": type(World().needs),
    "leadership": type(World().leadership), "encounters": type(World().encounters), "routing": type(World().routing),
}  # fmt: skip
WORLDS = {"joint_work": "partners", "dependence": "partners"}
"""Whose parameters are the world of a module that is part of a process."""
# Names that mean something else in one process.
OWN = {
    ("worklife", "fit"): unit, ("contracts", "commitment"): chance,
     ("leadership", "usual"): st.floats(1, 30), ("selection", "error"): st.floats(0, 8),
    ("selection", "cost"): st.floats(0, 100), ("routing", "cost"): st.floats(0, 100), ("selection", "usual"): unit,
    ("keeping_in_touch", "weight"): st.floats(1e-9, 4),
    ("rivals", "share"): st.floats(0.001, 0.95), ("rivals", "weight"): st.floats(0, 20), ("rivals", "hurdle"): st.floats(0, 3),
}


def numbers_of(kind):
    """Numbers within the ranges of a class of quantities, as the record that rules are given."""
    defaults = kind()
    parts = [
        st.integers(int(what.low), int(what.high)) if isinstance(getattr(defaults, name), int) else st.floats(what.low, what.high)
        for name, what in described(kind).items()
    ]
    dtype = ROW if kind is Policy else kind.record_dtype  # levers are moved little by little, so all are real numbers
    return st.tuples(*parts).map(lambda values: np.array([values], dtype=dtype))


def arguments_of(name):
    """What a formula may be given, argument by argument."""
    group = name.split(".")[-2]
    out = []
    for argument in inspect.signature(FORMULAS[name].py_func).parameters:
        if argument == "world":
            out.append(numbers_of(type(getattr(World(), WORLDS.get(group, group)))))
        elif (group, argument) in OWN:
            out.append(OWN[group, argument])
        elif argument in RECORDS:
            out.append(numbers_of(RECORDS[argument]))
        else:
            assert argument in ARGUMENTS, f"say here in which range {argument!r} of {name} lies"
            out.append(ARGUMENTS[argument])
    return st.tuples(*out)


def bits(value):
    """A result as bytes, so that -0.0 is not 0.0 and no digit is forgiven."""
    if isinstance(value, tuple):
        return b"".join(map(bits, value))
    return struct.pack("d", value) if isinstance(value, float) else repr(int(value)).encode()


@pytest.mark.skipif(not COMPILING, reason="the compiler is switched off")
@pytest.mark.parametrize("name", FORMULAS)
def test_a_compiled_formula_gives_the_bits_of_plain_python(name):
    """Anywhere within the ranges of its arguments; plain Python also refuses to divide by zero or to overflow there."""
    formula = FORMULAS[name]

    @settings(max_examples=60, deadline=None, database=None)
    @given(arguments_of(name))
    def same(arguments):
        compiled = formula(*(part[0] if isinstance(part, np.ndarray) else part for part in arguments))
        plain = formula.py_func(*(part.view(np.recarray)[0] if isinstance(part, np.ndarray) else part for part in arguments))
        assert bits(compiled) == bits(plain)

    same()


def test_all_formulas_are_known():
    assert len(FORMULAS) > 60
    assert {"sim.luck.normal", "sim.processes.encounters.fit", "sim.founding.completed_renewals"} <= set(FORMULAS)
