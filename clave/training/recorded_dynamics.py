"""How recorded strokes differ from those that a space draws: what its bars without a style are brought to.

See `clave.rhythm.recorded_dynamics`, which plays with it.
"""

from typing import Any

import numpy as np

from clave.music.kit import VOICES
from clave.music.shapes import Float, Float64
from clave.music.units import COMMON_TIME
from clave.rhythm.dataset import Corpus
from clave.rhythm.dynamics import dynamics_noise
from clave.rhythm.recorded_dynamics import to_settings
from clave.rhythm.space import RhythmSpace

MIN_STROKES = 1000  # recorded ones of a voice, to know how loosely it is played
MIN_CURVE_STROKES = 20_000  # to know how loudly: of fewer, the loudness is that of a drummer or two
BARS = 4000  # that are looked at, and that are drawn
KNOTS = 65  # of a curve
MIDI_LEVEL = 1 / 127


def measure(space: RhythmSpace, recorded: Corpus, seed: int = 0) -> dict[str, Any]:
    """The settings that `RecordedDynamics` reads, from bars that this space has learned; {} if they are too few.

    The space is one that knows none of this yet. A space that draws no dynamics has nothing to bring to anything.
    """
    strokes = recorded.hits.sum(axis=(0, 2))
    if not space.decoder.draws_dynamics or (strokes < MIN_STROKES).all():
        return {}
    rng = np.random.default_rng(seed)
    deviation = offset_std(space, recorded.subset(np.sort(rng.permutation(len(recorded))[:BARS])))
    loose = {drum.name: deviation[drum.index] for drum in VOICES if strokes[drum.index] >= MIN_STROKES}
    known = [drum for drum in VOICES if strokes[drum.index] >= MIN_CURVE_STROKES]
    drawn = drawn_velocities(space, BARS, rng) if known else []
    curves = {
        drum.name: curve(drawn[drum.index], recorded.velocity[:, drum.index][recorded.hits[:, drum.index]], rng)
        for drum in known
        if len(drawn[drum.index]) >= KNOTS
    }
    return to_settings(loose, curves)


def offset_std(space: RhythmSpace, recorded: Corpus) -> list[float]:
    """By voice: the root mean square (steps) of recorded offsets less those that are expected of these strokes."""
    _, expected = space.cell_feel(space.guess(recorded.patterns), recorded.hits)
    apart = np.where(recorded.hits, recorded.offset - expected, 0)
    count = np.maximum(1, recorded.hits.sum(axis=(0, 2)))
    return np.sqrt(np.square(apart).sum(axis=(0, 2)) / count).tolist()


def drawn_velocities(space: RhythmSpace, count: int, rng: np.random.Generator) -> list[Float[np.ndarray, " stroke"]]:
    """By voice: the velocities of so many bars of the prior, as they are drawn: some lie below 0 or above 1."""
    points = space.corpus.sample_points(count, None, space.labels, COMMON_TIME, rng)
    condition = space.labels.condition(points, [COMMON_TIME] * count, None, "beat")
    decoder = space.decoder
    hits = decoder.sample_hits(condition, rng)[:, :, : condition.steps]
    noise = dynamics_noise(rng, condition.steps, count)
    velocity, _ = decoder.dynamics(hits, decoder.sample_feel(condition, rng), condition, noise)
    return [velocity[:, drum.index][hits[:, drum.index]] for drum in VOICES]


def curve(
    drawn: Float[np.ndarray, " stroke"], recorded: Float[np.ndarray, " other"], rng: np.random.Generator
) -> tuple[Float64[np.ndarray, " knot"], Float64[np.ndarray, " knot"]]:
    """Quantiles of drawn velocities, and the recorded ones at the same ranks: MIDI levels are spread out evenly."""
    spread = np.minimum(1, recorded + MIDI_LEVEL * (rng.random(len(recorded)) - 0.5))
    rank = np.linspace(0, 1, KNOTS)
    return np.quantile(drawn, rank), np.quantile(spread, rank)
