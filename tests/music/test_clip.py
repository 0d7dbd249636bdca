import base64
import io
import re

import numpy as np
import pytest
import soundfile

from clave.errors import ClipError
from clave.music.clip import Clip


def sine(n=441, rate=44_100, level=0.5):
    return (level * np.sin(2 * np.pi * 441 * np.arange(n) / rate)).astype(np.float32)


def test_a_clip_keeps_its_samples_length_and_peak():
    clip = Clip(sine(), 44_100)
    assert len(clip) == 441
    assert clip.seconds == pytest.approx(0.01)
    assert clip.peak == pytest.approx(0.5, abs=1e-3)
    np.testing.assert_array_equal(clip.samples, sine())
    assert Clip(sine(), 22_050).seconds == pytest.approx(0.02)


def test_a_clip_louder_than_full_scale_is_kept_as_it_is():
    assert Clip(sine(level=2.0)).peak == pytest.approx(2.0, abs=1e-2)


def test_a_clip_cannot_be_changed_from_outside():
    samples = sine()
    clip = Clip(samples)
    samples[:] = 0
    assert clip.peak > 0.4
    with pytest.raises(ValueError, match="read-only"):
        clip.samples[0] = 1


@pytest.mark.parametrize(
    ("samples", "rate", "message"),
    [
        (np.zeros(0, np.float32), 44_100, "at least one sample"),
        (np.array([0, np.nan], np.float32), 44_100, "got nan at sample 1"),
        (np.array([np.inf, 0], np.float32), 44_100, "got inf at sample 0"),
        (np.zeros(4, np.float32), 0, "at least 1 Hz, got 0"),
    ],
)
def test_what_is_no_sound_is_refused(samples, rate, message):
    with pytest.raises(ClipError, match=message):
        Clip(samples, rate)


def test_a_notebook_shows_a_player_of_the_same_sound():
    loud = Clip(np.array([0.0, 0.5, -0.5, 3.0], np.float32), 8000)
    data = re.search(r"base64,([^\"]+)", loud._repr_html_())
    heard, rate = soundfile.read(io.BytesIO(base64.b64decode(data[1])), dtype="float32", always_2d=True)
    assert (heard.shape[1], rate) == (1, 8000)
    heard = heard[:4, 0]
    np.testing.assert_allclose(heard, [0, 0.5, -0.5, 1], atol=1e-4)
