import numpy as np
import pytest
from toy_sounds import toy_space

from clave import descriptors
from clave import learn_directions as learning
from clave.directions import Directions
from clave.kit import VOICES
from clave.learn_directions import learn_directions, ridge
from clave.sound_space import load_sound

RNG = np.random.default_rng(0)


def test_ridge_finds_coefficients_through_noise():
    truth = RNG.standard_normal(6)
    inputs = RNG.standard_normal((200, 6))
    np.testing.assert_allclose(ridge(inputs, inputs @ truth + 0.1 * RNG.standard_normal(200)), truth, atol=0.05)


def test_ridge_believes_no_coefficient_of_noise_alone():
    inputs = RNG.standard_normal((60, 40))
    output = RNG.standard_normal(60)
    assert np.linalg.norm(ridge(inputs, output)) < 0.5 * np.linalg.norm(np.linalg.lstsq(inputs, output)[0])


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    folder = toy_space(tmp_path_factory.mktemp("space"), voices=("kick", "snare"))
    learn_directions(load_sound(folder), pairs=4).save(folder)
    return load_sound(folder)


def test_only_voices_that_are_learned_have_directions(space):
    learned = Directions.load(space.folder, 5)
    assert learned is not None
    assert [voice.name for voice in VOICES if learned.moves(voice).any()] == ["kick", "snare"]


def test_effects_that_are_known_are_found_wherever_they_differ(space, monkeypatch):
    truth = RNG.standard_normal((4, 3, 5)) * np.array([1, 0.5, 0.5])[:, None]  # descriptor, 1 x y, detail

    def measured(_prior, points, strays):
        terms = np.concatenate([np.ones((len(points), 1)), points], axis=1)
        change = np.einsum("pt,dtf,pf->pd", terms, truth, strays)
        return change + np.square(strays).sum(axis=1, keepdims=True) + 3 * points[:, :1]  # even parts and the map's own

    monkeypatch.setattr(learning._Prior, "measured", measured)
    effect = learn_directions(space, pairs=300).effect[0][:, :3]
    for found, known in zip(effect, truth, strict=True):  # up to a factor, the deviation of the descriptor
        cosine = (found * known).sum() / np.linalg.norm(found) / np.linalg.norm(known)
        assert cosine > 0.98


def test_a_voice_with_few_pitches_has_no_direction_of_pitch(space, monkeypatch):
    def measured(_prior, points, strays):
        heard = strays[:, :4].copy()
        heard[len(points) // 5 :, 2] = np.nan
        return heard

    monkeypatch.setattr(learning._Prior, "measured", measured)
    assert learn_directions(space, pairs=40).moves(VOICES[0]).tolist() == [True, True, False, True]


def test_the_shipped_space_moves_what_one_asks_for():
    shipped = load_sound()
    for voice, name in (("snare", "brightness"), ("kick", "decay"), ("tom", "pitch")):
        assert name in shipped.directions(voice)
        code = shipped.expected(np.array([[0.3, -0.4], [-0.8, 0.5]]), voice)
        index = descriptors.NAMES.index(name)
        heard = [
            descriptors.measured(shipped.decode(shipped.shifted(code, voice, {name: amount}), voice))[:, index]
            for amount in (-1.5, 0.0, 1.5)
        ]
        assert (np.diff(heard, axis=0) > 0).all(), (voice, name)


def test_points_stay_and_nothing_asked_changes_nothing(space):
    code = space.drawn(2, "snare", seed=1)
    moved = space.shifted(code, "snare", {"decay": 1.0})
    np.testing.assert_array_equal(moved.map, code.map)
    assert not np.allclose(moved.detail, code.detail)
    assert space.shifted(code, "snare", {"decay": 0.0}) is code
    empty = space.drawn(0, "snare")
    assert len(space.shifted(empty, "snare", {"decay": 1.0})) == 0
