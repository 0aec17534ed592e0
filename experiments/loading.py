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
from pathlib import Path, PurePosixPath

from hydra import version as hydra_version
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_search_path_impl import ConfigSearchPathImpl
from hydra._internal.core_plugins.file_config_source import FileConfigSource
from hydra._internal.sources_registry import SourcesRegistry
from hydra.core.plugins import Plugins
from hydra.core.singleton import Singleton
from hydra.errors import OverrideParseException
from hydra.plugins.config_source import ConfigResult, ConfigSource
from omegaconf import OmegaConf

from experiments.guard import WrongRequest, check_yaml, one_line, read_checked, short
from sim.quantities import OutOfRange

lines_read: ContextVar[dict[Path, dict[str, int]]] = ContextVar("lines_read")


class CheckedSource(FileConfigSource):
    """Configuration files that are looked at before they are read."""

    @staticmethod
    def scheme() -> str:
        return "checked"

    def load_config(self, config_path: str) -> ConfigResult:
        name = PurePosixPath(config_path)
        if name.is_absolute() or ".." in name.parts:
            raise WrongRequest(f"{short(config_path)} leads out of the configuration folder: give a name, not a path")
        path = Path(self.path) / self._normalize_file_name(config_path)
        text = read_checked(path)
        lines = check_yaml(text, str(path))
        if "hydra" in lines or any("hydra/" in key for key in lines):
            raise WrongRequest(f"{path} sets Hydra's own settings, which are not used here: leave them out")
        lines_read.get()[path] = lines
        comments = itertools.takewhile(lambda line: line.startswith("#") or not line.strip(), text.splitlines())
        packages = [line for line in comments if line.lstrip("# ").startswith("@")]  # Hydra wants these to come first
        header = ConfigSource._get_header_dict("\n".join(packages))
        config = OmegaConf.load(io.StringIO(text))
        return ConfigResult(config=config, path=f"checked://{self.path}", provider=self.provider, header=header)


@contextmanager
def composition(folders: Sequence[Path]):
    """A Hydra configuration loader over our folders; a Hydra program around us finds its own state unchanged."""
    before = Singleton._instances.pop(hydra_version.VersionBase, None)
    hydra_version.setbase("1.3")
    reading = lines_read.set({})
    quiet = logging.getLogger("hydra")
    level = quiet.level
    quiet.setLevel(logging.ERROR)
    try:
        Plugins.instance()
        SourcesRegistry.instance().register(CheckedSource)
        search = ConfigSearchPathImpl()
        search.append("hydra", "pkg://hydra.conf")
        for index, folder in enumerate(folders):
            search.append("main" if index == 0 else f"own-{index}", f"checked://{folder}")
        search.append("schema", "structured://")
        yield ConfigLoaderImpl(config_search_path=search)
    finally:
        quiet.setLevel(level)
        lines_read.reset(reading)
        Singleton._instances.pop(hydra_version.VersionBase, None)
        if before is not None:
            hydra_version.VersionBase.set_instance(before)


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
