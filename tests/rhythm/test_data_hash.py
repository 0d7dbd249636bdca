"""Two runs had the same data if the hashes of their corpora are the same."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from toy_grooves import toy_grooves, waltzes

from clave import corpus, midi
from clave.rhythm.dataset import Corpus, joined
from clave.rhythm.dataset.data_hash import data_hash


@pytest.fixture(scope="module")
def grooves(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return toy_grooves(tmp_path_factory.mktemp("grooves"))


def test_a_corpus_that_was_stored_or_put_in_another_order_has_the_same_hash(grooves: Corpus, tmp_path: Path) -> None:
    grooves.save(tmp_path)
    backwards = grooves.subset(np.arange(len(grooves))[::-1])
    renamed = replace(grooves, sources=tuple(f"moved/{name}" for name in grooves.sources))
    assert {data_hash(each) for each in (Corpus.load(tmp_path), backwards, renamed)} == {data_hash(grooves)}


def test_wider_bars_of_other_files_change_nothing_of_a_source(grooves: Corpus, tmp_path: Path) -> None:
    midi.write(tmp_path / "waltz.mid", waltzes(4, 0))
    both = joined(grooves, corpus.scan(tmp_path))
    own = both.subset(np.isin(both.source, [both.sources.index(name) for name in grooves.sources]))
    assert data_hash(own) == data_hash(grooves)
    assert data_hash(both) != data_hash(grooves)


@pytest.mark.parametrize("what", ["velocity", "style", "section", "number", "bars"])
def test_whatever_is_learned_from_changes_it(grooves: Corpus, what: str) -> None:
    if what == "bars":
        assert data_hash(grooves.subset(np.arange(len(grooves)) > 0)) != data_hash(grooves)
        return
    column = getattr(grooves, what).copy()
    if what == "velocity":
        row, voice, step = np.argwhere(column > 0)[0]
        column[row, voice, step] = 0
    else:
        column[0] = column[0] + 1 if what == "number" else 1 - column[0]
    assert data_hash(replace(grooves, **{what: column})) != data_hash(grooves)
