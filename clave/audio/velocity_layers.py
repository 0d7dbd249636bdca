"""Clips for softer strokes, made of the clip for hard ones: what drums do that are struck more softly.

The sound is split at a frequency, by two one-pole low-passes and what they leave. Each half changes with time: from the
onset p, the first sample above ONSET of the peak, its gain goes from `start` to `end`,

    g[n] = end + (start - end) exp(-(n - p) / T)    for n >= p,    g[n] = start before,

where both are 10^(slope L / 20) for a stroke of the level L in dB, below 0. The sum is brought back to the K-weighted
energy of the sound (ITU-R BS.1770), so that a layer is as loud as the clip: a stroke's velocity says how loud it is, as
before.

The slopes are fitted to recorded drums with velocity layers (`benchmarks/velocity_layers.py`, and
docs/experiments/velocity-layers.md): soft toms and kicks have less of the attack's high end, soft hi-hats close sooner,
soft snares have less of the shell. The page has the twin, `web/src/rules/velocityLayers.ts`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from clave.audio.biquad import smoother
from clave.audio.loudness import k_weighted_energy
from clave.music.clip import Clip
from clave.music.kit import LAYER_DB, VOICES, Kit, Voice, voice
from clave.music.shapes import Float64

LEVELS_DB = tuple(-LAYER_DB * layer for layer in (1, 2, 3))  # of the layers beside the clip itself
ONSET = 0.1  # of the peak


@dataclass(frozen=True)
class Response:
    """What a voice does when it is struck more softly; slopes are in dB for each dB, above 0 where it falls faster."""

    split_hz: float
    seconds: float  # time constant from the start to the end
    low: tuple[float, float]  # slopes below the split: at the onset, and later
    high: tuple[float, float]  # the same above it


KICK = Response(300.0, 0.06, low=(0.0, -0.1), high=(0.7, 0.1))
SNARE = Response(600.0, 0.02, low=(0.0, 0.4), high=(0.3, 0.1))
CLOSED_HIHAT = Response(1200.0, 0.04, low=(0.0, 0.3), high=(-0.5, 0.8))
OPEN_HIHAT = Response(300.0, 0.25, low=(0.0, 0.2), high=(-0.2, 0.6))
TOM = Response(300.0, 0.1, low=(0.0, -0.5), high=(0.9, 0.1))
CYMBAL = Response(2400.0, 0.04, low=(0.0, 0.0), high=(0.0, 0.25))
OTHER = Response(1200.0, 0.06, low=(0.0, 0.4), high=(0.25, 0.4))

RESPONSES = (KICK, SNARE, CLOSED_HIHAT, OPEN_HIHAT, TOM, CYMBAL, SNARE, OTHER)
"""In the order of VOICES; a clap, of which there are too few recordings, has that of the snare."""


def softer_clips(clip: Clip, which: Voice | str | int, levels_db: Sequence[float] = LEVELS_DB) -> tuple[Clip, ...]:
    """The clips of a voice for strokes of these levels, below 0; each is as loud as the clip for hard ones."""
    row = which if isinstance(which, int) else voice(which).index
    response, rate = RESPONSES[row], clip.sample_rate
    sound = clip.samples.astype(np.float64)
    energy = k_weighted_energy(sound, rate)
    if energy == 0:
        return (clip,) * len(levels_db)
    low = smoother(1 / (2 * math.pi * response.split_hz), rate).filtered(sound)
    onset = int(np.argmax(np.abs(sound) >= ONSET * np.abs(sound).max()))
    passed = np.exp(-np.maximum(0, np.arange(len(sound)) - onset) / (response.seconds * rate))
    found: list[Clip] = []
    for level_db in levels_db:
        made = low * _gain(response.low, level_db, passed) + (sound - low) * _gain(response.high, level_db, passed)
        loud = math.sqrt(energy / k_weighted_energy(made, rate))
        found.append(Clip((loud * made).astype(np.float32), rate))
    return tuple(found)


def _gain(
    slopes: tuple[float, float], level_db: float, passed: Float64[np.ndarray, " sample"]
) -> Float64[np.ndarray, " sample"]:
    start, end = (10 ** (slope * level_db / 20) for slope in slopes)
    return end + (start - end) * passed


def with_layers(kit: Kit) -> Kit:
    """The kit with playback settings and velocity layers as clips of their own: what other programs can play."""
    played = kit.as_played()
    rows: list[tuple[Clip, ...]] = []
    for each, origin in zip(VOICES, kit.origins, strict=True):
        own = played.softer[each.index]
        made = not own and origin is not None and origin.velocity_layers
        rows.append(softer_clips(played[each], each) if made else own)
    neutral = tuple(origin and replace(origin, velocity_layers=False) for origin in played.origins)
    return replace(played, origins=neutral, softer=tuple(rows))
