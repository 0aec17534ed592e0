"""Ray: plain tasks on a cluster by its address, or on this computer."""

import os

from experiments.engines.base import Engine, JobLost

os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
import ray
from ray.exceptions import NodeDiedError, ObjectLostError, RayTaskError, WorkerCrashedError


def open_engine(settings, private=None) -> Engine:
    """Connect, or start Ray on this computer, reachable from this computer only."""
    return OnRay(settings)


class OnRay(Engine):
    """Jobs as Ray tasks; none is repeated by Ray itself."""

    def __init__(self, settings):
        super().__init__(settings)
        quiet = {"log_to_driver": False, "configure_logging": False, "ignore_reinit_error": False}
        if settings.address is None:
            os.environ.setdefault(
                "RAY_AUTH_MODE", "disabled"
            )  # loopback only; otherwise a token is left in the home folder
            os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
            ray.init(num_cpus=self.workers, include_dashboard=False, _node_ip_address="127.0.0.1", **quiet)
        else:
            ray.init(address=settings.address, **quiet)
            self.workers = max(1, int(ray.cluster_resources().get("CPU", 1)))
            self.ahead = 2 * self.workers
        self.remote = {}

    def submit(self, task, jobs):
        if task not in self.remote:
            self.remote[task] = ray.remote(num_cpus=1, max_retries=0)(task)
        return [self.remote[task].remote(job) for job in jobs]

    def wait(self, handles):
        done, _ = ray.wait(list(handles), num_returns=1)
        return done

    def result(self, handle):
        try:
            return ray.get(handle)
        except RayTaskError as error:
            raise error.cause from None
        except (WorkerCrashedError, NodeDiedError, ObjectLostError, ray.exceptions.OutOfMemoryError) as error:
            raise JobLost(f"a worker died ({type(error).__name__})") from None

    def close(self):
        ray.shutdown()
