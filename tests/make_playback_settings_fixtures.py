"""Write tests/fixtures/playback_settings.json: a few short sounds by the formulas of `playback_settings`, term by term.

Run it again when a formula changes, on purpose: `python tests/make_playback_settings_fixtures.py`.
"""

import json
from math import ceil, cos, exp, pi, sin
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parent / "fixtures" / "playback_settings.json"
RATE = 1000  # Hz: the fade of 0.05 s is 50 samples


def decayed(x: list[float], ratio: float) -> list[float]:
    p = max(range(len(x)), key=lambda n: (abs(x[n]), -n))
    moment = sum((n - p) * x[n] ** 2 for n in range(p, len(x)))
    if moment == 0:
        return x
    time_constant = 2 * moment / sum(x[n] ** 2 for n in range(p, len(x)))
    y = x[:p]
    for n in range(p, len(x)):
        most = min(100.0, abs(x[p]) / max(1e-300, *map(abs, x[n:])))
        y.append(x[n] * min(exp(min(-(n - p) * (1 / ratio - 1) / time_constant, 700)), most))
    if ratio > 1:
        count = min(50, len(x) - 1 - p)
        for k in range(count):
            y[len(y) - count + k] *= cos(pi / 2 * (k + 1) / count) ** 2
    return y


def tuned(x: list[float], semitones: float) -> list[float]:
    r = 2 ** (semitones / 12)
    w = max(1.0, r)

    def h(t: float) -> float:
        u = t / w
        return 0.0 if abs(u) >= 16 else (sin(pi * u) / (pi * u) if u else 1.0) / w * cos(pi / 2 * u / 16) ** 2

    return [sum(x[n] * h(m * r - n) for n in range(len(x))) for m in range(ceil(len(x) / r))]


SOUNDS = {
    "a bell after a soft beginning": [0.3 * (n / 6) for n in range(6)]
    + [0.8 * exp(-n / 20) * cos(2 * pi * n * 0.11) for n in range(120)],
    "a hit on a long soft ground": [0.9, -0.7] + [0.05 * cos(0.3 * n) for n in range(90)],
    "the same twice": [0.0, 0.5, -0.5, 0.25, 0.125, -0.0625],
    "a click": [1.0],
    "silence": [0.0, 0.0, 0.0],
}
SETTINGS = [
    (0, 0.5, 1),
    (0, 0.05, 1),
    (0, 2, 1),
    (0, 4, 1),
    (7, 1, 1),
    (-12, 1, 1),
    (24, 1, 1),
    (-3.5, 1.5, 0.5),
    (0, 1, 2),
]


def cases() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for name, sound in SOUNDS.items():
        samples = [round(each, 6) for each in sound]
        for tune, decay, gain in SETTINGS:
            settings = {"sample_rate": RATE, "tune": tune, "decay": decay, "gain": gain}
            rows.append({"name": name, **settings, "samples": samples, "expected": made(samples, tune, decay, gain)})
    return rows


def made(samples: list[float], tune: float, decay: float, gain: float) -> list[float]:
    rung = samples if decay == 1 else decayed(samples, decay)
    read = rung if tune == 0 else tuned(rung, tune)
    return [round(gain * each, 7) + 0.0 for each in read]


def page() -> str:
    about = "Playback settings: playback_settings.py and the page's playbackSettings.ts both give these to 1e-6."
    rows = ",\n    ".join(json.dumps(case) for case in cases())
    return f'{{\n  "about": "{about}",\n  "cases": [\n    {rows}\n  ]\n}}\n'


if __name__ == "__main__":
    FIXTURES.write_text(page(), "utf-8")
