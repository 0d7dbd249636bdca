"""A verdict says in plain words whether a space can be played, beside the shipped one."""

from clave.latent.verdict import verdict_of
from clave.training import verdict


def test_a_rhythm_space_that_is_noise_is_not_called_playable():
    noise = {"held_out": 0.2, "shipped_held_out": 0.73, "stroke_ratio": 4.0, "holes": 0.5}
    found = verdict.of_rhythm(noise, bars=163, fine_tuned=False)
    assert not found.playable
    for words in ("F1 0.20 (the shipped space 0.73)", "4.0 times the strokes", "163 bars carry a fine-tuned", "50% of"):
        assert words in found.says
    assert {"what": verdict.RHYTHM_ROWS["held_out"], "this space": 0.2, "shipped": 0.73} in found.rows
    assert verdict_of({"verdict": found.to_dict()}) == found


def test_a_fine_tuned_rhythm_space_is_playable_while_it_keeps_what_was_there():
    good = {"own": 0.9, "shipped_own": 0.7, "old": 0.705, "shipped_old": 0.71}
    assert verdict.of_rhythm(good, bars=163, fine_tuned=True).playable
    assert not verdict.of_rhythm(good | {"old": 0.65}, bars=163, fine_tuned=True).playable


def test_a_sound_space_whose_draws_are_at_chance_is_not_called_playable():
    chance = verdict.of_sound({"recognised": 0.13, "shipped_recognised": 0.85}, sounds=12, fine_tuned=False)
    assert not chance.playable
    assert "13% of its draws" in chance.says
    shipped = {"recognised": 0.85, "shipped_recognised": 0.85, "error_db": 4.6, "shipped_error_db": 4.5}
    assert verdict.of_sound(shipped, sounds=12, fine_tuned=True).playable
    assert not verdict.of_sound(shipped | {"error_db": 9.0}, sounds=12, fine_tuned=True).playable
