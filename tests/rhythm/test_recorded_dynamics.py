import numpy as np
import pytest

from clave.errors import SpaceError
from clave.music.kit import VOICES
from clave.rhythm.recorded_dynamics import SETTING, RecordedDynamics, to_settings

CURVES = {
    "snare": (np.array([-0.2, 0.5, 1.2]), np.array([0.1, 0.4, 1.0])),
    "tom": (np.array([0, 1]), np.array([0, 0.5])),
}
SNARE, TOM, KICK = 1, 4, 0


def known() -> RecordedDynamics:
    found = RecordedDynamics.from_settings(to_settings({"snare": 0.4, "tom": 0.3}, CURVES), "here")
    assert found is not None
    return found


def test_a_space_that_knows_nothing_of_them_has_none():
    assert RecordedDynamics.from_settings({}, "here") is None


def test_deviations_are_by_voice():
    assert known().offset_std.tolist() == pytest.approx([0, 0.4, 0, 0, 0.3, 0, 0, 0])


def test_velocities_follow_the_curve_of_their_voice():
    velocity = np.array([-3.0, -0.2, 0.15, 0.5, 0.85, 2.0, 0.5, 0.5, 0.7], np.float32)
    voices = np.array([SNARE] * 6 + [TOM, KICK, 7])
    played = known().velocity(velocity, voices)
    assert played.tolist() == pytest.approx([0.1, 0.1, 0.25, 0.4, 0.7, 1.0, 0.25, 0.5, 0.7])


def test_what_is_louder_stays_louder():
    velocity = np.linspace(-1, 2, 200, dtype=np.float32)
    for voice in range(len(VOICES)):
        assert (np.diff(known().velocity(velocity, np.full(200, voice))) >= 0).all()


@pytest.mark.parametrize(
    "stored",
    [
        {"offset_std": {"snare": -1}, "velocity": {}},
        {"offset_std": {"snare": float("nan")}, "velocity": {}},
        {"offset_std": {"bongo": 1}, "velocity": {}},
        {"offset_std": {}, "velocity": {"snare": [[0, 1], [1, 0]]}},
        {"offset_std": {}, "velocity": {"snare": [[0, 1], [0, 0.5, 1]]}},
        {"offset_std": {}, "velocity": {"snare": [[0, 9], [0, 1]]}},
        {"offset_std": {}},
        [],
    ],
    ids=str,
)
def test_a_space_with_others_is_refused(stored):
    with pytest.raises(SpaceError, match=f"here: {SETTING}"):
        RecordedDynamics.from_settings({SETTING: stored}, "here")
