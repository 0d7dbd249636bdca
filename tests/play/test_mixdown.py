"""The output that mixes strokes: what `render` is made of, and what silence does to it."""

import numpy as np
import pytest
from live import one_bar, ringing_kit

from clave.audio.loudness import k_weighted_energy
from clave.audio.velocity_layers import softer_clips
from clave.music.clip import Clip
from clave.music.kit import Kit, Origin
from clave.music.pattern import Pattern
from clave.play.mixdown import CHOKE_SECONDS, Mixdown
from clave.play.performance import Performance
from clave.play.render import render
from clave.play.scheduler import send_all
from clave.sound import drum_synth

RATE = 44_100


def mixdown_of(music: Performance) -> Mixdown:
    return Mixdown([sound.clip for sound in music.sounds], lambda strike: (strike.level,), 1)


def test_a_closed_hat_stops_an_open_one_and_a_kick_does_not() -> None:
    kit = ringing_kit()
    for voice, stopped in ((2, True), (0, False)):
        music = Performance.of_patterns([one_bar((3, 0), (voice, 16))], kit, 120)
        mixdown = mixdown_of(music)
        for strike in music.events():
            mixdown.strike(strike, strike.seconds)
        after = mixdown.mixed(2.0)[0, round((0.5 + CHOKE_SECONDS) * RATE) + 1 : RATE]
        np.testing.assert_allclose(after, 0.25 if stopped else 0.5, atol=1e-6)


def test_silence_fades_what_sounds_and_drops_what_is_to_come() -> None:
    music = Performance.of_patterns([one_bar((0, 0), (1, 32))], ringing_kit(), 120)
    mixdown = mixdown_of(music)
    send_all(music, mixdown)
    mixdown.silence(0.25)
    (row,) = mixdown.mixed(2.0)
    np.testing.assert_allclose(row[: RATE // 4], 0.25, atol=1e-6)
    assert not row[RATE // 4 + round(CHOKE_SECONDS * RATE) :].any()
    assert np.abs(np.diff(row)).max() < 0.01


def test_what_is_struck_after_a_silence_sounds() -> None:
    music = Performance.of_patterns([one_bar((0, 0))], ringing_kit(), 120)
    (strike,) = music.events()
    mixdown = mixdown_of(music)
    for at in (0.0, 0.5):
        mixdown.strike(strike, at)
        mixdown.silence(at + 0.1)
    (row,) = mixdown.mixed(1.0)
    assert [bool(row[round(at * RATE)]) for at in (0.05, 0.2, 0.55, 0.7)] == [True, False, True, False]


def test_a_performance_of_patterns_is_rendered_as_the_patterns_are() -> None:
    bars, kit = [one_bar((0, 0), (3, 7), (2, 16)), one_bar((1, 5), meter=(3, 4))], ringing_kit()
    performance = render(Performance.of_patterns(bars, kit, 97, 0.6))
    np.testing.assert_allclose(performance.samples, render(bars, kit, 97, 0.6).samples, atol=1e-6)


def at_velocity(velocity: float) -> Pattern:
    return Pattern.from_hits(np.arange(512).reshape(8, 64) == 4 * 64, np.full((8, 64), velocity))


@pytest.mark.parametrize(("velocity", "layer"), [(1.0, 0), (0.85, 0), (0.83, 1), (0.5, 2), (0.4, 3), (0.05, 3)])
def test_a_stroke_plays_the_layer_of_its_velocity_as_loud_as_without(velocity: float, layer: int) -> None:
    tom = drum_synth.kit()["tom"]
    plain, layered = (Kit((tom,) * 8, (Origin("tom", "mine", velocity_layers=layers),) * 8) for layers in (False, True))
    one, other = (render([at_velocity(velocity)], kit, 60).samples for kit in (plain, layered))
    wanted = (tom, *softer_clips(tom, "tom"))[layer]
    np.testing.assert_allclose(other[: len(tom)], velocity**2 * wanted.samples, atol=1e-6)
    assert k_weighted_energy(other, RATE) == pytest.approx(k_weighted_energy(one, RATE), rel=1e-3)
    assert np.allclose(one, other, atol=1e-6) == (layer == 0)


def test_the_softer_clips_of_a_kit_are_played() -> None:
    soft = Clip(np.full(100, 0.25, np.float32))
    kit = Kit((Clip(np.full(100, 0.5, np.float32)),) * 8, softer=((),) * 4 + ((soft,),) + ((),) * 3)
    levels = [float(render([at_velocity(velocity)], kit, 60).samples[50]) for velocity in (1.0, 0.5)]
    assert levels == pytest.approx([0.5, 0.25 * 0.25])


def test_one_sound_alone_can_be_mixed_also_where_it_is_choked_near_its_end() -> None:
    music = Performance.of_patterns([one_bar((3, 0), (3, 16))], ringing_kit(), 120)
    choke = int(CHOKE_SECONDS * RATE)
    ends_within_the_choke = round(0.5 * RATE) + choke // 2
    mixdown = Mixdown([Clip(np.full(ends_within_the_choke, 0.25, np.float32))], lambda strike: (strike.level,), 1)
    for strike in music.events():
        mixdown.strike(strike._replace(sound=0), strike.seconds)
    (row,) = mixdown.mixed(2.0)
    fading = row[round(0.5 * RATE) : round(0.5 * RATE) + choke // 2] - 0.25  # what the second stroke leaves of it
    np.testing.assert_allclose(fading, 0.25 * (1 - np.arange(choke // 2) / choke), atol=1e-6)
    np.testing.assert_allclose(row[round(0.5 * RATE) + choke : RATE], 0.25, atol=1e-6)


def test_a_mixdown_without_strokes_is_silence_as_long_as_it_is_asked_for() -> None:
    for tail in ("cut", "wrap", "ring"):
        mixdown = Mixdown([Clip(np.ones(10, np.float32))], lambda strike: (strike.level,), 2)
        rows = mixdown.mixed(0.01, tail)
        assert rows.shape == (2, 441)
        assert not rows.any()
    assert mixdown.mixed(0.0).shape == (2, 1)  # a clip has a sample at least


def test_a_stroke_at_the_moment_of_a_silence_is_dropped_and_the_earlier_of_two_silences_counts() -> None:
    music = Performance.of_patterns([one_bar((0, 0), (1, 16))], ringing_kit(), 120)
    mixdown = mixdown_of(music)
    send_all(music, mixdown)
    mixdown.silence(0.5)
    mixdown.silence(0.75)
    (row,) = mixdown.mixed(2.0)
    np.testing.assert_allclose(row[: RATE // 2], 0.25, atol=1e-6)
    assert not row[RATE // 2 + round(CHOKE_SECONDS * RATE) + 1 :].any()
