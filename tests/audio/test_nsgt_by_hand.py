"""A transform small enough to be worked out by hand: 64 samples at 64 Hz, so that bins of the spectrum are Hz."""

import numpy as np
import pytest
import torch

from clave.audio.nsgt import HANN_SPREAD, MIN_WINDOW, NSGT, Linear, Octave, fast_length
from clave.errors import TransformError


def small(width: float = 1.0, high: float = 28, edges: bool = True, length: int = 64) -> NSGT:
    """Bands at 4, 8 ... up to `high` Hz."""
    return NSGT(64, length, Linear(round(high / 4), 4, high), width=width, edges=edges, fast=False)


def test_bands_lie_on_the_scale_and_windows_reach_from_neighbour_to_neighbour() -> None:
    transform = small()
    np.testing.assert_array_equal(transform.centres_hz, np.arange(0, 33, 4))
    assert (transform.bands, transform.frames) == (9, 8)
    assert transform.frame_seconds == 1 / 8
    assert transform.first_frame_s == 0
    np.testing.assert_allclose(transform.spread_s2, np.full(9, 1 / (HANN_SPREAD * 64)))
    carrier = 2 * np.pi * np.outer(np.arange(0, 33, 4), np.arange(8) / 8)
    np.testing.assert_allclose(transform.carrier, carrier)


def test_a_wider_window_has_as_many_times_the_frames() -> None:
    assert [small(width).frames for width in (1, 1.5, 2, 4)] == [8, 12, 16, 32]
    assert small(8).frames == 64  # never more than the sound has
    np.testing.assert_allclose(small(2).spread_s2, np.full(9, 1 / (HANN_SPREAD * 256)))


def test_without_edges_the_two_outer_bands_are_left_out() -> None:
    transform = small(edges=False)
    np.testing.assert_array_equal(transform.centres_hz, np.arange(4, 29, 4))
    assert transform.range_hz == (1.0, 31.0)  # a window of 8 bins has a 0 at its first one
    assert small().range_hz == (0.0, 32.0)


def test_the_frame_bounds_are_the_least_and_the_largest_sum_of_squared_windows() -> None:
    squares = np.square(0.5 + 0.5 * np.cos(2 * np.pi * np.arange(-4, 4) / 8))
    sums = [squares[4], squares[3] + squares[7], squares[2] + squares[6]]  # on a centre, one bin on, half way
    assert sums == pytest.approx([1, 0.75, 0.5])
    at_1_hz = 2 * squares[3] + squares[7]  # the band around 0 Hz has it twice, once mirrored
    assert small().bounds == pytest.approx((0.5, at_1_hz))
    assert small(edges=False).bounds == pytest.approx((squares[7], 1.0))


def test_the_last_band_of_a_scale_is_centred_between_its_neighbours() -> None:
    transform = small(high=24)
    np.testing.assert_array_equal(transform.centres_hz, [0, 4, 8, 12, 16, 20, 26, 32])  # 26, between 20 and 32
    widths = np.sqrt(1 / (HANN_SPREAD * transform.spread_s2))
    np.testing.assert_allclose(widths, [8, 8, 8, 8, 8, 8, 12, 16])  # and as wide as 24 would be: from 20 to 32
    assert transform.frames == 16


def test_a_window_has_four_bins_at_least() -> None:
    transform = NSGT(64, 64, Linear(21, 10, 20), fast=False)  # bands half a bin apart
    widths = np.sqrt(1 / (HANN_SPREAD * transform.spread_s2))
    assert widths.min() == MIN_WINDOW == 4
    sound = np.random.default_rng(0).standard_normal(64)
    np.testing.assert_allclose(transform.inverse(transform.forward(sound)), sound, atol=1e-9)


def test_a_cosine_on_a_centre_is_constant_in_its_band_and_a_quarter_of_it_two_bins_off() -> None:
    time = np.arange(64) / 64
    on_centre, off = (np.abs(small().forward(np.cos(2 * np.pi * hz * time))) for hz in (12, 14))
    np.testing.assert_allclose(on_centre[3], 32 / 8, atol=1e-9)  # half of 64 samples, over 8 frames
    np.testing.assert_allclose(on_centre[[0, 1, 2, 4, 5, 6, 7, 8]], 0, atol=1e-9)
    np.testing.assert_allclose(off[[3, 4]], 0.5 * 32 / 8, atol=1e-9)  # the window at half its reach


def test_the_smallest_settings_are_taken_and_anything_below_is_refused() -> None:
    assert NSGT(1, 8, Linear(2, 0.2, 0.4)).bands == 4
    assert small(width=1, length=8).length == 8
    for make in (
        lambda: NSGT(0, 64, Linear(4, 4, 20)),
        lambda: NSGT(64, 7, Linear(4, 4, 20)),
        lambda: small(width=0.99),
        lambda: small(width=float("inf")),
        lambda: NSGT(64, 64, Linear(1, 4, 20)),
        lambda: NSGT(64, 64, Linear(4, 0, 20)),
        lambda: NSGT(64, 64, Linear(4, 20, 20)),
        lambda: NSGT(64, 64, Linear(4, 4, float("inf"))),
        lambda: NSGT(64, 64, Linear(3, 20, 60)),  # one band below Nyquist
    ):
        with pytest.raises(TransformError):
            make()


def test_steps_of_an_octave_come_nearest_to_what_is_asked_without_falling_short() -> None:
    np.testing.assert_allclose(Octave(100, 400, 2).centres_hz(1000), 100 * 2 ** (np.arange(5) / 2))
    assert len(Octave(100, 410, 2).centres_hz(1000)) == 6
    assert Octave(100, None, 2).centres_hz(800)[-1] == pytest.approx(800)


def test_lengths_that_are_products_of_small_primes_stay_and_others_go_up() -> None:
    wanted = {1: 1, 2: 2, 7: 7, 11: 12, 13: 14, 17: 18, 19: 20, 97: 98, 121: 125, 127: 128, 241: 243, 341: 343}
    assert {length: fast_length(length) for length in wanted} == wanted


def test_a_batch_has_any_number_of_dimensions_in_numpy_and_in_torch() -> None:
    transform, sounds = small(), np.random.default_rng(0).standard_normal((2, 3, 64))
    bands = transform.forward(sounds)
    assert bands.shape == (2, 3, transform.bands, transform.frames)
    np.testing.assert_allclose(bands[1, 2], transform.forward(sounds[1, 2]), atol=1e-12)
    same = transform.forward(torch.from_numpy(sounds))
    np.testing.assert_allclose(same.numpy(), bands, atol=1e-9)
    for given in (bands, same):
        np.testing.assert_allclose(transform.inverse(given), sounds, atol=1e-9)
