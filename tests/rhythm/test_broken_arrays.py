"""Arrays of a space that have other shapes, ranges or numbers than one of ours: refused with the rule."""

import numpy as np
import pytest

from clave.errors import SpaceError
from clave.rhythm.corpus_map import read_corpus_map
from clave.rhythm.logistic_pca import LogisticPCA
from clave.rhythm.tokens import MAX_TOKENS, Vocabulary

WRONG_BITS = ([[1, 2]], [0.5], [], [-1, 3], [0, 1 << 32], [3, 3], range(MAX_TOKENS + 1))


@pytest.mark.parametrize("bits", WRONG_BITS, ids=lambda bits: str(bits)[:20])
def test_a_vocabulary_has_different_tokens_of_its_cells(tmp_path, bits):
    np.savez(tmp_path / "tokens.npz", bits=np.array(bits))
    with pytest.raises(SpaceError, match="is not a vocabulary"):
        Vocabulary.load(tmp_path / "tokens.npz")


WRONG_COMPONENTS = {
    "bias": np.full(16, np.nan),
    "weights": np.zeros((2, 3, 4)),
    "penalty": np.array([1.0, -1.0]),
    "strokes": np.zeros(3),
}


@pytest.mark.parametrize("name", WRONG_COMPONENTS)
def test_components_are_finite_and_fit_each_other(tmp_path, name):
    arrays = {"weights": np.zeros((2, 16)), "bias": np.zeros(16), "penalty": np.ones(2), "strokes": np.ones(2)}
    np.savez(tmp_path / "pca.npz", **arrays)
    assert LogisticPCA.load(tmp_path / "pca.npz").size == 3
    np.savez(tmp_path / "pca.npz", **(arrays | {name: WRONG_COMPONENTS[name]}))
    with pytest.raises(SpaceError, match="holds no components"):
        LogisticPCA.load(tmp_path / "pca.npz")


@pytest.mark.parametrize(
    ("name", "value"), [("style", [-1]), ("meter", [0.0]), ("source", [[0]]), ("map", [[np.nan, 0]])]
)
def test_a_corpus_map_counts_from_0(tmp_path, name, value):
    columns = {each: np.array([0]) for each in ("style", "section", "source", "meter", "licence")}
    names = {f"{each}_names": np.array(["x"]) for each in ("style", "section", "source", "licence")}
    arrays = {"map": np.zeros((1, 2), np.float32), **columns, **names}
    np.savez(tmp_path / "corpus.npz", **arrays)
    assert len(read_corpus_map(tmp_path / "corpus.npz")) == 1
    np.savez(tmp_path / "corpus.npz", **(arrays | {name: np.array(value)}))
    with pytest.raises(SpaceError, match="is not a corpus map"):
        read_corpus_map(tmp_path / "corpus.npz")
