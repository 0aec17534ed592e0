"""The core of a week as one writes it in Mesa: an object a member, an object a staff person, luck from ``model.rng``.

The same formulas in the same order of events as the model with needs, routing, encounters, trust and renewals only,
written in plain Python. It is founded with the people of a model at week 0 and has luck of its own, so it agrees with
the model in distribution, not to the person.
"""

import math

import mesa

from benchmarks.plain_agents import HALF_YEAR, HOUR, YEAR, Case, Member, Staff, Tie, faded


class PlainMesa(mesa.Model):
    """The core as a plain Mesa model, founded with the people of one of ours at week 0.

    Parameters
    ----------
    founded : RelationshipModel
        A model at week 0; it is copied from and not changed.
    rng : int
        Seed.
    """

    def __init__(self, founded, rng: int = 1):
        super().__init__(rng=rng)
        self.world, self.policy = founded.world, founded.policy
        self.settings, self.fit = founded.scenario, founded.base_fit
        self.departments, self.week = founded.departments, founded.now
        needs = self.world.needs
        self.need_kept = math.sqrt(max(0.0, 1.0 - (needs.drift / needs.spread) ** 2))
        self.need_step = needs.spread * math.sqrt(1.0 - self.need_kept**2)
        self.trend_kept = math.exp(-1.0 / (YEAR * needs.trend_years))
        self.trend_step = needs.trend_spread * math.sqrt(1.0 - self.trend_kept**2)
        self.prior = needs.spread**2 + needs.trend_spread**2
        self.trend, self.offer = founded.trend.tolist(), founded.offer.tolist()
        self.cases, self.lapses, self.trust_by_week = [], {}, []
        self.requests = self.due_count = self.member_weeks = self.free_parts = 0
        self.worth = 0.0
        self.found(founded)

    def found(self, founded) -> None:
        """Make the agents, with the traits that the columns of ``founded`` hold."""
        staff = founded.tables["staff"]
        traits = ("empathy", "alignment", "freedom_rank", "ability")
        self.posts = [[] for _ in range(self.departments)]
        for row, department in enumerate(staff["department"].tolist()):
            seats = self.posts[department]
            seats.append(Staff(self, department, len(seats), *(staff[name].item(row) for name in traits)))
        names = ("trust", "belief", "expectation", "request_rate", "next_request", "allotment", "owner_rank", "voice")
        names += ("main_domain", "commitment", "joined", "renewals", "renewal_week", "needs", "estimate", "uncertainty")
        table = founded.tables["members"]
        columns = [table[name].tolist() for name in names]
        for values in zip(*columns, strict=True):
            Member(self, dict(zip(names, values, strict=True)))

    def step(self) -> None:
        """One week, in the order of events."""
        self.drifting, self.due = (self.week + HALF_YEAR) % YEAR, self.week % YEAR
        members, staff = self.agents_by_type[Member], self.agents_by_type[Staff]
        self.cases = []
        self.move_trend()
        members.do("begin_week")
        self.route()
        staff.do("share_hours")
        self.answer()
        self.experience()
        members.do("decide")
        self.trust_by_week.append(sum(members.get("trust")) / len(members))
        self.member_weeks += len(members)
        self.week += 1

    def move_trend(self) -> None:
        """The trend common to all members moves a little."""
        kept, step = self.trend_kept, self.trend_step
        moves = self.rng.standard_normal(self.departments).tolist()
        self.trend = [kept * trend + step * move for trend, move in zip(self.trend, moves, strict=True)]

    def route(self) -> None:
        """Decide for each case who answers and how."""
        policy, world, random = self.policy, self.world.routing, self.rng.random
        limit = int(world.relief * world.week_hours * HOUR)
        for person in self.agents_by_type[Staff]:
            person.demand, person.aftermath = person.aftermath, 0
        for case in self.cases:
            member = case.member
            case.owned = member.owner_rank < policy.routing
            if case.owned:
                if member.owner is None:
                    tie = member.ties.get(member.main_domain)
                    member.owner = tie.staff if tie else self.allotted(member.main_domain, member.allotment)
                person = member.owner
            else:
                person = self.allotted(case.domain, member.allotment)
            if person.backlog > limit:
                person = self.relieved(person, limit)
            case.server = person
            case.free = person.freedom_rank < policy.coverage and random() < 1.0 - policy.strictness
            hours = world.hours + world.record_hours * policy.information
            if case.part == 1:
                hours += world.coordination_hours if case.owned else world.handoff_hours
            if case.free:
                hours *= 1.0 + world.free_hours
                self.free_parts += 1
            case.seconds = int(hours * HOUR)
            person.demand += case.seconds

    def allotted(self, department: int, allotment: int) -> Staff:
        """Who serves a member in a department; all posts are filled in the core."""
        seats = self.posts[department]
        return seats[allotment % len(seats)]

    def relieved(self, person: Staff, limit: int) -> Staff:
        """The next colleague with less work waiting, or the same person."""
        seats = self.posts[person.department]
        for turn in range(1, len(seats)):
            colleague = seats[(person.place + turn) % len(seats)]
            if colleague.backlog <= limit:
                return colleague
        return person

    def visible_share(self, holder: Staff | None, server: Staff) -> float:
        """How much of what ``holder`` learned about a member ``server`` can see."""
        if holder is None or holder is server or holder.department == server.department:
            return 1.0
        return self.policy.information

    def answer(self) -> None:
        """Give each case its quality; a bond grows with the contact."""
        world, week = self.world.encounters, self.week
        for case in self.cases:
            member, person = case.member, case.server
            handed_on = case.part == 1 and not case.owned
            case.received = self.quality(case, handed_on)
            weeks = person.waiting + (world.handoff_wait if handed_on else 0.0)
            case.received -= world.effort_cost * (1.0 - person.effort)
            case.received -= world.wait_cost * weeks / (1.0 + 0.5 * weeks)
            tie = member.ties.get(person.department)
            if tie is None or tie.staff is not person:
                tie = member.ties[person.department] = Tie(person, 0.0, week)
            bond = faded(tie.bond, week - tie.last_contact, world.bond_years)
            tie.bond = bond + world.bond_growth * (0.5 + person.empathy) * person.effort * (1.0 - bond)
            tie.last_contact = week

    def quality(self, case: Case, handed_on: bool) -> float:
        """Quality of an answer before effort and waiting; notes what is given away."""
        policy, world, rng = self.policy, self.world.encounters, self.rng
        member, domain = case.member, case.domain
        if handed_on and rng.random() < world.handoff_drop * (1.0 - 0.5 * policy.information):
            return 0.0
        need, offer = member.needs[domain] + self.trend[domain], self.offer[domain]
        if not case.free:
            ratio = (need - offer) / world.tolerance
            quality = 1.0 / (1.0 + ratio * ratio) + world.standard_error * rng.standard_normal()
            return quality - world.failure_size if rng.random() < world.standard_failure else quality
        person = case.server
        visible = self.visible_share(member.holder.get(domain), person)
        known = visible * max(0.0, 1.0 - member.uncertainty[domain] / self.prior)
        tailoring = visible
        if handed_on:
            tailoring *= 1.0 - world.handoff_loss * (1.0 - 0.5 * policy.information)
        ratio = (need - offer - tailoring * (member.estimate[domain] - offer)) / world.tolerance
        error = world.free_error * (1.0 - world.error_known * known) * rng.standard_normal()
        quality = 1.0 / (1.0 + ratio * ratio) + person.ability + world.empathy * (person.empathy - 0.5) + error
        if person.department != domain:
            quality -= world.depth_loss
        case.gift = min(policy.guardrail, world.giveaway * (1.0 - person.alignment))
        if rng.random() < world.standard_failure + world.free_failure * min(2.0, max(0.0, 1.0 - person.ability)):
            amends = min(policy.guardrail, world.amends)
            if rng.random() < world.recovery * amends / world.amends:
                case.gift = min(policy.guardrail, case.gift + amends)
            else:
                quality -= world.failure_size
        return quality

    def experience(self) -> None:
        """Each answered request moves the member who asked."""
        received = 0.0
        for case in self.cases:
            received = case.received if case.part == 0 else received + case.received
            if case.part == case.parts - 1:
                case.member.live_through(case, received)
