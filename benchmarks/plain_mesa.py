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
        leading = founded.tables["departments"]
        self.insight, self.thrift = leading["insight"].tolist(), leading["thrift"].tolist()
        self.cases, self.lapses, self.trust_by_week = [], {}, []
        self.requests = self.due_count = self.member_weeks = self.free_parts = 0
        self.worth = 0.0
        self.found(founded)

    def found(self, founded) -> None:
        """Make the agents, with the traits that the columns of ``founded`` hold."""
        staff = founded.tables["staff"]
        traits = ("empathy", "alignment", "freedom_rank", "ability", "immersed")
        self.posts = [[] for _ in range(self.departments)]
        for row, department in enumerate(staff["department"].tolist()):
            seats = self.posts[department]
            seats.append(Staff(self, department, len(seats), {name: staff[name].item(row) for name in traits}))
        names = ("trust", "ceiling", "belief", "expectation", "request_rate", "next_request", "allotment", "owner_rank")
        names += ("voice", "main_domain", "commitment", "joined", "renewals", "renewal_week")
        names += ("needs", "estimate", "uncertainty")
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
        moves = self.rng.standard_normal(len(self.trend)).tolist()
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
            case.configured = not case.free and random() < policy.solutions
            case.handed = (case.part == 1 and not case.owned) or random() < world.role_gap * policy.roles
            case.advising = random() < policy.advice
            self.free_parts += case.free
            case.seconds = int(self.case_hours(case) * self.thrift[person.department] * HOUR)
            person.demand += case.seconds

    def case_hours(self, case: Case) -> float:
        """Staff hours of one part of a request."""
        policy, world = self.policy, self.world.routing
        hours = world.hours + world.record_hours * policy.information
        if case.part == 1 and case.owned:
            hours += world.coordination_hours
        if case.handed:
            hours += world.handoff_hours * (1.0 - world.handoff_ease * policy.climate)
        extra = world.listening_hours * policy.listening
        if case.free:
            extra += world.free_hours
        if case.configured:
            extra += world.solution_hours
        return hours * (1.0 + extra)

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
        if holder is None:
            return 0.0
        if holder is server or holder.department == server.department:
            return 1.0
        return self.policy.information

    def answer(self) -> None:
        """Give each case its quality; a bond grows with the contact."""
        world, week = self.world.encounters, self.week
        for case in self.cases:
            member, person = case.member, case.server
            case.received = self.quality(case)
            weeks = person.waiting + (world.handoff_wait if case.handed else 0.0)
            case.received -= world.effort_cost * max(0.0, 1.0 - person.care)
            case.received -= world.wait_cost * weeks / (1.0 + 0.5 * weeks)
            tie = member.ties.get(person.department)
            if tie is None or tie.staff is not person:
                tie = member.ties[person.department] = Tie(person, 0.0, week)
            bond = faded(tie.bond, week - tie.last_contact, world.bond_years)
            tie.bond = bond + min(1.0, world.bond_growth * (0.5 + person.warmth) * person.care) * (1.0 - bond)
            tie.last_contact = week

    def quality(self, case: Case) -> float:
        """Quality of an answer before effort and waiting; notes gifts, failures admitted and covered up, and advice."""
        policy, world, rng = self.policy, self.world.encounters, self.rng
        member, person = case.member, case.server
        if case.handed and rng.random() < self.dropping_chance(person):
            case.advising = False
            return 0.0
        reach, known = self.reach(case)
        near = self.meets(member, case.domain, reach)
        found = [self.meets(member, place, reach * self.visible_share(member.holder.get(place), person))
                 for place in range(self.departments, len(self.offer))]  # fmt: skip
        quality = near + world.latent_share * (sum(found) / len(found) - near)
        if case.free:
            quality += person.ability + world.empathy * (person.warmth - 0.5)
            quality += world.free_error * (1.0 - world.error_known * known) * rng.standard_normal()
            if person.department != case.domain:
                quality -= world.depth_loss
            case.gift = min(policy.guardrail, world.giveaway * (1.0 - person.alignment))
            failing = world.standard_failure + world.free_failure * min(2.0, max(0.0, 1.0 - person.ability))
        else:
            quality += world.standard_error * rng.standard_normal()
            failing = world.standard_failure
        if rng.random() < failing and not self.put_right(case):
            quality -= world.failure_size
        if case.advising and quality < world.advice_line:
            case.hidden, case.admitted = 0.0, False
            return world.advice_quality
        case.advising = False
        return quality

    def dropping_chance(self, person: Staff) -> float:
        """Chance that a part handed on is never answered."""
        world = self.world.encounters
        values = max(0.0, 1.0 + world.neglect * (0.6 - person.alignment) / 0.6)
        return world.handoff_drop * (1.0 - 0.5 * max(self.policy.information, self.policy.climate)) * values

    def reach(self, case: Case) -> tuple[float, float]:
        """How far an answer moves from the offer towards what is known, and how much is known; 0 off the shelf."""
        world, member = self.world.encounters, case.member
        if not (case.free or case.configured):
            return 0.0, 0.0
        visible = self.visible_share(member.holder.get(case.domain), case.server)
        known = visible * max(0.0, 1.0 - member.uncertainty[case.domain] / self.prior)
        reach = visible if case.free else visible * world.solution_reach
        if case.handed:
            reach *= 1.0 - world.handoff_loss * (1.0 - 0.5 * self.policy.information)
        return reach, known

    def meets(self, member: Member, place: int, reach: float) -> float:
        """How well an answer meets one coordinate of need."""
        offer = self.offer[place]
        distance = member.needs[place] + self.trend[place] - offer - reach * (member.estimate[place] - offer)
        ratio = distance / self.world.encounters.tolerance
        return 1.0 / (1.0 + ratio * ratio)

    def put_right(self, case: Case) -> bool:
        """A failure is put right by somebody free to act; otherwise it is admitted or covered up."""
        policy, world, random = self.policy, self.world.encounters, self.rng.random
        amends = min(policy.guardrail, world.amends)
        if case.free and random() < world.recovery * amends / world.amends:
            case.gift = min(policy.guardrail, case.gift + amends)
            return True
        case.admitted = random() < policy.transparency
        case.hidden = 0.0 if case.admitted else world.covered * world.failure_size
        return False

    def experience(self) -> None:
        """Each answered request moves the member who asked."""
        parts = []
        for case in self.cases:
            parts.append(case)
            if len(parts) == case.parts:
                case.member.live_through(parts)
                parts = []
