"""The evenly spaced transform: exact both ways, phases from the centres of the frames, the same in NumPy and torch."""

import numpy as np
import pytest
import torch

from clave.audio.stft import STFT, Gaussian, Hann
from clave.audio.transform import Transform
from clave.errors import TransformError

SETTINGS = [
    STFT(),
    STFT(length=2),
    STFT(length=1000),
    STFT(length=4097, window=512, hop=32),
    STFT(length=30_000, window=2048, hop=512, shape=Hann()),
    STFT(length=5000, window=256, hop=128, shape=Gaussian(0.3)),
]


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def snr_db(x: np.ndarray, y: np.ndarray) -> float:
    return float(10 * np.log10(np.sum(x.astype(np.float64) ** 2) / np.sum((x.astype(np.float64) - y) ** 2)))


@pytest.mark.parametrize("stft", SETTINGS, ids=repr)
def test_sounds_come_back(stft: Transform) -> None:
    x = noise(2, stft.length)
    c = stft.forward(x)
    assert (c.shape, c.dtype) == ((2, stft.bands, stft.frames), np.complex64)
    assert snr_db(x, stft.inverse(c)) > 120
    exact = x.astype(np.float64)
    assert snr_db(exact, stft.inverse(stft.forward(exact))) > 280


@pytest.mark.parametrize("stft", SETTINGS, ids=repr)
def test_numpy_and_torch_agree(stft: Transform) -> None:
    x = noise(2, stft.length).astype(np.float64)
    here, there = stft.forward(x), stft.forward(torch.from_numpy(x))
    np.testing.assert_allclose(there.numpy(), here, atol=1e-10)
    changed = np.abs(here) + 0j
    np.testing.assert_allclose(stft.inverse(torch.from_numpy(changed)).numpy(), stft.inverse(changed), atol=1e-10)


def test_gradients_flow_through_both_directions() -> None:
    stft = STFT(length=20, window=8, hop=2)
    x = torch.from_numpy(noise(2, 20).astype(np.float64)).requires_grad_()
    assert torch.autograd.gradcheck(stft.forward, x)
    assert torch.autograd.gradcheck(lambda x: stft.inverse(stft.forward(x) * 2j), x)


def test_a_frame_is_the_spectrum_around_its_centre() -> None:
    stft = STFT(length=3000, window=64, hop=16)
    x = noise(3000).astype(np.float64)
    c = stft.forward(x)
    frame = 40
    centre = round((stft.first_frame_s + frame * stft.frame_seconds) * stft.sample_rate)
    at = np.arange(-32, 32)
    for band in (0, 5, 32):
        window = np.exp(-np.pi * (at / 64) ** 2 / 0.13)
        expected = np.sum(x[centre + at] * window * np.exp(-2j * np.pi * band * at / 64))
        assert c[band, frame] == pytest.approx(expected, abs=1e-10)
    assert stft.centres_hz[32] == 22_050


def test_windows_come_near_the_gaussian_of_their_spread() -> None:
    at = np.arange(256) / 256 - 0.5
    for shape in (Gaussian(0.1), Hann()):
        np.testing.assert_allclose(shape.samples(256), np.exp(-np.pi * at**2 / shape.spread), atol=0.08)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: STFT(hop=300), "got 300 and a window of 1024"),
        (lambda: STFT(hop=1024), "1024"),
        (lambda: STFT(hop=0), "got 0"),
        (lambda: STFT(length=0), "0 samples"),
        (lambda: STFT(shape=Gaussian(0.0)), "got 0.0"),
        (lambda: STFT(length=10).forward(noise(9)), r"\(9,\)"),
        (lambda: STFT(length=10).inverse(noise(3, 3) * 1j), r"\(3, 3\)"),
    ],
)
def test_what_makes_no_transform_is_refused(make, says: str) -> None:
    with pytest.raises(TransformError, match=says):
        make()


def test_the_lowest_bands_are_those_of_the_whole_and_the_rest_is_silent() -> None:
    whole, low = STFT(length=3000, window=64, hop=16), STFT(length=3000, window=64, hop=16, lowest_bands=5)
    x = noise(2, 3000)
    bands = low.forward(x)
    assert bands.shape == (2, low.bands, low.frames) == (2, 5, whole.frames)
    np.testing.assert_array_equal(bands, whole.forward(x)[:, :5])
    silent = np.pad(bands, ((0, 0), (0, whole.bands - 5), (0, 0)))
    np.testing.assert_allclose(low.inverse(bands), whole.inverse(silent), atol=1e-6)
    there = torch.from_numpy(x)
    np.testing.assert_allclose(low.forward(there).numpy(), bands, atol=1e-5)
    np.testing.assert_allclose(low.inverse(low.forward(there)).numpy(), low.inverse(bands), atol=1e-5)
    assert len(low.centres_hz) == len(low.spread_s2) == 5


@pytest.mark.parametrize("count", [0, 34])
def test_there_are_no_other_numbers_of_bands(count: int) -> None:
    with pytest.raises(TransformError, match=f"1 to 33 bands, got {count}"):
        STFT(window=64, hop=16, lowest_bands=count)
