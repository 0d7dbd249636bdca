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
    distance, error, own_distance, own_error, *times, band_level, scatter, haze = comparison.compare(
        Clip(NOISE), Clip(0.5 * NOISE)
    )
    assert max(distance, own_distance) < 1e-3
    assert max(error, own_error) < -80
    assert times == [0, 0, 0]
    assert band_level < 1e-3
    assert abs(haze) < 1e-3
    assert scatter == pytest.approx(comparison.scatter_db(comparison.aligned(Clip(NOISE), Clip(NOISE))[0]))


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


def steady_noise(seed: int) -> np.ndarray:
    return (0.1 * np.random.default_rng(seed).standard_normal(SAMPLE_RATE)).astype(np.float32)


def test_the_band_level_error_follows_its_formula():
    one, other = NOISE, (0.7 * NOISE[::-1]).astype(np.float32)
    levels = []
    for each in (one, other):
        power = comparison.magnitudes(each, 512) ** 2
        hz = np.arange(257) * SAMPLE_RATE / 512
        edges = [(50 * 2 ** (n / 3), 50 * 2 ** ((n + 1) / 3)) for n in range(40)]
        inside = [(hz >= low) & (hz < high) for low, high in edges]
        bands = np.stack([power[:, each].sum(axis=1) for each in inside if each.any()], axis=1)
        cells = np.stack([bands[at : at + 4].mean(axis=0) for at in range(0, len(bands) - 3, 4)])
        levels.append(np.maximum(10 * np.log10(cells), 10 * np.log10(cells.max()) - 40))
    by_hand = np.sqrt(np.mean((levels[0] - levels[1]) ** 2))
    assert by_hand > 3
    assert comparison.band_level_error_db(one, other) == pytest.approx(by_hand, rel=1e-6)


def test_the_band_level_error_knows_levels_and_not_which_noise_it_was():
    noise, again = steady_noise(1), steady_noise(2)
    assert comparison.band_level_error_db(noise, noise) == 0
    assert comparison.band_level_error_db(noise, noise / 2) == pytest.approx(20 * np.log10(2), abs=0.01)
    assert comparison.band_level_error_db(noise, again) < 3.5  # chance, in bands of one bin at the bottom
    dark = np.cumsum(noise - noise.mean()).astype(np.float32)
    assert comparison.band_level_error_db(noise, dark) > 10


@pytest.mark.parametrize("gain", [1.0, 0.01])
def test_noise_scatters_as_chance_does_and_lines_do_more(gain):
    assert comparison.scatter_db(gain * steady_noise(3)) == pytest.approx(5.5, abs=0.1)
    times = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    chirp = np.sin(2 * np.pi * (2000 * times + 9000 * times**2)).astype(np.float32)
    clicks = np.zeros(SAMPLE_RATE, np.float32)
    clicks[::32] = gain  # closer than a window: lines every 16 bins
    assert comparison.scatter_db(gain * chirp) > 8
    assert comparison.scatter_db(clicks) > 8
    assert comparison.scatter_db(np.zeros(2000, np.float32)) == 0


@pytest.mark.parametrize(("gain", "level_db"), [(0.1, -20), (0.01, -40), (0, -60)])
def test_haze_is_what_lies_between_the_tone_and_the_click_of_a_kick(gain, level_db):
    times = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    tone, haze, high = (np.sin(2 * np.pi * hz * times).astype(np.float32) for hz in (60, 900, 3000))
    haze *= np.float32(gain)
    assert comparison.haze_db(tone + haze) == pytest.approx(level_db, abs=0.5)
    assert comparison.haze_db(0.01 * (tone + haze)) == pytest.approx(level_db, abs=0.5)
    for outside in (haze * (times > 0.03), haze * (times < 0.005), 0.1 * high):
        assert comparison.haze_db(tone + outside) < -55
    kick, hazy = (Clip(0.5 * each, SAMPLE_RATE) for each in (tone, tone + haze))
    assert comparison.compare(kick, hazy).haze_db == pytest.approx(level_db + 60, abs=1.5)


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
