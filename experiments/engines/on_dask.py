"""Dask: a scheduler by its address, or a cluster on this computer that only this computer can reach."""

import logging

import dask
import distributed
from distributed import Client, LocalCluster
from distributed.scheduler import KilledWorker

from experiments.engines.base import Engine, JobLost
from sim.quantities import OutOfRange

PATIENCE = 20  # seconds until a scheduler has answered


def open_engine(settings, private=None) -> Engine:
    """Connect, or start a cluster of processes bound to the loopback address."""
    return OnDask(settings)


class OnDask(Engine):
    """Jobs as Dask futures."""

    def __init__(self, settings):
        super().__init__(settings)
        self.cluster = None
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # a worker that died is told as a row, not as a log
        # A lost job comes back to us at once: who is to blame is found out in experiments.engines.running.
        self.config = dask.config.set({"distributed.scheduler.allowed-failures": 0})
        if settings.address is None:
            self.cluster = LocalCluster(
                n_workers=self.workers, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None,
                silence_logs=logging.CRITICAL,
            )  # fmt: skip
        try:
            self.client = Client(self.cluster or settings.address, timeout=PATIENCE)
        except (OSError, ValueError, TimeoutError) as error:
            raise OutOfRange(
                f"engine.address={settings.address} is not usable: no Dask scheduler answers there ({error})"
            ) from None
        if settings.address is not None:
            self.workers = max(1, len(self.client.scheduler_info(n_workers=-1)["workers"]))
            self.ahead = 2 * self.workers

    def submit(self, task, jobs):
        return self.client.map(task, list(jobs), pure=False, retries=0)

    def wait(self, handles):
        return list(distributed.wait(handles, return_when="FIRST_COMPLETED").done)

    def result(self, handle):
        try:
            return handle.result()
        except (KilledWorker, distributed.client.FutureCancelledError) as error:
            raise JobLost(f"a worker died ({type(error).__name__})") from None

    def close(self):
        self.client.close()
        if self.cluster is not None:
            self.cluster.close()
        self.config.__exit__(None, None, None)
