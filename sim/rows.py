"""What is in the model besides those who act: departments, projects, ties, the community, rivals, requests.

Each attribute is a column with unit, range and meaning, as in :mod:`sim.agents`.
"""

import numpy as np

from sim.columns import NEVER, Column, Rows


class Department(Rows):
    """A department: what its leader makes of it, and how its service does. One row each, for ever."""

    leader = Column("i4", "leader row", NEVER, 2**31 - 1, "who leads it, -1 nobody", owner="leadership", default=NEVER)
    vacant_since = Column("i4", "week", NEVER, 100_000, "week the latest leader left", owner="leadership", default=NEVER)
    candidates = Column("i4", "count", 0, 100_000, "leaders appointed so far", owner="leadership")
    meaning = Column("f8", "0..1", 0, 1, "how far people here know why", owner="leadership")
    insight = Column("f8", "0..1", 0, 1, "how much of what staff do for members the leader sees", owner="leadership")
    fairness = Column("f8", "0..1", 0, 1, "how far staff can follow the leader's judgement", owner="leadership")
    thrift = Column("f8", "share", 0, 2, "time a case takes under this leader, against the usual", owner="leadership", default=1.0)
    material = Column("f8", "dues a part", 0, 10, "what an answer of this service costs beyond hours")
    asked = Column("i8", "parts", 0, 2**62, "requests answered this year, in parts", owner="accounts")
    spent = Column("i8", "seconds", 0, 2**62, "hours they took", owner="accounts")
    closed = Column("?", "flag", 0, 1, "the service has been dropped", owner="innovation")
    can_operations = Column("f8", "0..1", 0, 1, "capability in running at low cost", owner="discipline")
    can_product = Column("f8", "0..1", 0, 1, "capability in leading by what is offered", owner="discipline")
    can_intimacy = Column("f8", "0..1", 0, 1, "capability in closeness to members", owner="discipline")
    emphasis = Column("f8", "0..1", 0, 1, "how far the department concentrates on any of the three", owner="discipline")
    case_time = Column("f8", "share", 0, 3, "time a case takes by what the department concentrates on, against the usual", owner="discipline", default=1.0)
    material_part = Column("f8", "share", 0, 1, "material of an answer likewise", owner="discipline", default=1.0)
    by_the_book = Column("f8", "share", 0, 1, "answers with discretion given by the standard instead", owner="discipline")
    leading = Column("f8", "0..1", 0, 1, "how far the department leads by what it offers", owner="discipline")
    research = Column("f8", "hours", 0, 10, "hours a week that this takes of each of its staff", owner="discipline")
    project_price = Column("f8", "ratio", 1, 4, "money a project takes, against the usual", owner="discipline", default=1.0)
    noise_left = Column("f8", "share", 0, 1, "noise of what contacts show, against the usual", owner="discipline", default=1.0)


class Project(Rows):
    """Work on one coordinate of the offer: an idea, its development, its launch. One row each coordinate, for ever."""

    stage = Column("i1", "0..3", 0, 3, "0 none, 1 idea, 2 development, 3 launch", owner="innovation")
    until = Column("i4", "week", NEVER, 200_000, "week in which the stage ends", owner="innovation", default=NEVER)
    begun = Column("i4", "week", NEVER, 200_000, "week in which the project began", owner="innovation", default=NEVER)
    number = Column("i4", "count", 0, 100_000, "projects begun so far", owner="innovation")
    aim = Column("f8", "sd of needs", -60, 60, "where the offer is to go", owner="innovation")
    made = Column("f8", "sd of needs", -60, 60, "what development made of it", owner="innovation")


class Tie(Rows):
    """A working relationship between one member and one person on the staff.

    There is room for one tie a member and department: row = member row * departments + department.
    """

    def __init__(self, table, row: int):
        self.table, self.row = table, row

    staff = Column("i4", "staff row", NEVER, 2**31 - 1, "the person on the staff side, -1 none yet", owner="encounters", default=NEVER)
    bond = Column("f4", "0..1", 0, 1, "strength of the personal bond at the last contact", owner="encounters")
    since = Column("i2", "week", -20_000, 32_767, "week of the first contact", owner="encounters")
    contacts = Column("i2", "count", 0, 32_767, "contacts since then", owner="encounters")
    last_contact = Column("i4", "week", -20_000, 100_000, "week of the latest contact", owner="encounters", default=-20_000)


class Friendship(Rows):
    """Another member whom a member knows well.

    There is room for so many a member: row = member row * :data:`sim.columns.FRIENDS` + place.
    """

    other = Column("i4", "member row", NEVER, 2**31 - 1, "the other member, -1 nobody; may have left since", owner="friendships", default=NEVER)
    since = Column("i2", "week", NEVER, 32_767, "week in which they got to know each other", owner="friendships", default=NEVER)


class Community(Rows):
    """The community made by members: one row, for ever; empty until somebody begins it."""

    begun = Column("i4", "week", NEVER, 200_000, "week in which it began, -1 not yet", owner="community", default=NEVER)
    known = Column("i8", "rows", 0, 2**31 - 1, "members whose joining has been prepared", owner="community")
    inside = Column("i8", "members", 0, 2**31 - 1, "members who take part", owner="community")
    outside = Column("i8", "people", 0, 2**40, "others who take part", owner="community")
    pressure = Column("f8", "pressure", 0, np.inf, "pressure to join, cumulated since it began", owner="community")
    active = Column("f8", "people", 0, 1e12, "active participants, in units of an average one who has just joined", owner="community")
    freshness = Column("f8", "share", 0, np.inf, "active participants against all, this week", owner="community")
    lived = Column("f8", "weeks", 0, np.inf, "freshness, cumulated since it began: what an average participant has written in", owner="community")
    charged = Column("f8", "0..1", 0, 1, "highest declared level of paid tiers so far: those it repels have left", owner="community")
    answering = Column("f8", "probability", 0, 1, "chance that somebody who asks peers is answered", owner="community")
    elsewhere = Column("f8", "0..1", 0, 1, "what it offers those who take part without being members", owner="community")
    heard = Column("f8", "share per week", 0, 1, "how fast what is said in it becomes known to the organisation", owner="community")


class Dealing(Rows):
    """What the community brought one member this week: help, a fee, anger. The table is emptied every week."""

    member = Column("i4", "member row", 0, 2**31 - 1, "who", owner="community")
    worth = Column("f8", "dues", -100, 100, "worth to the member, less own time and fees", owner="community")
    earned = Column("f8", "dues", -100, 100, "what the organisation earns by it, less what it costs", owner="community")
    lesson = Column("f8", "quality", -20, 10, "quality that the member puts down to the organisation", owner="community")
    credit = Column("f8", "0..1", 0, 1, "how far he does so", owner="community")
    anger = Column("f8", "0..1", 0, 1, "part of trust lost over a fight against the community; above 0 also a grievance", owner="community")


class Circle(Rows):
    """Where members meet anyway: an employer, a chapter, a trade. One row each, for ever."""

    latest = Column("i4", "member row", NEVER, 2**31 - 1, "those of the circle who joined last, in turn", owner="friendships", default=NEVER, width="friends")
    joined = Column("i4", "count", 0, 2**31 - 1, "people of this circle who have ever joined", owner="friendships")


class Origin(Rows):
    """How a member came in, and how it ended the first time. One row a member, the same row."""

    recruiter = Column("i4", "member row", NEVER, 2**31 - 1, "the member who brought this one, -1 nobody", owner="referrals", default=NEVER)
    root = Column("u4", "key", 0, 2**32 - 1, "whose circle this is: the own identity, or that of the first in the line of those who brought each other")
    lapsed = Column("i4", "week", NEVER, 100_000, "week of the first leaving since the accounts were opened of somebody who has come back since, -1 none", owner="returns", default=NEVER)


class Rival(Rows):
    """Somebody else who offers something. The first row is the background: the sum of what has always been there."""

    kind = Column("i4", "code", 0, 3, "0 background, 1 cheap, 2 innovator, 3 serves better")
    enters = Column("i4", "week", 0, 100_000, "week of entry; of the background, founding")
    price = Column("f8", "standard dues a year", 0, 5, "price", owner="rivals", default=1.0)
    tailoring = Column("f8", "share", 0, 1, "how far answers move from the offer towards the need of each", owner="rivals")
    appeal = Column("f8", "logit", -100, 100, "what it is worth to the average outsider, against the background at founding", owner="rivals")
    customers = Column("f8", "people", 0, 1e12, "people served", owner="rivals")
    offer = Column("f8", "sd of needs", -60, 60, "where the offer stands", owner="rivals", width="dimensions")


class PartnerTie(Rows):
    """A tie between a post of the staff and a person of a partner organisation. One row each, for ever."""

    next_meeting = Column("f8", "week", 0, np.inf, "time of the next meeting; infinite once the partner has left", owner="partners", scanned=True)
    identity = Column("i4", "key", 0, 2**31 - 1, "which tie this is, under every policy: founding number")
    partner = Column("i4", "partner row", 0, 2**31 - 1, "the partner")
    contact = Column("i4", "contact row", 0, 2**31 - 1, "the person on the partner's side")
    department = Column("i4", "department", 0, 120, "department of the post on this side")
    allotment = Column("i8", "key", 0, 2**62, "which post of that department holds the tie")
    staff = Column("i4", "staff row", NEVER, 2**31 - 1, "who on the staff met the contact last, -1 nobody yet", owner="partners", default=NEVER)
    last_meeting = Column("i4", "week", -20_000, 100_000, "week of the latest meeting", owner="partners", default=-20_000)
    known = Column("f4", "0..1", 0, 1, "what both know of each other, at the latest meeting", owner="partners")
    common = Column("f4", "0..1", 0, 1, "part of the distance between them that meetings have closed", owner="partners")
    meetings = Column("i4", "count", 0, 2**31 - 1, "meetings since the accounts were opened", owner="partners")
    value = Column("f8", "dues", -1e6, 1e6, "joint value since the accounts were opened", owner="partners")


class Case(Rows):
    """One part of one request, in the week it arises. The table is emptied every week."""

    member = Column("i4", "member row", 0, 2**31 - 1, "who asks", owner="needs")
    identity = Column("u4", "key", 0, 2**32 - 1, "the same person as a key of luck", owner="needs")
    allotment = Column("u4", "key", 0, 2**32 - 1, "that person's allotment to posts", owner="needs")
    owner_rank = Column("f4", "share", 0, 1, "that person's rank in getting an owner", owner="needs")
    ordinal = Column("i4", "count", 0, 65_535, "which of this member's requests of the week, times two, plus the part", owner="needs")
    main_domain = Column("i4", "department", 0, 120, "that person's main domain", owner="needs")
    parts = Column("i4", "count", 1, 2, "domains the request touches", owner="needs", default=1)
    domain = Column("i4", "department", 0, 120, "domain of this part", owner="needs")
    server = Column("i4", "staff row", 0, 2**31 - 1, "who answers", owner="routing")
    owned = Column("?", "flag", 0, 1, "answered by a relationship owner", owner="routing")
    free = Column("?", "flag", 0, 1, "answered with discretion", owner="routing")
    configured = Column("?", "flag", 0, 1, "answered by a solution put together from what is known", owner="routing")
    handed = Column("?", "flag", 0, 1, "came from somebody else's desk", owner="routing")
    limited = Column("?", "flag", 0, 1, "answered in short and by the standard, since the member is seen to use too much", owner="routing")
    refused = Column("?", "flag", 0, 1, "turned away: the service has been dropped", owner="routing")
    advising = Column("?", "flag", 0, 1, "a better source is named: if the answer fits badly; once answered, whether it was", owner="encounters")
    admitted = Column("?", "flag", 0, 1, "failed, and the failure was admitted", owner="encounters")
    hidden = Column("f8", "quality", 0, 10, "quality lost in a failure that was covered up", owner="encounters")
    seconds = Column("i8", "seconds", 0, 2**40, "staff time it needs", owner="routing")
    quality = Column("f8", "quality", -10, 10, "quality of the answer before effort and waiting", owner="encounters")
    received = Column("f8", "quality", -20, 10, "quality of the answer as received", owner="encounters")
    complaint = Column("?", "flag", 0, 1, "the member complained about the request, on its last part", owner="trust")
    gift = Column("f8", "dues", 0, 10, "value given away", owner="encounters")
    taken = Column("f8", "dues", 0, 10, "what the member took from an organisation that showed its needs, on the last part", owner="trust")
    worth = Column("f8", "dues", -20, 20, "worth of the whole request to the member, on its last part", owner="trust")
