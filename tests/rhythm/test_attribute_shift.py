import itertools

import numpy as np
import pytest

from clave import grooves
from clave.errors import SpaceError
from clave.latent.shift import shift_amounts
from clave.music.pattern import MAX_OFFSET, Pattern
from clave.music.units import steps_per_bar
from clave.rhythm.attribute_shift import HATS, MIN_STROKES, Cells, shift_pattern
from clave.rhythm.attributes import NAMES, measure

SCALE = np.array([1.7, 2.6, 0.08, 0.14])  # about those of Groove MIDI
METERS = [(4, 4), (3, 4), (6, 8), (5, 4)]


def amounts(shift: dict[str, float]) -> np.ndarray:
    return shift_amounts(shift, NAMES, "bar")


def expected(meter=(4, 4)):
    """Logits, velocity and offset of each cell, as a space would give them: 16ths are likely, strong ones more so."""
    steps = steps_per_bar(meter)
    by_step = np.full(steps, -7.0)
    for period, logit in ((4, -3.0), (8, -2.0), (16, -1.0)):
        by_step[::period] = logit
    logit = (
        by_step + np.array([0, 0, 1.5, -1, -2, -1, -3, -3])[:, None] + 0.01 * np.arange(8 * steps).reshape(8, steps) % 1
    )
    return Cells(logit, np.full(logit.shape, 0.6), np.full(logit.shape, 0.1))


def funk(count=8, seed=0):
    return list(grooves.bars("funk", count, seed=seed))


def random_bar(meter, seed=0):
    rng = np.random.default_rng(seed)
    logit = expected(meter)[0]
    hits = rng.random(logit.shape) < 1 / (1 + np.exp(-logit))
    hits[2, ::8] = True
    hits[2, 4] = True
    return Pattern.from_hits(hits, rng.uniform(0.3, 0.8, hits.shape), rng.normal(0, 0.2, hits.shape), meter)


def shifted(pattern, **shift):
    return shift_pattern(pattern, expected(pattern.meter), amounts(shift), SCALE)


def moved(pattern, other):
    return (measure([other]) - measure([pattern]))[0] / SCALE


def test_a_shift_of_nothing_gives_the_very_same_bar():
    for pattern in funk():
        assert shifted(pattern) == pattern
        assert shifted(pattern, density=0.0, swing=0.0) == pattern
    assert shifted(Pattern.empty(), density=1.0) == Pattern.empty()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("meter", METERS)
def test_the_named_attribute_moves_by_its_amount_and_the_others_stay(meter, name):
    moving = NAMES.index(name)
    bars = funk() if meter == (4, 4) else [random_bar(meter, seed) for seed in range(8)]
    for amount in (-1, 1):
        changes = np.array([moved(pattern, shifted(pattern, **{name: amount})) for pattern in bars])
        assert np.median(changes[:, moving]) == pytest.approx(amount, abs=0.35)
        assert (amount * changes[:, moving] > -1e-6).all()
        assert np.abs(np.delete(changes, moving, axis=1)).mean(axis=0).max() < 0.3


@pytest.mark.parametrize("name", NAMES)
def test_more_is_never_less(name):
    for pattern in funk():
        path = [shifted(pattern, **{name: amount}) for amount in np.linspace(-2, 2, 7)]
        assert (np.diff(measure(path)[:, NAMES.index(name)]) > -1e-4).all()


@pytest.mark.parametrize(("name", "sign"), [("density", 1), ("density", -1), ("syncopation", 1), ("syncopation", -1)])
def test_a_larger_shift_adds_to_what_a_smaller_one_did(name, sign):
    shared = []
    for pattern in funk():
        path = [shifted(pattern, **{name: sign * amount}).hits ^ pattern.hits for amount in (0.5, 1, 1.5, 2)]
        shared += [(less & more).sum() / less.sum() for less, more in itertools.pairwise(path) if less.any()]
    assert np.mean(shared) > 0.9


def test_swing_and_loudness_leave_the_strokes_to_their_voices():
    for pattern in funk():
        for shift in ({"swing": 1.5}, {"loudness": -1.5}):
            other = shifted(pattern, **shift)
            assert other.hits.sum(axis=1).tolist() == pattern.hits.sum(axis=1).tolist()
        assert (shifted(pattern, loudness=1.5).hits == pattern.hits).all()


def test_a_bar_of_8ths_swings_into_triplets():
    hits = np.zeros((8, 64), bool)
    hits[2, ::8] = True
    shuffled = shifted(Pattern.from_hits(hits), swing=(2 / 3 - 0.5) / SCALE[2])
    assert np.flatnonzero(shuffled.hits[2]).tolist() == [0, 11, 16, 27, 32, 43, 48, 59]
    back = shifted(shuffled, swing=-(2 / 3 - 0.5) / SCALE[2])
    assert (back.hits == hits).all()
    np.testing.assert_allclose(back.offset, 0, atol=0.01)


def test_where_there_are_no_seconds_nothing_swings():
    hits = np.zeros((8, 64), bool)
    hits[0, ::16] = True
    assert shifted(Pattern.from_hits(hits), swing=2.0) == Pattern.from_hits(hits)


def test_it_goes_as_far_as_it_can_and_keeps_the_rules():
    for pattern in funk(4):
        few = shifted(pattern, density=-9.0)
        assert few.hits.sum() == MIN_STROKES
        many = shifted(pattern, density=9.0, loudness=9.0, swing=9.0)
        assert many.velocity[many.hits].min() > 0.999
        assert np.abs(many.offset).max() <= MAX_OFFSET
        new = many.hits & ~pattern.hits
        assert not (many.hits[:, 1:] & new[:, :-1]).any()
        assert not (new[HATS].any(axis=0) & many.hits[HATS].all(axis=0)).any()


def test_new_strokes_are_the_plausible_ones_and_are_played_as_the_cells_say():
    logit, velocity, offset = expected()
    logit[5, 24], velocity[5, 24], offset[5, 24] = 9.0, 0.33, -0.7  # a cymbal nobody expects
    pattern = shift_pattern(funk(1)[0], Cells(logit, velocity, offset), amounts({"density": 0.15}), SCALE)
    assert pattern.velocity[5, 24] == np.float32(0.33)
    assert pattern.offset[5, 24] == np.float32(-0.7)


def test_a_corpus_whose_bars_are_all_alike_has_no_directions():
    pattern = funk(1)[0]
    assert shift_pattern(pattern, expected(), np.ones(4), np.zeros(4)) == pattern


def test_amounts_are_given_by_name():
    assert amounts({"swing": 1.5, "density": -1}).tolist() == [-1, 0, 1.5, 0]
    with pytest.raises(SpaceError, match=r"'groove'.*density, syncopation, swing, loudness"):
        amounts({"groove": 1.0})
    with pytest.raises(SpaceError, match=r"finite.*swing nan"):
        amounts({"swing": np.nan})
