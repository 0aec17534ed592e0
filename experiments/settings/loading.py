"""Reading configuration files as Hydra does, each looked at before it is read.

Only Hydra's composition is used. Nothing that Hydra itself would run on behalf of a configuration (launchers,
callbacks, logging set-ups, environment variables) is ever reached.
"""

import io
import itertools
import logging
from collections.abc import Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from pathlib import Path, PurePosixPath

from hydra import version as hydra_version
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_search_path_impl import ConfigSearchPathImpl
from hydra._internal.core_plugins.file_config_source import FileConfigSource
from hydra._internal.defaults_list import create_defaults_list
from hydra._internal.sources_registry import SourcesRegistry
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.plugins import Plugins
from hydra.core.singleton import Singleton
from hydra.errors import OverrideParseException
from hydra.plugins.config_source import ConfigResult, ConfigSource
from omegaconf import DictConfig, OmegaConf

from experiments.settings.folders import GROUPS
from experiments.settings.guard import WrongRequest, one_line, read_checked, short
from sim.quantities import OutOfRange

lines_read: ContextVar[dict[Path, dict[str, int]]] = ContextVar("lines_read")
choices_read: ContextVar[list[str]] = ContextVar("choices_read")
MOST_CHOICES = 12
"""Entries in the defaults lists of a user's own files together. Such lists name files with lists of their own, and a
file may be named in many places: n entries can make Hydra read 3^(n/3) configurations, here at most 81."""


class CheckedSource(FileConfigSource):
    """Configuration files that are looked at before they are read; ours."""

    @staticmethod
    def scheme() -> str:
        return "checked"

    def load_config(self, config_path: str) -> ConfigResult:
        name = PurePosixPath(config_path)
        if name.is_absolute() or ".." in name.parts:
            raise WrongRequest(f"{short(config_path)} leads out of the configuration folder: give a name, not a path")
        path = Path(self.path) / self._normalize_file_name(config_path)
        text, lines = read_checked(path)
        lines_read.get()[path] = lines
        comments = itertools.takewhile(lambda line: line.startswith("#") or not line.strip(), text.splitlines())
        packages = [line for line in comments if line.lstrip("# ").startswith("@")]  # Hydra wants these to come first
        try:
            header = ConfigSource._get_header_dict("\n".join(packages))
        except ValueError as error:
            raise WrongRequest(f"{path}: its first lines are not right ({error}): write # @package _global_, or nothing") from None
        config = OmegaConf.load(io.StringIO(text))
        self._look_at(path, config, header)
        return ConfigResult(config=config, path=f"{self.scheme()}://{self.path}", provider=self.provider, header=header)

    def _look_at(self, path: Path, config, header: dict) -> None:
        """Nothing more to ask of our own files."""


class OwnSource(CheckedSource):
    """Configuration files of a user's: only those of a group, and nothing of Hydra's own in them."""

    @staticmethod
    def scheme() -> str:
        return "own"

    def is_group(self, config_path: str) -> bool:
        return _in_a_group(config_path) and super().is_group(config_path)

    def is_config(self, config_path: str) -> bool:
        return _in_a_group(config_path) and super().is_config(config_path)

    def available(self) -> bool:
        return Path(self.path).is_dir()

    def _look_at(self, path: Path, config, header: dict) -> None:
        defaults = OmegaConf.to_container(config, resolve=False).get("defaults") or []
        named = [text for entry in defaults for text in _texts(entry)] if isinstance(defaults, list) else []
        if (
            "hydra" in config
            or (header.get("package") or "").split(".")[0] == "hydra"
            or any("hydra" in text for text in named)
        ):
            raise WrongRequest(f"{path} sets Hydra's own settings, which are not used here: leave them out")
        for text in named:
            if ".." in PurePosixPath(text).parts:
                raise WrongRequest(f"{path}: {short(text)} leads out of the configuration folder: give a name, not a path")
        choices_read.get().extend(map(str, defaults))
        if len(choices_read.get()) > MOST_CHOICES:
            raise WrongRequest(f"{path}: more than {MOST_CHOICES} entries in defaults lists: name fewer files")


def _in_a_group(config_path: str) -> bool:
    return PurePosixPath(config_path).parts[:1] == () or PurePosixPath(config_path).parts[0] in GROUPS


def _texts(entry) -> list[str]:
    """The words of one entry of a defaults list."""
    if isinstance(entry, dict):
        return [str(part) for pair in entry.items() for part in pair]
    return [str(entry)]


@contextmanager
def composition(folders: Sequence[Path]):
    """A Hydra configuration loader over our folders; a Hydra program around us finds its own state unchanged."""
    before = Singleton._instances.pop(hydra_version.VersionBase, None)
    hydra_version.setbase("1.3")
    reading, choosing = lines_read.set({}), choices_read.set([])
    quiet = logging.getLogger("hydra")
    level = quiet.level
    quiet.setLevel(logging.ERROR)
    try:
        Plugins.instance()
        SourcesRegistry.instance().register(CheckedSource)
        SourcesRegistry.instance().register(OwnSource)
        search = ConfigSearchPathImpl()
        for index, folder in enumerate(folders):
            search.append("main" if index == 0 else f"own-{index}", f"{'own' if index else 'checked'}://{folder}")
        search.append("schema", "structured://")
        yield ConfigLoaderImpl(config_search_path=search)
    finally:
        quiet.setLevel(level)
        lines_read.reset(reading)
        choices_read.reset(choosing)
        Singleton._instances.pop(hydra_version.VersionBase, None)
        if before is not None:
            hydra_version.VersionBase.set_instance(before)


def composed(loader: ConfigLoaderImpl, name: str, choices: Sequence[str]) -> tuple[DictConfig, dict]:
    """A configuration put together from files, and what was chosen of each group.

    The steps are those of ``ConfigLoaderImpl.load_configuration`` without Hydra's own node: nothing here can be set
    for Hydra, and its fifteen files need not be read.

    Parameters
    ----------
    loader : ConfigLoaderImpl
        From :func:`composition`.
    name : str
        The primary configuration.
    choices : sequence of str
        Overrides of groups: ``scenario=contract``, ``+experiment=quick``.
    """
    parsed, files = loader._parse_overrides_and_create_caching_repo(name, list(choices))
    found = create_defaults_list(
        repo=files, config_name=name, overrides_list=parsed, prepend_hydra=False, skip_missing=False
    )
    config = loader._compose_config_from_defaults_list(defaults=found.defaults, repo=files)
    OmegaConf.set_struct(config, True)
    return config, {
        group: OmegaConf.to_object(OmegaConf.create([choice]))[0]
        for group, choice in found.overrides.known_choices.items()
    }


def with_overrides(config: DictConfig, settings: Sequence[str]) -> DictConfig:
    """A copy of a configuration with overrides of single settings applied, as Hydra applies them."""
    copy = deepcopy(config)
    ConfigLoaderImpl._apply_overrides_to_config(OverridesParser.create().parse_overrides(list(settings)), copy)
    return copy


def as_wrong_request(error: BaseException) -> WrongRequest:
    """Any error met while composing as one line; the first cause that says what is wrong speaks."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, WrongRequest):
            return cause
        if isinstance(cause, OutOfRange):
            return WrongRequest(str(cause))
        cause = cause.__cause__ or cause.__context__
    text = str(error)
    if isinstance(error, OverrideParseException):  # the first line repeats the override
        text = "".join(text.split("\n")[1:2]) or text
    text = text.split("\nConfig search path")[0].split("\nSearch path")[0].split("\nSee https")[0]
    return WrongRequest(one_line(text or type(error).__name__))
