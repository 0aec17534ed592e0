"""Formula by formula, the same bits: compiled code gives those of plain Python anywhere in the ranges of its arguments."""

import importlib
import inspect
import pkgutil
import re
import struct

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim import Fit, Policy, Scenario, World
from sim.compiled import COMPILING
from sim.policy import ROW
from sim.quantities import described


def formulas():
    """Everything marked ``@formula`` anywhere in ``sim``, by name."""
    found = {}
    for info in pkgutil.walk_packages(sim.__path__, "sim."):
        module = importlib.import_module(info.name)
        for name in re.findall(r"@formula\ndef (\w+)\(", (ROOT / (info.name.replace(".", "/") + ".py")).read_text()
                               if not info.ispkg else ""):  # fmt: skip
            found[f"{info.name}.{name}"] = getattr(module, name)
    return found


FORMULAS = formulas()
unit = st.floats(0, 1)
chance = st.integers(0, 2**32 - 1).map(lambda word: (word + 0.5) * 2.0**-32)
word = st.integers(0, 2**32 - 1)
truth = st.booleans()
years = st.floats(1, 80)
# Ranges of arguments by their names, which mean the same in all formulas.
ARGUMENTS = {
    **dict.fromkeys(
        "trust alignment empathy information strictness coverage freedom_rank visible tailoring known voice codified "
        "records promise reputation bond grievance friction share autonomy tolerance_share climate own other values known_why "
        "survey cocreate_idea intimacy together trait listening immersed transparency vulnerability evaluation judgement "
        "insight ceiling gain loss aptitude roles unfair most level fading speed response weight fitting appreciated credit claim".split(),
        unit,
    ),
    **dict.fromkeys("chance uniform".split(), chance),
    **dict.fromkeys("counter_0 counter_1 counter_2 counter_3 key_0 key_1 what person second allotment".split(), word),
    **dict.fromkeys("week ordinal".split(), st.integers(0, 65535)),
    **dict.fromkeys("free handed_on owned later_part own_department owned_elsewhere handed configured developing advised".split(), truth),
    **dict.fromkeys("need offer estimate distance vision surveyed heard known_of".split(), st.floats(-20, 20)),
    **dict.fromkeys(
        "quality line expectation usual belief ability skill value low high spotting error target trained".split(),
        st.floats(-4, 4),
    ),
    **dict.fromkeys(
        "base commitment odds log_odds base_gap belief_gap bond_gap grievance_gap friends_gap community_gap rival_gap drawn better "
        "x".split(),
        st.floats(-60, 60),
    ),
    "effort": st.floats(0.2, 1.0), "care": st.floats(0.05, 2.0), "message": st.floats(0.05, 1.0), "power": st.floats(-6, 0.9),
    "events": st.floats(0, 2), "time": st.floats(0, 2), "hours": st.floats(0, 60), "straying": st.floats(-0.3, 0.3),
    "margin": st.floats(-1e5, 1e5), "planned": st.floats(-1e5, 1e5), "revenue": st.floats(0, 1e6), "integration": st.floats(0, 2),
    "sharing_time": st.floats(0, 2),
    "position": st.floats(-7, 7), "luck": st.tuples(word, word), "mean": st.floats(0, 300), "morale": st.floats(-3, 3),
    "load": st.floats(0, 50), "weeks": st.floats(0, 2000), "years": years, "cost": unit, "growth": unit, "kept": st.floats(0.8, 1.0),
    "tolerance": st.floats(0.3, 2.0), "spread": st.floats(0.2, 2.0), "drift": st.floats(0, 0.6), "least": st.floats(0.2, 1.0),
    "sorting": unit, "money": st.floats(0, 0.5), "half": st.floats(0.01, 1), "misfit": st.floats(1, 2.5), "hurdle": st.floats(0, 10),
    "staying": st.floats(-60, 60), "word_of_mouth": st.floats(0, 10), "deviation": st.floats(-9, 9), "step": st.floats(0, 1),
    "dues": st.floats(0, 5), "outside_option": st.floats(-3, 3), "lived": st.floats(-10, 10),
    "around": st.floats(-5, 3), "selectivity": st.floats(1, 8),
    "innovation": st.floats(0, 1), "imitation": st.floats(0, 2), "inequality": st.floats(0.3, 3),
    "active": st.floats(0, 1e6), "expected": st.floats(0, 1e6), "likeness": st.floats(0, 0.95),
    "contagion_weeks": st.floats(1, 104), "promise_years": st.floats(0, 30),
    **dict.fromkeys("capability emphasis undercut involuntary".split(), unit), "total": st.floats(0, 3),
    **dict.fromkeys("enters known_weeks".split(), st.floats(4, 260)), "price": st.floats(0.2, 5), "price_weight": st.floats(0, 5),
    "prospects": st.floats(0, 5), "market": st.floats(0, 20),
    **dict.fromkeys("priorities measure limits sent".split(), unit), **dict.fromkeys("asking fair".split(), st.floats(0, 6)),
    "beyond": st.floats(-1, 1), "slack": st.floats(0, 10), "tiring": st.floats(0, 5), "partners": st.floats(-4, 8),
    **dict.fromkeys("depth apart warmth partnering contract opportunism weaker stronger dependence".split(), unit),
    **dict.fromkeys("ours_free theirs_free".split(), truth), **dict.fromkeys("our_skill their_skill".split(), st.floats(-4, 3)),
    "free_sides": st.sampled_from([0.0, 1.0, 2.0]), "places": st.integers(1, 10_000), "activity": st.floats(0, 1e6),
    **dict.fromkeys("good bad".split(), st.floats(0, 1e6)), **dict.fromkeys("part rate week_value".split(), st.floats(-1e6, 1e6)),
    "length": st.floats(0.1, 4), "preference": st.floats(0, 3), "stranger": st.floats(0.001, 0.5),
    "uncertainty": st.floats(0, 9), "prior": st.floats(0, 9), "departments": st.integers(2, 40), "domain": st.integers(0, 1),
    "main_domain": st.integers(0, 1), "first": st.integers(0, 99), "posts": st.integers(1, 9), "opened": st.just(1),
}  # fmt: skip
RECORDS = {
    "policy": Policy, "levers": Policy, "scenario": Scenario, "fit": Fit, "needs": type(World().needs),
    "leadership": type(World().leadership), "encounters": type(World().encounters), "routing": type(World().routing),
}  # fmt: skip
WORLDS = {"joint_work": "partners", "dependence": "partners", "workload": "routing"}
"""Whose parameters are the world of a module that is part of a process."""
# Names that mean something else in one process.
OWN = {
    ("worklife", "fit"): unit, ("contracts", "commitment"): chance,
     ("leadership", "usual"): st.floats(1, 30), ("selection", "error"): st.floats(0, 8),
    ("selection", "cost"): st.floats(0, 100), ("routing", "cost"): st.floats(0, 100), ("selection", "usual"): unit,
    ("keeping_in_touch", "weight"): st.floats(1e-9, 4),
    ("rivals", "share"): st.floats(0.001, 0.95), ("rivals", "weight"): st.floats(0, 20), ("rivals", "hurdle"): st.floats(0, 3),
}


def numbers_of(kind):
    """Numbers within the ranges of a class of quantities, as the record that rules are given."""
    defaults = kind()
    parts = [
        st.integers(int(what.low), int(what.high)) if isinstance(getattr(defaults, name), int) else st.floats(what.low, what.high)
        for name, what in described(kind).items()
    ]
    dtype = ROW if kind is Policy else kind.record_dtype  # levers are moved little by little, so all are real numbers
    return st.tuples(*parts).map(lambda values: np.array([values], dtype=dtype))


def arguments_of(name):
    """What a formula may be given, argument by argument."""
    group = name.split(".")[-2]
    out = []
    for argument in inspect.signature(FORMULAS[name].py_func).parameters:
        if argument == "world":
            out.append(numbers_of(type(getattr(World(), WORLDS.get(group, group)))))
        elif (group, argument) in OWN:
            out.append(OWN[group, argument])
        elif argument in RECORDS:
            out.append(numbers_of(RECORDS[argument]))
        else:
            assert argument in ARGUMENTS, f"say here in which range {argument!r} of {name} lies"
            out.append(ARGUMENTS[argument])
    return st.tuples(*out)


def bits(value):
    """A result as bytes, so that -0.0 is not 0.0 and no digit is forgiven."""
    if isinstance(value, tuple):
        return b"".join(map(bits, value))
    return struct.pack("d", value) if isinstance(value, float) else repr(int(value)).encode()


@pytest.mark.skipif(not COMPILING, reason="the compiler is switched off")
@pytest.mark.parametrize("name", FORMULAS)
def test_a_compiled_formula_gives_the_bits_of_plain_python(name):
    """Anywhere within the ranges of its arguments; plain Python also refuses to divide by zero or to overflow there."""
    formula = FORMULAS[name]

    @settings(max_examples=60, deadline=None, database=None)
    @given(arguments_of(name))
    def same(arguments):
        compiled = formula(*(part[0] if isinstance(part, np.ndarray) else part for part in arguments))
        plain = formula.py_func(*(part.view(np.recarray)[0] if isinstance(part, np.ndarray) else part for part in arguments))
        assert bits(compiled) == bits(plain)

    same()


def test_all_formulas_are_known():
    assert len(FORMULAS) > 60
    assert {"sim.luck.normal", "sim.processes.encounters.fit", "sim.founding.completed_renewals"} <= set(FORMULAS)
