"""Members know other members: people of the same circle, and a few beyond it.

A circle is where members meet anyway: an employer, a chapter, a trade. Shared circles make friends (Feld 1981, "The
focused organization of social ties", American Journal of Sociology 86(5)): whoever joins gets to know those of the
circle who joined last, and at times somebody of another one. Friends among the members are a reason to stay; friends
who leave of their own will are, for a while, a reason to go. Leaving is catching only through ties that are there, so
who belongs to nobody's circle moves nobody.
"""

import numpy as np

from sim.columns import FRIENDS
from sim.compiled import formula, kernel
from sim.luck import decision, draws
from sim.quantities import ASSUMED, quantities, quantity

MEETING = decision("friendships.meeting")
INVOLUNTARY_LAPSE = 1  # the first of the reasons for leaving; it says nothing against the organisation


@quantities
class FriendshipParameters:
    """Who knows whom among the members, and what that does to staying."""

    place = "world.friendships"

    circle: float = quantity(12.0, "members", 2.0, 200.0, ASSUMED, "people of one circle (employer, chapter, trade) when the organisation is founded")
    meets: int = quantity(2, "members", 0, FRIENDS, ASSUMED, "people of the own circle whom somebody gets to know on joining, those who joined last")
    bridging: float = quantity(0.2, "probability", 0.0, 1.0, ASSUMED, "chance to get to know somebody of another circle as well")
    belonging: float = quantity(0.15, "quality", 0.0, 1.5, ASSUMED, "what as many friends among the members as one can keep count in renewal, in quality of answers")
    contagion: float = quantity(0.3, "quality", 0.0, 3.0, ASSUMED, "what it takes from renewal if all friends have just left of their own will, in quality of answers")
    contagion_weeks: float = quantity(26.0, "weeks", 1.0, 104.0, ASSUMED, "how long somebody's leaving moves friends; it fades in a straight line")


@formula
def catching(weeks, contagion_weeks):
    """How much a leaving so many weeks ago still moves a friend, 1..0."""
    return max(0.0, 1.0 - weeks / contagion_weeks)


@kernel
def befriend(friendships, row, other, alive, week):
    """Note in ``row``'s list that they know ``other``: in a free place, or that of somebody who has left."""
    place = -1
    for index in range(row * FRIENDS, (row + 1) * FRIENDS):
        known = int(friendships[index].other)
        if known == other:
            return
        if place < 0 and (known < 0 or not alive[known]):
            place = index
    if place >= 0:
        friendships[place].other = other
        friendships[place].since = week


@kernel
def meet_circle(friendships, circles, circle, row, meets, alive, week):
    """Get to know those of a circle who joined last and are still there."""
    group, met = circles[circle], 0
    joined = int(group.joined)
    for back in range(min(joined, FRIENDS)):
        if met >= meets:
            break
        other = int(group.latest[(joined - 1 - back) % FRIENDS])
        if other != row and alive[other]:
            befriend(friendships, row, other, alive, week)
            befriend(friendships, other, row, alive, week)
            met += 1


@kernel
def introduce(friendships, circles, origins, alive, first, count, week, luck, given):
    """Those in the rows ``first`` to ``count`` find their circle, in the order in which they joined."""
    world = given[0].friendships
    for row in range(first, count):
        own, another, bridging, _ = draws(luck, MEETING, 0, int(origins[row].root), 0, 0)
        if origins[row].recruiter >= 0:
            befriend(friendships, row, int(origins[row].recruiter), alive, week)
            befriend(friendships, int(origins[row].recruiter), row, alive, week)
        circle = min(int(own * len(circles)), len(circles) - 1)
        meet_circle(friendships, circles, circle, row, int(world.meets), alive, week)
        if bridging < world.bridging:
            meet_circle(friendships, circles, min(int(another * len(circles)), len(circles) - 1), row, 1, alive, week)
        group = circles[circle]
        group.latest[int(group.joined) % FRIENDS] = row
        group.joined += 1


@kernel
def surroundings(friendships, members, alive, row, week, given):
    """What other members add to or take from a member's renewal, in quality of answers; the usual where there are no ties.

    Friends who are there count as a share of those one can keep; friends who have left of their own will as a share
    of those one knew, less as time passes.
    """
    world = given[0].friendships
    if len(friendships) == 0:
        return given[0].fit.surroundings
    there, known, gone = 0.0, 0.0, 0.0
    for index in range(row * FRIENDS, (row + 1) * FRIENDS):
        other = int(friendships[index].other)
        if other < 0:
            continue
        known += 1.0
        # Who leaves this very week is still there for friends who decide in the same week: no order of deciding exists.
        if alive[other] or members[other].left == week:
            there += 1.0
        elif members[other].lapse != INVOLUNTARY_LAPSE:
            gone += catching(float(week - int(members[other].left)), world.contagion_weeks)
    lost = world.contagion * gone / known if known > 0.0 else 0.0
    return world.belonging * there / FRIENDS - lost


@kernel
def meet_in_community(friendships, community, rows, meets, alive, week):
    """Those who have just joined the community, in the order of joining, get to know those who joined before them."""
    for turn in range(len(rows)):
        row = np.int64(rows[turn])
        meet_circle(friendships, community, 0, row, meets, alive, week)
        group = community[0]
        group.latest[int(group.joined) % FRIENDS] = row
        group.joined += 1


def step(model) -> None:
    """Newcomers get to know members of their circle; those who joined the community, others who take part."""
    members, tables = model.tables["members"], model.tables
    if len(model.joined_community) and len(tables["friendships"]):
        meet_in_community(
            tables["friendships"].rows, tables["forum"].rows, model.joined_community, model.world.community.meets,
            members.scanned["alive"], model.now,
        )  # fmt: skip
    if model.first_newcomer < members.count:
        introduce(
            tables["friendships"].rows, tables["circles"].rows, tables["origins"].rows, members.scanned["alive"],
            model.first_newcomer, members.count, model.now, model.luck, model.given,
        )  # fmt: skip
