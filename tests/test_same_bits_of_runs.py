"""One run, the same bits: compiled or not, on one worker or two, copied, pickled or forked."""

import copy
import pickle

import joblib
import numpy as np
import pytest
from conftest import LOOSENED_HOLISTIC, STRICT_SILOED, digest, run_python, small_model, world_with
from eventful import ALL_DIFFERENT, LIVELY, PILOT, eventful

import sim
from sim import Policy
from sim.agents import Leader, Member, Staff


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
    code = "from test_same_bits_of_runs import digests; print(digests())"
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
