"""What a request from outside may hold: looked at before anything reads or runs it.

A wrong request ends in :class:`WrongRequest`, whose message is one line that names the value, the place and the
remedy. YAML is looked at as a stream of events, so a file that would grow without end, or would call something, is
refused before it becomes a value.
"""

import difflib
import re
from collections.abc import Iterable
from pathlib import Path

import yaml

LARGEST_FILE = 256 * 1024
LARGEST_OVERRIDE = 4000  # characters; also below Python's own limit of digits in a whole number
DEEPEST = 20  # nested brackets, or levels of a file
LONGEST_LINE = 600  # characters of a message

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}")
CALLABLES = ("_target_", "_args_", "_partial_", "_convert_", "_recursive_", "()", "class", "factory")
"""Keys by which configurations elsewhere name code to call; here nothing is called, so nothing may ask for it."""

REFERENCE = re.compile(r"\$\{\.*[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*\}")
"""The one kind of lookup there is: the value of another setting (:mod:`experiments.settings.references`)."""
SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")
OCTAL = re.compile(r"[-+]?0[0-9_]+")
YAML_WORDS = ("on", "off", "yes", "no", "y", "n", "true", "false", "null", "~")
YAML_TAG = "tag:yaml.org,2002:"


class WrongRequest(ValueError):
    """The request is wrong: exit status 2, one line."""


def one_line(text: object) -> str:
    """A message as one printable line: no line breaks, no control characters, not longer than a few lines' worth."""
    words = " ".join(str(text).split())
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in words)
    if len(shown) <= LONGEST_LINE:
        return shown
    half = LONGEST_LINE // 2 - 5
    return f"{shown[:half]} [...] {shown[-half:]}"


def short(value: object) -> str:
    """A value as it is shown inside a message: as one would write it in an override."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (list, tuple)):
        text = f"[{','.join(map(short, value))}]"
    elif isinstance(value, dict):
        text = f"{{{','.join(f'{short(key)}:{short(inner)}' for key, inner in value.items())}}}"
    else:
        text = f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)
    return text if len(text) <= 80 else f"{text[:60]}...{text[-10:]}"


def nearest(name: object, known: Iterable[str], what: str = "known") -> str:
    """The remedy for a misspelt name: the nearest known ones, or all where none is near."""
    known = list(known)
    parent, _, last = str(name).rpartition(".")
    siblings = {path.rpartition(".")[2]: path for path in known if path.rpartition(".")[0] == parent}
    near = [siblings[match] for match in difflib.get_close_matches(last, siblings, n=3, cutoff=0.6)]
    if not near:  # a dotted path may be right in its last part only
        near = [path for path in known if path.rpartition(".")[2] == last][:3]
    if not near:
        near = difflib.get_close_matches(str(name), known, n=3, cutoff=0.7)
    if near:
        return f"did you mean {' or '.join(near)}?"
    return f"{what}: {', '.join(known)}"


def check_name(name: object, place: str) -> str:
    """A name that may become part of a path: letters, digits, ``_ . + -``, and no way out of its folder."""
    if not isinstance(name, str) or not NAME.fullmatch(name) or ".." in name:
        remedy = (
            "give a name of letters, digits and _ . + -, up to 100 of them, not a path"
            if isinstance(name, str)
            else "give one name, in quotes if it looks like a number"
        )
        raise WrongRequest(f"{place}={short(name)} is not usable: {remedy}")
    return name


def check_text(text: str, place: str, value: str | None = None) -> None:
    """Refuse text that would be looked up elsewhere than among the settings, or that cannot be shown."""
    value = text if value is None else value
    if "${" in value and not REFERENCE.fullmatch(value):
        raise WrongRequest(
            f"{place}: {short(text)!r} looks something up: write the value itself, or ${{NAME}} of a setting"
        )
    if not text.isprintable():
        raise WrongRequest(f"{place}: {short(text)!r} holds a character that cannot be printed: leave it out")


def check_override(text: str) -> None:
    """Refuse an override that is too long, too deep, looks things up or names code."""
    if len(text) > LARGEST_OVERRIDE:
        raise WrongRequest(f"override {short(text)} has {len(text)} characters: at most {LARGEST_OVERRIDE} are read")
    check_text(text, "override", text.partition("=")[2].strip().strip("'\""))
    if "${" in text.partition("=")[0]:
        raise WrongRequest(f"{short(text)} is not understood: write name=value")
    depth = deepest = 0
    for character in text:
        depth += (character in "[{(") - (character in "]})")
        deepest = max(deepest, depth)
    if deepest > DEEPEST:
        raise WrongRequest(f"override {short(text)} nests {deepest} brackets: at most {DEEPEST} are read")


def check_keys(value: object, place: str = "") -> None:
    """Refuse, at any depth, keys that name code and texts that look things up."""
    if isinstance(value, dict):
        for key, inner in value.items():
            where = f"{place}.{key}" if place else str(key)
            if key in CALLABLES:
                raise WrongRequest(f"{where} is refused: settings hold values only and never name code; leave it out")
            check_keys(inner, where)
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            check_keys(inner, f"{place}[{index}]")
    elif isinstance(value, str):
        check_text(value, place)


def read_checked(path: Path) -> tuple[str, dict[str, int]]:
    """The text of a configuration file, once it is known to be harmless, and the lines of its settings.

    See :func:`check_yaml`, which raises what is wrong with it.
    """
    try:
        if not path.is_file():
            raise WrongRequest(f"{path} is no file: name a YAML file")
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise WrongRequest(f"{path} is larger than {LARGEST_FILE // 1024} kB: a configuration is shorter than that")
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise WrongRequest(f"{path} is not UTF-8 text (byte {error.start}): save it as UTF-8") from None
    except OSError as error:
        raise WrongRequest(f"{path} cannot be read ({error.strerror}): check its name and permissions") from None
    return text, check_yaml(text, str(path))


def check_yaml(text: str, source: str) -> dict[str, int]:
    """Refuse YAML that could grow, call something, or mean something else than it seems to.

    Parameters
    ----------
    text : str
        The whole file.
    source : str
        Its name, for messages.

    Returns
    -------
    dict of str to int
        The line on which each key first stands.
    """
    lines: dict[str, int] = {}
    open_keys: list[set | None] = []  # a set of keys for a mapping, None for a list
    expect_key: list[bool] = []
    documents = 0

    def refuse(event, trouble: str):
        raise WrongRequest(f"{source}, line {event.start_mark.line + 1}: {trouble}")

    def value_ended() -> None:
        if expect_key:
            expect_key[-1] = not expect_key[-1]

    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    refuse(event, "a second document begins (---): keep one to a file")
            elif isinstance(event, yaml.AliasEvent):
                refuse(event, f"alias *{event.anchor} is refused: write the value itself")
            elif isinstance(event, yaml.NodeEvent):
                if event.anchor:
                    refuse(event, f"anchor &{event.anchor} is refused: write the value where it is needed")
                if event.tag is not None:
                    refuse(event, f"tag {short(event.tag)} is refused: write a plain value")
                if not open_keys and not isinstance(event, yaml.MappingStartEvent) and getattr(event, "value", "x"):
                    refuse(event, "no settings stand here: write name: value, one a line")
            at_key = bool(open_keys) and open_keys[-1] is not None and expect_key[-1]
            if isinstance(event, yaml.ScalarEvent):
                if at_key:
                    key = _checked_key(event, refuse)
                    if key in open_keys[-1]:
                        refuse(event, f"{key} is set twice: keep one")
                    open_keys[-1].add(key)
                    lines.setdefault(key, event.start_mark.line + 1)
                else:
                    _check_scalar(event, refuse)
                value_ended()
            elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                if at_key:
                    refuse(event, "a list or mapping stands where a name is needed: write name: value")
                open_keys.append(set() if isinstance(event, yaml.MappingStartEvent) else None)
                expect_key.append(True)
                if len(open_keys) > DEEPEST:
                    refuse(event, f"more than {DEEPEST} levels: a configuration has fewer")
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                open_keys.pop()
                expect_key.pop()
                value_ended()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        trouble = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
        where = f", line {mark.line + 1}" if mark else ""
        raise WrongRequest(f"{source}{where} is not YAML ({trouble}): write name: value, one a line") from None
    except RecursionError:
        raise WrongRequest(f"{source} has too many levels: a configuration has at most {DEEPEST}") from None
    return lines


def _checked_key(event, refuse) -> str:
    """A key as text; YAML 1.1 reads some words and all numbers as something else."""
    key = event.value
    if key == "<<":
        refuse(event, "merging with << is refused: write the values themselves")
    if key in CALLABLES:
        refuse(event, f"{key} is refused: settings hold values only and never name code; leave it out")
    if event.style is None and (
        key.lower() in YAML_WORDS
        or yaml.SafeLoader("").resolve(yaml.ScalarNode, key, (True, False)) != f"{YAML_TAG}str"
    ):
        refuse(event, f'{short(key)} is not read as a name by YAML: write "{short(key)}" in quotes')
    return key


def _check_scalar(event, refuse) -> None:
    """Refuse values that YAML 1.1 turns into another number than the one written."""
    if "${" in event.value and not REFERENCE.fullmatch(event.value):
        refuse(event, f"{short(event.value)} looks something up: write the value itself, or ${{NAME}} of a setting")
    if event.style is not None:
        return
    if event.value == "???":
        refuse(event, "??? stands for a missing value: write the value")
    if SEXAGESIMAL.fullmatch(event.value):
        refuse(
            event, f"{short(event.value)} is read by YAML as a number to base 60: write a number, or quotes for text"
        )
    if OCTAL.fullmatch(event.value):
        refuse(event, f"{short(event.value)} is read by YAML as a number to base 8: leave out the leading zero")
