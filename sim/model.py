"""The model: who is there, how a week goes by, and how a run is forked. The order of events stands in :mod:`sim.week`."""

import copy
import math
from collections.abc import Callable, Sequence

import numpy as np

from sim.agents import Contact, Leader, Member, Partner, Staff
from sim.averages import averages_for
from sim.column_model import ColumnModel
from sim.columns import FRIENDS, LATENT, NEVER
from sim.founding import found
from sim.layers import note_contacts
from sim.metrics import Outcome, measure
from sim.policy import LEVERS, Policy, lever_matrix, policy_rows
from sim.processes import budget, communication, community, innovation, keeping_in_touch, leadership, returns
from sim.quantities import OutOfRange
from sim.recording import Record, summarise
from sim.roster import Roster
from sim.scenario import Fit, Scenario, posts_by_department
from sim.steps import WEEKS, in_steps
from sim.timeline import Timeline, as_timeline
from sim.week import WEEK
from sim.world import World, given

BY_HAND = 3 * 2**30  # identities of members a user adds himself
ROOM = 1.5  # posts there is room for, against those open at founding


class RelationshipModel(ColumnModel):
    """An organisation, its staff and its members, week by week.

    Parameters
    ----------
    scenario : Scenario, optional
        Who and how many; the association by default.
    world : World, optional
        How people behave.
    policy : Policy or Timeline, optional
        What the organisation does; the conventional organisation by default.
    rng : int, 0..2**32-1
        Seed of all keyed luck (and of Mesa's own generator, which no rule of ours uses).
    replicate : int, 0..2**32-1
        Which of several runs with this seed.
    fit : Fit, optional
        Base commitment and reference levels; by default the scenario's fit for this world's weight of lived experience.
    week : sequence of callables, optional
        Processes in order; :data:`WEEK` without those the scenario switches off.

    Attributes
    ----------
    now : int
        The week in progress (or, between weeks, the next one), counted from founding.
    week : list of callables
        The processes of this model; insert your own ``f(model)`` where it belongs.
    declared, enacted : structured array of shape (departments,)
        The levers as the organisation declares them, and as each department does them (``enacted["strictness"][2]``).
    policy : Policy
        What is declared for the organisation as a whole today.
    """

    def __init__(
        self,
        scenario: Scenario | None = None,
        world: World | None = None,
        policy: Policy | None = None,
        rng: int = 1,
        replicate: int = 0,
        fit: Fit | None = None,
        week: Sequence[Callable] | None = None,
    ):
        for name, key in (("seed", rng), ("replicate", replicate)):
            if not (isinstance(key, (int, np.integer)) and 0 <= key < 2**32):
                raise OutOfRange(f"{name}={key!r} is not usable: give a whole number from 0 to 4294967295")
        super().__init__(rng=int(rng))
        self.scenario = in_steps(scenario or Scenario())
        self.world = in_steps(world or World())
        self.luck = (int(rng), int(replicate))
        self.base_fit = fit or self.scenario.fit_at(self.world.renewals.lived_weight)
        unknown = set(self.scenario.off) - {entry.name for entry in WEEK}
        if unknown:
            known = ", ".join(entry.name for entry in WEEK)
            raise OutOfRange(f"scenario.off names {sorted(unknown)[0]!r}, which is no process: choose from {known}")
        self.week = list(week) if week is not None else [entry for entry in WEEK if entry.name not in self.scenario.off]
        self.departments = self.scenario.departments
        self.now = 0
        self.topping_up = False
        self.record = Record()
        self.declared = self.enacted = policy_rows([in_steps(Policy())] * self.departments)
        self.adopt(policy or Policy())
        self.enacted, self.switched = self.declared.copy(), NEVER  # an organisation is founded as it means to be
        self._found()

    def _found(self) -> None:
        """Tables, posts and the market of week 0."""
        departments, dimensions = self.departments, self.departments + LATENT
        posts = max(departments, self.scenario.posts or round(self.scenario.members / self.scenario.members_per_post))
        self.opened = np.diff(posts_by_department(posts, departments)).astype(np.int32)
        self.posts = int(self.opened.sum())
        self.first_post = posts_by_department(math.ceil(ROOM * int(self.opened.max())) * departments, departments)
        room = int(self.first_post[-1])
        self.seats = np.full(room, NEVER, np.int32)
        self.vacant_since, self.applicants = np.zeros(room, np.int32), np.zeros(room, np.int32)
        # Where needs stand, what of it is expressed, what leaders believe, what is offered: one number a coordinate.
        self.trend, self.centre, self.expressed, self.vision, self.offer = (np.zeros(dimensions) for _ in range(5))
        self.reputation = np.array([self.base_fit.reputation])
        self.renewed, self.renewed_count, self.first_newcomer = np.zeros(0, np.int32), 0, 0
        self.joined_community = community.NOBODY
        self.gone, self.gone_count, self.admitting = np.zeros(0, np.int32), 0, False
        self.leavers, self.returned, self.acquainted = {}, returns.NOBODY, set()
        self.against, self.credit = np.zeros(1), np.full(1, 1.0 if self.calls("brand") else 0.0)
        self.replaced = 0
        self.participants, self.fund = innovation.NOBODY_TAKES_PART, 0.0
        self.known_offer = communication.found(self)
        self.reach_of_partners = np.zeros(departments)  # part of the misfit in a domain that partners close
        self.spoken_with, self.speaking = communication.NOBODY, False
        self.chosen, self.own_time_given = keeping_in_touch.NOBODY, False
        self.planned, self.means, self.spending, self.means_due = None, 1.0, 1.0, budget.PENDING
        found(self)
        self.averages = averages_for(self)
        self.open_accounts()

    @property
    def scenario(self) -> Scenario:
        """Who and how many. (Mesa's own Scenario, which holds its model, is not used.)"""
        return self._setting

    @scenario.setter
    def scenario(self, scenario) -> None:
        if isinstance(scenario, Scenario):
            self._setting = scenario

    @property
    def members(self) -> Roster:
        """The living members, as a Mesa agent set."""
        return self.roster(Member)

    @property
    def staff(self) -> Roster:
        """The staff employed, as a Mesa agent set."""
        return self.roster(Staff)

    @property
    def leaders(self) -> Roster:
        """Those who lead a department, as a Mesa agent set."""
        return self.roster(Leader)

    @property
    def partners(self) -> Roster:
        """The partner organisations there are, as a Mesa agent set."""
        return self.roster(Partner)

    @property
    def contacts(self) -> Roster:
        """The people of all partners who work with the staff, as a Mesa agent set."""
        return self.roster(Contact)

    def calls(self, name: str) -> bool:
        """Whether a process of this name is among those of the week."""
        return any(getattr(entry, "name", "") == name for entry in self.week)

    def size(self) -> int:
        """Members there are today."""
        return int(np.count_nonzero(self.tables["members"]["alive"]))

    def step(self) -> None:
        """One week: the processes in their order, then the record is closed."""
        members = self.tables["members"]
        if self.now > self.switch and (self.now - self.switch) % WEEKS == 0:
            note_contacts(self)
        if 0 < self.now - self.adopted <= self.timeline.settled:
            self._declare()
        self.renewed_count, self.first_newcomer = 0, members.count
        self.gone_count, self.admitting, self.returned = 0, False, returns.NOBODY
        self.cases.count = self.dealings.count = 0
        self.joined_community = community.NOBODY
        for entry in self.week:
            entry(self)
        summarise(members.scanned["alive"], members.scanned["trust"], members.count, self.record.tally)
        self.record.close(self.now)
        self.now += 1

    def adopt(self, policy: Policy | Timeline) -> None:
        """Declare a policy, or a timeline of policies, from now on; leaders carry it into practice."""
        self.timeline, self.adopted, self.switched = in_steps(as_timeline(policy)), self.now, self.now
        self.before = self.declared
        self._declare()

    def _declare(self) -> None:
        """What is declared this week; without leadership it is done at once."""
        self.declared = self.timeline.declared(self.before, self.now - self.adopted)
        values = lever_matrix(self.declared)
        whole = values[0] if (values == values[0]).all() else values.mean(axis=0)
        self.policy = Policy(**{name: whole[place].item() for place, name in enumerate(LEVERS)})
        self.given = given(self.scenario, self.world, policy_rows([self.policy])[0], self.base_fit)
        self.decision_weeks = max(
            1, round(leadership.decision_wait(self.given[0]["policy"], self.given[0]["leadership"]))
        )
        if not self.calls("leadership"):
            self.enacted = self.declared.copy()

    def outcome(self) -> Outcome:
        """What has happened since the accounts were opened, ready to be measured."""
        return Outcome(self, self.switch, self.cohort)

    def metrics(self) -> dict[str, float]:
        """All metrics since the accounts were opened (the switch, or founding)."""
        return measure(self.outcome())

    def arrived(self, agent) -> None:
        """Somebody was added by hand: room for ties, an identity, and no requests unless there is a rate."""
        if isinstance(agent, Member):
            self.tables["ties"].add(self.departments)
            self.tables["origins"].add(1)
            if "circles" in self.tables:
                self.tables["friendships"].add(FRIENDS)
            agent.identity = agent.identity or BY_HAND + agent.row
            self.tables["origins"]["root"][agent.row] = agent.identity
            agent.joined = self.now
            agent.renewal_week = (self.now + WEEKS - 1) % WEEKS
            agent.next_request = self.now + 1.0 / agent.request_rate if agent.request_rate > 0 else math.inf

    def departed(self, agent) -> None:
        """Somebody was removed by hand: the week is noted, and a post falls vacant."""
        agent.left = self.now
        if isinstance(agent, Staff):
            self.seats[agent.post], self.vacant_since[agent.post] = NEVER, self.now
        if isinstance(agent, Leader):
            places = self.tables["departments"]
            places["leader"][agent.department], places["vacant_since"][agent.department] = NEVER, self.now

    def burn_in(self, weeks: int | None = None) -> None:
        """Run under the present policy, every leaver replaced, so that arms start from a settled organisation."""
        weeks = self.scenario.burn_in if weeks is None else weeks
        if weeks > 0:
            self.topping_up = True
            self.run_for(weeks)
            self.topping_up = False

    def open_accounts(self) -> None:
        """Start the accounts of every person anew: whoever is a member now is the cohort that metrics follow."""
        members = self.tables["members"]
        for name in ("value_member", "value_organisation", "answers"):
            members[name][:] = 0
        self.tables["origins"]["lapsed"][:] = NEVER
        for name in ("value", "meetings"):
            self.tables["partner_ties"][name][:] = 0
        self.switch, self.cohort = self.now, np.flatnonzero(members["alive"])
        note_contacts(self)

    def fork(self, policy: Policy | Timeline) -> "RelationshipModel":
        """An independent copy that follows another policy from now on, with fresh accounts and the same luck."""
        arm = copy.deepcopy(self)
        arm.adopt(policy)
        arm.open_accounts()
        if arm.now >= WEEKS:
            budget.plan(arm)
        return arm
