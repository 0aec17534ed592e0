"""This computer: several processes at a time (joblib's loky), or this one process."""

import os
import signal
import sys
import threading
import time
from concurrent.futures import FIRST_COMPLETED, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial

from joblib.externals.loky import ProcessPoolExecutor
from joblib.externals.loky.process_executor import ShutdownExecutorError

from experiments.engines.base import Engine, JobLost

UNASKED = "ignore:resource_tracker:UserWarning"
"""Workers that are killed may leave a semaphore behind; loky's tracker, which inherits this, removes it and says so."""


def open_engine(settings, private=None) -> Engine:
    """One worker: in this process, where a debugger sees everything; otherwise a pool of processes."""
    engine = Processes(settings)
    return Here(settings) if engine.workers <= 1 else engine


def end_with(parent: int) -> None:
    """End this worker when the process that started it is gone: killed, it cannot tell its workers to stop."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class Here(Engine):
    """In this process, one job after the other. A job that kills its process kills this one."""

    isolated = False

    def __init__(self, settings, private=None):
        super().__init__(settings)
        self.workers = self.ahead = 1

    def submit(self, task, jobs):
        return [partial(task, job) for job in jobs]

    def wait(self, handles):
        return list(handles[:1])

    def result(self, handle):
        return handle()

    def close(self):
        pass


class Processes(Engine):
    """A pool of processes; a new one is made when a worker died."""

    def __init__(self, settings, private=None):
        super().__init__(settings)
        self.pool = None
        self.flying = set()

    def submit(self, task, jobs):
        handles = []
        for job in jobs:
            try:
                handles.append(self._pool().submit(task, job))
            except (BrokenProcessPool, ShutdownExecutorError):
                self._drop()
                handles.append(self._pool().submit(task, job))
        self.flying.update(handles)
        return handles

    def wait(self, handles):
        return list(wait(handles, return_when=FIRST_COMPLETED).done)

    def result(self, handle):
        self.flying.discard(handle)
        try:
            return handle.result()
        except (BrokenProcessPool, ShutdownExecutorError) as error:
            raise JobLost(f"a worker process died ({type(error).__name__})") from None

    def close(self):
        self._drop()

    def _pool(self):
        if self.pool is None:
            if UNASKED not in sys.warnoptions:
                sys.warnoptions.append(UNASKED)
            self.pool = ProcessPoolExecutor(max_workers=self.workers, initializer=end_with, initargs=(os.getpid(),))
        return self.pool

    def _drop(self):
        # Not shutdown(kill_workers=True): its manager thread then looks for work it has just thrown away (loky of
        # joblib 1.6.0, add_call_item_to_queue). A pool whose workers died ends in good order.
        pool, self.pool = self.pool, None
        if pool is None:
            return
        if self.flying:
            for process in list((pool._processes or {}).values()):
                with suppress(OSError):
                    os.kill(process.pid, signal.SIGKILL)
        pool.shutdown(wait=True)
        self.flying.clear()
