"""Bars as Parquet, and back: what a built corpus keeps of each file, and a row a bar that any program can read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

import numpy as np

from clave.errors import printable
from clave.files import midi
from clave.files.midi.stroke_table import FileFacts
from clave.files.sharded.building import Maker, Table
from clave.files.sharded.code_version import code_version
from clave.files.sharded.place import Content
from clave.rhythm.dataset.bar_table import BarTable, FileRow, Selection, read_bars
from clave.rhythm.dataset.data_set import METER_NAMES

READS = ("clave.files.midi", "clave.music.units", "clave.rhythm.dataset.bar_table", __name__)
"""The code on whose rules the bars of a file depend: where it changes, files are read again."""

STROKE_COLUMNS = ("step", "voice", "velocity", "tick")
TO_JUDGE = ("place", "bar", "meter", "hash", "voice")
"""The columns of bars that say which files are kept and what a report counts: a half of what is to be read."""
_METER_INDEX = {name: index for index, name in enumerate(METER_NAMES)}


@dataclass(frozen=True)
class BarMaker(Maker):
    """MIDI files to a row a file and a row a bar."""

    selection: Selection

    def settings(self) -> dict[str, Any]:
        """The selection, without what is chosen once all files are read; and the version of the code that reads."""
        chosen = {name: value for name, value in asdict(self.selection).items() if name != "drop_fills"}
        return {"code": code_version(READS, ("symusic",)), **chosen, "drum_map": _map_content(self.selection)}

    def make(self, names: Sequence[str], contents: Iterator[Content]) -> tuple[Table, Table]:
        """The tables of these files, which are read some at a time."""
        parts: list[BarTable] = []
        while some := list(islice(contents, midi.FILES_AT_ONCE)):
            parts.append(_read(some, self.selection))
        table = _joined(parts)
        return files_table(names, table), bars_table(names, table)


def _map_content(selection: Selection) -> list[Any] | None:
    """What the drum map says, so that a TOML file that is edited counts as another."""
    if selection.drum_map is None:
        return None
    drums = midi.load_drum_map(selection.drum_map)
    return [drums.name, drums.all_channels, drums.voices.tolist()]


def _read(contents: list[Content], selection: Selection) -> BarTable:
    """The bars of some files; one that could not be opened is refused with the reason."""
    table = read_bars([each if isinstance(each, bytes) else b"" for each in contents], selection)
    rows = [
        row if isinstance(each, bytes) else row._replace(refusal=_reason(each))
        for row, each in zip(table.files, contents, strict=True)
    ]
    return table._replace(files=rows)


def _reason(error: OSError) -> str:
    return f"cannot be opened: {error.strerror}" if error.strerror else str(error)


def _joined(parts: list[BarTable]) -> BarTable:
    begins = np.cumsum([0, *(len(part.files) for part in parts)])
    file = np.concatenate([part.file + begin for part, begin in zip(parts, begins, strict=False)])
    rest = [np.concatenate(columns) for columns in zip(*(part[2:] for part in parts), strict=True)]
    return BarTable([row for part in parts for row in part.files], file, *rest)


# To Parquet


def files_table(names: Sequence[str], table: BarTable) -> Table:
    """A row a file: why it was refused, or what reading it counted."""
    import pyarrow

    rows = table.files
    facts = [row.facts or _NO_FACTS for row in rows]
    return pyarrow.table(
        {
            "file": [printable(name) for name in names],
            "refused": pyarrow.array([row.refusal for row in rows], pyarrow.string()),
            "bars": pyarrow.array([row.bars for row in rows], pyarrow.int32()),
            "content": pyarrow.array([row.content for row in rows], pyarrow.binary(16)),
            "read": pyarrow.array([row.facts is not None for row in rows], pyarrow.bool_()),
            "drum_map": pyarrow.array([each.drum_map for each in facts], pyarrow.string()),
            "moved": pyarrow.array([each.moved for each in facts], pyarrow.int32()),
            "merged": pyarrow.array([each.merged for each in facts], pyarrow.int32()),
            "remarks": pyarrow.array([list(each.remarks) for each in facts], pyarrow.list_(pyarrow.string())),
            "not_in_map": _counts([each.notes_not_in_map for each in facts], pyarrow.int32()),
            "dropped": _counts([row.dropped for row in rows], pyarrow.string()),
        }
    )


def bars_table(names: Sequence[str], table: BarTable) -> Table:
    """A row a bar: its file, number, meter, and the strokes in order as lists of the same length."""
    import pyarrow

    shown = pyarrow.array([printable(name) for name in names])
    ends = np.concatenate([[0], table.strokes.cumsum()]).astype(np.int32)
    lists = {name: pyarrow.ListArray.from_arrays(ends, pyarrow.array(getattr(table, name))) for name in STROKE_COLUMNS}
    return pyarrow.table(
        {
            "file": pyarrow.DictionaryArray.from_arrays(table.file.astype(np.int32), shown),
            "place": pyarrow.array(table.file.astype(np.int16)),  # of the file, in its batch
            "bar": pyarrow.array(table.number.astype(np.int32)),
            "meter": pyarrow.DictionaryArray.from_arrays(table.meter.astype(np.int8), pyarrow.array(METER_NAMES)),
            "hash": pyarrow.array(table.hash),
            **lists,
        }
    )


def _counts(counts: Sequence[Mapping[Any, int]], keys: Any) -> Any:
    import pyarrow

    return pyarrow.array([list(each.items()) for each in counts], pyarrow.map_(keys, pyarrow.int32()))


_NO_FACTS = FileFacts("", {}, 0, 0, ())


# And back


def file_rows(files: Table) -> list[FileRow]:
    """What `files_table` wrote."""
    return [
        FileRow(
            row["refused"],
            row["bars"],
            row["content"],
            dict(row["dropped"]),
            FileFacts(row["drum_map"], dict(row["not_in_map"]), row["moved"], row["merged"], tuple(row["remarks"]))
            if row["read"]
            else None,
        )
        for row in files.to_pylist()
    ]


def bar_table(files: list[FileRow], bars: Table) -> BarTable:
    """What `bars_table` wrote; columns of strokes that were not read are empty."""

    def column(name: str) -> Any:
        return bars.column(name).combine_chunks()

    voices, meters = column("voice"), column("meter")
    ours = np.array([_METER_INDEX[name] for name in meters.dictionary.to_pylist()], np.int64)
    return BarTable(
        files,
        column("place").to_numpy().astype(np.int64),
        column("bar").to_numpy().astype(np.int64),
        ours[meters.indices.to_numpy()],
        column("hash").to_numpy(),
        np.diff(voices.offsets.to_numpy()).astype(np.int64),
        *(
            column(name).flatten().to_numpy() if name in bars.column_names else np.zeros(0, kind)
            for name, kind in zip(STROKE_COLUMNS, (np.uint8, np.uint8, np.uint8, np.int8), strict=True)
        ),
    )
