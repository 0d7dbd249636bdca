"""Differences between two sounds: in spectrum, level, attack and decay, and how noise scatters."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from clave.audio import windows
from clave.audio.descriptors import decay_s
from clave.audio.log_spectrogram import ONSET_SAMPLE, SILENCE, placed
from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.kit import VOICES, Voice
from clave.music.shapes import Float, Float32
from clave.sound.dataset import SoundCorpus
from clave.sound.space import SoundSpace

WINDOWS = (2048, 512, 128)  # samples, Hann, hop a quarter
LEVEL_FLOOR = 1e-3  # added to magnitudes before their logarithm
DB_PER_NEPER = 20 / np.log(10)
CLOSE_ATTACK, CLOSE_ATTACK_MS = 0.25, 2.0  # attacks that differ by less than either count as equal
TEXTURE_WINDOW = 512  # samples, Hann, hop a quarter: of both measures of noise
LOWEST_HZ, BANDS_AN_OCTAVE, FRAMES_A_CELL = 50.0, 3, 4  # of a band level
BAND_LEVEL_RANGE_DB = 40.0  # quieter cells count as this far under the loudest
SCATTER_FIRST_BIN, SCATTER_CELLS = 20, 9  # from 1.7 kHz on; bins and frames around each cell
SCATTER_QUIET, SCATTER_RANGE_DB = 0.05, 25.0  # of the loudest mean: quieter ones do not count; most by which one counts
HAZE_HZ, HAZE_SECONDS = (450.0, 1400.0), (0.005, 0.022)  # after the onset: where a kick has next to nothing
HAZE_BINS, HAZE_RANGE_DB = 4096, 60.0  # of its transform; under the sound as a whole, what is quieter is inaudible


class Difference(NamedTuple):
    """The differences between two sounds; those of times are absolute."""

    distance_db: float  # log-spectral, over 1.5 s
    error_db: float  # multi-resolution, over 1.5 s
    own_distance_db: float  # the same two over the length of the sound itself: no credit for silence that agrees
    own_error_db: float
    attack: float  # relative to the attack
    attack_ms: float
    decay: float  # relative to T30
    band_level_db: float
    scatter_db: float  # of the second sound itself, to stand beside that of the first
    haze_db: float  # of the second sound over the first


def compare(clip: Clip, again: Clip) -> Difference:
    """All differences of two sounds, at any level and with any lead-in. Raises TransformError for silence."""
    return difference(*aligned(clip, again))


def difference(x: Float32[np.ndarray, " sample"], y: Float32[np.ndarray, " sample"]) -> Difference:
    """The same for sounds that are aligned already."""
    attacks, decays = [attack_s(each) for each in (x, y)], [decay_s(each) for each in (x, y)]
    late = abs(attacks[1] - attacks[0])
    own = slice(0, audible(x))
    return Difference(
        log_spectral_distance_db(x, y),
        multi_resolution_db(x, y),
        log_spectral_distance_db(x[own], y[own]),
        multi_resolution_db(x[own], y[own]),
        late / attacks[0],
        1000 * late,
        abs(decays[1] - decays[0]) / decays[0],
        band_level_error_db(x, y),
        scatter_db(y),
        haze_db(y) - haze_db(x),
    )


def summary(differences: Sequence[Difference]) -> dict[str, float]:
    """Means of the spectral differences, medians of those of time, and the share of attacks that count as equal."""
    table = np.array(differences, np.float64).reshape(-1, len(Difference._fields))
    close = (table[:, 4] <= CLOSE_ATTACK) | (table[:, 5] <= CLOSE_ATTACK_MS)
    return {
        "sounds": float(len(table)),
        "log_spectral_distance_db": float(table[:, 0].mean()),
        "multi_resolution_db": float(table[:, 1].mean()),
        "own_log_spectral_distance_db": float(table[:, 2].mean()),
        "own_multi_resolution_db": float(table[:, 3].mean()),
        "attack_error": float(np.median(table[:, 4])),
        "attack_error_ms": float(np.median(table[:, 5])),
        "attacks_close": float(close.mean()),
        "decay_error": float(np.median(table[:, 6])),
        "band_level_db": float(table[:, 7].mean()),
        "scatter_db": float(table[:, 8].mean()),
        "haze_db": float(table[:, 9].mean()),
    }


def measure(space: SoundSpace, clips: Sequence[tuple[Clip, Voice]]) -> dict[str, float]:
    """The summary over these sounds, each encoded and decoded by the space, phase included."""
    return summary([compare(clip, space.decode(space.encode([clip], voice), voice)[0]) for clip, voice in clips])


def measure_log_spectrograms(space: SoundSpace, corpus: SoundCorpus) -> dict[str, float]:
    """Root mean square error in dB of decoded log spectrograms, before any phase; voices count alike."""
    by_detail, by_map = list[float](), list[float]()
    for index in np.unique(corpus.voice):
        log_spectrogram = corpus.log_spectrogram[corpus.voice == index]
        encoded = space.encode_log_spectrograms(log_spectrogram, VOICES[index])
        for errors, code in ((by_detail, encoded), (by_map, space.expected(encoded.map, VOICES[index]))):
            residual = (space.log_spectrograms(code, VOICES[index]) - log_spectrogram) * DB_PER_NEPER
            errors.append(float(np.sqrt(np.square(residual).mean(axis=(1, 2))).mean()))
    return {
        "sounds": float(len(corpus)),
        "error_db_map": float(np.mean(by_map)),
        "error_db_detail": float(np.mean(by_detail)),
    }


def aligned(clip: Clip, again: Clip) -> tuple[Float32[np.ndarray, " sample"], Float32[np.ndarray, " sample"]]:
    """Both with their onset at the same sample, a peak of 0.9, and 1.5 s long, silence at the end included."""
    return placed(clip), placed(again)


def audible(x: Float32[np.ndarray, " sample"]) -> int:
    """Samples up to the last that lies less than 80 dB under the peak."""
    return int(np.flatnonzero(np.abs(x) >= SILENCE * np.abs(x).max())[-1]) + 1


def log_spectral_distance_db(x: Float32[np.ndarray, " sample"], y: Float32[np.ndarray, " sample"]) -> float:
    """Mean over frames of the root mean square over bins of the difference in dB; Hann 2048, 1e-3 added."""
    one, other = (levels(each) for each in (x, y))
    return float(20 * np.sqrt(np.square(one - other).mean(axis=1)).mean())


def levels(x: Float32[np.ndarray, " sample"]) -> Float[np.ndarray, "frame band"]:
    """Decimal logarithms of the magnitudes whose distance is the log-spectral one."""
    return np.log10(magnitudes(x, WINDOWS[0]) + LEVEL_FLOOR)


def multi_resolution_db(x: Float32[np.ndarray, " sample"], y: Float32[np.ndarray, " sample"]) -> float:
    """Mean over windows of 20 log10(|| |X| - |Y| || / || |X| ||)."""
    errors = list[float]()
    for window in WINDOWS:
        one, other = magnitudes(x, window), magnitudes(y, window)
        errors.append(20 * np.log10(max(np.linalg.norm(one - other), 1e-9) / np.linalg.norm(one)))
    return float(np.mean(errors))


def magnitudes(x: Float32[np.ndarray, " sample"], window: int) -> Float[np.ndarray, "frame band"]:
    """Of a Hann window and a hop of a quarter; every sample lies in four frames."""
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    around = np.pad(x, (window * 3 // 4, window))
    frames = np.lib.stride_tricks.sliding_window_view(around, window)[:: window // 4]
    return np.abs(np.fft.rfft(frames * hann, axis=-1))


def band_level_error_db(x: Float32[np.ndarray, " sample"], y: Float32[np.ndarray, " sample"]) -> float:
    """Root mean square difference of the levels in thirds of an octave, averaged over 12 ms, in dB.

    Levels are 10 log10 of power, with a floor 40 dB under the loudest cell of each sound. Two draws of the same noise
    agree within the chance of a cell, where bin by bin they would be farther apart than from a smooth mean.
    """
    one, other = (_band_levels_db(each) for each in (x, y))
    return float(np.sqrt(np.square(one - other).mean()))


def _band_levels_db(x: Float32[np.ndarray, " sample"]) -> Float[np.ndarray, "cell band"]:
    power = np.square(magnitudes(x, TEXTURE_WINDOW)) @ _third_octaves()
    cells = power[: len(power) // FRAMES_A_CELL * FRAMES_A_CELL].reshape(-1, FRAMES_A_CELL, power.shape[1]).mean(axis=1)
    return 10 * np.log10(np.maximum(cells, 10 ** (-BAND_LEVEL_RANGE_DB / 10) * cells.max()))


@cache
def _third_octaves() -> Float[np.ndarray, "bin band"]:
    """Ones where a bin lies in a third of an octave; those narrower than a bin that hold none are left out."""
    hz = np.arange(1, TEXTURE_WINDOW // 2 + 1) * SAMPLE_RATE / TEXTURE_WINDOW
    third = np.floor(BANDS_AN_OCTAVE * np.log2(hz / LOWEST_HZ)).astype(np.int64)
    inside = third[:, None] == np.unique(third[third >= 0])
    return np.concatenate([np.zeros((1, inside.shape[1])), inside])


def scatter_db(x: Float32[np.ndarray, " sample"]) -> float:
    """How uneven the magnitudes above 1.7 kHz are: the standard deviation of their level over their mean around, in dB.

    Means are those of 9 bins x 9 frames; only cells count whose mean is above 5 % of the largest one. Stationary noise
    has 5.5 dB, whatever its spectrum; magnitudes that phase retrieval has smoothed have less.
    """
    magnitude = magnitudes(x, TEXTURE_WINDOW)[:, SCATTER_FIRST_BIN:]
    around = np.pad(magnitude, SCATTER_CELLS // 2, mode="symmetric")
    mean = windows.means(windows.means(around, SCATTER_CELLS).T, SCATTER_CELLS).T
    loud = mean > SCATTER_QUIET * mean.max()
    over = 20 * np.log10(np.maximum(magnitude[loud], 1e-9) / mean[loud])
    return float(np.clip(over, -SCATTER_RANGE_DB, SCATTER_RANGE_DB).std()) if loud.any() else 0.0


def haze_db(x: Float32[np.ndarray, " sample"]) -> float:
    """The level of an aligned sound at HAZE_HZ within HAZE_SECONDS after its onset, against all of it in this time.

    Power under a Hann window, with a floor HAZE_RANGE_DB below. In a kick there is little but its tone, so that what a
    decoder adds is heard as noise over it.
    """
    first, last = (ONSET_SAMPLE + round(seconds * SAMPLE_RATE) for seconds in HAZE_SECONDS)
    power = np.square(np.abs(np.fft.rfft(x[first:last] * np.hanning(last - first), HAZE_BINS)))
    hz = np.fft.rfftfreq(HAZE_BINS, 1 / SAMPLE_RATE)
    inside = power[(hz >= HAZE_HZ[0]) & (hz <= HAZE_HZ[1])].sum()
    return float(10 * np.log10(max(inside / max(power.sum(), 1e-20), 10 ** (-HAZE_RANGE_DB / 10))))


def attack_s(x: Float32[np.ndarray, " sample"]) -> float:
    """From 10 % to 90 % of the peak of the envelope, which is the loudest of each millisecond."""
    envelope = _envelope(x, round(0.001 * SAMPLE_RATE))
    peak = int(envelope.argmax())
    first = int(np.argmax(envelope >= 0.1 * envelope[peak]))
    last = int(np.argmax(envelope >= 0.9 * envelope[peak]))
    return max(1, last - first) / SAMPLE_RATE


def peak_s(x: Float32[np.ndarray, " sample"]) -> float:
    """From the onset to the loudest sample of an aligned sound."""
    return (int(np.abs(x).argmax()) - ONSET_SAMPLE) / SAMPLE_RATE


def lead_in_db(x: Float32[np.ndarray, " sample"]) -> float:
    """The loudest sample of the 2 ms before the onset of an aligned sound, against its peak."""
    x = np.abs(x)
    return float(20 * np.log10(max(x[:ONSET_SAMPLE].max() / x.max(), 1e-9)))


def _envelope(x: Float32[np.ndarray, " sample"], width: int) -> Float32[np.ndarray, " sample"]:
    return windows.maxima(np.pad(np.abs(x), (width // 2, width - width // 2 - 1)), width)
