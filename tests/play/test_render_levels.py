"""Levels of a render without a project: what is too loud comes down as a whole, what is not stays as it is."""

from dataclasses import replace

import numpy as np
import pytest
from live import one_bar, ringing_kit

from clave.errors import RenderError
from clave.music.kit import VOICES
from clave.play.performance import Performance
from clave.play.render import fitted, mix, performance_stems, render, render_stereo
from clave.play.sequencer import MAX_LEVEL, stereo_gains

AT = 10_000  # a sample while all sounds ring at 0.25


def of_levels(*levels: float, pan: float = 0.0, volume: float = 1.0) -> Performance:
    """Strokes at time 0, one a voice, at these levels."""
    plain = Performance.of_patterns([one_bar(*((voice, 0) for voice in range(len(levels))))], ringing_kit(), 120)
    strikes = tuple(strike._replace(level=levels[strike.voice], pan=pan) for strike in plain.strikes)
    return replace(plain, strikes=strikes, volume=volume)


@pytest.mark.parametrize("pan", [-1.0, -0.4, 0.0, 0.7, 1.0])
def test_a_stereo_render_within_full_scale_is_left_as_loud_as_its_gains_say(pan: float) -> None:
    left, right = render_stereo(of_levels(1.0, 0.5, pan=pan, volume=0.8))
    wanted = 0.25 * 0.8 * (1.0 + 0.5) * np.array(stereo_gains(1.0, pan))
    np.testing.assert_allclose([left.samples[AT], right.samples[AT]], wanted, atol=1e-6)
    assert left.sample_rate == right.sample_rate == 44_100


def test_a_stereo_render_too_loud_comes_down_on_both_sides_by_the_same() -> None:
    left, right = render_stereo(of_levels(2.0, 2.0, 2.0, pan=-0.4))
    assert max(left.peak, right.peak) == pytest.approx(1, abs=1e-6)
    wanted_left, wanted_right = stereo_gains(1.0, -0.4)
    assert wanted_left * 6 * 0.25 > 1
    np.testing.assert_allclose(right.samples[AT], wanted_right / wanted_left, atol=1e-6)


def test_one_side_alone_decides_and_the_other_may_be_silent() -> None:
    left, right = render_stereo(of_levels(2.0, 2.0, 2.0, pan=1.0))
    np.testing.assert_allclose([left.samples[AT], right.samples[AT]], [0, 1], atol=1e-6)


def test_the_level_and_the_volume_of_a_performance_are_in_its_stems_and_its_mix() -> None:
    performance = of_levels(1.0, 0.5, volume=0.5)
    stems = performance_stems(performance)
    assert [float(stem.samples[AT]) for stem in stems] == [0.125, 0.0625, *[0.0] * (len(VOICES) - 2)]
    assert render(performance).samples[AT] == pytest.approx(0.1875)


def test_a_mono_render_too_loud_comes_down_and_one_within_full_scale_does_not() -> None:
    bars = [one_bar(*((voice, 0) for voice in range(3)))]
    for level, wanted in ((1.0, 0.75), (2.0, 1.0)):
        made = render(bars, ringing_kit(), levels=(level,) * 8)
        assert made.samples[AT] == pytest.approx(wanted)


def test_a_performance_needs_no_kit_and_bars_do() -> None:
    with pytest.raises(RenderError, match="bars are played on a kit"):
        render([one_bar((0, 0))])


def test_levels_lie_from_0_to_2_both_included() -> None:
    stems = performance_stems(of_levels(1.0))
    assert mix(stems, (MAX_LEVEL,) * 8).samples[AT] == pytest.approx(0.5)
    assert not mix(stems, (0.0,) * 8).samples.any()
    for level in (-0.01, 2.01, float("nan")):
        with pytest.raises(RenderError, match=r"a level lies in \[0, 2\]"):
            mix(stems, (1.0,) * 7 + (level,))


def test_stems_that_fit_are_the_same_objects() -> None:
    stems = performance_stems(of_levels(1.0, 1.0))
    assert all(one is other for one, other in zip(fitted(stems), stems, strict=True))
    loud = performance_stems(of_levels(2.0, 2.0, 1.0))  # none above full scale, their sum is
    assert [float(stem.samples[AT]) for stem in fitted(loud)[:3]] == pytest.approx([0.4, 0.4, 0.2])
