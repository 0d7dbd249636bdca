"""Which sounds of a folder a space has not learned from, and their two parts: for the judge, and for the test.

A kit is unseen when neither it nor any kit that shares a sound with it, or a near copy of one, was learned from.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32, Int, Int16

from clave.audio.log_spectrogram import LENGTH, DrumSpectrogram, placed
from clave.errors import CorpusError
from clave.files import audio_file as wav
from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.sound import dataset as sounds
from clave.sound.dataset import SoundCorpus
from clave.sound.space import SoundSpace

FULL_SCALE = 32_767  # of the 16 bits in which sounds are held
SPLITS = 64  # ways to part the kits, of which the one that parts each voice most evenly is taken
LEAST_KITS = 4  # unseen: two for the judge and two for the test

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, eq=False)
class Drums:
    """Sounds, aligned as `spectrum.placed` has it, with their voices and where they come from."""

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

    def and_(self, other: "Drums") -> "Drums":
        """Both, one after the other."""
        return Drums(
            np.concatenate([self.sample, other.sample]),
            np.concatenate([self.voice, other.voice]),
            np.concatenate([self.group, other.group]),
            self.name + other.name,
        )

    @classmethod
    def of(cls, clips: Iterable[Clip], voice: Sequence[int], group: Sequence[int], name: Sequence[str]) -> "Drums":
        """Clips, aligned."""
        rows = [np.rint(placed(clip) * FULL_SCALE).astype(np.int16) for clip in clips]
        sample = np.stack(rows) if rows else np.zeros((0, LENGTH), np.int16)
        return cls(sample, np.array(voice, np.int64), np.array(group, np.int64), tuple(name))


@dataclass(frozen=True, eq=False)
class Parts:
    """The sounds of a folder by what they are for."""

    learned: Drums  # what the space learned from, as far as it lies in the folder or the factory makes it
    picture: Float32[np.ndarray, "learned band frame"]  # of the learned ones
    weight: Float32[np.ndarray, " learned"]  # how much each counts in learning
    judging: Drums  # unseen kits that the judge learns from
    test: Drums  # other unseen kits
    facts: dict[str, Any]  # how many there are of each


def part(
    folder: Path, listing: Path | None, spaces: Sequence[SoundSpace], seed: int = 0, progress: Progress | None = None
) -> Parts:
    """Read a folder and part it; the space first named is the one whose learned sounds are gathered.

    Raises CorpusError if there are fewer than four unseen kits, or a voice of the test is not among the judge's.
    """

    def tell(what: str) -> Callable[[int, int], None]:
        return lambda done, files: progress(what, done, files) if progress else None

    corpus = sounds.scan(folder, listing, progress=tell("reading"))
    known = [names_learned(space) for space in spaces]
    common = [voice.index for voice in VOICES if all(voice.name in space.voices for space in spaces)]
    kit_of = {each.name: each.kit for each in sounds.listed(folder, listing)[0]}
    unseen = unseen_rows(corpus, set[str]().union(*known), kit_of) & np.isin(corpus.voice, common)
    here = np.array([corpus.sources[index] in known[0] for index in corpus.source])
    testing = parted(corpus.subset(unseen), seed)
    rows = np.flatnonzero(unseen)

    drums = [
        _heard(folder, corpus, chosen, tell(what))
        for chosen, what in (
            (np.flatnonzero(here), "hearing the learned"),
            (rows[~testing], "hearing the judge's"),
            (rows[testing], "hearing the unseen"),
        )
    ]
    learned, picture = drums[0], corpus.log_spectrogram[here]
    factory = sorted(name for name in known[0] if name.startswith(sounds.FACTORY_NAME))
    if factory:
        there = made(factory, int(spaces[0].card.get("seed", 0)), 1 + int(corpus.group.max()), tell("making"))
        spectrum = DrumSpectrogram()
        pictures = [spectrum.forward(Clip(each)) for each in there.sounds]
        picture = np.concatenate([picture, np.stack(pictures)])
        learned = learned.and_(there)
    facts = {
        "files": corpus.report.files, "refused": len(corpus.report.refused),
        "learned": int(here.sum()), "learned_factory": len(factory),
        "learned_missing": len(known[0]) - int(here.sum()) - len(factory),
        "kept_out": int((~unseen & ~here).sum()),
        "judging": len(drums[1]), "judging_groups": len(np.unique(drums[1].group)),
        "test": len(drums[2]), "test_groups": len(np.unique(drums[2].group)),
    }  # fmt: skip
    return Parts(learned, picture, sounds.weights_of(learned.voice, learned.group), drums[1], drums[2], facts)


def names_learned(space: SoundSpace) -> set[str]:
    """The names of all sounds that a space was learned or tuned on, or chosen by."""
    return {name for voice in space.voices for name in space.corpus(voice).sources}


def unseen_rows(corpus: SoundCorpus, learned: set[str], kit_of: Mapping[str, str]) -> Bool[np.ndarray, " sound"]:
    """True for sounds of groups that hold nothing learned.

    A file that was left out as a copy of a learned one, or a learned file that was left out as a copy, makes its kit,
    and that of the other, known too: `kit_of` says of each file which that is.
    """
    kits = set[str]()
    for copy, reason in corpus.report.refused.items():
        original = reason.removeprefix(sounds.COPY_OF)
        if original != reason and not learned.isdisjoint((copy, original)):
            kits |= {kit_of[copy], kit_of[original]}
    rows = zip(corpus.source.tolist(), corpus.kit.tolist(), strict=True)
    known = np.array([corpus.sources[source] in learned or corpus.kits[kit] in kits for source, kit in rows])
    return ~np.isin(corpus.group, corpus.group[known])


def parted(corpus: SoundCorpus, seed: int) -> Bool[np.ndarray, " sound"]:
    """True for the half that is tested with; whole groups, so that each voice is parted as evenly as can be."""
    groups = len(np.unique(corpus.group))
    if groups < LEAST_KITS:
        raise CorpusError(
            f"the folder holds {len(corpus)} sounds of {groups} kits that the space has not learned from "
            f"and that share no sound; {LEAST_KITS} are the least to measure with"
        )
    voices = np.unique(corpus.voice)
    best, least = np.zeros(len(corpus), np.bool_), -1.0
    for attempt in range(SPLITS):
        half = sounds.split(corpus, share=0.5, seed=seed + attempt)
        shares = np.array([half[corpus.voice == voice].mean() for voice in voices])
        evenness = float(np.minimum(shares, 1 - shares).min())
        if evenness > least:
            best, least = half, evenness
    alone = [VOICES[voice].name for voice in voices if best[corpus.voice == voice].all()]
    if alone:
        raise CorpusError(f"all unseen sounds of {', '.join(alone)} are of kits that cannot be parted: add kits")
    return best


def _heard(
    folder: Path, corpus: SoundCorpus, rows: Int[np.ndarray, " chosen"], tell: Callable[[int, int], None]
) -> Drums:
    names = [corpus.sources[index] for index in corpus.source[rows]]
    clips = _told((wav.read(folder / name) for name in names), len(names), tell)
    return Drums.of(clips, corpus.voice[rows].tolist(), corpus.group[rows].tolist(), names)


def made(names: Sequence[str], seed: int, first_group: int, tell: Callable[[int, int], None]) -> Drums:
    """Drums of the factory, by their names; their kits are counted from `first_group` on."""
    drums = [sounds.factory_drum(name) for name in names]
    clips = _told((sounds.made_clip(voice, number, seed) for voice, number in drums), len(names), tell)
    group = [first_group + number // sounds.DRUMS_A_KIT for _, number in drums]
    return Drums.of(clips, [voice.index for voice, _ in drums], group, names)


def _told(clips: Iterable[Clip], count: int, tell: Callable[[int, int], None]) -> Iterable[Clip]:
    for done, clip in enumerate(clips, start=1):
        yield clip
        tell(done, count)
