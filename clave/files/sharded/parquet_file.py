"""A table from a Parquet file from anywhere, read piece by piece, up to the most that a table of ours may take.

A column of a thousand million equal values takes a few bytes in a file.
"""

from collections.abc import Sequence
from typing import Any

MAX_BYTES = 400_000_000  # of a table in memory; those of 256 sounds with two variants have 14 million
MAX_VALUES = 20_000_000  # of a column, or of the lists in it; 1,024 MIDI files have seldom a million strokes
MAX_ROWS_AT_ONCE = 65_536
_PIECE_BYTES = 100_000_000  # of a column, if each of its values were as long as all of the column in the file


def read_parquet(content: bytes, columns: Sequence[str] | None = None) -> Any:
    """The pyarrow.Table in these bytes, or columns of it. ValueError or OSError for what is none, or too large."""
    import pyarrow
    from pyarrow import parquet

    try:
        file: Any = parquet.ParquetFile(pyarrow.BufferReader(content))
        names = None if columns is None else list(columns)
        missing = set(names or ()) - set(file.schema_arrow.names)
        if missing:
            raise ValueError(f"it has no column {', '.join(sorted(missing))}")
        pieces, size = list[Any](), 0
        for piece in file.iter_batches(_rows_at_once(file.metadata), columns=names):
            size += piece.nbytes
            if size > MAX_BYTES:
                raise ValueError(f"its values take more than {MAX_BYTES} bytes")
            pieces.append(piece)
        empty = file.schema_arrow.empty_table()
        table = pyarrow.Table.from_batches(pieces) if pieces else empty
        return table if names is None else table.select(names)
    except (KeyError, TypeError, MemoryError, NotImplementedError, OverflowError) as error:  # pyarrow's own among them
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _rows_at_once(metadata: Any) -> int:
    """So many that none of the pieces is large, whatever the file says of its columns; ValueError where all are."""
    groups = [metadata.row_group(at) for at in range(metadata.num_row_groups)]
    chunks = [group.column(at) for group in groups for at in range(group.num_columns)]
    longest = max((each.total_uncompressed_size for each in chunks), default=0)
    values = max((each.num_values for each in chunks), default=0)
    if longest > MAX_BYTES or max(values, metadata.num_rows) > MAX_VALUES:
        raise ValueError(f"it says that a column has {values} values in {longest} bytes")
    return max(1, min(MAX_ROWS_AT_ONCE, _PIECE_BYTES // max(1, longest)))
