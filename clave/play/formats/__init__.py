"""What a performance or a kit is written as for other programs: a writer for each format, in one table."""

from clave.play.formats.midi_file import midi_bytes, midi_notes, tempo_marks, write_midi
from clave.play.formats.options import KitOptions, WriteOptions
from clave.play.formats.table import (
    FORMATS,
    GROOVE_FORMATS,
    KIT_FORMATS,
    check_groove_formats,
    check_kit_formats,
    write_files,
    write_kit,
)

__all__ = [
    "FORMATS",
    "GROOVE_FORMATS",
    "KIT_FORMATS",
    "KitOptions",
    "WriteOptions",
    "check_groove_formats",
    "check_kit_formats",
    "midi_bytes",
    "midi_notes",
    "tempo_marks",
    "write_files",
    "write_kit",
    "write_midi",
]
