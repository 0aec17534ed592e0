"""What partner organisations make of joint work: trust, dependence in both directions, opportunism, and whether to go on.

Dependence is the share of revenue that hangs on the other side. Where it is lopsided, the stronger side may take from the
weaker one (Williamson 1985, "The economic institutions of capitalism": opportunism), the likelier the less it trusts and
the less contracts forbid. Whether trust and contracts replace or need each other as safeguards is disputed (Poppo &
Zenger 2002, Strategic Management Journal 23(8)), so they combine with an elasticity that is uncertain. Once a year a
partner compares what it got with what it expected (Anderson & Narus 1990, Journal of Marketing 54(1)) and goes on or not.
"""

import math

from sim.compiled import formula, kernel
from sim.luck import decision, draws
from sim.odds import logistic
from sim.processes.joint_work import MILLIONTHS
from sim.recording import (
    AT_RISK,
    DEALT_WITH,
    DUE_PARTNERS,
    EXPECTED_PARTNERS,
    JOINT_VALUE,
    PARTNER_COST,
    PARTNER_INCOME,
    PARTNER_TRUST,
    PARTNERS,
    RENEWED_PARTNERS,
    STRUCK_BY,
    TAKEN_BY,
    TAKEN_FROM,
)
from sim.steps import WEEKS

STRIKE, GOING_ON = decision("dependence.strike"), decision("dependence.going_on")


@formula
def share_of(part, other):
    """Part of one's revenue that hangs on the other side, 0..1; losses hang nobody on anybody."""
    part = max(0.0, part)
    return part / (part + other) if part + other > 0.0 else 0.0


@formula
def safeguard(trust, contract, power):
    """How well trust and contract together forbid taking advantage, 0..1: a mean with constant elasticity of substitution."""
    power = power if abs(power) > 0.01 else 0.01
    total = math.exp(power * math.log(max(trust, 0.01))) + math.exp(power * math.log(max(contract, 0.01)))
    return math.exp(math.log(0.5 * total) / power)


@formula
def strike_chance(opportunism, weaker, stronger, trust, contract, world):
    """Chance a year that the stronger side takes from the weaker; ``weaker`` and ``stronger`` are their dependences, 0..1."""
    lopsided = max(0.0, weaker - stronger)
    return min(1.0, world.strikes * opportunism * lopsided * (1.0 - safeguard(trust, contract, world.safeguard_power)))


@formula
def renewed_trust(trust, good, bad, world):
    """Trust between organisations after a week's meetings: a small gain for good ones, a larger loss for bad ones."""
    total = good + bad
    if total <= 0.0:
        return trust
    return trust + world.trust_gain * good / total * (1.0 - trust) - world.trust_loss * bad / total * trust


@formula
def chance_of_going_on(value, expected, usual, trust, dependence, world):
    """Chance that a partner goes on for another year, given what it got and expected, in dues a year."""
    gap = (value - expected) / max(expected, 0.25 * usual) if usual > 0.0 else 0.0
    odds = world.going_on + world.value_weight * min(2.0, max(-2.0, gap))
    return logistic(odds + world.trust_weight * (trust - world.usual_trust) + world.dependence_weight * dependence)


@formula
def reach(activity, world):
    """Part of the misfit of the offer in a domain that trusted joint work there closes, 0..1; ``activity`` is pieces a post and year."""
    return world.gap_closed * (1.0 - math.exp(-activity / world.gap_pieces))


@formula
def follow(rate, week_value):
    """A yearly rate that follows what weeks bring, with a memory of a year."""
    return rate + (week_value - rate / WEEKS)


@kernel
def weigh_up(partners, companies, other, reach_by_domain, opened, settling, tally, week, luck, given):
    """Once a week for each partner: what joint work brought, trust, dependence, a strike, and once a year whether to go on.

    ``companies`` is room for one number a partner; ``other`` is what the organisation earns elsewhere, dues a year.
    """
    world, policy, breadth = given[0].partners, given[0].policy, given[0].policy.breadth
    share, stake, active = world.share, world.stake, 0.0
    ours_all = other
    for row in range(len(partners)):
        companies[row, 0] = companies[row, 1] = companies[row, 2] = 0.0
    for row in range(len(partners)):
        partner = partners[row]
        if not partner.alive:
            continue
        made, given_away = partner.made / MILLIONTHS, partner.given / MILLIONTHS
        partner.ours = follow(partner.ours, (1.0 - share) * made - given_away)
        partner.theirs = follow(partner.theirs, share * made + given_away)
        partner.worked = follow(partner.worked, made)
        partner.trust = renewed_trust(partner.trust, float(partner.good), float(partner.bad), world)
        partner.our_trust = renewed_trust(partner.our_trust, float(partner.good), float(partner.bad), world)
        tally[JOINT_VALUE] += made
        tally[PARTNER_INCOME] += (1.0 - share) * made - given_away
        company = int(partner.company)
        companies[company, 0] += max(0.0, partner.ours)
        companies[company, 1] += partner.theirs
        companies[company, 2] += partner.elsewhere
        ours_all += max(0.0, partner.ours)
    for domain in range(len(reach_by_domain)):
        reach_by_domain[domain] = 0.0
    risk = 0.0
    for row in range(len(partners)):
        partner = partners[row]
        if not partner.alive:
            continue
        tally[PARTNERS] += 1.0
        tally[PARTNER_TRUST] += partner.trust
        company = int(partner.company)
        ours = companies[company, 0] / ours_all if ours_all > 0.0 else 0.0
        theirs = share_of(companies[company, 1], companies[company, 2])
        partner.our_dependence, partner.dependence = ours, theirs
        chance = chance_of_going_on(partner.theirs, partner.expected, partner.usual, partner.trust, theirs, world)
        if partner.rank >= breadth:
            continue
        active += partner.ties
        tally[DEALT_WITH] += 1.0
        reach_by_domain[partner.domain] += max(0.0, partner.worked) / world.worth * 0.5 * (partner.trust + partner.our_trust)
        risk += max(0.0, partner.ours) * (1.0 - chance)
        striking, going, _, _ = draws(luck, STRIKE, week, int(partner.identity), 0, 0)
        contract = policy.strictness
        if striking < strike_chance(partner.opportunism, ours, theirs, partner.trust, contract, world) / WEEKS:
            taken = stake * (1.0 + world.exposure * policy.vulnerability) * max(0.0, partner.ours)
            partner.ours -= taken
            partner.theirs += world.kept_of_taken * taken
            partner.our_trust *= 1.0 - world.betrayal
            tally[STRUCK_BY] += 1.0
            tally[TAKEN_BY] += taken
            tally[PARTNER_INCOME] -= taken
        elif going < strike_chance(world.own_opportunism * (1.0 - policy.partnering), theirs, ours, partner.our_trust, contract, world) / WEEKS:
            taken = stake * max(0.0, partner.theirs)
            partner.theirs -= taken
            partner.ours += world.kept_of_taken * taken
            partner.trust *= 1.0 - world.betrayal
            tally[TAKEN_FROM] += taken
            tally[PARTNER_INCOME] += world.kept_of_taken * taken
        if week % WEEKS == partner.renewal_week:
            if not settling:
                tally[DUE_PARTNERS] += 1.0
                tally[EXPECTED_PARTNERS] += chance
                if draws(luck, GOING_ON, week, int(partner.identity), 0, 0)[0] < chance:
                    tally[RENEWED_PARTNERS] += 1.0
                else:
                    partner.alive = False
                    partner.left = week
            partner.expected += world.expecting * (partner.theirs - partner.expected)
    for domain in range(len(reach_by_domain)):
        reach_by_domain[domain] = reach(reach_by_domain[domain] / max(1, int(opened[domain])), world)
    tally[PARTNER_COST] += world.plan_cost * policy.partnering * active / WEEKS
    tally[AT_RISK] = risk / ours_all if ours_all > 0.0 else 0.0
