from dataclasses import replace

import numpy as np
import pytest
from toy_grooves import toy_grooves

from clave.latent.space_folder import open_space
from clave.rhythm.recorded_dynamics import SETTING, RecordedDynamics
from clave.rhythm.space import SHIPPED_RHYTHM, RhythmSpace
from clave.rhythm.space_format import RHYTHM_FORMAT
from clave.training import recorded_dynamics

SNARE = 1


@pytest.fixture(scope="module")
def plain() -> RhythmSpace:
    """The shipped space without what it knows of recorded bars."""
    files = open_space(SHIPPED_RHYTHM, RHYTHM_FORMAT)
    return RhythmSpace(replace(files, settings={k: v for k, v in files.settings.items() if k != SETTING}))


@pytest.fixture(scope="module")
def grooves(tmp_path_factory):
    return toy_grooves(tmp_path_factory.mktemp("grooves"))


def test_the_shipped_space_knows_them():
    stored = open_space(SHIPPED_RHYTHM, RHYTHM_FORMAT).settings[SETTING]
    assert set(stored["velocity"]) == {"kick", "snare", "closed hi-hat", "cymbal"}
    assert set(stored["offset_std"]) == {*stored["velocity"], "open hi-hat", "tom"}  # Groove MIDI has no claps


def test_too_few_strokes_say_nothing(plain, grooves, monkeypatch):
    monkeypatch.setattr(recorded_dynamics, "MIN_STROKES", int(grooves.hits.sum()))
    assert recorded_dynamics.measure(plain, grooves) == {}


def test_what_is_measured_brings_draws_to_what_is_recorded(plain, grooves, monkeypatch):
    for name, count in (("MIN_STROKES", 20), ("MIN_CURVE_STROKES", 20), ("BARS", 60)):
        monkeypatch.setattr(recorded_dynamics, name, count)
    settings = recorded_dynamics.measure(plain, grooves)
    assert settings == recorded_dynamics.measure(plain, grooves)  # the same seed
    known = RecordedDynamics.from_settings(settings, "here")
    assert known is not None
    assert 0 < known.offset_std[SNARE] < 1

    drawn = recorded_dynamics.drawn_velocities(plain, 60, np.random.default_rng(3))[SNARE]
    played = known.velocity(drawn, np.full(len(drawn), SNARE))
    recorded = grooves.velocity[:, SNARE][grooves.hits[:, SNARE]]
    assert np.quantile(played, [0.25, 0.5, 0.75]) == pytest.approx(np.quantile(recorded, [0.25, 0.5, 0.75]), abs=0.08)
    assert abs(np.median(drawn) - np.median(recorded)) > 0.08


def test_a_curve_leads_from_quantiles_to_quantiles():
    rng = np.random.default_rng(0)
    before, after = recorded_dynamics.curve(rng.normal(0.5, 0.2, 5000), rng.choice([32, 127], 5000) / 127, rng)
    assert len(before) == len(after) == recorded_dynamics.KNOTS
    assert before[len(before) // 4] == pytest.approx(0.5 - 0.6745 * 0.2, abs=0.01)
    assert after[len(after) // 4] == pytest.approx(32 / 127, abs=0.005)
    assert after.max() == 1
