"""People outside hear of the organisation, and some join.

Prospects arrive on a schedule of their own: how many in which week, and who they are, is the same under every
policy. Whether one joins depends on what is said of the organisation: the share of good answers among all
answers, remembered over months. Before the switch of a comparison, leavers are replaced so that every arm starts
from the size the scenario names; afterwards recruits are an outcome.
"""

import math

import numpy as np

from sim.compiled import formula, kernel, making_kernel
from sim.luck import decision, draws, normal, poisson
from sim.odds import logistic
from sim.processes.discipline import joining_where_sought
from sim.processes.leadership import share_of_hours, time_given
from sim.processes.rivals import attraction
from sim.processes.selection import at_entry
from sim.processes.workload import slack_beyond_even
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import GOOD, LAPSE_LET_GO, LET_DOWNS, PROSPECTS, RECRUITS
from sim.steps import WEEKS

ARRIVALS, JOINING = decision("growth.arrivals"), decision("growth.joining")
PROSPECTS_FROM, PROSPECTS_A_WEEK, IDENTITY_WEEKS = 2**30, 2**18, 2**12  # identities set aside for prospects
WAITING_LIST = 2**31  # identities of those who replace leavers before the switch
COUNTED = 100.0  # mean arrivals a week up to which the exact Poisson quantile is used


@quantities
class GrowthParameters:
    """Who might join, and what moves them."""

    place = "world.growth"

    prospects: float = quantity(0.5, "prospects per member-year", 0.0, 5.0, ASSUMED, "people who consider joining, in proportion to the members at founding")
    joining: float = quantity(0.3, "probability", 0.01, 0.95, ASSUMED, "chance that a prospect joins when word of mouth is as usual; with the above it replaces about 15 % of members a year")
    word_of_mouth: float = quantity(3.0, "logit per share", 0.0, 10.0, ASSUMED, "how strongly the share of good answers, as talked about, moves prospects")
    talk_weeks: float = quantity(26.0, "weeks", 4.0, 104.0, ASSUMED, "how long experience is talked about")
    promised: float = quantity(0.4, "logit", 0.0, 2.0, ASSUMED, "what the promise of a partnership, believed before it is lived, adds to the wish to join")
    events: float = quantity(0.3, "logit", 0.0, 2.0, ASSUMED, "what leaders' hours for events move prospects, for each doubling of their effect; the usual hours move nobody")
    event_hours: float = quantity(8.0, "hours a week", 1.0, 30.0, ASSUMED, "leader's hours for events that are usual")
    through_partners: float = quantity(0.15, "logit per hour", 0.0, 1.0, ASSUMED, "what an hour per staff-week more for partners adds to the wish to join of prospects they send")
    recruit_cost: float = quantity(0.3, "dues a recruit", 0.0, 3.0, ASSUMED, "cost of recruiting one member")


@formula
def arrivals(mean, chance):
    """Prospects of a week: the Poisson quantile, for large means its normal approximation."""
    if mean <= COUNTED:
        return poisson(mean, chance)
    return int(max(0.0, math.floor(mean + math.sqrt(mean) * normal(chance) + 0.5)))


@formula
def joining_odds(reputation, usual, events, promise, partners, world):
    """Log odds that a prospect joins: by what is said of the organisation, its events (1 = usual), and what it promises.

    ``partners`` is the hours a week that a person on the staff has for partners beyond the usual.
    """
    odds = math.log(world.joining / (1.0 - world.joining)) + world.promised * promise + world.through_partners * partners
    return odds + world.word_of_mouth * (reputation - usual) + world.events * (events - 1.0)


@kernel
def odds_today(reputation, credit, rivals, week, given):
    """Log odds of joining this week, before anything that concerns one prospect alone; a claim counts as far as believed."""
    policy, leadership = given[0].policy, given[0].leadership
    hours = leadership.week_hours * share_of_hours(policy.hours_events, policy)
    events = time_given(hours, given[0].growth.event_hours)
    partners = slack_beyond_even(policy.first_partners, policy, given[0].routing.slack_hours)
    odds = joining_odds(reputation[0], given[0].fit.reputation, events, policy.promise, partners, given[0].growth)
    odds -= given[0].renewals.price_weight * given[0].scenario.dues * (policy.price - 1.0) + attraction(rivals, week, given)
    return odds + given[0].brand.drawing * policy.claim * credit[0]


@kernel
def talk(reputation, tally, given):
    """Reputation follows the share of good answers of the week."""
    # Whoever was not kept tells of it as often as of so many let-downs.
    told = tally[GOOD] + tally[LET_DOWNS] + given[0].selection.told * tally[LAPSE_LET_GO]
    if told > 0.0:
        reputation[0] += (tally[GOOD] / told - reputation[0]) / given[0].growth.talk_weeks


@making_kernel
def recruits(reputation, credit, against, rivals, tally, week, luck, given):
    """After the switch: word goes round, and the prospects of this week decide; the identities of those who join."""
    talk(reputation, tally, given)
    mean = given[0].scenario.members * given[0].scenario.market * given[0].growth.prospects / WEEKS
    prospects = arrivals(mean, draws(luck, ARRIVALS, week, 0, 0, 0)[0])
    tally[PROSPECTS] += prospects
    # Prospect j of week w is the same person in every arm, and in a scenario of any size.
    first = PROSPECTS_FROM + week % IDENTITY_WEEKS * PROSPECTS_A_WEEK
    odds, focus = odds_today(reputation, credit, rivals, week, given), given[0].policy.focus
    special = given[0].discipline.specialist * focus
    chance, warned = logistic(odds), logistic(odds - given[0].referrals.warned)
    special_chance, special_warned = logistic(odds + special), logistic(odds + special - given[0].referrals.warned)
    knowing = 1.0 - math.exp(-given[0].referrals.reach * against[0])
    joined, count = np.empty(prospects, np.int64), 0
    for turn in range(prospects):
        joining, hearing, seeking, _ = draws(luck, JOINING, week, first + turn, 0, 0)
        likely, special_likely = (warned, special_warned) if hearing < knowing else (chance, special_chance)
        if focus > 0.0:
            likely = joining_where_sought(first + turn, likely, special_likely, seeking, luck, given)
        if joining < likely:
            joined[count] = first + turn
            count += 1
    return joined[:count]


def leavers_replaced(model) -> np.ndarray:
    """Before the switch: as many join as are missing, from a waiting list of their own; their identities."""
    missing = max(0, model.scenario.members - np.count_nonzero(model.tables["members"]["alive"]))
    first = WAITING_LIST + model.replaced
    model.replaced += missing
    return np.arange(first, first + missing, dtype=np.int64)


def step(model) -> None:
    """Word goes round; prospects decide."""
    if model.topping_up:
        talk(model.reputation, model.record.tally, model.given)
        joined, measure = leavers_replaced(model), 0.0
    else:
        model.admitting = True
        found = recruits(
            model.reputation, model.credit, model.against, model.tables["rivals"].rows, model.record.tally, model.now,
            model.luck, model.given,
        )
        accepted, measure = at_entry(model, found)
        joined = found[accepted]
    if len(joined):
        from sim.founding import settle  # brings Mesa along, which definitions can do without

        settle(model, joined, model.now + 1, measure=measure)
    model.record.tally[RECRUITS] += len(joined)
