"""What a data set of one-shots is: sounds as log spectrograms, column by column, with where they come from."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from clave.audio import descriptors
from clave.errors import CorpusError
from clave.files import whole_file
from clave.files.array_file import arrays_of
from clave.files.columns import check_places, check_same_length, texts
from clave.files.json_file import MAX_BYTES, read_json
from clave.music.kit import VOICES
from clave.music.shapes import Bool, Float32, Int

Progress = Callable[[int, int], None]
"""Called with the number of files done and of all files."""


@dataclass(frozen=True)
class SoundReport:
    """What a folder contains, and what became of it."""

    folder: str
    files: int  # found
    refused: Mapping[str, str]  # file -> reason
    sounds: int  # kept
    copies: int  # of those refused: the same samples as an earlier one
    groups: int  # of kits that share a sound; a split keeps them together
    voices_from: str  # where voices were found
    guessed: Mapping[str, Mapping[str, Any]]  # file -> voice and confidence, where the classifier decided
    voices: Mapping[str, int]  # voice -> sounds
    remarks: Mapping[str, int]  # remark of the reader -> files
    left_out: Mapping[str, int] = field(default_factory=dict[str, int])  # reason -> files that were not looked into

    def to_dict(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class SoundCorpus:
    """One-shots as log spectrograms (log_spectrogram.Spectrogram) with where they come from, column by column."""

    log_spectrogram: Float32[np.ndarray, "sound band frame"]
    voice: Int[np.ndarray, " sound"]  # index into VOICES
    gain: Float32[np.ndarray, " sound"]  # peak of the file; log spectrograms are of normalised sounds
    source: Int[np.ndarray, " sound"]  # index into sources
    variant: Int[np.ndarray, " sound"]  # 0 is the sound itself, others are played faster or slower
    kit: Int[np.ndarray, " sound"]  # index into kits
    group: Int[np.ndarray, " sound"]  # the same for kits that share a sound
    descriptors: Float32[np.ndarray, "sound descriptor"]  # of the sound itself (describe_all), also for its variants
    sources: tuple[str, ...]  # files, as paths below the folder
    kits: tuple[str, ...]
    licences: tuple[str, ...]  # of each source, "" where unknown
    credits: tuple[str, ...]  # whom to credit for each source, "" where unknown
    hashes: tuple[str, ...]  # SHA-256 of each source's file, "" for the factory's drums
    report: SoundReport

    def __len__(self) -> int:
        return len(self.voice)

    def subset(self, chosen: Bool[np.ndarray, " sound"] | Int[np.ndarray, " chosen"]) -> "SoundCorpus":
        """Some of the sounds, by mask or by index; names and report stay those of the whole."""
        return replace(self, **{name: getattr(self, name)[chosen] for name in _COLUMNS})

    def themselves(self) -> "SoundCorpus":
        """The sounds without their variants."""
        return self.subset(self.variant == 0)

    def save(self, folder: str | Path) -> None:
        """Write `sounds.npz` (all of it, for `load`) and `report.json`."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        content: dict[str, Any] = {name: getattr(self, name) for name in _COLUMNS}
        content |= {name: np.array(getattr(self, name), np.str_) for name in _NAMES}
        content["log_spectrogram"] = self.log_spectrogram.astype(np.float16)
        with whole_file.writing(folder / "sounds.npz") as file:
            np.savez(file, **content)
        whole_file.write(folder / "report.json", (json.dumps(self.report.to_dict(), indent=2) + "\n").encode())

    @classmethod
    def load(cls, folder: str | Path) -> "SoundCorpus":
        """What `save` wrote, by this version or an earlier one. Raises CorpusError if it is missing or incomplete."""
        folder = Path(folder)
        try:
            report = read_json(folder / "report.json", most_bytes=10 * MAX_BYTES)
            with arrays_of(folder / "sounds.npz", most_bytes=None) as file:
                names = {name: old if name not in file and old in file else name for name, old in _OLD_NAMES.items()}
                content: dict[str, Any] = {name: file[names.get(name, name)] for name in _COLUMNS if name in _REQUIRED}
                unknown = np.full((len(content["voice"]), len(descriptors.NAMES)), np.nan, np.float32)
                content["descriptors"] = file.get(names["descriptors"], unknown)
                content["log_spectrogram"] = content["log_spectrogram"].astype(np.float32)
                content |= {name: texts(file[name]) for name in _NAMES}
                _check(content)
                return cls(**content, report=SoundReport(**report))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise CorpusError(f"{folder} holds no sounds: {error}") from error


_COLUMNS = ("log_spectrogram", "voice", "gain", "source", "variant", "kit", "group", "descriptors")
_REQUIRED = frozenset(_COLUMNS) - {"descriptors"}  # the first files had none
_OLD_NAMES = {"log_spectrogram": "picture", "descriptors": "heard"}  # of columns, up to version 0.1.0
_NAMES = ("sources", "kits", "licences", "credits", "hashes")


def _check(content: Mapping[str, Any]) -> None:
    """ValueError for a sound of a voice, source or kit that there is none of, or with numbers that are not finite."""
    rows, features, size = len(content["voice"]), content["log_spectrogram"], len(descriptors.NAMES)
    if features.ndim != 3 or len(features) != rows or not np.isfinite(features).all():
        raise ValueError(f"log spectrograms are finite numbers of {rows} sounds, got {list(features.shape)}")
    ends = {
        "voice": (0, len(VOICES)), "source": (0, len(content["sources"])), "kit": (0, len(content["kits"])),
        "variant": (0, None), "group": (0, None),
    }  # fmt: skip
    check_places(content, ends, rows)
    gain, described = content["gain"], content["descriptors"]
    if gain.shape != (rows,) or not np.isfinite(gain).all():
        raise ValueError(f"gain is a finite number of each of {rows} sounds, got {list(gain.shape)}")
    if described.shape != (rows, size):
        raise ValueError(f"descriptors are {size} of {rows} sounds, got {list(described.shape)}")
    check_same_length({name: content[name] for name in ("sources", "licences", "credits", "hashes")})


def joined(one: SoundCorpus, other: SoundCorpus) -> SoundCorpus:
    """Both together, as if from one folder; the report is that of the first."""
    shift = {"source": len(one.sources), "kit": len(one.kits), "group": int(one.group.max(initial=-1)) + 1}
    content: dict[str, Any] = {
        name: np.concatenate([getattr(one, name), getattr(other, name) + shift.get(name, 0)])
        if name in shift
        else np.concatenate([getattr(one, name), getattr(other, name)])
        for name in _COLUMNS
    }
    content |= {name: getattr(one, name) + getattr(other, name) for name in _NAMES}
    return SoundCorpus(**content, report=one.report)
