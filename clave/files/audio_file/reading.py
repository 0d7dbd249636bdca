"""Sound files to clips: one channel, at any rate, with a remark where a file is cut short."""

import io
import re
from contextlib import nullcontext
from os import PathLike
from pathlib import Path

import numpy as np
import soundfile

from clave.errors import AudioFileError, ClipError
from clave.files.audio_file.one_shots import resampled
from clave.files.audio_file.quiet import Positions, may_be_mp3, without_noise
from clave.files.audio_file.wav_layout import as_its_chunks_lie
from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.shapes import Float32

SUFFIXES = (".wav", ".wave", ".flac", ".aif", ".aiff", ".aifc", ".ogg", ".oga", ".mp3")
OTHER_SUFFIXES = (".m4a", ".aac", ".wma", ".opus", ".caf", ".rx2", ".rex")  # sounds too, but nothing here reads them
MAX_SECONDS = 60.0  # of a file: what is longer is a piece of music, not a drum
MAX_BYTES = 200_000_000
MAX_SAMPLES = 24_000_000  # of all channels, before they become one: a minute of two at 192 kHz, or of eight at 48 kHz
BLOCK_SECONDS = 1.0  # read at a time, so that many channels at a high rate need little memory
BLOCK_SAMPLES = 1_000_000  # in it, at most
CANCELLED = 0.1  # of the loudest channel's level: below, the channels' mean is what they cancel to
CUT_SHORT = "cut short: its end is missing"
PAD_JUMP = 0.1  # from the sample before, at least, of a byte that pads
_FRAMES_NOT_STATED = 2**40  # and more: libsndfile's word for a FLAC that was streamed
_BYTE_ZERO = {"ALAW": -0.16796875, "ULAW": -0.98034668}  # the sample that a byte of 0 is
LAST_FRAME_SAMPLES = 2304  # MP3s count whole frames of 1152, and may be off by two


def read(path: str | PathLike[str], *, sample_rate: int | None = SAMPLE_RATE) -> Clip:
    """The sound in this file as one channel, the mean of all, at this rate; None keeps the file's own.

    Where the channels cancel each other, it is the loudest of them instead. Levels are kept, also above full scale.
    What a file cut short still holds is read. Raises AudioFileError for a file that is missing, empty, not audio, cut
    short to nothing, longer than 60 s, of more than 24 million samples in all channels, or that holds no samples or
    numbers that are not finite.
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
    _check_size(len(data), name)
    return _read(io.BytesIO(data), name, sample_rate)


def _read(source: io.BufferedIOBase, name: str, sample_rate: int | None) -> tuple[Clip, tuple[str, ...]]:
    quietly = without_noise() if may_be_mp3(_head(source)) else nullcontext()
    try:
        with quietly, soundfile.SoundFile(Positions(as_its_chunks_lie(source))) as file:  # pyright: ignore[reportArgumentType]
            rate = file.samplerate
            if file.frames < _FRAMES_NOT_STATED:
                _check_budget(file.frames, file, name)
            mono, is_whole = _mono(file, name)
            mono = _without_pad(mono, file.format, file.subtype)
    except (soundfile.SoundFileError, OSError, ValueError) as error:
        raise AudioFileError(f"{name}: not a sound file that can be read ({_reason(error)})") from error
    try:
        clip = Clip(mono, rate)
    except ClipError as error:
        raise AudioFileError(f"{name}: {error}") from error
    return clip if sample_rate is None else resampled(clip, sample_rate), () if is_whole else (CUT_SHORT,)


def _head(source: io.BufferedIOBase) -> bytes:
    head = source.read(4)
    source.seek(0)
    return head


def _check_budget(frames: int, file: soundfile.SoundFile, name: str) -> None:
    """Refuse what is too long, or would be too much to decode: 300 kB of FLAC may hold gigabytes."""
    rate, channels = file.samplerate, file.channels
    if frames > MAX_SECONDS * rate:
        raise AudioFileError(
            f"{name}: {frames / rate:.0f} s long; sounds are at most {MAX_SECONDS:.0f} s: cut it into parts"
        )
    if frames * channels > MAX_SAMPLES:
        raise AudioFileError(
            f"{name}: {channels} channels x {rate} Hz x {frames / rate:.1f} s are {frames * channels / 1e6:.0f} "
            f"million samples; at most {MAX_SAMPLES / 1e6:.0f} million are read: save it with fewer channels or at a "
            "lower rate"
        )


def _mono(file: soundfile.SoundFile, name: str) -> tuple[Float32[np.ndarray, " sample"], bool]:
    """One channel of it, and whether it holds all that its header promises."""
    size = max(1, min(round(BLOCK_SECONDS * file.samplerate), BLOCK_SAMPLES // file.channels))
    mean, loudest = list[np.ndarray](), list[np.ndarray]()
    energy, mean_energy = np.zeros(file.channels), 0.0
    done, broken = 0, False
    while True:
        try:
            block = _next_block(file, size)
        except soundfile.SoundFileError:
            if not done:
                raise
            broken = True
            break
        with np.errstate(invalid="ignore", over="ignore"):  # what is no number is refused by the clip
            mean.append(block.mean(axis=1))
            mean_energy += float(np.square(mean[-1], dtype=np.float64).sum())
            energy += np.square(block, dtype=np.float64).sum(axis=0)
        if file.channels > 1:
            loudest.append(block[:, int(energy.argmax())].copy())
        done += len(block)
        _check_budget(done, file, name)  # again, as a header may not know how long it is
        if len(block) < size:
            break
    is_whole = not broken and not _lacks_frames(file, done) and not _is_cut_short(file.extra_info)
    with np.errstate(invalid="ignore", over="ignore"):
        cancelled = mean_energy < CANCELLED**2 * energy.max(initial=0.0)
    return np.concatenate(loudest if cancelled and loudest else mean), is_whole


def _next_block(file: soundfile.SoundFile, size: int) -> Float32[np.ndarray, "frame channel"]:
    """So many frames, or those that are left.

    Where a file does not know its length, libsndfile reads its last frames and then fails to stand after them.
    """
    if file.frames < _FRAMES_NOT_STATED:
        return file.read(size, dtype="float32", always_2d=True)
    block = np.full((size, file.channels), np.nan, np.float32)
    try:
        return file.read(out=block)
    except soundfile.SoundFileError:
        unread = np.isnan(block).all(axis=1)
        if unread.all():
            return block[:0]
        return block[: int(unread.argmax())] if unread.any() else block


def _lacks_frames(file: soundfile.SoundFile, done: int) -> bool:
    return LAST_FRAME_SAMPLES < file.frames - done < _FRAMES_NOT_STATED


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
    _check_size(size, str(path))


def _check_size(size: int, name: str) -> None:
    if size == 0:
        raise AudioFileError(f"{name}: the file is empty (0 bytes)")
    if size > MAX_BYTES:
        raise AudioFileError(f"{name}: {size / 1e6:.0f} MB; sounds are at most {MAX_BYTES / 1e6:.0f} MB")


def _reason(error: Exception) -> str:
    return str(error).split(": ", 1)[-1].rstrip(".") or type(error).__name__
