"""Songs to patterns: every stroke goes to a step of a grid, and keeps the rest of its moment as an offset."""

import math
from itertools import groupby, repeat
from typing import NamedTuple

import numpy as np

from clave.files.midi.parsing import Song, cached_steps_per_bar
from clave.music.kit import VOICES
from clave.music.pattern import MAX_OFFSET, Pattern, merge, musical_steps, nearest_steps, settle
from clave.music.shapes import Float32, Int
from clave.music.units import COMMON_TIME, STEPS_PER_QUARTER, TICKS_PER_QUARTER, TICKS_PER_STEP, Meter

GRIDS = ("musical", 64, "paper")
_MOST_TICKS_OFF = int(MAX_OFFSET * TICKS_PER_STEP) - 1


class SnappedSong(NamedTuple):
    """A song, snapped."""

    patterns: list[Pattern]
    strokes: list[int]  # of each voice
    moved: int
    merged: int


class SnappedStrokes(NamedTuple):
    """The strokes of several songs on the grid, column by column, and the bars they lie in."""

    song: Int[np.ndarray, " stroke"]
    voice: Int[np.ndarray, " stroke"]  # in order
    bar: Int[np.ndarray, " stroke"]  # index into widths
    step: Int[np.ndarray, " stroke"]  # in the bar
    tick: Int[np.ndarray, " stroke"]  # after the step
    velocity: Int[np.ndarray, " stroke"]  # 1..127
    widths: Int[np.ndarray, " line"]  # steps of each bar; the last line of a song begins none
    meters: list[Meter]  # of each bar
    bars: list[slice]  # of each song: from the first that has a stroke to the last
    moved: Int[np.ndarray, " song"]
    merged: Int[np.ndarray, " song"]


def snap(songs: list[Song], grid: str | int) -> list[SnappedSong]:
    """Songs on the grid as patterns."""
    if not songs:
        return []
    snapped = snap_strokes(songs, grid)
    bar, voice, width = snapped.bar, snapped.voice, snapped.widths
    ends = np.zeros(width.size + 1, np.int64)  # where the cells of the bar before end; only bars of songs have any
    for span in snapped.bars:
        ends[span.start + 1 : span.stop + 1] = len(VOICES) * width[span]
    ends = ends.cumsum()
    cells = np.zeros((2, ends[-1]), np.float32)
    place = ends[bar] + voice * width[bar] + snapped.step
    cells[0, place] = snapped.velocity / np.float32(127)
    cells[1, place] = snapped.tick / np.float32(TICKS_PER_STEP)
    cells.setflags(write=False)
    patterns = [_patterns(cells[:, ends[span.start] : ends[span.stop]], snapped.meters[span]) for span in snapped.bars]
    strokes = np.bincount(snapped.song * len(VOICES) + voice, minlength=len(songs) * len(VOICES))
    strokes = strokes.reshape(len(songs), -1).tolist()
    return list(map(SnappedSong, patterns, strokes, snapped.moved.tolist(), snapped.merged.tolist()))


def snap_strokes(songs: list[Song], grid: str | int) -> SnappedStrokes:
    """Songs on the grid. They are laid end to end on one time line, so that many cost hardly more calls than one."""
    begins, lines = _end_to_end(songs)
    lengths = [song.tick.size for song in songs]
    voice = np.concatenate([song.voice for song in songs])
    by_voice = voice.argsort(kind="stable")  # quick for bytes; and what is in order is quick to merge and settle
    which = np.arange(len(songs)).repeat(lengths)[by_voice]
    voice = voice[by_voice]
    begin = begins[which] * TICKS_PER_STEP
    tick = np.concatenate([song.tick for song in songs])[by_voice] + begin
    velocity = np.concatenate([song.velocity for song in songs])[by_voice].astype(np.int64)

    own = nearest_steps(tick)
    if grid == 64:
        line = own * TICKS_PER_STEP
        end = np.concatenate([song.end for song in songs])[by_voice] + begin
        own -= (line - tick == TICKS_PER_STEP // 2) & (end <= line)
    elif grid == "paper":
        own = _paper_steps(tick)
    kept = merge(voice, own, velocity)
    which, voice, own, tick, velocity = which[kept], voice[kept], own[kept], tick[kept], velocity[kept]
    step = cell = own
    if grid == "musical":
        cell = musical_steps(tick, lines)
        step = settle(voice, tick, cell, own)

    bar = lines.searchsorted(step, side="right") - 1
    off = np.minimum(tick - step * TICKS_PER_STEP, _MOST_TICKS_OFF)  # only the paper's rule can come to 2 steps
    return SnappedStrokes(
        which,
        voice,
        bar,
        step - lines[bar],
        off,
        velocity,
        widths=np.diff(lines, append=lines[-1]),
        meters=[meter for song in songs for meter in (*song.meters, COMMON_TIME)],
        bars=_struck(bar, songs),
        moved=np.bincount(which[step != cell], minlength=len(songs)),
        merged=lengths - np.bincount(which, minlength=len(songs)),
    )


def _end_to_end(songs: list[Song]) -> tuple[Int[np.ndarray, " song"], Int[np.ndarray, " line"]]:
    """Where songs begin, in steps, each on a quarter after the end of the one before; and all bar lines."""
    begins: list[int] = []
    lines: list[int] = []
    begin = 0
    for song in songs:
        begins.append(begin)
        lines += [begin + line for line in song.lines]
        begin = (lines[-1] // STEPS_PER_QUARTER + 1) * STEPS_PER_QUARTER
    return np.array(begins), np.array(lines)


def _struck(bar: Int[np.ndarray, " stroke"], songs: list[Song]) -> list[slice]:
    """The bars of each song, from the first that has a stroke to the last."""
    struck = np.flatnonzero(np.bincount(bar))
    ends = np.cumsum([len(song.lines) for song in songs])
    after = struck.searchsorted(ends)
    first, last = struck[np.append(0, after[:-1])], struck[after - 1]
    return list(map(slice, first.tolist(), (last + 1).tolist()))


def _patterns(cells: Float32[np.ndarray, "2 cell"], meters: list[Meter]) -> list[Pattern]:
    """Velocities and offsets, bar after bar, as patterns that look into the same memory."""
    patterns: list[Pattern] = []
    at = 0
    for meter, alike in groupby(meters):
        shape = (len(list(alike)), len(VOICES), cached_steps_per_bar(meter))
        velocity, offset = cells[:, at : at + math.prod(shape)].reshape(2, *shape)
        patterns += map(Pattern.trusted, velocity, offset, repeat(meter))
        at += math.prod(shape)
    return patterns


_PAPER_PLACES = np.array([0, 120, 160, 240, 320, 360, 480])  # ticks: quarter/4 and quarter/3
_PAPER_STEPS = _PAPER_PLACES * STEPS_PER_QUARTER // TICKS_PER_QUARTER
_PAPER_STEP_BY_TICK = _PAPER_STEPS[
    np.searchsorted((_PAPER_PLACES[1:] + _PAPER_PLACES[:-1]) / 2, np.arange(TICKS_PER_QUARTER), side="left")
]  # halfway goes to the earlier, as the authors' matrices show


def _paper_steps(tick: Int[np.ndarray, " stroke"]) -> Int[np.ndarray, " stroke"]:
    """The paper's rule: to the nearer of quarter/4 and quarter/3 from the file's beginning, cut down to a step."""
    quarter, within = np.divmod(tick, TICKS_PER_QUARTER)
    return quarter * STEPS_PER_QUARTER + _PAPER_STEP_BY_TICK[within]
