"""``relsim new policy|scenario|experiment NAME``: a commented starting file, written from the definitions in the code."""

import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from experiments.command_line.flags import parse
from experiments.settings.folders import config_folders, find, names
from experiments.settings.guard import WrongRequest, check_name, nearest, short

KINDS = ("policy", "scenario", "experiment")
USAGE = """\
relsim new policy|scenario|experiment NAME [--config-dir DIR]

Writes GROUP/NAME.yaml into the working folder, or into DIR: every setting with its value, unit, range and source, in
comments that say what it means. It is found from there by name: relsim compare policies=[NAME], scenario=NAME or
experiment=NAME. A file that is there already is not overwritten.

Examples:
  relsim new policy concierge
  relsim new scenario chamber
  relsim new experiment first --config-dir my_configs   (a folder that is there)"""


def main(words: Sequence[str]) -> int:
    """Write the file that the words ask for; returns the exit status.

    Raises
    ------
    WrongRequest
        For a name that is not usable or in use, or a folder that cannot be written.
    """
    parsed = parse(words)
    if parsed.help or not words:
        print(USAGE)
        return 0
    if len(parsed.overrides) != 2 or len(parsed.config_dirs) > 1:
        raise WrongRequest(f"new is not understood: write relsim new {'|'.join(KINDS)} NAME")
    kind, name = parsed.overrides
    if kind not in KINDS:
        raise WrongRequest(f"new {short(kind)} is not possible: {nearest(kind, KINDS, 'there are')}")
    check_name(name, kind)
    if name.startswith(("_", ".")) or name.endswith((".yaml", ".yml")):
        raise WrongRequest(
            f"{kind}={short(name)} is not usable: give a name without the ending of a file, as concierge"
        )
    if not isinstance(yaml.safe_load(name), str) or is_number(name):
        raise WrongRequest(f"{kind}={short(name)} is not usable: it would be read as a number or as nothing; begin the name with a word")
    path = _place(kind, name, parsed.config_dirs)
    _write(path, text_of(kind, name))
    use = {"policy": f"policies=[{name}]", "scenario": f"scenario={name}", "experiment": f"+experiment={name}"}[kind]
    folder = f" --config-dir {parsed.config_dirs[0]}" if parsed.config_dirs else ""
    print(f"Wrote {path}: change what you want to change, then relsim compare {use}{folder}")
    return 0


def is_number(text: str) -> bool:
    """Whether Python, and so a configuration, reads a text as a number (YAML alone leaves 1e5 a text)."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _place(kind: str, name: str, named: list[str]) -> Path:
    """Where the file goes, once nothing of its name is there."""
    folders = config_folders(named)
    there = find(kind, name, folders)
    if there is not None:
        raise WrongRequest(f"{kind}={name} is there already, {there}: choose another name")
    root = Path(named[0]) if named else Path()
    path = root / kind / f"{name}.yaml"
    if path.parent.is_symlink() or path.is_symlink() or path.exists():
        raise WrongRequest(f"{path} leads elsewhere or is there already: choose another name or folder")
    return path


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise WrongRequest(f"{path} cannot be written ({error.strerror}): choose another folder") from None


def capital(text: str) -> str:
    """A sentence begins with a capital."""
    return text[:1].upper() + text[1:]


def text_of(kind: str, name: str) -> str:
    """The starting file of a kind."""
    return {"policy": _policy, "scenario": _scenario, "experiment": _experiment}[kind](name)


def _policy(name: str) -> str:
    from sim.policy import Policy

    head = f"""\
# {name}: say here in a sentence what this policy is. Say in another where the idea comes from.
# Use it with: relsim compare policies=[{name}]
# Values are those of the conventional organisation. A lever that is left out stays as it is there.
"""
    return head + "\n" + _settings(Policy())


def _scenario(name: str) -> str:
    from sim.scenario import Scenario

    head = f"""\
# {name}: say here in a sentence who the members are. Say in another where the numbers come from.
# Use it with: relsim compare scenario={name}
# What is left out is as in the scenario named next; from there comes base commitment fitted to data, too.
defaults:
  - association
  - _self_
"""
    return head + "\n" + _settings(Scenario(), leave_out=("name", "line", "off")) + "\n" + _OFF


_OFF = """\
# Processes that are not called, for example [growth]: nobody joins. (YAML reads a bare off as false, hence the quotes.)
"off": []
"""


def _experiment(name: str) -> str:
    from experiments.settings.schema import CompareRequest

    policies = ", ".join(CompareRequest().policies)
    head = f"""\
# relsim compare +experiment={name}
# {name}: say here in a sentence what question this answers.
# @package _global_
defaults:
  - override /scenario: association     # one of: {", ".join(names("scenario", config_folders()))}
  - override /world: default

# Policies compared, by the names of their files, each against the reference.
policies: [{policies}]
reference: conventional
"""
    request = CompareRequest()
    leave_out = ("scenario", "world", "engine", "reference", "policies", "data", "out")
    scenario = _in_lines(request.scenario, "  # ", leave_out=("name", "line", "off"))
    world = "".join(f"  # {process}:\n{_in_lines(part, '  #   ')}" for process, part in vars(request.world).items())
    return (
        f"{head}\n{_settings(request, leave_out=leave_out)}\n"
        "# Who and how many, where it differs from the scenario: take the # away before a line, and before scenario.\n"
        f"# scenario:\n{scenario}\n"
        "# How people behave, where it differs from the world: take the # away before a line, its process, and world.\n"
        f"# world:\n{world}"
    )


def _in_lines(instance, indent: str, leave_out: Sequence[str] = ()) -> str:
    """Every setting of a typed object in a line of its own, to be switched on by taking a # away."""
    return "".join(
        f"{indent}{f'{name}: {_yaml(value)}':<28}  # {about}\n"
        for name, value, about in _described(instance, leave_out)
    )


def _settings(instance, leave_out: Sequence[str] = ()) -> str:
    """Every setting of a typed object: meaning, unit, range and source as a comment, then the value."""
    lines = []
    for name, value, about in _described(instance, leave_out):
        lines += [f"# {line}" for line in textwrap.wrap(about, 116)]
        lines.append(f"{name}: {_yaml(value)}")
    return "\n".join(lines) + "\n"


def _described(instance, leave_out: Sequence[str]) -> Iterator[tuple[str, object, str]]:
    """Name, value, and meaning with range, unit and source of every setting."""
    from experiments.settings.typed import bound, plain
    from sim.quantities import described

    known = described(type(instance))
    for name, value in plain(instance).items():
        if name not in leave_out:
            what = known.get(name)
            about = "True or false." if what is None else (
                f"{capital(what.about)}. {bound(what.low)} to {bound(what.high)} ({what.unit}); {what.source}."
            )  # fmt: skip
            yield name, value, about


def _yaml(value) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return repr(value) if isinstance(value, (int, float)) else str(value)


if __name__ == "__main__":
    from experiments.door import main as door

    sys.exit(door(["new", *sys.argv[1:]]))
