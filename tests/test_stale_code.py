"""Machine code kept on disk is never that of formulas which have been edited since."""

import shutil
import sys

import pytest
from conftest import ROOT, run_python

from experiments.engines import needs_compiling, warm_up
from sim import Policy, Scenario
from sim.compiled import COMPILING

pytestmark = pytest.mark.skipif(not COMPILING, reason="the compiler is switched off")

# One formula that calls another one in another file: the least that can be stale.
CALL = """
import numpy as np
from sim.compiled import CACHE, module_version
from sim.traits import quantile

cold = not any((CACHE / module_version("sim.traits")).rglob("*.nbc"))
print(cold, CACHE, quantile(np.linspace(-1.0, 1.0, 9), 0.6))
"""


@pytest.fixture
def checkout(tmp_path):
    """A copy of the sources, with a place for machine code of its own."""
    shutil.copytree(ROOT / "sim", tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "pyproject.toml").write_text("")
    return tmp_path


def called(checkout, folder=""):
    """Cold or warm, the folder of machine code, and the quantile that came out."""
    cold, place, value = run_python(CALL, checkout, RELSIM_COMPILE="1", RELSIM_CACHE=str(folder)).split()
    return cold == "True", place, float(value)


def edit(checkout):
    """Change ``normal`` of luck, which ``quantile`` of traits calls: numba alone would not notice."""
    luck = checkout / "sim" / "luck.py"
    source = luck.read_text(encoding="utf-8")
    assert source.count("q = uniform - 0.5\n") == 1
    luck.write_text(source.replace("q = uniform - 0.5\n", "q = uniform - 0.4\n"), encoding="utf-8")
    return luck, source


def test_an_edited_formula_is_compiled_again_and_an_unchanged_one_is_not(checkout):
    first = called(checkout)
    again = called(checkout)
    luck, source = edit(checkout)
    edited = called(checkout)
    luck.write_text(source, encoding="utf-8")
    restored = called(checkout)
    assert first[1].startswith(str(checkout))
    assert (first[0], again[0], edited[0], restored[0]) == (True, False, True, False)
    assert first[1:] == again[1:] == restored[1:]
    assert edited[2] > first[2] + 0.01


def test_an_edit_makes_stale_only_what_imports_it(checkout):
    ask = "from sim.compiled import module_version as v; print(v('sim.luck'), v('sim.processes.renewals'), v('sim.processes.needs'))"
    before = run_python(ask, checkout).split()
    edited = checkout / "sim" / "processes" / "renewals.py"
    edited.write_text(edited.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
    after = run_python(ask, checkout).split()
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, False, True]


def test_a_folder_for_machine_code_named_by_the_user_holds_no_stale_code_either(checkout):
    folder = checkout / "kept"
    first = called(checkout, folder)
    edit(checkout)
    edited = called(checkout, folder)
    assert first[1].startswith(str(folder))
    assert edited[2] > first[2] + 0.01


def test_once_compiled_nothing_is_said_of_compiling(monkeypatch, capsys):
    """Compiled before, whatever of it few runs need: nobody is told again that the model is being compiled."""
    usual, many = Scenario(), Scenario(departments=39)
    warm_up()
    assert not needs_compiling(usual) and needs_compiling(many) and needs_compiling(usual, [Policy(claim=0.1, breadth=0.1, survey=0.1)])
    capsys.readouterr()
    warm_up()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sim.compiled.code_version", lambda: "edited")  # another checkout, or an edit
    assert needs_compiling(usual)


def test_machine_code_is_not_taken_for_that_of_another_shape(tmp_path):
    """Two processes that compile at once may give two signatures one file: it then holds the code of the later one."""
    from sim.compiled import KeyedCacheFile

    kept = KeyedCacheFile(str(tmp_path), "rule", "stamp")
    kept.save("five departments", "code for five")
    assert kept.load("five departments") == "code for five" and kept.load("two departments") is None
    kept._save_index({"two departments": "rule.1.nbc", "five departments": "rule.1.nbc"})  # what the race leaves behind
    assert kept.load("two departments") is None and kept.load("five departments") == "code for five"
    kept.save("two departments", "code for two")
    assert kept.load("two departments") == "code for two" and kept.load("five departments") is None


def test_every_rule_keeps_its_machine_code_so():
    from numba.core.dispatcher import Dispatcher

    from sim.compiled import KeyedCacheFile

    found = [value for name, module in list(sys.modules.items()) if name.startswith("sim.") for value in vars(module).values()]
    rules = [value for value in found if isinstance(value, Dispatcher)]
    assert len(rules) > 100 and all(isinstance(rule._cache._cache_file, KeyedCacheFile) for rule in rules)


WARMED = """
import sys
from dataclasses import replace
from numba.core.dispatcher import Dispatcher
from experiments.engines.warming import try_out
from experiments.settings.composing import request_of
from experiments.settings.folders import config_folders
from experiments.settings.schema import CompareRequest
from sim import RelationshipModel

def compiled():
    kept = {}
    for name, module in list(sys.modules.items()):
        if name.startswith("sim."):
            kept |= {(name, rule): len(v.signatures) for rule, v in vars(module).items() if isinstance(v, Dispatcher)}
    return kept

request = request_of("compare", ["experiment=EXPERIMENT"], CompareRequest, config_folders())
try_out(request.scenario, request.policy_set.values())
before = compiled()
model = RelationshipModel(replace(request.scenario, members=300))
model.burn_in()
for policy in request.policy_set.values():
    model.fork(policy).run_for(60)
print(*sorted(name for (module, name), count in compiled().items() if count > before.get((module, name), 0)))
"""


@pytest.mark.parametrize("experiment", ["runaway_community", "one_to_many", "leeches"])
def test_what_an_experiment_needs_is_compiled_before_its_runs_begin(experiment):
    """Else a progress bar stands still for as long as it takes, once in each worker."""
    left = run_python(WARMED.replace("EXPERIMENT", experiment), ROOT).split()
    # Single formulas that a chance event calls from Python: parts of a second each.
    assert set(left) <= {"normal", "occupant", "introduced", "missing_hours", "changed_means", "review"}, left
