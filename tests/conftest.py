"""One thread for every library: the tests are small, and threads that wait for each other make them slow.

And a home of their own for the kits that are kept, so that no test touches the player's.
"""

import os
from pathlib import Path

import pytest

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where `clave` keeps things during a test, also one that runs it as a program of its own."""
    folder = tmp_path_factory.getbasetemp() / "home"
    monkeypatch.setenv("CLAVE_HOME", str(folder))
    return folder
