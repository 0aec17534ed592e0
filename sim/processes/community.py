"""A community that members make themselves: they help each other, and need the organisation less, or more.

It grows by imitation among members and others, and ages (:mod:`sim.processes.community_growth`). Who takes part may ask
peers before the organisation: guests entertain guests. So requests stay away, and with them contacts, bonds and what
staff would have learned; the community is also something to be had without membership. Friends made there are a reason
to stay. Which of these weighs more is left open, and so is what comes of fighting it, copying it, following what is
said in it, hosting it, working with it, or charging for more of it.
"""

import math

import numpy as np

from sim.columns import FRIENDS
from sim.compiled import formula, kernel, making_kernel
from sim.luck import decision, draws, normal
from sim.processes.community_growth import (
    COLLABORATE,
    HOST,
    PERSON,
    TAKES_PART,
    activity,
    done,
    grow,
)
from sim.processes.encounters import fit
from sim.processes.needs import rows_due
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import (
    ADVERTISING,
    COMMUNITY_ANGER,
    COMMUNITY_COST,
    PAID_TIERS,
    PARTS,
    PEER_HELP,
    PEER_WORTH,
    REQUESTS,
)
from sim.steps import WEEKS

PEERS, YEARLY = decision("community.peers"), decision("community.yearly")
NOBODY = np.zeros(0, np.int64)
BEFORE_RENEWAL = 13  # weeks before dues fall due in which fights, fees and advertisements of a year come home


@quantities
class CommunityParameters:
    """How a community grows, helps, ages, and answers to what the organisation does about it."""

    place = "world.community"

    imitation: float = quantity(1.0, "ratio", 0.5, 2.0, ASSUMED, "how strongly people imitate, against what the scenario says")
    age_weeks: float = quantity(26.0, "weeks", 4.0, 260.0, ASSUMED, "time in which the activity of those who joined falls to 37 % unless something feeds it")
    reviving: float = quantity(0.005, "share per week", 0.0, 0.1, "assumed, so that about 12 % stay active; associations report 15 %, Higher Logic 2023", "part of the inactive who become active again on their own")
    inequality: float = quantity(1.65, "sd of logarithm", 0.3, 3.0, "so that the top tenth writes .645 of messages: UCI online community, Opsahl & Panzarasa 2009", "how much participants differ in what they write")
    messages: float = quantity(0.1, "messages per week", 0.005, 5.0, ASSUMED, "what an average participant writes while active")
    half_active: float = quantity(300.0, "people", 10.0, 10_000.0, ASSUMED, "active participants with whom half of those who ask peers are answered")
    asking: float = quantity(0.3, "share of requests", 0.0, 1.0, ASSUMED, "requests of participants that are put to peers first")
    likeness: float = quantity(0.5, "correlation", 0.0, 0.95, ASSUMED, "how alike the needs of who asks and who answers are")
    enough: float = quantity(0.5, "quality", 0.0, 1.0, ASSUMED, "fit of a peer's answer above which the member does not turn to the organisation")
    help_hours: float = quantity(0.5, "hours a request", 0.0, 4.0, ASSUMED, "time of the peer who answers; booked with who asks, since everybody is either in turn")
    meets: int = quantity(2, "members", 0, FRIENDS, ASSUMED, "members whom somebody gets to know on joining, those who joined last")
    pull: float = quantity(0.3, "logit", 0.0, 3.0, ASSUMED, "what a community that answers everybody, without membership, takes from renewal")
    slowing: float = quantity(0.5, "share", 0.0, 1.0, ASSUMED, "part of growth and revival that a fight by all means prevents")
    anger: float = quantity(0.3, "probability a year", 0.0, 1.0, ASSUMED, "chance that such a fight angers somebody who writes as much as the average; less those who write less")
    anger_trust: float = quantity(0.3, "share", 0.0, 1.0, ASSUMED, "part of trust lost in that anger")
    spill: float = quantity(0.3, "share", 0.0, 1.0, ASSUMED, "how far somebody all of whose friends take part shares their anger")
    fight_cost: float = quantity(0.03, "dues per founding member and year", 0.0, 0.5, ASSUMED, "money for a fight by all means: lawyers, campaigns")
    appeal: float = quantity(0.08, "share", 0.0, 1.0, ASSUMED, "people who use a platform that was bought without asking them")
    platform_cost: float = quantity(0.06, "dues per founding member and year", 0.0, 0.5, ASSUMED, "money for such a platform")
    advertising: float = quantity(0.04, "dues per user and year", 0.0, 1.0, ASSUMED, "what advertisements on it bring")
    nuisance: float = quantity(0.04, "dues per user and year", 0.0, 1.0, ASSUMED, "what they cost those who see them")
    hearing: float = quantity(0.05, "share per week", 0.0, 0.5, ASSUMED, "how fast what members need shows in what they say among themselves, followed every day in a community that answers everybody")
    latent_talk: float = quantity(0.3, "share", 0.0, 1.0, ASSUMED, "the same for what nobody asks the organisation for, against what they ask for")
    together_ear: float = quantity(0.5, "share", 0.0, 1.0, ASSUMED, "how far working out answers together shows needs, against following all that is said")
    host_draw: float = quantity(4.0, "ratio", 0.0, 20.0, ASSUMED, "how much more people join unmoved by others where the organisation hosts and invites")
    host_feeding: float = quantity(0.02, "share per week", 0.0, 0.2, ASSUMED, "part of the inactive whom a host brings back")
    host_cost: float = quantity(0.03, "dues per founding member and year", 0.0, 0.5, ASSUMED, "money for hosting in full")
    host_credit: float = quantity(0.3, "share", 0.0, 1.0, ASSUMED, "part of peers' help that members put down to the host")
    kept_inside: float = quantity(0.3, "share", 0.0, 1.0, ASSUMED, "part of what a hosted community offers that is for members of the organisation only")
    referral: float = quantity(0.2, "share of requests", 0.0, 1.0, ASSUMED, "requests of participants that staff put to peers as well, where they work together")
    together_fit: float = quantity(0.2, "share", 0.0, 1.0, ASSUMED, "part of the misfit of a peer's answer that working it out with staff removes")
    together_time: float = quantity(0.6, "hours a request", 0.0, 4.0, ASSUMED, "staff time for an answer worked out with peers")
    together_credit: float = quantity(0.4, "share", 0.0, 1.0, ASSUMED, "part of such an answer that members put down to the organisation")
    tier_takers: float = quantity(0.1, "share of participants", 0.0, 0.8, ASSUMED, "who want a paid level, in a community that answers everybody")
    tier_fee: float = quantity(0.2, "dues a year", 0.0, 2.0, ASSUMED, "fee for a paid level")
    tier_worth: float = quantity(0.3, "dues a year", 0.0, 3.0, ASSUMED, "worth of a paid level to those who take it")
    tier_cost: float = quantity(0.08, "dues a taker and year", 0.0, 2.0, ASSUMED, "cost of running it")
    repelled: float = quantity(0.15, "share of participants", 0.0, 0.9, ASSUMED, "who leave the community where all levels are paid for")


@formula
def helper_need(need, likeness, spread, chance):
    """Own need of the peer who answers: like the asker's in the measure of ``likeness``, as varied as everybody's."""
    return likeness * need + math.sqrt(1.0 - likeness * likeness) * spread * normal(chance)


@kernel
def drawn_away(community, taking_part, given):
    """What the community, to be had without membership, takes from a member's log odds of renewing."""
    return given[0].community.pull * community[0].elsewhere if taking_part == TAKES_PART else 0.0


@kernel
def ask_peers(cases, used, members, takes_part, community, enacted, dealings, tally, week, luck, given):
    """Participants put some requests to peers; what is answered well enough does not come to the organisation.

    Returns how many cases are left, and how many dealings there are.
    """
    world, spread, accounts = given[0].community, given[0].needs.spread, given[0].accounts
    host, together = done(enacted, HOST), done(enacted, COLLABORATE)
    asking = min(1.0, world.asking + world.referral * together)
    credit = min(1.0, world.host_credit * host + world.together_credit * together)
    reach, tolerance = 1.0 - world.together_fit * together, given[0].encounters.tolerance
    cost = world.together_time * together * accounts.hour_cost
    answering, left, helped, index = community[0].answering, 0, 0, 0
    while index < used:
        case = cases[index]
        parts, quality, row = int(case.parts), 0.0, int(case.member)
        if takes_part[row] == TAKES_PART:
            asks, answered, first, second = draws(luck, PEERS, week, int(case.identity), 0, int(case.ordinal))
            if asks < asking and answered < answering:
                for part in range(parts):
                    need = np.float64(members[row].needs[cases[index + part].domain])
                    peer = helper_need(need, world.likeness, spread, first if part == 0 else second)
                    quality += fit(reach * (need - peer), tolerance) / parts
        if quality > 0.0 and quality >= world.enough:
            dealing = dealings[helped]
            worth = given[0].trust.request_worth * quality
            worth -= (accounts.own_hours * parts + world.help_hours) * accounts.own_hour_worth
            dealing.member, dealing.worth, dealing.earned = row, worth, -cost
            dealing.lesson, dealing.credit, dealing.anger = quality, credit, 0.0
            helped += 1
            tally[REQUESTS] -= 1.0
            tally[PARTS] -= parts
            tally[PEER_HELP] += 1.0
            tally[PEER_WORTH] += worth
            tally[COMMUNITY_COST] += cost
        else:
            for part in range(parts):
                if left < index + part:
                    cases[left] = cases[index + part]
                left += 1
        index += parts
    return left, helped


@kernel
def friends_inside(friendships, alive, takes_part, row):
    """Share of a member's friends who take part."""
    known, inside = 0, 0
    for index in range(row * FRIENDS, (row + 1) * FRIENDS if len(friendships) > 0 else 0):
        other = int(friendships[index].other)
        if other >= 0 and alive[other]:
            known += 1
            inside += takes_part[other] == TAKES_PART
    return inside / known if known > 0 else 0.0


@making_kernel
def come_home(members, renewal_week, alive, takes_part, count, friendships, community, dealings, used, tally, week, luck, given):
    """Once a year for each member: anger over a fight, a fee, advertisements. Returns how many dealings there are."""
    world, policy = given[0].community, given[0].policy
    rows = rows_due(renewal_week, alive, count, (week + BEFORE_RENEWAL) % WEEKS)
    for turn in range(len(rows)):
        row = np.int64(rows[turn])
        inside = takes_part[row] == TAKES_PART
        angering, using, taking, _ = draws(luck, YEARLY, week, int(members[row].identity), 0, 0)
        worth, earned, anger = 0.0, 0.0, 0.0
        if policy.community_fight > 0.0 and community[0].inside > 0:
            much = activity(draws(luck, PERSON, 0, int(members[row].identity), 0, 0)[1], world.inequality)
            near = min(1.0, much) if inside else world.spill * friends_inside(friendships, alive, takes_part, row)
            if angering < world.anger * policy.community_fight * near:
                anger = world.anger_trust
                tally[COMMUNITY_ANGER] += 1.0
        if using < world.appeal * policy.community_copy:
            worth -= world.nuisance
            earned += world.advertising
            tally[ADVERTISING] += world.advertising
        if inside and taking < world.tier_takers * policy.community_paid * community[0].answering:
            worth += world.tier_worth - world.tier_fee
            earned += world.tier_fee - world.tier_cost
            tally[PAID_TIERS] += world.tier_fee
            tally[COMMUNITY_COST] += world.tier_cost
        if worth != 0.0 or earned != 0.0 or anger > 0.0:
            dealing = dealings[used]
            dealing.member, dealing.worth, dealing.earned = row, worth, earned
            dealing.lesson, dealing.credit, dealing.anger = 0.0, 0.0, anger
            used += 1
    return used


def step(model) -> None:
    """The community grows, ages and helps; what is done about it comes home to members."""
    policy, group = model.policy, model.tables["community"]
    begun = group["begun"][0] >= 0
    begins = model.now == model.scenario.community_week or policy.community_host > 0.0
    if not begun and not begins and policy.community_copy == 0.0:
        return  # nobody has begun one
    members, cases, tally, given = model.tables["members"], model.cases, model.record.tally, model.given
    alive, takes_part, due = (members.scanned[name] for name in ("alive", "community", "community_due"))
    if begun or begins:
        joined = grow(
            members.rows, alive, due, takes_part, members.count, group.rows, model.enacted, tally, model.now, model.luck, given,
        )  # fmt: skip
        model.joined_community = joined[np.argsort(due[joined], kind="stable")]  # in the order of joining, not of rows
    tally[COMMUNITY_COST] += model.world.community.platform_cost * policy.community_copy * model.scenario.members / WEEKS
    model.dealings.reserve(cases.count + members.count)
    dealings, helped = model.dealings.rows, 0
    if group["answering"][0] > 0.0:
        cases.count, helped = ask_peers(
            cases.rows, cases.count, members.rows, takes_part, group.rows, model.enacted, dealings, tally,
            model.now, model.luck, given,
        )  # fmt: skip
    if policy.community_fight + policy.community_copy + policy.community_paid > 0.0:
        helped = come_home(
            members.rows, members.scanned["renewal_week"], alive, takes_part, members.count, model.tables["friendships"].rows,
            group.rows, dealings, helped, tally, model.now, model.luck, given,
        )  # fmt: skip
    model.dealings.count = helped
