"""Attributes of a bar: density, syncopation, swing and loudness, computed from its strokes.

`attribute_shift` moves a bar along them.

**density**: strokes a quarter.

**syncopation**, a quarter: a kick or a snare is syncopated where it falls silent on something stronger: among the
places of the bar from this stroke to the next of its stream, the strongest is stronger than the stroke's own. This is
the pair (note, rest) of Longuet-Higgins and Lee (The Rhythmic Interpretation of Monophonic Music, 1984). It counts for

    S = (weight of that place - weight of the stroke) + I

with the weights of Witek, Clarke, Wallentin, Kringelbach and Vuust (Syncopation, Body-Movement and Pleasure in Groove
Music, PLOS ONE 2014): the bar line has 0, a beat -1, what divides a beat -2, a 16th between -3; and I says which drum
sounds there instead: 2 where a snare answers a kick, 1 where a kick answers a snare, 5 where the hi-hats sound
alone. Silence, which their table does not list, counts as 5 too. They also count a pair of equal weights; we do not, as
every rock beat would be full of them.

**swing**: when the second of two 16ths comes, as a share of both: 0.5 is straight, 2/3 a triplet. It is the mean over
the bar's second 16ths, measured from the first ones, so that a drummer who plays everything late does not swing.
Where more strokes lie on the last of an eighth-note triplet than on second 16ths, or none on these, it is the second of
two 8ths instead. It lies in [0.25, 0.75], as everywhere in Clave. A bar without any such second cannot swing: 0.5.

**loudness**: the mean velocity of the strokes; 0 for silence.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np

from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.music.shapes import Bool, Float32, Float64, Int
from clave.music.units import (
    MAX_SWING,
    MIN_SWING,
    STEPS_PER_QUARTER,
    STEPS_PER_SIXTEENTH,
    STEPS_PER_WHOLE,
    Meter,
    steps_per_bar,
)

NAMES = ("density", "syncopation", "swing", "loudness")

KICK, SNARE, HAT = range(3)  # the three streams of Witek et al.
_STREAM_OF = {"kick": KICK, "snare": SNARE, "tom": SNARE, "clap": SNARE}  # what keeps time is with the hi-hats
STREAM = np.array([_STREAM_OF.get(voice.name, HAT) for voice in VOICES])  # by voice
ANSWERED = np.array([2, 1])  # I where a snare answers the kick, a kick the snare
UNANSWERED = 5  # I where the hi-hat is alone

STRAIGHT = 0.5
SIXTEENTHS, EIGHTHS = 2 * STEPS_PER_SIXTEENTH, STEPS_PER_QUARTER  # steps: how long two of them last
LAST_OF_TRIPLET = 11  # of a quarter's 16 steps; see pattern.musical_steps


def measure(patterns: Sequence[Pattern]) -> Float64[np.ndarray, "bar attribute"]:
    """Density, syncopation, swing and loudness of bars of any meters, in the order of NAMES."""
    measured = np.empty((len(patterns), len(NAMES)))
    for meter in {pattern.meter for pattern in patterns}:
        rows = [row for row, pattern in enumerate(patterns) if pattern.meter == meter]
        velocity = np.stack([patterns[row].velocity for row in rows])
        offset = np.stack([patterns[row].offset for row in rows])
        measured[rows] = measure_bars(velocity, offset, meter)
    return measured


def measure_bars(
    velocity: Float32[np.ndarray, "bar voice step"], offset: Float32[np.ndarray, "bar voice step"], meter: Meter
) -> Float64[np.ndarray, "bar attribute"]:
    """The same for bars of one meter."""
    hits = velocity > 0
    strokes = hits.sum(axis=(1, 2))
    quarters = steps_per_bar(meter) / STEPS_PER_QUARTER
    return np.stack(
        [
            strokes / quarters,
            syncopation(onsets(hits, meter), meter),
            swing(hits, offset, meter),
            velocity.sum(axis=(1, 2), dtype=np.float64) / np.maximum(strokes, 1),
        ],
        axis=1,
    )


@cache
def places(meter: Meter) -> Int[np.ndarray, " step"]:
    """The 16th of the bar that each step counts as.

    It is the nearest, halfway the earlier; but the last of an eighth-note triplet is the second 8th, swung.
    """
    step = np.arange(steps_per_bar(meter))
    place = (step + STEPS_PER_SIXTEENTH // 2 - 1) // STEPS_PER_SIXTEENTH
    if not _is_compound(meter):
        place[step % STEPS_PER_QUARTER == LAST_OF_TRIPLET] -= 1
    return place % _sixteenths(meter)  # just before the bar line it announces the next bar


@cache
def weights(meter: Meter) -> Int[np.ndarray, " place"]:
    """How strong each 16th of the bar is: 0 at the bar line, -1 on a beat, less for every division of it."""
    sixteenths = _sixteenths(meter)
    unit = max(1, STEPS_PER_WHOLE // meter[1] // STEPS_PER_SIXTEENTH)
    periods = [sixteenths, 3 * unit] if _is_compound(meter) else [sixteenths]
    while unit >= 1:
        periods.append(unit)
        unit //= 2
    place = np.arange(sixteenths)
    return -np.argmax([place % period == 0 for period in periods], axis=0)  # the longest that it begins


def onsets(hits: Bool[np.ndarray, "bar voice step"], meter: Meter) -> Int[np.ndarray, "bar stream place"]:
    """How many strokes of kick, snare and hi-hats, each with what goes with it, fall on each 16th of the bar."""
    voices = (np.arange(3)[:, None] == STREAM).astype(np.float32)
    steps = (places(meter)[:, None] == np.arange(_sixteenths(meter))).astype(np.float32)
    return (voices @ (hits.astype(np.float32) @ steps)).astype(np.int64)


def syncopation(strokes: Int[np.ndarray, "bar stream place"], meter: Meter) -> Float64[np.ndarray, " bar"]:
    """The sum of S over the syncopated strokes of kick and snare, a quarter; see `onsets`."""
    weight = weights(meter)
    drums = strokes[:, :HAT] > 0
    answers = np.where(drums[:, ::-1], ANSWERED[:, None], UNANSWERED)
    twice = [np.concatenate([each, each], axis=-1) for each in (drums, weight, answers)]  # the bar goes round
    silent = drums.copy()  # since a stroke here
    strongest = np.full(drums.shape, weight.min() - 1)
    counts = np.zeros_like(strongest)
    for ahead in range(1, len(weight)):
        struck, there, answer = (each[..., ahead : ahead + len(weight)] for each in twice)
        silent &= ~struck
        stronger = silent & (there > strongest)
        np.copyto(strongest, there, where=stronger)
        np.copyto(counts, there - weight + answer, where=stronger)
    quarters = len(weight) * STEPS_PER_SIXTEENTH / STEPS_PER_QUARTER
    return np.where(drums & (strongest > weight), counts, 0).sum(axis=(1, 2)) / quarters


def swing(
    hits: Bool[np.ndarray, "bar voice step"], offset: Float32[np.ndarray, "bar voice step"], meter: Meter
) -> Float64[np.ndarray, " bar"]:
    """When the second of two 16ths comes, or of two 8ths: a share of both, 0.5 where nothing can swing."""
    by_step = hits.sum(axis=1)
    lateness = np.where(hits, offset, 0).sum(axis=1, dtype=np.float64)
    share = np.empty((2, len(hits)))
    for row, pair in enumerate((SIXTEENTHS, EIGHTHS)):
        first, second = seconds(meter, pair)
        since = np.arange(len(second)) % pair
        seconds_count, firsts_count = by_step[:, second].sum(axis=1), by_step[:, first].sum(axis=1)
        late = lateness[:, first].sum(axis=1) / np.maximum(firsts_count, 1)
        place = (by_step[:, second] * since[second] + lateness[:, second]).sum(axis=1) / np.maximum(seconds_count, 1)
        share[row] = np.where(seconds_count > 0, (place - late) / pair, STRAIGHT)
    return np.clip(np.where(swings_in_eighths(hits, meter), share[1], share[0]), MIN_SWING, MAX_SWING)


@cache
def seconds(meter: Meter, pair: int) -> tuple[Bool[np.ndarray, " step"], Bool[np.ndarray, " step"]]:
    """Which steps count as the first and which as the second of a pair: SIXTEENTHS, or EIGHTHS.

    Strokes halfway between two 16ths, as in rolls, are neither.
    """
    step = np.arange(steps_per_bar(meter))
    place = (step + STEPS_PER_SIXTEENTH // 2 - 1) // STEPS_PER_SIXTEENTH
    between = step % STEPS_PER_SIXTEENTH == STEPS_PER_SIXTEENTH // 2
    triplet = (step % STEPS_PER_QUARTER == LAST_OF_TRIPLET) & (not _is_compound(meter))
    if pair == SIXTEENTHS:
        return (place % 2 == 0) & ~between & ~triplet, (place % 2 == 1) & ~between & ~triplet
    return (place % 4 == 0) & ~between, ((place % 4 == 2) & ~between) | triplet


def swings_in_eighths(hits: Bool[np.ndarray, "bar voice step"], meter: Meter) -> Bool[np.ndarray, " bar"]:
    """Whether it is the 8ths of these bars that swing: not in 6/8, which is made of threes already."""
    by_step = hits.sum(axis=1)
    last = np.arange(by_step.shape[1]) % STEPS_PER_QUARTER == LAST_OF_TRIPLET
    triplets, sixteenths = by_step[:, last].sum(axis=1), by_step[:, seconds(meter, SIXTEENTHS)[1]].sum(axis=1)
    return ((triplets > sixteenths) | (sixteenths == 0)) & (not _is_compound(meter))


def _is_compound(meter: Meter) -> bool:
    """Whether its beats divide by three, as in 6/8, 9/8 and 12/8."""
    beats, unit = meter
    return unit >= 8 and beats > 3 and beats % 3 == 0


def _sixteenths(meter: Meter) -> int:
    return -(-steps_per_bar(meter) // STEPS_PER_SIXTEENTH)
