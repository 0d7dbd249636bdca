"""Clips for softer strokes: as loud as the clip, and other in sound as recorded drums are."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from clave.audio.descriptors import decay_s
from clave.audio.loudness import k_weighted_energy
from clave.audio.velocity_layers import LEVELS_DB, softer_clips, with_layers
from clave.music.clip import Clip
from clave.music.kit import VOICES, Kit, layer_of
from clave.sound import drum_synth

sys.path.insert(0, str(Path(__file__).parents[1]))
from make_velocity_layers_fixture import PATH, page

DOCUMENT = json.loads(PATH.read_text("utf-8"))
KIT = drum_synth.kit("room")


def attack_hz(clip: Clip) -> float:
    """The centroid of the first 20 ms."""
    power = np.abs(np.fft.rfft(clip.samples[:882] * np.hanning(882))) ** 2
    return float((np.fft.rfftfreq(882, 1 / 44_100) * power).sum() / power.sum())


@pytest.mark.parametrize("case", DOCUMENT["cases"], ids=lambda case: f"{case['name']}, {VOICES[case['voice']].name}")
def test_the_formulas_hold_term_by_term(case):
    clip = Clip(np.array(case["samples"], np.float32), DOCUMENT["rate"])
    made = softer_clips(clip, case["voice"])
    np.testing.assert_allclose([each.samples for each in made], case["expected"], atol=1e-6)


def test_the_fixture_is_what_its_maker_makes():
    assert PATH.read_text("utf-8") == page()


@pytest.mark.parametrize("voice", VOICES, ids=lambda voice: voice.name)
def test_a_layer_is_as_loud_as_the_clip(voice):
    clip = KIT[voice]
    wanted = k_weighted_energy(clip.samples, clip.sample_rate)
    for each in softer_clips(clip, voice):
        assert len(each) == len(clip)
        assert k_weighted_energy(each.samples, clip.sample_rate) == pytest.approx(wanted, rel=1e-4)


@pytest.mark.parametrize("voice", VOICES, ids=lambda voice: voice.name)
def test_a_stroke_that_is_not_softer_sounds_as_the_clip(voice):
    (same,) = softer_clips(KIT[voice], voice, [0.0])
    np.testing.assert_allclose(same.samples, KIT[voice].samples, atol=1e-6)


@pytest.mark.parametrize("voice", ["kick", "tom"])
def test_the_attack_of_softer_kicks_and_toms_is_darker(voice):
    bright = [attack_hz(each) for each in (KIT[voice], *softer_clips(KIT[voice], voice))]
    assert bright == sorted(bright, reverse=True)
    assert bright[-1] < 0.85 * bright[0]


@pytest.mark.parametrize("voice", ["closed hi-hat", "open hi-hat"])
def test_softer_hi_hats_are_shorter(voice):
    seconds = [decay_s(each.samples) for each in (KIT[voice], *softer_clips(KIT[voice], voice))]
    assert seconds == sorted(seconds, reverse=True)
    assert seconds[-1] < 0.75 * seconds[0]


def test_layers_are_made_where_the_kit_asks_for_them():
    origins = [origin and origin.__class__(**{**vars(origin), "velocity_layers": True}) for origin in KIT.origins]
    assert with_layers(KIT).softer == ((),) * 8
    layered = with_layers(Kit(KIT.clips, (*origins[:2], *KIT.origins[2:])))
    assert [len(layered.layers(voice)) for voice in VOICES] == [4, 4, 1, 1, 1, 1, 1, 1]
    assert not any(origin and origin.velocity_layers for origin in layered.origins)
    assert with_layers(layered).softer == layered.softer


def test_the_layers_stand_where_strokes_of_their_level_are():
    for place, level_db in enumerate(LEVELS_DB, 1):
        assert layer_of(10 ** (level_db / 40), 4) == place
