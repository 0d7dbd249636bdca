"""The data of a space, read again, and its table measured on them again: what `clave verify` compares."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np

from clave.errors import CorpusError
from clave.evaluation.verify import Figures, Recompute, Recomputed, Space
from clave.latent.space_folder import open_space
from clave.music.kit import VOICES
from clave.rhythm import dataset as rhythm_dataset
from clave.rhythm import scores
from clave.rhythm.dataset import BARS_FILE, Corpus
from clave.rhythm.dataset.data_hash import data_hash as hash_of_bars
from clave.rhythm.space import load_rhythm
from clave.rhythm.space_format import RHYTHM_FORMAT
from clave.sound import comparison
from clave.sound import dataset as sound_dataset
from clave.sound.corpus_map import CREDITS_FILE
from clave.sound.dataset import SoundCorpus, credits_of, read_credits
from clave.sound.dataset.data_hash import data_hash as hash_of_sounds
from clave.sound.space import load_sound
from clave.training import rhythm_data, sound_data
from clave.training.models.rhythm_model import RhythmModelConfig
from clave.training.shipped import model_config
from clave.training.sound_verdict import sound_verdict

SOUNDS_FILE = "sounds.npz"


def of_rhythm(folder: Path, space: Space, place: Path) -> Recomputed:
    """The bars that a run keeps, or those of a folder of MIDI files, with our own grooves where the space has some."""
    if (place / BARS_FILE).is_file():
        corpus = Corpus.load(place)
    else:
        corpus = rhythm_dataset.scan(place)
        if any(name.startswith(f"{rhythm_dataset.FACTORY} ") for name in load_rhythm(folder).corpus.sources):
            grooves = rhythm_dataset.from_factory(takes=rhythm_dataset.TAKES_BESIDE, seed=_seed(space))
            corpus = rhythm_dataset.joined(corpus, grooves)
    says = f"{len(corpus)} bars of {len(np.unique(corpus.source))} sources"
    return Recomputed(hash_of_bars(corpus), partial(_rhythm_figures, folder, _seed(space), corpus), says)


def _rhythm_figures(folder: Path, seed: int, corpus: Corpus) -> Figures:
    config = model_config(open_space(folder, RHYTHM_FORMAT))
    assert isinstance(config, RhythmModelConfig), "the format of the space says so"
    parts = rhythm_data.divide(rhythm_data.in_meters(corpus, config.meters), seed)
    held_out = rhythm_data.beats(rhythm_data.recorded(parts.validation))
    return scores.measure(load_rhythm(folder), held_out.patterns)


def of_sound(folder: Path, space: Space, place: Path) -> Recomputed:
    """The sounds that a run keeps, or the files of a folder that the credits of the space name."""
    keeps = (place / SOUNDS_FILE).is_file()
    corpus = SoundCorpus.load(place) if keeps else _credited_sounds(folder, space, place)
    says = f"{len(corpus.themselves())} sounds of {len(corpus.kits)} kits"
    digest = hash_of_sounds(credits_of(corpus))
    return Recomputed(digest, partial(_sound_figures, folder, _seed(space), corpus), says)


def _credited_sounds(folder: Path, space: Space, place: Path) -> SoundCorpus:
    """The files that the credits name, and as many drums of our own synthesizer as they have."""
    credited = read_credits(folder / CREDITS_FILE)
    spectrogram = load_sound(folder).spectrogram
    made = sum(not each.sha256 for each in credited)
    if not any(each.sha256 for each in credited):
        raise CorpusError(f"{folder / CREDITS_FILE} names no file that {place} could hold")
    found = sound_dataset.scan(place, folder / CREDITS_FILE, spectrogram=spectrogram)
    if made:
        drums = sound_dataset.made(made, _seed(space), spectrogram=spectrogram)
        found = sound_dataset.joined(found, drums)
    return found


def _sound_figures(folder: Path, seed: int, corpus: SoundCorpus) -> Figures:
    space, parts = load_sound(folder), sound_data.divide(corpus, seed)
    voices = [index for index in np.unique(corpus.voice) if VOICES[index].name in space.voices]
    held_out = parts.validation.subset(np.isin(parts.validation.voice, voices))
    _, measured = sound_verdict(space, held_out if len(held_out) else corpus.themselves())
    return comparison.measure_log_spectrograms(space, parts.validation) | measured


def _seed(space: Space) -> int:
    return int(space.card.get("seed", 0))


RECOMPUTE: Mapping[str, Recompute] = {"rhythm": of_rhythm, "sound": of_sound}
