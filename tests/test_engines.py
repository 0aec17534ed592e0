"""Engines: the same bytes from each, whatever dies on the way. Ray is tested in ``make test-more``."""

import math
import os
import time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.campaigns import same_bytes
from benchmarks.campaigns.doing import do, request_for, trivial
from experiments import door
from experiments.engines import ENGINES, JobLost, opened, results
from experiments.engines.base import Engine as AnyEngine
from experiments.engines.running import ALONE, TOGETHER
from experiments.settings.schema import Engine
from experiments.sweeps.cells import Chunk

MORE = os.environ.get("RELSIM_MORE") == "1"
EACH = ["local", "dask", "slurm", pytest.param("ray", marks=pytest.mark.skipif(not MORE, reason="ray: make test-more"))]


@pytest.fixture
def processes_start_sooner(monkeypatch):
    """Worker processes that compute nothing of the model need no compiler."""
    monkeypatch.setenv("RELSIM_COMPILE", "0")


def square(job: int) -> int:
    return job * job


@pytest.mark.parametrize("engine", EACH[1:])  # the one below looks at local
@pytest.mark.filterwarnings("default")  # of the engines' own making, on other threads
def test_an_engine_gives_the_bytes_of_one_process(tmp_path, engine, processes_start_sooner):
    _, expected = do(tmp_path / "here", request_for(2, 30, "engine.workers=1"), trivial)
    words = [
        f"engine={engine}",
        "engine.workers=2",
        "engine.executor=local",
        f"engine.chunk={30 if engine == 'slurm' else 7}",
    ]
    assert do(tmp_path / "there", request_for(2, 30, *words), trivial)[1] == expected
    assert not [path for path in (tmp_path / "there").iterdir() if path.name.startswith(".submitit")]


@pytest.mark.parametrize("engine", ["local", *EACH[3:]])
def test_an_interrupted_sweep_goes_on_to_the_same_bytes(tmp_path, engine, processes_start_sooner):
    ways = [[f"engine={engine}", "engine.workers=2", "engine.chunk=7"]]
    found = same_bytes.same_bytes(tmp_path, ways, 2, 30, interruptions=1, compute=trivial)
    assert found["digests"] == 1


@pytest.mark.parametrize("engine", ["local", *EACH[3:]])
def test_a_run_that_kills_its_process_is_one_failed_row(tmp_path, engine, processes_start_sooner):
    found = same_bytes.poisoned(tmp_path, engine, replicates=4, chunk=1)
    assert (found["rows"], found["failed_rows"], found["the_right_one"]) == (8, 1, True)


@pytest.mark.parametrize("engine", ["local", *EACH[3:]])
def test_killed_workers_cost_no_rows(tmp_path, engine, processes_start_sooner):
    found = same_bytes.killed_workers(tmp_path, engine, 1, 0.3, 10, replicates=100)
    assert (found["failed_rows"], found["lost_or_doubled"], found["digests_differ"]) == (0, 0, 0)


def test_every_job_comes_back_once_and_one_that_raises_says_so_itself(processes_start_sooner):
    with opened(Engine(workers=2)) as engine:
        assert sorted(results(square, range(20), engine)) == [k * k for k in range(20)]
        with pytest.raises(TypeError):
            list(results(square, ["a", "b"], engine))


class Deadly(AnyEngine):
    """An engine in this process: what is handed over dies if it holds poison, and once for each stray bullet."""

    def __init__(self, poison, bullets=0):
        super().__init__(Engine(workers=2))
        self.poison, self.bullets, self.handed_over = poison, bullets, 0

    def submit(self, task, jobs):
        self.handed_over += len(jobs)
        return [job.units for job in jobs]

    def wait(self, handles):
        return handles[:1]

    def result(self, handle):
        if self.poison & set(handle):
            raise JobLost
        if self.bullets:
            self.bullets -= 1
            raise JobLost
        return handle

    def close(self):
        pass


@given(st.integers(1, 400), st.integers(1, 150), st.sets(st.integers(0, 399), max_size=3), st.integers(0, 2))
def test_what_kills_its_process_is_found_in_few_steps_and_nothing_else_is_blamed(runs, chunk, poison, bullets):
    chunks = [Chunk("", None, tuple(range(first, min(runs, first + chunk)))) for first in range(0, runs, chunk)]
    engine, blamed = Deadly(poison, bullets), []
    found = results(square, chunks, engine, split=Chunk.split, lost=lambda job: blamed.append(job.units) or job.units)
    assert sorted(unit for units in found for unit in units) == list(range(runs))
    guilty = {unit for unit in poison if unit < runs}
    assert sorted(blamed) == [(unit,) for unit in sorted(guilty)]
    # Each is halved again and again, both halves tried; a stray bullet costs one more try, or one halving.
    steps = 2 * math.ceil(math.log2(max(2, chunk))) + ALONE
    assert engine.handed_over <= TOGETHER * len(chunks) + (len(guilty) + bullets) * (steps + 1)


def unhurried(job: int) -> int:
    time.sleep(0.5)
    return job


@pytest.mark.filterwarnings("default")
def test_a_dask_cluster_without_workers_is_begun_anew(monkeypatch, processes_start_sooner):
    """Dask replaces a worker that died, but not one that died while it was starting."""
    monkeypatch.setattr("experiments.engines.on_dask.LOOK_AGAIN", 0.1)
    with opened(Engine(name="dask", workers=1)) as engine:
        first, present = engine.cluster, engine._present
        monkeypatch.setattr(engine, "_present", lambda: present() if engine.cluster is not first else 0)
        assert sorted(results(unhurried, range(3), engine)) == [0, 1, 2]
        assert engine.cluster is not first


def test_jobs_are_taken_only_as_fast_as_they_are_computed():
    taken = []
    with opened(Engine(workers=1)) as engine:
        for _ in results(square, (taken.append(k) or k for k in range(100)), engine, total=100):
            assert len(taken) <= 2
            taken.clear()


def test_compare_runs_on_any_engine(tmp_path, no_report):
    small = ["policies=[loosened_holistic]", "scenario.members=30", "scenario.burn_in=0", "years=1", "replicates=2", "preliminary=2",
             "targets=false", "line=false"]  # fmt: skip
    for name, words in {"here": ["engine.workers=1"], "there": ["engine=dask", "engine.workers=2"]}.items():
        assert door.main(["compare", *small, *words, f"out={tmp_path / name}"]) == 0
    for name in ("runs.parquet", "pairs.parquet", "weekly.parquet"):
        here, there = (pd.read_parquet(tmp_path / place / name) for place in ("here", "there"))
        pd.testing.assert_frame_equal(here, there, check_exact=True, obj=name)  # says which column, if one
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()


def test_an_engine_whose_package_is_missing_says_what_to_install(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(ENGINES, "ray", ("experiments.engines.on_nothing", "a_package_that_is_not_there"))
    assert door.main(["sweep", "engine=ray", "replicates=1", f"out={tmp_path / 'out'}"]) == 2
    assert "pip install 'relsim[ray]'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_address_where_nobody_answers_is_refused_in_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("experiments.engines.on_dask.PATIENCE", 1)
    assert (
        door.main(
            ["sweep", "engine=dask", "engine.address=tcp://127.0.0.1:9", "replicates=1", f"out={tmp_path / 'out'}"]
        )
        == 2
    )
    assert "no Dask scheduler answers there" in capsys.readouterr().err
