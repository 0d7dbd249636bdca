"""A folder of one-shots to a corpus: files are analysed one by one, and what comes back is sorted out in one place."""

from collections import Counter
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from clave.audio.log_spectrogram import DrumSpectrogram, Spectrogram
from clave.errors import CorpusError, printable
from clave.sound.dataset.analysis import SKETCH_SIZE, AnalysedSound, analyse_file
from clave.sound.dataset.assembly import assemble, sounds_by_voice
from clave.sound.dataset.copies import first_alike
from clave.sound.dataset.data_set import Progress, SoundCorpus, SoundReport
from clave.sound.dataset.listing import Listed, list_sounds, table_of

COPY_OF = "a copy of "  # why a file is refused, before the name of the one that is kept
DRUM_SPECTROGRAM = DrumSpectrogram()


def scan(
    folder: str | Path,
    listing: str | Path | None = None,
    *,
    variants: int = 0,
    spectrogram: Spectrogram = DRUM_SPECTROGRAM,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> SoundCorpus:
    """The one-shots in a folder and below, as log spectrograms of this kind.

    Voices and kits come from a CSV with the columns `path` and `voice` and, if it has them, `kit`, `licence` and
    `credit` (the given one, or the folder's own manifest.csv), or else from the names of files and folders. Where these
    state no voice, the voice classifier decides, and the sound is kept if its guess is sure. Sounds that are all of one
    kit count as a kit each, so that they can be split. With `variants`, each sound comes that many times more, played a
    little faster or slower. Whatever cannot be used is left out, with its reason in the report. Files are read one
    after another, or by `executor`.

    Raises CorpusError if there is no folder, no sound file or no usable sound, or for a CSV that is none.
    """
    root, table = Path(folder), table_of(folder, listing)
    known, refused, left_out = list_sounds(folder, listing)
    files = len(known) + len(refused)

    work = partial(analyse_file, root, variants=variants, spectrogram=spectrogram)
    results = map(work, known) if executor is None else executor.map(work, known, chunksize=16)
    analysed: list[tuple[Listed, AnalysedSound]] = []
    for done, (each, sound) in enumerate(zip(known, results, strict=True), start=1):
        if progress is not None:
            progress(done, len(known))
        if isinstance(sound, str):
            refused[each.name] = sound
        else:
            analysed.append((each if sound.guess is None else each._replace(voice=sound.guess.voice.name), sound))
    same = first_alike(np.array([sound.sketch for _, sound in analysed], np.float32).reshape(-1, SKETCH_SIZE))
    refused |= {each.name: f"{COPY_OF}{analysed[of][0].name}" for (each, _), of in zip(analysed, same, strict=True)
                if of >= 0}  # fmt: skip
    found = [both for both, of in zip(analysed, same, strict=True) if of < 0]
    if not found:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in list(refused.items())[:3])
        raise CorpusError(f"{folder} holds no sound that can be learned from ({reasons})", refused)
    remarks = Counter[str](remark for _, sound in found for remark in sound.remarks)
    guessed = {
        each.name: {"voice": sound.guess.voice.name, "confidence": round(sound.guess.confidence, 3)}
        for each, sound in found
        if sound.guess is not None
    }
    corpus = assemble(found)
    report = SoundReport(
        printable(str(folder)), files, refused, len(found), int((same >= 0).sum()), len(set(corpus.group.tolist())),
        "names" if table is None else printable(str(table)), guessed, sounds_by_voice(corpus), dict(remarks), left_out,
    )  # fmt: skip
    return replace(corpus, report=report)
