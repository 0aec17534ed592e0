"""The weekly series: what is counted every week, each with unit and meaning.

Processes add to ``tally[NAME]`` while they run; at the end of the week the tally becomes one row of the
record. Counts are whole numbers kept in float64, so their sums do not depend on the order of rows;
where a count feeds back into the model, only such whole numbers are used.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.compiled import kernel

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Series:
    """One weekly series."""

    name: str
    unit: str
    about: str


SERIES: list[Series] = []


def series(name: str, unit: str, about: str) -> int:
    """Declare a weekly series and return its place in the tally."""
    SERIES.append(Series(name, unit, about))
    return len(SERIES) - 1


MEMBERS = series("members", "members", "members at the end of the week")
TRUST = series("trust_mean", "0..1", "mean trust of members")
REQUESTS = series("requests", "requests", "requests that came to the organisation")
PARTS = series("parts", "parts", "parts of these requests, one a domain touched")
FREE = series("free_parts", "parts", "parts answered with discretion")
HANDED_OFF = series("handed_off", "parts", "parts handed to another department")
REFUSED = series("refused", "parts", "parts turned away, their service dropped")
ADVISED = series("advised", "parts", "parts in which a better source was named")
ADMITTED = series("admitted", "failures", "failures not put right, and admitted")
COVERED = series("covered", "failures", "failures not put right, and covered up")
FOUND_OUT = series("found_out", "failures", "failures covered up and found out")
WAITED = series("waited", "request-weeks", "weeks that this week's parts wait, summed")
QUALITY = series("quality", "quality", "quality received, summed over requests")
WORTH = series("worth", "dues", "worth of answers to members")
GOOD = series("good", "requests", "requests answered above the line")
LET_DOWNS = series("let_downs", "requests", "requests answered below the line")
COMPLAINTS = series("complaints", "complaints", "complaints made")
UNRESOLVED = series("unresolved", "complaints", "complaints left unresolved")
DUE = series("due", "members", "members due to renew")
RENEWED = series("renewed", "members", "members who renewed")
EXPECTED = series("expected_renewals", "members", "sum of renewal probabilities of those due")
DUE_FIRST = series("due_first", "members", "members due for the first time")
RENEWED_FIRST = series("renewed_first", "members", "of them, renewed")
EXPECTED_FIRST = series("expected_first", "members", "sum of renewal probabilities of those due for the first time")
RECRUITS = series("recruits", "members", "people who joined")
PROSPECTS = series("prospects", "people", "people who considered joining")
STAFF = series("staff", "staff", "staff employed at the end of the week")
STAFF_LEFT = series("staff_left", "staff", "staff who left of their own will")
LEADERS_LEFT = series("leaders_left", "leaders", "leaders who left of their own will")
ENACTED_GAP = series("enacted_gap", "levers", "distance between declared and enacted policy, summed over levers, mean of departments")
ALIGNMENT = series("alignment", "0..1", "mean alignment of staff with the organisation's values")
ALIGNMENT_APART = series("alignment_apart", "0..1", "sd over departments of mean alignment")
POSTS = series("posts", "posts", "posts open")
MORALE = series("morale", "-3..3", "mean morale of staff")
ON_DUTY = series("on_duty", "staff", "staff employed when the week's work was shared out")
OVERLOADED = series("overloaded", "staff", "staff with more work this week than hours")
BACKLOG = series("backlog", "hours", "hours of work waiting")
WORKED = series("worked_hours", "hours", "hours spent on members and partners")
AVAILABLE = series("available_hours", "hours", "hours of the staff employed for members and partners")
REVENUE = series("revenue", "dues", "dues paid")
SERVING = series("serving_cost", "dues", "cost of answers: hours and material")
GIFTS = series("gifts", "dues", "value given away, at cost")
ACQUISITION = series("acquisition", "dues", "cost of recruiting members")
REPLACEMENT = series("replacement", "dues", "cost of replacing staff and leaders")
INNOVATION = series("innovation", "dues", "money spent on developing the offer")
SALES_LOST = series("sales_lost", "dues", "what members sent to a better source did not buy")
LAUNCHES = series("launches", "projects", "projects launched")
OUTREACH = series("outreach", "dues", "money spent on campaigns and on calling on members")
SPENT = [SERVING, GIFTS, ACQUISITION, REPLACEMENT, INNOVATION, SALES_LOST, OUTREACH]
"""The costs that margin subtracts from revenue."""
DUE_BELIEF = series("due_belief", "quality", "believed quality, summed over members due")
DUE_BOND = series("due_bond", "0..1", "personal bond, summed over members due")
DUE_GRIEVANCE = series("due_grievance", "members", "members due with a grievance")
DUE_SURROUNDINGS = series("due_surroundings", "quality", "what other members add to or take from renewal, summed over members due")
LAPSE_REASONS = ("involuntary", "commitment", "value", "engagement", "grievance", "friends", "no_single_cause", "community", "let_go", "rival")
LAPSES = [series(f"lapse_{reason}", "members", f"lapses: {reason.replace('_', ' ')}") for reason in LAPSE_REASONS]
FIRST_LAPSE = LAPSES[0]
LAPSE_LET_GO = LAPSES[LAPSE_REASONS.index("let_go")]
# Members who cost more than they pay, and who is spoken with.
LOOKED_AT = series("looked_at", "members", "members whose cost of the past year was looked at")
LOOKED_COST = series("looked_cost", "dues", "what serving them had cost in that year")
LOSS_MAKING = series("loss_making", "members", "of them, cost more than they paid")
LOSS_COST = series("loss_cost", "dues", "what serving those had cost")
LOSS_SEEN = series("loss_seen", "members", "of them, seen by the organisation as costing more than they paid")
NOT_KEPT = series("not_kept", "members", "members whose membership the organisation did not renew")
MISJUDGED = series("misjudged", "members", "of them, had cost no more than they paid")
LIMITED = series("limited", "parts", "parts answered in short, since the member is seen to use too much")
NOT_ACCEPTING = series("not_accepting", "people", "prospects who would have joined and did not accept the organisation's priorities")
TALKED_WITH = series("talked_with", "members", "members with whom somebody had a conversation they had not asked for")
INVITED = series("invited", "members", "members invited to meet others")
CAME = series("came", "members", "of them, came")
COMMUNICATING = series("communicating_hours", "hours", "staff hours for conversations and meetings")
COMMUNICATION = series("communication", "dues", "money and hours for conversations and meetings, on the accounts of those who took part")
SENDING = series("sending", "dues", "money for what is sent to all, and hours for meetings that nobody came to; on nobody's account")
IN_TOUCH = series("in_touch", "conversations", "conversations of the staff with members of their own choice")
IN_TOUCH_HOURS = series("in_touch_hours", "hours", "staff hours for them")
IN_TOUCH_COST = series("in_touch_cost", "dues", "what these hours cost, on the accounts of those who were chosen")
SPENT += [COMMUNICATION, SENDING, IN_TOUCH_COST]

# The community made by members.
COMMUNITY_INSIDE = series("community_members", "members", "members who take part in the community")
COMMUNITY_OUTSIDE = series("community_outsiders", "people", "people who are no members and take part in the community")
COMMUNITY_ACTIVE = series("community_active", "average participants", "active participants, an average one who has just joined counting as 1")
PEER_HELP = series("peer_help", "requests", "requests answered by peers, which do not come to the organisation")
PEER_WORTH = series("peer_worth", "dues", "worth of those answers, less the time of askers and helpers")
COMMUNITY_ANGER = series("community_anger", "members", "members angered by the fight against the community")
PAID_TIERS = series("paid_tiers", "dues", "fees for paid levels of the community, from members and others")
ADVERTISING = series("advertising", "dues", "what advertisements on a bought platform bring")
COMMUNITY_COST = series("community_cost", "dues", "money spent on the community: fighting, a platform, hosting, paid levels, staff time for answers worked out together")
DUE_INSIDE = series("due_in_community", "members", "members due who take part in the community")
RENEWED_INSIDE = series("renewed_in_community", "members", "of them, renewed")
SPENT.append(COMMUNITY_COST)
EARNED = [REVENUE, PAID_TIERS, ADVERTISING]
"""What margin counts as revenue."""

# Entry and exit.
REFERRED = series("referred", "members", "people who joined because a member brought them")
BOUGHT = series("bought", "members", "people who joined because of a campaign")
RETURNED = series("returned", "members", "people who had left and joined again")
REACHED = series("reached", "people", "people outside whom campaigns made think of joining")
SPEAKING_FOR = series("speaking_for", "chances", "chances that members asked bring somebody, summed")
SPEAKING_AGAINST = series("speaking_against", "chances", "chances that members asked, and leavers, warn others, summed")
ASKED_VOICES = series("asked_voices", "members", "members due and leavers whose word counts outside")
CALLED = series("called", "members", "members called on before dues fell due")
TAKEN_UP = series("taken_up", "complaints", "open complaints put right in such a call")
BOUND = series("bound", "members", "members whose year ended under a contract that did not")
LEFT_BOUND = series("left_bound", "members", "of them, left before its end")
LAPSED_GRIEVED = series("lapsed_grieved", "members", "members due with a grievance who left")

# Rivals.
RIVAL_CUSTOMERS = series("rival_customers", "average people", "people whom rivals serve, their leaving spread evenly over the year")
RIVAL_PULL = series("rival_pull", "logit", "what rivals draw the average outsider by, against the background at founding")
RIVAL_KINDS = ("background", "price", "innovator", "service")
LOST_TO = [series(f"lost_to_{kind}", "members", f"members who left of their own will and went to a rival of this kind: {kind}") for kind in RIVAL_KINDS]
FIRST_LOST_TO = LOST_TO[0]
DUE_KNOWN = series("due_known", "share", "how well their needs are known, summed over members due, where rivals have entered or will")
LOST_KNOWN = series("lost_known", "share", "the same, summed over those who left for an entrant")
# Partners.
PARTNERS = series("partners", "partners", "partners there are, worked with or not")
DEALT_WITH = series("partners_dealt_with", "partners", "of them, worked with")
PARTNER_TRUST = series("partner_trust_sum", "0..1", "their trust in the organisation, summed over partners there are")
MEETINGS = series("meetings", "meetings", "meetings of staff with people of partners")
MISUNDERSTOOD = series("misunderstood", "meetings", "of them, ended in a misunderstanding")
JOINT_VALUE = series("joint_value", "dues", "value of joint work, to both sides together")
PARTNER_INCOME = series("partner_income", "dues", "the organisation's part of it, less what was given away and what was taken")
PARTNER_HOURS = series("partner_hours", "hours", "staff hours for joint work")
PARTNER_COST = series("partner_cost", "dues", "hours and money for joint work")
STRUCK_BY = series("struck", "strikes", "times a partner took advantage of the organisation")
TAKEN_BY = series("taken_by_partners", "dues", "what they took")
TAKEN_FROM = series("taken_from_partners", "dues", "what the organisation took of partners in the same way")
DUE_PARTNERS = series("due_partners", "partners", "partners worked with who decided whether to go on")
RENEWED_PARTNERS = series("renewed_partners", "partners", "of them, went on")
EXPECTED_PARTNERS = series("expected_partners", "partners", "sum of their chances of going on")
AT_RISK = series("revenue_at_risk", "share of revenue", "revenue that hangs on partners, each weighed by its chance of leaving within a year")
SPENT.append(PARTNER_COST)
EARNED.append(PARTNER_INCOME)


@kernel
def summarise(alive, trust, count, tally):
    """Size and mean trust of the membership at the end of a week."""
    living, total = 0, 0.0
    for row in range(count):
        living += alive[row]
        total += trust[row] if alive[row] else 0.0
    tally[MEMBERS] = living
    if living > 0:
        tally[TRUST] = total / living


class Record:
    """The weekly series of one run, in an array made beforehand.

    Attributes
    ----------
    tally : array of float64, shape (number of series,)
        The week in progress.
    """

    def __init__(self, weeks: int = 520):
        self.tally = np.zeros(len(SERIES))
        self.rows = np.zeros((weeks, len(SERIES)))

    def close(self, week: int) -> None:
        """Write the tally as the row of this week and start a new one."""
        if week >= len(self.rows):
            self.rows = np.concatenate([self.rows, np.zeros_like(self.rows)])
        self.rows[week] = self.tally
        self.tally[:] = 0.0

    def total(self, which: int, first: int, last: int) -> float:
        """Sum of one series over weeks first..last-1."""
        return float(self.rows[first:last, which].sum())

    def to_dataframe(self, first: int, last: int) -> "pd.DataFrame":
        """Weeks first..last-1 as a table; column ``week`` counts from ``first``."""
        import pandas as pd  # slow to import, and rules need only the names of the series

        frame = pd.DataFrame(self.rows[first:last], columns=[s.name for s in SERIES])
        frame.insert(0, "week", np.arange(last - first))
        return frame
