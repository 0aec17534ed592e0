"""``relsim calibrate``: base commitment fitted to retention data, with all processes switched on.

Without ``data=`` it fits both shipped scenarios along the weight of lived experience, from 0 to the largest the data
allow, and leaves the scenario files to ship. With ``data=FILE.csv`` it fits a renewal table of your own.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.engines import warm_up
from experiments.figures.fits import survival_fit
from experiments.figures.style import save
from experiments.fits.fitting import beta_geometric_survival, shifted_beta_geometric
from experiments.fits.line import Fitter, fitted_to
from experiments.fits.tables import SurvivalTable, published, read_survival
from experiments.fits.targets import cohort_survival, larger
from experiments.runs.manifest import write_manifest
from experiments.settings.scenarios import scenario_named, scenario_text
from sim import Scenario, World

STEPS = (0.0, 0.1, 0.3, 0.6, 1.0)  # points of the line between 0 and the largest weight; the default is added
SHOWN = 20_000  # people simulated to show a fit
CALIBRATE = "relsim calibrate"


def run(request) -> int:
    """Fit, write ``fit.csv``, the scenario files, a figure and the manifest; returns the exit status."""
    warm_up(request.scenario)
    out = Path(request.out)
    if request.data:
        scenario, table = own_fit(request)
        files = {"scenario.yaml": scenario}
        command = f"{CALIBRATE} scenario=contract data={request.data}"
    else:
        table, files = published(), fit_line(request)
        command = f"{CALIBRATE} seed={request.seed}"
        scenario = files["contract.yaml"]
    for name, fitted in files.items():
        (out / name).write_text(scenario_text(fitted, command), encoding="utf-8")
    frame = fit_table(scenario, request.world, table, request.seed, request.fit_years or table.years)
    frame.to_csv(out / "fit.csv", index=False)
    save(survival_fit(frame, table.name), out / "figures", "fit")
    write_manifest(out, request, {"command": command})
    print(frame.round(4).to_string(index=False))
    print(f"Scenario files ({', '.join(files)}), fit.csv and figures/ are in {out}")
    return 0


def own_fit(request) -> tuple[Scenario, SurvivalTable]:
    """Commitment of a cohort scenario fitted to a user's table, at this world's weight of lived experience and at 0."""
    table = read_survival(request.data)
    return fitted_to(table, request.scenario, request.world, request.seed, request.fit_years), table


def fit_line(request) -> dict[str, Scenario]:
    """Both shipped scenarios with commitment fitted along the weight of lived experience."""
    association, contract = scenario_named("association"), scenario_named("contract")
    fitter = Fitter(association, contract, published(), request.world, request.seed, lambda text: print(text, flush=True))
    print("Looking for the largest weight of lived experience that the data allow (some minutes) ...", file=sys.stderr)
    largest, stopped = fitter.largest()
    print(f"largest weight: {largest:g} logit per quality; stopped because {stopped}")
    default = request.world.renewals.lived_weight
    weights = sorted({*(round(step * largest, 3) for step in STEPS), default})
    fits = [fitter.at(weight) for weight in weights]
    lines = zip(*fits, strict=True)
    return {f"{s.name}.yaml": replace(s, line=list(line)) for s, line in zip((association, contract), lines, strict=True)}


def fit_table(scenario: Scenario, world: World, table: SurvivalTable, seed: int, years: int) -> pd.DataFrame:
    """Observed, fitted (with the band nine cohorts in ten of this size fall in) and two simpler models, year by year."""
    fit = scenario.fit_at(world.renewals.lived_weight)
    cohort = larger(scenario, SHOWN)
    curves = np.array([cohort_survival(cohort, world, fit, table.years, seed + k) for k in range(5)])
    middle = curves.mean(axis=0)
    half = 1.645 * np.sqrt(middle * (1.0 - middle) / scenario.members)
    alpha, beta = shifted_beta_geometric(table, years)
    rate = table.surviving[years] ** (1.0 / years)
    time = np.arange(1, table.years + 1)
    frame = pd.DataFrame(
        {
            "year": time,
            "observed": table.surviving[1:],
            "fitted": middle,
            "low": middle - half,
            "high": middle + half,
            "shifted_beta_geometric": beta_geometric_survival(alpha, beta, table.years),
            "constant_hazard": rate**time,
            "used_for_fit": time <= years,
        }
    )
    start = pd.DataFrame([{**dict.fromkeys(frame.columns[1:7], 1.0), "year": 0, "used_for_fit": False}])
    return pd.concat([start[frame.columns], frame], ignore_index=True)


if __name__ == "__main__":
    from experiments.door import main

    sys.exit(main(["calibrate", *sys.argv[1:]]))
