"""Policies over time from files: what is declared where and when, refused in one line, and said in words."""

from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments import door
from experiments.board_report import tables
from experiments.notebook import compare_in_memory, load
from experiments.runs.comparison import Comparison
from experiments.settings.composing import request_of
from experiments.settings.folders import config_folders, names
from experiments.settings.guard import WrongRequest
from experiments.settings.policies import load_policies, load_policy, plain_policy, policy_from, stacked, with_levers
from experiments.settings.schema import CompareRequest
from experiments.sweeps.plan import read_plan
from experiments.words.lever_words import LEVER_WORDS, introduction, lever, over_time
from experiments.words.wording import METRIC_WORDS
from sim import Policy, Scenario
from sim.metrics import METRICS
from sim.policy import LEVERS, policy_rows
from sim.quantities import OutOfRange, described
from sim.timeline import Step, Timeline, as_timeline

FOLDERS = config_folders()


@pytest.fixture
def own(tmp_path):
    """Write policy files of one's own; gives the folders to search."""

    def write(**files):
        (tmp_path / "policy").mkdir(exist_ok=True)
        for name, text in files.items():
            (tmp_path / "policy" / f"{name}.yaml").write_text(text, encoding="utf-8")
        return [*FOLDERS, tmp_path]

    return write


def declared(policy: Timeline, week: int, lever: str, departments: int = 5) -> list[float]:
    """A lever in every department, so many weeks after a switch from the conventional organisation."""
    return policy.declared(policy_rows([Policy()] * departments), week)[lever].tolist()


def test_a_file_without_a_timeline_is_a_policy_and_one_with_it_a_timeline():
    for name in names("policy", FOLDERS):
        has = "timeline:" in (FOLDERS[0] / "policy" / f"{name}.yaml").read_text(encoding="utf-8")
        assert isinstance(load_policy(name), Timeline if has else Policy), name
    assert isinstance(load_policy("pilot_in_two_departments"), Timeline)


def test_the_top_holds_from_the_switch_and_entries_come_on_top_of_it():
    policy = policy_from(
        {"why": 0.6, "timeline": [{"week": 10, "strictness": 0.4}, {"week": 20, "over": 4, "routing": 1.0}]}
    )
    assert [step.week for step in policy.steps] == [0, 10, 20]
    assert policy.policy == Policy(why=0.6, strictness=0.4, routing=1.0)
    assert declared(policy, 0, "why") == [0.6] * 5
    assert declared(policy, 9, "strictness") == [0.8] * 5 and declared(policy, 10, "strictness") == [0.4] * 5
    assert declared(policy, 20, "routing") == pytest.approx([0.4] * 5)  # a quarter of the way from .2 to 1
    assert declared(policy, 23, "routing") == [1.0] * 5


def test_a_pilot_stays_where_it_is_until_it_is_rolled_out():
    policy = load_policy("pilot_in_two_departments")
    assert declared(policy, 25, "strictness") == pytest.approx([0.3, 0.3, 0.8, 0.8, 0.8])
    assert declared(policy, 12, "strictness") == pytest.approx([0.55, 0.55, 0.8, 0.8, 0.8])
    assert declared(policy, 103, "strictness") == pytest.approx([0.3, 0.3, 0.8, 0.8, 0.8])
    assert declared(policy, 156, "strictness") == pytest.approx([0.3] * 5)


def test_leaders_are_replaced_once_by_the_entry_that_says_so():
    timeline = [{"week": 0, "departments": [1]}, {"week": 52}, {"week": 60, "replace_leaders": 0.6, "departments": [2]}]
    policy = policy_from({"replace_leaders": 0.6, "timeline": timeline})
    assert [step.policy.replace_leaders for step in policy.steps] == [0.6, 0.0, 0.6]
    assert policy_from(plain_policy(policy)) == policy
    policy = policy_from({"replace_leaders": 0.6, "timeline": [{"week": 9, "replace_leaders": 0.6}]})
    assert [step.policy.replace_leaders for step in policy.steps] == [0.6, 0.6]


def test_a_pilot_among_staff_is_coverage():
    policy = load_policy("pilot_among_some_staff")
    assert declared(policy, 0, "coverage") == [0.2] * 5
    assert declared(policy, 156, "coverage") == [1.0] * 5


ENTRY = st.fixed_dictionaries(
    {"week": st.integers(0, 300)},
    optional={
        "over": st.integers(0, 60),
        "departments": st.lists(st.integers(0, 4), min_size=1, max_size=3),
        "strictness": st.floats(0, 1),
        "selectivity": st.integers(1, 8),
        "replace_leaders": st.sampled_from([0.0, 0.5]),
    },
)


@settings(max_examples=50, deadline=None)
@given(st.lists(ENTRY, min_size=1, max_size=5), st.integers(0, 400))
def test_what_is_written_is_read_again(entries, week):
    values = {"why": 0.5, "timeline": sorted(entries, key=lambda entry: entry["week"])}
    try:
        policy = policy_from(values)
    except WrongRequest as error:
        assert "changes nothing" in str(error)
        return
    again = policy_from(plain_policy(policy))
    for name in ("strictness", "selectivity", "why"):
        assert declared(policy, week, name) == (
            declared(again, week, name) if isinstance(again, Timeline) else [getattr(again, name)] * 5
        )
    assert policy_from(yaml.safe_load(yaml.safe_dump(plain_policy(policy)))) == again


@pytest.mark.parametrize(
    ("timeline", "message"),
    [
        ("timeline:", "timeline=null is not usable: give a list"),
        ("timeline: []", "give a list of 1 to"),
        ("timeline: {week: 5}", "give a list"),
        ("timeline: [5]", r"timeline\[0\]=5 is not usable"),
        ("timeline: [{strictness: 0.5}]", r"timeline\[0\] lacks its week"),
        ("timeline: [{week: -1, why: 1}]", r"timeline\[0\].week=-1 is not usable: .* from 0 to 1040"),
        ("timeline: [{week: 2.5, why: 1}]", r"timeline\[0\].week=2.5 is not usable: give a whole number"),
        ("timeline: [{week: 5, over: 2000, why: 1}]", r"timeline\[0\].over=2000"),
        ("timeline: [{week: 5, strictness: 2}]", r"timeline\[0\].strictness=2 is not usable: .* from 0 to 1"),
        ("timeline: [{week: 5, strictness: yes please}]", r"timeline\[0\].strictness=yes please"),
        ("timeline: [{week: 5, strictnes: 0.5}]", r"did you mean policy.timeline\[0\].strictness"),
        ("timeline: [{week: 5, departement: [1]}]", r"did you mean policy.timeline\[0\].departments"),
        ("timeline: [{week: 5, departments: 1, why: 1}]", r"departments=1 is not usable: give a list"),
        ("timeline: [{week: 5, departments: [], why: 1}]", r"departments=\[\] is empty"),
        ("timeline: [{week: 5, departments: [40], why: 1}]", "number departments from 0 to 39"),
        ("timeline: [{week: 5, departments: [true], why: 1}]", "give a whole number"),
        ("timeline: [{week: 5}]", "changes nothing"),
        ("timeline: [{week: 0}, {week: 9}]", r"timeline\[1\] changes nothing"),
        ("timeline: [{week: 9, why: 1}, {week: 5, why: 0}]", r"timeline\[1\].week=5 comes before week 9"),
    ],
)
def test_wrong_timelines_are_refused_in_one_line_that_names_the_file(own, timeline, message):
    with pytest.raises(WrongRequest, match=message) as refused:
        load_policy("mine", own(mine=timeline + "\n"))
    assert str(refused.value).endswith("mine.yaml)") and "\n" not in str(refused.value)


def test_stacking_with_a_timeline_is_refused_where_it_is_ambiguous(own):
    folders = own(
        later="why: 0.5\ntimeline:\n  - {week: 52, strictness: 0.1}\n",
        slow="why: 0.5\ntimeline:\n  - {week: 0, over: 52}\n",
    )
    both = load_policy(["later", "holistic"], folders)
    assert both.steps[0].policy == replace(Policy(), why=0.5, routing=1.0, information=1.0)
    assert both.policy == replace(both.steps[0].policy, strictness=0.1)
    assert load_policy(["slow", "slow"], folders) == load_policy("slow", folders)
    for bundles, message in (
        (["later", "strict"], "strict sets strictness, which the timeline of later changes"),
        (["holistic", "slow"], "says how its own levers are introduced"),
        (["later", "slow"], "later and slow both have a timeline"),
    ):
        with pytest.raises(WrongRequest, match=message):
            stacked(bundles, folders)


def test_departments_and_reference_must_go_with_the_scenario(own):
    folders = own(far="timeline: [{week: 0, departments: [7]}]\n")
    with pytest.raises(WrongRequest, match=r"department 7, but scenario.departments=5: number them from 0 to 4"):
        load_policies(["conventional", "far"], folders, Scenario())
    assert load_policies(["conventional", "far"], folders, Scenario(departments=8))
    with pytest.raises(WrongRequest, match="reference=humble_start has a timeline"):
        request_of("compare", ["reference=humble_start"], CompareRequest, FOLDERS)


def test_levers_are_set_at_every_step():
    policy = with_levers(load_policy("pilot_in_two_departments"), {"guardrail": 1.0})
    assert {step.policy.guardrail for step in policy.steps} == {1.0}
    again = with_levers(policy, {"replace_leaders": 0.5})
    assert [step.policy.replace_leaders for step in again.steps] == [0.5, 0.0]
    assert with_levers(Policy(), {"guardrail": 1.0}) == Policy(guardrail=1.0)


def test_every_lever_and_metric_has_words():
    assert set(LEVER_WORDS) == set(LEVERS)
    assert len(set(LEVER_WORDS.values())) == len(LEVERS)
    new = "staff_alignment alignment_apart cross_department_ties policy_gap posts latent_needs_met latent_knowledge "
    new += (
        "offer_misfit launches covered_up support_clique sympathy_group affinity_group active_network "
        "ties_weekly ties_monthly ties_half_yearly ties_yearly contacts_with_closest"
    )
    assert set(new.split()) <= set(METRIC_WORDS) & set(METRICS)


@pytest.mark.parametrize("name", LEVERS)
def test_a_lever_in_words_says_what_its_number_means(name):
    what = described(Policy)[name]
    words, value = lever(name, getattr(Policy(), name))
    if what.unit.startswith("share") or what.unit == "weight":
        assert value.endswith(" %")
    elif ".." in what.unit:
        assert words.endswith(")") and "(0 " in words and ", 1 " in words
    else:
        assert what.unit.lower() in words.lower()
    assert "_" not in words + value


def test_timelines_in_words():
    assert introduction(plain_policy(Policy())) == "at once"
    assert introduction(plain_policy(load_policy("pilot_in_two_departments"))) == (
        "from the switch over 26 weeks in departments 0 and 1; from week 104 over 52 weeks everywhere"
    )
    values = plain_policy(load_policy("hire_on_values_then_loosen"))
    assert introduction(values) == "at once; from week 104 over 52 weeks: 1 further change"
    assert over_time("strictness", values)[1] == "80 %, from week 104 over 52 weeks 30 %"


def test_the_table_of_rules_shows_what_differs_and_counts_the_rest():
    wanted = ["conventional", "pervasive", "pilot_in_two_departments"]
    policies = {name: plain_policy(policy) for name, policy in load_policies(wanted).items()}
    made = load_comparison(policies)
    table = tables.rules(made)
    first = [row[0] for row in table["rows"]]
    assert first[0] == "When it comes" and not any(word.startswith("Coverage") for word in first)
    differ = {lever for lever in LEVERS if len({str(values[lever]) for values in policies.values()}) > 1}
    hours = sum(lever.startswith("hours_") for lever in differ)
    assert len(first) == 1 + len(differ) - hours + 1 and len(set(first)) == len(first)
    assert f"cell: as in the reference. {len(LEVERS) - len(differ)} other rules" in table["about"]
    filled = {row[0]: row[1:] for row in table["rows"]}
    assert filled["Cases answered by the standard, not by judgement"] == ["80 %", "40 %", "30 %"]
    assert filled["Failures admitted to the member"] == ["50 %", "90 %", ""]
    without = tables.rules(load_comparison({name: policies[name] for name in wanted[:2]}))
    assert "When it comes" not in [row[0] for row in without["rows"]]


def load_comparison(policies: dict) -> Comparison:
    """A comparison that is nothing but its policies."""
    runs = pd.DataFrame({"policy": list(policies), "replicate": 0})
    return Comparison(runs=runs, manifest={"reference": "conventional", "policies": policies})


def test_a_comparison_with_timelines_runs_and_remembers_them():
    made = compare_in_memory(
        ["pilot_in_two_departments", "loosened_holistic"],
        "scenario.members=120", "scenario.burn_in=52", "years=1", "replicates=2", "preliminary=1", "engine.workers=1",
    )  # fmt: skip
    assert (made.runs["status"] == "ok").all()
    assert made.runs["run_id"].nunique() == len(made.runs) == 6
    known = made.comparison.manifest["policies"]["pilot_in_two_departments"]
    assert policy_from(known) == load_policy("pilot_in_two_departments")
    model = load("policy=pilot_in_two_departments", "scenario.members=120", "scenario.burn_in=0")
    model.run_for(40)
    assert np.asarray(model.declared["strictness"]) == pytest.approx([0.3, 0.3, 0.8, 0.8, 0.8])
    assert np.asarray(model.enacted["strictness"])[2:] == pytest.approx(0.8)
    assert np.asarray(model.enacted["strictness"])[:2].max() < 0.8


def test_a_timeline_of_one_entry_without_time_is_the_policy_itself():
    assert plain_policy(Timeline((Step(Policy(why=1.0)),))) == asdict(Policy(why=1.0))


@pytest.mark.parametrize("name", ["latent_shift", "damaged"])
def test_scenarios_inherit_the_association_with_its_fit(name):
    base = request_of("compare", [], CompareRequest, FOLDERS).scenario
    made = request_of("compare", [f"scenario={name}"], CompareRequest, FOLDERS).scenario
    assert made.name == name and made.line == base.line
    own = {"latent_shift": ("shift_week", "shift_size", "shift_share"), "damaged": ("breach_week", "breach")}[name]
    own += ("compared_by", "story", "shows")
    assert replace(made, name=base.name, **{field: getattr(base, field) for field in own}) == base
    assert made.shift_week in (-1, made.burn_in + 52) and made.breach_week in (-1, made.burn_in - 1)


def test_a_sweep_runs_timelines_and_its_plan_remembers_them(tmp_path):
    words = [
        "sweep", "policies=[pilot_in_two_departments]", "design.vary=[policy.guardrail:0:1]", "scenario.members=40",
        "scenario.burn_in=4", "years=1", "replicates=1", "engine.workers=1", f"out={tmp_path / 'made'}",
    ]  # fmt: skip
    assert door.main(words) == 0
    plan = read_plan(*((tmp_path / "made" / name).read_bytes() for name in ("plan.json", "points.parquet")))
    assert plan.cells.policies["pilot_in_two_departments"] == load_policy("pilot_in_two_departments")
    runs = pd.read_parquet(tmp_path / "made" / "runs.parquet")
    assert (runs["status"] == "ok").all() and runs["margin"].nunique() == 2


@pytest.mark.parametrize("wrong", ["loosened_holistic", None, {"strictness": 0.5}])
def test_what_is_no_policy_is_refused_in_words(wrong):
    with pytest.raises(OutOfRange, match="is no policy"):
        as_timeline(wrong)
