"""The training data of the stroke network: cells around onset candidates of rendered loops, and their strokes."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.random import Generator

from clave.audio.band_levels import RANGE_DB, band_levels
from clave.audio.onsets import find_onsets
from clave.errors import AudioFileError, TrainingError
from clave.files import audio_file
from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.kit import VOICES
from clave.music.kit import voice as voice_of
from clave.music.pattern import Pattern
from clave.music.shapes import Bool, Float32, Int, Int8
from clave.rhythm import grooves
from clave.rhythm.dataset import Corpus
from clave.sound.dataset import FACTORY_CREDIT, FACTORY_LICENCE, Credit, Listed, made_clip
from clave.sound.loops.stroke_cells import cells_db
from clave.training.loop_rendering import Sounds, TrainingLoop, mixed, no_drums, played, produced, varied
from clave.training.progress import OnProgress, of_task

MATCH_SECONDS = 0.025  # a stroke is heard at a candidate so near
FACTORY_DRUMS = 300  # of each voice
NO_DRUMS_SHARE, STYLE_SHARE = 0.05, 0.2  # of the loops; of those with drums, bars of our own styles
TEMPO_BPM = (60.0, 200.0)
SAME_TEMPO, OTHER_TEMPO, OTHER_TEMPO_SHARE = (0.9, 1.1), (0.7, 1.4), 0.15  # times the tempo that bars were played at
BAR_COUNTS = (1, 2, 4)
LEAD_S, LEAD_SHARE, TAIL_S, TAIL_SHARE, RING_SHARE = (0.02, 0.6), 0.3, (0.1, 1.0), 0.2, 0.1  # silence around a loop
MANY_TAKES = {4: 3, 5: 3, 7: 3}  # toms, cymbals and other percussion are several drums in one loop


@dataclass(frozen=True, eq=False)
class StrokeExamples:
    """Candidates row by row; levels in whole dB."""

    decibels: Int8[np.ndarray, "row band frame"]
    loudest_db: Int8[np.ndarray, "row band"]  # of each band in the loop
    struck: Bool[np.ndarray, "row voice"]
    velocity: Float32[np.ndarray, "row voice"]
    loop: Int[np.ndarray, " row"]
    seconds: Float32[np.ndarray, " row"]  # of the candidate, from the start of the loop

    def __len__(self) -> int:
        return len(self.loop)


@dataclass(frozen=True, eq=False)
class SoundStock:
    """The one-shots that loops are rendered from: recordings kit by kit, and synthesized drums."""

    kits: tuple[dict[int, tuple[Clip, ...]], ...]  # by voice
    made: tuple[tuple[Clip, ...], ...]  # of each voice

    def draw(self, rng: Generator) -> Sounds:
        """The sounds of a loop: of one kit, of several, or synthesized."""
        kit, share = self.kits[int(rng.integers(len(self.kits)))], rng.random()
        return [[self._draw(kit, voice.index, share, rng) for _ in range(_takes(voice.index, rng))] for voice in VOICES]

    def _draw(
        self, kit: dict[int, tuple[Clip, ...]], voice: int, share: float, rng: Generator
    ) -> Float32[np.ndarray, " sample"]:
        if share < 0.3 or (share < 0.6 and rng.random() < 0.4):
            return varied(_one_of(self.made[voice], rng), rng)
        if share > 0.8 or voice not in kit:
            others = [each for each in self.kits if voice in each]
            kit = others[int(rng.integers(len(others)))] if others else {voice: self.made[voice]}
        return varied(_one_of(kit[voice], rng), rng)


def read_stock(
    known: Sequence[Listed], folder: Path, *, seed: int = 0, on_progress: OnProgress | None = None
) -> tuple[SoundStock, list[Credit]]:
    """The sounds of these files, with those that are synthesized, and their credits; unreadable files are left out."""
    kits, credited = dict[str, dict[int, tuple[Clip, ...]]](), list[Credit]()
    named = [each for each in known if each.voice]
    count = of_task(on_progress, "reading")
    for done, each in enumerate(named, start=1):
        path = folder / each.name
        try:
            clip = audio_file.one_shot(audio_file.read(path))
        except AudioFileError:
            continue
        if clip.peak > 0:
            kit, voice = kits.setdefault(each.kit, {}), voice_of(each.voice).index
            kit[voice] = (*kit.get(voice, ()), clip)
            credited.append(Credit(*each[:5], hashlib.sha256(path.read_bytes()).hexdigest()))
        count(done, len(named))
    if not kits:
        raise TrainingError(f"{folder} holds no sound of a known voice")
    made = tuple(tuple(made_clip(voice, number, seed) for number in range(FACTORY_DRUMS)) for voice in VOICES)
    names = [f"factory {voice.name} 0 to {FACTORY_DRUMS - 1}" for voice in VOICES]
    credited += [
        Credit(name, voice.name, "factory", FACTORY_LICENCE, FACTORY_CREDIT, "")
        for name, voice in zip(names, VOICES, strict=True)
    ]
    return SoundStock(tuple(kits.values()), made), credited


def make_examples(
    corpus: Corpus,
    stock: SoundStock,
    loops: int,
    *,
    tempi: Mapping[str, float] = {},
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> StrokeExamples:
    """Examples from so many loops, rendered from bars of this corpus and these sounds, at the tempi of its files."""
    rng = np.random.default_rng(seed)
    bars = BarStock(corpus, bar_runs(corpus), tempi)
    rows = list[StrokeExamples]()
    count = of_task(on_progress, "rendering")
    for number in range(loops):
        rows.append(examples_of(_loop(bars, stock, rng), number))
        count(number + 1, loops)
    return StrokeExamples(*(np.concatenate([getattr(each, name) for each in rows]) for name in _COLUMNS))


_COLUMNS = ("decibels", "loudest_db", "struck", "velocity", "loop", "seconds")


def examples_of(loop: TrainingLoop, number: int = 0) -> StrokeExamples:
    """The candidates of a loop; each stroke belongs to the nearest one, if that is within 25 ms."""
    onsets, levels = find_onsets(loop.samples), band_levels(loop.samples)
    struck = np.zeros((len(onsets), len(VOICES)), bool)
    velocity = np.zeros((len(onsets), len(VOICES)), np.float32)
    for stroke in loop.strokes if len(onsets) else ():
        distance = np.abs(onsets.seconds - stroke.seconds)
        nearest = int(distance.argmin())
        if distance[nearest] <= MATCH_SECONDS:
            struck[nearest, stroke.voice] = True
            velocity[nearest, stroke.voice] = max(velocity[nearest, stroke.voice], stroke.velocity)
    loudest = np.rint(levels.decibels.max(axis=1)).astype(np.int8)
    return StrokeExamples(
        np.clip(np.rint(cells_db(levels, onsets.seconds)), -RANGE_DB, 0).astype(np.int8),
        np.tile(loudest, (len(onsets), 1)),
        struck,
        velocity,
        np.full(len(onsets), number),
        onsets.seconds.astype(np.float32),
    )


def bar_runs(corpus: Corpus) -> list[list[int]]:
    """The bars that follow each other in a file and a meter, as indices into the corpus."""
    order = np.lexsort((corpus.number, corpus.source))
    runs = list[list[int]]()
    for row in order.tolist():
        last = runs[-1][-1] if runs else None
        follows = last is not None and (
            corpus.source[row] == corpus.source[last]
            and corpus.number[row] == corpus.number[last] + 1
            and corpus.meter[row] == corpus.meter[last]
        )
        if follows:
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


@dataclass(frozen=True, eq=False)
class BarStock:
    """The bars that loops are rendered from."""

    corpus: Corpus
    runs: Sequence[Sequence[int]]  # bars that follow each other
    tempi: Mapping[str, float]  # of files, in bpm

    def draw(self, rng: Generator) -> tuple[list[Pattern], float]:
        """Some bars that follow each other, and about the tempo they were played at."""
        count = BAR_COUNTS[int(rng.integers(len(BAR_COUNTS)))]
        if rng.random() < STYLE_SHARE:
            style = grooves.style(grooves.STYLES[int(rng.integers(len(grooves.STYLES)))])
            patterns = grooves.bars(style, 1 if rng.random() < 0.5 else count, int(rng.integers(1 << 30)))
            patterns = patterns * (count // len(patterns))
            return patterns, rng.uniform(*style.tempo_bpm)
        run = self.runs[int(rng.integers(len(self.runs)))]
        start = int(rng.integers(max(0, len(run) - count) + 1))
        rows = run[start : start + count]
        tempo = self.tempi.get(self.corpus.sources[self.corpus.source[rows[0]]]) or rng.uniform(*TEMPO_BPM)
        tempo *= rng.uniform(*(OTHER_TEMPO if rng.random() < OTHER_TEMPO_SHARE else SAME_TEMPO))
        return list(self.corpus.subset(np.array(rows)).patterns), tempo


def _loop(bars: BarStock, stock: SoundStock, rng: Generator) -> TrainingLoop:
    if rng.random() < NO_DRUMS_SHARE:
        return no_drums(rng)
    patterns, tempo_bpm = bars.draw(rng)
    strokes, seconds = played(patterns, float(np.clip(tempo_bpm, *TEMPO_BPM)), rng)
    ring = float(rng.random() < RING_SHARE)
    samples = produced(mixed(strokes, seconds + ring, stock.draw(rng), rng), rng)
    lead_s = rng.uniform(*LEAD_S) if rng.random() < LEAD_SHARE else 0.0
    tail_s = rng.uniform(*TAIL_S) if rng.random() < TAIL_SHARE else 0.0
    samples = np.pad(samples, (round(lead_s * SAMPLE_RATE), round(tail_s * SAMPLE_RATE)))
    return TrainingLoop(samples, tuple(replace(each, seconds=each.seconds + lead_s) for each in strokes))


def _takes(voice: int, rng: Generator) -> int:
    return int(rng.integers(1, MANY_TAKES[voice] + 1)) if voice in MANY_TAKES else 1 + int(rng.random() < 0.2)


def _one_of(clips: Sequence[Clip], rng: Generator) -> Clip:
    return clips[int(rng.integers(len(clips)))]
