"""Shifts of the codes of a sound space: where its decoder is linear, and how far one unit of a shift goes."""

from collections.abc import Mapping
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np

from clave.audio import descriptors
from clave.audio.descriptor_gradients import DescriptorGradients
from clave.audio.log_spectrogram import DrumSpectrogram, Spectrogram
from clave.errors import SpaceError
from clave.latent.code import Code, generator
from clave.latent.shift import shift_amounts
from clave.music.kit import Voice
from clave.music.kit import voice as voice_of
from clave.music.shapes import Float32
from clave.sound.attribute_shift import DetailShift, Scale
from clave.sound.corpus_map import SoundMap

PRIOR_STD_SAMPLES = 64  # of a voice, for the standard deviation of its details around their expectation
LINEAR_TOLERANCE = 1e-2  # nepers by which log spectrograms may differ from a linear function of the detail


@runtime_checkable
class SpaceToShift(Protocol):
    """What is needed of a sound space to shift its codes; the methods are those of `SoundSpace`."""

    voices: tuple[str, ...]
    detail_size: int
    drawn_size: int
    spectrogram: Spectrogram

    def corpus(self, voice: Voice | str) -> SoundMap: ...  # noqa: D102

    def log_spectrograms(self, code: Code, voice: Voice | str) -> Float32[np.ndarray, "sound band frame"]: ...  # noqa: D102

    def sample_codes(self, n: int, voice: Voice | str, seed: int = 0) -> Code: ...  # noqa: D102

    def expected(self, points: Float32[np.ndarray, "sound map"], voice: Voice | str) -> Code: ...  # noqa: D102


class SpaceShifts:
    """The shifts of one space; what they need is computed at the first one and kept."""

    def __init__(self, space: SpaceToShift) -> None:
        self._space = space
        self._scales: dict[str, Scale] = {}
        self._prior_stds: dict[str, Float32[np.ndarray, " drawn"]] = {}

    def shifted(self, code: Code, voice: Voice, shift: Mapping[str, float], name: str) -> Code:
        """What `SoundSpace.shifted` says; errors name the space."""
        wanted = shift_amounts(shift, descriptors.NAMES, "sound")
        if not wanted.any() or not len(code):
            return code
        if self._detail_shift is None:
            raise SpaceError(f"{name} has no directions to shift sounds in")
        detail_shift, scale = self._detail_shift, self.scale(voice)
        wanted = np.where(scale.is_movable, wanted, 0.0)
        if not wanted.any():
            return code
        prior_std, moved = self._prior_std(voice), code.detail.copy()
        log_spectrograms = self._space.log_spectrograms(code, voice)
        for detail, log_spectrogram in zip(moved, log_spectrograms, strict=True):
            drawn = detail[: self._space.drawn_size]
            drawn[:] = detail_shift.around(drawn, log_spectrogram).shifted(drawn, wanted, scale, prior_std)
        return Code(code.map, moved)

    def directions(self, voice: Voice) -> tuple[str, ...]:
        """What `SoundSpace.directions` says."""
        if not self.is_linear:
            return ()
        movable = self.scale(voice).is_movable
        return tuple(name for name, moves in zip(descriptors.NAMES, movable, strict=True) if moves)

    @cached_property
    def is_linear(self) -> bool:
        """Whether there is a DetailShift; it is kept from the first shift on, for it is large."""
        return self._linear_function() is not None

    @cached_property
    def _detail_shift(self) -> DetailShift | None:
        return self._linear_function()

    def _linear_function(self) -> DetailShift | None:
        """The linear function from drawn details to log spectrograms, if there is one and it is the same for all codes.

        What the prior does not draw may add anything to that, as long as it adds the same to all.
        """
        space = self._space
        size, drawn, first = space.detail_size, space.drawn_size, space.voices[0]
        if not isinstance(space.spectrogram, DrumSpectrogram) or space.corpus(first).descriptors is None:
            return None
        units = np.eye(drawn + 1, size, -1, np.float32)
        mean, *ends = space.log_spectrograms(Code(np.zeros((drawn + 1, 2), np.float32), units), first)
        detail_shift = DetailShift(DescriptorGradients(space.spectrogram), mean, np.stack(ends) - mean)
        rng = generator(0)
        any_code = Code(*(rng.standard_normal((2, each)).astype(np.float32) for each in (2, size)), meters=())
        residual = Code(any_code.map, np.where(np.arange(size) < drawn, np.float32(0), any_code.detail))
        linear = detail_shift.log_spectrograms(any_code.detail[:, :drawn]) - mean
        for name in space.voices:
            added = space.log_spectrograms(any_code, name) - space.log_spectrograms(residual, name)
            if not np.allclose(linear, added, atol=LINEAR_TOLERANCE):
                return None
        return detail_shift

    def scale(self, voice: Voice) -> Scale:
        """The scale of shifts of this voice."""
        if voice.name not in self._scales:
            described = self._space.corpus(voice).descriptors
            assert described is not None, "there are directions only where there are descriptors"
            self._scales[voice.name] = Scale.of(described)
        return self._scales[voice.name]

    def scales(self) -> dict[str, Scale]:
        """The scales of all voices, by name; none where nothing can be shifted."""
        return {name: self.scale(voice_of(name)) for name in self._space.voices} if self.is_linear else {}

    def _prior_std(self, voice: Voice) -> Float32[np.ndarray, " drawn"]:
        """The standard deviation of what is drawn of this voice's details around its expectation at the point."""
        if voice.name not in self._prior_stds:
            sampled = self._space.sample_codes(PRIOR_STD_SAMPLES, voice)
            residual = sampled.detail - self._space.expected(sampled.map, voice).detail
            self._prior_stds[voice.name] = residual[:, : self._space.drawn_size].std(axis=0)
        return self._prior_stds[voice.name]
