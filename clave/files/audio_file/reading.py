"""Sound files to clips: one channel, at any rate, with a remark where a file is cut short."""

import io
import re
from os import PathLike
from pathlib import Path

import numpy as np
import soundfile

from clave.errors import AudioFileError, ClipError
from clave.files.audio_file.one_shots import resampled
from clave.files.audio_file.wav_layout import as_its_chunks_lie
from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.shapes import Float32

SUFFIXES = (".wav", ".wave", ".flac", ".aif", ".aiff", ".aifc", ".ogg", ".oga", ".mp3")
OTHER_SUFFIXES = (".m4a", ".aac", ".wma", ".opus", ".caf", ".rx2", ".rex")  # sounds too, but nothing here reads them
MAX_SECONDS = 60.0  # of a file: what is longer is a piece of music, not a drum
MAX_BYTES = 200_000_000
BLOCK_SECONDS = 1.0  # read at a time, so that many channels at a high rate need little memory
CANCELLED = 0.1  # of the loudest channel's level: below, the channels' mean is what they cancel to
CUT_SHORT = "cut short: its end is missing"
PAD_JUMP = 0.1  # from the sample before, at least, of a byte that pads
_BYTE_ZERO = {"ALAW": -0.16796875, "ULAW": -0.98034668}  # the sample that a byte of 0 is
LAST_FRAME_SAMPLES = 2304  # MP3s count whole frames of 1152, and may be off by two


def read(path: str | PathLike[str], *, sample_rate: int | None = SAMPLE_RATE) -> Clip:
    """The sound in this file as one channel, the mean of all, at this rate; None keeps the file's own.

    Where the channels cancel each other, it is the loudest of them instead. Levels are kept, also above full scale.
    What a file cut short still holds is read. Raises AudioFileError for a file that is missing, empty, not audio, cut
    short to nothing, longer than 60 s, or that holds no samples or numbers that are none.
    """
    return read_and_remark(path, sample_rate=sample_rate)[0]


def read_and_remark(
    path: str | PathLike[str], *, sample_rate: int | None = SAMPLE_RATE
) -> tuple[Clip, tuple[str, ...]]:
    """The same sound, and what a person should know of the file: that it is cut short (an OGG does not show it)."""
    path = Path(path)
    _check_file(path)
    try:
        with path.open("rb") as file:
            return _read(file, str(path), sample_rate)
    except OSError as error:
        raise AudioFileError(f"{path}: cannot be opened ({error.strerror or error})") from error


def from_bytes(data: bytes, name: str = "the file", *, sample_rate: int | None = SAMPLE_RATE) -> Clip:
    """The sound that `read` would find in a file of these bytes; errors call it by this name."""
    return from_bytes_and_remark(data, name, sample_rate=sample_rate)[0]


def from_bytes_and_remark(
    data: bytes, name: str = "the file", *, sample_rate: int | None = SAMPLE_RATE
) -> tuple[Clip, tuple[str, ...]]:
    """What `read_and_remark` would find in a file of these bytes."""
    if not data:
        raise AudioFileError(f"{name}: the file is empty (0 bytes)")
    if len(data) > MAX_BYTES:
        raise AudioFileError(f"{name}: {_too_large(len(data))}")
    return _read(io.BytesIO(data), name, sample_rate)


def _read(source: io.BufferedIOBase, name: str, sample_rate: int | None) -> tuple[Clip, tuple[str, ...]]:
    try:
        with soundfile.SoundFile(as_its_chunks_lie(source)) as file:  # pyright: ignore[reportArgumentType] -- any open file
            rate = file.samplerate
            if file.frames > MAX_SECONDS * rate:
                raise AudioFileError(f"{name}: {file.frames / rate:.0f} s long; sounds are at most {MAX_SECONDS:.0f} s")
            mono, is_whole = _mono(file)
            mono = _without_pad(mono, file.format, file.subtype)
    except (soundfile.SoundFileError, OSError, ValueError) as error:
        raise AudioFileError(f"{name}: not a sound file that can be read ({_reason(error)})") from error
    try:
        clip = Clip(mono, rate)
    except ClipError as error:
        raise AudioFileError(f"{name}: {error}") from error
    return clip if sample_rate is None else resampled(clip, sample_rate), () if is_whole else (CUT_SHORT,)


def _mono(file: soundfile.SoundFile) -> tuple[Float32[np.ndarray, " sample"], bool]:
    """One channel of it, and whether it holds all that its header promises."""
    size = max(1, round(BLOCK_SECONDS * file.samplerate))
    mean, loudest = list[np.ndarray](), list[np.ndarray]()
    energy = np.zeros(file.channels)
    done, broken = 0, False
    while True:
        try:
            block = file.read(size, dtype="float32", always_2d=True)
        except soundfile.SoundFileError:
            if not done:
                raise
            broken = True
            break
        with np.errstate(invalid="ignore", over="ignore"):  # what is no number is refused by the clip
            mean.append(block.mean(axis=1))
            energy += np.square(block, dtype=np.float64).sum(axis=0)
        loudest.append(block[:, int(energy.argmax())].copy())
        done += len(block)
        if len(block) < size:
            break
    is_whole = not broken and file.frames - done <= LAST_FRAME_SAMPLES and not _is_cut_short(file.extra_info)
    mono = np.concatenate(mean)
    with np.errstate(invalid="ignore", over="ignore"):
        cancelled = np.square(mono, dtype=np.float64).sum() < CANCELLED**2 * energy.max(initial=0.0)
    return np.concatenate(loudest) if cancelled else mono, is_whole


def _without_pad(mono: Float32[np.ndarray, " sample"], kind: str, coding: str) -> Float32[np.ndarray, " kept"]:
    """Without the byte that pads an odd chunk to an even one, where an AIFC counts it as a sample: it is a click."""
    zero = _BYTE_ZERO.get(coding)
    if kind != "AIFF" or zero is None or mono.size < 2 or mono.size % 2:
        return mono
    is_pad = abs(mono[-1] - zero) < 1e-4 and abs(mono[-2] - zero) > PAD_JUMP
    return mono[:-1] if is_pad else mono


def _is_cut_short(header: str) -> bool:
    """Whether libsndfile found less in the data chunk of a WAV or AIFF than its size says.

    Programs that never came back to write the size leave 0 or the largest number there: that says nothing.
    """
    found = re.search(r"(?:data|SSND) *: *(\d+) \(should be (\d+)\)", header)
    return found is not None and int(found[2]) < int(found[1]) < 2**31 - 1


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise AudioFileError(f"{path}: {'a folder, not a sound file' if path.is_dir() else 'no such file'}")
    try:
        with path.open("rb"):
            size = path.stat().st_size
    except OSError as error:
        raise AudioFileError(f"{path}: cannot be opened ({error.strerror})") from error
    if size == 0:
        raise AudioFileError(f"{path}: the file is empty (0 bytes)")
    if size > MAX_BYTES:
        raise AudioFileError(f"{path}: {_too_large(size)}")


def _too_large(size: int) -> str:
    return f"{size / 1e6:.0f} MB; sounds are at most {MAX_BYTES / 1e6:.0f} MB"


def _reason(error: Exception) -> str:
    return str(error).split(": ", 1)[-1].rstrip(".") or type(error).__name__
