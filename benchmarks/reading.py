"""How fast a folder of drum MIDI becomes patterns, beside the libraries one would otherwise take.

    pip install -r benchmarks/requirements.txt
    python benchmarks/reading.py FOLDER [--sample 50]

FOLDER (or $CLAVE_DATA/grooves/groove-midi) is searched for MIDI files. pretty_midi and music21 do the same work on a
sample of it: notes on the drum channel, snapped to the nearest 16th, one 8 x 64 array of velocity and of offset a bar.
The readers take turns, and of every file the fastest of some rounds counts: a slow moment of the machine is nobody's
fault. A peer that is not installed is left out.
"""

import argparse
import os
import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from clave import midi
from clave.corpus import find_files

ROUNDS = 3
Reader = Callable[[Path], object]


def clave(path: Path) -> object:
    return midi.read(path).patterns


def symusic(path: Path) -> object:
    from symusic import Score

    return Score(path)


def pretty_midi(path: Path) -> object:
    import pretty_midi

    song = pretty_midi.PrettyMIDI(str(path))
    notes = [note for track in song.instruments if track.is_drum for note in track.notes]
    ticks = np.array([song.time_to_tick(note.start) for note in notes]) * 480 // song.resolution
    return to_bars(ticks, [note.pitch for note in notes], [note.velocity for note in notes])


def music21(path: Path) -> object:
    from music21 import converter

    song = converter.parse(path, forceSource=True, quantizePost=False)
    notes = list(song.flatten().notes)
    ticks = np.array([int(480 * note.offset) for note in notes])
    # It hides which drum an unpitched note is. To time it, any will do.
    return to_bars(ticks, [38] * len(notes), [note.volume.velocity for note in notes])


def to_bars(ticks: np.ndarray, pitches: object, velocities: object) -> np.ndarray:
    """The plainest bars there are, so that a peer's time is its own: nearest 16th, no rule for rolls."""
    voices = midi.load_drum_map("td-11").voices[np.asarray(pitches)]
    step = (ticks + 60) // 120 * 4
    bars = np.zeros((2, int(step.max()) // 64 + 1, 8, 64), np.float32)
    bars[0, step // 64, voices, step % 64] = np.asarray(velocities) / 127
    bars[1, step // 64, voices, step % 64] = ticks / 30 - step
    return bars


def milliseconds_a_file(readers: list[Reader], paths: list[Path]) -> list[float]:
    """Of each reader: mean over the files of the fastest of some rounds; in a round, each reader reads all files."""
    fastest = np.full((len(readers), len(paths)), np.inf)
    for _ in range(ROUNDS):
        for row, reader in enumerate(readers):
            kept: list[object] = []  # results live on, as they would in use
            for column, path in enumerate(paths):
                started = time.perf_counter()
                kept.append(reader(path))
                fastest[row, column] = min(fastest[row, column], time.perf_counter() - started)
    return (fastest.mean(axis=1) * 1e3).tolist()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "folder", nargs="?", default=Path(os.environ.get("CLAVE_DATA", ".")) / "grooves" / "groove-midi"
    )
    parser.add_argument("--sample", type=int, default=50, help="files that the slow readers read")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")

    paths = find_files(arguments.folder)
    sample = paths[:: max(1, len(paths) // arguments.sample)][: arguments.sample]
    readers: list[Reader] = [clave, symusic]
    readers += [reader for reader in (pretty_midi, music21) if find_spec(reader.__name__)]

    ours, bare = milliseconds_a_file([clave, symusic], paths)
    print(f"all {len(paths)} files, ms a file: Clave, to patterns, {ours:.3f}; symusic, bare parse, {bare:.3f}\n")

    times = milliseconds_a_file(readers, sample)
    print(f"| reader, {len(sample)} files | ms a file | times as long as Clave |\n|---|---|---|")
    for reader, each in zip(readers, times, strict=True):
        what = "bare parse" if reader is symusic else "to patterns"
        print(f"| {reader.__name__}, {what} | {each:.3f} | {each / times[0]:.2f} |")


if __name__ == "__main__":
    main()
