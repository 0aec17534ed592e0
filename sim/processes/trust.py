"""Trust, belief and voice: what an answer does to the member who received it.

Trust falls faster than it rises (Slovic 1993, "Perceived risk, trust, and democracy"). Distrust lowers the
take-up of the same service. Belief about the quality of answers is learned from cases. A promise moves
expectation only. A member who is let down speaks up or stays silent (Hirschman 1970, "Exit, Voice, and
Loyalty"); a complaint is resolved or not, and one left unresolved is a grievance at the next renewal.
"""

import numpy as np

from sim.compiled import AHEAD, fetch_early, formula, kernel
from sim.luck import decision, draws
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import COMPLAINTS, GOOD, LET_DOWNS, QUALITY, UNRESOLVED, WORTH

VOICE = decision("trust.voice")
HOUR = 3600


@quantities
class TrustParameters:
    """How experience moves trust, belief and expectation."""

    place = "world.trust"

    start: float = quantity(0.45, "0..1", 0.05, 0.9, ASSUMED, "trust of somebody who joins: new members start wary")
    gain: float = quantity(0.03, "share an answer", 0.0, 0.3, ASSUMED, "part of the missing trust gained in a good answer")
    loss: float = quantity(0.30, "share an answer", 0.0, 1.0, ASSUMED, "part of the trust lost when badly let down")
    severe: float = quantity(0.5, "quality", 0.1, 2.0, ASSUMED, "distance below the line at which the loss is full")
    line: float = quantity(0.0, "quality", -0.5, 0.5, ASSUMED, "quality below which an answer lets down")
    disappointment: float = quantity(0.5, "quality per quality", 0.0, 2.0, ASSUMED, "how far an expectation above the usual raises that line")
    promise_lift: float = quantity(0.3, "quality", 0.0, 1.5, ASSUMED, "how far the promise of a partnership lifts expectation above experience")
    expecting: float = quantity(0.15, "share an answer", 0.01, 1.0, ASSUMED, "how fast expectation follows experience and promise")
    learning: float = quantity(0.15, "share an answer", 0.01, 1.0, ASSUMED, "how fast belief follows experience")
    friction: float = quantity(0.5, "share", 0.0, 1.0, ASSUMED, "part of a good answer's worth that complete distrust leaves unused")
    voice: float = quantity(0.30, "probability", 0.0, 1.0, ASSUMED, "chance that a let-down member complains, mean over members")
    resolved_standard: float = quantity(0.4, "probability", 0.0, 1.0, ASSUMED, "chance that a complaint is resolved by the book")
    resolved_free: float = quantity(0.7, "probability", 0.0, 1.0, ASSUMED, "chance that a complaint is resolved by somebody free to act")
    healing: float = quantity(0.15, "share", 0.0, 1.0, ASSUMED, "part of the missing trust won back when a complaint is resolved")
    complaint_hours: float = quantity(1.0, "hours", 0.0, 20.0, ASSUMED, "staff time a complaint takes, in the following week")
    request_worth: float = quantity(0.30, "dues a request", 0.01, 2.0, ASSUMED, "worth of a perfect standard answer to a member who trusts")
    let_down_cost: float = quantity(0.05, "dues a request", 0.0, 1.0, ASSUMED, "what being let down costs the member beyond the missing worth")


@formula
def taken_up(quality, trust, friction):
    """Quality as it arrives: distrust leaves part of a good answer unused; a bad one arrives in full."""
    return quality * (1.0 - friction * (1.0 - trust)) if quality > 0.0 else quality


@formula
def let_down_line(expectation, usual, world):
    """Quality below which an answer lets this member down."""
    return world.line + world.disappointment * max(0.0, expectation - usual)


@formula
def moved_trust(trust, quality, line, world):
    """Trust after an answer: a small gain, or a larger loss."""
    if quality >= line:
        return trust + world.gain * (1.0 - trust)
    return trust - world.loss * trust * min(1.0, (line - quality) / world.severe)


@formula
def moved_expectation(expectation, quality, promise, world):
    """Expectation follows experience, lifted by what is promised."""
    return expectation + world.expecting * (quality + world.promise_lift * promise - expectation)


@formula
def complains(voice, trust, chance):
    """Whether a let-down member speaks up: loyalty favours voice over silence (Hirschman 1970)."""
    return chance < voice * (0.5 + 0.5 * trust)


@formula
def resolves(free, effort, chance, world):
    """Whether a complaint is resolved: more often by somebody free to act and with time."""
    return chance < (world.resolved_free if free else world.resolved_standard) * effort


@kernel
def live_through(cases, used, members, trusts, staff, staff_count, tally, week, luck, given):
    """Each answered request moves the member's trust, belief and expectation, and may bring a complaint."""
    policy, world, usual = given[0].policy, given[0].trust, given[0].fit.expectation
    for row in range(staff_count):
        staff[row].aftermath = 0
    received = 0.0
    for index in range(used):
        if index + AHEAD < used:
            fetch_early(members, cases[index + AHEAD].member)
        case = cases[index]
        ordinal = int(case.ordinal)
        received = case.received if ordinal % 2 == 0 else received + case.received
        if ordinal % 2 != case.parts - 1:
            case.worth = 0.0
            continue
        member, person, before = members[case.member], staff[case.server], trusts[case.member]
        quality = received / case.parts
        line = let_down_line(member.expectation, usual, world)
        arrived = taken_up(quality, before, world.friction)
        worth = world.request_worth * arrived
        trust = moved_trust(before, quality, line, world)
        if quality >= line:
            tally[GOOD] += 1.0
        else:
            worth -= world.let_down_cost
            member.let_downs += 1
            tally[LET_DOWNS] += 1.0
            speaking, resolving, _, _ = draws(luck, VOICE, week, int(case.identity), 0, ordinal)
            if complains(np.float64(member.voice), before, speaking):
                member.complaints += 1
                case.complaint = True
                tally[COMPLAINTS] += 1.0
                person.aftermath += int(world.complaint_hours * HOUR)
                if resolves(case.free, person.effort, resolving, world):
                    trust += world.healing * (1.0 - trust)
                else:
                    member.grievance = week
                    tally[UNRESOLVED] += 1.0
        trusts[case.member] = trust
        member.belief += world.learning * (arrived - member.belief)
        member.expectation = moved_expectation(member.expectation, quality, policy.promise, world)
        case.worth = worth
        tally[QUALITY] += quality
        tally[WORTH] += worth


def step(model) -> None:
    """Answers move trust, belief and expectation; the let-down speak up or stay silent."""
    cases, staff, members = model.cases, model.tables["staff"], model.tables["members"]
    live_through(
        cases.rows, cases.count, members.rows, members.scanned["trust"], staff.rows, staff.count, model.record.tally,
        model.now, model.luck, model.given,
    )  # fmt: skip
