"""From patterns and a kit to sound: a performance is played at once on a `Mixdown`, which mixes its strokes.

The sounds of a voice make its stem; the mix is the sum of the stems.
"""

from collections.abc import Iterable, Sequence
from typing import overload

import numpy as np

from clave.errors import RenderError
from clave.music.arguments import checked
from clave.music.clip import Clip
from clave.music.kit import VOICES, Kit
from clave.music.pattern import Pattern
from clave.music.shapes import Float32
from clave.play.mixdown import Gains, Mixdown, Tail
from clave.play.performance import Performance
from clave.play.produced import played_sounds, produced_rows, produced_stems
from clave.play.scheduler import send_all
from clave.play.sequencer import MAX_LEVEL, stereo_gains

UNITY: tuple[float, ...] = (1.0,) * len(VOICES)


@overload
def render(patterns: Performance, *, tail: Tail = "cut") -> Clip: ...


@overload
def render(
    patterns: Iterable[Pattern],
    kit: Kit,
    tempo_bpm: float = 120.0,
    swing: float = 0.5,
    *,
    levels: Sequence[float] = UNITY,
    tail: Tail = "cut",
) -> Clip: ...


@checked(RenderError)
def render(
    patterns: Iterable[Pattern] | Performance,
    kit: Kit | None = None,
    tempo_bpm: float = 120.0,
    swing: float = 0.5,
    *,
    levels: Sequence[float] = UNITY,
    tail: Tail = "cut",
) -> Clip:
    """A performance, or these bars played on this kit, in mono; each sound is played as its origin says.

    The performance of a project goes through its filters, room and bus (`clave/play/produced.py`), at the loudness of
    a project. Bars on a kit are mixed as they are.

    `levels` is linear, one a voice, in [0, 2]; a performance has its own. The clip lasts exactly as long as the bars,
    to the nearest sample, unless the tail may ring. A mix that would exceed full scale is made quieter as a whole.

    `tail="cut"` fades the last 5 ms; strokes before time 0 sound at 0. `tail="wrap"` carries what rings past the end to
    the beginning, and strokes before time 0 to the end: a loop without a seam. `tail="ring"` adds the time it takes
    to ring out.

    Raises RenderError for no bars, a tempo, swing or level out of range, or a kit of several sample rates.
    """
    if isinstance(patterns, Performance):
        if patterns.production is not None:
            (row,) = produced_rows(patterns, tail, mono=True)
            return Clip(row, patterns.sample_rate)
        return mix(performance_stems(patterns, tail=tail))
    if kit is None:
        raise RenderError("bars are played on a kit; only a performance has its own")
    _check_levels(levels)
    performance = Performance.of_patterns(patterns, kit, tempo_bpm, swing)
    (row,) = _mixed(performance, tail, 1, lambda strike: (levels[strike.voice],))
    return Clip(row / max(1.0, float(np.abs(row).max())), performance.sample_rate)


def performance_stems(performance: Performance, *, tail: Tail = "cut") -> tuple[Clip, ...]:
    """A performance as one clip a voice, at the level of its mix, all equally long; their sum is `render`'s mix.

    Of a project, each has its filter, its part of the room, and the gains of the bus, which are those of the mix.
    """
    if performance.production is not None:
        return tuple(Clip(row, performance.sample_rate) for (row,) in produced_stems(performance, tail, mono=True))
    rows = _mixed(
        performance, tail, len(VOICES), lambda strike: _one_hot(strike.voice, strike.level * performance.volume)
    )
    return tuple(Clip(row, performance.sample_rate) for row in rows)


def render_stereo(performance: Performance, *, tail: Tail = "cut") -> tuple[Clip, Clip]:
    """The left and the right channel of a performance; both are made quieter together if one exceeds full scale."""
    if performance.production is not None:
        rows = produced_rows(performance, tail)
        return Clip(rows[0], performance.sample_rate), Clip(rows[1], performance.sample_rate)
    rows = _mixed(performance, tail, 2, lambda strike: stereo_gains(strike.level * performance.volume, strike.pan))
    left, right = rows / max(1.0, float(np.abs(rows).max()))
    return Clip(left, performance.sample_rate), Clip(right, performance.sample_rate)


def stereo_stems(performance: Performance, *, tail: Tail = "cut") -> tuple[tuple[Clip, Clip], ...]:
    """The performance of a project as left and right of each voice; their sum is what `render_stereo` gives."""
    if performance.production is None:
        raise RenderError("only the performance of a project has stems in stereo")
    rate = performance.sample_rate
    return tuple((Clip(left, rate), Clip(right, rate)) for left, right in produced_stems(performance, tail))


def render_stems(
    patterns: Iterable[Pattern],
    kit: Kit,
    tempo_bpm: float = 120.0,
    swing: float = 0.5,
    *,
    tail: Tail = "cut",
) -> tuple[Clip, ...]:
    """The same bars as one clip a voice, in the order of VOICES, all equally long and at the level of the kit.

    Their sum is the mix, before it is made to fit full scale.
    """
    return performance_stems(Performance.of_patterns(patterns, kit, tempo_bpm, swing), tail=tail)


def mix(stems: Sequence[Clip], levels: Sequence[float] = UNITY) -> Clip:
    """The sum of the stems, each at its level; made quieter as a whole if it would exceed full scale."""
    _check_levels(levels)
    total = np.zeros(len(stems[0]), np.float32)
    for stem, level in zip(stems, levels, strict=True):
        total += np.float32(level) * stem.samples
    return Clip(total / max(1.0, float(np.abs(total).max())), stems[0].sample_rate)


def fitted(stems: Sequence[Clip]) -> tuple[Clip, ...]:
    """The same stems, turned down together if one of them or their sum would exceed full scale."""
    total = np.sum([stem.samples for stem in stems], axis=0)
    loudest = max(1.0, float(np.abs(total).max()), *(stem.peak for stem in stems))
    return tuple(stems) if loudest == 1 else tuple(Clip(stem.samples / loudest, stem.sample_rate) for stem in stems)


def _check_eight(what: str, row: Sequence[float]) -> None:
    if len(row) != len(VOICES):
        raise RenderError(f"{what} are {len(VOICES)} numbers, one a voice; got {len(row)}")


def _check_levels(levels: Sequence[float]) -> None:
    _check_eight("levels", levels)
    for level in levels:
        if not 0 <= level <= MAX_LEVEL:
            raise RenderError(f"a level lies in [0, {MAX_LEVEL:g}] (1 leaves the sound as it is), got {level}")


def _one_hot(voice: int, gain: float) -> tuple[float, ...]:
    return tuple(gain if voice == other else 0.0 for other in range(len(VOICES)))


def _mixed(performance: Performance, tail: Tail, rows: int, gains: Gains) -> Float32[np.ndarray, "channel sample"]:
    """The performance as rows of samples; `gains` says how loud a stroke is in each row."""
    mixdown = Mixdown(played_sounds(performance), gains, rows)
    send_all(performance, mixdown)
    return mixdown.mixed(performance.seconds, tail)
