import numpy as np
import pytest

from clave.errors import PatternError, RenderError
from clave.music import units


@pytest.mark.parametrize(("meter", "steps"), [((4, 4), 64), ((3, 4), 48), ((6, 8), 48), ((12, 8), 96), ((1, 64), 1)])
def test_a_bar_has_its_share_of_64_steps(meter, steps):
    assert units.steps_per_bar(meter) == steps


@pytest.mark.parametrize("meter", [(0, 4), (4, 0), (-1, 4), (5, 128), (33, 4)])
def test_a_meter_that_is_no_bar_is_refused(meter):
    with pytest.raises(PatternError):
        units.steps_per_bar(meter)


def test_ticks_steps_and_quarters_agree():
    assert units.STEPS_PER_QUARTER == 16
    assert units.STEPS_PER_SIXTEENTH == 4
    assert units.TICKS_PER_STEP * units.STEPS_PER_QUARTER == units.TICKS_PER_QUARTER == 480


def test_a_quarter_lasts_a_minute_over_the_tempo():
    for tempo_bpm in (20, 60, 97.5, 400):
        assert units.seconds_per_step(tempo_bpm) * units.STEPS_PER_QUARTER == pytest.approx(60 / tempo_bpm)


@pytest.mark.parametrize("tempo_bpm", [0, 19.9, 400.1, float("nan"), float("inf"), -120])
def test_a_tempo_that_cannot_be_played_is_refused(tempo_bpm):
    with pytest.raises(RenderError, match="tempo lies in"):
        units.seconds_per_step(tempo_bpm)


def test_straight_swing_moves_nothing():
    steps = np.linspace(0, 64, 257)
    np.testing.assert_allclose(units.swing_steps(steps, 0.5), steps)


@pytest.mark.parametrize("swing", [0.25, 0.5, 0.6, 2 / 3, 0.75])
def test_swing_places_the_second_16th_keeps_pairs_and_order(swing):
    np.testing.assert_allclose(units.swing_steps(np.array([0, 4, 8, 12]), swing), [0, 8 * swing, 8, 8 + 8 * swing])
    steps = np.linspace(-8, 64, 1000)
    swung = units.swing_steps(steps, swing)
    assert (np.diff(swung) > 0).all()
    np.testing.assert_allclose(units.swing_steps(steps + 8, swing), swung + 8, atol=1e-9)
    assert units.swing_steps(6, swing) == pytest.approx(float(units.swing_steps(np.array([6.0]), swing)[0]))


@pytest.mark.parametrize("swing", [0.2, 0.8, float("nan")])
def test_a_swing_that_cannot_be_played_is_refused(swing):
    with pytest.raises(RenderError, match="swing lies in"):
        units.swing_steps(0, swing)
    with pytest.raises(RenderError, match="swing lies in"):
        units.check_swing(swing)


def test_midi_velocities_are_the_nearest_and_what_sounds_is_never_0():
    assert [units.velocity_to_midi(number / 127) for number in range(1, 128)] == list(range(1, 128))
    assert units.velocity_to_midi(1e-9) == 1
    assert units.velocity_to_midi(1.0) == 127
