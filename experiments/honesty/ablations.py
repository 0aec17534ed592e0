"""What each process does: one comparison that leans on it, made with the process and without it.

An ablation compares two policies that differ in the levers the process reads. Where other processes charge a price
for the same lever, that price is set to nothing in both arms (``world``), so that what is left is this process alone:
switched off, its own measure must not move at all.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from experiments.honesty.cases import world_of
from sim import Policy, RelationshipModel, Scenario
from sim import recording as series
from sim.metrics import Outcome, measure
from sim.steps import WEEKS

MEMBERS, YEARS = 600, 3
MAIN = ("retention_expected", "value_surplus_mean", "margin", "trust_mean")


@dataclass(frozen=True)
class Ablation:
    """One process and a comparison that leans on it.

    Attributes
    ----------
    process : str
    levers : dict
        What the policy changes.
    measured : str
        What is measured of the process, in words.
    measure : callable
        The same of an outcome; it can be measured whether the process runs or not.
    setting, world, scenario : dict
        Levers, parameters and scenario of both arms.
    """

    process: str
    levers: dict[str, float]
    measured: str
    measure: Callable[[Outcome], float]
    setting: dict[str, float] = field(default_factory=dict)
    world: dict[str, float] = field(default_factory=dict)
    scenario: dict[str, float] = field(default_factory=dict)

    @property
    def policies(self) -> tuple[Policy, Policy]:
        """Without and with the levers changed."""
        return Policy(**self.setting), Policy(**{**self.setting, **self.levers})


def a_request(which: int) -> Callable[[Outcome], float]:
    """A series per request."""
    return lambda outcome: float(outcome.totals[which] / max(1.0, outcome.totals[series.REQUESTS]))


def summed(which: int) -> Callable[[Outcome], float]:
    """A series, summed over the run."""
    return lambda outcome: float(outcome.totals[which])


def members_kept(outcome: Outcome) -> float:
    """Share of the cohort still there."""
    return float(outcome.living[outcome.cohort].mean())


def members_joined(outcome: Outcome) -> float:
    """People who joined since the switch."""
    return float(np.count_nonzero(outcome.members["joined"] > outcome.switch))


def value_to_organisation(outcome: Outcome) -> float:
    """Value of the cohort to the organisation; dues per member-year."""
    return float(outcome.to_organisation.mean())


def misfit(outcome: Outcome) -> float:
    """Distance between the offer and the average need; sd of needs."""
    return float(np.abs(outcome.model.trend - outcome.model.offer).mean())


def lowest_price_of_a_rival(outcome: Outcome) -> float:
    """Lowest price among rivals; 1, the standard, where there are none."""
    return float(outcome.model.tables["rivals"]["price"].min(initial=1.0))


def staff_mean(column: str) -> Callable[[Outcome], float]:
    """Mean of a column over the staff employed."""

    def mean(outcome: Outcome) -> float:
        staff = outcome.model.tables["staff"]
        return float(staff[column][staff["alive"]].mean(dtype=np.float64))

    return mean


def leaders_curiosity(outcome: Outcome) -> float:
    """Mean curiosity of the leaders in office."""
    leaders = outcome.model.tables["leaders"]
    return float(leaders["curiosity"][leaders["alive"]].mean(dtype=np.float64))


def known(outcome: Outcome) -> float:
    """Mean variance left in what is believed of members' needs; sd of needs squared."""
    return float(outcome.members["uncertainty"][outcome.living].mean(dtype=np.float64))


def friends_among_members(outcome: Outcome) -> float:
    """Friends who are members themselves, mean over members."""
    other, alive = outcome.model.tables["friendships"]["other"], outcome.living
    there = (other >= 0) & alive[other]
    return float(there.reshape(len(alive), -1)[alive].sum() / max(1, alive.sum())) if len(other) else 0.0


FREE = {"strictness": 0.2}
QUICK = {"leadership.carry_weeks": 2.0}
ABLATIONS = (
    Ablation("needs", FREE, "answers with discretion", summed(series.FREE)),
    Ablation("leadership", {"replace_leaders": 1.0, "relational_leaders": 1.0}, "curiosity of leaders", leaders_curiosity),
    Ablation("discipline", {"emphasis_operations": 1.0}, "staff hours a request", a_request(series.WORKED), world=QUICK),
    Ablation(
        "community", {"community_host": 1.0}, "requests answered by peers", summed(series.PEER_HELP),
        world={**QUICK, "routing.hosting_hours": 0.0, "community.half_active": 20.0, "community.host_draw": 20.0},
    ),
    Ablation("routing", {"routing": 1.0}, "parts handed on, a request", a_request(series.HANDED_OFF), world=QUICK),
    Ablation(
        "encounters", {"guardrail": 0.3}, "gifts a request, dues", a_request(series.GIFTS),
        setting={**FREE, "guardrail": 0.0}, world=QUICK,
    ),
    Ablation("trust", {"promise": 1.0}, "complaints a request", a_request(series.COMPLAINTS)),
    Ablation(
        "learning", {"listening": 1.0}, "variance left in members' needs", known, setting=FREE,
        world={**QUICK, "routing.listening_hours": 0.0, "trust.humble": 0.0},
    ),
    Ablation("communication", {"broadcast": 0.5}, "worth of answers, dues", summed(series.WORTH), setting={"broadcast": 0.0}),
    Ablation("keeping_in_touch", {"own_time": 2.0}, "conversations of the staff's own choice", summed(series.IN_TOUCH)),
    Ablation(
        "partners", {"breadth": 1.0}, "quality of answers, a request", a_request(series.QUALITY), setting={"breadth": 0.0},
        world={"partners.gap_closed": 0.5, "partners.gap_pieces": 0.5},
    ),
    Ablation(
        "innovation", {"innovation": 0.1}, "misfit of the offer, sd of needs", misfit,
        setting={"innovation": 0.0, "survey": 0.9}, world={"needs.latent_years": 0.5}, scenario={"shift_week": 0},
    ),
    Ablation(
        "colleagues", {"why": 1.0}, "alignment of staff", staff_mean("alignment"), setting=FREE,
        world={**QUICK, "routing.meaning_hours": 0.0, "worklife.meaning": 0.0},
    ),
    Ablation(
        "worklife", {"roles": 1.0}, "ability of staff", staff_mean("ability"), setting=FREE,
        world={**QUICK, "routing.role_gap": 0.0},
    ),
    Ablation(
        "hiring", {"selectivity": 8}, "skill of staff", staff_mean("skill"), setting={**FREE, "selectivity": 1},
        world={**QUICK, "worklife.leaving": 0.6, "hiring.validity": 0.9},
    ),
    Ablation("keeping", {"relationship_money": 0.3}, "members called on", summed(series.CALLED), setting={"acquisition": 0.0}),
    Ablation("selection", {"let_go": 1.0}, "members the organisation did not keep", summed(series.LAPSE_LET_GO)),
    Ablation(
        "rivals", {"price": 0.7}, "lowest price of a rival", lowest_price_of_a_rival, world=QUICK,
        scenario={"price_entrants": 1, "entrants_week": 52},
    ),
    Ablation("renewals", FREE, "members kept", members_kept, world=QUICK),
    Ablation("growth", FREE, "members who joined", members_joined, world=QUICK),
    Ablation(
        "campaigns", {"relationship_money": 0.3}, "members whom campaigns brought", summed(series.BOUGHT),
        setting={"acquisition": 1.0},
    ),
    Ablation(
        "referrals", {"listening": 1.0}, "chances that members bring somebody", summed(series.SPEAKING_FOR), setting=FREE,
        world={**QUICK, "routing.listening_hours": 0.0},
    ),
    Ablation("returns", FREE, "members who came back", summed(series.RETURNED), world={**QUICK, "returns.hurdle": 0.0}),
    Ablation("brand", {"claim": 1.0}, "belief in what is claimed", lambda outcome: float(outcome.model.credit[0])),
    Ablation(
        "friendships", {"gather": 0.5}, "friends among the members, a member", friends_among_members,
        world={"friendships.meets": 0, "friendships.belonging": 1.0},
    ),
    Ablation("accounts", FREE, "value to the organisation", value_to_organisation, world=QUICK),
    Ablation("budget", FREE, "posts", lambda outcome: float(outcome.model.posts), world=QUICK),
)  # fmt: skip


def of_process(name: str) -> Ablation:
    """The ablation of a process."""
    return next(one for one in ABLATIONS if one.process == name)


def run_pair(ablation: Ablation, on: bool, replicate: int, members: int = MEMBERS, years: int = YEARS) -> dict:
    """What the policy changes in one replicate, with the process or without: the main metrics that exist, and ``own``."""
    off = [] if on else [ablation.process]
    scenario = Scenario(**{"members": members, "off": off, **ablation.scenario})
    before, after = ablation.policies
    model = RelationshipModel(scenario, world_of(ablation.world), before, rng=1, replicate=replicate)
    model.burn_in(WEEKS)
    values = []
    for policy in (before, after):
        arm = model.fork(policy)
        arm.run_for(WEEKS * years)
        outcome = arm.outcome()
        measured = measure(outcome)
        values.append({name: measured[name] for name in MAIN if name in measured} | {"own": ablation.measure(outcome)})
    return {name: values[1][name] - values[0][name] for name in values[0]}


def effects(ablation: Ablation, on: bool, replicates: Iterable[int]) -> dict[str, np.ndarray]:
    """Paired differences by metric, one a replicate."""
    pairs = [run_pair(ablation, on, replicate) for replicate in replicates]
    return {name: np.array([pair[name] for pair in pairs]) for name in pairs[0]}
