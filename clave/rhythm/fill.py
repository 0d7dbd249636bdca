"""Fills: bars that begin like the beat they end, and go over to snare and toms.

A fill is sampled from the prior under the section "fill". Sampled alone it is little more than another beat, because
the prior also knows the point of the map, which is that of a beat. So several bars are sampled, in which strokes of
snare and toms are more and more likely; one is taken that is likely itself and has about as many of them as a fill of
Groove MIDI, drawn anew each time.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from clave.music.kit import voice
from clave.music.shapes import Float32
from clave.music.units import STEPS_PER_QUARTER
from clave.rhythm.condition import Condition
from clave.rhythm.detail_decoder import STROKE_BIAS, STYLE_GUIDANCE, BarDecoder, DetailDecoder, change_cost
from clave.rhythm.dynamics import Hits
from clave.rhythm.hands import extra_hands
from clave.rhythm.map_decoder import density_logits
from clave.rhythm.tokens import TOKEN_CELLS

STROKES = (5, 7, 8, 10, 11, 14, 16, 20)  # of snare and toms: the middles of the eighths of real fills in 4/4
STARTS, START_SHARES = (0.0, 0.25, 0.5), (0.7, 0.16, 0.14)  # of the bar, by quarters: until there it is the beat's
BIASES = tuple(np.linspace(0, 2.6, 12).tolist())  # nats for each stroke of a bar that is sampled
TOM_BIAS = 1.0  # nats more for one of a tom
HAND_COST = 2.0  # strokes off the drawn number that are better than a third hand
NATS_OF_STROKE = 10.0  # by which a bar has to be likelier, to be taken with one stroke more off the number
WHOLE_BAR = 64  # steps of the bars that STROKES were counted in

SNARE, TOM = (voice(name).index for name in ("snare", "tom"))


@dataclass(frozen=True)
class Shape:
    """What is drawn of a fill before it is sampled."""

    start: float  # share of the bar
    strokes: int  # of snare and toms, in a bar of 64 steps

    @classmethod
    def draw(cls, rng: Generator) -> "Shape":
        """As often as drummers play it."""
        return cls(STARTS[rng.choice(len(STARTS), p=START_SHARES)], STROKES[rng.integers(len(STROKES))])


def hits_at(
    decoder: BarDecoder,
    condition: Condition,
    beats: Condition | None,
    variation: float,
    density: float | None,
    rng: Generator,
    before: Hits | None = None,
) -> Hits:
    """The bars at map points: what is expected there, varied; with `beats`, the conditions of these, fills for them.

    `before` are the bars before them, where these are known: what is drawn hears them. A fill without variation is
    drawn in the same way whatever the generator.
    """
    if beats is None or not isinstance(decoder, DetailDecoder) or len(beats) == 0:
        return decoder.vary(decoder.expected_hits(condition, density), condition, variation, density, rng, before)
    own = np.random.default_rng(0) if variation == 0 else rng
    return sample_fills(decoder, decoder.expected_hits(beats, density), condition, variation, own, density, before)


def sample_fills(
    decoder: DetailDecoder,
    beats: Hits,
    condition: Condition,
    variation: float,
    rng: Generator,
    density: float | None = None,
    before: Hits | None = None,
) -> Hits:
    """A fill for each of these bars, under its condition; all of them have the same shape and the same noise.

    `before` are the bars before them, where these are known.

    Until a fill starts, `variation` in [0, 1] says how readily it differs from the beat.
    """
    shape, steps = Shape.draw(rng), beats.shape[2]
    first = STEPS_PER_QUARTER * round(shape.start * steps / STEPS_PER_QUARTER)
    strokes = shape.strokes * steps / WHOLE_BAR
    base = np.full(beats.shape, STROKE_BIAS * density_logits(density), np.float32)
    base[:, :, :first] += np.float32(change_cost(variation)) * (2 * beats[:, :, :first].astype(np.float32) - 1)
    weight = np.repeat(base, len(BIASES), axis=0)
    weight[:, SNARE, first:] += np.tile(BIASES, len(base))[:, None].astype(np.float32)
    weight[:, TOM, first:] += np.tile(BIASES, len(base))[:, None].astype(np.float32) + np.float32(TOM_BIAS)

    rows = np.repeat(np.arange(len(beats)), len(BIASES))
    sampled = _sample(decoder, condition[rows], weight, rng, None if before is None else before[rows])
    off = np.abs(sampled[:, [SNARE, TOM]].sum(axis=(1, 2)) - strokes) + HAND_COST * extra_hands(sampled)
    cost = off - decoder.log_likelihood(sampled, condition[rows]) / NATS_OF_STROKE
    best = cost.reshape(len(beats), len(BIASES)).argmin(axis=1)
    return sampled.reshape(len(beats), len(BIASES), *beats.shape[1:])[np.arange(len(beats)), best]


def _sample(
    decoder: DetailDecoder,
    condition: Condition,
    weight: Float32[np.ndarray, "row voice step"],
    rng: Generator,
    before: Hits | None,
) -> Hits:
    """Samples of the prior in which a stroke in each cell is so many nats likelier.

    Each of the biases has a noise of its own, the same for all bars.
    """
    count, tokens = condition.sixteenths, decoder.vocabulary.cells.astype(np.float32)
    by_sixteenth = weight.reshape(len(weight), weight.shape[1], count, -1).swapaxes(1, 2)
    bias = by_sixteenth.reshape(len(weight), count, TOKEN_CELLS) @ tokens.T
    guidance = STYLE_GUIDANCE if condition.style.any() else 1.0
    noise = np.tile(rng.gumbel(size=(len(BIASES), count, len(tokens))), (len(condition) // len(BIASES), 1, 1))
    sampled = decoder.sampler.sample(condition, noise, lambda sixteenth: bias[:, sixteenth], guidance, before)
    return decoder.vocabulary.decode(sampled) & condition.inside
