"""A process that is switched off is not called, and what only it writes stays as it was."""


import dataclasses

import numpy as np
import pytest
from conftest import LOOSENED_HOLISTIC, PROCESSES, Notebook, arrays_of, columns_of, small_model, without, world_with

import sim
from sim import WEEK, Policy
from sim.agents import Contact, Leader, Member, Partner, Staff
from sim.metrics import METRICS
from sim.quantities import OutOfRange
from sim.rows import Case, Circle, Community, Department, Friendship, Origin, PartnerTie, Project, Rival, Tie

KINDS = {
    "members": Member, "ties": Tie, "staff": Staff, "leaders": Leader, "departments": Department, "projects": Project,
    "friendships": Friendship, "circles": Circle, "community": Community, "forum": Circle, "origins": Origin,
    "rivals": Rival,
    "partners": Partner, "contacts": Contact, "partner_ties": PartnerTie,
}  # fmt: skip
# Where posts close their holders have to go: hiring does it once a year where posts follow members, budget where they
# follow results. Both hand on work that waits, and worklife does when somebody leaves.
SHARED = {
    **{("staff", name): {"hiring", "budget"} for name in ("alive", "left", "post")},
    ("staff", "backlog"): {"worklife", "hiring", "budget"},
    # Requests that peers answer are taken out of the table; the others move up.
    **{("cases", name): {"community"} for name in Case.columns},
    ("cases", "advising"): {"routing", "community"},  # routing draws whether it may come to advice; the answer decides
    # Accounts add what serving a member cost; who looks at it starts anew.
    ("members", "served"): {"selection"},
    # A conversation teaches, moves trust and is a contact, as an answer is; guests of a meeting get to know each other.
    ("members", "trust"): {"selection", "communication", "keeping_in_touch", "keeping", "innovation", "brand"},
    **{("members", name): {"communication", "keeping_in_touch"} for name in ("estimate", "uncertainty", "holder")},
    **{("ties", name): {"communication"} for name in ("staff", "since")},
    ("ties", "contacts"): {"communication", "keeping_in_touch"},
    **{("ties", name): {"communication", "keeping_in_touch", "keeping"} for name in ("bond", "last_contact")},
    **{("friendships", name): {"communication"} for name in ("other", "since")},
    # Calls take up complaints and refresh ties; whoever takes part in development is moved by what comes of it; campaigns,
    # referrals and a name shape newcomers, whose rows are new; whoever comes back is the same person again.
    ("members", "expectation"): {"brand"}, ("members", "grievance"): {"keeping"},
    **{("members", name): {"returns"} for name in ("alive", "left", "lapse", "next_request")},
    **{("members", name): {"accounts", "renewals"} for name in ("value_member", "value_organisation")},
    ("rivals", "customers"): {"renewals"},  # whoever leaves goes to one of them
}
OWNERS = {  # what a model keeps beside its tables
    "trend": {"needs"}, "centre": {"needs"}, "expressed": {"needs"}, "vision": {"leadership"}, "offer": {"innovation"},
    "reputation": {"growth"}, "against": {"referrals"}, "credit": {"brand"},
    "enacted": {"leadership"}, "declared": set(), "opened": {"hiring", "budget"},
    "seats": {"worklife", "hiring", "budget"}, "vacant_since": {"worklife", "hiring", "budget"}, "applicants": {"hiring"},
    "known_offer": {"communication"}, "averages": {"routing"}, "reach_of_partners": {"partners"},
}  # fmt: skip
WEEKS = 30
COMMUNITY = {"community_week": 5, "community_imitation": 0.3, "community_innovation": 0.02, "outsiders": 300}


def test_every_column_is_owned_by_a_process_or_by_founding():
    owners = {column.owner for kind in (*KINDS.values(), Case) for column in kind.columns.values()}
    assert owners <= {*PROCESSES, "founding"}
    assert set(arrays_of(small_model())) == set(OWNERS)


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
        if KINDS[table].columns[name].owner != on:
            assert columns_of(model)[table, name][: len(cells)].tobytes() == cells.tobytes(), f"{table}.{name}"


def written(model, weeks):
    """What each process changes in rows and arrays that are there before its turn: (process, place), place a column or array.

    Newcomers' rows are filled by whoever lets them in.
    """
    found = set()

    def watch(entry):
        def step(model):
            columns, arrays = columns_of(model), arrays_of(model)
            cases = {name: model.cases[name].copy() for name in Case.columns}
            entry(model)
            after = columns_of(model)
            found.update((entry.name, place) for place, cells in columns.items()
                         if after[place][: len(cells)].tobytes() != cells.tobytes())  # fmt: skip
            after = arrays_of(model)
            found.update((entry.name, name) for name in arrays if after[name].tobytes() != arrays[name].tobytes())
            if entry.name != "needs":
                found.update((entry.name, ("cases", name)) for name in cases
                             if model.cases[name].tobytes() != cases[name].tobytes())  # fmt: skip

        return step

    model.week = [watch(entry) for entry in model.week]
    model.run_for(weeks)
    return found


@pytest.mark.parametrize("follow", [False, True], ids=["posts follow results", "posts follow members"])
def test_with_all_on_each_process_writes_only_columns_it_owns(follow):
    """Looked at just before and just after its turn, in a running organisation in which posts open and close."""
    world = world_with(
        budget__response=4.0, budget__lag=4, budget__most=0.5, worklife__leaving=0.6, leadership__leaving=0.6,
        leadership__search_weeks=2, hiring__vacancy=1, accounts__material=0.1,
    )  # fmt: skip
    policy = dataclasses.replace(
        LOOSENED_HOLISTIC, innovation=0.5, cocreate_idea=0.5, cocreate_development=0.5, drop_unprofitable=0.5, advice=0.5,
        community_fight=0.5, community_copy=0.5, community_observe=0.5, community_host=0.5, community_paid=0.5,
        relationship_money=0.5, claim=0.5,
        dialogue=0.8, gather=0.8, own_time=2.0, let_go=0.5, limits=0.5,
        emphasis_operations=0.5, emphasis_product=0.5, focus=0.3,
    )
    model = small_model(80, policy=Policy(), world=world, rng=5, members_per_post=6, staff_follow_members=follow, **COMMUNITY)
    # Named processes of its own, since the model looks whether leadership is among them.
    model.run_for(52)
    arm = model.fork(policy)
    entries = list(arm.week)
    found = written(arm, 260)
    for process, place in sorted(found, key=str):
        if isinstance(place, str):
            assert process in OWNERS[place], f"{process} writes {place}"
            continue
        table, name = place
        owner = (Case if table == "cases" else KINDS[table]).columns[name].owner
        assert process in {owner} | SHARED.get(place, set()), f"{process} writes {table}.{name}, which is {owner}'s"
    assert {process for process, _ in found} >= {entry.name for entry in entries} - {"growth", "campaigns", "budget"}
    if not follow:
        assert ("budget", ("staff", "alive")) in found


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
    world = world_with(innovation__threshold=0.0)
    policy = Policy(strictness=0.5, routing=0.5, innovation=0.5, dialogue=0.5, own_time=1.0, emphasis_product=0.5)
    model = small_model(200, policy=policy, world=world, **COMMUNITY)
    before = columns_of(model)
    model.run_for(2 * WEEKS)  # selection needs a year of books before it looks
    after = columns_of(model)
    changed = {
        KINDS[table].columns[name].owner
        for (table, name), cells in before.items()
        if after[table, name][: len(cells)].tobytes() != cells.tobytes()
    }
    on_posts_and_newcomers = {"growth", "campaigns", "referrals", "returns", "brand", "keeping", "budget", "hiring"}
    assert changed >= {*PROCESSES} - on_posts_and_newcomers
    assert model.record.total(sim.recording.POSTS, 0, 2 * WEEKS) == 2 * WEEKS * model.posts
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
    with pytest.raises(OutOfRange, match="no process: choose from needs, leadership, discipline, community, routing"):
        small_model(off=["need"])


def test_the_week_is_in_the_order_in_which_one_thing_leads_to_another():
    assert [entry.name for entry in WEEK] == [
        "needs", "leadership", "discipline", "community", "routing", "encounters", "trust", "learning", "communication",
        "keeping_in_touch", "partners", "innovation", "colleagues", "worklife", "hiring", "keeping", "selection", "rivals", "renewals",
        "growth", "campaigns", "referrals", "returns", "brand", "friendships", "accounts", "budget",
    ]  # fmt: skip
    assert all(entry.about for entry in WEEK)
    assert len(np.unique(PROCESSES)) == len(PROCESSES)
