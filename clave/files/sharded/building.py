"""A folder of many files to shards: batches are made by workers, found again where they were made before, and listed.

    corpus.json            the index: version, settings, batches in order, report; swapped when all is there
    files/HASH.parquet     a row a file: its style, its group, or why it was refused
    batches/HASH.parquet   a row a file of one batch, as it was read
    rows/HASH.parquet      what the files of one batch hold: a row a bar, or a sound
    seen/HASH.json         files by name, size and time of change -> their batch

Everything but the index is named by what it holds or was made of and never changes, so a build that was killed goes on
from what is there, and whoever reads an index finds all that it names.
"""

import hashlib
import io
import json
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, NamedTuple

from clave.errors import CorpusError, StorageError
from clave.files.json_file import parse_json
from clave.files.sharded.batches import USUAL, batches, content_hash, fingerprint
from clave.files.sharded.parquet_file import read_parquet
from clave.files.sharded.place import Content, Place, SourceFile, place_at
from clave.files.sharded.workers import Pool, mapped

INDEX = "corpus.json"
FORMAT = "clave corpus"
VERSION = 1
FOLDERS = ("files", "batches", "rows", "seen")
COMPRESSION = "zstd"
_NAME = re.compile(r"[0-9a-f]{32}")  # of a part: `fingerprint`

Table = Any
"""A pyarrow.Table, which has no types that a checker could read."""

Progress = Callable[[int, int], None]
"""Called with the number of files done and of all files."""


class Maker(ABC):
    """What becomes of a batch of files: a pure function of their names and bytes. It is sent to the workers."""

    usual_files: ClassVar[int] = USUAL  # of a batch

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """All that the result depends on besides the files, as JSON can write it."""

    @abstractmethod
    def make(self, names: Sequence[str], contents: Iterator[Content]) -> tuple[Table, Table]:
        """A table with a row a file, in order, and one with a row for each thing they hold."""


class Batch(NamedTuple):
    """A batch that is made: where its tables are, and how long they are."""

    names: str  # its files by name
    seen: str  # by name, size and time of change; "" where one could not be read
    batch: str  # by name and content
    rows: str  # what they hold
    files: int
    length: int  # of rows


@dataclass(frozen=True)
class Index:
    """What a built corpus consists of."""

    kind: str  # "bars" or "sounds"
    settings: dict[str, Any]
    batches: list[Batch]  # in the order of their files' names
    files: str = ""  # the table of files/
    report: dict[str, Any] = field(default_factory=dict[str, Any])

    def to_json(self) -> bytes:
        """As it is written."""
        content = {"format": FORMAT, "version": VERSION, **asdict(self)}
        return (json.dumps(content, indent=1) + "\n").encode()


def read_index(place: Place, kind: str | None = None) -> Index | None:
    """The index of a built corpus, None where there is none.

    Raises CorpusError, naming the version, for one that this Clave cannot read, and for one of another kind.
    """
    content = place.read(INDEX)
    if content is None:
        return None
    try:
        found = parse_json(content)
        version = found.pop("version")
        if found.pop("format") != FORMAT:
            raise CorpusError(f"{place}/{INDEX} is no index of a corpus")
        if version != VERSION:
            raise CorpusError(
                f"{place} is a corpus of version {version}, and this Clave reads version {VERSION}: "
                "build it again in another folder, or install the Clave that wrote it"
            )
        batches_made = [_batch(each) for each in found["batches"]]
        settings, report = dict(found["settings"]), dict(found["report"])
        index = Index(found["kind"], settings, batches_made, _named(found["files"]), report)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorpusError(f"{place}/{INDEX} is broken ({error}); build the corpus again") from error
    if kind is not None and index.kind != kind:
        raise CorpusError(f"{place} is a corpus of {index.kind}, not of {kind}")
    return index


@contextmanager
def reading(place: Place) -> Generator[None]:
    """Within it, what does not fit together in a built corpus is a CorpusError with its name."""
    try:
        yield
    except (KeyError, ValueError, IndexError, TypeError, AttributeError, OverflowError) as error:
        said = f"{type(error).__name__}: {str(error)[:200]}"
        raise CorpusError(f"{place} is broken ({said}); build the corpus again") from error


def is_built(address: str | os.PathLike[str]) -> bool:
    """Whether a folder or bucket holds a built corpus, of whatever kind and version."""
    return place_at(address).read(INDEX) is not None


class _Task(NamedTuple):
    """A batch to be made."""

    source: Place
    out: Place
    files: list[SourceFile]
    maker: Maker
    names: str
    seen: str
    earlier: Batch | None  # of the same names, made of what they held then

    def __str__(self) -> str:
        return f"{self.source}: {self.files[0].name} to {self.files[-1].name}"


def make_batches(
    source: Place,
    out: Place,
    files: Sequence[SourceFile],
    maker: Maker,
    *,
    before: Index | None = None,
    pool: Pool | None = None,
    progress: Progress | None = None,
) -> list[Batch]:
    """The batches of all files, in order; those that an earlier build made are found again, the others are made."""
    settings = maker.settings()
    made_before = [] if before is None else before.batches
    known = {each.seen: each for each in made_before if each.seen}
    earlier = {each.names: each for each in made_before}
    made: list[Batch | None] = []
    tasks: list[_Task] = []
    places: list[int] = []
    done = 0
    for span in batches(files, maker.usual_files):
        names = fingerprint(settings, [file.name for file in files[span]])
        seen = fingerprint(settings, [list(file) for file in files[span]])
        made.append(known.get(seen))
        if made[-1] is None:
            places.append(len(made) - 1)
            tasks.append(_Task(source, out, list(files[span]), maker, names, seen, earlier.get(names)))
        else:
            done += span.stop - span.start
    for number, batch in mapped(make_batch, tasks, pool):
        made[places[number]] = batch
        done += batch.files
        if progress is not None:
            progress(done, len(files))
    return [batch for batch in made if batch is not None]


def make_batch(task: _Task) -> Batch:
    """Make one batch, or find it: what workers do. Nothing is written twice, and nothing half."""
    if fingerprint(task.maker.settings(), [file.name for file in task.files]) != task.names:
        raise StorageError(
            "a worker has another version of Clave, which reads files otherwise: install the same on all"
        )
    seen_file = f"seen/{task.seen}.json"
    if (known := _seen(task.out.read(seen_file))) is not None:
        return known
    if task.earlier is not None:  # perhaps only the times of change are new
        contents = [_as_listed(*each) for each in zip(task.files, task.source.contents(task.files), strict=True)]
        if _name(task, [_hash(content) for content in contents]) == task.earlier.batch:
            batch = task.earlier._replace(seen=task.seen)
            task.out.write(seen_file, json.dumps(batch).encode())
            return batch
    hashes: list[str] = []
    whole = True

    def noted() -> Iterator[Content]:
        nonlocal whole
        for file, content in zip(task.files, task.source.contents(task.files), strict=True):
            content = _as_listed(file, content)
            hashes.append(_hash(content))
            whole = whole and isinstance(content, bytes)
            yield content

    file_rows, rows = task.maker.make([file.name for file in task.files], noted())
    rows_bytes = to_parquet(rows)
    rows_name = hashlib.sha256(rows_bytes).hexdigest()[:32]
    name = _name(task, hashes)
    task.out.write(f"rows/{rows_name}.parquet", rows_bytes)
    task.out.write(f"batches/{name}.parquet", to_parquet(file_rows))
    batch = Batch(task.names, task.seen if whole else "", name, rows_name, len(task.files), rows.num_rows)
    if whole:  # what could not be read is tried again by the next build
        task.out.write(seen_file, json.dumps(batch).encode())
    return batch


def _as_listed(file: SourceFile, content: Content) -> Content:
    """The content of a file, or an error where it is no longer as long as it was listed."""
    if isinstance(content, bytes) and len(content) != file.size:
        return OSError(f"changed while it was read, from {file.size} to {len(content)} bytes: the next build reads it")
    return content


def _hash(content: Content) -> str:
    return content_hash(content) if isinstance(content, bytes) else repr(content)


def _name(task: _Task, hashes: list[str]) -> str:
    return fingerprint(task.maker.settings(), [file.name for file in task.files], hashes)


def _batch(given: Any) -> Batch:
    """A batch as JSON has it; ValueError for what names files elsewhere, or has no lengths."""
    batch = Batch(*given)
    for name in (batch.names, batch.batch, batch.rows, batch.seen or batch.rows):
        _named(name)
    if not all(type(each) is int and each >= 0 for each in (batch.files, batch.length)):
        raise ValueError(f"a batch has {str(batch.files)[:40]} files with {str(batch.length)[:40]} rows")
    return batch


def _named(name: Any) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(f"a part is named by 32 hex digits, got {str(name)[:80]!r}")
    return name


def _seen(content: bytes | None) -> Batch | None:
    if content is None:
        return None
    try:
        return _batch(parse_json(content))
    except (ValueError, TypeError):
        return None


def finish(out: Place, index: Index, files: Table, before: Index | None) -> Index:
    """Write the table of files, swap the index, and remove what neither it nor the one before it names."""
    content = to_parquet(files)
    name = hashlib.sha256(content).hexdigest()[:32]
    whole = Index(index.kind, index.settings, index.batches, name, index.report)
    if before is not None and before.to_json() == whole.to_json():
        return whole
    out.write(f"files/{name}.parquet", content)
    out.write(INDEX, whole.to_json())
    kept = {folder: set[str]() for folder in FOLDERS}
    for each in (whole, before):
        if each is not None:
            kept["files"].add(f"{each.files}.parquet")
            for batch in each.batches:
                kept["batches"].add(f"{batch.batch}.parquet")
                kept["rows"].add(f"{batch.rows}.parquet")
                kept["seen"].add(f"{batch.seen}.json")
    for folder, names in kept.items():
        for stray in set(out.names(folder)) - names:
            out.remove(f"{folder}/{stray}")
    return whole


def to_parquet(table: Table) -> bytes:
    """The bytes of a Parquet file: the same for the same table."""
    from pyarrow import parquet

    buffer = io.BytesIO()
    parquet.write_table(table, buffer, compression=COMPRESSION, write_statistics=False)
    return buffer.getvalue()


def read_table(place: Place, name: str, columns: Sequence[str] | None = None) -> Table:
    """A table of a corpus; CorpusError, with its name, where it is missing or broken."""
    content = place.read(name)
    if content is None:
        raise CorpusError(f"{place}/{name} is missing: build the corpus again")
    try:
        return read_parquet(content, columns)
    except (OSError, ValueError) as error:
        raise CorpusError(f"{place}/{name} is broken ({error}): remove it and build the corpus again") from error
