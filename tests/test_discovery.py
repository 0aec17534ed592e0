"""Scenario discovery and sensitivity indices against cases whose answer is known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.analysis import discover, indices, points
from experiments.analysis.indices import problem

# --- PRIM ---


def known_box(n=2000, seed=2, names=4):
    """Cases exactly where x0 < .35 and x2 > .6: mass .14."""
    x = pd.DataFrame(np.random.default_rng(seed).random((n, names)), columns=[f"x{k}" for k in range(names)])
    return x, (x["x0"] < 0.35) & (x["x2"] > 0.6)


def test_a_known_box_is_found():
    x, cases = known_box()
    box = discover(x, cases).choose()
    assert set(box.limits) == {"x0", "x2"}
    assert box.limits["x0"] == (-np.inf, pytest.approx(0.35, abs=0.02))
    assert box.limits["x2"] == (pytest.approx(0.6, abs=0.02), np.inf)
    assert box.coverage > 0.95 and box.density > 0.95
    assert str(box).startswith("x0 at most 0.3") or str(box).startswith("x2 at least 0.")


def test_a_noisy_box_is_found_and_idle_parameters_are_told_by_their_p_value():
    x, inside = known_box(4000, seed=3)
    random = np.random.default_rng(9).random(4000)
    cases = np.where(inside, random < 0.8, random < 0.05)
    found = discover(x, cases)
    box = found.choose()
    assert box.density > 0.7 and box.coverage > 0.6
    test = found.explain(box).set_index("parameter")
    assert set(test.index[:2]) == {"x0", "x2"} and (test.loc[["x0", "x2"], "p_value"] < 1e-6).all()
    assert test.loc["x0", "density_without"] < box.density


def test_names_are_peeled_too():
    random = np.random.default_rng(4)
    x = pd.DataFrame({"policy": random.choice(["a", "b", "c"], 900), "x": random.random(900)})
    box = discover(x, (x["policy"] == "b") & (x["x"] > 0.5)).choose()
    assert box.limits["policy"] == frozenset({"b"})
    assert box.limits["x"][0] == pytest.approx(0.5, abs=0.02)


def test_choosing_by_density_gives_the_widest_box_that_is_dense_enough():
    x, cases = known_box()
    found = discover(x, cases)
    half = found.choose(density=0.5)
    assert half.density >= 0.5 and half.coverage >= found.choose().coverage
    noisy = discover(x, cases & (np.random.default_rng(0).random(len(x)) < 0.5))
    with pytest.raises(ValueError, match="the densest has"):
        noisy.choose(density=0.99)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 0.9))
def test_what_a_box_says_of_itself_is_so(seed, share):
    random = np.random.default_rng(seed)
    x = pd.DataFrame(random.random((200, 3)), columns=list("abc"))
    cases = random.random(200) < share
    found = discover(x, cases)
    for box in found.trajectory:
        inside = box.holds(x)
        assert inside.sum() == box.points >= 0.05 * 200
        assert box.density == pytest.approx(cases[inside].mean())
        assert box.coverage == pytest.approx(cases[inside].sum() / cases.sum())
    densities = [box.density for box in found.trajectory]
    assert densities == sorted(densities)


@pytest.mark.parametrize("cases", [np.zeros(10), np.ones(10)])
def test_nothing_to_tell_apart_is_refused(cases):
    with pytest.raises(ValueError, match="some must be and some must not"):
        discover(pd.DataFrame({"x": np.arange(10.0)}), cases)


def test_numbers_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="not finite"):
        discover(pd.DataFrame({"x": [1.0, np.nan, 3.0]}), [True, False, False])


# --- Sobol and Morris ---

ISHIGAMI = {f"x{k}": (-np.pi, np.pi) for k in (1, 2, 3)}


def ishigami(x):
    """Ishigami & Homma 1990, with a = 7 and b = 0.1; indices in closed form in :func:`analytic`."""
    a, b, c = x.to_numpy().T
    return np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


def analytic():
    """First-order and total indices of Ishigami's function."""
    one = 0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2
    two = 7**2 / 8
    joint = 0.1**2 * np.pi**8 * (1 / 18 - 1 / 50)
    total = one + two + joint
    return {"S1": [one / total, two / total, 0.0], "ST": [(one + joint) / total, two / total, joint / total]}


def test_sobol_indices_of_ishigami():
    assert analytic()["S1"] == pytest.approx([0.314, 0.442, 0.0], abs=5e-4)
    x = points("sobol", ISHIGAMI, 2048, seed=1, pairs=True)
    found = indices("sobol", ISHIGAMI, x, ishigami(x), pairs=True).set_index(["index", "parameter"])
    for index, expected in analytic().items():
        assert found.loc[index, "value"].to_numpy() == pytest.approx(expected, abs=0.02)
        assert (found.loc[index, "ci_low"] <= found.loc[index, "value"]).all()
    pairs = found.loc["S2"].set_index("parameter_2", append=True)["value"]
    assert pairs[("x1", "x3")] == pytest.approx(analytic()["ST"][2], abs=0.02)
    assert abs(pairs[("x1", "x2")]) < 0.02


def test_morris_on_a_plane_is_exact_and_sees_what_is_idle_and_what_bends():
    ranges = {"slope": (0.0, 2.0), "idle": (0.0, 1.0), "bends": (-1.0, 1.0)}
    x = points("morris", ranges, 20, seed=2)
    y = 3.0 * x["slope"] + np.abs(x["bends"])
    found = indices("morris", ranges, x, y).pivot(index="parameter", columns="index", values="value")
    assert found.loc["slope"].to_dict() == pytest.approx({"mu": 6.0, "mu_star": 6.0, "sigma": 0.0}, abs=1e-9)
    assert found.loc["idle"].to_dict() == pytest.approx({"mu": 0.0, "mu_star": 0.0, "sigma": 0.0}, abs=1e-9)
    assert found.loc["bends", "mu_star"] > abs(found.loc["bends", "mu"]) + 0.05 and found.loc["bends", "sigma"] > 0.1


@pytest.mark.parametrize(("method", "block"), [("morris", 4), ("sobol", 5)])
def test_a_failed_run_costs_its_trajectory_and_no_more(method, block):
    x = points(method, ISHIGAMI, 64, seed=3)
    y = ishigami(x)
    y[2 * block + 1] = np.nan
    kept = np.ones(len(x), bool)
    kept[2 * block : 3 * block] = False
    found = indices(method, ISHIGAMI, x, y)
    assert set(found["n_points"]) == {63 * block}
    pd.testing.assert_frame_equal(found, indices(method, ISHIGAMI, x[kept], y[kept]))
    assert not len(indices(method, ISHIGAMI, x, np.full(len(x), np.nan)))


def test_the_same_seed_gives_the_same_points_and_seed_0_is_a_seed():
    for method in ("morris", "sobol"):
        first, again = (points(method, ISHIGAMI, 8, seed=0) for _ in range(2))
        pd.testing.assert_frame_equal(first, again)
        assert not first.equals(points(method, ISHIGAMI, 8, seed=1))
        y = ishigami(first)
        pd.testing.assert_frame_equal(indices(method, ISHIGAMI, first, y, seed=0), indices(method, ISHIGAMI, first, y, seed=0))


def test_an_outcome_that_never_differs_has_no_causes():
    x = points("sobol", ISHIGAMI, 8)
    assert (indices("sobol", ISHIGAMI, x, np.full(len(x), 0.3))["value"] == 0.0).all()


def test_requests_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="power of 2"):
        points("sobol", ISHIGAMI, 100)
    with pytest.raises(ValueError, match="at least two"):
        problem({"x": (0, 1)})
    with pytest.raises(ValueError, match="no width"):
        problem({"x": (0, 1), "y": (1, 1)})
