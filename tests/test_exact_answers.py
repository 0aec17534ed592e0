"""Exact checks of answers: by the book it does not matter who gives them, and where none is given nobody changes."""

import numpy as np
import pytest
from conftest import BY_THE_BOOK, LOOSENED_SILOED, Notebook, differing, noted, people, small_model, world_with

from sim import Policy
from sim import recording as series

# By the book, it does not matter who answers.

STAFF_OF_ALL_KINDS = [
    {"hiring__skill_mean": 0.5, "hiring__skill_spread": 0.8},
    {"hiring__empathy_mean": 0.9, "hiring__alignment_mean": 0.0},
    {"hiring__spotting_mean": 0.9, "colleagues__drifting": 0.2},
    {"worklife__leaving": 0.6, "hiring__vacancy": 26},
    {"routing__week_hours": 5.0},
]


def the_same_where_answered(mine, theirs, never, handed):
    """Two books of the same cases agree; where one knows of no answer (``never``), the part had been handed on."""
    both = mine.keys() & theirs.keys()
    lost = {case for case in both if mine[case] != theirs[case]}
    assert all(0.0 in (mine[case], theirs[case]) and handed[case] for case in lost)
    assert len(lost) <= never * len(both)
    return len(both)


@pytest.mark.parametrize("change", STAFF_OF_ALL_KINDS, ids=lambda change: "-".join(change))
@pytest.mark.parametrize("routing", [0.0, 0.5])
def test_a_strict_answer_is_worth_the_same_whoever_gives_it(change, routing):
    """Content, that is: whether a part handed on is answered at all depends on the values of whoever it is handed to.

    Without partners: how well joint work goes, and which gaps it closes, depends on who does it.
    """
    policy = Policy(strictness=1.0, coverage=1.0, routing=routing, information=0.2, solutions=0.0)
    books = [
        noted(small_model(policy=policy, world=world, partners=0), "quality", "gift", "handed", weeks=60)
        for world in (world_with(), world_with(**change))
    ]
    mine, theirs, handed = books[0].by_case("quality"), books[1].by_case("quality"), books[0].by_case("handed")
    assert the_same_where_answered(mine, theirs, 0.1, handed) > 200
    assert not any(book.column("gift").any() for book in books)
    careful = [
        noted(small_model(policy=policy, world=world_with(encounters__neglect=0.0, **more), partners=0), "quality", weeks=60)
        for more in ({}, change)
    ]
    mine, theirs = (book.by_case("quality") for book in careful)
    assert all(mine[case] == theirs[case] for case in mine.keys() & theirs.keys())


def test_a_strict_answer_is_worth_the_same_from_many_hands_or_few():
    books = [
        noted(small_model(policy=BY_THE_BOOK, off=["renewals"], members_per_post=posts, partners=0), "quality", "handed", weeks=40)
        for posts in (5, 60)
    ]
    first, second = (book.by_case("quality") for book in books)
    assert first.keys() == second.keys()
    assert the_same_where_answered(first, second, 0.1, books[0].by_case("handed")) > 200


def test_a_free_answer_is_worth_more_from_the_able():
    """The counterpart: without it the tests above would pass on answers that are never free."""
    books = [
        noted(small_model(policy=LOOSENED_SILOED, world=world_with(hiring__skill_mean=skill)), "quality", weeks=40)
        for skill in (-0.3, 0.3)
    ]
    worse, better = (book.by_case("quality") for book in books)
    gains = [better[case] - worse[case] for case in worse.keys() & better.keys()]
    assert np.mean(gains) > 0.2


def test_by_the_book_a_whole_run_is_the_same_with_any_staff():
    """Vacancies, newcomers' handicap, personal bonds, gaming, neglect and partners are off. Then staff are only names."""
    own_traits = {("staff", name) for name in ("skill", "empathy", "values", "alignment", "ability")}
    runs = []
    for change in ({}, {"hiring__skill_mean": -0.5, "hiring__empathy_mean": 0.9, "hiring__alignment_mean": 0.1}):
        world = world_with(
            **change, encounters__bond_growth=0.0, renewals__bond_weight=0.0, encounters__neglect=0.0, routing__gaming=0.0
        )
        policy = Policy(strictness=1.0, routing=0.3, solutions=0.0)
        model = small_model(200, policy=policy, world=world, off=["worklife"], partners=0)
        model.burn_in(30)
        model.run_for(80)
        model.record.rows[:, [series.ALIGNMENT, series.ALIGNMENT_APART]] = 0.0
        runs.append(model)
    assert differing(*runs) == own_traits
    assert runs[0].record.rows.tobytes() == runs[1].record.rows.tobytes()


# Nothing comes from nothing.


def test_who_was_not_answered_has_not_changed_his_mind():
    model = small_model(400, policy=LOOSENED_SILOED, world=world_with(needs__requests=0.03))
    notebook = Notebook()
    model.week.append(notebook)
    before = people(model)
    model.run_for(26)
    after = people(model, identities=before["identity"])
    silent = ~np.isin(before["identity"], notebook.column("identity"))
    assert 50 < silent.sum() < 350
    for name in ("trust", "belief", "expectation", "complaints", "let_downs", "grievance", "estimate", "holder"):
        assert before[name][silent].tobytes() == after[name][silent].tobytes()
        assert before[name][~silent].tobytes() != after[name][~silent].tobytes()


def test_without_requests_trust_stays_where_it_is():
    model = small_model()
    model.members.set("next_request", np.inf)
    trust = model.tables["members"]["trust"].copy()
    model.week = [entry for entry in model.week if entry.name != "growth"]
    model.run_for(60)
    assert model.tables["members"]["trust"].tobytes() == trust.tobytes()
    assert model.record.total(series.REQUESTS, 0, 60) == 0
