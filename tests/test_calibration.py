"""Members are calibrated: targets hold, fits can be made again, other tables can be followed, wrong ones are refused."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.fits import line as fit_line
from experiments.fits.fitting import beta_geometric_survival, fit_association, shifted_beta_geometric, spread
from experiments.fits.line import FIRST_YEAR, LEAST_SPREAD, OVERALL, Fitter, world_at
from experiments.fits.tables import SurvivalTable, published, read_survival
from experiments.fits.targets import (
    CONTRACT_MEMBERS,
    all_met,
    cohort_survival,
    contract_statistics,
    larger,
    settled_association,
    verdicts,
)
from experiments.settings.scenarios import scenario_named, scenario_text
from sim import Fit, Scenario, World
from sim.quantities import OutOfRange

WORLD = World()


@pytest.fixture(scope="module")
def association() -> Scenario:
    return scenario_named("association")


@pytest.fixture(scope="module")
def contract() -> Scenario:
    return scenario_named("contract")


@pytest.fixture(scope="module")
def twelve_years(contract) -> np.ndarray:
    return cohort_survival(larger(contract, CONTRACT_MEMBERS), WORLD, contract.fit_at(2.0), 12, seed=11)


def test_the_contract_cohort_meets_its_targets(twelve_years):
    statistics = contract_statistics(twelve_years, published(), CONTRACT_MEMBERS)
    assert all_met(statistics), verdicts(statistics)
    assert statistics["C04"][0] < 0.5  # far inside the band: the dip of year 2 is followed


def test_the_dip_of_year_two_is_there_and_retention_rises_afterwards(twelve_years):
    retention = twelve_years / np.concatenate([[1.0], twelve_years[:-1]])
    assert retention[1] < retention[0] - 0.005
    assert np.all(np.diff(retention[1:7]) > 0.0)
    assert np.all(retention[7:] > retention[5])  # beyond the data it goes on as it was


def test_the_settled_association_meets_its_targets(association):
    statistics = settled_association(association, WORLD, association.fit_at(2.0), seed=11, replicates=10)
    assert all_met(statistics), verdicts(statistics)


@pytest.mark.parametrize("place", [0, -1])
def test_the_targets_hold_at_both_ends_of_the_line(association, contract, place):
    weight = association.line[place].lived_weight
    world = world_at(WORLD, weight)
    settled = settled_association(larger(association, 10_000), world, association.fit_at(weight), seed=12, replicates=1)
    surviving = cohort_survival(larger(contract, CONTRACT_MEMBERS), world, contract.fit_at(weight), 7, seed=12)
    assert all_met(settled | contract_statistics(surviving, published(), CONTRACT_MEMBERS))


def test_the_line_has_at_least_five_points_with_both_ends_and_enough_spread(association, contract):
    for scenario in (association, contract):
        weights = [fit.lived_weight for fit in scenario.line]
        assert len(weights) >= 5
        assert weights[0] == 0.0
        assert weights == sorted(weights)
        assert all(spread(fit) >= LEAST_SPREAD * spread(scenario.line[0]) for fit in scenario.line)
    assert [fit.lived_weight for fit in association.line] == [fit.lived_weight for fit in contract.line]


def test_python_defaults_are_the_shipped_association(association):
    shipped = next(fit for fit in association.line if fit.lived_weight == 2.0)
    assert Fit() == shipped


def test_an_independent_refit_agrees_with_the_shipped_values_within_two_standard_errors(association):
    """The standard error is that of a fit from one seed, seen in three refits of the same size."""
    shipped = association.fit_at(2.0)
    scenario = larger(association, 5_000)
    refits = [fit_association(scenario, WORLD, shipped, OVERALL, FIRST_YEAR, seed) for seed in (101, 102, 103)]
    for name in ("alpha", "beta", "belief", "bond"):
        values = np.log([getattr(fit, name) for fit in refits])
        error = max(values.std(ddof=1), 0.005) * np.sqrt(1.0 + 1.0 / len(values))
        assert abs(np.log(getattr(shipped, name)) - values.mean()) < 2.0 * error, name


def test_another_table_without_a_dip_is_followed_within_a_point(contract, monkeypatch):
    monkeypatch.setattr(fit_line, "LIVES", 15_000)
    surviving = np.concatenate([[1.0], beta_geometric_survival(2.2, 0.9, 7)])
    table = SurvivalTable("no dip", surviving)
    fitted = fit_line.fitted_to(table, contract, WORLD, seed=5)
    simulated = cohort_survival(larger(contract, 30_000), WORLD, fitted.fit_at(2.0), 7, seed=6)
    assert np.abs(simulated - surviving[1:]).max() < 0.01


def test_the_shifted_beta_geometric_fit_recovers_the_shapes_of_its_own_curve():
    surviving = np.concatenate([[1.0], beta_geometric_survival(3.8, 0.7, 7)])
    assert np.allclose(shifted_beta_geometric(SurvivalTable("own", surviving)), (3.8, 0.7), rtol=0.01)


def test_the_shifted_beta_geometric_cannot_follow_the_dip():
    table = published()
    curve = beta_geometric_survival(*shifted_beta_geometric(table), 7)
    assert 0.9 < 100.0 * np.abs(curve - table.surviving[1:]).mean() < 1.2


def test_bisection_stops_at_the_weight_where_a_condition_fails_and_says_which(association, contract, monkeypatch):
    fitter = Fitter(association, contract, published(), WORLD, 1, lambda text: None)

    def at(weight):
        fitter.fits[weight] = association.fit_at(0.0), contract.fit_at(0.0)
        fitter.failures[weight] = "a condition fails" if weight > 7.3 else ""

    monkeypatch.setattr(fitter, "at", at)
    largest, stopped = fitter.largest(tolerance=0.1)
    assert 7.2 <= largest <= 7.3
    assert stopped == "a condition fails"


def test_a_weight_the_data_do_not_allow_is_refused(association):
    shorter = replace(association, line=association.line[:2])
    with pytest.raises(OutOfRange, match="the data allow at most"):
        shorter.fit_at(5.0)


def test_a_written_scenario_reads_back_the_same(association, tmp_path):
    import yaml

    text = scenario_text(association, "relsim calibrate")
    line = yaml.safe_load(text)["line"]
    assert [Fit(**fit) for fit in line] == association.line


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the columns are nothing"),
        ("a,b\n1,2\n", "the columns are a, b"),
        ("year,pct_surviving\n0,100\n1,80\n", "only 2 years"),
        ("year,pct_surviving\n0,100\n1,x\n", "line 3"),
        ("year,pct_surviving\n0,100\n2,80\n", "1 was expected"),
        ("year,pct_surviving\n0,100\n1,80\n2,90\n3,70\n", "not between 0 and 80"),
        ("year,pct_surviving\n0,90\n1,80\n2,70\n3,60\n", "pct_surviving=90"),
        ("year,pct_surviving\n0,100\n1,nan\n2,70\n3,60\n", "line 3"),
        ("year,pct_surviving\n0,100\n1,50\n2,0\n3,0\n", "not between 0 and 50"),
    ],
)
def test_a_wrong_table_gets_one_clear_line(tmp_path, content, message):
    path = tmp_path / "table.csv"
    path.write_text(content)
    with pytest.raises(OutOfRange, match=message) as caught:
        read_survival(str(path))
    assert "\n" not in str(caught.value)


def test_a_table_that_is_not_there_is_named():
    with pytest.raises(OutOfRange, match=r"nowhere\.csv"):
        read_survival("nowhere.csv")
