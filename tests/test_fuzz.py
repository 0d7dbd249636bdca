"""`scripts/fuzz` finds what it should, and finds nothing in a part of its cases; `scripts/fuzz` alone tries more."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from fuzzing import trying
from fuzzing.door import Broken, Door
from fuzzing.trying import smaller, try_cases

from clave.errors import MidiError

ROOT = Path(__file__).parents[1]


class ToyDoor(Door):
    """Does what its case says."""

    name = "toy"

    def case(self, random: Random) -> bytes:
        return random.randbytes(4)

    def patience(self, case: bytes) -> int:
        return 2 if b"patient" in case else 1

    def open(self, case: bytes) -> None:
        if b"refuse" in case:
            raise MidiError("no")
        if b"foreign" in case:
            raise ValueError("oh")
        if b"broken" in case:
            raise Broken("NaN")
        if b"slow" in case:
            while time.process_time() < 1e9:
                pass
        if b"large" in case:
            bytearray(b"x") * 90_000_000
        if b"noise" in case:
            os.write(2, b"warning")
        if b"die" in case:
            os._exit(9)


@pytest.mark.parametrize(
    ("case", "kind", "says"),
    [
        (b"", "taken", ""),
        (b"refuse", "refused", ""),
        (b"foreign", "foreign", "ValueError: oh, at"),
        (b"broken", "foreign", "NaN"),
        (b"slow", "slow", "more than 0.1 s"),
        (b"patient slow", "slow", "more than 0.2 s"),
        (b"large", "large", "MB more memory"),
        (b"noise", "noise", "warning"),
        (b"die", "died", "with 9"),
    ],
)
def test_each_kind_of_finding_is_told_and_the_cases_after_it_are_tried(case, kind, says, monkeypatch):
    monkeypatch.setattr(trying, "MOST_SECONDS", 0.1 if kind == "slow" else 10.0)
    monkeypatch.setattr(trying, "MOST_BYTES", 60_000_000)
    first, second = try_cases(ToyDoor, [1, 2], case)
    assert (first.seed, first.kind, second.seed, second.kind) == (1, kind, 2, kind)
    assert says in first.says
    assert first.is_finding == (kind not in ("taken", "refused"))


def test_a_clock_that_runs_out_while_it_is_stopped_makes_the_case_slow(monkeypatch):
    set_timer = signal.setitimer

    def run_out_first(which: int, seconds: float) -> None:
        if seconds == 0:
            signal.raise_signal(signal.SIGPROF)
        set_timer(which, seconds)

    monkeypatch.setattr(signal, "setitimer", run_out_first)
    assert [each.kind for each in try_cases(ToyDoor, [1, 2], b"")] == ["slow", "slow"]


def test_a_finding_is_cut_to_what_makes_it():
    [found] = try_cases(ToyDoor, [1], b"some foreign words")
    assert smaller(ToyDoor, b"some foreign words", found) == b"foreign"


def test_a_part_of_the_cases_finds_nothing():
    """Some 2,000 of them in a process of their own, as jaxtyping's checks would take most of the time here."""
    done = subprocess.run(
        [sys.executable, "-m", "fuzzing", "--cases", "2000"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 findings" in done.stdout
