"""What an organisation may decide: the levers of a policy.

Rules read levers and never a policy's name. A lever's ``about`` names its price. What is decided is *declared*; how
far and how fast a department does it is up to its leader (:mod:`sim.processes.leadership`).
"""

import numpy as np

from sim.compiled import COMPILING
from sim.quantities import quantities, quantity

TEXT_000, TEXT_001, TEXT_002, TEXT_003, TEXT_004 = (f"assumed; text 00{number}" for number in range(5))  # docs/texts.md


@quantities
class Policy:
    """A relationship policy: one value a lever. The defaults are the conventional organisation."""

    place = "policy"

    # Answering.
    strictness: float = quantity(0.8, "share of cases", 0.0, 1.0, TEXT_001, "share of cases that free staff still answer by the standard. Price of less: hours, a wider lower tail, value given away")
    coverage: float = quantity(1.0, "share of staff", 0.0, 1.0, TEXT_001, "share of staff who may use discretion at all. Price of more: the less able and less aligned are free too")
    guardrail: float = quantity(0.3, "dues a case", 0.0, 2.0, TEXT_001, "most that a free answer may give away. Price of less: fewer failures can be put right")
    solutions: float = quantity(0.1, "share of standard answers", 0.0, 1.0, TEXT_000, "share of standard answers put together as a solution from what is known of the member, the others being products off the shelf. Price of more: hours")
    advice: float = quantity(0.0, "share of cases", 0.0, 1.0, TEXT_003, "share of badly fitting answers in which the member is told who would serve him better. Price of more: the sale")
    listening: float = quantity(0.3, "0 offer at once .. 1 listen first", 0.0, 1.0, TEXT_004, "humility in contact: how far listening comes before offering. Price of more: hours")

    # Between departments.
    routing: float = quantity(0.2, "share of members", 0.0, 1.0, TEXT_000, "share of members with a relationship owner who answers everything. Price of more: coordination hours, specialist depth")
    information: float = quantity(0.2, "share", 0.0, 1.0, TEXT_000, "how far what one department learned is visible to the others. Price of more: hours for keeping records")
    climate: float = quantity(0.3, "0 rivalry .. 1 cooperation", 0.0, 1.0, TEXT_000, "how well departments work together. Price of more: hours spent with each other")

    # Openness.
    promise: float = quantity(0.0, "0 transaction .. 1 partnership", 0.0, 1.0, TEXT_000, "what members and prospects are told to expect. It moves expectation only, and draws prospects. Price of more: disappointment where it is not lived")
    transparency: float = quantity(0.5, "share of failures", 0.0, 1.0, TEXT_004, "share of failures admitted to the member, the others being covered up. Price of more: members know of failures they would not have noticed")
    vulnerability: float = quantity(0.2, "0 guarded .. 1 open", 0.0, 1.0, TEXT_004, "how far the organisation shows its own needs and limits. Price of more: those without trust make use of it, and partners that depend less")

    # Leaders.
    why: float = quantity(0.2, "0 silent .. 1 always", 0.0, 1.0, TEXT_001, "how much leaders say why things are to be done. Price of more: staff hours for the conversation")
    replace_leaders: float = quantity(0.0, "share of departments", 0.0, 1.0, TEXT_000, "share of departments whose leader is replaced when the policy is adopted. Price of more: search, and a leader who has to settle")
    relational_leaders: float = quantity(0.2, "0 operations .. 1 relationships", 0.0, 1.0, TEXT_000, "what new leaders are chosen for. Price of more: leaders less able in operations")
    authority: float = quantity(0.3, "0 board decides .. 1 leaders decide", 0.0, 1.0, TEXT_000, "how far leaders may decide without waiting for the board. Price of more: nobody stops a wrong decision")
    shared: float = quantity(0.2, "0 top-down .. 1 shared", 0.0, 1.0, TEXT_000, "how far leaders decide together and with what staff know. Price of more: hours and time for each decision")
    hours_board: float = quantity(0.3, "weight", 0.0, 1.0, TEXT_000, "weight of the board in leaders' hours. Price of more: the other uses")
    hours_budget: float = quantity(0.25, "weight", 0.0, 1.0, TEXT_000, "weight of budget and operations in leaders' hours. Price of more: the other uses")
    hours_events: float = quantity(0.2, "weight", 0.0, 1.0, TEXT_000, "weight of conferences and events in leaders' hours. Price of more: the other uses")
    hours_staff: float = quantity(0.2, "weight", 0.0, 1.0, TEXT_000, "weight of their staff in leaders' hours. Price of more: the other uses")
    hours_members: float = quantity(0.05, "weight", 0.0, 1.0, TEXT_000, "weight of members in leaders' hours. Price of more: the other uses")

    # Staff.
    hire_values: float = quantity(0.1, "weight", 0.0, 1.0, TEXT_001, "weight of values and empathy in choosing applicants; skill has what is left of 1. Price of more: less skill")
    hire_opportunities: float = quantity(0.0, "weight", 0.0, 1.0, TEXT_000, "weight of an eye for opportunities in choosing applicants. Price of more: less skill")
    selectivity: int = quantity(3, "applicants", 1, 8, TEXT_000, "applicants looked at for a post. Price of more: weeks without anybody in it")
    roles: float = quantity(0.2, "0 people into roles .. 1 roles around people", 0.0, 1.0, TEXT_000, "how far roles are shaped around people. Price of more: work that is nobody's")
    development: float = quantity(0.5, "hours per staff-week", 0.0, 6.0, TEXT_000, "time for developing staff. Price of more: hours for members")
    immersion: float = quantity(0.2, "share of that time", 0.0, 1.0, TEXT_000, "development among members; the rest is training. Price of more: less training")
    evaluation: float = quantity(0.2, "0 efficiency .. 1 relationship value", 0.0, 1.0, TEXT_000, "what staff are evaluated by. Price of more: time per case")
    judgement: float = quantity(0.4, "0 measured .. 1 judged", 0.0, 1.0, TEXT_001, "how far evaluation is a leader's judgement; what is measured is gamed. Price of more: a leader who does not see judges unfairly")

    # Innovation.
    innovation: float = quantity(0.03, "dues per member-year", 0.0, 0.5, TEXT_000, "money for developing the offer. Price of more: margin")
    survey: float = quantity(0.3, "weight", 0.0, 1.0, TEXT_002, "weight of surveys in where the offer should go (following what members say). Price of more: what nobody says is missed")
    intimacy: float = quantity(0.1, "weight", 0.0, 1.0, TEXT_004, "weight of what staff have learned from members one by one. Price of more: those well known are not like the others. What these two and the next leave of 1 is the leaders' own vision")
    cocreate_idea: float = quantity(0.0, "weight", 0.0, 1.0, TEXT_003, "weight of members who take part in finding the idea. Price of more: time, members' own hours, the loudest are heard")
    cocreate_development: float = quantity(0.0, "0 in house .. 1 with members", 0.0, 1.0, TEXT_003, "how far members take part in development. Price of more: time, members' own hours")
    cocreate_launch: float = quantity(0.0, "0 in house .. 1 with members", 0.0, 1.0, TEXT_003, "how far members carry the launch. Price of more: members' own hours")
    drop_unprofitable: float = quantity(0.0, "0 never .. 1 at any loss", 0.0, 1.0, TEXT_003, "how small a loss ends a service. Price of more: members who used it are turned away")

    # A community made by members.
    community_fight: float = quantity(0.0, "0 let be .. 1 all means", 0.0, 1.0, TEXT_000, "how hard the organisation fights the community. Price of more: money, and the anger of those who take part and of their friends")
    community_copy: float = quantity(0.0, "0 none .. 1 all it takes", 0.0, 1.0, TEXT_000, "a platform of one's own, bought without asking members. Price of more: money, advertisements shown to those who use it")
    community_observe: float = quantity(0.0, "0 never .. 1 every day", 0.0, 1.0, TEXT_000, "how closely staff follow what is said in the community. Price of more: staff hours")
    community_host: float = quantity(0.0, "0 leave to members .. 1 host", 0.0, 1.0, TEXT_001, "how far the organisation hosts the community, shaped with its members; begins one where there is none. Price of more: staff hours, money, answers that members no longer need from the organisation")
    community_collaborate: float = quantity(0.0, "0 apart .. 1 together", 0.0, 1.0, TEXT_000, "how far staff and active participants work out answers together. Price of more: staff hours, participants' own hours")
    community_paid: float = quantity(0.0, "0 free .. 1 all levels offered", 0.0, 1.0, TEXT_000, "paid levels of taking part, built on the community. Price of more: the cost of running them, participants who leave the community over it")

    # Members who cost more than they pay. With all three at 0 they are tolerated.
    priorities: float = quantity(0.0, "0 silent .. 1 a condition", 0.0, 1.0, TEXT_002, "how plainly prospects are told which of the organisation's own needs must be met. Price of more: prospects who do not accept, more of them the weaker the organisation's position")
    limits: float = quantity(0.0, "share", 0.0, 1.0, TEXT_002, "share of use above what a member pays that is answered in short. Price of more: let-downs, of those misjudged too")
    let_go: float = quantity(0.0, "share of members", 0.0, 1.0, TEXT_002, "share of members seen to cost clearly more than they pay whose membership is not renewed. Price of more: dues, those misjudged, friends who watch, what is said outside")

    # Who is put first: how the hours that the week's duties leave are divided. Only the shares of these three count.
    first_members: float = quantity(0.5, "weight", 0.0, 1.0, TEXT_001, "weight of members in the hours that duties leave. Price of more: hours for partners and staff")
    first_partners: float = quantity(0.5, "weight", 0.0, 1.0, TEXT_001, "weight of partners in the hours that duties leave. Price of more: hours for members and staff")
    first_staff: float = quantity(0.5, "weight", 0.0, 1.0, TEXT_001, "weight of the staff's own development and rest in the hours that duties leave. Price of more: hours for members and partners")

    # Speaking with members who have not asked.
    broadcast: float = quantity(0.2, "0 nothing .. 1 all the time", 0.0, 1.0, TEXT_001, "how much is sent to all members alike. Price of more: money, whatever the size of the membership; and attention, which tires")
    dialogue: float = quantity(0.0, "share of members a year", 0.0, 1.0, TEXT_001, "share of members with whom somebody of the staff has a conversation of their own each year. Price of more: staff hours for each of them, members' own hours")
    gather: float = quantity(0.0, "share of members a year", 0.0, 1.0, TEXT_001, "share of members invited each year to meet each other. Price of more: staff hours for each meeting and for whoever tends it, money for each guest, members' own hours")
    own_time: float = quantity(0.0, "hours per staff-week", 0.0, 8.0, TEXT_001, "hours that each person on the staff may spend on members of their own choice. Price of more: hours of the same week, while members who ask wait; members' own hours; and time goes to those who are close already")

    # Recruiting and keeping.
    relationship_money: float = quantity(0.0, "dues per member-year", 0.0, 0.5, TEXT_000, "money for campaigns and for calling on members, for each member at founding; each unit does less than the one before. Price of more: margin")
    acquisition: float = quantity(0.5, "share of that money", 0.0, 1.0, TEXT_000, "part of that money for campaigns among people outside; the rest is for calling on members before their dues fall due. Price of more: those bought fit less, and nobody calls on members")
    claim: float = quantity(0.0, "0 modest .. 1 far above the usual", 0.0, 1.0, TEXT_002, "what the organisation says of itself outside. It draws prospects, who start with more trust. Price of more: they expect more, and a claim above what is lived is believed less and less")

    # What the organisation concentrates on, against rivals. What the three leave of 1 is no emphasis.
    price: float = quantity(1.0, "ratio", 0.6, 1.4, TEXT_003, "dues against the standard. Price of less: revenue; of more: members who go elsewhere")
    emphasis_operations: float = quantity(0.0, "weight", 0.0, 1.0, TEXT_003, "emphasis on running at low cost: less time and material a case. Price of more: more is answered by the standard, other capabilities fade")
    emphasis_product: float = quantity(0.0, "weight", 0.0, 1.0, TEXT_003, "emphasis on leading by what is offered: the offer moves faster and surer. Price of more: hours and money for research, other capabilities fade")
    emphasis_intimacy: float = quantity(0.0, "weight", 0.0, 1.0, TEXT_003, "emphasis on closeness: contacts tell more of what a member needs. Price of more: time for each case, other capabilities fade")
    focus: float = quantity(0.0, "0 everybody .. 1 one niche", 0.0, 1.0, TEXT_002, "how far the organisation serves one niche, those whose main domain is the first. Price of more: prospects outside it are not sought, members outside it get what is off the shelf")

    # Partners.
    partnering: float = quantity(0.2, "0 transactions .. 1 plans made together", 0.0, 1.0, TEXT_000, "how far joint work is planned together and ties are deepened. Price of more: staff hours and money for each tie, advantages not taken")
    breadth: float = quantity(0.6, "share of partners", 0.0, 1.0, TEXT_000, "share of the partners there could be with whom the organisation works. Price of more: staff hours spread thin, dependence on more of them")


LEVERS = Policy.record_dtype.names


def policy_rows(policies: list[Policy]) -> np.ndarray:
    """The levers of several policies, one a row, in the form that rules read (``rows[i].strictness``)."""
    rows = np.array([policy.record() for policy in policies], dtype=ROW)
    return rows if COMPILING else rows.view(np.recarray)


def lever_matrix(rows: np.ndarray) -> np.ndarray:
    """The levers in such rows as a matrix of shape (rows, levers), on the same memory."""
    return np.ndarray((len(rows), len(LEVERS)), np.float64, rows)  # a third of the time of view and reshape


# All numbers are kept as float64, so that a row can be moved lever by lever towards another.
ROW = np.dtype([(name, "f8") for name in LEVERS])
