"""A learned space of one-shots, for playing: points to sounds and back, with ONNX Runtime and without torch."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import ArrayLike

from clave.audio import descriptors
from clave.audio.descriptor_gradients import Eye
from clave.audio.log_spectrogram import DrumSpectrum, Spectrum
from clave.audio.paper_log_spectrogram import PaperSpectrum
from clave.errors import SpaceError, TransformError
from clave.files.audio_file import one_shot
from clave.latent.code import Code, check_share, generator, map_points
from clave.latent.onnx_runner import run, session
from clave.latent.space_folder import SpaceFolder, SpaceFormat, are_names, is_card, open_space
from clave.music.clip import Clip
from clave.music.kit import VOICES, Kit, Origin, Voice
from clave.music.kit import voice as voice_of
from clave.music.shapes import Float32, Int
from clave.sound import drum_synth as factory
from clave.sound.attribute_shift import Directions, Scale, amounts

SPECTRA: Mapping[str, type[Spectrum]] = {each.name: each for each in (DrumSpectrum, PaperSpectrum)}
"""By the name that a space gives to what it sees."""

DEVIATION_DRAWS = 64  # of a voice, for how far its details stray
STRAIGHT = 1e-2  # nepers: pictures nearer than that to a straight line lie on one

SHIPPED_SOUND = Path(__file__).parents[1] / "weights" / "sound"


@dataclass(frozen=True, eq=False)
class SoundMap:
    """The sounds of one voice that a space was learned from, as points of its map."""

    map: Float32[np.ndarray, "sound map"]
    sources: Sequence[str]  # [sound], the file each comes from
    heard: Float32[np.ndarray, "sound descriptor"] | None = None  # descriptors.measured; None in spaces without

    def __len__(self) -> int:
        return len(self.map)

    @property
    def brightness(self) -> Float32[np.ndarray, " sound"] | None:
        """Spectral centroids in Hz."""
        return None if self.heard is None else np.exp2(self.heard[:, 0])

    @property
    def decay(self) -> Float32[np.ndarray, " sound"] | None:
        """T30 in seconds."""
        return None if self.heard is None else np.exp2(self.heard[:, 1])

    @property
    def pitch(self) -> Float32[np.ndarray, " sound"] | None:
        """Pitches in Hz, NaN for sounds without."""
        return None if self.heard is None else np.exp2(self.heard[:, 2])

    @property
    def noisiness(self) -> Float32[np.ndarray, " sound"] | None:
        """In [0, 1]: 0 is a tone, 1 white noise."""
        return None if self.heard is None else self.heard[:, 3]

    def ranks(self, name: str) -> list[float]:
        """Where each sound stands among all of its voice, 0 lowest and 1 highest, for one of descriptors.NAMES.

        No pitch stands in the middle. The list is empty in a space without descriptors.
        """
        column = descriptors.NAMES.index(name)
        return [] if self.heard is None else descriptors.ranks(self.heard[:, column]).tolist()


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
        seen_as = settings.get("spectrum", DrumSpectrum.name)
        if seen_as not in SPECTRA:
            raise SpaceError(f"{folder / 'config.json'}: spectrum is one of {', '.join(SPECTRA)}, got {seen_as!r}")
        self.spectrum = SPECTRA[seen_as]()
        if list(settings["picture"]) != [self.spectrum.bands, self.spectrum.frames]:
            raise SpaceError(
                f"{folder / 'config.json'} is of pictures of {settings['picture']} cells; "
                f"this Clave makes sounds of {[self.spectrum.bands, self.spectrum.frames]}"
            )
        self._scales: dict[str, Scale] = {}
        self._deviations: dict[str, Float32[np.ndarray, " detail"]] = {}
        self._centre = np.array(settings["centre"], np.float32)  # voice x map: where its sounds lie in the networks
        self._spread = np.array(settings["spread"], np.float32)  # voice x map: and how widely
        picture, voice, point = (self.spectrum.bands, self.spectrum.frames), (len(VOICES),), (2,)
        detail = (self.detail_size,)
        self._encoder = session(folder / "encoder.onnx", picture=picture, voice=voice)
        seen = tuple(self._encoder.get_outputs()[-1].shape[1:])
        self._detail = session(folder / "detail.onnx", seen=seen, map=point, voice=voice)
        self._prior = session(folder / "prior.onnx", map=point, noise=detail, voice=voice)
        self._decoder = session(folder / "decoder.onnx", map=point, detail=detail, voice=voice)

    def encode(self, clips: Sequence[Clip], voice: Voice | str) -> Code:
        """Where these sounds lie on the voice's map, and their detail there; their level is not part of it.

        Raises SpaceError for silence.
        """
        which = self._voice(voice)
        if not clips:
            return Code(np.zeros((0, 2), np.float32), np.zeros((0, self.detail_size), np.float32))
        return self.place(np.stack([self._picture(index, clip) for index, clip in enumerate(clips)]), which)

    def place(self, picture: Float32[np.ndarray, "sound band frame"], voice: Voice | str) -> Code:
        """The same for sounds that are pictures already, of the space's own `spectrum`."""
        told = self._told(voice, len(picture))
        point, seen = run(self._encoder, picture=picture, voice=told)
        detail = run(self._detail, seen=seen, map=point, voice=told)[0]
        index = self._voice(voice).index
        return Code((point - self._centre[index]) / self._spread[index], detail)

    def decode(self, code: Code, voice: Voice | str) -> list[Clip]:
        """The sounds at these places: the pair of `encode`."""
        return [self._sound(picture) for picture in self.pictures(code, voice)]

    def pictures(self, code: Code, voice: Voice | str) -> Float32[np.ndarray, "sound band frame"]:
        """The log magnitudes at these places, before any phase."""
        which = self._voice(voice)
        if code.map.shape != (len(code), 2) or code.detail.shape != (len(code), self.detail_size):
            raise SpaceError(
                f"a code of this space is map [n, 2] and detail [n, {self.detail_size}], "
                f"got {list(code.map.shape)} and {list(code.detail.shape)}"
            )
        if not np.isfinite(code.detail).all():
            raise SpaceError("detail is made of finite numbers, got NaN or infinity")
        if not len(code):
            return np.zeros((0, self.spectrum.bands, self.spectrum.frames), np.float32)
        told = self._told(which, len(code))
        return run(self._decoder, map=self.inside(map_points(code.map), which), detail=code.detail, voice=told)[0]

    def at(
        self,
        points: ArrayLike,
        voice: Voice | str,
        variation: float = 0.0,
        seed: int = 0,
        shift: Mapping[str, float] | None = None,
    ) -> list[Clip]:
        """The sounds at these points of the voice's map, float [n, 2].

        `variation` in [0, 1] is how far the detail strays from what is expected at the point: 0 is the expectation,
        1 a draw from the prior. The same seed strays in the same direction everywhere, so that a journey with variation
        stays of one piece. `shift` is that of `shifted`.
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
        """What `at` decodes; with a detail of one's own, it strays from that instead of what is expected there."""
        where = map_points(points)
        check_share("variation", variation)
        direction = generator(seed).standard_normal(self.detail_size).astype(np.float32)
        expected, drawn = self._prior_at(where, np.tile(direction, (len(where), 1)), voice)
        own = expected if detail is None else detail
        if own.shape != expected.shape:
            raise SpaceError(f"the detail of this space is {list(expected.shape)} numbers, got {list(own.shape)}")
        code = Code(where, own + np.float32(variation) * (drawn - expected))
        return code if shift is None else self.shifted(code, voice, shift)

    def shifted(self, code: Code, voice: Voice | str, shift: Mapping[str, float]) -> Code:
        """The same sounds, but brighter, longer, higher or noisier (descriptors.NAMES): so many standard deviations.

        Deviations are those of the voice's sounds; towards the last of these a shift slows down, since beyond there are
        none of its kind. Points stay where they are; the detail moves, by as little as its prior allows. A voice whose
        sounds have no pitch is not moved in pitch. Raises SpaceError for other names, for what is no finite number, and
        in a space without directions.
        """
        which, wanted = self._voice(voice), amounts(shift)
        if not wanted.any() or not len(code):
            return code
        if self._directions is None:
            raise SpaceError(f"{self.folder} has no directions to shift sounds in")
        directions, scale = self._directions, self._scale(which)
        wanted = np.where(scale.moves, wanted, 0.0)
        if not wanted.any():
            return code
        deviation = self._deviation(which)
        moved = [directions.shifted(detail, wanted, scale, deviation) for detail in code.detail]
        return Code(code.map, np.stack(moved))

    def directions(self, voice: Voice | str) -> tuple[str, ...]:
        """In which of descriptors.NAMES `shifted` moves this voice.

        In none, where pictures are no straight line of the detail, are of another kind than DrumSpectrum's, or nobody
        has heard the sounds that the space was learned from.
        """
        which = self._voice(voice)
        if self._directions is None:
            return ()
        return tuple(name for name, moved in zip(descriptors.NAMES, self._scale(which).moves, strict=True) if moved)

    def sample(self, n: int, voice: Voice | str, seed: int = 0) -> list[Clip]:
        """`n` sounds of this voice drawn from the prior."""
        return self.decode(self.drawn(n, voice, seed), voice)

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
        usual = factory.kit()
        clips, origins = list(usual.clips), list(usual.origins)
        for voice in VOICES:
            if voice.name in self.voices:
                x, y = where[voice.name]
                sound = self.at([[x, y]], voice, variation=variation, seed=seed)[0]
                clips[voice.index] = factory.levelled(one_shot(sound), voice)
                origins[voice.index] = Origin(voice.name, "map", (float(x), float(y)))
        return Kit(tuple(clips), tuple(origins), name)

    def places(self, seed: int = 0) -> dict[str, tuple[float, float]]:
        """A point for each voice, drawn by the seed among the sounds that the space was learned from."""
        draws = generator(seed).random(len(VOICES))  # one for each, whatever was learned of the others
        made: dict[str, tuple[float, float]] = {}
        for name in self.voices:
            there = self.corpus(name).map
            x, y = there[int(draws[voice_of(name).index] * len(there))] if len(there) else (0.0, 0.0)
            made[name] = (float(x), float(y))
        return made

    def drawn(self, n: int, voice: Voice | str, seed: int = 0) -> Code:
        """Where `sample` draws its sounds."""
        if n < 0:
            raise SpaceError(f"a number of samples is at least 0, got {n}")
        rng = generator(seed)
        points = rng.standard_normal((n, 2)).astype(np.float32)
        noise = rng.standard_normal((n, self.detail_size)).astype(np.float32)
        return Code(points, self._prior_at(points, noise, voice)[1])

    def expected(self, points: ArrayLike, voice: Voice | str) -> Code:
        """These map points with the detail that is expected there."""
        where = map_points(points)
        return Code(where, self._prior_at(where, np.zeros((len(where), self.detail_size), np.float32), voice)[0])

    def corpus(self, voice: Voice | str) -> SoundMap:
        """The sounds of this voice that the space was learned from."""
        whole, index = self._corpus
        rows = index == voice_of(self._voice(voice)).index
        sources = [source for source, here in zip(whole.sources, rows, strict=True) if here]
        return SoundMap(whole.map[rows], sources, None if whole.heard is None else whole.heard[rows])

    @cached_property
    def licences(self) -> Mapping[str, str]:
        """The licence of each sound that the space was learned from, by its source; empty where nobody wrote them down.

        They stand in credits.csv, beside the card, in the columns path and licence.
        """
        path = self.folder / "credits.csv"
        if not path.is_file():
            return {}
        try:
            with path.open(newline="", encoding="utf-8") as file:
                return {row["path"]: row["licence"] for row in csv.DictReader(file)}
        except (OSError, ValueError, KeyError, csv.Error) as error:
            raise SpaceError(f"{path} is not a table with the columns path and licence: {error!r}") from error

    @cached_property
    def _corpus(self) -> tuple[SoundMap, Int[np.ndarray, " sound"]]:
        """The sounds of all voices, and the voice of each."""
        path = self.folder / "corpus.npz"
        try:
            with np.load(path, allow_pickle=False) as file:
                sources = [str(name) for name in file["sources"]]
                points, index = file["map"].astype(np.float32), file["voice"].astype(np.int64)
                heard = file["heard"].astype(np.float32) if "heard" in file else None
        except (OSError, ValueError, KeyError, BadZipFile) as error:
            raise SpaceError(f"{path} is not a corpus map: {error}") from error
        if points.shape != (len(sources), 2) or index.shape != (len(sources),):
            raise SpaceError(f"{path} is not a corpus map: {len(sources)} sources, {list(points.shape)} points")
        if heard is not None and heard.shape != (len(sources), len(descriptors.NAMES)):
            raise SpaceError(f"{path} is not a corpus map: {len(sources)} sources, descriptors {list(heard.shape)}")
        return SoundMap(points, sources, heard), index

    @cached_property
    def _directions(self) -> Directions | None:
        """What the detail does to pictures, if that is the same wherever one is."""
        if not isinstance(self.spectrum, DrumSpectrum) or self._corpus[0].heard is None:
            return None
        size, first = self.detail_size, self.voices[0]
        units = np.concatenate([np.zeros((1, size)), np.eye(size)]).astype(np.float32)
        usual, *ends = self.pictures(Code(np.zeros((size + 1, 2), np.float32), units), first)
        directions = Directions(Eye(self.spectrum), usual, np.stack(ends) - usual)
        rng = generator(0)
        any_code = Code(*(rng.standard_normal((2, each)).astype(np.float32) for each in (2, size)), meters=())
        for name in self.voices:
            if not np.allclose(directions.pictures(any_code.detail), self.pictures(any_code, name), atol=STRAIGHT):
                return None
        return directions

    def _scale(self, voice: Voice) -> Scale:
        """What shifts of this voice are told in."""
        if voice.name not in self._scales:
            heard = self.corpus(voice).heard
            assert heard is not None, "there are directions only where there are descriptors"
            self._scales[voice.name] = Scale.of(heard)
        return self._scales[voice.name]

    def _deviation(self, voice: Voice) -> Float32[np.ndarray, " detail"]:
        """How far the details of this voice stray from what is expected at their points."""
        if voice.name not in self._deviations:
            drawn = self.drawn(DEVIATION_DRAWS, voice)
            strays = drawn.detail - self.expected(drawn.map, voice).detail
            self._deviations[voice.name] = strays.std(axis=0)
        return self._deviations[voice.name]

    def _voice(self, voice: Voice | str) -> Voice:
        which = voice_of(voice)
        if which.name not in self.voices:
            raise SpaceError(f"this space has not learned {which.name!r}; its voices are: {', '.join(self.voices)}")
        return which

    def _told(self, voice: Voice | str, count: int) -> Float32[np.ndarray, "sound voice"]:
        told = np.zeros((count, len(VOICES)), np.float32)
        told[:, self._voice(voice).index] = 1
        return told

    def inside(self, points: Float32[np.ndarray, "sound map"], voice: Voice | str) -> Float32[np.ndarray, "sound map"]:
        """Map points as the networks know them: there, the sounds of a voice need not lie around the centre."""
        index = self._voice(voice).index
        return self._centre[index] + self._spread[index] * points

    def _prior_at(
        self,
        points: Float32[np.ndarray, "sound map"],
        noise: Float32[np.ndarray, "sound detail"],
        voice: Voice | str,
    ) -> tuple[Float32[np.ndarray, "sound detail"], Float32[np.ndarray, "sound detail"]]:
        """The detail that is expected at these points, and the one that normal noise becomes: a draw."""
        if not len(points):
            return noise, noise
        told = self._told(voice, len(points))
        expected, drawn = run(self._prior, map=self.inside(points, voice), noise=noise, voice=told)
        return expected, drawn

    def _picture(self, index: int, clip: Clip) -> Float32[np.ndarray, "band frame"]:
        try:
            return self.spectrum.forward(clip)
        except TransformError as error:
            raise SpaceError(f"clip {index} has no place on the map: {error}") from error

    def _sound(self, picture: Float32[np.ndarray, "band frame"]) -> Clip:
        try:
            return self.spectrum.estimate(picture)
        except TransformError as error:
            raise SpaceError(f"the space has no sound there: {error}") from error


def load_sound(path: str | Path | None = None) -> SoundSpace:
    """The sound space in this folder, or the shipped one.

    Raises SpaceError, with the reason, for a folder that is not a whole space of this version.
    """
    return SoundSpace(open_space(SHIPPED_SOUND if path is None else Path(path), SOUND_FORMAT))


def write_corpus(
    folder: Path,
    points: Float32[np.ndarray, "sound map"],
    voice: Int[np.ndarray, " sound"],
    sources: Sequence[str],
    heard: Float32[np.ndarray, "sound descriptor"] | None = None,
) -> None:
    """corpus.npz of a sound space: a point, a voice, the name of a file and descriptors for each sound."""
    columns: dict[str, np.ndarray] = {
        "map": points.astype(np.float16), "voice": voice.astype(np.int8), "sources": np.array(sources, np.str_),
    }  # fmt: skip
    if heard is not None:
        columns["heard"] = heard.astype(np.float16)
    np.savez_compressed(folder / "corpus.npz", allow_pickle=False, **columns)


def _are_points(value: Any) -> bool:
    try:
        points = np.array(value, np.float64)
    except (TypeError, ValueError):
        return False
    return points.shape == (len(VOICES), 2) and bool(np.isfinite(points).all())


SOUND_FORMAT = SpaceFormat(
    "sound",
    {
        "voices": ("a list of names", are_names),
        "detail_size": ("a whole number of at least 1", lambda value: type(value) is int and value >= 1),
        "picture": ("two whole numbers", lambda value: isinstance(value, list) and all(type(n) is int for n in value)),
        "centre": ("a finite point for each of eight voices", lambda value: _are_points(value)),
        "spread": (
            "two numbers above 0 for each of eight voices",
            lambda value: _are_points(value) and bool((np.array(value) > 0).all()),
        ),
        "card": ("a name, a licence and a credit", is_card),
    },
)
"""The settings of a sound space, each with its rule."""
