"""A drum loop as bars and sounds: what `clave.loop.read` gives.

file -> strokes by the network -> grid by the rhythm space -> strokes again, knowing where they lie -> bars, sounds
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path

import numpy as np

from clave.errors import LoopError
from clave.files import audio_file
from clave.music.arguments import checked
from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.music.shapes import Float32
from clave.music.units import METERS, Meter, meter_name
from clave.rhythm.space import RhythmSpace, load_rhythm
from clave.sound.loops.bar_lines import MAX_BPM, MIN_BPM, BarGrid, Evidence, Given, find_grids
from clave.sound.loops.bars import bars_of
from clave.sound.loops.likely_strokes import likely_strokes
from clave.sound.loops.one_shots import LoopSound, cut_sounds
from clave.sound.loops.strokes import HeardStrokes, LoopStroke, chosen_strokes, hear_strokes

MIN_SECONDS = 0.5
MIN_STROKES = 4  # onsets; fewer are single sounds
MIN_CLEARNESS = 0.58  # mean probability of the strokes; below, what is heard is hardly drums
STROKE_THRESHOLD = 0.35  # of the probability that a voice is struck
MAX_BARS = 64
SURE = 0.7  # confidence below which a remark says what to check
OTHER_GRIDS = 3  # of those that were not chosen
SAME_TEMPO, SAME_PLACE_S = 0.02, 0.07  # grids that differ by less are one


@dataclass(frozen=True)
class LoopConfidence:
    """How sure a reading is, each in [0, 1]."""

    strokes: float  # the mean probability of the strokes
    bar_line: float  # the share of the grid chosen in the posterior of all


@dataclass(frozen=True, eq=False)
class LoopReading:
    """What a loop holds. Whatever a person corrects is passed to `read` again."""

    name: str
    seconds: float  # duration of the file
    grid: BarGrid
    bars: tuple[Pattern, ...]
    strokes: tuple[LoopStroke, ...]
    sounds: tuple[LoopSound, ...]  # a voice each, in their order
    confidence: LoopConfidence
    other_grids: tuple[BarGrid, ...] = ()  # that may be meant, the likeliest first
    remarks: tuple[str, ...] = ()

    @property
    def tempo_bpm(self) -> float:
        """Quarter notes a minute."""
        return self.grid.tempo_bpm

    @property
    def meter(self) -> Meter:
        """Of all its bars."""
        return self.grid.meter

    @property
    def first_beat_s(self) -> float:
        """Where the first bar line lies in the file."""
        return self.grid.first_s

    @property
    def one_shots(self) -> Mapping[str, Clip]:
        """The sounds by the names of their voices."""
        return {VOICES[sound.voice].name: sound.clip for sound in self.sounds}

    def __str__(self) -> str:
        count = len(self.bars)
        return (
            f"{self.name}: {'1 bar' if count == 1 else f'{count} bars'} of {meter_name(self.meter)} at "
            f"{self.tempo_bpm:.1f} bpm, beat 1 at {self.first_beat_s:.3f} s ({self.confidence.bar_line:.0%} sure); "
            f"{len(self.strokes)} strokes ({self.confidence.strokes:.0%} sure)"
        )


@checked(LoopError)
@dataclass(frozen=True)
class LoopHint:
    """What a person knows of a loop; None: to be found. Raises LoopError for what is out of range."""

    tempo_bpm: float | None = None  # in [60, 200] unless the number of bars is given too
    meter: Meter | None = None
    bars: int | None = None  # from the first bar line to the end of the file
    first_beat_s: float | None = None  # where the first bar line lies
    strokes: tuple[LoopStroke, ...] | None = field(default=None)  # those that are there, corrected by hand

    def __post_init__(self) -> None:
        if self.tempo_bpm is not None and not MIN_BPM <= self.tempo_bpm <= MAX_BPM:
            raise LoopError(
                f"the tempo of a loop lies in [{MIN_BPM:g}, {MAX_BPM:g}] bpm, got {self.tempo_bpm:g}; half or twice "
                "the tempo reads the same strokes in longer or shorter bars"
            )
        if self.bars is not None and not 1 <= self.bars <= MAX_BARS:
            raise LoopError(f"a loop has 1 to {MAX_BARS} bars, got {self.bars}")
        if self.meter is not None and self.meter not in METERS:
            raise LoopError(
                f"the meter of a loop is one of {', '.join(map(meter_name, METERS))}, got {meter_name(self.meter)}"
            )
        if self.first_beat_s is not None and not 0 <= self.first_beat_s <= audio_file.MAX_SECONDS:
            raise LoopError(
                f"the first bar line lies in [0, {audio_file.MAX_SECONDS:g}] seconds, got {self.first_beat_s:g}"
            )


def read(
    source: str | PathLike[str] | bytes | Clip,
    hint: LoopHint = LoopHint(),
    *,
    space: RhythmSpace | None = None,
    name: str | None = None,
) -> LoopReading:
    """The bars and the sounds of a drum loop: a file, its bytes, or a clip; up to 60 s.

    `hint` holds what a person knows or has corrected; `space` says which bars are likely (None: the shipped one).
    Raises AudioFileError for what is no sound file or too long, LoopError for silence, a single sound, and what does
    not sound like drums.
    """
    clip, called, remarks = _opened(source, name)
    if clip.seconds < MIN_SECONDS:
        raise LoopError(f"{called}: {clip.seconds:.2f} s long; a loop has at least {MIN_SECONDS:g} s")
    if clip.peak == 0:
        raise LoopError(f"{called}: silence, no strokes")
    samples = clip.samples
    heard = hear_strokes(samples) if hint.strokes is None else _as_heard(hint.strokes)
    _check_drums(heard, called, corrected=hint.strokes is not None)
    space = space or load_rhythm()
    meters = [hint.meter] if hint.meter else [each for each in ((4, 4), (3, 4), (6, 8)) if each in space.meters]
    searches = [(meter, space.map_search(meter)) for meter in meters]
    given = Given(hint.tempo_bpm, hint.meter, hint.bars, hint.first_beat_s)
    evidence = Evidence(heard.seconds, heard.probability, clip.seconds)
    grids = find_grids(evidence, searches, given)
    grid = grids[0]
    if hint.strokes is None:
        probability = likely_strokes(evidence, grid, space.map_search(grid.meter))
        strokes = chosen_strokes(heard, probability >= STROKE_THRESHOLD, probability)
    else:
        strokes = hint.strokes
    if not strokes:
        raise LoopError(f"{called}: no stroke is sure enough; is it a drum loop?")
    bars, said = bars_of(strokes, grid, clip.seconds, hint.bars)
    others, share = _others(grids)
    confidence = LoopConfidence(float(np.mean([stroke.confidence for stroke in strokes])), share)
    sounds = cut_sounds(samples, strokes)
    remarks = (*remarks, *said, *_doubts(grid, others, confidence, sounds))
    return LoopReading(called, clip.seconds, grid, bars, strokes, sounds, confidence, others, remarks)


def _opened(source: str | PathLike[str] | bytes | Clip, name: str | None) -> tuple[Clip, str, tuple[str, ...]]:
    if isinstance(source, Clip):
        return audio_file.resampled(source), name or "the loop", ()
    if isinstance(source, bytes):
        return audio_file.from_bytes(source, name or "the loop"), name or "the loop", ()
    clip, remarks = audio_file.read_and_remark(source)
    return clip, name or Path(source).name, remarks


def _as_heard(strokes: Sequence[LoopStroke]) -> HeardStrokes:
    """Strokes that a person has corrected, as if the network had heard them for sure."""
    seconds = np.array([stroke.seconds for stroke in strokes], np.float64)
    probability = np.zeros((len(strokes), len(VOICES)), np.float32)
    probability[np.arange(len(strokes)), [stroke.voice for stroke in strokes]] = 1
    velocity = np.array([[stroke.velocity] * len(VOICES) for stroke in strokes], np.float32)
    order = np.argsort(seconds, kind="stable")
    return HeardStrokes(seconds[order], probability[order], velocity.reshape(len(strokes), len(VOICES))[order])


def _check_drums(heard: HeardStrokes, called: str, *, corrected: bool) -> None:
    best: Float32[np.ndarray, " onset"] = heard.probability.max(axis=1, initial=0)
    struck = best >= STROKE_THRESHOLD
    if struck.sum() < (1 if corrected else MIN_STROKES):
        raise LoopError(
            f"{called}: {int(struck.sum())} drum strokes were heard; a loop has at least {MIN_STROKES}. "
            "A single drum is read as a sound, and other instruments are not read"
        )
    clear = float(best[struck].mean())
    if clear < MIN_CLEARNESS and not corrected:
        raise LoopError(
            f"{called}: its onsets do not sound like drums (the strokes are {clear:.0%} sure on average; "
            f"{MIN_CLEARNESS:.0%} are needed)"
        )


def _others(grids: Sequence[BarGrid]) -> tuple[tuple[BarGrid, ...], float]:
    """Grids that differ from the first and from each other, and the share of the first in the posterior of all."""
    kept = [grids[0]]
    for grid in grids[1:]:
        if len(kept) <= OTHER_GRIDS and not any(_alike(grid, other) for other in kept):
            kept.append(grid)
    log_posterior = np.array([grid.log_posterior for grid in kept])
    shares = np.exp(0.5 * (log_posterior - log_posterior.max()))  # half: strokes are not independent
    return tuple(kept[1:]), float(shares[0] / shares.sum())


def _alike(one: BarGrid, other: BarGrid) -> bool:
    apart = (one.first_s - other.first_s + one.bar_seconds / 2) % one.bar_seconds - one.bar_seconds / 2
    return (
        one.meter == other.meter and abs(one.tempo_bpm / other.tempo_bpm - 1) < SAME_TEMPO and abs(apart) < SAME_PLACE_S
    )


def _doubts(
    grid: BarGrid, others: Sequence[BarGrid], confidence: LoopConfidence, sounds: Sequence[LoopSound]
) -> list[str]:
    said = list[str]()
    if confidence.bar_line < SURE and others:
        also = others[0]
        said.append(
            f"the bar line is {confidence.bar_line:.0%} sure: it may also be {also.tempo_bpm:.1f} bpm in "
            f"{meter_name(also.meter)} with beat 1 at {also.first_s:.3f} s"
        )
    if confidence.strokes < SURE:
        said.append(f"the strokes are {confidence.strokes:.0%} sure on average: check their voices")
    if grid.tempo_bpm < MIN_BPM or grid.tempo_bpm > MAX_BPM:
        said.append(f"{grid.tempo_bpm:.1f} bpm lies outside [{MIN_BPM:g}, {MAX_BPM:g}], as the number of bars says")
    mixed = [VOICES[sound.voice].name for sound in sounds if not sound.alone]
    if mixed:
        said.append(f"{', '.join(mixed)}: never heard alone, so other drums are in the sound")
    return said
