"""A comparison in memory: every replicate of every policy, the line of weights, the targets."""

from dataclasses import asdict, replace

import numpy as np
import pandas as pd

from experiments.engines import Engine, opened, results
from experiments.fits.line import fitted_to, world_at
from experiments.fits.tables import SurvivalTable
from experiments.fits.targets import (
    CONTRACT_MEMBERS,
    association_statistics,
    cohort_survival,
    contract_statistics,
    larger,
    verdicts,
)  # fmt: skip
from experiments.runs.comparison import Comparison
from experiments.runs.cost import seconds_of
from experiments.runs.manifest import manifest
from experiments.runs.replicates import OWN_KEYS, Job, Replicate, lost_replicate, preliminary, run_replicate, tails_of
from experiments.settings.policies import plain_policy
from experiments.settings.scenarios import scenario_named
from sim.metrics import METRICS
from sim.pairs import PAIRED
from sim.steps import WEEKS

FEWEST_IN_COHORT = 5_000  # whose survival is known to within 0.7 points


def compare(request, table: SurvivalTable) -> Comparison:
    """Everything a comparison leaves behind, in memory."""
    if request.data:
        request.scenario = fitted_to(table, request.scenario, request.world, request.seed)
    with opened(request.engine, private=request.out, seconds=expected_seconds(request)) as engine:
        return compare_on(engine, request, table)


def expected_seconds(request) -> float:
    """About how long all runs of a comparison take on one processor."""
    scenario, arms = request.scenario, len(request.policy_set)
    line = request.line_replicates * len(scenario.line) if request.line else 0
    weeks = (request.replicates + line) * (scenario.burn_in + arms * WEEKS * request.horizon)
    weeks += request.preliminary * (scenario.burn_in + WEEKS * request.horizon)
    return seconds_of(scenario, weeks)


def compare_on(engine: Engine, request, table: SurvivalTable) -> Comparison:
    """Everything a comparison leaves behind, computed by an engine."""
    job = first_job(request)
    early = [replace(job, replicate=OWN_KEYS + k) for k in range(request.preliminary)]
    # Ready in any order, used in this one: quantiles and medians do not depend on it, sums might.
    background = [run for _, run in sorted(results(_numbered, early, engine, "reference, for the tails"), key=lambda part: part[0])]
    medians = {f"{name}_median": float(np.median([run[name] for run in background])) for name in ("commitment", "belief")}
    job = replace(job, tails=tails_of(background), fit=replace(job.fit, **medians))
    jobs = [replace(job, replicate=number) for number in range(request.replicates)]
    done = sorted(results(run_replicate, jobs, engine, "policies", lost=lost_replicate), key=lambda part: part.number)
    line = lived_line(request, job, engine) if request.line and len(request.scenario.line) > 1 else pd.DataFrame()
    targets = held_against(request, table, done) if request.targets and request.scenario.published else pd.DataFrame()
    return Comparison(
        runs=pd.DataFrame([row for part in done for row in part.runs]),
        pairs=pd.DataFrame([row for part in done for row in part.pairs]),
        weekly=pd.concat([frame for part in done for frame in part.weekly] or [pd.DataFrame()], ignore_index=True),
        deciles=pd.DataFrame([row for part in done for row in part.deciles]),
        quantiles=pd.DataFrame([row for part in done for row in part.quantiles]),
        survival=pd.DataFrame([row for part in done for row in part.survival]),
        line=line,
        targets=targets,
        metric_info=metric_info(),
        manifest=manifest(request, described(request, job)),
    )


def first_job(request) -> Job:
    """Replicate 0 of a request."""
    years = request.horizon
    return Job(
        scenario=request.scenario, world=request.world, fit=request.scenario.fit_at(request.world.renewals.lived_weight),
        policies=request.policy_set, years=years, seed=request.seed, replicate=0,
    )  # fmt: skip


def described(request, job: Job) -> dict:
    """What the manifest says of a comparison beyond the configuration."""
    typed = " ".join(text for text in request.overrides if not text.startswith("out="))
    return {
        "command": f"relsim compare {typed}".strip(),
        "scenario": request.scenario.name,
        "about": request.scenario.about,
        "story": request.scenario.story,
        "shows": list(request.scenario.shows),
        "published": request.scenario.published,
        "members": request.scenario.members,
        "world": job.world_name,
        "years": job.years,
        "replicates": request.replicates,
        "reference": job.reference,
        "policies": {name: plain_policy(policy) for name, policy in request.policy_set.items()},
        "fit": asdict(job.fit),
        "tails": asdict(job.tails),
    }


def metric_info() -> dict[str, dict]:
    """Unit, meaning, direction and smallest difference that matters of every metric."""
    named = ("unit", "about", "better", "smallest_that_matters")
    return {name: {key: getattr(metric, key) for key in named} for name, metric in METRICS.items()} | PAIRED


def lived_line(request, job: Job, engine: Engine) -> pd.DataFrame:
    """The policy effect at each weight of lived experience that fits the retention data equally well."""
    weights = [fit.lived_weight for fit in request.scenario.line]
    jobs = [
        replace(job, world=world_at(request.world, weight), fit=request.scenario.fit_at(weight), replicate=number, tails=None)
        for weight in weights
        for number in range(request.line_replicates)
    ]
    rows = []
    for weight, part in results(_at_weight, jobs, engine, "weight of lived experience", lost=_lost_at_weight):
        runs = {row["policy"]: row for row in part.runs if row["status"] == "ok"}
        reference = runs.pop(job.reference, None)
        for policy, row in runs.items() if reference else ():
            gaps = {
                f"{name}_difference": row[metric] - reference[metric]
                for name, metric in (("retention", "retention_rate"), ("value", "value_surplus_mean"))
                if metric in row
            }
            end = {weights[0]: "low", weights[-1]: "high"}.get(weight, "")
            rows.append({"lived_weight": weight, "policy": policy, "replicate": part.number, "end": end} | gaps)
    return pd.DataFrame(rows).sort_values(["lived_weight", "policy", "replicate"], ignore_index=True)


def _at_weight(job: Job) -> tuple[float, Replicate]:
    """One replicate, labelled with its weight of lived experience."""
    return job.world.renewals.lived_weight, run_replicate(job)


def _lost_at_weight(job: Job) -> tuple[float, Replicate]:
    """A replicate that kills its process, labelled likewise."""
    return job.world.renewals.lived_weight, lost_replicate(job)


def _numbered(job: Job) -> tuple[int, dict]:
    """One preliminary run with its number."""
    return job.replicate, preliminary(job)


def held_against(request, table: SurvivalTable, done: list[Replicate]) -> pd.DataFrame:
    """Targets beside simulated values: the association's from the burn-in of these runs, the contract's from a cohort."""
    world, statistics = request.world, {}
    settled = np.array([part.settled for part in done if part.settled is not None])
    if request.scenario.stationary and len(settled):
        statistics |= association_statistics(*settled.T)
    contract = request.scenario if not request.scenario.stationary else scenario_named("contract")
    # As many people as the runs themselves have: a small comparison need not wait for what is known to the last decimal.
    people = min(CONTRACT_MEMBERS, max(FEWEST_IN_COHORT, request.scenario.members * request.replicates))
    contract = larger(contract, people)
    surviving = cohort_survival(contract, world, contract.fit_at(world.renewals.lived_weight), table.years, request.seed)
    statistics |= contract_statistics(surviving, table, people)
    return verdicts(statistics, table).sort_values("id", ignore_index=True)
