"""Indices of bars and sounds as `clave corpus index` saves them, and corpora as `clave corpus build` does."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar

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
from fuzzing.mutations import mutated_bytes, mutated_json

if TYPE_CHECKING:
    from clave.music.clip import Clip

BARS, SOUNDS, ENOUGH = 40, 32, 5


class BarIndexDoor(FolderDoor):
    """An index of bars, searched by comparing all."""

    name, weight = "bar-index", 0.5
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

    name, weight = "faiss", 0.5
    max_exact = 10

    def case(self, random: Random) -> bytes:
        """Half of the time a change of the file of FAISS."""
        if random.random() < 0.5:
            self._names = ["vectors.faiss"]
        else:
            self._names = sorted(self._contents)
        return super().case(random)


class CorpusDoor(FolderDoor):
    """A built corpus: its index, and the Parquet files of its parts."""

    heavy = True  # pyarrow takes a while to begin
    unread = ()

    def __init__(self) -> None:
        self.source = Path(tempfile.mkdtemp()) / "corpus"
        self.build(Path(tempfile.mkdtemp()))
        super().__init__()
        self._tables = [name for name in self._names if name.endswith(".parquet")]

    def build(self, files: Path) -> None:
        """Build it of some files in this folder."""

    def case(self, random: Random) -> bytes:
        """A file of it changed, mostly in its values: then it is whole, and says what no build would."""
        if random.random() < 0.2:
            return super().case(random)
        name = random.choice(self._tables)
        return name.encode() + b"\n" + _parquet(self._contents[name], random)


class BarsDoor(CorpusDoor):
    """A built corpus of bars."""

    name, weight = "corpus-bars", 0.3

    def build(self, files: Path) -> None:
        """Two MIDI files."""
        from clave import midi
        from clave.rhythm import dataset

        rng = np.random.default_rng(0)
        for name in ("one-funk.mid", "two.mid"):
            midi.write(files / name, [_bar(rng) for _ in range(4)])
        dataset.build(files, self.source)

    def play(self) -> None:
        """All its bars, as an index reads them and as learning does."""
        from clave.rhythm import dataset
        from clave.rhythm.bar_index import batches_of_stream
        from clave.rhythm.dataset.built import stream_corpus

        corpus = dataset.open_corpus(self.folder)
        check_finite(corpus.velocity, corpus.offset)
        for batch in batches_of_stream(stream_corpus(self.folder)):
            check_finite(batch.vectors)


class SoundsDoor(CorpusDoor):
    """A built corpus of one-shots."""

    name, weight = "corpus-sounds", 0.1

    def build(self, files: Path) -> None:
        """Three sounds."""
        import soundfile

        from clave.sound import dataset

        rng = np.random.default_rng(0)
        for name in ("kick", "snare", "tom"):
            sound = rng.standard_normal(4000) * np.exp(-np.arange(4000) / 500) / 4
            soundfile.write(files / f"{name}.wav", sound, 44_100)
        dataset.build(files, self.source, variants=1)

    def play(self) -> None:
        """All its sounds, as they are stored and made anew."""
        from clave.sound import dataset

        dataset.count(self.folder)
        for variants in (0, 2):
            check_finite(dataset.open_corpus(self.folder, variants=variants).log_spectrogram)


def _parquet(content: bytes, random: Random) -> bytes:
    """The table with a column left out, of another type, shorter, repeated, or with other values."""
    import pyarrow
    from pyarrow import parquet

    from clave.files.sharded.building import to_parquet

    table: Any = parquet.read_table(pyarrow.BufferReader(content))
    at = random.randrange(table.num_columns)
    name, values = table.column_names[at], table.column(at).to_pylist()
    match random.randrange(6):
        case 0:
            return to_parquet(table.drop_columns([name]))
        case 1:
            return to_parquet(table.slice(0, random.randrange(table.num_rows + 1)))
        case 2:
            return to_parquet(pyarrow.concat_tables([table] * random.choice((2, 50))))
        case 3:
            other = pyarrow.array([random.choice(("a", "9", "")) for _ in values])
            return to_parquet(table.set_column(at, name, other))
        case _:
            changed = [mutated_json(each, random) if random.random() < 0.5 else each for each in values]
            if all(isinstance(each, bytes) for each in values) and values:
                changed = [mutated_bytes(each, random) for each in values]
            try:
                return to_parquet(table.set_column(at, name, pyarrow.array(changed, table.schema.field(at).type)))
            except (pyarrow.ArrowException, OverflowError, TypeError, UnicodeError):
                return to_parquet(table.set_column(at, name, pyarrow.nulls(len(values), table.schema.field(at).type)))


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

    name, weight = "sound-index", 0.2

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
