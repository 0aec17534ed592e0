"""Services that lose money may be dropped; members who used them are turned away."""

from itertools import pairwise

from conftest import Notebook, small_model, world_with

from sim import Policy
from sim import recording as series


def losing(policy, weeks, **change):
    """An organisation in which the service of department 2 costs far more than it brings."""
    world = world_with(accounts__material_spread=0.0, **change)
    model = small_model(200, policy=policy, world=world)
    model.tables["departments"]["material"][:] = 0.0
    model.tables["departments"]["material"][2] = 8.0
    book = Notebook("domain", "refused", "seconds", "quality", "received", "parts", "member", "server", "worth", "gift", "advising")
    model.week.append(book)
    model.run_for(weeks)
    return model, book


def test_a_service_that_loses_money_is_dropped_after_a_year_and_turns_members_away():
    model, book = losing(Policy(drop_unprofitable=1.0), 90)
    assert model.tables["departments"]["closed"].tolist() == [False, False, True, False, False]
    late = book.column("week") >= 53
    domain, refused = book.column("domain"), book.column("refused")
    assert not refused[~late].any()
    assert (refused[late] == (domain[late] == 2)).all() and refused.sum() > 50
    for name in ("seconds", "quality", "received", "gift", "advising"):
        assert not book.column(name)[refused].any(), name
    assert book.column("seconds")[~refused].min() > 0
    assert model.record.total(series.REFUSED, 0, 90) == refused.sum()


def test_no_service_is_dropped_that_pays_or_where_losses_are_borne():
    assert not losing(Policy(drop_unprofitable=0.0), 60)[0].tables["departments"]["closed"].any()
    world = world_with(accounts__material=0.0)
    model = small_model(200, policy=Policy(drop_unprofitable=1.0), world=world)
    model.run_for(60)
    assert not model.tables["departments"]["closed"].any()


def test_the_smaller_the_loss_that_ends_a_service_the_more_services_end():
    closed = []
    for share in (0.05, 0.3, 1.0):
        world = world_with(accounts__material=0.1, accounts__material_spread=1.5)
        model = small_model(200, policy=Policy(drop_unprofitable=share), world=world)
        model.run_for(60)
        closed.append(model.tables["departments"]["closed"].copy())
    assert all((few <= many).all() for few, many in pairwise(closed))


def test_to_be_turned_away_never_wins_trust_and_counts_as_let_down():
    """Even of somebody who expects nothing: nothing was given, so nothing is good about it."""
    model = small_model(200, world=world_with(trust__voice=0.0), policy=Policy(transparency=1.0), off=["partners"])
    model.tables["departments"]["closed"][:] = True
    before = model.tables["members"]["trust"].copy()
    model.run_for(8)
    members, rows = model.tables["members"], slice(0, 200)
    asked = members["answers"][rows] > 0
    assert asked.sum() > 50
    assert (members["trust"][rows] <= before).all()
    assert (members["let_downs"][rows] > 0).tolist() == asked.tolist()
    assert model.record.total(series.GOOD, 0, 8) == 0
    assert model.record.total(series.WORKED, 0, 8) == 0
