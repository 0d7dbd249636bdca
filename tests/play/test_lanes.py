"""How a voice plays its row: rounds in which it sounds or ratchets, and what moves its lane."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal

import pytest
from random_projects import asked_of

from clave.errors import ProjectError
from clave.play.arrange import arrange
from clave.play.modulation import RandomWalk
from clave.play.performance import Strike
from clave.play.plan import Plan
from clave.play.project import (
    Automation,
    BarPattern,
    Breakpoint,
    Generated,
    Given,
    KitVoice,
    Lane,
    Modulation,
    Path,
    Project,
    ProjectKit,
    Rounds,
    Scene,
)
from clave.play.project.voices import SoundShift
from clave.play.remarks import remarks

SNARE = 1
TWO_SNARES = Given(pattern=BarPattern(strokes=((SNARE, 16, 0.5, 0.0), (SNARE, 48, 0.5, 0.0))))
EVERY_4TH = Rounds(cycle=(False, False, False, True))


def scene(lane: Lane, **fields: Any) -> Scene:
    made = Scene(bars=(TWO_SNARES,))
    return made.changed(lanes=(made.lanes[0], lane, *made.lanes[2:]), **fields)


def strikes(scene: Scene, bars: int) -> Sequence[Strike]:
    project = Project(scene=scene)
    return list(arrange(project, asked_of(project, bars), bars).events())


def struck_bars(scene: Scene, bars: int) -> list[int]:
    """The bars in which the snare sounds."""
    return sorted({each.bar for each in strikes(scene, bars) if each.voice == SNARE})


@pytest.mark.parametrize(
    ("rounds", "heard"),
    [
        (Rounds(), [0, 1, 2, 3, 4, 5, 6, 7]),
        (Rounds(cycle=(False, True)), [1, 3, 5, 7]),
        (EVERY_4TH, [3, 7]),
        (Rounds(cycle=(True, False)), [0, 2, 4, 6]),
        (Rounds(cycle=(True, False), first="never"), [2, 4, 6]),
        (Rounds(first="never"), [1, 2, 3, 4, 5, 6, 7]),
        (Rounds(cycle=(False, True), first="only"), [0]),
        (Rounds(cycle=(True, True, True, False)), [0, 1, 2, 4, 5, 6]),
        (Rounds(cycle=(False,)), []),
    ],
)
def test_strokes_sound_in_the_rounds_of_their_lane(rounds: Rounds, heard: list[int]) -> None:
    assert struck_bars(scene(Lane(rounds=rounds)), 8) == heard


def test_a_round_is_once_through_the_loop() -> None:
    two_bars = scene(Lane(rounds=Rounds(cycle=(False, True)))).changed(bars=(TWO_SNARES,) * 2)
    assert struck_bars(two_bars, 8) == [2, 3, 6, 7]


@pytest.mark.parametrize(("way", "heard"), [("loop", [3, 4, 5, 9, 10, 11]), ("ping-pong", [4, 5, 6, 7])])
def test_a_round_of_a_path_is_once_along_it_and_back_for_ping_pong(
    way: Literal["loop", "ping-pong"], heard: list[int]
) -> None:
    along = Path(points=((0, 0), (1, 1)), bars=3, way=way)
    lane = Lane(rounds=Rounds(cycle=(False, True)), hold=TWO_SNARES)
    assert struck_bars(scene(lane, path=along), 12 if way == "loop" else 8) == heard
    still = along.changed(travelling=False)
    assert struck_bars(scene(lane, path=still), 4) == [1, 3]


def test_a_bar_is_as_loud_as_the_rows_that_are_held_in_it() -> None:
    """Its gain is made for what is heard, not for the row that the held one stands in for."""
    loud = Given(pattern=BarPattern(strokes=((0, 0, 0.5, 0.0), (SNARE, 16, 1.0, 0.0))))
    project = Project(scene=scene(Lane(hold=TWO_SNARES), bars=(loud,)))
    (source,) = arrange(project, asked_of(project, 1), 1).sources
    assert [(each.voice, each.step, each.velocity) for each in source.pattern.strokes()] == [
        (0, 0, 0.5), (SNARE, 16, 0.5), (SNARE, 48, 0.5),
    ]  # fmt: skip


def test_a_round_of_a_voice_with_its_own_loop_is_once_through_that() -> None:
    """A loop of half a bar has two rounds a bar: with every 2nd one, its stroke sounds once a bar."""
    lane = Lane(loop_steps=32, rounds=Rounds(cycle=(False, True)))
    assert [(each.bar, each.step) for each in strikes(scene(lane), 2)] == [(0, 48), (1, 48)]


def test_ratchets_happen_in_their_rounds_and_the_strokes_sound_in_all() -> None:
    found = strikes(scene(Lane(ratchet=3, ratchet_rounds=EVERY_4TH)), 8)
    assert [sum(each.bar == bar for each in found) for bar in range(8)] == [2, 2, 2, 6, 2, 2, 2, 6]


def test_a_ratchet_moves_in_whole_strokes() -> None:
    moved = Modulation(parameter="snare.ratchet", shape="steps", values=(0.0, 0.2, 1.0), period=3, depth=2.0)
    found = strikes(scene(Lane(), modulations=(moved,)), 3)
    assert [sum(each.bar == bar for each in found) for bar in range(3)] == [2, 2, 6]  # 1, 1.4 and 3 strokes


def test_swing_and_character_of_a_voice_move_bar_by_bar() -> None:
    late = Modulation(parameter="snare.swing", shape="steps", values=(0.0, 1.0), period=2, depth=0.1)
    off_beat = Given(pattern=BarPattern(strokes=((SNARE, 4, 0.5, 0.0),)))
    found = strikes(scene(Lane(), modulations=(late,)).changed(bars=(off_beat,)), 2)
    assert [each.position - 64 * each.bar for each in found] == pytest.approx([4, 8 * 0.6])
    bright = Automation(
        parameter="snare.shift.brightness", breakpoints=(Breakpoint(bar=0, value=-1), Breakpoint(bar=2, value=1))
    )
    voices = ProjectKit().voices
    on_map = KitVoice(origin="map", point=(0.0, 0.0), shift=SoundShift(pitch=0.5))
    kit = ProjectKit(voices=(voices[0], on_map, *voices[2:]))
    planned = Plan(Project(scene=scene(Lane(), kit=kit, automations=(bright,)))).bars(3)
    assert [bar.voices[SNARE].shift.brightness for bar in planned] == [-1, 0, 1]
    assert {bar.voices[SNARE].shift.pitch for bar in planned} == {0.5}
    assert planned[0].voices[0] == voices[0]


def test_a_random_walk_walks_and_stays_within_its_bounds() -> None:
    walk = RandomWalk(7, 3)
    at = [walk.at(turn / 4) for turn in range(20_000)]
    assert -1 <= min(at) < -0.95
    assert 0.95 < max(at) <= 1
    steps = [abs(b - a) for a, b in pairwise(at)]
    assert 0.1 < max(steps) <= 0.125 + 1e-9  # up to 1/2 a turn, straight between
    assert RandomWalk(7, 3).at(1234.5) == walk.at(1234.5)  # it does not matter where one looked before
    assert len({round(value, 6) for value in at[::4]}) > 4_900


def test_a_drawn_curve_plays_once_or_again_and_again() -> None:
    curve = (Breakpoint(bar=0, value=0.5), Breakpoint(bar=1, value=0.6), Breakpoint(bar=2, value=0.7))
    for loop, swings in ((None, [0.5, 0.6, 0.7, 0.7, 0.7]), (2, [0.5, 0.6, 0.5, 0.6, 0.5])):
        drawn = Automation(parameter="swing", breakpoints=curve, loop_bars=loop)
        planned = Plan(Project(scene=Scene(automations=(drawn,)))).bars(5)
        assert [bar.swing for bar in planned] == pytest.approx(swings)


def test_what_would_leave_the_map_is_kept_at_its_edge_and_remarked() -> None:
    wide = Modulation(parameter="map.x", shape="square", period=2, depth=9.0)
    drawn = Automation(parameter="map.y", breakpoints=(Breakpoint(bar=0, value=4), Breakpoint(bar=1, value=-40)))
    moving = Scene(bars=(Generated(point=(0.5, 0)),), modulations=(wide,), automations=(drawn,))
    planned = Plan(Project(scene=moving)).bars(2)
    assert [bar.pieces[0][1].point for bar in planned] == [(3, 3), (-3, -3)]  # pyright: ignore
    said = remarks(Project(scene=moving), None, None, lambda _: None, ("analogue",))
    assert said == [f"the scene: map.{name} would leave the map: it is kept within [-3, 3]" for name in "xy"]
    calm = moving.changed(modulations=(wide.changed(depth=2.5),), automations=())
    assert remarks(Project(scene=calm), None, None, lambda _: None, ("analogue",)) == []
    at_edge = calm.changed(path=Path(points=((0, 0), (1, 1))))
    assert len(remarks(Project(scene=at_edge), None, None, lambda _: None, ("analogue",))) == 1


def test_a_tempo_of_nothing_is_refused_at_its_place() -> None:
    with pytest.raises(ProjectError, match=r"tempo lies in \[20, 400\], got 0 at bar 4"):
        Automation(parameter="tempo", breakpoints=(Breakpoint(bar=0, value=120), Breakpoint(bar=4, value=0)))


@pytest.mark.parametrize("broken", [{"cycle": ()}, {"cycle": (True,) * 17}, {"first": "sometimes"}])
def test_rounds_that_cannot_be_are_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(ProjectError, match=r"cycle|first"):
        Rounds(**broken)
