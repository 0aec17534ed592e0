"""From a command and its overrides to the typed request: composed as Hydra does, looked at, then converted."""

from collections.abc import Sequence
from pathlib import Path

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf

from experiments.settings.folders import GROUPS, check_choice, find
from experiments.settings.guard import WrongRequest, check_keys, check_name, short
from experiments.settings.loading import as_wrong_request, composed, composition, lines_read, with_overrides
from experiments.settings.overrides import ready_for_hydra
from experiments.settings.policies import load_policies
from experiments.settings.references import followed
from experiments.settings.schema import CompareRequest, Request, SweepRequest
from experiments.settings.typed import convert, plain
from sim.quantities import OutOfRange

NAMING_POLICIES = {"experiment", "+experiment", "policies", "policy", "reference"}
"""Who types one of these has said what to compare; otherwise a scenario that was typed brings its own policies."""


def request_of(command: str, overrides: Sequence[str], kind: type[Request], folders: Sequence[Path]) -> Request:
    """One job's typed request: see :func:`requests_of`."""
    (request,) = requests_of(command, [overrides], kind, folders)
    return request


def requests_of(
    command: str, jobs: Sequence[Sequence[str]], kind: type[Request], folders: Sequence[Path]
) -> list[Request]:
    """The typed requests of several jobs. Files are put together once for each choice of files.

    Parameters
    ----------
    command : str
        Also the name of the primary configuration file.
    jobs : sequence of sequences of str
        Overrides of each job, from :func:`experiments.settings.overrides.jobs_of`.
    kind : type
        The request class.
    folders : sequence of Path
        Where configuration files are.

    Raises
    ------
    WrongRequest
        With one line that says what is wrong and what would be right; of several jobs it names the first wrong one.
    """
    requests, put_together = [], {}
    with composition(folders) as loader:
        _store_schema(command, kind)
        for number, overrides in enumerate(jobs):
            given = dict(override.split("=", 1) for override in overrides)
            try:
                values, choices, read = _values(command, given, loader, folders, put_together)
                requests.append(_request(kind, values, choices, read, given, folders))
            except WrongRequest as error:
                if len(jobs) == 1:
                    raise
                raise WrongRequest(f"job {number} ({' '.join(overrides)}): {error}") from None
    return requests


def _values(
    command: str, given: dict[str, str], loader: ConfigLoaderImpl, folders: Sequence[Path], put_together: dict
) -> tuple[dict, dict, dict]:
    """One job's plain values, what was chosen of each group, and the files read with the lines of their settings."""
    try:
        ready = ready_for_hydra(given, folders)
        choices = [text for text in ready if text.partition("=")[0].lstrip("+") in GROUPS]
        if tuple(choices) not in put_together:
            lines_read.set({})
            put_together[tuple(choices)] = (*composed(loader, command, choices), lines_read.get())
        config, chosen, read = put_together[tuple(choices)]
        config = with_overrides(config, [text for text in ready if text not in choices])
        values = OmegaConf.to_container(config, resolve=False)
        check_keys(values)
        values = followed(values)
        for group in GROUPS:
            names = chosen.get(group)
            for name in names if isinstance(names, list) else [names] if names else []:
                find(group, name, folders)  # refuses a name that two folders give to different files
    except Exception as error:
        raise as_wrong_request(error) from None
    own = isinstance(values["scenario"], dict) and values["scenario"].get("compared_by")
    if own and command == "compare" and "scenario" in given and NAMING_POLICIES.isdisjoint(given):
        return _values(command, {"experiment": own, **given}, loader, folders, put_together)
    if isinstance(values["scenario"], dict) and values["scenario"].get("name") is None:
        values["scenario"]["name"] = chosen["scenario"]
    return values, chosen, read


def _request(
    kind: type[Request], values: dict, choices: dict, read: dict, given: dict[str, str], folders: Sequence[Path]
) -> Request:
    """Plain values as a typed request, checked as a whole."""
    try:
        elsewhere = of_comparisons_only(kind)
        request = convert(kind, {name: value for name, value in values.items() if name not in elsewhere})
        _finish(request, given, folders)
    except (WrongRequest, OutOfRange) as error:
        raise WrongRequest(f"{error}{_where(str(error), given, read)}") from None
    request.manifest_config = plain(request)
    request.overrides = [f"{key}={text}" for key, text in given.items()]
    request.choices = dict(choices)
    request.folders = [str(folder) for folder in folders]
    return request


def of_comparisons_only(kind: type) -> set[str]:
    """Settings that experiments may have for ``relsim compare`` (targets, line) and a command with a design does without."""
    return set(plain(CompareRequest())) - set(plain(kind())) if issubclass(kind, SweepRequest) else set()


def _store_schema(command: str, kind: type) -> None:
    """Give Hydra all settings with their defaults, so that a name which is not among them is a mistake."""
    defaults = plain(kind())
    defaults["scenario"]["name"] = None  # a scenario is called as its file unless it says otherwise
    defaults |= dict.fromkeys(of_comparisons_only(kind))
    ConfigStore.instance().store(name=f"_schema_{command}", node=defaults, provider="relsim")


def _finish(request: Request, given: dict[str, str], folders: Sequence[Path]) -> None:
    """What can be checked only on the whole request; loads the policies."""
    check_name(request.scenario.name, "scenario.name")
    _check_typed(request, given)
    if request.data is not None and not _exists(request.data):
        raise WrongRequest(f"data={short(request.data)} is not there: name a file or folder that is")
    request.check_together()
    wanted = [request.reference]
    if hasattr(request, "policies"):
        twice = [name for name in request.policies if request.policies.count(name) > 1]
        if twice:
            raise WrongRequest(f"policies names {short(twice[0])} twice: keep one")
        if not request.policies:
            raise WrongRequest("policies=[] is empty: name at least one, policies=[a,b]")
        for name in request.policies:
            check_choice("policy", check_name(name, "policies"), folders, "policies")
        if request.compares:  # the reference is run anyway; against itself it would only be zeros
            request.policies = [name for name in request.policies if name != request.reference]
        if not request.policies:
            raise WrongRequest(
                f"policies names nothing but the reference {request.reference}: add one to compare with it"
            )
        wanted += [name for name in request.policies if name != request.reference]
    check_choice("policy", check_name(request.reference, "reference"), folders, "reference")
    request.policy_set = load_policies(wanted, folders, request.scenario)


def _check_typed(request: Request, given: dict[str, str]) -> None:
    """Refuse what a file must not decide, since it may come from a stranger: where is written, and to whom is sent.

    A cluster is sent code, and what it answers is unpickled: only an address that was typed is used.
    """
    if request.out is not None and "out" not in given:
        out = Path(request.out)
        if out.is_absolute() or not out.resolve().is_relative_to(Path.cwd().resolve()):
            raise WrongRequest(f"out={short(request.out)} is set in a file and leads elsewhere: give out=DIR yourself")
    for name, value in (("resume", getattr(request, "resume", None)), ("engine.address", request.engine.address)):
        if value is not None and name not in given:
            raise WrongRequest(f"{name}={short(value)} is set in a file: give {name} yourself, where you trust it")


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):
        return False


def _where(message: str, given: dict[str, str], read: dict[Path, dict[str, int]]) -> str:
    """The file and line a wrong setting stands in, where it was not typed as an override."""
    path = message.split("=")[0].split(" ")[0]
    given = given if "policy" not in given else {**given, "policies": ""}
    if any(path == key or path.startswith((f"{key}.", f"{key}[")) for key in given if key not in GROUPS):
        return ""
    last = path.rsplit(".", 1)[-1].split("[")[0]
    for file, lines in reversed(read.items()):
        if last in lines:
            return f" (in {file}, line {lines[last]})"
    return ""
