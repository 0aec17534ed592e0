"""Members and staff of the core as one writes them in Mesa: an object a person, luck from ``model.rng``.

The formulas of needs, trust and renewals stand here in plain Python; the order of events is in ``plain_mesa.py``.
"""

import math
from dataclasses import dataclass

import mesa

YEAR, HALF_YEAR, HOUR = 52, 26, 3600


@dataclass(slots=True)
class Tie:
    """A working relationship of one member with one person on the staff."""

    staff: "Staff"
    bond: float
    last_contact: int


@dataclass(slots=True)
class Case:
    """One part of one request."""

    member: "Member"
    domain: int
    part: int
    parts: int
    server: "Staff | None" = None
    owned: bool = False
    free: bool = False
    seconds: int = 0
    received: float = 0.0
    gift: float = 0.0


def faded(bond: float, weeks: int, years: float) -> float:
    """A bond after some weeks without contact."""
    return bond * math.exp(-weeks / (52.0 * years))


def logistic(x: float) -> float:
    """1 / (1 + exp(-x)), without overflow."""
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    grown = math.exp(x)
    return grown / (1.0 + grown)


class Staff(mesa.Agent):
    """Somebody who answers; nobody leaves in the core."""

    def __init__(self, model, department, place, empathy, alignment, freedom_rank, ability):
        super().__init__(model)
        self.department, self.place = department, place
        self.empathy, self.alignment, self.freedom_rank, self.ability = empathy, alignment, freedom_rank, ability
        self.effort = self.standard = 1.0
        self.demand = self.backlog = self.worked = self.aftermath = 0
        self.waiting = 0.0

    def share_hours(self) -> None:
        """Meet the week's work and the backlog with the hours there are."""
        world = self.model.world.routing
        capacity = int(world.week_hours * HOUR)
        load = self.demand / capacity
        needed = 1.0 if load <= 1.0 else max(world.least_effort, 1.0 / math.sqrt(load))
        norm = self.standard
        norm += world.sinking * (needed - norm) if needed < norm else world.recovering * (1.0 - norm)
        self.standard = norm
        self.effort = min(needed, norm)
        work = self.backlog + int(self.demand * self.effort)
        self.worked = min(work, capacity)
        self.waiting = self.backlog / capacity
        self.backlog = work - self.worked


class Member(mesa.Agent):
    """Somebody who has needs, asks, is answered, and renews or leaves."""

    def __init__(self, model, traits: dict):
        super().__init__(model)
        for name, value in traits.items():
            setattr(self, name, value)
        self.owner = None
        self.ties = {}
        self.holder = {}
        self.grievance = -1
        self.let_downs = self.complaints = 0

    def begin_week(self) -> None:
        """Needs drift once a year; requests arise."""
        model = self.model
        if self.renewal_week == model.drifting:
            kept, step = model.need_kept, model.need_step
            moves = model.rng.standard_normal(len(self.needs)).tolist()
            self.needs = [kept * need + step * move for need, move in zip(self.needs, moves, strict=True)]
        end = model.week + 1
        while self.next_request < end:
            self.ask()

    def ask(self) -> None:
        """One request, of one part or two."""
        model, rng, world = self.model, self.model.rng, self.model.world.needs
        self.next_request += rng.exponential() / self.request_rate
        departments, domain = model.departments, self.main_domain
        if departments > 1 and rng.random() >= world.main_domain_share:
            domain = self.other_domain(domain)
        if departments > 1 and rng.random() < world.several_domains_share:
            model.cases.append(Case(self, domain, 0, 2))
            model.cases.append(Case(self, self.other_domain(domain), 1, 2))
        else:
            model.cases.append(Case(self, domain, 0, 1))
        model.requests += 1

    def other_domain(self, domain: int) -> int:
        """A domain other than the given one, each with the same chance."""
        other = int(self.model.rng.integers(self.model.departments - 1))
        return other + 1 if other >= domain else other

    def live_through(self, case: Case, received: float) -> None:
        """An answered request moves trust, belief and expectation, and may bring a complaint."""
        model, before, person = self.model, self.trust, case.server
        world = model.world.trust
        quality = received / case.parts
        line = world.line + world.disappointment * max(0.0, self.expectation - model.fit.expectation)
        arrived = quality * (1.0 - world.friction * (1.0 - before)) if quality > 0.0 else quality
        worth = world.request_worth * arrived
        if quality >= line:
            trust = before + world.gain * (1.0 - before)
        else:
            trust = before - world.loss * before * min(1.0, (line - quality) / world.severe)
            worth -= world.let_down_cost
            self.let_downs += 1
            if model.rng.random() < self.voice * (0.5 + 0.5 * before):
                self.complaints += 1
                person.aftermath += int(world.complaint_hours * HOUR)
                if model.rng.random() < (world.resolved_free if case.free else world.resolved_standard) * person.effort:
                    trust += world.healing * (1.0 - trust)
                else:
                    self.grievance = model.week
        self.trust = trust
        self.belief += world.learning * (arrived - self.belief)
        lifted = quality + world.promise_lift * model.policy.promise
        self.expectation += world.expecting * (lifted - self.expectation)
        model.worth += worth

    def bond(self) -> float:
        """All bonds alive within a year as one number."""
        model, total = self.model, 0.0
        elasticity, years, week = model.world.renewals.bond_elasticity, model.world.encounters.bond_years, model.week
        for tie in self.ties.values():
            weeks = week - tie.last_contact
            if weeks <= YEAR and (bond := faded(tie.bond, weeks, years)) > 0.0:
                total += bond**elasticity
        return (total / model.departments) ** (1.0 / elasticity) if total > 0.0 else 0.0

    def base(self, commitment: float, years: int) -> float:
        """Log odds of renewal before lived experience."""
        fit = self.model.fit
        return (fit.promise_years * fit.promise + years * commitment) / (fit.promise_years + years)

    def decide(self) -> None:
        """Renew or leave, where dues fall due."""
        model = self.model
        if self.renewal_week != model.due:
            return
        week, rng, fit, world = model.week, model.rng, model.fit, model.world.renewals
        years = (week + 1 - self.joined) // YEAR
        if years < 1:
            return
        bond = self.bond()
        grievance = 1.0 if self.grievance >= 0 and week - self.grievance <= world.grievance_weeks else 0.0
        base = self.base(self.commitment, years)
        lived = (
            (self.belief - fit.belief)
            + world.bond_weight * (bond - fit.bond)
            - world.grievance_weight * (grievance - fit.grievance)
        )
        scenario = model.settings
        odds = base + world.lived_weight * lived - world.price_weight * (scenario.dues - 1.0) - scenario.outside_option
        model.due_count += 1
        staying, chance = rng.random(), logistic(odds)
        if rng.random() < fit.involuntary:
            self.leave("involuntary")
        elif staying < chance:
            self.renewals += 1
        else:
            weight = world.lived_weight
            gaps = {
                "commitment": self.base(fit.commitment_median, years) - base,
                "value": weight * (fit.belief_median - self.belief),
                "engagement": weight * world.bond_weight * (fit.bond_median - bond),
                "grievance": weight * world.grievance_weight * grievance,
            }
            enough = [name for name, gap in gaps.items() if gap > 0.0 and staying < logistic(odds + gap)]
            self.leave(max(enough, key=gaps.get) if enough else "no_single_cause")

    def leave(self, reason: str) -> None:
        """Leave the model; the reason is counted."""
        self.model.lapses[reason] = self.model.lapses.get(reason, 0) + 1
        self.remove()
