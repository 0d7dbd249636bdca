"""An endless supply of drums: like recorded ones, between the built-in ones, or anywhere within the ranges."""

from numpy.random import Generator

from clave.music.kit import Voice
from clave.music.kit import voice as voice_of
from clave.sound.drum_synth.drum import Drum, Range
from clave.sound.drum_synth.drums import DRUMS
from clave.sound.drum_synth.kits import KITS

KIT_SHARE, WILD_SHARE = 0.2, 0.15  # of the draws; the rest are as USUAL says
BEYOND = 0.25  # of the way between the two drums of kits
SPREAD = 0.08  # of the range, standard deviation, beside that way

Usual = dict[str, tuple[float, float]]
"""Between which values two thirds of the draws of a parameter lie; what leaves its range goes to the nearer end."""

ANY_DRUM: Usual = {"drive": (0.0, 0.15), "bandwidth_hz": (12_000, 20_000), "bits": (15.0, 16.0)}
USUAL: tuple[Usual, ...] = (
    {
        "room": (0.11, 0.72), "room_s": (0.19, 0.58), "pitch_hz": (36.0, 72.0), "sweep_octaves": (0.77, 2.6),
        "sweep_ms": (5.5, 44.0), "drop_octaves": (0.13, 0.46), "hold_ms": (4.7, 60.0), "decay_s": (0.14, 0.64),
        "attack_ms": (0.65, 3.1), "overtone": (0.13, 0.71), "click": (0.11, 0.71), "click_hz": (1100, 4700),
        "click_ms": (3.4, 17.0), "thud": (0.23, 0.76), "thud_hz": (527, 4200), "thud_ms": (16.0, 193),
    },
    {
        "room": (0.025, 0.62), "room_s": (0.2, 0.69), "pitch_hz": (152, 249), "second_ratio": (1.5, 2.0),
        "second": (0.3, 0.81), "bend_octaves": (0.19, 0.95), "bend_ms": (7.5, 29.0), "body": (0.36, 0.89),
        "body_decay_s": (0.071, 0.23), "wires": (0.36, 0.81), "wires_decay_s": (0.23, 0.69),
        "wires_hz": (1300, 3500), "wires_low_hz": (404, 1200), "rattle": (0.13, 0.67), "strike": (0.0, 0.42),
        "snap": (0.14, 0.67), "snap_hz": (2400, 6000),
    },
    {
        "room": (0.2, 0.8), "room_s": (0.14, 0.7), "pitch_hz": (248, 652), "clang": (0.2, 0.8),
        "metal": (0.2, 0.8), "shimmer": (0.2, 0.8), "low_hz": (2200, 7400), "centre_hz": (5100, 11_000),
        "resonance": (0.82, 3.7), "tick": (0.2, 0.8), "tick_ms": (5.5, 33.0), "strike": (0.2, 0.8),
        "bright_decay": (0.44, 0.86), "attack_ms": (1.2, 4.8), "decay_s": (0.041, 0.34),
    },
    {
        "room": (0.2, 0.8), "room_s": (0.14, 0.7), "pitch_hz": (248, 652), "clang": (0.2, 0.8),
        "metal": (0.2, 0.8), "shimmer": (0.2, 0.8), "low_hz": (2200, 7400), "centre_hz": (5100, 11_000),
        "resonance": (0.82, 3.7), "tick": (0.2, 0.8), "tick_ms": (5.5, 33.0), "strike": (0.2, 0.8),
        "bright_decay": (0.44, 0.86), "attack_ms": (1.2, 4.8), "decay_s": (0.42, 2.1),
    },
    {
        "room": (0.2, 0.8), "room_s": (0.14, 0.7), "pitch_hz": (78.0, 225), "sweep_octaves": (0.5, 2.0),
        "sweep_ms": (13.0, 119), "decay_s": (0.19, 1.3), "second_ratio": (1.5, 2.2), "second": (0.2, 0.8),
        "third": (0.2, 0.8), "head": (0.2, 0.8), "attack_ms": (1.0, 4.0), "stick": (0.2, 0.8),
        "stick_hz": (981, 4300), "stick_ms": (3.9, 30.0), "breath": (0.2, 0.8), "breath_s": (0.063, 0.57),
    },
    {
        "room": (0.2, 0.8), "room_s": (0.14, 0.7), "pitch_hz": (276, 725), "clang": (0.2, 0.8),
        "metal": (0.2, 0.8), "shimmer": (0.2, 0.8), "wash": (0.2, 0.8), "low_hz": (563, 3700),
        "bright_decay": (0.32, 0.83), "swell_ms": (6.0, 24.0), "decay_s": (0.82, 3.7), "bell": (0.2, 0.8),
        "bell_hz": (599, 2000), "strike": (0.2, 0.8), "stick": (0.2, 0.8), "stick_ms": (7.3, 44.0),
    },
    {
        "room": (0.2, 0.8), "room_s": (0.14, 0.7), "bursts": (3.0, 6.0), "burst_ms": (5.5, 14.0),
        "burst_decay_ms": (6.3, 25.0), "looseness": (0.2, 0.8), "centre_hz": (828, 2200), "width": (0.63, 2.5),
        "bright": (0.2, 0.8), "bright_hz": (2600, 6100), "tail": (0.2, 0.8), "tail_s": (0.091, 0.55),
        "attack_ms": (0.6, 2.4),
    },
    {
        "room": (0.2, 0.8), "room_s": (0.14, 0.7), "pitch_hz": (302, 2500), "ratio": (1.5, 2.6),
        "second": (0.2, 0.8), "edge": (0.2, 0.8), "bend_octaves": (0.2, 0.8), "tone": (0.2, 0.8),
        "decay_s": (0.054, 1.1), "strike": (0.2, 0.8), "noise": (0.2, 0.8), "noise_hz": (1600, 7300),
        "noise_attack_ms": (12.0, 48.0), "noise_decay_s": (0.027, 0.55), "click": (0.2, 0.8),
    },
)  # fmt: skip
"""One a voice, in the order of kit.VOICES: where parameters lie for which our drums measure as recorded ones do.

The recordings are one-shots of free licences; `python benchmarks/factory_drums.py FOLDER --fit` finds the values.
"""


def draw(voice: Voice | str, rng: Generator) -> Drum:
    """A random drum of this voice, never a silent one.

    Two thirds have parameters as USUAL says, each on its own; a fifth lie between two of the built-in drums or a little
    beyond; the rest are drawn anywhere within the ranges. Pitches and times spread by ratio.
    """
    index = voice_of(voice).index
    ranges = DRUMS[index].ranges()
    kind = rng.random()
    if kind < WILD_SHARE:
        values = {name: span.value(rng.random()) for name, span in ranges.items()}
    elif kind < WILD_SHARE + KIT_SHARE:
        values = _between_kits(index, ranges, rng)
    else:
        values = {name: _usual(span, *(ANY_DRUM | USUAL[index])[name], rng) for name, span in ranges.items()}
    sources = DRUMS[index].sources
    if sources and not any(values[name] for name in sources):  # each ended at 0 by itself: nothing would sound
        values |= {name: getattr(KITS[0].drums[index], name) for name in sources}
    return DRUMS[index](**values)


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
