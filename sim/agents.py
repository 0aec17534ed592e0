"""Who is in the model: members, staff, leaders, partners and their people. Each attribute is a column with unit, range and meaning.

What there is besides them stands in :mod:`sim.rows`.
"""

import numpy as np

from sim.column_agent import ColumnAgent
from sim.columns import NEVER, Column
from sim.processes import bonds, community, renewals, rivals
from sim.rows import Tie
from sim.steps import WEEKS


class Member(ColumnAgent):
    """Somebody who pays dues, has needs, brings requests and decides once a year whether to renew.

    What a request touches stands first and together, so that it costs few cache lines: with five departments a row
    fills three of them exactly.
    """

    alive = Column("?", "flag", 0, 1, "is a member today", owner="renewals", default=True, scanned=True)
    renewal_week = Column("i1", "week of the year", 0, 51, "when dues fall due", scanned=True)
    next_request = Column("f8", "week", 0, np.inf, "time of the next request; infinite once departed", owner="needs", scanned=True)
    trust = Column("f8", "0..1", 0, 1, "trust in the organisation", owner="trust", scanned=True)
    community = Column("i1", "0..2", 0, 2, "0 not in the community, 1 takes part, 2 has left it", owner="community", scanned=True)
    community_due = Column("f8", "pressure", 0, np.inf, "cumulated pressure at which this member joins the community; unused until there is one", owner="community", scanned=True)
    # Kept apart because the record has no room left in its cache lines.
    served = Column("f4", "dues", 0, 1e5, "cost of serving this member since the organisation last looked", owner="accounts", scanned=True)
    cost_seen = Column("f4", "dues a year", -1, 1e6, "what the organisation believed that was when it looked, -1 if it never did", owner="selection", default=-1, scanned=True)

    needs = Column("f4", "sd of needs", -40, 40, "own part of the ideal point, one number a domain and latent coordinate", owner="needs", width="dimensions")
    estimate = Column("f4", "sd of needs", -60, 60, "what is believed about the ideal point; starts at the offer", owner="learning", width="dimensions")
    uncertainty = Column("f4", "sd of needs squared", 0, 400, "variance of that belief", owner="learning", width="dimensions")
    holder = Column("i4", "staff row", NEVER, 2**31 - 1, "who on the staff learned it, -1 nobody", owner="learning", default=NEVER, width="dimensions")
    belief = Column("f8", "quality", -20, 10, "believed quality of answers (1 = a perfect standard answer)", owner="trust")
    value_member = Column("f8", "dues", -1e5, 1e5, "value received less dues, fees and own hours since the accounts were opened", owner="accounts")
    value_organisation = Column("f8", "dues", -1e5, 1e5, "dues and fees less hours, material, gifts, sales forgone and acquisition since the accounts were opened", owner="accounts")
    identity = Column("u4", "key", 0, 2**32 - 1, "who this is, under every policy: founding number or prospect number")
    expectation = Column("f4", "quality", -20, 10, "quality expected of the next answer", owner="trust")
    ceiling = Column("f4", "0..1", 0, 1, "most that trust can reach again; deception lowers it for good", owner="trust", default=1.0)
    allotment = Column("u4", "key", 0, 2**32 - 1, "decides which post of each department serves this member")
    request_rate = Column("f4", "requests per week", 0, 50, "how often this member asks")
    owner_rank = Column("f4", "share", 0, 1, "gets a relationship owner when the routing lever exceeds this")
    owner = Column("i4", "staff row", NEVER, 2**31 - 1, "relationship owner, -1 none", owner="routing", default=NEVER)
    voice = Column("f4", "probability", 0, 1, "complaining style: chance to speak up when let down")
    grievance = Column("i2", "week", NEVER, 32_767, "week of the latest complaint left unresolved, -1 none", owner="trust", default=NEVER)
    answers = Column("i2", "count", 0, 32_767, "requests answered since the accounts were opened", owner="accounts")
    let_downs = Column("i2", "count", 0, 32_767, "answers below the line, so far", owner="trust")
    complaints = Column("i2", "count", 0, 32_767, "complaints made", owner="trust")
    main_domain = Column("i1", "department", 0, 120, "domain of about half of this member's requests")
    founder = Column("?", "flag", 0, 1, "was there at founding")
    commitment = Column("f4", "logit", -60, 60, "base commitment: log odds of renewing when lived experience is at its reference")
    joined = Column("i2", "week", -25_000, 32_767, "week of joining; negative for tenure from before founding")
    left = Column("i2", "week", NEVER, 32_767, "week of leaving, -1 while a member", owner="renewals", default=NEVER)
    renewals = Column("i2", "count", 0, 10_000, "renewals so far", owner="renewals")
    lapse = Column("i1", "code", 0, 16, "reason for leaving, 0 while a member", owner="renewals")
    standing = Column("i1", "code", 0, 2, "how the organisation sees this member: 0 as usual, 1 costs more than she pays, 2 not to be kept", owner="selection")

    @property
    def ties(self) -> list["Tie"]:
        """Ties with the staff, those with people who have left included."""
        table = self.model.tables["ties"]
        first = self.row * self.model.departments
        return [Tie(table, row) for row in range(first, first + self.model.departments) if table["staff"][row] >= 0]

    def renewal_chance(self) -> float:
        """Probability of renewing if dues fell due now, by the formulas the compiled rules use; 0..1."""
        model, given = self.model, self.model.given[0]
        bond, around = bonds.bond_and_surroundings(model, self.row)
        elsewhere = community.drawn_away(model.tables["community"].rows, self.community, model.given)
        elsewhere += rivals.pull(model.tables["rivals"].rows, self.table.rows[self.row], model.trend, model.now, model.given)
        grieved = self.grievance >= 0 and model.now - self.grievance <= given["renewals"]["grievance_weeks"]
        return float(
            renewals.chance_of_renewal(
                self.commitment, max(1.0, (model.now + 1 - self.joined) // WEEKS), self.belief, bond, float(grieved), around,
                elsewhere, given["fit"], given["renewals"], given["scenario"], given["policy"],
            )
        )  # fmt: skip


class Staff(ColumnAgent):
    """Somebody who answers members in one department, learns about them, tires, leaves and is replaced.

    What a case reads of its server stands first, in one cache line; a row fills three of them.
    """

    alive = Column("?", "flag", 0, 1, "is employed today", owner="worklife", default=True)
    department = Column("i2", "department", 0, 120, "department and domain of expertise")
    hired = Column("i2", "week", -20_000, 32_767, "week of hiring")
    left = Column("i2", "week", NEVER, 32_767, "week of leaving, -1 while employed", owner="worklife", default=NEVER)
    post = Column("i4", "post", 0, 2**31 - 1, "the post held", owner="hiring")
    identity = Column("u4", "key", 0, 2**32 - 1, "who this is, under every policy: post and applicant number")
    care = Column("f8", "share", 0, 2, "the part of that time which serves the member, not the measure", owner="routing", default=1.0)
    waiting = Column("f8", "weeks", 0, 1e7, "how long a new case waits", owner="routing")
    empathy = Column("f8", "0..1", 0, 1, "warmth: how fast contact becomes a bond")
    immersed = Column("f8", "0..1", 0, 1, "understanding of members gained by time among them, while it lasts", owner="worklife")
    alignment = Column("f8", "0..1", 0, 1, "acts on the organisation's values: gives less away when free, lets less lie", owner="colleagues")
    ability = Column("f8", "quality", -4, 3, "skill today: newcomers still learn the trade", owner="worklife")
    effort = Column("f8", "share", 0, 2, "time given to a case this week, as a share of what it needs", owner="routing", default=1.0)
    spotting = Column("f8", "0..1", 0, 1, "eye for opportunities and risks that members do not speak of")
    freedom_rank = Column("f8", "share", 0, 1, "is given discretion when the coverage lever exceeds this")
    demand = Column("i8", "seconds", 0, 2**62, "work that arrived this week", owner="routing")
    backlog = Column("i8", "seconds", 0, 2**62, "work waiting; a leaver's is passed on by worklife", owner="routing")
    aftermath = Column("i4", "seconds", 0, 2**31 - 1, "work that complaints of last week bring", owner="trust")
    joint = Column("i4", "seconds", 0, 2**31 - 1, "work that last week's meetings with partners bring", owner="partners")
    standard = Column("f8", "share", 0, 1, "time per case this person has come to find normal", owner="routing", default=1.0)
    skill = Column("f8", "quality", -3, 3, "skill of a free answer, beyond what the process has codified")
    values = Column("f8", "0..1", 0, 1, "how far this person's own values are the organisation's")
    aptitude = Column("f8", "0..1", 0, 1, "how well person and position fit by chance; roles shaped around people fill the gap")
    sociability = Column("f8", "ratio", 0, 100, "how much this person talks with colleagues, against the median")
    trained = Column("f8", "quality", 0, 3, "skill gained in training, while it lasts", owner="worklife")
    morale = Column("f8", "-3..3", -3, 3, "morale, 0 = usual", owner="worklife")
    load = Column("f8", "ratio", 0, 1e6, "work of this week against the time for it", owner="routing")
    worked = Column("i4", "seconds", 0, 2**31 - 1, "hours spent on members and partners this week", owner="routing")
    capacity = Column("i4", "seconds", 0, 2**31 - 1, "time for members and partners this week", owner="routing")
    conversing = Column("i4", "seconds", 0, 2**31 - 1, "work that last week's conversations and meetings bring", owner="communication")
    in_touch = Column("i4", "seconds", 0, 2**31 - 1, "work that last week's conversations of one's own choice bring", owner="keeping_in_touch")


class Leader(ColumnAgent):
    """Somebody who leads a department: carries what is declared into practice, and answers no cases."""

    identity = Column("i8", "key", 0, 2**32 - 1, "who this is, under every policy: department and applicant number")
    alive = Column("?", "flag", 0, 1, "leads today", owner="leadership", default=True)
    department = Column("i4", "department", 0, 120, "department led")
    hired = Column("i4", "week", -20_000, 100_000, "week of taking over")
    left = Column("i4", "week", NEVER, 100_000, "week of leaving, -1 while leading", owner="leadership", default=NEVER)
    humility = Column("f8", "0..1", 0, 1, "listens, and gives way to what is learned")
    curiosity = Column("f8", "0..1", 0, 1, "wants to know members and how they see the world")
    foresight = Column("f8", "0..1", 0, 1, "sees what nobody asks for yet")
    transparency = Column("f8", "0..1", 0, 1, "shows how and why decisions are made, failures included")
    clarity = Column("f8", "0..1", 0, 1, "can say why things are to be done")
    operations = Column("f8", "sd", -5, 5, "ability in running operations, against the average leader")


class Partner(ColumnAgent):
    """An organisation that this one works with, or could; or a part of one company that decides for itself."""

    alive = Column("?", "flag", 0, 1, "is a partner today", owner="partners", default=True)
    identity = Column("i4", "key", 0, 2**31 - 1, "which this is, under every policy: founding number")
    company = Column("i4", "number", 0, 2**31 - 1, "company it is part of; dependence is that of companies")
    domain = Column("i4", "department", 0, 120, "domain in which it can fill gaps of the offer")
    renewal_week = Column("i4", "week of the year", 0, 207, "when it decides whether to go on")
    left = Column("i4", "week", NEVER, 100_000, "week of leaving, -1 while a partner", owner="partners", default=NEVER)
    ties = Column("i4", "ties", 0, 2**31 - 1, "ties between its people and the staff")
    good = Column("i4", "meetings", 0, 2**31 - 1, "meetings of the week above the line", owner="partners")
    bad = Column("i4", "meetings", 0, 2**31 - 1, "meetings of the week below it", owner="partners")
    rank = Column("f8", "share", 0, 1, "is worked with when the breadth lever exceeds this")
    distance = Column("f8", "0..1", 0, 1, "distance in culture, language and rules")
    strictness = Column("f8", "share of meetings", 0, 1, "how often its people follow their own standard")
    opportunism = Column("f8", "0..1", 0, 1, "readiness to take advantage")
    trust = Column("f8", "0..1", 0, 1, "its trust in this organisation", owner="partners")
    our_trust = Column("f8", "0..1", 0, 1, "this organisation's trust in it", owner="partners")
    dependence = Column("f8", "share", 0, 1, "share of its revenue that hangs on this organisation", owner="partners")
    our_dependence = Column("f8", "share", 0, 1, "share of this organisation's revenue that hangs on its company", owner="partners")
    usual = Column("f8", "dues a year", 0, 1e9, "what a usual year with all its ties would bring it")
    elsewhere = Column("f8", "dues a year", 0, 1e12, "what it earns elsewhere")
    expected = Column("f8", "dues a year", -1e9, 1e9, "what it expects of a year", owner="partners")
    theirs = Column("f8", "dues a year", -1e9, 1e9, "what the past year brought it", owner="partners")
    ours = Column("f8", "dues a year", -1e9, 1e9, "what the past year with it brought this organisation", owner="partners")
    worked = Column("f8", "dues a year", -1e9, 1e9, "joint value of the past year", owner="partners")
    made = Column("i8", "millionths of dues", -(2**62), 2**62, "joint value of the week", owner="partners")
    given = Column("i8", "millionths of dues", 0, 2**62, "what this organisation gave away of its part in that week", owner="partners")


class Contact(ColumnAgent):
    """Somebody of a partner organisation who works with people of the staff."""

    identity = Column("i4", "key", 0, 2**31 - 1, "who this is, under every policy: founding number")
    partner = Column("i4", "partner row", 0, 2**31 - 1, "the organisation this person works for")
    skill = Column("f8", "quality", -3, 3, "skill in free joint work, beyond what a process has codified")
