"""One replicate: a burnt-in organisation, forked once for each policy, with the same members and the same luck."""

import hashlib
import json
from dataclasses import asdict, dataclass, field

import numpy as np
import pandas as pd

from experiments.fits.targets import burn_in_counts
from sim import Policy, RelationshipModel, Scenario, World
from sim.compiled import code_version
from sim.metrics import Outcome, measure
from sim.metrics.partners import value_by_tie
from sim.pairs import Tails, measure_pair
from sim.scenario import Fit
from sim.steps import WEEKS
from sim.timeline import Timeline

OWN_KEYS = 2**31  # replicates from here on are preliminary: never reported
SCHEMA = 1  # changes whenever a row of the same request would mean something else
TENTHS = 10
QUANTILES = np.round(np.arange(0.05, 0.96, 0.05), 2)


_digests: dict[int, tuple[object, str]] = {}


def _digest(part) -> str:
    """Digest of one part of a job. Remembered by object: thousands of replicates share their parts."""
    known = _digests.get(id(part))
    if known is not None and known[0] is part:
        return known[1]
    if len(_digests) > 256:
        _digests.clear()
    digest = hashlib.sha256(json.dumps(asdict(part)).encode()).hexdigest()
    _digests[id(part)] = part, digest
    return digest


@dataclass(frozen=True)
class Job:
    """What one replicate needs; small enough to be sent to another process."""

    scenario: Scenario
    world: World
    fit: Fit
    policies: dict[str, Policy | Timeline]
    years: int
    seed: int
    replicate: int
    tails: Tails | None = None
    world_name: str = "default"

    @property
    def reference(self) -> str:
        """Name of the reference policy: the first."""
        return next(iter(self.policies))

    def run_id(self, policy: str) -> str:
        """An r and fifteen hexadecimal digits that follow from everything a run depends on.

        The letter is for programs that read tables from text: digits with an e among them would pass for a number.
        """
        parts = [self.scenario, self.world, self.fit, self.policies[policy], self.policies[self.reference]]
        key = "|".join(map(_digest, parts)) + f"|{self.years}|{self.seed}|{self.replicate}|{SCHEMA}|{code_version()}"
        return "r" + hashlib.sha256(key.encode()).hexdigest()[:15]

    def row(self, policy: str) -> dict:
        """The columns that say which run this is."""
        return {
            "run_id": self.run_id(policy), "scenario": self.scenario.name, "policy": policy, "world": self.world_name,
            "replicate": self.replicate, "seed": self.seed, "status": "ok", "error": "",
        }  # fmt: skip


@dataclass
class Replicate:
    """What a replicate leaves behind."""

    number: int
    runs: list[dict] = field(default_factory=list)
    pairs: list[dict] = field(default_factory=list)
    weekly: list[pd.DataFrame] = field(default_factory=list)
    deciles: list[dict] = field(default_factory=list)
    quantiles: list[dict] = field(default_factory=list)
    survival: list[dict] = field(default_factory=list)
    settled: tuple[float, float, float, float] | None = None


def settled_organisation(job: Job) -> tuple[RelationshipModel, np.ndarray | None]:
    """The organisation at the switch, and the value of each relationship in the year before (None without a burn-in)."""
    model = RelationshipModel(job.scenario, job.world, job.policies[job.reference], job.seed, job.replicate, job.fit)
    if model.scenario.burn_in < WEEKS:
        model.burn_in()
        return model, None
    model.burn_in(model.scenario.burn_in - WEEKS)
    model.open_accounts()
    model.burn_in(WEEKS)
    members = model.tables["members"]
    alive = members["alive"]
    return model, (members["value_member"] + members["value_organisation"])[alive]


def run_replicate(job: Job) -> Replicate:
    """Run the reference and every other policy on one organisation, and measure runs and pairs.

    A run that raises is a row with its error; the others are kept.
    """
    done = Replicate(job.replicate)
    try:
        model, before = settled_organisation(job)
    except Exception as error:
        done.runs = [failed(job, policy, error) for policy in job.policies]
        return done
    if model.scenario.burn_in >= 2 * WEEKS:
        done.settled = burn_in_counts(model)
    reference = None
    for policy, levers in job.policies.items():
        try:
            arm = model.fork(levers)
            arm.run_for(WEEKS * job.years)
            outcome = arm.outcome()
            row = job.row(policy) | measure(outcome)
        except Exception as error:
            done.runs.append(failed(job, policy, error))
            continue
        done.runs.append(row)
        weekly = arm.record.to_dataframe(arm.switch, arm.now)
        weekly.insert(0, "run_id", row["run_id"])
        weekly.insert(1, "policy", policy)
        weekly.insert(2, "replicate", job.replicate)
        done.weekly.append(weekly)
        done.survival += survival(job, policy, outcome)
        if reference is None:
            reference = (row["run_id"], outcome) if policy == job.reference else None
        elif reference is not None:
            compare_arms(job, policy, row["run_id"], *reference, outcome, before, done)
    return done


def lost_replicate(job: Job) -> Replicate:
    """A replicate that kills whatever process computes it, as rows with that error."""
    error = RuntimeError("the process that computed this run died each time")
    return Replicate(job.replicate, runs=[failed(job, policy, error) for policy in job.policies])


def failed(job: Job, policy: str, error: Exception) -> dict:
    """A run that raised, as a row."""
    return job.row(policy) | {"status": "failed", "error": f"{type(error).__name__}: {error}".replace("\n", " ")[:500]}


def survival(job: Job, policy: str, outcome: Outcome) -> list[dict]:
    """Share of the cohort still members after 0, 1, 2 ... years; who comes back has left all the same."""
    left = outcome.first_left()[outcome.cohort]
    place = {"policy": policy, "replicate": job.replicate}
    return [
        place | {"year": year, "share": float(np.mean((left < 0) | (left >= outcome.switch + WEEKS * year)))}
        for year in range(job.years + 1)
    ]


def compare_arms(job, policy, run_id, reference_id, reference: Outcome, outcome: Outcome, before, done: Replicate) -> None:
    """The pair's metrics, who gained by rank before the switch, and the difference of the two distributions."""
    place = {"policy": policy, "replicate": job.replicate}
    same_luck = {"scenario": job.scenario.name, "world": job.world_name, "seed": job.seed}
    ids = {"reference_run_id": reference_id, "policy_run_id": run_id, "reference": job.reference}
    if job.tails is not None:
        done.pairs.append(ids | place | same_luck | measure_pair(reference, outcome, job.tails))
    gap = np.quantile(outcome.surplus, QUANTILES) - np.quantile(reference.surplus, QUANTILES)
    done.quantiles += [place | {"quantile": q, "difference": d} for q, d in zip(QUANTILES, gap, strict=True)]
    if before is None:
        return
    gain = outcome.surplus - reference.surplus
    for tenth, rows in enumerate(np.array_split(np.argsort(before, kind="stable"), TENTHS), start=1):
        if len(rows):
            low, high = np.quantile(gain[rows], (0.1, 0.9))
            tails = {"difference_low_tail": float(low), "difference_high_tail": float(high)}
            done.deciles.append(place | {"decile": tenth, "difference": float(gain[rows].mean())} | tails)


def preliminary(job: Job) -> dict[str, np.ndarray | float]:
    """A reference run with keys of its own: values of the cohort, and the medians behind reasons for leaving."""
    model, _ = settled_organisation(job)
    members = model.tables["members"]
    alive = members["alive"]
    medians = {name: float(np.median(members[name][alive])) for name in ("commitment", "belief")}
    arm = model.fork(job.policies[job.reference])
    arm.run_for(WEEKS * job.years)
    outcome = arm.outcome()
    return {"surplus": outcome.surplus, "per_request": outcome.per_request(), "per_tie": value_by_tie(outcome)} | medians


def tails_of(runs: list[dict]) -> Tails:
    """Where the tails begin, from all people of all preliminary runs."""
    surplus = np.concatenate([run["surplus"] for run in runs])
    per_request = np.concatenate([run["per_request"] for run in runs])
    low, high = np.quantile(surplus, (0.1, 0.9))
    low_request, high_request = np.quantile(per_request, (0.1, 0.9)) if len(per_request) else (np.nan, np.nan)  # nobody asked
    per_tie = np.concatenate([run["per_tie"] for run in runs])
    ties = tuple(map(float, np.quantile(per_tie, (0.1, 0.9)))) if len(per_tie) else ()
    return Tails(float(low), float(high), float(low_request), float(high_request), *ties)
