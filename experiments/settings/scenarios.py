"""Shipped scenarios by name, and scenarios written as files."""

from dataclasses import fields

import yaml

from experiments.settings.folders import config_folders, find
from sim import Scenario
from sim.scenario import Fit


def scenario_named(name: str) -> Scenario:
    """The shipped scenario of this name, as it stands in its file."""
    from experiments.settings.composing import request_of
    from experiments.settings.schema import CompareRequest

    return request_of("compare", [f"scenario={name}"], CompareRequest, config_folders()).scenario


def scenario_text(scenario: Scenario, command: str) -> str:
    """A scenario as a YAML file: the shipped file's words, then the line of fits and the command that made it.

    A scenario of the user's own, which has no shipped file, gets the words of the contract: a cohort.
    """
    shipped = find("scenario", scenario.name, config_folders()) or find("scenario", "contract", config_folders())
    head = shipped.read_text(encoding="utf-8").split("\nline:")[0].split("\n# Fits of base commitment")[0].rstrip()
    line = [{f.name: number(getattr(fit, f.name)) for f in fields(Fit)} for fit in scenario.line]
    about = (
        "# Fits of base commitment by weight of lived experience, ascending: retention data cannot tell them apart.\n"
        f"# Fitted by: {command}\n"
    )
    rows = "".join(f"  - {yaml.safe_dump(fit, default_flow_style=True, sort_keys=False, width=10_000)}" for fit in line)
    return f"{head}\n{about}line:\n{rows}"


def number(value: float) -> float:
    """Six significant digits: more would pretend to more than the fit knows."""
    return float(f"{value:.6g}")
