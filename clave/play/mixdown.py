"""Strokes mixed into rows of samples: the output that `render` plays a performance on.

Every stroke starts at its own moment, between two samples if need be, as loud as the square of its velocity says, and
is stopped by the next stroke of its choke group. Its filter works on what is left of it.
"""

import math
from collections.abc import Callable, Sequence
from itertools import accumulate, chain
from typing import Literal, NamedTuple

import numpy as np

from clave.audio.biquad import FilterKind, biquad
from clave.errors import RenderError
from clave.music.clip import Clip
from clave.music.kit import layer_of
from clave.music.shapes import Float32, Float64
from clave.play.output import QueuedStep
from clave.play.performance import Strike
from clave.play.sequencer import stops, velocity_gain

Tail = Literal["cut", "wrap", "ring"]
Rows = Float32[np.ndarray, "channel sample"]
Finished = Float32[np.ndarray, "side longer"]
Gains = Callable[[Strike], Sequence[float]]
"""How loud a stroke is in each row, linear."""
Filtering = tuple[int, float, float]
"""Of a stroke: its filter, cutoff in octaves above 20 Hz, resonance in dB."""

KINDS: tuple[FilterKind, ...] = ("lowpass", "lowpass", "highpass", "bandpass")  # by `Strike.filter`; 0 is none
CHOKE_SECONDS = 0.005  # how fast a choked sound disappears
CUT_SECONDS = 0.005  # how fast the last sounds do when the tail is cut
PLACES_PER_SAMPLE = 32  # strokes start on this grid: 0.7 microseconds
TIE = 1e-4  # of a place: rounding errors do not decide to which of two places a stroke goes, here and in the page
KERNEL_RADIUS = 16  # samples on either side of the kernel that shifts a sound by a part of a sample
KERNEL_BETA = 8.0  # Kaiser window: images 80 dB down
BLOCK_SAMPLES = 256  # shifted at once: small products stay in the cache, and in this thread while others play


class _MixedStroke(NamedTuple):
    """A stroke as it is mixed. Its order is that of time; what sounds at once has an order too, so sums repeat."""

    seconds: float
    voice: int
    velocity: float
    clip: int
    gains: tuple[float, ...]  # linear, one a row
    filtering: Filtering
    ended: float = math.inf  # seconds at which everything was silenced


class Mixdown:
    """An output that keeps the strokes, and mixes all of them at the end: second 0 is the first sample.

    `sounds` are played as they are, each stroke by its index and, where a sound has several clips from hard to soft, by
    its velocity; they share one sample rate. There are as many rows as `gains` gives numbers. `finish` is
    what happens to the rows while they are whole, before any tail is cut.
    """

    def __init__(
        self,
        sounds: Sequence[Clip | Sequence[Clip]],
        gains: Gains,
        rows: int,
        *,
        places_per_sample: int = PLACES_PER_SAMPLE,
        finish: Callable[[Rows], Finished] = lambda rows: rows,
    ) -> None:
        layers = [(sound,) if isinstance(sound, Clip) else tuple(sound) for sound in sounds]
        self._layers = [len(each) for each in layers]
        self._first = list(accumulate(self._layers, initial=0))  # clip of each sound
        self._clips, self._gains, self._rows = tuple(chain.from_iterable(layers)), gains, rows
        self._places, self._finish = places_per_sample, finish
        self._strokes: list[_MixedStroke] = []

    def strike(self, strike: Strike, seconds: float) -> None:
        """Keep a stroke, to sound at this time."""
        gains = tuple(self._gains(strike))
        filtering = (strike.filter, strike.cutoff, strike.resonance)
        clip = self._first[strike.sound] + layer_of(strike.velocity, self._layers[strike.sound])
        self._strokes.append(_MixedStroke(seconds, strike.voice, strike.velocity, clip, gains, filtering))

    def step(self, queued: QueuedStep) -> None:
        """Steps make no sound."""

    def release(self, now: float) -> None:
        """Strokes are mixed at the end."""

    def silence(self, now: float) -> None:
        """Strokes from now on are dropped, and what sounds is faded as by a choke."""
        kept = [stroke for stroke in self._strokes if stroke.seconds < now]
        self._strokes = [stroke._replace(ended=min(stroke.ended, now)) for stroke in kept]

    def mixed(self, seconds: float, tail: Tail = "cut") -> Rows:
        """All strokes so far as rows of samples that last so many seconds; `render` says what the tails are."""
        if tail not in ("cut", "wrap", "ring"):
            raise RenderError(f'a tail is "cut", "wrap" or "ring", got {tail!r}')
        rate = self._clips[0].sample_rate
        length = max(1, round(seconds * rate))
        canvas, lead = self._canvas(seconds, length, wrap=tail == "wrap")
        if tail == "wrap":
            return _wrapped(canvas, lead, length)
        if tail == "ring":
            sounding = np.flatnonzero(canvas.any(axis=0))
            end = int(sounding[-1]) + 1 if sounding.size else 0
            return canvas[:, lead : max(lead + length, end)]
        out = min(length, round(CUT_SECONDS * rate))
        canvas[:, lead + length - out : lead + length] *= np.cos(np.linspace(0, np.pi / 2, out)).astype(np.float32) ** 2
        return canvas[:, lead : lead + length]

    def _canvas(self, seconds: float, length: int, *, wrap: bool) -> tuple[Float32[np.ndarray, "channel canvas"], int]:
        """All strokes where they sound, also before time 0, and the sample that is time 0."""
        strokes = tuple(self._strokes)
        if wrap:
            choked = _stops_of_a_loop(strokes, seconds)
        else:
            strokes = tuple(sorted(stroke._replace(seconds=max(0.0, stroke.seconds)) for stroke in strokes))
            choked = stops(strokes)
        silenced = [_earlier(stop, stroke.ended) for stroke, stop in zip(strokes, choked, strict=True)]

        rate = self._clips[0].sample_rate
        first, last = (strokes[0].seconds, strokes[-1].seconds) if strokes else (0.0, 0.0)
        lead = max(0, math.ceil(-first * rate)) + KERNEL_RADIUS  # samples before time 0
        longest = max(len(clip) for clip in self._clips)
        end = lead + max(length, math.ceil(last * rate)) + longest + KERNEL_RADIUS
        canvas = np.zeros((self._rows, end), np.float32)
        heard = [pair for pair in zip(strokes, silenced, strict=True) if any(pair[0].gains)]
        for filtering in sorted({stroke.filtering for stroke, _ in heard}):
            own = [pair for pair in heard if pair[0].filtering == filtering]
            if filtering[0]:
                self._add_filtered(canvas, lead, own, filtering)
            else:
                self._add(canvas, lead, own)
        return self._finish(canvas), lead

    def _add(self, canvas: Rows, lead: int, strokes: Sequence["_Ending"]) -> None:
        for index, clip in enumerate(self._clips):
            own = [pair for pair in strokes if pair[0].clip == index]
            if own:
                _add_sound(canvas, lead, own, clip, self._places)

    def _add_filtered(self, canvas: Rows, lead: int, strokes: Sequence["_Ending"], filtering: Filtering) -> None:
        """Add these strokes through their filter, run by run: a run ends where the filter has rung out."""
        rate = self._clips[0].sample_rate
        kind, octaves, resonance_db = filtering
        made = biquad(KINDS[kind], 20.0 * 2**octaves, resonance_db, rate)
        margin = KERNEL_RADIUS + 1
        runs: list[tuple[int, int, list[_Ending]]] = []  # first sample, the one after the last, strokes
        for pair in strokes:
            start = lead + math.floor(pair[0].seconds * rate) - margin
            end = start + len(self._clips[pair[0].clip]) + 2 * margin + made.ring_samples
            if runs and start < runs[-1][1]:
                first, last, own = runs.pop()
                runs.append((first, max(last, end), [*own, pair]))
            else:
                runs.append((start, end, [pair]))
        for start, end, own in runs:
            run = np.zeros((len(canvas), end - start), np.float32)
            self._add(run, lead - start, own)
            for row, dry in zip(canvas, run, strict=True):
                if dry.any():
                    wet = made.filtered(dry.astype(np.float64)).astype(np.float32)
                    into = row[max(0, start) : end]
                    into += wet[max(0, -start) : max(0, -start) + len(into)]


_Ending = tuple[_MixedStroke, float | None]
"""A stroke, and the time that silences it."""


def _earlier(stop: float | None, ended: float) -> float | None:
    earliest = ended if stop is None else min(stop, ended)
    return None if math.isinf(earliest) else earliest


def _stops_of_a_loop(strokes: Sequence[_MixedStroke], seconds: float) -> tuple[float | None, ...]:
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
    canvas: Float32[np.ndarray, "channel canvas"],
    lead: int,
    strokes: Sequence[_Ending],
    clip: Clip,
    per_sample: int,
) -> None:
    """Add all strokes of a sound, each with the time that silences it; time 0 is sample `lead`."""
    rate = clip.sample_rate
    places = [_place(stroke.seconds * rate * per_sample) for stroke, _ in strokes]
    shifted = _shifted(clip.samples, {place % per_sample for place in places}, per_sample)
    choke = np.linspace(1, 0, math.floor(CHOKE_SECONDS * rate), endpoint=False, dtype=np.float32)
    for (stroke, stop), place in zip(strokes, places, strict=True):
        sound, before = shifted[place % per_sample]
        start = lead + place // per_sample - before
        if stop is not None:
            full = before + _place((_place(stop * rate * per_sample) - place) / per_sample)  # samples until the choke
            if full < len(sound):
                sound = sound[: full + len(choke)].copy()
                sound[full:] *= choke[: len(sound) - full]
        for row in map(int, np.flatnonzero(stroke.gains)):
            gain = np.float32(stroke.gains[row] * velocity_gain(stroke.velocity))
            canvas[row, start : start + len(sound)] += gain * sound


def _place(exact: float) -> int:
    return math.floor(exact + 0.5 + TIE)


def _shifted(
    samples: Float32[np.ndarray, " sample"], fractions: set[int], per_sample: int
) -> dict[int, tuple[Float32[np.ndarray, " longer"], int]]:
    """The sound delayed by each of these parts of a sample, and how many samples earlier than its start it begins.

    A delay by a part of a sample is a convolution with a windowed sinc; all of them together are a matrix product.
    """
    made: dict[int, tuple[Float32[np.ndarray, " longer"], int]] = {}
    if 0 in fractions:
        made[0] = (samples, 0)
    between = sorted(fractions - {0})
    if between:
        padded = np.pad(samples, 2 * KERNEL_RADIUS - 1)
        windows = np.lib.stride_tricks.sliding_window_view(padded, len(samples) + 2 * KERNEL_RADIUS - 1)
        kernels = _delay_kernels(np.array(between) / per_sample)[:, ::-1].astype(np.float32)
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
    canvas: Float32[np.ndarray, "channel canvas"], lead: int, length: int
) -> Float32[np.ndarray, "channel sample"]:
    """The rows wound around a loop of this length, so that what lies outside of it adds up inside."""
    loop = np.zeros((len(canvas), length), np.float32)
    for start in range(lead % length - length, canvas.shape[1], length):  # time 0 falls on the start of a round
        part = canvas[:, max(0, start) : start + length]
        at = max(0, -start)
        loop[:, at : at + part.shape[1]] += part
    return loop
