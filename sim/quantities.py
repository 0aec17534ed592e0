"""Numbers that say what they are: unit, range and source stand where the number is defined.

World parameters, policy levers and scenario settings are dataclasses whose fields are made by
:func:`quantity`. Documentation, sliders and sampling bounds are generated from these lines, and a
value outside its range is refused with one sentence that names the value, the place and the remedy.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from types import MappingProxyType
from typing import Any, dataclass_transform

import numpy as np

ASSUMED = "assumed"


class OutOfRange(ValueError):
    """A number is not finite, or lies outside the range its definition allows."""


@dataclass(frozen=True)
class Quantity:
    """What a number means: its unit, its range, where it comes from."""

    unit: str
    low: float
    high: float
    source: str
    about: str


def quantity(default, unit: str, low: float, high: float, source: str, about: str) -> Any:
    """One number of a model, as a dataclass field.

    Parameters
    ----------
    default : float, int or None
        Value used when nothing else is said; None means "decided elsewhere" (``about`` says where).
    unit : str
        Unit in words, for example "dues per request".
    low, high : float
        Inclusive range; sweeps and sliders use it too.
    source : str
        A publication, "fitted by COMMAND", or :data:`ASSUMED`.
    about : str
        Meaning in one sentence.
    """
    return field(default=default, metadata={"quantity": Quantity(unit, low, high, source, about)})


@cache
def described(cls) -> Mapping[str, Quantity]:
    """The quantities of a dataclass by field name, in the order of definition."""
    return MappingProxyType({f.name: f.metadata["quantity"] for f in fields(cls) if "quantity" in f.metadata})


def check_ranges(instance) -> None:
    """Refuse numbers that are not finite or lie outside their range.

    Raises
    ------
    OutOfRange
        With the place, the value and the range that would be right.
    """
    place = getattr(type(instance), "place", type(instance).__name__)
    for name, what in described(type(instance)).items():
        value = getattr(instance, name)
        if type(value) in (int, float) and what.low <= value <= what.high:
            continue  # nearly always; what is not finite lies in no range
        if value is None:
            continue
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or not what.low <= value <= what.high:
            raise OutOfRange(
                f"{place}.{name}={value!r} is not usable: give a number from {what.low:g} to {what.high:g} ({what.unit})"
            )


@dataclass_transform(field_specifiers=(quantity, field))
def quantities(cls):
    """Turn a class of :func:`quantity` lines into a checked dataclass.

    The class gains ``record_dtype`` and ``record()``: its numbers as one NumPy record, which is what compiled rules
    are given.
    """
    checked_before = cls.__dict__.get("__post_init__")

    def __post_init__(self):
        check_ranges(self)
        if checked_before:
            checked_before(self)

    cls.__post_init__ = __post_init__
    cls = dataclass(cls)
    numbers = [f for f in fields(cls) if "quantity" in f.metadata]
    cls.record_dtype = np.dtype([(f.name, "i8" if f.type is int else "f8") for f in numbers])
    names = [f.name for f in numbers]
    cls.record = lambda self: tuple(map(vars(self).__getitem__, names))
    return cls


def as_dict(instance) -> dict:
    """A dataclass of quantities as a plain (nested) dictionary, for manifests."""
    return asdict(instance)
