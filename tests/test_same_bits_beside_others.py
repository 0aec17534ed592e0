"""One run, the same bits: onlookers, newcomers and other processes move nobody's luck."""

import numpy as np
import pytest
from conftest import (
    LOOSENED_HOLISTIC,
    LOOSENED_SILOED,
    STRICT_SILOED,
    Notebook,
    digest,
    noted,
    people,
    same_people,
    small_model,
    world_with,
)  # fmt: skip
from eventful import LIVELY, eventful

from sim import WEEK
from sim import metrics as measured
from sim import outcome as outcome_register
from sim.agents import Member
from sim.luck import decision, draws


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
