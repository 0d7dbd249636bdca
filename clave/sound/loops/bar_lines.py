"""Tempo and bar line of a loop: of all grids over its strokes, the one that a rhythm space finds likeliest.

    strokes -> tempi that fit the length or the strokes -> each with its phases -> log posterior -> the best, refined

The log posterior of a grid adds up: how likely the bars are under the map of the space (the strokes as they were
recognised, uncertain ones in part), how near the strokes lie to 16ths and triplets, and what loops are like: they
last a whole number of bars, and begin with a bar line.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from clave.music.kit import VOICES
from clave.music.pattern import musical_steps
from clave.music.shapes import Float32, Float64, Int
from clave.music.units import (
    COMMON_TIME,
    STEPS_PER_QUARTER,
    TICKS_PER_STEP,
    Meter,
    seconds_per_step,
    steps_per_bar,
)
from clave.rhythm.map_search import MapSearch

MIN_BPM, MAX_BPM = 60.0, 200.0  # of a tempo that is looked for
TEMPI = 700  # evenly spaced in log tempo: 0.17 % from one to the next
PERIODIC = 14  # of these, the tempi kept that fit the strokes best
BARS = range(1, 17)  # how many a loop may have
PHASE_TOLERANCE = 0.04  # seconds that a stroke may come before the bar line it belongs to
DEVIATIONS = (
    (0.6, 0.010),
    (0.3, 0.030),
)  # share and width (seconds) of the normal distributions of strokes on the grid
OUTLIERS = 0.1  # strokes that lie anywhere, with a density of 1 a second
BAR_WEIGHT, GRID_WEIGHT, CUT_WEIGHT = 0.3, 0.25, 1.5  # of the parts of the posterior, chosen on 120 other loops:
PER_BAR = 2.0  # nats; strokes rush or drag together, and bars of a loop are alike, so that they count for less
REFINED_SECONDS = 0.04  # strokes so near to a grid refine it
LATTICE_STRIDE = 9  # every so-manieth point of the map's lattice is enough to compare grids

STARTS_SHARE, ENDS_SHARE = 0.7, 0.7  # of loops whose file begins with a bar line, and ends with one
STROKE_SHARE = 0.2  # whose first stroke is on a bar line, after silence
CUT_SECONDS = 0.008  # how exactly files are cut there
ANYWHERE_PER_SECOND = 0.5  # density of a bar line elsewhere
BAR_SHARES = {1: 0.2, 2: 0.3, 3: 0.02, 4: 0.3, 6: 0.02, 8: 0.12, 12: 0.01, 16: 0.02}  # of loops with so many bars
OTHER_BAR_SHARE = 0.003
MEAN_BPM, TEMPO_OCTAVES = 116.0, 0.5  # a normal distribution of log tempo
LOG_OTHER_METER = -4.0  # a meter other than 4/4


@dataclass(frozen=True)
class BarGrid:
    """Where bars lie in a loop."""

    tempo_bpm: float
    first_s: float  # the first bar line; strokes may come a little before it
    meter: Meter = COMMON_TIME
    log_posterior: float = 0.0  # nats, up to a constant

    @property
    def bar_seconds(self) -> float:
        """Duration of a bar."""
        return steps_per_bar(self.meter) * seconds_per_step(self.tempo_bpm)


@dataclass(frozen=True, eq=False)
class Evidence:
    """The strokes of a loop as far as they are known."""

    seconds: Float64[np.ndarray, " stroke"]
    voices: Float32[np.ndarray, "stroke voice"]  # probabilities
    length_s: float  # of the file

    @property
    def weight(self) -> Float32[np.ndarray, " stroke"]:
        """How surely each is a stroke."""
        return self.voices.max(axis=1, initial=0)


@dataclass(frozen=True)
class Given:
    """What a person said of the grid; None: to be found."""

    tempo_bpm: float | None = None
    meter: Meter | None = None
    bars: int | None = None
    first_s: float | None = None


def find_grids(
    evidence: Evidence, searches: Sequence[tuple[Meter, MapSearch]], given: Given = Given()
) -> list[BarGrid]:
    """Grids in the order of their posteriors, the best first, those that differ by less than 1 % once."""
    found = list[BarGrid]()
    for meter, search in searches:
        cut = list(_candidates(evidence, meter, given))
        grids = _distinct([*cut, *(_refined(evidence, grid, given) for grid in cut)])
        for grid, score in zip(grids, _log_posteriors(evidence, grids, search, given), strict=True):
            found.append(replace(grid, log_posterior=float(score)))
    return sorted(found, key=lambda grid: -grid.log_posterior)


# ---- candidates


def _candidates(evidence: Evidence, meter: Meter, given: Given) -> Iterator[BarGrid]:
    for tempo_bpm in _tempi(evidence, meter, given):
        for first_s in _first_bar_lines(evidence, tempo_bpm, meter, given):
            yield BarGrid(tempo_bpm, first_s, meter)


def _tempi(evidence: Evidence, meter: Meter, given: Given) -> list[float]:
    """Tempi at which the file lasts whole bars, and those that fit the strokes."""
    if given.tempo_bpm is not None:
        return [given.tempo_bpm]
    quarters = steps_per_bar(meter) / STEPS_PER_QUARTER
    starts = {0.0, float(evidence.seconds[0])} if given.first_s is None else {given.first_s}
    counts = BARS if given.bars is None else [given.bars]
    by_length = [60 * quarters * count / (evidence.length_s - start) for start in starts for count in counts]
    if given.bars is not None:
        return by_length
    return [bpm for bpm in by_length if MIN_BPM <= bpm <= MAX_BPM] + _periodic_tempi(evidence)


def _periodic_tempi(evidence: Evidence) -> list[float]:
    """The tempi in whose quarters, eighths and 16ths or triplets the strokes are the most regular."""
    bpm = np.geomspace(MIN_BPM, MAX_BPM, TEMPI)
    weight = evidence.weight / max(float(evidence.weight.sum()), 1e-9)
    turns = evidence.seconds[:, None] * (bpm / 60)

    def regular(parts: int) -> Float64[np.ndarray, " tempo"]:
        return np.abs((weight[:, None] * np.exp(2j * np.pi * parts * turns)).sum(axis=0))

    score = 0.5 * regular(1) + regular(2) + np.maximum(regular(4), regular(3))
    peaks = np.flatnonzero((score >= np.roll(score, 1)) & (score >= np.roll(score, -1)))
    return bpm[peaks[np.argsort(-score[peaks])][:PERIODIC]].tolist()


def _first_bar_lines(evidence: Evidence, tempo_bpm: float, meter: Meter, given: Given) -> list[float]:
    """The start of the file, the first stroke, and each 16th of the bar at which strokes are regular."""
    if given.first_s is not None:
        return [given.first_s]
    step = seconds_per_step(tempo_bpm)
    bar, sixteenth = steps_per_bar(meter) * step, 4 * step
    turns = np.exp(2j * np.pi * evidence.seconds / sixteenth) * evidence.weight
    phase = float(np.angle(turns.sum())) / (2 * np.pi) * sixteenth
    first = float(evidence.seconds[0])
    places = [0.0, first, *(phase + n * sixteenth for n in range(steps_per_bar(meter) // 4))]
    return [_last_before(place, bar, first) for place in places]


def _last_before(place: float, bar: float, first: float) -> float:
    """The last bar line that the first stroke does not come before."""
    return float(place + bar * np.floor((first + PHASE_TOLERANCE - place) / bar))


def _refined(evidence: Evidence, grid: BarGrid, given: Given) -> BarGrid:
    """The grid moved and stretched so that the strokes lie nearest to it; as much of it as nobody has given."""
    low, high = (MIN_BPM, MAX_BPM) if given.bars is None else (MIN_BPM / 2, 2 * MAX_BPM)
    for _ in range(2):
        step = seconds_per_step(grid.tempo_bpm)
        cell, deviation = cells_of(evidence.seconds, grid)
        near = np.abs(deviation) * step < REFINED_SECONDS
        if near.sum() < 3:
            return grid
        weight, at, seconds = evidence.weight[near], cell[near].astype(float), evidence.seconds[near]
        mean = np.average(at, weights=weight)
        spread = np.average((at - mean) ** 2, weights=weight)
        slope = step
        if given.tempo_bpm is None and given.bars is None and spread > STEPS_PER_QUARTER**2:
            slope = float(np.average((at - mean) * seconds, weights=weight) / spread)
            slope = float(np.clip(slope, 0.98 * step, 1.02 * step))
        first = grid.first_s
        if given.first_s is None:
            first = float(np.average(seconds, weights=weight) - slope * mean)
        tempo = float(np.clip(60 / slope / STEPS_PER_QUARTER, low, high))
        grid = replace(grid, tempo_bpm=tempo, first_s=first)
    return grid


def _distinct(grids: Sequence[BarGrid]) -> list[BarGrid]:
    kept: dict[tuple[int, int], BarGrid] = {}
    for grid in grids:
        kept.setdefault((round(np.log(grid.tempo_bpm) / 0.001), round(grid.first_s / 0.004)), grid)
    return list(kept.values())


# ---- the posterior


def cells_of(
    seconds: Float64[np.ndarray, " stroke"], grid: BarGrid
) -> tuple[Int[np.ndarray, " stroke"], Float64[np.ndarray, " stroke"]]:
    """The step of each stroke, counted from the first bar line, and how far it lies from it, in steps."""
    steps = steps_per_bar(grid.meter)
    position = (seconds - grid.first_s) / seconds_per_step(grid.tempo_bpm)
    tick = np.rint(position * TICKS_PER_STEP).astype(np.int64)
    count = int(max(tick.max(initial=0), 0) // (steps * TICKS_PER_STEP)) + 3
    cell = musical_steps(tick, np.arange(-2, count) * steps)
    cell = np.where((cell < 0) & (position > -STEPS_PER_QUARTER / 2), 0, cell)
    return cell, position - cell


def _log_posteriors(
    evidence: Evidence, grids: Sequence[BarGrid], search: MapSearch, given: Given
) -> Float64[np.ndarray, " grid"]:
    points = slice(None, None, LATTICE_STRIDE)
    logit = search.logit[points].reshape(len(search.points[points]), -1)
    silent = search.log_prior[points] - np.logaddexp(0, logit).sum(axis=1)
    silent = silent - np.logaddexp.reduce(search.log_prior[points].astype(np.float64))
    bars = [soft_bars(evidence, grid) for grid in grids]
    rows = np.concatenate(bars).reshape(sum(map(len, bars)), -1)
    likely = np.logaddexp.reduce((rows @ logit.T + silent).astype(np.float64), axis=1)
    ends = np.cumsum([0, *map(len, bars)])
    by_grid = np.add.reduceat(likely, ends[:-1])
    quarters = np.array([len(each) * steps_per_bar(grid.meter) for each, grid in zip(bars, grids, strict=True)])
    by_grid = BAR_WEIGHT * by_grid + PER_BAR * quarters / steps_per_bar(COMMON_TIME)
    return by_grid + np.array([_log_prior(evidence, grid, given) for grid in grids])


def soft_bars(evidence: Evidence, grid: BarGrid) -> Float32[np.ndarray, "bar voice step"]:
    """The probability of a stroke in each cell."""
    steps = steps_per_bar(grid.meter)
    cell, _ = cells_of(evidence.seconds, grid)
    inside = cell >= 0
    bars = np.zeros((int(cell.max(initial=0)) // steps + 1, len(VOICES), steps), np.float32)
    for at, row in zip(cell[inside].tolist(), evidence.voices[inside], strict=True):
        place = bars[at // steps, :, at % steps]
        np.maximum(place, row, out=place)
    return bars


def _log_prior(evidence: Evidence, grid: BarGrid, given: Given) -> float:
    """How near strokes lie to the grid, and how far it is like that of other loops."""
    _, deviation = cells_of(evidence.seconds, grid)
    near = sum(share * _density(deviation * seconds_per_step(grid.tempo_bpm), width) for share, width in DEVIATIONS)
    log_near = GRID_WEIGHT * float((evidence.weight * np.log(near + OUTLIERS)).sum())
    octaves = np.log2(grid.tempo_bpm / MEAN_BPM) / TEMPO_OCTAVES
    score = log_near - 0.5 * float(octaves**2)
    if grid.meter != COMMON_TIME and given.meter is None:
        score += LOG_OTHER_METER
    return score + CUT_WEIGHT * _log_cut(evidence, grid)


def _log_cut(evidence: Evidence, grid: BarGrid) -> float:
    """The log density of where the file begins and ends, among bars."""
    bars = (evidence.length_s - grid.first_s) / grid.bar_seconds
    count = max(1, round(bars))
    begins = (
        STARTS_SHARE * _density(grid.first_s)
        + STROKE_SHARE * _density(grid.first_s - float(evidence.seconds[0]))
        + (1 - STARTS_SHARE - STROKE_SHARE) * ANYWHERE_PER_SECOND
    )
    end_s = (bars - count) * grid.bar_seconds
    ends = ENDS_SHARE * BAR_SHARES.get(count, OTHER_BAR_SHARE) * _density(end_s)
    ends += (1 - ENDS_SHARE) * ANYWHERE_PER_SECOND
    return float(np.log(begins) + np.log(ends))


def _density(seconds: Any, width: float = CUT_SECONDS) -> Any:
    """Of a normal distribution around 0."""
    return np.exp(-0.5 * (seconds / width) ** 2) / (width * (2 * np.pi) ** 0.5)
