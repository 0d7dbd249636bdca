import numpy as np
import pytest
from scipy.spatial import KDTree

from clave.errors import SpaceError
from clave.rhythm.condition import Labels
from clave.rhythm.corpus_map import STYLE_BANDWIDTH, CorpusMap, read_corpus_map, write_corpus_map

RNG = np.random.default_rng(0)
LABELS = Labels(("funk", "jazz", "polka"), ("beat", "fill"), ((4, 4), (3, 4), (6, 8)))
SOURCES = {"a.mid": "CC0", "b.mid": "CC BY 4.0"}


def corpus_map() -> CorpusMap:
    """Fifty bars: funk on the left of the map, jazz on the right, every fifth one in 3/4 and a little higher."""
    points = np.zeros((50, 2), np.float32)
    points[:, 0] = np.where(np.arange(50) % 2, 2, -2)
    points[::5, 1] = 1
    points += RNG.normal(size=(50, 2)).astype(np.float32) * 1e-2
    return CorpusMap(
        points,
        ["jazz" if row % 2 else "funk" for row in range(50)],
        ["beat"] * 50,
        [(3, 4) if row % 5 == 0 else (4, 4) for row in range(50)],
        ["a.mid" if row % 3 else "b.mid" for row in range(50)],
        SOURCES,
    )


def test_a_corpus_map_is_written_and_read(tmp_path):
    corpus = corpus_map()
    write_corpus_map(tmp_path, corpus)
    again = read_corpus_map(tmp_path / "corpus.npz")
    np.testing.assert_allclose(again.map, corpus.map, atol=2e-3)  # it is kept in half precision
    for name in ("styles", "sections", "meters", "sources", "licences"):
        assert getattr(again, name) == getattr(corpus, name)


def test_the_nearest_are_those_that_looking_at_all_of_them_finds():
    points, among = (RNG.normal(size=(count, 2)).astype(np.float32) for count in (9, 50))
    corpus = CorpusMap(among, [""] * 50, ["beat"] * 50, [(4, 4)] * 50, ["a.mid"] * 50, SOURCES)
    index, distance = corpus.nearest(points, 5)
    assert index.shape == distance.shape == (9, 5)
    for point, mine, far in zip(points, index, distance, strict=True):
        ranked = sorted(range(50), key=lambda bar: float(np.hypot(*(among[bar] - point))))
        assert mine.tolist() == ranked[:5]
        np.testing.assert_allclose(far, [np.hypot(*(among[bar] - point)) for bar in ranked[:5]], rtol=1e-5)
    assert corpus.nearest(points, 80)[0].shape == (9, 50)
    assert corpus.nearest(points, 0)[0].shape == (9, 0)
    with pytest.raises(SpaceError, match="at least 0, got -1"):
        corpus.nearest(points, -1)


def test_many_points_find_what_a_tree_finds_however_far_they_are():
    bars = np.concatenate([RNG.normal(size=(3000, 2)), [[50, 1], [-4, 9]]]).astype(np.float32)
    corpus = CorpusMap(bars, [""] * 3002, ["beat"] * 3002, [(4, 4)] * 3002, ["a.mid"] * 3002, SOURCES)
    axis = np.linspace(-3, 3, 21)
    far = [[49, 1], [1e6, -1e6], [-1e30, 0], [0, 7]]
    points = np.concatenate([np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2), far]).astype(np.float32)
    distance, index = KDTree(bars).query(points[:-2], 8)
    assert corpus.nearest(points[:-2], 8)[0].tolist() == index.tolist()
    np.testing.assert_allclose(corpus.nearest(points, 8)[1][:-2], distance, rtol=1e-6)
    assert corpus.nearest(points, 1)[0][-1, 0] == np.argmin(np.hypot(bars[:, 0], bars[:, 1] - 7))


@pytest.mark.parametrize(
    ("style", "meter", "centre"),
    [
        ("funk", (4, 4), (-2, 0)),
        ("jazz", (3, 4), (2, 1)),
        ({"funk": 0.25, "jazz": 0.75}, (4, 4), (1, 0)),
        (None, (4, 4), (0, 0)),
        ("funk", (6, 8), (-2, 0.2)),  # no bar in this meter: those in the others count
    ],
)
def test_points_are_drawn_where_such_bars_lie(style, meter, centre):
    drawn = corpus_map().sample_points(4000, style, LABELS, meter, np.random.default_rng(1))
    np.testing.assert_allclose(drawn.mean(axis=0), centre, atol=0.12)
    if style == "funk" and meter == (4, 4):
        np.testing.assert_allclose(drawn.std(axis=0), STYLE_BANDWIDTH, rtol=0.1)


def test_points_of_a_style_without_bars_are_refused():
    with pytest.raises(SpaceError, match="no bar of the corpus is labelled 'polka'"):
        corpus_map().sample_points(1, "polka", LABELS, (4, 4), RNG)
    with pytest.raises(SpaceError, match="has learned 4/4, 3/4, 6/8, got 5/4"):
        corpus_map().sample_points(1, None, LABELS, (5, 4), RNG)
