"""What the relationship is worth, to the member and to the organisation, in dues.

Per person: value to the member = worth of answers + help of peers + gifts received - own hours - dues and fees; value to the
organisation = dues, fees and what advertisements bring - staff hours, material and paid levels at their cost - gifts - acquisition -
sales forgone. Dues and fees cancel in the sum. After leaving, nothing is added. Some costs and earnings are on nobody's account (innovation, campaigns, partners).

Dues stand for all that a member pays, purchases included: a member who is sent to a better source pays so much less.
"""

import math

import numpy as np

from sim.compiled import AHEAD, fetch_early, formula, kernel
from sim.luck import decision, draws, normal
from sim.processes.discipline import dues_paid
from sim.processes.workload import HOUR
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import ACQUISITION, GIFTS, REVENUE, SALES_LOST, SERVING
from sim.steps import WEEKS

MATERIAL = decision("accounts.material")


@quantities
class AccountParameters:
    """What hours and gifts are worth."""

    place = "world.accounts"

    hour_cost: float = quantity(0.035, "dues per hour", 0.02, 0.05, ASSUMED, "loaded cost of a member-facing staff hour")
    material: float = quantity(0.01, "dues a part", 0.0, 0.2, ASSUMED, "what an answer costs beyond hours, mean over services")
    material_spread: float = quantity(1.0, "sd of logarithm", 0.0, 2.0, ASSUMED, "how much that differs between services")
    sale: float = quantity(0.1, "dues a part", 0.0, 0.5, ASSUMED, "what a member sent to a better source would have bought")
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
def price_services(services, count, luck, given):
    """What an answer of each service costs beyond hours: lognormal, with the stated mean."""
    world = given[0].accounts
    spread = world.material_spread
    for department in range(count):
        chance = draws(luck, MATERIAL, 0, department, 0, 0)[0]
        services[department].material = world.material * math.exp(spread * normal(chance) - 0.5 * spread * spread)


@kernel
def book_cases(cases, used, members, served, staff, services, tally, given):
    """Book the week's answers: worth, time, gifts and sales forgone."""
    world = given[0].accounts
    for index in range(used):
        if index + AHEAD < used:
            fetch_early(members, cases[index + AHEAD].member)
        case = cases[index]
        member, service = members[case.member], services[case.domain]
        seconds = int(case.seconds * staff[case.server].effort)
        hours = seconds / HOUR
        if case.complaint:
            hours += given[0].trust.complaint_hours
        cost = hours * world.hour_cost + (0.0 if case.refused else service.material * service.material_part)
        sale = world.sale if case.advising else 0.0
        service.asked += 1
        service.spent += seconds
        last_part = case.ordinal % 2 == case.parts - 1
        given_away = case.gift + case.taken
        member.value_member += case.worth + world.gift_worth * given_away - own_cost(case.handed, world)
        member.value_organisation -= cost + given_away + sale
        served[case.member] = np.float64(served[case.member]) + cost + given_away
        tally[SALES_LOST] += sale
        member.answers += 1 if last_part else 0
        tally[SERVING] += cost
        tally[GIFTS] += given_away


@kernel
def book_dues(members, renewed, renewed_count, returned, first_newcomer, count, tally, given):
    """Book the dues of those who renewed, of those who came back, and of those who joined."""
    dues, recruit_cost = dues_paid(given[0].scenario, given[0].policy), given[0].growth.recruit_cost
    for turn in range(renewed_count):
        member = members[renewed[turn]]
        member.value_member -= dues
        member.value_organisation += dues
    for turn in range(len(returned)):
        member = members[returned[turn]]
        member.value_member -= dues
        member.value_organisation += dues
    for row in range(first_newcomer, count):
        member = members[row]
        member.value_member -= dues
        member.value_organisation += dues - recruit_cost
        tally[ACQUISITION] += recruit_cost
    tally[REVENUE] += dues * (renewed_count + len(returned) + count - first_newcomer)


@kernel
def book_participation(members, rows, hours, given):
    """Book the time of members who take part in developing the offer."""
    for turn in range(len(rows)):
        members[rows[turn]].value_member -= hours * given[0].accounts.own_hour_worth


@kernel
def book_dealings(members, dealings, used):
    """Book what the community brought members: help from peers, fees, what advertisements cost them."""
    for index in range(used):
        member, dealing = members[dealings[index].member], dealings[index]
        member.value_member += dealing.worth
        member.value_organisation += dealing.earned


@kernel
def book_contacts(members, rows, cost, hours, given):
    """Book what it cost to speak with members, and their own time."""
    for turn in range(len(rows)):
        member = members[rows[turn]]
        member.value_organisation -= cost
        member.value_member -= hours * given[0].accounts.own_hour_worth


def step(model) -> None:
    """Answers, dues and costs are booked, person by person."""
    members, cases, services, tally = (
        model.tables["members"],
        model.cases,
        model.tables["departments"],
        model.record.tally,
    )
    if model.now % WEEKS == 0:
        services["asked"][:], services["spent"][:] = 0, 0
    book_cases(
        cases.rows, cases.count, members.rows, members.scanned["served"], model.tables["staff"].rows, services.rows, tally, model.given,
    )  # fmt: skip
    if model.dealings.count:
        book_dealings(members.rows, model.dealings.rows, model.dealings.count)
    if len(model.participants):
        book_participation(members.rows, model.participants, model.world.innovation.member_hours, model.given)
    for rows, cost, hours in (*model.spoken_with, *model.chosen):
        book_contacts(members.rows, rows, cost, hours, model.given)
    book_dues(members.rows, model.renewed, model.renewed_count, model.returned, model.first_newcomer, members.count, tally, model.given)
