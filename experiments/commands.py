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
        "fit.csv, figures/, the fitted scenario files, manifest.json",
        (
            ("seed=1", "fit both scenarios to the published figures (some minutes)"),
            ("scenario=contract data=survival.csv", "fit a renewal table of your own (columns year, pct_surviving)"),
            ("scenario=contract data=survival.csv fit_years=4", "fit four years, forecast the others"),
            ("scenario=contract data=survival.csv world.renewals.lived_weight=1", "where lived experience weighs less"),
            ("scenario=contract data=survival.csv out=results/try", "into a folder of your own choice"),
        ),
    ),
    "diary": Command(
        "experiments.diary",
        "Tells one member's weeks under two policies side by side, on the same luck.",
        "DiaryRequest",
        "diary.html, diary.csv, weeks.csv, manifest.json",
        (
            ("policies=[loosened_holistic]", "somebody whose fate depends on the policy, against the conventional one"),
            ("policies=[loosened_holistic] reference=strict_siloed member=17", "another reference, member 17"),
            ("scenario.members=300 years=3 replicate=4", "a small organisation, three years, the fifth run"),
        ),
    ),
}
