"""Members whose dues fall due decide whether to stay.

The decision sees base commitment, the believed quality of answers, the personal bond, an open grievance, other
members, dues, the outside option, what a community offers without membership and what rivals offer; each enters once, and trust
not at all (it acts through disclosure, take-up and belief). What bonds weigh together stands in :mod:`sim.processes.bonds`.
How strongly lived experience weighs is not identified by retention data, so it is an uncertain parameter, and
base commitment is fitted again for each value of it.

Base commitment is beta distributed over members: without anything else the model is the
shifted-beta-geometric (Fader & Hardie 2007, "How to project customer retention", Journal of Interactive
Marketing 21(1)). Sorting alone can only raise retention with tenure; a dip needs learning. Membership is an
experience good whose worth to oneself is learned by living it (Jovanovic 1979, "Job matching and the theory of
turnover", Journal of Political Economy 87(5)): a prior common to all who join, worth ``promise_years`` of
experience, is weighed against one's own as in Bayesian learning of a normal mean.
"""


import numpy as np

from sim.columns import DECLINED, FRIENDS
from sim.compiled import AHEAD, fetch_early, formula, kernel, making_kernel
from sim.luck import decision, draws
from sim.odds import logistic
from sim.processes.bonds import average_ties, combined_bond
from sim.processes.community import TAKES_PART, drawn_away
from sim.processes.contracts import bound_by_contract
from sim.processes.discipline import dues_paid
from sim.processes.friendships import surroundings
from sim.processes.needs import prior_variance, rows_due
from sim.processes.rivals import go_elsewhere, pull
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import (
    BOUND,
    DUE,
    DUE_BELIEF,
    DUE_BOND,
    DUE_FIRST,
    DUE_GRIEVANCE,
    DUE_INSIDE,
    DUE_KNOWN,
    DUE_SURROUNDINGS,
    EXPECTED,
    EXPECTED_FIRST,
    FIRST_LAPSE,
    LAPSED_GRIEVED,
    LEFT_BOUND,
    LOST_KNOWN,
    RENEWED,
    RENEWED_FIRST,
    RENEWED_INSIDE,
    REVENUE,
)  # fmt: skip
from sim.steps import WEEKS

RENEWAL = decision("renewals.renewal")
(
    INVOLUNTARY, COMMITMENT, VALUE, ENGAGEMENT, GRIEVANCE, FRIENDS_GONE, NO_SINGLE_CAUSE, COMMUNITY_INSTEAD, LET_GO, RIVAL,
) = range(1, 11)  # fmt: skip  (order of LAPSE_REASONS)


@quantities
class RenewalParameters:
    """What counts when dues fall due."""

    place = "world.renewals"

    lived_weight: float = quantity(2.0, "logit per quality", 0.0, 20.0, "not identified by retention data: assumed, from 0 to the largest found by relsim calibrate", "how strongly lived experience weighs in renewal")
    bond_weight: float = quantity(0.3, "quality per bond", 0.0, 1.5, ASSUMED, "what a full personal bond counts, in quality of answers")
    bond_elasticity: float = quantity(3.0, "power", 1.0, 20.0, ASSUMED, "how bonds with several people combine: 1 = their mean over departments, 20 = nearly the strongest alone")
    grievance_weight: float = quantity(2.0, "quality", 0.0, 3.0, "fitted to churn after a complaint, target C22 (python -m experiments.honesty.reachable); identified only as its product with lived_weight", "what an unresolved complaint counts, in quality of answers")
    grievance_weeks: int = quantity(26, "weeks", 4, 104, ASSUMED, "how long an unresolved complaint is held against the organisation")
    price_weight: float = quantity(1.0, "logit per dues", 0.0, 5.0, ASSUMED, "how strongly dues above the standard weigh")


@formula
def base_commitment(commitment, years, promise, promise_years):
    """Log odds of renewal before lived experience, after so many years of membership.

    The common promise, worth ``promise_years`` of experience, gives way to what this member has found for himself.
    """
    return (promise_years * promise + years * commitment) / (promise_years + years)


@formula
def lived_experience(belief, bond, grievance, around, fit, world):
    """Lived experience against its level in the reference run, in units of quality; ``around`` is what other members add."""
    return (
        (belief - fit.belief)
        + world.bond_weight * (bond - fit.bond)
        - world.grievance_weight * (grievance - fit.grievance)
        + (around - fit.surroundings)
    )


@formula
def renewal_odds(base, lived, dues, outside_option, world):
    """Log odds of renewing."""
    return base + world.lived_weight * lived - world.price_weight * (dues - 1.0) - outside_option


@formula
def chance_of_renewal(commitment, years, belief, bond, grievance, around, drawn, fit, world, scenario, policy):
    """Probability that a member renews, given what he brings, has lived through, and is drawn to elsewhere; 0..1."""
    base = base_commitment(commitment, years, fit.promise, fit.promise_years)
    lived = lived_experience(belief, bond, grievance, around, fit, world)
    return (1.0 - fit.involuntary) * logistic(
        renewal_odds(base, lived, dues_paid(scenario, policy), scenario.outside_option + drawn, world)
    )


@formula
def reason(odds, chance, base_gap, belief_gap, bond_gap, grievance_gap, friends_gap, community_gap, rival_gap):
    """Why a member left: the one term whose reset to the reference median would have kept him, with the same luck.

    Each gap is what resetting that term would add to the log odds; the largest that suffices is the reason.
    """
    code, largest = NO_SINGLE_CAUSE, 0.0
    if base_gap > largest and chance < logistic(odds + base_gap):
        code, largest = COMMITMENT, base_gap
    if belief_gap > largest and chance < logistic(odds + belief_gap):
        code, largest = VALUE, belief_gap
    if bond_gap > largest and chance < logistic(odds + bond_gap):
        code, largest = ENGAGEMENT, bond_gap
    if grievance_gap > largest and chance < logistic(odds + grievance_gap):
        code, largest = GRIEVANCE, grievance_gap
    if friends_gap > largest and chance < logistic(odds + friends_gap):
        code, largest = FRIENDS_GONE, friends_gap
    if community_gap > largest and chance < logistic(odds + community_gap):
        code, largest = COMMUNITY_INSTEAD, community_gap
    if rival_gap > largest and chance < logistic(odds + rival_gap):
        code = RIVAL
    return code


@kernel
def known_share(member, departments, prior):
    """Part of the uncertainty about what a member asks for that the organisation has removed, 0..1."""
    left = 0.0
    for domain in range(departments):
        left += np.float64(member.uncertainty[domain])
    return max(0.0, 1.0 - left / departments / prior)


@making_kernel
def decide(
    members, renewal_week, alive, taking_part, count, ties, friendships, community, rivals, trend, staff, renewed, gone, tally, week,
    luck, given,
):
    """Members due this week renew or leave; returns how many of each, their rows in ``renewed`` and ``gone``.

    Somebody under a contract is not due before its end: he goes on, unless leaving is worth the charge to him.
    """
    world, fit, scenario = given[0].renewals, given[0].fit, given[0].scenario
    done, left, due = 0, 0, week % WEEKS
    rows, departments = rows_due(renewal_week, alive, count, due), int(scenario.departments)
    averaged, dues, prior = scenario.mean_field, dues_paid(scenario, given[0].policy), prior_variance(given[0].needs)
    if averaged:
        usual_bond, usual_around = average_ties(members, alive, count, ties, friendships, staff, week, given)
    else:
        usual_bond, usual_around = 0.0, 0.0
    for turn in range(len(rows)):
        if turn + AHEAD < len(rows):
            fetch_early(members, np.int64(rows[turn + AHEAD]))
            fetch_early(ties, np.int64(rows[turn + AHEAD]) * departments)
            if len(friendships) > 0:
                fetch_early(friendships, np.int64(rows[turn + AHEAD]) * FRIENDS)
            fetch_early(ties, np.int64(rows[turn + AHEAD]) * departments + departments - 1)
        row = np.int64(rows[turn])
        member = members[row]
        years = (week + 1 - int(member.joined)) // WEEKS
        if years < 1:
            continue
        leaving, staying, _, _ = draws(luck, RENEWAL, week, int(member.identity), 0, 0)
        bond = usual_bond if averaged else combined_bond(ties, row, staff, week, given)
        grievance = 1.0 if member.grievance >= 0 and week - int(member.grievance) <= world.grievance_weeks else 0.0
        base = base_commitment(np.float64(member.commitment), float(years), fit.promise, fit.promise_years)
        around = usual_around if averaged else surroundings(friendships, members, alive, row, week, given)
        lived = lived_experience(member.belief, bond, grievance, around, fit, world)
        drawn = drawn_away(community, int(taking_part[row]), given)
        inside = taking_part[row] == TAKES_PART
        rival = pull(rivals, member, trend, week, given)
        odds = renewal_odds(base, lived, dues, scenario.outside_option + drawn + rival, world)
        bound = bound_by_contract(int(member.identity), years, luck, scenario)
        if bound:
            odds += world.price_weight * scenario.cancel_charge
        declined = not bound and member.standing == DECLINED  # it is the organisation that does not renew
        chance = 0.0 if declined else logistic(odds)
        if bound:
            tally[BOUND] += 1.0
            if leaving >= fit.involuntary and staying < chance:
                member.renewals += 1
                renewed[done] = row
                done += 1
                continue
            tally[LEFT_BOUND] += 1.0
            if leaving >= fit.involuntary:
                member.value_member -= scenario.cancel_charge
                member.value_organisation += scenario.cancel_charge
                tally[REVENUE] += scenario.cancel_charge
        if not bound:
            tally[DUE] += 1.0
            tally[DUE_BELIEF] += member.belief
            tally[DUE_BOND] += bond
            tally[DUE_GRIEVANCE] += grievance
            tally[DUE_SURROUNDINGS] += around
            tally[EXPECTED] += (1.0 - fit.involuntary) * chance
            tally[DUE_INSIDE] += 1.0 if inside else 0.0
            known = known_share(member, departments, prior) if len(rivals) > 1 else 0.0
            tally[DUE_KNOWN] += known
            if years == 1:
                tally[DUE_FIRST] += 1.0
                tally[EXPECTED_FIRST] += (1.0 - fit.involuntary) * chance
            if leaving >= fit.involuntary and staying < chance:
                member.renewals += 1
                renewed[done] = row
                done += 1
                tally[RENEWED] += 1.0
                tally[RENEWED_INSIDE] += 1.0 if inside else 0.0
                if years == 1:
                    tally[RENEWED_FIRST] += 1.0
                continue
            tally[LAPSED_GRIEVED] += grievance
        code = INVOLUNTARY
        if declined and leaving >= fit.involuntary:
            code = LET_GO
        elif leaving >= fit.involuntary:
            usual = base_commitment(fit.commitment_median, float(years), fit.promise, fit.promise_years)
            weight = world.lived_weight
            code = reason(
                odds, staying, usual - base, weight * (fit.belief_median - member.belief),
                weight * world.bond_weight * (fit.bond_median - bond), weight * world.grievance_weight * grievance,
                weight * (fit.surroundings - around), drawn, rival,
            )  # fmt: skip
            if go_elsewhere(rivals, member, trend, tally, week, luck, given) > 0:
                tally[LOST_KNOWN] += known_share(member, departments, prior)
        alive[row] = False
        member.left = week
        member.lapse = code
        tally[FIRST_LAPSE + code - 1] += 1.0
        gone[left] = row
        left += 1
    return done, left


def step(model) -> None:
    """Members due renew or leave."""
    members = model.tables["members"]
    if len(model.renewed) < members.capacity:
        model.renewed, model.gone = np.zeros(members.capacity, np.int32), np.zeros(members.capacity, np.int32)
    model.renewed_count, model.gone_count = decide(
        members.rows, members.scanned["renewal_week"], members.scanned["alive"], members.scanned["community"], members.count,
        model.tables["ties"].rows, model.tables["friendships"].rows, model.tables["community"].rows,
        model.tables["rivals"].rows, model.trend, model.tables["staff"].rows, model.renewed, model.gone, model.record.tally, model.now, model.luck, model.given,
    )  # fmt: skip
