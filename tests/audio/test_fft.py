"""NumPy's FFT beside SciPy's, and at its speed in single precision."""

import time
from collections.abc import Callable

import numpy as np
import pytest
import scipy.fft

from clave.audio import fft

LENGTHS = (8, 1024, 405, 1001)


def noise(length: int, dtype: type) -> np.ndarray:
    rng = np.random.default_rng(length)
    rows = rng.standard_normal((3, length)) + 1j * rng.standard_normal((3, length))
    return rows.astype(dtype)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
def test_each_direction_is_that_of_scipy_in_the_precision_of_what_it_takes(length: int, dtype: type) -> None:
    x = noise(length, dtype)
    real, near = x.real.copy(), 1e-6 if dtype is np.complex64 else 1e-13
    half = scipy.fft.rfft(real)
    for ours, theirs in (
        (fft.rfft(real) * length, half),
        (fft.rfft(real, length + 3) * (length + 3), scipy.fft.rfft(real, length + 3)),
        (fft.irfft(half, length), scipy.fft.irfft(half, length)),
        (fft.fft(x, out=np.empty_like(x)) * length, scipy.fft.fft(x)),
        (fft.ifft(x, out=np.empty_like(x)), scipy.fft.ifft(x)),
    ):
        assert ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours, theirs, atol=near * np.abs(theirs).max())


def test_there_and_back_in_place() -> None:
    x = noise(405, np.complex64)
    again = fft.fft(x, out=np.empty_like(x)) * np.float32(405)
    assert fft.ifft(again, out=again) is again
    np.testing.assert_allclose(again, x, atol=1e-5)


def test_single_precision_takes_no_longer_than_double() -> None:
    """Where it is computed in double precision and cast, it takes two to three times as long as that."""
    x = np.random.default_rng(0).standard_normal((200, 1024))
    single = x.astype(np.float32)
    assert best(lambda: fft.rfft(single)) < 1.2 * best(lambda: fft.rfft(x))


def best(call: Callable[[], object]) -> float:
    times = list[float]()
    for _ in range(20):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return min(times)
