"""Kits of the shipped space, drawn as sets."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clave.audio.descriptors import NAMES, describe, describe_all
from clave.errors import SpaceError
from clave.files.audio_file import one_shot
from clave.music.kit import VOICES, voice
from clave.sound import drum_synth
from clave.sound.corpus_map import SoundMap
from clave.sound.kit_character import CHARACTER, character_shift
from clave.sound.space import DRAWN_VARIATION, load_sound

FIXTURE = json.loads((Path(__file__).parents[1] / "fixtures" / "kit_character.json").read_text("utf-8"))
SEEDS = range(4)
CLOSED, OPEN = voice("closed hi-hat"), voice("open hi-hat")


@pytest.fixture(scope="module")
def space():
    return load_sound()


@pytest.fixture(scope="module")
def drawn(space):
    return [space.draw_kit(seed) for seed in SEEDS]


def log_spectrogram(space, which, sound):
    code = space.code_at([sound.point], which, sound.variation, sound.seed, shift=sound.shift)
    return space.log_spectrograms(code, which)


def test_the_same_seed_draws_the_same_kit_and_another_seed_another(space, drawn):
    assert space.draw_kit(2) == drawn[2]
    assert all(list(kit) == [each.name for each in VOICES] for kit in drawn)
    assert len({kit["kick"].point for kit in drawn}) == len(drawn)
    assert {sound.variation for kit in drawn for sound in kit.values()} == {DRAWN_VARIATION}


def test_a_drawn_kit_is_as_exact_as_a_link_says_it(drawn):
    for kit in drawn:
        for sound in kit.values():
            assert sound.point == tuple(round(x, 3) for x in sound.point)
            assert all(amount == round(amount, 2) and abs(amount) <= 3 for amount in sound.shift.values())
            assert 0 <= sound.seed < 2**32


@pytest.mark.parametrize("variation", [0.0, DRAWN_VARIATION])
def test_both_hats_are_of_one_brightness_and_the_closed_one_is_shorter(space, variation):
    for seed in SEEDS:
        kit = space.draw_kit(seed, variation)
        hats = [
            describe(space.at([kit[hat.name].point], hat, variation, kit[hat.name].seed, kit[hat.name].shift)[0])
            for hat in (CLOSED, OPEN)
        ]
        closed, opened = (dict(zip(NAMES, hat.scaled, strict=True)) for hat in hats)
        assert abs(closed["brightness"] - opened["brightness"]) < 0.2, seed
        assert closed["decay"] < opened["decay"] - 1, seed


def test_what_is_drawn_passes_the_check(space, drawn):
    check = space._kits._check
    faults = [
        check.faults(log_spectrogram(space, each, replace(kit[each.name], shift={})), each)[0]
        for kit in drawn
        for each in VOICES
    ]
    assert np.mean(np.array(faults) > 1e-3) < 0.05


def test_a_kit_plays_what_is_drawn_as_loud_as_its_voices_are(space):
    kit, drawn = space.kit(variation=0.5, seed=3), space.draw_kit(3, 0.5)
    for each in VOICES:
        sound = drawn[each.name]
        clip = space.at([sound.point], each, sound.variation, sound.seed, sound.shift)[0]
        expected = drum_synth.levelled(one_shot(clip), each)
        np.testing.assert_array_equal(kit[each].samples, expected.samples)
        assert kit.origins[each.index].map_point == sound.point


def test_voices_of_a_kit_vary_by_one_seed_and_follow_one_style(space, drawn):
    """Coherence itself takes many kits: `clave evaluate sound` measures it."""
    shared = [sound.seed == seed for seed, kit in zip(SEEDS, drawn, strict=True) for sound in kit.values()]
    assert np.mean(shared) > 0.7  # the others found nothing that was accepted
    drawer = space._kits._drawer
    style = drawer.styles.draw(np.random.default_rng([2, len(VOICES)]))
    decay = NAMES.index("decay")
    away = {"to the style": list[float](), "to its mirror image": list[float]()}
    for each in VOICES:
        found = space._kits._check.descriptors(log_spectrogram(space, each, replace(drawn[2][each.name], shift={})))
        std = drawer.styles.std[each.index, decay]
        away["to the style"].append(abs(found[0, decay] - style[each.index, decay]) / std)
        away["to its mirror image"].append(
            abs(found[0, decay] - 2 * drawer.styles.mean[each.index, decay] + style[each.index, decay]) / std
        )
    assert np.median(away["to the style"]) < np.median(away["to its mirror image"])


def test_a_sound_that_many_kits_share_is_drawn_as_often_as_another(space):
    drawer = space._kits._drawer
    target = drawer.styles.mean[0]
    sounds = SoundMap(
        np.array([[1, 0]] + [[0, 1]] * 20, np.float32),
        [""] * 21,
        np.array([target + 0.1] + [target - 0.1] * 20, np.float32),
    )
    points = replace(drawer, corpora={0: sounds})._points(VOICES[0], target, 400, np.random.default_rng(0), 1.0)
    assert points[:, 0].mean() == pytest.approx(0.5, abs=0.1)


def test_a_character_moves_the_whole_kit_and_the_hats_together(space):
    plain, bright = space.kit(seed=1), space.kit(seed=1, character={"brighter": 1.5})
    before, after = (describe_all(kit.clips) for kit in (plain, bright))
    assert (after[:, 0] > before[:, 0] + 0.1).sum() >= 7
    assert abs(after[CLOSED.index, 0] - after[OPEN.index, 0]) < 0.2
    small, big = (describe_all(space.kit(seed=1, character={"bigger": amount}).clips) for amount in (-1, 1))
    assert (big[:, 1] > small[:, 1]).all()
    tuned = [voice(name).index for name in ("kick", "tom")]
    assert (big[tuned, 2] < small[tuned, 2] - 0.3).all()
    assert space.draw_kit(1, character={"brighter": 0.0}) == space.draw_kit(1)


def test_given_points_follow_the_character_too(space):
    point = (0.4, -0.2)
    drawn = space.kit({"snare": point}, seed=2, character={"brighter": 1.0})
    clip = space.at([point], "snare", seed=2, shift={"brightness": 1.0})[0]
    np.testing.assert_array_equal(drawn["snare"].samples, drum_synth.levelled(one_shot(clip), voice("snare")).samples)


def test_the_words_and_their_shifts_are_those_of_the_page():
    assert {word: dict(shift) for word, shift in CHARACTER.items()} == FIXTURE["words"]
    for case in FIXTURE["cases"]:
        assert character_shift(case["character"]) == case["shift"]
    assert character_shift(None) == character_shift({"older": 0.0}) == {}


@pytest.mark.parametrize(
    ("character", "rule"),
    [({"warmer": 1}, "brighter, older, bigger, or the contrary; got 'warmer'"), ({"older": 3.5}, "older 3.5"),
     ({"older": float("nan")}, "older nan"), ({"bigger": float("inf")}, "bigger inf")],
)  # fmt: skip
def test_other_words_and_amounts_are_refused(space, character, rule):
    with pytest.raises(SpaceError, match=rule):
        space.draw_kit(0, character=character)


def test_other_seeds_and_variations_are_refused(space):
    with pytest.raises(SpaceError, match="seed"):
        space.draw_kit(-1)
    with pytest.raises(SpaceError, match="variation"):
        space.draw_kit(0, variation=1.5)
