"""What holds of a run in every world: columns, rates, series and metrics stay within their declared bounds."""

import math

import numpy as np
import pytest
from conftest import PROCESSES, policies, some_of
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sim import Fit, Policy, RelationshipModel, Scenario, World
from sim import recording as series
from sim.metrics import METRICS
from sim.quantities import described


@st.composite
def worlds(draw):
    """Worlds in which anything may be as unusual as its range allows."""
    world = World()
    for name, group in vars(world).items():
        setattr(world, name, draw(some_of(type(group))))
    return world


scenarios = st.builds(
    Scenario,
    members=st.integers(40, 80),
    departments=st.sampled_from([1, 2, 5]),  # each number is compiled anew
    members_per_post=st.integers(5, 60),
    dues=st.floats(0, 5),
    outside_option=st.floats(-3, 3),
    stationary=st.booleans(),
    staff_follow_members=st.booleans(),
    shift_week=st.sampled_from([-1, 0, 30]),
    breach_week=st.sampled_from([-1, 0, 30]),
    breach=st.floats(0, 1),
    off=st.lists(st.sampled_from(PROCESSES), max_size=2, unique=True) | st.just([]),
)
fits = some_of(Fit)


def check_bounds(table):
    for name, column in table.kind.columns.items():
        cells = table[name]
        if column.high < np.inf:
            assert np.isfinite(cells).all(), f"{name} is not finite"
        assert not np.isnan(cells.astype(float)).any(), f"{name} is not a number"
        if cells.size:
            low, high = cells.min(), cells.max()
            assert column.low <= low and high <= column.high, f"{name}: {low} .. {high}"


def check_run(scenario, world, fit, policy, other, seed, weeks=60):
    """Run from one policy to another and look at every column, series and metric on the way."""
    model = RelationshipModel(scenario, world, policy, rng=seed, fit=fit)
    checks = []

    def check(model):
        for table in (*model.tables.values(), model.cases):
            check_bounds(table)
        assert (model.reputation >= 0.0).all() and (model.reputation <= 1.0).all()
        assert all(np.isfinite(getattr(model, name)).all() for name in ("trend", "centre", "expressed", "vision", "offer"))
        for name, what in described(Policy).items():
            assert (what.low <= model.enacted[name]).all() and (model.enacted[name] <= what.high).all(), name
        assert model.fund >= -1e-9 and 0.0 <= model.spending <= 1.5
        assert (1 <= model.opened).all() and (model.opened <= np.diff(model.first_post)).all()
        assert model.posts == model.opened.sum()
        checks.append(model.now)

    model.week.append(check)
    model.burn_in(12)
    arm = model.fork(other)
    arm.run_for(weeks)
    assert len(checks) == 12 + weeks
    tally = arm.record.rows[: arm.now]
    assert np.isfinite(tally).all()
    units = ("members", "people", "staff", "leaders", "posts", "requests", "parts", "failures", "projects", "complaints")
    counts = [place for place, entry in enumerate(series.SERIES) if entry.unit in units and "expected" not in entry.name]
    assert (tally[:, counts] >= 0).all()
    assert (tally[:, counts] == np.floor(tally[:, counts])).all()
    for part, whole in [(series.RENEWED, series.DUE), (series.EXPECTED, series.DUE), (series.FREE, series.PARTS),
                        (series.HANDED_OFF, series.PARTS), (series.RENEWED_FIRST, series.DUE_FIRST),
                        (series.UNRESOLVED, series.COMPLAINTS), (series.COMPLAINTS, series.LET_DOWNS),
                        (series.REFUSED, series.PARTS), (series.ADVISED, series.PARTS), (series.ADMITTED, series.PARTS),
                        (series.COVERED, series.PARTS), (series.FOUND_OUT, series.COVERED)]:  # fmt: skip
        assert (tally[:, part] <= tally[:, whole] + 1e-9).all(), series.SERIES[part].name
    for name, value in arm.metrics().items():
        low, high = (METRICS[name].low, METRICS[name].high) if name in METRICS else (0.0, 1.0)
        assert math.isnan(value) or low <= value <= high, f"{name} = {value}"


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a failing world is small anyway, and shrinking takes minutes
)  # fmt: skip
@given(scenarios, worlds(), fits, policies, policies, st.integers(0, 2**32 - 1))
def test_everything_stays_within_its_declared_bounds(scenario, world, fit, policy, other, seed):
    check_run(scenario, world, fit, policy, other, seed)


def unusual(cls, random, edges):
    """An instance of which half the quantities are drawn from their ranges, many of them at an end."""
    defaults, values = cls(), {}
    for name, what in described(cls).items():
        if random.random() < 0.5:
            continue
        value = random.choice([what.low, what.high]) if random.random() < edges else random.uniform(what.low, what.high)
        values[name] = int(value) if isinstance(getattr(defaults, name), int) else float(value)
    return cls(**values)


@pytest.mark.parametrize("seed", [*range(60), 113, 137, 235, 294, 306, 308, 447])
def test_everything_stays_within_its_declared_bounds_where_many_things_are_extreme(seed):
    """Hypothesis seldom draws dozens of numbers at the ends of their ranges at once; these worlds do."""
    random = np.random.default_rng(seed)
    world = World()
    for name, group in vars(world).items():
        setattr(world, name, unusual(type(group), random, 0.4))
    fit, policy, other = unusual(Fit, random, 0.3), unusual(Policy, random, 0.4), unusual(Policy, random, 0.4)
    scenario = Scenario(
        members=int(random.integers(40, 80)),
        departments=int(random.choice([1, 2, 5])),
        members_per_post=int(random.integers(5, 60)),
        dues=float(random.choice([0, 1, 5])),
        outside_option=float(random.uniform(-3, 3)),
        stationary=bool(random.random() < 0.7),
        staff_follow_members=bool(random.random() < 0.5),
        shift_week=int(random.choice([-1, 20])),
        shift_size=float(random.uniform(-6, 6)),
        breach_week=int(random.choice([-1, 20])),
        breach=float(random.choice([0.3, 1.0])),
    )
    check_run(scenario, world, fit, policy, other, seed, weeks=140 if seed % 6 == 0 else 60)
