"""How a community that members make grows and ages; :mod:`sim.processes.community` is the process that calls it.

Whoever takes part moves others to join, members or not (Bass 1969, "A new product growth for model consumer durables",
Management Science 15(5)): the pressure to join is p + q times the share that has joined, and somebody joins when the
pressure since the beginning exceeds a threshold of his own, so nobody is drawn for twice. Few write most (van Mierlo
2014, "The 1% rule in four digital health social networks", Journal of Medical Internet Research 16(2)), and interest
fades unless something feeds it.
"""

import math

import numpy as np

from sim.compiled import formula, kernel, making_kernel
from sim.luck import decision, draws, normal
from sim.recording import COMMUNITY_ACTIVE, COMMUNITY_COST, COMMUNITY_INSIDE, COMMUNITY_OUTSIDE, PAID_TIERS
from sim.steps import WEEKS

PERSON, OUTSIDERS = decision("community.person"), decision("community.outsiders")
OBSERVE, HOST, COLLABORATE = range(3)
TAKES_PART, HAS_LEFT = 1, 2
FINE = 2.0**30  # parts of a whole in sums over members and departments, whose order must not matter


@formula
def bass_pressure(share, innovation, imitation):
    """Pressure to join over one week, exact for Bass growth from ``share``: minus the logarithm of who stays away.

    With y = (1 - F) / (p + q F) growth is y' = -(p + q) y, so the share a week later is (1 - p y) / (1 + q y).
    """
    gap = 1.0 - share
    base = innovation + imitation * share
    if gap <= 0.0 or base <= 0.0:
        return 0.0
    later = gap / base * math.exp(-(innovation + imitation))
    # 1 - F = (p + q) y / (1 + q y)
    return math.log(gap) - math.log((innovation + imitation) * later / (1.0 + imitation * later))


@formula
def activity(chance, inequality):
    """How much a participant writes against the average: lognormal of mean 1."""
    return math.exp(inequality * normal(chance) - 0.5 * inequality * inequality)


@formula
def answered_share(active, half):
    """Chance that somebody who asks peers is answered: half where so many are active."""
    return active / (active + half) if active > 0.0 else 0.0


@formula
def whole(expected, chance):
    """A whole number with a given mean, from one draw."""
    return math.floor(expected + chance)


@kernel
def done(enacted, place):
    """How far a lever is done, mean of departments, whatever their order."""
    total = 0
    for unit in range(len(enacted)):
        levers = enacted[unit]
        level = levers.community_observe
        if place == HOST:
            level = levers.community_host
        elif place == COLLABORATE:
            level = levers.community_collaborate
        total += int(FINE * level)
    return total / FINE / len(enacted)


@kernel
def begin(alive, due, count, community, week):
    """Whoever is readiest to join begins it."""
    least = np.inf
    for row in range(count):
        if alive[row]:
            least = min(least, due[row])
    if least < np.inf:
        community[0].begun, community[0].pressure = week, least


@kernel
def prepare(members, alive, due, takes_part, count, community, living, week, luck, given):
    """Thresholds of members not yet known. Of those who join the organisation later, some take part already."""
    group = community[0]
    others = max(1.0, given[0].scenario.members + given[0].scenario.outsiders - living, float(group.outside))
    share, came = group.outside / others, 0
    for row in range(int(group.known), count):
        joining, _, _, before = draws(luck, PERSON, 0, int(members[row].identity), 0, 0)
        due[row] = group.pressure - math.log(joining)
        if group.begun >= 0 and alive[row] and before < share:
            takes_part[row] = TAKES_PART
            came += 1
    group.outside = max(0, group.outside - came)
    group.inside += came
    group.known = count


@kernel
def charge(members, alive, takes_part, count, community, week, luck, given):
    """Paid levels drive some participants away, for good."""
    group, repelled, level = community[0], given[0].community.repelled, given[0].policy.community_paid
    size, gone = group.inside + group.outside, 0
    for row in range(count):
        if alive[row] and takes_part[row] == TAKES_PART:
            if draws(luck, PERSON, 0, int(members[row].identity), 0, 0)[2] < repelled * level:
                takes_part[row] = HAS_LEFT
                gone += 1
    share = repelled * (level - group.charged) / max(1e-9, 1.0 - repelled * group.charged)
    outside = whole(share * group.outside, draws(luck, OUTSIDERS, week, 0, 0, 0)[1])
    group.inside -= gone
    group.outside -= min(int(outside), int(group.outside))
    group.charged = level
    if size > 0:
        group.active *= (group.inside + group.outside) / size


@making_kernel
def grow(members, alive, due, takes_part, count, community, enacted, tally, week, luck, given):
    """A week of the community; returns the rows of the members who join."""
    world, scenario, policy = given[0].community, given[0].scenario, given[0].policy
    group = community[0]
    host, together = done(enacted, HOST), done(enacted, COLLABORATE)
    inside, living = 0, 0
    for row in range(count):
        inside += alive[row] & (takes_part[row] == TAKES_PART)
        living += alive[row]
    # Who has left the organisation goes on taking part, as somebody outside.
    group.outside += group.inside - inside
    group.inside = inside
    newest = int(group.known)
    prepare(members, alive, due, takes_part, count, community, living, week, luck, given)
    everybody = float(scenario.members + scenario.outsiders)
    free = 1.0 - world.slowing * policy.community_fight
    added, weights = 0, 0
    if group.begun < 0:
        begin(alive, due, count, community, week)
        newest = count
    else:
        share = min(1.0, (group.inside + group.outside) / everybody)
        innovation = scenario.community_innovation * (1.0 + world.host_draw * host)
        step = bass_pressure(share, innovation * free, scenario.community_imitation * world.imitation * free)
        group.pressure += step
        reach = max(0.0, (everybody - living) * (1.0 - world.repelled * group.charged) - group.outside)
        added = int(whole(reach * (1.0 - math.exp(-step)), draws(luck, OUTSIDERS, week, 0, 0, 0)[0]))
        group.outside += added
    joined, count_joined = np.empty(count, np.int64), 0
    for row in range(count):
        if due[row] <= group.pressure and takes_part[row] == 0 and alive[row]:
            _, much, reluctance, _ = draws(luck, PERSON, 0, int(members[row].identity), 0, 0)
            if reluctance < world.repelled * group.charged:
                takes_part[row] = HAS_LEFT
                continue
            takes_part[row] = TAKES_PART
            weights += int(FINE * activity(much, world.inequality))
            group.inside += 1
            joined[count_joined] = row
            count_joined += 1
        elif row >= newest and takes_part[row] == TAKES_PART:
            joined[count_joined] = row  # took part already when he became a member
            count_joined += 1
    if policy.community_paid > group.charged:
        charge(members, alive, takes_part, count, community, week, luck, given)
    size = float(group.inside + group.outside)
    fed = (world.reviving + world.host_feeding * host) * free
    group.active = group.active * math.exp(-1.0 / world.age_weeks) + weights / FINE + added
    group.active += fed * max(0.0, size - group.active)
    group.freshness = group.active / size if size > 0.0 else 0.0
    group.lived += group.freshness
    present = group.active * (1.0 - world.appeal * policy.community_copy)
    group.answering = answered_share(present, world.half_active)
    group.elsewhere = group.answering * (1.0 - world.kept_inside * host)
    group.heard = world.hearing * group.answering * min(1.0, done(enacted, OBSERVE) + world.together_ear * together)
    tally[COMMUNITY_INSIDE] = group.inside
    tally[COMMUNITY_OUTSIDE] = group.outside
    tally[COMMUNITY_ACTIVE] = group.active
    takers = world.tier_takers * policy.community_paid * group.answering * group.outside / WEEKS
    tally[PAID_TIERS] += world.tier_fee * takers
    tally[COMMUNITY_COST] += world.tier_cost * takers
    money = world.fight_cost * policy.community_fight + world.host_cost * host
    tally[COMMUNITY_COST] += money * scenario.members / WEEKS
    return joined[:count_joined]
