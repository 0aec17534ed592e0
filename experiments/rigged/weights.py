"""What the texts recommend, lever by lever: the first forty registered before any run was looked at, and not changed since.

Those of levers that came later were written after results of the first forty had been seen; they stand apart below.

One line a lever: the sign of the weight says whether the texts want more or less of it, its size how central it is to
them (1 said outright, 0.5 implied or one means among several, 0 no word on it), and the reason where they say so. Where
texts disagree the weight is 0. A lever that comes later needs a line of its own; a test fails until it has one.
"""

from typing import NamedTuple

import numpy as np

from sim.policy import LEVERS, Policy
from sim.quantities import described


class Weight(NamedTuple):
    """How a member-oriented reader of the texts would set one lever."""

    value: float
    reason: str


WEIGHTS: dict[str, Weight] = {
    "strictness": Weight(-1.0, "001: to get the best of a relationship, loosen the process"),
    "coverage": Weight(0.5, "001: for some or for all of the staff"),
    "guardrail": Weight(0.5, "001: let people do more, and let them fail at times"),
    "solutions": Weight(1.0, "000: solutions instead of products"),
    "advice": Weight(1.0, "003: be seen as an objective source"),
    "listening": Weight(1.0, "002, 004: serve the customer before oneself; humility"),
    "routing": Weight(1.0, "000: somebody sees the whole member"),
    "information": Weight(1.0, "000: silos kept anybody from seeing the whole member"),
    "climate": Weight(1.0, "000, 003: work together across departments"),
    "promise": Weight(0.5, "000: partnership in place of transactions; saying so is its smaller part"),
    "transparency": Weight(1.0, "004: openness is a condition of closeness"),
    "vulnerability": Weight(1.0, "002, 004: show one's own needs; one side must take a risk"),
    "why": Weight(1.0, "001: tell people why, the step most often missed"),
    "replace_leaders": Weight(0.5, "000: the leaders who had made the old way work were kept"),
    "relational_leaders": Weight(1.0, "000: leaders with skill in relationships, foresight, empathy, curiosity"),
    "authority": Weight(1.0, "000: authority to adapt quickly"),
    "shared": Weight(1.0, "000: shared leadership instead of top-down"),
    "hours_board": Weight(-0.5, "000: means into members instead of the board"),
    "hours_budget": Weight(-0.5, "000: the same of budgets"),
    "hours_events": Weight(-0.5, "000: the same of conferences"),
    "hours_staff": Weight(0.5, "000: developing staff is a leader's work"),
    "hours_members": Weight(1.0, "000, 003: leaders' time among members"),
    "hire_values": Weight(1.0, "001: hiring for values as well as for skill does much"),
    "hire_opportunities": Weight(0.5, "000: people who see what could be"),
    "selectivity": Weight(0.0, "no word on how many applicants to look at"),
    "roles": Weight(1.0, "000: roles around people's strengths"),
    "development": Weight(0.5, "000: build the skills for it"),
    "immersion": Weight(1.0, "000: development among members"),
    "evaluation": Weight(1.0, "000: evaluate by the value of relationships, not by efficiency"),
    "judgement": Weight(1.0, "001: one's own judgement should be used more often"),
    "innovation": Weight(0.5, "003: innovate often and not once"),
    "survey": Weight(-0.5, "004: no survey finds what members do not know; 002: lead, do not follow"),
    "intimacy": Weight(1.0, "003, 004: understand needs, spoken or not"),
    "cocreate_idea": Weight(1.0, "000, 003: ask members where they want to go, develop with them"),
    "cocreate_development": Weight(1.0, "003: develop products with members"),
    "cocreate_launch": Weight(0.5, "003: take users along through all stages"),
    "drop_unprofitable": Weight(0.0, "003 drops what does not pay, 000 puts existing relationships first"),
    # Written with the processes they belong to, after results of the levers above had been seen; not after their own.
    "community_fight": Weight(-1.0, "000: leaders fought the community, and the losses sped up"),
    "community_copy": Weight(-0.5, "000: a platform bought without asking members"),
    "community_observe": Weight(0.5, "000: learn what members need from it"),
    "community_host": Weight(1.0, "001: guests entertain each other, thank the host, come back"),
    "community_collaborate": Weight(1.0, "000: working with the members who made it"),
    "community_paid": Weight(0.5, "000: paid, more tailored levels on top"),
    "priorities": Weight(0.0, "002 states them for the supplier's sake, as a condition of good relationships"),
    "limits": Weight(0.0, "no text asks for them"),
    "let_go": Weight(0.0, "002 would rather avoid it"),
    "first_members": Weight(0.5, "002: put the customer first; 001: not always the customer"),
    "first_partners": Weight(0.0, "001: whoever the right relationship is with"),
    "first_staff": Weight(0.0, "001: the same"),
    "broadcast": Weight(0.0, "001: serves one with many, no more"),
    "dialogue": Weight(1.0, "000, 004: talk with members, listen first"),
    "gather": Weight(0.5, "001: communication that leads to community"),
    "own_time": Weight(0.5, "001: one or two strong relationships are hard enough for a person: time for them"),
    "relationship_money": Weight(0.5, "000: invest in relationships"),
    "acquisition": Weight(-1.0, "000: retention against recruitment"),
    "price": Weight(0.0, "003: a low price is hard to hold; nothing about what members should pay"),
    "emphasis_operations": Weight(0.0, "002, 003: one of three; leading in one is the advice, whichever fits"),
    "emphasis_product": Weight(0.0, "002, 003: the same"),
    "emphasis_intimacy": Weight(1.0, "003: what is left against many rivals is closeness"),
    "focus": Weight(0.0, "002: for somebody new; nothing about an organisation that exists"),
    "partnering": Weight(1.0, "000: strategic partnership, against producing alone"),
    "breadth": Weight(0.5, "000: networks on many fronts at once; 001: which relationships matter most"),
    "claim": Weight(0.0, "002 wants a position to be known; nothing about claiming more than is lived"),
}


def composite(policy: Policy | dict[str, float]) -> float:
    """How member-oriented a policy is: weights times levers as shares of their ranges; from -1 to 1.

    1 is a policy with every lever where the texts want it, -1 the opposite.
    """
    values = vars(policy) if isinstance(policy, Policy) else policy
    ranges = described(Policy)
    total, most = 0.0, 0.0
    for lever in LEVERS:
        what, weight = ranges[lever], WEIGHTS[lever].value
        share = (values[lever] - what.low) / (what.high - what.low)
        total += weight * (2.0 * share - 1.0)
        most += abs(weight)
    return float(np.clip(total / most, -1.0, 1.0))
