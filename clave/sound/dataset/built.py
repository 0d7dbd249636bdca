"""A corpus of one-shots that is built once and opened again and again: in a folder or a bucket, FLAC in Parquet.

`build` reads only the files that are new or changed since the last time; `open_corpus` gives the corpus that `scan`
makes of the folder, its log spectrograms rounded to 16 bits, as a run keeps them.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from clave.audio.log_spectrogram import Spectrogram
from clave.errors import CorpusError, printable
from clave.files import audio_file
from clave.files.sharded.arrays import zeros
from clave.files.sharded.building import INDEX, Index, Table, finish, make_batches, read_index, read_table, reading
from clave.files.sharded.lock import locked
from clave.files.sharded.place import Place, place_at
from clave.files.sharded.workers import Pool
from clave.music.clip import SAMPLE_RATE
from clave.music.kit import voice as voice_of
from clave.music.shapes import Float32
from clave.sound.dataset.analysis import analyse
from clave.sound.dataset.data_set import Progress, SoundCorpus, SoundReport
from clave.sound.dataset.scanning import DRUM_SPECTROGRAM
from clave.sound.dataset.sorting_out import Verdict, all_facts, judge, labels_of, report_of
from clave.sound.dataset.sound_shards import VARIANTS, SoundMaker, clip_of, stored

KIND = "sounds"
Address = str | PathLike[str]
"""A folder, or an address such as s3://bucket/drums."""


def build(
    source: Address,
    out: Address,
    listing: str | Path | None = None,
    *,
    variants: int = VARIANTS,
    licence: str = "",
    pool: Pool | None = None,
    progress: Progress | None = None,
) -> SoundReport:
    """Build the corpus of all sound files in a folder or bucket and below, or bring one up to date.

    As `rhythm.dataset.build` does for bars. Voices, kits, licences and credits come from a CSV (the given one, or a
    manifest.csv there), else from names, and are found again each time; `licence` is that of files whose own is not
    known. Each sound is kept as it was read, and so many variants of its log spectrogram. Raises CorpusError and
    StorageError as that does.
    """
    read_from, written_to = place_at(source), place_at(out)
    read_index(written_to, KIND)  # refused before anything is written
    files, others, left_out = read_from.find(audio_file.SUFFIXES, audio_file.OTHER_SUFFIXES)
    if not files:
        suffixes = ", ".join(audio_file.SUFFIXES)
        raise CorpusError(f"{source} holds no sound file ({suffixes}), nor does any folder in it", others)
    with locked(written_to):
        before = read_index(written_to, KIND)
        labels = labels_of(read_from, [file.name for file in files], listing, licence)
        maker = SoundMaker(variants)
        batches = make_batches(read_from, written_to, files, maker, before=before, pool=pool, progress=progress)
        index = Index(KIND, {**maker.settings(), "licence": licence}, batches)
        verdicts = judge(printable(str(read_from)), written_to, index, [printable(file.name) for file in files], labels)
        missing = others | labels.missing
        report = report_of(printable(str(read_from)), verdicts, labels)
        report = replace(
            report, files=len(files) + len(missing), refused={**report.refused, **missing}, left_out=left_out
        )
        index = replace(index, report={**asdict(report), "refused": missing, "guessed": {}})  # the table has the rest
        finish(written_to, index, _files_table(verdicts), before)
    return report


def count(address: Address) -> int:
    """How many sounds the corpus that `build` wrote keeps; CorpusError where there is none."""
    place = place_at(address)
    with reading(place):
        return read_table(place, f"files/{_index(place, address).files}.parquet").column("refused").null_count


def open_corpus(address: Address, *, variants: int = 0, spectrogram: Spectrogram = DRUM_SPECTROGRAM) -> SoundCorpus:
    """The corpus that `build` wrote; log spectrograms of a large one are mapped, not held in memory.

    With another `spectrogram`, or more variants than are kept, they are made anew of the sounds. Raises CorpusError
    where there is none, for one of another version or kind, and where a part is missing or broken.
    """
    place = place_at(address)
    index = _index(place, address)
    with reading(place):
        table = read_table(place, f"files/{index.files}.parquet")
        rows = [_checked(row) for row in table.to_pylist() if row["refused"] is None]
        kept = np.array([reason is None for reason in table.column("refused").to_pylist()], bool)
        facts = [each for each, keep in zip(all_facts(place, index), kept.tolist(), strict=True) if keep]
        kits = sorted({row["kit"] for row in rows})
        numbers = {kit: number for number, kit in enumerate(kits)}
        each_of = 1 + variants
        source = np.repeat(np.arange(len(rows)), each_of)
        features = zeros((len(source), spectrogram.bands, spectrogram.frames))
        at = 0
        for part in _features(place, index, kept, variants, spectrogram):
            features[at : at + len(part) * each_of] = part.reshape(-1, *part.shape[2:])
            at += len(part) * each_of
        return SoundCorpus(
            log_spectrogram=features,
            voice=np.array([voice_of(row["voice"]).index for row in rows])[source],
            gain=np.array([each.gain for each in facts], np.float32)[source],
            source=source,
            variant=np.tile(np.arange(each_of), len(rows)),
            kit=np.array([numbers[row["kit"]] for row in rows])[source],
            group=np.array([row["group"] for row in rows])[source],
            descriptors=np.array([each.descriptors for each in facts], np.float32)[source],
            sources=tuple(row["file"] for row in rows),
            kits=tuple(kits),
            licences=tuple(row["licence"] for row in rows),
            credits=tuple(row["credit"] for row in rows),
            hashes=tuple(each.hash for each in facts),
            report=_report_from(index.report, table.to_pylist()),
        )


def _checked(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the table of files. ValueError where a sound that is kept has no name of something."""
    for name in ("file", "voice", "kit", "licence", "credit"):
        if not isinstance(row[name], str):
            raise ValueError(f"{row['file']!r} has the {name} {row[name]!r}")
    return row


def _index(place: Place, address: Address) -> Index:
    index = read_index(place, KIND)
    if index is None:
        raise CorpusError(
            f"{address} holds no corpus: there is no {INDEX}; build one with: clave corpus build FOLDER -o {address}"
        )
    return index


def _features(
    place: Place, index: Index, kept: np.ndarray, variants: int, spectrogram: Spectrogram
) -> Iterator[Float32[np.ndarray, "sound variant band frame"]]:
    """The log spectrograms of the kept sounds of each batch, and of their variants."""
    is_stored = spectrogram == DRUM_SPECTROGRAM and variants <= int(index.settings["variants"])
    columns = ["place", *(["log_spectrogram", "variants"] if is_stored else ["flac", "level"])]
    at = 0
    for batch in index.batches:
        table = read_table(place, f"rows/{batch.rows}.parquet", columns)
        table = table.filter(kept[at + table.column("place").to_numpy()])
        at += batch.files
        if is_stored:
            own = stored(table, "log_spectrogram")
            yield _finite(np.concatenate([own, stored(table, "variants")[:, :variants]], axis=1) if variants else own)
        else:
            for flac, level in zip(table.column("flac").to_pylist(), table.column("level").to_pylist(), strict=True):
                _check_flac(flac)
                yield _finite(analyse(clip_of(flac, level), variants, spectrogram).log_spectrogram[None])


def _finite(log_spectrogram: Float32[np.ndarray, "*any"]) -> Float32[np.ndarray, "*any"]:
    if not np.isfinite(log_spectrogram).all():
        raise ValueError("a log spectrogram has numbers that are not finite")
    return log_spectrogram


def _check_flac(flac: bytes) -> None:
    """ValueError for more than any sound file is read, before any of it is unpacked."""
    try:
        found = soundfile.info(io.BytesIO(flac))
    except soundfile.SoundFileError as error:
        raise ValueError(f"a sound is no FLAC ({error})") from error
    if found.format != "FLAC" or found.channels != 1 or not 0 < found.frames <= audio_file.MAX_SECONDS * SAMPLE_RATE:
        raise ValueError(f"a sound is {found.format} of {found.channels} channels and {found.frames} frames")


def _files_table(verdicts: Sequence[Verdict]) -> Table:
    """A row a file of the folder, in order."""
    import pyarrow

    return pyarrow.table(
        {
            "file": [each.name for each in verdicts],
            "refused": pyarrow.array([each.refusal for each in verdicts], pyarrow.string()),
            "voice": [each.listed.voice for each in verdicts],
            "kit": [each.listed.kit for each in verdicts],
            "licence": [each.listed.licence for each in verdicts],
            "credit": [each.listed.credit for each in verdicts],
            "group": pyarrow.array([each.group for each in verdicts], pyarrow.int64()),
            "guessed": pyarrow.array(
                [each.facts.confidence if each.guessed else None for each in verdicts], pyarrow.float64()
            ),
        }
    )


def _report_from(content: dict[str, Any], rows: Sequence[dict[str, Any]]) -> SoundReport:
    """The report as the index keeps it, with what the table of files says."""
    refused = {row["file"]: row["refused"] for row in rows if row["refused"] is not None}
    guessed = {
        row["file"]: {"voice": row["voice"], "confidence": round(row["guessed"], 3)}
        for row in rows
        if row["refused"] is None and row["guessed"] is not None
    }
    known: dict[str, Any] = {"refused": {**refused, **content["refused"]}, "guessed": guessed}
    return SoundReport(**{**content, **known})
