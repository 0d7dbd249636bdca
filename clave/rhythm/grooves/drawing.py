"""From template to bars: layers are chosen for a take, then each bar of the take is played anew."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from clave.errors import GrooveError
from clave.music.kit import VOICES, voice
from clave.music.pattern import MAX_OFFSET, Pattern
from clave.music.shapes import Bool, Float
from clave.music.units import STEPS_PER_SIXTEENTH, TICKS_PER_STEP, steps_per_bar, swing_steps
from clave.rhythm.grooves.notation import Grid, Style
from clave.rhythm.grooves.styles import style as style_of

SECTIONS = ("beat", "fill")
MIN_VELOCITY = 6  # of 127
_CLOSED, _OPEN = voice("closed hi-hat").index, voice("open hi-hat").index


@dataclass(frozen=True)
class Take:
    """One way of playing a style: the layers that are there, and how it swings. Its bars differ by chance strokes."""

    style: Style
    layers: tuple[tuple[int, int], ...]  # which layers of the beat, and which grid of each
    turned: bool
    swing: float
    loudness: float  # of the whole take; 1 is as written


def take(style: str | Style, rng: Generator) -> Take:
    """Choose the layers, and a grid of each; which way round; how it swings."""
    of = style_of(style) if isinstance(style, str) else style
    layers = tuple(
        (number, int(rng.integers(len(layer.grids))))
        for number, layer in enumerate(of.beat)
        if rng.random() < layer.chance
    )
    turned = bool(rng.random() < of.turned)
    return Take(of, layers, turned, float(rng.uniform(*of.feel.swing)), float(rng.normal(1.0, of.feel.lively)))


def play(take: Take, rng: Generator, section: str = "beat") -> Pattern:
    """A bar of this take; a fill begins as the beat and ends as one of the style's fills."""
    if section not in SECTIONS:
        raise GrooveError(f"a groove plays {' or '.join(SECTIONS)}, got the section {section!r}")
    style, steps = take.style, steps_per_bar(take.style.meter)
    bar = _Bar(np.zeros((len(VOICES), steps)), np.zeros((len(VOICES), steps)), np.zeros((len(VOICES), steps), bool))
    for layer, grid in take.layers:
        bar.strike(style.beat[layer].grids[grid], rng, shift=steps // 2 if take.turned else 0)
    if section == "fill":
        fill = style.fill[int(rng.integers(len(style.fill)))]
        bar.loudness[[row for row in range(len(VOICES)) if row not in fill.keeps], fill.start :] = 0.0
        bar.strike(fill.grids[int(rng.integers(len(fill.grids)))], rng)
    hits = bar.loudness > 0
    hits[_CLOSED] &= ~hits[_OPEN]  # one pair of hats

    feel, step = style.feel, np.arange(steps)
    sixteenth = (step + STEPS_PER_SIXTEENTH // 2) // STEPS_PER_SIXTEENTH % 4
    offset = np.where(bar.swings, swing_steps(bar.place, take.swing), bar.place) - step
    offset += np.array(feel.sixteenths)[sixteenth] + np.array(feel.late)[:, None]
    offset += rng.normal(0.0, 1.0, hits.shape).clip(-3, 3) * feel.loose
    velocity = bar.loudness * take.loudness + rng.normal(0.0, 1.0, hits.shape) * feel.lively
    # as MIDI has them: velocities in 127ths, offsets in ticks
    velocity = np.rint(velocity * 127).clip(MIN_VELOCITY, 127) / 127
    last = MAX_OFFSET * TICKS_PER_STEP
    offset = np.rint(offset * TICKS_PER_STEP).clip(-last, last - 1) / TICKS_PER_STEP
    return Pattern.from_hits(hits, velocity, offset, style.meter)


def draw(style: str | Style, rng: Generator, section: str = "beat") -> Pattern:
    """A bar of a take of its own. Raises GrooveError for a style or a section that is not there."""
    return play(take(style, rng), rng, section)


def bars(style: str | Style, n: int, seed: int, section: str = "beat") -> list[Pattern]:
    """So many bars, each of a take of its own; the same seed gives the same bars."""
    rng = np.random.default_rng(seed)
    return [draw(style, rng, section) for _ in range(n)]


@dataclass(frozen=True)
class _Bar:
    """A bar that is being made: the strokes so far."""

    loudness: Float[np.ndarray, "voice step"]
    place: Float[np.ndarray, "voice step"]  # steps from the start of the bar, before swing
    swings: Bool[np.ndarray, "voice step"]

    def strike(self, grid: Grid, rng: Generator, shift: int = 0) -> None:
        """Strike each mark of a grid with its chance: of two on a step the louder stays, a rest clears it."""
        steps = self.loudness.shape[1]
        for mark in grid:
            if mark.chance < 1 and rng.random() >= mark.chance:
                continue
            where = mark.voice, (mark.step + shift) % steps
            if mark.loudness == 0:
                self.loudness[where] = 0.0
            elif mark.loudness > self.loudness[where]:
                self.loudness[where] = mark.loudness
                self.place[where] = (mark.position + shift) % steps
                self.swings[where] = mark.swings
