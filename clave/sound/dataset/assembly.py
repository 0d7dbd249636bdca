"""Analysed sounds to a corpus: their columns, and which kits share a sound."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from clave.music.kit import VOICES
from clave.music.kit import voice as voice_of
from clave.sound.dataset.analysis import AnalysedSound
from clave.sound.dataset.copies import groups, outlines
from clave.sound.dataset.data_set import SoundCorpus, SoundReport
from clave.sound.dataset.listing import Listed


def assemble(found: Sequence[tuple[Listed, AnalysedSound]], find_near_copies: bool = True) -> SoundCorpus:
    """A corpus of these sounds, with an empty report.

    Sounds that are all of one kit count as a kit each, so that they can be split. Without `find_near_copies`, kits are
    taken to share none.
    """
    kits = sorted({each.kit for each, _ in found})
    number = {kit: index for index, kit in enumerate(kits)}
    kit = np.array([number[each.kit] for each, _ in found])
    parted = kit if len(kits) > 1 else np.arange(len(found))
    group = kit
    if find_near_copies:
        own = np.stack([sound.log_spectrogram[0] for _, sound in found])
        group = groups(parted, outlines(own), own[0].size, lambda chosen: own[chosen])
    counts = [len(sound.log_spectrogram) for _, sound in found]
    source = np.repeat(np.arange(len(found)), counts)
    return SoundCorpus(
        log_spectrogram=np.concatenate([sound.log_spectrogram for _, sound in found]),
        voice=np.array([voice_of(each.voice).index for each, _ in found])[source],
        gain=np.array([sound.gain for _, sound in found], np.float32)[source],
        source=source,
        variant=np.concatenate([np.arange(count) for count in counts]),
        kit=kit[source],
        group=group[source],
        descriptors=np.array([sound.descriptors for _, sound in found], np.float32)[source],
        sources=tuple(each.name for each, _ in found),
        kits=tuple(kits),
        licences=tuple(each.licence for each, _ in found),
        credits=tuple(each.credit for each, _ in found),
        hashes=tuple(sound.hash for _, sound in found),
        report=SoundReport("", 0, {}, 0, 0, 0, "", {}, {}, {}),
    )


def sounds_by_voice(corpus: SoundCorpus) -> dict[str, int]:
    """How many sounds each voice has, variants aside."""
    counts = Counter(corpus.voice[corpus.variant == 0].tolist())
    return {voice.name: counts[voice.index] for voice in VOICES}
