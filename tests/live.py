"""What tests of live playing share: a clock moved by hand, an output that keeps what it is given, performances."""

import numpy as np
from random_projects import asked_of

from clave.music.clip import Clip
from clave.music.kit import VOICES, Kit
from clave.music.pattern import Pattern
from clave.play.arrange import arrange
from clave.play.output import QueuedStep
from clave.play.performance import Performance, Strike
from clave.play.project import BarPattern, Given, Project, Scene, TempoChange

TEMPO_MAPS = {
    "constant": (TempoChange(bar=0, tempo_bpm=97.3),),
    "steps": (TempoChange(bar=0, tempo_bpm=97.3), TempoChange(bar=2, tempo_bpm=180)),
    "ramp": (TempoChange(bar=0, tempo_bpm=80), TempoChange(bar=3, tempo_bpm=160, ramp=True)),
}
"""The three kinds there are."""


class HandClock:
    """Shows what it is set to."""

    def __init__(self, seconds: float = 1000.0) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        return self.seconds


class Recorder:
    """Keeps what it is given, with the time at which it was given it."""

    def __init__(self, clock: HandClock | None = None) -> None:
        self.clock = clock or HandClock()
        self.strikes: list[tuple[float, Strike]] = []
        self.steps: list[QueuedStep] = []
        self.given: list[tuple[float, float]] = []  # when, for when
        self.silenced: list[float] = []
        self.released: list[float] = []

    def strike(self, strike: Strike, seconds: float) -> None:
        self.strikes.append((seconds, strike))
        self.given.append((self.clock(), seconds))

    def step(self, queued: QueuedStep) -> None:
        self.steps.append(queued)
        self.given.append((self.clock(), queued.seconds))

    def release(self, now: float) -> None:
        self.released.append(now)

    def silence(self, now: float) -> None:
        self.silenced.append(now)


def given(*strokes: tuple[int, int, float, float], meter: tuple[int, int] = (4, 4)) -> Given:
    return Given(pattern=BarPattern(meter=meter, strokes=strokes))


def performance(
    *bars: Given, tempo: tuple[TempoChange, ...] = TEMPO_MAPS["constant"], swing: float = 0.5
) -> Performance:
    project = Project(scene=Scene(bars=bars, tempo=tempo, swing=swing))
    return arrange(project, asked_of(project, len(bars)))


def busy_bars(count: int, seed: int = 0) -> tuple[Given, ...]:
    """Bars with many strokes off their steps, one of them in another meter."""
    rng = np.random.default_rng(seed)
    found: list[Given] = []
    for bar in range(count):
        meter, steps = ((3, 4), 48) if bar == 1 else ((4, 4), 64)
        cells = np.argwhere(rng.random((8, steps)) < 0.05).tolist()
        strokes = [(voice, step, float(rng.uniform(0.1, 1)), float(rng.uniform(-2, 1.9))) for voice, step in cells]
        found.append(given(*strokes, meter=meter))
    return tuple(found)


def ringing_kit() -> Kit:
    """Eight sounds that stay at 0.25 for a second."""
    return Kit((Clip(np.full(44_100, 0.25, np.float32)),) * len(VOICES))


def one_bar(*strokes: tuple[int, int], meter: tuple[int, int] = (4, 4)) -> Pattern:
    """A bar with these strokes, voice and step, on the grid and as loud as can be."""
    hits = np.zeros((len(VOICES), Pattern.empty(meter).steps), bool)
    for voice, step in strokes:
        hits[voice, step] = True
    return Pattern.from_hits(hits, hits.astype(np.float32), meter=meter)
