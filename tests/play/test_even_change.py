"""The stops of a path at which what one hears changes evenly, judged by the bars that are decoded."""

from itertools import pairwise

import numpy as np
import pytest
from toy_rhythm import ToyRhythm

from clave import load_rhythm
from clave.errors import SpaceError
from clave.play.decoding import decode_bars
from clave.play.even_change import even_change
from clave.play.project import GenerationSettings, Path, RhythmShift, Scene
from clave.play.travel import course_of, share_at
from clave.rhythm.space import RhythmSpace

SNARE_WANDERS = ((-3.0, 1.0), (3.0, 1.0))  # of the toy: the snare goes through 16 places, two strokes a step
ACROSS = ((-2.0, -1.0), (0.2, 0.1), (1.5, 1.8), (0.5, -1.4))


def scene(points: tuple[tuple[float, float], ...], bars: int, **settings: object) -> Scene:
    """On whose path each bar is the map's own."""
    path = Path(points=points, curve="smooth", bars=bars, between="map")
    return Scene(path=path, settings=GenerationSettings(**settings))


def by_strokes(scene: Scene) -> Scene:
    """The same, from station to station with no more changes than are needed."""
    assert scene.path is not None
    return scene.changed(path=scene.path.changed(between="strokes"))


def heard(scene: Scene, stops: tuple[float, ...] | None, rhythm: RhythmSpace) -> list[int]:
    """Strokes that come or go from bar to bar."""
    assert scene.path is not None
    path, course = scene.path.changed(stops=stops), course_of(scene)
    bars = decode_bars([course.bar(share_at(path, bar), scene.settings) for bar in range(path.bars)], rhythm)
    return [int((one.hits != other.hits).sum()) for one, other in pairwise(bars)]


@pytest.fixture(scope="module")
def rhythm() -> RhythmSpace:
    return load_rhythm()


def test_changes_are_spread_over_the_bars() -> None:
    """At the start and at the end of this path nothing changes for a long while."""
    rhythm = ToyRhythm()
    halting = scene(((-9.0, 1.0), (-3.0, 1.0), (3.0, 1.0), (9.0, 1.0)), 9)
    before = heard(halting, None, rhythm)
    found = even_change(halting, rhythm)
    assert heard(halting, found.stops, rhythm) == list(found.changes)
    assert (min(before), max(before)) == (0, 2)
    assert found.changes == (2,) * 8
    assert found.stops[0] == 0
    assert list(found.stops) == sorted(found.stops)
    assert found.stops[-1] == 1


def test_with_a_limit_it_says_how_many_bars_it_takes_and_keeps_it_with_them(rhythm: RhythmSpace) -> None:
    short = scene(ACROSS, 8)
    found = even_change(short, rhythm, most=6)
    assert found.needed_bars is not None
    assert found.needed_bars > 8
    assert max(found.changes) > 6
    longer = scene(ACROSS, found.needed_bars)
    kept = even_change(longer, rhythm, most=6)
    assert kept.needed_bars == found.needed_bars
    assert max(heard(longer, kept.stops, rhythm)) <= max(6, kept.least)
    much_longer = scene(ACROSS, 2 * found.needed_bars)
    assert max(heard(much_longer, even_change(much_longer, rhythm, most=6).stops, rhythm)) <= max(6, kept.least)


def test_in_the_space_that_ships_the_change_is_more_even_than_along_the_length(rhythm: RhythmSpace) -> None:
    whole = scene(ACROSS, 16)
    before, after = heard(whole, None, rhythm), even_change(whole, rhythm).changes
    assert max(after) < max(before)
    assert np.std(after) < np.std(before)


def test_from_station_to_station_it_is_more_even_still_and_any_limit_can_be_kept(rhythm: RhythmSpace) -> None:
    """Strokes change one by one, all of them between two stations."""
    whole = by_strokes(scene(ACROSS, 16))
    found = even_change(whole, rhythm, most=1)
    assert found.least == 1
    assert max(even_change(whole, rhythm).changes) < max(even_change(scene(ACROSS, 16), rhythm).changes)
    longer = by_strokes(scene(ACROSS, found.needed_bars or 0))
    assert max(even_change(longer, rhythm, most=1).changes) == 1


def test_a_round_that_comes_back_to_its_start_is_gone_all_the_way(rhythm: RhythmSpace) -> None:
    stops = even_change(scene((*ACROSS, ACROSS[0]), 12), rhythm).stops
    assert max(np.diff(stops)) < 0.5


def test_where_nothing_changes_bars_are_evenly_spaced() -> None:
    still = even_change(scene(((1.0, 1.0), (1.0, 1.0)), 5), ToyRhythm(), most=4)
    assert (still.changes, still.needed_bars, still.least) == ((0, 0, 0, 0), 2, 0)
    assert still.stops == pytest.approx((0, 0.25, 0.5, 0.75, 1))
    assert even_change(scene(SNARE_WANDERS, 1), ToyRhythm()).stops == (0,)


def test_a_limit_below_what_changes_at_once_is_answered_with_the_least() -> None:
    found = even_change(scene(SNARE_WANDERS, 16), ToyRhythm(), most=1)
    assert (found.least, found.needed_bars, max(found.changes)) == (2, 2, 2)


def test_settings_count_but_for_the_shift() -> None:
    rhythm = ToyRhythm()
    shifted = scene(SNARE_WANDERS, 4, shift=RhythmShift(density=2))
    assert even_change(shifted, rhythm) == even_change(scene(SNARE_WANDERS, 4), rhythm)
    with pytest.raises(SpaceError, match="polka"):
        even_change(scene(SNARE_WANDERS, 4, style="polka"), rhythm)
    with pytest.raises(ValueError, match="without a path"):
        even_change(Scene(), rhythm)
