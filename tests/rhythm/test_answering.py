"""Answers to a bar: how much they share with it, where they lie on the map, and where they are silent."""

import numpy as np
import pytest

import clave
from clave.errors import PatternError, SpaceError
from clave.music.pattern import Pattern
from clave.rhythm.answering import Answer, AnswerKind, answer, by_sixteenth, shared
from clave.rhythm.space import RhythmSpace

KINDS: tuple[AnswerKind, ...] = ("agree", "vary", "oppose")


@pytest.fixture(scope="module")
def space() -> RhythmSpace:
    return clave.load_rhythm()


@pytest.fixture(scope="module")
def bars(space: RhythmSpace) -> list[Pattern]:
    """What a player may play: bars of the space, one of kicks alone."""
    kicks = np.zeros((8, 64), bool)
    kicks[0, [0, 24, 40]] = True
    return [*space.sample(9, seed=3), Pattern.from_hits(kicks)]


@pytest.fixture(scope="module")
def answers(space: RhythmSpace, bars: list[Pattern]) -> dict[AnswerKind, list[Answer]]:
    return {kind: [answer(space, bar, kind, 0.5, seed=n) for n, bar in enumerate(bars)] for kind in KINDS}


def test_to_agree_shares_most_to_vary_some_and_to_oppose_nothing(
    bars: list[Pattern], answers: dict[AnswerKind, list[Answer]]
) -> None:
    share = {
        kind: np.array([shared(bar, made.pattern) for bar, made in zip(bars, answers[kind], strict=True)])
        for kind in KINDS
    }
    assert share["agree"].min() >= 0.66  # three quarters of the strokes are kept, rounded
    assert share["agree"].mean() > share["vary"].mean() + 0.1
    assert 0.1 < share["vary"].mean() < 0.9
    assert share["oppose"].max() == 0


def test_to_oppose_is_silent_where_the_player_plays(
    bars: list[Pattern], answers: dict[AnswerKind, list[Answer]]
) -> None:
    def alike(kind: AnswerKind) -> float:
        pairs = [
            (by_sixteenth(bar.hits).sum(axis=0), by_sixteenth(made.pattern.hits).sum(axis=0))
            for bar, made in zip(bars, answers[kind], strict=True)
        ]
        return float(np.mean([np.corrcoef(*pair)[0, 1] for pair in pairs if pair[1].std() > 0]))

    assert alike("oppose") < -0.2
    assert alike("agree") > 0.4
    leaves_room = [(by_sixteenth(bar.hits).sum(axis=0) == 0).mean() > 0.25 for bar in bars]
    assert sum(leaves_room) >= 5
    for room, made in zip(leaves_room, answers["oppose"], strict=True):
        assert made.pattern.hits.any() or not room  # who strikes nearly every 16th may be answered with silence


def test_they_lie_as_far_on_the_map_as_is_wanted(space: RhythmSpace, bars: list[Pattern]) -> None:
    here = space.locate(bars[:1])[0]

    def away(kind: AnswerKind, distance: float) -> float:
        return float(np.hypot(*(np.array(answer(space, bars[0], kind, distance, seed=1).point) - here)))

    assert away("agree", 1.0) == pytest.approx(0, abs=1e-6)
    assert away("vary", 0.0) == pytest.approx(0, abs=1e-6)
    assert 0 < away("vary", 0.5) <= 0.625 + 1e-5
    assert away("oppose", 1.0) > 1.5 > away("oppose", 0.0)


def test_with_distance_0_to_agree_keeps_every_stroke_as_it_was_played(space: RhythmSpace, bars: list[Pattern]) -> None:
    bar = bars[0]
    made = answer(space, bar, "agree", 0.0, seed=2).pattern
    np.testing.assert_array_equal(made.velocity[bar.hits], bar.velocity[bar.hits])
    np.testing.assert_array_equal(made.offset[bar.hits], bar.offset[bar.hits])


def test_what_was_played_may_be_left_to_the_player(space: RhythmSpace, bars: list[Pattern]) -> None:
    made = answer(space, bars[3], "agree", 0.0, join=False, seed=2).pattern
    assert shared(bars[3], made) == 0
    assert made.hits.any()


def test_the_same_seed_gives_the_same_answer(
    space: RhythmSpace, bars: list[Pattern], answers: dict[AnswerKind, list[Answer]]
) -> None:
    for kind in KINDS:
        assert answer(space, bars[1], kind, 0.5, seed=1) == answers[kind][1]
        assert answer(space, bars[1], kind, 0.5, seed=77).pattern != answers[kind][1].pattern


def test_a_bar_in_another_meter_is_answered_in_it(space: RhythmSpace) -> None:
    waltz = space.sample(1, seed=1, meter=(3, 4))[0]
    for kind in KINDS:
        assert answer(space, waltz, kind, 0.5).pattern.meter == (3, 4)


def test_what_cannot_be_answered_is_refused(space: RhythmSpace, bars: list[Pattern]) -> None:
    with pytest.raises((SpaceError, PatternError), match=r"distance lies in \[0, 1\], got 1.5|distance"):
        answer(space, bars[0], "agree", 1.5)
