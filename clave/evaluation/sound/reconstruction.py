"""Held-out sounds encoded and decoded, beside other ways to reconstruct them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from clave.audio.log_spectrogram import DrumSpectrogram, ended, placed
from clave.audio.phase import DEFAULT
from clave.audio.stft import STFT
from clave.evaluation.sound import metrics
from clave.evaluation.sound.data import Drums, EvaluationData
from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.music.shapes import Float32, Int
from clave.sound.comparison import Difference, difference, lead_in_db, scatter_db, summary
from clave.sound.space import SoundSpace
from clave.training.progress import OnCount

QUIET_LEAD_IN_DB = -40.0  # against the peak
REAL = "real, held out"
NEAREST = "the nearest training sound"

Sound = Float32[np.ndarray, " sample"]


def reconstruction(
    spaces: Mapping[str, SoundSpace], data: EvaluationData, chosen: Drums, on_count: OnCount
) -> dict[str, Any]:
    """The differences between sounds and their reconstructions by each space and by simpler methods."""
    methods = _methods(spaces, data)
    differences: dict[str, list[Difference]] = {name: [] for name in methods}
    lead_ins: dict[str, list[float]] = {name: [] for name in (*spaces, REAL)}
    for done, (sound, voice) in enumerate(zip(chosen.sounds, chosen.voice.tolist(), strict=True), start=1):
        for name, method in methods.items():
            differences[name].append(difference(sound, method(sound, voice)))
        for name, space in spaces.items():
            log_spectrograms = space.log_spectrograms(space.encode([Clip(sound)], VOICES[voice]), VOICES[voice])
            lead_ins[name].append(lead_in_db(space.spectrogram.waveform(log_spectrograms[0])))
        lead_ins[REAL].append(lead_in_db(sound))
        on_count(done, len(chosen))
    voices = dict.fromkeys(methods, chosen.voice)
    if len(data.train):
        voices[NEAREST], pairs = _nearest_pairs(chosen, data.train)
        differences[NEAREST] = [difference(*pair) for pair in pairs]
    order = [*spaces, *(name for name in differences if name not in spaces)]
    lead_in = {
        name: {
            "lead_in_db": float(np.median(each)),
            "lead_in_quiet": float((np.array(each) <= QUIET_LEAD_IN_DB).mean()),
        }
        for name, each in lead_ins.items()
    }
    rows = {name: summary(differences[name]) | by_voice(differences[name], voices[name]) for name in order}
    scatter = [scatter_db(sound) for sound in chosen.sounds]
    real = {"scatter_db": float(np.mean(scatter)), "scatter_by_voice": _means(scatter, chosen.voice)}
    return {name: row | lead_in.get(name, {}) for name, row in (rows | {REAL: real}).items()}


def by_voice(differences: Sequence[Difference], voice: Int[np.ndarray, " sound"]) -> dict[str, dict[str, float]]:
    """Means for each voice: of the band level error, the scatter of the second sounds, haze, multi-resolution error."""
    return {
        "band_level_by_voice": _means([each.band_level_db for each in differences], voice),
        "scatter_by_voice": _means([each.scatter_db for each in differences], voice),
        "haze_by_voice": _means([each.haze_db for each in differences], voice),
        "multi_resolution_by_voice": _means([each.error_db for each in differences], voice),
    }


def _means(values: Sequence[float], voice: Int[np.ndarray, " sound"]) -> dict[str, float]:
    """By the names of voices."""
    return {VOICES[index].name: float(np.array(values)[voice == index].mean()) for index in np.unique(voice)}


def _methods(spaces: Mapping[str, SoundSpace], data: EvaluationData) -> dict[str, Callable[[Sound, int], Sound]]:
    """Each space, and what to compare it with: a function of a sound and its voice (an index)."""
    methods: dict[str, Callable[[Sound, int], Sound]] = {
        name: lambda sound, voice, space=space: placed(
            space.decode(space.encode([Clip(sound)], VOICES[voice]), VOICES[voice])[0]
        )
        for name, space in spaces.items()
    }
    spectrogram = DrumSpectrogram()
    if len(data.train):
        drawn_size = next(iter(spaces.values())).drawn_size
        components = principal_components(data.log_spectrogram, data.weight, drawn_size + 2)
        methods[f"principal components, {len(components.axes)}"] = lambda sound, _: placed(
            spectrogram.estimate(components.projected(spectrogram.forward(Clip(sound))))
        )
    methods["the spectrogram alone, no model"] = lambda sound, _: placed(
        spectrogram.estimate(spectrogram.forward(Clip(sound)))
    )
    transform = STFT(length=data.test.sample.shape[1])
    methods["exact magnitudes, phase estimated"] = lambda sound, _: placed(
        ended(DEFAULT.estimate(np.abs(transform.forward(sound)), transform))
    )
    return methods


class PrincipalComponents(NamedTuple):
    """The directions in which spectrograms vary most."""

    mean: Float32[np.ndarray, " cell"]
    axes: Float32[np.ndarray, "axis cell"]

    def projected(self, log_spectrogram: Float32[np.ndarray, "band frame"]) -> Float32[np.ndarray, "band frame"]:
        """The nearest spectrogram in the span of these directions."""
        coordinates = (log_spectrogram.ravel() - self.mean) @ self.axes.T
        return (self.mean + coordinates @ self.axes).reshape(log_spectrogram.shape)


def principal_components(
    log_spectrogram: Float32[np.ndarray, "sound band frame"], weight: Float32[np.ndarray, " sound"], max_axes: int
) -> PrincipalComponents:
    """The first principal components of these spectrograms; there are fewer axes than sounds."""
    flat = log_spectrogram.reshape(len(log_spectrogram), -1)
    mean = np.average(flat, axis=0, weights=weight).astype(np.float32)
    centred = (flat - mean) * np.sqrt(weight)[:, None]
    value, vector = np.linalg.eigh(centred @ centred.T)
    kept = [index for index in range(len(value))[::-1][:max_axes] if value[index] > 1e-6 * value[-1]]
    direction = vector[:, kept].T @ centred
    return PrincipalComponents(mean, (direction / np.linalg.norm(direction, axis=1, keepdims=True)).astype(np.float32))


def _nearest_pairs(chosen: Drums, train: Drums) -> tuple[Int[np.ndarray, " pair"], list[tuple[Sound, Sound]]]:
    """Voice by voice, each sound with the training sound of its voice at the smallest log-spectral distance."""
    voices, pairs = list[int](), list[tuple[Sound, Sound]]()
    for voice in np.unique(chosen.voice):
        sounds = chosen.subset(chosen.voice == voice).sounds
        train_sounds = train.subset(train.voice == voice).sounds
        if len(train_sounds):
            nearest = metrics.log_spectral_distances_db(sounds, train_sounds).argmin(axis=1)
            pairs += [(sound, train_sounds[index]) for sound, index in zip(sounds, nearest, strict=True)]
            voices += [int(voice)] * len(sounds)
    return np.array(voices, np.int64), pairs
