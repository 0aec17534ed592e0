"""Help that teaches: what a command does, examples to copy, what can be chosen.

Nothing of the model is imported here, so help comes at once.
"""

import textwrap
from collections.abc import Sequence
from pathlib import Path

from experiments.command_line.commands import COMMANDS
from experiments.settings.folders import GROUPS, names
from experiments.settings.folders import find as find_choice
from experiments.settings.guard import WrongRequest, one_line

SETTINGS = {
    "compare": (
        ("policies=[a,b]", "policies compared, by name; policy=a for a single one"),
        ("reference=NAME", "policy they are compared with (conventional)"),
        ("replicates=30", "runs of each policy"),
        ("data=FILE.csv", "renewal table to fit a cohort to first, columns year, pct_surviving (the published one)"),
        ("targets=true line=true", "data targets; the policy effect along the weight of lived experience"),
    ),
    "sweep": (
        ("design.vary=[a,b:0:1]", "names varied: policy.*, world.*.*, scenario.*; over their range, or over low:high, or values a:b:c"),
        ("design.points=64", "points of a sampled design (lhs, sobol, paired); sobol wants a power of two"),
        ("design.table=FILE.csv", "points of your own; the first line has the names"),
        ("policies=[a,b]", "policies run at every point, by name (conventional)"),
        ("replicates=30", "runs of each policy at each point; the same luck at all points"),
        ("precision=0.002", "go on until the metric's mean is known to +/- this much, at most most_replicates=1000"),
        ("metric=retention_rate", "whose mean that is; in a paired design its difference to the reference"),
        ("effects=true", "effects.csv and figures/ of what was varied"),
        ("resume=DIR", "go on with a sweep that was interrupted: only what is missing is computed"),
        ("resume=DIR only=RUN_ID", "compute one run again and show what it says"),
    ),
    "sensitivity": (
        ("design=morris|saltelli", "screening with few runs, or shares of the variance (Sobol indices)"),
        ("design.vary=[a,b:0:1]", "names varied, or groups of them: policy, world.needs, world (all levers)"),
        ("design.trajectories=10", "morris: paths, of (names + 1) points each"),
        ("design.points=64", "saltelli: base samples, a power of two, of (names + 2) points each"),
        ("design.second_order=false", "saltelli: also what two names do only together"),
        ("policies=[a]", "policies looked at, and their difference to the reference (loosened_holistic)"),
        ("metrics=[retention_rate]", "outcomes looked at"),
        ("replicates=5", "runs at each point; the same luck at all points"),
        ("resume=DIR", "go on with one that was interrupted"),
    ),
    "diary": (
        ("policies=[a]", "the policy told beside the reference (loosened_holistic)"),
        ("reference=NAME", "the reference (conventional)"),
        ("member=N", "number of a member at the switch (somebody whose fate depends on the policy)"),
        ("replicate=N", "which of the runs that a comparison with this seed makes (0)"),
    ),
    "calibrate": (
        ("data=FILE.csv", "renewal table to fit, with columns year, pct_surviving (the published figures)"),
        ("fit_years=N", "years of a survival table used for fitting (all)"),
    ),
}
COMMON = (
    ("seed=1", "the luck of all runs; the same seed gives the same results"),
    ("years=N", "years followed from the switch (the scenario's horizon)"),
    ("scenario.members=N", "members at founding; any setting of --cfg job is set by its path like this"),
    ("engine.workers=N", "processes at a time (all cores)"),
    ("out=DIR", "new or empty folder for results (results/COMMAND/SCENARIO-TIME)"),
)
FLAGS = (
    ("-m, --multirun", "several jobs: a=1,2 b=x,y makes four; hydra/launcher=joblib runs them beside each other"),
    ("--cfg job|hydra|all", "print the whole configuration and stop; --package world.trust for a part"),
    ("--info searchpath|defaults|config", "print where the configuration comes from and stop"),
    (
        "--config-dir DIR",
        "search DIR for your own scenario/, policy/, world/, experiment/ files too, as the working folder is",
    ),
    ("--shell-completion install=SHELL", 'completion in bash, zsh or fish: eval "$(relsim -sc install=bash)"'),
    ("--hydra-help", "which of Hydra's own settings can be used"),
    ("-h, --help", "this page"),
)
HYDRAS = (
    ("hydra.run.dir=DIR", "the same as out=DIR; ${now:%Y-%m-%d} stands for the date"),
    ("hydra.sweep.dir=DIR", "the same with -m; jobs are numbered in it"),
    ("hydra/launcher=joblib", "run the jobs of -m several at a time (basic: one after the other)"),
    ("hydra/launcher=submitit_local", "run each job of -m as a job of submitit on this machine"),
    ("hydra.launcher.n_jobs=N", "jobs at a time (-1: as many as there are cores)"),
    ("hydra.launcher.timeout_min=N", "minutes after which submitit ends a job"),
    ("hydra.searchpath=[DIR]", "the same as --config-dir DIR"),
    ("hydra.mode=MULTIRUN", "the same as -m"),
    ("hydra.verbose=true", "tell what is done while it is done"),
)

LONGEST_ABOUT = 110  # characters of what a file says of itself on a help page


def overview() -> str:
    """``relsim --help``."""
    lines = [
        "relsim COMMAND [name=value ...]",
        "",
        "What customer relationship policies do to members, staff and margin.",
        "",
    ]
    lines += ["Commands:", *_table((name, command.summary) for name, command in COMMANDS.items())]
    lines += ["", "To begin:", "  relsim compare experiment=quick", "  relsim compare --help", ""]
    lines += ["Exit status: 0 done; 2 the request is wrong; 3 done, some runs failed; 130 interrupted."]
    return "\n".join(lines)


def help_for(command: str, folders: Sequence[Path]) -> str:
    """``relsim COMMAND --help``."""
    what = COMMANDS[command]
    groups = groups_of(command)
    lines = [
        f"relsim {command} [flags] [name=value ...]",
        "",
        what.summary,
        f"Leaves in its folder: {what.leaves}.",
        "",
    ]
    lines += ["Examples:"]
    for overrides, meaning in what.examples:
        lines += [f"  relsim {command} {overrides}", f"      {meaning}"]
    lines += ["", "Choices (name=choice; each is a commented YAML file):"]
    for group in groups:
        title = "policies=[...], or policy=NAME for one" if group == "policy" else group
        lines += [f"  {title}:", *_table(((name, about(group, name, folders)) for name in names(group, folders)), 4)]
    lines += ["", "Settings (in brackets: what holds when nothing is said):"]
    lines += _table((*SETTINGS.get(command, ()), *COMMON))
    lines += ["", "Flags:", *_table(FLAGS)]
    return "\n".join(lines)


def hydra_words() -> str:
    """``relsim COMMAND --hydra-help``."""
    lines = [
        "Of Hydra's own settings these can be used; all others are refused, because none may name code or files:",
        "",
    ]
    return "\n".join(
        [
            *lines,
            *_table(HYDRAS),
            "",
            "The record of a job is in its folder: .hydra/config.yaml, hydra.yaml, overrides.yaml.",
        ]
    )
def groups_of(command: str) -> list[str]:
    """Groups of choices that a command has."""
    lacking = {"compare": ("design",), "diary": ("design",), "sweep": (), "sensitivity": ()}.get(command, ("policy", "design"))
    return [group for group in GROUPS if group not in lacking]


def help_on_folders(command: str) -> str:
    """``relsim status --help`` and its like: commands that are given folders."""
    what = COMMANDS[command]
    lines = [f"relsim {command} DIR ...", "", what.summary, f"Leaves: {what.leaves}.", "", "Examples:"]
    for words, meaning in what.examples:
        lines += [f"  relsim {command} {words}", f"      {meaning}"]
    return "\n".join(lines)


def about(group: str, name: str, folders: Sequence[Path]) -> str:
    """What a configuration file says of itself in its first comment lines, up to the first full stop."""
    try:
        path = find_choice(group, name, folders)
        with path.open(encoding="utf-8", errors="replace") as file:
            head = file.read(600).splitlines()
    except (OSError, WrongRequest):
        return ""
    comments = []
    for line in head:
        if not line.startswith("#"):
            break
        words = line.lstrip("# ").strip()
        if not words.startswith(("@", "relsim ")):  # the command of an experiment is its first line
            comments.append(words)
    return textwrap.shorten(one_line(" ".join(comments).split(". ")[0].rstrip(".")), LONGEST_ABOUT, placeholder=" ...")


def _table(rows, indent: int = 2) -> list[str]:
    """Two columns."""
    rows = list(rows)
    width = max((len(left) for left, _ in rows), default=0)
    return [f"{' ' * indent}{left:<{width}}  {right}".rstrip() for left, right in rows]
