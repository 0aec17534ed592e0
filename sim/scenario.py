"""Who is there and how many, where a run starts, and the base commitment fitted to data.

A scenario says nothing about how people behave (that is the world) nor what the organisation decides (that is
the policy).
"""

from dataclasses import field, fields, replace

import numpy as np

from sim.quantities import ASSUMED, OutOfRange, quantities, quantity

FITTED = "fitted by relsim calibrate"


@quantities
class Fit:
    """Base commitment fitted to data at one weight of lived experience, and the levels of the reference run.

    The levels centre lived experience: in the reference run its mean is 0. They are frozen, the same for all arms.
    """

    place = "fit"

    lived_weight: float = quantity(2.0, "logit per quality", 0.0, 20.0, ASSUMED, "weight of lived experience this fit belongs to")
    alpha: float = quantity(3.45136, "beta shape", 0.0001, 200.0, FITTED, "first shape of base commitment over those who join")
    beta: float = quantity(0.887307, "beta shape", 0.0001, 200.0, FITTED, "second shape of base commitment")
    promise: float = quantity(0.0, "logit", -10.0, 10.0, FITTED, "prior common to all who join (0 years of it: no prior)")
    promise_years: float = quantity(0.0, "years of experience", 0.0, 30.0, FITTED, "what that prior is worth in years of own experience")
    involuntary: float = quantity(0.04, "probability a year", 0.0, 0.2, "association: 27-30 % of lapses, MGI 2024 reasons left field, closed, retired; contract: fitted", "leaving for reasons no organisation can change")
    belief: float = quantity(0.369876, "quality", -2.0, 3.0, FITTED, "believed quality of answers of members due, reference run")
    bond: float = quantity(0.178234, "0..1", 0.0, 1.0, FITTED, "personal bond of members due, reference run")
    grievance: float = quantity(0.03935, "share", 0.0, 1.0, FITTED, "share of members due with an unresolved complaint, reference run")
    surroundings: float = quantity(0.091923, "quality", -3.0, 3.0, FITTED, "what other members add to or take from renewal, mean of members due, reference run")
    expectation: float = quantity(0.488921, "quality", -2.0, 3.0, FITTED, "mean expectation of members, reference run")
    reputation: float = quantity(0.928905, "share", 0.0, 1.0, FITTED, "share of good answers, reference run")
    commitment_median: float = quantity(2.81506, "logit", -60.0, 60.0, FITTED, "median commitment of members, reference run; for reasons of leaving")
    belief_median: float = quantity(0.36985, "quality", -2.0, 3.0, FITTED, "median belief of members, reference run; for reasons of leaving")
    bond_median: float = quantity(0.178234, "0..1", 0.0, 1.0, FITTED, "median bond of members, reference run; for reasons of leaving")


@quantities
class Scenario:
    """An organisation and its members before anything is decided. The defaults are the association."""

    place = "scenario"

    name: str = "association"
    members: int = quantity(2000, "members", 20, 2_000_000, ASSUMED, "members at founding")
    departments: int = quantity(5, "departments", 1, 40, ASSUMED, "departments; each is also a domain of needs")
    members_per_post: int = quantity(50, "members per post", 5, 1000, ASSUMED, "members to each staff post")
    dues: float = quantity(1.0, "standard dues a year", 0.0, 5.0, ASSUMED, "dues, in units of the standard yearly dues")
    outside_option: float = quantity(0.0, "logit", -3.0, 3.0, ASSUMED, "what is to be had elsewhere, against the time the data were taken")
    burn_in: int = quantity(104, "weeks", 0, 1040, ASSUMED, "weeks under the reference before the switch")
    horizon: int = quantity(5, "years", 1, 30, ASSUMED, "years followed when nothing else is said")
    shift_week: int = quantity(-1, "week", -1, 2000, ASSUMED, "week from founding in which needs jump to what nobody asks for; -1 never")
    shift_size: float = quantity(2.0, "sd of needs", -6.0, 6.0, ASSUMED, "how far the first latent need of everybody jumps then")
    shift_share: float = quantity(0.4, "share", 0.0, 0.9, ASSUMED, "part of an answer's worth that lies in latent needs from then on")
    breach_week: int = quantity(-1, "week", -1, 2000, ASSUMED, "week from founding of a breach of trust by the organisation; -1 none")
    breach: float = quantity(0.7, "share", 0.0, 1.0, ASSUMED, "part of everybody's trust lost in it")
    community_week: int = quantity(-1, "week", -1, 2000, ASSUMED, "week from founding in which a member begins a community; -1 nobody does")
    outsiders: int = quantity(0, "people", 0, 100_000_000, ASSUMED, "people who are no members at founding and could take part in a community; with the members they are its ceiling")
    community_innovation: float = quantity(0.03 / 52.0, "per week", 0.0, 1.0, "Sultan, Farley & Lehmann 1990: .03 a year, mean of 213 applications", "chance to join the community unmoved by others (Bass 1969: coefficient of innovation)")
    community_imitation: float = quantity(0.38 / 52.0, "per week", 0.0, 1.0, "Sultan, Farley & Lehmann 1990: .38 a year, mean of 213 applications", "how strongly those who have joined move the others (Bass 1969: coefficient of imitation)")
    mean_field: int = quantity(0, "0 no, 1 yes", 0, 1, ASSUMED, "averages in place of ties, friends, colleagues and persons on the staff: the twin that tells which results need agents")
    market: float = quantity(1.0, "ratio", 0.0, 20.0, ASSUMED, "people who consider joining, against the usual number for an organisation of this size")
    contract_share: float = quantity(0.0, "share of members", 0.0, 1.0, ASSUMED, "members who are bound by a contract")
    contract_years: int = quantity(2, "years", 1, 10, ASSUMED, "length of a contract; it begins anew when it is renewed")
    contract_sorting: float = quantity(0.5, "correlation", 0.0, 1.0, ASSUMED, "how far it is the committed who take a contract; 0 chance alone")
    cancel_charge: float = quantity(3.0, "dues", 0.0, 20.0, ASSUMED, "what leaving before the end of a contract costs a member")
    market_share: float = quantity(0.3, "share", 0.001, 0.95, ASSUMED, "part of the market served by the organisation at founding; rivals serve the rest")
    price_entrants: int = quantity(0, "rivals", 0, 8, ASSUMED, "cheap rivals who enter")
    innovators: int = quantity(0, "rivals", 0, 8, ASSUMED, "rivals who enter and move their offer faster")
    service_entrants: int = quantity(0, "rivals", 0, 8, ASSUMED, "rivals who enter and serve better")
    entrants_week: int = quantity(130, "week", 0, 2000, ASSUMED, "week from founding in which the first entrant of each kind comes")
    entrants_apart: int = quantity(26, "weeks", 0, 1040, ASSUMED, "time between entrants of a kind")
    can_operations: float = quantity(0.4, "0..1", 0.0, 1.0, ASSUMED, "capability in running at low cost, at founding")
    can_product: float = quantity(0.4, "0..1", 0.0, 1.0, ASSUMED, "capability in leading by what is offered, at founding")
    can_intimacy: float = quantity(0.4, "0..1", 0.0, 1.0, ASSUMED, "capability in closeness to members, at founding")
    first_trust: float = quantity(1.0, "ratio", 0.0, 1.0, ASSUMED, "trust of those who join, against an organisation that has long been known")
    posts: int = quantity(0, "posts", 0, 1_000_000, ASSUMED, "staff posts at founding; 0: as many as members_per_post says")
    partners: int = quantity(12, "partners", 0, 10_000, ASSUMED, "partner organisations at founding, worked with or not, as far as there is a tie for each; no others come")
    partner_companies: int = quantity(0, "companies", 0, 10_000, ASSUMED, "companies these belong to, each part deciding for itself; 0: each is its own")
    contacts_per_post: float = quantity(1.5, "people per post", 0.0, 100.0, ASSUMED, "people of all partners together who work with the staff, to each staff post; at least one a partner")
    ties_per_post: float = quantity(0.6, "ties per post", 0.0, 1000.0, ASSUMED, "ties between them and the staff, to each staff post")
    own_dependence: float = quantity(0.02, "share of revenue", 0.001, 0.99, ASSUMED, "how much of this organisation's revenue hangs on partners at founding, if it works with all")
    partner_dependence: float = quantity(0.1, "share of revenue", 0.001, 0.99, ASSUMED, "how much of a partner's revenue hangs on this organisation at founding")
    partner_trust: float = quantity(0.6, "0..1", 0.0, 1.0, ASSUMED, "trust between the organisations at founding, in both directions")
    about: str = "members"
    """Whose relationships a report is about: members or partners."""
    story: str | None = None
    """The situation in one or two sentences, for a report."""
    shows: list[str] = field(default_factory=list)
    """Metrics that a report shows beside those that decide: what the situation is about."""
    compared_by: str | None = None
    """Experiment with the policies this scenario is there for; relsim compare takes it where no policies are named."""
    published: bool = True
    """Whether published figures of retention are meant to hold for it."""
    stationary: bool = True
    """Found members with the tenures of an organisation that has existed for long; otherwise all are new."""
    staff_follow_members: bool = False
    """Re-set the number of posts once a year to the members there are, instead of to results."""
    off: list[str] = field(default_factory=list)
    """Processes that are not called."""
    line: list[Fit] = field(default_factory=list)
    """Fits of base commitment by weight of lived experience, ascending; empty: the defaults of Fit."""

    def fit_at(self, lived_weight: float) -> Fit:
        """Base commitment for a weight of lived experience, interpolated between the fitted points.

        Raises
        ------
        OutOfRange
            Where the weight lies beyond the largest that the data allow.
        """
        if not self.line:
            return replace(Fit(), lived_weight=lived_weight)
        weights = np.array([fit.lived_weight for fit in self.line])
        if lived_weight > weights[-1] + 1e-9:
            raise OutOfRange(
                f"world.renewals.lived_weight={lived_weight:g} is not usable in scenario {self.name}: "
                f"the data allow at most {weights[-1]:g} (relsim calibrate found no commitment that fits beyond it)"
            )
        names = [f.name for f in fields(Fit)]
        values = {
            name: float(np.interp(lived_weight, weights, [getattr(fit, name) for fit in self.line])) for name in names
        }
        return Fit(**{**values, "lived_weight": lived_weight})


def posts_by_department(posts: int, departments: int) -> np.ndarray:
    """Where each department's posts begin: array of shape (departments + 1,), posts spread as evenly as can be."""
    counts = [max(1, posts // departments + (k < posts % departments)) for k in range(departments)]
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
