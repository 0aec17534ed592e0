"""How much keyed luck sharpens the contrast of two policies.

Both arms of a keyed pair are forked from one burnt-in model, so that everybody has the same luck in both. The arms of
an independent pair are models of their own seeds. The ratio says how many more independent pairs it takes to see the
same difference.
"""

from dataclasses import replace

import numpy as np
from joblib import Parallel, delayed

from experiments.settings.scenarios import scenario_named
from sim import Policy, RelationshipModel, World
from sim.processes.worklife import WorklifeParameters
from sim.steps import WEEKS

STRICT = Policy(strictness=1.0, coverage=0.0, guardrail=0.3, routing=0.0, information=0.0)
LOOSENED = Policy(strictness=0.3, coverage=1.0, guardrail=0.3, routing=1.0, information=1.0)
METRICS = ("retention_rate", "upside", "retention_expected")
BURN_IN, YEARS = 104, 5
FAR = 2**31  # seeds from here on belong to the second arm of independent pairs


def world_of(equal_staff: bool) -> World:
    """The association's world, or one in which all staff are alike."""
    alike = WorklifeParameters(skill_spread=0.0, empathy_spread=0.0, alignment_spread=0.0)
    return World(worklife=alike) if equal_staff else World()


def arm(settled: RelationshipModel, policy: Policy) -> list[float]:
    """The metrics of one policy, five years after it was adopted."""
    forked = settled.fork(policy)
    forked.run_for(YEARS * WEEKS)
    metrics = forked.metrics()
    return [metrics[name] for name in METRICS]


def settled(seed: int, equal_staff: bool, members: int) -> RelationshipModel:
    """The association of a seed after the burn-in."""
    model = RelationshipModel(replace(scenario_named("association"), members=members), world_of(equal_staff), rng=seed)
    model.burn_in(BURN_IN)
    return model


def one_pair(seed: int, equal_staff: bool, members: int) -> list[list[float]]:
    """Metrics of both arms with the same luck, and of a loosened arm with luck of its own."""
    model = settled(seed, equal_staff, members)
    stranger = settled(FAR + seed, equal_staff, members)
    return [arm(model, STRICT), arm(model, LOOSENED), arm(stranger, LOOSENED)]


def pair_variances(pairs: int, equal_staff: bool, members: int = 2000, workers: int = 2) -> dict[str, dict]:
    """Variance of the difference between arms, independent over keyed, for each metric.

    Returns
    -------
    dict of str to dict
        For each metric ``ratio`` and ``interval`` (2.5 % and 97.5 % by bootstrap over pairs).
    """
    jobs = (delayed(one_pair)(seed, equal_staff, members) for seed in range(1, pairs + 1))
    arms = np.array(Parallel(n_jobs=workers, batch_size=4)(jobs))  # (pairs, arms, metrics)
    keyed, independent = arms[:, 1] - arms[:, 0], arms[:, 2] - arms[:, 0]
    again = np.random.default_rng(1).integers(pairs, size=(2000, pairs))
    ratio = independent.var(axis=0, ddof=1) / keyed.var(axis=0, ddof=1)
    resampled = independent[again].var(axis=1, ddof=1) / keyed[again].var(axis=1, ddof=1)
    low, high = np.quantile(resampled, (0.025, 0.975), axis=0)
    return {
        name: {"ratio": float(ratio[k]), "interval": [float(low[k]), float(high[k])], "pairs": pairs}
        for k, name in enumerate(METRICS)
    }
