"""An endless supply of drums: like recorded ones, between the built-in ones, or anywhere within the ranges."""

from numpy.random import Generator

from clave.music.kit import Voice
from clave.music.kit import voice as voice_of
from clave.sound.drum_synth.drum import Drum, Range
from clave.sound.drum_synth.drums import DRUMS, Clap, ClosedHat, Cymbal, Kick, OpenHat, Other, Snare, Tom
from clave.sound.drum_synth.kits import KITS

KIT_SHARE, WILD_SHARE = 0.2, 0.15  # of the draws; the rest are as USUAL says
BEYOND = 0.25  # of the way between the two drums of kits
SPREAD = 0.08  # of the range, standard deviation, beside that way

Usual = dict[str, tuple[float, float]]
"""Between which values two thirds of the draws of a parameter lie; what leaves its range goes to the nearer end."""

ANY_DRUM: Usual = {"drive": (0.0, 0.15), "bandwidth_hz": (12_000, 20_000), "bits": (15.0, 16.0)}
USUAL: dict[type[Drum], Usual] = {
    Kick: {
        "room": (0.11, 0.72), "room_s": (0.19, 0.58), "pitch_hz": (36.0, 72.0), "sweep_octaves": (0.77, 2.6),
        "sweep_ms": (5.5, 44.0), "drop_octaves": (0.05, 0.4), "hold_ms": (3.0, 35.0), "decay_s": (0.14, 0.64),
        "attack_ms": (0.65, 3.1), "overtone": (0.13, 0.71), "click": (0.2, 1.0), "click_hz": (1100, 4700),
        "click_ms": (3.4, 17.0), "thud": (0.25, 0.85), "thud_hz": (900, 6000), "thud_ms": (30.0, 300),
        "drive": (0.0, 0.3),
    },
    Snare: {
        "room": (0.025, 0.62), "room_s": (0.2, 0.69), "pitch_hz": (152, 249), "second_ratio": (1.5, 2.0),
        "second": (0.3, 0.81), "bend_octaves": (0.19, 0.95), "bend_ms": (7.5, 29.0), "body": (0.36, 0.89),
        "body_decay_s": (0.071, 0.23), "wires": (0.36, 0.81), "wires_decay_s": (0.23, 0.69),
        "wires_hz": (1300, 3500), "wires_low_hz": (404, 1200), "rattle": (0.13, 0.67), "strike": (0.0, 0.42),
        "snap": (0.14, 0.67), "snap_hz": (2400, 6000),
    },
    ClosedHat: {
        "room": (0.043, 0.63), "room_s": (0.15, 0.43), "pitch_hz": (242, 497), "clang": (0.26, 0.81),
        "metal": (0.14, 0.61), "shimmer": (0.16, 0.62), "low_hz": (3000, 7800), "centre_hz": (7500, 14_000),
        "resonance": (0.67, 2.3), "tick": (0.15, 0.65), "tick_ms": (5.1, 20.0), "strike": (0.0, 0.3),
        "bright_decay": (0.78, 1.0), "attack_ms": (0.45, 3.5), "decay_s": (0.12, 0.47), "drive": (0.05, 0.35),
        "bandwidth_hz": (16_000, 20_000),
    },
    OpenHat: {
        "room": (0.074, 0.77), "room_s": (0.15, 0.67), "pitch_hz": (228, 523), "clang": (0.22, 0.8),
        "metal": (0.28, 0.75), "shimmer": (0.22, 0.81), "low_hz": (3000, 8500), "centre_hz": (5600, 11_000),
        "resonance": (0.65, 3.4), "tick": (0.1, 0.5), "tick_ms": (5.1, 17.0), "strike": (0.0, 0.12),
        "bright_decay": (0.7, 1.0), "attack_ms": (0.0, 3.7), "decay_s": (0.44, 2.2), "drive": (0.1, 0.5),
        "bandwidth_hz": (16_000, 20_000),
    },
    Tom: {
        "room": (0.078, 0.57), "room_s": (0.16, 0.71), "pitch_hz": (75.0, 183), "sweep_octaves": (0.29, 1.8),
        "sweep_ms": (24.0, 119), "decay_s": (0.22, 1.1), "second_ratio": (1.4, 2.0), "second": (0.12, 0.68),
        "third": (0.13, 0.74), "head": (0.041, 0.72), "attack_ms": (0.58, 3.5), "stick": (0.15, 0.75),
        "stick_hz": (1100, 3300), "stick_ms": (3.6, 24.0), "breath": (0.08, 0.6), "breath_s": (0.07, 0.38),
    },
    Cymbal: {
        "room": (0.098, 0.74), "room_s": (0.18, 0.64), "pitch_hz": (224, 502), "clang": (0.36, 0.78),
        "metal": (0.096, 0.7), "shimmer": (0.21, 0.8), "wash": (0.45, 0.9), "low_hz": (500, 2800),
        "bright_decay": (0.51, 0.93), "swell_ms": (2.3, 20.0), "decay_s": (1.8, 5.5), "bell": (0.033, 0.6),
        "bell_hz": (512, 1900), "strike": (0.0, 0.2), "stick": (0.1, 0.72), "stick_ms": (9.8, 37.0),
        "drive": (0.05, 0.35),
    },
    Clap: {
        "room": (0.0, 0.39), "room_s": (0.13, 0.45), "bursts": (2.6, 5.5), "burst_ms": (5.4, 11.0),
        "burst_decay_ms": (4.8, 13.0), "looseness": (0.062, 0.61), "centre_hz": (910, 1700),
        "width": (0.6, 1.8), "bright": (0.1, 0.5), "bright_hz": (2800, 4600), "tail": (0.3, 0.8),
        "tail_s": (0.13, 0.49), "attack_ms": (0.11, 1.3), "bandwidth_hz": (10_000, 18_000),
    },
    Other: {
        "room": (0.089, 0.69), "room_s": (0.18, 0.65), "pitch_hz": (160, 1000), "ratio": (1.4, 2.5),
        "second": (0.17, 0.76), "edge": (0.21, 0.79), "bend_octaves": (0.14, 0.7), "tone": (0.19, 0.92),
        "decay_s": (0.039, 0.42), "strike": (0.21, 0.75), "noise": (0.05, 0.7), "noise_hz": (1100, 7600),
        "noise_attack_ms": (4.7, 36.0), "noise_decay_s": (0.035, 0.45), "click": (0.0, 0.45),
    },
}  # fmt: skip
"""Where parameters lie for which our drums measure as recorded ones do, those of ANY_DRUM where a drum has no others.

`python benchmarks/factory_drums.py FOLDER --fit` found them from one-shots of free licences; some were then moved
until the medians met (docs/experiments/drum-synthesizer.md).
"""


def draw(voice: Voice | str, rng: Generator) -> Drum:
    """A random drum of this voice, never a silent one.

    Two thirds have parameters as USUAL says, each on its own; a fifth lie between two of the built-in drums or a little
    beyond; the rest are drawn anywhere within the ranges. Pitches and times spread by ratio.
    """
    index = voice_of(voice).index
    drum = DRUMS[index]
    ranges = drum.ranges()
    kind = rng.random()
    if kind < WILD_SHARE:
        values = {name: span.value(rng.random()) for name, span in ranges.items()}
    elif kind < WILD_SHARE + KIT_SHARE:
        values = _between_kits(index, ranges, rng)
    else:
        values = {name: _usual(span, *(ANY_DRUM | USUAL[drum])[name], rng) for name, span in ranges.items()}
    sources = drum.sources
    if sources and not any(values[name] for name in sources):  # each ended at 0 by itself: nothing would sound
        values |= {name: getattr(KITS[0].drums[index], name) for name in sources}
    return drum(**values)


def _usual(span: Range, low: float, high: float, rng: Generator) -> float:
    """A normal draw whose standard deviation is half the way from `low` to `high`."""
    one, other = span.place(low), span.place(high)
    return span.value((one + other) / 2 + (other - one) / 2 * rng.standard_normal())


def _between_kits(index: int, ranges: dict[str, Range], rng: Generator) -> dict[str, float]:
    one, other = (KITS[which].drums[index] for which in rng.choice(len(KITS), 2, replace=False))
    values = dict[str, float]()
    for name, span in ranges.items():
        a, b = span.place(getattr(one, name)), span.place(getattr(other, name))
        middle = a + rng.uniform(-BEYOND, 1 + BEYOND) * (b - a)
        values[name] = span.value(middle + SPREAD * rng.standard_normal())
    return values
