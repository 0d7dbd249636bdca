"""Indexes of vectors: exact and by FAISS, on disk and in memory."""

import json
from pathlib import Path

import numpy as np
import pytest

from clave.errors import SpaceError
from clave.latent.index_folder import CONFIG, Batch, index_in_memory, open_index, write_index
from clave.latent.nearest import ExactSearch, fit_projection

NAMES = {"sources": ["a", "b"]}


def vectors(rows: int = 3000, seed: int = 0) -> np.ndarray:
    """Clusters, as codes of bars are."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((60, 40)) * 2
    return (centres[rng.integers(0, 60, rows)] + rng.standard_normal((rows, 40))).astype(np.float32)


def batches(of: np.ndarray, size: int = 700) -> list[Batch]:
    parts = [of[at : at + size] for at in range(0, len(of), size)]
    return [Batch(part, {"source": np.arange(len(part)) % 2}, {"item": part[:, :2].copy()}) for part in parts]


def nearest(of: np.ndarray, query: np.ndarray, n: int) -> np.ndarray:
    return np.square(of[None] - query[:, None]).sum(axis=2).argsort(axis=1, kind="stable")[:, :n]


def recall(found: np.ndarray, true: np.ndarray) -> float:
    return float(np.mean([len(set(one) & set(other)) / len(one) for one, other in zip(true, found, strict=True)]))


@pytest.mark.parametrize("kind", ["memory", "exact", "faiss"])
def test_an_index_finds_what_comparing_all_vectors_finds(tmp_path: Path, kind: str) -> None:
    rows, query = vectors(), vectors(20, seed=1)
    if kind == "memory":
        index = index_in_memory("rule", iter(batches(rows)), NAMES)
    else:
        assert (
            write_index(tmp_path / "it", "toys", "rule", batches(rows), NAMES, 10**6 if kind == "exact" else 100)
            == 3000
        )
        assert (tmp_path / "it/vectors.faiss").exists() == (kind == "faiss")
        index = open_index(tmp_path / "it", "toys")
    found, distances = index.search.nearest(index.projection(query), 10)
    assert len(index) == 3000
    assert recall(found, nearest(rows, query, 10)) >= 0.9
    assert (np.diff(distances, axis=1) >= 0).all()
    assert index.names == NAMES
    np.testing.assert_array_equal(index.columns["item"], rows[:, :2])
    own, away = index.search.nearest(index.projection(rows[[5, 1500]]), 1)
    assert own[:, 0].tolist() == [5, 1500]
    assert away.max() < 0.5


def test_faiss_tells_neighbours_apart_that_8_bits_would_confuse(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((600, 40)) * 3  # several a cell, so that a cell is wide
    rows, query = (
        (centres[rng.integers(0, 600, count)] + 0.01 * rng.standard_normal((count, 40))).astype(np.float32)
        for count in (3000, 20)
    )
    write_index(tmp_path / "it", "toys", "rule", batches(rows), NAMES, 100)
    index = open_index(tmp_path / "it", "toys")
    found, _ = index.search.nearest(index.projection(query), 3)
    assert recall(found, nearest(index.projection(rows), index.projection(query), 3)) >= 0.9  # 8 bits: 0.68


def test_exact_search_is_exact_for_what_is_stored() -> None:
    rows, query = vectors(), vectors(150, seed=1)
    projection = fit_projection(rows)
    stored = projection.stored(projection(rows))
    found, distances = ExactSearch(stored, projection.scale).nearest(projection(query), 7)
    true = nearest(stored * projection.scale, projection(query), 7)
    np.testing.assert_array_equal(found, true)
    far = np.linalg.norm(stored[true] * projection.scale - projection(query)[:, None], axis=2)
    np.testing.assert_allclose(distances, far, rtol=1e-3)


def test_fewer_rows_than_are_asked_for_come_all() -> None:
    index = index_in_memory("rule", batches(vectors(3)), NAMES)
    assert index.search.nearest(index.projection(vectors(2)), 10)[0].shape == (2, 3)


def test_an_index_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    write_index(tmp_path / "it", "toys", "rule", batches(vectors(50)), NAMES)

    def breaking():
        yield from batches(vectors(60))
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        write_index(tmp_path / "it", "toys", "rule", breaking(), NAMES)
    assert len(open_index(tmp_path / "it", "toys")) == 50
    write_index(tmp_path / "it", "toys", "rule", batches(vectors(60)), NAMES)
    assert len(open_index(tmp_path / "it", "toys")) == 60
    assert [path.name for path in tmp_path.iterdir()] == ["it"]


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SpaceError, match="is not an index, and is not replaced by one"):
        write_index(tmp_path, "toys", "rule", batches(vectors(5)), NAMES)
    with pytest.raises(SpaceError, match="at least one row"):
        write_index(tmp_path / "new", "toys", "rule", [], NAMES)
    assert not (tmp_path / "new").exists()


def test_what_is_no_index_of_this_kind_and_version_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "it"
    with pytest.raises(SpaceError, match="is not an index"):
        open_index(folder, "toys")
    write_index(folder, "toys", "rule", batches(vectors(50)), NAMES)
    with pytest.raises(SpaceError, match="is an index of toys, not of bars"):
        open_index(folder, "bars")
    config = json.loads((folder / CONFIG).read_text())
    for change, reason in (
        ({"version": 2}, "is an index of version 2; this Clave reads version 1"),
        ({"format": "zip"}, "format of its config.json is not"),
        ({"rows": 49}, r"columns are \[49, 50\] long"),
    ):
        (folder / CONFIG).write_text(json.dumps(config | change))
        with pytest.raises(SpaceError, match=reason):
            open_index(folder, "toys")
    (folder / CONFIG).write_text(json.dumps(config))
    (folder / "vectors.npy").write_bytes(b"broken")
    with pytest.raises(SpaceError, match=r"not a complete index: .* make it anew"):
        open_index(folder, "toys")


def test_a_broken_file_of_faiss_is_refused(tmp_path: Path) -> None:
    write_index(tmp_path / "it", "toys", "rule", batches(vectors(300)), NAMES, max_exact=10)
    content = (tmp_path / "it/vectors.faiss").read_bytes()
    (tmp_path / "it/vectors.faiss").write_bytes(content[: len(content) // 2])
    with pytest.raises(SpaceError, match="is not an index of FAISS"):
        open_index(tmp_path / "it", "toys").search.nearest(vectors(1)[:, :40], 1)


def test_vectors_of_another_size_or_without_end_are_refused() -> None:
    index = index_in_memory("rule", batches(vectors(50)), NAMES)
    with pytest.raises(SpaceError, match=r"vectors of 40 numbers, got \[1, 3\]"):
        index.projection(np.zeros((1, 3), np.float32))
    with pytest.raises(SpaceError, match="NaN"):
        index.projection(np.full((1, 40), np.nan, np.float32))


def test_parts_that_do_not_fit_each_other_are_refused(tmp_path: Path) -> None:
    """Each of these once was another program's error, or read a file outside of the folder."""
    folder = tmp_path / "index"
    write_index(folder, "bars", "a rule", batches(vectors(20)), {"styles": ["funk"]})
    config = json.loads((folder / CONFIG).read_text())
    for change in ({"columns": ["../bar"]}, {"lists": [1]}, {"rows": "20"}, {"made_by": 3}):
        (folder / CONFIG).write_text(json.dumps(config | change))
        with pytest.raises(SpaceError, match="is not a complete index"):
            open_index(folder, "bars")
    (folder / CONFIG).write_text(json.dumps(config))
    (folder / "names.json").write_text('{"styles": "funk"}')
    with pytest.raises(SpaceError, match="its names are lists of texts"):
        open_index(folder, "bars")
    (folder / "names.json").write_text("{}")
    with np.load(folder / "projection.npz") as file:
        arrays = dict(file)
    for name, value in (
        ("scale", arrays["scale"][1:]),
        ("scale", 0 * arrays["scale"]),
        ("mean", arrays["mean"] * np.nan),
    ):
        np.savez(folder / "projection.npz", **(arrays | {name: value}))
        with pytest.raises(SpaceError, match="its projection is"):
            open_index(folder, "bars")
    np.savez(folder / "projection.npz", **arrays)
    np.save(folder / "vectors.npy", np.zeros((20, 3), np.int8))
    with pytest.raises(SpaceError, match="its vectors are int8"):
        open_index(folder, "bars")
