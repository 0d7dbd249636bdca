"""MIDI files to patterns and back.

Reading keeps the moment of every stroke: files are measured in 480ths of a quarter (ticks), strokes snap to a grid, and
the remainder becomes their offset. What is moved, merged or left out stands in the report.

From a file to patterns: a drum map says which note is which drum (`drum_map`), bytes become strokes between bar lines
(`parsing`), strokes go to the steps of a grid (`snapping`), and `reading` does it all and counts. `writing` is the way
back: from patterns, or from notes that lie on ticks already.
"""

from clave.errors import MidiError
from clave.files.midi.drum_map import DRUM_CHANNEL, DrumMap, detect_drum_map, drum_map_names, load_drum_map
from clave.files.midi.parsing import MAX_BARS, Source
from clave.files.midi.reading import DEFAULT_TEMPO_BPM, FILES_AT_ONCE, Reading, ReadingReport, read, read_many
from clave.files.midi.snapping import GRIDS
from clave.files.midi.writing import ComposedFile, MidiNotes, WritingReport, compose, file_bytes, save, to_bytes, write
from clave.music.arguments import guard

__all__ = [
    "DEFAULT_TEMPO_BPM",
    "DRUM_CHANNEL",
    "FILES_AT_ONCE",
    "GRIDS",
    "MAX_BARS",
    "ComposedFile",
    "DrumMap",
    "MidiNotes",
    "Reading",
    "ReadingReport",
    "Source",
    "WritingReport",
    "compose",
    "detect_drum_map",
    "drum_map_names",
    "file_bytes",
    "load_drum_map",
    "read",
    "read_many",
    "save",
    "to_bytes",
    "write",
]

guard(globals(), MidiError)
