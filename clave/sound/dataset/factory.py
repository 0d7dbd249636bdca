"""A corpus of drums from our own synthesizer, with no files at all."""

from dataclasses import replace

import numpy as np

from clave.audio.log_spectrogram import Spectrogram
from clave.music.clip import Clip
from clave.music.kit import VOICES, Voice
from clave.music.kit import voice as voice_of
from clave.sound import drum_synth
from clave.sound.dataset.analysis import AnalysedSound, analyse
from clave.sound.dataset.assembly import assemble, sounds_by_voice
from clave.sound.dataset.data_set import Progress, SoundCorpus, SoundReport
from clave.sound.dataset.listing import Listed
from clave.sound.dataset.scanning import DRUM_SPECTROGRAM

FACTORY_LICENCE, FACTORY_CREDIT = "CC0-1.0", "Clave's own synthesizer"
FACTORY_NAME = "factory "  # what the names of its drums begin with
DRUMS_A_KIT = 10  # of each voice, of the kits that the factory makes here


def made(
    count: int, seed: int = 0, *, spectrogram: Spectrogram = DRUM_SPECTROGRAM, progress: Progress | None = None
) -> SoundCorpus:
    """`count` drums of each voice from our own synthesizer; ten of each make a kit."""
    found: list[tuple[Listed, AnalysedSound]] = []
    for number in range(count):
        kit = f"{FACTORY_NAME}{number // DRUMS_A_KIT}"
        for voice in VOICES:
            clip = made_clip(voice, number, seed)
            if clip.peak > 0:
                name = f"{FACTORY_NAME}{voice.name} {number}"
                drum = Listed(name, voice.name, kit, FACTORY_LICENCE, FACTORY_CREDIT)
                found.append((drum, analyse(clip, 0, spectrogram)))
        if progress is not None:
            progress(number + 1, count)
    corpus = assemble(found, find_near_copies=False)
    counts = sounds_by_voice(corpus)
    report = SoundReport("factory", len(found), {}, len(found), 0, len(corpus.kits), "factory", {}, counts, {})
    return replace(corpus, report=report)


def made_clip(voice: Voice, number: int, seed: int = 0) -> Clip:
    """One of the drums of `made`."""
    rng = np.random.default_rng([seed, voice.index, number])
    return drum_synth.synthesize(drum_synth.draw(voice, rng), seed=int(rng.integers(2**31)))


def factory_drum(name: str) -> tuple[Voice, int]:
    """Voice and number of a drum of `made`, from its name: "factory open hi-hat 12"."""
    voice, _, number = name.removeprefix(FACTORY_NAME).rpartition(" ")
    return voice_of(voice), int(number)
