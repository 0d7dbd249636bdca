"""The sounds that a space is evaluated on: its training sounds, and held-out ones for a classifier and for the test.

A kit is held out when neither it nor any kit that shares a sound with it, or a near copy of one, was trained on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from clave.audio.log_spectrogram import LENGTH, DrumSpectrogram, placed
from clave.errors import CorpusError
from clave.files import audio_file, walking
from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.music.shapes import Bool, Float32, Int, Int16
from clave.sound import dataset
from clave.sound.dataset import SoundCorpus
from clave.sound.space import SoundSpace
from clave.training.progress import OnCount, OnProgress, counted, of_task

FULL_SCALE = 32_767  # of the 16 bits in which samples are stored
SPLIT_ATTEMPTS = 64  # at dividing the kits, of which the one that divides each voice most evenly is taken
MIN_KITS = 4  # held out: two for the classifier and two for the test


@dataclass(frozen=True, eq=False)
class Drums:
    """Sounds, aligned by `log_spectrogram.placed`, with their voices and where they come from."""

    sample: Int16[np.ndarray, "sound sample"]
    voice: Int[np.ndarray, " sound"]  # index into VOICES
    group: Int[np.ndarray, " sound"]  # the same for kits that share a sound
    name: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.voice)

    @property
    def sounds(self) -> Float32[np.ndarray, "sound sample"]:
        """The samples in [-1, 1]."""
        return self.sample.astype(np.float32) / FULL_SCALE

    def subset(self, chosen: Bool[np.ndarray, " sound"] | Int[np.ndarray, " chosen"]) -> "Drums":
        """Some of them, by mask or by index."""
        names = np.array(self.name, np.str_)[chosen]
        return Drums(self.sample[chosen], self.voice[chosen], self.group[chosen], tuple(map(str, names)))

    def joined(self, other: "Drums") -> "Drums":
        """These sounds and then the others."""
        return Drums(
            np.concatenate([self.sample, other.sample]),
            np.concatenate([self.voice, other.voice]),
            np.concatenate([self.group, other.group]),
            self.name + other.name,
        )

    @classmethod
    def of(cls, clips: Iterable[Clip], voice: Sequence[int], group: Sequence[int], name: Sequence[str]) -> "Drums":
        """Clips, which are aligned here."""
        rows = [np.rint(placed(clip) * FULL_SCALE).astype(np.int16) for clip in clips]
        sample = np.stack(rows) if rows else np.zeros((0, LENGTH), np.int16)
        return cls(sample, np.array(voice, np.int64), np.array(group, np.int64), tuple(name))


@dataclass(frozen=True, eq=False)
class EvaluationData:
    """The sounds of a folder by part."""

    train: Drums  # what the space was trained on, as far as the folder or our drum synthesizer has it
    log_spectrogram: Float32[np.ndarray, "train_sound band frame"]  # of the training sounds
    weight: Float32[np.ndarray, " train_sound"]  # of each in training
    judging: Drums  # held-out kits that the classifier is trained on
    test: Drums  # other held-out kits
    counts: dict[str, Any]  # of the sounds in each part


def evaluation_data(
    folder: Path,
    listing: Path | None,
    spaces: Sequence[SoundSpace],
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> EvaluationData:
    """Read the one-shots in a folder and divide them; `train` are those that the first of these spaces was trained on.

    Held-out kits are held out of all the spaces. Raises CorpusError if there are fewer than MIN_KITS of them, or if a
    voice of the test is missing in the classifier's part.
    """
    corpus = dataset.scan(folder, listing, progress=of_task(on_progress, "reading"))
    trained_on = [training_names(space) for space in spaces]
    common = [voice.index for voice in VOICES if all(voice.name in space.voices for space in spaces)]
    kit_of = {each.name: each.kit for each in dataset.listed(folder, listing)[0]}
    held_out = held_out_rows(corpus, set[str]().union(*trained_on), kit_of) & np.isin(corpus.voice, common)
    here = np.array([corpus.sources[index] in trained_on[0] for index in corpus.source])
    testing = divide(corpus.subset(held_out), seed)
    rows = np.flatnonzero(held_out)
    train, judging, test = (
        _read(folder, corpus, chosen, of_task(on_progress, task))
        for chosen, task in (
            (np.flatnonzero(here), "reading the training sounds"),
            (rows[~testing], "reading the classifier's sounds"),
            (rows[testing], "reading the test sounds"),
        )
    )
    log_spectrogram = corpus.log_spectrogram[here]
    factory = sorted(name for name in trained_on[0] if name.startswith(dataset.FACTORY_NAME))
    if factory:
        making = of_task(on_progress, "synthesizing")
        made = synthesized(factory, int(spaces[0].card.get("seed", 0)), 1 + int(corpus.group.max()), making)
        spectrogram = DrumSpectrogram()
        made_log_spectrograms = np.stack([spectrogram.forward(Clip(each)) for each in made.sounds])
        log_spectrogram = np.concatenate([log_spectrogram, made_log_spectrograms])
        train = train.joined(made)
    counts = {
        "files": corpus.report.files, "refused": len(corpus.report.refused),
        "train": int(here.sum()), "train_factory": len(factory),
        "train_missing": len(trained_on[0]) - int(here.sum()) - len(factory),
        "left_out": int((~held_out & ~here).sum()),
        "judging": len(judging), "judging_groups": len(np.unique(judging.group)),
        "test": len(test), "test_groups": len(np.unique(test.group)),
    }  # fmt: skip
    return EvaluationData(train, log_spectrogram, dataset.weights_of(train.voice, train.group), judging, test, counts)


def training_names(space: SoundSpace) -> set[str]:
    """The names of all sounds that a space was trained, tuned or selected on."""
    return {name for voice in space.voices for name in space.corpus(voice).sources}


def held_out_rows(corpus: SoundCorpus, trained_on: set[str], kit_of: Mapping[str, str]) -> Bool[np.ndarray, " sound"]:
    """True for the sounds of groups in which nothing was trained on.

    A file that was left out of the corpus as a copy of a training sound, or a training sound that was left out as a
    copy, excludes its kit and that of the other one too: `kit_of` has the kit of each file.
    """
    kits = set[str]()
    for copy, reason in corpus.report.refused.items():
        original = reason.removeprefix(dataset.COPY_OF)
        if original != reason and not trained_on.isdisjoint((copy, original)):
            kits |= {kit_of[copy], kit_of[original]}
    rows = zip(corpus.source.tolist(), corpus.kit.tolist(), strict=True)
    excluded = np.array([corpus.sources[source] in trained_on or corpus.kits[kit] in kits for source, kit in rows])
    return ~np.isin(corpus.group, corpus.group[excluded])


def divide(corpus: SoundCorpus, seed: int) -> Bool[np.ndarray, " sound"]:
    """True for the half that is tested on: whole groups, chosen so that each voice is divided as evenly as possible."""
    groups = len(np.unique(corpus.group))
    if groups < MIN_KITS:
        raise CorpusError(
            f"the folder holds {len(corpus)} sounds of {groups} kits that the space was not trained on "
            f"and that share no sound; an evaluation needs {MIN_KITS}: name a folder with other kits"
        )
    voices = np.unique(corpus.voice)
    best, most_even = np.zeros(len(corpus), np.bool_), -1.0
    for attempt in range(SPLIT_ATTEMPTS):
        half = dataset.split(corpus, share=0.5, seed=seed + attempt)
        shares = np.array([half[corpus.voice == voice].mean() for voice in voices])
        evenness = float(np.minimum(shares, 1 - shares).min())
        if evenness > most_even:
            best, most_even = half, evenness
    undivided = [VOICES[voice].name for voice in voices if best[corpus.voice == voice].all()]
    if undivided:
        raise CorpusError(f"the held-out sounds of {', '.join(undivided)} are of kits that share sounds: add kits")
    return best


def synthesized(names: Sequence[str], seed: int, first_group: int, on_count: OnCount) -> Drums:
    """Drums of our synthesizer by their names; the groups of their kits are numbered from `first_group`."""
    drums = [dataset.factory_drum(name) for name in names]
    clips = counted((dataset.made_clip(voice, number, seed) for voice, number in drums), len(names), on_count)
    group = [first_group + number // dataset.DRUMS_A_KIT for _, number in drums]
    return Drums.of(clips, [voice.index for voice, _ in drums], group, names)


def _read(folder: Path, corpus: SoundCorpus, rows: Int[np.ndarray, " chosen"], on_count: OnCount) -> Drums:
    names = [corpus.sources[index] for index in corpus.source[rows]]
    find = walking.Finder(walking.base_of(folder))
    clips = counted((audio_file.read(find(name) or folder / name) for name in names), len(names), on_count)
    return Drums.of(clips, corpus.voice[rows].tolist(), corpus.group[rows].tolist(), names)
