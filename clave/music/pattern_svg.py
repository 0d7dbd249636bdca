"""Bars as an SVG drawing: a grid of voices by 16ths, velocity as height, and a thin mark where each stroke sounds."""

from collections.abc import Sequence
from html import escape
from typing import Protocol, runtime_checkable

import numpy as np

from clave.music.kit import VOICES
from clave.music.shapes import Float32
from clave.music.units import STEPS_PER_QUARTER, STEPS_PER_SIXTEENTH, Meter, steps_per_bar

BARS_PER_ROW = 2
CELL, GAP = 16.0, 2.0  # px: one 16th of one voice, and the space between two cells
NAMES = 88.0  # px for the names of the voices, left of each row
MARGIN = 16.0  # px around everything
BETWEEN_BARS, BETWEEN_ROWS = 12.0, 26.0  # px; the bar number stands between the rows
TICK = 2.5  # px: width of a stroke off the 16ths
STEP = CELL / STEPS_PER_SIXTEENTH

INK, QUIET = "#e8e9ee", "#8b8f9c"
GROUND, CELL_ON_BEAT, CELL_OFF_BEAT = "#0f1014", "#262933", "#1b1e26"


@runtime_checkable
class Bar(Protocol):
    """What can be drawn: a pattern, or anything else with its three fields."""

    @property
    def velocity(self) -> Float32[np.ndarray, "voice step"]: ...  # noqa: D102

    @property
    def offset(self) -> Float32[np.ndarray, "voice step"]: ...  # noqa: D102

    @property
    def meter(self) -> Meter: ...  # noqa: D102


def svg(bars: Sequence[Bar]) -> str:
    """The bars as one SVG drawing, two in a row, numbered from 1; no bars give an empty frame."""
    per_row = max(1, min(BARS_PER_ROW, len(bars)))
    widths = [steps_per_bar(bar.meter) * STEP for bar in bars]
    rows = [range(start, min(start + per_row, len(bars))) for start in range(0, len(bars), per_row)]
    row_width = max((sum(widths[n] + BETWEEN_BARS for n in row) for row in rows), default=0.0)
    row_height = len(VOICES) * CELL + BETWEEN_ROWS
    width, height = NAMES + row_width + 2 * MARGIN - BETWEEN_BARS, len(rows) * row_height + MARGIN
    strokes = sum(int((bar.velocity > 0).sum()) for bar in bars)
    title = f"{len(bars)} {'bar' if len(bars) == 1 else 'bars'} of drums, {strokes} strokes"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img" font-family="system-ui, sans-serif" font-size="10">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width:g}" height="{height:g}" rx="8" fill="{GROUND}"/>',
    ]
    for line, row in enumerate(rows):
        top = MARGIN + line * row_height + BETWEEN_ROWS / 2
        parts += _names(top)
        left = MARGIN + NAMES
        for n in row:
            parts.append(f'<text x="{left:g}" y="{top - 6:g}" fill="{QUIET}">{n + 1}</text>')
            parts += _bar(bars[n], left, top)
            left += widths[n] + BETWEEN_BARS
    return "\n".join([*parts, "</svg>", ""])


def _names(top: float) -> list[str]:
    middle = CELL / 2 + 3.5
    return [
        f'<text x="{MARGIN:g}" y="{top + voice.index * CELL + middle:g}" fill="{INK}">{escape(voice.name)}</text>'
        for voice in VOICES
    ]


def _bar(bar: Bar, left: float, top: float) -> list[str]:
    """Empty cells first, as two strips a voice; strokes over them, in the colour of their voice."""
    cells = range(0, steps_per_bar(bar.meter), STEPS_PER_SIXTEENTH)
    parts: list[str] = []
    for on_beat, colour in ((True, CELL_ON_BEAT), (False, CELL_OFF_BEAT)):
        path = "".join(
            f"M{left + step * STEP:g} {top + voice.index * CELL:g}h{CELL - GAP:g}v{CELL - GAP:g}h{GAP - CELL:g}z"
            for voice in VOICES
            for step in cells
            if (step % STEPS_PER_QUARTER == 0) is on_beat
        )
        parts.append(f'<path fill="{colour}" d="{path}"/>')
    for voice in VOICES:
        floor = top + voice.index * CELL + CELL - GAP
        for step in np.flatnonzero(bar.velocity[voice.index]):
            velocity = float(bar.velocity[voice.index, step])
            tall = max(2.0, velocity * (CELL - GAP))
            place = left + (int(step) + float(bar.offset[voice.index, step])) * STEP
            if step % STEPS_PER_SIXTEENTH == 0:
                x = left + int(step) * STEP
                parts.append(_box(x, floor - tall, CELL - GAP, tall, voice.colour, 0.45 + 0.4 * velocity))
            parts.append(_box(place, floor - tall, TICK, tall, voice.colour, 1.0))
    return parts


def _box(x: float, y: float, width: float, height: float, colour: str, opacity: float) -> str:
    return (
        f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:g}" height="{height:.2f}" rx="1" '
        f'fill="{colour}" opacity="{opacity:.2f}"/>'
    )
