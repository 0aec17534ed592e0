"""References between settings: ``years: ${scenario.horizon}`` takes the value of another setting.

Hydra's users expect them. They are followed here and not by OmegaConf, whose resolvers can read the environment and
whose texts can grow without end when references stand inside text: here a reference stands alone and gives one value.
"""

from typing import Any

from experiments.settings.guard import REFERENCE, WrongRequest, nearest, short

LONGEST_CHAIN = 20
PATHS = ("out", "data")  # what decides where is read and written is written out


def followed(values: dict) -> dict:
    """Nested plain values with every reference replaced by the value it leads to.

    Raises
    ------
    WrongRequest
        For a reference that leads nowhere, to several values, in a circle, or that stands in ``out`` or ``data``.
    """
    return _follow(values, values, ())


def _follow(value: Any, root: dict, place: tuple) -> Any:
    if isinstance(value, dict):
        return {key: _follow(inner, root, (*place, key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [_follow(inner, root, (*place, index)) for index, inner in enumerate(value)]
    at, chain = place, []
    while isinstance(value, str) and "${" in value:
        shown = f"{_written(place)}={short(value)}"
        if place[0] in PATHS or len(chain) == LONGEST_CHAIN or (value, at) in chain:
            trouble = "is refused here" if place[0] in PATHS else "leads in a circle"
            raise WrongRequest(f"{shown} {trouble}: write the value itself")
        chain.append((value, at))
        value, at = _target(value, root, at, shown)
    return value


def _target(text: str, root: dict, place: tuple, shown: str) -> tuple[Any, tuple]:
    """The value a reference leads to, and its place."""
    if not REFERENCE.fullmatch(text):
        raise WrongRequest(
            f"{shown} is not usable: a reference stands alone and names a setting, ${{scenario.horizon}}"
        )
    inner = text[2:-1]
    path = inner.lstrip(".")
    dots = len(inner) - len(path)
    if dots > len(place):
        raise WrongRequest(f"{shown} leads out of the settings: use fewer dots")
    at = (*(place[: len(place) - dots] if dots else ()), *path.split("."))
    value: Any = root
    for part in at:
        if isinstance(value, list) and str(part).isdecimal() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            known = _leaves(root)
            raise WrongRequest(f"{shown} leads nowhere: {nearest('.'.join(map(str, at)), known, 'known')}")
    if isinstance(value, (dict, list)):
        raise WrongRequest(f"{shown} leads to several values: name one of them")
    return value, at


def _leaves(values: dict, prefix: str = "") -> list[str]:
    """Dotted paths of single values."""
    found = []
    for key, inner in values.items():
        found += _leaves(inner, f"{prefix}{key}.") if isinstance(inner, dict) else [f"{prefix}{key}"]
    return found


def _written(place: tuple) -> str:
    """A place as it is written in messages: ``scenario.line[0].alpha``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
