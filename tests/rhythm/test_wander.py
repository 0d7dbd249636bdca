"""Walks over the map like those of drummers."""

import numpy as np
import pytest

from clave import load_rhythm
from clave.errors import SpaceError
from clave.rhythm.corpus_map import CorpusMap
from clave.rhythm.space import RhythmSpace
from clave.rhythm.wander import BACK, drummers, wander


@pytest.fixture(scope="module")
def rhythm() -> RhythmSpace:
    return load_rhythm()


def of_two_drummers() -> CorpusMap:
    """Drummer 2 goes to and fro by 0.02, and every fourth bar far away; drummer 10 stays where he is."""
    place = np.zeros((20, 2), np.float32)
    place[:, 0] = 0.02 * (np.arange(20) % 2)
    place[3::4] = (2, 2)
    still = np.full((20, 2), -1, np.float32)
    short = np.full((4, 2), 1, np.float32)
    sources = ["a/drummer2/s/1.mid"] * 20 + ["drummer10/s/1.mid"] * 20 + ["drummer4/s/1.mid"] * 4 + ["mine.mid"] * 20
    return CorpusMap(
        np.concatenate([place, still, short, still]), ["funk"] * 64, ["beat"] * 64, [(4, 4)] * 64, sources, {}
    )


class Toy(RhythmSpace):
    def __init__(self) -> None:
        self.corpus = of_two_drummers()


def test_drummers_are_those_with_long_takes_by_number() -> None:
    found = drummers(of_two_drummers())
    assert list(found) == ["drummer 2", "drummer 10"]
    assert found["drummer 10"][0].shape == (20, 2)
    assert drummers(of_two_drummers(), (3, 4)) == {}


def test_a_walk_moves_as_the_drummer_does_from_where_one_is() -> None:
    walk = wander(Toy(), (0.5, -0.5), 40, "drummer 2", seed=1)
    assert walk[0].tolist() == [0.5, -0.5]
    away = np.linalg.norm(walk - walk[0], axis=1)
    assert (away < BACK).mean() == pytest.approx(0.75, abs=0.15)
    far = walk[away > BACK]
    assert np.linalg.norm(far - [2, 2], axis=1).max() < 0.1  # where the drummer played it
    assert np.ptp(wander(Toy(), (0.5, -0.5), 40, "drummer 10"), axis=0).max() == 0


def test_seeds_and_drummers_differ_and_the_same_is_the_same(rhythm: RhythmSpace) -> None:
    assert list(drummers(rhythm.corpus)) == [f"drummer {number}" for number in range(1, 11)]
    one = wander(rhythm, (0.3, 0.1), 16, "drummer 3", seed=4)
    assert one.shape == (16, 2)
    assert one.tolist() == wander(rhythm, (0.3, 0.1), 16, "drummer 3", seed=4).tolist()
    assert one.tolist() != wander(rhythm, (0.3, 0.1), 16, "drummer 3", seed=5).tolist()
    assert one.tolist() != wander(rhythm, (0.3, 0.1), 16, "drummer 7", seed=4).tolist()
    assert len(wander(rhythm, (0.3, 0.1), 200, seed=4)) == 200


@pytest.mark.parametrize("name", ["drummer 2", "drummer 8"])
def test_steps_are_as_long_as_the_drummers_own(rhythm: RhythmSpace, name: str) -> None:
    def median_step(walks: list[np.ndarray]) -> float:
        return float(np.median(np.concatenate([np.linalg.norm(np.diff(walk, axis=0), axis=1) for walk in walks])))

    own = list(drummers(rhythm.corpus)[name])
    places = np.random.default_rng(0).uniform(-1.5, 1.5, (30, 2))
    walks = [wander(rhythm, (x, y), 16, name, seed) for seed, (x, y) in enumerate(places.tolist())]
    assert 0.5 < median_step(walks) / median_step(own) < 2


def test_what_is_no_walk_is_refused() -> None:
    for words, reason in (
        ({"bars": 0}, "1 to 1024 bars, got 0"),
        ({"like": "drummer 4"}, "nobody to wander like 'drummer 4'; there are: drummer 2, drummer 10"),
        ({"meter": (3, 4)}, "no long takes in this meter"),
        ({"seed": -1}, "seed is a whole number"),
    ):
        with pytest.raises(SpaceError, match=reason):
            wander(Toy(), (0, 0), **words)
    with pytest.raises(SpaceError, match="two finite numbers"):
        wander(Toy(), (0, float("nan")))
