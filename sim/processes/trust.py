"""Trust, belief and voice: what an answer does to the member who received it.

Trust falls faster than it rises (Slovic 1993, "Perceived risk, trust, and democracy"). Distrust lowers the
take-up of the same service. Belief about the quality of answers is learned from cases. A promise moves
expectation only. A member who is let down speaks up or stays silent (Hirschman 1970, "Exit, Voice, and
Loyalty"); a complaint is resolved or not, and one left unresolved is a grievance at the next renewal. A failure
that is admitted costs less trust than it might; one that was covered up and is found out costs more, and some of it
for good (Schweitzer, Hershey & Bradlow 2006, "Promises and lies", Organizational Behavior and Human Decision
Processes 101(1)).
"""

import numpy as np

from sim.compiled import AHEAD, fetch_early, formula, kernel
from sim.luck import decision, draws
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import COMPLAINTS, FOUND_OUT, GOOD, LET_DOWNS, QUALITY, UNRESOLVED, WORTH

VOICE, EXPOSURE = decision("trust.voice"), decision("trust.exposure")
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
    apology: float = quantity(0.3, "share", 0.0, 1.0, ASSUMED, "part of the loss of trust that admitting a failure prevents")
    found_out: float = quantity(0.25, "probability", 0.0, 1.0, ASSUMED, "chance that a failure covered up is found out")
    betrayal: float = quantity(0.5, "share", 0.0, 1.0, ASSUMED, "part of the trust lost when it is")
    scar: float = quantity(0.15, "share", 0.0, 0.6, "assumed; Schweitzer, Hershey & Bradlow 2006: never recovers fully", "part of the trust that could be reached which is then lost for good")
    humble: float = quantity(1.0, "ratio", 0.0, 4.0, ASSUMED, "how much faster those without trust gain it from somebody who listens first")
    objectivity: float = quantity(2.0, "ratio", 0.0, 6.0, ASSUMED, "how much more trust is gained from advice against the adviser's own interest than from another good answer")
    exposure: float = quantity(0.05, "dues a request", 0.0, 0.5, ASSUMED, "what a member without any trust takes from an organisation that shows all its needs and limits")
    advice_credit: float = quantity(0.4, "share", 0.0, 1.0, ASSUMED, "part of a better source's quality that the member puts down to who named it")
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
def moved_trust(trust, ceiling, quality, line, gain, loss, world):
    """Trust after an answer: a small gain towards what can be reached, or a larger loss."""
    if quality >= line:
        return trust + min(1.0, gain) * max(0.0, ceiling - trust)
    return trust - loss * trust * min(1.0, (line - quality) / world.severe)


@formula
def gain_of_trust(trust, listening, advised, world):
    """Share of the missing trust gained in a good answer: more by the wary from who listens, more from objective advice."""
    gain = world.gain * (1.0 + world.humble * listening * (1.0 - trust))
    return gain * (1.0 + world.objectivity) if advised else gain


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
def live_through(cases, used, members, trusts, staff, staff_count, enacted, tally, week, luck, given):
    """Each answered request moves the member's trust, belief and expectation, and may bring a complaint."""
    policy, world, usual = given[0].policy, given[0].trust, given[0].fit.expectation
    for row in range(staff_count):
        staff[row].aftermath = 0
    received, hidden, admitted, advised, answered = 0.0, 0.0, False, False, False
    for index in range(used):
        if index + AHEAD < used:
            fetch_early(members, cases[index + AHEAD].member)
        case = cases[index]
        ordinal = int(case.ordinal)
        if ordinal % 2 == 0:
            received, hidden, admitted, advised, answered = 0.0, 0.0, False, False, False
        received += case.received
        hidden += case.hidden
        admitted = admitted or case.admitted
        advised = advised or case.advising
        answered = answered or not case.refused
        if ordinal % 2 != case.parts - 1:
            case.worth = 0.0
            continue
        member, person, before = members[case.member], staff[case.server], trusts[case.member]
        ceiling = np.float64(member.ceiling)
        true = received / case.parts
        quality = (received + hidden) / case.parts
        trust = before
        if hidden > 0.0 and draws(luck, EXPOSURE, week, int(case.identity), 0, ordinal)[0] < world.found_out:
            # What was covered up comes out: trust falls, and what is lost of its ceiling never heals.
            quality = true
            trust -= world.betrayal * trust
            member.ceiling = ceiling * (1.0 - world.scar)
            tally[FOUND_OUT] += 1.0
        line = let_down_line(np.float64(member.expectation), usual, world)
        good = answered and quality >= line  # to be turned away is never good, however little was expected
        arrived = taken_up(quality, before, world.friction)
        worth = world.request_worth * taken_up(true, before, world.friction)
        levers = enacted[person.department]
        case.taken = world.exposure * levers.vulnerability * (1.0 - before)
        gain = gain_of_trust(before, levers.listening, advised, world)
        loss = world.loss * (1.0 - world.apology) if admitted else world.loss
        if answered or quality < line:
            trust = moved_trust(trust, np.float64(member.ceiling), quality, line, gain, loss, world)
        if good:
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
                if resolves(case.free, person.care, resolving, world):
                    trust += world.healing * max(0.0, np.float64(member.ceiling) - trust)
                else:
                    member.grievance = week
                    tally[UNRESOLVED] += 1.0
        trusts[case.member] = trust
        # What a better source gave says little about the answers of this organisation.
        lesson = arrived * world.advice_credit if advised else arrived
        member.belief += world.learning * (lesson - member.belief)
        member.expectation = moved_expectation(np.float64(member.expectation), quality, policy.promise, world)
        case.worth = worth
        tally[QUALITY] += true
        tally[WORTH] += worth


@kernel
def take_to_heart(dealings, used, members, trusts, week, given):
    """What happens in the community tells members something about the organisation: its host, or who fights it."""
    for index in range(used):
        dealing = dealings[index]
        member, row = members[dealing.member], dealing.member
        member.belief += given[0].trust.learning * dealing.credit * (dealing.lesson - member.belief)
        if dealing.anger > 0.0:
            trusts[row] *= 1.0 - dealing.anger
            member.grievance = week


@kernel
def breach(members, trusts, alive, count, given):
    """A breach in the past: everybody's trust and what it can become again fall, and so does the belief in good answers."""
    size = given[0].scenario.breach
    for row in range(count):
        if alive[row]:
            trusts[row] *= 1.0 - size
            member = members[row]
            member.ceiling = np.float64(member.ceiling) * (1.0 - given[0].trust.scar * size)
            member.belief -= size * 0.5 * abs(member.belief)


def step(model) -> None:
    """Answers move trust, belief and expectation; the let-down speak up or stay silent."""
    cases, staff, members = model.cases, model.tables["staff"], model.tables["members"]
    trusts = members.scanned["trust"]
    if model.now == model.scenario.breach_week:
        breach(members.rows, trusts, members.scanned["alive"], members.count, model.given)
    if model.dealings.count:
        take_to_heart(model.dealings.rows, model.dealings.count, members.rows, trusts, model.now, model.given)
    live_through(
        cases.rows, cases.count, members.rows, trusts, staff.rows, staff.count, model.enacted, model.record.tally,
        model.now, model.luck, model.given,
    )  # fmt: skip
