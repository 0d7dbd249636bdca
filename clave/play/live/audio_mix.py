"""Strokes mixed block by block as they sound: the mix of `clave/play/produced.py`, without an end.

Every stroke begins on a whole sample; filters, room and bus go on from block to block. What `clave render` makes of the
same strokes is the same within -90 dB.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np

from clave.audio.biquad import BLOCK, RunningBiquad, biquad
from clave.music.clip import Clip
from clave.music.kit import VOICES, layer_of
from clave.music.shapes import Float32
from clave.play.bus import BusSettings, RunningBus
from clave.play.live.ready_sounds import ReadySounds
from clave.play.mixdown import CHOKE_SECONDS, KINDS, Filtering
from clave.play.performance import Performance, Strike
from clave.play.produced import Layers, played_sounds, program_gains
from clave.play.program import REST_GAIN
from clave.play.room import RoomSize, RunningConvolution, impulse_response
from clave.play.sequencer import stereo_gains, velocity_gain

ROWS = 3  # left, right, into the room
OFF: Filtering = (0, 0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Sounding:
    """What the strokes of a performance need to be heard."""

    sounds: Sequence[Layers]
    programs: tuple[float, ...]  # gain of each bar
    room: RoomSize
    bus: BusSettings
    volume: float

    @classmethod
    def of(cls, performance: Performance, ready: ReadySounds) -> "Sounding":
        """Of a performance of a project; takes a while where sounds are new."""
        made = performance.production
        assert made is not None, "only performances of projects are played live"
        sounds = played_sounds(performance, ready.layers_of)
        programs = program_gains(performance, ready.energy_of)
        return cls(sounds, programs, made.room, made.bus, performance.volume)

    def stroke(self, strike: Strike, first: int) -> "Stroke":
        """A stroke that begins at this sample."""
        layers = self.sounds[strike.sound]
        clip: Clip = layers[layer_of(strike.velocity, len(layers))]
        program = self.programs[strike.bar] if strike.bar < len(self.programs) else REST_GAIN
        loud = velocity_gain(strike.velocity) * program
        left, right = stereo_gains(strike.level, strike.pan)
        gains = np.array([left * loud, right * loud, strike.level * strike.send * loud], np.float32)
        return Stroke(first, strike.voice, clip.samples, gains, (strike.filter, strike.cutoff, strike.resonance))


@dataclass(eq=False)
class Stroke:
    """A stroke that waits, or sounds."""

    first: int  # sample, counted from the first that was mixed
    voice: int
    samples: Float32[np.ndarray, " sample"]
    gains: Float32[np.ndarray, " row"]
    filtering: Filtering
    stopped: int | None = None  # sample from which it fades

    def end(self, fade: int) -> int:
        """The sample after its last."""
        whole = self.first + len(self.samples)
        return whole if self.stopped is None else min(whole, self.stopped + fade)


class _Waiting(NamedTuple):
    first: int
    number: int
    stroke: Stroke


class _Filter:
    """One setting of the filter, for all strokes that have it."""

    def __init__(self, filtering: Filtering, sample_rate: int) -> None:
        kind, octaves, resonance_db = filtering
        made = biquad(KINDS[kind], 20.0 * 2**octaves, resonance_db, sample_rate)
        self.rings, self.silent = made.ring_samples, 0  # samples since it has got anything
        self._rows = [RunningBiquad(made) for _ in range(ROWS)]

    def filtered(self, rows: Float32[np.ndarray, "row sample"]) -> Float32[np.ndarray, "row sample"]:
        self.silent = 0 if rows.any() else self.silent + rows.shape[1]
        wet = [each.filtered(row.astype(np.float64)) for each, row in zip(self._rows, rows, strict=True)]
        return np.stack(wet).astype(np.float32)


class StreamMix:
    """Strokes in, blocks of stereo sound out; all of one thread."""

    def __init__(self, sample_rate: int, block: int = 4 * BLOCK) -> None:
        self.sample_rate, self.block = sample_rate, block
        self.mixed = 0  # samples so far
        self.sounding: Sounding | None = None  # of what plays: its room, bus and volume
        self._fade = math.floor(CHOKE_SECONDS * sample_rate)
        self._curve = np.linspace(1, 0, self._fade, endpoint=False, dtype=np.float32)
        self._waiting: list[_Waiting] = []
        self._number = 0
        self._strokes: list[Stroke] = []  # that sound
        self._filters: dict[Filtering, _Filter] = {}
        self._room: tuple[RoomSize, RunningConvolution] | None = None
        self._bus = RunningBus(sample_rate)

    def add(self, stroke: Stroke) -> None:
        """To sound at its sample, or at once where that has passed."""
        stroke.first = max(stroke.first, self.mixed)
        self._number += 1
        heappush(self._waiting, _Waiting(stroke.first, self._number, stroke))

    def silence(self) -> None:
        """Drop what waits, and fade what sounds as a choke does; the room rings out."""
        self._waiting.clear()
        for stroke in self._strokes:
            stroke.stopped = self.mixed if stroke.stopped is None else min(stroke.stopped, self.mixed)

    def mix(self) -> Float32[np.ndarray, "side sample"]:
        """The next block."""
        end = self.mixed + self.block
        while self._waiting and self._waiting[0].first < end:
            self._begin(heappop(self._waiting).stroke)
        dry: dict[Filtering, Float32[np.ndarray, "row sample"]] = {}
        for stroke in self._strokes:
            rows = dry.setdefault(stroke.filtering if stroke.filtering[0] else OFF, self._empty())
            self._add(stroke, rows)
        rows = dry.pop(OFF, self._empty())
        for filtering, own in dry.items():
            if filtering not in self._filters:
                self._filters[filtering] = _Filter(filtering, self.sample_rate)
            rows += self._filters[filtering].filtered(own)
        for filtering, each in list(self._filters.items()):
            if filtering not in dry:
                rows += each.filtered(self._empty())
                if each.silent > each.rings:
                    del self._filters[filtering]
        self._strokes = [stroke for stroke in self._strokes if stroke.end(self._fade) > end]
        self.mixed = end
        return self._produced(rows)

    def _empty(self) -> Float32[np.ndarray, "row sample"]:
        return np.zeros((ROWS, self.block), np.float32)

    def _begin(self, stroke: Stroke) -> None:
        """It silences what still rings in its choke group, but for what begins at the very same time."""
        group = VOICES[stroke.voice].choke_group
        for other in self._strokes if group is not None else ():
            if VOICES[other.voice].choke_group == group and other.first < stroke.first and other.stopped is None:
                other.stopped = stroke.first
        self._strokes.append(stroke)

    def _add(self, stroke: Stroke, rows: Float32[np.ndarray, "row sample"]) -> None:
        """What of a stroke falls into this block."""
        begin = max(stroke.first, self.mixed)
        end = min(stroke.end(self._fade), self.mixed + self.block)
        if end <= begin:
            return
        sound = stroke.samples[begin - stroke.first : end - stroke.first]
        if stroke.stopped is not None and end > stroke.stopped:
            sound = sound.copy()
            faded = max(begin, stroke.stopped)
            sound[faded - begin :] *= self._curve[faded - stroke.stopped : end - stroke.stopped]
        rows[:, begin - self.mixed : end - self.mixed] += stroke.gains[:, None] * sound

    def _produced(self, rows: Float32[np.ndarray, "row sample"]) -> Float32[np.ndarray, "side sample"]:
        """Through the room and the bus of what plays."""
        if self.sounding is None:
            return rows[:2]
        size = self.sounding.room
        if self._room is None or self._room[0] != size:
            response = impulse_response(size, self.sample_rate)
            if self._room is None:
                self._room = size, RunningConvolution(response, self.block)
            else:
                self._room[1].respond(response)
                self._room = size, self._room[1]
        wet = self._room[1].convolved(rows[2])
        mixed = rows[:2] if wet is None else rows[:2] + wet
        return mixed * self._bus.gains(mixed, self.sounding.bus, self.sounding.volume)
