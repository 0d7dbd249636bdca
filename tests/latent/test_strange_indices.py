"""An index of a stranger's whose columns point at what is not there is refused by name."""

import json
import shutil
from collections.abc import Callable

import numpy as np
import pytest
from fuzzing.indices import BarIndexDoor, SoundIndexDoor

from clave.errors import SpaceError


@pytest.fixture(scope="module")
def bars() -> BarIndexDoor:
    return BarIndexDoor()


@pytest.fixture(scope="module")
def sounds() -> SoundIndexDoor:
    return SoundIndexDoor()


def refusal(door: BarIndexDoor | SoundIndexDoor, name: str, change: Callable[[np.ndarray], np.ndarray]) -> str:
    """What is said of the index with this column changed."""
    shutil.rmtree(door.folder)
    shutil.copytree(door.source, door.folder)
    path = door.folder / f"{name}.npy"
    np.save(path, change(np.load(path)))
    with pytest.raises(SpaceError) as error:
        door.play()
    assert str(door.folder) in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("source", lambda old: old + 99, "number 99 of 3 names"),
        ("source", lambda old: old - 9, "number -9 of 3 names"),
        ("style", lambda old: old + 9, "of 2 names"),
        ("section", lambda old: old + 9, "number 9 of 1 names"),
        ("meter", lambda old: old + 99, "meter 99 of"),
        ("meter", lambda old: old - 1, "meter -1 of"),
        ("strokes", lambda old: old + 1000, "strokes .* to .* of"),
        ("stroke", lambda old: old + np.array([8, 0, 0, 0], np.uint8), "out of bounds"),
        ("stroke", lambda old: old | np.array([0, 64, 0, 0], np.uint8), "out of bounds"),
        ("stroke", lambda old: old | np.array([0, 0, 128, 0], np.uint8), "row"),
        ("stroke", lambda old: old[:, :3], r"stroke has \[4\] numbers a row, got uint8"),
        ("source", lambda old: old.astype(np.float32), "source has .* got float32"),
    ],
)
def test_a_bar_that_is_not_there_is_no_error_of_numpys(
    bars: BarIndexDoor, name: str, change: Callable[[np.ndarray], np.ndarray], says: str
) -> None:
    assert pytest.raises(SpaceError, match=says).matches(SpaceError(refusal(bars, name, change)))


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("source", lambda old: old + 99, "of 32 names"),
        ("point", lambda old: old * np.nan, "a code that is not finite"),
        ("detail", lambda old: old[:, :2], r"detail has \[4\] numbers a row, got float16"),
        ("voice", lambda old: old.astype(np.float32), "voice has"),
    ],
)
def test_nor_is_a_sound(
    sounds: SoundIndexDoor, name: str, change: Callable[[np.ndarray], np.ndarray], says: str
) -> None:
    assert pytest.raises(SpaceError, match=says).matches(SpaceError(refusal(sounds, name, change)))


def test_columns_and_names_that_are_missing_are_named(bars: BarIndexDoor) -> None:
    shutil.rmtree(bars.folder)
    shutil.copytree(bars.source, bars.folder)
    (bars.folder / "names.json").write_text('{"sources": ["a"]}')
    with pytest.raises(SpaceError, match=r"its names\.json lacks licences, sections, styles"):
        bars.play()
    config = json.loads((bars.folder / "config.json").read_text())
    config["columns"].remove("meter")
    (bars.folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(SpaceError, match=r"meter has .* numbers a row, got none"):
        bars.play()
