"""One-shots as Parquet, and back: each as FLAC with its log spectrograms, and what reading it found."""

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, ClassVar, NamedTuple

import numpy as np
import soundfile

from clave.errors import AudioFileError, TransformError, printable
from clave.files import audio_file
from clave.files.sharded.building import Maker, Table
from clave.files.sharded.code_version import code_version
from clave.files.sharded.place import Content
from clave.latent.space_folder import folder_hash
from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.kit import VOICES
from clave.music.shapes import Float32
from clave.sound import voice_classifier
from clave.sound.dataset.analysis import AnalysedSound, analyse_one_shot
from clave.sound.dataset.copies import outlines
from clave.sound.dataset.scanning import DRUM_SPECTROGRAM

READS = (
    "clave.files.audio_file", "clave.music.clip", "clave.audio.log_spectrogram", "clave.audio.cell_grid",
    "clave.audio.stft", "clave.audio.descriptors", "clave.sound.voice_classifier", "clave.sound.dataset.analysis",
    "clave.sound.dataset.copies", __name__,
)  # fmt: skip
"""The code on whose rules the features of a sound depend: where it changes, files are read again."""

VARIANTS = 2  # of each sound, as `clave learn sound` wants them
FULL_SCALE = 2**23  # of FLAC's 24 bits
SOUNDS_AT_ONCE = 32  # whose voices are guessed together


class SoundFacts(NamedTuple):
    """What reading a file found, without its sound: small enough to keep of every file."""

    refusal: str | None  # why it is no sound to learn from, whatever its voice
    hash: str  # SHA-256 of the file
    gain: float
    descriptors: tuple[float, ...]
    sketch: bytes  # 32-bit floats, as all numbers that are bytes here
    outline: bytes
    remarks: tuple[str, ...]
    guess: int  # voice by index
    confidence: float
    sure: bool


class _Row(NamedTuple):
    clip: Clip
    sound: AnalysedSound


@dataclass(frozen=True)
class SoundMaker(Maker):
    """Sound files to a row a file and a row a sound."""

    variants: int = VARIANTS
    usual_files: ClassVar[int] = 64  # shards of some 8 MB

    def settings(self) -> dict[str, Any]:
        """The kind and number of log spectrograms, and the version of the code that makes them."""
        code = code_version(READS, ("soundfile", "soxr"))
        return {
            "code": code, "voices": _voices(), "spectrogram": DRUM_SPECTROGRAM.name, "variants": self.variants,
        }  # fmt: skip

    def make(self, names: Sequence[str], contents: Iterator[Content]) -> tuple[Table, Table]:
        """The tables of these files, which are read one at a time."""
        import pyarrow

        shown = [printable(name) for name in names]
        facts = list[SoundFacts]()
        rows: dict[str, list[Any]] = {name: [] for name in ("place", "file", "seconds", "level", "flac", *_FEATURES)}
        pairs = zip(shown, contents, strict=True)
        while some := list(islice(pairs, SOUNDS_AT_ONCE)):
            read = [_read(name, content, self.variants) for name, content in some]
            guesses = iter(voice_classifier.guess([each.clip for each in read if isinstance(each, _Row)]))
            for each in read:
                if isinstance(each, _Row):
                    _add(rows, shown[len(facts)], len(facts), each)
                facts.append(_NO_SOUND._replace(refusal=each) if isinstance(each, str) else _facts(each, next(guesses)))
        cells = 2 * DRUM_SPECTROGRAM.bands * DRUM_SPECTROGRAM.frames
        kinds = {
            "place": pyarrow.int16(), "file": pyarrow.string(), "seconds": pyarrow.float32(),
            "level": pyarrow.float32(), "flac": pyarrow.binary(), "log_spectrogram": pyarrow.binary(cells),
            "variants": pyarrow.binary(),
        }  # fmt: skip
        table = pyarrow.table({name: pyarrow.array(values, kinds[name]) for name, values in rows.items()})
        return facts_table(shown, facts), table


@cache
def _voices() -> str:
    """The version of the network that guesses voices."""
    return folder_hash(voice_classifier.SHIPPED_VOICES)


_FEATURES = ("log_spectrogram", "variants")
_NO_SOUND = SoundFacts("", "", 0.0, (), b"", b"", (), 0, 0.0, False)


def _read(name: str, content: Content, variants: int) -> _Row | str:
    """A sound with its features, or why it is refused."""
    if not isinstance(content, bytes):
        return f"cannot be opened ({content.strerror})" if content.strerror else str(content)
    try:
        clip, remarks = audio_file.from_bytes_and_remark(content, name)
        sound = analyse_one_shot(clip, variants, DRUM_SPECTROGRAM)
    except (AudioFileError, TransformError) as error:
        return str(error).removeprefix(f"{name}: ")
    return _Row(clip, sound._replace(remarks=(*remarks, *sound.remarks), hash=hashlib.sha256(content).hexdigest()))


def _facts(row: _Row, guess: voice_classifier.Guess) -> SoundFacts:
    sound = row.sound
    return SoundFacts(
        None, sound.hash, sound.gain, sound.descriptors, sound.sketch.tobytes(),
        outlines(sound.log_spectrogram[:1])[0].tobytes(), sound.remarks,
        guess.voice.index, guess.confidence, guess.sure,
    )  # fmt: skip


def _add(rows: dict[str, list[Any]], name: str, place: int, row: _Row) -> None:
    level = max(1.0, row.clip.peak)
    own, variants = row.sound.log_spectrogram[:1], row.sound.log_spectrogram[1:]
    content = (
        place, name, row.clip.seconds, level, to_flac(row.clip.samples / np.float32(level)),
        own.astype("<f2").tobytes(), variants.astype("<f2").tobytes(),
    )  # fmt: skip
    for column, value in zip(rows.values(), content, strict=True):
        column.append(value)


def facts_table(names: Sequence[str], facts: Sequence[SoundFacts]) -> Table:
    """A row a file."""
    import pyarrow

    kinds = (
        pyarrow.string(), pyarrow.string(), pyarrow.float32(), pyarrow.list_(pyarrow.float64()), pyarrow.binary(),
        pyarrow.binary(), pyarrow.list_(pyarrow.string()), pyarrow.int8(), pyarrow.float64(), pyarrow.bool_(),
    )  # fmt: skip
    columns = {
        name: pyarrow.array([each[at] for each in facts], kind)
        for at, (name, kind) in enumerate(zip(SoundFacts._fields, kinds, strict=True))
    }
    return pyarrow.table({"file": list(names), **columns})


def sound_facts(table: Table) -> list[SoundFacts]:
    """What `facts_table` wrote."""
    columns = [table.column(name).to_pylist() for name in SoundFacts._fields]
    return [
        SoundFacts(*row)._replace(descriptors=tuple(row[3]), remarks=tuple(row[6]))
        for row in zip(*columns, strict=True)
    ]


def stored(table: Table, column: str) -> Float32[np.ndarray, "sound variant band frame"]:
    """The log spectrograms of a table of sounds: of the sounds themselves, or of their variants."""
    chunk = table.column(column).combine_chunks()
    shape = (len(chunk), -1, DRUM_SPECTROGRAM.bands, DRUM_SPECTROGRAM.frames)
    values = np.frombuffer(b"".join(chunk.to_pylist()), "<f2").astype(np.float32)
    return values.reshape(shape) if values.size else np.zeros((len(chunk), 0, *shape[2:]), np.float32)


def clip_of(flac: bytes, level: float) -> Clip:
    """A sound of a table, with its own level."""
    return Clip(from_flac(flac) * np.float32(level), SAMPLE_RATE)


def to_flac(samples: Float32[np.ndarray, " sample"]) -> bytes:
    """Samples in [-1, 1] as FLAC in 24 bits: those of 16 or 24 bits come back as they are."""
    whole = np.clip(np.rint(samples.astype(np.float64) * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1).astype(np.int32)
    buffer = io.BytesIO()
    soundfile.write(buffer, whole << 8, SAMPLE_RATE, subtype="PCM_24", format="FLAC")
    return buffer.getvalue()


def from_flac(data: bytes) -> Float32[np.ndarray, " sample"]:
    """The pair of `to_flac`; AudioFileError for what is none."""
    try:
        whole: Any = soundfile.read(io.BytesIO(data), dtype="int32")[0]
    except soundfile.SoundFileError as error:
        raise AudioFileError(f"not a FLAC that can be read ({error})") from error
    return ((whole >> 8) / np.float64(FULL_SCALE)).astype(np.float32)


def voice_name(facts: SoundFacts) -> str:
    """The voice that is heard."""
    return VOICES[facts.guess].name
