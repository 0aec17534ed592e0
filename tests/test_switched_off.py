"""A process that is switched off is not called, and what only it writes stays as it was."""

import dataclasses

import numpy as np
import pytest
from conftest import LOOSENED_HOLISTIC, PROCESSES, Notebook, columns_of, small_model, without

from sim import WEEK, Policy
from sim.agents import Case, Member, Staff, Tie
from sim.metrics import METRICS
from sim.quantities import OutOfRange

KINDS = {"members": Member, "staff": Staff, "ties": Tie}
WEEKS = 30


def test_every_column_is_owned_by_a_process_or_by_founding():
    owners = {column.owner for kind in (*KINDS.values(), Case) for column in kind.columns.values()}
    assert owners <= {*PROCESSES, "founding"}


def watched(model, called):
    """The week of a model with a note of every process that is called."""

    def noted(entry):
        return lambda model: (called.append(entry.name), entry(model))

    model.week = [noted(entry) for entry in model.week]


@pytest.mark.parametrize("off", PROCESSES)
def test_a_process_that_is_off_is_not_called_and_its_columns_stay(off):
    model = small_model(off=[off], policy=Policy(strictness=0.5, routing=0.5))
    called = []
    watched(model, called)
    before = columns_of(model)
    model.run_for(WEEKS)
    assert called == [name for name in PROCESSES if name != off] * WEEKS
    after = columns_of(model)
    for (table, name), cells in before.items():
        if KINDS[table].columns[name].owner == off:
            assert after[table, name][: len(cells)].tobytes() == cells.tobytes(), f"{table}.{name}"


@pytest.mark.parametrize("on", PROCESSES)
def test_a_process_alone_writes_no_column_that_is_anothers(on):
    """Newcomers apart, whose rows are filled when they come."""
    model = small_model(off=without(on))
    before = columns_of(model)
    model.run_for(WEEKS)
    for (table, name), cells in before.items():
        if KINDS[table].columns[name].owner != on and (table, name) != ("members", "needs"):
            assert columns_of(model)[table, name][: len(cells)].tobytes() == cells.tobytes(), f"{table}.{name}"


@pytest.mark.parametrize("place", range(len(PROCESSES)), ids=PROCESSES)
def test_with_all_on_each_process_writes_only_columns_it_owns(place):
    """Looked at just before and just after its turn, in a running organisation."""
    model = small_model(policy=LOOSENED_HOLISTIC, rng=5)
    model.run_for(20)
    entry = model.week[place]
    for _ in range(60):
        for other in model.week[:place]:
            other(model)
        before = columns_of(model)
        entry(model)
        after = columns_of(model)
        for (table, name), cells in before.items():
            owner = KINDS[table].columns[name].owner
            if owner not in (entry.name, "founding"):
                assert after[table, name][: len(cells)].tobytes() == cells.tobytes(), f"{table}.{name} is {owner}'s"
        for other in model.week[place + 1 :]:
            other(model)
        model.now += 1
        model.renewed_count, model.first_newcomer = 0, model.tables["members"].count
        model.cases.count = 0


@pytest.mark.parametrize("off", PROCESSES)
def test_metrics_of_a_process_that_is_off_are_absent(off):
    model = small_model(off=[off])
    model.run_for(60)
    measured = model.metrics()
    assert {name for name, metric in METRICS.items() if metric.process == off}.isdisjoint(measured)
    assert {name for name, metric in METRICS.items() if metric.process != off} <= set(measured)
    assert ("survival_year_1" in measured) == (off != "renewals")


def test_with_everything_off_nothing_happens():
    model = small_model(off=list(PROCESSES))
    before = columns_of(model)
    model.run_for(60)
    assert model.metrics() == {}
    after = columns_of(model)
    assert {place for place in before if before[place].tobytes() != after[place].tobytes()} == set()
    assert model.now == 60


def test_all_processes_do_something():
    """Without this, the tests above would pass on processes that do nothing."""
    model = small_model(200, policy=Policy(strictness=0.5, routing=0.5))
    before = columns_of(model)
    model.run_for(WEEKS)
    after = columns_of(model)
    changed = {
        KINDS[table].columns[name].owner
        for (table, name), cells in before.items()
        if after[table, name][: len(cells)].tobytes() != cells.tobytes()
    }
    assert changed >= {*PROCESSES} - {"growth"}
    assert len(after["members", "alive"]) > len(before["members", "alive"])


@pytest.mark.parametrize(("out", "column"), [("trust", "worth"), ("encounters", "quality"), ("encounters", "gift")])
def test_a_process_taken_out_on_the_way_leaves_no_results_of_last_week_behind(out, column):
    """The table of cases is emptied every week: nobody may be credited with what somebody else once got."""
    model = small_model(policy=Policy(strictness=0.3))
    model.run_for(10)
    model.week = [entry for entry in model.week if entry.name != out]
    notebook = Notebook(column)
    model.week.append(notebook)
    model.run_for(3)
    assert len(notebook.column(column)) > 5
    assert not notebook.column(column).any()


def test_an_unknown_process_is_named():
    with pytest.raises(OutOfRange, match="no process: choose from needs, routing"):
        small_model(off=["need"])


def test_the_week_is_in_the_order_in_which_one_thing_leads_to_another():
    assert [entry.name for entry in WEEK] == [
        "needs", "routing", "encounters", "trust", "learning", "worklife", "renewals", "growth", "accounts",
    ]  # fmt: skip
    assert all(entry.about for entry in WEEK)
    with pytest.raises(dataclasses.FrozenInstanceError):
        WEEK[0].name = "other"
    assert len(np.unique(PROCESSES)) == len(PROCESSES)
