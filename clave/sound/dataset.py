"""A folder of one-shots as a data set: which drums it holds, of which voice, and what was left out and why.

Every file is read by itself, here or in other processes; what comes back is sorted out in one place. Kits stay whole:
a split never parts sounds of a kit, nor kits that share a sound.
"""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

import numpy as np

from clave.audio import descriptors
from clave.audio.log_spectrogram import DrumSpectrum, Spectrum, placed
from clave.errors import AudioFileError, CorpusError, TransformError, VoiceError
from clave.files import audio_file as wav
from clave.music.clip import Clip
from clave.music.kit import VOICES, Voice
from clave.music.kit import voice as voice_of
from clave.music.shapes import Bool, Float32, Float64, Int
from clave.sound import drum_synth as factory
from clave.sound import voice_classifier as voices

SHORTEST_SECONDS = 0.005  # what is shorter is a click of a broken file, no drum
CLIPPED_SAMPLES = 8  # in a row at the very peak
SKETCH_SIZE = 32  # numbers by which a copy is known, whatever its format and level
COPY = 0.001  # of the standard deviation that such a number has: the most by which a copy's may be off
NEAR_COPY = 0.35  # root mean square difference of two pictures, in natural logarithms, below which they share a group
MOST_SEMITONES = 2.0  # a variant of a sound is played faster or slower by up to so much
MANIFEST = "manifest.csv"
FACTORY_LICENCE, FACTORY_CREDIT = "CC0-1.0", "Clave's own synthesizer"
_OURS = DrumSpectrum()
MADE_COUNTS = 0.5  # of a sound of ours, beside a recorded one
DRUMS_A_KIT = 10  # of each voice, of the kits that the factory makes here
FACTORY_NAME = "factory "  # what the names of its drums begin with
COPY_OF = "a copy of "  # why a file is refused, before the name of the one that is kept

Progress = Callable[[int, int], None]
"""Called with the number of files done and of all files."""


@dataclass(frozen=True)
class SoundReport:
    """What a folder held, and what became of it."""

    folder: str
    files: int  # found
    refused: Mapping[str, str]  # file -> reason
    sounds: int  # kept
    copies: int  # of those refused: the same samples as an earlier one
    groups: int  # of kits that share a sound; a split keeps them together
    voices_from: str  # where voices were found
    guessed: Mapping[str, Mapping[str, Any]]  # file -> voice and confidence, where only its sound could tell
    voices: Mapping[str, int]  # voice -> sounds
    remarks: Mapping[str, int]  # what reading had to say -> files

    def to_dict(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class SoundCorpus:
    """One-shots as pictures (spectrum.Spectrum) with where they come from, column by column."""

    picture: Float32[np.ndarray, "sound band frame"]
    voice: Int[np.ndarray, " sound"]  # index into VOICES
    gain: Float32[np.ndarray, " sound"]  # peak of the file, of which nothing is left in the picture
    source: Int[np.ndarray, " sound"]  # index into sources
    variant: Int[np.ndarray, " sound"]  # 0 is the sound itself, others are played faster or slower
    kit: Int[np.ndarray, " sound"]  # index into kits
    group: Int[np.ndarray, " sound"]  # the same for kits that share a sound
    heard: Float32[np.ndarray, "sound descriptor"]  # descriptors.measured of the sound itself, also for its variants
    sources: tuple[str, ...]  # files, as paths below the folder
    kits: tuple[str, ...]
    licences: tuple[str, ...]  # of each source, "" where nobody says
    credits: tuple[str, ...]  # whom to thank for each source, "" where nobody says
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
        content["picture"] = self.picture.astype(np.float16)
        np.savez(folder / "sounds.npz", **content)
        (folder / "report.json").write_text(json.dumps(self.report.to_dict(), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: str | Path) -> "SoundCorpus":
        """What `save` wrote. Raises CorpusError if it is not there or not whole."""
        folder = Path(folder)
        try:
            report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
            with np.load(folder / "sounds.npz", allow_pickle=False) as file:
                content: dict[str, Any] = {name: file[name] for name in _COLUMNS if name != "heard"}
                unknown = np.full((len(content["voice"]), len(descriptors.NAMES)), np.nan, np.float32)
                content["heard"] = file.get("heard", unknown)  # a corpus from before descriptors
                content |= {name: tuple(map(str, file[name])) for name in _NAMES}
                return cls(
                    **(content | {"picture": content["picture"].astype(np.float32)}), report=SoundReport(**report)
                )
        except (OSError, ValueError, KeyError, TypeError, BadZipFile) as error:
            raise CorpusError(f"{folder} holds no sounds: {error}") from error


_COLUMNS = ("picture", "voice", "gain", "source", "variant", "kit", "group", "heard")
_NAMES = ("sources", "kits", "licences", "credits", "hashes")


class Listed(NamedTuple):
    """What is known of a file before it is read."""

    name: str  # path below the folder
    voice: str  # "" where nothing says it: then its sound has to
    kit: str
    licence: str
    credit: str


def scan(
    folder: str | Path,
    listing: str | Path | None = None,
    *,
    variants: int = 0,
    spectrum: Spectrum = _OURS,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> SoundCorpus:
    """The one-shots in a folder and below, as this spectrum sees them.

    Voices and kits come from a CSV with the columns `path` and `voice` and, if it has them, `kit`, `licence` and
    `credit` (the given one, or the folder's own manifest.csv), or else from the names of files and folders. Where these
    say nothing, the sound itself is listened to (voices.py), and kept if the guess is sure. Sounds that are all of one
    kit count as a kit each, so that they can be split. With `variants`, each sound comes that many times more, played a
    little faster or slower. Whatever cannot be used is left out, with its reason in the report. Files are read one
    after another, or by `executor`.

    Raises CorpusError if there is no folder, no sound file or no usable sound, or for a CSV that is none.
    """
    root, table = Path(folder), _table_of(folder, listing)
    known, refused = listed(folder, listing)
    files = len(known) + len(refused)

    work = partial(_read_file, root, variants=variants, spectrum=spectrum)
    results = map(work, known) if executor is None else executor.map(work, known, chunksize=16)
    read: list[tuple[Listed, _Sound]] = []
    guessed: dict[str, dict[str, Any]] = {}
    remarks, copies = Counter[str](), 0
    sketches = np.zeros((len(known), SKETCH_SIZE), np.float32)  # of those in `read`
    for done, (each, sound) in enumerate(zip(known, results, strict=True), start=1):
        if progress is not None:
            progress(done, len(known))
        if isinstance(sound, str):
            refused[each.name] = sound
            continue
        same = np.flatnonzero(np.abs(sketches[: len(read)] - sound.sketch).max(axis=1, initial=0) < COPY)
        if same.size:
            copies += 1
            refused[each.name] = f"{COPY_OF}{read[same[0]][0].name}"
            continue
        sketches[len(read)] = sound.sketch
        remarks.update(sound.remarks)
        if sound.guess is not None:
            guessed[each.name] = {"voice": sound.guess.voice.name, "confidence": round(sound.guess.confidence, 3)}
        read.append((each if sound.guess is None else each._replace(voice=sound.guess.voice.name), sound))
    if not read:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in list(refused.items())[:3])
        raise CorpusError(f"{folder} holds no sound that can be learned from ({reasons})", refused)
    corpus = _assembled(read)
    report = SoundReport(
        str(folder), files, refused, len(read), copies, len(set(corpus.group.tolist())),
        "names" if table is None else str(table), guessed, _counted(corpus), dict(remarks),
    )  # fmt: skip
    return replace(corpus, report=report)


def listed(folder: str | Path, listing: str | Path | None = None) -> tuple[list[Listed], dict[str, str]]:
    """The sound files of a folder with what is known of them unread, and those that are refused, with the reason.

    Raises CorpusError if there is no folder or no sound file, or for a CSV that is none.
    """
    root, table = Path(folder), _table_of(folder, listing)
    if not root.is_dir():
        raise CorpusError(f"{folder} is not a folder")
    known, refused = _from_names(root) if table is None else _from_table(table)
    if not known and not refused:
        raise CorpusError(f"{folder} holds no sound file ({', '.join(wav.SUFFIXES)}), nor does any folder in it")
    return known, refused


def _table_of(folder: str | Path, listing: str | Path | None) -> Path | None:
    """The CSV that says what the folder holds, if there is one."""
    if listing is not None:
        return Path(listing)
    own = Path(folder) / MANIFEST
    return own if own.is_file() else None


def made(count: int, seed: int = 0, *, spectrum: Spectrum = _OURS, progress: Progress | None = None) -> SoundCorpus:
    """`count` drums of each voice from our own synthesizer; ten of each make a kit."""
    read: list[tuple[Listed, _Sound]] = []
    for number in range(count):
        for voice in VOICES:
            clip = made_clip(voice, number, seed)
            if clip.peak > 0:
                name = f"{FACTORY_NAME}{voice.name} {number}"
                kit = f"factory {number // DRUMS_A_KIT}"
                read.append(
                    (Listed(name, voice.name, kit, FACTORY_LICENCE, FACTORY_CREDIT), _looked_at(clip, 0, spectrum))
                )
        if progress is not None:
            progress(number + 1, count)
    corpus = _assembled(read, near=False)
    report = SoundReport("factory", len(read), {}, len(read), 0, len(corpus.kits), "factory", {}, _counted(corpus), {})
    return replace(corpus, report=report)


def made_clip(voice: Voice, number: int, seed: int = 0) -> Clip:
    """One of the drums of `made`."""
    rng = np.random.default_rng([seed, voice.index, number])
    return factory.synthesize(factory.draw(voice, rng), seed=int(rng.integers(2**31)))


def factory_drum(name: str) -> tuple[Voice, int]:
    """Voice and number of a drum of `made`, from its name: "factory open hi-hat 12"."""
    voice, _, number = name.removeprefix(FACTORY_NAME).rpartition(" ")
    return voice_of(voice), int(number)


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


def split(corpus: SoundCorpus, *, share: float = 0.15, seed: int = 0) -> Bool[np.ndarray, " sound"]:
    """True for the sounds to hold out: whole groups of kits, drawn by the seed, near this share of the sounds.

    Groups larger than the share stay, unless there is none smaller: then the smallest goes. Raises CorpusError for a
    single group.
    """
    groups, sizes = np.unique(corpus.group, return_counts=True)
    if len(groups) < 2:
        raise CorpusError(f"{len(corpus)} sounds of kits that share sounds cannot be split: two kits are the least")
    order = np.random.default_rng(seed).permutation(len(groups))
    wanted, held = share * len(corpus), list[int]()
    taken = 0
    for index in order:
        if taken + sizes[index] <= wanted * 1.1 and taken < wanted:
            held.append(int(groups[index]))
            taken += int(sizes[index])
    held = held or [int(groups[order[sizes[order].argmin()]])]
    return np.isin(corpus.group, held)


def weights(corpus: SoundCorpus) -> Float32[np.ndarray, " sound"]:
    """How much each sound counts in learning: each voice the same in all, kits by the root of their size; mean 1.

    A kit counts with the group it shares sounds with, and all that our synthesizer made counts as half a kit, so that
    neither near copies nor what is easily made outvotes the rest.
    """
    made = np.array([name.startswith(FACTORY_NAME) for name in corpus.sources])[corpus.source]
    group = np.where(made, int(corpus.group.max(initial=0)) + 1, corpus.group)
    return weights_of(corpus.voice, group, np.where(made, MADE_COUNTS, 1.0))


def weights_of(
    voice: Int[np.ndarray, " sound"],
    group: Int[np.ndarray, " sound"],
    worth: Float64[np.ndarray, " sound"] | float = 1.0,
) -> Float32[np.ndarray, " sound"]:
    """The same for sounds of these voices, groups and worth."""
    cells = voice.astype(np.int64) * (int(group.max(initial=0)) + 1) + group
    _, cell, counts = np.unique(cells, return_inverse=True, return_counts=True)
    weight = worth / np.sqrt(counts[cell])
    for index in np.unique(voice):
        rows = voice == index
        weight[rows] /= weight[rows].sum()
    return (weight / weight.mean()).astype(np.float32)


def few(corpus: SoundCorpus, count: int, seed: int = 0) -> SoundCorpus:
    """At most `count` of the sounds, drawn by the seed with their `weights`: all voices, and many kits."""
    if count >= len(corpus):
        return corpus
    weight = weights(corpus).astype(np.float64)
    drawn = np.random.default_rng(seed).choice(len(corpus), count, replace=False, p=weight / weight.sum())
    return corpus.subset(np.sort(drawn))


def _from_names(root: Path) -> tuple[list[Listed], dict[str, str]]:
    found = wav.sound_files(root)
    known = list[Listed]()
    for path in found.paths:
        inside = path.relative_to(root)
        voice = wav.voice_of_path(path, root)
        above = [part for part in inside.parts[:-1] if wav.voice_in_name(part) is None]
        kit = "/".join(above) or root.resolve().name
        known.append(Listed(inside.as_posix(), "" if voice is None else voice.name, kit, "", ""))
    return known, dict(found.refused)


def _from_table(path: Path) -> tuple[list[Listed], dict[str, str]]:
    known, refused = list[Listed](), dict[str, str]()
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CorpusError(f"{path} cannot be read as a CSV: {error}") from error
    if not rows or not {"path", "voice"} <= set(rows[0]):
        raise CorpusError(
            f"{path}: a list of sounds has the columns path and voice, got {list(rows[0]) if rows else []}"
        )
    for row in rows:
        name = row["path"]
        try:
            voice = voice_of(row["voice"]).name if row["voice"] else ""
        except VoiceError as error:
            refused[name] = str(error)
            continue
        kit = "/".join(part for part in (row.get("source"), row.get("kit")) if part)
        licence, credit = row.get("licence") or "", row.get("credit") or ""
        known.append(Listed(name, voice, kit or Path(name).parent.as_posix(), licence, credit))
    return known, refused


class _Sound(NamedTuple):
    """What is kept of one sound and its variants."""

    picture: Float32[np.ndarray, "variant band frame"]
    gain: float
    heard: tuple[float, ...]  # descriptors.Heard.scaled
    sketch: Float32[np.ndarray, " number"]
    remarks: tuple[str, ...]
    hash: str = ""  # of the file
    guess: voices.Guess | None = None  # where nothing else says its voice


def _read_file(root: Path, each: Listed, variants: int, spectrum: Spectrum) -> "_Sound | str":
    """A pure function of the file: this is what executors map. A string is the reason for refusing it."""
    path = root / each.name
    try:
        clip, remarks = wav.read_and_remark(path)
        if clip.seconds < SHORTEST_SECONDS:
            return f"{1000 * clip.seconds:.2f} ms long: no drum is shorter than {1000 * SHORTEST_SECONDS:g} ms"
        sound = _looked_at(clip, variants, spectrum)
        guess = None if each.voice else voices.guess([clip])[0]
        if guess is not None and not guess.sure:
            return f"nothing names its voice, and it sounds like {guess}: too unsure"
        whole = hashlib.sha256(path.read_bytes()).hexdigest()
        return sound._replace(remarks=(*remarks, *sound.remarks), hash=whole, guess=guess)
    except (AudioFileError, TransformError) as error:
        return str(error).removeprefix(f"{path}: ")


def _looked_at(clip: Clip, variants: int, spectrum: Spectrum) -> _Sound:
    samples = placed(clip)
    digest = hashlib.sha256(np.rint(samples * 32767).astype(np.int16).tobytes()).hexdigest()
    rng = np.random.default_rng(int(digest[:8], 16))
    pictures = [spectrum.forward(clip)]
    for semitones in rng.uniform(-MOST_SEMITONES, MOST_SEMITONES, variants):
        rate = round(clip.sample_rate * 2 ** (semitones / 12))
        pictures.append(spectrum.forward(Clip(clip.samples, rate)))
    remarks = []
    if clip.seconds > wav.ONE_SHOT_SECONDS:
        remarks.append(f"longer than {wav.ONE_SHOT_SECONDS:g} s: its end is faded")
    if _is_clipped(clip):
        remarks.append("clipped: its peaks are cut off")
    return _Sound(np.stack(pictures), clip.peak, descriptors.heard(clip).scaled, _sketch(samples), tuple(remarks))


def _sketch(samples: Float32[np.ndarray, " sample"]) -> Float32[np.ndarray, " number"]:
    """A sound as a few numbers, near to those of another only if the samples are: projections on random directions.

    Johnson and Lindenstrauss (1984). Each number has a standard deviation of 1 over all sounds.
    """
    return (_directions(len(samples)) @ samples / np.linalg.norm(samples)).astype(np.float32)


@cache
def _directions(length: int) -> Float32[np.ndarray, "number sample"]:
    return np.random.default_rng(0).choice(np.array([-1, 1], np.float32), (SKETCH_SIZE, length))


def _is_clipped(clip: Clip) -> bool:
    at_peak = np.abs(clip.samples) >= 0.9999 * clip.peak
    run = np.lib.stride_tricks.sliding_window_view(at_peak, min(CLIPPED_SAMPLES, len(clip)))
    return bool(run.all(axis=1).any())


def _assembled(read: Sequence[tuple[Listed, _Sound]], near: bool = True) -> SoundCorpus:
    kits = sorted({each.kit for each, _ in read})
    number = {kit: index for index, kit in enumerate(kits)}
    kit = np.array([number[each.kit] for each, _ in read])
    parted = kit if len(kits) > 1 else np.arange(len(read))
    group = _groups(np.stack([sound.picture[0] for _, sound in read]), parted) if near else kit
    counts = [len(sound.picture) for _, sound in read]
    spread = np.repeat(np.arange(len(read)), counts)
    empty = SoundReport("", 0, {}, 0, 0, 0, "", {}, {}, {})
    return SoundCorpus(
        np.concatenate([sound.picture for _, sound in read]),
        np.array([voice_of(each.voice).index for each, _ in read])[spread],
        np.array([sound.gain for _, sound in read], np.float32)[spread],
        spread,
        np.concatenate([np.arange(count) for count in counts]),
        kit[spread],
        group[spread],
        np.array([sound.heard for _, sound in read], np.float32)[spread],
        tuple(each.name for each, _ in read),
        tuple(kits),
        tuple(each.licence for each, _ in read),
        tuple(each.credit for each, _ in read),
        tuple(sound.hash for _, sound in read),
        empty,
    )


def _groups(
    picture: Float32[np.ndarray, "sound band frame"], kit: Int[np.ndarray, " sound"]
) -> Int[np.ndarray, " sound"]:
    """The same number for kits that share a sound, or near copies of one."""
    flat = picture.reshape(len(picture), -1)
    group = kit.copy()
    square: Float64[np.ndarray, " sound"] = np.square(flat).sum(axis=1, dtype=np.float64)
    for at in range(0, len(flat), 256):
        rows = slice(at, at + 256)
        distance = square[rows, None] + square - 2.0 * (flat[rows] @ flat.T)
        for one, other in zip(*np.nonzero(distance < NEAR_COPY**2 * flat.shape[1]), strict=True):
            low, high = sorted((group[at + one], group[other]))
            if low != high:
                group[group == high] = low
    return np.unique(group, return_inverse=True)[1]


def _counted(corpus: SoundCorpus) -> dict[str, int]:
    counts = Counter(corpus.voice[corpus.variant == 0].tolist())
    return {voice.name: counts[voice.index] for voice in VOICES}


class Credit(NamedTuple):
    """One sound that was learned from: where it is, whose it is, and what may be done with it."""

    path: str
    voice: str
    kit: str
    licence: str
    credit: str
    sha256: str  # of the file; "" for the factory's drums, which their number and the seed say


def credits_of(corpus: SoundCorpus) -> list[Credit]:
    """A row for each sound, in the order of kits and paths."""
    own = corpus.themselves()
    rows = zip(own.source.tolist(), own.voice.tolist(), own.kit.tolist(), strict=True)
    credited = [
        Credit(
            own.sources[source], VOICES[voice].name, own.kits[kit],
            own.licences[source], own.credits[source], own.hashes[source],
        )
        for source, voice, kit in rows
    ]  # fmt: skip
    return sorted(credited, key=lambda each: (each.kit, each.path))


def write_credits(path: Path, credited: Sequence[Credit]) -> None:
    """The rows as a CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(Credit._fields)
        table.writerows(credited)


def by_kit(credited: Sequence[Credit]) -> list[tuple[str, str, str, int]]:
    """Kit, licence, credit and number of sounds, a row for each kit and licence; the factory is one kit.

    Where a kit has several makers, they stand by their names alone: what a credit begins with, up to a comma.
    """
    makers: dict[tuple[str, str], Counter[str]] = {}
    for each in credited:
        kit = "factory" if each.credit == FACTORY_CREDIT else each.kit
        makers.setdefault((kit, each.licence), Counter())[each.credit] += 1
    rows = list[tuple[str, str, str, int]]()
    for (kit, licence), told in sorted(makers.items()):
        names = sorted({credit.split(",")[0] for credit in told}, key=str.lower)
        rows.append((kit, licence, next(iter(told)) if len(told) == 1 else ", ".join(names), told.total()))
    return rows
