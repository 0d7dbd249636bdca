import itertools

import numpy as np
import pytest

from clave.music.kit import VOICES, voice
from clave.rhythm.hands import extra_hands, hand_count, playable


def strokes(*names: str) -> np.ndarray:
    hits = np.zeros((8, 64), bool)
    hits[[voice(name).index for name in names], 20] = True
    return hits


@pytest.mark.parametrize(
    ("names", "hands"),
    [
        ((), 0),
        (("kick",), 0),
        (("snare", "closed hi-hat"), 2),
        (("kick", "snare", "cymbal", "closed hi-hat"), 2),  # the foot closes the hat
        (("snare", "cymbal", "open hi-hat"), 3),
        (("closed hi-hat", "open hi-hat", "snare"), 2),  # one instrument
        (("snare", "tom", "closed hi-hat"), 3),
        (("snare", "tom", "cymbal", "closed hi-hat"), 3),
        (("snare", "closed hi-hat", "clap", "other"), 2),  # a machine, or somebody else
    ],
)
def test_hands(names, hands):
    hits = strokes(*names)
    assert hand_count(hits)[20] == hands
    assert hand_count(hits).sum() == hands
    assert extra_hands(hits[None]).tolist() == [max(0, hands - 2)]


def test_a_roll_is_played_by_two_hands_in_turn():
    hits = strokes("snare", "tom")
    hits[voice("cymbal").index, 21] = True
    assert extra_hands(hits[None]).tolist() == [0]


def test_what_two_hands_can_play_stays_as_it_is():
    rng = np.random.default_rng(0)
    hits = rng.random((50, 8, 64)) < 0.1
    kept = playable(hits, rng.random(hits.shape), sure=2.0)
    easy = hand_count(hits) <= 2
    assert 0 < easy.mean() < 1
    np.testing.assert_array_equal(kept.swapaxes(1, 2)[easy], hits.swapaxes(1, 2)[easy])
    assert (kept <= hits).all()
    assert not extra_hands(kept).any()


@pytest.mark.parametrize("sure", [0.3, 0.6, 2.0])
def test_the_strokes_left_are_the_likeliest_of_all_subsets(sure):
    rng = np.random.default_rng(1)
    hits, likely = rng.random((40, 8, 1)) < 0.7, rng.random((40, 8, 1))
    kept = playable(hits, likely, sure)

    def value(bar, of):
        return of[bar].sum() - sure * extra_hands(bar[None, :, None])[0]

    for struck, left, of in zip(hits[:, :, 0], kept[:, :, 0], likely[:, :, 0], strict=True):
        subsets = [np.array(each) & struck for each in itertools.product((False, True), repeat=len(VOICES))]
        assert value(left, of) == pytest.approx(max(value(each, of) for each in subsets))


def test_a_third_hand_plays_what_is_sure():
    hits = strokes("snare", "tom", "closed hi-hat")[None]
    likely = np.full((1, 8, 64), 0.9)
    likely[0, voice("tom").index] = 0.5
    assert (playable(hits, likely, sure=0.4) == hits).all()
    assert (playable(hits, likely, sure=0.6) == strokes("snare", "closed hi-hat")).all()
