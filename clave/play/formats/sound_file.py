"""A performance as sound files, 24 bits: WAV or FLAC, whole and voice by voice."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from clave.files import audio_file
from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.play.formats.options import WriteOptions
from clave.play.formats.parts import file_stem
from clave.play.performance import KitSound, Performance
from clave.play.project.movement import slug
from clave.play.render import fitted, mix, performance_stems, render_stereo, stereo_stems


def write_sound(performance: Performance, folder: Path, options: WriteOptions, *, suffix: str) -> list[str]:
    """A sound file of this suffix, "wav" or "flac"; with `stems` also one a voice, which add up to it.

    Of a project both are in stereo, and each stem has its filter, its part of the room, and the gains that drive, glue
    and limiter have for the mix. Other performances are as they are: in stereo where a voice does not stand in the
    middle, and their stems in mono.
    """
    path, tail, performance = (
        folder / f"{file_stem(performance)}.{suffix}",
        options.tail,
        at_rate(performance, options.sample_rate),
    )
    stems: Sequence[tuple[Clip, ...]] = ()
    if performance.production is not None:
        channels = render_stereo(performance, tail=tail)
        stems = stereo_stems(performance, tail=tail) if options.stems else ()
    else:
        placed = any(strike.pan for strike in performance.events())
        plain = fitted(performance_stems(performance, tail=tail)) if options.stems or not placed else ()
        channels = render_stereo(performance, tail=tail) if placed else (mix(plain),)
        stems = [(stem,) for stem in plain]
    audio_file.write(path, *channels)
    lines = [f"{path}: {channels[0].seconds:.2f} s, kit {performance.kit_name}"]
    if options.stems:
        (folder / "stems").mkdir(exist_ok=True)
        loudest = max(side.peak for stem in stems for side in stem)
        fit = 1 / max(1.0, loudest)  # where voices cancel each other, one alone may exceed full scale
        for voice, stem in zip(VOICES, stems, strict=True):
            sides = stem if fit == 1 else [Clip(side.samples * np.float32(fit), side.sample_rate) for side in stem]
            audio_file.write(folder / "stems" / f"{slug(voice.name)}.{suffix}", *sides)
        quieter = "" if fit == 1 else f", all {20 * np.log10(loudest):.1f} dB quieter than in the mix to fit full scale"
        lines.append(f"{folder / 'stems'}: one {suffix.upper()} a voice{quieter}")
    return lines


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
