"""Read by Python at its start where this folder is on the path: makes one run in ten raise, in workers too."""

import sim.metrics
from benchmarks.campaigns.failures import made_to_fail

sim.metrics.measure = made_to_fail(sim.metrics.measure)
