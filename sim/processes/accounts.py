"""What the relationship is worth, to the member and to the organisation, in dues.

Per person: value to the member = worth of answers + gifts received - own hours - dues; value to the organisation
= dues - staff hours at their cost - gifts - acquisition. Dues cancel in the sum. After leaving, nothing is added.
"""

from sim.compiled import AHEAD, fetch_early, formula, kernel
from sim.processes.routing import HOUR
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import ACQUISITION, GIFTS, REVENUE, SERVING


@quantities
class AccountParameters:
    """What hours and gifts are worth."""

    place = "world.accounts"

    hour_cost: float = quantity(0.035, "dues per hour", 0.02, 0.05, ASSUMED, "loaded cost of a member-facing staff hour")
    own_hours: float = quantity(0.5, "hours a part", 0.0, 5.0, ASSUMED, "time a part of a request takes the member")
    own_handoff_hours: float = quantity(0.5, "hours a part", 0.0, 5.0, ASSUMED, "extra time of the member for a part handed to another department")
    own_hour_worth: float = quantity(0.02, "dues per hour", 0.0, 0.1, ASSUMED, "worth of a member's hour")
    gift_worth: float = quantity(0.6, "dues per dues", 0.0, 1.0, ASSUMED, "what a gift is worth to the member who did not ask for it")


@formula
def own_cost(handed_on, world):
    """What one part of a request costs the member in time."""
    hours = world.own_hours + (world.own_handoff_hours if handed_on else 0.0)
    return hours * world.own_hour_worth


@kernel
def book_cases(cases, used, members, staff, tally, given):
    """Book the week's answers: worth, time and gifts."""
    world = given[0].accounts
    for index in range(used):
        if index + AHEAD < used:
            fetch_early(members, cases[index + AHEAD].member)
        case = cases[index]
        member = members[case.member]
        hours = case.seconds * staff[case.server].effort / HOUR
        if case.complaint:
            hours += given[0].trust.complaint_hours
        cost = hours * world.hour_cost
        last_part = case.ordinal % 2 == case.parts - 1
        handed_on = case.ordinal % 2 == 1 and not case.owned
        member.value_member += case.worth + world.gift_worth * case.gift - own_cost(handed_on, world)
        member.value_organisation -= cost + case.gift
        member.answers += 1 if last_part else 0
        tally[SERVING] += cost
        tally[GIFTS] += case.gift


@kernel
def book_dues(members, renewed, renewed_count, first_newcomer, count, tally, given):
    """Book the dues of those who renewed and of those who joined."""
    dues, recruit_cost = given[0].scenario.dues, given[0].growth.recruit_cost
    for turn in range(renewed_count):
        member = members[renewed[turn]]
        member.value_member -= dues
        member.value_organisation += dues
    for row in range(first_newcomer, count):
        member = members[row]
        member.value_member -= dues
        member.value_organisation += dues - recruit_cost
        tally[ACQUISITION] += recruit_cost
    tally[REVENUE] += dues * (renewed_count + count - first_newcomer)


def step(model) -> None:
    """Answers, dues and costs are booked, person by person."""
    members, cases, tally = model.tables["members"], model.cases, model.record.tally
    book_cases(cases.rows, cases.count, members.rows, model.tables["staff"].rows, tally, model.given)
    book_dues(
        members.rows, model.renewed, model.renewed_count, model.first_newcomer, members.count, tally, model.given
    )
