"""Needs drift, and requests arise.

A member's ideal point has one coordinate a domain, and some latent ones that nobody asks for (an opportunity
not seen, a risk not noticed): an own part that drifts slowly, plus a trend common to all. Surveys show what is
expressed: with a lag for domains, with years of delay for what is latent. The member asks at a rate of his own (a Poisson process whose rate is gamma distributed over
members: the NBD model of Ehrenberg 1959), mostly in his main domain; some requests touch two domains.
"""

import math

import numpy as np

from sim.columns import LATENT
from sim.compiled import AHEAD, fetch_early, formula, kernel, making_kernel
from sim.luck import decision, draws, normal
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import PARTS, REQUESTS
from sim.steps import HALF_YEAR, WEEKS

DRIFT, TREND, REQUEST = decision("needs.drift"), decision("needs.trend"), decision("needs.request")


@quantities
class NeedsParameters:
    """How different members are, how they change, how often they ask."""

    place = "world.needs"

    spread: float = quantity(1.0, "sd of needs", 0.2, 2.0, ASSUMED, "how much ideal points differ between members; the standard offer's tolerance sets the scale")
    drift: float = quantity(0.2, "sd of needs per square root of year", 0.0, 0.6, ASSUMED, "how fast an ideal point moves; the spread over members stays the same")
    trend_spread: float = quantity(0.2, "sd of needs", 0.0, 1.0, ASSUMED, "how far the common trend strays from the offer in the long run")
    trend_years: float = quantity(3.0, "years", 0.5, 20.0, ASSUMED, "how long the common trend remembers where it was")
    requests: float = quantity(0.15, "requests per member-week", 0.01, 1.0, ASSUMED, "mean request rate")
    request_shape: float = quantity(1.2, "gamma shape", 0.3, 20.0, ASSUMED, "smaller = rates differ more between members")
    survey_weeks: float = quantity(26.0, "weeks", 2.0, 104.0, ASSUMED, "how long it takes until the needs of domains are expressed so that a survey shows them")
    latent_years: float = quantity(4.0, "years", 0.5, 40.0, ASSUMED, "how long it takes until what is latent is expressed")
    main_domain_share: float = quantity(0.5, "share of requests", 0.0, 1.0, ASSUMED, "requests in the member's main domain")
    several_domains_share: float = quantity(0.3, "share of requests", 0.0, 1.0, ASSUMED, "requests that touch a second domain")


@formula
def yearly_drift(spread, drift):
    """Part of an own need that is left a year later, and sd of what is new in it: the spread over members is kept."""
    kept = math.sqrt(max(0.0, 1.0 - (drift / spread) * (drift / spread)))
    return kept, spread * math.sqrt(1.0 - kept * kept)


@formula
def drifted(need, kept, step, chance):
    """Own need one year later: autoregressive. ``chance`` is a uniform."""
    return kept * need + step * normal(chance)


@formula
def other_domain(domain, departments, chance):
    """A domain other than the given one, each with the same chance."""
    other = min(departments - 2, int(chance * (departments - 1)))
    return other + 1 if other >= domain else other


@formula
def requested_domain(main_domain, departments, share, chance):
    """Domain of a request: the main one with probability ``share``, else any other."""
    if chance < share or departments == 1:
        return main_domain
    return other_domain(main_domain, departments, (chance - share) / (1.0 - share))


@formula
def prior_variance(needs):
    """Variance of an ideal point around the offer, for somebody of whom nothing is known; sd of needs squared."""
    return needs.spread * needs.spread + needs.trend_spread * needs.trend_spread


@making_kernel
def rows_due(renewal_week, alive, count, due):
    """Living members whose year is at week ``due``, in order; without a branch to guess wrong, which makes it quick."""
    rows, found = np.empty(count + 1, np.int32), 0
    for row in range(count):
        rows[found] = row
        found += (renewal_week[row] == due) & alive[row]
    return rows[:found]


@making_kernel
def rows_asking(next_request, first_row, count, end):
    """Members whose next request comes before ``end``, in order."""
    rows, found = np.empty(count - first_row + 1, np.int32), 0
    for row in range(first_row, count):
        rows[found] = row
        found += next_request[row] < end
    return rows[:found]


@making_kernel
def drift_needs(members, renewal_week, alive, count, week, luck, given):
    """Each member's needs move once a year, half a year away from the renewal date."""
    world, dimensions = given[0].needs, int(given[0].scenario.departments) + LATENT
    due = (week + HALF_YEAR) % WEEKS
    kept, step = yearly_drift(world.spread, world.drift)
    rows = rows_due(renewal_week, alive, count, due)
    for turn in range(len(rows)):
        if turn + AHEAD < len(rows):
            fetch_early(members, np.int64(rows[turn + AHEAD]))
        member = members[rows[turn]]
        for domain in range(dimensions):
            if domain % 4 == 0:
                chances = draws(luck, DRIFT, week, int(member.identity), 0, domain // 4)
            chance = chances[domain % 4]
            member.needs[domain] = drifted(np.float64(member.needs[domain]), kept, step, chance)


@kernel
def drift_trend(trend, centre, expressed, community, week, luck, given):
    """The trend common to all members moves a little every week, around a centre that may jump; surveys follow.

    What is expressed becomes known sooner where the organisation listens to what members say among themselves.
    """
    world, scenario = given[0].needs, given[0].scenario
    departments = int(scenario.departments)
    kept = math.exp(-1.0 / (WEEKS * world.trend_years))
    step = world.trend_spread * math.sqrt(1.0 - kept * kept)
    for domain in range(len(trend)):
        if week == scenario.shift_week and domain == departments:
            centre[domain] += scenario.shift_size
            trend[domain] += scenario.shift_size
        moved = step * normal(draws(luck, TREND, week, 0, 0, domain)[0])
        trend[domain] = centre[domain] + kept * (trend[domain] - centre[domain]) + moved
        lag = world.survey_weeks if domain < departments else WEEKS * world.latent_years
        heard = community[0].heard * (1.0 if domain < departments else given[0].community.latent_talk)
        expressed[domain] += min(1.0, 1.0 / lag + heard) * (trend[domain] - expressed[domain])


@making_kernel
def drift(members, renewal_week, alive, count, trend, centre, expressed, community, week, luck, given):
    """Needs move, each member's own and what is common to all, in one call: calls are what a small world costs."""
    drift_needs(members, renewal_week, alive, count, week, luck, given)
    drift_trend(trend, centre, expressed, community, week, luck, given)


@making_kernel
def collect_requests(members, next_request, alive, first_row, count, cases, used, tally, week, luck, given):
    """Write this week's requests as cases, one a domain touched.

    Returns
    -------
    row : int
        Rows before this one are done; less than ``count`` where the table of cases is full.
    used : int
        Cases in use.
    """
    world, departments = given[0].needs, int(given[0].scenario.departments)
    rows = rows_asking(next_request, first_row, count, week + 1)
    for turn in range(len(rows)):
        if turn + AHEAD < len(rows):
            fetch_early(members, np.int64(rows[turn + AHEAD]))
        row = np.int64(rows[turn])
        if not alive[row]:
            next_request[row] = np.inf
            continue
        member = members[row]
        ordinal = 0
        while next_request[row] < week + 1:
            if used + 2 > len(cases):
                return row, used
            # After a pause for room the ordinal goes on where it stopped: it counts from the cases already written.
            if ordinal == 0 and used > 0 and cases[used - 1].member == row:
                ordinal = int(cases[used - 1].ordinal) // 2 + 1
            gap, which, several, other = draws(luck, REQUEST, week, int(member.identity), 0, ordinal)
            next_request[row] += -math.log(gap) / np.float64(member.request_rate)
            domain = requested_domain(int(member.main_domain), departments, world.main_domain_share, which)
            parts = 2 if several < world.several_domains_share and departments > 1 else 1
            for part in range(parts):
                case = cases[used]
                case.member = row
                case.identity = member.identity
                case.allotment = member.allotment
                case.owner_rank = member.owner_rank
                case.main_domain = member.main_domain
                case.ordinal = ordinal * 2 + part
                case.parts = parts
                case.domain = domain if part == 0 else other_domain(domain, departments, other)
                # Nothing of the case that stood here last week may remain, whichever processes are called.
                case.server, case.seconds = 0, 0
                case.owned, case.free, case.configured, case.handed = False, False, False, False
                case.limited = False
                case.refused, case.advising, case.admitted, case.complaint = False, False, False, False
                case.quality, case.received, case.hidden, case.gift, case.taken, case.worth = (
                    0.0,
                    0.0,
                    0.0,
                    0.0,
                    0.0,
                    0.0,
                )
                used += 1
            tally[REQUESTS] += 1.0
            tally[PARTS] += parts
            ordinal += 1
    return count, used


def step(model) -> None:
    """Needs drift; requests arise."""
    members, cases, now, luck, given = model.tables["members"], model.cases, model.now, model.luck, model.given
    alive = members.scanned["alive"]
    drift(
        members.rows, members.scanned["renewal_week"], alive, members.count, model.trend, model.centre, model.expressed,
        model.tables["community"].rows, now, luck, given,
    )  # fmt: skip
    row = used = 0
    while True:
        row, used = collect_requests(
            members.rows, members.scanned["next_request"], alive, row, members.count,
            cases.rows, used, model.record.tally, now, luck, given,
        )  # fmt: skip
        cases.count = used
        if row >= members.count:
            break
        cases.reserve(2 * cases.capacity)
