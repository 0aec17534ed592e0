"""Dask: a scheduler by its address, or a cluster on this computer that only this computer can reach."""

import logging

import dask
import distributed
from distributed import Client, LocalCluster
from distributed.scheduler import KilledWorker

from experiments.engines.base import Engine, JobLost
from sim.quantities import OutOfRange

PATIENCE = 20  # seconds until a scheduler has answered
ATTEMPTS = 10  # to start a cluster of our own
LOOK_AGAIN = 5  # seconds without a result after which we look whether there are workers


def open_engine(settings, private=None) -> Engine:
    """Connect, or start a cluster of processes bound to the loopback address."""
    return OnDask(settings)


class OnDask(Engine):
    """Jobs as Dask futures."""

    def __init__(self, settings):
        super().__init__(settings)
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # a worker that died is told as a row, not as a log
        # A lost job comes back to us at once: who is to blame is found out in experiments.engines.running.
        self.config = dask.config.set({"distributed.scheduler.allowed-failures": 0})
        self.address = settings.address
        self.gone: set = set()
        self._connect()
        if settings.address is not None:
            self.workers = max(1, self._present())
            self.ahead = 2 * self.workers

    def _connect(self) -> None:
        """A client of the scheduler there is, or of a cluster of our own."""
        self.cluster = self._cluster_of_our_own() if self.address is None else None
        try:
            self.client = Client(self.cluster or self.address, timeout=PATIENCE)
        except (OSError, ValueError, TimeoutError) as error:
            raise OutOfRange(
                f"engine.address={self.address} is not usable: no Dask scheduler answers there ({error})"
            ) from None

    def _cluster_of_our_own(self) -> LocalCluster:
        """Processes of this computer; begun again where one of them dies while it starts."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return LocalCluster(
                    n_workers=self.workers, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None,
                    silence_logs=logging.CRITICAL,
                )  # fmt: skip
            except (OSError, RuntimeError, TimeoutError):
                if attempt == ATTEMPTS:
                    raise

    def _present(self) -> int:
        """Workers there are."""
        return len(self.client.scheduler_info(n_workers=-1)["workers"])

    def submit(self, task, jobs):
        return self.client.map(task, list(jobs), pure=False, retries=0)

    def wait(self, handles):
        while True:
            try:
                return list(distributed.wait(handles, timeout=LOOK_AGAIN, return_when="FIRST_COMPLETED").done)
            except TimeoutError:
                if self.cluster is None or self._present() > 0:
                    continue
            # Dask does not replace a worker that died while it was starting: with the last of them everything would
            # wait for ever. What was under way is lost and comes back as such.
            self._leave()
            self._connect()
            self.gone = set(handles)
            return list(handles)

    def result(self, handle):
        if handle in self.gone:
            raise JobLost("all workers died")
        try:
            return handle.result()
        except (KilledWorker, distributed.client.FutureCancelledError) as error:
            raise JobLost(f"a worker died ({type(error).__name__})") from None

    def close(self):
        self._leave()
        self.config.__exit__(None, None, None)

    def _leave(self) -> None:
        self.client.close()
        if self.cluster is not None:
            self.cluster.close()
