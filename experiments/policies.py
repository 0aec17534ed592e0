"""Policies by name: one YAML file each, which names the levers it sets.

What a file does not name stays as in the conventional organisation, whose values are the defaults of
:class:`sim.Policy`. Several files may be stacked into one policy as long as no two set a lever differently.
"""

from collections.abc import Sequence
from pathlib import Path

import yaml

from experiments.folders import config_folders, find, names
from experiments.guard import WrongRequest, check_name, nearest, read_checked, short
from experiments.typed import convert
from sim.policy import Policy


def levers(name: str, folders: Sequence[Path] | None = None) -> dict:
    """The levers that the policy file ``name`` sets, as plain values."""
    folders = config_folders() if folders is None else folders
    check_name(name, "policy")
    path = find("policy", name, folders)
    if path is None:
        raise WrongRequest(f"policy={short(name)} is not there: {nearest(name, names('policy', folders), 'there are')}")
    values = yaml.safe_load(read_checked(path)[0])
    if values is None:
        values = {}
    try:
        convert(Policy, values, "policy")
    except WrongRequest as error:
        raise WrongRequest(f"{error} (in {path})") from None
    return values


def stacked(bundles: Sequence[str], folders: Sequence[Path] | None = None) -> dict:
    """The levers of several policy files together.

    Raises
    ------
    WrongRequest
        Where two of them set the same lever differently: which one should hold is not for us to guess.
    """
    together, set_by = {}, {}
    for name in bundles:
        for lever, value in levers(name, folders).items():
            if lever in together and together[lever] != value:
                raise WrongRequest(
                    f"policy=[{','.join(bundles)}] is not usable: {set_by[lever]} sets {lever} to {together[lever]}, "
                    f"{name} to {value}; stack bundles that set different levers"
                )
            together[lever] = value
            set_by[lever] = name
    return together


def load_policy(policy: str | Sequence[str], folders: Sequence[Path] | None = None) -> Policy:
    """A policy by name, or several bundles stacked into one.

    Examples
    --------
    >>> load_policy("conventional").strictness
    0.8
    >>> load_policy(["strict", "holistic"]) == load_policy("strict_holistic")
    True
    """
    bundles = [policy] if isinstance(policy, str) else list(policy)
    return convert(Policy, stacked(bundles, folders), "policy")


def load_policies(wanted: Sequence[str], folders: Sequence[Path] | None = None) -> dict[str, Policy]:
    """Several policies by name, each as :func:`load_policy` gives it, in the order wanted."""
    return {name: load_policy(name, folders) for name in wanted}
