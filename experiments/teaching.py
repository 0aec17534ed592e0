"""Help that teaches: what a command does, examples to copy, what can be chosen.

Nothing of the model is imported here, so help comes at once.
"""

from collections.abc import Sequence
from pathlib import Path

from experiments.commands import COMMANDS
from experiments.folders import GROUPS, names
from experiments.folders import find as find_choice
from experiments.guard import one_line

SETTINGS = {
    "compare": (
        ("policies=[a,b]", "policies compared, by name; policy=a for a single one"),
        ("reference=NAME", "policy they are compared with (conventional)"),
        ("replicates=30", "runs of each policy"),
        ("data=FILE.csv", "renewal table to fit a cohort to first, columns year, pct_surviving (the published one)"),
        ("targets=true line=true", "data targets; the policy effect along the weight of lived experience"),
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
    ("-m, --multirun", "several jobs, one after the other: a=1,2 b=x,y makes four"),
    ("--cfg job", "print the whole configuration and stop"),
    ("--config-dir DIR", "search DIR for your own scenario/, policy/, world/, experiment/ files too"),
    ("-h, --help", "this page"),
)


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
    groups = [group for group in GROUPS if group != "policy" or command in ("compare", "diary")]
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
        shown = "policies" if group == "policy" else group
        lines += [f"  {shown}:", *_table(((name, about(group, name, folders)) for name in names(group, folders)), 4)]
    lines += ["", "Settings (in brackets: what holds when nothing is said):"]
    lines += _table((*SETTINGS.get(command, ()), *COMMON))
    lines += ["", "Flags:", *_table(FLAGS)]
    return "\n".join(lines)


def about(group: str, name: str, folders: Sequence[Path]) -> str:
    """What a configuration file says of itself in its first comment lines, up to the first full stop."""
    path = find_choice(group, name, folders)
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            head = file.read(600).splitlines()
    except OSError:
        return ""
    comments = []
    for line in head:
        if not line.startswith("#"):
            break
        words = line.lstrip("# ").strip()
        if not words.startswith(("@", "relsim ")):  # the command of an experiment is its first line
            comments.append(words)
    return one_line(" ".join(comments).split(". ")[0].rstrip("."))


def _table(rows, indent: int = 2) -> list[str]:
    """Two columns."""
    rows = list(rows)
    width = max((len(left) for left, _ in rows), default=0)
    return [f"{' ' * indent}{left:<{width}}  {right}".rstrip() for left, right in rows]
