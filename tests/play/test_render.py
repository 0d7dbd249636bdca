import numpy as np
import pytest

from clave.errors import RenderError
from clave.music.clip import Clip
from clave.music.kit import VOICES, Kit, Origin
from clave.music.pattern import Pattern
from clave.music.playback_settings import apply
from clave.play.mixdown import CHOKE_SECONDS, CUT_SECONDS
from clave.play.render import fitted, mix, render, render_stems
from clave.play.sequencer import events

RATE = 44_100


def kit_of(*sounds, rate=RATE):
    """These sounds on the first voices, near-silence on the rest."""
    clips = [Clip(np.asarray(sound, np.float32), rate) for sound in sounds]
    return Kit(tuple(clips + [Clip(np.zeros(1, np.float32), rate)] * (len(VOICES) - len(clips))))


def bar(*strokes, meter=(4, 4)):
    velocity = np.zeros((8, Pattern.empty(meter).steps), np.float32)
    offset = velocity.copy()
    for voice, step, strength, shift in strokes:
        velocity[voice, step], offset[voice, step] = strength, shift
    return Pattern(velocity, offset, meter)


def smooth_pulse():
    """A band-limited pulse whose centre, sample 40, can be measured far below a sample."""
    t = np.arange(81) - 40
    return np.exp(-0.5 * (t / 4.0) ** 2) * 0.5


def centre(samples):
    weight = samples.astype(np.float64)
    return float((np.arange(len(weight)) * weight).sum() / weight.sum())


def random_bars(rng, count=3, density=0.1):
    hits = rng.random((count, 8, 64)) < density
    velocity = rng.uniform(0.1, 1.0, hits.shape).astype(np.float32)
    offset = rng.uniform(-1.9, 1.9, hits.shape).astype(np.float32)
    return [Pattern.from_hits(*each) for each in zip(hits, velocity, offset, strict=True)]


def noise_kit(rng, seconds=0.4):
    t = np.arange(int(seconds * RATE)) / RATE
    return kit_of(*(0.05 * rng.standard_normal(len(t)) * np.exp(-t / 0.1) for _ in VOICES))


def test_a_stroke_on_a_whole_sample_is_the_clip_itself():
    sound = 0.1 * np.random.default_rng(0).standard_normal(500).astype(np.float32)
    made = render([bar((0, 16, 1.0, 0.0))], kit_of(sound), 120.0)  # step 16 is 0.5 s: sample 22050
    np.testing.assert_array_equal(made.samples[22_050:22_550], Clip(sound).samples)
    assert not made.samples[:22_050].any()
    assert not made.samples[22_550:].any()


@pytest.mark.parametrize("swing", [0.5, 0.61])
def test_strokes_between_samples_sound_there(swing):
    rng = np.random.default_rng(1)
    kit = kit_of(smooth_pulse())
    for _ in range(25):
        pattern = bar((0, int(rng.integers(4, 56)), 1.0, float(rng.uniform(-2, 2))))
        tempo = float(rng.uniform(60, 200))
        expected = events([pattern], tempo, swing)[0].seconds * RATE + 40
        assert centre(render([pattern], kit, tempo, swing).samples) == pytest.approx(expected, abs=0.5 / 32 + 0.001)


def test_a_shift_leaves_the_spectrum_up_to_18_khz():
    sound = 0.1 * np.random.default_rng(2).standard_normal(4096).astype(np.float32)
    made = render([bar((0, 5, 1.0, 0.0))], kit_of(sound), 127.3)
    size = 1 << 17
    before, after = (np.abs(np.fft.rfft(each, size)) for each in (sound, made.samples))
    heard = np.fft.rfftfreq(size, 1 / RATE) < 18_000
    error = np.abs(after - before)[heard]
    assert np.sqrt((error**2).mean() / (before[heard] ** 2).mean()) < 0.01  # 40 dB below the sound


def test_a_sound_is_played_as_its_origin_says():
    clips = kit_of(np.exp(-np.arange(400) / 90) * np.cos(np.arange(400) / 5)).clips
    kit = Kit(clips, (Origin("kick", "mine", gain=0.5, tune=4.0, decay=0.5), *[None] * 7))
    played = render([bar((0, 0, 1.0, 0.0))], kit)
    expected = apply(clips[0], gain=0.5, tune_semitones=4, decay_ratio=0.5).samples
    np.testing.assert_allclose(played.samples[: len(expected)], expected, atol=1e-6)
    assert not played.samples[len(expected) :].any()
    assert [stem.peak > 0 for stem in render_stems([bar((0, 0, 1.0, 0.0))], kit)] == [True] + [False] * 7


def test_half_the_velocity_is_a_quarter_of_the_amplitude():
    kit = kit_of(smooth_pulse())
    loud, soft = (render([bar((0, 16, velocity, 0.0))], kit).peak for velocity in (1.0, 0.5))
    assert soft / loud == pytest.approx(0.25, abs=1e-6)


@pytest.mark.parametrize(
    ("tempo", "meters"), [(120.0, [(4, 4)]), (133.7, [(4, 4)] * 7), (97.1, [(3, 4), (6, 8), (5, 16)])]
)
@pytest.mark.parametrize("tail", ["cut", "wrap"])
def test_a_loop_is_as_long_as_its_bars(tempo, meters, tail):
    bars = [Pattern.empty(meter) for meter in meters]
    exact = sum(each.steps for each in bars) * 60 / tempo / 16 * RATE
    made = render(bars, kit_of(smooth_pulse()), tempo, tail=tail)
    assert len(made) == round(exact)
    assert made.peak == 0


def test_a_cut_tail_fades_in_the_last_5_ms():
    made = render([bar((0, 60, 1.0, 0.0))], kit_of(np.full(RATE, 0.5)))
    cut = round(CUT_SECONDS * RATE)
    assert CUT_SECONDS == 0.005
    assert made.samples[-cut - 1] == pytest.approx(0.5)
    assert made.samples[-1] == pytest.approx(0, abs=1e-6)


def test_an_early_first_stroke_sounds_at_0_when_the_tail_is_cut():
    sound = smooth_pulse()
    made = render([bar((0, 0, 1.0, -1.5))], kit_of(sound))
    np.testing.assert_allclose(made.samples[: len(sound)], sound, atol=1e-7)


def test_a_wrapped_loop_sounds_like_the_middle_of_many_rounds():
    rng = np.random.default_rng(3)
    bars, kit = random_bars(rng), noise_kit(rng)
    tempo = 120.0  # a bar is a whole number of samples
    loop = render(bars, kit, tempo, 0.58, tail="wrap").samples
    rounds = render(bars * 3, kit, tempo, 0.58).samples
    np.testing.assert_allclose(loop, rounds[len(loop) : 2 * len(loop)], atol=2e-6)


def test_a_wrapped_tail_longer_than_the_loop_goes_round_many_times():
    ramp = np.linspace(0.1, 0, 4 * RATE)
    loop = render([bar((0, 0, 1.0, 0.0), meter=(1, 16))], kit_of(ramp), tail="wrap").samples
    whole = np.zeros(-(-len(ramp) // len(loop)) * len(loop))
    whole[: len(ramp)] = ramp
    summed = whole.reshape(-1, len(loop)).sum(axis=0)
    np.testing.assert_allclose(loop, summed / summed.max(), atol=1e-5)


def test_a_ringing_tail_holds_all_of_the_last_sound():
    sound = 0.2 * np.ones(RATE)
    made = render([bar((0, 63, 1.0, 0.0))], kit_of(sound), tail="ring")
    assert 0 <= len(made) - (63 * 60 / 120 / 16 * RATE + RATE) <= 17  # and half a kernel
    assert made.samples.sum() == pytest.approx(sound.sum(), rel=1e-3)


def test_a_closed_hat_stops_an_open_one():
    ring = np.full(RATE, 0.4)
    kit = kit_of([0.0], [0.0], [0.0], ring)
    made = render([bar((3, 0, 1.0, 0.0), (2, 16, 1.0, 0.0))], kit).samples
    stop, gone = 22_050, 22_050 + round(CHOKE_SECONDS * RATE)
    assert CHOKE_SECONDS == 0.005
    assert (made[:stop] > 0.39).all()
    assert not made[gone:].any()
    assert (np.diff(made[stop:gone]) <= 0).all()
    assert np.abs(np.diff(made[stop - 10 : gone + 10])).max() < 0.01  # no click


def test_a_choke_is_in_time_between_samples_too():
    kit = kit_of([0.0], [0.0], [0.0], np.full(RATE, 0.4))
    made = render([bar((3, 1, 1.0, 0.3), (2, 17, 1.0, 0.3))], kit, 123.4).samples
    stop = 17.3 * 60 / 123.4 / 16 * RATE
    falling = np.flatnonzero(made[: int(stop) + RATE // 10] > 0.2)[-1]
    assert falling == pytest.approx(stop + CHOKE_SECONDS * RATE / 2, abs=2)


def test_a_kick_stops_nothing():
    ring = np.full(RATE, 0.4)
    kit = kit_of([0.0], [0.0], [0.0], ring)
    made = render([bar((3, 0, 1.0, 0.0), (0, 16, 1.0, 0.0))], kit).samples
    assert (made[:RATE] > 0.39).all()


def test_the_next_round_of_a_loop_chokes_too():
    kit = kit_of([0.0], [0.0], [0.0], np.full(RATE, 0.4))
    made = render([bar((2, 0, 1.0, 0.0), (3, 48, 1.0, 0.0))], kit, tail="wrap").samples
    assert not made[round(CHOKE_SECONDS * RATE) : 66_150].any()
    assert (made[66_150:] > 0.39).all()


def test_a_late_stroke_of_the_round_before_chokes_an_early_one():
    kit = kit_of([0.0], [0.0], np.full(50, 0.1), np.full(RATE, 0.4))
    bars = [bar((3, 0, 1.0, -1.5), (2, 63, 1.0, 0.5))]  # the hat closes half a step before the bar line
    loop = render(bars, kit, tail="wrap").samples
    assert not loop[: RATE // 2].any()
    rounds = render(bars * 3, kit).samples
    np.testing.assert_allclose(loop, rounds[len(loop) : 2 * len(loop)], atol=2e-6)


def test_stems_sum_to_the_mix():
    rng = np.random.default_rng(4)
    bars, kit = random_bars(rng, density=0.05), noise_kit(rng)
    levels = tuple(rng.uniform(0, 1, 8).tolist())
    for tail in ("cut", "wrap", "ring"):
        stems = render_stems(bars, kit, 101.0, tail=tail)
        made = render(bars, kit, 101.0, levels=levels, tail=tail)
        total = sum(level * stem.samples for level, stem in zip(levels, stems, strict=True))
        assert np.abs(total).max() < 1
        np.testing.assert_allclose(made.samples, total, atol=1e-6)


def test_a_mix_too_loud_is_made_quieter_as_a_whole():
    stems = [Clip(np.array([0.9, -0.3, 0.1], np.float32))] * 8
    made = mix(stems)
    np.testing.assert_allclose(made.samples, [1, -1 / 3, 1 / 9], rtol=1e-6)


def test_fitted_stems_and_their_sum_are_within_full_scale():
    stems = [Clip(np.array([0.8, -0.2], np.float32)), Clip(np.array([0.8, 0.6], np.float32))]
    one, other = fitted(stems)
    np.testing.assert_allclose(one.samples + other.samples, [1.0, 0.25])
    np.testing.assert_allclose(one.samples / other.samples, [1.0, -1 / 3], rtol=1e-6)
    assert fitted([one]) == (one,)


@pytest.mark.parametrize(
    ("refused", "rule"),
    [
        (lambda kit: render([], kit), "at least one bar"),
        (lambda kit: render([Pattern.empty()], kit, 10.0), "tempo"),
        (lambda kit: render([Pattern.empty()], kit, swing=0.8), "swing"),
        (lambda kit: render([Pattern.empty()], kit, levels=(1.0,)), "one a voice"),
        (lambda kit: render([Pattern.empty()], kit, levels=(3.0,) * 8), "level"),
        (
            lambda kit: render([Pattern.empty()], Kit((*kit.clips[:7], Clip(np.zeros(1, np.float32), 48_000)))),
            "other 48000",
        ),
    ],
)
def test_what_cannot_be_rendered_is_refused(refused, rule):
    with pytest.raises(RenderError, match=rule):
        refused(kit_of(smooth_pulse()))
