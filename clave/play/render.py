"""From patterns and a kit to sound.

Every stroke starts at its own moment, between two samples if need be, as loud as the square of its velocity says, and
is stopped by the next stroke of its choke group. The sounds of a voice make its stem; the mix is the sum of the stems.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, overload

import numpy as np

from clave.errors import RenderError
from clave.music.clip import Clip
from clave.music.kit import VOICES, Kit
from clave.music.pattern import Pattern
from clave.music.shapes import Float32, Float64
from clave.play.performance import Performance
from clave.play.sequencer import MAX_LEVEL, duration_seconds, events, stereo_gains, stops, velocity_gain

Tail = Literal["cut", "wrap", "ring"]

CHOKE_SECONDS = 0.005  # how fast a choked sound disappears
CUT_SECONDS = 0.005  # how fast the last sounds do when the tail is cut
PLACES_PER_SAMPLE = 32  # strokes start on this grid: 0.7 microseconds
KERNEL_RADIUS = 16  # samples on either side of the kernel that shifts a sound by a part of a sample
KERNEL_BETA = 8.0  # Kaiser window: images 80 dB down
BLOCK_SAMPLES = 256  # shifted at once: small products stay in the cache, and in this thread while others play

UNITY: tuple[float, ...] = (1.0,) * len(VOICES)


@overload
def render(patterns: Performance, *, tail: Tail = "cut") -> Clip: ...


@overload
def render(
    patterns: Iterable[Pattern],
    kit: Kit,
    tempo_bpm: float = 120.0,
    swing: float = 0.5,
    *,
    levels: Sequence[float] = UNITY,
    tail: Tail = "cut",
) -> Clip: ...


def render(
    patterns: Iterable[Pattern] | Performance,
    kit: Kit | None = None,
    tempo_bpm: float = 120.0,
    swing: float = 0.5,
    *,
    levels: Sequence[float] = UNITY,
    tail: Tail = "cut",
) -> Clip:
    """A performance, or these bars played on this kit, in mono; each sound is played as its origin says.

    `levels` is linear, one a voice, in [0, 2]; a performance has its own. The clip lasts exactly as long as the bars,
    to the nearest sample, unless the tail may ring. A mix that would exceed full scale is made quieter as a whole.

    `tail="cut"` fades the last 5 ms; strokes before time 0 sound at 0. `tail="wrap"` carries what rings past the end to
    the beginning, and strokes before time 0 to the end: a loop without a seam. `tail="ring"` adds the time it takes
    to ring out.

    Raises RenderError for no bars, a tempo, swing or level out of range, or a kit of several sample rates.
    """
    if isinstance(patterns, Performance):
        return mix(performance_stems(patterns, tail=tail))
    if kit is None:
        raise RenderError("bars are played on a kit; only a performance has its own")
    _check_levels(levels)
    score = _score(patterns, kit, tempo_bpm, swing)
    (row,) = _played(score, tail, 1, lambda stroke: (levels[stroke.voice],))
    return Clip(row / max(1.0, float(np.abs(row).max())), score.sample_rate)


def performance_stems(performance: Performance, *, tail: Tail = "cut") -> tuple[Clip, ...]:
    """A performance as one clip a voice, at the level of its mix, all equally long; their sum is the mix."""
    score = _score_of(performance)
    rows = _played(score, tail, len(VOICES), lambda stroke: _one_hot(stroke.voice, stroke.level * performance.volume))
    return tuple(Clip(row, score.sample_rate) for row in rows)


def render_stereo(performance: Performance, *, tail: Tail = "cut") -> tuple[Clip, Clip]:
    """The left and the right channel of a performance; both are made quieter together if one exceeds full scale."""
    score = _score_of(performance)
    rows = _played(score, tail, 2, lambda stroke: stereo_gains(stroke.level * performance.volume, stroke.pan))
    left, right = rows / max(1.0, float(np.abs(rows).max()))
    return Clip(left, score.sample_rate), Clip(right, score.sample_rate)


def render_stems(
    patterns: Iterable[Pattern],
    kit: Kit,
    tempo_bpm: float = 120.0,
    swing: float = 0.5,
    *,
    tail: Tail = "cut",
) -> tuple[Clip, ...]:
    """The same bars as one clip a voice, in the order of VOICES, all equally long and at the level of the kit.

    Their sum is the mix, before it is made to fit full scale.
    """
    score = _score(patterns, kit, tempo_bpm, swing)
    rows = _played(score, tail, len(VOICES), lambda stroke: _one_hot(stroke.voice, 1.0))
    return tuple(Clip(row, score.sample_rate) for row in rows)


def mix(stems: Sequence[Clip], levels: Sequence[float] = UNITY) -> Clip:
    """The sum of the stems, each at its level; made quieter as a whole if it would exceed full scale."""
    _check_levels(levels)
    total = np.zeros(len(stems[0]), np.float32)
    for stem, level in zip(stems, levels, strict=True):
        total += np.float32(level) * stem.samples
    return Clip(total / max(1.0, float(np.abs(total).max())), stems[0].sample_rate)


def fitted(stems: Sequence[Clip]) -> tuple[Clip, ...]:
    """The same stems, turned down together if one of them or their sum would exceed full scale."""
    total = np.sum([stem.samples for stem in stems], axis=0)
    loudest = max(1.0, float(np.abs(total).max()), *(stem.peak for stem in stems))
    return tuple(stems) if loudest == 1 else tuple(Clip(stem.samples / loudest, stem.sample_rate) for stem in stems)


def _check_eight(what: str, row: Sequence[float]) -> None:
    if len(row) != len(VOICES):
        raise RenderError(f"{what} are {len(VOICES)} numbers, one a voice; got {len(row)}")


def _check_levels(levels: Sequence[float]) -> None:
    _check_eight("levels", levels)
    for level in levels:
        if not 0 <= level <= MAX_LEVEL:
            raise RenderError(f"a level lies in [0, {MAX_LEVEL:g}] (1 leaves the sound as it is), got {level}")


class _Struck(NamedTuple):
    """A stroke that is to be heard: its sound is an index into those of the score."""

    seconds: float
    voice: int
    velocity: float
    sound: int
    level: float = 1.0
    pan: float = 0.0


@dataclass(frozen=True)
class _Score:
    """Strokes in time order, the sounds they are played with, and how long it all lasts."""

    strokes: tuple[_Struck, ...]
    sounds: tuple[Clip, ...]
    seconds: float

    @property
    def sample_rate(self) -> int:
        return self.sounds[0].sample_rate


def _one_hot(voice: int, gain: float) -> tuple[float, ...]:
    return tuple(gain if voice == other else 0.0 for other in range(len(VOICES)))


def _score(patterns: Iterable[Pattern], kit: Kit, tempo_bpm: float, swing: float) -> _Score:
    """These bars on this kit."""
    bars = list(patterns)
    strokes = tuple(_Struck(*event, event.voice) for event in events(bars, tempo_bpm, swing))
    return _checked(_Score(strokes, kit.as_played().clips, duration_seconds(bars, tempo_bpm)), len(bars))


def _score_of(performance: Performance) -> _Score:
    """A performance, with each of its sounds as its origin says."""
    sounds = tuple(
        Kit((each.clip,) * len(VOICES), (each.origin,) + (None,) * (len(VOICES) - 1)).as_played().clips[0]
        for each in performance.sounds
    )
    strokes = tuple(
        _Struck(each.seconds, each.voice, each.velocity, each.sound, each.level, each.pan)
        for each in performance.events()
    )
    return _checked(_Score(strokes, sounds, performance.seconds), len(performance.bars))


def _checked(score: _Score, bars: int) -> _Score:
    if not bars:
        raise RenderError("nothing to render: at least one bar is needed, got none")
    rate = score.sample_rate
    if any(clip.sample_rate != rate for clip in score.sounds):
        pairs = zip(VOICES, score.sounds, strict=False)
        rates = ", ".join(f"{voice.name} {clip.sample_rate}" for voice, clip in pairs)
        raise RenderError(f"the clips of a kit share one sample rate, got {rates} (Hz)")
    return score


def _played(
    score: _Score, tail: Tail, outputs: int, gains: Callable[[_Struck], Sequence[float]]
) -> Float32[np.ndarray, "output sample"]:
    """The score as rows of samples; `gains` says how loud a stroke is in each row."""
    if tail not in ("cut", "wrap", "ring"):
        raise RenderError(f'a tail is "cut", "wrap" or "ring", got {tail!r}')
    rate, strokes = score.sample_rate, score.strokes
    length = max(1, round(score.seconds * rate))
    if tail == "wrap":
        silenced = _stops_of_a_loop(strokes, score.seconds)
    else:
        strokes = tuple(sorted(stroke._replace(seconds=max(0.0, stroke.seconds)) for stroke in strokes))
        silenced = stops(strokes)

    first, last = (strokes[0].seconds, strokes[-1].seconds) if strokes else (0.0, 0.0)
    lead = max(0, math.ceil(-first * rate)) + KERNEL_RADIUS  # samples before time 0
    longest = max(len(clip) for clip in score.sounds)
    canvas = np.zeros((outputs, lead + max(length, math.ceil(last * rate)) + longest + KERNEL_RADIUS), np.float32)
    for index, clip in enumerate(score.sounds):
        own = [
            (stroke, stop, gains(stroke))
            for stroke, stop in zip(strokes, silenced, strict=True)
            if stroke.sound == index
        ]
        _add_sound(canvas, lead, own, clip)

    if tail == "wrap":
        return _wrapped(canvas, lead, length)
    if tail == "ring":
        sounding = np.flatnonzero(canvas.any(axis=0))
        end = int(sounding[-1]) + 1 if sounding.size else 0
        return canvas[:, lead : max(lead + length, end)]
    out = min(length, round(CUT_SECONDS * rate))
    canvas[:, lead + length - out : lead + length] *= np.cos(np.linspace(0, np.pi / 2, out)).astype(np.float32) ** 2
    return canvas[:, lead : lead + length]


def _stops_of_a_loop(strokes: tuple[_Struck, ...], seconds: float) -> tuple[float | None, ...]:
    """When each stroke is silenced if the bars go round and round.

    The next round's strokes count too, and so do those late in the round before, for one that comes early.
    """
    rounds = [
        (this, stroke._replace(seconds=stroke.seconds + shift))
        for this, shift in ((False, -seconds), (True, 0.0), (False, seconds))
        for stroke in strokes
    ]
    rounds.sort(key=lambda pair: pair[1])
    silenced = stops([stroke for _, stroke in rounds])
    return tuple(stop for (this, _), stop in zip(rounds, silenced, strict=True) if this)


def _add_sound(
    canvas: Float32[np.ndarray, "output canvas"],
    lead: int,
    strokes: list[tuple[_Struck, float | None, Sequence[float]]],
    clip: Clip,
) -> None:
    """Add all strokes of a sound, each with the time that silences it and its gains; time 0 is sample `lead`."""
    rate = clip.sample_rate
    places = [round(stroke.seconds * rate * PLACES_PER_SAMPLE) for stroke, _, _ in strokes]
    shifted = _shifted(clip.samples, {place % PLACES_PER_SAMPLE for place in places})
    choke = np.cos(np.linspace(0, np.pi / 2, round(CHOKE_SECONDS * rate))).astype(np.float32) ** 2
    for (stroke, stop, gains), place in zip(strokes, places, strict=True):
        sound, before = shifted[place % PLACES_PER_SAMPLE]
        start = lead + place // PLACES_PER_SAMPLE - before
        if stop is not None:
            full = before + round((stop - stroke.seconds) * rate)  # samples until it is choked
            if full < len(sound):
                sound = sound[: full + len(choke)].copy()
                sound[full:] *= choke[: len(sound) - full]
        for output in map(int, np.flatnonzero(gains)):
            gain = np.float32(gains[output] * velocity_gain(stroke.velocity))
            canvas[output, start : start + len(sound)] += gain * sound


def _shifted(
    samples: Float32[np.ndarray, " sample"], fractions: set[int]
) -> dict[int, tuple[Float32[np.ndarray, " longer"], int]]:
    """The sound delayed by each of these 32nds of a sample, and how many samples earlier than its start it begins.

    A delay by a part of a sample is a convolution with a windowed sinc; all of them together are a matrix product.
    """
    made: dict[int, tuple[Float32[np.ndarray, " longer"], int]] = {}
    if 0 in fractions:
        made[0] = (samples, 0)
    between = sorted(fractions - {0})
    if between:
        padded = np.pad(samples, 2 * KERNEL_RADIUS - 1)
        windows = np.lib.stride_tricks.sliding_window_view(padded, len(samples) + 2 * KERNEL_RADIUS - 1)
        kernels = _delay_kernels(np.array(between) / PLACES_PER_SAMPLE)[:, ::-1].astype(np.float32)
        delayed = np.empty((len(between), windows.shape[1]), np.float32)
        for start in range(0, windows.shape[1], BLOCK_SAMPLES):
            block = slice(start, start + BLOCK_SAMPLES)
            delayed[:, block] = kernels @ np.ascontiguousarray(windows[:, block])
        made.update({fraction: (sound, KERNEL_RADIUS - 1) for fraction, sound in zip(between, delayed, strict=True)})
    return made


def _delay_kernels(fractions: Float64[np.ndarray, " fraction"]) -> Float64[np.ndarray, "fraction tap"]:
    """Windowed sincs that delay by KERNEL_RADIUS - 1 samples and these fractions of one, each in (0, 1)."""
    reach = np.arange(2 * KERNEL_RADIUS) - (KERNEL_RADIUS - 1) - fractions[:, None]
    window = np.i0(KERNEL_BETA * np.sqrt(np.maximum(0, 1 - (reach / KERNEL_RADIUS) ** 2)))
    kernels = np.sinc(reach) * window
    return kernels / kernels.sum(axis=1, keepdims=True)


def _wrapped(
    canvas: Float32[np.ndarray, "output canvas"], lead: int, length: int
) -> Float32[np.ndarray, "output sample"]:
    """The rows wound around a loop of this length, so that what lies outside of it adds up inside."""
    loop = np.zeros((len(canvas), length), np.float32)
    for start in range(lead % length - length, canvas.shape[1], length):  # time 0 falls on the start of a round
        part = canvas[:, max(0, start) : start + length]
        at = max(0, -start)
        loop[:, at : at + part.shape[1]] += part
    return loop
