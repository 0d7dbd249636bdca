"""Playing with Clave: what a player strikes is gathered bar by bar and answered at a bar line, in one step of undo."""

from typing import Any

import numpy as np
import pytest
from studio import BAR, AtOnce, Studio
from toy_rhythm import ToyRhythm

from clave.errors import ControlError, MidiPortError
from clave.music.pattern import Pattern
from clave.play.live import answering
from clave.play.live.answer_player import AnswerPlayer
from clave.play.live.answering import PlayedBar, PlayedBars, PlayedStroke
from clave.play.live.player_cc import control_changes, numbers_of
from clave.play.project import Generated, Given, Project, Scene
from clave.rhythm.answering import Answer

SIXTEENTH = 0.125
KICK, SNARE = 0, 1


class PlacedRhythm(ToyRhythm):
    """Bars lie where the number of their strokes says; taps are snares."""

    def locate(self, patterns):
        return np.array([[len(list(each.strokes())) / 10, 0.5] for each in patterns], np.float32)

    def drums_for(self, taps, style=None, section="beat", seed=0, meter=(4, 4)):  # noqa: ARG002
        hits = np.zeros((8, 64), bool)
        hits[SNARE, [round(position) for position, _ in taps]] = True
        return Pattern.from_hits(hits, meter=meter)


class AnsweringStudio(Studio):
    def __init__(self, monkeypatch: pytest.MonkeyPatch, **project: Any) -> None:
        super().__init__(Project(scene=Scene(bars=(Generated(point=(0.0, 0.0)),)), **project))
        self.asked: list[tuple[Any, ...]] = []
        self.of_player = dict[str, Any]()  # the latest of each that is said
        monkeypatch.setattr(answering, "answer", self.answer)
        self.player = AnswerPlayer(
            self.engine,
            PlacedRhythm(),
            AtOnce(),
            report=lambda text: self.of_player.setdefault("reported", text),
            said=lambda address, values: self.of_player.update({address: values}),
        )
        self.ticks = [self.player.tick, self.engine.tick]

    def answer(self, space: Any, played: Pattern, kind: str, distance: float, **given: Any) -> Answer:  # noqa: ARG002
        """The player's bar again, two 16ths later."""
        self.asked.append((kind, distance, given["join"], given["seed"]))
        return Answer(Pattern(np.roll(played.velocity, 8, axis=1), np.roll(played.offset, 8, axis=1)), (0.25, -1.0))

    def strikes_between(self, voice: int, begin: float, end: float) -> list[float]:
        return [
            round(at, 3) for at, each in self.heard.strikes if each.voice == voice and begin - 0.02 <= at < end - 0.02
        ]


def test_a_bar_is_answered_one_bar_later_at_the_bar_line(monkeypatch: pytest.MonkeyPatch) -> None:
    studio = AnsweringStudio(monkeypatch, quantum="step")
    start = studio.play()
    studio.send("/clave/answer", "vary", 0.25)
    studio.until(start + 0.5 * BAR)
    studio.send("/clave/voice/tom/tap", 0.5)
    studio.until(start + 2 * BAR)
    assert studio.strikes_between(4, start, start + 2 * BAR) == [], (
        "a tap is not played, and not answered before the line"
    )
    studio.until(start + 3 * BAR)
    assert studio.strikes_between(4, start, start + 3 * BAR) == pytest.approx(
        [start + 2 * BAR + 10 * SIXTEENTH], abs=0.03
    )
    assert studio.asked == [("vary", 0.25, True, 0)]
    (bar,) = studio.engine.desk.project.scene.bars
    assert isinstance(bar, Given)
    assert (bar.source, bar.point) == ("answer", (0.25, -1.0))
    values = studio.engine.desk.values()
    assert values["/clave/player/map"] == (0.1, 0.5)
    assert values["/clave/player/density"] == (0.25,)
    assert values["/clave/player/syncopation"][0] >= 0
    assert studio.of_player["/clave/player/density"] == (0.25,)


def test_all_answers_in_a_row_are_one_step_of_undo_and_a_quiet_player_hears_the_last_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    studio = AnsweringStudio(monkeypatch)
    before = studio.engine.desk.project
    start = studio.play()
    studio.send("/clave/answer", "agree")
    for bar in range(3):
        studio.until(start + (bar + 0.25 * bar) * BAR + 0.1)
        studio.send("/clave/voice/snare/strike", 0.9)
    studio.until(start + 4.5 * BAR)
    answered = studio.engine.desk.project
    assert [seed for *_, seed in studio.asked] == [0, 1, 2]
    studio.until(start + 8 * BAR)
    assert studio.engine.desk.project is answered, "it goes on with the last answer"
    studio.send("/clave/undo")
    assert studio.engine.desk.project == before
    studio.send("/clave/answer/rest", 1)
    studio.until(start + 11 * BAR)
    assert studio.engine.desk.project.scene.bars[0].pattern.strokes == ()


def test_a_strike_sounds_and_counts_and_taps_without_a_voice_become_drums(monkeypatch: pytest.MonkeyPatch) -> None:
    studio = AnsweringStudio(monkeypatch)
    start = studio.play()
    studio.send("/clave/answer", "oppose")
    studio.send("/clave/answer/join", 0)
    studio.until(start + 0.2)
    studio.send("/clave/voice/clap/strike")
    assert studio.strikes_between(6, start, start + 1) == [pytest.approx(start + 0.2, abs=0.001)]
    studio.until(start + BAR + 0.2)
    studio.send("/clave/tap")
    studio.send("/clave/tap", 0.4)
    studio.until(start + 3 * BAR)
    assert studio.asked[0] == ("oppose", 0.5, False, 0)
    bar = studio.engine.desk.project.scene.bars[0]
    assert {voice for voice, *_ in bar.pattern.strokes} == {SNARE}


def test_with_the_answer_off_the_bar_is_placed_all_the_same_and_nothing_is_played(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    studio = AnsweringStudio(monkeypatch)
    before = studio.engine.desk.project
    start = studio.play()
    studio.until(start + 0.1)
    studio.send("/clave/voice/kick/tap")
    studio.until(start + 3 * BAR)
    assert studio.engine.desk.project is before
    assert studio.engine.desk.values()["/clave/player/map"] == (0.1, 0.5)
    studio.send("/clave/transport/stop")
    studio.send("/clave/voice/kick/tap")  # in no bar
    with pytest.raises(ControlError, match="mode is one of off, agree, vary, oppose; got 'nose'"):
        studio.send("/clave/answer", "nose")


def test_a_bar_that_cannot_be_placed_is_said_and_the_music_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    studio = AnsweringStudio(monkeypatch)
    studio.player.answering.bar(PlayedBar((4, 4), (PlayedStroke(KICK, 0.5, 99.0),)))
    studio.player.answering.tick()
    assert "a bar was not answered" in studio.of_player["reported"]


def test_strokes_belong_to_the_bar_that_begins_half_a_16th_after_them() -> None:
    bars = PlayedBars()
    assert bars.at((0, (4, 4))) is None
    for position in (-1.0, 10.0, 61.9, 62.5):
        bars.strike(KICK, 0.5, position)
    assert bars.at((0, (4, 4))) is None
    first = bars.at((1, (3, 4)))
    assert first is not None
    assert [each.position for each in first.strokes] == [-1.0, 10.0, 61.9]
    second = bars.at((2, (3, 4)))
    assert second is not None
    assert (second.meter, [each.position for each in second.strokes]) == ((3, 4), [-1.5])
    assert bars.at(None) is None


def test_the_player_is_told_to_lights_as_control_changes() -> None:
    numbers = numbers_of("20, 21,22,23")
    assert control_changes("/clave/player/map", (-3.0, 0.0), numbers, 10) == [(0xB9, 20, 0), (0xB9, 21, 64)]
    assert control_changes("/clave/player/density", (8.0,), numbers, 10) == [(0xB9, 22, 127)]
    assert control_changes("/clave/player/syncopation", (99.0,), numbers, 1) == [(0xB0, 23, 127)]
    assert control_changes("/clave/answer", ("off",), numbers, 1) == []
    for wrong in ("20,21,22", "20,21,22,200", "a,b,c,d", "1,1,2,3"):
        with pytest.raises(MidiPortError, match="4 different controls from 0 to 127"):
            numbers_of(wrong)
