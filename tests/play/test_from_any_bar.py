"""What is performed from a later bar on is what the whole has there; and any bar is found without those before it."""

from itertools import accumulate
from typing import Any

import numpy as np
import pytest
from random_projects import asked_of, random_project

from clave.errors import ProjectError
from clave.play import modulation, plan
from clave.play.arrange import arrange
from clave.play.modulation import RandomWalk, Walks
from clave.play.performance import Performance, Strike
from clave.play.places import BarLines, Place, natural_bars
from clave.play.plan import Plan
from clave.play.project import Generated, Lane, Modulation, Project, Rounds, Scene, SongPart
from clave.play.sequencer import steps_per_beat
from clave.play.tempo import BarTempo, TempoCurve

CLOSE = 1e-9  # of sums over many bars: seconds, and steps
CHANGING_METERS = 33, 94, 105  # seeds of songs with a morph from one meter to another


def told(
    performance: Performance, since: tuple[int, int, float]
) -> list[tuple[tuple[Strike, tuple[Any, ...]], tuple[float, ...]]]:
    """All strokes from this bar, step and second on, counted from there, each with what decided on it and its sound."""
    first, steps, seconds = since
    certain = [(each, ()) for each in performance.strikes]
    uncertain = [(each.strike, (each.probability, each.sounds, each.cell)) for each in performance.uncertain]
    rows: list[tuple[tuple[Strike, tuple[Any, ...]], tuple[float, ...]]] = []
    for strike, chances in [each for each in (*certain, *uncertain) if each[0].bar >= first]:
        sound = performance.sounds[strike.sound]
        exact = strike._replace(seconds=0, position=0, grid=0, end=0, sound=0, bar=strike.bar - first)
        close = (strike.seconds - seconds, *(each - steps for each in (strike.position, strike.grid, strike.end)))
        rows.append(((exact, (*chances, sound.origin, sound.clip)), close))
    return sorted(rows, key=lambda row: (len(row[0][1]), *row[0][0][9:11], row[0][0].voice, round(row[1][2], 6)))


def assert_is_the_rest(late: Performance, whole: Performance, first: int) -> None:
    """`late` is `whole` from its bar `first` on."""
    starts = list(accumulate((bar.steps for bar in whole.bars), initial=0))
    steps, seconds = starts[first], whole.tempo.seconds_at(starts[first])
    assert [bar.meter for bar in late.bars] == [bar.meter for bar in whole.bars[first:]]
    for mine, wanted in zip(late.bars, whole.bars[first:], strict=True):
        np.testing.assert_array_equal(mine.velocity, wanted.velocity)
        np.testing.assert_array_equal(mine.offset, wanted.offset)
    found, wanted = told(late, (0, 0, 0.0)), told(whole, (first, steps, seconds))
    assert [row[0] for row in found] == [row[0] for row in wanted]
    close = [np.array([row[1] for row in rows]).reshape(-1, 4) for rows in (found, wanted)]
    np.testing.assert_allclose(*close, rtol=0, atol=CLOSE)
    later = [(each.bar - first, each.name) for each in whole.scenes if each.bar >= first]
    assert [(each.bar, each.name) for each in late.scenes] == later
    for bar, step in enumerate(starts[first:]):
        assert late.tempo.seconds_at(step - steps) == pytest.approx(
            whole.tempo.seconds_at(step) - seconds, abs=CLOSE
        ), bar
    assert (late.production, late.volume, late.name) == (whole.production, whole.volume, whole.name)


@pytest.mark.parametrize("seed", [*range(6), *CHANGING_METERS])
def test_from_a_later_bar_on_it_is_what_the_whole_has_there(seed: int) -> None:
    """Songs with morphs, paths, fills, walks and curves, ratchets, rounds, own loops, chance: all that may be drawn."""
    project, bars = random_project(seed), 9 + seed % 5
    decoded, first = asked_of(random_project(seed), bars), 1 + seed * 5 % 8
    whole = arrange(project, decoded, bars)
    assert_is_the_rest(arrange(project, decoded, bars - first, first=first), whole, first)


def test_chance_rounds_ratchets_and_walks_go_on_where_they_were_however_late() -> None:
    lanes = (
        Lane(rounds=Rounds(cycle=(True, False, False, False))),
        Lane(probability=0.5, loop_steps=44),
        Lane(ratchet=3, ratchet_probability=0.4, ratchet_rounds=Rounds(cycle=(False, True, True))),
        *(Lane(),) * 5,
    )
    walks = tuple(
        Modulation(parameter=name, shape="random", period=1.5, unit="beats", depth=depth, seed=3)
        for name, depth in (("snare.level", 0.5), ("tempo", 30.0))
    )
    scene = Scene(
        bars=(Generated(point=(0.5, 0)), Generated(point=(0, 1))), lanes=lanes, modulations=walks, fill_every=3
    )
    project = Project(seed=9, scene=scene)
    decoded = asked_of(project, 25)
    whole = arrange(project, decoded, 25)
    assert_is_the_rest(arrange(project, decoded, 4, first=21), whole, 21)


def test_a_late_bar_is_planned_without_those_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = Modulation(parameter="swing", shape="random", period=1.0, unit="beats", depth=0.1)
    scene = Scene(modulations=(walk,), fill_every=4)
    project = Project(scene=scene, scenes=(scene,), song=(SongPart(scene=0, bars=3), SongPart(scene=0, bars=4)))
    looked, turns, walks = list[int](), list[int](), Walks()
    place_of, chance = plan.place_of, modulation.chance

    def looked_at(project: Project, bar: int) -> Place:
        looked.append(bar)
        return place_of(project, bar)

    def turned(seed: int, *place: int) -> float:
        turns.append(place[-1])
        return chance(seed, *place)

    monkeypatch.setattr(plan, "place_of", looked_at)
    Plan(project.changed(song=()), walks).bars(8, 1000)
    monkeypatch.setattr(modulation, "chance", turned)
    Plan(project.changed(song=()), walks).bars(8, 1000)
    Plan(project, walks).bars(8, 1000)
    assert min(looked) == 999
    assert turns == [], "the walk has been there"


@pytest.mark.parametrize("seed", [*range(8), *CHANGING_METERS])
def test_bar_lines_lie_where_the_bars_end(seed: int) -> None:
    project = random_project(seed)
    lines, bars = BarLines(project), Plan(project).bars(14)
    starts, beats = list(accumulate((bar.steps for bar in bars), initial=0)), 0.0
    for bar, start in zip(bars, starts, strict=False):
        assert lines.steps(bar.index) == start == bar.start
        beats = 0.0 if bar.scene_bars == 0 else beats
        assert bar.scene_beats == beats
        beats += bar.steps / steps_per_beat(bar.meter)
        assert lines.place_at(start) == (bar.index, 0)
        assert lines.place_at(start + bar.steps - 1) == (bar.index, bar.steps - 1)


def test_after_100_000_bars_whole_rounds_are_repeated() -> None:
    project = Project(scene=Scene(bars=(Generated(point=(0, 0)),) * 3))
    again = 100_000 // natural_bars(project) * natural_bars(project)
    assert [bar.index for bar in Plan(project).bars(3, 99_999)] == [99_999, 100_000 % again, 100_001 % again]
    lines = BarLines(project)
    assert lines.steps(250_000) == 250_000 * 64
    assert lines.place_at(250_000 * 64 + 7) == (250_000, 7)
    assert len(arrange(project, asked_of(project, 3), 3, first=250_000).bars) == 3


def test_bars_before_the_first_are_refused() -> None:
    with pytest.raises(ProjectError, match="count from 0, got -1"):
        Plan(Project()).bars(2, -1)


def test_the_tempo_of_the_bar_before_counts_until_the_first() -> None:
    ramp, steady = BarTempo(64, 60, 180), BarTempo(64, 100, 100)
    both, late = TempoCurve([ramp, steady]), TempoCurve([steady], before=ramp)
    for position in (-70.0, -64.0, -10.5, -1.0, 0.0, 3.0, 70.0):
        seconds = late.seconds_at(position)
        assert seconds == pytest.approx(both.seconds_at(64 + position) - both.seconds_at(64), abs=CLOSE)
        assert late.position_at(seconds) == pytest.approx(position, abs=1e-6)
        assert late.bpm_at(position) == pytest.approx(both.bpm_at(64 + position))


def test_walks_that_were_not_looked_at_for_long_are_forgotten_and_the_same_again() -> None:
    walks = Walks()
    known = walks.of(7, 0)
    there = known.at(100.5)
    assert walks.of(7, 0) is known
    for seed in range(1, 100):
        walks.of(7, seed)
    assert walks.of(7, 0) is not known
    assert walks.of(7, 0).at(100.5) == there == RandomWalk(7, 0).at(100.5)
