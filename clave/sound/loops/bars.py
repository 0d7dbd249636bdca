"""Strokes in seconds to bars: each snaps to the grid and keeps the rest as its offset, the feel."""

from collections.abc import Sequence

import numpy as np

from clave.music.pattern import MAX_OFFSET, Pattern, Stroke
from clave.music.units import seconds_per_step, steps_per_bar
from clave.sound.loops.bar_lines import BarGrid, cells_of
from clave.sound.loops.strokes import LoopStroke

WHOLE = 0.1  # of a bar: what is left of the file after the last whole bar, and counts for none


def bars_of(
    strokes: Sequence[LoopStroke], grid: BarGrid, length_s: float, count: int | None = None
) -> tuple[tuple[Pattern, ...], tuple[str, ...]]:
    """The bars of a loop, and what was left out, in words.

    There are as many as the file is long, or `count`. Strokes before the first bar line or after the last bar are left
    out.
    """
    steps = steps_per_bar(grid.meter)
    seconds = np.array([stroke.seconds for stroke in strokes], np.float64)
    cell, _ = cells_of(seconds, grid)
    position = (seconds - grid.first_s) / seconds_per_step(grid.tempo_bpm)
    last = int(cell.max(initial=0)) // steps + 1
    bars = count or max(1, last, int((length_s - grid.first_s) / grid.bar_seconds + 1 - WHOLE))
    rows: list[list[Stroke]] = [[] for _ in range(bars)]
    outside = 0
    for stroke, at, exact in zip(strokes, cell.tolist(), position.tolist(), strict=True):
        bar = at // steps
        if not 0 <= bar < bars:
            outside += 1
            continue
        within = max(exact - bar * steps, -MAX_OFFSET)
        within = min(within, steps - 1e-6)
        rows[bar].append(
            Stroke(stroke.voice, int(within // 1) if within >= 0 else 0, stroke.velocity, 0.0)._replace(
                offset=within - (int(within // 1) if within >= 0 else 0)
            )
        )
    said = (f"{outside} strokes before the first bar line or after the last bar left out",) if outside else ()
    return tuple(Pattern.from_strokes(row, grid.meter) for row in rows), said
