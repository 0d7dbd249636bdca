"""Write tests/fixtures/velocity_layers.json: short sounds by the formulas of `velocity_layers`, term by term.

Run it again when a formula or a slope changes, on purpose: `python tests/make_velocity_layers_fixture.py`.
"""

import json
from math import cos, exp, pi, sqrt
from pathlib import Path
from typing import Any

from clave.audio.biquad import Biquad
from clave.audio.loudness import k_filters
from clave.audio.velocity_layers import RESPONSES
from clave.music.kit import layer_of

PATH = Path(__file__).parent / "fixtures" / "velocity_layers.json"
RATE = 8000  # Hz: short sounds with highs and lows
SOUNDS = {
    "a bell after a soft beginning": [0.04 * n for n in range(6)]
    + [0.8 * exp(-n / 60) * cos(2 * pi * n * 0.11) + 0.3 * exp(-n / 15) * cos(2.9 * n) for n in range(150)],
    "a click": [0.0, 1.0, 0.0, 0.0],
    "silence": [0.0, 0.0, 0.0],
}


def filtered(x: list[float], by: Biquad) -> list[float]:
    y: list[float] = []
    for n in range(len(x)):
        past_x = [x[n - k] if n >= k else 0.0 for k in range(3)]
        past_y = [y[n - k] if n >= k else 0.0 for k in (1, 2)]
        y.append(by.b0 * past_x[0] + by.b1 * past_x[1] + by.b2 * past_x[2] - by.a1 * past_y[0] - by.a2 * past_y[1])
    return y


def energy(x: list[float]) -> float:
    shelf, highpass = k_filters(RATE)
    return sum(each**2 for each in filtered(filtered(x, shelf), highpass)) / RATE


def softer(x: list[float], voice: int, level_db: float) -> list[float]:
    if not any(x):
        return x
    own = RESPONSES[voice]
    k = 1 - exp(-2 * pi * own.split_hz / RATE)
    low = filtered(filtered(x, Biquad(k, a1=k - 1)), Biquad(k, a1=k - 1))
    p = next(n for n, each in enumerate(x) if abs(each) >= 0.1 * max(map(abs, x)))

    def gain(slopes: tuple[float, float], n: int) -> float:
        start, end = (10 ** (slope * level_db / 20) for slope in slopes)
        return end + (start - end) * exp(-max(0, n - p) / (own.seconds * RATE))

    made = [low[n] * gain(own.low, n) + (x[n] - low[n]) * gain(own.high, n) for n in range(len(x))]
    loud = sqrt(energy(x) / energy(made))
    return [loud * each for each in made]


def document() -> dict[str, Any]:
    """All cases: each sound as every voice has it, and the layer of each MIDI velocity."""
    rows: list[dict[str, Any]] = []
    for name, sound in SOUNDS.items():
        samples = [round(each, 6) for each in sound]
        for voice in range(8):
            layers = [[round(each, 7) + 0.0 for each in softer(samples, voice, -6.0 * n)] for n in (1, 2, 3)]
            rows.append({"name": name, "voice": voice, "samples": samples, "expected": layers})
    return {"rate": RATE, "layer_of": [layer_of(n / 127, 4) for n in range(1, 128)], "cases": rows}


def page() -> str:
    """The file."""
    return json.dumps(document()) + "\n"


if __name__ == "__main__":
    PATH.write_text(page(), "utf-8")
    print(f"{PATH} written")
