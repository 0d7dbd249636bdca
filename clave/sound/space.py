"""A learned space of one-shots, for playing: points to sounds and back, with ONNX Runtime and without torch."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from clave.errors import SpaceError, TransformError
from clave.latent.code import Code, check_share, generator, map_points
from clave.latent.map_svg import map_svg
from clave.latent.space_folder import SpaceFolder, open_space
from clave.latent.torch_model import training_module
from clave.latent.verdict import Verdict, verdict_of
from clave.music.arguments import checked
from clave.music.clip import Clip
from clave.music.kit import VOICES, Kit, Voice
from clave.music.kit import voice as voice_of
from clave.music.shapes import Float32
from clave.sound.corpus_map import CorpusMap, SoundMap, read_corpus, read_licences, write_corpus
from clave.sound.kit_draw import DrawnSound
from clave.sound.networks import SoundNetworks
from clave.sound.sound_index import SimilarSound, SoundIndex, open_space_sounds
from clave.sound.space_format import SOUND_FORMAT, spectrogram_of
from clave.sound.space_kits import SpaceKits
from clave.sound.space_shifts import SpaceShifts

__all__ = ["SHIPPED_SOUND", "SOUND_FORMAT", "SoundMap", "SoundSpace", "load_sound", "write_corpus"]

DRAWN_VARIATION = 0.8  # how far a drawn sound varies from what is expected where it lies

SHIPPED_SOUND = Path(__file__).parents[1] / "weights" / "sound"


@checked(SpaceError)
class SoundSpace:
    """A sound space: for each voice a map whose coordinates are those of a standard normal prior.

    Any finite point decodes. A clip that comes out is finite, peaks at 0.9, and has its onset after 2 ms of lead-in.
    """

    def __init__(self, files: SpaceFolder) -> None:
        settings, folder = files.settings, files.path
        self.folder = folder
        self.voices: tuple[str, ...] = tuple(settings["voices"])
        self.detail_size = int(settings["detail_size"])
        self.drawn_size = int(settings["drawn_size"])  # of the detail; the rest is 0 but in sounds that were encoded
        self.card: dict[str, Any] = settings["card"]
        self.verdict: Verdict | None = verdict_of(settings)  # what was found of it when it was learned
        self.own_sources = frozenset(settings.get("own_sources", ()))  # of corpora: what it was fine-tuned with
        self.spectrogram = spectrogram_of(folder, settings)
        self._networks = SoundNetworks(folder, settings, self.spectrogram)
        self._shifts = SpaceShifts(self)

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
        noise = generator(seed).standard_normal(self.drawn_size).astype(np.float32)
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
        return self._shifts.shifted(code, self._voice(voice), shift, str(self.folder))

    def directions(self, voice: Voice | str) -> tuple[str, ...]:
        """In which of descriptors.NAMES `shifted` moves this voice.

        In none, where log spectrograms are no linear function of the detail or not of DrumSpectrogram, or where the
        space's corpus has no descriptors.
        """
        return self._shifts.directions(self._voice(voice))

    @cached_property
    def sounds(self) -> SoundIndex:
        """The sounds that the space was learned from, to search in; SpaceError where its folder has none."""
        return open_space_sounds(self)

    def similar(self, clip: Clip, voice: Voice | str, n: int = 10) -> list[SimilarSound]:
        """The `n` sounds most like this one among those of the voice that the space was learned from.

        Each has its file and licence, and a code that `decode` plays. See SoundIndex.similar.
        """
        return self.sounds.similar(clip, self._voice(voice), n)

    def sample(self, n: int, voice: Voice | str, seed: int = 0) -> list[Clip]:
        """`n` sounds of this voice, drawn from the prior; those that the draw check refuses are drawn again."""
        return self.decode(self.accepted_codes(n, voice, seed), voice)

    def accepted_codes(self, n: int, voice: Voice | str, seed: int = 0) -> Code:
        """What `sample` decodes. A space whose log spectrograms are of another kind has no check: all are accepted."""
        return self._kits.accepted_codes(_count(n), self._voice(voice), seed)

    def sample_codes(self, n: int, voice: Voice | str, seed: int = 0) -> Code:
        """`n` codes drawn from the prior, whatever they sound like."""
        return self.drawn_codes(_count(n), self._voice(voice), generator(seed))

    def drawn_codes(self, n: int, voice: Voice | str, rng: np.random.Generator) -> Code:
        """The same by a generator that goes on."""
        points = rng.standard_normal((n, 2)).astype(np.float32)
        noise = rng.standard_normal((n, self.drawn_size)).astype(np.float32)
        return Code(points, self._networks.prior(points, noise, self._voice(voice))[1])

    def codes_at(
        self, points: Float32[np.ndarray, "sound map"], voice: Voice | str, variation: float, seeds: Sequence[int]
    ) -> Code:
        """A code at each of these points, each varied by a seed of its own as `code_at` varies."""
        noise = np.zeros((len(points), self.drawn_size), np.float32)
        for row, seed in enumerate(seeds):
            noise[row] = generator(seed).standard_normal(self.drawn_size)
        expected, sample = self._networks.prior(points, noise, self._voice(voice))
        return Code(points, expected + np.float32(variation) * (sample - expected))

    def expected(self, points: ArrayLike, voice: Voice | str) -> Code:
        """These map points with the expected detail there."""
        where = map_points(points)
        noise = np.zeros((len(where), self.drawn_size), np.float32)
        return Code(where, self._networks.prior(where, noise, self._voice(voice))[0])

    def kit(
        self,
        points: Mapping[str, tuple[float, float]] | None = None,
        variation: float = 0.0,
        seed: int = 0,
        name: str = "space",
        character: Mapping[str, float] | None = None,
    ) -> Kit:
        """A kit of eight sounds, each from a point of its voice's map and as loud as its voice is in a kit.

        A voice without a point is drawn by `draw_kit`; a voice that the space has not learned gets the built-in kit's
        sound. `character` is that of `draw_kit`; sounds at given points follow it too.
        """
        return self._kits.kit(points or {}, variation, seed, name, character)

    def draw_kit(
        self, seed: int = 0, variation: float = DRAWN_VARIATION, character: Mapping[str, float] | None = None
    ) -> dict[str, DrawnSound]:
        """A sound for each voice of the space, as a set: see `kit_draw`. The same seed draws the same kit.

        `character` moves the whole kit: `{"brighter": 1, "older": -0.5, "bigger": 1}`, each in [-3, 3]. A space whose
        sounds are not described draws each voice for itself, at one of `places`, and cannot be moved.

        Raises SpaceError for other words or amounts, and for a character where nothing can be shifted.
        """
        check_share("variation", variation)
        generator(seed)
        return self._kits.draw(seed, variation, character)

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

    def load_torch(self) -> Any:
        """The trained torch model of this space; needs the extra `train`. See `clave.training.shipped`."""
        return training_module("shipped").load_sound_model(self.folder)

    def _repr_html_(self) -> str:
        """The map of each voice with the sounds that it was learned from, for notebooks."""
        maps = (map_svg(f"{name} map", {name: self.corpus(name).map}) for name in self.voices)
        return "".join(f'<div style="display:inline-block">{each}</div>' for each in maps)

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
    def _kits(self) -> SpaceKits:
        return SpaceKits(self, self._shifts)

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


def _count(n: int) -> int:
    if n < 0:
        raise SpaceError(f"a number of samples is at least 0, got {n}")
    return n


@checked(SpaceError)
def load_sound(path: str | Path | None = None) -> SoundSpace:
    """The sound space in this folder, or the shipped one.

    Raises SpaceError, with the reason, for a folder that is not a whole space of this version.
    """
    return SoundSpace(open_space(SHIPPED_SOUND if path is None else Path(path), SOUND_FORMAT))
