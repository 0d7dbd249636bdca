import io

import numpy as np
import pytest

from clave.files import midi
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.music.step_range import clear_of_bar_line, on_read_steps, step_ranges
from clave.music.units import METERS, TICKS_PER_STEP, steps_per_bar

SNARE = 1


def bar_of(steps, length: int = 64) -> np.ndarray:
    hits = np.zeros((1, 8, length), bool)
    hits[0, SNARE, list(steps)] = True
    return hits


def ticks(steps) -> list[tuple[int, int]]:
    low, high, displaced = step_ranges(bar_of(steps))
    assert not displaced.any()
    return [(round(a * TICKS_PER_STEP), round(b * TICKS_PER_STEP)) for a, b in zip(low, high, strict=True)]


def read_back(bar: Pattern) -> list[Pattern]:
    return midi.read(io.BytesIO(midi.to_bytes([bar], lead_in_bars=1)), drum_map="general-midi").patterns


def test_a_stroke_may_lie_as_far_off_as_its_place_of_the_musical_grid_reaches():
    assert ticks([20]) == [(-60, 19)]  # the second 16th of a quarter, before the triplet
    assert ticks([21]) == [(-10, 49)]  # that triplet, which is written 10 ticks early
    assert ticks([24]) == [(-40, 39)]
    assert ticks([16]) == [(-60, 59)]


def test_strokes_close_to_each_other_keep_apart():
    assert ticks([20, 21]) == [(-60, 14), (-10, 49)]
    assert ticks([16, 18, 20]) == [(-15, 14), (-15, 14), (-15, 14)]
    assert ticks([16, 18]) == [(-15, 14), (-15, -1)]  # later, it would be nearer to step 20, which is free


def test_a_stroke_beside_the_grid_is_displaced_where_its_nearest_place_is_free():
    assert step_ranges(bar_of([19])).displaced.tolist() == [True]
    assert step_ranges(bar_of([19, 20])).displaced.tolist() == [False, False]
    bar = Pattern.from_hits(bar_of([16, 19])[0])
    assert [(stroke.step, stroke.offset) for stroke in on_read_steps(bar).strokes()] == [(16, 0.0), (20, -1.0)]
    whole = Pattern.from_hits(bar_of([16, 20])[0])
    assert on_read_steps(whole) is whole


@pytest.mark.parametrize(
    ("before", "after"),
    [([63], [62]), ([60, 62, 63], [60, 61, 62]), ([60, 61, 63], [60, 61, 62]), ([60, 61, 62, 63], [60, 61, 62, 63])],
    ids=str,
)
def test_strokes_on_the_last_step_move_where_there_is_room(before, after):
    hits = bar_of(before)
    moved = clear_of_bar_line(hits)
    assert np.flatnonzero(moved[0, SNARE]).tolist() == after
    assert np.flatnonzero(hits[0, SNARE]).tolist() == before


@pytest.mark.parametrize("place", [0.0, 0.5, 1.0], ids=["first", "middle", "last"])
@pytest.mark.parametrize("density", [0.05, 0.3, 0.7])
def test_within_their_ranges_strokes_come_back_from_a_midi_file_on_their_steps(density, place):
    """Random bars, nearly all of which no reader would leave as they are, at either end of the ranges and between."""
    rng = np.random.default_rng(round(100 * density))
    for meter in METERS:
        hits = rng.random((1, len(VOICES), steps_per_bar(meter))) < density
        hits[..., -1] = False
        low, high, displaced = step_ranges(hits)
        kept = hits.copy()
        kept[hits] = ~displaced
        low, high, displaced = step_ranges(kept)  # without the displaced, others may have lost their neighbour
        for _ in range(9):
            kept[kept] = ~displaced
            low, high, displaced = step_ranges(kept)
        assert not displaced.any()
        assert kept.any()
        offset = np.zeros(kept.shape, np.float32)
        offset[kept] = low + np.float32(place) * (high - low)
        bar = Pattern.from_hits(kept[0], offset=offset[0], meter=meter)
        [again] = read_back(bar)
        np.testing.assert_array_equal(again.hits, bar.hits)


def test_one_tick_beyond_its_range_a_stroke_is_read_elsewhere():
    for step, low, high in ((20, -60, 19), (21, -10, 49), (24, -40, 39)):
        for tick, same in ((low, True), (high, True), (low - 1, False), (high + 1, False)):
            if abs(tick) >= 2 * TICKS_PER_STEP:
                continue  # beyond what an offset can say
            offset = np.where(bar_of([step])[0], tick / TICKS_PER_STEP, 0)
            [again] = read_back(Pattern.from_hits(bar_of([step])[0], offset=offset))
            assert again.hits[SNARE, step] == same
