"""The sounds that a sound space was learned from: points of its maps, descriptors and licences."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from clave.audio import descriptors
from clave.errors import SpaceError
from clave.files import whole_file
from clave.files.array_file import arrays_of
from clave.music.kit import VOICES
from clave.music.shapes import Float32, Float64, Int
from clave.sound.shared_sounds import shares

CORPUS_FILE, CREDITS_FILE = "corpus.npz", "credits.csv"


@dataclass(frozen=True, eq=False)
class SoundMap:
    """The sounds of one voice that a space was learned from, as points of its map."""

    map: Float32[np.ndarray, "sound map"]
    sources: Sequence[str]  # [sound], the file each comes from
    descriptors: Float32[np.ndarray, "sound descriptor"] | None = None  # describe_all; None in spaces without

    def __len__(self) -> int:
        return len(self.map)

    def __repr__(self) -> str:
        described = "" if self.descriptors is None else ", described"
        return f"SoundMap({len(self):,} sounds{described})"

    @property
    def brightness(self) -> Float32[np.ndarray, " sound"] | None:
        """Spectral centroids in Hz."""
        return None if self.descriptors is None else np.exp2(self.descriptors[:, 0])

    @property
    def decay(self) -> Float32[np.ndarray, " sound"] | None:
        """T30 in seconds."""
        return None if self.descriptors is None else np.exp2(self.descriptors[:, 1])

    @property
    def pitch(self) -> Float32[np.ndarray, " sound"] | None:
        """Pitches in Hz, NaN for sounds without."""
        return None if self.descriptors is None else np.exp2(self.descriptors[:, 2])

    @property
    def noisiness(self) -> Float32[np.ndarray, " sound"] | None:
        """In [0, 1]: 0 is a tone, 1 white noise."""
        return None if self.descriptors is None else self.descriptors[:, 3]

    @cached_property
    def shares(self) -> Float64[np.ndarray, " sound"]:
        """What each sound counts, if a recording that several kits share counts once."""
        assert self.descriptors is not None, "recordings are compared where sounds are described"
        return shares(self.descriptors)

    def ranks(self, name: str) -> list[float]:
        """The rank of each sound among all of its voice in one of descriptors.NAMES: 0 lowest, 1 highest.

        A sound without a pitch has 0.5. The list is empty in a space without descriptors.
        """
        column = descriptors.NAMES.index(name)
        return [] if self.descriptors is None else descriptors.ranks(self.descriptors[:, column]).tolist()


@dataclass(frozen=True, eq=False)
class CorpusMap:
    """The sounds of all voices, column by column."""

    all_voices: SoundMap
    voice: Int[np.ndarray, " sound"]  # index into VOICES

    def of(self, voice: int) -> SoundMap:
        """The sounds of the voice with this index."""
        rows = self.voice == voice
        whole = self.all_voices
        sources = [source for source, here in zip(whole.sources, rows, strict=True) if here]
        return SoundMap(whole.map[rows], sources, None if whole.descriptors is None else whole.descriptors[rows])


def write_corpus(
    folder: Path,
    points: Float32[np.ndarray, "sound map"],
    voice: Int[np.ndarray, " sound"],
    sources: Sequence[str],
    descriptors: Float32[np.ndarray, "sound descriptor"] | None = None,
) -> None:
    """corpus.npz of a sound space: a point, a voice, the name of a file and descriptors for each sound."""
    columns: dict[str, np.ndarray] = {
        "map": points.astype(np.float16), "voice": voice.astype(np.int8), "sources": np.array(sources, np.str_),
    }  # fmt: skip
    if descriptors is not None:
        columns["descriptors"] = descriptors.astype(np.float16)
    with whole_file.writing(folder / CORPUS_FILE) as file:
        np.savez_compressed(file, allow_pickle=False, **columns)


def read_corpus(folder: Path) -> CorpusMap:
    """The pair of `write_corpus`; SpaceError for a file that is missing, broken or has columns of other sizes."""
    path = folder / CORPUS_FILE
    try:
        with arrays_of(path) as file:
            sources = [str(name) for name in file["sources"]]
            points, voice = file["map"].astype(np.float32), file["voice"].astype(np.int64)
            column = next((name for name in ("descriptors", "heard") if name in file), None)  # "heard" in version 1
            described = None if column is None else file[column].astype(np.float32)
    except (OSError, ValueError) as error:
        raise SpaceError(f"{path} is not a corpus map: {error}") from error
    if points.shape != (len(sources), 2) or voice.shape != (len(sources),):
        raise SpaceError(f"{path} is not a corpus map: {len(sources)} sources, {list(points.shape)} points")
    if not np.isfinite(points).all() or voice.min(initial=0) < 0 or voice.max(initial=0) >= len(VOICES):
        raise SpaceError(f"{path} is not a corpus map: points are finite, and voices are 0 to {len(VOICES) - 1}")
    if described is not None and described.shape != (len(sources), len(descriptors.NAMES)):
        raise SpaceError(f"{path} is not a corpus map: {len(sources)} sources, descriptors {list(described.shape)}")
    return CorpusMap(SoundMap(points, sources, described), voice)


def read_licences(folder: Path) -> Mapping[str, str]:
    """The licence of each sound by its source, from the columns path and licence of credits.csv; empty without one.

    Raises SpaceError for a file that is no such table.
    """
    return _credits_column(folder, "licence")


def read_kits(folder: Path) -> Mapping[str, str]:
    """The kit of each sound by its source, in the same way."""
    return _credits_column(folder, "kit")


def _credits_column(folder: Path, column: str) -> Mapping[str, str]:
    path = folder / CREDITS_FILE
    if not path.is_file():
        return {}
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return {row["path"]: row[column] for row in csv.DictReader(file)}
    except (OSError, ValueError, KeyError, csv.Error) as error:
        raise SpaceError(f"{path} is not a table with the columns path and {column}: {error!r}") from error
