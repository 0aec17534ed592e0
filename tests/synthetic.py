"""A comparison made of plausible random numbers, for tests of tables, figures and the report."""

import numpy as np
import pandas as pd

from experiments.runs.comparison import CELLS, Comparison

SIZES = {  # policy: retention, value, upside, downside, cost, margin, hours
    "conventional": (0.840, 1.10, 0.080, 0.050, 0.42, 0.30, 8.0),
    "strict_siloed": (0.826, 1.02, 0.055, 0.052, 0.38, 0.33, 7.2),
    "loosened_siloed": (0.838, 1.09, 0.130, 0.115, 0.45, 0.27, 8.6),
    "strict_holistic": (0.852, 1.16, 0.090, 0.045, 0.44, 0.29, 8.3),
    "loosened_holistic": (0.879, 1.34, 0.210, 0.070, 0.50, 0.26, 9.4),
}
LEVERS = {
    "conventional": (0.8, 1.0, 0.3, 0.2, 0.2),
    "strict_siloed": (1.0, 0.0, 0.3, 0.0, 0.0),
    "loosened_siloed": (0.3, 1.0, 0.3, 0.0, 0.0),
    "strict_holistic": (1.0, 0.0, 0.3, 1.0, 1.0),
    "loosened_holistic": (0.3, 1.0, 0.3, 1.0, 1.0),
}
REASONS = ("involuntary", "commitment", "value", "engagement", "grievance", "no_single_cause")


def comparison(replicates: int = 30, policies=tuple(SIZES), seed: int = 5, years: int = 5, **names) -> Comparison:
    """Five policies, ``conventional`` the reference. ``names`` renames policies, e.g. strict_siloed="<b>"."""
    random = np.random.default_rng(seed)
    luck = random.normal(size=(replicates, 4))
    runs, pairs, deciles, quantiles, survival, line = [], [], [], [], [], []
    for policy in policies:
        keep, value, upside, downside, cost, margin, hours = SIZES[policy]
        shift = keep - SIZES["conventional"][0]
        for replicate in range(replicates):
            own = random.normal(size=12)
            kept = keep + 0.012 * luck[replicate, 0] + 0.009 * own[0]
            worth = value + 0.08 * luck[replicate, 1] + 0.05 * own[1]
            reasons = np.maximum([0.28, 0.2, 0.16, 0.14, 0.06, 0.16] + 0.01 * random.normal(size=6), 0.01)
            run = {
                "run_id": f"{policy}-{replicate}", "scenario": "association", "policy": policy, "world": "default",
                "replicate": replicate, "seed": 1, "status": "done", "error": None,
                "retention_rate": kept, "first_year_retention": kept - 0.09 + 0.02 * own[2],
                "value_member_mean": 0.7 * worth, "value_organisation_mean": 0.3 * worth, "value_surplus_mean": worth,
                "value_surplus_p10": worth - 0.9, "value_surplus_p50": worth - 0.1, "value_surplus_p90": worth + 1.1,
                "upside": 1.2 + upside, "downside": 0.8 + downside, "share_negative": 0.12 + downside,
                "trust_mean": 0.55 + shift + 0.01 * own[3], "satisfaction_mean": 6.8 + 9 * shift + 0.1 * own[4],
                "margin": margin + 0.02 * luck[replicate, 2] + 0.025 * own[5], "cost_to_serve": cost + 0.01 * own[6],
                "staff_hours": hours + 0.2 * own[7], "staff_turnover": 0.13 + 0.02 * own[8],
                "overload": 0.1 + 0.4 * (cost - 0.4) + 0.02 * own[9], "complaints": 0.2 + downside + 0.01 * own[10],
                "members": round(2000 * (1 + 3 * shift) + 30 * own[11]), "recruits": 1700 + round(20 * own[2]),
                **{f"lapse_{name}": share for name, share in zip(REASONS, reasons / reasons.sum(), strict=True)},
                **{f"survival_year_{year}": kept**year * 0.99 for year in range(1, years + 1)},
            }  # fmt: skip
            runs.append(run)
            base = SIZES["conventional"]
            noise = 0.012 * random.normal(size=2)
            if policy != "conventional":
                week = 150 + 60 * own[3] if margin > 0.26 else np.nan
                week = week if week < 52 * years else np.nan
                pairs.append({
                    "reference_run_id": f"conventional-{replicate}", "policy_run_id": run["run_id"],
                    "reference": "conventional", "policy": policy, "replicate": replicate,
                    "upside_beyond_reference": upside + noise[0], "upside_beyond_reference_reference": base[2],
                    "downside_beyond_reference": downside + noise[1], "downside_beyond_reference_reference": base[3],
                    "upside_beyond_reference_per_request": upside / 8 + noise[0] / 4,
                    "upside_beyond_reference_per_request_reference": base[2] / 8,
                    "downside_beyond_reference_per_request": 0.008 + noise[1] / 20,
                    "downside_beyond_reference_per_request_reference": 0.0078,
                    "break_even_week": week, "break_even_reached": bool(np.isfinite(week)),
                    "share_better": np.clip(0.5 + 8 * shift + 0.03 * own[1], 0, 1),
                    "members_better_off": np.clip(0.4 + 8 * shift + 0.03 * own[1], 0, 1),
                    "members_worse_off": np.clip(0.4 - 8 * shift - 0.03 * own[1], 0, 1),
                })  # fmt: skip
                for decile in range(1, 11):
                    mean = 4 * shift * (0.4 + 0.12 * decile) + (upside - downside) * (decile - 5) / 12
                    mean += 0.03 * random.normal()
                    low, high = mean - 0.4 - downside * 3, mean + 0.4 + upside * 2
                    deciles.append((policy, replicate, decile, mean, low, high))
                for quantile in np.arange(0.05, 0.96, 0.05):
                    rise = upside * quantile**3 - (downside - 0.05) * (1 - quantile) ** 3 * 4 + 4 * shift * quantile
                    quantiles.append((policy, replicate, round(quantile, 2), rise + 0.03 * random.normal()))
                for weight in (0.0, 1.0, 2.0, 4.0, 8.0):
                    part = weight / (weight + 2) * 2
                    end = {0.0: "low", 8.0: "high"}.get(weight, "")
                    effects = shift * part + 0.006 * own[0], 0.5 * (value - 1.1) * (1 + part / 2) + 0.04 * own[1]
                    line.append((weight, policy, replicate, *effects, end))
            for year in range(years + 1):
                survival.append((policy, replicate, year, 0.99 * kept**year if year else 1.0))
    targets = pd.DataFrame(
        [
            ("C05", "share who renew, all", "share", 0.84, 0.82, 0.86, 0.846, 0.003, True, "fit"),
            ("C06", "share who renew the first time", "share", 0.75, 0.72, 0.79, 0.751, 0.006, True, "fit"),
            ("C07", "lapses nobody could prevent", "share of lapses", 0.285, 0.27, 0.30, 0.281, 0.004, True, "check"),
            ("C09", "satisfaction", "1-10", 7.4, 7.0, 7.8, 6.78, 0.05, False, "check"),
            ("C11", "staff who leave in a year", "per year", 0.13, 0.10, 0.16, 0.133, 0.005, True, "check"),
        ],
        columns=["id", "statistic", "unit", "value", "low", "high", "simulated", "standard_error", "met", "used_for"],
    )
    info = {
        "retention_rate": ("share", "renewals over members due", "higher", 0.01),
        "value_surplus_mean": ("dues per member-year", "value to member and organisation", "higher", 0.05),
        "upside_beyond_reference": ("dues per member-year", "beyond the reference's best tenth", "higher", 0.05),
        "downside_beyond_reference": ("dues per member-year", "beyond the reference's worst tenth", "lower", 0.03),
        "upside_beyond_reference_per_request": ("dues per request", "the same, per request", "higher", None),
        "downside_beyond_reference_per_request": ("dues per request", "the same, per request", "lower", None),
        "margin": ("dues per member-year", "what is left of dues", "higher", 0.02),
        "cost_to_serve": ("dues per member-year", "hours at their wage", "lower", None),
        "staff_hours": ("hours per member-year", "hours spent on members", "none", None),
        "overload": ("share of staff-weeks", "weeks with more work than hours", "lower", None),
    }
    names_of_levers = ("strictness", "coverage", "guardrail", "routing", "information")
    manifest = {
        "command": "relsim compare policies=[strict_siloed,loosened_siloed,strict_holistic,loosened_holistic]",
        "seed": 1, "replicates": replicates, "years": years, "scenario": "association", "world": "default",
        "reference": "conventional", "code_version": "0.1.0", "wall_seconds": 12.3,
        "policies": {name: dict(zip(names_of_levers, LEVERS[name], strict=True)) for name in policies},
        "versions": {"python": "3.12.1", "numpy": "2.5.5"},
    }  # fmt: skip
    made = Comparison(
        runs=pd.DataFrame(runs),
        pairs=pd.DataFrame(pairs),
        deciles=pd.DataFrame(
            deciles,
            columns=["policy", "replicate", "decile", "difference", "difference_low_tail", "difference_high_tail"],
        ),
        quantiles=pd.DataFrame(quantiles, columns=["policy", "replicate", "quantile", "difference"]),
        survival=pd.DataFrame(survival, columns=["policy", "replicate", "year", "share"]),
        line=pd.DataFrame(
            line, columns=["lived_weight", "policy", "replicate", "retention_difference", "value_difference", "end"]
        ),
        targets=targets,
        metric_info={
            name: dict(zip(("unit", "about", "better", "smallest_that_matters"), row, strict=True))
            for name, row in info.items()
        },
        manifest=manifest,
    )
    for old, new in names.items():
        for table in (made.runs, made.pairs, made.deciles, made.quantiles, made.survival, made.line):
            if len(table):
                table.replace({"policy": {old: new}, "reference": {old: new}}, inplace=True)
        made.manifest["policies"] = {new if k == old else k: v for k, v in made.manifest["policies"].items()}
        if made.reference == old:
            made.manifest["reference"] = new
    return made


assert set(CELLS) < set(SIZES)


def runs(metric="retention_rate", info=None, reference="a", **values) -> Comparison:
    """A comparison of one metric: policy -> values by replicate."""
    rows = [
        {"policy": policy, "replicate": place, "error": "", metric: value}
        for policy, column in values.items()
        for place, value in enumerate(column)
    ]
    return Comparison(pd.DataFrame(rows), metric_info=info or {}, manifest={"reference": reference})
