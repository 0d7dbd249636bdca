"""A Parquet file is read up to what a table of a corpus may take, whatever it says of itself."""

import io

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from clave.files.sharded import parquet_file
from clave.files.sharded.parquet_file import read_parquet


def written(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    parquet.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def test_a_table_comes_back_whole_and_by_columns_in_the_order_of_the_call():
    table = pa.table({
        "place": pa.array([0, 1, 2], pa.int16()), "level": [0.5, None, 1.0], "flac": [b"a", b"", b"cc"],
        "meter": pa.DictionaryArray.from_arrays(pa.array([0, 1, 0], pa.int8()), ["4/4", "3/4"]),
        "step": pa.array([[1, 2], [], [3]], pa.list_(pa.uint8())),
    })  # fmt: skip
    content = written(table)
    assert read_parquet(content).equals(table)
    assert read_parquet(content, ["flac", "place"]).equals(table.select(["flac", "place"]))
    assert read_parquet(written(table.slice(0, 0)), ["level"]).equals(table.slice(0, 0).select(["level"]))


def test_pieces_are_put_together(monkeypatch):
    monkeypatch.setattr(parquet_file, "_PIECE_BYTES", 2000)
    table = pa.table({"number": np.random.default_rng(0).integers(0, 1 << 40, 500)})
    read = read_parquet(written(table))
    assert read.column("number").num_chunks > 1
    assert read.combine_chunks().equals(table)


def test_a_value_that_is_repeated_in_a_few_bytes_is_not_unfolded(monkeypatch):
    monkeypatch.setattr(parquet_file, "MAX_BYTES", 20_000_000)
    monkeypatch.setattr(parquet_file, "_PIECE_BYTES", 4_000_000)
    pieces = []
    iterate = parquet.ParquetFile.iter_batches

    def counted(file, *given, **named):
        for piece in iterate(file, *given, **named):
            pieces.append(piece.nbytes)
            yield piece

    monkeypatch.setattr(parquet.ParquetFile, "iter_batches", counted)
    flac = pa.DictionaryArray.from_arrays(pa.array(np.zeros(100_000, np.int32)), pa.array([bytes(1_000_000)]))
    content = written(pa.table({"flac": flac}))  # a hundred thousand million bytes
    assert len(content) < 10_000
    with pytest.raises(ValueError, match="its values take more than 20000000 bytes"):
        read_parquet(content)
    assert sum(pieces) < 25_000_000


def test_more_values_than_a_table_has_are_refused(monkeypatch):
    monkeypatch.setattr(parquet_file, "MAX_VALUES", 100)
    with pytest.raises(ValueError, match="it says that a column has 101 values"):
        read_parquet(written(pa.table({"place": np.zeros(101)})))
    with pytest.raises(ValueError, match="it says that a column has 200 values"):
        read_parquet(written(pa.table({"step": [[1] * 200]})))


def test_what_is_no_table_or_has_no_such_column_is_refused():
    content = written(pa.table({"place": [1]}))
    for broken in (b"", b"PAR1", content[:-9], content[:20] + content[30:]):
        with pytest.raises((ValueError, OSError)):
            read_parquet(broken)
    with pytest.raises(ValueError, match="it has no column flac, level"):
        read_parquet(content, ["level", "flac"])
