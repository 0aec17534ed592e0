"""The offer moves: an idea, its development, its launch.

Each coordinate of the standard offer can be worked on. When decisions are made, a project is begun where the offer is
believed to be far from what members need; what is believed comes from the leaders' own vision, from surveys (which
show what is expressed), from members who take part (who are not like the others: the most active and trusting come)
and from what staff have learned one by one (which covers those they know). A stage done with members takes longer and
costs them hours; what is developed with them misses less (von Hippel 1986, "Lead users", Management Science 32(7)).
Services that lose money may be dropped.
"""

import math

import numpy as np

from sim.columns import DEVELOPMENT, IDEA, LAUNCH
from sim.compiled import formula, kernel, making_kernel
from sim.luck import decision, draws, normal
from sim.processes.encounters import fit
from sim.processes.needs import prior_variance
from sim.processes.trust import let_down_line, moved_trust
from sim.processes.workload import HOUR
from sim.quantities import ASSUMED, quantities, quantity
from sim.recording import INNOVATION, LAUNCHES, REVENUE
from sim.steps import WEEKS

PARTICIPATION, EXECUTION, SAMPLING = (
    decision(f"innovation.{what}") for what in ("participation", "execution", "sampling")
)
NONE = 0
FINE = 2.0**30  # parts of a whole in sums over members
NOBODY_TAKES_PART = np.zeros(0, np.int64)


@quantities
class InnovationParameters:
    """What it takes to move the offer."""

    place = "world.innovation"

    threshold: float = quantity(0.15, "sd of needs", 0.0, 1.0, ASSUMED, "believed distance from needs below which the offer is left as it is")
    project_cost: float = quantity(0.02, "dues per member at founding", 0.0, 0.2, ASSUMED, "money that a project takes")
    survey_cost: float = quantity(0.002, "dues per member at founding", 0.0, 0.05, ASSUMED, "money for a survey, each time decisions are made, if that is all one goes by")
    survey_size: float = quantity(200.0, "members", 10.0, 10_000.0, ASSUMED, "members who answer a survey")
    participants: int = quantity(12, "members", 2, 200, ASSUMED, "members who take part where a stage is entirely shared with them")
    idea_weeks: float = quantity(8.0, "weeks", 1.0, 52.0, ASSUMED, "time from the decision to an idea")
    development_weeks: float = quantity(26.0, "weeks", 2.0, 156.0, ASSUMED, "time of development where departments cooperate in full")
    launch_weeks: float = quantity(26.0, "weeks", 2.0, 104.0, ASSUMED, "time until what was developed has become the offer")
    integration: float = quantity(0.5, "share", 0.0, 2.0, ASSUMED, "extra time of development where departments do not cooperate")
    sharing_time: float = quantity(0.5, "share", 0.0, 2.0, ASSUMED, "extra time of a stage entirely shared with members")
    launching_together: float = quantity(0.5, "share", 0.0, 0.9, ASSUMED, "time of the launch saved where members carry it")
    execution: float = quantity(0.3, "sd of needs", 0.0, 1.0, ASSUMED, "sd of how far what is developed in house misses what was meant")
    execution_together: float = quantity(0.6, "share", 0.0, 0.95, ASSUMED, "part of that miss avoided by developing it with members")
    member_hours: float = quantity(10.0, "hours a stage", 0.0, 100.0, ASSUMED, "own time of a member who takes part")


@formula
def stage_weeks(usual, together, integration, climate, sharing_time):
    """Weeks that a stage takes."""
    return usual * (1.0 + sharing_time * together) * (1.0 + integration * (1.0 - climate))


@formula
def believed_need(vision, surveyed, heard, known, survey, cocreate_idea, intimacy):
    """Where members are believed to be: sources by their weights; the leaders' vision has what the others leave of 1."""
    outside = survey + cocreate_idea + intimacy
    own = max(0.0, 1.0 - outside)
    return (survey * surveyed + cocreate_idea * heard + intimacy * known + own * vision) / (outside + own)


@making_kernel
def pictures(members, alive, count, vision, expressed, heard, projects, believed, luck, given):
    """Where members are believed to be, coordinate by coordinate, from all the sources that the policy goes by.

    ``heard`` is what members who take part say of their needs, 0 where nobody does. Of what staff have learned one by
    one, those best known count most. Written to ``believed``.
    """
    policy, needs = given[0].policy, given[0].needs
    prior = prior_variance(needs)
    error = needs.spread / math.sqrt(given[0].innovation.survey_size)
    known, weights = np.zeros(len(vision), np.int64), np.zeros(len(vision), np.int64)
    if policy.intimacy > 0.0:
        for row in range(count):
            if alive[row]:
                member = members[row]
                for place in range(len(vision)):
                    weight = max(0.0, 1.0 - np.float64(member.uncertainty[place]) / prior)
                    # Whole numbers, so that the sum does not depend on the order of members.
                    known[place] += int(FINE * weight * np.float64(member.estimate[place]))
                    weights[place] += int(FINE * weight)
    for place in range(len(vision)):
        noise = normal(draws(luck, SAMPLING, 0, place, 0, int(projects[place].number))[0])
        one_by_one = known[place] / weights[place] if weights[place] > 0 else vision[place]
        believed[place] = believed_need(
            vision[place], expressed[place] + error * noise, heard[place], one_by_one,
            policy.survey, policy.cocreate_idea, policy.intimacy,
        )  # fmt: skip


@making_kernel
def eagerness(members, trusts, alive, count, number, place, luck):
    """A number for each row: the larger ones take part. Who trusts and asks much is likelier to come.

    Exponential races give a weighted sample without replacement (Efraimidis & Spirakis 2006, Information Processing
    Letters 97(5)); the luck belongs to the person, so the same people race in all arms.
    """
    eager = np.full(count, -np.inf)
    for row in range(count):
        if alive[row]:
            chance = draws(luck, PARTICIPATION, 0, int(members[row].identity), place, number)[0]
            eager[row] = math.log(chance) / max(1e-9, trusts[row] * np.float64(members[row].request_rate))
    return eager


@kernel
def advance(projects, offer, launch_weeks, week):
    """Launched offers move in; returns how many projects wait for a decision on their stage."""
    ended = 0
    for place in range(len(offer)):
        project = projects[place]
        if project.stage == LAUNCH and week <= project.until:
            offer[place] += (project.made - offer[place]) / (project.until - week + 1)
        if project.stage != NONE and week >= project.until:
            ended += 1
    return ended


def take_part(model, place: int, share: float, number: int) -> np.ndarray:
    """Rows of the members who take part in a stage; those of the wanted number who are there."""
    wanted = round(share * model.world.innovation.participants)
    if wanted == 0:
        return np.zeros(0, np.int64)
    members = model.tables["members"]
    eager = eagerness(
        members.rows, members.scanned["trust"], members.scanned["alive"], members.count, number, place, model.luck
    )
    wanted = min(wanted, int(np.isfinite(eager).sum()))
    chosen = np.sort(np.argsort(-eager, kind="stable")[:wanted])
    model.participants = np.concatenate([model.participants, chosen])
    return chosen


@kernel
def see_what_came_of_it(members, trusts, rows, place, trend, made, given):
    """Members who took part see what was made: as good or bad as an answer that fits their own need so well.

    Nobody is won by having been asked: who meant something else than what is made is let down.
    """
    world, usual = given[0].trust, given[0].fit.expectation
    for turn in range(len(rows)):
        member = members[rows[turn]]
        quality = fit(np.float64(member.needs[place]) + trend - made, given[0].encounters.tolerance)
        line = let_down_line(np.float64(member.expectation), usual, world)
        trusts[rows[turn]] = moved_trust(
            trusts[rows[turn]], np.float64(member.ceiling), quality, line, world.gain * (1.0 + world.humble), world.loss, world
        )


def show(model, rows: np.ndarray, place: int) -> None:
    """Those who took part in a stage see what comes of it, and trust moves."""
    if len(rows) and model.calls("trust"):
        members, made = model.tables["members"], float(model.tables["projects"]["made"][place])
        see_what_came_of_it(
            members.rows, members.scanned["trust"], rows, place, float(model.trend[place]), made, model.given
        )


def what_participants_say(model, places: list[int]) -> np.ndarray:
    """Mean needs of the members who take part in finding ideas, by coordinate."""
    members, heard = model.tables["members"], np.zeros(len(model.offer))
    for place in places if model.policy.cocreate_idea > 0.0 else ():
        asked = take_part(model, place, model.policy.cocreate_idea, int(model.tables["projects"]["number"][place]))
        if len(asked) == 0:
            heard[place] = model.expressed[place]
            continue
        own = members["needs"][asked, place].astype(np.float64) + model.trend[place]
        if place >= model.departments:
            # What is latent comes up in the measure that those who take part trust.
            own = own * members["trust"][asked] + (1.0 - members["trust"][asked]) * model.expressed[place]
        heard[place] = math.fsum(own.tolist()) / len(own)  # exact, whatever the order of rows
    return heard


def leading(model) -> float:
    """How far departments lead by what they offer, 0..1, mean over departments."""
    return float(model.tables["departments"]["leading"].mean())


def sooner(model) -> float:
    """Time of each stage against the usual: less for an organisation that leads by what it offers."""
    return 1.0 - model.world.discipline.faster * leading(model)


def begin_projects(model) -> None:
    """Decide where to work: the coordinates where the offer is believed to be too far from needs, farthest first."""
    projects, world = model.tables["projects"], model.world.innovation
    places = model.tables["departments"]
    cost = world.project_cost * model.scenario.members * float(places["project_price"].mean())
    spent = world.survey_cost * model.policy.survey * model.scenario.members
    idle = [place for place, stage in enumerate(projects["stage"].tolist()) if stage == NONE]
    if not idle or model.fund < spent + cost:
        return
    policy, members, believed = model.policy, model.tables["members"], np.zeros(len(model.offer))
    pictures(
        members.rows, members.scanned["alive"], members.count, model.vision, model.expressed,
        what_participants_say(model, idle), projects.rows, believed, model.luck, model.given,
    )  # fmt: skip
    far = np.abs(believed - model.offer).tolist()
    weeks = sooner(model) * stage_weeks(world.idea_weeks, policy.cocreate_idea, 0.0, 1.0, world.sharing_time)
    for place in sorted(idle, key=lambda place: (-far[place], place)):
        if far[place] < world.threshold or model.fund < spent + cost:
            break
        spent += cost
        projects["stage"][place], projects["begun"][place] = IDEA, model.now
        projects["until"][place], projects["aim"][place] = model.now + round(weeks), believed[place]
        projects["number"][place] += 1
    model.fund -= spent
    model.record.tally[INNOVATION] += spent


def next_stage(model, place: int) -> None:
    """A stage has ended: the idea is developed, what was developed is launched, what was launched is the offer."""
    projects, world, policy = model.tables["projects"], model.world.innovation, model.policy
    stage, number = int(projects["stage"][place]), int(projects["number"][place])
    climate = float(model.enacted["climate"].mean())
    if stage == IDEA:
        chosen = take_part(model, place, policy.cocreate_development, number + 2**14)
        weeks = sooner(model) * stage_weeks(
            world.development_weeks, policy.cocreate_development, world.integration, climate, world.sharing_time
        )
        missed = world.execution * (1.0 - world.execution_together * policy.cocreate_development)
        missed *= 1.0 - model.world.discipline.surer * leading(model)
        chance = draws(model.luck, EXECUTION, 0, place, 0, number)[0]
        projects["made"][place] = projects["aim"][place] + missed * normal(chance)
        show(model, chosen, place)
        projects["stage"][place], projects["until"][place] = DEVELOPMENT, model.now + round(weeks)
    elif stage == DEVELOPMENT:
        show(model, take_part(model, place, policy.cocreate_launch, number + 2**15), place)
        weeks = world.launch_weeks * (1.0 - world.launching_together * policy.cocreate_launch)
        weeks = max(1, round(sooner(model) * weeks))
        projects["stage"][place], projects["until"][place] = LAUNCH, model.now + weeks
        model.record.tally[LAUNCHES] += 1.0
    else:
        projects["stage"][place] = NONE


def drop_services(model, share: float) -> None:
    """Close the services whose cost, times ``share``, exceeds the part of last year's dues that they account for."""
    services, world = model.tables["departments"], model.world.accounts
    asked, hours = services["asked"].astype(float), services["spent"] / HOUR
    if share <= 0.0 or asked.sum() == 0.0:
        return
    revenue = model.record.total(REVENUE, max(0, model.now - WEEKS), model.now) * asked / asked.sum()
    cost = hours * world.hour_cost + asked * services["material"]
    services["closed"][:] |= share * cost > revenue


def step(model) -> None:
    """Projects advance; when decisions are made, new ones are begun and services reviewed."""
    world, projects, now = model.world.innovation, model.tables["projects"], model.now
    model.participants = NOBODY_TAKES_PART
    if advance(projects.rows, model.offer, world.launch_weeks, now):
        for place in np.flatnonzero((projects["stage"] != NONE) & (projects["until"] <= now)):
            next_stage(model, int(place))
    model.fund += model.policy.innovation * model.spending * model.size() / WEEKS
    if now % model.decision_weeks == 0:
        begin_projects(model)
    if now % WEEKS == 0 and now > model.switched:
        drop_services(model, model.policy.drop_unprofitable)
