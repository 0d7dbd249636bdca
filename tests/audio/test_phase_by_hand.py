"""The steps of phase estimation, each against its formula on magnitudes that are made up for it."""

import numpy as np
import pytest

from clave import NSGT
from clave.audio import phase
from clave.audio.nsgt import Linear
from clave.audio.phase import ONSET_S, Descent, GradientIntegration, GriffinLim, ImpulsePhase, RandomPhase
from clave.audio.stft import STFT
from clave.errors import TransformError

SHORT = STFT(length=600, window=64, hop=16)
TURN = 2 * np.pi


def made_up(transform=SHORT, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).gamma(1.0, size=(transform.bands, transform.frames)).astype(np.float32)


def times_s(transform) -> np.ndarray:
    return transform.first_frame_s + transform.frame_seconds * np.arange(transform.frames)


def assert_phases(bands: np.ndarray, wanted: np.ndarray, atol: float = 2e-3) -> None:
    np.testing.assert_allclose(np.exp(1j * np.angle(bands)), np.exp(1j * wanted), atol=atol)


def test_random_phases_are_those_of_the_seed_with_the_magnitudes_given() -> None:
    magnitude = made_up()
    for seed in (0, 5):
        bands = RandomPhase(seed).bands(magnitude, SHORT)
        np.testing.assert_allclose(np.abs(bands), magnitude, rtol=1e-5)
        assert_phases(bands, np.random.default_rng(seed).uniform(0, TURN, magnitude.shape))
    np.testing.assert_array_equal(RandomPhase().bands(magnitude, SHORT), RandomPhase(0).bands(magnitude, SHORT))


def test_an_impulse_has_the_phase_of_its_distance_from_each_frame() -> None:
    assert ONSET_S == 0.002
    for transform in (SHORT, NSGT(44_100, 600, Linear(20, 500, 20_000))):
        bands = ImpulsePhase().bands(np.ones((transform.bands, transform.frames), np.float32), transform)
        wanted = TURN * np.outer(transform.centres_hz, times_s(transform) - 0.002)
        assert_phases(bands, wanted if transform.carrier is None else wanted - transform.carrier)


def test_bands_keep_their_phase_with_another_magnitude_and_silence_stays() -> None:
    bands = np.array([3 + 4j, -2j, 0], np.complex64)
    found = phase.with_magnitude(bands, np.array([10, 1, 7], np.float32))
    np.testing.assert_allclose(found, [6 + 8j, -1j, 0], atol=1e-6)


# Gradients


def test_a_steady_spectrum_turns_by_its_frequency_in_time_and_not_at_all_from_band_to_band() -> None:
    along_time, along_band = phase._phase_steps(np.zeros((SHORT.bands, SHORT.frames), np.float32), SHORT)
    wanted = np.remainder(TURN * SHORT.centres_hz * SHORT.frame_seconds, TURN)
    np.testing.assert_allclose(along_time, np.repeat(wanted[:, None], SHORT.frames - 1, axis=1), atol=1e-5)
    assert not along_band.any()
    assert along_band.shape == (SHORT.bands - 1, SHORT.frames)


@pytest.mark.parametrize(
    "transform", [SHORT, NSGT(44_100, 600, Linear(20, 500, 20_000), width=2)], ids=["stft", "nsgt"]
)
def test_a_slope_over_frequency_is_a_slope_of_phase_in_time(transform) -> None:
    log = np.repeat(0.01 * transform.centres_hz[:, None] / 100, transform.frames, axis=1).astype(np.float32)
    along_time, along_band = phase._phase_steps(log, transform)
    beyond = (along_time - np.remainder(TURN * transform.centres_hz * transform.frame_seconds, TURN)[:, None])[2:-2]
    slope = 0.01 / 100  # of the log magnitude, a Hz; ds/df / gamma is radians a second
    wanted = slope / transform.spread_s2 * transform.frame_seconds
    np.testing.assert_allclose(beyond, np.repeat(wanted[2:-2, None], transform.frames - 1, axis=1), rtol=1e-2)
    np.testing.assert_allclose(along_band, 0, atol=1e-6)


@pytest.mark.parametrize(
    "transform", [SHORT, NSGT(44_100, 600, Linear(20, 500, 20_000), width=2)], ids=["stft", "nsgt"]
)
def test_a_slope_over_time_is_a_slope_of_phase_over_frequency(transform) -> None:
    slope = 5.0  # of the log magnitude, a second
    log = np.repeat(slope * times_s(transform)[None], transform.bands, axis=0).astype(np.float32)
    along_time, along_band = phase._phase_steps(log, transform)
    spread, hz = transform.spread_s2, transform.centres_hz
    wanted = -slope * (spread[1:] + spread[:-1]) / 2 * np.diff(hz)
    inner = along_band[:, 1:-1]
    np.testing.assert_allclose(inner, np.repeat(wanted[:, None], inner.shape[1], axis=1), rtol=1e-2, atol=1e-9)
    turn = np.remainder(TURN * hz * transform.frame_seconds, TURN)
    np.testing.assert_allclose(along_time, np.repeat(turn[:, None], transform.frames - 1, axis=1), atol=1e-4)


def test_the_sum_begins_at_the_loudest_and_goes_from_frame_to_frame_and_from_band_to_band() -> None:
    log = np.array([[0, -1, -2], [-9, -9, -3]], np.float32)
    along_time = np.array([[0.1, 0.2], [7.0, 7.0]], np.float32)
    along_band = np.array([[8.0, 8.0, 0.4]], np.float32)
    audible = np.array([[True, True, True], [False, False, True]])
    found = phase._sum_steps(log, along_time, along_band, audible)
    np.testing.assert_allclose(found - found[0], [0, 0.1, 0.3, 0.7], atol=1e-6)
    everything = phase._sum_steps(log, along_time, along_band, np.ones((2, 3), bool))
    # by loudness: along the loud row, down to the 0.7, back along the second row, which is 7 a frame
    np.testing.assert_allclose(everything - everything[0], [0, 0.1, 0.3, 8, 8.1, 0.7], atol=1e-5)


def test_what_lies_below_the_floor_has_the_phase_of_steady_sines() -> None:
    transform = SHORT
    magnitude = np.full((transform.bands, transform.frames), 0.9e-3, np.float32)
    magnitude[5, 7] = 1.0
    spread = np.pi / 2 / transform.bands * np.square(np.arange(transform.bands))
    steady = TURN * np.outer(transform.centres_hz, times_s(transform)) + spread[:, None]
    below = np.ones(magnitude.shape, bool)
    below[5, 7] = False
    assert_phases(GradientIntegration(60).bands(magnitude, transform)[below], steady[below])
    summed = GradientIntegration(61).bands(magnitude, transform)  # 0.9e-3 is 60.9 dB below 1
    assert np.abs(np.exp(1j * np.angle(summed)) - np.exp(1j * steady)).max() > 0.1


def test_a_floor_lies_above_0_and_up_to_140_db() -> None:
    assert (GradientIntegration().floor_db, GradientIntegration(140).floor_db) == (60, 140)
    for floor in (0, -1, 140.1, float("nan")):
        with pytest.raises(TransformError, match="floor"):
            GradientIntegration(floor)


# Rounds


def projected(bands: np.ndarray, magnitude: np.ndarray) -> np.ndarray:
    return SHORT.forward(SHORT.inverse(phase.with_magnitude(bands, magnitude)))


def test_rounds_of_griffin_lim_are_projections_and_momentum_steps_on_along_the_last_change() -> None:
    magnitude, start = made_up(), RandomPhase(3)
    first = start.bands(magnitude, SHORT)
    once = projected(first, magnitude)
    for iterations, momentum, wanted in (
        (0, 0.5, first),
        (1, 0.5, once),
        (2, 0.0, projected(once, magnitude)),
        (2, 0.5, projected(once + 0.5 * (once - first), magnitude)),
    ):
        found = GriffinLim(iterations, momentum, start).bands(magnitude, SHORT)
        np.testing.assert_allclose(found, phase.with_magnitude(wanted, magnitude), atol=2e-3)
        np.testing.assert_allclose(np.abs(found), magnitude, rtol=1e-3, atol=1e-5)


def test_a_constraint_is_applied_in_each_round() -> None:
    heard: list[int] = []

    def count(sound: np.ndarray) -> np.ndarray:
        heard.append(len(sound))
        return np.where(np.arange(len(sound)) < 300, sound, 0).astype(np.float32)

    found = GriffinLim(3, start=RandomPhase(), constraint=count).bands(made_up(), SHORT)
    assert heard == [600] * 3
    free = GriffinLim(3, start=RandomPhase()).bands(made_up(), SHORT)
    assert not np.allclose(found, free)


def test_bins_that_are_silent_stay_silent_whether_few_sound_or_many() -> None:
    for silent in (0.1, 0.9):
        magnitude = made_up()
        magnitude[np.random.default_rng(1).random(magnitude.shape) < silent] = 0
        found = GriffinLim(2, 0.5, RandomPhase()).bands(magnitude, SHORT)
        np.testing.assert_allclose(np.abs(found), magnitude, rtol=1e-3, atol=1e-5)


def test_descent_comes_nearer_with_every_step_and_begins_at_its_start() -> None:
    magnitude = made_up(seed=4)

    def distance(bands: np.ndarray) -> float:
        return float(np.linalg.norm(np.abs(bands) - magnitude))

    start = RandomPhase(2)
    found = [Descent(steps, start).bands(magnitude, SHORT) for steps in (0, 1, 6)]
    np.testing.assert_allclose(found[0], SHORT.forward(SHORT.inverse(start.bands(magnitude, SHORT))), atol=1e-4)
    distances = [distance(bands) for bands in found]
    assert distances[1] < 0.98 * distances[0]
    assert distances[2] < 0.9 * distances[1]


def test_settings_at_their_limits_are_taken_and_beyond_are_refused() -> None:
    assert (GriffinLim(0, 1.0).momentum, Descent(0).iterations) == (1.0, 0)
    assert (GriffinLim().iterations, GriffinLim().momentum, Descent().iterations) == (100, 0.0, 30)
    for make in (lambda: GriffinLim(-1), lambda: GriffinLim(1, -0.1), lambda: GriffinLim(1, 1.1), lambda: Descent(-1)):
        with pytest.raises(TransformError):
            make()


def test_magnitudes_of_the_wrong_kind_are_refused_one_bad_number_is_enough() -> None:
    good = made_up()
    for bad, why in ((np.inf, "finite"), (np.nan, "finite"), (-1.0, "not negative")):
        magnitude = good.copy()
        magnitude[3, 4] = bad
        with pytest.raises(TransformError, match=why):
            RandomPhase().estimate(magnitude, SHORT)
    assert RandomPhase().estimate(np.stack([good, good]), SHORT).shape == (2, 600)


@pytest.mark.parametrize("louder", [2.0**-12, 2.0**12])
def test_integrated_phases_do_not_depend_on_loudness(louder: float) -> None:
    """With powers of two, exactly: all that is compared is relative to the loudest bin, silent bins included."""
    magnitude = np.zeros((SHORT.bands, SHORT.frames), np.float32)
    magnitude[2:-2, 1:-1] = np.random.default_rng(1).random((SHORT.bands - 4, SHORT.frames - 2)) + 0.1
    magnitude[4, ::3] = 0
    one = GradientIntegration().bands(magnitude, SHORT)
    other = GradientIntegration().bands(magnitude * np.float32(louder), SHORT)
    np.testing.assert_allclose(other / louder, one, rtol=0, atol=1e-5)
