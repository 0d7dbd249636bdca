"""Fills: how many strokes of snare and toms they have, and what they share with the beat before."""

import numpy as np
import pytest

from clave import load_rhythm
from clave.rhythm.fill import SNARE, START_SHARES, STARTS, STROKES, TOM, Shape
from clave.rhythm.hands import extra_hands
from clave.rhythm.space import RhythmSpace

REAL_STROKES = 11.5  # of snare and toms: mean of the bars of Groove MIDI's fills that have four or more
CORPUS = load_rhythm().corpus
BEATS = [row for row, section in enumerate(CORPUS.sections) if section == "beat" and CORPUS.styles[row] == "rock"]
PLACES = CORPUS.map[BEATS[::900]]


@pytest.fixture(scope="module")
def rhythm() -> RhythmSpace:
    return load_rhythm()


def test_what_is_drawn_has_the_mean_of_real_fills() -> None:
    assert np.mean(STROKES) == pytest.approx(REAL_STROKES, abs=0.2)
    drawn = [Shape.draw(np.random.default_rng(seed)) for seed in range(400)]
    assert np.mean([shape.strokes for shape in drawn]) == pytest.approx(REAL_STROKES, abs=0.5)
    for start, share in zip(STARTS, START_SHARES, strict=True):
        assert np.mean([shape.start == start for shape in drawn]) == pytest.approx(share, abs=0.07)


def test_fills_have_as_many_strokes_of_snare_and_toms_as_real_ones(rhythm: RhythmSpace) -> None:
    phrases = [rhythm.phrase(point, 2, seed=seed) for seed in range(8) for point in PLACES]
    beats, fills = (np.stack([phrase[bar].hits for phrase in phrases]) for bar in (0, 1))
    strokes = fills[:, [SNARE, TOM]].sum(axis=(1, 2)).mean()
    assert strokes == pytest.approx(REAL_STROKES, rel=0.2)  # few places; `benchmarks/fills.py` looks at more
    assert strokes > 1.5 * beats[:, [SNARE, TOM]].sum(axis=(1, 2)).mean()
    assert fills[:, TOM].sum(axis=1).mean() > 3
    assert (extra_hands(fills) > 0).mean() < 0.1
    assert (fills[:, :, :16] != beats[:, :, :16]).sum() < (fills[:, :, 48:] != beats[:, :, 48:]).sum()


def test_the_fill_of_a_place_is_one_too(rhythm: RhythmSpace) -> None:
    fills, beats = (rhythm.at(PLACES, section=section) for section in ("fill", "beat"))
    assert fills == rhythm.at(PLACES, section="fill", seed=5)  # without variation the seed does not count
    assert fills != rhythm.at(PLACES, section="fill", variation=0.3, seed=5)
    assert rhythm.at(PLACES[2:4], section="fill") == fills[2:4]  # whatever is decoded beside it
    strokes = [np.sum([bar.hits[[SNARE, TOM]].sum() for bar in bars]) for bars in (fills, beats)]
    assert strokes[0] > 1.3 * strokes[1]
    waltz = rhythm.at(PLACES, section="fill", meter=(3, 4))
    assert {bar.steps for bar in waltz} == {48}
    assert rhythm.at(np.zeros((0, 2)), section="fill") == []


def test_a_denser_fill_has_more_strokes(rhythm: RhythmSpace) -> None:
    sparse, dense = (rhythm.at(PLACES, section="fill", density=density) for density in (0.1, 0.9))
    assert sum(bar.hits.sum() for bar in sparse) < sum(bar.hits.sum() for bar in dense)
