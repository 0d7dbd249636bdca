"""The kits that come with Clave."""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from clave.audio.loudness import OFFSET_LU, loudest_power
from clave.errors import KitError
from clave.music.clip import Clip
from clave.music.kit import VOICES, Kit, Origin, Voice
from clave.sound.drum_synth.drum import Drum, synthesize
from clave.sound.drum_synth.drums import (
    Clap,
    ClosedHat,
    Cymbal,
    Kick,
    OpenHat,
    Other,
    Snare,
    Tom,
)

LOUDNESS_LUFS = (-18.0, -19.5, -24.0, -20.0, -18.5, -22.0, -20.5, -22.5)
"""How loud each voice of a kit is where it is loudest: K-weighted, over LOUDEST_SECONDS.

The distances are close to the medians of forty recorded and electronic kits; the whole leaves room for several
strokes at once.
"""
LOUDEST_SECONDS = 0.1  # about as long as the ear sums up
MAX_PEAK = 0.9  # of any clip of a kit
AT_ONCE = 2  # drums that are made side by side: more take the interpreter from each other


@dataclass(frozen=True)
class KitRecipe:
    """A built-in kit: what it is called and its eight drums."""

    name: str
    label: str
    drums: tuple[Drum, ...]


KITS: tuple[KitRecipe, ...] = (
    KitRecipe(
        "analogue",
        "Analogue: long round kick, ticking hats",
        (
            Kick(pitch_hz=47, sweep_octaves=1.2, sweep_ms=7, drop_octaves=0.12, hold_ms=5, decay_s=1.3, attack_ms=0.5,
                 click=0.25, click_hz=2600, click_ms=6, thud=0.02, thud_hz=4000, thud_ms=80),
            Snare(pitch_hz=178, second_ratio=1.85, second=0.6, bend_octaves=0.1, body=0.75, body_decay_s=0.19,
                  wires=0.42, wires_decay_s=0.22, wires_hz=3600, wires_low_hz=1200, rattle=0.0, snap=0.25),
            ClosedHat(pitch_hz=245, clang=0.35, metal=1.0, shimmer=0.0, low_hz=7000, centre_hz=9500, resonance=1.2,
                      tick=0.1, decay_s=0.14),
            OpenHat(pitch_hz=245, clang=0.35, metal=1.0, shimmer=0.0, low_hz=7000, centre_hz=9500, resonance=1.2,
                    tick=0.1, decay_s=1.1),
            Tom(pitch_hz=98, sweep_octaves=0.35, sweep_ms=60, decay_s=1, second=0.05, third=0.0, stick=0.3,
                stick_hz=2400, stick_ms=5, breath=0.12, breath_s=0.2),
            Cymbal(pitch_hz=245, clang=0.35, metal=0.8, shimmer=0.3, wash=0.15, low_hz=1600, bright_decay=0.6,
                   decay_s=3, bell=0.0, stick=0.2),
            Clap(bursts=4, burst_ms=10, burst_decay_ms=11, looseness=0.05, centre_hz=1050, width=1.6, bright=0.11,
                 tail=0.6, tail_s=0.3),
            Other(pitch_hz=555, ratio=1.505, second=0.9, edge=1.0, tone=1.0, decay_s=0.45, strike=0.5, noise=0.0,
                  click=0.05),
        ),
    ),
    KitRecipe(
        "punch",
        "Punch: tight kick with a hard click, bright noise",
        (
            Kick(pitch_hz=52, sweep_octaves=2.4, sweep_ms=14, drop_octaves=0.2, hold_ms=12, decay_s=0.42, attack_ms=0.0,
                 click=0.7, click_hz=4200, click_ms=9, thud=0.1, thud_hz=2500, thud_ms=40, drive=0.15),
            Snare(pitch_hz=205, second_ratio=1.55, second=0.7, bend_octaves=0.6, bend_ms=14, body=0.65,
                  body_decay_s=0.14, wires=0.68, wires_decay_s=0.3, wires_hz=4400, wires_low_hz=900, rattle=0.1,
                  snap=0.6, drive=0.2),
            ClosedHat(pitch_hz=410, clang=0.7, metal=0.35, shimmer=0.6, low_hz=5500, centre_hz=10_000, resonance=0.8,
                      tick=0.5, decay_s=0.18, bits=9),
            OpenHat(pitch_hz=410, clang=0.7, metal=0.35, shimmer=0.6, low_hz=5000, centre_hz=10_000, resonance=0.8,
                    tick=0.4, decay_s=0.96, bits=9),
            Tom(pitch_hz=120, sweep_octaves=0.7, sweep_ms=70, decay_s=0.75, second=0.45, second_ratio=1.5, third=0.25,
                head=0.2, stick=0.55, stick_hz=3000, stick_ms=12, breath=0.35, breath_s=0.2, drive=0.1),
            Cymbal(pitch_hz=520, clang=0.8, metal=0.25, shimmer=0.9, wash=0.6, low_hz=1700, bright_decay=0.65,
                   decay_s=3.2, bell=0.05, strike=0.3, stick=0.5, bits=9),
            Clap(bursts=3.6, burst_ms=11.5, burst_decay_ms=9, looseness=0.15, centre_hz=1300, width=1.2, bright=0.41,
                 tail=0.7, tail_s=0.2, drive=0.15),
            Other(pitch_hz=1750, ratio=1.9, second=0.7, edge=0.1, tone=0.9, decay_s=0.05, strike=0.4, noise=0.15,
                  noise_hz=5000, noise_decay_s=0.02, click=0.7, drive=0.3),
        ),
    ),
    KitRecipe(
        "box",
        "Box: a small preset rhythm machine, soft and short",
        (
            Kick(pitch_hz=66, sweep_octaves=0.3, sweep_ms=10, drop_octaves=0.03, hold_ms=0, decay_s=0.24, attack_ms=1.5,
                 click=0.1, click_hz=1500, thud=0.0, bandwidth_hz=6000),
            Snare(pitch_hz=225, second=0.1, bend_octaves=0.02, body=0.45, body_decay_s=0.08, wires=0.47,
                  wires_decay_s=0.14, wires_hz=4400, wires_low_hz=2200, rattle=0.0, snap=0.05, bandwidth_hz=9000),
            ClosedHat(pitch_hz=500, clang=0.2, metal=0.45, shimmer=0.0, low_hz=6800, centre_hz=7500, resonance=2.0,
                      tick=0.0, decay_s=0.099, attack_ms=0.8),
            OpenHat(pitch_hz=500, clang=0.2, metal=0.45, shimmer=0.0, low_hz=6500, centre_hz=7500, resonance=2.0,
                    tick=0.0, decay_s=0.54, attack_ms=0.8),
            Tom(pitch_hz=190, sweep_octaves=0.02, decay_s=0.45, second=0.0, third=0.0, attack_ms=1.0, stick=0.15,
                breath=0.0),
            Cymbal(pitch_hz=500, clang=0.2, metal=0.4, shimmer=0.0, wash=0.7, low_hz=2900, bright_decay=0.9,
                   swell_ms=3, decay_s=1.2, bell=0.0, stick=0.0),
            Clap(bursts=2, burst_ms=7, burst_decay_ms=6, looseness=0.0, centre_hz=1700, width=2.2, bright=0.045,
                 tail=0.45, tail_s=0.1),
            Other(pitch_hz=2450, ratio=1.1, second=0.0, edge=0.0, tone=1.0, decay_s=0.07, strike=0.1, noise=0.0,
                  click=0.03),
        ),
    ),
    KitRecipe(
        "digital",
        "Digital: real drums as the first sampling machines stored them",
        (
            Kick(pitch_hz=60, sweep_octaves=1.1, sweep_ms=22, drop_octaves=0.08, hold_ms=10, decay_s=0.3, overtone=0.45,
                 click=0.75, click_hz=3200, click_ms=10, thud=0.3, thud_hz=2500, thud_ms=70, bits=8, bandwidth_hz=9000),
            Snare(pitch_hz=195, second_ratio=1.6, second=0.8, bend_octaves=0.25, body=0.6, body_decay_s=0.16,
                  wires=0.77, wires_decay_s=0.24, wires_hz=2200, wires_low_hz=500, rattle=0.5, snap=0.7, bits=8,
                  bandwidth_hz=10_500, room=0.06, room_s=0.25),
            ClosedHat(pitch_hz=380, clang=0.9, metal=0.1, shimmer=0.9, low_hz=3200, centre_hz=7000, resonance=0.7,
                      tick=0.6, decay_s=0.2, bits=8, bandwidth_hz=12_000),
            OpenHat(pitch_hz=380, clang=0.9, metal=0.1, shimmer=0.9, low_hz=3000, centre_hz=7000, resonance=0.7,
                    tick=0.5, bright_decay=0.7, decay_s=1.3, bits=8, bandwidth_hz=12_000),
            Tom(pitch_hz=135, sweep_octaves=0.25, sweep_ms=90, decay_s=0.68, second=0.5, third=0.4, head=0.3,
                stick=0.6, stick_hz=2800, stick_ms=12, breath=0.3, breath_s=0.25, bits=8, bandwidth_hz=9000),
            Cymbal(pitch_hz=450, clang=0.9, metal=0.1, shimmer=1.0, wash=0.5, low_hz=1800, bright_decay=0.8,
                   decay_s=2.8, bell=0.3, bell_hz=850, stick=0.5, bits=8, bandwidth_hz=12_000),
            Clap(bursts=5.5, burst_ms=6.5, burst_decay_ms=14, looseness=0.7, centre_hz=1500, width=0.7, bright=0.45,
                 bright_hz=3000, tail=0.4, tail_s=0.14, bits=8, bandwidth_hz=10_000),
            Other(pitch_hz=420, ratio=2.6, second=0.5, edge=0.15, tone=0.8, decay_s=0.09, strike=0.5, noise=0.35,
                  noise_hz=3000, noise_decay_s=0.03, click=0.8, bits=8, bandwidth_hz=10_000),
        ),
    ),
    KitRecipe(
        "tape",
        "Tape: dark, saturated and close",
        (
            Kick(pitch_hz=49, sweep_octaves=1.6, sweep_ms=25, drop_octaves=0.25, hold_ms=20, decay_s=0.55, overtone=0.2,
                 click=0.5, click_hz=2000, click_ms=9, thud=0.25, thud_hz=1200, thud_ms=70, drive=0.4,
                 bandwidth_hz=7000),
            Snare(pitch_hz=160, second_ratio=1.7, second=0.4, bend_octaves=0.35, body=0.8, body_decay_s=0.22,
                  wires=0.47, wires_decay_s=0.2, wires_hz=1800, wires_low_hz=500, rattle=0.4, snap=0.4, drive=0.5,
                  bandwidth_hz=8000, room=0.075, room_s=0.18),
            ClosedHat(pitch_hz=300, clang=0.6, metal=0.3, shimmer=0.6, low_hz=2800, centre_hz=6000, resonance=0.8,
                      tick=0.3, decay_s=0.16, attack_ms=0.8, drive=0.35, bandwidth_hz=9000),
            OpenHat(pitch_hz=300, clang=0.6, metal=0.3, shimmer=0.6, low_hz=2600, centre_hz=6000, resonance=0.8,
                    tick=0.2, bright_decay=0.8, decay_s=0.9, attack_ms=0.8, drive=0.35, bandwidth_hz=9000),
            Tom(pitch_hz=85, sweep_octaves=0.5, sweep_ms=50, decay_s=0.9, second=0.4, third=0.15, stick=0.45,
                stick_hz=1800, stick_ms=10, breath=0.3, breath_s=0.15, drive=0.4, bandwidth_hz=7000),
            Cymbal(pitch_hz=330, clang=0.7, metal=0.2, shimmer=0.8, wash=0.6, low_hz=900, bright_decay=0.55, swell_ms=5,
                   decay_s=2.3, bell=0.15, bell_hz=700, stick=0.2, drive=0.35, bandwidth_hz=9000),
            Clap(bursts=3, burst_ms=13, burst_decay_ms=16, looseness=0.4, centre_hz=900, width=1.0, bright=0.18,
                 tail=0.35, tail_s=0.2, drive=0.45, bandwidth_hz=8000, room=0.075, room_s=0.2),
            Other(pitch_hz=700, ratio=1.5, second=0.1, edge=0.0, tone=0.05, decay_s=0.03, noise=1.0, noise_hz=5200,
                  noise_attack_ms=22, noise_decay_s=0.12, click=0.0, drive=0.3, bandwidth_hz=9000),
        ),
    ),
    KitRecipe(
        "room",
        "Room: skins, wires and discs in a live room",
        (
            Kick(pitch_hz=56, sweep_octaves=0.7, sweep_ms=35, drop_octaves=0.15, hold_ms=10, decay_s=0.38,
                 attack_ms=0.8, overtone=0.7, click=0.65, click_hz=3200, click_ms=12, thud=0.35, thud_hz=2000,
                 thud_ms=140, room=0.18, room_s=0.45),
            Snare(pitch_hz=183, second_ratio=1.67, second=0.9, bend_octaves=0.2, bend_ms=20, body=0.65,
                  body_decay_s=0.26, wires=0.64, wires_decay_s=0.32, wires_hz=2400, wires_low_hz=450, rattle=0.7,
                  snap=0.8, room=0.2, room_s=0.5),
            ClosedHat(pitch_hz=430, clang=1.0, metal=0.05, shimmer=1.0, low_hz=3000, centre_hz=7800, resonance=0.6,
                      tick=0.6, decay_s=0.22, room=0.15, room_s=0.3),
            OpenHat(pitch_hz=430, clang=1.0, metal=0.05, shimmer=1.0, low_hz=2800, centre_hz=7500, resonance=0.6,
                    tick=0.4, bright_decay=0.7, decay_s=1.8, attack_ms=0.5, room=0.15, room_s=0.4),
            Tom(pitch_hz=105, sweep_octaves=0.18, sweep_ms=110, decay_s=1.1, second=0.7, third=0.5, head=0.6,
                stick=0.65, stick_hz=2600, stick_ms=18, breath=0.4, breath_s=0.4, room=0.21, room_s=0.5),
            Cymbal(pitch_hz=400, clang=1.0, metal=0.0, shimmer=1.0, wash=0.7, low_hz=600, bright_decay=0.6, swell_ms=8,
                   decay_s=3.8, bell=0.3, bell_hz=620, strike=0.3, stick=0.5, room=0.2, room_s=0.5),
            Clap(bursts=6, burst_ms=8, burst_decay_ms=18, looseness=1.0, centre_hz=1350, width=0.6, bright=0.5,
                 bright_hz=2800, tail=0.25, tail_s=0.12, drive=0.25, room=0.25, room_s=0.5),
            Other(pitch_hz=390, ratio=2.3, second=0.8, edge=0.05, tone=0.7, decay_s=0.1, strike=0.6, noise=0.4,
                  noise_hz=2500, noise_decay_s=0.04, click=1.0, room=0.21, room_s=0.4),
        ),
    ),
    KitRecipe(
        "neon",
        "Neon: falling toms and electric noise",
        (
            Kick(pitch_hz=44, sweep_octaves=3.0, sweep_ms=38, drop_octaves=0.4, hold_ms=20, decay_s=0.5, click=0.65,
                 click_hz=4500, click_ms=6, thud=0.05, thud_hz=3000, drive=0.25),
            Snare(pitch_hz=150, second_ratio=1.3, second=0.3, bend_octaves=1.3, bend_ms=35, body=0.8, body_decay_s=0.3,
                  wires=0.64, wires_decay_s=0.4, wires_hz=2100, wires_low_hz=700, rattle=0.0, snap=0.7, drive=0.3,
                  room=0.075, room_s=0.6),
            ClosedHat(pitch_hz=720, clang=0.5, metal=0.8, shimmer=0.0, low_hz=8500, centre_hz=12_000, resonance=1.5,
                      tick=0.3, decay_s=0.081, bits=10),
            OpenHat(pitch_hz=720, clang=0.5, metal=0.8, shimmer=0.0, low_hz=8000, centre_hz=12_000, resonance=1.5,
                    tick=0.2, decay_s=0.72, bits=10),
            Tom(pitch_hz=75, sweep_octaves=1.7, sweep_ms=150, decay_s=1.1, second=0.0, third=0.0, stick=0.62,
                stick_hz=3500, stick_ms=6, breath=0.4, breath_s=0.12, drive=0.3),
            Cymbal(pitch_hz=820, clang=0.4, metal=0.8, shimmer=0.2, wash=0.4, low_hz=3200, bright_decay=0.95,
                   decay_s=1.9, bell=0.0, stick=0.2, bits=10),
            Clap(bursts=4, burst_ms=12, burst_decay_ms=8, looseness=0.0, centre_hz=1900, width=2.2, bright=0.27,
                 tail=0.9, tail_s=0.45, drive=0.25, room=0.1, room_s=0.7),
            Other(pitch_hz=1150, ratio=1.34, second=0.9, edge=0.6, bend_octaves=0.6, tone=1.0, decay_s=0.18, strike=0.3,
                  noise=0.1, noise_decay_s=0.05, click=0.4, drive=0.2),
        ),
    ),
)  # fmt: skip
"""The built-in kits; the first is the one that plays unless another is asked for."""


def kit(name: str = KITS[0].name) -> Kit:
    """The built-in kit of that name, made now; raises KitError with the list of names if there is none."""
    recipe = next((each for each in KITS if each.name == name), None)
    if recipe is None:
        raise KitError(f"no kit {name!r}; built in are: {', '.join(each.name for each in KITS)}")

    def made(voice: Voice) -> Clip:
        return levelled(synthesize(recipe.drums[voice.index], seed=voice.index), voice)

    with ThreadPoolExecutor(AT_ONCE) as pool:  # NumPy's transforms and sines leave the interpreter to the others
        clips = tuple(pool.map(made, VOICES))
    return Kit(clips, tuple(Origin(voice.name, f"factory {name}") for voice in VOICES), recipe.name)


def levelled(clip: Clip, voice: Voice) -> Clip:
    """The sound as loud as this voice is in a kit; silence stays."""
    if clip.peak == 0:
        return clip
    gain = min(MAX_PEAK / clip.peak, 10 ** ((LOUDNESS_LUFS[voice.index] - OFFSET_LU) / 20) / _loudest(clip))
    return Clip(clip.samples * np.float32(gain), clip.sample_rate)


def _loudest(clip: Clip) -> float:
    """The K-weighted RMS where it is loudest."""
    return math.sqrt(loudest_power(clip.samples, clip.sample_rate, LOUDEST_SECONDS))
