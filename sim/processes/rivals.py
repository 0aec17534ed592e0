"""Others offer something too: rivals live in the same space of needs as members and offers.

There has always been one rival, the background: the sum of what is to be had elsewhere, which follows the average need
as it is expressed, with a lag. Its pull at founding is part of what base commitment was fitted to, so it counts as 0
then. Others enter by scenario: cheap ones, who answer a low price with a lower one; innovators, who see needs sooner; and
those who serve better, who tailor what they offer. Entrants copy what they see: prices within months, offers within years, closeness
as far and as fast as the world allows.

A member due compares for himself: how well would what each rival offers fit my needs, at what price? What rivals
offer is known by hearsay. Utilities combine by the log-sum of a nested logit (McFadden 1978, "Modelling the choice of
residential location"): rivals who are alike do not each count in full.
"""

import math

import numpy as np

from sim.compiled import formula, kernel
from sim.luck import decision, draws, normal
from sim.processes.discipline import dues_paid
from sim.processes.encounters import fit, latent_weight
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import FIRST_LOST_TO, PROSPECTS, RECRUITS, RIVAL_CUSTOMERS, RIVAL_PULL
from sim.steps import WEEKS

CHOICE = decision("rivals.choice")
BACKGROUND, PRICE, INNOVATOR, SERVICE = range(4)
NODES = 7  # needs at which outsiders are looked at: evenly spaced in probability


@quantities
class RivalParameters:
    """What rivals offer, and how they move."""

    place = "world.rivals"

    hearsay: float = quantity(0.5, "share", 0.0, 1.0, ASSUMED, "weight of what rivals are said to offer, against what one has lived through oneself")
    alike: float = quantity(0.5, "share", 0.05, 1.0, ASSUMED, "how far each rival counts on its own: 1 = in full, near 0 = only the best one")
    hurdle: float = quantity(0.5, "logit", 0.0, 3.0, ASSUMED, "how much harder it is to go to an entrant than to what has always been there")
    known_weeks: float = quantity(52.0, "weeks", 4.0, 260.0, ASSUMED, "time in which 63 % of people have heard of an entrant")
    follow_weeks: float = quantity(52.0, "weeks", 4.0, 260.0, ASSUMED, "how far rivals are behind the needs that are expressed")
    innovator_weeks: float = quantity(13.0, "weeks", 2.0, 104.0, ASSUMED, "the same for innovators")
    innovator_foresight: float = quantity(0.5, "share", 0.0, 1.0, ASSUMED, "part of what is not expressed yet that innovators see")
    low_price: float = quantity(0.75, "standard dues a year", 0.3, 1.0, ASSUMED, "price of a cheap entrant")
    undercut: float = quantity(0.1, "share", 0.0, 0.5, ASSUMED, "how far cheap entrants go below the organisation's price")
    least_price: float = quantity(0.55, "standard dues a year", 0.2, 1.0, ASSUMED, "price below which nobody can go")
    service_price: float = quantity(1.1, "standard dues a year", 0.8, 1.6, ASSUMED, "price of an entrant who serves better")
    service: float = quantity(0.05, "quality", -0.2, 0.5, ASSUMED, "what his answers are better by, however they fit")
    tailoring: float = quantity(0.4, "share", 0.0, 0.9, ASSUMED, "how far he moves from his offer towards the need of each")
    price_weeks: float = quantity(26.0, "weeks", 2.0, 260.0, ASSUMED, "how fast cheap entrants answer a price")
    offer_weeks: float = quantity(78.0, "weeks", 4.0, 1040.0, ASSUMED, "how fast entrants copy the organisation's offer")
    closeness_weeks: float = quantity(260.0, "weeks", 13.0, 1040.0, ASSUMED, "how fast entrants copy closeness: as fast as an offer, or slower, since people have to be learned one by one")
    copied: float = quantity(0.5, "share", 0.0, 1.0, ASSUMED, "part of the organisation's closeness that can be copied without knowing its members")


@formula
def heard_of(week, enters, known_weeks):
    """Share of people who have heard of a rival who entered in a given week, 0..1."""
    return 1.0 - math.exp(-max(0.0, week - enters) / known_weeks)


@formula
def offered_utility(better, price, hurdle, weight, price_weight):
    """Log odds that a rival is worth: by how much better it fits than the background at founding did, its price, a hurdle."""
    return weight * better - price_weight * (price - 1.0) - hurdle


@formula
def answered_price(low, own, undercut, least):
    """Price a cheap entrant aims at: its own low one, or below the organisation's, but never below the least."""
    return max(least, min(low, own * (1.0 - undercut)))


@formula
def shown_closeness(policy, encounters):
    """How far the organisation's answers are made for each member, as rivals can read it from what it declares; 0..1."""
    free = (1.0 - policy.strictness) * policy.coverage
    return free + (1.0 - free) * policy.solutions * encounters.solution_reach


@formula
def in_balance(prospects, market, involuntary, share):
    """Part of their customers whom rivals lose a year, so that the market is in balance at founding."""
    return max(0.0, prospects * market - involuntary) * share / (1.0 - share)


@kernel
def domain_weight(place, main_domain, departments, latent, given):
    """What one coordinate of need counts in somebody's answers; the weights add up to 1."""
    if place >= departments:
        return latent / 2.0
    main = given[0].needs.main_domain_share if departments > 1 else 1.0
    if place == main_domain:
        return (1.0 - latent) * main
    return (1.0 - latent) * (1.0 - main) / (departments - 1)


@kernel
def utility(rival, better, week, given):
    """Log odds that a rival is worth who fits so much better than the background did at founding."""
    world, renewals = given[0].rivals, given[0].renewals
    weight = renewals.lived_weight * world.hearsay
    if rival.kind == BACKGROUND:
        return offered_utility(better, 1.0, 0.0, weight, renewals.price_weight)
    extra = world.service if rival.kind == SERVICE else 0.0
    return offered_utility(better + extra, rival.price, world.hurdle, weight, renewals.price_weight)


@kernel
def known_by(rival, week, given):
    """Share of people who have heard of a rival, 0..1; of the background, all."""
    return 1.0 if rival.kind == BACKGROUND else heard_of(float(week), float(rival.enters), given[0].rivals.known_weeks)


@kernel
def counting(rival, member, trend, week, given):
    """How much a rival counts for one member: known times the exponential of its utility; 0 before it enters."""
    known = known_by(rival, week, given)
    if known <= 0.0:
        return 0.0
    scenario, tolerance = given[0].scenario, given[0].encounters.tolerance
    departments = int(scenario.departments)
    latent = latent_weight(week, scenario, given[0].encounters)
    better = 0.0
    for place in range(len(trend)):
        need = np.float64(member.needs[place])
        far = (need + trend[place] - np.float64(rival.offer[place])) * (1.0 - rival.tailoring)
        weight = domain_weight(place, int(member.main_domain), departments, latent, given)
        better += weight * (fit(far, tolerance) - fit(need, tolerance))
    return known * math.exp(utility(rival, better, week, given) / given[0].rivals.alike)


@kernel
def pull(rivals, member, trend, week, given):
    """What rivals draw a member by, against the background at founding; logit, 0 where there are none."""
    total = 0.0
    for place in range(len(rivals)):
        total += counting(rivals[place], member, trend, week, given)
    return given[0].rivals.alike * math.log(total) if total > 0.0 else 0.0


@kernel
def go_elsewhere(rivals, member, trend, tally, week, luck, given):
    """Somebody who leaves goes to one of the rivals, each as likely as it counts for him; its place, -1 without rivals."""
    total = 0.0
    for place in range(len(rivals)):
        total += counting(rivals[place], member, trend, week, given)
    if total <= 0.0:
        return -1
    left = draws(luck, CHOICE, week, int(member.identity), 0, 0)[0] * total
    chosen = 0
    for place in range(len(rivals)):
        counts = counting(rivals[place], member, trend, week, given)
        if counts > 0.0:
            chosen = place
            left -= counts
            if left <= 0.0:
                break
    rivals[chosen].customers += 1.0
    tally[FIRST_LOST_TO + int(rivals[chosen].kind)] += 1.0
    return chosen


@kernel
def attraction(rivals, week, given):
    """What rivals draw the average outsider by, against the background at founding; logit, 0 where there are none."""
    total = 0.0
    for place in range(len(rivals)):
        known = known_by(rivals[place], week, given)
        if known > 0.0:
            total += known * math.exp(rivals[place].appeal / given[0].rivals.alike)
    return given[0].rivals.alike * math.log(total) if total > 0.0 else 0.0


@kernel
def move(rivals, trend, expressed, offer, week, given):
    """Rivals follow needs, copy what they see of the organisation, and are looked at by outsiders."""
    world, scenario, tolerance = given[0].rivals, given[0].scenario, given[0].encounters.tolerance
    own, shown = dues_paid(scenario, given[0].policy), shown_closeness(given[0].policy, given[0].encounters)
    departments = int(scenario.departments)
    latent = latent_weight(week, scenario, given[0].encounters)
    for row in range(len(rivals)):
        rival = rivals[row]
        if week < rival.enters:
            continue
        entering = week == rival.enters
        foresight = world.innovator_foresight if rival.kind == INNOVATOR else 0.0
        lag = world.innovator_weeks if rival.kind == INNOVATOR else world.follow_weeks
        able = world.tailoring if rival.kind == SERVICE else 0.0
        better = 0.0
        for place in range(len(trend)):
            aim = expressed[place] + foresight * (trend[place] - expressed[place])
            at = aim if entering else np.float64(rival.offer[place]) + (aim - np.float64(rival.offer[place])) / lag
            if rival.kind != BACKGROUND and not entering:
                at += (offer[place] - at) / world.offer_weeks
            rival.offer[place] = at
            gain = 0.0
            for node in range(NODES):
                need = given[0].needs.spread * normal((node + 0.5) / NODES)
                gain += fit((need + trend[place] - at) * (1.0 - rival.tailoring), tolerance) - fit(need, tolerance)
            share = latent / 2.0 if place >= departments else (1.0 - latent) / departments
            better += share * gain / NODES
        if entering:
            rival.tailoring = able
        if rival.kind == PRICE:
            aim = answered_price(world.low_price, own, world.undercut, world.least_price)
            rival.price = world.low_price if entering else rival.price + (aim - rival.price) / world.price_weeks
        elif rival.kind == SERVICE:
            rival.price = world.service_price
        if rival.kind != BACKGROUND:
            aim = max(able, world.copied * shown)
            rival.tailoring += (aim - rival.tailoring) / world.closeness_weeks
        rival.appeal = utility(rival, better, week, given)


@kernel
def share_out(rivals, lost, tally, week, given):
    """Prospects who do not join are rivals' customers, as rivals appeal; of those there are, some leave the market."""
    scenario, world = given[0].scenario, given[0].rivals
    leaving = in_balance(given[0].growth.prospects, scenario.market, given[0].fit.involuntary, scenario.market_share) / WEEKS
    total, customers = 0.0, 0.0
    for row in range(len(rivals)):
        total += known_by(rivals[row], week, given) * math.exp(rivals[row].appeal / world.alike)
    for row in range(len(rivals)):
        counts = known_by(rivals[row], week, given) * math.exp(rivals[row].appeal / world.alike)
        rivals[row].customers += lost * counts / total - min(1.0, leaving) * rivals[row].customers
        customers += rivals[row].customers
    tally[RIVAL_CUSTOMERS] = customers
    tally[RIVAL_PULL] = attraction(rivals, week, given)


@kernel
def compete(rivals, trend, expressed, offer, lost, tally, week, given):
    """Rivals move, then share out who does not join."""
    move(rivals, trend, expressed, offer, week, given)
    share_out(rivals, lost, tally, week, given)


def kinds_and_weeks(scenario) -> list[tuple[int, int]]:
    """Kind of each rival and week in which it enters: the background, then the entrants, kind by kind."""
    entrants = ((PRICE, scenario.price_entrants), (INNOVATOR, scenario.innovators), (SERVICE, scenario.service_entrants))
    return [(BACKGROUND, 0)] + [
        (kind, scenario.entrants_week + turn * scenario.entrants_apart) for kind, count in entrants for turn in range(count)
    ]


def found(model) -> None:
    """The background serves the rest of the market; entrants wait for their week."""
    rivals, share = model.tables["rivals"], model.scenario.market_share
    who = kinds_and_weeks(model.scenario)
    added = rivals.add(len(who))
    rivals["kind"][added], rivals["enters"][added] = np.array(who).T
    rivals["customers"][0] = model.scenario.members * (1.0 - share) / share


def step(model) -> None:
    """Rivals follow needs and copy what they see; those who do not join go to them."""
    rivals, world, record = model.tables["rivals"].rows, model.world.growth, model.record
    if model.topping_up or model.now == 0:
        lost = model.scenario.members * model.scenario.market * world.prospects * (1.0 - world.joining) / WEEKS
    else:
        before = model.now - 1
        lost = max(0.0, record.rows.item(before, PROSPECTS) - record.rows.item(before, RECRUITS))
    compete(rivals, model.trend, model.expressed, model.offer, lost, record.tally, model.now, model.given)
