"""A drum map of one's own: the notes that files use, what a map says of them, and a file to edit."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from clave.files.midi.drum_map import DrumMap, detect_drum_map, drum_map_names, load_drum_map
from clave.files.midi.parsing import Source, notes_of
from clave.music.kit import VOICES, Voice


class NoteUse(NamedTuple):
    """How often files strike a note, and as which voice."""

    note: int
    strokes: int
    voice: Voice  # of the map; for a note that it does not list, a guess
    guessed: bool


def notes_used(sources: Iterable[Source], drum_map: DrumMap | None = None) -> tuple[DrumMap, list[NoteUse]]:
    """The notes that the drums of these files strike, and the map they were looked up in: the given or the fitting one.

    A note that the map does not list is guessed: the voice that another shipped map gives it, or else "other".
    MidiError for a file without drums.
    """
    notes = np.concatenate([notes_of(source, drum_map) for source in sources])
    base = drum_map or detect_drum_map(notes)
    counts = Counter(notes.tolist())
    return base, [
        NoteUse(note, count, VOICES[row] if (row := int(base.voices[note])) >= 0 else _guess(note), row < 0)
        for note, count in sorted(counts.items())
    ]


def _guess(note: int) -> Voice:
    maps = (load_drum_map(name) for name in drum_map_names())
    found = (int(each.voices[note]) for each in maps if not each.all_channels)
    return VOICES[next((voice for voice in found if voice >= 0), len(VOICES) - 1)]


def map_text(name: str, base: DrumMap, used: Sequence[NoteUse]) -> str:
    """A drum map as TOML: all notes of `base`, and those that it does not list under the voice guessed for them."""
    guessed = [use for use in used if use.guessed]
    lines = [f"# {name}: the drum map {base.name}, and the notes that it does not list. Move a note to another voice."]
    lines += [f"# guessed: {use.note} ({use.strokes} strokes) is {use.voice.name}" for use in guessed]
    lines += [f'name = "{name}"', *(['channels = "all"'] if base.all_channels else []), "", "[notes]"]
    for voice in VOICES:
        notes = {note for note in range(128) if base.voices[note] == voice.index}
        notes |= {use.note for use in guessed if use.voice == voice}
        lines.append(f'"{voice.name}" = {sorted(notes)}')
    return "\n".join(lines) + "\n"
