"""Money buys attention: campaigns make people think of joining who would not have thought of it.

Each unit of money reaches fewer than the one before (Vakratsas & Ambler 1999, "How advertising works", Journal of
Marketing 63(1): response to advertising shows diminishing returns). Those reached are colder than those who come of
themselves, their needs are further from the offer, and they are less committed: nothing but the campaign brought them.
"""

import numpy as np

from sim.compiled import formula, kernel, making_kernel
from sim.luck import decision, draws
from sim.odds import logistic
from sim.processes.discipline import joining_where_sought
from sim.processes.growth import IDENTITY_WEEKS, JOINING, arrivals, odds_today
from sim.processes.keeping import reached
from sim.processes.selection import at_entry
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import BOUGHT, OUTREACH, REACHED, RECRUITS
from sim.steps import WEEKS

REACHING = decision("campaigns.reaching")
REACHED_FROM, REACHED_A_WEEK = 2**29, 2**17  # identities set aside for those whom campaigns reach


@quantities
class CampaignParameters:
    """What campaigns do, and whom they bring."""

    place = "world.campaigns"

    most: float = quantity(0.6, "people per member-year", 0.0, 5.0, ASSUMED, "people whom campaigns reach, however much money is spent, in proportion to the members at founding")
    half: float = quantity(0.1, "dues per member-year", 0.01, 1.0, ASSUMED, "money at which half of them are reached")
    cold: float = quantity(1.0, "logit", 0.0, 4.0, ASSUMED, "how much less somebody reached by a campaign wants to join than somebody who comes of himself")
    misfit: float = quantity(1.3, "ratio", 1.0, 2.5, ASSUMED, "how much further their needs lie from the average than other people's")
    committed: float = quantity(0.5, "logit", 0.0, 3.0, ASSUMED, "how much less base commitment they bring")


@formula
def stretched(need, misfit):
    """A need of somebody whom only a campaign has brought: further from the average, within what a column holds."""
    return min(40.0, max(-40.0, need * misfit))


@making_kernel
def won(reputation, credit, rivals, money, tally, week, luck, given):
    """Identities of those whom campaigns reach this week and who join."""
    world, scenario = given[0].campaigns, given[0].scenario
    mean = reached(money, world.most, world.half) * scenario.market * scenario.members / WEEKS
    people = arrivals(mean, draws(luck, REACHING, week, 0, 0, 0)[0])
    tally[REACHED] += people
    # More money reaches further down the same list of people.
    first = REACHED_FROM + week % IDENTITY_WEEKS * REACHED_A_WEEK
    odds, focus = odds_today(reputation, credit, rivals, week, given) - world.cold, given[0].policy.focus
    chance, special = logistic(odds), logistic(odds + given[0].discipline.specialist * focus)
    joined, count = np.empty(people, np.int64), 0
    for turn in range(people):
        joining, _, seeking, _ = draws(luck, JOINING, week, first + turn, 0, 0)
        likely = joining_where_sought(first + turn, chance, special, seeking, luck, given) if focus > 0.0 else chance
        if joining < likely:
            joined[count] = first + turn
            count += 1
    return joined[:count]


@kernel
def shape(members, first, count, given):
    """Those bought differ from other newcomers: needs further off, less commitment."""
    world = given[0].campaigns
    for row in range(first, count):
        member = members[row]
        for place in range(len(member.needs)):
            member.needs[place] = stretched(np.float64(member.needs[place]), world.misfit)
        member.commitment = max(-60.0, np.float64(member.commitment) - world.committed)


def step(model) -> None:
    """Campaigns reach people outside; some join."""
    policy, tally = model.policy, model.record.tally
    if policy.relationship_money == 0.0 or not model.admitting:
        return
    money = policy.relationship_money * policy.acquisition * model.spending
    if money <= 0.0:
        return
    tally[OUTREACH] += money * model.scenario.members / WEEKS
    found = won(model.reputation, model.credit, model.tables["rivals"].rows, money, tally, model.now, model.luck, model.given)
    accepted, measure = at_entry(model, found)
    joined = found[accepted]
    if len(joined):
        from sim.founding import settle  # brings Mesa along, which definitions can do without

        members = model.tables["members"]
        first = members.count
        settle(model, joined, model.now + 1, measure=measure)
        shape(members.rows, first, members.count, model.given)
    tally[RECRUITS] += len(joined)
    tally[BOUGHT] += len(joined)
