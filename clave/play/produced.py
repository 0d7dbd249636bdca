"""The performance of a project as it is heard: each voice through its filter, into the room, and all through the bus.

The page has the same chain (`web/src/audio/mixer.ts`); the two agree within -50 dB. So that they can, strokes begin on
whole samples here, at most 11 microseconds off. `clave.render` of bars on a kit has nothing of this.
"""

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from clave.audio.loudness import k_weighted_energy
from clave.audio.velocity_layers import softer_clips
from clave.errors import RenderError
from clave.music.clip import Clip
from clave.music.kit import VOICES, as_played
from clave.music.shapes import Float32
from clave.music.units import seconds_per_step
from clave.play.bus import bus_gains
from clave.play.mixdown import Finished, Mixdown, Rows, Tail
from clave.play.performance import KitSound, Performance, Production, Strike
from clave.play.program import REST_GAIN, bar_gain
from clave.play.room import convolved, impulse_response
from clave.play.scheduler import send_all
from clave.play.sequencer import stereo_gains

SETTLED_SECONDS = 0.5  # the bus forgets what was before


Layers = tuple[Clip, ...]
"""The clips of a sound, from that for hard strokes to that for the softest."""


def layers_of(sound: KitSound) -> Layers:
    """The sound with its playback settings and layers."""
    hardest, *others = (as_played(clip, sound.origin) for clip in (sound.clip, *sound.softer))
    if not others and sound.origin is not None and sound.origin.velocity_layers:
        return (hardest, *softer_clips(hardest, sound.voice))
    return (hardest, *others)


def energy_of(sound: KitSound) -> float:
    """K-weighted, in seconds of full scale, without its playback settings: what bars are judged by."""
    return k_weighted_energy(sound.clip.samples, sound.clip.sample_rate)


def played_sounds(performance: Performance, layers_of: Callable[[KitSound], Layers] = layers_of) -> list[Layers]:
    """Its sounds with their playback settings and layers; RenderError for no bars, or several sample rates."""
    if not performance.bars:
        raise RenderError("nothing to render: at least one bar is needed, got none")
    sounds = [layers_of(sound) for sound in performance.sounds]
    if len({clip.sample_rate for layers in sounds for clip in layers}) > 1:
        rates = ", ".join(f"{VOICES[each.voice].name} {each.clip.sample_rate}" for each in performance.sounds)
        raise RenderError(f"the clips of a kit share one sample rate, got {rates} (Hz)")
    return sounds


def program_gains(performance: Performance, energy_of: Callable[[KitSound], float] = energy_of) -> tuple[float, ...]:
    """Of each bar, by which its strokes are multiplied so that bars are alike in loudness."""
    sounding = {index for source in performance.sources for index in source.sounds}
    energies = {index: energy_of(performance.sounds[index]) for index in sounding}
    found: dict[tuple[object, ...], float] = {}
    gains: list[float] = []
    for source, tempo in zip(performance.sources, performance.tempo.bars, strict=True):
        seconds = tempo.steps * seconds_per_step(tempo.start_bpm)
        key = (source.pattern.velocity.tobytes(), source.pattern.meter, source.sounds, seconds)
        if key not in found:
            own = [energies[sound] for sound in source.sounds]
            found[key] = bar_gain(source.pattern, own, seconds)
        gains.append(found[key])
    return tuple(gains)


def produced_rows(performance: Performance, tail: Tail, *, mono: bool = False) -> Rows:
    """Left and right, or the power of both in one row."""
    mixed = _to_bus(performance, tail, played_sounds(performance), mono=mono)
    return mixed * _gains(performance, mixed, tail)


def produced_stems(performance: Performance, tail: Tail, *, mono: bool = False) -> Iterator[Rows]:
    """The same voice by voice: each through the gains that the bus has for the mix, so that their sum is the mix."""
    sounds = played_sounds(performance)
    gains = _gains(performance, _to_bus(performance, tail, sounds, mono=mono), tail)
    for voice in range(len(VOICES)):
        own = _to_bus(performance, tail, sounds, mono=mono, only=voice)
        yield np.pad(own, ((0, 0), (0, max(0, gains.shape[1] - own.shape[1]))))[:, : gains.shape[1]] * gains


def _production(performance: Performance) -> Production:
    assert performance.production is not None, "only performances of projects come here"
    return performance.production


def _gains(performance: Performance, mixed: Rows, tail: Tail) -> Rows:
    """Of the bus; in a loop, it has been going round for a while."""
    rate, settings = performance.sample_rate, _production(performance).bus
    if tail != "wrap":
        return bus_gains(mixed, settings, performance.volume, rate)
    before = math.ceil(SETTLED_SECONDS * rate)
    rounds = np.tile(mixed, -(-before // mixed.shape[1]))[:, -before:]
    return bus_gains(np.concatenate([rounds, mixed], axis=1), settings, performance.volume, rate)[:, before:]


def _to_bus(
    performance: Performance, tail: Tail, sounds: Sequence[Layers], *, mono: bool, only: int | None = None
) -> Rows:
    """All voices, or one, with their part of the room."""
    programs = program_gains(performance)

    def gains(strike: Strike) -> tuple[float, float, float]:
        if only is not None and strike.voice != only:
            return (0.0, 0.0, 0.0)
        loud = programs[strike.bar] if programs else REST_GAIN
        left, right = stereo_gains(strike.level, strike.pan)
        return (left * loud, right * loud, strike.level * strike.send * loud)

    def with_room(rows: Rows) -> Finished:
        response = impulse_response(_production(performance).room, performance.sample_rate)
        dry, sent = rows[:2], rows[2]
        if not sent.any():
            return _folded(dry, mono)
        wet = np.stack([convolved(sent, side) for side in response])
        wet[:, : dry.shape[1]] += dry
        return _folded(wet, mono)

    mixdown = Mixdown(sounds, gains, 3, places_per_sample=1, finish=with_room)
    send_all(performance, mixdown)
    return mixdown.mixed(performance.seconds, tail)


def _folded(sides: Float32[np.ndarray, "side sample"], mono: bool) -> Float32[np.ndarray, "channel sample"]:
    """One row that is as loud as both sides, as far as they are the same."""
    return (sides[:1] + sides[1:]) * np.float32(math.sqrt(0.5)) if mono else sides
