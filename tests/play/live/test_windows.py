"""The engine performs the bars around the present one only, and what is heard is the whole project all the same."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from itertools import accumulate
from typing import Any

import numpy as np
import pytest
from live import busy_bars
from sound_device import Device
from studio import BAR, Studio, at
from toy_rhythm import ToyRhythm

from clave.music.clip import Clip
from clave.play.live import strokes
from clave.play.live.audio_out import AudioOutput
from clave.play.live.conductor import START_DELAY_SECONDS
from clave.play.live.strokes import Strokes
from clave.play.live.window import Windows
from clave.play.perform import perform_strokes
from clave.play.performance import Performance
from clave.play.project import Generated, Lane, Modulation, Path, Project, Rounds, Scene, SongPart, TempoChange
from clave.play.project.voices import KitVoice

SETTLED_SECONDS = 0.1  # after which no stroke is heard that is late, or belongs to what played before


def moving(bars: int) -> Project:
    """Chance, a lane of its own length, a random walk, rounds, and a tempo that climbs all the time."""
    lanes = Lane(probability=0.6), Lane(loop_steps=44), Lane(ratchet=2, rounds=Rounds(cycle=(True, False, False, True)))
    walk = Modulation(parameter="snare.level", shape="random", period=1.0, unit="beats", depth=0.5)
    tempo = TempoChange(bar=0, tempo_bpm=380), TempoChange(bar=40, tempo_bpm=400, ramp=True)
    scene = Scene(bars=busy_bars(bars), lanes=(*lanes, *(Lane(),) * 5), modulations=(walk,), tempo=tempo)
    return Project(scene=scene, seed=5)


def strikes_from(performance: Performance, bar: int) -> list[tuple[float, int, float]]:
    """Of this bar and those after it: seconds since that began, voice and velocity."""
    starts = list(accumulate((each.steps for each in performance.bars), initial=0))
    since = performance.tempo.seconds_at(starts[bar])
    return [(each.seconds - since, each.voice, each.velocity) for each in performance.events() if each.bar >= bar]


def assert_heard(studio: Studio, start: float, performance: Performance, bar: int) -> None:
    """From a little after `start` on, it was this bar of the performance, and those after it."""
    settled = start + SETTLED_SECONDS
    heard = [(at, each.voice, each.velocity) for at, each in studio.heard.strikes if at >= settled]
    wanted = [(start + at, *rest) for at, *rest in strikes_from(performance, bar) if start + at >= settled]
    wanted = wanted[: len(heard)]
    assert len(heard) == len(wanted) > 10
    assert [each[1:] for each in heard] == [each[1:] for each in wanted]
    assert [each[0] for each in heard] == pytest.approx([each[0] for each in wanted], abs=1e-6)


@pytest.mark.parametrize("bars", [3, 9])
def test_it_plays_on_from_window_to_window(bars: int) -> None:
    project = moving(bars)
    studio = Studio(project)
    start = studio.play()
    studio.until(start + 6)
    assert studio.engine.conductor.next_bar > 8, "three windows or more"
    assert_heard(studio, start, Strokes(ToyRhythm()).perform(project, 12), 0)
    times = [(each.seconds, each.seconds + each.duration_seconds) for each in studio.heard.steps]
    assert [before for _, before in times[:-1]] == pytest.approx([after for after, _ in times[1:]])


class Late(Executor):
    """Does what it is given when it is told to."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.waiting.append((Future(), lambda: fn(*args, **kwargs)))
        return self.waiting[-1][0]

    def work(self) -> None:
        for future, act in self.waiting:
            future.set_result(act())
        self.waiting.clear()


def test_a_seek_far_away_begins_with_its_bar_however_long_that_takes_to_be_performed() -> None:
    project = moving(9)
    studio, late = Studio(project), Late()
    studio.engine._beside = late  # pyright: ignore[reportPrivateUsage]
    studio.play()
    late.work()
    studio.until(studio.clock.seconds + 0.5)
    whole = Strokes(ToyRhythm()).perform(project, 23)
    for bar in (20, 0):
        studio.send("/clave/transport/seek", bar + 1)
        studio.heard.strikes.clear()
        studio.until(studio.clock.seconds + 0.3)
        assert studio.heard.strikes == [], "nothing else is played meanwhile"
        late.work()
        studio.engine.tick()
        start = studio.clock.seconds + START_DELAY_SECONDS
        studio.until(start + 1)
        late.work()
        assert_heard(studio, start, whole, bar)


def test_what_cannot_be_performed_keeps_no_music_from_playing(monkeypatch: pytest.MonkeyPatch) -> None:
    studio = Studio(moving(9))
    studio.until(studio.play() + 0.5)

    def fails(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(studio.engine._strokes, "perform", fails)  # pyright: ignore[reportPrivateUsage]
    studio.send("/clave/transport/seek", 31)
    studio.heard.strikes.clear()
    studio.until(studio.clock.seconds + 1)
    assert len(studio.heard.strikes) > 5
    assert len(studio.said) == 1


def test_a_bar_of_a_song_that_cannot_be_made_is_said_once_however_often_it_comes_round() -> None:
    song = SongPart(scene=0, bars=9), SongPart(scene=1, bars=1)
    quick = TempoChange(bar=0, tempo_bpm=400)
    scenes = tuple(each.changed(tempo=(quick,)) for each in (at(0), at(0, style="polka")))
    studio = Studio(Project(scenes=scenes, song=song))
    start = studio.play()
    studio.until(start + 13)
    assert len(studio.said) == 1
    assert "polka" in studio.said[0]
    assert studio.heard.steps[-1].bar > 19, "the second time round"
    studio.send("/clave/volume", 0.5)
    studio.until(start + 18)
    assert len(studio.said) == 2


@pytest.mark.parametrize("ticks", [1, 3])
def test_with_another_program_it_begins_where_that_is(ticks: int) -> None:
    """Also where nothing is there to be played when that begins."""

    class Leader:
        def seconds_of(self, position_steps: float) -> float:
            return 100 + position_steps * BAR / 64

    project = moving(9)
    project = project.changed(scene=project.scene.changed(tempo=(TempoChange(bar=0, tempo_bpm=120),)))
    studio = Studio(project)
    for _ in range(ticks):
        studio.engine.tick()
    position = 2 * (9 * 64 - 16)  # of bar 18, as the second of nine is in 3/4
    start = 100 + position * BAR / 64
    studio.clock.seconds = start - 0.03
    studio.engine.conductor.lead(Leader())
    studio.engine.conductor.enter(position - 1)
    studio.until(start + 2)
    assert_heard(studio, start, Strokes(ToyRhythm()).perform(project, 20), 18)


def test_a_path_that_is_switched_on_late_begins_at_its_beginning() -> None:
    path = Path(points=((-2, 0), (2, 0)), bars=9, way="once", travelling=False)
    studio = Studio(Project(scene=at(0).changed(path=path)))
    studio.play()
    studio.send("/clave/transport/seek", 101)
    studio.until(studio.clock.seconds + 1.0)
    scene = studio.engine.desk.project.scene
    with studio.engine.desk.lock:
        studio.engine._change_scene(  # pyright: ignore[reportPrivateUsage]
            scene.changed(path=path.changed(travelling=True)), "path"
        )
    studio.until(studio.clock.seconds + BAR)
    heard = studio.engine.conductor.heard()
    assert heard is not None
    assert heard.bar == 0
    pattern = studio.engine.conductor.pattern(0)
    assert pattern is not None
    whole = perform_strokes(studio.engine.desk.project, ToyRhythm())
    assert (pattern.velocity == whole.bars[0].velocity).all()


@pytest.mark.parametrize("bar", [8, 1024])
def test_an_edit_performs_a_few_bars_wherever_it_comes(monkeypatch: pytest.MonkeyPatch, bar: int) -> None:
    studio = Studio(moving(3))
    studio.play()
    studio.send("/clave/transport/seek", bar)
    studio.until(studio.clock.seconds + 0.3)
    performed: list[tuple[int, int]] = []
    perform = studio.engine._strokes.perform  # pyright: ignore[reportPrivateUsage]

    def counted(project: Project, bars: int, first: int) -> Performance:
        performed.append((first, bars))
        return perform(project, bars, first)

    monkeypatch.setattr(studio.engine._strokes, "perform", counted)  # pyright: ignore[reportPrivateUsage]
    studio.send("/clave/swing", 0.6)
    studio.engine.tick()
    assert performed == [((bar - 2) // 4 * 4, 8)]


@pytest.mark.parametrize(("bars", "size"), [(1, 4), (3, 6), (4, 4), (5, 5), (8, 8), (9, 4), (64, 4)])
def test_the_bar_before_and_four_to_come_are_in_the_window_and_a_short_round_is_whole(bars: int, size: int) -> None:
    project, windows = Project(scene=Scene(bars=(Generated(point=(0, 0)),) * bars)), Windows()
    for bar in range(50):
        first, count = windows.around(project, bar)
        assert first <= max(0, bar - 1)
        assert bar + 4 <= first + count
        assert count == 2 * size
    assert windows.around(project.changed(song=()), 3) == windows.around(project, 3)


def test_a_song_counts_as_long_as_it_is() -> None:
    song = SongPart(scene=0, bars=20), SongPart(scene=0, bars=20)
    assert Windows().around(Project(scenes=(Scene(),), song=song), 33) == (32, 8)


def test_decoded_bars_of_long_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strokes, "MOST_KEPT_BARS", 10)
    played = Strokes(ToyRhythm())
    for place in range(20):
        played.perform(Project(scene=at(place / 10)), 2)
    kept: Any = played._kept  # pyright: ignore[reportPrivateUsage]
    assert len(kept) == 10


def test_sounds_are_made_ready_once_for_all_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def layers(sound: Any) -> tuple[Clip, ...]:
        made.append(sound.origin.voice)
        return (sound.clip,)

    def energy(_: Any) -> float:
        made.append("energy")
        return 0.1

    monkeypatch.setattr("clave.play.live.ready_sounds.layers_of", layers)
    monkeypatch.setattr("clave.play.live.ready_sounds.energy_of", energy)
    output, kit = AudioOutput(Device()), Clip(np.full(2, 0.5, np.float32))

    def sound(voice: int, wanted: KitVoice) -> Clip:
        return kit

    played = Strokes(ToyRhythm(), sound)
    played.ready.append(output.prepare)
    for first in (0, 8, 16):
        played.perform(Project(scene=at(0)), 8, first)
    assert len(made) == 8 + 8
    tuned = at(0).kit.voices[0].changed(tune=3.0)
    scene = at(0).changed(kit=at(0).kit.changed(voices=(tuned, *at(0).kit.voices[1:])))
    played.perform(Project(scene=scene), 8, 16)
    assert made[16:] == ["kick", "energy"]
