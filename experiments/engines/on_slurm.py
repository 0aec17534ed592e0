"""SLURM: arrays of jobs through submitit, or submitit's local executor to try the same path on one computer.

submitit hands jobs over as files, pickled by us and read by us only: in a folder that nobody else can read, which is
removed at the end. Nothing is ever read from such a file that a user names.
"""

import logging
import math
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import submitit
from submitit.core.utils import FailedJobError, UncompletedJobError

from experiments.engines.base import Engine, JobLost
from sim.quantities import OutOfRange

LONGEST_ARRAY = 1000
ASK_QUEUE = 10.0  # seconds between looks at the queue


def open_engine(settings, private=None) -> Engine:
    """An executor with a private folder in the folder for results (all nodes must see it)."""
    return OnSlurm(settings, private)


class OnSlurm(Engine):
    """Chunks of runs as array jobs."""

    def __init__(self, settings, private=None):
        super().__init__(settings, private)
        if settings.executor == "slurm" and shutil.which("sbatch") is None:
            remedy = "engine.executor=local tries the same path here"
            raise OutOfRange(f"engine.name=slurm is not usable: there is no sbatch on this computer; {remedy}")
        self.ahead = LONGEST_ARRAY
        if settings.executor == "local":
            self.ahead = self.workers  # submitit's local executor starts a process for every job it is given
        self.folder = Path(tempfile.mkdtemp(prefix=".submitit-", dir=private))  # mode 0700
        self.executor = submitit.AutoExecutor(folder=self.folder, cluster=settings.executor)
        self.executor.update_parameters(
            name="relsim", timeout_min=settings.minutes, mem_gb=settings.memory_gb, cpus_per_task=1
        )
        if settings.executor == "slurm":
            # The batch script names this very Python, whatever that of the nodes is: submitit's default.
            self.executor.update_parameters(slurm_array_parallelism=self.workers)
            if settings.partition:
                self.executor.update_parameters(slurm_partition=settings.partition)
            if settings.account:
                self.executor.update_parameters(slurm_account=settings.account)
        self.jobs, self.missing, self.asked = set(), set(), time.monotonic()
        # submitit asks sacct how jobs do, and warns each time where a cluster keeps no accounts; the queue tells as well.
        logging.getLogger("submitit").setLevel(logging.ERROR)

    def submit(self, task, jobs):
        made = self.executor.map_array(task, list(jobs))
        self.jobs |= set(made)
        return made

    def wait(self, handles):
        pause = 0.05
        while True:
            done = [job for job in handles if job.done()] or self.left_queue(handles)
            if done:
                return done
            time.sleep(pause)
            pause = min(2 * pause, 0.5 if self.settings.executor == "local" else 5.0)

    def left_queue(self, handles) -> list:
        """Jobs that twice in a row were no longer in the queue and have left no answer: cancelled, or their node is down."""
        if self.settings.executor == "local" or time.monotonic() < self.asked + ASK_QUEUE:
            return []
        self.asked = time.monotonic()
        listed = subprocess.run(
            ["squeue", "--noheader", "--array", "--format=%i"], capture_output=True, text=True, check=False
        )
        if listed.returncode != 0:
            return []
        there = set(listed.stdout.split())
        gone = {job for job in handles if job.job_id not in there}
        lost, self.missing = gone & self.missing, gone
        return list(lost)

    def result(self, job):
        self.jobs.discard(job)
        if job in self.missing and not job.paths.result_pickle.exists():
            raise JobLost("a job left the queue without an answer")
        try:
            return job.result()
        except FailedJobError as error:
            raise RuntimeError(str(error).splitlines()[-1]) from None
        except UncompletedJobError:
            raise JobLost("a job ended without an answer") from None

    def chunk_for(self, jobs):
        """A node starts in seconds, so it is given some dozens of runs or more."""
        return max(1, math.ceil(jobs / min(2 * self.workers, LONGEST_ARRAY)))

    def close(self):
        for job in self.jobs:
            try:
                job.cancel(check=False)
            except (OSError, RuntimeError):
                continue
        if self.folder.stat().st_uid == os.getuid():
            shutil.rmtree(self.folder, ignore_errors=True)
