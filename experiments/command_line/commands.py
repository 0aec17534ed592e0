"""The commands there are: one entry each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One command of the front door.

    Attributes
    ----------
    module : str
        Where ``run(request) -> int`` (an exit status) is; for a command that is given words and no settings,
        ``main(words) -> int``.
    summary : str
        What it does, in one sentence.
    request : str
        Name of its request class in :mod:`experiments.settings.schema`. Its primary configuration file has the command's name.
        Empty for a command that is given words.
    leaves : str
        What stands in the folder for results afterwards.
    examples : tuple of (str, str)
        Overrides, and what they ask for.
    words : tuple of str
        First words of a command that is given words, for completion.
    """

    module: str
    summary: str
    request: str
    leaves: str
    examples: tuple[tuple[str, str], ...]
    words: tuple[str, ...] = ()


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
    "sweep": Command(
        "experiments.sweep",
        "Runs a design over levers, world parameters and scenario values; what is interrupted can be resumed.",
        "SweepRequest",
        "runs.parquet (paired: pairs.parquet), effects.csv, figures/, failures.csv if some failed, manifest.json, plan.json, parts/",
        (
            ("design.vary=[policy.strictness,policy.routing] replicates=10", "a grid of two levers, three values each"),
            (
                "design=paired policies=[loosened_holistic] design.vary=[world.needs.spread,world.encounters.free_error:0.2:0.8]",
                "a policy against the reference in 64 worlds",
            ),
            ("design=lhs design.vary=[policy.strictness,policy.coverage] design.points=200", "two levers, 200 points spread evenly"),
            ("design.vary=[scenario.members:500:2000] precision=0.002", "run until mean retention is known to 0.2 points"),
            ("-m policy=strict_siloed,loosened_holistic scenario.members=500,2000", "four jobs, one after the other"),
        ),
    ),
    "sensitivity": Command(
        "experiments.sensitivity",
        "Tells which levers, world parameters or scenario values matter: Morris screening or Sobol indices.",
        "SensitivityRequest",
        "indices.csv, figures/, runs.parquet, pairs.parquet, manifest.json, plan.json, parts/",
        (
            ("scenario.members=500", "all levers of loosened_holistic, screened"),
            ("design.vary=[world] replicates=2", "all parameters of the world: which of them turn the effect round"),
            ("design.vary=[world.needs,world.learning] policies=[loosened_siloed]", "two processes, another policy"),
            ("design=saltelli design.vary=[policy.strictness,policy.routing] design.points=128", "shares of the variance of two levers"),
            ("design=saltelli design.vary=[world.needs,policy] design.second_order=true", "and what two of them do only together"),
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
            ("scenario=damaged policies=[humble_start]", "listening first after a breach of trust"),
            ("policies=[pervasive] reference=silos_only", "two policies of which neither is the conventional one"),
        ),
    ),
    "audit": Command(
        "experiments.audit",
        "Asks a leadership six questions and writes the policy that the answers describe.",
        "",
        "policy/NAME.yaml",
        (
            ("", "asks, at a terminal"),
            ("answers=[0.2,0.8,0,1,0.5,0.3]", "six numbers from 0 (the first way) to 1 (the second), in order"),
            ("board=0.2 roles=0.8 hiring=0 evaluation=1 development=0.5 strategy=0.3 name=ours", "by name"),
        ),
        words=("answers=", "board=", "roles=", "hiring=", "evaluation=", "development=", "strategy=", "name="),
    ),
    "new": Command(
        "experiments.new",
        "Writes a commented starting file for a policy, scenario or experiment of your own.",
        "",
        "policy/NAME.yaml, scenario/NAME.yaml or experiment/NAME.yaml",
        (
            ("policy concierge", "policy/concierge.yaml: all levers, with units and ranges"),
            ("scenario chamber", "scenario/chamber.yaml: who and how many"),
            ("experiment first", "experiment/first.yaml: an overlay of all settings"),
        ),
        words=("policy", "scenario", "experiment"),
    ),
    "status": Command(
        "experiments.status",
        "Tells how far a sweep is, and whether all of it is still what was written.",
        "",
        "nothing",
        (("results/sweep/mine", "how far this one is, and the command that goes on with it"),),
        words=("DIR",),
    ),
    "collect": Command(
        "experiments.collect",
        "Puts the tables of several runs into one.",
        "",
        "runs.parquet, pairs.parquet, manifest.json",
        (("results/a results/b out=results/both", "the rows of both, each run once"),),
        words=("DIR",),
    ),
}


def with_settings() -> dict[str, Command]:
    """The commands that are given settings; the others are given words."""
    return {name: command for name, command in COMMANDS.items() if command.request}
