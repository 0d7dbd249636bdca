"""Drum loops as bars and sounds."""

from functools import cache

import numpy as np
import pytest

import clave
from clave.errors import AudioFileError, LoopError
from clave.music.clip import Clip
from clave.sound.loops import BarGrid, LoopHint, LoopReading, LoopStroke, bars_of, read

HITS = {0: (0, 24, 32), 1: (16, 48), 2: range(0, 64, 8)}


def bar() -> clave.Pattern:
    hits = np.zeros((8, 64), bool)
    for voice, steps in HITS.items():
        hits[voice, list(steps)] = True
    return clave.Pattern.from_hits(hits)


@cache
def rendered(tempo_bpm: float = 104.0) -> Clip:
    return clave.render([bar()] * 2, clave.factory.kit("analogue"), tempo_bpm)


@cache
def reading() -> LoopReading:
    return read(rendered())


def test_tempo_and_bar_line_of_a_rendered_loop_are_found() -> None:
    assert reading().tempo_bpm == pytest.approx(104, rel=0.005)
    assert reading().first_beat_s == pytest.approx(0, abs=0.02)
    assert reading().meter == (4, 4)
    assert len(reading().bars) == 2


def test_its_strokes_come_back_on_their_steps() -> None:
    truth, found = bar().hits, reading().bars[0].hits
    right = (truth & found).sum()
    assert 2 * right / (truth.sum() + found.sum()) > 0.75


def test_its_sounds_are_cut_for_the_voices_that_are_heard() -> None:
    assert {"kick", "snare"} <= reading().one_shots.keys()
    for sound in reading().sounds:
        assert 0 <= sound.start_s < sound.end_s <= reading().seconds
        assert sound.clip.seconds <= 1.51


def test_silence_before_the_first_stroke_moves_the_bar_line_with_it() -> None:
    late = Clip(np.concatenate([np.zeros(13_230, np.float32), rendered().samples]))
    assert read(late).first_beat_s == pytest.approx(0.3, abs=0.03)


def test_what_a_person_says_is_kept() -> None:
    said = read(rendered(), LoopHint(tempo_bpm=104, first_beat_s=0.5, meter=(3, 4)))
    assert said.tempo_bpm == 104
    assert said.first_beat_s == 0.5
    assert said.meter == (3, 4)
    assert any("left out" in remark for remark in said.remarks)


def test_strokes_become_bars_that_keep_their_feel() -> None:
    grid = BarGrid(120, 1.0)  # a step is 1/32 s
    strokes = [LoopStroke(0.99, 0, 0.9), LoopStroke(1.52, 1, 0.7), LoopStroke(2.99, 0, 0.5)]
    (first, second), said = bars_of(strokes, grid, 5.0)
    assert not said
    struck = {(stroke.voice, stroke.step): stroke.offset for stroke in first.strokes()}
    assert struck == {(0, 0): pytest.approx(-0.32, abs=0.04), (1, 16): pytest.approx(0.64, abs=0.04)}
    assert [(stroke.voice, stroke.step) for stroke in second.strokes()] == [(0, 0)]


@pytest.mark.parametrize(
    ("samples", "rule"),
    [
        (np.zeros(88_200, np.float32), "silence"),
        (np.ones(100, np.float32), "at least 0.5 s"),
        (0.3 * np.sin(np.arange(132_300) * 0.03), "drum strokes were heard"),
        (np.pad(np.hanning(2000), (0, 80_000)), "drum strokes were heard"),
    ],
    ids=["silence", "short", "a tone", "one sound"],
)
def test_what_is_no_loop_is_refused(samples: np.ndarray, rule: str) -> None:
    with pytest.raises(LoopError, match=rule):
        read(Clip(samples.astype(np.float32)))


def test_swells_of_noise_are_no_drums() -> None:
    rng, seconds = np.random.default_rng(0), np.arange(4 * 44_100) / 44_100
    noise = np.convolve(rng.standard_normal(len(seconds)), np.ones(30) / 30, "same")
    swells = noise * (0.5 + 0.5 * np.sin(6 * np.pi * seconds)) ** 2
    with pytest.raises(LoopError, match="do not sound like drums"):
        read(Clip(swells.astype(np.float32)))


def test_the_tempo_of_a_beat_is_one_that_can_be_said_again() -> None:
    second = read(Clip(rendered().samples[:44_100]))
    assert LoopHint(tempo_bpm=second.tempo_bpm).tempo_bpm == second.tempo_bpm


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"tempo_bpm": 20.0}, r"\[60, 200\] bpm, got 20"),
        ({"bars": 0}, "1 to 64 bars, got 0"),
        ({"meter": (2, 2)}, "got 2/2"),
        ({"first_beat_s": -1.0}, "got -1"),
    ],
)
def test_a_correction_out_of_range_is_refused(wrong: dict[str, object], rule: str) -> None:
    with pytest.raises(LoopError, match=rule):
        LoopHint(**wrong)  # pyright: ignore[reportArgumentType]


def test_what_is_no_sound_file_is_refused() -> None:
    with pytest.raises(AudioFileError):
        read(b"no sound", name="notes.txt")
