"""A performance as sound files, 24 bits: WAV or FLAC, whole and voice by voice."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from clave.files import audio_file
from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.play.formats.losses import decided
from clave.play.formats.options import WriteOptions
from clave.play.formats.parts import file_stem
from clave.play.mixdown import Tail
from clave.play.performance import KitSound, Performance
from clave.play.project.movement import slug
from clave.play.render import fitted, mix, performance_stems, render_stereo, stereo_stems


def write_sound(performance: Performance, folder: Path, options: WriteOptions, *, suffix: str) -> list[str]:
    """A sound file of this suffix, "wav" or "flac"; with `stems` also one a voice, which add up to it.

    Of a project both are in stereo, and each stem has its filter, its part of the room, and the gains that drive, glue
    and limiter have for the mix. Other performances are as they are: in stereo where a voice does not stand in the
    middle, and their stems in mono.
    """
    path, tail = folder / f"{file_stem(performance)}.{suffix}", options.tail
    performance = at_rate(performance, options.sample_rate)
    stems, loudest = fitting_stems(performance, tail) if options.stems else ((), 1.0)
    channels = [_quieter(side, loudest) for side in _mixed(performance, tail)]
    audio_file.write(path, *channels)
    lines = [f"{path}: {channels[0].seconds:.2f} s, kit {performance.kit_name}"]
    for voice, sides in zip(VOICES, stems, strict=False):
        audio_file.write(folder / "stems" / f"{slug(voice.name)}.{suffix}", *sides)
    if stems:
        lines.append(f"{folder / 'stems'}: one {suffix.upper()} a voice")
    if loudest > 1:
        lines.append(f"lost: {20 * np.log10(loudest):.1f} dB, in mix and stems, as one stem alone exceeds full scale")
    return [*lines, *decided(performance)]


def _mixed(performance: Performance, tail: Tail) -> tuple[Clip, ...]:
    """The channels of the whole: in stereo where it is of a project, or a voice does not stand in the middle."""
    if performance.production is not None or any(strike.pan for strike in performance.events()):
        return render_stereo(performance, tail=tail)
    return (mix(fitted(performance_stems(performance, tail=tail))),)


def fitting_stems(performance: Performance, tail: Tail) -> tuple[Sequence[tuple[Clip, ...]], float]:
    """The channels of each voice, and how many times they were turned down together to fit full scale, 1 for not."""
    if performance.production is not None:
        stems: Sequence[tuple[Clip, ...]] = stereo_stems(performance, tail=tail)
    else:
        stems = [(stem,) for stem in fitted(performance_stems(performance, tail=tail))]
    loudest = max(1.0, *(side.peak for stem in stems for side in stem))
    if loudest > 1:  # where voices cancel each other, one alone may exceed full scale
        stems = [tuple(_quieter(side, loudest) for side in stem) for stem in stems]
    return stems, loudest


def _quieter(clip: Clip, times: float) -> Clip:
    return clip if times == 1 else Clip(clip.samples / np.float32(times), clip.sample_rate)


write_wav = partial(write_sound, suffix="wav")
write_flac = partial(write_sound, suffix="flac")


def at_rate(performance: Performance, sample_rate: int) -> Performance:
    """The same with its sounds at this rate, in Hz, so that it is mixed at it: loops are exact there too."""
    if performance.sample_rate == sample_rate:
        return performance
    return replace(performance, sounds=tuple(_sound_at_rate(sound, sample_rate) for sound in performance.sounds))


def _sound_at_rate(sound: KitSound, sample_rate: int) -> KitSound:
    softer = tuple(audio_file.resampled(clip, sample_rate) for clip in sound.softer)
    return replace(sound, clip=audio_file.resampled(sound.clip, sample_rate), softer=softer)
