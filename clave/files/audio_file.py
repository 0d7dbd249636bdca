"""Audio files, both directions: clips from WAV, FLAC, AIFF, OGG and MP3, clips to WAV and FLAC, kits from folders."""

import io
import math
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile
import soxr

from clave.errors import AudioFileError, ClipError
from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.kit import VOICES, Kit, Origin, Voice
from clave.music.shapes import Float32

SUFFIXES = (".wav", ".wave", ".flac", ".aif", ".aiff", ".aifc", ".ogg", ".oga", ".mp3")
OTHER_SUFFIXES = (".m4a", ".aac", ".wma", ".opus", ".caf", ".rx2", ".rex")  # sounds too, but nothing here reads them
MAX_SECONDS = 60.0  # of a file: what is longer is a piece of music, not a drum
MAX_BYTES = 200_000_000
BLOCK_SECONDS = 1.0  # read at a time, so that many channels at a high rate need little memory
CANCELLED = 0.1  # of the loudest channel's level: below, the channels' mean is what they cancel to
CUT_SHORT = "cut short: its end is missing"
ONE_SHOT_SECONDS = 1.5
END_FADE_SECONDS = 0.05  # of a one-shot that was longer
ONSET_FLOOR = 0.01  # of the peak, -40 dB: where a sound begins
RISE_SAMPLES = 8  # kept before the onset, fading in

Format = Literal["wav", "flac"]


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
    """The same sound, and what a person should know of the file: that it is cut short (an OGG does not tell)."""
    path = Path(path)
    _check_file(path)
    try:
        with soundfile.SoundFile(path) as file:
            rate = file.samplerate
            if file.frames > MAX_SECONDS * rate:
                raise AudioFileError(f"{path}: {file.frames / rate:.0f} s long; sounds are at most {MAX_SECONDS:.0f} s")
            mono, whole = _mono(file)
    except (soundfile.SoundFileError, OSError, ValueError) as error:
        raise AudioFileError(f"{path}: not a sound file that can be read ({_reason(error)})") from error
    try:
        clip = Clip(mono, rate)
    except ClipError as error:
        raise AudioFileError(f"{path}: {error}") from error
    return clip if sample_rate is None else resampled(clip, sample_rate), () if whole else (CUT_SHORT,)


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
    whole = not broken and file.frames - done <= LAST_FRAME_SAMPLES and not _is_cut_short(file.extra_info)
    mono = np.concatenate(mean)
    with np.errstate(invalid="ignore", over="ignore"):
        cancelled = np.square(mono, dtype=np.float64).sum() < CANCELLED**2 * energy.max(initial=0.0)
    return np.concatenate(loudest) if cancelled else mono, whole


LAST_FRAME_SAMPLES = 2304  # MP3s count whole frames of 1152, and may be off by two


def _is_cut_short(header: str) -> bool:
    """Whether libsndfile found less in the data chunk of a WAV or AIFF than its size says.

    Programs that never came back to write the size leave 0 or the largest number there: that says nothing.
    """
    found = re.search(r"(?:data|SSND) *: *(\d+) \(should be (\d+)\)", header)
    return found is not None and int(found[2]) < int(found[1]) < 2**31 - 1


def write(path: str | PathLike[str], *channels: Clip) -> None:
    """Write a clip, or the left and right of a stereo sound, as 24 bits: WAV or FLAC, by the name's suffix.

    The folder is made if need be. Samples beyond full scale are refused, not clipped.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in (".wav", ".flac"):
        raise AudioFileError(f"{path}: sounds are written as .wav or .flac, got {path.suffix or 'no suffix'}")
    try:
        data = to_bytes(*channels, format="flac" if suffix == ".flac" else "wav")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except AudioFileError as error:
        raise AudioFileError(f"{path}: {error}") from error
    except OSError as error:
        raise AudioFileError(f"{path}: cannot be written ({error.strerror})") from error


def to_bytes(*channels: Clip, format: Format = "wav") -> bytes:  # noqa: A002 -- the word for it
    """The file that `write` would write, in memory."""
    if not 1 <= len(channels) <= 2:
        raise AudioFileError(f"a sound has one channel or two, got {len(channels)}")
    if len({(len(clip), clip.sample_rate) for clip in channels}) > 1:
        shapes = " and ".join(f"{len(clip)} samples at {clip.sample_rate} Hz" for clip in channels)
        raise AudioFileError(f"left and right are equally long and fast, got {shapes}")
    peak = max(clip.peak for clip in channels)
    if peak > 1:
        raise AudioFileError(f"24-bit files hold [-1, 1], got a peak of {peak:.3f}; make it quieter first")
    buffer = io.BytesIO()
    samples = np.stack([clip.samples for clip in channels], axis=1)
    soundfile.write(buffer, samples, channels[0].sample_rate, subtype="PCM_24", format=format.upper())
    return buffer.getvalue()


def from_bytes(data: bytes, name: str = "the file", *, sample_rate: int | None = SAMPLE_RATE) -> Clip:
    """The sound that `read` would find in a file of these bytes; errors call it by this name."""
    if not data:
        raise AudioFileError(f"{name}: the file is empty (0 bytes)")
    return _read(io.BytesIO(data), name, sample_rate)


def resampled(clip: Clip, sample_rate: int = SAMPLE_RATE) -> Clip:
    """The same sound at another rate, in soxr's highest quality."""
    if sample_rate == clip.sample_rate:
        return clip
    made = soxr.resample(clip.samples, clip.sample_rate, sample_rate, quality="VHQ")
    return Clip(made if made.size else np.zeros(1, np.float32), sample_rate)


def one_shot(clip: Clip) -> Clip:
    """The sound as a drum of a kit: from its onset, 1.5 s at most, the end of a longer one faded; silence stays.

    The onset is where the sound first exceeds a hundredth of its peak, so that a stroke sounds when it is struck.
    """
    loud = np.flatnonzero(np.abs(clip.samples) > ONSET_FLOOR * clip.peak)
    if loud.size == 0:
        return clip
    start = max(0, int(loud[0]) - RISE_SAMPLES)
    length = min(len(clip) - start, round(ONE_SHOT_SECONDS * clip.sample_rate))
    samples = clip.samples[start : start + length].copy()
    if start > 0:
        rise = min(RISE_SAMPLES, length)
        samples[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    if start + length < len(clip):
        samples *= _fade_out(length, round(END_FADE_SECONDS * clip.sample_rate))
    return Clip(samples, clip.sample_rate)


# Words in the names of files and folders, beside the names and aliases that the voices have anyway.
_MORE_WORDS: dict[str, str] = {
    "kick": "kik kck kd bdr bdrum",
    "snare": "sn snr sdr brush",
    "closed hi-hat": "hat hhc hhp closed-hh hh-closed hhcl cl-hat cls-hat pedal-hat pedal-hihat hihat-pedal hat-closed",
    "open hi-hat": "hho open-hh hh-open hhop op-hat opn-hat hat-open open-cymbal",
    "tom": "tm tms ft floor-tom rack-tom low-tom mid-tom high-tom lo-tom hi-tom lowtom midtom hightom lotom hitom",
    "cymbal": "cym crsh rc cc splash china ride-bell bell-ride rd-bell",
    "clap": "clp hclp handclap",
    "other": "rimshot rim-shot side-stick cross-stick x-stick sst snare-rim cowbell cow-bell cowb cb clave clav shaker "
    "shk maraca ma conga lc mc hc bongo tambourine tamb tmb woodblock wood-block block triangle agogo cabasa guiro "
    "timbale snap finger-snap vibraslap whistle bell castanet cajon djembe tabla darbuka surdo cuica",
}
_OPEN_WORDS = {"open", "op", "opn", "o", "opened", "semiopen", "halfopen"}
_GLUED = (
    "kick", "snare", "clap", "hihat", "openhat", "closedhat", "cymbal", "crash", "shaker", "cowbell", "conga", "bongo",
    "tambourine", "rimshot",
)  # fmt: skip


def voice_in_name(name: str) -> Voice | None:
    """The voice that a file's or folder's name speaks of; None if it names none, or several.

    Words may be joined or numbered: "BD_03", "ClosedHat-2", "hh open", "808 low tom". A longer phrase goes before the
    words in it: a "bass drum" is a kick and an "open hat" is no closed one.

    >>> voice_in_name("TR OpenHat 02.wav").name
    'open hi-hat'
    """
    words = _words(name)
    found: set[Voice] = set()
    place = 0
    while place < len(words):
        length, voice = next(
            (
                (length, voice)
                for length in (3, 2, 1)
                if (voice := _voice_of_phrase(" ".join(words[place : place + length]))) is not None
            ),
            (1, None),
        )
        place += length
        if voice is not None:
            found.add(voice)
    if len(found) != 1:
        return None
    voice = found.pop()
    return _OPEN_HAT if voice == _CLOSED_HAT and _OPEN_WORDS & set(words) else voice


def _words(name: str) -> list[str]:
    """Its words in lower case; capitals, digits and signs part them."""
    return re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name).lower())


def _voice_of_phrase(phrase: str) -> Voice | None:
    """The voice of a word or several, in the singular or the plural; a long one may end another word: "fatsnare"."""
    singular = phrase.removesuffix("s")
    found = _VOICE_OF_PHRASE.get(phrase) or _VOICE_OF_PHRASE.get(singular)
    glued = next((word for word in _GLUED if singular.endswith(word)), None) if " " not in phrase else None
    return found or (_VOICE_OF_PHRASE[glued] if glued else None)


def _phrases(voice: Voice) -> Iterable[str]:
    for phrase in (voice.name, *voice.aliases, *_MORE_WORDS[voice.name].split()):
        yield " ".join(_words(phrase))
        yield "".join(_words(phrase))


_VOICE_OF_PHRASE: dict[str, Voice] = {phrase: voice for voice in VOICES for phrase in _phrases(voice)}
_CLOSED_HAT, _OPEN_HAT = VOICES[2], VOICES[3]


def voice_of_path(path: Path, folder: Path) -> Voice | None:
    """The voice of a file in a folder of sounds: the file's name says it, or else the nearest folder's that does."""
    inside = path.relative_to(folder)
    names = [inside.stem, *(part.name for part in inside.parents if part.name)]
    return next((voice for name in names if (voice := voice_in_name(name)) is not None), None)


@dataclass(frozen=True)
class KitReading:
    """A kit and where its sounds came from."""

    kit: Kit
    taken: tuple[tuple[str, str], ...]  # voice, file
    filled: tuple[str, ...]  # voices for which no file was found
    refused: tuple[tuple[str, str], ...]  # file, reason
    heard: tuple[str, ...] = ()  # files whose voice only their sound could tell

    def __str__(self) -> str:
        lines = [f"{voice}: {file}{' (by listening)' if file in self.heard else ''}" for voice, file in self.taken]
        lines += [f"{voice}: no file, {_source(self.kit, voice)}" for voice in self.filled]
        lines += [f"not used: {file} ({reason})" for file, reason in self.refused]
        return "\n".join(lines)


def read_kit(
    folder: str | PathLike[str], *, missing: Kit | None = None, listen: Callable[[Clip], Voice | None] | None = None
) -> KitReading:
    """A kit from a folder of sounds; the names of files and folders say which voice they are.

    Of several files for a voice the first in alphabetical order that can be read is taken, and those in the folder
    itself go before those in folders inside. Last come those whose names say nothing, where `listen` knows their voice.
    A voice without a file sounds as in `missing`, or is silent. What was not taken is in the report, with the reason.
    Loudness is kept; a file louder than full scale is turned down to it.

    Raises AudioFileError if there is no such folder, or nothing in it can be played.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise AudioFileError(f"{folder}: no such folder")
    refused: list[tuple[str, str]] = []
    chosen: dict[int, tuple[str, Clip]] = {}
    found = sound_files(folder)
    refused += found.refused
    # Those nearest to the top first, then by name.
    paths = sorted(found.paths, key=lambda path: (len(path.parts), path.with_suffix("").as_posix().lower()))
    named = [(path, voice_of_path(path, folder)) for path in paths]
    heard = list[str]()
    for path, voice in sorted(named, key=lambda each: each[1] is None):
        file = path.relative_to(folder).as_posix()
        if voice is None and listen is None:
            refused.append((file, "its name says no voice, or several"))
            continue
        if voice is not None and voice.index in chosen:
            refused.append((file, f"{voice.name} is {chosen[voice.index][0]}"))
            continue
        try:
            clip = one_shot(read(path))
        except AudioFileError as error:
            refused.append((file, str(error).removeprefix(f"{path}: ")))
            continue
        if clip.peak == 0:
            refused.append((file, "silent"))
            continue
        if voice is None and listen is not None:
            voice = listen(clip)
            if voice is None or voice.index in chosen:
                there = (
                    "and its sound is of none surely" if voice is None else f"and it sounds like another {voice.name}"
                )
                refused.append((file, f"its name says no voice, {there}"))
                continue
            heard.append(file)
        assert voice is not None
        chosen[voice.index] = (file, Clip(clip.samples / max(1.0, clip.peak), clip.sample_rate))
    if not chosen:
        reasons = "; ".join(f"{file}: {reason}" for file, reason in refused[:3])
        raise AudioFileError(f"{folder}: no sound that can be played as a drum ({reasons or 'no sound files'})")

    clips: list[Clip] = []
    origins: list[Origin | None] = []
    for voice in VOICES:
        if voice.index in chosen:
            file, clip = chosen[voice.index]
            clips.append(clip)
            origins.append(Origin(voice.name, file))
        elif missing is not None:
            clips.append(resampled(missing.clips[voice.index]))
            origins.append(missing.origins[voice.index])
        else:
            clips.append(Clip(np.zeros(1, np.float32)))
            origins.append(None)
    return KitReading(
        Kit(tuple(clips), tuple(origins), folder.resolve().name),
        tuple((VOICES[index].name, chosen[index][0]) for index in sorted(chosen)),
        tuple(voice.name for voice in VOICES if voice.index not in chosen),
        tuple(refused),
        tuple(heard),
    )


@dataclass(frozen=True)
class SoundFiles:
    """The files of a folder and those below it, as far as they are sounds."""

    paths: tuple[Path, ...]  # in the order of their names
    refused: tuple[tuple[str, str], ...]  # what cannot be sounds that are read: path below the folder, reason


def sound_files(folder: Path) -> SoundFiles:
    """All sound files in a folder and below, also behind links; names that begin with a dot are left alone.

    A folder is looked into once, so that a link back up ends there.
    """
    paths, refused = list[Path](), dict[str, str]()
    seen = set[tuple[int, int]]()

    def unread(error: OSError) -> None:
        refused[Path(error.filename).relative_to(folder).as_posix()] = f"cannot be opened ({error.strerror})"

    for place, below, names in os.walk(folder, onerror=unread, followlinks=True):
        facts = os.stat(place)
        if (facts.st_dev, facts.st_ino) in seen:
            below.clear()
            continue
        seen.add((facts.st_dev, facts.st_ino))
        below[:] = sorted(name for name in below if not name.startswith("."))
        for path in (Path(place, name) for name in sorted(names) if not name.startswith(".")):
            suffix, name = path.suffix.lower(), path.relative_to(folder).as_posix()
            if suffix in OTHER_SUFFIXES:
                refused[name] = f"{suffix} is not read; {', '.join(SUFFIXES)} are"
            elif suffix in SUFFIXES and path.is_symlink() and not os.path.exists(path):
                refused[name] = "a link that leads nowhere"
            elif suffix in SUFFIXES:
                paths.append(path)
    return SoundFiles(tuple(sorted(paths)), tuple(refused.items()))


def _source(kit: Kit, voice: str) -> str:
    origin = kit.origins[next(each.index for each in VOICES if each.name == voice)]
    return "silent" if origin is None else f"filled from {origin.source}"


def _read(source: Path | io.BytesIO, name: str, sample_rate: int | None) -> Clip:
    try:
        with soundfile.SoundFile(source) as file:
            rate = file.samplerate
            if file.frames > MAX_SECONDS * rate:
                raise AudioFileError(f"{name}: {file.frames / rate:.0f} s long; sounds are at most {MAX_SECONDS:.0f} s")
            # A header may promise more than there is, and MP3s only know their length once they are read.
            samples = file.read(int(MAX_SECONDS * rate), dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, OSError, ValueError) as error:
        raise AudioFileError(f"{name}: not a sound file that can be read ({_reason(error)})") from error
    try:
        clip = Clip(samples.mean(axis=1), rate)
    except ClipError as error:
        raise AudioFileError(f"{name}: {error}") from error
    return clip if sample_rate is None else resampled(clip, sample_rate)


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
        raise AudioFileError(f"{path}: {size / 1e6:.0f} MB; sounds are at most {MAX_BYTES / 1e6:.0f} MB")


def _reason(error: Exception) -> str:
    return str(error).split(": ", 1)[-1].rstrip(".") or type(error).__name__


def _fade_out(length: int, over: int) -> Float32[np.ndarray, " sample"]:
    fade = np.ones(length, np.float32)
    over = min(length, over)
    fade[length - over :] = np.cos(np.linspace(0, math.pi / 2, over)) ** 2
    return fade
