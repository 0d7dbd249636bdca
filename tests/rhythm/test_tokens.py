from itertools import product

import numpy as np
import pytest

from clave.music.kit import VOICES
from clave.rhythm.tokens import (
    MAX_TOKENS,
    TOKEN_CELLS,
    UNKNOWN,
    Vocabulary,
    join_sixteenths,
    pack_bits,
    split_sixteenths,
)

RNG = np.random.default_rng(0)
BARS = RNG.random((60, 8, 64)) < 0.03


def test_a_sixteenth_has_four_steps_of_each_voice():
    hits = np.zeros((1, 8, 64), bool)
    hits[0, 2, 9] = True  # voice 2, third sixteenth, second step
    cells = split_sixteenths(hits)
    assert cells.shape == (1, 16, TOKEN_CELLS) == (1, 16, 4 * len(VOICES))
    assert np.argwhere(cells).tolist() == [[0, 2, 2 * 4 + 1]]


@pytest.mark.parametrize("steps", [48, 64, 80])
def test_bars_are_cut_and_joined_without_loss(steps):
    hits = RNG.random((5, 8, steps)) < 0.2
    np.testing.assert_array_equal(join_sixteenths(split_sixteenths(hits)), hits)


def test_packing_tells_all_contents_apart_and_is_undone():
    cells = np.concatenate([np.eye(32, dtype=bool), np.ones((1, 32), bool), np.zeros((1, 32), bool)])
    assert pack_bits(cells).tolist() == [*(2**bit for bit in range(32)), 2**32 - 1, 0]
    np.testing.assert_array_equal(Vocabulary(tuple(pack_bits(cells).tolist())).cells, cells)


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
    cells = (np.arange(MAX_TOKENS + 100)[:, None] & (1 << np.arange(32))) > 0
    twice = join_sixteenths(np.concatenate([cells, cells])[None])
    assert len(Vocabulary.of([twice])) == MAX_TOKENS


def test_what_is_encoded_is_decoded_again():
    vocabulary = Vocabulary.of([BARS, BARS])
    tokens = vocabulary.encode(BARS)
    assert (tokens != UNKNOWN).all()
    np.testing.assert_array_equal(vocabulary.decode(tokens), BARS)
    every = np.arange(len(vocabulary))
    np.testing.assert_array_equal(vocabulary.encode(vocabulary.decode(every[None]))[0], every)


def test_what_is_not_in_the_vocabulary_is_unknown():
    vocabulary, strange = Vocabulary.of([BARS]), RNG.random((30, 8, 64)) < 0.06
    tokens = vocabulary.encode(strange)
    assert (tokens == UNKNOWN).any()
    assert (tokens != UNKNOWN).any()
    for bar, cells in enumerate(split_sixteenths(strange)):
        for position, mine in enumerate(cells):
            known = [token for token, other in enumerate(vocabulary.cells) if (mine == other).all()]
            assert tokens[bar, position] == (known[0] if known else UNKNOWN)


def test_a_vocabulary_is_saved_and_loaded(tmp_path):
    vocabulary = Vocabulary.of([BARS])
    vocabulary.save(tmp_path / "tokens.npz")
    assert Vocabulary.load(tmp_path / "tokens.npz") == vocabulary


def test_the_probabilities_of_unknown_tokens_add_up_to_one():
    possible = np.array(list(product([False, True], repeat=6)))
    cells = np.zeros((len(possible), TOKEN_CELLS), np.bool_)
    cells[:, :6] = possible
    known = [0, 3, 11]
    vocabulary = Vocabulary(tuple(pack_bits(cells[known]).tolist()))
    logit = np.full(TOKEN_CELLS, -40.0)  # the other cells are never struck
    logit[:6] = np.random.default_rng(0).normal(-1, 2, 6)
    log_prob = vocabulary.unknown_log_prob(cells, np.tile(logit, (len(cells), 1)))
    assert np.exp(np.delete(log_prob, known)).sum() == pytest.approx(1, abs=1e-6)
    logit[:6] = -30.0  # a 16th that is silent for certain: what is left is too little to be shared out exactly
    assert np.isfinite(vocabulary.unknown_log_prob(cells, np.tile(logit, (len(cells), 1)))).all()
