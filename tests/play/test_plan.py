"""What each bar of a project plays, before any space decodes it."""

from typing import Any, Literal

import numpy as np
import pytest

from clave.errors import ProjectError
from clave.music.kit import voice
from clave.music.pattern import Pattern
from clave.play.plan import CRASH_CELLS, CRASH_SHARE, Plan, fill_of, natural_bars
from clave.play.project import (
    Automation,
    Bar,
    BarPattern,
    Breakpoint,
    Complete,
    Edited,
    Generated,
    Given,
    Humanise,
    Lane,
    Modulation,
    Path,
    Phrase,
    Project,
    Rounds,
    Scene,
    SetCells,
    SongPart,
    edited,
)
from clave.play.project.bars import model_part, with_cells

GIVEN = Given(pattern=BarPattern(strokes=((0, 0, 0.5, 0.0),)))
STRUCK = SetCells(cells=((1, 16, 0.8, 0.0),))


def path(way: str, bars: int) -> Path:
    return Path(points=((0, 0), (1, 1)), way=way, bars=bars)


def with_lane(lane: Lane, **fields: Any) -> Scene:
    return Scene(lanes=(lane, *(Lane(),) * 7), **{"bars": (GIVEN,), **fields})


def wave(period: float, unit: Literal["bars", "beats"], shape: Literal["sine", "random"] = "sine") -> Modulation:
    return Modulation(parameter="swing", shape=shape, period=period, unit=unit, depth=0.1)


def curve(loop_bars: float | None) -> Automation:
    """To the end of its fifth bar, unless it begins anew before."""
    points = (Breakpoint(bar=0, value=0.5), Breakpoint(bar=5, value=0.6))
    return Automation(parameter="swing", breakpoints=points, loop_bars=loop_bars)


@pytest.mark.parametrize(
    ("scene", "bars"),
    [
        (Scene(bars=(GIVEN,) * 3), 3),
        (Scene(bars=(GIVEN,) * 3, fill_every=4), 6),
        (Scene(path=path("loop", 5)), 5),
        (Scene(path=path("loop", 4), fill_every=16), 16),
        (Scene(path=path("ping-pong", 5)), 8),
        (Scene(path=path("once", 5), fill_every=16), 5),
        (Scene(path=path("once", 5).changed(travelling=False)), 1),
        (with_lane(Lane(rounds=Rounds(cycle=(False, False, True)))), 3),
        (with_lane(Lane(rounds=Rounds(cycle=(False, True))), bars=(GIVEN,) * 3, fill_every=4), 6),
        (with_lane(Lane(rounds=Rounds(first="never"))), 2),
        (with_lane(Lane(ratchet=2, ratchet_rounds=Rounds(cycle=(True, False, False, False)))), 4),
        (with_lane(Lane(ratchet_rounds=Rounds(cycle=(True, False, False, False)))), 1),
        (with_lane(Lane(loop_steps=48)), 3),
        (with_lane(Lane(loop_steps=48, rounds=Rounds(cycle=(True, False)))), 3),
        (with_lane(Lane(loop_steps=13)), 13),
        (with_lane(Lane(rounds=Rounds(cycle=(True,) * 10 + (False,))), bars=(GIVEN,) * 7), 7),  # 77 are too many
        (Scene(modulations=(wave(8, "bars"),)), 8),
        (Scene(modulations=(wave(6, "beats"),)), 1),
        (Scene(modulations=(wave(12, "beats"), wave(2, "bars"))), 6),
        (Scene(modulations=(wave(8, "bars", "random"),)), 1),
        (Scene(automations=(curve(4),)), 4),
        (Scene(automations=(curve(None),), bars=(GIVEN,) * 2), 6),
    ],
)
def test_a_scene_has_as_many_bars_as_it_takes_to_hear_all_of_it(scene: Scene, bars: int) -> None:
    assert natural_bars(Project(scene=scene)) == bars


def test_a_fill_is_what_the_space_has_there_and_a_given_bar_is_its_own() -> None:
    point = Generated(point=(1, 2))
    assert fill_of(point).settings.section == "fill"
    assert fill_of(edited(point, Humanise(seed=3))) == fill_of(point)
    phrase = fill_of(Generated(point=(1, 2), phrase=Phrase(bars=4, index=1))).phrase
    assert phrase == Phrase(bars=4, index=3, fill=True)
    assert fill_of(GIVEN) == GIVEN
    assert fill_of(edited(GIVEN, STRUCK)) == edited(GIVEN, STRUCK)  # what was written by hand is not lost


def test_a_song_morphs_from_scene_to_scene_and_begins_anew() -> None:
    one, other = Scene(bars=(Generated(point=(0, 0)),)), Scene(bars=(Generated(point=(3, 0)),), swing=0.6)
    song = (SongPart(scene=0, bars=3, morph_bars=2), SongPart(scene=1, bars=1, fill=True))
    planned = Plan(Project(scenes=(one, other), song=song)).bars(5)
    made = [model_part(bar.pieces[0][1]) for bar in planned]  # without the crash after the fill
    assert [bar.point[0] for bar in made] == pytest.approx([0, 1, 2, 3, 0])
    assert [bar.swing for bar in planned] == pytest.approx([0.5, 0.5 + 0.1 / 3, 0.5 + 0.2 / 3, 0.6, 0.5])
    assert [bar.settings.section for bar in made] == ["beat", "beat", "beat", "fill", "beat"]


def automated(**changes: object) -> Automation:
    points = ({"bar": 0, "value": 0}, {"bar": 2, "value": 2})
    return Automation.model_validate({"parameter": "map.x", "breakpoints": points, **changes})


def test_automation_begins_anew_after_its_loop() -> None:
    scene = Scene(bars=(Generated(point=(9, 1)),), automations=(automated(loop_bars=2),))
    points = [
        bar.pieces[0][1].point for bar in Plan(Project(scene=scene)).bars(5) if isinstance(bar.pieces[0][1], Generated)
    ]
    assert points == [(0, 1), (1, 1), (0, 1), (1, 1), (0, 1)]
    assert Plan(Project(scene=scene.changed(automations=(automated(),)))).bars(5)[4].pieces[0][1] == Generated(
        point=(2, 1)
    )


def test_automation_moves_a_bar_as_often_as_it_says() -> None:
    drawn, slow = Generated(point=(9, 1)), edited(Generated(point=(9, 1)), Humanise())
    scene = Scene(bars=(drawn, slow, GIVEN), automations=(automated(quantum="step"),))
    first, second, third = Plan(Project(scene=scene)).bars(3)
    assert [(step, bar.point) for step, bar in first.pieces if isinstance(bar, Generated)] == [
        (step, (step / 64, 1)) for step in range(0, 64, 4)
    ]
    assert len(second.pieces) == 1  # humanising takes the space long
    assert third.pieces == ((0, GIVEN),)
    beats = Plan(Project(scene=scene.changed(automations=(automated(quantum="beat"),)))).bars(1)[0]
    assert [step for step, _ in beats.pieces] == [0, 16, 32, 48]


@pytest.mark.parametrize("count", [0, -1, 100_001])
def test_a_number_of_bars_that_cannot_be_played_is_refused(count: int) -> None:
    with pytest.raises(ProjectError, match=f"got {count}"):
        Plan(Project()).bars(count)


def test_a_block_that_reaches_out_of_the_bar_is_refused_with_its_place() -> None:
    with pytest.raises(ProjectError, match="steps 0 to 63, got a block from 60 to 69"):
        Edited(base=GIVEN, operations=(Complete(keep=((0, 60, 10),)),))
    with pytest.raises(ProjectError, match=r"bars\.0\.edited: .*60 to 69"):
        Project(
            scene={
                "bars": [{"kind": "edited", "base": GIVEN, "operations": [{"kind": "complete", "keep": [[0, 60, 10]]}]}]
            }
        )


# A crash after a fill.


def first_bars(project: Project, count: int) -> list[Bar]:
    return [bar.pieces[0][1] for bar in Plan(project).bars(count)]


def crashes(bar: Bar) -> bool:
    return isinstance(bar, Edited) and bar.operations[-1] == CRASH_CELLS


def test_a_crash_begins_as_many_bars_after_a_fill_as_drummers_play() -> None:
    project = Project(scene=Scene(fill_every=2), seed=3)
    bars = first_bars(project, 2000)
    assert not any(map(crashes, bars[1::2]))  # the fills themselves
    assert not crashes(bars[0])
    assert np.mean([crashes(bar) for bar in bars[2::2]]) == pytest.approx(CRASH_SHARE, abs=0.05)
    assert bars[:200] == first_bars(project, 200)
    assert bars[:200] != first_bars(project.changed(seed=4), 200)
    assert not any(map(crashes, first_bars(Project(scene=Scene()), 200)))


def test_the_crash_takes_the_place_of_the_hat_on_1() -> None:
    hits = np.zeros((8, 64), bool)
    hits[[0, 2], 0] = hits[2, 16] = True
    crashed = with_cells(Pattern.from_hits(hits), CRASH_CELLS.cells).hits
    assert crashed[:, 0].nonzero()[0].tolist() == [0, voice("cymbal").index]
    assert crashed[2, 16]


@pytest.mark.parametrize("way", ["a song", "a phrase", "a path"])
def test_it_comes_after_any_fill_of_the_space(way: str) -> None:
    plain = Scene(bars=(Generated(point=(0, 0)),))
    if way == "a song":
        project = Project(scenes=(plain,), song=(SongPart(scene=0, bars=4, fill=True),) * 2)
    elif way == "a phrase":
        phrase = [Generated(point=(0, 0), phrase=Phrase(bars=4, index=index, fill=True)) for index in range(4)]
        project = Project(scene=Scene(bars=tuple(phrase)))
    else:
        project = Project(scene=Scene(path=Path(points=((0, 0), (1, 1)), bars=4), fill_every=4))
    found = {index % 4 for index, bar in enumerate(first_bars(project, 200)) if crashes(bar)}
    assert found == {0}


def test_what_was_given_or_edited_has_no_crash_and_a_fill_written_by_hand_brings_none() -> None:
    given = Given(pattern=BarPattern(strokes=((0, 0, 0.8, 0.0),)))
    edited = Edited(base=Generated(point=(0, 0)), operations=(SetCells(cells=((5, 0, 0.0, 0.0),)),))
    for scene in (
        Scene(bars=(given,), fill_every=2),
        Scene(bars=(edited,), fill_every=2),
        Scene(fill=given, fill_every=2),
    ):
        assert not any(map(crashes, first_bars(Project(scene=scene), 100)))
