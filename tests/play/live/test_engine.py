"""The engine that plays without a page: what it plays is what a project is, and controls move it at their time."""

from typing import Any

import pytest
from live import busy_bars
from random_projects import random_project
from studio import BAR, Studio, at
from toy_rhythm import ToyRhythm

from clave.errors import ControlError
from clave.play.live.controls.page import IN_PAGE
from clave.play.perform import perform_strokes
from clave.play.project import Generated, Lane, Project, Scene, SongPart, TempoChange


@pytest.mark.parametrize("seed", [1, 4])
def test_it_plays_what_the_project_is(seed: int) -> None:
    scene = Scene(
        bars=busy_bars(4, seed), lanes=random_project(seed).scene.lanes, tempo=(TempoChange(bar=0, tempo_bpm=97),)
    )
    scene = scene.changed(lanes=tuple(lane.changed(hold=None, loop_steps=None) for lane in scene.lanes))
    project = Project(scene=scene)
    performance = perform_strokes(project, ToyRhythm())
    studio = Studio(project)
    start = studio.play()
    studio.until(start + performance.seconds - 0.2)
    wanted = [(max(start, start + each.seconds), each.voice) for each in performance.events()]
    wanted = [each for each in sorted(wanted) if each[0] < studio.clock.seconds - 0.1]
    heard = [(seconds, strike.voice) for seconds, strike in studio.heard.strikes][: len(wanted)]
    assert len(wanted) > 20
    assert [voice for _, voice in heard] == [voice for _, voice in wanted]
    assert [seconds for seconds, _ in heard] == pytest.approx([seconds for seconds, _ in wanted], abs=1e-6)
    given = studio.heard.given
    assert all(now <= due for now, due in given)
    assert [due for _, due in given] == sorted(due for _, due in given), "in order of time"
    assert studio.engine.conductor.left_out == 0


def test_the_same_controls_at_the_same_times_are_the_same_music() -> None:
    played: list[Any] = []
    for _ in range(2):
        studio = Studio(Project(scene=at(0).changed(lanes=(Lane(probability=0.5),) * 8)))
        start = studio.play()
        for move in range(6):
            studio.until(start + move * 0.45)
            studio.send("/clave/map", -1 + move / 4, 0.5)
        studio.until(start + 4)
        played.append(studio.heard.strikes)
    assert played[0] == played[1]
    assert len(played[0]) > 10


def test_a_move_on_the_map_is_heard_at_the_next_step_and_another_change_at_its_quantum() -> None:
    studio = Studio(Project(scene=at(-1)))
    start = studio.play()
    studio.until(start + 0.9)
    before = studio.strikes_of(1)
    assert len(before) == 1
    studio.send("/clave/map", 2.0, 0.0)  # the snare wanders to a later step
    studio.until(start + BAR)
    assert len(studio.strikes_of(1)) >= 2, "in this very bar"
    studio.until(start + 1.2 * BAR)
    studio.send("/clave/density", 1.0)
    studio.until(start + 3 * BAR)
    first, second, third = (
        [seconds for seconds in studio.strikes_of(2) if start + bar * BAR <= seconds < start + (bar + 0.9) * BAR]
        for bar in range(3)
    )
    assert len(third) > len(second) == len(first) > 0, "from the bar line on"


def test_a_tempo_is_heard_from_the_next_step_on() -> None:
    studio = Studio(Project(scene=at(0)))
    start = studio.play()
    studio.until(start + 1)
    studio.send("/clave/tempo", 240)
    studio.until(start + 2)
    lasts = [each.duration_seconds for each in studio.heard.steps]
    assert sorted(set(lasts)) == pytest.approx([60 / 240 / 16, 60 / 120 / 16])
    times = [each.seconds for each in studio.heard.steps]
    assert times[1:] == pytest.approx([seconds + last for seconds, last in zip(times, lasts, strict=True)][:-1])


def test_a_launch_comes_with_its_bar_and_is_one_step_of_undo() -> None:
    studio = Studio(Project(scene=at(-1), scenes=(None, at(1).changed(name="drop"))))
    start = studio.play()
    studio.until(start + 0.5)
    studio.send("/clave/scene/2/launch")
    studio.until(start + BAR - 0.2)
    assert studio.engine.desk.project.scene.name == "", "it waits for the bar"
    studio.until(start + BAR + 0.05)
    assert studio.engine.desk.project.scene.name == "drop"
    assert studio.engine.conductor.heard() == (0, 1, 1)
    studio.send("/clave/undo")
    assert studio.engine.desk.project.scene.name == ""
    studio.send("/clave/redo")
    assert studio.engine.desk.project.scene.name == "drop"
    with pytest.raises(ControlError, match="nothing to redo"):
        studio.send("/clave/redo")


def test_a_morph_arrives_at_its_scene_without_a_gap() -> None:
    studio = Studio(Project(scene=at(-1), scenes=(at(1).changed(name="far"),)))
    start = studio.play()
    studio.until(start + 0.5)
    studio.send("/clave/scene/1/morph", 2)
    studio.until(start + 2 * BAR)
    assert studio.engine.desk.project.scene.name == ""
    studio.until(start + 6 * BAR)
    assert studio.engine.desk.project.scene.name == "far"
    times = [each.seconds for each in studio.heard.steps]
    assert times == pytest.approx([start + n * BAR / 64 for n in range(len(times))])


def test_the_song_is_played_from_a_part_on_and_left_by_a_place_on_the_map() -> None:
    scenes = (at(-1), at(1))
    studio = Studio(Project(scene=at(0), scenes=scenes, song=(SongPart(scene=0, bars=2), SongPart(scene=1, bars=2))))
    start = studio.play()
    studio.until(start + 0.5)
    studio.send("/clave/song/play", 2)
    studio.until(start + BAR + 0.1)
    assert studio.engine.conductor.heard() is not None
    assert studio.engine.desk.values()["/clave/heard/bar"] == (3,)
    with pytest.raises(ControlError, match="the song has 2 parts, got part 3"):
        studio.send("/clave/song/play", 3)
    studio.send("/clave/map", 0.5, 0.5)
    studio.until(start + 2 * BAR + 0.2)
    assert studio.engine.desk.project.scene.bars[0] == Generated(point=(0.5, 0.5))


def test_a_voice_that_is_held_stays_when_the_place_moves() -> None:
    studio = Studio(Project(scene=at(-1)))
    start = studio.play()
    studio.until(start + 0.3)
    studio.send("/clave/voice/snare/hold", 1)
    studio.send("/clave/map", 2.0, 0.0)
    studio.until(start + 4 * BAR)
    first, *others = studio.strikes_of(1)
    assert others == pytest.approx([first + n * BAR for n in range(1, len(others) + 1)])
    studio.send("/clave/voice/snare/hold", 0)
    assert studio.engine.desk.project.scene.lanes[1].hold is None


def test_stop_silences_and_a_style_goes_home_and_plays() -> None:
    studio = Studio(Project(scene=at(0)))
    start = studio.play()
    studio.until(start + 0.5)
    silenced = len(studio.heard.silenced)
    studio.send("/clave/transport/toggle")
    assert len(studio.heard.silenced) == silenced + 1
    strikes = len(studio.heard.strikes)
    studio.until(start + 2)
    assert len(studio.heard.strikes) == strikes
    studio.send("/clave/style/home", "jazz")
    assert studio.engine.desk.project.scene.settings.style == "jazz"
    assert studio.engine.conductor.running
    with pytest.raises(ControlError, match="no style 'nose'"):
        studio.send("/clave/style/home", "nose")


def test_a_strike_sounds_at_once_also_where_nothing_plays() -> None:
    studio = Studio(Project())
    studio.send("/clave/voice/clap/strike", 0.5)
    ((seconds, strike),) = studio.heard.strikes
    assert (seconds, strike.voice, strike.velocity) == (studio.clock.seconds, 6, 0.5)


def test_what_only_a_page_can_do_is_refused_and_changes_nothing() -> None:
    studio = Studio(Project(scene=at(0.3)))
    given = {"amount": 0.5, "bars": 4, "velocity": 0.5, "radius": 0.5, "format": "midi", "name": "dusty"}
    for control in IN_PAGE:
        with pytest.raises(ControlError, match="only a page can do that"):
            studio.send(control.address.replace("{voice}", "snare"), *(given[each.name] for each in control.takes))
    assert studio.engine.desk.project == Project(scene=at(0.3))


def test_what_cannot_be_played_is_said_and_the_music_goes_on() -> None:
    studio = Studio(Project(scene=at(0)))
    start = studio.play()
    studio.until(start + 0.5)
    studio.send("/clave/style", "polka")
    studio.until(start + 2 * BAR)
    assert any("polka" in sentence for sentence in studio.said)
    assert studio.heard.steps[-1].seconds > start + 2 * BAR - 0.1


def test_after_a_long_sleep_it_goes_on_in_time_without_a_burst() -> None:
    studio = Studio(Project(scene=Scene(bars=busy_bars(1))))
    start = studio.play()
    studio.until(start + 0.5)
    before = len(studio.heard.strikes)
    studio.clock.seconds += 600
    studio.engine.tick()
    assert len(studio.heard.strikes) - before < 20
    assert studio.engine.conductor.left_out > 1000
    step = (studio.heard.steps[-1].seconds - start) / (BAR / 64)
    assert step == pytest.approx(round(step), abs=1e-3)


def test_listeners_are_told_what_has_changed_once() -> None:
    studio = Studio(Project(scene=at(0)))
    told: list[dict[str, Any]] = []
    studio.engine.desk.listen(lambda changed, _: told.append(dict(changed)))
    studio.engine.desk.tell()
    told.clear()
    studio.send("/clave/map", 0.5, 0.0)
    studio.engine.desk.tell()
    studio.engine.desk.tell()
    assert told == [{"/clave/map": (0.5, 0.0), "/clave/map/x": (0.5,)}]


def test_a_scene_that_is_cleared_before_it_begins_leaves_the_music_as_it_is() -> None:
    studio = Studio(Project(scene=at(-1), scenes=(at(1).changed(name="drop"),)))
    start = studio.play()
    studio.until(start + 0.5)
    studio.send("/clave/scene/1/launch")
    studio.until(start + 0.7)
    studio.send("/clave/scene/1/clear")
    studio.until(start + 2 * BAR)
    assert studio.engine.desk.project.scene.bars[0] == at(-1).bars[0]
    assert studio.heard.steps[-1].seconds > start + 2 * BAR - 0.1
