"""Keyed luck: the generator is the published one, its draws behave as independent uniforms, and nobody shares them."""

import importlib
import math
import pkgutil
import re

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import special, stats

import sim.processes
from sim.luck import decision, draws, normal, philox, poisson
from sim.processes.growth import COUNTED, arrivals

WHAT, OTHER = decision("test.one"), decision("test.other")
FULL = 2**32 - 1
words = st.integers(0, FULL)
shorts = st.integers(0, 65535)
units = st.integers(0, FULL).map(lambda word: (word + 0.5) * 2.0**-32)


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ((0,) * 4, (0,) * 2, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((FULL,) * 4, (FULL,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_the_generator_gives_the_published_answers_of_random123(counter, key, expected):
    assert tuple(philox(*counter, *key)) == expected


def philox_in_whole_numbers(counter, key):
    """The definition of Philox4x32-10 in Python's unbounded integers: nothing wraps, nothing is masked by accident."""
    for turn in range(10):
        high_0, low_0 = divmod(0xD2511F53 * counter[0], 2**32)
        high_1, low_1 = divmod(0xCD9E8D57 * counter[2], 2**32)
        keys = [(key[0] + turn * 0x9E3779B9) % 2**32, (key[1] + turn * 0xBB67AE85) % 2**32]
        counter = (high_1 ^ counter[1] ^ keys[0], low_1, high_0 ^ counter[3] ^ keys[1], low_0)
    return counter


@settings(max_examples=300, deadline=None)
@given(st.tuples(words, words, words, words), st.tuples(words, words))
def test_the_generator_equals_its_definition_for_any_counter_and_key(counter, key):
    assert tuple(philox(*counter, *key)) == philox_in_whole_numbers(counter, key)


@settings(max_examples=200, deadline=None)
@given(st.tuples(words, words), words, shorts, words, words, shorts)
def test_a_draw_lies_strictly_between_0_and_1_and_is_the_same_when_asked_again(luck, what, week, person, second, nth):
    chances = draws(luck, what, week, person, second, nth)
    assert all(0.0 < chance < 1.0 for chance in chances)
    assert all(math.isfinite(normal(chance)) and math.isfinite(math.log(chance)) for chance in chances)
    assert draws(luck, what, week, person, second, nth) == chances


keys = st.tuples(words, words, words, shorts, words, words, shorts)


@settings(max_examples=300, deadline=None)
@given(keys, keys, st.integers(0, 6))
def test_whoever_differs_in_one_part_of_the_key_has_other_luck(one, other, part):
    changed = (*one[:part], other[part], *one[part + 1 :])
    assume(changed != one)
    first, second = (draws(key[:2], *key[2:]) for key in (one, changed))
    assert first != second


def test_no_week_and_ordinal_stand_for_another_week_and_ordinal():
    """Both share a word of the counter: no request of week 0, however late, may be the first of another week."""
    powers = sorted({0, 3, 52, 65535, *(2**k for k in range(16)), *(2**k - 1 for k in range(2, 16))})
    places = [(week, ordinal) for week in powers for ordinal in powers]
    assert len({draws((1, 0), WHAT, week, 5, 0, ordinal) for week, ordinal in places}) == len(places)


def sample(count, **first):
    """Draws for ``count`` persons, four words each: array of shape (count, 4)."""
    key = {"seed": 1, "replicate": 0, "what": WHAT, "week": 0, "person": 0, "second": 0, "ordinal": 0} | first
    luck = (key["seed"], key["replicate"])
    return np.array(
        [draws(luck, key["what"], key["week"], key["person"] + i, key["second"], key["ordinal"]) for i in range(count)]
    )


NEIGHBOURS = [
    {"seed": 2}, {"replicate": 1}, {"what": OTHER}, {"week": 1}, {"person": 1}, {"second": 1}, {"ordinal": 1},
    {"seed": 2**31}, {"week": 52}, {"person": 2**31},
]  # fmt: skip
COUNT = 20_000


@pytest.fixture(scope="module")
def own():
    return sample(COUNT)


def test_draws_are_uniform(own):
    for word in range(4):
        assert stats.kstest(own[:, word], "uniform").pvalue > 1e-3
    bins = np.bincount((own * 1024).astype(int).ravel(), minlength=1024)
    assert stats.chisquare(bins).pvalue > 1e-3


@pytest.mark.parametrize("step", NEIGHBOURS, ids=lambda step: "-".join(f"{k}+{v}" for k, v in step.items()))
def test_neighbours_have_unrelated_luck(own, step):
    """The next person, week, request, seed, replicate or decision: no correlation, and all pairs equally likely."""
    start = {"seed": 1, "what": 0} | {name: 0 for name in step if name not in ("seed", "what")}
    other = sample(COUNT, **{name: value if name in ("seed", "what") else start[name] + value for name, value in step.items()})
    for word in range(4):
        mine, theirs = own[:, word], other[:, word]
        assert abs(np.corrcoef(mine, theirs)[0, 1]) < 4.5 / math.sqrt(COUNT)
        cells = np.bincount((mine * 16).astype(int) * 16 + (theirs * 16).astype(int), minlength=256)
        assert stats.chisquare(cells).pvalue > 1e-4


def test_the_four_words_of_a_draw_are_unrelated(own):
    correlations = np.corrcoef(own.T)[np.triu_indices(4, 1)]
    assert np.abs(correlations).max() < 4.5 / math.sqrt(COUNT)
    octants = ((own > 0.5) * [1, 2, 4, 8]).sum(axis=1)
    assert stats.chisquare(np.bincount(octants, minlength=16)).pvalue > 1e-3


def test_one_persons_weeks_are_serially_unrelated():
    weeks = np.array([draws((1, 0), WHAT, week, 17, 0, 0)[0] for week in range(COUNT)])
    for lag in (1, 2, 13, 52):
        assert abs(np.corrcoef(weeks[:-lag], weeks[lag:])[0, 1]) < 4.5 / math.sqrt(COUNT)


def test_birthdays_are_spaced_as_among_strangers():
    """Marsaglia's birthday spacings, 4,096 birthdays in a year of 2**32 days: equal spacings are Poisson of mean 4."""
    rounds, birthdays, equal = 40, 4096, 0
    for turn in range(rounds):
        days = np.sort((sample(birthdays // 4, week=turn).ravel() * 2.0**32).astype(np.int64))
        spacings = np.sort(np.diff(days))
        equal += int((np.diff(spacings) == 0).sum())
    mean = rounds * birthdays**3 / (4 * 2.0**32)
    assert 1e-4 < stats.poisson.cdf(equal, mean) < 1 - 1e-4


def decisions_in(path):
    """Names of decisions in a source: ``decision("a.b")``, or ``decision(f"a.{what}") for what in ("b", "c")``."""
    source = path.read_text(encoding="utf-8")
    names = re.findall(r"(?<!def )\bdecision\(\"([^\"]+)\"\)", source)
    several = re.findall(r"\bdecision\(f\"(\w+)\.\{what\}\"\)\s+for what in \(([^)]+)\)", source)
    names += [f"{group}.{what}" for group, whats in several for what in re.findall(r"\"(\w+)\"", whats)]
    assert len(re.findall(r"(?<!def )\bdecision\(", source)) == len(names) - sum(len(re.findall(",", w)) for _, w in several)
    return names


def test_decisions_have_names_of_their_own_and_numbers_of_their_own():
    """Two decisions of one number would be the same luck in two places."""
    names = [name for path in sorted((ROOT / "sim").rglob("*.py")) for name in decisions_in(path)]
    assert len(names) >= 30
    assert len(set(names)) == len(names)
    assert len({decision(name) for name in names}) == len(names)


def test_each_decision_of_a_process_is_a_32_bit_number():
    found = 0
    for info in pkgutil.iter_modules(sim.processes.__path__):
        module = importlib.import_module(f"sim.processes.{info.name}")
        for name in decisions_in(ROOT / "sim" / "processes" / f"{info.name}.py"):
            # What belongs to a process may stand in two rooms, the second named after the first.
            assert f"{info.name}_".startswith(f"{name.split('.')[0]}_")
            assert 0 <= decision(name) <= FULL
            assert decision(name) in {value for value in vars(module).values() if isinstance(value, (int, np.integer))}
            found += 1
    assert found > 20


# Quantiles.


def test_the_normal_quantile_equals_scipys_over_all_that_can_be_drawn():
    tails = 2.0 ** -np.linspace(1, 33, 4001)
    chances = np.concatenate([tails, 1.0 - tails, np.linspace(0.001, 0.999, 4001)])
    ours = np.array([normal(chance) for chance in chances])
    np.testing.assert_allclose(ours, special.ndtri(chances), rtol=2e-13, atol=1e-15)


@settings(max_examples=300, deadline=None)
@given(units, units)
def test_the_normal_quantile_rises_and_is_symmetric(one, other):
    low, high = sorted((one, other))
    assert normal(low) <= normal(high)
    assert math.isclose(normal(low), -normal(1.0 - low), rel_tol=1e-12, abs_tol=1e-12)


@pytest.mark.parametrize("mean", [0.0, 1e-6, 0.3, 1.0, 7.5, 60.0, 100.0, 320.0, 500.0])
def test_the_poisson_quantile_equals_scipys(mean):
    chances = np.random.default_rng(4).uniform(size=2000)
    assert [poisson(mean, chance) for chance in chances] == stats.poisson.ppf(chances, mean).astype(int).tolist()


@settings(max_examples=300, deadline=None)
@given(st.floats(0, 500), st.floats(0, 500), units, units)
def test_the_poisson_quantile_is_a_count_that_rises_with_mean_and_luck(mean, other_mean, chance, other_chance):
    """Bounded even for the luckiest draw, so that a loop over prospects ends."""
    count = poisson(mean, chance)
    assert isinstance(count, int)
    assert 0 <= count <= mean + 7.0 * math.sqrt(mean) + 25.0
    assert poisson(max(mean, other_mean), chance) >= poisson(min(mean, other_mean), chance)
    assert poisson(mean, max(chance, other_chance)) >= poisson(mean, min(chance, other_chance))


@settings(max_examples=200, deadline=None)
@given(st.floats(COUNTED, 200_000), units)
def test_prospects_in_large_numbers_are_poisson_to_within_the_skew(mean, chance):
    exact, z = stats.poisson.ppf(chance, mean), special.ndtri(chance)
    assert abs(arrivals(mean, chance) - exact) <= abs(z * z - 1.0) / 6.0 + 1.5 + abs(z) ** 3 / math.sqrt(mean)
