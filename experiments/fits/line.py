"""The line of worlds that fit the retention data equally well: one fit of commitment for each weight of lived experience.

Retention data cannot tell how much of staying is commitment and how much is how people were treated. So the weight
of lived experience runs from 0 to the largest the data allow, and commitment is fitted again at each point.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from experiments.fits.fitting import fit_association, fit_cohort, live, spread
from experiments.fits.tables import SurvivalTable
from experiments.fits.targets import (
    CONTRACT_MEMBERS,
    all_met,
    cohort_survival,
    contract_statistics,
    larger,
    settled_association,
)  # fmt: skip
from sim import Scenario, World
from sim.scenario import Fit

OVERALL, FIRST_YEAR = 0.85, 0.75  # medians of the benchmarks (targets C05 and C06)
# Members differ in believed quality by about 0.15 (standard deviation); at this weight that much moves the odds of
# renewal twentyfold. Larger weights are no longer a statement about membership, so they are not looked at.
LARGEST_TRIED = 20.0  # logit per quality
LEAST_SPREAD = 0.25  # of the spread of commitment at weight 0
LIVES = 40_000  # people whose lives are written down for a fit to a table of a user's own


def world_at(world: World, lived_weight: float) -> World:
    """The same world with another weight of lived experience."""
    return replace(world, renewals=replace(world.renewals, lived_weight=lived_weight))


@dataclass
class Fitter:
    """Fits both scenarios at a weight of lived experience and says whether the data still hold.

    Attributes
    ----------
    tell : callable
        Told one line about each step.
    """

    association: Scenario
    contract: Scenario
    table: SurvivalTable
    world: World
    seed: int
    tell: Callable[[str], None]
    fits: dict[float, tuple[Fit, Fit]] = field(default_factory=dict)
    failures: dict[float, str] = field(default_factory=dict)

    def at(self, weight: float) -> tuple[Fit, Fit]:
        """Association's and contract's fit at a weight; checked against C01-C07 by simulation."""
        if weight in self.fits:
            return self.fits[weight]
        world = world_at(self.world, weight)
        nearest = min(self.fits, key=lambda other: abs(other - weight), default=None)
        start, cohort = self.fits[nearest] if nearest is not None else (Fit(), CONTRACT_START)
        association = fit_association(
            larger(self.association, 20_000), world, replace(start, lived_weight=weight), OVERALL, FIRST_YEAR, self.seed
        )
        cohort = replace(
            cohort, lived_weight=weight, expectation=association.expectation, reputation=association.reputation,
            commitment_median=association.commitment_median, belief_median=association.belief_median,
            bond_median=association.bond_median,
        )  # fmt: skip
        for _ in range(2):  # the second round knows what those who join believe and expect
            lives = live(larger(self.contract, 40_000), world, self.table, self.seed, cohort)
            cohort = fit_cohort(self.table, lives, world, cohort)
        self.fits[weight] = association, cohort
        self.failures[weight] = self._failure(association, cohort, world)
        self.tell(self._line(weight))
        return self.fits[weight]

    def _failure(self, association: Fit, cohort: Fit, world: World) -> str:
        """Which condition fails at a weight; empty if all hold."""
        contract = larger(self.contract, CONTRACT_MEMBERS)
        surviving = cohort_survival(contract, world, cohort, self.table.years, self.seed + 1)
        settled = settled_association(larger(self.association, 20_000), world, association, self.seed + 1, 2)
        if not all_met(contract_statistics(surviving, self.table, CONTRACT_MEMBERS)):
            return "C01-C04 (contract) no longer hold after refitting"
        if not all_met(settled):
            return "C05-C07 (association) no longer hold after refitting"
        for name, fit, place in (("association", association, 0), ("contract", cohort, 1)):
            if 0.0 in self.fits and spread(fit) < LEAST_SPREAD * spread(self.fits[0.0][place]):
                return f"the spread of fitted commitment ({name}) falls below a quarter of its value at weight 0"
        return ""

    def _line(self, weight: float) -> str:
        association, cohort = self.fits[weight]
        return (
            f"weight {weight:6.3f}: association Beta({association.alpha:.3f}, {association.beta:.3f}), "
            f"contract Beta({cohort.alpha:.4f}, {cohort.beta:.4f}) with a promise of {cohort.promise:.2f} worth "
            f"{cohort.promise_years:.2f} years; {self.failures[weight] or 'all targets hold'}"
        )

    def largest(self, tolerance: float = 0.5) -> tuple[float, str]:
        """The last weight at which everything holds, by bisection, and the condition that stopped it."""
        self.at(0.0)
        low, high = 2.0, LARGEST_TRIED
        self.at(low)
        self.at(high)
        if not self.failures[high]:
            return high, f"nothing failed up to {high:g}, the largest weight tried"
        while high - low > tolerance:
            middle = 0.5 * (low + high)
            self.at(middle)
            if self.failures[middle]:
                high = middle
            else:
                low = middle
        return low, self.failures[high]


CONTRACT_START = Fit(alpha=0.18, beta=0.1, promise=2.7, promise_years=4.5, involuntary=0.015)


def fitted_to(table: SurvivalTable, scenario: Scenario, world: World, seed: int, years: int | None = None) -> Scenario:
    """A cohort scenario with commitment fitted to a renewal table, everything on; two points of its line."""
    line = []
    for weight in sorted({0.0, world.renewals.lived_weight}):
        fit = replace(nearest(scenario.line, weight), lived_weight=weight)
        lives = live(larger(scenario, LIVES), world_at(world, weight), table, seed, fit)
        line.append(fit_cohort(table, lives, world_at(world, weight), fit, years))
    return replace(scenario, line=line)


def nearest(line: list[Fit], weight: float) -> Fit:
    """The fit of a line closest to a weight; where there is no line, a usual start."""
    return min(line, key=lambda fit: abs(fit.lived_weight - weight), default=CONTRACT_START)
