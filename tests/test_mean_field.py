"""The mean-field twin: averages where the model has ties and persons, and nothing of it where it is off."""

import numpy as np
from conftest import LOOSENED_HOLISTIC, digest, run_python, small_model, world_with

from sim import recording as series
from sim.processes.bonds import average_ties, combined_bond
from sim.processes.friendships import surroundings

BUSY = {"worklife__leaving": 0.6, "hiring__vacancy": 2, "needs__requests": 0.4, "growth__prospects": 2.0}


def twin(weeks=60, members=80, **more):
    model = small_model(members, policy=LOOSENED_HOLISTIC, world=world_with(**BUSY), members_per_post=6, mean_field=1, **more)
    model.run_for(weeks)
    return model


def twin_digest() -> str:
    return digest(twin(25, 50))


def test_the_average_tie_is_the_mean_over_members_of_a_year_or_more():
    model = twin()
    members, tables, staff = model.tables["members"], model.tables, model.tables["staff"].rows
    alive = members["alive"]
    rows = [row for row in np.flatnonzero(alive).tolist() if model.now + 1 - int(members["joined"][row]) >= 52]
    bonds = [combined_bond(tables["ties"].rows, row, staff, model.now, model.given) for row in rows]
    around = [surroundings(tables["friendships"].rows, members.rows, members.scanned["alive"], row, model.now, model.given) for row in rows]
    found = average_ties(
        members.rows, members.scanned["alive"], members.count, tables["ties"].rows, tables["friendships"].rows, staff,
        model.now, model.given,
    )  # fmt: skip
    np.testing.assert_allclose(found, (np.mean(bonds), np.mean(around)), atol=1e-8)


def test_all_who_are_due_in_a_week_decide_with_the_same_bond():
    rows = twin().record.rows
    due = rows[:60, series.DUE] > 1
    assert due.any()
    means = rows[:60, series.DUE_BOND][due] / rows[:60, series.DUE][due]
    assert len(np.unique(means.round(9))) > 3, "the average moves from week to week"


def test_work_is_shared_in_a_department_and_none_is_lost():
    model = twin()
    staff = model.tables["staff"]
    for _ in range(20):
        before = [entry for entry in model.week if entry.name in ("needs", "leadership", "routing")]
        model.cases.count = 0
        for entry in before:
            entry(model)
        alive = staff["alive"]
        needed = sum(int(seconds) for seconds in model.cases["seconds"][: model.cases.count])
        needed += int(staff["aftermath"][alive].sum()) + int(staff["joint"][alive].sum())
        assert int(staff["demand"][alive].sum()) == needed
        for unit in range(model.departments):
            own = alive & (staff["department"] == unit)
            if own.any():
                assert np.ptp(staff["demand"][own]) <= 1
                assert np.ptp(staff["standard"][own]) < 1e-3, "a second of work more or less"
                np.testing.assert_allclose(model.averages[unit]["ability"], staff["ability"][own].mean())
        model.now += 1


def test_there_are_no_averages_where_the_twin_is_off():
    model = small_model(30)
    model.run_for(3)
    assert len(model.averages) == 0


def test_the_twin_gives_the_same_bits_compiled_or_not():
    code = "from test_mean_field import twin_digest; print(twin_digest())"
    compiled, plain = (run_python(code, RELSIM_COMPILE=mode) for mode in "10")
    assert compiled == plain
