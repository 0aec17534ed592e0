"""Leaders carry a declared policy into practice, or do not.

What the organisation declares becomes what a department does as fast as its leader carries it: each lever asks for a
trait (sharing asks for humility, admitting failures for transparency, the rest for clarity about why), and for time
with staff. Leaders' hours are finite: what goes to the board, the budget and events is missing among staff and
members. Declared and enacted policy differ as in Argyris & Schon 1974, "Theory in Practice" (espoused theory and
theory in use).
"""

import math

import numpy as np

from sim.compiled import formula, kernel, making_kernel
from sim.luck import decision, draws, normal
from sim.policy import LEVERS, lever_matrix
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import ENACTED_GAP, LEADERS_LEFT, REPLACEMENT
from sim.steps import WEEKS

TRAITS, LEAVING, VISION, CHANGE = (decision(f"leadership.{what}") for what in ("traits", "leaving", "vision", "change"))
LEADERS_FROM = 7 * 2**29  # identities of leaders: those of posts end below
NOBODY, LONG_AGO = -1, -260
CANDIDATES = 4  # looked at for each appointment
HUMILITY, CURIOSITY, TRANSPARENCY, CLARITY = range(4)
_CARRIERS = {
    "listening": HUMILITY, "shared": HUMILITY, "climate": HUMILITY, "information": HUMILITY, "routing": HUMILITY,
    "roles": HUMILITY, "immersion": CURIOSITY, "intimacy": CURIOSITY, "evaluation": CURIOSITY, "cocreate_idea": CURIOSITY,
    "cocreate_development": CURIOSITY, "cocreate_launch": CURIOSITY, "hire_values": CURIOSITY,
    "hire_opportunities": CURIOSITY, "transparency": TRANSPARENCY, "vulnerability": TRANSPARENCY, "judgement": TRANSPARENCY,
    "dialogue": CURIOSITY, "gather": CURIOSITY, "own_time": HUMILITY, "first_members": CURIOSITY, "first_staff": HUMILITY, "first_partners": HUMILITY,
}  # fmt: skip
CARRIERS = np.array([_CARRIERS.get(lever, CLARITY) for lever in LEVERS])
"""The trait of a leader that carries each lever: one of HUMILITY, CURIOSITY, TRANSPARENCY, CLARITY."""


@quantities
class LeadershipParameters:
    """How leaders carry, see, decide and leave."""

    place = "world.leadership"

    carry_weeks: float = quantity(26.0, "weeks", 2.0, 208.0, ASSUMED, "time in which a middling leader brings 63 % of a declared change into practice")
    trait_mean: float = quantity(0.5, "0..1", 0.1, 0.9, ASSUMED, "mean of leaders' traits among candidates")
    trait_spread: float = quantity(0.2, "0..1", 0.0, 0.4, ASSUMED, "sd of leaders' traits among candidates")
    settling_weeks: float = quantity(13.0, "weeks", 0.0, 104.0, ASSUMED, "time in which a new leader becomes half as effective as one of long standing")
    week_hours: float = quantity(40.0, "hours a week", 20.0, 60.0, ASSUMED, "hours of a leader, to be divided")
    staff_hours: float = quantity(8.0, "hours a week", 1.0, 30.0, ASSUMED, "leader's hours with staff that are usual; with more of them a policy is carried faster, with diminishing returns")
    members_hours: float = quantity(4.0, "hours a week", 0.5, 20.0, ASSUMED, "leader's hours with members that teach half as much as unlimited ones")
    meeting: float = quantity(0.10, "share per week", 0.0, 0.5, ASSUMED, "how fast a curious leader's picture of what members need follows what is so, with unlimited hours among them")
    foreseeing: float = quantity(0.03, "share per week", 0.0, 0.5, ASSUMED, "how fast foresight finds what nobody asks for")
    conviction: float = quantity(0.2, "sd of needs per square root of year", 0.0, 1.0, ASSUMED, "how far the picture of a leader without humility strays on its own")
    efficiency: float = quantity(0.03, "share per sd", 0.0, 0.2, ASSUMED, "time per case saved by a leader able in operations, at the usual hours for it")
    budget_hours: float = quantity(10.0, "hours a week", 1.0, 30.0, ASSUMED, "leader's hours for budget and operations that are usual")
    board_interval: float = quantity(13.0, "weeks", 1.0, 52.0, ASSUMED, "time between meetings of the board, for which decisions wait")
    board_hours: float = quantity(10.0, "hours a week", 0.0, 30.0, ASSUMED, "leader's hours that the board wants; with fewer it takes its time")
    least_wait: float = quantity(4.0, "weeks", 1.0, 26.0, ASSUMED, "time between decisions of leaders who need to wait for nobody")
    consulting: float = quantity(4.0, "weeks", 0.0, 26.0, ASSUMED, "time that a shared decision takes")
    leaving: float = quantity(0.10, "per year", 0.0, 0.6, ASSUMED, "rate at which leaders leave")
    search_weeks: int = quantity(13, "weeks", 0, 52, ASSUMED, "time without a leader")
    search_cost: float = quantity(40.0, "dues", 0.0, 200.0, ASSUMED, "cost of finding a leader, about half a year's pay")


@formula
def share_of_hours(weight, policy):
    """Share of leaders' hours that goes to a use of a given weight; 0 where no use has a weight."""
    total = policy.hours_board + policy.hours_budget + policy.hours_events + policy.hours_staff + policy.hours_members
    return weight / total if total > 0.0 else 0.0


@formula
def time_given(hours, usual):
    """Effect of time: 1 at the usual hours, 0 at none, at most 2."""
    return 2.0 * hours / (hours + usual)


@formula
def carrying(trait, time, weeks, world):
    """Share of a declared change that a leader brings into practice in a week.

    Parameters
    ----------
    trait : float, 0..1
        The trait that the lever asks for.
    time : float, 0..2
        Effect of the leader's time with staff, 1 = usual.
    weeks : float
        Weeks in office.
    """
    settled = weeks / (weeks + world.settling_weeks) if world.settling_weeks > 0.0 else 1.0
    return 1.0 - math.exp(-2.0 * trait * time * settled / world.carry_weeks)


@formula
def decision_wait(policy, world):
    """Weeks a decision takes: until the board meets, longer if it feels neglected; and until all have been heard."""
    hours = world.week_hours * share_of_hours(policy.hours_board, policy)
    neglect = max(0.0, 1.0 - hours / world.board_hours) if world.board_hours > 1e-6 else 0.0
    waiting = world.board_interval * (1.0 - policy.authority) * (1.0 + neglect)
    return max(world.least_wait, waiting) + world.consulting * policy.shared


@making_kernel
def traits_of(department, count, departments, leaders, shared):
    """Traits that count in a department: its leader's own, and in the measure of ``shared`` the mean of all.

    Returns five numbers 0..1: humility, curiosity, transparency, clarity, foresight. Nobody counts as 0.
    """
    own, together = np.zeros(5), np.zeros(5)
    for unit in range(count) if shared > 0.0 else range(department, department + 1):
        row = departments[unit].leader
        if row < 0:
            continue
        leader = leaders[row]
        traits = (leader.humility, leader.curiosity, leader.transparency, leader.clarity, leader.foresight)
        for place in range(5):
            together[place] += traits[place] / count
            if unit == department:
                own[place] = traits[place]
    for place in range(5):
        own[place] += shared * (together[place] - own[place])
    return own


@making_kernel
def lead(departments, leaders, declared, enacted, carriers, vision, trend, tally, week, luck, given):
    """Each department moves towards what is declared; leaders learn; some leave. Returns how many places are vacant.

    ``declared`` and ``enacted`` are arrays of shape (departments, levers).
    """
    policy, world = given[0].policy, given[0].leadership
    with_staff = time_given(world.week_hours * share_of_hours(policy.hours_staff, policy), world.staff_hours)
    on_budget = time_given(world.week_hours * share_of_hours(policy.hours_budget, policy), world.budget_hours)
    among_members = world.week_hours * share_of_hours(policy.hours_members, policy)
    among_members /= among_members + world.members_hours
    vacant, gap = 0, 0.0
    foresight = 0.0
    for unit in range(len(enacted)):
        department = departments[unit]
        row = department.leader
        if row >= 0:
            chance = draws(luck, LEAVING, week, int(leaders[row].identity), 0, 0)[0]
            if chance < 1.0 - math.exp(-world.leaving / WEEKS):
                leaders[row].alive = False
                leaders[row].left = week
                department.leader = -1
                department.vacant_since = week
                tally[LEADERS_LEFT] += 1.0
        row = department.leader
        vacant += 1 if row < 0 else 0
        traits = traits_of(unit, len(enacted), departments, leaders, policy.shared)
        weeks = float(week - int(leaders[row].hired)) if row >= 0 else 0.0
        for lever in range(len(carriers)):
            missing = declared[unit, lever] - enacted[unit, lever]
            if missing == 0.0:
                continue
            gap += abs(missing)
            if abs(missing) < 1e-6:
                enacted[unit, lever] = declared[unit, lever]
            else:
                enacted[unit, lever] += carrying(traits[carriers[lever]], with_staff, weeks, world) * missing
        department.meaning = min(1.0, 2.0 * traits[3] * with_staff)
        department.insight = min(1.0, traits[1] * with_staff)
        department.fairness = min(1.0, 0.5 * (traits[0] + traits[2]))
        operations = leaders[row].operations if row >= 0 else -1.0
        department.thrift = min(2.0, max(0.25, 1.0 - world.efficiency * on_budget * operations))
        stray = world.conviction * (1.0 - traits[0]) / math.sqrt(WEEKS)
        vision[unit] += world.meeting * traits[1] * among_members * (trend[unit] - vision[unit])
        vision[unit] += stray * normal(draws(luck, VISION, week, 0, 0, unit)[0])
        foresight += traits[4] / len(enacted)
    for unit in range(len(enacted), len(vision)):
        vision[unit] += world.foreseeing * foresight * (trend[unit] - vision[unit])
    tally[ENACTED_GAP] += gap / len(enacted)
    return vacant


@kernel
def relational_traits(identity, luck):
    """Humility, curiosity, foresight, transparency and clarity of a candidate, standard normal; half of each is common."""
    first, second, third, fourth = draws(luck, TRAITS, 0, identity, 0, 0)
    fifth, _, _, shared = draws(luck, TRAITS, 0, identity, 0, 1)
    half, common = math.sqrt(0.5), math.sqrt(0.5) * normal(shared)
    return (
        common + half * normal(first), common + half * normal(second), common + half * normal(third),
        common + half * normal(fourth), common + half * normal(fifth),
    )  # fmt: skip


@kernel
def appoint(leaders, row, department, number, week, luck, given):
    """Fill a blank row with the best of the candidates for a place, by what leaders are chosen for."""
    world, wanted = given[0].leadership, given[0].policy.relational_leaders
    best, best_score = 0, -1e9
    for candidate in range(CANDIDATES):
        identity = LEADERS_FROM + (department * 4096 + number) * CANDIDATES + candidate
        humility, curiosity, foresight, transparency, clarity = relational_traits(identity, luck)
        _, operations, seen, _ = draws(luck, TRAITS, 0, identity, 0, 1)
        # The sum of five traits with half their variance in common has a variance of 15.
        relational = (humility + curiosity + foresight + transparency + clarity) / math.sqrt(15.0)
        # References and interviews show half of what there is to see.
        score = wanted * relational + (1.0 - wanted) * normal(operations) + normal(seen)
        if score > best_score:
            best, best_score = identity, score
    humility, curiosity, foresight, transparency, clarity = relational_traits(best, luck)
    leader = leaders[row]
    leader.identity = best
    leader.department = department
    leader.hired = week
    leader.humility = trait(humility, world)
    leader.curiosity = trait(curiosity, world)
    leader.foresight = trait(foresight, world)
    leader.transparency = trait(transparency, world)
    leader.clarity = trait(clarity, world)
    leader.operations = max(-5.0, min(5.0, normal(draws(luck, TRAITS, 0, best, 0, 1)[1])))


@formula
def trait(deviation, world):
    """A leader's trait, from a standard normal."""
    return min(1.0, max(0.0, world.trait_mean + world.trait_spread * deviation))


def fill(model, vacancy: int) -> None:
    """Appoint leaders to the places that have been vacant for so many weeks."""
    places, leaders = model.tables["departments"], model.tables["leaders"]
    for department in range(model.departments):
        if places["leader"][department] < 0 and model.now >= places["vacant_since"][department] + vacancy:
            row, number = leaders.add(1).start, int(places["candidates"][department])
            appoint(leaders.rows, row, department, number, model.now, model.luck, model.given)
            places["leader"][department] = row
            places["candidates"][department] += 1
            model.record.tally[REPLACEMENT] += model.world.leadership.search_cost


def replace_leaders(model, share: float, departments) -> None:
    """Let the leaders of a share of some departments go; which ones is decided beforehand, whatever the policy."""
    places, leaders = model.tables["departments"], model.tables["leaders"]
    for department in departments:
        row = int(places["leader"][department])
        if row >= 0 and draws(model.luck, CHANGE, 0, department, 0, 0)[0] < share:
            leaders["alive"][row], leaders["left"][row] = False, model.now
            places["leader"][department], places["vacant_since"][department] = NOBODY, model.now


def found_leaders(model) -> None:
    """Leaders of week 0, in office for long."""
    places, leaders = model.tables["departments"], model.tables["leaders"]
    first = leaders.add(model.departments).start
    for department in range(model.departments):
        appoint(leaders.rows, first + department, department, 0, LONG_AGO, model.luck, model.given)
        places["leader"][department], places["candidates"][department] = first + department, 1


def step(model) -> None:
    """Departments move towards what is declared; leaders learn, leave and are replaced."""
    for part in model.timeline.steps:
        # An organisation is founded with the leaders it wants; later steps, and pilots, replace them where they apply.
        if model.now == model.adopted + part.week and (part.week > 0 or model.switched >= 0):
            replace_leaders(model, part.policy.replace_leaders, part.concerned(model.departments))
    vacant = lead(
        model.tables["departments"].rows, model.tables["leaders"].rows, lever_matrix(model.declared), lever_matrix(model.enacted),
        CARRIERS, model.vision, model.trend, model.record.tally, model.now, model.luck, model.given,
    )  # fmt: skip
    if vacant:
        fill(model, model.world.leadership.search_weeks)
