"""A drum map of one's own: the notes that files use, what a map says of them, and a file to edit."""

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from clave.files.midi.drum_map import DrumMap, detect_drum_map, drum_map_names, load_drum_map
from clave.files.midi.parsing import PlacedNotes, Source, placed_notes
from clave.music.kit import VOICES, Voice, voice
from clave.music.shapes import Int

FEW_STROKES = 4  # of a note, whose places say nothing
MOST = 0.6  # of its strokes at a place: the shape of a part
BEAT = 16  # steps of a quarter


class NoteUse(NamedTuple):
    """How often files strike a note, and as which voice."""

    note: int
    strokes: int
    voice: Voice  # of the map; for a note that it does not list, a guess
    guessed: bool
    why: str = ""  # of a guess: what it goes by
    bars: int = 0  # that have it
    first_bar: int = 1  # of those, in the first file


def notes_used(sources: Iterable[Source], drum_map: DrumMap | None = None) -> tuple[DrumMap, list[NoteUse]]:
    """The notes that the drums of these files strike, and the map they were looked up in: the given or the fitting one.

    A note that the map does not list is guessed: the voice that another shipped map gives it, or else the voice whose
    parts have such a shape (strokes on beats 2 and 4 are a snare's), or else "other". MidiError for a file without
    drums.
    """
    placed = [each for source in sources for each in placed_notes(source, drum_map)]
    notes = np.concatenate([each.pitch for each in placed])
    base = drum_map or detect_drum_map(notes)
    return base, [_use(note, base, placed) for note in np.unique(notes).tolist()]


def _use(note: int, base: DrumMap, placed: Sequence[PlacedNotes]) -> NoteUse:
    bars = [each.bar[each.pitch == note] for each in placed]
    steps = np.concatenate([each.step[each.pitch == note] for each in placed])
    row = int(base.voices[note])
    guess, why = (VOICES[row], "") if row >= 0 else _guess(note, steps, sum(each.bars for each in placed))
    first = next(int(each[0]) for each in bars if each.size)
    return NoteUse(note, steps.size, guess, row < 0, why, sum(np.unique(each).size for each in bars), first + 1)


def _guess(note: int, steps: Int[np.ndarray, " stroke"], bars: int) -> tuple[Voice, str]:
    for name in drum_map_names():
        drums = load_drum_map(name)
        row = int(drums.voices[note])
        if not drums.all_channels and 0 <= row < len(VOICES) - 1:
            return VOICES[row], f"as in {name}"
    shaped = voice_by_shape(steps, bars)
    return (VOICES[-1], "") if shaped is None else (shaped, "by where its strokes lie")


def voice_by_shape(steps: Int[np.ndarray, " stroke"], bars: int) -> Voice | None:
    """The voice whose part in 4/4 looks like these strokes, by their steps in their bars; None where nothing does."""
    if steps.size < FEW_STROKES:
        return None
    beat = (steps + BEAT // 8) // BEAT % 4
    near = (steps + BEAT // 8) % BEAT <= BEAT // 4  # within an eighth of a beat
    on = {number: float((near & (beat == number)).mean()) for number in range(4)}
    each_bar = steps.size / bars
    if each_bar >= 6:
        return voice("closed hi-hat")
    if each_bar < 0.75:
        return voice("cymbal") if on[0] >= MOST else None
    if on[1] + on[3] >= MOST and on[0] + on[2] < 1 - MOST:
        return voice("snare")
    return voice("kick") if on[0] + on[2] >= MOST or sum(on.values()) >= 0.9 else None


def edited(base: DrumMap, notes: dict[int, Voice | None], name: str) -> DrumMap:
    """The map with these notes given to other voices, or left out (None)."""
    voices = base.voices.copy()
    for note, given in notes.items():
        voices[note] = -1 if given is None else given.index
    voices.setflags(write=False)
    return DrumMap(name, voices, base.all_channels)


def toml_of(drums: DrumMap) -> str:
    """The file that `load_drum_map` reads as this map."""
    lines = [
        f"name = {json.dumps(drums.name, ensure_ascii=False)}",
        *(['channels = "all"'] if drums.all_channels else []),
        "",
        "[notes]",
    ]
    lines += [f'"{each.name}" = {np.flatnonzero(drums.voices == each.index).tolist()}' for each in VOICES]
    return "\n".join(lines) + "\n"


def map_text(name: str, base: DrumMap, used: Sequence[NoteUse]) -> str:
    """A drum map as TOML: all notes of `base`, and those that it does not list under the voice guessed for them."""
    guessed = [use for use in used if use.guessed]
    lines = [f"# {name}: the drum map {base.name}, and the notes that it does not list. Move a note to another voice."]
    lines += [
        f"# guessed: {use.note} ({use.strokes} strokes) is {use.voice.name}{', ' * bool(use.why)}{use.why}"
        for use in guessed
    ]
    whole = edited(base, {use.note: use.voice for use in guessed}, name)
    return "\n".join([*lines, toml_of(whole)])
