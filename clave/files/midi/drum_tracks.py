"""Whose notes are drums: tracks on channel 10, else those that names, programs and the shape of their notes tell."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from clave.files.midi.drum_map import DRUM_CHANNEL, load_drum_map, looks_like_drums
from clave.music.kit import VOICES, Voice
from clave.music.shapes import Int

Notes = dict[str, np.ndarray]
"""A table of notes: time, duration, pitch, velocity."""


class Part(NamedTuple):
    """The notes of a track that are on one channel and have one program."""

    name: str
    program: int  # 0..127
    on_drum_channel: bool
    notes: Notes


class DrumParts(NamedTuple):
    """The parts of a file that are drums, and those that are not."""

    drums: list[Part]
    others: list[Part]
    remarks: list[str]


def choose_drums(parts: Sequence[Part], by_user: bool) -> DrumParts:
    """Which parts are drums; `by_user` if a drum map was given, which makes drums of notes that look like none.

    All on channel 10, and others whose name says drums. Without any on channel 10, those whose name says drums or one
    of the voices; else all together if they look like drums, else those that do by themselves. A part whose name or
    program is another instrument's is none.
    """
    sounding = [part for part in parts if part.notes["pitch"].size]
    drums = [part for part in sounding if part.on_drum_channel]
    others = [part for part in sounding if not part.on_drum_channel]
    if not others:
        return DrumParts(drums, [], [])
    if drums:
        more = [part for part in others if _says_drums(part.name) or _is_kit_voice(part.name)]
        remarks = [f"{_named(part)} is read as drums by its name" for part in more]
        return DrumParts(drums + more, _without(others, more), remarks)
    named = [part for part in others if _says_drums(part.name) or voice_of_name(part.name) is not None]
    if named:
        names = ", ".join(dict.fromkeys(part.name for part in named))
        text = f"no notes on channel {DRUM_CHANNEL}: tracks are read as drums by their names ({names})"
        return DrumParts(named, _without(others, named), [text])
    eligible = [part for part in others if not instrument_of(part)]
    together = _pitches(eligible or others)
    if by_user or (eligible and looks_like_drums(together)):
        chosen = eligible or others
        text = f"no notes on channel {DRUM_CHANNEL}: the notes of the other channels are read as drums"
        return DrumParts(chosen, _without(others, chosen), [text, *_left_out(_without(others, chosen))])
    alike = [part for part in eligible if looks_like_drums(part.notes["pitch"])]
    if not alike:
        return DrumParts([], others, _left_out(others))
    lines = [part for part in alike if is_line(part.notes)]
    chosen = _without(alike, lines) or alike
    text = f"no notes on channel {DRUM_CHANNEL}: the notes of {len(chosen)} of {len(others)} parts look like drums"
    return DrumParts(chosen, _without(others, chosen), [text, *_left_out(_without(others, chosen))])


def _without(parts: list[Part], taken: list[Part]) -> list[Part]:
    known = set(map(id, taken))
    return [part for part in parts if id(part) not in known]


def _pitches(parts: Sequence[Part]) -> Int[np.ndarray, " note"]:
    return np.concatenate([part.notes["pitch"] for part in parts]) if parts else np.zeros(0, np.int64)


def _named(part: Part) -> str:
    return f"the track {part.name!r}" if part.name else "a track"


def _left_out(parts: list[Part]) -> list[str]:
    found = {text: None for part in parts if (text := instrument_of(part))}
    return [f"notes of {text} left out" for text in list(found)[:8]]


# Names


_DRUM_WORDS = re.compile(
    r"\b(e?-?drums?|drum ?(kit|set|s|track|loop|machine|map)?\d*|kit|percussions?|percs?|perk|beats?|breaks?|"
    r"schlagzeug|schlagwerk|batterie|bater[ií]a|batteria|trommeln?|rhythm|ezdrummer|addictive ?drums|"
    r"superior ?drummer|bfd\d?|"
    r"battery|drum ?rack|tr-?[678]0[68]|tr-?909|tr-?[68]s?|rytm|digitakt)\b|"
    r"ドラム|パーカッション|打楽器|鼓|ударные|барабан",
    re.IGNORECASE,
)
_OTHER_WORDS = re.compile(
    r"\b(bass(?! ?drum)|guitars?|gtr|piano|keys?|keyboards?|synths?|pads?|lead|strings?|vocals?|vox|voice|choir|organ|"
    r"rhodes|brass|horns?|sax\w*|trumpet|flute|violins?|violas?|cellos?|melody|chords?|arp\w*|pluck|steel ?drums?|"
    r"harp|marimba|vibes|vibraphone|xylophone|glockenspiel|timpani|bells?)\b",
    re.IGNORECASE,
)


@lru_cache(4096)
def _says_drums(name: str) -> bool:
    """Whether the name of a track says drums, and no other instrument beside them."""
    text = name.replace("_", " ")
    return _DRUM_WORDS.search(text) is not None and _OTHER_WORDS.search(text) is None


@lru_cache(4096)  # corpora say the same few names again and again
def voice_of_name(name: str) -> Voice | None:
    """The voice that the name of a track speaks of: "Kick", "SD 2", "HH open"; None for another instrument's."""
    if not name or _OTHER_WORDS.search(name.replace("_", " ")):
        return None
    from clave.files.audio_file import voice_in_name  # with it come readers of sounds

    return voice_in_name(name)


def _is_kit_voice(name: str) -> bool:
    """Whether a name is a voice of the kit; what counts as "other" may be any bell or block."""
    voice = voice_of_name(name)
    return voice is not None and voice != VOICES[-1]


def one_pitch(part: Part) -> bool:
    """Whether all notes of a part are the same."""
    pitch = part.notes["pitch"]
    return bool(pitch.size) and pitch.tobytes().count(pitch[:1].tobytes()) == pitch.size


def voice_by_channel(found: DrumParts) -> bool:
    """Whether each channel plays one and the same note and no name says which voice, as tracks of Elektron's are."""
    parts = [*found.drums, *found.others]
    if len(parts) < 3 or len({part.notes["pitch"][:1].tobytes() for part in parts}) > 1:
        return False
    if not all(map(one_pitch, parts)):
        return False
    unnamed = all(voice_of_name(part.name) is None and not instrument_of(part) for part in parts)
    return unnamed and (bool(found.others) or any(not part.on_drum_channel for part in found.drums))


def named_voice(part: Part) -> Voice | None:
    """The voice that the name of a part says where its only note does not already say more.

    "Hi-hat" on the note of an open one says less, and so does "percussion" on a note of the kit.
    """
    voice = voice_of_name(part.name)
    usual = int(load_drum_map("general-midi").voices[part.notes["pitch"][0]])
    says_less = (voice in (VOICES[2], VOICES[7]) and usual == 3) or (voice == VOICES[7] and usual >= 0)
    return None if voice is None or voice.index == usual or says_less else voice


# Programs and shapes


_FAMILIES = (
    "piano", "chromatic percussion", "organ", "guitar", "bass", "strings", "ensemble", "brass", "reed", "pipe",
    "synth lead", "synth pad", "synth effects", "ethnic instruments", "percussion", "sound effects",
)  # fmt: skip
_PERCUSSION = range(112, 120)


def instrument_of(part: Part) -> str:
    """The instrument that a part names, by its program or its name; "" if it could be drums.

    Program 0 says nothing, as most programs write it for all, and the percussive ones do not speak against drums.
    """
    program = ""
    if part.program and part.program not in _PERCUSSION:
        program = f"program {part.program} ({_FAMILIES[part.program // 8]})"
    if _OTHER_WORDS.search(part.name.replace("_", " ")):
        return f"{part.name!r}, {program}" if program else repr(part.name)
    return program


def is_line(notes: Notes) -> bool:
    """Whether notes are a melody or a bass line: one at a time, on five pitches and more, most held to the next."""
    order = notes["time"].argsort(kind="stable")
    time, duration = notes["time"][order].astype(np.int64), notes["duration"][order].astype(np.int64)
    gap = np.diff(time)
    if gap.size < 4 or (gap == 0).any() or np.unique(notes["pitch"]).size < 5:
        return False
    return bool(np.median(duration[:-1] / gap) > 0.6)
