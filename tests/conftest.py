"""One thread for every library: the tests are small, and threads that wait for each other make them slow.

And a home of their own for the kits that are kept, so that no test touches the player's; and, with `pytest -n`, which
tests run side by side.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shape_checks
from xdist.scheduler import LoadScopeScheduling

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

shape_checks.install()  # before any module of Clave is imported

BROWSER = "tests/browser/"
LONGEST_FIRST = (
    BROWSER,
    "tests/app/test_learning_commands.py",
    "tests/rhythm/test_grooves.py",
    "tests/evaluation/",
    "tests/training/",
    "tests/test_wheel.py",
)  # what takes a minute or so; a process that gets it last would still be at it when the other has finished
ABOUT_MOMENTS = (
    BROWSER,
    "tests/play/live/",
    "tests/app/",
    "tests/test_fuzz.py",
    "tests/files/test_public_data.py",
    "tests/files/test_sharded.py",
    "tests/training/test_workers.py",
)
"""Tests with real clocks, sockets and processes: one that fails, say on a machine that was held up, has a second try.

Both tries are in the report. What fails twice fails.
"""
NICENESS = 5  # of the other tests beside the browser, whose tests are about moments


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where `clave` keeps things during a test, also one that runs it as a program of its own."""
    folder = tmp_path_factory.getbasetemp() / "home"
    monkeypatch.setenv("CLAVE_HOME", str(folder))
    return folder


@pytest.fixture(scope="module")
def rough_spaces() -> Iterator[None]:
    """Spaces that are learned in a test are fitted roughly: for tests that do not ask how good they are."""
    from clave.rhythm import logistic_pca, map_search

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(map_search, "LATTICE_STEP", 0.3)
        patch.setattr(logistic_pca, "FIT_ITERATIONS", 20)
        patch.setattr(logistic_pca, "NEWTON_ITERATIONS", 4)
        yield


class OneBrowser(LoadScopeScheduling):
    """A file runs in one process, with the fixtures of its module, and all files of the browser in the same one.

    Two browsers at once on two cores would come too late for what they play.
    """

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneBrowser:
    config.option.loadscopereorder = False  # keep the order that follows
    return OneBrowser(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(ABOUT_MOMENTS):
            item.add_marker(pytest.mark.flaky(reruns=1))
    if not _in_a_process_of_several():
        return

    def place(item: pytest.Item) -> int:
        return next((n for n, start in enumerate(LONGEST_FIRST) if item.nodeid.startswith(start)), len(LONGEST_FIRST))

    items.sort(key=place)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """The browser goes first, so that its process is a nice one only when it has done with it."""
    shape_checks.begin_test()
    beside_the_browser = _in_a_process_of_several() and not item.nodeid.startswith(BROWSER)
    if beside_the_browser and os.name == "posix" and os.nice(0) < NICENESS:
        os.nice(NICENESS)


def _in_a_process_of_several() -> bool:
    return "PYTEST_XDIST_WORKER" in os.environ
