"""FAISS is given no file that differs from what Clave writes in anything but numbers."""

import struct
from pathlib import Path
from random import Random

import numpy as np
import pytest
from fuzzing.mutations import mutated_bytes

from clave.errors import SpaceError
from clave.latent.faiss_file import check_faiss_file
from clave.latent.nearest import FaissSearch, write_faiss

ROWS, DIMENSIONS = 60, 4
CELLS = 28  # as `write_faiss` has them for so many rows
CENTRES = 98  # where they begin
SIZES = CENTRES + 4 * CELLS * DIMENSIONS + 54 + 20


def vectors(rows: int = ROWS) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((rows, DIMENSIONS)).astype(np.float32)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    write_faiss(tmp_path / "it.faiss", [vectors()], ROWS)
    return tmp_path / "it.faiss"


def test_what_is_written_is_read(written: Path) -> None:
    check_faiss_file(written, DIMENSIONS, ROWS)
    rows, distances = FaissSearch(written, DIMENSIONS, ROWS).nearest(vectors(), 1)
    assert rows[:, 0].tolist() == list(range(ROWS))
    assert distances.max() < 0.01


def test_a_file_that_lists_only_the_cells_in_use_is_read_too(tmp_path: Path) -> None:
    same = np.zeros((ROWS, DIMENSIONS), np.float32)
    same[:3, 0] = (1, 2, 3)
    write_faiss(tmp_path / "it.faiss", [same], ROWS)
    content = (tmp_path / "it.faiss").read_bytes()
    assert b"sprs" in content
    assert FaissSearch(tmp_path / "it.faiss", DIMENSIONS, ROWS).nearest(same[[2]], 1)[0].tolist() == [[2]]
    at = content.index(b"sprs") + 12
    cell, size = struct.unpack_from("<qq", content, at)
    for numbers in ((-1, size), (CELLS, size), (cell, -size)):
        (tmp_path / "it.faiss").write_bytes(content[:at] + struct.pack("<qq", *numbers) + content[at + 16 :])
        with pytest.raises(SpaceError, match="is not an index of FAISS as Clave writes it"):
            check_faiss_file(tmp_path / "it.faiss", DIMENSIONS, ROWS)


@pytest.mark.parametrize(
    ("at", "value", "says"),
    [
        (0, b"IxFI", "bytes 0 to 98 are others"),
        (4, struct.pack("<i", 1 << 20), "bytes 0 to 98"),
        (8, struct.pack("<q", 1 << 40), "bytes 0 to 98"),
        (37, struct.pack("<Q", 1 << 40), "it says that it has 1099511627776 cells"),
        (37, struct.pack("<Q", 0), "it says that it has 0 cells"),
        (90, struct.pack("<Q", 1 << 60), "bytes 0 to 98"),
        (CENTRES, struct.pack("<f", np.nan), "centres of its cells are not finite"),
        (CENTRES + 4 * CELLS * DIMENSIONS, b"\1", "are others"),  # a direct map
        (SIZES, b"nose", "it lists cells as"),
        (SIZES + 4, struct.pack("<Q", 1 << 60), "numbers for the sizes of 28 cells"),
        (SIZES + 12, struct.pack("<q", -1), "not listed in order, each with its size"),
        (SIZES + 12, struct.pack("<q", 1 << 62), "do not hold 60 vectors"),
        (-8, struct.pack("<q", ROWS), "a vector is of row"),
        (-8, struct.pack("<q", -1), "a vector is of row -1"),
    ],
)
def test_each_part_that_differs_is_refused_before_faiss_reads_it(
    written: Path, at: int, value: bytes, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import faiss

    monkeypatch.setattr(faiss, "read_index", lambda *_: pytest.fail("FAISS reads it"))
    content = bytearray(written.read_bytes())
    at %= len(content)
    content[at : at + len(value)] = value
    written.write_bytes(content)
    with pytest.raises(SpaceError, match=f"it.faiss is not an index of FAISS as Clave writes it: .*{says}"):
        FaissSearch(written, DIMENSIONS, ROWS)


def test_another_size_than_the_index_says_is_refused(written: Path, tmp_path: Path) -> None:
    for dimensions, rows in ((DIMENSIONS + 1, ROWS), (DIMENSIONS, ROWS + 1), (DIMENSIONS, ROWS - 1)):
        with pytest.raises(SpaceError, match="bytes 0 to 98 are others"):
            check_faiss_file(written, dimensions, rows)
    for content in (b"", b"Iw", written.read_bytes()[:-1], written.read_bytes() + b"\0"):
        (tmp_path / "other.faiss").write_bytes(content)
        with pytest.raises(SpaceError, match="as Clave writes it"):
            check_faiss_file(tmp_path / "other.faiss", DIMENSIONS, ROWS)
    with pytest.raises(SpaceError, match=r"nowhere\.faiss is not an index"):
        check_faiss_file(tmp_path / "nowhere.faiss", DIMENSIONS, ROWS)


def test_whatever_is_read_answers_with_rows_that_there_are(written: Path) -> None:
    seed, taken = written.read_bytes(), 0
    for number in range(300):
        written.unlink()  # the one before is still mapped
        written.write_bytes(mutated_bytes(seed, Random(number), most=2))
        try:
            search = FaissSearch(written, DIMENSIONS, ROWS)
        except SpaceError:
            continue
        rows, distances = search.nearest(vectors(3), 5)
        assert ((rows >= -1) & (rows < ROWS)).all()
        assert np.isfinite(distances[rows >= 0]).all()
        taken += 1
    assert taken >= 20, "some change nothing but numbers"
