"""Base commitment fitted to data with all processes switched on.

How people live through a membership (their belief, bonds and grievances) does not depend on their commitment, only
on how many are still there to share the staff. So one cohort is lived through with everything on, shrinking at random
as fast as the table says; the lived part of every renewal decision of those who are there to the end is written down.
Since they are a random sample, the survival curve that any commitment would give follows by averaging over their
lives, quickly enough to be minimised. The association's two benchmarks are met by running the model itself.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize, root
from scipy.special import betaln, polygamma

from experiments.fits.tables import SurvivalTable
from sim import RelationshipModel, Scenario, World
from sim import recording as series
from sim.compiled import kernel
from sim.founding import TRAITS, commitment_quantiles, quantile
from sim.luck import draws
from sim.odds import logistic
from sim.processes.bonds import combined_bond
from sim.processes.renewals import base_commitment
from sim.scenario import Fit
from sim.steps import WEEKS

LAST_WEEK = WEEKS - 1  # members who join in week 0 decide in the last week of each year


@dataclass(frozen=True)
class Lives:
    """What a cohort lives through: one row a person, one column a renewal.

    Attributes
    ----------
    belief, bond, grievance : array of shape (people, years)
        Believed quality, combined bond, and whether there is an open grievance.
    chances : array of shape (people,)
        The uniform behind each person's base commitment.
    """

    belief: np.ndarray
    bond: np.ndarray
    grievance: np.ndarray
    chances: np.ndarray


@kernel
def note_lives(members, alive, count, ties, staff, week, year, belief, bond, grievance, given):
    """Write down the lived part of this year's renewal decision for every member."""
    for row in range(count):
        if alive[row]:
            member = members[row]
            belief[row, year] = member.belief
            bond[row, year] = combined_bond(ties, row, staff, week, given)
            open_grievance = member.grievance >= 0 and week - member.grievance <= given[0].renewals.grievance_weeks
            grievance[row, year] = 1.0 if open_grievance else 0.0


@kernel
def commitment_chances(count, luck, what, chances):
    """The uniform behind each founder's base commitment."""
    for identity in range(count):
        chances[identity] = draws(luck, what, 0, identity, 0, 0)[1]


def live(scenario: Scenario, world: World, table: SurvivalTable, seed: int, levels: Fit) -> Lives:
    """Let a cohort live through its membership under the reference, everything on, leaving at random.

    ``levels`` says what those who join believe and expect.

    Returns
    -------
    Lives
        Of those who are members to the end of the table.
    """
    years, people = table.years, scenario.members
    fit = replace(levels, promise=10.0, promise_years=30.0, alpha=100.0, beta=0.01)  # nobody leaves of his own will
    world = replace(world, renewals=replace(world.renewals, lived_weight=0.0))
    model = RelationshipModel(scenario, world, rng=seed, fit=fit)
    parts = [np.zeros((people, years)) for _ in range(3)]
    chances = np.zeros(people)
    commitment_chances(people, model.luck, TRAITS, chances)

    def note(model) -> None:
        if model.now % WEEKS == LAST_WEEK:
            year = model.now // WEEKS
            members, ties, staff = (model.tables[name] for name in ("members", "ties", "staff"))
            alive = members.scanned["alive"]
            note_lives(members.rows, alive, people, ties.rows, staff.rows, model.now, year, *parts, model.given)
            model.given["fit"]["involuntary"] = 1.0 - table.retention[year]

    names = [getattr(entry, "name", "") for entry in model.week]
    model.week.insert(names.index("renewals"), note)
    model.run_for(WEEKS * years)
    there = model.tables["members"]["alive"][:people]
    return Lives(*(part[there] for part in parts), chances[there])


@kernel
def survive(chances, lived, nodes, promise, promise_years, involuntary, surviving, weights):
    """Expected survival of a cohort, averaged over its lives; ``weights`` is each person's chance to be due."""
    people, years = lived.shape
    surviving[:] = 0.0
    for row in range(people):
        commitment, there = quantile(nodes, chances[row]), 1.0
        for year in range(years):
            weights[row, year] = there
            base = base_commitment(commitment, year + 1.0, promise, promise_years)
            there *= (1.0 - involuntary) * logistic(base + lived[row, year])
            surviving[year] += there
    surviving /= people


def curve(fit: Fit, lives: Lives, world: World) -> tuple[np.ndarray, Fit]:
    """Survival under a fit, and the fit with its levels centred on those who are due.

    Returns
    -------
    surviving : array of shape (years,)
        Share of the cohort still there after each renewal.
    centred : Fit
        The same fit with belief, bond and grievance at their mean over members due.
    """
    renewals = world.renewals
    nodes = commitment_quantiles(fit.alpha, fit.beta, 0.0)
    surviving, weights = np.empty(lives.belief.shape[1]), np.empty_like(lives.belief)
    lived = fit.lived_weight * (
        (lives.belief - fit.belief)
        + renewals.bond_weight * (lives.bond - fit.bond)
        - renewals.grievance_weight * (lives.grievance - fit.grievance)
    )
    survive(lives.chances, lived, nodes, fit.promise, fit.promise_years, fit.involuntary, surviving, weights)
    total = weights.sum()
    belief, bond, grievance = (float((weights * part).sum() / total) for part in (lives.belief, lives.bond, lives.grievance))
    return surviving, replace(fit, belief=belief, bond=bond, grievance=grievance)


def misfit(surviving: np.ndarray, table: SurvivalTable, years: int) -> float:
    """Minus the log likelihood of a survival curve, per person of the table's cohort."""
    if np.any(np.diff(np.concatenate([[1.0], surviving])) >= 0.0):
        return 1e6
    observed = table.surviving[: years + 1]
    lost, modelled = -np.diff(observed), -np.diff(np.concatenate([[1.0], surviving[:years]]))
    return -float(np.sum(lost * np.log(modelled)) + observed[-1] * math.log(surviving[years - 1]))


def fit_cohort(table: SurvivalTable, lives: Lives, world: World, start: Fit, years: int | None = None) -> Fit:
    """Fit commitment (two shapes) and the common promise (its height and its worth) to a renewal table.

    Four numbers, none indexed by year; a table without a dip makes the promise worth next to nothing.
    """
    years = years or table.years

    def unpacked(point) -> Fit:
        alpha, beta, promise_years = np.exp(np.clip(point[:3], -6.0, [5.0, 5.0, 3.3]))
        return replace(
            start, alpha=float(alpha), beta=float(beta), promise_years=float(promise_years), promise=float(np.clip(point[3], -10, 10))
        )

    best = None
    for worth in (start.promise_years or 4.0, 0.05):
        fit = replace(start, promise_years=worth)
        for _ in range(3):  # the levels move with who survives: three rounds settle them beyond the third digit
            levels = fit

            def loss(point, levels=levels):
                trial = unpacked(point)
                trial = replace(trial, belief=levels.belief, bond=levels.bond, grievance=levels.grievance)
                return misfit(curve(trial, lives, world)[0], table, years)

            point = [math.log(fit.alpha), math.log(fit.beta), math.log(fit.promise_years), fit.promise or 2.0]
            found = minimize(loss, point, method="Nelder-Mead", options={"maxiter": 500, "xatol": 1e-3, "fatol": 1e-8})
            shapes = unpacked(found.x)
            fit = replace(shapes, belief=levels.belief, bond=levels.bond, grievance=levels.grievance)
            fit = curve(fit, lives, world)[1]
        if best is None or found.fun < best[0] - 1e-9:
            best = (found.fun, fit)
    return best[1]


def spread(fit: Fit) -> float:
    """Spread of base commitment: standard deviation of its log odds over those who join."""
    return float(math.sqrt(polygamma(1, fit.alpha) + polygamma(1, fit.beta)))


def settled(model: RelationshipModel, first: int, last: int) -> Fit:
    """The fit of a model with its levels set to what the run shows between two weeks."""
    totals = model.record.rows[first:last].sum(axis=0)
    members = model.tables["members"]
    living = members["alive"]
    due = max(totals[series.DUE], 1.0)
    answered = totals[series.GOOD] + totals[series.LET_DOWNS]
    bond = totals[series.DUE_BOND] / due
    return replace(
        model.base_fit,
        belief=float(totals[series.DUE_BELIEF] / due),
        bond=float(bond),
        grievance=float(totals[series.DUE_GRIEVANCE] / due),
        surroundings=float(totals[series.DUE_SURROUNDINGS] / due),
        expectation=float(members["expectation"][living].mean()),
        reputation=float(totals[series.GOOD] / answered) if answered else model.base_fit.reputation,
        commitment_median=float(np.median(members["commitment"][living])),
        belief_median=float(np.median(members["belief"][living])),
        bond_median=float(bond),
    )


def benchmarks(model: RelationshipModel) -> tuple[float, float]:
    """Overall and first-year renewal in weeks 53-104 of the burn-in, with probabilities in place of coins."""
    totals = model.record.rows[WEEKS : 2 * WEEKS].sum(axis=0)
    return (
        float(totals[series.EXPECTED] / totals[series.DUE]),
        float(totals[series.EXPECTED_FIRST] / totals[series.DUE_FIRST]),
    )


def fit_association(scenario: Scenario, world: World, start: Fit, overall: float, first_year: float, seed: int) -> Fit:
    """Fit the two shapes of commitment so that the settled organisation renews as the benchmarks say.

    Levels of lived experience are those of the reference run at the fit itself: rounds of both until they agree.
    """
    fit = start
    for _ in range(2):
        fit = with_settled_levels(scenario, world, fit, seed)

        def gap(point, fit=fit):
            trial = shaped(fit, point)
            model = RelationshipModel(scenario, world, rng=seed, fit=trial)
            model.burn_in(2 * WEEKS)
            return np.array(benchmarks(model)) - (overall, first_year)

        start_at = [math.log(fit.alpha), math.log(fit.beta)]
        found = root(gap, start_at, method="hybr", options={"xtol": 1e-3, "maxfev": 25, "eps": 0.02})
        fit = shaped(fit, found.x)
    return with_settled_levels(scenario, world, fit, seed)


def shaped(fit: Fit, log_shapes: np.ndarray) -> Fit:
    """The fit with other shapes of commitment, given as logarithms; wild steps of a solver are cut short."""
    alpha, beta = np.exp(np.clip(log_shapes, -4.0, 5.0))
    return replace(fit, alpha=float(alpha), beta=float(beta))


def with_settled_levels(scenario: Scenario, world: World, fit: Fit, seed: int, most: int = 12) -> Fit:
    """The fit with the levels of its own reference run: rounds of run and reading until they stay where they are.

    What newcomers believe and expect is a level too, so a run begins with the levels it is to end with.
    """
    for _ in range(most):
        model = RelationshipModel(scenario, world, rng=seed, fit=fit)
        model.burn_in(2 * WEEKS)
        before, fit = fit, settled(model, WEEKS, 2 * WEEKS)
        if abs(fit.belief - before.belief) < 0.0005 and abs(fit.expectation - before.expectation) < 0.0005:
            break
    return fit


def shifted_beta_geometric(table: SurvivalTable, years: int | None = None) -> tuple[float, float]:
    """Maximum likelihood shapes (of renewing, of leaving) of the shifted-beta-geometric for a table (Fader & Hardie 2007)."""
    years = years or table.years

    def loss(point):
        return misfit(beta_geometric_survival(*np.exp(np.clip(point, -8, 8)), years), table, years)

    found = minimize(loss, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-12, "maxiter": 2000})
    alpha, beta = np.exp(found.x)
    return float(alpha), float(beta)


def beta_geometric_survival(alpha: float, beta: float, years: int) -> np.ndarray:
    """Survival of the shifted-beta-geometric after years 1..years: B(alpha + t, beta) / B(alpha, beta)."""
    time = np.arange(1, years + 1)
    return np.exp(betaln(alpha + time, beta) - betaln(alpha, beta))
