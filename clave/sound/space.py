"""A learned space of one-shots, for playing: points to sounds and back, with ONNX Runtime and without torch."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from clave.audio import descriptors
from clave.audio.descriptor_gradients import DescriptorGradients
from clave.audio.log_spectrogram import DrumSpectrogram
from clave.errors import SpaceError, TransformError
from clave.files.audio_file import one_shot
from clave.latent.code import Code, check_share, generator, map_points
from clave.latent.shift import shift_amounts
from clave.latent.space_folder import SpaceFolder, open_space
from clave.music.clip import Clip
from clave.music.kit import VOICES, Kit, Origin, Voice
from clave.music.kit import voice as voice_of
from clave.music.shapes import Float32
from clave.sound import drum_synth
from clave.sound.attribute_shift import DetailShift, Scale
from clave.sound.corpus_map import CorpusMap, SoundMap, read_corpus, read_licences, write_corpus
from clave.sound.networks import SoundNetworks
from clave.sound.space_format import SOUND_FORMAT, spectrogram_of

__all__ = ["SHIPPED_SOUND", "SOUND_FORMAT", "SoundMap", "SoundSpace", "load_sound", "write_corpus"]

PRIOR_STD_SAMPLES = 64  # of a voice, for the standard deviation of its details around their expectation
LINEAR_TOLERANCE = 1e-2  # nepers by which log spectrograms may differ from a linear function of the detail

SHIPPED_SOUND = Path(__file__).parents[1] / "weights" / "sound"


class SoundSpace:
    """A sound space: for each voice a map whose coordinates are those of a standard normal prior.

    Any finite point decodes. A clip that comes out is finite, peaks at 0.9, and has its onset after 2 ms of lead-in.
    """

    def __init__(self, files: SpaceFolder) -> None:
        settings, folder = files.settings, files.path
        self.folder = folder
        self.voices: tuple[str, ...] = tuple(settings["voices"])
        self.detail_size = int(settings["detail_size"])
        self.card: dict[str, Any] = settings["card"]
        self.spectrogram = spectrogram_of(folder, settings)
        self._networks = SoundNetworks(folder, settings, self.spectrogram)
        self._scales: dict[str, Scale] = {}
        self._prior_stds: dict[str, Float32[np.ndarray, " detail"]] = {}

    def encode(self, clips: Sequence[Clip], voice: Voice | str) -> Code:
        """Where these sounds lie on the voice's map, and their detail there; their level is not part of it.

        Raises SpaceError for silence.
        """
        which = self._voice(voice)
        if not clips:
            return Code(np.zeros((0, 2), np.float32), np.zeros((0, self.detail_size), np.float32))
        log_spectrograms = [self._log_spectrogram(index, clip) for index, clip in enumerate(clips)]
        return self.encode_log_spectrograms(np.stack(log_spectrograms), which)

    def encode_log_spectrograms(
        self, log_spectrogram: Float32[np.ndarray, "sound band frame"], voice: Voice | str
    ) -> Code:
        """The same from log spectrograms of the space's own kind, `spectrogram`."""
        return self._networks.encode(log_spectrogram, self._voice(voice))

    def decode(self, code: Code, voice: Voice | str) -> list[Clip]:
        """The sounds of these codes: the pair of `encode`."""
        return [self._clip(each, self._voice(voice).index) for each in self.log_spectrograms(code, voice)]

    def log_spectrograms(self, code: Code, voice: Voice | str) -> Float32[np.ndarray, "sound band frame"]:
        """The log spectrograms of these codes, before any phase: the pair of `encode_log_spectrograms`."""
        which = self._voice(voice)
        if code.map.shape != (len(code), 2) or code.detail.shape != (len(code), self.detail_size):
            raise SpaceError(
                f"a code of this space is map [n, 2] and detail [n, {self.detail_size}], "
                f"got {list(code.map.shape)} and {list(code.detail.shape)}"
            )
        if not np.isfinite(code.detail).all():
            raise SpaceError("detail is made of finite numbers, got NaN or infinity")
        if not len(code):
            return np.zeros((0, self.spectrogram.bands, self.spectrogram.frames), np.float32)
        return self._networks.decode(code, which)

    def at(
        self,
        points: ArrayLike,
        voice: Voice | str,
        variation: float = 0.0,
        seed: int = 0,
        shift: Mapping[str, float] | None = None,
    ) -> list[Clip]:
        """The sounds at these points of the voice's map, float [n, 2].

        `variation` in [0, 1] is how far the detail lies from its expectation at the point: 0 is the expectation, 1 a
        sample of the prior. The same seed varies in the same direction everywhere, so that a path over the map with
        variation stays coherent. `shift` is that of `shifted`.
        """
        return self.decode(self.code_at(points, voice, variation, seed, shift=shift), voice)

    def code_at(
        self,
        points: ArrayLike,
        voice: Voice | str,
        variation: float = 0.0,
        seed: int = 0,
        detail: Float32[np.ndarray, "sound detail"] | None = None,
        shift: Mapping[str, float] | None = None,
    ) -> Code:
        """What `at` decodes; with a detail of one's own, that is varied instead of the expectation at the point."""
        where = map_points(points)
        check_share("variation", variation)
        noise = generator(seed).standard_normal(self.detail_size).astype(np.float32)
        expected, sample = self._networks.prior(where, np.tile(noise, (len(where), 1)), self._voice(voice))
        own = expected if detail is None else detail
        if own.shape != expected.shape:
            raise SpaceError(f"the detail of this space is {list(expected.shape)} numbers, got {list(own.shape)}")
        code = Code(where, own + np.float32(variation) * (sample - expected))
        return code if shift is None else self.shifted(code, voice, shift)

    def shifted(self, code: Code, voice: Voice | str, shift: Mapping[str, float]) -> Code:
        """The same sounds, but brighter, longer, higher or noisier (descriptors.NAMES): so many standard deviations.

        Deviations are those of the voice's sounds; towards the last of these a shift slows down, since beyond there are
        none of its kind. Points stay where they are; the detail moves, by as little as its prior allows. A voice whose
        sounds have no pitch is not moved in pitch. Raises SpaceError for other names, for what is no finite number, and
        in a space without directions.
        """
        which, wanted = self._voice(voice), shift_amounts(shift, descriptors.NAMES, "sound")
        if not wanted.any() or not len(code):
            return code
        if self._detail_shift is None:
            raise SpaceError(f"{self.folder} has no directions to shift sounds in")
        detail_shift, scale = self._detail_shift, self._scale(which)
        wanted = np.where(scale.is_movable, wanted, 0.0)
        if not wanted.any():
            return code
        prior_std = self._prior_std(which)
        moved = [detail_shift.shifted(detail, wanted, scale, prior_std) for detail in code.detail]
        return Code(code.map, np.stack(moved))

    def directions(self, voice: Voice | str) -> tuple[str, ...]:
        """In which of descriptors.NAMES `shifted` moves this voice.

        In none, where log spectrograms are no linear function of the detail or not of DrumSpectrogram, or where the
        space's corpus has no descriptors.
        """
        which = self._voice(voice)
        if not self._is_linear:
            return ()
        movable = self._scale(which).is_movable
        return tuple(name for name, moves in zip(descriptors.NAMES, movable, strict=True) if moves)

    def sample(self, n: int, voice: Voice | str, seed: int = 0) -> list[Clip]:
        """`n` sounds of this voice drawn from the prior."""
        return self.decode(self.sample_codes(n, voice, seed), voice)

    def sample_codes(self, n: int, voice: Voice | str, seed: int = 0) -> Code:
        """What `sample` decodes."""
        if n < 0:
            raise SpaceError(f"a number of samples is at least 0, got {n}")
        rng = generator(seed)
        points = rng.standard_normal((n, 2)).astype(np.float32)
        noise = rng.standard_normal((n, self.detail_size)).astype(np.float32)
        return Code(points, self._networks.prior(points, noise, self._voice(voice))[1])

    def expected(self, points: ArrayLike, voice: Voice | str) -> Code:
        """These map points with the expected detail there."""
        where = map_points(points)
        noise = np.zeros((len(where), self.detail_size), np.float32)
        return Code(where, self._networks.prior(where, noise, self._voice(voice))[0])

    def kit(
        self,
        points: Mapping[str, tuple[float, float]] | None = None,
        variation: float = 0.0,
        seed: int = 0,
        name: str = "space",
    ) -> Kit:
        """A kit of eight sounds, each from a point of its voice's map and as loud as its voice is in a kit.

        A voice without a point gets one of `places`; a voice that the space has not learned gets the built-in kit's
        sound.
        """
        where = self.places(seed) | {voice_of(voice).name: point for voice, point in (points or {}).items()}
        built_in = drum_synth.kit()
        clips, origins = list(built_in.clips), list(built_in.origins)
        for voice in VOICES:
            if voice.name in self.voices:
                x, y = where[voice.name]
                sound = self.at([[x, y]], voice, variation=variation, seed=seed)[0]
                clips[voice.index] = drum_synth.levelled(one_shot(sound), voice)
                origins[voice.index] = Origin(voice.name, "map", (float(x), float(y)), velocity_layers=True)
        return Kit(tuple(clips), tuple(origins), name)

    def places(self, seed: int = 0) -> dict[str, tuple[float, float]]:
        """A point for each voice, drawn by the seed among the sounds that the space was learned from."""
        draws = generator(seed).random(len(VOICES))  # one for each, whichever voices the space has learned
        drawn: dict[str, tuple[float, float]] = {}
        for name in self.voices:
            there = self.corpus(name).map
            x, y = there[int(draws[voice_of(name).index] * len(there))] if len(there) else (0.0, 0.0)
            drawn[name] = (float(x), float(y))
        return drawn

    def to_network(
        self, points: Float32[np.ndarray, "sound map"], voice: Voice | str
    ) -> Float32[np.ndarray, "sound map"]:
        """Map points in the coordinates of the networks, where each voice has a centre and spread of its own."""
        return self._networks.to_network(points, self._voice(voice))

    def corpus(self, voice: Voice | str) -> SoundMap:
        """The sounds of this voice that the space was learned from."""
        return self._corpus.of(self._voice(voice).index)

    @cached_property
    def licences(self) -> Mapping[str, str]:
        """The licence of each sound that the space was learned from, by its source; empty without a credits.csv."""
        return read_licences(self.folder)

    @cached_property
    def _corpus(self) -> CorpusMap:
        return read_corpus(self.folder)

    @cached_property
    def _is_linear(self) -> bool:
        """Whether there is a DetailShift; it is kept from the first shift on, for it is large."""
        return self._linear_function() is not None

    @cached_property
    def _detail_shift(self) -> DetailShift | None:
        return self._linear_function()

    def _linear_function(self) -> DetailShift | None:
        """The linear function from details to log spectrograms, if there is one and it is the same for all codes."""
        if not isinstance(self.spectrogram, DrumSpectrogram) or self._corpus.all_voices.descriptors is None:
            return None
        size, first = self.detail_size, self.voices[0]
        units = np.concatenate([np.zeros((1, size)), np.eye(size)]).astype(np.float32)
        mean, *ends = self.log_spectrograms(Code(np.zeros((size + 1, 2), np.float32), units), first)
        detail_shift = DetailShift(DescriptorGradients(self.spectrogram), mean, np.stack(ends) - mean)
        rng = generator(0)
        any_code = Code(*(rng.standard_normal((2, each)).astype(np.float32) for each in (2, size)), meters=())
        linear = detail_shift.log_spectrograms(any_code.detail)
        for name in self.voices:
            if not np.allclose(linear, self.log_spectrograms(any_code, name), atol=LINEAR_TOLERANCE):
                return None
        return detail_shift

    def _scale(self, voice: Voice) -> Scale:
        """The scale of shifts of this voice."""
        if voice.name not in self._scales:
            described = self.corpus(voice).descriptors
            assert described is not None, "there are directions only where there are descriptors"
            self._scales[voice.name] = Scale.of(described)
        return self._scales[voice.name]

    def _prior_std(self, voice: Voice) -> Float32[np.ndarray, " detail"]:
        """The standard deviation of this voice's details around their expectation at the point."""
        if voice.name not in self._prior_stds:
            sampled = self.sample_codes(PRIOR_STD_SAMPLES, voice)
            residual = sampled.detail - self.expected(sampled.map, voice).detail
            self._prior_stds[voice.name] = residual.std(axis=0)
        return self._prior_stds[voice.name]

    def _voice(self, voice: Voice | str) -> Voice:
        which = voice_of(voice)
        if which.name not in self.voices:
            raise SpaceError(f"this space has not learned {which.name!r}; its voices are: {', '.join(self.voices)}")
        return which

    def _log_spectrogram(self, index: int, clip: Clip) -> Float32[np.ndarray, "band frame"]:
        try:
            return self.spectrogram.forward(clip)
        except TransformError as error:
            raise SpaceError(f"clip {index} has no place on the map: {error}") from error

    def _clip(self, log_spectrogram: Float32[np.ndarray, "band frame"], seed: int) -> Clip:
        try:
            return self.spectrogram.estimate(log_spectrogram, seed)
        except TransformError as error:
            raise SpaceError(f"the space has no sound there: {error}") from error


def load_sound(path: str | Path | None = None) -> SoundSpace:
    """The sound space in this folder, or the shipped one.

    Raises SpaceError, with the reason, for a folder that is not a whole space of this version.
    """
    return SoundSpace(open_space(SHIPPED_SOUND if path is None else Path(path), SOUND_FORMAT))
