"""Bars as data become the strokes that the space has for them, with as few calls as can be."""

from collections import Counter

import numpy as np
import pytest
from toy_rhythm import ToyRhythm

from clave import load_rhythm
from clave.errors import SpaceError
from clave.music.units import COMMON_TIME
from clave.play.decoding import decode_bar, decode_bars
from clave.play.project import (
    BarPattern,
    Complete,
    FollowTaps,
    Generated,
    GenerationSettings,
    Given,
    Humanise,
    Phrase,
    RhythmShift,
    SetCells,
    Shift,
    edited,
)
from clave.play.project.bars import kept_cells, with_cells


class CountingRhythm(ToyRhythm):
    """Counts its calls, and passes on what the toy leaves out: seed and variation move the point."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: Counter[str] = Counter()

    def at(self, points, style=None, section="beat", variation=0.0, density=None, seed=0, meter=COMMON_TIME):
        self.calls["at"] += 1
        moved = np.asarray(points) + np.array([variation, seed / 10])
        return super().at(moved, style, section, variation, density, seed, meter)

    def phrase(self, point, bars=4, style=None, variation=0.25, fill=True, seed=0, meter=COMMON_TIME):  # noqa: ARG002
        self.calls["phrase"] += 1
        return [self._bar(point[0] + bar / 10, point[1], "beat", variation, meter) for bar in range(bars)]


@pytest.fixture
def rhythm() -> CountingRhythm:
    return CountingRhythm()


def generated(x: float, y: float = 0.0, phrase: Phrase | None = None, **settings: object) -> Generated:
    return Generated(point=(x, y), settings=GenerationSettings(**settings), phrase=phrase)


def test_a_generated_bar_is_what_the_space_has_there(rhythm: CountingRhythm) -> None:
    bar = generated(-2, 1, style="funk", section="fill", meter=(6, 8), variation=0.5, density=0.9, seed=3)
    assert decode_bar(bar, rhythm) == rhythm.at([[-2, 1]], "funk", "fill", 0.5, 0.9, 3, (6, 8))[0]


def test_bars_with_equal_settings_are_one_call_and_equal_bars_one_point(rhythm: CountingRhythm) -> None:
    blend = {"funk": 0.5, "jazz": 0.5}
    bars = [generated(x, style=blend) for x in (-2, 0, 2, 0)] + [generated(0, style="funk")]
    decoded = decode_bars(bars, rhythm)
    assert rhythm.calls == {"at": 2}
    assert decoded[1] is decoded[3]
    assert decoded == [ToyRhythm().at([bar.point])[0] for bar in bars]


def test_bars_of_a_phrase_are_one_call(rhythm: CountingRhythm) -> None:
    bars = [generated(1, phrase=Phrase(bars=4, index=index, fill=True), variation=0.7) for index in (2, 0, 3)]
    other = generated(1, phrase=Phrase(bars=4, index=1), variation=0.7)
    decoded = decode_bars([*bars, other], rhythm)
    assert rhythm.calls == {"phrase": 2}
    whole = rhythm.phrase((1, 0), 4, variation=0.7)
    assert decoded == [whole[2], whole[0], whole[3], whole[1]]


def test_the_shift_of_the_settings_is_made(rhythm: CountingRhythm) -> None:
    bar = generated(1, shift=RhythmShift(loudness=-2))
    assert decode_bar(bar, rhythm) == rhythm.shifted(rhythm.at([[1, 0]])[0], {"loudness": -2})


TAPS = ((0.25, 1.0), (30.0, 0.5))
BLOCKS = ((1, 0, 32), (2, 8, 8))


@pytest.mark.parametrize("meter", [(4, 4), (3, 4)])
def test_each_operation_is_done_as_the_space_does_it(rhythm: CountingRhythm, meter: tuple[int, int]) -> None:
    base = generated(1, meter=meter)
    (bar,) = rhythm.at([[1, 0]], meter=meter)
    (like,) = rhythm.at([[-1, 2]])
    cells = ((0, 0, 0.0, 0.0), (3, 5, 0.5, -0.25))
    expected = {
        SetCells(cells=cells): with_cells(bar, cells),
        Humanise(amount=0.5, style="jazz", seed=2): rhythm.feel(bar, "jazz", 0.5, seed=2),
        Shift(shift=RhythmShift(loudness=1)): rhythm.shifted(bar, {"loudness": 1}),
        Shift(shift=RhythmShift()): bar,
        Complete(keep=BLOCKS, style="funk", section="fill", seed=4): rhythm.complete(
            bar, kept_cells(BLOCKS, meter), "funk", "fill", 4
        ),
        FollowTaps(taps=TAPS, style="funk", section="fill", seed=4): rhythm.drums_for(TAPS, "funk", "fill", 4, meter),
    }
    if meter == COMMON_TIME:
        expected[Humanise(like=generated(-1, 2))] = rhythm.feel(bar, like=like)
    for operation, pattern in expected.items():
        assert decode_bar(edited(base, operation), rhythm) == pattern, operation.kind


def test_operations_are_done_in_their_order(rhythm: CountingRhythm) -> None:
    base = Given(pattern=BarPattern(strokes=((0, 0, 0.5, 0.0),)))
    late, cell = Humanise(amount=0.5), SetCells(cells=((2, 8, 0.25, 0.125),))
    assert decode_bar(edited(base, late, cell), rhythm).offset[2, 8] == 0.125
    assert decode_bar(edited(base, cell, late), rhythm).offset[2, 8] == 0.625
    assert decode_bar(edited(base, cell, late), rhythm).velocity[0, 0] == 0.5


def test_what_needs_no_space_asks_none() -> None:
    class Silent(ToyRhythm):
        def at(self, *_, **__):
            raise AssertionError

    bar = Given(pattern=BarPattern(meter=(3, 4), strokes=((0, 0, 0.5, 0.0),)))
    assert decode_bar(bar, Silent()) == bar.pattern.pattern()
    silenced = edited(bar, SetCells(cells=((0, 0, 0.0, 0.0),)))
    assert not decode_bar(silenced, Silent()).hits.any()
    assert decode_bars([], Silent()) == []


def test_bars_in_other_bars_are_decoded_along(rhythm: CountingRhythm) -> None:
    inner = edited(generated(2, seed=1), Shift(shift=RhythmShift(loudness=1)))
    bars = [generated(0, seed=1), edited(generated(1, seed=1), Humanise(like=inner)), inner]
    decoded = decode_bars(bars, rhythm)
    assert rhythm.calls == {"at": 1}
    assert decoded == [decode_bar(bar, rhythm) for bar in bars]


def test_an_unknown_style_is_refused(rhythm: CountingRhythm) -> None:
    with pytest.raises(SpaceError, match="no style 'polka'"):
        decode_bars([generated(0), generated(0, style="polka")], rhythm)


def test_the_shipped_space_decodes_together_what_it_decodes_alone() -> None:
    rhythm = load_rhythm()
    settings = {"style": rhythm.styles[0], "variation": 0.4, "seed": 3, "shift": RhythmShift(density=1)}
    bars = [generated(x, y, **settings) for x, y in np.random.default_rng(0).standard_normal((6, 2)).tolist()]
    bars += [generated(0.5, phrase=Phrase(bars=3, index=index), seed=3) for index in range(3)]
    for together, bar in zip(decode_bars(bars, rhythm), bars, strict=True):
        alone = decode_bar(bar, rhythm)
        assert together.hits.tolist() == alone.hits.tolist()
        np.testing.assert_allclose(together.velocity, alone.velocity, atol=1e-5)
        np.testing.assert_allclose(together.offset, alone.offset, atol=1e-5)
