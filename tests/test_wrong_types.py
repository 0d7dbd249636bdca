"""Whatever is public refuses arguments of the wrong type with an error of ours, not with one of Python's or NumPy's."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import clave
from clave.errors import ClaveError, MidiError, RenderError, SpaceError
from clave.music.arguments import checked

ROOT = Path(__file__).parents[1]


def test_everything_public_refuses_wrong_types_with_an_error_of_ours(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "error", str(ROOT / "tests" / "wrong_types.py")]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


RHYTHM = clave.load_rhythm()
BARS = clave.grooves.bars("house", 2, 0)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: RHYTHM.decode(np.zeros((1, 2))), SpaceError,
         r"RhythmSpace.decode: code is a Code, got an array of shape \[1, 2\]; `encode` of the space gives one"),
        (lambda: clave.render(BARS, "punch"), RenderError, "kit is a Kit or None, got 'punch'; clave.factory.kit"),
        (lambda: RHYTHM.sample(2.5), SpaceError, "n is a whole number, got 2.5"),
        (lambda: clave.midi.write("x.mid", BARS[0]), MidiError, r"put it into a list: \[pattern\]"),
        (lambda: RHYTHM.encode([1]), SpaceError, "patterns is a list of Pattern, got a list of int"),
        (lambda: RHYTHM.at([[0, 0]], style=3), SpaceError, "style is text or a mapping or None, got 3"),
        (lambda: clave.load_rhythm(3), SpaceError, "path is a path or None, got 3"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_argument_what_it_takes_and_what_came(
    call: Callable[[], Any], error: type[ClaveError], says: str
) -> None:
    with pytest.raises(error, match=says):
        call()


@checked(SpaceError)
def takes(
    n: int = 0, share: float = 0.0, names: tuple[str, ...] = (), run: Callable[[], None] | None = None,
    pair: tuple[int, int] = (0, 0), executor: Executor | None = None, *more: int, **rest: str,
) -> str:  # fmt: skip
    """Takes much."""
    return "fits"


@pytest.mark.parametrize(
    "fits", [{"n": np.int64(3)}, {"share": 2}, {"share": np.float32(0.5)}, {"names": ["a"]}, {"run": print},
             {"pair": [1, 2]}, {"any": "word"}],
)  # fmt: skip
def test_values_of_numpy_and_lists_for_tuples_fit(fits: dict[str, Any]) -> None:
    assert takes(**fits) == "fits"


@pytest.mark.parametrize(
    "wrong", [{"n": True}, {"n": 1.0}, {"share": "x"}, {"names": "abc"}, {"names": {"a": 1}}, {"run": 3},
              {"pair": (1, 2, 3)}, {"executor": "dask"}],
)  # fmt: skip
def test_values_that_only_look_alike_do_not(wrong: dict[str, Any]) -> None:
    with pytest.raises(SpaceError, match=rf"takes: {next(iter(wrong))} is "):
        takes(**wrong)
    with pytest.raises(SpaceError, match="more is a whole number, got 'x'"):
        takes(0, 0.0, (), None, (0, 0), None, "x")


def test_a_missing_argument_is_pythons_own_error_and_functions_go_to_other_processes() -> None:
    with pytest.raises(TypeError, match="missing"):
        RHYTHM.sample()
    assert pickle.loads(pickle.dumps(clave.midi.read)) is clave.midi.read
    assert clave.midi.read.__doc__
    assert clave.RhythmSpace.decode.__name__ == "decode"
