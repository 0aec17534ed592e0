"""The same rules in C: compile ``core.c``, found it from our columns at week 0, run it.

The C program has structures and loops of its own and draws the same keyed luck, so it must give the same renewals
to the person.
"""

import ctypes
import re
import shutil
import subprocess
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from experiments.settings.scenarios import scenario_named
from sim import WEEK, RelationshipModel
from sim.policy import LEVERS
from sim.processes import encounters, needs, renewals, routing, trust

HERE = Path(__file__).parent
CORE = ("needs", "routing", "encounters", "trust", "renewals")
CORE_OFF = [entry.name for entry in WEEK if entry.name not in CORE]
FLAGS = ["-O3", "-ffp-contract=off", "-std=c11"]

MEMBER = np.dtype(
    [("belief", "f8")]
    + [(name, "u4") for name in ("identity", "allotment")]
    + [(name, "f4") for name in ("expectation", "ceiling", "request_rate", "owner_rank", "voice", "commitment")]
    + [(name, "i4") for name in ("owner", "grievance", "joined", "left")]
    + [(name, "i2") for name in ("let_downs", "complaints", "renewals")]
    + [(name, "i1") for name in ("main_domain", "lapse")],
    align=True,
)
KNOWLEDGE = np.dtype([("needs", "f4"), ("estimate", "f4"), ("uncertainty", "f4"), ("holder", "i4")], align=True)
TIE = np.dtype([("staff", "i4"), ("bond", "f4"), ("since", "i4"), ("last_contact", "i4")], align=True)
STAFF = np.dtype(
    [(name, "f8") for name in ("empathy", "alignment", "freedom_rank", "ability", "immersed")]
    + [(name, "f8") for name in ("effort", "care", "standard", "waiting")]
    + [(name, "i8") for name in ("demand", "backlog", "worked", "aftermath")]
    + [(name, "i4") for name in ("department", "post", "alive")],
    align=True,
)


def compiler() -> str | None:
    """The C compiler, or None where there is none."""
    return shutil.which("cc")


def declared(struct: str) -> list[tuple[str, str]]:
    """Names and C types of the members of a structure in ``core.c``, in order."""
    source = re.sub(r"/\*.*?\*/", "", (HERE / "core.c").read_text(encoding="utf-8"), flags=re.S)
    structs = re.findall(r"typedef struct \{(.*?)\} (\w+);", source, flags=re.S)
    body = next(text for text, name in structs if name == struct)
    lines = [line.split(None, 1) for line in body.replace("\n", " ").split(";") if line.strip()]
    return [(name.strip(" *"), kind) for kind, names in lines for name in names.split(",")]


def dtype_of(struct: str) -> np.dtype:
    """A structure of plain numbers in ``core.c`` as NumPy sees it."""
    kinds = {"double": "f8", "uint32_t": "u4", "int32_t": "i4"}
    return np.dtype([(name, kinds[kind]) for name, kind in declared(struct)], align=True)


RULES, DEPARTMENT = dtype_of("Rules"), dtype_of("Department")


class Run(ctypes.Structure):
    """A whole run, as C sees it."""


Run._fields_ = [
    ("rules", ctypes.c_byte * RULES.itemsize),
    *((name, ctypes.c_int64 if kind == "int64_t" else ctypes.c_void_p) for name, kind in declared("Run")[1:]),
]


@cache
def library() -> ctypes.CDLL:
    """The compiled program.

    Raises
    ------
    RuntimeError
        Where there is no C compiler, or where it means other memory than this module.
    """
    if compiler() is None:
        raise RuntimeError("there is no C compiler here: install cc, or leave the comparison with C out")
    with tempfile.TemporaryDirectory(prefix="rival-") as folder:
        target = Path(folder) / "core.so"
        subprocess.run([compiler(), *FLAGS, "-shared", "-fPIC", HERE / "core.c", "-o", target, "-lm"], check=True)
        program = ctypes.CDLL(str(target))
    program.size_of.restype = ctypes.c_int64
    program.run_weeks.argtypes = [ctypes.POINTER(Run), ctypes.c_int, ctypes.c_int, ctypes.c_void_p]
    program.run_weeks.restype = None
    for which, dtype in enumerate((RULES, MEMBER, KNOWLEDGE, TIE, STAFF, DEPARTMENT)):
        if program.size_of(which) != dtype.itemsize:
            raise RuntimeError(f"structure {which} has {program.size_of(which)} bytes in C, {dtype.itemsize} here")
    return program


def departments_of(model: RelationshipModel) -> np.ndarray:
    """What each department does: its levers as enacted, and what its leader makes of it, by the names C has for them."""
    table = model.tables["departments"]
    rows = np.zeros(model.departments, DEPARTMENT)
    for name in rows.dtype.names:
        rows[name] = model.enacted[name] if name in LEVERS else table[name]
    return rows


def rules_of(model: RelationshipModel) -> np.ndarray:
    """All numbers that the rules are given, read from a model by name."""
    given = model.given[0]
    numbers = {}
    for group in ("routing", "encounters", "trust"):
        numbers |= {name: given[group][name] for name in given[group].dtype.names}
    # Names that stand for something else in several groups are taken from the group that C means by them.
    for group, names in {
        "needs": ("spread", "drift", "trend_spread", "trend_years", "main_domain_share", "several_domains_share"),
        "policy": ("promise",),
        "renewals": (
            "lived_weight", "bond_weight", "bond_elasticity", "price_weight", "grievance_weight", "grievance_weeks",
        ),
        "scenario": ("dues", "outside_option", "departments"),
        "fit": (
            "involuntary", "belief", "bond", "grievance", "expectation",
            "commitment_median", "belief_median", "bond_median",
        ),
    }.items():  # fmt: skip
        numbers |= {name: given[group][name] for name in names}
    numbers |= {"prior": given["fit"]["promise"], "prior_years": given["fit"]["promise_years"]}
    numbers |= dict(zip(("seed", "replicate"), model.luck, strict=True))
    numbers |= {"key_drift": needs.DRIFT, "key_trend": needs.TREND, "key_request": needs.REQUEST}
    numbers |= {"key_freedom": routing.FREEDOM, "key_answer": encounters.ANSWER}
    numbers |= {"key_covering": encounters.COVERING, "key_exposure": trust.EXPOSURE, "key_voice": trust.VOICE}
    numbers |= {"key_renewal": renewals.RENEWAL}
    record = np.zeros(1, RULES)
    for name in record.dtype.names:
        record[name] = numbers[name]
    return record


def taken(table, dtype: np.dtype) -> np.ndarray:
    """Rows of a C structure, filled from the columns of the same names."""
    rows = np.zeros(len(table), dtype)
    for name in dtype.names:
        rows[name] = table[name]
    return rows


class RivalC:
    """The C program, founded from a model at week 0.

    Parameters
    ----------
    model : RelationshipModel
        A model with the processes :data:`CORE_OFF` switched off; it is copied from and not changed.

    Raises
    ------
    ValueError
        Where the scenario has a jump of needs or a breach of trust.

    Attributes
    ----------
    arrays : dict of str to array
        The state, by the names that C has for it.
    series : array of shape (weeks, series)
        The weekly series of the latest run.
    """

    def __init__(self, model: RelationshipModel):
        if max(model.scenario.shift_week, model.scenario.breach_week) >= 0:
            raise ValueError(
                "the C program knows no jump of needs and no breach: leave shift_week and breach_week at -1"
            )
        members = model.tables["members"]
        knowledge = np.zeros(members["needs"].shape, KNOWLEDGE)
        for name in KNOWLEDGE.names:
            knowledge[name] = members[name]
        self.arrays = {
            "members": taken(members, MEMBER),
            "knowledge": knowledge,
            "ties": taken(model.tables["ties"], TIE),
            **{name: members[name].copy() for name in ("trust", "next_request", "renewal_week", "alive")},
            "staff": taken(model.tables["staff"], STAFF),
            "departments": departments_of(model),
            **{name: getattr(model, name).copy() for name in ("seats", "first_post", "opened", "trend", "offer")},
        }
        pointers = {name: array.ctypes.data for name, array in self.arrays.items()}
        self.run_struct = Run(member_count=len(members), staff_count=len(model.tables["staff"]), **pointers)
        rules = rules_of(model)
        ctypes.memmove(self.run_struct.rules, rules.ctypes.data, rules.nbytes)
        self.now = model.now

    def run_for(self, weeks: int) -> None:
        """Run so many weeks."""
        program = library()
        self.series = np.zeros((weeks, program.size_of(6)))
        program.run_weeks(ctypes.byref(self.run_struct), self.now, self.now + weeks, self.series.ctypes.data)
        self.now += weeks

    def __getitem__(self, name: str) -> np.ndarray:
        """A column of the members."""
        return self.arrays[name] if name in self.arrays else self.arrays["members"][name]


def core_model(members: int, rng: int = 1) -> RelationshipModel:
    """The association with the processes of the core only, at founding."""
    return RelationshipModel(replace(scenario_named("association"), members=members, off=CORE_OFF), rng=rng)
