"""The relationship policy simulator: the model. It knows nothing of Hydra, files, plots or the web."""

from sim.model import WEEK, Process, RelationshipModel
from sim.policy import Policy
from sim.scenario import Fit, Scenario
from sim.world import World

__all__ = ["WEEK", "Fit", "Policy", "Process", "RelationshipModel", "Scenario", "World"]
