"""Metrics that need two runs: a policy against the reference, on the same cohort with the same luck.

They live in paired tables only. Where the reference's tails begin is decided beforehand, from reference runs with
keys of their own.
"""

import math
from dataclasses import dataclass

import numpy as np

from sim import recording as series
from sim.metrics.partners import value_by_tie
from sim.outcome import Outcome, mean_of

NOTICED = 0.01  # dues per member-year from which somebody is better or worse off; assumed


@dataclass(frozen=True)
class Tails:
    """Where the reference's tails begin: quantiles over reference replicates with keys of their own.

    Attributes
    ----------
    low, high : float
        10 % and 90 % quantile of a person's surplus, dues per member-year.
    low_per_request, high_per_request : float
        The same of the surplus per answered request, dues per request.
    low_per_tie, high_per_tie : float
        The same of joint value over ties with people of partners, dues per tie-year; None where there are none.
    """

    low: float
    high: float
    low_per_request: float
    high_per_request: float
    low_per_tie: float | None = None
    high_per_tie: float | None = None


def beyond(values: np.ndarray, low: float, high: float) -> tuple[float, float]:
    """Upside and downside beyond the reference: E[(V - high)+] and E[(low - V)+]."""
    return mean_of(np.maximum(values - high, 0.0)), mean_of(np.maximum(low - values, 0.0))


def break_even_week(reference: Outcome, arm: Outcome) -> float:
    """First week from which the cumulative margin never again falls below the reference's; not a number if none does.

    0 if it never was below; weeks count from the switch.
    """
    paths = []
    for outcome in (reference, arm):
        rows = outcome.model.record.rows[outcome.switch : outcome.model.now]
        paths.append(np.cumsum(rows[:, series.EARNED].sum(axis=1) - rows[:, series.SPENT].sum(axis=1)))
    behind = np.flatnonzero(paths[1] - paths[0] < 0.0)
    if len(behind) == 0:
        return 0.0
    return float(behind[-1] + 1) if behind[-1] + 1 < len(paths[0]) else math.nan


PAIRED: dict[str, dict] = {
    "upside_beyond_reference": {
        "unit": "dues per member-year", "better": "higher", "smallest_that_matters": 0.05,
        "about": "E[(V - q90)+]: how far the value of relationships reaches above the reference's best tenth",
    },
    "downside_beyond_reference": {
        "unit": "dues per member-year", "better": "lower", "smallest_that_matters": 0.03,
        "about": "E[(q10 - V)+]: how far the value of relationships falls below the reference's worst tenth",
    },
    "upside_beyond_reference_per_request": {
        "unit": "dues per request", "better": "higher", "smallest_that_matters": None,
        "about": "the same upside of the value per answered request: free of how often somebody asks",
    },
    "downside_beyond_reference_per_request": {
        "unit": "dues per request", "better": "lower", "smallest_that_matters": None,
        "about": "the same downside of the value per answered request",
    },
    "partner_upside_beyond_reference": {
        "unit": "dues per tie-year", "better": "higher", "smallest_that_matters": 0.05,
        "about": "the same upside of joint value over ties with people of partners",
    },
    "partner_downside_beyond_reference": {
        "unit": "dues per tie-year", "better": "lower", "smallest_that_matters": 0.03,
        "about": "the same downside of joint value over those ties",
    },
    "break_even_week": {
        "unit": "weeks", "better": "lower", "smallest_that_matters": None,
        "about": "first week after the switch from which the cumulative margin stays level with the reference's",
    },
    "members_better_off": {
        "unit": "share", "better": "higher", "smallest_that_matters": None,
        "about": "share of the cohort to whom the relationship is noticeably worth more (0.01 dues a year) than under the reference, with the same luck",
    },
    "members_worse_off": {
        "unit": "share", "better": "lower", "smallest_that_matters": None,
        "about": "share of the cohort to whom it is noticeably worth less",
    },
    "share_better": {
        "unit": "share", "better": "higher", "smallest_that_matters": None,
        "about": "share of the cohort whose relationship is worth more to both sides together than under the reference, with the same luck",
    },
}  # fmt: skip
"""Metrics that need two runs; they live in paired tables only."""


def measure_pair(reference: Outcome, arm: Outcome, tails: Tails) -> dict[str, float]:
    """Metrics that need two runs: the same cohort with the same luck under the reference and under another policy."""
    values = {}
    for suffix, outcome in (("", arm), ("_reference", reference)):
        up, down = beyond(outcome.surplus, tails.low, tails.high)
        request_up, request_down = beyond(outcome.per_request(), tails.low_per_request, tails.high_per_request)
        values |= {
            f"upside_beyond_reference{suffix}": up,
            f"downside_beyond_reference{suffix}": down,
            f"upside_beyond_reference_per_request{suffix}": request_up,
            f"downside_beyond_reference_per_request{suffix}": request_down,
        }
        if tails.high_per_tie is not None:
            tie_up, tie_down = beyond(value_by_tie(outcome), tails.low_per_tie, tails.high_per_tie)
            values |= {
                f"partner_upside_beyond_reference{suffix}": tie_up,
                f"partner_downside_beyond_reference{suffix}": tie_down,
            }
    week = break_even_week(reference, arm)
    gain, own_gain = arm.surplus - reference.surplus, arm.to_member - reference.to_member
    return values | {
        "break_even_week": week,
        "break_even_reached": math.isfinite(week),
        "members_better_off": mean_of(own_gain >= NOTICED),
        "members_worse_off": mean_of(own_gain <= -NOTICED),
        "share_better": mean_of(gain > 0.0),
        "share_worse": mean_of(gain < 0.0),
    }
