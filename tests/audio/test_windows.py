"""Moving maxima and means beside SciPy's filters."""

import numpy as np
import pytest
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from clave.audio import windows


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 21])
def test_maxima_and_means_of_each_stretch(size: int) -> None:
    x = np.random.default_rng(size).standard_normal((2, 21)).astype(np.float32)
    middle = slice(size // 2, size // 2 + 21 - size + 1)
    np.testing.assert_array_equal(windows.maxima(x, size), maximum_filter1d(x, size)[:, middle])
    expected = uniform_filter1d(x.astype(np.float64), size)[:, middle]
    np.testing.assert_allclose(windows.means(x, size), expected, atol=1e-12)
