"""Hydra's own words on our command line: those that have a meaning here, translated; the others refused with a remedy.

We compose as Hydra does but never hand over to ``hydra.main``, so nothing that a configuration could make Hydra do
(callbacks, logging set-ups, environment variables) is ever reached. What its users type to say where results go,
where configurations are, and how the jobs of ``-m`` are started, means the same here.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime

from experiments.command_line.flags import Arguments
from experiments.settings.guard import WrongRequest, check_override, nearest, short

LAUNCHERS = {"basic": (), "joblib": ("n_jobs",), "submitit_local": ("n_jobs", "timeout_min")}
NOW = re.compile(r"\$\{now:([-%A-Za-z0-9_. :]*)\}")
REMEDIES = {
    "hydra.sweep.subdir": "jobs are numbered below out: 0, 1, 2 ...",
    "hydra.output_subdir": "the record of a job is always in .hydra",
    "hydra.job.chdir": "commands stay in the working folder and write to out only",
    "hydra.job.env_set": "set variables in your shell before the command",
    "hydra/sweeper": "commas and range(...) with -m, or the designs of relsim sweep",
    "hydra/job_logging": "what is shown can be had in full with hydra.verbose=true",
    "hydra/hydra_logging": "what is shown can be had in full with hydra.verbose=true",
    "hydra.callbacks": "settings never name code",
    "hydra.searchpath": "write hydra.searchpath=[FOLDER]",
}
TAKEN = (
    "hydra.run.dir", "hydra.sweep.dir", "hydra.searchpath", "hydra.mode", "hydra.verbose", "hydra/launcher",
    "hydra.launcher.n_jobs", "hydra.launcher.timeout_min", "hydra/sweeper",
)  # fmt: skip


@dataclass
class Hydra:
    """What was said in Hydra's words.

    Attributes
    ----------
    launcher : str
        How the jobs of a multirun are started: ``basic`` one after the other, ``joblib`` several at a time,
        ``submitit_local`` each as a job of submitit on this machine.
    n_jobs : int or None
        Jobs at a time, 1 to 1024; -1 or None: as many as there are cores.
    timeout_min : int
        Minutes after which submitit ends a job, 1 to 100,000.
    typed : list of str
        The words themselves, for the record.
    """

    launcher: str = "basic"
    n_jobs: int | None = None
    timeout_min: int = 60 * 24
    verbose: bool = False
    typed: list[str] = field(default_factory=list)


def take_out(parsed: Arguments) -> Hydra:
    """Take Hydra's own words out of the overrides of a command line and say what they mean.

    ``hydra.run.dir`` and ``hydra.sweep.dir`` become ``out``, ``hydra.mode`` a flag, ``hydra.searchpath`` folders of
    configurations.

    Raises
    ------
    WrongRequest
        For what has no meaning here, or a value that is not usable.
    """
    said = Hydra()
    words, ours = [], []
    for text in parsed.overrides:
        key = text.partition("=")[0].strip().lstrip("+~")
        (words if key.split(".")[0].split("/")[0].split("@")[0] == "hydra" else ours).append(text)
    values: dict[str, str] = {}
    for text in words:
        check_override(NOW.sub("", text))
        key, equals, value = text.partition("=")
        key = key.strip().removeprefix("+").removeprefix("+")
        _refuse_unknown(key)
        if not equals:
            raise WrongRequest(f"{short(text)} is not understood: write {key}=VALUE")
        if key in values:
            raise WrongRequest(f"{key} is given twice: keep one")
        values[key] = value.strip().strip("'\"")
    said.typed = words
    _modes(values, said, parsed)
    _launcher(values, said, parsed.multirun)
    parsed.config_dirs += _folders(values.get("hydra.searchpath"))
    chosen = values.get("hydra.sweep.dir" if parsed.multirun else "hydra.run.dir")
    parsed.overrides = ours if chosen is None else [*ours, f"out={_dated(chosen)}"]
    return said


def _refuse_unknown(key: str) -> None:
    """Refuse words of Hydra's that mean nothing here."""
    if key in TAKEN:
        return
    for start, remedy in REMEDIES.items():
        if key == start or key.startswith((f"{start}.", f"{start}/")):
            raise WrongRequest(f"{short(key)} is refused: {remedy}")
    raise WrongRequest(f"{short(key)} is refused: {nearest(key, TAKEN, 'of Hydra itself you can set')}")


def _modes(values: dict[str, str], said: Hydra, parsed: Arguments) -> None:
    """Verbosity, one run or several, the sweeper."""
    said.verbose = _one_of(values, "hydra.verbose", ("false", "true")) == "true"
    if _one_of(values, "hydra.mode", ("RUN", "MULTIRUN")) == "MULTIRUN":
        parsed.multirun = True
    elif values.get("hydra.mode") == "RUN" and parsed.multirun:
        raise WrongRequest("hydra.mode=RUN and --multirun are both given: keep one")
    if values.get("hydra/sweeper", "basic") != "basic":
        raise WrongRequest(f"hydra/sweeper={short(values['hydra/sweeper'])} is refused: {REMEDIES['hydra/sweeper']}")


def _launcher(values: dict[str, str], said: Hydra, multirun: bool) -> None:
    """How jobs are started, and how many at a time."""
    remedies = {"submitit_slurm": "use engine=slurm", "ray": "use engine=ray", "dask": "use engine=dask"}
    launcher = values.get("hydra/launcher", "basic")
    if launcher in remedies:
        raise WrongRequest(
            f"hydra/launcher={launcher} is refused: {remedies[launcher]}, which spreads the runs of a job"
        )
    said.launcher = _one_of(values, "hydra/launcher", tuple(LAUNCHERS)) or "basic"
    if said.launcher != "basic" and not multirun:
        raise WrongRequest(f"hydra/launcher={said.launcher} starts the jobs of a multirun: add -m")
    for name in ("n_jobs", "timeout_min"):
        key = f"hydra.launcher.{name}"
        if key not in values:
            continue
        if name not in LAUNCHERS[said.launcher]:
            known = " or ".join(f"hydra/launcher={other}" for other, names in LAUNCHERS.items() if name in names)
            raise WrongRequest(f"{key} is not usable with hydra/launcher={said.launcher}: add {known}")
        highest = 1024 if name == "n_jobs" else 100_000
        text = values[key]
        number = int(text) if re.fullmatch(r"-1|[0-9]{1,6}", text, re.ASCII) else 0
        if name == "n_jobs" and number == -1:
            continue
        if not 1 <= number <= highest:
            raise WrongRequest(f"{key}={short(text)} is not usable: give a whole number from 1 to {highest}")
        setattr(said, name, number)


def _one_of(values: dict[str, str], key: str, choices: tuple[str, ...]) -> str | None:
    if key in values and values[key] not in choices:
        raise WrongRequest(f"{key}={short(values[key])} is not usable: choose from {', '.join(choices)}")
    return values.get(key)


def _folders(text: str | None) -> list[str]:
    """The folders of ``hydra.searchpath=[a,file://b]``."""
    if text is None:
        return []
    if not (text.startswith("[") and text.endswith("]")):
        raise WrongRequest(f"hydra.searchpath={short(text)} is not usable: {REMEDIES['hydra.searchpath']}")
    found = []
    for part in filter(None, (part.strip().strip("'\"") for part in text[1:-1].split(","))):
        scheme, separator, path = part.partition("://")
        if separator and scheme != "file":
            raise WrongRequest(
                f"hydra.searchpath: {short(part)} is refused: only folders are searched, [file://FOLDER]"
            )
        found.append(path if separator else part)
    return found


def _dated(text: str) -> str:
    """A folder name with Hydra's ``${now:%Y-%m-%d}`` written out; nothing else is looked up."""
    return NOW.sub(lambda match: datetime.now().strftime(match.group(1)), text)
