"""How good a sound space is, measured on kits it has not learned from, and through the very files that are played."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Float32

from clave.clip import SAMPLE_RATE, Clip
from clave.kit import VOICES, Voice
from clave.sound_space import SoundSpace
from clave.sounds import SoundCorpus
from clave.spectrum import placed

WINDOWS = (2048, 512, 128)  # samples, Hann, hop a quarter
LEVEL_FLOOR = 1e-3  # added to magnitudes before their logarithm
DB_PER_NEPER = 20 / np.log(10)


def measure_pictures(space: SoundSpace, corpus: SoundCorpus) -> dict[str, float]:
    """Root mean square error in dB of the log magnitudes that come back, before any phase; voices count alike."""
    by_detail, by_map = list[float](), list[float]()
    for index in np.unique(corpus.voice):
        picture = corpus.picture[corpus.voice == index]
        code = space.place(picture, VOICES[index])
        for errors, where in ((by_detail, code), (by_map, space.expected(code.map, VOICES[index]))):
            wrong = (space.pictures(where, VOICES[index]) - picture) * DB_PER_NEPER
            errors.append(float(np.sqrt(np.square(wrong).mean(axis=(1, 2))).mean()))
    return {
        "sounds": float(len(corpus)),
        "error_db_map": float(np.mean(by_map)),
        "error_db_detail": float(np.mean(by_detail)),
    }


def measure(space: SoundSpace, clips: Sequence[tuple[Clip, Voice]]) -> dict[str, float]:
    """Means over these sounds, encoded and decoded: log-spectral distance, multi-resolution error, attack, decay.

    Attack and decay are medians of the relative error, and of the absolute one of the attack in milliseconds.
    """
    rows = list[tuple[float, ...]]()
    for clip, voice in clips:
        again = space.decode(space.encode([clip], voice), voice)[0]
        rows.append(compare(clip, again))
    table = np.array(rows)
    return {
        "sounds": float(len(table)),
        "log_spectral_distance_db": float(table[:, 0].mean()),
        "multi_resolution_db": float(table[:, 1].mean()),
        "attack_error": float(np.median(table[:, 2])),
        "attack_error_ms": float(np.median(table[:, 3])),
        "decay_error": float(np.median(table[:, 4])),
    }


def compare(clip: Clip, again: Clip) -> tuple[float, float, float, float, float]:
    """Log-spectral distance (dB), multi-resolution error (dB), errors of attack (ratio, ms) and of T30 (ratio)."""
    x, y = aligned(clip, again)
    attacks, decays = [attack_s(each) for each in (x, y)], [decay_s(each) for each in (x, y)]
    late = abs(attacks[1] - attacks[0])
    return (
        log_spectral_distance_db(x, y),
        multi_resolution_db(x, y),
        late / attacks[0],
        1000 * late,
        abs(decays[1] - decays[0]) / decays[0],
    )


def aligned(clip: Clip, again: Clip) -> tuple[Float32[np.ndarray, " sample"], Float32[np.ndarray, " sample"]]:
    """Both with their onset at the same sample, a peak of 0.9, and 1.5 s long: silence that agrees counts too."""
    return placed(clip), placed(again)


def log_spectral_distance_db(x: Float32[np.ndarray, " sample"], y: Float32[np.ndarray, " sample"]) -> float:
    """Mean over frames of the root mean square over bins of the difference in dB; Hann 2048, 1e-3 added."""
    one, other = (np.log10(magnitudes(each, WINDOWS[0]) + LEVEL_FLOOR) for each in (x, y))
    return float(20 * np.sqrt(np.square(one - other).mean(axis=1)).mean())


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


def attack_s(x: Float32[np.ndarray, " sample"]) -> float:
    """From 10 % to 90 % of the peak of the envelope, which is the loudest of each millisecond."""
    envelope = _envelope(x, round(0.001 * SAMPLE_RATE))
    peak = int(envelope.argmax())
    first = int(np.argmax(envelope >= 0.1 * envelope[peak]))
    last = int(np.argmax(envelope >= 0.9 * envelope[peak]))
    return max(1, last - first) / SAMPLE_RATE


def decay_s(x: Float32[np.ndarray, " sample"]) -> float:
    """T30: the time in which the energy still to come falls from -5 to -35 dB (Schroeder 1965)."""
    energy = np.cumsum(np.square(x[::-1].astype(np.float64)))[::-1]
    level = 10 * np.log10(energy / energy[0] + 1e-12)
    return max(1, int(np.argmax(level < -35)) - int(np.argmax(level < -5))) / SAMPLE_RATE


def _envelope(x: Float32[np.ndarray, " sample"], width: int) -> Float32[np.ndarray, " sample"]:
    from scipy.ndimage import maximum_filter1d

    return maximum_filter1d(np.abs(x), width)
