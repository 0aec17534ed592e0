"""Partner organisations, their people, and the many ties between them and the staff.

An organisation that works with partners makes more than it could alone, and hangs on them. Ties run between persons, many
to many: both sides have people with many ties and people with few. What two people make together stands in
:mod:`sim.processes.joint_work`; what the organisations make of it in :mod:`sim.processes.dependence`. What trusted
partners are good at fills gaps of the offer in their domain: members get answers that fit better.

The organisation decides how deep ties go (plans made together, hours) and with how many partners it works. Hours for
partners come out of the same week as those for members.
"""

import math

import numpy as np

from sim.compiled import formula, kernel
from sim.luck import decision, draws, normal
from sim.processes.dependence import weigh_up
from sim.processes.joint_work import meet_contacts
from sim.quantities import ASSUMED, quantities, quantity
from sim.steps import WEEKS

FOUNDING, WHO, PEOPLE = (decision(f"partners.{what}") for what in ("founding", "who", "people"))
SPREAD_KEYS = 2**15  # ties whose post is closed are spread over the posts that are open


@quantities
class PartnerParameters:
    """What joint work is worth, and what partners make of it."""

    place = "world.partners"

    meetings: float = quantity(0.4, "meetings per tie-week", 0.02, 1.0, ASSUMED, "how often two people of a tie work together")
    hours: float = quantity(2.4, "hours a meeting", 0.1, 8.0, ASSUMED, "staff time of a meeting and the work that goes with it, in a transaction")
    strategic_hours: float = quantity(1.0, "ratio", 0.0, 4.0, ASSUMED, "extra time where partners plan together in full")
    plan_cost: float = quantity(0.1, "dues a tie and year", 0.0, 2.0, ASSUMED, "money for plans made together in full")
    worth: float = quantity(0.5, "dues a meeting", 0.01, 2.0, ASSUMED, "worth of a perfect standard piece of joint work, to both sides together")
    share: float = quantity(0.5, "share", 0.1, 0.9, ASSUMED, "part of joint value that is the partner's")
    planned: float = quantity(1.0, "ratio", 0.0, 4.0, ASSUMED, "how much more joint work is worth that was planned together, between people who know, trust and open up to each other in full")
    standard_worth: float = quantity(0.6, "quality", 0.1, 1.0, ASSUMED, "what a side that follows the standard puts in")
    blind_worth: float = quantity(0.4, "quality", 0.0, 1.0, ASSUMED, "what a free side puts in that knows nothing of the other")
    deep_worth: float = quantity(1.1, "quality", 0.4, 2.0, ASSUMED, "what a free side puts in where a tie is as deep as can be")
    together: float = quantity(0.2, "quality", 0.0, 1.0, ASSUMED, "what two free sides find together beyond what each puts in, in a tie as deep as can be")
    depth_power: float = quantity(-1.0, "power", -6.0, 0.9, ASSUMED, "how trust, knowing each other and showing one's needs combine to depth: 0.9 = nearly substitutes, -6 = nearly the least of them alone")
    standard_error: float = quantity(0.15, "quality", 0.0, 1.0, ASSUMED, "sd of joint work by the standard on both sides")
    free_error: float = quantity(0.5, "quality", 0.0, 1.5, ASSUMED, "how much two free sides add to that where nothing is known")
    error_known: float = quantity(0.5, "share", 0.0, 1.0, ASSUMED, "part of it that knowing each other in full removes")
    line: float = quantity(0.2, "quality", -0.5, 0.8, ASSUMED, "quality below which a meeting costs trust")
    knowing: float = quantity(0.06, "share a meeting", 0.0, 0.5, ASSUMED, "what two people learn of each other in a meeting, as a share of what is missing")
    deepening: float = quantity(1.0, "ratio", 0.0, 4.0, ASSUMED, "how much more they learn where partners plan together in full")
    known_years: float = quantity(1.0, "years", 0.2, 10.0, ASSUMED, "time in which what two people know of each other falls to 37 % without a meeting")
    distance: float = quantity(0.4, "0..1", 0.0, 1.0, ASSUMED, "mean distance to partners in culture, language and rules")
    distance_spread: float = quantity(0.2, "0..1", 0.0, 0.4, ASSUMED, "sd of distance over partners")
    common_ground: float = quantity(0.005, "share a meeting", 0.0, 0.1, ASSUMED, "part of the distance between two people that a meeting closes; listening first doubles it")
    distance_cost: float = quantity(0.2, "quality", 0.0, 1.0, ASSUMED, "what full distance takes from joint work")
    distance_hours: float = quantity(0.5, "ratio", 0.0, 3.0, ASSUMED, "extra time at full distance")
    misunderstanding: float = quantity(0.15, "probability", 0.0, 0.6, ASSUMED, "chance of a misunderstanding at full distance, where nobody follows a form")
    forms: float = quantity(0.6, "share", 0.0, 1.0, ASSUMED, "part of misunderstandings that forms followed on both sides prevent")
    strictness: float = quantity(0.6, "share of meetings", 0.0, 1.0, ASSUMED, "how often partners' people follow their own standard, mean over partners")
    strictness_spread: float = quantity(0.2, "share", 0.0, 0.4, ASSUMED, "sd of that over partners")
    skill_spread: float = quantity(0.25, "quality", 0.0, 1.0, ASSUMED, "sd of skill over contacts")
    inequality: float = quantity(1.15, "power", 1.0, 1.5, ASSUMED, "how unequally ties are spread over people of either side; 1 = by chance alone")
    trust_gain: float = quantity(0.004, "share per week", 0.0, 0.05, ASSUMED, "part of the missing trust between organisations gained in a week of good meetings")
    trust_loss: float = quantity(0.016, "share per week", 0.0, 0.2, "assumed; losses weigh more: Slovic 1993", "part of that trust lost in a week of bad meetings")
    opportunism: float = quantity(0.5, "0..1", 0.0, 1.0, ASSUMED, "how ready partners are to take advantage, mean; evenly spread around it")
    own_opportunism: float = quantity(0.3, "0..1", 0.0, 1.0, ASSUMED, "how ready this organisation is, in transactions; planning together means to forgo it")
    strikes: float = quantity(3.0, "per year", 0.0, 12.0, ASSUMED, "how often somebody entirely ready strikes, with full dependence on one side only and no safeguard")
    safeguard_power: float = quantity(0.3, "power", -6.0, 0.9, "uncertain: substitutes or complements, Poppo & Zenger 2002", "how trust and contracts combine to safeguards: 0.9 = nearly substitutes, -6 = nearly the weaker of them alone")
    stake: float = quantity(0.25, "share of a year", 0.0, 1.0, ASSUMED, "part of a year's joint value that is taken in a strike")
    exposure: float = quantity(1.0, "ratio", 0.0, 4.0, ASSUMED, "how much more is taken from an organisation that shows all its needs and limits")
    kept_of_taken: float = quantity(0.7, "share", 0.0, 1.0, ASSUMED, "part of what is taken that is of use to who takes it")
    betrayal: float = quantity(0.4, "share", 0.0, 1.0, ASSUMED, "part of the victim's trust lost in a strike")
    going_on: float = quantity(1.7, "logit", -2.0, 6.0, ASSUMED, "log odds that a partner goes on which gets what it expected, at usual trust")
    value_weight: float = quantity(2.0, "logit per ratio", 0.0, 10.0, ASSUMED, "what twice the expected value adds to that")
    trust_weight: float = quantity(2.0, "logit per trust", 0.0, 10.0, ASSUMED, "what full trust adds, against none")
    usual_trust: float = quantity(0.6, "0..1", 0.0, 1.0, ASSUMED, "trust at which partners decide as they usually do")
    dependence_weight: float = quantity(1.0, "logit per share", -3.0, 3.0, "uncertain sign: Geyskens et al. 1996 against Kumar, Scheer & Steenkamp 1995", "what full dependence of the partner adds")
    expecting: float = quantity(0.3, "share a year", 0.0, 1.0, ASSUMED, "how fast expectation follows experience")
    usual_quality: float = quantity(0.5, "quality", 0.1, 1.5, ASSUMED, "quality of joint work that partners expect at founding")
    gap_closed: float = quantity(0.06, "share", 0.0, 0.5, ASSUMED, "most of the misfit of the offer in a domain that partners can close")
    gap_pieces: float = quantity(2.5, "pieces a post and year", 0.1, 1000.0, ASSUMED, "trusted joint work a year for each post of the domain's department, in perfect standard pieces, that closes 63 % of that")


@formula
def bounded(value, low, high):
    """The value, kept inside its range."""
    return min(high, max(low, value))


@formula
def unequal_place(chance, places, inequality):
    """One of several places, the first ones more often than the last: how unequal degrees come about."""
    return min(places - 1, int(places * math.exp(inequality * math.log(chance))))


@kernel
def found_organisations(partners, companies, ties, luck, given):
    """Partner organisations as they are at founding; the rank says in which order they are worked with."""
    world, scenario = given[0].partners, given[0].scenario
    count, departments = len(partners), int(scenario.departments)
    for row in range(count):
        partner = partners[row]
        distant, strict, ready, _ = draws(luck, FOUNDING, 0, row, 0, 0)
        place, due, _, _ = draws(luck, FOUNDING, 0, row, 0, 1)
        before = 0
        for other in range(count):
            rival = draws(luck, FOUNDING, 0, other, 0, 1)[0]
            before += rival < place or (rival == place and other < row)
        partner.identity = row
        partner.company = row % companies
        partner.rank = (before + 0.5) / count
        partner.domain = row % departments
        partner.distance = bounded(world.distance + world.distance_spread * normal(distant), 0.0, 1.0)
        partner.strictness = bounded(world.strictness + world.strictness_spread * normal(strict), 0.0, 1.0)
        partner.opportunism = bounded(world.opportunism * 2.0 * ready, 0.0, 1.0)
        partner.renewal_week = int(due * WEEKS)
        partner.trust = scenario.partner_trust
        partner.our_trust = scenario.partner_trust
        partner.ties = (ties + count - 1 - row) // count
        # What its ties bring each side in a usual year; what both earn elsewhere follows from how dependent they are.
        pieces = partner.ties * world.meetings * WEEKS
        usual = pieces * world.worth * world.usual_quality
        partner.usual = usual * world.share
        partner.expected = partner.usual
        if partner.rank < given[0].policy.breadth:
            partner.worked = usual
            partner.theirs = usual * world.share
            partner.ours = usual * (1.0 - world.share)
        partner.elsewhere = partner.usual * (1.0 - scenario.partner_dependence) / scenario.partner_dependence


@kernel
def found_people(contacts, partners, luck, given):
    """People of partner organisations, spread over them evenly."""
    world = given[0].partners
    for row in range(len(contacts)):
        contacts[row].identity = row
        contacts[row].partner = row % len(partners)
        contacts[row].skill = bounded(world.skill_spread * normal(draws(luck, PEOPLE, 0, row, 0, 0)[0]), -3.0, 3.0)


@kernel
def found_ties(ties, next_meeting, contacts, partners, first_post, opened, luck, given):
    """Ties between people of both sides; both ends are drawn by the number of the tie alone, some people more often."""
    world, departments = given[0].partners, len(opened)
    posts, people, count = 0, len(contacts), len(partners)
    for unit in range(departments):
        posts += int(opened[unit])
    for row in range(len(ties)):
        tie = ties[row]
        who, seat, contact, gap = draws(luck, WHO, 0, row, 0, 0)
        elsewhere, _, _, _ = draws(luck, WHO, 0, row, 0, 1)
        unit, place = 0, int(who * posts)
        while unit < departments - 1 and place >= opened[unit]:
            place -= int(opened[unit])
            unit += 1
        room = int(first_post[unit + 1] - first_post[unit])
        tie.identity = row
        tie.partner = row % count
        tie.department = unit
        tie.allotment = unequal_place(seat, int(opened[unit]), world.inequality) + room * int(elsewhere * SPREAD_KEYS)
        mine = (people - 1 - row % count) // count + 1
        tie.contact = row % count + count * unequal_place(contact, max(1, mine), world.inequality)
        next_meeting[row] = -math.log(gap) / world.meetings


def found(model) -> None:
    """Fill the tables of partners, their people and all ties; they have no row where there are none."""
    scenario, tables, given = model.scenario, model.tables, model.given
    partners, contacts, ties = (tables[name] for name in ("partners", "contacts", "partner_ties"))
    model.earned_elsewhere, model.company_sums = 0.0, np.zeros((partners.count, 3))
    if partners.count == 0:
        return
    companies = scenario.partner_companies or partners.count
    found_organisations(partners.rows, min(companies, partners.count), ties.count, model.luck, given)
    found_people(contacts.rows, partners.rows, model.luck, given)
    found_ties(
        ties.rows, ties.scanned["next_meeting"], contacts.rows, partners.rows, model.first_post, model.opened, model.luck, given
    )
    share, dependence = model.world.partners.share, scenario.own_dependence
    ours = float(partners["usual"].sum()) * (1.0 - share) / share
    model.earned_elsewhere = ours * (1.0 - dependence) / dependence


@kernel
def work_together(
    ties, next_meeting, count, contacts, partners, companies, other, reach_by_domain, staff, staff_count, services, enacted, seats,
    first_post, opened, settling, tally, week, luck, given,
):  # fmt: skip
    """The week's meetings, then what each partner makes of them."""
    meet_contacts(
        ties, next_meeting, count, contacts, partners, staff, staff_count, services, enacted, seats, first_post, opened, tally,
        week, luck, given,
    )  # fmt: skip
    weigh_up(partners, companies, other, reach_by_domain, opened, settling, tally, week, luck, given)


def step(model) -> None:
    """People of both sides work together; partners weigh up what it brought, and go on or not."""
    tables = model.tables
    partners, ties, staff = tables["partners"], tables["partner_ties"], tables["staff"]
    if partners.count == 0:
        return
    work_together(
        ties.rows, ties.scanned["next_meeting"], ties.count, tables["contacts"].rows, partners.rows, model.company_sums,
        model.earned_elsewhere, model.reach_of_partners, staff.rows, staff.count, tables["departments"].rows, model.enacted,
        model.seats, model.first_post, model.opened, model.topping_up, model.record.tally, model.now, model.luck, model.given,
    )  # fmt: skip
