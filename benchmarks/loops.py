"""How well drum loops are read: onsets, voices, tempo and bar line, on loops of bars and kits not learned from.

    python benchmarks/loops.py FOLDER [--grooves FOLDER] [--loops 100] [--quick] [--json FILE]

FOLDER (or $CLAVE_DATA/oneshots) holds one-shots with manifest.csv, of which tier B is taken: nothing of Clave learned
from it. Bars are beats in 4/4 of the validation split of Groove MIDI ($CLAVE_DATA/grooves/groove-midi), 1, 2 or 4 that
follow each other, at 0.9 to 1.1 times their tempo. 30 % begin with silence (up to 0.6 s), 20 % end with it.

A bar line is right if the bar is as long within 2 % and begins within 70 ms, MIREX's tolerance. The onsets are those of
all strokes, however soft, merged within 30 ms. Voice accuracy: of the strokes whose onset was found within 50 ms, the
share whose voice is among those said there; "stroke F" also counts what was said too much.
"""

import csv
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
from measuring import add_folder, options, print_table, write_json

import clave
from clave.errors import ClaveError
from clave.files import audio_file
from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.kit import VOICES
from clave.music.kit import voice as voice_of
from clave.music.pattern import Pattern
from clave.music.units import seconds_per_step
from clave.rhythm.dataset import Corpus, scan
from clave.sound.loops import LoopReading, LoopStroke, read
from clave.training.loop_examples import bar_runs
from clave.training.loop_rendering import Sounds, mixed

LOUDEST_DB = (-20.0, 0.0)  # of a loop
BAR_COUNTS = (1, 2, 4)


class Loop(NamedTuple):
    """A rendered loop and what is in it."""

    clip: Clip
    strokes: tuple[LoopStroke, ...]
    tempo_bpm: float
    first_s: float


def main() -> None:
    parser = options(__doc__)
    add_folder(parser, "oneshots")
    parser.add_argument("--grooves", type=Path, default=Path(os.environ.get("CLAVE_DATA", ""), "grooves/groove-midi"))
    parser.add_argument("--loops", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    space = clave.load_rhythm()
    loops = render_loops(given.grooves, given.folder, 10 if given.quick else given.loops, rng)
    counts = dict[str, list[np.ndarray]]()
    for loop in loops:
        try:
            reading = read(loop.clip, space=space)
        except ClaveError as error:
            print(f"refused: {error}")
            reading = None
        for name, count in measured(loop, reading).items():
            counts.setdefault(name, []).append(count)
    table = {name: rate(np.sum(rows, axis=0)) for name, rows in counts.items()}
    print_table(("what", "value"), ((name, f"{value:.3f}") for name, value in table.items()))
    write_json(table, given.json)


def render_loops(grooves: Path, sounds: Path, count: int, rng: np.random.Generator) -> list[Loop]:
    corpus = scan(grooves)
    chosen = [corpus.splits[source] == "validation" for source in corpus.source]
    corpus = corpus.subset(np.array(chosen) & (corpus.section == 0) & (corpus.meter == 0))
    runs, kits = bar_runs(corpus), read_kits(sounds)
    with (grooves / "info.csv").open(newline="", encoding="utf-8") as file:
        tempi = {row["midi_filename"]: float(row["bpm"]) for row in csv.DictReader(file)}
    loops = list[Loop]()
    while len(loops) < count:
        bars = BAR_COUNTS[len(loops) % len(BAR_COUNTS)]
        run = runs[int(rng.integers(len(runs)))]
        if len(run) < bars:
            continue
        start = int(rng.integers(len(run) - bars + 1))
        rows = run[start : start + bars]
        tempo = float(np.clip(tempi.get(source_of(corpus, rows[0]), 120) * rng.uniform(0.9, 1.1), 62, 195))
        loops.append(rendered(corpus.subset(np.array(rows)).patterns, tempo, kits.draw(rng), rng))
    return loops


def source_of(corpus: Corpus, row: int) -> str:
    return corpus.sources[corpus.source[row]]


class Kits(NamedTuple):
    """Kits with at least kick, snare and closed hi-hat; what one lacks is another's."""

    whole: list[dict[int, list[Path]]]
    every: dict[int, list[Path]]

    def draw(self, rng: np.random.Generator) -> Sounds:
        """The sounds of a kit, one a voice."""
        kit = self.whole[int(rng.integers(len(self.whole)))]
        rows = [kit.get(voice.index, self.every[voice.index]) for voice in VOICES]
        return [[sound(row[int(rng.integers(len(row)))])] for row in rows]


def read_kits(folder: Path) -> Kits:
    kits, every = dict[str, dict[int, list[Path]]](), dict[int, list[Path]]()
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["tier"] == "B":
                voice, path = voice_of(row["voice"]).index, folder / row["path"]
                kits.setdefault(f"{row['source']}/{row['kit']}", {}).setdefault(voice, []).append(path)
                every.setdefault(voice, []).append(path)
    return Kits([kit for kit in kits.values() if {0, 1, 2} <= kit.keys()], every)


def sound(path: Path) -> np.ndarray:
    samples = audio_file.one_shot(audio_file.read(path)).samples
    return samples / max(float(np.abs(samples).max()), 1e-6)


def rendered(patterns: list[Pattern], tempo_bpm: float, sounds: Sounds, rng: np.random.Generator) -> Loop:
    step, start, strokes = seconds_per_step(tempo_bpm), 0.0, list[LoopStroke]()
    for pattern in patterns:
        for stroke in pattern.strokes():
            strokes.append(LoopStroke(max(0.0, start + stroke.position * step), stroke.voice, stroke.velocity))
        start += pattern.steps * step
    samples = mixed(strokes, start, sounds, rng)
    lead_s = float(rng.uniform(0.02, 0.6)) if rng.random() < 0.3 else 0.0
    tail_s = float(rng.uniform(0.1, 1.0)) if rng.random() < 0.2 else 0.0
    samples = np.pad(samples, (round(lead_s * SAMPLE_RATE), round(tail_s * SAMPLE_RATE)))
    samples *= 10 ** (rng.uniform(*LOUDEST_DB) / 20) / max(float(np.abs(samples).max()), 1e-6)
    moved = tuple(LoopStroke(each.seconds + lead_s, each.voice, each.velocity) for each in strokes)
    return Loop(Clip(samples.astype(np.float32)), moved, tempo_bpm, lead_s)


def measured(loop: Loop, reading: LoopReading | None) -> dict[str, np.ndarray]:
    """What is right of what: (right, of, of): twice the first over the sum of the others is the rate."""
    said = () if reading is None else reading.strokes
    truth, found = (merged([each.seconds for each in row]) for row in (loop.strokes, said))
    table = {
        f"onset F at {ms} ms": np.array([matched(truth, found, ms / 1000), len(truth), len(found)]) for ms in (50, 20)
    }
    right = heard = 0
    for stroke in loop.strokes:
        if any(abs(each - stroke.seconds) <= 0.05 for each in found):
            heard += 1
            right += any(each.voice == stroke.voice and abs(each.seconds - stroke.seconds) <= 0.05 for each in said)
    table["voice accuracy"] = np.array([right, heard, heard])
    strokes = np.zeros(3, int)
    for voice in VOICES:
        mine, theirs = ([each.seconds for each in row if each.voice == voice.index] for row in (loop.strokes, said))
        strokes += (matched(mine, theirs, 0.05), len(mine), len(theirs))
    table["stroke F at 50 ms"] = strokes
    bar_s = 64 * seconds_per_step(loop.tempo_bpm)
    long = reading is not None and abs(reading.grid.bar_seconds / bar_s - 1) < 0.02
    apart = 1.0 if reading is None else (reading.first_beat_s - loop.first_s + bar_s / 2) % bar_s - bar_s / 2
    table["bar line right"] = np.array([long and abs(apart) < 0.07, 1, 1], int)
    table["length of the bar right"] = np.array([long, 1, 1], int)
    return table


def merged(seconds: list[float], within: float = 0.03) -> list[float]:
    kept = list[float]()
    for each in sorted(seconds):
        if not kept or each - kept[-1] > within:
            kept.append(each)
    return kept


def matched(one: list[float], other: list[float], within: float) -> int:
    """How many of two rows of times, in order, make pairs."""
    one, other, pairs = sorted(one), sorted(other), 0
    while one and other:
        if abs(one[0] - other[0]) <= within:
            pairs += 1
            one, other = one[1:], other[1:]
        elif one[0] < other[0]:
            one = one[1:]
        else:
            other = other[1:]
    return pairs


def rate(count: np.ndarray) -> float:
    return 2 * float(count[0]) / max(1.0, float(count[1] + count[2]))


if __name__ == "__main__":
    main()
