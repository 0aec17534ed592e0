"""The compiler, and how to switch it off.

``@formula`` marks a scalar formula, ``@kernel`` a loop over rows, ``@making_kernel`` one that makes arrays of its
own. All are compiled by numba unless the environment says ``RELSIM_COMPILE=0``; then the very same functions run as plain Python and give
the same bits (slowly), which is what debuggers, coverage and students need.

Machine code is kept on disk, for each module in a folder named by the hash of its source, of the sources of all
modules of ``sim`` that it imports, and of the versions of numba and numpy: numba itself does not notice an edited
formula in an imported file. So an edit compiles again what it can reach, and nothing else.
"""

import hashlib
import os
import platform
import re
import sys
import tempfile
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

COMPILING = os.environ.get("RELSIM_COMPILE", "1") != "0"
SOURCES = Path(__file__).parent
IMPORT = re.compile(r"^[ \t]*(?:from|import) sim((?:\.\w+)*)(?: import (?:\(([^)]*)\)|(.*)))?", re.MULTILINE)
AHEAD = 12  # cases by which a loop asks memory for what it will read


@cache
def code_version() -> str:
    """Sixteen hexadecimal digits that change with any source of ``sim``, numba, numpy or the machine's kind."""
    return _digest(sorted(SOURCES.rglob("*.py")))


def _digest(paths) -> str:
    """Sixteen hexadecimal digits of some sources, the compiler and the machine's kind."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.relative_to(SOURCES).as_posix().encode())
        digest.update(_source(path).encode())
    parts = [os.environ.get("RELSIM_STEPS_A_WEEK", "1"), version("numba"), version("numpy"), sys.version, platform.machine(), platform.processor()]
    digest.update("|".join(parts).encode())
    return digest.hexdigest()[:16]


@cache
def _source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def _imports(path: Path) -> tuple[Path, ...]:
    """The modules of ``sim`` that a source names in its import lines, wherever they stand."""
    found = []
    for module, several, names in IMPORT.findall(_source(path)):
        base = SOURCES.joinpath(*filter(None, module.split(".")))
        candidates = [base.with_suffix(".py"), base / "__init__.py"]
        candidates += [base / f"{name}.py" for name in re.findall(r"\w+", several or names)]
        found += [candidate for candidate in candidates if candidate.exists()]
    return tuple(found)


def _path(module: str) -> Path:
    """Where the source of a module of ``sim`` stands."""
    return SOURCES.joinpath(*module.split(".")[1:]).with_suffix(".py")


@cache
def module_version(module: str) -> str:
    """The same digits for one module and all it imports from ``sim``; those of all sources for a module of others."""
    if not module.startswith("sim.") or not _path(module).exists():
        return code_version()
    reached, waiting = set(), [_path(module), Path(__file__)]
    while waiting:
        path = waiting.pop()
        if path not in reached:
            reached.add(path)
            waiting += _imports(path)
    return _digest(sorted(reached))


def _writable_cache() -> Path:
    """Folder for machine code: beside the checkout if it can be written, else the user's cache."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    candidates = [Path(tempfile.gettempdir()) / f"relsim-{os.getuid() if hasattr(os, 'getuid') else 'user'}"]
    candidates.insert(0, home / "relsim")
    if (SOURCES.parent / "pyproject.toml").exists():
        candidates.insert(0, SOURCES.parent / ".compiled")
    for folder in candidates:
        target = folder
        try:
            target.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe = target / f".probe-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError:
            continue
        return target
    return Path(tempfile.mkdtemp(prefix="relsim-"))


if COMPILING:
    CACHE = Path(os.environ["RELSIM_CACHE"]) if os.environ.get("RELSIM_CACHE") else _writable_cache()
    import numba
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.core.caching import IndexDataCacheFile
    from numba.extending import intrinsic

    numba.config.CACHE_DIR = str(CACHE / code_version())  # for whoever compiles with numba itself

    class KeyedCacheFile(IndexDataCacheFile):
        """Machine code on disk that says what it was made for, and is not taken for anything else.

        Numba names files by numbers that are free when it looks. Two processes that compile one rule for records of two
        shapes at the same time may both take one number; from then on one shape's rows are read and written by the other
        shape's code: numbers out of all ranges, or a crash (seen with numba 0.68.1).
        """

        def save(self, key, data) -> None:
            super().save(key, (key, data))

        def load(self, key):
            found = super().load(key)
            return found[1] if found is not None and found[0] == key else None

    def _compiling(**options):
        """A decorator that compiles, and keeps the machine code where only it and what it imports can make it stale."""

        def compiling(function):
            usual, numba.config.CACHE_DIR = numba.config.CACHE_DIR, str(CACHE / module_version(function.__module__))
            try:
                # error_model="numpy": a division by zero follows IEEE instead of testing every divisor; no formula
                # divides by zero for values inside their ranges (hypothesis tests hold this in plain Python).
                rule = numba.njit(cache=True, error_model="numpy", **options)(function)
                rule._cache._cache_file.__class__ = KeyedCacheFile
                return rule
            finally:
                numba.config.CACHE_DIR = usual

        return compiling

    making_kernel = _compiling()
    # _nrt=False: nobody counts who uses an array while a kernel runs; whoever called it holds its arrays until it
    # returns. Counting is an atomic addition at every call from loop to formula, a fifth of a week. Numba refuses to
    # compile an array made in such code ("requires NRT"), which is what making_kernel is for.
    formula = kernel = _compiling(_nrt=False)

    @intrinsic
    def fetch_early(typing_context, rows, row):
        """Ask memory for one row of a table that will be read a little later; changes nothing."""

        def build(context, builder, signature, arguments):
            kind = signature.args[0]
            table = context.make_array(kind)(context, builder, arguments[0])
            place = builder.mul(arguments[1], table.itemsize)
            first = builder.ptrtoint(table.data, place.type)
            byte = ir.IntType(8).as_pointer()
            flag = ir.IntType(32)
            shape = ir.FunctionType(ir.VoidType(), [byte, flag, flag, flag])
            function = cgutils.get_or_insert_function(builder.module, shape, "llvm.prefetch.p0")
            size = kind.dtype.size if hasattr(kind.dtype, "size") else 8
            for line in range(0, size, 64):
                at = builder.inttoptr(builder.add(first, builder.add(place, place.type(line))), byte)
                builder.call(function, [at, flag(0), flag(3), flag(1)])
            return context.get_dummy_value()

        return types.none(rows, types.int64), build
else:
    CACHE = None

    def fetch_early(rows, row):
        """Nothing to hurry for in plain Python."""

    def formula(function):
        """Plain Python: the function as it stands."""
        return function

    kernel = making_kernel = formula


def _mark(needs: str) -> Path:
    """A file that is there once what some runs need, said in words, has been compiled from the sources as they stand."""
    return CACHE / f"compiled-{code_version()}-{hashlib.sha256(needs.encode()).hexdigest()[:12]}"


def is_cold(needs: str) -> bool:
    """Whether what some runs need may still have to be compiled; ``needs`` says in words what that is.

    The number of departments is part of it: it is part of the shape of records, and machine code is made for one shape.
    """
    return COMPILING and not _mark(needs).exists()


def note_compiled(needs: str) -> None:
    """Remember that what some runs need has been compiled."""
    if COMPILING:
        with suppress(OSError):  # a cache that cannot be written: it is then compiled every time, and said every time
            _mark(needs).touch()
