"""The one room that all voices are sent to: a stereo impulse response made by a rule, the same on every machine.

The page makes the same one (`web/src/rules/room.ts`). After the pre-delay come six early reflections a side, and noise
that dies away: 60 dB within the decay time below CROSSOVER_HZ, and in DAMPING times that above it. What is below
LOW_CUT_HZ stays dry, so that a kick stays tight. Both sides together have the energy 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from clave.audio.biquad import one_pole
from clave.music.shapes import Float32
from clave.play.chance import noise

RoomSize = Literal["booth", "room", "hall"]

LOW_CUT_HZ = 250.0
CROSSOVER_HZ = 2500.0
AIR_HZ = 9000.0  # nothing that is far away is brighter
DAMPING = 0.45  # decay time of what is above the crossover, over that of what is below
REFLECTIONS = ((1.0, 0.0, 0.9), (1.9, 1.3, 0.75), (2.6, 3.1, 0.6), (4.1, 3.7, 0.5), (5.3, 5.9, 0.4), (7.1, 6.7, 0.33))
"""Early reflections: their delay on the left and on the right in parts of the pre-delay after it, and their gain."""
REFLECTED = 6.0  # gain of a reflection of 1, over the noise at its beginning


@dataclass(frozen=True)
class RoomShape:
    """How a room sounds."""

    decay_seconds: float  # until 60 dB are gone
    predelay_seconds: float
    seed: int  # of its noise; the right side has the next one


ROOMS: Mapping[RoomSize, RoomShape] = {
    "booth": RoomShape(0.28, 0.003, 101),
    "room": RoomShape(0.6, 0.008, 211),
    "hall": RoomShape(1.7, 0.018, 307),
}


@cache
def impulse_response(size: RoomSize, sample_rate: int) -> Float32[np.ndarray, "side sample"]:
    """Left and right; not to be written to."""
    shape = ROOMS[size]
    length = int((shape.predelay_seconds + shape.decay_seconds) * sample_rate + 0.5)
    sides = np.zeros((2, length))
    for side, row in enumerate(sides):
        start = int(shape.predelay_seconds * sample_rate + 0.5)
        age = np.arange(length - start) / sample_rate
        white = noise(shape.seed + side, length - start)
        low = one_pole(CROSSOVER_HZ, sample_rate).filtered(white)
        fall = np.log(1000) / shape.decay_seconds
        row[start:] = low * np.exp(-fall * age) + (white - low) * np.exp(-fall * age / DAMPING)
        for *delays, gain in REFLECTIONS:
            row[start + int(delays[side] * start + 0.5)] += REFLECTED * gain
        row[:] = one_pole(AIR_HZ, sample_rate).filtered(row)
        row -= one_pole(LOW_CUT_HZ, sample_rate).filtered(row)
    sides /= np.sqrt((sides**2).sum())
    made = sides.astype(np.float32)
    made.setflags(write=False)
    return made


class RunningConvolution:
    """The same convolution for samples that come block by block, each of one length: the response in parts of it.

    Another response takes over what is still to ring.
    """

    def __init__(self, response: Float32[np.ndarray, "side tap"], block: int) -> None:
        self._block, self._rows = block, len(response)
        self._before = np.zeros(block, np.float32)
        self._heard = np.zeros((0, block + 1), np.complex128)  # the latest first
        self._parts = np.zeros((self._rows, 0, block + 1), np.complex128)
        self._rings = 0  # blocks until nothing is heard of what came in
        self.respond(response)

    def respond(self, response: Float32[np.ndarray, "side tap"]) -> None:
        """With this response from now on."""
        count = -(-response.shape[1] // self._block)
        padded = np.zeros((self._rows, count * self._block))
        padded[:, : response.shape[1]] = response
        self._parts = np.fft.rfft(padded.reshape(self._rows, count, self._block), 2 * self._block, axis=2)
        kept = self._heard[:count]
        self._heard = np.zeros((count, self._block + 1), np.complex128)
        self._heard[: len(kept)] = kept

    def convolved(self, samples: Float32[np.ndarray, " sample"]) -> Float32[np.ndarray, "side sample"] | None:
        """What is heard during the next block; None where nothing is."""
        count = self._parts.shape[1]
        self._rings = count + 1 if samples.any() else max(0, self._rings - 1)
        if self._rings == 0:
            return None
        self._heard = np.roll(self._heard, 1, axis=0)
        self._heard[0] = np.fft.rfft(np.concatenate([self._before, samples]))
        self._before = samples.copy()
        spectrum = np.einsum("rcf,cf->rf", self._parts, self._heard)
        return np.fft.irfft(spectrum, axis=1)[:, self._block :].astype(np.float32)


def convolved(
    samples: Float32[np.ndarray, " sample"], response: Float32[np.ndarray, " tap"]
) -> Float32[np.ndarray, " longer"]:
    """The linear convolution, whole, in blocks of a length that transforms are quick at."""
    size = 1 << max(14, (4 * len(response) - 1).bit_length())
    hop = size - len(response) + 1
    spectrum = np.fft.rfft(response, size)
    out = np.zeros(len(samples) + len(response) - 1, np.float32)
    for start in range(0, len(samples), hop):
        block = samples[start : start + hop]
        if not block.any():
            continue
        wet = np.fft.irfft(np.fft.rfft(block, size) * spectrum, size)
        end = min(len(out), start + size)
        out[start:end] += wet[: end - start]
    return out
