"""The model is a Mesa model: what a Mesa user knows works on it, without a warning."""

import copy
import inspect
import math
import pickle

import mesa
import numpy as np
import pytest
from conftest import LOOSENED_HOLISTIC, PROCESSES, columns_of, differing, digest, run_python, small_model, world_with

from sim import WEEK, Policy, RelationshipModel, Scenario, process
from sim.agents import Contact, Leader, Member, Partner, Staff
from sim.quantities import OutOfRange

pytestmark = pytest.mark.filterwarnings("error")


def test_the_documented_example_runs_as_it_stands():
    model = RelationshipModel(policy=Policy(strictness=0.2), rng=7)
    model.run_for(52)
    assert isinstance(model, mesa.Model)
    assert len(model.members) > 1500
    assert 0.0 < model.members.agg("trust", np.mean) < 1.0
    assert 0.5 < model.metrics()["retention_rate"] < 1.0
    assert model.metrics()["members"] == len(model.members)


def test_a_fresh_python_runs_the_example_without_a_warning():
    printed = run_python(
        "from sim import Policy, RelationshipModel, Scenario\n"
        "model = RelationshipModel(Scenario(members=60), policy=Policy(strictness=0.2), rng=7)\n"
        "model.run_for(52)\n"
        "print(len(model.members), round(model.metrics()['retention_rate'], 3))"
    )
    model = small_model(policy=Policy(strictness=0.2), rng=7)
    model.run_for(52)
    assert printed == f"{len(model.members)} {model.metrics()['retention_rate']:.3g}"


def test_time_is_mesas_and_weeks_are_counted(model):
    assert (model.now, model.time) == (0, 0)
    model.run_for(10)
    model.step()
    assert (model.now, model.time) == (11, 11)
    assert len(model.record.to_dataframe(0, model.now)) == 11


def test_a_burn_in_of_no_weeks_is_one(model):
    before = digest(model)
    model.burn_in(0)
    small_model(burn_in=0).burn_in()
    assert digest(model) == before


def test_before_the_first_week_metrics_are_missing_not_wrong(model):
    measured = model.metrics()
    assert measured.pop("members") == 60
    assert all(math.isnan(measured[name]) for name in ("retention_rate", "margin", "value_surplus_mean", "queue_weeks"))


def test_members_and_staff_are_agent_sets(model):
    model.run_for(10)
    assert isinstance(model.members, mesa.agentset.AbstractAgentSet)
    ours = len(model.partners) + len(model.contacts)
    assert len(model.agents) == len(model.members) + len(model.staff) + len(model.leaders) + ours
    assert set(model.agents_by_type) == {Member, Staff, Leader, Partner, Contact}
    wary = model.members.select(lambda member: member.trust < 0.45)
    assert len(wary) == np.count_nonzero(model.members.column("trust") < 0.45)
    by_domain = model.members.groupby("main_domain").agg("trust", np.mean)
    assert set(by_domain) == set(range(5))
    assert model.members.sort("trust").get("trust") == sorted(model.members.get("trust"), reverse=True)
    model.members.do(lambda member: setattr(member, "trust", 0.5))
    assert model.members.agg("trust", [min, max]) == [0.5, 0.5]
    assert sorted(model.members.shuffle().get("identity")) == sorted(model.members.get("identity"))


def test_what_an_agent_is_told_the_rules_obey(model):
    """Writing to agents is writing to the state of the run, not to a copy."""
    model.members.set("next_request", np.inf)
    eager = next(iter(model.members))
    eager.next_request = 0.5
    eager.request_rate = 1.0
    model.run_for(4)
    assert eager.answers >= 1
    assert model.members.agg("answers", sum) == eager.answers


def test_a_data_collector_follows_a_run(model):
    collector = mesa.DataCollector(
        model_reporters={"trust": lambda model: model.members.agg("trust", np.mean), "members": lambda m: len(m.members)},
        agenttype_reporters={Member: {"trust": "trust", "answers": "answers"}, Staff: {"morale": "morale"}},
    )
    for _ in range(6):
        model.step()
        collector.collect(model)
    weekly = collector.get_model_vars_dataframe()
    record = model.record.to_dataframe(0, 6)
    np.testing.assert_allclose(weekly["trust"], record["trust_mean"])
    assert weekly["members"].tolist() == record["members"].tolist()
    assert len(collector.get_agenttype_vars_dataframe(Member)) == record["members"].sum()
    assert collector.get_agenttype_vars_dataframe(Staff)["morale"].between(-3, 3).all()


@pytest.mark.parametrize("twin_of", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))], ids=["copy", "pickle"])
def test_a_twin_is_a_model_of_its_own(model, twin_of):
    model.run_for(5)
    first = next(iter(model.members))
    twin = twin_of(model)
    other = next(iter(twin.members))
    other.trust = 0.123
    assert first.trust != 0.123
    assert other.model is twin
    assert first.unique_id == other.unique_id
    twin.run_for(3)
    assert (model.now, twin.now) == (5, 8)


class Neighbour(mesa.Agent):
    """Somebody of a student's own, without a row in any table: cheers up one member a week."""

    def __init__(self, model):
        super().__init__(model)
        self.visits = 0

    def step(self):
        member = self.random.choice(list(self.model.members))
        member.trust = min(1.0, member.trust + 0.01)
        self.visits += 1


def test_a_plain_mesa_process_can_be_part_of_the_week(model):
    neighbours = [Neighbour(model) for _ in range(3)]

    def neighbourly(model):
        model.agents.select(agent_type=Neighbour).do("step")

    model.week.insert(PROCESSES.index("renewals"), neighbourly)
    without_them = small_model()
    for each in (model, without_them):
        each.run_for(30)
    assert [neighbour.visits for neighbour in neighbours] == [30] * 3
    assert model.members.agg("trust", np.mean) > without_them.members.agg("trust", np.mean)
    ours = len(model.partners) + len(model.contacts)
    assert len(model.agents) == len(model.members) + len(model.staff) + len(model.leaders) + ours + 3
    assert model.metrics().keys() == without_them.metrics().keys()


def test_a_process_of_agents_with_a_step_of_their_own():
    class Forgetful(Member):
        """A member who forgives every week."""

        def step(self):
            self.grievance = -1
            self.forgiven = getattr(self, "forgiven", 0) + 1

    model = small_model(policy=Policy(strictness=0.0), world=world_with(encounters__free_failure=0.3))
    friends = [Forgetful(model, request_rate=1.0, uncertainty=1.0, voice=1.0, commitment=9.0) for _ in range(4)]
    model.week.append(lambda model: model.members.select(agent_type=Forgetful).do("step"))
    model.run_for(40)
    assert all(friend.forgiven == 40 and friend.grievance == -1 for friend in friends)
    assert sum(friend.complaints for friend in friends) > 0


def test_a_subclass_with_a_step_around_ours():
    class Watched(RelationshipModel):
        """Counts what Mesa calls."""

        def __init__(self, **settings):
            super().__init__(Scenario(members=60), **settings)
            self.steps_seen = 0

        def step(self):
            super().step()
            self.members.do(lambda member: None)
            self.steps_seen += 1

    watched, plain = Watched(rng=3), small_model()
    for model in (watched, plain):
        model.run_for(12)
    assert watched.steps_seen == 12
    assert differing(watched, plain) == set()


def test_a_process_is_a_function_with_a_name_and_a_sentence():
    calls = []
    extra = process(lambda model: calls.append(model.now), "extra", "does nothing else")
    model = small_model(week=[*WEEK, extra])
    model.run_for(3)
    assert calls == [0, 1, 2]
    plain = small_model()
    plain.run_for(3)
    assert differing(model, plain) == set()


def test_a_member_may_come_and_go_by_hand(model):
    guest = Member(model, request_rate=2.0, trust=0.8, uncertainty=1.0)
    model.run_for(8)
    assert guest in model.members and guest.answers > 0
    assert guest.identity not in model.tables["members"]["identity"][:60]
    guest.remove()
    answers, left = guest.answers, model.now
    model.run_for(8)
    assert guest not in model.members
    assert (guest.answers, guest.left, guest.alive) == (answers, left, False)


def test_somebody_of_the_staff_removed_by_hand_is_replaced_and_answers_nobody(model):
    gone = next(iter(model.staff))
    gone.remove()
    before = model.tables["staff"]["worked"][gone.row]
    seen = []
    model.week.append(lambda model: seen.extend(model.cases["server"].tolist()))
    model.run_for(26)
    assert gone.row not in seen
    assert model.tables["staff"]["worked"][gone.row] == before
    assert model.seats[gone.post] >= 0
    assert len(model.staff) == 5


def test_all_settings_may_be_left_out_and_have_names():
    parameters = inspect.signature(RelationshipModel).parameters
    assert all(parameter.default is not inspect.Parameter.empty for parameter in parameters.values())
    assert {"scenario", "world", "policy", "rng"} <= set(parameters)


@pytest.mark.parametrize("setting", [{"rng": -1}, {"rng": 2**32}, {"replicate": 0.5}, {"rng": "7"}])
def test_a_seed_that_cannot_be_used_is_refused_in_one_sentence(setting):
    with pytest.raises(OutOfRange, match="is not usable: give a whole number from 0 to 4294967295"):
        small_model(**setting)


def test_a_model_forked_to_another_policy_stays_a_mesa_model(model):
    model.run_for(10)
    first = next(iter(model.members))
    arm = model.fork(LOOSENED_HOLISTIC)
    arm.run_for(10)
    assert arm.policy == LOOSENED_HOLISTIC and model.policy == Policy()
    assert next(iter(arm.members)) is not first
    assert arm.time == arm.now == 20
    assert columns_of(arm)["members", "identity"][:60].tolist() == list(range(60))
