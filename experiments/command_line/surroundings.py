"""What lies in the working folder must not reach into a run: it may have come from a stranger.

Python starts its worker processes with the working folder first among the places it imports from, so a file
``joblib.py`` there would be run. numba reads ``.numba_config.yaml`` from there whenever it compiles, and matplotlib
``matplotlibrc``. None of these is a setting of ours.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from experiments.settings.guard import WrongRequest

SAFE = "PYTHONSAFEPATH"  # processes started with it do not import from the folder they are started in


@contextmanager
def apart() -> Iterator[None]:
    """Within this context no process imports from the working folder, and no library is set up by a file in it.

    Raises
    ------
    WrongRequest
        Where a file there would change how the model is compiled.
    """
    if os.path.lexists(".numba_config.yaml"):
        raise WrongRequest(
            ".numba_config.yaml in this folder would change how the model is compiled: take it away or work elsewhere"
        )
    before = os.environ.get(SAFE)
    os.environ[SAFE] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[SAFE]
        else:
            os.environ[SAFE] = before


def import_matplotlib_apart() -> None:
    """Import matplotlib where it does not read a ``matplotlibrc`` of the working folder."""
    if not os.path.lexists("matplotlibrc"):
        return
    here = Path.cwd()
    os.chdir(Path(__file__).resolve().parent)
    try:
        import matplotlib  # noqa: F401
    finally:
        os.chdir(here)
