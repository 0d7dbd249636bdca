"""Sounds that are like a sound: an index of details, the principal components of log spectrograms in a sound space.

The vectors are made by a space, so that an index belongs to it: another space's is refused. Each sound keeps its code,
which the space decodes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from clave.audio.log_spectrogram import Spectrogram
from clave.errors import SpaceError
from clave.latent.code import Code
from clave.latent.index_folder import (
    Batch,
    Column,
    Index,
    Names,
    check_columns,
    check_made_by,
    index_in_memory,
    open_index,
    place_in,
    reading_row,
    write_index,
)
from clave.latent.nearest import MAX_EXACT
from clave.latent.space_folder import folder_hash
from clave.music.clip import Clip
from clave.music.kit import VOICES, Voice
from clave.music.shapes import Float32

if TYPE_CHECKING:
    from clave.sound.dataset.data_set import SoundCorpus

KIND = "sounds"
FOLDER = "similar"  # in the folder of a space
RUN_FILE = "sounds.npz"  # of a run: SoundCorpus.save
SOUNDS_AT_ONCE = 500
MAX_FOUND = 1_000  # sounds of one search
FACTORY_DRUMS = 30  # of each voice, where a space keeps no sounds


@runtime_checkable
class SoundCoder(Protocol):
    """What an index asks of a sound space."""

    folder: Path
    detail_size: int
    drawn_size: int
    spectrogram: Spectrogram

    def encode(self, clips: Sequence[Clip], voice: Voice | str) -> Code:
        """The codes of these sounds."""
        ...

    def encode_log_spectrograms(
        self, log_spectrogram: Float32[np.ndarray, "sound band frame"], voice: Voice | str
    ) -> Code:
        """The same from log spectrograms."""
        ...


@dataclass(frozen=True, eq=False)
class SimilarSound:
    """A sound that was found, with where it comes from."""

    row: int  # in the index
    distance: float  # of the details; 0 is the same sound
    source: str  # file
    licence: str  # of the source; "" where nobody said
    voice: Voice
    code: Code  # of the one sound: `sound.decode(found.code, found.voice)`


class SoundIndex:
    """An index of sounds, opened by the space whose codes it keeps."""

    def __init__(self, index: Index, space: SoundCoder) -> None:
        check_made_by(index, made_by(space), "this sound space")
        row: Mapping[str, Column] = {"point": ("f", (2,)), "detail": ("f", (space.drawn_size,))}
        check_columns(index, {"source": ("i", ()), "voice": ("i", ())} | row, ("sources", "licences"))
        self._index, self._space = index, space

    def __len__(self) -> int:
        return len(self._index)

    def similar(self, clip: Clip, voice: Voice, n: int = 10) -> list[SimilarSound]:
        """The `n` sounds of the voice that are most like this one, the nearest first, each source once.

        Raises SpaceError for silence, and for a number outside [1, 1000].
        """
        return self.similar_to(self._space.encode([clip], voice), voice, n)

    def similar_to(self, code: Code, voice: Voice, n: int = 10) -> list[SimilarSound]:
        """The same for the code of a sound."""
        if not 1 <= n <= MAX_FOUND:
            raise SpaceError(f"a search finds 1 to {MAX_FOUND} sounds, got {n}")
        query = self._index.projection(code.detail[:, : self._space.drawn_size])
        tried, of_voice = n * len(VOICES), self._index.columns["voice"]
        while True:
            rows, distances = self._index.search.nearest(query, tried)
            there = rows[0] >= 0
            near, away = rows[0][there], distances[0][there]
            mine = of_voice[near] == voice.index
            if mine.sum() >= n or len(near) == len(self) or not there.all():
                return [
                    self._found(int(row), float(far)) for row, far in zip(near[mine][:n], away[mine][:n], strict=True)
                ]
            tried *= 4

    def _found(self, row: int, distance: float) -> SimilarSound:
        columns, names = self._index.columns, self._index.names
        detail = np.zeros((1, self._space.detail_size), np.float32)
        detail[:, : self._space.drawn_size] = columns["detail"][row]
        source, point = int(columns["source"][row]), columns["point"][[row]].astype(np.float32)
        with reading_row(self._index, row):
            if not (np.isfinite(point).all() and np.isfinite(detail).all()):
                raise ValueError("a code that is not finite")
            return SimilarSound(
                row, distance, place_in(names["sources"], source), place_in(names["licences"], source),
                VOICES[int(columns["voice"][row])], Code(point, detail),
            )  # fmt: skip


def made_by(space: SoundCoder) -> str:
    """How an index names the space whose codes it keeps."""
    return f"sound space {folder_hash(space.folder)}"


def open_sound_index(folder: str | Path, space: SoundCoder) -> SoundIndex:
    """An index of sounds in a folder; SpaceError for what is none, or belongs to another space."""
    return SoundIndex(open_index(folder, KIND), space)


def open_space_sounds(space: SoundCoder) -> SoundIndex:
    """The index of the sounds that a space was learned from: part of its folder, or made of the sounds of its run.

    A folder that holds neither, such as the one that ships, has drums of our own synthesizer to search in.
    """
    from clave.sound.dataset import made
    from clave.sound.dataset.data_set import SoundCorpus

    if (space.folder / FOLDER).is_dir():
        return open_sound_index(space.folder / FOLDER, space)
    is_run = (space.folder / RUN_FILE).is_file()
    corpus = SoundCorpus.load(space.folder) if is_run else made(FACTORY_DRUMS, spectrogram=space.spectrogram)
    own = corpus.themselves()
    return SoundIndex(index_in_memory(made_by(space), batches_of(space, own), names_of(own)), space)


def write_sound_index(folder: str | Path, space: SoundCoder, corpus: "SoundCorpus", max_exact: int = MAX_EXACT) -> int:
    """Write an index of these sounds without their variants, and say how many they are."""
    sounds = corpus.themselves()
    return write_index(folder, KIND, made_by(space), batches_of(space, sounds), names_of(sounds), max_exact)


def names_of(corpus: "SoundCorpus") -> Names:
    """The names that columns of an index of these sounds point into."""
    return {"sources": corpus.sources, "licences": corpus.licences}


def batches_of(space: SoundCoder, corpus: "SoundCorpus") -> Iterator[Batch]:
    """The sounds with their codes, some hundred of a voice at a time."""
    for voice in VOICES:
        rows = np.flatnonzero(corpus.voice == voice.index)
        for at in range(0, len(rows), SOUNDS_AT_ONCE):
            some = rows[at : at + SOUNDS_AT_ONCE]
            code = space.encode_log_spectrograms(corpus.log_spectrogram[some], voice)
            detail = code.detail[:, : space.drawn_size]
            columns = {
                "source": corpus.source[some].astype(np.int32), "voice": np.full(len(some), voice.index, np.int8),
                "point": code.map.astype(np.float16), "detail": detail.astype(np.float16),
            }  # fmt: skip
            yield Batch(detail, columns)
