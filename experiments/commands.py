"""The commands there are: one entry each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One command of the front door.

    Attributes
    ----------
    module : str
        Where ``run(request) -> int`` (an exit status) is.
    summary : str
        What it does, in one sentence.
    request : str
        Name of its request class in :mod:`experiments.schema`. Its primary configuration file has the command's name.
    leaves : str
        What stands in the folder for results afterwards.
    examples : tuple of (str, str)
        Overrides, and what they ask for.
    """

    module: str
    summary: str
    request: str
    leaves: str
    examples: tuple[tuple[str, str], ...]


COMMANDS: dict[str, Command] = {
    "compare": Command(
        "experiments.compare",
        "Compares policies with a reference policy, on the same members with the same luck.",
        "CompareRequest",
        "runs.parquet, pairs.parquet, weekly.parquet, paired.csv, figures/, report.html, manifest.json",
        (
            ("experiment=quick", "a first look, small and fast"),
            ("+experiment=main", "the main job: the four corners, 30 runs each"),
            (
                "policies=[loosened_siloed,loosened_holistic] reference=strict_siloed",
                "other policies, another reference",
            ),
            ("scenario=contract years=3 scenario.members=5000", "another scenario, shorter and smaller"),
            ("-m world.encounters.free_error=0.3,0.5,0.8", "three jobs, one after the other, in three worlds"),
        ),
    ),
    "calibrate": Command(
        "experiments.calibrate",
        "Finds what must hold of base commitment for the model to give the data.",
        "CalibrateRequest",
        "fit.csv, worlds.parquet, figures/, scenario.yaml, manifest.json",
        (
            ("scenario=association", "fit the association to the figures that come with it"),
            ("scenario=contract data=survival.csv", "fit a survival table (columns year, pct_surviving)"),
            ("scenario=contract data=survival.csv fit_years=4", "fit four years, forecast the others"),
            ("data=targets.csv replicates=10", "fit a table of statistics with bands, roughly"),
            ("scenario.members=500 out=results/try", "small, into a folder of your own choice"),
        ),
    ),
}
