"""Tune, decay and gain: against what they do to a bell, and against the formulas term by term."""

import json
from pathlib import Path

import make_playback_settings_fixtures
import numpy as np
import pytest

from clave.errors import RenderError
from clave.music.clip import Clip
from clave.music.playback_settings import apply

FIXTURES = Path(__file__).parents[1] / "fixtures" / "playback_settings.json"
CASES = json.loads(FIXTURES.read_text("utf-8"))["cases"]


def bell(pitch_hz=440.0, rings_s=0.1, seconds=1.4):
    """A cosine that falls by 1/e in `rings_s`, loudest where it begins."""
    time = np.arange(round(seconds * 44_100)) / 44_100
    return Clip((np.cos(2 * np.pi * pitch_hz * time) * np.exp(-time / rings_s)).astype(np.float32))


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case['name']}, {case['tune']}, {case['decay']}, {case['gain']}"
)
def test_the_formulas_hold_term_by_term(case):
    clip = Clip(np.array(case["samples"], np.float32), case["sample_rate"])
    made = apply(clip, tune_semitones=case["tune"], decay_ratio=case["decay"], gain=case["gain"])
    np.testing.assert_allclose(made.samples, case["expected"], atol=1e-6)


def test_the_fixtures_are_what_their_maker_makes():
    assert FIXTURES.read_text("utf-8") == make_playback_settings_fixtures.page()


def test_neutral_settings_change_nothing():
    clip = bell()
    assert apply(clip) is clip


@pytest.mark.parametrize("semitones", [-24, -5, 7, 24])
def test_a_tuned_bell_is_another_bell(semitones):
    ratio = 2 ** (semitones / 12)
    made, other = apply(bell(), tune_semitones=semitones), bell(440 * ratio, 0.1 / ratio, 1.4 / ratio)
    assert abs(len(made) - len(other)) <= 1
    most = min(len(made), len(other))
    begun = round(100 / min(1, ratio))  # the attack is a step, and rings a little as a step does
    np.testing.assert_allclose(made.samples[begun:most], other.samples[begun:most], atol=1e-4)


def test_nothing_folds_back_from_above_half_the_sample_rate():
    made = apply(bell(9000, rings_s=10, seconds=0.2), tune_semitones=24)
    assert np.abs(made.samples[100:-100]).max() < 2e-3


@pytest.mark.parametrize("ratio", [0.05, 0.25, 0.5, 2, 4])
def test_a_bell_rings_as_many_times_as_long(ratio):
    made, other = apply(bell(), decay_ratio=ratio), bell(rings_s=0.1 * ratio)
    heard = round(0.46 * 44_100)  # until 40 dB are made up for
    np.testing.assert_allclose(made.samples[:heard], other.samples[:heard], atol=1e-2)
    assert made.samples[0] == 1


@pytest.mark.parametrize("ratio", [0.05, 4])
def test_the_attack_is_kept_and_the_peak_is_not_exceeded(ratio):
    rising = np.linspace(0, 0.9, 500, dtype=np.float32)
    hit = np.concatenate([rising, 0.5 * bell().samples, 0.02 * np.ones(20_000, np.float32)])
    made = apply(Clip(hit), decay_ratio=ratio).samples
    np.testing.assert_allclose(made[:500], rising, atol=1e-7)
    assert np.abs(made).max() == pytest.approx(0.9)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("ratio", [1.5, 4])
def test_what_rings_longer_is_never_louder_and_ends_at_0(seed, ratio):
    rng = np.random.default_rng(seed)
    noise = rng.uniform(-1, 1, 5000) * np.exp(-np.arange(5000) / rng.uniform(5, 5000))
    made = apply(Clip(noise.astype(np.float32)), decay_ratio=ratio).samples
    assert np.abs(made).max() <= np.float32(np.abs(noise).max()) * (1 + 1e-6)
    assert abs(made[-1]) < 1e-12


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"tune_semitones": 24.5}, r"tune lies in \[-24, 24\], got 24.5"),
        ({"decay_ratio": 0.0}, r"decay lies in \[0.05, 4\], got 0"),
        ({"gain": -0.5}, r"gain lies in \[0, 2\], got -0.5"),
        ({"gain": float("nan")}, "gain lies .* got nan"),
    ],
)
def test_settings_out_of_range_are_refused(setting, words):
    with pytest.raises(RenderError, match=words):
        apply(bell(), **setting)
