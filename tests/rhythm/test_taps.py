import numpy as np
import pytest
from toy_tokens import HAT, KICK, SNARE, TOKEN_GRIDS

from clave.errors import PatternError
from clave.music.pattern import DEFAULT_VELOCITY, Pattern, Stroke
from clave.rhythm.taps import (
    MAX_TAPS,
    NO_TAP_LEADING,
    TAP_LEADING,
    TAP_OTHER,
    as_taps,
    follow_taps,
    tap_potential,
)


def test_a_tap_calls_for_a_leading_voice_and_its_absence_for_none():
    taps = np.zeros(64)
    taps[0] = 0.7
    potential = tap_potential(taps, TOKEN_GRIDS)
    assert potential[0].tolist() == [0, TAP_LEADING, TAP_LEADING, TAP_OTHER, TAP_LEADING, TAP_OTHER]
    assert potential[1].tolist() == [0, NO_TAP_LEADING, NO_TAP_LEADING, 0, NO_TAP_LEADING, 0]
    assert potential.shape == (16, 6)


@pytest.mark.parametrize("dtype", [bool, np.int64, np.float32])
def test_taps_are_a_row(dtype):
    row = np.zeros(48, dtype)
    row[[0, 20]] = 1
    taps = as_taps(row, (3, 4))
    expected = DEFAULT_VELOCITY if dtype is bool else 1.0
    assert taps.velocity[[0, 20]].tolist() == pytest.approx([expected] * 2)
    assert taps.velocity.sum() == pytest.approx(2 * expected)
    assert as_taps(row.tolist(), (3, 4)).velocity.tolist() == taps.velocity.tolist()


def test_taps_are_moments_which_snap_and_keep_the_rest():
    taps = as_taps([(0.2, 0.5), (10.6, 0.9), (33.0, 0.4)])
    assert np.flatnonzero(taps.velocity).tolist() == [0, 11, 32]
    np.testing.assert_allclose(taps.offset[[0, 11, 32]], [0.2, -0.4, 1.0], atol=1 / 30)


def test_taps_are_a_pattern_folded_onto_one_row():
    pattern = Pattern.from_strokes([Stroke(0, 0, 0.5, 0.1), Stroke(2, 0, 0.9, 0.3), Stroke(1, 32, 0.4, -0.5)], (5, 4))
    taps = as_taps(pattern)
    assert taps.meter == (5, 4)
    assert taps.velocity[[0, 32]].tolist() == pytest.approx([0.9, 0.4])
    np.testing.assert_allclose(taps.offset[[0, 32]], [0.3, -0.5], atol=1e-6)


def test_loops_fold_into_one_bar_of_which_the_loudest_taps_stay():
    taps = as_taps([(0.1, 0.5), (0.3, 0.9), (-0.2, 0.6), (16.4, 0.7), (15.9, 0.3), (63.4, 0.4)])
    assert np.flatnonzero(taps.velocity).tolist() == [0, 16]
    assert taps.velocity[[0, 16]].tolist() == pytest.approx([0.9, 0.7])
    np.testing.assert_allclose(taps.offset[[0, 16]], [0.3, 0.4], atol=1 / 30)


@pytest.mark.parametrize("early", [(63.4, 0.8), (-0.6, 0.8)])
def test_a_tap_just_before_the_bar_line_is_early_on_the_first_step(early):
    taps = as_taps([early, (32.0, 0.5)])
    assert np.flatnonzero(taps.velocity).tolist() == [0, 32]
    assert taps.offset[0] == pytest.approx(-0.6, abs=1 / 30)


@pytest.mark.parametrize(
    ("taps", "message"),
    [
        (np.zeros(64), "at least one onset"),
        ([], "at least one onset"),
        (Pattern.empty(), "at least one onset"),
        (np.ones(64), f"room for {MAX_TAPS} taps, got 64"),
        ([(k / 10, 0.5) for k in range(400)], "got 400"),
        (np.ones(16), r"row of the 64 steps of a bar of 4/4.*\[16\]"),
        (np.ones((2, 3)), r"\[2, 3\]"),
        (np.where(np.arange(64) == 5, np.nan, 0.0), "got nan at step 5"),
        (np.where(np.arange(64) == 5, 2.0, 0.0), r"\[0, 1\], got 2.0 at step 5"),
        ([(np.nan, 0.5)], "got .nan"),
        ([(66.0, 0.5)], "position in"),
        ([(3.0, 1e-46)], r"at least 1.2e-38, got \(3.0, 1e-46\)"),  # 0 in single precision
        (np.where(np.arange(64) == 5, 1e-46, 0.0), "got 1e-46 at step 5; what sounds has at least"),
        ([(3.0, 0.0)], r"velocity in \(0, 1\]"),
        (["boom"], "rows of"),
    ],
)
def test_what_are_no_taps_is_refused(taps, message):
    with pytest.raises(PatternError, match=message):
        as_taps(taps)


def test_strokes_on_a_tap_have_its_offset_and_leading_ones_its_velocity():
    hits = np.zeros((8, 64), bool)
    hits[KICK, 0] = hits[HAT, [0, 8, 32]] = hits[SNARE, 32] = True
    taps = as_taps([(0.5, 0.9), (32.0, 0.3)])
    bar = follow_taps(taps, hits, np.full(hits.shape, 0.5), np.full(hits.shape, 0.1))
    assert bar.velocity[KICK, 0] == np.float32(0.9)
    assert bar.velocity[HAT, 0] == 0.5
    assert bar.offset[[KICK, HAT], 0].tolist() == [0.5, 0.5]
    assert bar.offset[HAT, 8] == np.float32(0.1)
    assert bar.offset[SNARE, 32] == 0
    alike = follow_taps(as_taps(np.arange(64) % 32 == 0), hits, np.full(hits.shape, 0.5), np.full(hits.shape, 0.1))
    assert (alike.velocity[hits] == 0.5).all()
    assert (alike.offset[hits] == np.float32(0.1)).all()
