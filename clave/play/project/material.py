"""The player's own material in a project: the bars of dropped MIDI files, each with its place on the map."""

from typing import Annotated

from pydantic import Field

from clave.play.project.bars import BarPattern
from clave.play.project.value import Point, Value

MAX_MATERIAL_FILES = 16
MAX_FILE_BARS = 256  # that differ; stars are to be told apart, and the page stores them with every change
MAX_MATERIAL_BARS = 512  # of all files
MAX_NAME_LENGTH = 200
MAX_SAID = 32
MAX_SAID_LENGTH = 500


class MaterialBar(Value):
    """A bar of a file, where it lies on the map."""

    bar: Annotated[int, Field(ge=0)] = 0  # of the file, counted from the bar of its first stroke
    pattern: BarPattern
    point: Point


class MaterialFile(Value):
    """A MIDI file: its bars in the order of the file, those that repeat an earlier one left out."""

    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME_LENGTH)]
    tempo_bpm: float | None = None  # the file's first tempo, for a person to read
    bars: Annotated[tuple[MaterialBar, ...], Field(min_length=1, max_length=MAX_FILE_BARS)]
    said: Annotated[
        tuple[Annotated[str, Field(max_length=MAX_SAID_LENGTH)], ...], Field(max_length=MAX_SAID)
    ] = ()  # what was taken of the file and what was not, a sentence each


def check_material(files: tuple[MaterialFile, ...]) -> tuple[MaterialFile, ...]:
    """ValueError for more bars than a project keeps."""
    bars = sum(len(file.bars) for file in files)
    if bars > MAX_MATERIAL_BARS:
        raise ValueError(f"the material of a project has at most {MAX_MATERIAL_BARS} bars, got {bars}")
    return files
