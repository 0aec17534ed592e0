"""The compiler, and how to switch it off.

``@formula`` marks a scalar formula, ``@kernel`` a loop over rows, ``@making_kernel`` one that makes arrays of its
own. All are compiled by numba unless the environment says ``RELSIM_COMPILE=0``; then the very same functions run as plain Python and give
the same bits (slowly), which is what debuggers, coverage and students need.

Machine code is kept on disk in a folder named by the hash of all sources of ``sim`` and of the
versions of numba and numpy: numba itself does not notice an edited formula in an imported file.
"""

import hashlib
import os
import platform
import sys
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

COMPILING = os.environ.get("RELSIM_COMPILE", "1") != "0"
SOURCES = Path(__file__).parent
AHEAD = 12  # cases by which a loop asks memory for what it will read


@cache
def code_version() -> str:
    """Sixteen hexadecimal digits that change with any source of ``sim``, numba, numpy or the machine's kind."""
    digest = hashlib.sha256()
    for path in sorted(SOURCES.rglob("*.py")):
        digest.update(path.relative_to(SOURCES).as_posix().encode())
        digest.update(path.read_bytes())
    parts = [version("numba"), version("numpy"), sys.version, platform.machine(), platform.processor()]
    digest.update("|".join(parts).encode())
    return digest.hexdigest()[:16]


def _writable_cache() -> Path:
    """Folder for machine code: beside the checkout if it can be written, else the user's cache."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    candidates = [Path(tempfile.gettempdir()) / f"relsim-{os.getuid() if hasattr(os, 'getuid') else 'user'}"]
    candidates.insert(0, home / "relsim")
    if (SOURCES.parent / "pyproject.toml").exists():
        candidates.insert(0, SOURCES.parent / ".compiled")
    for folder in candidates:
        target = folder / code_version()
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
    CACHE = Path(os.environ["RELSIM_CACHE"]) / code_version() if os.environ.get("RELSIM_CACHE") else _writable_cache()
    os.environ["NUMBA_CACHE_DIR"] = str(CACHE)
    import numba
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic

    # error_model="numpy": a division by zero follows IEEE instead of testing every divisor; no formula divides by
    # zero for values inside their ranges (hypothesis tests hold this in plain Python, where it would raise).
    making_kernel = numba.njit(cache=True, error_model="numpy")
    # _nrt=False: nobody counts who uses an array while a kernel runs; whoever called it holds its arrays until it
    # returns. Counting is an atomic addition at every call from loop to formula, a fifth of a week. Numba refuses to
    # compile an array made in such code ("requires NRT"), which is what making_kernel is for.
    formula = kernel = numba.njit(cache=True, error_model="numpy", _nrt=False)

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


def is_cold() -> bool:
    """Whether the first run still has to be compiled."""
    return COMPILING and not any(CACHE.rglob("*.nbc"))
