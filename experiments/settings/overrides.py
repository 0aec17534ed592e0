"""Overrides as they are typed: looked at, swept into jobs, made ready for Hydra."""

import itertools
from collections.abc import Sequence
from pathlib import Path

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import OverrideType, Quote, QuotedString, RangeSweep

from experiments.settings.folders import GROUPS, check_choice
from experiments.settings.guard import CALLABLES, WrongRequest, check_keys, check_name, check_override, nearest, short
from experiments.settings.loading import as_wrong_request, composition
from experiments.settings.typed import paths, plain, text_paths

MOST_JOBS = 1000


def jobs_of(overrides: Sequence[str], kind: type, folders: Sequence[Path], multirun: bool = False) -> list[list[str]]:
    """The overrides of each job, with Hydra's prefixes and our abbreviations written out.

    Parameters
    ----------
    overrides : sequence of str
        As typed.
    kind : type
        The request class of the command: it says which settings there are.
    folders : sequence of Path
        Where choices are looked for.
    multirun : bool
        Expand sweeps (``a=1,2``) into several jobs; otherwise they are refused.
    """
    with composition(folders) as loader:
        parser = OverridesParser.create(config_loader=loader)
        columns = {}
        for text in overrides:
            key, choices = _expanded(text, kind, parser, multirun)
            if key in columns:
                raise WrongRequest(f"{key} is given twice: keep one")
            columns[key] = choices
    count = 1
    for choices in columns.values():
        count *= len(choices)
    if count > MOST_JOBS:
        raise WrongRequest(f"--multirun would make more than {MOST_JOBS} jobs: ask for fewer at a time")
    return [list(job) for job in itertools.product(*columns.values())]


def _expanded(text: str, kind: type, parser: OverridesParser, multirun: bool) -> tuple[str, list[str]]:
    """The key of one override, and the override of each job."""
    check_override(text)
    key, equals, value = text.partition("=")
    key = key.strip().removeprefix("+").removeprefix("+")
    if key.startswith("~"):
        raise WrongRequest(f"{short(text)}: nothing can be taken away; give another value, {key[1:] or 'name'}=VALUE")
    if not equals or not key:
        raise WrongRequest(f"{short(text)} is not understood: write name=value without spaces, or --help")
    if "@" in key:
        raise WrongRequest(f"{short(text)}: settings cannot be put elsewhere with @; write {key.split('@')[0]}=VALUE")
    if key == "hydra" or key.startswith(("hydra.", "hydra/")):
        remedy = {"hydra.run.dir": "use out=DIR", "hydra.sweep.dir": "use out=DIR", "hydra/launcher": "use engine=NAME"}
        raise WrongRequest(f"{key} is refused: {remedy.get(key, 'of hydra.* only hydra.verbose can be set')}")
    _check_key(key, kind)
    quotable = key in text_paths(kind) and not multirun and value[:1] not in ("'", '"') and value not in ("null", "???")
    if quotable and value:  # a folder may be called 2024_01 or a(b): text is taken as it is typed
        value = QuotedString(text=value, quote=Quote.single).with_quotes()
    written = f"{key}={value}"
    try:
        override = parser.parse_overrides([written])[0]
        if override.type != OverrideType.CHANGE or override.package:
            raise WrongRequest(f"{short(text)} is not understood: write name=value")
        if not override.is_sweep_override():
            _check_inner(key, override.value(), kind)
            return key, [written]
        if not override.is_discrete_sweep():
            raise WrongRequest(f"{short(text)} names a range without steps: list the values, {key}=a,b,c")
        if not multirun:
            remedy = f"write {key}=[{value}] for a list, or " if key in ("policies", "scenario.off") else ""
            raise WrongRequest(f"{short(text)} names several values: {remedy}give -m for one job each")
        _check_range(override.value(), text)  # shuffle(range(...)) would be written out whole before it is cut
        values = list(itertools.islice(override.sweep_string_iterator(), MOST_JOBS + 1))
    except Exception as error:
        wrong = as_wrong_request(error)
        if wrong is error:
            raise
        raise WrongRequest(f"{short(text)} is not understood ({short(wrong)}): quote special characters") from None
    if not values:
        raise WrongRequest(f"{short(text)} names no value: list the values, {key}=a,b,c")
    return key, [f"{key}={choice}" for choice in values]


def _check_range(sweep, text: str) -> None:
    """Refuse a range of more values than there may be jobs."""
    if isinstance(sweep, RangeSweep) and sweep.start is not None and sweep.stop is not None and sweep.step:
        if not abs(sweep.stop - sweep.start) / abs(sweep.step) <= MOST_JOBS:  # also where one of them is no number
            raise WrongRequest(f"{short(text)} would make more than {MOST_JOBS} jobs: ask for fewer at a time")


def _check_key(key: str, kind: type) -> None:
    """Refuse names that are neither a setting nor a group, naming the nearest."""
    if any(part in CALLABLES for part in key.split(".")):
        raise WrongRequest(f"{short(key)} is refused: settings hold values only and never name code; leave it out")
    known = paths(plain(kind()))
    groups = ["experiment", *(["policy"] if "policies" in known else [])]
    if key not in known and key not in groups:
        top = [path for path in known if "." not in path] + groups
        remedy = nearest(key, known + groups)
        if remedy.startswith("known:"):
            remedy = f"known: {', '.join(top)}"
        raise WrongRequest(f"{short(key)} is no setting: {remedy}")


def _check_inner(key: str, value, kind: type) -> None:
    """Refuse unknown names inside an override that gives several settings at once (``a={b:1,c:2}``)."""
    check_keys(value, key)
    if isinstance(value, dict):
        if key in GROUPS:
            raise WrongRequest(
                f"{key}={short(value)} is not usable: give a name, and set values by path, {key}.NAME=VALUE"
            )
        for name, inner in value.items():
            _check_key(f"{key}.{name}", kind)
            _check_inner(f"{key}.{name}", inner, kind)
    elif key not in GROUPS:
        inside = [path for path in paths(plain(kind())) if path.startswith(f"{key}.")]
        if inside:
            raise WrongRequest(
                f"{key}={short(value)} is not usable: give settings by name, for example {inside[0]}=VALUE"
            )


def ready_for_hydra(given: dict[str, str], folders: Sequence[Path]) -> list[str]:
    """Overrides ready for Hydra: choices checked, ``policy=a`` written as a list, ``experiment`` as an addition."""
    ready = []
    parser = OverridesParser.create()
    for key, text in given.items():
        if key not in GROUPS:
            ready.append(f"{key}={text}")
            continue
        value = parser.parse_override(f"{key}={text}").value()
        if key == "policy":
            if "policies" in given:
                raise WrongRequest("policy and policies are both given: keep policies=[a,b]")
            if isinstance(value, list):
                shown = ",".join(map(str, value))
                raise WrongRequest(
                    f"policy=[{shown}] stacks bundles into one policy and compares nothing: write policies=[{shown}]"
                )
            ready.append(f"policies=[{check_name(value, 'policy')}]")
            continue
        for name in value if isinstance(value, list) and key == "experiment" else [value]:
            check_choice(key, check_name(name, key), folders)
        ready.append(f"{'+' if key == 'experiment' else ''}{key}={text}")
    return ready
