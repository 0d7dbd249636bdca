import numpy as np

from clave.audio.descriptors import NAMES
from clave.sound.shared_sounds import SAME, shares

NAN = np.nan


def test_a_recording_that_several_kits_share_counts_once() -> None:
    own = np.array([[11, -2, 7, 0.5], [12, -2, 7, 0.5], [11, -2, NAN, 0.5]], np.float32)
    np.testing.assert_array_equal(shares(own), 1)  # a sound without a pitch is another one
    shared = np.concatenate([own, own[:1] + 0.9 * SAME, np.repeat(own[2:], 2, axis=0)])
    np.testing.assert_allclose(shares(shared), [1 / 2, 1, 1 / 3, 1 / 2, 1 / 3, 1 / 3])


def test_sounds_that_differ_in_one_descriptor_are_two() -> None:
    for each in np.eye(len(NAMES), dtype=np.float32):
        pair = np.stack([np.zeros(len(NAMES), np.float32), 1.1 * SAME * each])
        np.testing.assert_array_equal(shares(pair), 1)
    assert shares(np.zeros((0, len(NAMES)), np.float32)).shape == (0,)
