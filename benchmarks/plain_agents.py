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
    configured: bool = False
    handed: bool = False
    advising: bool = False
    admitted: bool = False
    seconds: int = 0
    received: float = 0.0
    hidden: float = 0.0
    gift: float = 0.0
    taken: float = 0.0


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

    def __init__(self, model, department, place, traits: dict):
        super().__init__(model)
        for name, value in traits.items():
            setattr(self, name, value)
        self.department, self.place = department, place
        self.effort = self.care = self.standard = 1.0
        self.demand = self.backlog = self.worked = self.aftermath = 0
        self.waiting = 0.0

    @property
    def warmth(self) -> float:
        """Empathy, with what time among members adds to it."""
        return min(1.0, self.empathy + self.model.world.encounters.immersion_warmth * self.immersed)

    def share_hours(self) -> None:
        """Meet the week's work and the backlog with the hours there are."""
        policy, world = self.model.policy, self.model.world.routing
        other = world.climate_hours * policy.climate + world.meaning_hours * policy.why
        other += world.shared_hours * policy.shared + policy.development
        other += world.report_hours * (1.0 - policy.judgement) + world.judging_hours * policy.judgement
        capacity = int(max(1.0, world.week_hours - other) * HOUR)
        seen = policy.evaluation * (1.0 - policy.judgement * (1.0 - self.model.insight[self.department]))
        aim = 1.0 - world.hurry * (1.0 - seen) + world.deepening * seen
        demand = int(self.demand * aim)
        load = demand / capacity
        needed = 1.0 if load <= 1.0 else max(world.least_effort, 1.0 / math.sqrt(load))
        norm = self.standard
        norm += world.sinking * (needed - norm) if needed < norm else world.recovering * (1.0 - norm)
        self.standard = norm
        effort = min(needed, norm)
        self.effort = aim * effort
        self.care = self.effort * (1.0 - world.gaming * (1.0 - policy.judgement) * (1.0 - self.alignment))
        work = self.backlog + int(demand * effort)
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

    def taken_up(self, quality: float) -> float:
        """Quality as it arrives: distrust leaves part of a good answer unused."""
        friction = self.model.world.trust.friction
        return quality * (1.0 - friction * (1.0 - self.trust)) if quality > 0.0 else quality

    def live_through(self, parts: list[Case]) -> None:
        """An answered request, in all its parts, moves trust, belief and expectation, and may bring a complaint."""
        model, before, last = self.model, self.trust, parts[-1]
        policy, world, random = model.policy, model.world.trust, model.rng.random
        hidden = sum(case.hidden for case in parts)
        true = sum(case.received for case in parts) / len(parts)
        quality, trust, advised = true + hidden / len(parts), before, any(case.advising for case in parts)
        if hidden > 0.0 and random() < world.found_out:
            quality = true
            trust -= world.betrayal * trust
            self.ceiling *= 1.0 - world.scar
        arrived, worth = self.taken_up(quality), world.request_worth * self.taken_up(true)
        last.taken = world.exposure * policy.vulnerability * (1.0 - before)
        line = world.line + world.disappointment * max(0.0, self.expectation - model.fit.expectation)
        if quality >= line:
            gain = world.gain * (1.0 + world.humble * policy.listening * (1.0 - before))
            if advised:
                gain *= 1.0 + world.objectivity
            trust += min(1.0, gain) * max(0.0, self.ceiling - trust)
        else:
            loss = world.loss * (1.0 - world.apology) if any(case.admitted for case in parts) else world.loss
            trust -= loss * trust * min(1.0, (line - quality) / world.severe)
            worth -= world.let_down_cost
            self.let_downs += 1
            if random() < self.voice * (0.5 + 0.5 * before):
                trust = self.complain(last, trust)
        self.trust = trust
        lesson = arrived * world.advice_credit if advised else arrived
        self.belief += world.learning * (lesson - self.belief)
        lifted = quality + world.promise_lift * policy.promise
        self.expectation += world.expecting * (lifted - self.expectation)
        model.worth += worth

    def complain(self, case: Case, trust: float) -> float:
        """A complaint is resolved, and trust won back, or it stays open; returns trust."""
        model, world, person = self.model, self.model.world.trust, case.server
        self.complaints += 1
        person.aftermath += int(world.complaint_hours * HOUR)
        if model.rng.random() < (world.resolved_free if case.free else world.resolved_standard) * person.care:
            return trust + world.healing * max(0.0, self.ceiling - trust)
        self.grievance = model.week
        return trust

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
