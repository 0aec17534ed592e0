"""What is measured: one function a metric, with unit, range and which direction is better."""

from sim.metrics import community, entry, keeping, market, members, organisation, partners
from sim.metrics.members import satisfaction
from sim.outcome import METRICS, Metric, Outcome, mean_of, measure, metric

__all__ = [
    "METRICS", "Metric", "Outcome", "community", "entry", "keeping", "market", "mean_of", "measure", "members", "metric", "organisation",
    "partners",
    "satisfaction",
]  # fmt: skip
