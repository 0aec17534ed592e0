"""Where runs are computed. The same bytes come out of each place; only the time it takes differs."""

from experiments.engines.base import Engine, JobLost, cores
from experiments.engines.registry import ENGINES, check_installed, opened
from experiments.engines.running import results
from experiments.engines.warming import needs_compiling, warm_up

__all__ = ["ENGINES", "Engine", "JobLost", "check_installed", "cores", "needs_compiling", "opened", "results", "warm_up"]
