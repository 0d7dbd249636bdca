"""How the drums of our synthesizer compare with real ones, voice by voice.

    python benchmarks/drums.py [FOLDER] [--draws 60] [--voice NAME] [--quick]

FOLDER (or $CLAVE_DATA/oneshots) holds one-shots whose file or folder names say their voice. Without it, only the
synthesizer is measured. Each cell is the 10th, 50th and 90th percentile.
"""

import os
from collections import defaultdict
from pathlib import Path

import numpy as np
from measuring import options, print_table, real_one_shots, write_json

from clave import factory
from clave.music.kit import VOICES

WINDOW = 256  # samples, 5.8 ms
NAMES = (
    "attack ms", "-20 dB ms", "-40 dB ms", "centroid Hz", "50 % Hz", "95 % Hz", "flatness", "crest dB", "start/body",
)  # fmt: skip


def envelope(clip):
    """Smoothed loudness, one value every 64 samples."""
    power = np.pad(clip.samples.astype(np.float64) ** 2, WINDOW // 2)
    return np.sqrt(np.convolve(power, np.hanning(WINDOW) / np.hanning(WINDOW).sum(), "valid")[::64])


def peak_hz(samples, rate, low=30.0):
    """The strongest frequency of a stretch of sound."""
    size = 1 << 15
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), size))
    hz = np.fft.rfftfreq(size, 1 / rate)
    spectrum[hz < low] = 0
    return float(hz[spectrum.argmax()])


def describe(clip):
    """The numbers by which drums differ most."""
    rate, x = clip.sample_rate, clip.samples.astype(np.float64)
    loud = envelope(clip)
    top = int(loud.argmax())
    seconds = 64 / rate
    rise = np.flatnonzero(loud[: top + 1] >= 0.1 * loud[top])
    above = np.flatnonzero(loud >= 0.1 * loud[top])
    far = np.flatnonzero(loud >= 0.01 * loud[top])
    power = np.abs(np.fft.rfft(x)) ** 2
    hz = np.fft.rfftfreq(len(x), 1 / rate)
    share = np.cumsum(power) / power.sum()
    first = power_of(x[: rate // 100])
    body = power_of(x[rate // 20 : rate // 20 + rate // 10])
    return {
        "attack ms": (top - rise[0]) * seconds * 1000,
        "-20 dB ms": (above[-1] - top) * seconds * 1000,
        "-40 dB ms": (far[-1] - top) * seconds * 1000,
        "centroid Hz": float((hz * power).sum() / power.sum()),
        "50 % Hz": float(hz[np.searchsorted(share, 0.5)]),
        "95 % Hz": float(hz[np.searchsorted(share, 0.95)]),
        "flatness": flatness(power, hz),
        "crest dB": 20 * np.log10(clip.peak / np.sqrt((x**2).mean())),
        "start/body": first / body if body > 0 else np.nan,
    }


def power_of(x):
    """Spectral centroid of a stretch, in Hz, at 44.1 kHz."""
    if len(x) < 64 or not x.any():
        return 0.0
    power = np.abs(np.fft.rfft(x * np.hanning(len(x)), 4096)) ** 2
    return float((np.fft.rfftfreq(4096, 1 / 44_100) * power).sum() / power.sum())


def flatness(power, hz):
    """0 for a tone, 1 for white noise; over third-of-an-octave-free 100 Hz bands from 100 Hz to 12 kHz."""
    bands = [power[(hz >= low) & (hz < low + 100)].mean() for low in range(100, 12_000, 100) if len(hz) > 500]
    bands = np.array(bands) + 1e-12 * power.max()
    return float(np.exp(np.log(bands).mean()) / bands.mean())


def main():
    parser = options(__doc__)
    data = os.environ.get("CLAVE_DATA")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(data, "oneshots") if data else None)
    parser.add_argument("--draws", type=int, default=60)
    parser.add_argument("--voice")
    given = parser.parse_args()
    rng, draws = np.random.default_rng(0), 2 if given.quick else given.draws

    rows = defaultdict(list)
    for recipe in factory.KITS:
        for voice, clip in zip(VOICES, factory.kit(recipe.name).clips, strict=True):
            rows[voice.index, "kits"].append(describe(clip))
            rows[voice.index, recipe.name].append(describe(clip))
    for voice in VOICES:
        for seed in range(draws):
            rows[voice.index, "draws"].append(describe(factory.synthesize(factory.draw(voice, rng), seed)))
    if given.folder:
        for index, clip in real_one_shots(given.folder, draws, rng):
            rows[index, "real"].append(describe(clip))

    medians = {}
    for voice in VOICES:
        if given.voice and voice.name != given.voice:
            continue
        kinds = [kind for kind in ("real", "draws", *(each.name for each in factory.KITS)) if rows[voice.index, kind]]
        table = [(f"{kind} ({len(rows[voice.index, kind])})", *cells(rows[voice.index, kind])) for kind in kinds]
        print()
        print_table((voice.name, *NAMES), table)
        medians[voice.name] = {
            kind: {name: float(np.nanmedian([each[name] for each in rows[voice.index, kind]])) for name in NAMES}
            for kind in kinds
        }
    write_json(medians, given.json)


def cells(measured):
    """10th, 50th and 90th percentile of each number, or the number itself where there is one sound."""
    for name in NAMES:
        values = np.array([each[name] for each in measured])
        shown = np.nanpercentile(values, [10, 50, 90]) if len(values) > 1 else values
        yield " ".join(f"{value:.3g}" if value < 1000 else f"{value:.0f}" for value in shown)


if __name__ == "__main__":
    main()
