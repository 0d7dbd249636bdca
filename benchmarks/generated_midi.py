"""Folders of generated drum MIDI for measuring: our own grooves, eight bars a file, the same for the same seed."""

import os
import struct
from functools import cache
from pathlib import Path

import numpy as np

from clave import grooves
from clave.music.pattern import Pattern
from clave.music.units import COMMON_TIME, TICKS_PER_QUARTER, TICKS_PER_STEP, velocity_to_midi

BARS_A_FILE = 8
BARS_A_STYLE = 64  # drawn from the templates; files are made of them with other velocities and timing
FILES_A_FOLDER = 1000
NOTES = (36, 38, 42, 46, 43, 47, 50, 49)  # General MIDI, a note a voice
BAR_TICKS = 4 * TICKS_PER_QUARTER
NOTE_TICKS = 12
MOST_TICKS_OFF = 6  # so much a stroke is moved either way

Strokes = np.ndarray
"""Rows of tick, note and velocity."""


def write_folder(folder: Path, files: int, *, seed: int = 0) -> Path:
    """So many files below the folder, a thousand in each of its folders, named by their style; those there stay."""
    for number in range(files):
        style = style_names()[number % len(style_names())]
        path = folder / f"{number // FILES_A_FOLDER:04}" / f"{number:08} {style}.mid"
        if number % FILES_A_FOLDER == 0:
            path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_bytes(midi_bytes(style, np.random.default_rng([seed, number])))
    return folder


def midi_bytes(style: str, rng: np.random.Generator) -> bytes:
    """A file of eight bars of a style, each a drawn one with its own velocities and timing."""
    pool = strokes_of(style)
    bars = [
        pool[index] + (bar * BAR_TICKS, 0, 0) for bar, index in enumerate(rng.integers(len(pool), size=BARS_A_FILE))
    ]
    rows = np.concatenate(bars)
    rows[:, 0] = np.maximum(0, rows[:, 0] + rng.integers(-MOST_TICKS_OFF, MOST_TICKS_OFF + 1, len(rows)))
    rows[:, 2] = np.clip(rows[:, 2] + rng.integers(-9, 10, len(rows)), 1, 127)
    offs = rows + np.array([NOTE_TICKS, 0, 0])
    offs[:, 2] = 0
    events = np.concatenate([rows, offs])
    events = events[np.argsort(events[:, 0], kind="stable")]
    delta = np.diff(events[:, 0], prepend=0)
    body = b"".join(
        bytes((time,) if time < 128 else (0x80 | time >> 7, time & 127)) + bytes((0x99, note, velocity))
        for time, note, velocity in zip(delta.tolist(), events[:, 1].tolist(), events[:, 2].tolist(), strict=True)
    )
    track = b"\x00\xff\x51\x03\x07\xa1\x20" + body + b"\x00\xff\x2f\x00"
    head = b"MThd" + struct.pack(">IHHH", 6, 0, 1, TICKS_PER_QUARTER)
    return head + b"MTrk" + struct.pack(">I", len(track)) + track


@cache
def style_names() -> tuple[str, ...]:
    """The styles of ours that are in 4/4."""
    return tuple(name for name in grooves.STYLES if grooves.style(name).meter == COMMON_TIME)


@cache
def strokes_of(style: str) -> list[Strokes]:
    """The bars that files of this style are made of."""
    rng = np.random.default_rng([len(style), *style.encode()])
    take = grooves.take(style, rng)
    return [_rows(grooves.play(take, rng, "beat")) for _ in range(BARS_A_STYLE)]


def _rows(pattern: Pattern) -> Strokes:
    return np.array(
        [
            (round(each.position * TICKS_PER_STEP), NOTES[each.voice], velocity_to_midi(each.velocity))
            for each in pattern.strokes()
        ],
        np.int64,
    )


def total_bytes(folder: Path) -> int:
    """The size of all files below a folder."""
    return sum(os.path.getsize(Path(place, name)) for place, _, names in os.walk(folder) for name in names)
