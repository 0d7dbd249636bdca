"""How fast a folder of drum MIDI becomes patterns, beside the libraries one would otherwise take.

    pip install -r benchmarks/requirements.txt
    python benchmarks/reading.py FOLDER [--rounds 3] [--sample 50] [--quick] [--json FILE]

FOLDER (or $CLAVE_DATA/grooves/groove-midi) is searched for MIDI files. In each round every contender has its turn with
all of them; music21 reads a sample, or it would take an hour. What counts is processor time, which a busy machine bends
less than a clock, and of the rounds the median. "To patterns" ends with the same patterns: a peer parses, and its notes
are snapped by Clave's own code, as many files at once as Clave itself takes. A peer that is not installed is left out.
"""

import gc
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from statistics import median

import numpy as np
from measuring import add_folder, options, print_table, write_json

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


def contenders(paths: list[Path], sample: list[Path]) -> dict[str, tuple[str, Contender, list[Path]]]:
    """Every reader that is here: what it does, and the files it reads."""
    found: dict[str, tuple[str, Contender, list[Path]]] = {
        "symusic": ("symusic, bare parse", symusic, paths),
        "clave": ("Clave, to patterns", clave, paths),
        "clave_one_by_one": ("Clave, one file at a time, to patterns", clave_one_by_one, paths),
    }
    if find_spec("pretty_midi"):
        found |= {
            "pretty_midi": ("pretty_midi, bare parse", pretty_midi, paths),
            "pretty_midi_to_patterns": ("pretty_midi, to patterns", pretty_midi_to_patterns, paths),
        }
    if find_spec("music21"):
        found |= {
            "clave_on_sample": ("Clave, to patterns", clave, sample),
            "music21": ("music21, bare parse", music21, sample),
        }
    return found


def main() -> None:
    parser = options(__doc__)
    add_folder(parser, "grooves/groove-midi")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sample", type=int, default=50, help="files that music21 reads")
    given = parser.parse_args()
    warnings.simplefilter("ignore")

    paths = find_files(given.folder)[:: 40 if given.quick else 1]
    rounds, wanted = (1, 3) if given.quick else (given.rounds, given.sample)
    sample = paths[:: max(1, len(paths) // wanted)][:wanted]
    table = contenders(paths, sample)
    if "pretty_midi" in table:
        pairs = zip(clave(paths), pretty_midi_to_patterns(paths), strict=True)
        same = sum(ours == theirs for ours, theirs in pairs)
        print(f"The same patterns through Clave and pretty_midi: {same} of {len(paths)} files.")
        print("pretty_midi drops notes of length 0; to Clave they are strokes.\n")

    times = milliseconds_a_file([(contender, files) for _, contender, files in table.values()], rounds)
    ms = dict(zip(table, times, strict=True))
    times_clave = {
        name: ms[name] / ms["clave" if len(files) == len(paths) else "clave_on_sample"]
        for name, (_, _, files) in table.items()
    }
    print_table(
        ("reader", "files", "ms of processor a file", "times as long as Clave"),
        (
            (label, len(files), f"{ms[name]:.3f}", f"{times_clave[name]:.1f}")
            for name, (label, _, files) in table.items()
        ),
    )
    reports = [reading.report for reading in midi.read_many(paths, DRUM_MAP)]
    merged = sum(report.merged for report in reports)
    strokes = merged + sum(sum(report.strokes.values()) for report in reports)
    print(f"\nstrokes that share a step with another of their voice: {merged / strokes:.1%}")
    numbers = {f"{name}_ms": each for name, each in ms.items()} | {"merged": merged / strokes}
    write_json(numbers | {f"{name}_times_clave": each for name, each in times_clave.items()}, given.json)


if __name__ == "__main__":
    main()
