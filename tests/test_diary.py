"""A diary only looks, and tells what the rules did."""

import inspect

import numpy as np
import pandas as pd
import pytest
from conftest import digest, run_python, small_model, world_with

from experiments.words.telling import MANNERS, sentences
from sim import Policy
from sim import recording as series
from sim.diary import MemberDiary
from sim.diary_columns import ENTRY
from sim.luck import draws, normal
from sim.processes.encounters import ANSWER
from sim.quantities import OutOfRange
from sim.recording import LAPSE_REASONS
from sim.staff_diary import DepartmentDiary, StaffDiary

MIXED = Policy(
    strictness=0.4, routing=0.5, advice=0.3, solutions=0.4, information=0.5, promise=0.5, transparency=0.5, roles=0.8,
    cocreate_idea=0.5, vulnerability=0.6,
)  # fmt: skip
LIVELY = world_with(needs__requests=0.5, worklife__leaving=0.6, encounters__free_failure=0.3, trust__found_out=0.6)
WEEKS = 60


def organisation(**scenario):
    return small_model(policy=MIXED, world=LIVELY, **({"breach_week": 30, "shift_week": 40} | scenario))


@pytest.fixture(scope="module")
def everybody():
    """A model in which nobody joins, watched by a diary of each member, and the diaries."""
    model = organisation(off=["growth"])
    diaries = [MemberDiary(row).watch(model) for row in range(60)]
    model.run_for(WEEKS)
    return model, diaries


@pytest.fixture(scope="module")
def entries(everybody):
    return pd.concat([one.to_dataframe().assign(row=one.row) for one in everybody[1]], ignore_index=True)


def test_watching_changes_no_bit(everybody):
    model, _ = everybody
    alone = organisation(off=["growth"])
    alone.run_for(WEEKS)
    assert digest(model) == digest(alone)


def test_what_all_diaries_tell_is_what_the_organisation_counted(everybody, entries):
    counted = everybody[0].record.rows[:WEEKS].sum(axis=0)
    told = {
        series.PARTS: (entries["event"] == "answer").sum(),
        series.REQUESTS: entries["let_down"].notna().sum(),
        series.LET_DOWNS: (entries["let_down"] == True).sum(),  # noqa: E712  (missing is neither)
        series.COMPLAINTS: entries["complaint"].isin(["resolved", "unresolved"]).sum(),
        series.UNRESOLVED: (entries["complaint"] == "unresolved").sum(),
        series.HANDED_OFF: (entries["handed_on"] == True).sum(),  # noqa: E712
        series.FREE: (entries["manner"] == "discretion").sum(),
        series.ADVISED: (entries["advised"] == True).sum(),  # noqa: E712
        series.FOUND_OUT: (entries["found_out"] == True).sum(),  # noqa: E712
        series.DUE: (entries["event"] == "renewal").sum(),
        series.RENEWED: (entries["renewed"] == True).sum(),  # noqa: E712
    }
    assert {which: int(counted[which]) for which in told} == {which: int(many) for which, many in told.items()}
    assert counted[series.LET_DOWNS] > 5 and counted[series.REQUESTS] > 50


def test_a_diary_ends_where_the_columns_stand(everybody):
    """The rule of trust, asked again request by request, arrives at the very numbers of the model."""
    model, diaries = everybody
    members, asked = model.tables["members"], 0
    for one in diaries:
        frame = one.to_dataframe()
        judged = frame[frame["trust_after"].notna()]
        if len(judged):
            asked += 1
            assert judged["trust_after"].iloc[-1] == members["trust"][one.row]
        judged = judged[judged["belief_after"].notna()]
        assert (judged["let_down"] == True).sum() == members["let_downs"][one.row]  # noqa: E712
        if model.scenario.breach_week >= model.now and len(judged):
            assert judged["belief_after"].iloc[-1] == members["belief"][one.row]
    assert asked > 50


def test_answers_add_up(everybody, entries):
    """Fit and failure, found by looking, and the rule's own error make the quality that the model stored."""
    model, _ = everybody
    world = model.world.encounters
    whole = entries[(entries["event"] == "answer") & (entries["lost"] == False) & (entries["advised"] == False)]  # noqa: E712
    plain = whole[whole["manner"].isin(["standard", "solution"])]
    identity = model.tables["members"]["identity"]
    first = entries[entries["event"] == "answer"].groupby(["row", "week"])["request"].min()
    seen = set()
    for _, part in plain.iterrows():
        ordinal = int(2 * (part["request"] - first[part["row"], part["week"]]) + part["part"])
        error = draws(model.luck, ANSWER, int(part["week"]), int(identity[part["row"]]), 0, ordinal)[0]
        quality = part["fit"] + world.standard_error * normal(error)
        quality -= 0.0 if part["failure"] == "none" else world.failure_size
        assert quality == pytest.approx(part["quality"], abs=1e-12)
        seen.add((part["manner"], part["failure"]))
    assert {("standard", "none"), ("solution", "none")} < seen and len(seen) > 2
    assert set(whole["failure"]) == {"none", "put_right", "admitted", "covered_up"}
    assert (whole.loc[whole["failure"] == "put_right", "manner"] == "discretion").all()


def test_a_decision_is_the_sum_of_its_terms_and_of_its_luck(entries):
    due = entries[entries["event"] == "renewal"]
    names = "base from_belief from_bond from_grievance from_friends from_price from_outside from_contract".split()
    terms = due[names].astype(float)
    assert np.allclose(terms.sum(axis=1), due["odds"].astype(float), atol=1e-12)
    stays = (due["draw"] < due["chance"]) & ~due["forced"].astype(bool)
    assert (stays == due["renewed"].astype(bool)).all()
    assert len(due) > 40 and set(due["reason"]) - {""} <= set(LAPSE_REASONS)


def test_expected_renewals_are_the_chances_told(everybody):
    model, diaries = everybody
    told = [e["chance"] for one in diaries for e in one.entries if e["event"] == "renewal"]
    counted = model.record.rows[:WEEKS, series.EXPECTED].sum()
    assert sum(told) * (1.0 - model.base_fit.involuntary) == pytest.approx(counted, rel=1e-12)


def test_people_who_leave_are_missed_by_those_they_knew(everybody, entries):
    model, _ = everybody
    gone = entries[entries["event"] == "staff_left"]
    assert len(gone) > 0
    staff = model.tables["staff"]
    for _, entry in gone.iterrows():
        assert staff["left"][int(entry["staff"])] == entry["week"]
        assert entry["known_after"] <= entry["known_before"] + 1e-12


def test_breach_and_what_nobody_asked_for_are_told(entries):
    breach = entries[entries["event"] == "breach"]
    assert set(breach["week"]) == {30}
    assert np.allclose(breach["trust_after"].astype(float), 0.3 * breach["trust_before"].astype(float), atol=1e-6)
    assert set(entries.loc[entries["event"] == "latent", "domain"]) == {5.0, 6.0}
    assert set(entries.loc[entries["event"] == "jump", "week"]) == {40}


def test_a_diary_stops_when_the_member_leaves(everybody):
    _, diaries = everybody
    left = [one for one in diaries if any(e["event"] == "renewal" and not e["renewed"] for e in one.entries)]
    assert left
    for one in left:
        assert one.entries[-1]["event"] == "renewal"
        assert len(one.weeks) == one.entries[-1]["week"] + 1


def test_every_entry_can_be_said_and_has_only_known_columns(entries, everybody):
    for one in everybody[1]:
        for entry in one.entries:
            assert set(entry) <= set(ENTRY)
            said = sentences(entry, 5)
            assert said and all(text[0].isupper() and text.endswith(".") for text in said)
    spoken = {entry["manner"] for one in everybody[1] for entry in one.entries if entry["event"] == "answer"}
    assert set(MANNERS) <= spoken


def test_processes_may_be_off_and_nobody_else_can_be_watched():
    model = small_model(off=["trust", "renewals", "learning", "leadership"])
    told = MemberDiary(3).watch(model)
    model.run_for(20)
    assert len(told.weeks) == 20 and "let_down" not in {key for entry in told.entries for key in entry}
    model.tables["members"].scanned["alive"][5] = False
    for row in (5, 10_000, -1):
        with pytest.raises(OutOfRange, match=f"member={row} is not usable"):
            MemberDiary(row).watch(model)


def test_staff_and_departments_have_diaries_that_change_nothing():
    watched, alone = (small_model(policy=Policy()) for _ in range(2))
    watched.adopt(MIXED)
    alone.adopt(MIXED)
    person, place = StaffDiary(1).watch(watched), DepartmentDiary(1).watch(watched)
    for model in (watched, alone):
        model.run_for(30)
    assert digest(watched) == digest(alone)
    weeks, levers = person.to_dataframe(), place.to_dataframe()
    assert weeks["morale"].iloc[-1] == watched.tables["staff"]["morale"][1] or not weeks["employed"].iloc[-1]
    assert "enacted_strictness" in levers and "enacted_coverage" not in levers
    gap = (levers["enacted_strictness"] - levers["declared_strictness"]).abs()
    assert (gap.diff().dropna() <= 1e-12).all() and gap.iloc[0] > gap.iloc[-1]
    with pytest.raises(OutOfRange, match="staff=999"):
        StaffDiary(999).watch(watched)
    with pytest.raises(OutOfRange, match="department=9"):
        DepartmentDiary(9).watch(watched)


def test_plain_python_tells_the_same():
    def told():
        model = small_model(members=20, policy=MIXED, world=LIVELY)
        diaries = [MemberDiary(row).watch(model) for row in range(20)]
        model.run_for(8)
        return [entry for one in diaries for entry in one.entries]

    assert len(told()) > 20
    code = "\n".join(line.removeprefix("    ") for line in inspect.getsource(told).splitlines())
    given = "from conftest import small_model\nfrom test_diary import LIVELY, MIXED, MemberDiary\n"
    assert run_python(f"{given}{code}\nprint(told())", RELSIM_COMPILE="0") == str(told())


def test_contracts_and_returns_are_told_as_the_books_have_them():
    """Every decision follows its told chance, charges add up to those booked, and who comes back comes back in the diary."""
    model = small_model(
        120, policy=MIXED, world=world_with(returns__hurdle=0.0), contract_share=0.7, contract_years=3, cancel_charge=0.4, rng=3
    )  # fmt: skip
    diaries = [MemberDiary(row).watch(model) for row in range(120)]
    model.run_for(4 * 52)
    told = [entry for one in diaries for entry in one.entries]
    renewals = [entry for entry in told if entry["event"] == "renewal"]
    assert all(entry["renewed"] == (entry["draw"] < entry["chance"] and not entry["forced"]) for entry in renewals)
    bound = [entry for entry in renewals if entry["bound"]]
    assert len(bound) > 50 and all(entry["from_contract"] == pytest.approx(0.4) for entry in bound)
    charged = [entry for entry in renewals if entry["charge"] > 0.0]
    assert charged and all(entry["bound"] and not entry["renewed"] for entry in charged)
    back = [one for one in diaries if any(entry["event"] == "return" for entry in one.entries)]
    alive = model.tables["members"]["alive"]
    for one in diaries:
        leaving = sum(entry["event"] == "renewal" and not entry["renewed"] for entry in one.entries)
        returns = sum(entry["event"] == "return" for entry in one.entries)
        assert leaving - returns == (0 if alive[one.row] else 1)
    assert back
