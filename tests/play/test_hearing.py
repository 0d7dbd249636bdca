"""Bars that vary hear the first bar of their loop or path, or the last one of the song's part before."""

import numpy as np
import pytest
from toy_rhythm import ToyRhythm

from clave import load_rhythm
from clave.errors import ProjectError
from clave.music.pattern import Pattern
from clave.play.decoding import decode_bar, decode_bars
from clave.play.plan import Plan, PlannedBar
from clave.play.project import (
    Bar,
    BarPattern,
    Edited,
    Generated,
    GenerationSettings,
    Given,
    Humanise,
    Modulation,
    Path,
    PathEdit,
    Phrase,
    Project,
    RhythmShift,
    Scene,
    SetCells,
    SongPart,
    edited,
)
from clave.rhythm.variation import Variation

VARIED = GenerationSettings(variation=0.8, seed=3)
GIVEN = Given(pattern=BarPattern(strokes=((0, 0, 0.5, 0.0),)))
CELL = SetCells(cells=((0, 8, 1.0, 0.0),))


def at(x: float, **settings: object) -> Generated:
    return Generated(point=(x, 0), settings=VARIED.changed(**settings))


def planned(scene: Scene, bars: int) -> list[Bar]:
    return [bar.pieces[0][1] for bar in Plan(Project(scene=scene)).bars(bars)]


def hears(bar: Bar | PlannedBar) -> Generated | Given | None:
    if isinstance(bar, PlannedBar):
        bar = bar.pieces[0][1]
    return hears(bar.base) if isinstance(bar, Edited) else bar.hears if isinstance(bar, Generated) else None


def test_the_bars_of_a_loop_hear_its_first_bar_in_each_round() -> None:
    loop = (edited(at(0), CELL), at(1), edited(at(2), CELL), GIVEN, at(3, variation=0.0), at(4, meter=(3, 4)))
    bars = planned(Scene(bars=loop), 12)
    first = at(0)  # without what was written into it
    assert list(map(hears, bars)) == [None, first, first, None, None, None] * 2
    assert bars[2].operations == (CELL,)
    assert bars[4:6] == list(loop[4:6])


def test_a_bar_that_was_given_is_heard() -> None:
    assert list(map(hears, planned(Scene(bars=(GIVEN, at(1))), 4))) == [None, GIVEN] * 2


def test_a_bar_does_not_hear_itself_nor_one_of_a_phrase_another() -> None:
    whole = [Generated(point=(0, 0), settings=VARIED, phrase=Phrase(bars=2, index=index)) for index in (0, 1)]
    assert list(map(hears, planned(Scene(bars=(at(0), at(0), at(0, shift=RhythmShift(loudness=1)))), 3))) == [None] * 3
    assert list(map(hears, planned(Scene(bars=(*whole, at(1))), 3))) == [None, None, whole[0]]


def test_a_fill_hears_the_first_bar_and_nothing_hears_a_fill() -> None:
    bars = planned(Scene(bars=(at(0), at(1)), fill_every=3), 6)
    assert [bar.settings.section for bar in map(base, bars)] == ["beat", "beat", "fill"] * 2
    assert list(map(hears, bars)) == [None, at(0), at(0), at(0), None, at(0)]
    still = at(0, variation=0.0)
    assert list(map(hears, planned(Scene(bars=(still,), fill_every=2), 2))) == [None, None]


def base(bar: Bar) -> Generated:
    found = bar.base if isinstance(bar, Edited) else bar
    assert isinstance(found, Generated)
    return found


@pytest.mark.parametrize("way", ["once", "loop", "ping-pong"])
def test_on_a_path_over_the_map_all_bars_hear_its_first(way: str) -> None:
    path = Path(points=((0, 0), (3, 0)), bars=4, way=way, between="map", edits=(PathEdit(bar=0, operations=(CELL,)),))
    bars = planned(Scene(path=path, settings=VARIED), 4)
    assert list(map(hears, bars)) == [None, at(0), at(0), at(0)]
    late = planned(Scene(path=path, settings=VARIED), 20)
    assert all(hears(bar) in (None, at(0)) for bar in late)
    if way == "once":
        assert late[3:] == [late[3]] * 17  # it stays where it has arrived


def test_the_stations_of_a_path_hear_the_first_of_them_and_it_stays_one_path() -> None:
    path = Path(points=((0, 0), (3, 0), (3, 3)), bars=5)
    bars = planned(Scene(path=path, settings=VARIED.changed(shift=RhythmShift(loudness=1))), 5)
    assert list(map(hears, bars)) == [at(0)] * 5
    rhythm = load_rhythm()
    played = decode_bars(bars, rhythm)
    stations = np.array(path.points, np.float32)
    first = rhythm.at(stations[:1], variation=0.8, seed=3)[0]
    others = rhythm.at(stations[1:], variation=Variation(0.8, after=first), seed=3)
    loud = [rhythm.shifted(bar, {"loudness": 1}) for bar in (first, *others)]
    assert [played[place] for place in (0, 2, 4)] == loud


def test_what_modulation_moves_off_the_leg_hears_the_first_bar_of_the_path() -> None:
    path = Path(points=((0, 0), (3, 0)), bars=4)
    waves = (Modulation(parameter="map.y", shape="sine", period=3, unit="bars", depth=1),)
    bars = planned(Scene(path=path, settings=VARIED, modulations=waves), 4)
    assert [hears(bar) for bar in bars] == [None, at(0), at(0), at(0)]
    assert {bar.leg for bar in map(base, bars)} == {None}


def song(*scenes: Scene, order: tuple[int, ...] = (0, 1), bars: int = 2, **part: object) -> list[PlannedBar]:
    parts = tuple(SongPart(scene=scene, bars=bars, **part) for scene in order)
    return list(Plan(Project(scenes=scenes, song=parts)).bars(2 * bars * len(order)))


def test_the_first_bar_of_a_part_hears_the_last_of_another_scene_before() -> None:
    verse, chorus = Scene(bars=(at(0), at(1)), fill_every=2), Scene(bars=(at(5), at(6)))
    bars = song(verse, chorus)
    assert list(map(hears, bars)) == [None, at(0), at(1), at(5)] * 2, "the song begins anew as it began"
    assert list(map(hears, song(verse, verse, order=(0, 0, 1)))) == [None, at(0), None, at(0), at(1), at(0)] * 2
    of_three = Scene(bars=(at(5, meter=(3, 4)),))
    assert hears(song(verse, of_three)[2]) is None


def test_a_bar_between_two_scenes_hears_what_the_first_has_it_hear() -> None:
    verse, chorus = Scene(bars=(at(0), at(1))), Scene(bars=(at(5), at(6)))
    assert list(map(hears, song(verse, chorus, morph_bars=1)))[:4] == [None, at(0), at(1), at(5)]


def test_a_bar_is_decoded_after_what_it_hears() -> None:
    rhythm = load_rhythm()
    heard, later = at(0.2), at(1.1)
    (alone,) = rhythm.at([[0.2, 0]], variation=0.8, seed=3)
    (answer,) = rhythm.at([[1.1, 0]], variation=Variation(0.8, after=alone), seed=3)
    assert decode_bars([later.changed(hears=heard), heard, later], rhythm)[:2] == [answer, alone]
    assert decode_bar(later, rhythm) != answer
    to_given = decode_bar(later.changed(hears=GIVEN), rhythm)
    after = Variation(0.8, after=GIVEN.pattern.pattern())
    assert to_given == rhythm.at([[1.1, 0]], variation=after, seed=3)[0]


def test_bars_that_hear_the_same_bar_are_one_call() -> None:
    class Counting(ToyRhythm):
        calls = 0

        def at(self, *points: object, **settings: object) -> list[Pattern]:
            self.calls += 1
            return super().at(*points, **settings)

    rhythm = Counting()
    decode_bars([at(0), *(at(x).changed(hears=at(0)) for x in (1, 2, 3))], rhythm)
    assert rhythm.calls == 2


@pytest.mark.parametrize(
    ("heard", "rule"),
    [
        (at(0, meter=(3, 4)), "a bar hears one in its meter, 4/4; got 3/4"),
        (at(0).changed(hears=GIVEN), "the bar that is heard hears none itself"),
    ],
)
def test_what_cannot_be_heard_is_refused(heard: Generated, rule: str) -> None:
    with pytest.raises(ProjectError, match=rule):
        at(1).changed(hears=heard)
    with pytest.raises(ProjectError, match="a bar of a phrase hears the phrase"):
        Generated(point=(0, 0), phrase=Phrase(bars=2, index=0), hears=GIVEN)


def test_a_bar_hears_only_what_the_space_can_make() -> None:
    with pytest.raises(Exception, match="no style 'polka'"):
        decode_bar(at(1).changed(hears=at(0, style="polka")), ToyRhythm())


def test_humanised_bars_hear_too() -> None:
    bars = planned(Scene(bars=tuple(edited(at(x), Humanise(seed=1)) for x in (0, 1))), 2)
    assert list(map(hears, bars)) == [None, at(0)]
