import numpy as np
import pytest

from clave.music.kit import VOICES
from clave.rhythm.tokens import (
    MOST_TOKENS,
    TOKEN_CELLS,
    UNKNOWN,
    Vocabulary,
    joined_sixteenths,
    packed,
    sixteenths,
)

RNG = np.random.default_rng(0)
BARS = RNG.random((60, 8, 64)) < 0.03


def test_a_sixteenth_has_four_steps_of_each_voice():
    hits = np.zeros((1, 8, 64), bool)
    hits[0, 2, 9] = True  # voice 2, third sixteenth, second step
    cells = sixteenths(hits)
    assert cells.shape == (1, 16, TOKEN_CELLS) == (1, 16, 4 * len(VOICES))
    assert np.argwhere(cells).tolist() == [[0, 2, 2 * 4 + 1]]


@pytest.mark.parametrize("steps", [48, 64, 80])
def test_bars_are_cut_and_joined_without_loss(steps):
    hits = RNG.random((5, 8, steps)) < 0.2
    np.testing.assert_array_equal(joined_sixteenths(sixteenths(hits)), hits)


def test_packing_tells_all_contents_apart_and_is_undone():
    cells = np.concatenate([np.eye(32, dtype=bool), np.ones((1, 32), bool), np.zeros((1, 32), bool)])
    assert packed(cells).tolist() == [*(2**bit for bit in range(32)), 2**32 - 1, 0]
    np.testing.assert_array_equal(Vocabulary(tuple(packed(cells).tolist())).cells, cells)


def test_tokens_come_by_how_often_they_were_seen_and_rare_ones_are_left_out():
    hits = np.zeros((3, 8, 16), bool)
    hits[0, 0, [0, 4, 8]] = hits[1, 0, 0] = True  # four kicks on a sixteenth
    hits[0, 1, 12] = hits[1, 1, 12] = True  # two snares
    hits[2, 2, 0] = True  # one hi-hat
    assert Vocabulary.of([hits]).bits == (0, 1, 1 << 4)  # five silent sixteenths, kicks, snares
    assert Vocabulary.of([hits[:1], hits[1:]]).bits == (0, 1, 1 << 4)


def test_silence_is_always_known():
    assert Vocabulary.of([]).bits == (0,)
    assert 0 in Vocabulary.of([np.ones((2, 8, 64), bool)]).bits


def test_there_is_an_end_to_a_vocabulary():
    cells = (np.arange(MOST_TOKENS + 100)[:, None] & (1 << np.arange(32))) > 0
    twice = joined_sixteenths(np.concatenate([cells, cells])[None])
    assert len(Vocabulary.of([twice])) == MOST_TOKENS


def test_what_is_spelt_is_read_again():
    vocabulary = Vocabulary.of([BARS, BARS])
    tokens = vocabulary.spell(BARS)
    assert (tokens != UNKNOWN).all()
    np.testing.assert_array_equal(vocabulary.hits(tokens), BARS)
    every = np.arange(len(vocabulary))
    np.testing.assert_array_equal(vocabulary.spell(vocabulary.hits(every[None]))[0], every)


def test_what_is_not_known_is_said_to_be_and_spelt_as_the_nearest_that_is():
    vocabulary, strange = Vocabulary.of([BARS]), RNG.random((30, 8, 64)) < 0.06
    tokens, nearest = vocabulary.spell(strange), vocabulary.nearest(strange)
    assert (tokens == UNKNOWN).any()
    assert (tokens != UNKNOWN).any()
    for bar, cells in enumerate(sixteenths(strange)):
        for at, mine in enumerate(cells):
            apart = [(mine != other).sum() for other in vocabulary.cells]
            assert apart[nearest[bar, at]] == min(apart)
            known = [token for token, other in enumerate(vocabulary.cells) if (mine == other).all()]
            assert tokens[bar, at] == (known[0] if known else UNKNOWN)
            assert nearest[bar, at] == tokens[bar, at] or not known
