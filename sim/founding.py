"""Week 0: the people a run starts with.

Members are founded from the stationary distribution of tenure: an organisation whose members all start new would
renew four points too low for many years. Somebody of commitment c stays for 1 / (1 - kept * c) years on average
(kept = 1 - involuntary) and is met in proportion to that; given c, the renewals completed when met are geometric.
(Equivalently: n renewals are met with weight B(a + n, b) / B(a, b) * kept^n, with commitment Beta(a + n, b).)
"""

import math
from functools import lru_cache

import numpy as np

from sim.agents import Contact, Leader, Member, Partner, Staff
from sim.columns import FRIENDS, LATENT, Table
from sim.compiled import formula, kernel
from sim.luck import decision, draws, normal
from sim.processes import accounts, discipline, friendships, hiring, leadership, partners, rivals, worklife
from sim.processes.needs import prior_variance
from sim.processes.selection import kept_to_measure
from sim.rows import Case, Circle, Community, Dealing, Department, Friendship, Origin, PartnerTie, Project, Rival, Tie
from sim.steps import WEEKS
from sim.traits import TRAITS, node_chances, quantile, rate_quantiles

NEEDS = decision("founding.needs")
LOGIT_BOUND = 36.0  # beyond it a probability is 0 or 1 in double precision
LONGEST = 400  # completed renewals beyond which nobody is found


@lru_cache(maxsize=64)
def commitment_quantiles(alpha: float, beta: float, kept: float) -> np.ndarray:
    """Cumulative distribution of base commitment on a grid of log odds.

    Parameters
    ----------
    alpha, beta : float
        Shapes of the beta distribution over those who join.
    kept : float, 0..1
        0 for those who join; 1 - involuntary for those met in a settled organisation. There somebody of commitment c
        is found in proportion to the years stayed, 1 / (1 - kept * c).

    Returns
    -------
    array of shape (NODES,)
        Log odds at evenly spaced normal quantiles. The mass beyond the bound stays at the bound.
    """
    log_odds = np.linspace(-LOGIT_BOUND, LOGIT_BOUND, 7201)
    stays, leaves = 1.0 / (1.0 + np.exp(-log_odds)), 1.0 / (1.0 + np.exp(log_odds))
    found = 1.0 / (leaves + (1.0 - kept) * stays)  # 1 - kept * c, without cancellation where c is nearly 1
    log_density = -alpha * np.logaddexp(0.0, -log_odds) - beta * np.logaddexp(0.0, log_odds)
    density = np.exp(log_density - log_density.max()) * found
    steps = 0.5 * (density[1:] + density[:-1]) * (log_odds[1] - log_odds[0])
    below, above = density[0] / alpha, density[-1] / beta  # the tails are exponential in the log odds
    cumulative = below + np.concatenate([[0.0], np.cumsum(steps)])
    return np.interp(node_chances(), cumulative / (cumulative[-1] + above), log_odds)


@formula
def completed_renewals(log_odds, kept, chance):
    """Renewals that somebody of given commitment has completed when met: geometric."""
    log_kept = math.log(kept) - math.log1p(math.exp(-log_odds))
    return int(min(math.log(chance) / log_kept, LONGEST))


@kernel
def settle_members(
    members,
    renewal_week,
    next_request,
    trust,
    identities,
    first,
    week,
    stationary,
    measure,
    offer,
    log_odds_nodes,
    rate_nodes,
    luck,
    given,
):
    """Fill blank member rows from ``first`` on with the people of these identities, who come in ``week``.

    All traits depend on the identity alone, never on the policy. ``stationary`` gives them the tenures of an
    organisation that has existed for long; otherwise they are new.
    """
    needs, fit, departments = given[0].needs, given[0].fit, int(given[0].scenario.departments)
    prior, voice = prior_variance(needs), given[0].trust.voice
    for turn in range(len(identities)):
        row, identity = first + turn, int(identities[turn])
        member = members[row]
        tenure, commitment, rate, gap = draws(luck, TRAITS, 0, identity, 0, 0)
        allotment, owning, style, domain = draws(luck, TRAITS, 0, identity, 0, 1)
        member.identity = identity
        member.commitment = quantile(log_odds_nodes, commitment)
        asking = quantile(rate_nodes, rate)
        if measure > 0.0:
            asking = kept_to_measure(asking, measure, given[0].selection)
        member.request_rate = needs.requests * asking
        next_request[row] = week - math.log(gap) / np.float64(member.request_rate)
        member.allotment = int(allotment * 2.0**32)
        member.owner_rank = owning
        # Complaining styles are spread evenly around their mean, as wide as probabilities allow.
        member.voice = voice + (2.0 * style - 1.0) * min(voice, 1.0 - voice)
        member.main_domain = min(int(domain * departments), departments - 1)
        for k in range(len(offer)):
            if k % 4 == 0:
                chances = draws(luck, NEEDS, 0, identity, 0, k // 4)
            member.needs[k] = needs.spread * normal(chances[k % 4])
            member.estimate[k] = offer[k]
            member.uncertainty[k] = prior
        trust[row] = given[0].trust.start * given[0].scenario.first_trust
        member.belief = fit.belief
        member.expectation = fit.expectation
        member.founder = stationary
        if stationary:
            due = int(draws(luck, TRAITS, 0, identity, 0, 2)[0] * WEEKS)
            done = completed_renewals(np.float64(member.commitment), 1.0 - fit.involuntary, tenure)
            renewal_week[row] = due
            member.renewals = done
            member.joined = due + 1 - WEEKS * (done + 1)
        else:
            # Somebody who joins at the end of a week is a member from the next one on.
            renewal_week[row] = (week + WEEKS - 1) % WEEKS
            member.joined = week
            member.expectation = fit.expectation + given[0].trust.promise_lift * given[0].policy.promise


def settle(model, identities: np.ndarray, week: int, stationary: bool = False, measure: float = 0.0) -> None:
    """Add members of these identities, who come in ``week``, and room for their ties.

    ``measure`` is how far they keep to the fair measure of use that they were told of, 0..1.
    """
    members, fit = model.tables["members"], model.base_fit
    first = members.add(len(identities)).start
    model.tables["ties"].add(len(identities) * model.departments)
    added = model.tables["origins"].add(len(identities))
    model.tables["origins"]["root"][added] = identities
    if "circles" in model.tables:
        model.tables["friendships"].add(len(identities) * FRIENDS)
    kept = 1.0 - fit.involuntary if stationary else 0.0
    log_odds, rates = commitment_quantiles(fit.alpha, fit.beta, kept), rate_quantiles(model.world.needs.request_shape)
    scanned = members.scanned
    settle_members(
        members.rows, scanned["renewal_week"], scanned["next_request"], scanned["trust"], identities, first, week,
        stationary, measure, model.offer, log_odds, rates, model.luck, model.given,
    )  # fmt: skip


def found(model) -> None:
    """Build the tables of week 0: members, ties, staff, leaders, departments, and room for the cases of a week."""
    scenario, departments = model.scenario, model.departments
    room = scenario.members + scenario.members // 2 + 64  # room that is not used costs no memory
    tables = model.tables
    tables["members"] = Table(Member, departments, room)
    tables["ties"] = Table(Tie, departments, room * departments)
    tables["origins"] = Table(Origin, departments, room)
    tables["friendships"] = Table(Friendship, departments, room * FRIENDS if model.calls("friendships") else 0)
    if model.calls("friendships"):
        tables["circles"] = Table(Circle, departments, circles := max(1, round(scenario.members / model.world.friendships.circle)))
        tables["circles"].add(circles)
    settle(model, np.arange(scenario.members, dtype=np.int64), 0, scenario.stationary)
    if model.calls("friendships"):
        model.first_newcomer = 0
        friendships.step(model)
    tables["community"] = Table(Community, departments, 1)
    tables["community"].add(1)
    tables["forum"] = Table(Circle, departments, 1)
    tables["forum"].add(1)
    model.dealings = Table(Dealing, departments, 16)
    posts = int(np.sum(model.opened))
    tables["staff"] = Table(Staff, departments, posts + posts // 4 + 16)
    tables["staff"].add(posts)
    tables["leaders"] = Table(Leader, departments, 2 * departments + 8)
    tables["departments"] = Table(Department, departments, departments)
    tables["departments"].add(departments)
    tables["projects"] = Table(Project, departments, departments + LATENT)
    tables["projects"].add(departments + LATENT)
    if model.calls("discipline"):
        discipline.found(model)
    tables["rivals"] = Table(Rival, departments, 1 if model.calls("rivals") else 0)
    if model.calls("rivals"):
        rivals.found(model)
    model.cases = Table(Case, departments, max(64, scenario.members // 3))
    staff = tables["staff"].rows
    hiring.found_staff(staff, model.seats, model.first_post, model.opened, model.enacted, model.luck, model.given)
    worklife.settle_staff(staff, 0, posts, 0, model.enacted, model.given)
    leadership.found_leaders(model)
    accounts.price_services(tables["departments"].rows, departments, model.luck, model.given)
    found_partners(model)


def found_partners(model) -> None:
    """Tables of partners, their people and the ties with the staff; nobody is there while the process is off."""
    scenario, departments, tables = model.scenario, model.departments, model.tables
    ties = round(scenario.ties_per_post * model.posts) if model.calls("partners") and scenario.partners else 0
    count = min(scenario.partners, ties)
    people = max(count, round(scenario.contacts_per_post * model.posts)) if count else 0
    for name, kind, rows in (("partners", Partner, count), ("contacts", Contact, people), ("partner_ties", PartnerTie, ties)):
        tables[name] = Table(kind, departments, rows)
        tables[name].add(rows)
    partners.found(model)
