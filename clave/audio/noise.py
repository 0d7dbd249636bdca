"""Noise as noise: what a log spectrogram shows to be no tone is played by seeded noise that its magnitudes shape.

Phase retrieval finds the sound whose magnitudes come nearest to the given ones. Those of a decoder are smooth, those of
real noise scatter by 5.6 dB around their mean: a retrieved cymbal sounds like glass. Shaped noise scatters as it
should, and takes one inverse transform instead of many. docs/experiments/noise.md compares both. What a log spectrogram
does say are levels over thirds of an octave and some milliseconds; at this scale the noise is even, so that chance does
not change them.
"""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from clave.audio.stft import STFT
from clave.music.shapes import Complex, Float, Float32, Float64

RAYLEIGH = np.float32(np.exp(np.euler_gamma / 2))
"""Root mean square over geometric mean of the magnitudes of noise, 2.5 dB: for a complex Gaussian,
E[ln power] = ln E[power] - gamma."""

SEEDS, SEED_FRAMES = 16, 37  # noises that differ, and by how many frames one begins after the other
GRAIN_DB, GRAIN_BANDS, GRAIN_FRAMES = 3.5, 2, 96  # of what real noise has beyond chance: its spread and its size
LEVEL_OCTAVES, LEVEL_FRAMES, LEVEL_ROUNDS = 1 / 3, 5, 3  # of the cells that are made even, and how often
DB_PER_NEPER = 20 / np.log(10)
TONE_DB = (6.0, 12.0)  # over the mean around: a row below the first is noise, above the second a tone
ROWS_AROUND, FRAMES_AROUND, TONE_ROWS, SOFT_ROWS = 9, 5, 5, 3  # of that mean, of the level, of a tone, of its edges
LOW_HZ = (300.0, 500.0)  # below the first all is tone, as heads are; above the second what the levels say
FAINT_DB = (-60.0, -50.0)  # under the loudest cell: below the first all is noise, and needs no phase
HIDDEN_DB = (-40.0, -25.0)  # the same under the loudest cell of the frame


def noise_bands(transform: STFT, seed: int = 0) -> Complex[np.ndarray, "band frame"]:
    """The bands of noise with a mean power of 1; of each of SEEDS seeds others, so that two sounds never add up as one.

    They are stretches of one long noise, which has a grain: slow, narrow modes, as metal and rooms have. Its levels
    over cells of LEVEL_OCTAVES x LEVEL_FRAMES are nearly the same everywhere.
    """
    first = seed % SEEDS * SEED_FRAMES
    return _long_noise(transform)[:, first : first + transform.frames]


@lru_cache(maxsize=2)
def _long_noise(transform: STFT) -> Complex[np.ndarray, "band frame"]:
    longer = replace(transform, length=transform.length + (SEEDS - 1) * SEED_FRAMES * transform.hop)
    rng = np.random.default_rng(0)
    bands = longer.forward(rng.standard_normal(longer.length).astype(np.float32))
    grain = _spread_out(
        rng.standard_normal((longer.bands // GRAIN_BANDS + 2, longer.frames // GRAIN_FRAMES + 2)), bands
    )
    grain *= GRAIN_DB / DB_PER_NEPER / grain.std()
    bands *= np.exp(grain)
    near = _within_octaves(longer.centres_hz, LEVEL_OCTAVES)
    for _ in range(LEVEL_ROUNDS):  # each sound that is made of such bands has others again
        power = _moving(near @ np.square(np.abs(bands)), LEVEL_FRAMES, 1).mean(axis=-1)
        bands = longer.forward(longer.inverse(bands / np.sqrt(power)))
    return bands / np.sqrt(np.square(np.abs(bands)).mean())


def _within_octaves(hz: Float64[np.ndarray, " band"], width: float) -> Float32[np.ndarray, "band band"]:
    """A matrix that takes the mean over the bands around each that are at most half of so many octaves away."""
    above_zero = np.maximum(hz, hz[1] / 2)
    near = np.abs(np.log2(above_zero[:, None] / above_zero)) <= width / 2
    return (near / near.sum(axis=1, keepdims=True)).astype(np.float32)


def _spread_out(
    knots: Float64[np.ndarray, "knot_band knot_frame"], like: Complex[np.ndarray, "band frame"]
) -> Float32[np.ndarray, "band frame"]:
    """Linear interpolation between knots over as many bands and frames as the other has."""
    across, along = (
        np.stack([np.interp(np.linspace(0, count - 1, size), np.arange(count), row) for row in np.eye(count)], axis=1)
        for count, size in zip(knots.shape, like.shape, strict=True)
    )
    return (across @ knots @ along.T).astype(np.float32)


def tonality(
    log_spectrogram: Float32[np.ndarray, "band frame"], hz: Float64[np.ndarray, " band"]
) -> Float32[np.ndarray, "band frame"]:
    """The share of each cell's power that is tone, in [0, 1]; the rest is noise.

    A tone is a row that stands out from the rows around, or a low one. `hz` are the centres of the rows.
    """
    level = log_spectrogram * np.float32(DB_PER_NEPER)
    steady = _moving(level, FRAMES_AROUND, 1).mean(axis=-1)
    peak = _ramp(steady - _moving(steady, ROWS_AROUND, 0).mean(axis=-1), TONE_DB)
    wide = _moving(_moving(peak, TONE_ROWS, 0).max(axis=-1), SOFT_ROWS, 0).mean(axis=-1)
    tone = np.maximum(wide, 1 - _ramp(hz, LOW_HZ)[:, None])
    heard = _ramp(level - level.max(), FAINT_DB) * _ramp(steady - level.max(axis=0), HIDDEN_DB)
    return (tone * heard).astype(np.float32)


def _moving(values: Float[np.ndarray, "band frame"], width: int, axis: int) -> Float[np.ndarray, "band frame window"]:
    """The values around each, those at the ends repeated."""
    around = [(0, 0), (0, 0)]
    around[axis] = (width // 2, width // 2)
    return np.lib.stride_tricks.sliding_window_view(np.pad(values, around, mode="edge"), width, axis=axis)


def _ramp(values: Float[np.ndarray, "*shape"], between: tuple[float, float]) -> Float[np.ndarray, "*shape"]:
    """0 up to the first of two values, 1 from the second on."""
    return np.clip((values - between[0]) / (between[1] - between[0]), 0, 1)
