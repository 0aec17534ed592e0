"""The world: everything uncertain about how people behave, composed from the parameters of the processes.

Each number is defined beside the rule that uses it, with unit, range and source; this module only puts them
together.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import cache

import numpy as np

from sim.compiled import COMPILING
from sim.policy import ROW
from sim.processes.accounts import AccountParameters
from sim.processes.brand import BrandParameters
from sim.processes.budget import BudgetParameters
from sim.processes.campaigns import CampaignParameters
from sim.processes.colleagues import ColleagueParameters
from sim.processes.communication import CommunicationParameters
from sim.processes.community import CommunityParameters
from sim.processes.discipline import DisciplineParameters
from sim.processes.encounters import EncounterParameters
from sim.processes.friendships import FriendshipParameters
from sim.processes.growth import GrowthParameters
from sim.processes.hiring import HiringParameters
from sim.processes.innovation import InnovationParameters
from sim.processes.keeping import KeepingParameters
from sim.processes.keeping_in_touch import KeepingInTouchParameters
from sim.processes.leadership import LeadershipParameters
from sim.processes.learning import LearningParameters
from sim.processes.needs import NeedsParameters
from sim.processes.partners import PartnerParameters
from sim.processes.referrals import ReferralParameters
from sim.processes.renewals import RenewalParameters
from sim.processes.returns import ReturnParameters
from sim.processes.rivals import RivalParameters
from sim.processes.routing import RoutingParameters
from sim.processes.selection import SelectionParameters
from sim.processes.trust import TrustParameters
from sim.processes.worklife import WorklifeParameters
from sim.quantities import Quantity, described


@dataclass
class World:
    """One plausible world: a value for every uncertain parameter."""

    leadership: LeadershipParameters = field(default_factory=LeadershipParameters)
    needs: NeedsParameters = field(default_factory=NeedsParameters)
    routing: RoutingParameters = field(default_factory=RoutingParameters)
    encounters: EncounterParameters = field(default_factory=EncounterParameters)
    trust: TrustParameters = field(default_factory=TrustParameters)
    learning: LearningParameters = field(default_factory=LearningParameters)
    innovation: InnovationParameters = field(default_factory=InnovationParameters)
    colleagues: ColleagueParameters = field(default_factory=ColleagueParameters)
    worklife: WorklifeParameters = field(default_factory=WorklifeParameters)
    hiring: HiringParameters = field(default_factory=HiringParameters)
    renewals: RenewalParameters = field(default_factory=RenewalParameters)
    growth: GrowthParameters = field(default_factory=GrowthParameters)
    friendships: FriendshipParameters = field(default_factory=FriendshipParameters)
    accounts: AccountParameters = field(default_factory=AccountParameters)
    budget: BudgetParameters = field(default_factory=BudgetParameters)
    community: CommunityParameters = field(default_factory=CommunityParameters)
    selection: SelectionParameters = field(default_factory=SelectionParameters)
    communication: CommunicationParameters = field(default_factory=CommunicationParameters)
    keeping_in_touch: KeepingInTouchParameters = field(default_factory=KeepingInTouchParameters)
    keeping: KeepingParameters = field(default_factory=KeepingParameters)
    campaigns: CampaignParameters = field(default_factory=CampaignParameters)
    referrals: ReferralParameters = field(default_factory=ReferralParameters)
    returns: ReturnParameters = field(default_factory=ReturnParameters)
    brand: BrandParameters = field(default_factory=BrandParameters)
    discipline: DisciplineParameters = field(default_factory=DisciplineParameters)
    rivals: RivalParameters = field(default_factory=RivalParameters)
    partners: PartnerParameters = field(default_factory=PartnerParameters)

    @classmethod
    def parameters(cls) -> Iterator[tuple[str, str, Quantity, float]]:
        """All parameters: process, name, what it is, default."""
        for group in fields(cls):
            defaults = group.default_factory()
            for name, what in described(type(defaults)).items():
                yield group.name, name, what, getattr(defaults, name)


@cache
def given_dtype(kinds: tuple) -> np.dtype:
    """The dtype of what rules are given; one object for all models (see :func:`sim.columns.record_dtype`)."""
    return np.dtype([*((name, kind.record_dtype) for name, kind in kinds), ("policy", ROW)])


def given(scenario, world: World, policy: np.ndarray, fit) -> np.ndarray:
    """What rules are given: the numbers of world, scenario, fit and policy in one structured array of one row.

    A rule reads ``given[0].encounters.tolerance``; one array costs a compiled call less than two hundred numbers do.
    ``policy`` holds what is declared for the organisation as a whole (one row of :func:`sim.policy.policy_rows`);
    what a department does stands in the model's ``enacted``.
    """
    parts = {f.name: getattr(world, f.name) for f in fields(World)} | {"scenario": scenario, "fit": fit}
    dtype = given_dtype(tuple((name, type(part)) for name, part in parts.items()))
    array = np.array([(*(part.record() for part in parts.values()), tuple(policy))], dtype=dtype)
    return array if COMPILING else array.view(np.recarray)
