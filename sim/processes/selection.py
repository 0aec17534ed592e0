"""Members who cost more than they pay: how they are seen, and what is done about them.

Nobody is of that kind by nature. That a member costs more than she pays is a state that is measured once a year, when
dues fall due: the hours, material and gifts of the past year against the dues. The organisation sees it with an error,
which is larger for newcomers and smaller where departments share what they know. It may tolerate it; tell prospects
beforehand which of its own needs must be met; answer in short what goes beyond what is paid for; or let members go.
Whether prospects accept depends on the position from which they are told: what is said of the organisation, what
is to be had elsewhere, and trust. What one member uses is missing for others only through hours and queues.
"""

import math

import numpy as np

from sim.columns import AS_USUAL, COSTLY, DECLINED, FRIENDS
from sim.compiled import AHEAD, fetch_early, formula, kernel, making_kernel
from sim.luck import decision, draws, normal
from sim.odds import logistic
from sim.processes.discipline import dues_paid
from sim.processes.needs import rows_due
from sim.processes.renewals import RENEWAL
from sim.processes.rivals import attraction
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import (
    LOOKED_AT,
    LOOKED_COST,
    LOSS_COST,
    LOSS_MAKING,
    LOSS_SEEN,
    MISJUDGED,
    NOT_ACCEPTING,
    NOT_KEPT,
)
from sim.steps import WEEKS
from sim.traits import TRAITS, quantile, rate_quantiles

LOOK, ENTRY = decision("selection.look"), decision("selection.entry")
MOST = 1e6  # dues; nobody is believed to cost more


@quantities
class SelectionParameters:
    """How costs are seen, and what comes of acting on them."""

    place = "world.selection"

    error: float = quantity(0.3, "sd of logarithm", 0.0, 1.5, ASSUMED, "error in what a member of long standing is believed to cost, where departments share nothing")
    newcomer: float = quantity(1.0, "ratio", 0.0, 4.0, ASSUMED, "how much larger that error is after the first year; it shrinks with the years")
    shared_books: float = quantity(0.7, "share", 0.0, 1.0, ASSUMED, "part of that error which full sharing of information removes")
    tolerated: float = quantity(0.25, "share of dues", 0.0, 3.0, ASSUMED, "loss up to which nobody is let go")
    shortened: float = quantity(0.4, "share of time", 0.0, 0.9, ASSUMED, "time that a limited request is denied")
    watching: float = quantity(0.1, "share", 0.0, 1.0, ASSUMED, "part of their trust that friends of somebody who is let go lose")
    told: float = quantity(5.0, "let-downs", 0.0, 50.0, ASSUMED, "let-downs that are talked about as much as one member who was let go")
    fair: float = quantity(1.5, "ratio", 0.2, 6.0, ASSUMED, "use that the organisation's priorities call fair, against that of the average member")
    accepting: float = quantity(1.0, "logit", -3.0, 5.0, ASSUMED, "log odds that a prospect without any trust, who would use no more than that, accepts the priorities of an organisation in the usual position")
    trusting: float = quantity(2.0, "logit", 0.0, 6.0, ASSUMED, "what full trust adds to that")
    regard: float = quantity(10.0, "logit per share", 0.0, 40.0, ASSUMED, "how strongly the share of good answers, as talked about, moves it")
    burden: float = quantity(2.0, "logit per ratio", 0.0, 8.0, ASSUMED, "how strongly it falls with the use beyond the fair measure that a prospect would have made")
    restraint: float = quantity(0.5, "share", 0.0, 1.0, ASSUMED, "part of the use beyond the fair measure that those who accepted do without")


@formula
def error_of(years, information, world):
    """Sd of the logarithm of what a member is believed to cost, after so many years of membership."""
    return world.error * (1.0 - world.shared_books * information) * (1.0 + world.newcomer / max(1.0, years))


@formula
def cost_believed(cost, error, chance):
    """What a member is believed to have cost: right in the median."""
    return min(MOST, cost * math.exp(error * normal(chance)))


@formula
def excess(asking, fair):
    """Use beyond the fair measure, both against the average member's."""
    return max(0.0, asking - fair)


@formula
def accepting_chance(asking, reputation, usual, outside_option, trust, priorities, world):
    """Chance that a prospect who would join accepts the priorities she is told of; 1 where none are stated.

    Parameters
    ----------
    asking : float
        What she would use, against the average member.
    reputation, usual : float, 0..1
        Share of good answers as talked about, and its usual value.
    outside_option : float, logit
        What is to be had elsewhere: the more, the weaker the position.
    trust : float, 0..1
        Trust of somebody who joins.
    priorities : float, 0..1
        How plainly they are stated.
    """
    position = world.accepting + world.trusting * trust + world.regard * (reputation - usual) - outside_option
    return 1.0 - priorities * (1.0 - logistic(position - world.burden * excess(asking, world.fair)))


@formula
def kept_to_measure(asking, measure, world):
    """What somebody uses who has accepted the priorities, against the average member."""
    return asking - world.restraint * measure * excess(asking, world.fair)


@kernel
def watched_by_friends(friendships, row, alive, trusts, watching):
    """Friends of somebody who is let go lose some of their trust."""
    for index in range(row * FRIENDS, (row + 1) * FRIENDS):
        other = int(friendships[index].other)
        if other >= 0 and alive[other]:
            trusts[other] -= watching * trusts[other]


@making_kernel
def look(
    members, renewal_week, alive, served, cost_seen, trusts, trusting, count, friendships, enacted, tally, week, luck, given
):
    """What members due have cost in the past year is looked at; some are not to be kept."""
    world, policy, scenario, fit = given[0].selection, given[0].policy, given[0].scenario, given[0].fit
    rows, dues = rows_due(renewal_week, alive, count, week % WEEKS), dues_paid(scenario, policy)
    for turn in range(len(rows)):
        if turn + AHEAD < len(rows):
            fetch_early(members, np.int64(rows[turn + AHEAD]))
        row = np.int64(rows[turn])
        member, cost = members[row], np.float64(served[row])
        served[row] = 0.0
        years = (week + 1 - int(member.joined)) // WEEKS
        if years < 1 or week + 1 < WEEKS:
            continue  # the books do not yet hold a whole year
        doubt, going, _, _ = draws(luck, LOOK, week, int(member.identity), 0, 0)
        error = error_of(float(years), enacted[member.main_domain].information, world)
        seen = cost_believed(cost, error, doubt)
        cost_seen[row] = seen
        member.standing = COSTLY if seen > dues else AS_USUAL
        tally[LOOKED_AT] += 1.0
        tally[LOOKED_COST] += cost
        if cost > dues:
            tally[LOSS_MAKING] += 1.0
            tally[LOSS_COST] += cost
            tally[LOSS_SEEN] += 1.0 if seen > dues else 0.0
        if going < policy.let_go and seen > dues * (1.0 + world.tolerated):
            if draws(luck, RENEWAL, week, int(member.identity), 0, 0)[0] < fit.involuntary:
                continue  # leaves this week for reasons of her own
            member.standing = DECLINED
            tally[NOT_KEPT] += 1.0
            tally[MISJUDGED] += 1.0 if cost <= dues else 0.0
            if trusting and len(friendships) > 0:
                watched_by_friends(friendships, row, alive, trusts, world.watching)


@making_kernel
def accepting(identities, rate_nodes, reputation, rivals, tally, week, luck, given):
    """Of people who would join: the places of those who accept the priorities they are told of."""
    policy, world, scenario = given[0].policy, given[0].selection, given[0].scenario
    elsewhere = scenario.outside_option + attraction(rivals, week, given)
    kept, count = np.empty(len(identities), np.int64), 0
    for turn in range(len(identities)):
        identity = int(identities[turn])
        asking = quantile(rate_nodes, draws(luck, TRAITS, 0, identity, 0, 0)[2])
        chance = accepting_chance(
            asking, reputation[0], given[0].fit.reputation, elsewhere, given[0].trust.start,
            policy.priorities, world,
        )  # fmt: skip
        if draws(luck, ENTRY, week, identity, 0, 0)[0] < chance:
            kept[count] = turn
            count += 1
    tally[NOT_ACCEPTING] += len(identities) - count
    return kept[:count]


def at_entry(model, identities: np.ndarray) -> tuple[np.ndarray | slice, float]:
    """Which of those who would join still do after they were told of the organisation's priorities.

    Returns
    -------
    accepted : array of int, or slice
        Their places among ``identities``; all of them where no priorities are stated.
    measure : float, 0..1
        How far they keep to a fair measure of use.
    """
    priorities = model.policy.priorities
    if priorities <= 0.0 or not model.calls("selection"):
        return slice(None), 0.0
    nodes, rivals = rate_quantiles(model.world.needs.request_shape), model.tables["rivals"].rows
    accepted = accepting(
        identities, nodes, model.reputation, rivals, model.record.tally, model.now, model.luck, model.given
    )
    return accepted, priorities


def step(model) -> None:
    """What members due have cost is looked at; some are not to be kept."""
    members = model.tables["members"]
    scanned = members.scanned
    look(
        members.rows, scanned["renewal_week"], scanned["alive"], scanned["served"], scanned["cost_seen"],
        scanned["trust"], model.policy.let_go > 0.0 and model.calls("trust"), members.count, model.tables["friendships"].rows,
        model.enacted, model.record.tally, model.now, model.luck, model.given,
    )  # fmt: skip
