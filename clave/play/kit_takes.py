"""A kit for samplers, made of a project's kit: velocity layers, and several takes of each sound, none of them recorded.

No drum sounds twice the same. The takes of a sound from a map are its neighbours in the space: the same point with the
same detail, to which a little of the noise is added from which the space draws its sounds,

    detail' = detail + NEIGHBOUR_VARIATION (sample - expectation),

so that it moves as the flow says sounds of that voice differ there. A sound that lies on no map, of a built-in kit or a
file, is varied in tune and decay instead; the credit says so.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from clave.audio.velocity_layers import LEVELS_DB, softer_clips
from clave.errors import ClaveError
from clave.files import audio_file
from clave.music.clip import Clip
from clave.music.kit import VOICES, Voice
from clave.music.kit import as_played as with_settings
from clave.music.playback_settings import MAX_DECAY, MAX_TUNE, MIN_DECAY, MIN_TUNE
from clave.music.sampled_kit import SampledKit, SampledVoice
from clave.play.arrange import SILENCE, bare
from clave.play.formats.options import KitOptions
from clave.play.project.document import Scene
from clave.play.project.voices import KitVoice, SoundShift
from clave.play.sounds import FindFile, decode_sound, find_on_disk, safe
from clave.sound import drum_synth

if TYPE_CHECKING:
    from clave.sound.space import SoundSpace

NEIGHBOUR_VARIATION = 0.25  # of a draw from the prior
TUNE_SPREAD = 0.12  # semitones, standard deviation, of sounds that lie on no map
DECAY_SPREAD = 0.05  # of the decay's logarithm, standard deviation
FIRST_SEED = 7000  # of the takes of sounds, far from seeds that players count from 0


def sampled_kit(
    scene: Scene,
    sound: "SoundSpace | None" = None,
    options: KitOptions = KitOptions(),  # noqa: B008 -- frozen
    find_file: FindFile | None = None,
) -> tuple[SampledKit, list[str]]:
    """The kit of a scene with layers and takes, as loud and placed as its mix has it; and what a person should know.

    A sound that cannot be had is silent, and a remark says why. Without a space the shipped one is loaded if need be.
    """
    if sound is None and any(_on_a_map(each) for each in scene.kit.voices):
        from clave.sound.space import load_sound

        sound = load_sound()
    remarks: list[str] = []
    find = find_file or find_on_disk()
    voices: list[SampledVoice] = []
    for voice, each, mix in zip(VOICES, scene.kit.voices, scene.mix, strict=True):
        try:
            takes = list(_takes(voice, each, sound, find, options.takes))
        except ClaveError as error:
            remarks.append(f"the {voice.name} is silent: {error}")
            takes = [SILENCE] * options.takes
        rows = [(take, *softer_clips(take, voice, LEVELS_DB[: options.layers - 1])) for take in takes]
        layers = tuple(zip(*rows, strict=True))
        peak = max(1.0, *(clip.peak for row in rows for clip in row))  # a file holds up to full scale
        fitted = tuple(tuple(Clip(clip.samples / np.float32(peak), clip.sample_rate) for clip in row) for row in layers)
        voices.append(SampledVoice(fitted, peak * mix.level, mix.pan))
    remarks += _what_is_left_out(scene)
    return SampledKit(scene.kit.name or "kit", tuple(voices), _credit(scene.kit.voices, options.takes)), remarks


def _on_a_map(sound: KitVoice) -> bool:
    return sound.origin == "map" or sound.twin


def _takes(
    voice: Voice, sound: KitVoice, space: "SoundSpace | None", find_file: FindFile, count: int
) -> Iterator[Clip]:
    """The sound as it is played, and its variants."""
    settings = sound.origin_of(voice, sound.origin)
    first = decode_sound(voice, bare(sound), space, find_file)
    yield with_settings(first, settings)
    rng = np.random.default_rng([FIRST_SEED, sound.seed, voice.index])
    for take in range(1, count):
        if space is not None and _on_a_map(sound):
            yield with_settings(_neighbour(voice, sound, space, FIRST_SEED + take), settings)
            continue
        tune = settings.tune + TUNE_SPREAD * rng.standard_normal()
        decay = settings.decay * np.exp(DECAY_SPREAD * rng.standard_normal())
        varied = replace(
            settings,
            tune=float(np.clip(tune, MIN_TUNE, MAX_TUNE)),
            decay=float(np.clip(decay, MIN_DECAY, MAX_DECAY)),
        )
        yield with_settings(first, varied)


def _neighbour(voice: Voice, sound: KitVoice, space: "SoundSpace", seed: int) -> Clip:
    """A sound beside this one, as loud as it."""
    assert sound.point is not None, "a sound on a map has a point"
    detail = None if sound.detail is None else np.array([sound.detail], np.float32)
    own = space.code_at([sound.point], voice, sound.variation, sound.seed, detail)
    shift = {name: getattr(sound.shift, name) for name in SoundShift.model_fields}
    beside = space.code_at([sound.point], voice, NEIGHBOUR_VARIATION, seed, own.detail, shift)
    clip = safe(space.decode(beside, voice)[0], f"a neighbour of the {voice.name}")
    return drum_synth.levelled(audio_file.one_shot(clip), voice)


def _credit(voices: tuple[KitVoice, ...], takes: int) -> str:
    lines: list[str] = []
    drawn = [voice.name for voice, each in zip(VOICES, voices, strict=True) if _on_a_map(each)]
    others = [voice.name for voice, each in zip(VOICES, voices, strict=True) if not _on_a_map(each)]
    if drawn:
        lines.append(f"generated by a sound space of Clave: {', '.join(drawn)}")
    if takes > 1 and drawn:
        lines.append("their takes are neighbours that the space draws around each sound")
    if takes > 1 and others:
        lines.append(f"takes are small changes of tune and decay, for sounds on no map: {', '.join(others)}")
    return "\n".join(lines)


def _what_is_left_out(scene: Scene) -> Iterator[str]:
    filtered = [voice.name for voice, mix in zip(VOICES, scene.mix, strict=True) if mix.filter != "off"]
    if filtered:
        yield f"a kit has no filters: {', '.join(filtered)} sound without theirs"
