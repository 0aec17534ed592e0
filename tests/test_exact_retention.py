"""Exact checks of retention: the shifted-beta-geometric for those who join, and a settled membership for those founded."""

import math

import numpy as np
import pytest
from conftest import small_model, without, world_with
from scipy import special, stats

from sim import Fit
from sim import recording as series

MANY = 20_000


# Renewal alone: the shifted-beta-geometric.


def renewing_alone(alpha, beta, involuntary=0.0, members=MANY, rng=11, **scenario):
    """Everything off but renewals; nothing but base commitment counts."""
    fit = Fit(lived_weight=0.0, alpha=alpha, beta=beta, promise_years=0.0, involuntary=involuntary)
    world = world_with(renewals__lived_weight=0.0)
    return small_model(members, world=world, fit=fit, rng=rng, off=without("renewals"), **scenario)


def still_there(model, years):
    return np.array([np.mean((model.tables["members"]["left"] < 0) | (model.tables["members"]["left"] >= 52 * year))
                     for year in range(1, years + 1)])  # fmt: skip


def within_three_errors(share, expected, count=MANY):
    np.testing.assert_array_less(np.abs(share - expected), 3.0 * np.sqrt(expected * (1.0 - expected) / count) + 1e-12)


@pytest.mark.parametrize(("alpha", "beta"), [(3.12, 0.88), (0.668, 3.806), (0.3, 0.2), (40.0, 10.0)])
@pytest.mark.parametrize("involuntary", [0.0, 0.07])
def test_survival_is_the_shifted_beta_geometric(alpha, beta, involuntary):
    """Fader & Hardie 2007: of those who join, B(alpha + t, beta) / B(alpha, beta) have renewed t times."""
    years = np.arange(1, 9)
    model = renewing_alone(alpha, beta, involuntary, stationary=False)
    model.run_for(52 * 8)
    expected = np.exp(special.betaln(alpha + years, beta) - special.betaln(alpha, beta)) * (1.0 - involuntary) ** years
    within_three_errors(still_there(model, 8), expected)


def test_members_who_are_all_alike_leave_geometrically():
    model = renewing_alone(1.0, 1.0, 0.05, stationary=False)
    model.members.set("commitment", math.log(0.8 / 0.2))
    model.run_for(52 * 6)
    within_three_errors(still_there(model, 6), (0.95 * 0.8) ** np.arange(1, 7))


def test_expected_renewals_are_the_sum_of_the_members_own_chances():
    model = renewing_alone(2.0, 1.0, 0.1, stationary=False)
    chances = 0.9 / (1.0 + np.exp(-model.members.column("commitment").astype(float)))
    model.run_for(52)
    assert model.record.total(series.EXPECTED, 0, 52) == pytest.approx(chances.sum(), rel=1e-12)
    assert model.metrics()["retention_expected"] == pytest.approx(chances.mean(), rel=1e-12)


# Founding: an organisation that has existed for long.


@pytest.mark.parametrize(("alpha", "beta", "involuntary"), [(3.12, 0.88, 0.04), (1.0, 2.0, 0.0), (8.0, 3.0, 0.15)])
def test_founders_have_the_tenures_of_a_settled_organisation(alpha, beta, involuntary):
    """With n renewals completed: weight B(alpha + n, beta) (1 - involuntary)**n."""
    model = renewing_alone(alpha, beta, involuntary)
    done = model.members.column("renewals")
    n = np.arange(3000)
    weights = np.exp(special.betaln(alpha + n, beta)) * (1.0 - involuntary) ** n
    weights /= weights.sum()
    cells = int(np.flatnonzero(weights * MANY > 20)[-1])
    observed = np.append(np.bincount(done[done < cells], minlength=cells), np.count_nonzero(done >= cells))
    expected = np.append(weights[:cells], weights[cells:].sum()) * MANY
    assert stats.chisquare(observed, expected * observed.sum() / expected.sum()).pvalue > 1e-3


@pytest.mark.parametrize("done", [0, 1, 3, 7])
def test_founders_of_given_tenure_have_the_commitment_that_tenure_selects(done):
    """Commitment given n renewals is Beta(alpha + n, beta)."""
    alpha, beta = 2.0, 1.0
    model = renewing_alone(alpha, beta, 0.04)
    members = model.tables["members"]
    commitment = special.expit(members["commitment"][members["renewals"] == done].astype(float))
    assert len(commitment) > 200
    assert stats.kstest(commitment, stats.beta(alpha + done, beta).cdf).pvalue > 1e-3


def test_founders_renew_as_often_as_their_tenure_says_in_the_first_year_and_ever_after():
    """Stationary means: replaced one by one, the membership renews at the same rate every year."""
    alpha, beta, involuntary = 3.12, 0.88, 0.04
    model = renewing_alone(alpha, beta, involuntary)
    n = np.arange(3000)
    weights = np.exp(special.betaln(alpha + n, beta)) * (1.0 - involuntary) ** n
    expected = np.average((1.0 - involuntary) * (alpha + n) / (alpha + beta + n), weights=weights)
    model.run_for(52)
    share = model.record.total(series.RENEWED, 0, 52) / model.record.total(series.DUE, 0, 52)
    within_three_errors(share, expected)
    topped_up = small_model(
        MANY, fit=model.base_fit, world=model.world, off=[n for n in without("renewals") if n != "growth"]
    )
    topped_up.burn_in(52 * 6)
    for year in range(6):
        first = 52 * year
        renewed, due = (topped_up.record.total(which, first, first + 52) for which in (series.RENEWED, series.DUE))
        assert abs(renewed / due - expected) < 4.0 * math.sqrt(expected * (1.0 - expected) / due)


def test_renewal_falls_once_a_year_for_everybody_and_never_in_the_year_of_joining():
    """Each founder's dues fall due in the week of the year noted for him, after whole years of membership."""
    model = small_model(400, off=without("renewals"), fit=Fit(involuntary=0.0, alpha=200.0, beta=0.0001))
    joined, due_week = model.members.column("joined"), model.members.column("renewal_week")
    assert ((due_week.astype(int) + 1 - joined) % 52 == 0).all()
    before = model.members.column("renewals").astype(int)
    for week in range(104):
        model.step()
        members = model.members
        renewed = members.column("renewals") - before
        assert (renewed == (week - due_week.astype(int)) // 52 + 1).all()
