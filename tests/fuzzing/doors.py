"""The doors, by name."""

from collections.abc import Mapping

from fuzzing import music_files
from fuzzing.door import Door

ALL: tuple[type[Door], ...] = (
    music_files.MidiDoor, music_files.SoundDoor, music_files.LoopDoor, music_files.DrumMapDoor, music_files.MidiMapDoor,
)  # fmt: skip
DOORS: Mapping[str, type[Door]] = {each.name: each for each in ALL}
