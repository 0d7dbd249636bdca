"""What becomes of sounds once all files are read: copies are refused, kits that share a sound grouped, all counted."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from clave.errors import CorpusError, printable
from clave.files import walking, whole_file
from clave.files.sharded.building import Index, read_table
from clave.files.sharded.place import LocalPlace, Place
from clave.files.tables import read_table as read_csv
from clave.music.kit import VOICES
from clave.music.shapes import Float32, Int
from clave.sound.dataset.analysis import SKETCH_SIZE, unsure
from clave.sound.dataset.copies import first_alike, groups
from clave.sound.dataset.data_set import SoundReport
from clave.sound.dataset.listing import MANIFEST, TABLE_COLUMNS, Listed, in_table, named
from clave.sound.dataset.scanning import COPY_OF, DRUM_SPECTROGRAM
from clave.sound.dataset.sound_shards import SoundFacts, sound_facts, stored, voice_name


@dataclass(frozen=True)
class Labels:
    """What names or a table say of each file."""

    of: list[Listed | str]  # a string: why the file is refused
    missing: dict[str, str]  # rows of the table without a file, and why
    source: str  # where voices were found


def labels_of(place: Place, names: Sequence[str], listing: str | Path | None, licence: str) -> Labels:
    """Voice, kit, licence and credit of each file, from a table or from its name."""
    if listing is not None:
        rows = read_csv(listing, TABLE_COLUMNS)
    elif (own := place.read(MANIFEST)) is not None:
        with tempfile.TemporaryDirectory(prefix="clave-") as folder:
            whole_file.write(table := Path(folder, MANIFEST), own)
            rows = read_csv(table, TABLE_COLUMNS)
    else:
        folder = (
            walking.base_of(place.root).resolve().name
            if isinstance(place, LocalPlace)
            else str(place).rstrip("/").rsplit("/", 1)[-1]
        )
        return Labels([named(name, folder)._replace(licence=licence) for name in names], {}, "names")
    found, missing = in_table(rows, names)
    of = [each if isinstance(each, str) else each._replace(licence=each.licence or licence) for each in found]
    return Labels(of, missing, printable(str(listing or f"{place}/{MANIFEST}")))


class Verdict(NamedTuple):
    """What becomes of a file."""

    name: str
    refusal: str | None
    listed: Listed
    facts: SoundFacts
    guessed: bool = False  # its voice is known by listening
    is_copy: bool = False
    group: int = -1


_UNKNOWN = Listed("", "", "", "", "")


def judge(source: str, place: Place, index: Index, names: Sequence[str], labels: Labels) -> list[Verdict]:
    """Unusable files, those of unsure voice and copies are refused; the others are grouped by the sounds they share."""
    each = [_verdict(*of) for of in zip(names, labels.of, all_facts(place, index), strict=True)]
    usable = [at for at, verdict in enumerate(each) if verdict.refusal is None]
    sketches = _numbers([each[at].facts.sketch for at in usable], SKETCH_SIZE)
    for at, of in zip(usable, first_alike(sketches).tolist(), strict=True):
        if of >= 0:
            each[at] = each[at]._replace(refusal=COPY_OF + each[usable[of]].name, is_copy=True)
    kept = np.array([at for at in usable if each[at].refusal is None], np.int64)
    if not len(kept):
        refused = {verdict.name: str(verdict.refusal) for verdict in each}
        reasons = "; ".join(f"{name}: {reason}" for name, reason in list(refused.items())[:3])
        raise CorpusError(f"{source} holds no sound that can be learned from ({reasons})", refused)
    _, kit = np.unique([each[at].listed.kit for at in kept], return_inverse=True)
    parted = kit if kit.max() else np.arange(len(kept))
    outline = _numbers([each[at].facts.outline for at in kept], -1)
    cells = DRUM_SPECTROGRAM.bands * DRUM_SPECTROGRAM.frames
    found = groups(parted, outline, cells, lambda some: _own_features(place, index, kept[some]))
    for at, group in zip(kept.tolist(), found.tolist(), strict=True):
        each[at] = each[at]._replace(group=group)
    return each


def _verdict(name: str, listed: Listed | str, facts: SoundFacts) -> Verdict:
    if isinstance(listed, str):
        return Verdict(name, listed, _UNKNOWN, facts)
    refusal = facts.refusal
    if refusal is None and not listed.voice:
        if not facts.sure:
            refusal = unsure(f"{voice_name(facts)} at {facts.confidence:.0%}")
        return Verdict(name, refusal, listed._replace(voice=voice_name(facts)), facts, guessed=True)
    return Verdict(name, refusal, listed, facts)


def all_facts(place: Place, index: Index) -> Iterator[SoundFacts]:
    """What reading found of each file of a corpus, in order."""
    for batch in index.batches:
        yield from sound_facts(read_table(place, f"batches/{batch.batch}.parquet"))


def _own_features(
    place: Place, index: Index, files: Int[np.ndarray, " chosen"]
) -> Float32[np.ndarray, "chosen band frame"]:
    """The log spectrograms of some files, by number, which rise."""
    ends = np.cumsum([batch.files for batch in index.batches])
    found = list[np.ndarray]()
    for number in np.unique(np.searchsorted(ends, files, side="right")).tolist():
        batch = index.batches[number]
        table = read_table(place, f"rows/{batch.rows}.parquet", ["place", "log_spectrogram"])
        places = table.column("place").to_numpy() + ends[number] - batch.files
        found.append(stored(table.filter(np.isin(places, files)), "log_spectrogram")[:, 0])
    return (
        np.concatenate(found) if found else np.zeros((0, DRUM_SPECTROGRAM.bands, DRUM_SPECTROGRAM.frames), np.float32)
    )


def _numbers(rows: Sequence[bytes], size: int) -> Float32[np.ndarray, "sound number"]:
    return np.frombuffer(b"".join(rows), np.float32).reshape(len(rows), size)


def report_of(folder: str, verdicts: Sequence[Verdict], labels: Labels) -> SoundReport:
    """What a folder held, and what became of it."""
    kept = [each for each in verdicts if each.refusal is None]
    counts = Counter(each.listed.voice for each in kept)
    return SoundReport(
        folder,
        len(verdicts),
        {each.name: each.refusal for each in verdicts if each.refusal is not None},
        len(kept),
        sum(each.is_copy for each in verdicts),
        len({each.group for each in kept}),
        labels.source,
        {each.name: _guessed(each.facts.guess, each.facts.confidence) for each in kept if each.guessed},
        {voice.name: counts[voice.name] for voice in VOICES},
        dict(Counter(remark for each in kept for remark in each.facts.remarks)),
    )


def _guessed(voice: int, confidence: float) -> dict[str, Any]:
    return {"voice": VOICES[voice].name, "confidence": round(confidence, 3)}
