"""Where the strokes of exported songs sound in programs that nobody here wrote, against where Clave has them.

    python benchmarks/exports.py [--songs N] [--quick] [--hydrogen] [--json FILE]

Random projects (`tests/random_projects.py`) are written as MIDI, as an SFZ kit and as stems, and read back: notes by
pretty_midi and symusic, the sound of kit and MIDI file by sfizz_render (in the package pysfizz), stems by soundfile;
with --hydrogen, songs by h2cli, which takes 25 s each. Programs that are not installed are left out, and named.

A stroke in a rendered file is looked for within 12 ms of its place, at the best match of the first 25 ms of the sound
that was exported for it. Voices are rendered apart, and strokes left out that another of their voice covers (one less
than 60 ms before or 25 ms after), or that choking cuts short: there the match would measure the overlap.
"""

import importlib
import shutil
import sys
from pathlib import Path

import numpy as np

from clave.music.kit import layer_of
from clave.play.perform import perform

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

RATE = 44_100
REACH, MATCHED = round(0.012 * RATE), round(0.025 * RATE)  # samples
CLEAR_BEFORE, CLEAR_AFTER = 0.06, 0.025  # seconds


def program(name, module=None):
    """Where a program is: on the path, or where its Python package has put it."""
    found = shutil.which(name)
    if found is None and module is not None:
        try:
            beside = Path(importlib.import_module(module).__file__).parents[1] / "bin" / name
        except ImportError:
            return None
        found = str(beside) if beside.is_file() else None
    return found


def songs(count):
    """Performances of random projects, as a player could have made them."""
    from random_projects import random_project

    for seed in range(count):
        performance = perform(random_project(seed), bars=8)
        if performance.strikes:
            yield performance


def clear(strikes):
    """Those that no other stroke of these covers."""
    seconds = np.array([strike.seconds for strike in strikes])
    for index, strike in enumerate(strikes):
        others = np.delete(seconds, index) - strike.seconds
        if strike.seconds >= 0 and not ((others > -CLEAR_BEFORE) & (others < CLEAR_AFTER)).any():
            yield strike


def moment(rendered, sound, expected):
    """How far from its expected sample the sound begins, in samples."""
    head = sound[:MATCHED].astype(np.float64)
    padded = np.pad(rendered, (REACH, REACH + MATCHED))
    window = padded[expected : expected + 2 * REACH + len(head)]
    score = np.correlate(window, head, "valid")
    energy = np.sqrt(np.convolve(window**2, np.ones(len(head)), "valid")) + 1e-9
    return int(np.argmax(score / energy)) - REACH


def offsets_in_sound(performance, rendered, sounds):
    """Of each clear stroke of a performance with one voice, in milliseconds; `sounds` are its layers."""
    found = []
    for strike in clear(performance.strikes):
        layer = sounds[layer_of(strike.velocity, len(sounds))]
        found.append(1000 * moment(rendered, layer.samples, round(strike.seconds * RATE)) / RATE)
    return found
