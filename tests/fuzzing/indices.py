"""Indices of bars and sounds as `clave corpus index` saves them, and corpora as `clave corpus build` does."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from clave.audio.log_spectrogram import DrumSpectrogram
from clave.latent.code import Code
from clave.latent.index_folder import Batch, write_index
from clave.music.kit import VOICES, Voice
from clave.music.pattern import Pattern
from clave.music.shapes import Float32
from clave.rhythm.bar_index import batch_of, open_bar_index, write_bar_index
from clave.sound import sound_index
from clave.sound.sound_index import made_by, open_sound_index
from fuzzing.models import FolderDoor, check_finite

if TYPE_CHECKING:
    from clave.music.clip import Clip

BARS, SOUNDS, ENOUGH = 40, 32, 5


class BarIndexDoor(FolderDoor):
    """An index of bars, searched by comparing all."""

    name, weight = "bar-index", 1.0
    max_exact: ClassVar[int] = 1000

    def __init__(self) -> None:
        self.source = Path(tempfile.mkdtemp()) / "index"
        rng = np.random.default_rng(0)
        self._bars = [_bar(rng) for _ in range(BARS)]
        columns = {
            "source": np.arange(BARS) % 3, "number": np.arange(BARS), "style": np.arange(BARS) % 2,
            "section": np.zeros(BARS),
        }  # fmt: skip
        names = {"sources": ["a", "b", "c"], "styles": ["funk", "rock"], "sections": ["beat"], "licences": ["", "", ""]}
        write_bar_index(self.source, [batch_of(self._bars, columns)], names, self.max_exact)
        super().__init__()

    def play(self) -> None:
        """Bars that are like some bars."""
        index = open_bar_index(self.folder)
        for found in index.similar(self._bars[:3], ENOUGH):
            check_finite([each.distance for each in found], *(each.pattern.velocity for each in found))


class FaissDoor(BarIndexDoor):
    """An index of bars with a file of FAISS."""

    name, weight = "faiss", 1.0
    max_exact = 10

    def case(self, random: Random) -> bytes:
        """Half of the time a change of the file of FAISS."""
        if random.random() < 0.5:
            self._names = ["vectors.faiss"]
        else:
            self._names = sorted(self._contents)
        return super().case(random)


class ToySpace:
    """What an index asks of a sound space."""

    folder = Path("/nowhere")
    detail_size, drawn_size = 6, 4
    spectrogram = DrumSpectrogram()

    def encode(self, clips: Sequence["Clip"], voice: Voice | str) -> Code:  # noqa: ARG002 -- of a Protocol
        """The same place for each."""
        return Code(np.zeros((len(clips), 2), np.float32), np.ones((len(clips), self.detail_size), np.float32))

    def encode_log_spectrograms(
        self, log_spectrogram: Float32[np.ndarray, "sound band frame"], voice: Voice | str
    ) -> Code:
        """Not wanted here."""
        raise NotImplementedError


class SoundIndexDoor(FolderDoor):
    """An index of sounds."""

    name, weight = "sound-index", 0.5

    def __init__(self) -> None:
        self.source = Path(tempfile.mkdtemp()) / "index"
        self._space, rng = ToySpace(), np.random.default_rng(0)
        detail = rng.standard_normal((SOUNDS, self._space.drawn_size)).astype(np.float32)
        columns = {
            "source": np.arange(SOUNDS, dtype=np.int32), "voice": (np.arange(SOUNDS) % 8).astype(np.int8),
            "point": rng.standard_normal((SOUNDS, 2)).astype(np.float16), "detail": detail.astype(np.float16),
        }  # fmt: skip
        names = {"sources": [str(each) for each in range(SOUNDS)], "licences": ["CC0"] * SOUNDS}
        write_index(self.source, sound_index.KIND, made_by(self._space), [Batch(detail, columns)], names)
        super().__init__()

    def play(self) -> None:
        """Sounds that are like a sound."""
        index = open_sound_index(self.folder, self._space)
        for found in index.similar_to(self._space.encode([None], "kick"), VOICES[0], ENOUGH):  # pyright: ignore
            check_finite(found.distance, found.code.map, found.code.detail)


def _bar(rng: np.random.Generator) -> Pattern:
    hits = rng.random((len(VOICES), 64)) < 0.1
    hits[0, 0] = True
    return Pattern.from_hits(hits, offset=np.where(hits, rng.uniform(-1, 1, hits.shape), 0).astype(np.float32))
