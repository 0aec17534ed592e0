"""What people bring along, whatever an organisation does: read from their identity and from tables of quantiles."""

import math
from functools import cache, lru_cache

import numpy as np

from sim.compiled import kernel
from sim.luck import decision, normal

TRAITS = decision("founding.traits")
RATE_FLOOR, RATE_CUT = 1e-6, 6.0  # nobody asks less or more often than this, times the mean
NODES, REACH = 4097, 6.5  # quantile tables: nodes, and normal quantiles they reach to (a 32-bit uniform reaches 6.4)


@cache
def node_chances() -> np.ndarray:
    """Uniforms at the nodes of quantile tables: evenly spaced on the normal scale, so that tails are resolved."""
    return np.array([0.5 * math.erfc(-z / math.sqrt(2.0)) for z in np.linspace(-REACH, REACH, NODES)])


@lru_cache(maxsize=64)
def rate_quantiles(shape: float) -> np.ndarray:
    """Cumulative distribution of a gamma variable of mean 1, cut at :data:`RATE_CUT`, on a grid of its logarithm."""
    log_rate = np.linspace(math.log(RATE_FLOOR), math.log(RATE_CUT), 4001)
    density = np.exp(shape * log_rate - shape * np.exp(log_rate))
    steps = 0.5 * (density[1:] + density[:-1])
    cumulative = np.concatenate([[0.0], np.cumsum(steps)])
    return np.interp(node_chances(), cumulative / cumulative[-1], np.exp(log_rate))


@kernel
def quantile(nodes, chance):
    """Quantile read from a table at evenly spaced normal quantiles, straight between its nodes."""
    place = (normal(chance) + REACH) * (len(nodes) - 1) / (2.0 * REACH)
    node = min(max(int(place), 0), len(nodes) - 2)
    return nodes[node] + (place - node) * (nodes[node + 1] - nodes[node])
