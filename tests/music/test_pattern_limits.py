"""A bar at the limits of what it may hold: the last value that is taken, and the first that is not."""

import jaxtyping
import numpy as np
import pytest

from clave.errors import PatternError
from clave.music.pattern import Pattern, Stroke, merge, musical_steps, nearest_steps
from clave.music.units import steps_per_bar, swing_steps, velocity_to_midi

SILENCE = np.zeros((8, 64), np.float32)


def with_cell(value: float, rest: float = 0.0, row: int = 5, step: int = 9) -> np.ndarray:
    cells = np.full((8, 64), rest, np.float32)
    cells[row, step] = value
    return cells


def test_velocities_of_0_and_1_are_taken_and_one_beyond_is_refused_with_its_place() -> None:
    assert Pattern(with_cell(1.0), SILENCE).hits.sum() == 1
    assert Pattern(with_cell(0.0, rest=1.0), SILENCE).hits.sum() == 511
    for velocity in (-1e-3, 1.001, np.nan):
        with pytest.raises(PatternError, match=r"velocities lie in \[0, 1\], got .* at voice 5 \(cymbal\), step 9"):
            Pattern(with_cell(velocity, rest=0.5), SILENCE)


def test_an_offset_of_2_steps_early_is_taken_and_2_late_is_refused() -> None:
    struck = with_cell(0.5)
    assert Pattern(struck, with_cell(-2.0)).offset[5, 9] == -2
    assert Pattern(struck, with_cell(1.999)).offset[5, 9] == np.float32(1.999)
    for offset in (-2.001, 2.0, np.nan):
        with pytest.raises(PatternError, match=r"offsets lie in \[-2, 2\), got .* at voice 5 \(cymbal\), step 9"):
            Pattern(struck, with_cell(offset))


def test_a_meter_is_two_whole_numbers_whatever_kind_they_came_as(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)  # types are not checked in normal use
    meter = Pattern.empty((np.int64(4), np.int64(4))).meter  # type: ignore[arg-type]
    assert (meter, [type(each) for each in meter]) == ((4, 4), [int, int])


def test_patterns_are_equal_in_all_three_or_not_at_all() -> None:
    one = Pattern(with_cell(0.5), with_cell(0.25))
    assert one == Pattern(with_cell(0.5), with_cell(0.25))
    assert one != Pattern(with_cell(0.6), with_cell(0.25))
    assert one != Pattern(with_cell(0.5), with_cell(0.2))
    assert one != Pattern(with_cell(0.5), with_cell(0.25), (8, 8))
    assert one != "a bar"


def test_hits_are_1_or_0_each_of_them_and_each_hit_has_a_velocity() -> None:
    with pytest.raises(PatternError, match="true or false"):
        Pattern.from_hits(with_cell(0.5))
    with pytest.raises(PatternError, match="true or false"):
        Pattern.from_hits(with_cell(2))
    with pytest.raises(PatternError, match=r"got 0 at voice 5 \(cymbal\), step 9"):
        Pattern.from_hits(np.ones((8, 64)), velocity=with_cell(0, rest=0.5))
    made = Pattern.from_hits(with_cell(1), velocity=np.full((8, 64), 0.3), offset=np.full((8, 64), 0.1))
    assert (made.velocity.sum(), made.offset.sum()) == (np.float32(0.3), np.float32(0.1))


def test_strokes_lie_in_the_bar_from_two_steps_before_it_on() -> None:
    (first,) = Pattern.from_strokes([Stroke(0, 0, 1.0, -2.0)]).strokes()
    assert first.position == -2
    (last,) = Pattern.from_strokes([Stroke(7, 63, 1e-3, 0.999)]).strokes()
    assert (last.voice, last.step, last.offset) == (7, 63, 1)  # its nearest tick is the bar line
    for voice, step, offset in ((8, 0, 0.0), (-1, 0, 0.0), (0, 0, -2.01), (0, 64, 0.0), (0, 63, 1.0)):
        with pytest.raises(PatternError, match="falls outside a bar"):
            Pattern.from_strokes([Stroke(voice, step, 0.5, offset)])
    for velocity in (0.0, -0.1, 1.01):
        with pytest.raises(PatternError, match=r"a velocity in \(0, 1\]"):
            Pattern.from_strokes([Stroke(0, 0, velocity, 0.0)])


@pytest.mark.parametrize(("ticks", "nearest"), [(0.49, 0), (0.5, 1), (1.49, 1), (-0.5, 0), (-0.51, -1)])
def test_a_position_is_brought_to_the_nearest_tick_half_way_to_the_later(ticks: float, nearest: int) -> None:
    (stroke,) = Pattern.from_strokes([Stroke(0, 8, 0.5, ticks / 30)]).strokes()
    assert stroke.offset == pytest.approx(nearest / 30, abs=1e-6)


def test_half_way_between_two_steps_belongs_to_the_later() -> None:
    assert nearest_steps(np.array([-16, -15, 0, 14, 15, 44, 45])).tolist() == [-1, 0, 0, 0, 1, 1, 2]


def test_the_bar_line_wins_where_it_is_as_near_as_the_grid() -> None:
    lines = np.array([0, 5, 69])  # a bar of 5/64, so that the line at tick 150 lies on no 16th
    assert musical_steps(np.array([134, 135, 136, 150]), lines).tolist() == [4, 5, 5, 5]
    assert musical_steps(np.array([150 + 120, 150 + 160]), lines).tolist() == [9, 10]  # counted from the line


def test_of_equals_the_first_is_kept_and_of_others_the_loudest() -> None:
    voice, step = np.array([1, 1, 1, 2]), np.array([3, 3, 4, 3])
    assert merge(voice, step, np.array([5, 5, 1, 1])).tolist() == [0, 2, 3]
    assert merge(voice, step, np.array([5, 6, 1, 1])).tolist() == [1, 2, 3]
    assert merge(voice[:0], step[:0], step[:0]).tolist() == []


@pytest.mark.parametrize(("meter", "steps"), [((1, 1), 64), ((1, 64), 1), ((8, 1), 512), ((2, 128), 1)])
def test_the_shortest_and_the_longest_bars(meter: tuple[int, int], steps: int) -> None:
    assert steps_per_bar(meter) == steps


@pytest.mark.parametrize("meter", [(0, 4), (4, 0), (-4, -4), (1, 128), (9, 1), (513, 64), (1, 3)])
def test_bars_that_are_no_whole_number_of_steps_or_too_long_are_refused(meter: tuple[int, int]) -> None:
    with pytest.raises(PatternError):
        steps_per_bar(meter)


def test_swing_stretches_the_first_16th_of_a_pair_and_presses_the_second() -> None:
    np.testing.assert_allclose(swing_steps(np.arange(9), 0.75), [0, 1.5, 3, 4.5, 6, 6.5, 7, 7.5, 8])
    single = swing_steps(10, 0.75)
    assert single == 8 + 3
    assert isinstance(single, float)


def test_velocities_are_1_to_127_and_nearest() -> None:
    assert [velocity_to_midi(n / 127) for n in (0, 0.4, 1, 1.5, 126.49, 126.5, 127)] == [1, 1, 1, 2, 126, 127, 127]


def test_a_pattern_that_is_trusted_has_the_very_arrays() -> None:
    velocity, offset = with_cell(0.5), with_cell(0.25)
    pattern = Pattern.trusted(velocity, offset, (8, 8))
    assert (pattern.velocity is velocity, pattern.offset is offset, pattern.meter) == (True, True, (8, 8))
