"""Bars that vary hear the bar before, where it is given: one for all, one for each, or each the one before it."""

import numpy as np
import pytest

from clave import Pattern, RhythmSpace, load_rhythm
from clave.errors import SpaceError
from clave.rhythm.variation import Variation

POINTS = np.array([[0.1, 0.2], [-1.0, 0.5], [1.2, -0.7], [0.4, 0.4]], np.float32)


@pytest.fixture(scope="module")
def rhythm() -> RhythmSpace:
    return load_rhythm()


@pytest.fixture(scope="module")
def before(rhythm: RhythmSpace) -> list[Pattern]:
    return rhythm.sample(len(POINTS), seed=5)


def test_without_a_bar_before_nothing_changes(rhythm: RhythmSpace) -> None:
    for section in ("beat", "fill"):
        assert rhythm.at(POINTS, section=section, variation=Variation(0.5), seed=2) == rhythm.at(
            POINTS, section=section, variation=0.5, seed=2
        )


@pytest.mark.parametrize("section", ["beat", "fill"])
def test_a_drawn_bar_is_likelier_after_the_bar_it_hears(
    rhythm: RhythmSpace, before: list[Pattern], section: str
) -> None:
    alone = rhythm.at(POINTS, section=section, variation=0.8, seed=2)
    hearing = rhythm.at(POINTS, section=section, variation=Variation(0.8, after=before), seed=2)
    fits = [rhythm.log_likelihood(bars, draws=16, before=before).mean() for bars in (alone, hearing)]
    assert fits[1] > fits[0] + 2  # nats


def test_one_bar_before_is_heard_by_all(rhythm: RhythmSpace, before: list[Pattern]) -> None:
    one, each = (Variation(0.6, after=after) for after in (before[0], before[:1] * len(POINTS)))
    assert rhythm.at(POINTS, variation=one, seed=4) == rhythm.at(POINTS, variation=each, seed=4)


def test_in_a_chain_each_bar_hears_the_one_drawn_before_it(rhythm: RhythmSpace, before: list[Pattern]) -> None:
    chained = rhythm.at(POINTS, variation=Variation(0.6, after=before[0], chain=True), seed=4)
    after = [before[0], *chained[:-1]]
    for point, bar, heard in zip(POINTS, chained, after, strict=True):
        (alone,) = rhythm.at([point], variation=Variation(0.6, after=heard), seed=4)
        assert np.array_equal(bar.hits, alone.hits)
    assert rhythm.at(POINTS[:0], variation=Variation(0.6, chain=True)) == []


def test_an_expected_bar_hears_nothing(rhythm: RhythmSpace, before: list[Pattern]) -> None:
    assert rhythm.at(POINTS, variation=Variation(0.0, after=before)) == rhythm.at(POINTS)


def test_bad_input_is_refused(rhythm: RhythmSpace, before: list[Pattern]) -> None:
    with pytest.raises(SpaceError, match="each bar has one before it: got 3 before 4 bars"):
        rhythm.at(POINTS, variation=Variation(0.5, after=before[:3]))
    with pytest.raises(SpaceError, match="in the same meter, 3/4; got 4/4"):
        rhythm.at(POINTS, variation=Variation(0.5, after=before[0]), meter=(3, 4))
    with pytest.raises(SpaceError, match=r"variation.*got 1\.5"):
        Variation(1.5)
    with pytest.raises(SpaceError, match=r"variation.*got nan"):
        Variation(float("nan"))
