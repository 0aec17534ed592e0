"""The store in trouble: short forms of the campaigns in benchmarks/campaigns."""

import pytest

from benchmarks.campaigns import damage, killing, rivals, scale
from benchmarks.campaigns.doing import counted, do, request_for
from experiments.settings.guard import WrongRequest
from experiments.sweeps.parts import Damaged, part_of, table_of
from experiments.sweeps.store import Store, name_of


@pytest.fixture(autouse=True)
def processes_start_sooner(monkeypatch):
    """Worker processes of these tests compute nothing of the model, so they need no compiler."""
    monkeypatch.setenv("RELSIM_COMPILE", "0")


def test_a_fault_at_any_write_flush_or_rename_leaves_a_store_that_resumes(tmp_path):
    found = killing.faults(tmp_path, every=13, kinds=("ENOSPC", "EIO", "half"))
    assert found["points"] >= 40
    assert (found["inconsistent"], found["digests_differ"], found["silent"]) == (0, 0, 0)


def test_killed_at_random_moments_nothing_is_lost_or_doubled(tmp_path):
    found = killing.random_kills(1, tmp_path, points=2, replicates=100, workers=1)
    assert found["kills"] == 1
    assert (found["lost"], found["doubled"], found["digests_differ"], found["broken_resumes"]) == (0, 0, 0, 0)


def test_damage_is_noticed_and_only_damaged_parts_are_computed_again(tmp_path):
    found = damage.damage(tmp_path, 12, replicates=30)
    assert (found["noticed"], found["too_much_computed"], found["digests_differ"]) == (12, 0, 0)


def test_two_processes_on_one_store_and_a_stale_lock(tmp_path):
    found = rivals.two_at_once(tmp_path, 2, replicates=60)
    assert (found["lost_or_doubled"], found["wrong_exits"], found["digests"], found["stale_locks_taken_over"]) == (
        0,
        0,
        1,
        1,
    )


def test_a_store_that_is_being_worked_on_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("experiments.sweeps.store.PATIENCE", 0.2)
    do(tmp_path, request_for(1, 3, "engine.workers=1"))
    one, two = Store(tmp_path), Store(tmp_path)
    with one.locked():
        assert two.busy()
        with pytest.raises(WrongRequest, match="is being worked on by process"):
            with two.locked():
                pass
    assert not two.busy()
    with two.locked():
        pass


def test_a_part_of_another_plan_is_noticed(tmp_path):
    do(tmp_path / "one", request_for(1, 4, "engine.workers=1", "engine.chunk=4"))
    _, expected = do(tmp_path / "two", request_for(1, 4, "engine.workers=1", "engine.chunk=4", "seed=9"))
    (part,) = (path for path in (tmp_path / "one" / "parts").glob("*.parquet") if path.name != "points.parquet")
    (tmp_path / "two" / "parts" / part.name).write_bytes(part.read_bytes())
    store = Store(tmp_path / "two")
    assert len(store.scan(store.plan())[2]) == 1
    assert do(tmp_path / "two", request_for(1, 4, "engine.workers=1", "engine.chunk=4", "seed=9"))[1] == expected
    assert counted(tmp_path / "two") == (4, 4, 0)


def test_parts_are_what_was_written_or_damaged():
    content = part_of(
        [{"run_id": "a", "point": 0, "replicate": 1, "status": "ok", "margin": 0.25}, {"run_id": "b", "point": 1}],
        "key",
    )
    assert table_of(content, "key").to_pylist()[0] == {
        "run_id": "a",
        "point": 0,
        "replicate": 1,
        "status": "ok",
        "margin": 0.25,
    }
    assert name_of(content) == name_of(bytes(content)) and len(name_of(content)) == 32
    for wrong in (content[:-1], b"", content[:100]):
        with pytest.raises(Damaged):
            table_of(wrong, "key")
    with pytest.raises(Damaged, match="another plan"):
        table_of(content, "other")


def test_a_run_costs_little_beside_the_model(tmp_path):
    found = scale.many(tmp_path, 2000)
    assert found["runs"] == 2000
    assert found["files"] < 1100
    assert found["resume_scan_s"] < 5
