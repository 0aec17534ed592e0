"""From plain values (what YAML and overrides give) to the typed objects that commands are given.

Strict on purpose: true is no number, text is no number, 2.5 is no whole number. Ranges and finiteness are checked by
the objects themselves when they are made.
"""

import dataclasses
import math
import types
from typing import Any, Union, get_args, get_origin, get_type_hints

from experiments.settings.guard import WrongRequest, nearest, short
from sim.quantities import OutOfRange, described


def settings(kind: type) -> dict[str, dataclasses.Field]:
    """The fields of a dataclass that a user may set, by name."""
    return {f.name: f for f in dataclasses.fields(kind) if f.init and not f.metadata.get("internal")}


def plain(instance) -> dict:
    """A typed object as nested plain values, without what is not a user's to set."""
    return {name: _plain(getattr(instance, name)) for name in settings(type(instance))}


def _plain(value):
    if dataclasses.is_dataclass(value):
        return plain(value)
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value


def paths(values: dict, prefix: str = "") -> list[str]:
    """All dotted paths of nested plain values, groups included."""
    found = []
    for name, value in values.items():
        found.append(f"{prefix}{name}")
        if isinstance(value, dict):
            found += paths(value, f"{prefix}{name}.")
    return found


def text_paths(kind: type, prefix: str = "") -> set[str]:
    """Dotted paths whose value is text."""
    found = set()
    hints = get_type_hints(kind)
    for name in settings(kind):
        inner = _without_none(hints[name])[0]
        if inner is str:
            found.add(f"{prefix}{name}")
        elif dataclasses.is_dataclass(inner):
            found |= text_paths(inner, f"{prefix}{name}.")
    return found


def _without_none(kind) -> tuple[Any, bool]:
    """A type without ``| None``, and whether that was there."""
    if get_origin(kind) in (Union, types.UnionType):
        inner = [part for part in get_args(kind) if part is not type(None)]
        return inner[0], True
    return kind, False


def convert(kind: type, values: Any, place: str = "") -> Any:
    """A dataclass made from plain values.

    Parameters
    ----------
    kind : type
        The dataclass.
    values : dict
        Plain values by name; what is missing keeps its default.
    place : str
        Dotted path of this object in the configuration, for messages.

    Raises
    ------
    WrongRequest
        For a name that is not known, a value of the wrong kind, not finite, or out of range.
    """
    known = settings(kind)
    if not isinstance(values, dict):
        raise WrongRequest(f"{place}={short(values)} is not usable: give settings by name ({', '.join(known)})")
    hints = get_type_hints(kind)
    ready = {}
    for name, value in values.items():
        path = f"{place}.{name}" if place else str(name)
        if name not in known:
            parent = f"{place}." if place else ""
            raise WrongRequest(
                f"{path} is no setting: {nearest(path, [f'{parent}{known_name}' for known_name in known])}"
            )
        ready[name] = _value(hints[name], value, path, described(kind).get(name))
    try:
        return kind(**ready)
    except OutOfRange as error:
        ours = getattr(kind, "place", kind.__name__)
        message = str(error)
        if message.startswith(f"{ours}."):
            message = f"{place}{message[len(ours) :]}" if place else message[len(ours) + 1 :]
        raise WrongRequest(message) from None


def _value(kind, value, path: str, what):
    """One value, as its type wants it."""
    kind, may_be_none = _without_none(kind)
    if value is None and may_be_none:
        return None
    if dataclasses.is_dataclass(kind):
        return convert(kind, value, path)
    if get_origin(kind) is list:
        if not isinstance(value, (list, tuple)):
            example = "a,b" if value is None or isinstance(value, dict) else short(value)
            raise WrongRequest(f"{path}={short(value)} is not usable: give a list, {path}=[{example}]")
        return [_value(get_args(kind)[0], inner, f"{path}[{index}]", None) for index, inner in enumerate(value)]
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    outside = number and what is not None and not what.low <= value <= what.high
    bounds = f" from {bound(what.low)} to {bound(what.high)} ({what.unit})" if what else ""
    if kind is bool:
        if not isinstance(value, bool):
            raise WrongRequest(f"{path}={short(value)} is not usable: give true or false")
        return value
    if kind is int:
        if not number or outside or not _finite(value) or int(value) != value:
            raise WrongRequest(f"{path}={short(value)} is not usable: give a whole number{bounds}")
        return int(value)
    if kind is float:
        if not number or outside or not _finite(value):
            raise WrongRequest(f"{path}={short(value)} is not usable: give a number{bounds}")
        return float(value)
    if kind is str:
        if not isinstance(value, str) or not value.strip() or value == "???":
            raise WrongRequest(f"{path}={short(value)} is not usable: give text, in quotes if it looks like a number")
        return value
    raise TypeError(f"{path}: settings of kind {kind} are not provided for")


def _finite(value: int | float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond all floats
        return False


def bound(value: float) -> str:
    """A bound of a range as one would type it."""
    return str(int(value)) if float(value).is_integer() else f"{value:g}"
