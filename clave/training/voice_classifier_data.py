"""The training data of the voice classifier: log spectrograms of named recordings, augmented, and of drums of ours."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from clave.errors import AudioFileError, TrainingError, printable
from clave.files import audio_file
from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.kit import VOICES
from clave.music.kit import voice as voice_of
from clave.music.shapes import Bool, Float32, Float64, Int
from clave.sound.dataset import FACTORY_CREDIT, FACTORY_LICENCE, Credit, Listed, made_clip
from clave.sound.voice_classifier import log_spectrogram as log_spectrogram_of
from clave.training.progress import OnProgress, of_task

FOLDS = 4
FACTORY_SHARE = 0.35  # of each voice: how often a training example is a synthesized drum


@dataclass(frozen=True)
class ExampleCounts:
    """How many examples are made beside the recordings themselves."""

    variants: int = 8  # of each recording
    factory_drums: int = 400  # of each voice


@dataclass(frozen=True, eq=False)
class VoiceExamples:
    """Labelled log spectrograms, row by row."""

    log_spectrogram: Float32[np.ndarray, "row band frame"]
    voice: Int[np.ndarray, " row"]  # index into VOICES
    kit: Int[np.ndarray, " row"]
    source: Int[np.ndarray, " row"]  # the origin of the kit; folds keep a source together
    recorded: Bool[np.ndarray, " row"]  # a recording as it is, neither augmented nor synthesized
    synthesized: Bool[np.ndarray, " row"]

    def __len__(self) -> int:
        return len(self.voice)


class _Row(NamedTuple):
    log_spectrogram: Float32[np.ndarray, "band frame"]
    voice: int
    kit: str
    recorded: bool
    synthesized: bool


def read_examples(
    known: Sequence[Listed],
    folder: Path,
    counts: ExampleCounts,
    *,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> tuple[VoiceExamples, list[Credit], dict[str, str]]:
    """Examples from these files and from synthesized drums; their credits; and the refused files with the reasons.

    Raises TrainingError if no file is a sound of a known voice.
    """
    rows, credited, refused = _recordings(known, folder, counts.variants, seed, of_task(on_progress, "reading"))
    if not rows:
        raise TrainingError(f"{folder} holds no sound of a known voice")
    made, made_credits = _synthesized(counts.factory_drums, seed, of_task(on_progress, "making"))
    rows += made
    kits = [row.kit for row in rows]
    examples = VoiceExamples(
        np.stack([row.log_spectrogram for row in rows]),
        np.array([row.voice for row in rows]),
        np.unique(kits, return_inverse=True)[1],
        np.unique([kit.split("/")[0] for kit in kits], return_inverse=True)[1],
        np.array([row.recorded for row in rows]),
        np.array([row.synthesized for row in rows]),
    )
    return examples, credited + made_credits, refused


def _recordings(
    known: Sequence[Listed], folder: Path, variants: int, seed: int, on_count: Callable[[int, int], None]
) -> tuple[list[_Row], list[Credit], dict[str, str]]:
    rng = np.random.default_rng(seed)
    rows, credited, refused = list[_Row](), list[Credit](), dict[str, str]()
    named = [each for each in known if each.voice]
    for done, each in enumerate(named, start=1):
        path = each.path or folder / each.name
        try:
            clip = audio_file.read(path)
        except AudioFileError as error:
            refused[each.name] = str(error).removeprefix(printable(f"{path}: "))
            continue
        if clip.peak == 0:
            refused[each.name] = "silence"
            continue
        index = voice_of(each.voice).index
        clips = [clip, *(augmented(clip, rng) for _ in range(variants))]
        rows += [
            _Row(log_spectrogram_of(one), index, each.kit, recorded=number == 0, synthesized=False)
            for number, one in enumerate(clips)
        ]
        credited.append(Credit(*each[:5], hashlib.sha256(path.read_bytes()).hexdigest()))
        on_count(done, len(named))
    return rows, credited, refused


def _synthesized(count: int, seed: int, on_count: Callable[[int, int], None]) -> tuple[list[_Row], list[Credit]]:
    rows, credited = list[_Row](), list[Credit]()
    for number in range(count):
        for voice in VOICES:
            log_spectrogram = log_spectrogram_of(made_clip(voice, number, seed))
            rows.append(_Row(log_spectrogram, voice.index, "factory", recorded=False, synthesized=True))
            name = f"factory {voice.name} {number}"
            credited.append(Credit(name, voice.name, "factory", FACTORY_LICENCE, FACTORY_CREDIT, ""))
        on_count(number + 1, count)
    return rows, credited


def augmented(clip: Clip, rng: np.random.Generator) -> Clip:
    """A random variant of a drum: another speed and pitch, a shorter decay, distortion, a lower bandwidth, noise."""
    rate = round(clip.sample_rate * 2 ** (rng.uniform(-4, 4) / 12))
    sound = audio_file.resampled(Clip(clip.samples, rate))
    if rng.random() < 0.3:
        sound = audio_file.resampled(audio_file.resampled(sound, round(rng.uniform(12_000, 32_000))), SAMPLE_RATE)
    samples = sound.samples.astype(np.float64) / max(sound.peak, 1e-9)
    if rng.random() < 0.4:
        samples *= np.exp(-np.arange(len(samples)) / SAMPLE_RATE * rng.uniform(0, 3) / 10 ** rng.uniform(-1.1, 0.3))
    if rng.random() < 0.3:
        samples = np.tanh(samples * 10 ** rng.uniform(0, 1))
    if rng.random() < 0.3:
        samples += 10 ** rng.uniform(-4, -2.2) * rng.standard_normal(len(samples))
    return Clip(samples.astype(np.float32))


def sampling_weights(examples: VoiceExamples) -> Float64[np.ndarray, " row"]:
    """The probability with which each row is drawn in training; they add up to 1.

    Voices are equal, synthesized drums have FACTORY_SHARE of each, and a kit counts by the root of its size.
    """
    weight = np.zeros(len(examples))
    for index in range(len(VOICES)):
        for synthesized, share in ((False, 1 - FACTORY_SHARE), (True, FACTORY_SHARE)):
            rows = (examples.voice == index) & (examples.synthesized == synthesized)
            _, kit, counts = np.unique(examples.kit[rows], return_inverse=True, return_counts=True)
            by_kit = 1 / np.sqrt(counts[kit])
            weight[rows] = share * by_kit / max(by_kit.sum(), 1e-12)
    return weight / weight.sum()


def folds(examples: VoiceExamples, count: int = FOLDS) -> list[Bool[np.ndarray, " row"]]:
    """The sources of the recordings in so many folds of about the same size: True for the rows of a fold."""
    names, sizes = np.unique(examples.source[examples.recorded], return_counts=True)
    parts = [(0, list[int]()) for _ in range(min(count, len(names)))]
    for index in np.argsort(-sizes, kind="stable"):
        smallest = min(range(len(parts)), key=lambda part: parts[part][0])
        size, sources = parts[smallest]
        parts[smallest] = (size + int(sizes[index]), [*sources, int(names[index])])
    return [np.isin(examples.source, sources) for _, sources in parts]
