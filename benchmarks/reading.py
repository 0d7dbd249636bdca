"""How fast a folder of drum MIDI becomes patterns, beside the libraries one would otherwise take.

    pip install -r benchmarks/requirements.txt
    python benchmarks/reading.py FOLDER [--rounds 3] [--sample 50]

FOLDER (or $CLAVE_DATA/grooves/groove-midi) is searched for MIDI files. In each round every contender has its turn with
all of them; music21 reads a sample, or it would take an hour. What counts is processor time, which a busy machine bends
less than a clock, and of the rounds the median. "To patterns" ends with the same patterns: a peer parses, and its notes
are snapped by Clave's own code, as many files at once as Clave itself takes. A peer that is not installed is left out.
"""

import argparse
import gc
import os
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from statistics import median

import numpy as np

from clave import midi
from clave.files.midi.parsing import DrumNotes, song_of
from clave.files.midi.snapping import snap
from clave.music.pattern import Pattern
from clave.rhythm.dataset import find_files

DRUM_MAP = "td-11"
Contender = Callable[[list[Path]], list[object]]


def clave(paths: list[Path]) -> list[object]:
    return [reading.patterns for reading in midi.read_many(paths, DRUM_MAP)]


def clave_one_by_one(paths: list[Path]) -> list[object]:
    return [midi.read(path, DRUM_MAP).patterns for path in paths]


def symusic(paths: list[Path]) -> list[object]:
    from symusic import Score

    return [Score(path) for path in paths]


def pretty_midi(paths: list[Path]) -> list[object]:
    from pretty_midi import PrettyMIDI

    return [PrettyMIDI(str(path)) for path in paths]


def pretty_midi_to_patterns(paths: list[Path]) -> list[object]:
    return list(snapped(map(pretty_midi_notes, paths)))


def music21(paths: list[Path]) -> list[object]:
    from music21 import converter

    return [converter.parse(path, forceSource=True, quantizePost=False) for path in paths]


def pretty_midi_notes(path: Path) -> DrumNotes:
    from pretty_midi import PrettyMIDI

    song = PrettyMIDI(str(path))
    times, tempos_bpm = song.get_tempo_changes()
    ticks = np.array([song.time_to_tick(time) for time in times])

    def to_ticks(seconds: list[float]) -> np.ndarray:
        tempo = np.searchsorted(times, seconds, side="right") - 1
        since = (np.array(seconds) - times[tempo]) * tempos_bpm[tempo] / 60
        return np.rint(480 * (ticks[tempo] / song.resolution + since)).astype(np.int64)

    notes = sorted((note for track in song.instruments if track.is_drum for note in track.notes), key=lambda n: n.start)
    meters = song.time_signature_changes
    begins = to_ticks([meter.time for meter in meters]).tolist() if meters else []
    return DrumNotes(
        note=np.array([note.pitch for note in notes], np.int8),
        tick=to_ticks([note.start for note in notes]),
        end=to_ticks([note.end for note in notes]),
        velocity=np.array([note.velocity for note in notes], np.int8),
        signatures=[(tick, each.numerator, each.denominator) for tick, each in zip(begins, meters, strict=True)],
        tempos_bpm=tempos_bpm.tolist(),
        elsewhere=0,
    )


def snapped(files: Iterable[DrumNotes]) -> Iterator[list[Pattern]]:
    """The patterns of parsed files."""
    drums = midi.load_drum_map(DRUM_MAP)
    while batch := list(islice(files, midi.FILES_AT_ONCE)):
        songs = [song_of(notes, drums, "", Counter(), []) for notes in batch]
        yield from (bars.patterns for bars in snap(songs, "musical"))


def milliseconds_a_file(contenders: list[tuple[Contender, list[Path]]], rounds: int) -> list[float]:
    """Of each contender the median of its rounds, in processor time; all of them have their turn in every round."""
    times: list[list[float]] = [[] for _ in contenders]
    for _ in range(rounds):
        for (contender, paths), mine in zip(contenders, times, strict=True):
            gc.collect()  # nobody pays for what another left behind
            started = time.process_time()
            kept = contender(paths)  # results live on, as they would in use
            mine.append((time.process_time() - started) / len(kept) * 1e3)
            del kept
    return [median(mine) for mine in times]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "folder", nargs="?", default=Path(os.environ.get("CLAVE_DATA", ".")) / "grooves" / "groove-midi"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sample", type=int, default=50, help="files that music21 reads")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")

    paths = find_files(arguments.folder)
    sample = paths[:: max(1, len(paths) // arguments.sample)][: arguments.sample]
    table: list[tuple[str, Contender, list[Path]]] = [
        ("symusic, bare parse", symusic, paths),
        ("Clave, to patterns", clave, paths),
        ("Clave, one file at a time, to patterns", clave_one_by_one, paths),
    ]
    if find_spec("pretty_midi"):
        table += [
            ("pretty_midi, bare parse", pretty_midi, paths),
            ("pretty_midi, to patterns", pretty_midi_to_patterns, paths),
        ]
        pairs = zip(clave(paths), pretty_midi_to_patterns(paths), strict=True)
        same = sum(ours == theirs for ours, theirs in pairs)
        print(f"The same patterns through Clave and pretty_midi: {same} of {len(paths)} files.")
        print("pretty_midi drops notes of length 0; to Clave they are strokes.\n")
    if find_spec("music21"):
        table += [
            ("Clave, to patterns", clave, sample),
            ("music21, bare parse", music21, sample),
        ]

    times = milliseconds_a_file([(contender, files) for _, contender, files in table], arguments.rounds)
    ours = {len(files): each for (_, contender, files), each in zip(table, times, strict=True) if contender is clave}
    print("| reader | files | ms of processor a file | times as long as Clave |\n|---|---|---|---|")
    for (name, _, files), each in zip(table, times, strict=True):
        print(f"| {name} | {len(files)} | {each:.3f} | {each / ours[len(files)]:.1f} |")


if __name__ == "__main__":
    main()
