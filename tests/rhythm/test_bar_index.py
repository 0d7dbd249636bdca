"""Bars that are like a bar."""

from pathlib import Path

import numpy as np
import pytest

from clave import Pattern, load_rhythm
from clave.errors import PatternError, SpaceError
from clave.latent.index_folder import write_index
from clave.rhythm import dataset
from clave.rhythm.bar_index import KIND, agreement, batches_of, index_of, names_of, open_bar_index
from clave.rhythm.dataset import factory
from clave.rhythm.rhythm_vector import SIZE, STEPS, rhythm_vectors
from clave.rhythm.similar import FOLDER, open_space_bars, write_space_bars

KICKS, HATS = [0, 16, 32, 48], list(range(0, 64, 8))


def bar(kick: list[int] = KICKS, snare: tuple[int, ...] = (16, 48), late: float = 0.0, loud: float = 0.8) -> Pattern:
    hits = np.zeros((8, 64))
    hits[0, kick], hits[1, list(snare)], hits[2, HATS] = 1, 1, 1
    return Pattern.from_hits(hits, hits * loud, hits * late)


@pytest.fixture(scope="module")
def corpus():
    return dataset.from_factory(takes=1, fills=0, styles=["house", "samba"], seed=0)


@pytest.fixture(scope="module")
def index(corpus, tmp_path_factory):
    folder = tmp_path_factory.mktemp("index") / "bars"
    assert index_of(corpus, folder) == len(corpus)
    return open_bar_index(folder)


def test_a_stroke_is_a_gaussian_where_it_is_played_in_the_row_of_its_voice() -> None:
    hits = np.zeros((8, 64))
    hits[3, 8] = 1
    found = rhythm_vectors([Pattern.from_hits(hits, hits * 0.25, hits * 1.0)])[0].reshape(8, STEPS)
    assert found[3].argmax() == 9
    assert found[3, 9] == pytest.approx(0.5)
    assert found[3, 12] == pytest.approx(0.5 * np.exp(-0.5 * (3 / 1.5) ** 2), rel=1e-5)
    assert not found[[0, 1, 2, 4, 5, 6, 7]].any()


def test_the_end_of_a_bar_is_followed_by_its_beginning() -> None:
    hits = np.zeros((8, 48))
    hits[0, 0] = 1
    found = rhythm_vectors([Pattern.from_hits(hits, meter=(3, 4))])[0].reshape(8, STEPS)
    assert found[0, 47] == pytest.approx(found[0, 1])
    assert not found[0, 48:].any()


def test_small_changes_of_a_rhythm_are_small_distances() -> None:
    here, later, softer, more, other = rhythm_vectors(
        [bar(), bar(late=0.5), bar(loud=0.7), bar(snare=(16, 48, 60)), bar(kick=[4, 20, 36, 52])]
    )
    softness, lateness, stroke, rhythm = (np.linalg.norm(each - here) for each in (softer, later, more, other))
    assert softness < stroke
    assert softness < lateness < rhythm
    assert stroke < 0.5 * rhythm


def test_no_bars_and_long_bars_have_vectors() -> None:
    assert rhythm_vectors([]).shape == (0, SIZE)
    hits = np.zeros((8, 512))
    hits[0, 500] = 1
    assert rhythm_vectors([Pattern.from_hits(hits, meter=(32, 4))]).max() == pytest.approx(np.sqrt(0.8), rel=1e-5)


def test_a_bar_finds_itself_first_with_where_it_is_from(corpus, index) -> None:
    bars = corpus.patterns
    for row in (0, len(bars) // 2, len(bars) - 1):
        [[first, second]] = index.similar([bars[row]], 2)
        np.testing.assert_array_equal(first.pattern.hits, bars[row].hits)
        assert first.agreement == 1
        assert first.source == corpus.sources[corpus.source[first.row]]
        assert (first.style, first.number) == (corpus.styles[corpus.style[first.row]], corpus.number[first.row])
        assert first.licence == "CC0, grooves written for Clave"
        assert second.agreement < 1, "bars of the same strokes count once"
        assert first.distance < second.distance


def test_an_index_keeps_bars_exactly(corpus, index) -> None:
    for kept, own in zip(index.patterns(range(len(corpus))), corpus.patterns, strict=True):
        np.testing.assert_allclose(kept.velocity, own.velocity, atol=1e-6)
        np.testing.assert_allclose(kept.offset, own.offset, atol=1e-6)
        assert kept.meter == own.meter


def test_agreement_is_hit_f1() -> None:
    assert agreement(bar(), bar(loud=0.3)) == 1
    assert agreement(bar(snare=()), bar(snare=(16,))) == pytest.approx(2 * 12 / 25)


def test_what_nothing_is_like_is_refused(index) -> None:
    with pytest.raises(PatternError, match="bar 1 has no strokes"):
        index.similar([bar(), Pattern.empty()])
    with pytest.raises(SpaceError, match="finds 1 to 1000 bars, got 0"):
        index.similar([bar()], 0)
    assert index.similar([]) == []


def test_vectors_by_another_rule_are_refused(corpus, tmp_path: Path) -> None:
    write_index(tmp_path / "it", KIND, "rhythm vector 0", batches_of(corpus), names_of(corpus))
    with pytest.raises(SpaceError, match="was made by 'rhythm vector 0', not by this Clave's rhythm vectors"):
        open_bar_index(tmp_path / "it")


class TinySpace:
    """Codes of three numbers, which say what bar it is."""

    def __init__(self, folder: Path, bars: list[Pattern]) -> None:
        self.folder, self.bars = folder, bars

    def encode(self, patterns):
        from clave import Code

        place = {each.velocity.tobytes(): row for row, each in enumerate(self.bars)}
        rows = np.array([place[each.velocity.tobytes()] for each in patterns])
        return Code(
            np.zeros((len(rows), 2), np.float32), np.stack([rows, rows * 0, rows * 0], axis=1).astype(np.float32)
        )

    def decode(self, code):
        return [self.bars[round(row)] for row in code.detail[:, 0].tolist()]


def test_a_space_keeps_codes_and_refuses_those_of_another(corpus, tmp_path: Path) -> None:
    some = corpus.subset(np.arange(9))
    bars = some.patterns
    space = TinySpace(tmp_path, bars)
    (tmp_path / "config.json").write_text("{}")
    assert write_space_bars(space, some) == 9
    found = open_space_bars(tmp_path, space.decode)
    [[first]] = found.similar([bars[7]], 1)
    np.testing.assert_array_equal(first.pattern.hits, bars[7].hits)
    assert first.point == (0, 0)
    with pytest.raises(SpaceError, match="keeps codes, not strokes"):
        open_bar_index(tmp_path / FOLDER)
    (tmp_path / "config.json").write_text('{"other": 1}')
    with pytest.raises(SpaceError, match="keeps codes of another space"):
        open_space_bars(tmp_path, space.decode)


def test_a_space_without_an_index_searches_the_bars_of_its_run(corpus, tmp_path: Path) -> None:
    corpus.save(tmp_path)
    assert len(open_space_bars(tmp_path, lambda _: [])) == len(corpus)


def test_the_shipped_space_which_keeps_no_bars_finds_our_own_grooves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factory, "TAKES_BESIDE", 2)
    [near] = load_rhythm().similar([bar()], 5)
    assert len(near) == 5
    assert {each.licence for each in near} == {"CC0, grooves written for Clave"}
    assert all(each.source.startswith("factory ") for each in near)
    assert near[0].agreement > 0.3
