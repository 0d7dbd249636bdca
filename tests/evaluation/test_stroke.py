"""Measures of a stroke, on sounds of which they are known."""

import math
from dataclasses import astuple

import numpy as np
import pytest

from clave.errors import TransformError
from clave.evaluation.sound.stroke import StrokeMeasures, measure
from clave.music.clip import SAMPLE_RATE, Clip

T = np.arange(SAMPLE_RATE) / SAMPLE_RATE
FALL_60_DB = 3 * math.log(10)


def clip(samples):
    return Clip(samples.astype(np.float32))


def ring(hz, seconds):
    return np.sin(2 * np.pi * hz * T) * np.exp(-FALL_60_DB * T / seconds)


def test_a_tone_that_dies_away_has_the_crest_and_the_decay_of_its_formula():
    found = measure(clip(ring(1000.0, 0.6)))
    assert found.crest_db == pytest.approx(10 * math.log10(2 * math.log(1e4)), abs=0.2)  # the mean of e^-x down to 1e-4
    assert found.t30_s == pytest.approx(0.3, abs=0.01)
    assert found.noisiness < 0.2


def test_the_centroid_follows_the_sound():
    early = ring(8000.0, 0.02)
    middle = np.where(T > 0.012, ring(2000.0, 0.1), 0)
    late = np.where(T > 0.055, ring(400.0, 0.5), 0)
    found = measure(clip(early + middle + late))
    assert found.strike_hz == pytest.approx(8000, rel=0.15)
    assert found.attack_hz == pytest.approx(2000, rel=0.25)
    assert found.body_hz == pytest.approx(400, rel=0.4)  # it begins with a corner


def test_shares_of_noise_are_shares_of_the_band():
    found = measure(clip(np.random.default_rng(0).standard_normal(SAMPLE_RATE)))
    half = SAMPLE_RATE / 2
    assert found.high_db == pytest.approx(10 * math.log10((half - 5000) / half), abs=0.1)
    assert found.top_db == pytest.approx(10 * math.log10((half - 10_000) / half), abs=0.1)
    assert found.noisiness > 0.9


def test_a_click_before_a_body_is_the_start():
    body = np.where(T > 0.01, np.sin(2 * np.pi * 100 * T), 0)
    click = np.where(T < 0.002, 0.5 * np.sin(2 * np.pi * 3000 * T), 0)
    found = measure(clip(body + click))
    assert found.start_db == pytest.approx(20 * math.log10(0.5), abs=0.3)
    assert found.attack_ms == pytest.approx(12.5, abs=1)


def test_level_and_lead_in_play_no_part():
    plain = ring(300.0, 0.3) + 0.3 * ring(5000.0, 0.1)
    moved = np.concatenate([np.zeros(3000), 0.1 * plain, np.zeros(5000)])
    np.testing.assert_allclose(astuple(measure(clip(moved))), astuple(measure(clip(plain))), rtol=0.02, atol=0.1)
    assert len(measure(clip(plain)).row()) == len(StrokeMeasures.names())


def test_silence_has_no_measures():
    with pytest.raises(TransformError, match="silence"):
        measure(clip(np.zeros(1000)))
