"""What is measured of the organisation: its costs, its staff and leaders, what it knows, what it offers."""


import numpy as np

from sim import recording as series
from sim.layers import LAYERS, MET, contacts_of_a_year, mean_layers, met_at_least, share_with_closest
from sim.outcome import mean_of, metric
from sim.staff_networks import talk_beyond_department
from sim.steps import WEEKS


def known_share(outcome, places: slice) -> float:
    """Part of the uncertainty about some coordinates of members' needs that the organisation has removed."""
    prior = outcome.model.world.needs.spread**2 + outcome.model.world.needs.trend_spread**2
    left = outcome.members["uncertainty"][outcome.living][:, places].mean(axis=1, dtype=np.float64) / prior
    return max(0.0, 1.0 - mean_of(left))  # what is stored is rounded: nothing known must not read as less than nothing


@metric("dues per member-year", -10_000, 10_000, "higher", "accounts", smallest=0.02)
def margin(outcome):
    """Dues, fees, advertising and the own part of joint value less hours, material, gifts, acquisition, replacing staff and leaders, innovation, sales forgone, outreach, speaking with members, keeping in touch, the community, work with partners."""
    return sum(outcome.per_member_year(which) for which in series.EARNED) - sum(outcome.per_member_year(which) for which in series.SPENT)


@metric("dues per member-year", -10_000, 10_000, "none", "accounts")
def revenue(outcome):
    """What comes in: dues, fees, advertising and the own part of joint value."""
    return sum(outcome.per_member_year(which) for which in series.EARNED)


@metric("dues per member-year", -10_000, 10_000, "none", "accounts")
def other_spending(outcome):
    """What is spent beside serving members: recruiting, outreach, the offer, replacing staff and leaders, partners and the rest that margin names."""
    return sum(outcome.per_member_year(which) for which in series.SPENT if which not in (series.SERVING, series.GIFTS))


@metric("dues per member-year", 0, 1000, "lower", "accounts")
def cost_to_serve(outcome):
    """Hours spent on members and material at their cost, and gifts."""
    return outcome.per_member_year(series.SERVING) + outcome.per_member_year(series.GIFTS)


@metric("dues per member-year", 0, 1000, "none", "accounts")
def gifts(outcome):
    """Value given away, at cost."""
    return outcome.per_member_year(series.GIFTS)


@metric("hours per member-year", 0, 10_000, "lower", "routing")
def staff_hours(outcome):
    """Staff hours spent on members and partners."""
    return outcome.per_member_year(series.WORKED)


@metric("share of hours", 0, 1, "none", "routing")
def hours_used(outcome):
    """Hours spent on members and partners over the hours there are for both."""
    return outcome.share(series.WORKED, series.AVAILABLE)


@metric("share of staff-weeks", 0, 1, "lower", "routing")
def overload(outcome):
    """Staff-weeks in which more work arrived than there were hours."""
    return outcome.share(series.OVERLOADED, series.ON_DUTY)


@metric("weeks", 0, 10_000_000, "lower", "routing")
def queue_weeks(outcome):
    """Weeks that a part of a request waits before anybody turns to it, mean."""
    return outcome.share(series.WAITED, series.PARTS)


@metric("quality", -20, 20, "higher", "trust")
def quality_received(outcome):
    """Quality of answers as received, mean over requests (1 = a perfect standard answer)."""
    return outcome.share(series.QUALITY, series.REQUESTS)


@metric("per year", 0, 100, "lower", "worklife")
def staff_turnover(outcome):
    """Staff who left of their own will, per person employed and year."""
    return outcome.share(series.STAFF_LEFT, series.STAFF) * WEEKS


@metric("share", 0, 1, "higher", "learning")
def knowledge(outcome):
    """Part of the uncertainty about members' needs that the organisation has removed, at the horizon."""
    return known_share(outcome, slice(0, outcome.model.departments))


@metric("0..1", 0, 1, "higher", "colleagues")
def staff_alignment(outcome):
    """Mean alignment of staff with the organisation's values over the last year."""
    return outcome.last_year(series.ALIGNMENT)


@metric("0..1", 0, 1, "lower", "colleagues")
def alignment_apart(outcome):
    """How far departments have drifted apart: sd of their mean alignment, over the last year."""
    return outcome.last_year(series.ALIGNMENT_APART)


@metric("share of contacts", 0, 1, "none", "colleagues")
def cross_department_ties(outcome):
    """Share of contacts among staff that go beyond their own department, at the horizon."""
    model = outcome.model
    return talk_beyond_department(model)


@metric("levers", 0, 100, "lower", "leadership")
def policy_gap(outcome):
    """Distance between what is declared and what departments do, summed over levers, over the last year."""
    return outcome.last_year(series.ENACTED_GAP)


@metric("posts", 0, 1_000_000, "none", "budget")
def posts(outcome):
    """Posts open, over the last year."""
    return outcome.last_year(series.POSTS)


@metric("0..1", 0, 1, "higher", "learning")
def latent_needs_met(outcome):
    """How well what is known of members, and the offer, would meet the needs they do not speak of; at the horizon."""
    model, first = outcome.model, outcome.model.departments
    members, world = outcome.members, model.world
    living = outcome.living
    prior = world.needs.spread**2 + world.needs.trend_spread**2
    known = np.clip(1.0 - members["uncertainty"][living][:, first:].astype(np.float64) / prior, 0.0, 1.0)
    offer = model.offer[first:]
    answer = offer + known * (members["estimate"][living][:, first:].astype(np.float64) - offer)
    ratio = (
        members["needs"][living][:, first:].astype(np.float64) + model.trend[first:] - answer
    ) / world.encounters.tolerance
    return mean_of((1.0 / (1.0 + ratio * ratio)).mean(axis=1))


@metric("share", 0, 1, "higher", "learning")
def latent_knowledge(outcome):
    """Part of the uncertainty about needs that members do not speak of which has been removed, at the horizon."""
    return known_share(outcome, slice(outcome.model.departments, None))


@metric("sd of needs", 0, 100, "lower", "needs")
def offer_misfit(outcome):
    """Distance between the standard offer and the average need, mean over coordinates, at the horizon."""
    return float(np.mean(np.abs(outcome.model.trend - outcome.model.offer)))


@metric("projects a year", 0, 1000, "none", "innovation")
def launches(outcome):
    """Projects launched."""
    return float(outcome.totals[series.LAUNCHES] / outcome.years)


@metric("share of failures", 0, 1, "lower", "encounters")
def covered_up(outcome):
    """Of the failures that were not put right: share covered up."""
    covered = outcome.totals[series.COVERED]
    return float(covered / (covered + outcome.totals[series.ADMITTED])) if covered > 0 else 0.0


@metric("people", 0, 100_000, "none", "encounters", names=LAYERS)
def layers_of_closeness(outcome, place):
    """Members within a layer of closeness and those within it: four layers by natural breaks of the logarithm of contacts in the year, mean over staff."""
    return float(mean_layers(contacts_of_a_year(outcome.model))[place])


@metric("people", 0, 100_000, "none", "encounters", names=["ties_weekly", "ties_monthly", "ties_half_yearly", "ties_yearly"])
def met_so_often(outcome, place):
    """Members met in most weeks (40 contacts in the year), monthly, half-yearly or yearly, and more often, mean over staff."""
    return met_at_least(contacts_of_a_year(outcome.model), MET[place])


@metric("share of contacts", 0, 1, "none", "encounters")
def contacts_with_closest(outcome):
    """Share of a person's contacts with members that go to the five met most often, mean over staff."""
    return share_with_closest(contacts_of_a_year(outcome.model))


@metric("conversations a staff-week", 0, 100, "none", "keeping_in_touch")
def in_touch(outcome):
    """Conversations of the staff with members of their own choice."""
    return outcome.share(series.IN_TOUCH, series.STAFF)


@metric("dues per member-year", 0, 1000, "lower", "keeping_in_touch")
def in_touch_cost(outcome):
    """Cost of the hours for conversations of the staff with members of their own choice."""
    return outcome.per_member_year(series.IN_TOUCH_COST)
