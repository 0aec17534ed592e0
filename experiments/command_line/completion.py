"""Completion of command lines in the shell: commands, flags, settings by path, groups and their choices.

The names of settings come from the definitions in the code. Those take a second to import, so what was found is kept
beside the user's other caches, as a list of names (JSON), for as long as the sources stay as they are.
"""

import hashlib
import json
import os
from pathlib import Path

from experiments.command_line.commands import COMMANDS
from experiments.command_line.flags import CHOICES, REFUSED, SWITCHES, WITH_VALUE
from experiments.settings.folders import GROUPS, config_folders, names
from experiments.settings.guard import WrongRequest, short

SHELLS = ("bash", "zsh", "fish")
SCRIPTS = {
    "bash": """\
_relsim_complete() {
    local IFS=$'\\n'
    COMPREPLY=($(COMP_LINE="$COMP_LINE" COMP_POINT="$COMP_POINT" relsim --shell-completion query=bash 2>/dev/null))
}
complete -o nospace -o default -F _relsim_complete relsim
""",
    "zsh": """\
_relsim_complete() {
    local -a found
    found=("${(@f)$(COMP_LINE="${(j: :)words[1,CURRENT-1]} $PREFIX" relsim --shell-completion query=zsh 2>/dev/null)}")
    if (( ${#found[1]} )); then compadd -U -Q -S '' -- "${found[@]}"; else _files; fi
}
autoload -Uz compinit; (( $+functions[compdef] )) || compinit -u
compdef _relsim_complete relsim
""",
    "fish": """\
function _relsim_complete
    env COMP_LINE=(commandline -cp) relsim --shell-completion query=fish 2>/dev/null
end
complete -c relsim -f -a '(_relsim_complete)'
""",
}
REMOVALS = {
    "bash": "complete -r relsim; unset -f _relsim_complete\n",
    "zsh": "compdef -d relsim; unfunction _relsim_complete\n",
    "fish": "complete -c relsim -e; functions -e _relsim_complete\n",
}
HYDRAS = (
    "hydra/launcher=",
    "hydra.launcher.n_jobs=",
    "hydra.run.dir=",
    "hydra.sweep.dir=",
    "hydra.searchpath=",
    "hydra.verbose=true",
)
LAUNCHERS = ("basic", "joblib", "submitit_local")


def answer(asked: str) -> str:
    """``--shell-completion install=SHELL``, ``uninstall=SHELL`` or ``query=SHELL``.

    A query reads the line from the environment variable COMP_LINE, up to COMP_POINT, as shells give it.
    """
    what, equals, shell = asked.partition("=")
    if what not in ("install", "uninstall", "query") or not equals or shell not in SHELLS:
        raise WrongRequest(f"--shell-completion {short(asked)} is not usable: write install={'|'.join(SHELLS)}")
    if what == "install":
        return SCRIPTS[shell]
    if what == "uninstall":
        return REMOVALS[shell]
    line = os.environ.get("COMP_LINE", "")
    point = os.environ.get("COMP_POINT", "")
    if point.isdecimal():  # shells count bytes
        line = line.encode(errors="surrogateescape")[: int(point)].decode(errors="ignore")
    found = completions(line)
    if shell == "bash":  # which takes a word to begin after "=" and ":"
        word = line.split(" ")[-1]
        known = max(word.rfind("="), word.rfind(":")) + 1
        found = [text[known:] for text in found]
    if shell == "fish":  # which sets the space itself
        found = [text.rstrip() for text in found]
    return "".join(f"{text}\n" for text in found)


def completions(line: str) -> list[str]:
    """What the last word of a line may become."""
    words = line.split(" ")
    typed = [word for word in words[1:-1] if word]
    last = words[-1] if len(words) > 1 else ""
    if not typed:
        return _begins(last, [f"{name} " for name in COMMANDS] + ["--help ", "--version "])
    command = typed[0]
    if command not in COMMANDS:
        return []
    if not COMMANDS[command].request:
        return _begins(last, [f"{word} " for word in COMMANDS[command].words])
    if typed[-1] in WITH_VALUE:
        return _begins(last, [f"{value} " for value in CHOICES.get(WITH_VALUE[typed[-1]], ())])
    if last.startswith("-"):
        flags = [f"{flag} " for flag in (*SWITCHES, *WITH_VALUE) if flag.startswith("--") and flag not in REFUSED]
        return _begins(last, flags)
    folders = config_folders(_folders_named(typed))
    return _of_setting(command, last, folders)


def _of_setting(command: str, word: str, folders: list[Path]) -> list[str]:
    """Completions of ``name=value``: names level by level, then choices or the value that holds when nothing is said."""
    sign = "+" * (len(word) - len(word.lstrip("+")))
    key, equals, value = word[len(sign) :].partition("=")
    known = settings(command)
    groups = [
        group
        for group in GROUPS
        if group in known or group == "experiment" or (group == "policy" and "policies" in known)
    ]
    if equals:
        return [f"{sign}{key}={text}" for text in _values(key, value, known, groups, folders)]
    if key.startswith("hydra"):
        return _begins(key, HYDRAS)
    level = key.rpartition(".")[0]
    start = f"{level}." if level else ""
    found = [f"{group}=" for group in groups] if not level else []
    for path in known:
        rest = path.removeprefix(start)
        if path.startswith(start) and path != start and "." not in rest:
            nested = isinstance(known[path], dict)
            found.append(f"{path}." if nested else f"{path}=")
    return [f"{sign}{text}" for text in _begins(key, list(dict.fromkeys(found)))]


def _values(key: str, value: str, known: dict, groups: list[str], folders: list[Path]) -> list[str]:
    """What may stand behind ``=``."""
    if key == "hydra/launcher":
        return _begins(value, LAUNCHERS)
    if key in groups or key in ("reference", "policies"):
        group = "policy" if key in ("reference", "policies") else key
        if key == "policies" and not value:
            return ["["]
        before = value[: max(value.rfind(","), value.rfind("[")) + 1]
        given = set(before.strip("[").split(","))
        return [before + name for name in _begins(value[len(before) :], names(group, folders)) if name not in given]
    default = known.get(key)
    if isinstance(default, bool):
        return _begins(value, ("true", "false"))
    if isinstance(default, (int, float)):
        return _begins(value, (str(default),))
    return []


def _begins(start: str, texts) -> list[str]:
    return [text for text in texts if text.startswith(start)]


def _folders_named(typed: list[str]) -> list[str]:
    """Folders named with ``--config-dir`` before the last word, as far as they are there."""
    found = []
    for place, word in enumerate(typed):
        flag, equals, value = word.partition("=")
        if WITH_VALUE.get(flag) == "config_dirs":
            folder = value if equals else typed[place + 1] if place + 1 < len(typed) else ""
            found += [folder] if folder and Path(folder).is_dir() else []
    return found


def settings(command: str) -> dict:
    """Settings of a command by dotted path: the value that holds when nothing is said; a dict where it holds others."""
    kept = _kept_in(command)
    try:
        return json.loads(kept.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        pass
    from experiments.settings import schema
    from experiments.settings.typed import paths, plain

    values = plain(getattr(schema, COMMANDS[command].request)())
    found = {}
    for path in paths(values):
        value = values
        for part in path.split("."):
            value = value[part]
        found[path] = {} if isinstance(value, dict) else value
    try:
        kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        waiting = kept.with_name(f"{kept.name}.{os.getpid()}")
        waiting.write_text(json.dumps(found), encoding="utf-8")
        os.replace(waiting, kept)
    except OSError:
        pass
    return found


def _kept_in(command: str) -> Path:
    """The file that keeps the settings of a command, named by the state of the sources they come from."""
    ours = Path(__file__).resolve().parent.parent
    definitions = [ours / "settings" / "schema.py", ours / "command_line" / "commands.py"]
    digest = hashlib.sha256()
    for source in [*definitions, *sorted((ours.parent / "sim").rglob("*.py"))]:
        state = source.stat()
        digest.update(f"{source}:{state.st_size}:{state.st_mtime_ns}".encode())
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "relsim" / f"settings-{command}-{digest.hexdigest()[:16]}.json"
