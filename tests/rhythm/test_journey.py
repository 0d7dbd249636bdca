"""From bar to bar with no more changes than are needed."""

from itertools import pairwise

import numpy as np
import pytest
from toy_rhythm import ToyRhythm

from clave import Pattern, load_rhythm
from clave.errors import SpaceError
from clave.music.kit import voice
from clave.rhythm.hands import hand_count
from clave.rhythm.journey import find_legs, journey
from clave.rhythm.space import RhythmSpace

PLACES = np.array([[-1.2, -0.8], [0.4, 0.9], [1.6, -1.1], [-0.3, 1.7], [0.1, -0.2]], np.float32)
SNARE, CLAP, KICK = (voice(name).index for name in ("snare", "clap", "kick"))


@pytest.fixture(scope="module")
def rhythm() -> RhythmSpace:
    return load_rhythm()


def changes(bars: list[Pattern]) -> int:
    return sum(int((one.hits != other.hits).sum()) for one, other in pairwise(bars))


def bar(*strokes: tuple[int, int, float]) -> Pattern:
    velocity = np.zeros((8, 64), np.float32)
    for row, step, loudness in strokes:
        velocity[row, step] = loudness
    return Pattern(velocity, np.zeros_like(velocity))


@pytest.mark.parametrize("bars", [2, 5, 8, 16])
def test_between_two_bars_only_what_differs_changes_and_once(rhythm: RhythmSpace, bars: int) -> None:
    for a, b in pairwise(range(len(PLACES))):
        start, end = rhythm.at(PLACES[[a, b]])
        found = journey(rhythm, [start, end], bars, PLACES[[a, b]])
        assert len(found) == bars
        assert (found[0], found[-1]) == (start, end)
        assert changes(found) == (start.hits != end.hits).sum() > 0
        steps = [int((one.hits != other.hits).sum()) for one, other in pairwise(found)]
        assert max(steps) - min(steps) <= 1


def test_density_goes_evenly_and_hands_stay_two(rhythm: RhythmSpace) -> None:
    for a, b in pairwise(range(len(PLACES))):
        start, end = rhythm.at(PLACES[[a, b]])
        found = journey(rhythm, [start, end], 32, PLACES[[a, b]])
        counts = [each.hits.sum() for each in found]
        line = np.linspace(counts[0], counts[-1], 32)
        assert np.abs(counts - line).max() <= 2
        most = np.maximum(2, np.maximum(hand_count(start.hits), hand_count(end.hits)))
        assert all((hand_count(each.hits) <= most).all() for each in found)


def test_bars_on_the_way_are_likelier_than_in_any_order(rhythm: RhythmSpace) -> None:
    """Than with the same changes, shuffled: by more than ten nats a bar, in the mean."""
    rng, chosen, shuffled = np.random.default_rng(0), list[Pattern](), list[Pattern]()
    for a, b in pairwise(range(len(PLACES))):
        start, end = rhythm.at(PLACES[[a, b]])
        (leg,) = find_legs(rhythm, [(start, end)], PLACES[None, [a, b]])
        for share in (0.25, 0.5, 0.75):
            chosen.append(leg.at(share))
            hits = start.hits.copy()
            count = (chosen[-1].hits != hits).sum()
            hits.ravel()[rng.permutation(leg.order)[:count]] ^= True
            shuffled.append(Pattern.from_hits(hits))
    gain = rhythm.log_likelihood(chosen, draws=8) - rhythm.log_likelihood(shuffled, draws=8)
    assert gain.mean() > 10


def test_velocity_and_offset_of_what_both_have_go_in_a_straight_line() -> None:
    soft, loud = bar((KICK, 0, 0.2), (SNARE, 16, 0.6)), bar((KICK, 0, 1.0), (CLAP, 16, 0.7))
    late = Pattern(loud.velocity, np.where(loud.hits, np.float32(0.8), 0), loud.meter)
    quarter = journey(ToyRhythm(), [soft, late], 5, [[0, 0], [1, 1]])[1]
    assert quarter.velocity[KICK, 0] == pytest.approx(0.4)
    assert quarter.offset[KICK, 0] == pytest.approx(0.2)
    halves = journey(ToyRhythm(), [soft, late], 3, [[0, 0], [1, 1]])[1]
    assert halves.hits.sum() in (1, 3)  # the snare has gone, or the clap has come
    assert {round(float(each), 3) for each in halves.velocity[halves.hits]} <= {0.6, 0.7}


def test_way_points_are_played_and_more_bars_go_where_more_changes() -> None:
    near, far = bar((KICK, 0, 0.8)), bar(*((SNARE, step, 0.8) for step in range(0, 64, 8)))
    places = [[0, 0], [0, 1], [1, 0]]
    found = journey(ToyRhythm(), [near, near, far], 8, places)
    assert found[:2] == [near, near]
    assert sorted(changes(list(pair)) for pair in pairwise(found)) == [0, 1, 1, 1, 2, 2, 2]
    passed = journey(ToyRhythm(), [near, far, near], 2, places)
    assert passed == [near, near]


def test_with_the_same_bars_it_stays_there(rhythm: RhythmSpace) -> None:
    (start,) = rhythm.at(PLACES[:1])
    assert journey(rhythm, [start, start], 4, PLACES[[0, 0]]) == [start] * 4


def test_bars_in_any_meter_are_found_again_on_the_map(rhythm: RhythmSpace) -> None:
    ends = [rhythm.at(PLACES[[place]], meter=(3, 4))[0] for place in (0, 1)]
    found = journey(rhythm, ends, 6)
    assert (found[0], found[-1]) == tuple(ends)
    assert {each.meter for each in found} == {(3, 4)}
    assert changes(found) == (ends[0].hits != ends[1].hits).sum()


def test_it_is_the_same_again_and_beside_other_legs(rhythm: RhythmSpace) -> None:
    bars = rhythm.at(PLACES)
    pairs, lines = list(pairwise(bars)), np.stack([PLACES[:-1], PLACES[1:]], axis=1)
    together = find_legs(rhythm, pairs, lines)
    rhythm.known_journeys.clear()
    for leg, pair, line in zip(together, pairs, lines, strict=True):
        assert find_legs(rhythm, [pair], line[None])[0].order.tolist() == leg.order.tolist()


def test_what_is_no_journey_is_refused() -> None:
    rhythm, one = ToyRhythm(), bar((KICK, 0, 0.8))
    waltz = Pattern.from_hits(np.zeros((8, 48)), meter=(3, 4))
    for way_points, bars, points, reason in (
        ([one], 8, [[0, 0]], "two bars or more, got 1"),
        ([one, one], 1, [[0, 0]] * 2, "2 to 1024 bars, got 1"),
        ([one, one], 2000, [[0, 0]] * 2, "2 to 1024 bars, got 2000"),
        ([one, one], 8, [[0, 0]], "each of 2 way points has a point of the map, got 1"),
        ([one, waltz], 8, [[0, 0]] * 2, "keeps its meter, got one from 4/4 to 3/4"),
        ([one, one], 8, [[0, float("nan")]] * 2, "two finite numbers"),
    ):
        with pytest.raises(SpaceError, match=reason):
            journey(rhythm, way_points, bars, points)
    with pytest.raises(SpaceError, match="polka"):
        journey(rhythm, [one, one], 8, [[0, 0]] * 2, style="polka")
    (leg,) = find_legs(rhythm, [(one, one)], np.zeros((1, 2, 2), np.float32))
    with pytest.raises(SpaceError, match=r"got 1\.5"):
        leg.at(1.5)
