import numpy as np
import pytest
from toy_sounds import toy_corpus, toy_space

from clave import factory
from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.kit import VOICES
from clave.sound import comparison, map_coverage
from clave.sound.space import load_sound

RNG = np.random.default_rng(0)
NOISE = (RNG.standard_normal(20_000) * np.exp(-np.arange(20_000) / 3000)).astype(np.float32)


def test_a_sound_is_no_distance_from_itself_at_any_level():
    distance, error, own_distance, own_error, *times = comparison.compare(Clip(NOISE), Clip(0.5 * NOISE))
    assert max(distance, own_distance) < 1e-3
    assert max(error, own_error) < -80
    assert times == [0, 0, 0]


def test_distances_follow_their_formulas():
    quieter = (NOISE * np.float32(0.5)).astype(np.float32)
    spectra = [comparison.magnitudes(each, 2048) for each in (NOISE, quieter)]
    db = [20 * np.log10(each + 1e-3) for each in spectra]
    by_hand = np.mean(np.sqrt(np.mean((db[0] - db[1]) ** 2, axis=1)))
    assert comparison.log_spectral_distance_db(NOISE, quieter) == pytest.approx(by_hand)
    assert comparison.multi_resolution_db(NOISE, quieter) == pytest.approx(20 * np.log10(0.5), abs=1e-3)
    assert comparison.multi_resolution_db(NOISE, np.zeros_like(NOISE)) == pytest.approx(0, abs=1e-6)


def test_magnitudes_are_those_of_a_hann_window():
    sine = np.sin(2 * np.pi * 16 / 512 * np.arange(4096)).astype(np.float32)
    middle = comparison.magnitudes(sine, 512)[16]
    assert middle.argmax() == 16
    assert middle[16] == pytest.approx(512 / 4, rel=1e-3)  # half the sum of the window, which is half its length


@pytest.mark.parametrize("seconds", [0.005, 0.02])
def test_attack_is_the_time_of_the_ramp(seconds):
    ramp = np.linspace(0, 1, round(seconds / 0.8 * SAMPLE_RATE))
    sine = np.sin(2 * np.pi * 3000 * np.arange(len(ramp) + 8000) / SAMPLE_RATE)
    sound = np.concatenate([ramp, np.exp(-np.arange(8000) / 2000)]) * sine
    assert comparison.attack_s(sound.astype(np.float32)) == pytest.approx(seconds, abs=0.0007)


@pytest.mark.parametrize("t30_s", [0.1, 0.3])
def test_decay_is_the_time_of_thirty_decibels(t30_s):
    t = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    sound = RNG.standard_normal(SAMPLE_RATE) * 10 ** (-30 / 20 * t / t30_s)
    assert comparison.decay_s(sound.astype(np.float32)) == pytest.approx(t30_s, rel=0.05)


def test_a_space_is_measured_through_what_is_played(tmp_path):
    space, kit = load_sound(toy_space(tmp_path)), factory.kit()
    measured = comparison.measure(space, [(kit[voice], voice) for voice in VOICES[:2]])
    assert measured["sounds"] == 2
    assert all(np.isfinite(value) for value in measured.values())
    errors = comparison.measure_log_spectrograms(space, toy_corpus())
    assert errors["error_db_detail"] > 10  # random weights


def test_a_hole_is_what_is_far_from_every_sound():
    everywhere = np.stack(np.meshgrid(np.arange(-2.5, 2.6, 0.25), np.arange(-2.5, 2.6, 0.25)), axis=-1).reshape(-1, 2)
    assert map_coverage.hole_share(everywhere) == 0
    inner = everywhere[np.linalg.norm(everywhere, axis=1) > 1.0]
    mass = (1 - np.exp(-(0.5**2) / 2)) / (1 - np.exp(-2))  # of a normal map within 0.5 of its centre, of the disc's
    assert map_coverage.hole_share(inner) == pytest.approx(mass, rel=0.35)
    assert map_coverage.hole_share(np.array([[50.0, 0.0]])) == pytest.approx(1)
