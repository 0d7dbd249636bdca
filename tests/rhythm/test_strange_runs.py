"""The bars and sounds of a stranger's run: what points at nothing is refused with its name."""

import shutil
from collections.abc import Callable

import numpy as np
import pytest
from fuzzing.models import FolderDoor
from fuzzing.runs import RunBarsDoor, RunSoundsDoor

from clave.errors import CorpusError


@pytest.fixture(scope="module")
def bars() -> RunBarsDoor:
    return RunBarsDoor()


@pytest.fixture(scope="module")
def sounds() -> RunSoundsDoor:
    return RunSoundsDoor()


def refusal(door: FolderDoor, file: str, **changes: Callable[[np.ndarray], np.ndarray]) -> str:
    """What is said of the run with these arrays changed."""
    shutil.rmtree(door.folder)
    shutil.copytree(door.source, door.folder)
    with np.load(door.folder / file) as arrays:
        content = dict(arrays)
    np.savez(door.folder / file, **content | {name: change(content[name]) for name, change in changes.items()})
    with pytest.raises(CorpusError) as error:
        door.play()
    assert str(door.folder) in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("velocity", lambda old: old[:, :7], "velocity and tick are a byte"),
        ("velocity", lambda old: old | 128, "a velocity is at most 127"),
        ("velocity", lambda old: old.astype(np.float32), "got float32"),
        ("tick", lambda old: old * 0 + 127, "a tick lies in"),
        ("meter", lambda old: old + 99, "meter is made of numbers from 0"),
        ("style", lambda old: old - 9, "style is made of numbers from -1"),
        ("section", lambda old: old + 9, "section is made of numbers from 0"),
        ("source", lambda old: old[1:], "source is 12 whole numbers, got"),
        ("source", lambda old: old + 99_999, "source is made of numbers from 0"),
        ("licences", lambda old: old[1:], "licences"),
    ],
)
def test_bars_that_point_at_nothing_are_refused(
    bars: RunBarsDoor, name: str, change: Callable[[np.ndarray], np.ndarray], says: str
) -> None:
    assert says in refusal(bars, "bars.npz", **{name: change})


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("voice", lambda old: old + 8, "voice is made of numbers from 0 to 7"),
        ("source", lambda old: old + 99, "source is made of numbers from 0"),
        ("variant", lambda old: old[1:], "variant is 8 whole numbers"),
        ("log_spectrogram", lambda old: old * np.float16(np.nan), "log spectrograms are finite numbers"),
        ("gain", lambda old: old * np.nan, "gain is a finite number"),
        ("descriptors", lambda old: old[:, 1:], "descriptors are"),
        ("hashes", lambda old: old[1:], "hashes"),
    ],
)
def test_so_are_sounds(sounds: RunSoundsDoor, name: str, change: Callable[[np.ndarray], np.ndarray], says: str) -> None:
    assert says in refusal(sounds, "sounds.npz", **{name: change})
