"""The model in a notebook: a model ready to run, and comparisons as tidy tables."""

from dataclasses import dataclass

import pandas as pd

from experiments.fits.tables import published
from experiments.runs.answer import answer
from experiments.runs.comparing import compare
from experiments.runs.comparison import Comparison
from experiments.runs.statistics import paired
from experiments.settings.guard import WrongRequest
from sim import RelationshipModel


def load(*overrides: str) -> RelationshipModel:
    """A model as ``relsim compare`` would set it up, settled under the reference, following one policy.

    Parameters
    ----------
    *overrides : str
        What would be typed: ``load("scenario=contract", "policy=loosened_holistic", "seed=3")``.

    Returns
    -------
    RelationshipModel
        At the switch: ``model.run_for(52)`` runs the first year of the policy.
    """
    chosen = [text.removeprefix("policy=") for text in overrides if text.startswith("policy=")]
    rest = [text for text in overrides if not text.startswith("policy=")]
    request = _request([*rest, f"policies=[{','.join(chosen) or 'conventional'}]"])
    reference, *others = request.policy_set.values()
    fit = request.scenario.fit_at(request.world.renewals.lived_weight)
    model = RelationshipModel(request.scenario, request.world, reference, rng=request.seed, fit=fit)
    model.burn_in()
    return model.fork(others[0] if others else reference)


@dataclass(frozen=True)
class Result:
    """A comparison in memory."""

    comparison: Comparison

    @property
    def paired(self) -> pd.DataFrame:
        """Paired differences, one row a policy and metric."""
        return paired(self.comparison)

    @property
    def runs(self) -> pd.DataFrame:
        """One row a run."""
        return self.comparison.runs

    def answer(self) -> str:
        """The answer in a sentence."""
        return answer(self.comparison)

    def plot(self, figure: str = "differences"):
        """A figure of the report: differences, survival, who_gains, tails, cost_and_benefit, factors."""
        from experiments.figures import FIGURES

        return FIGURES[figure](self.comparison)


def compare_in_memory(policies: list[str], *overrides: str) -> Result:
    """Compare policies with the reference, in memory: ``from experiments import compare; compare([...], "replicates=10")``.

    Targets and the line of lived weights are left out unless asked for (``"line=true"``).
    """
    if isinstance(policies, str):
        raise WrongRequest(f'policies={policies!r} is one name: give a list, compare(["{policies}"])')
    for text in overrides:
        if text.partition("=")[0].lstrip("+") in ("policies", "policy", "out"):
            raise WrongRequest(f"{text} has no part here: policies are the first argument, and results stay in memory")
    request = _request(["targets=false", "line=false", *overrides, f"policies=[{','.join(policies)}]"])
    return Result(compare(request, published()))


def _request(overrides: list[str]):
    from experiments.settings.composing import request_of
    from experiments.settings.folders import config_folders
    from experiments.settings.schema import CompareRequest

    return request_of("compare", overrides, CompareRequest, config_folders())
