"""How the rhythm space works, stage by stage: a bar goes into the encoder, and bars come out of the decoder.

Nothing is played from here. The page shows it in "How it works"; docs/teaching.md has a lesson about it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from clave.latent.code import Code, map_points
from clave.music.pattern import Pattern
from clave.music.shapes import Bool, Float32
from clave.music.units import COMMON_TIME, Meter
from clave.rhythm.condition import Style
from clave.rhythm.likely_bar import probability
from clave.rhythm.map_decoder import density_logits
from clave.rhythm.space import RhythmSpace


@dataclass(frozen=True)
class DecodeSettings:
    """How a map point is decoded, in the words of `RhythmSpace.at`."""

    meter: Meter = COMMON_TIME
    style: Style | None = None
    section: str = "beat"
    density: float | None = None
    variation: float = 1.0  # of the bar that is drawn: 1 is a free draw
    seed: int = 0


USUAL = DecodeSettings()


@dataclass(frozen=True)
class Ellipse:
    """One standard deviation of a normal distribution over the map, in map units."""

    centre: tuple[float, float]
    radii: tuple[float, float]  # the longer one first
    angle: float  # of the longer one, radians from the x axis towards the y axis, in (-pi / 2, pi / 2]


@dataclass(frozen=True, eq=False)
class EncodedBar:
    """What the encoder makes of a bar."""

    guess: tuple[float, float]  # the map point of the encoder network alone
    code: Code  # one row: the likeliest map point, which the search finds from there on, and the detail
    posterior: Ellipse  # mean and deviation of p(point | bar)
    again: Pattern  # the bar that map point and detail decode to


@dataclass(frozen=True, eq=False)
class DecodedPoint:
    """What the decoder makes of a map point."""

    probability: Float32[np.ndarray, "voice step"]  # of a hit in each cell
    threshold: float  # probability above which a cell sounds by itself
    likely: Pattern  # the bar that is chosen from these probabilities
    drawn: Pattern  # a bar that the token prior draws there


@dataclass(frozen=True, eq=False)
class Comparison:
    """The cells in which a bar differs from another one, and those in which it does not."""

    kept: Bool[np.ndarray, "voice step"]
    gained: Bool[np.ndarray, "voice step"]
    lost: Bool[np.ndarray, "voice step"]

    @property
    def f1(self) -> float:
        """Harmonic mean of the share of its hits that the other has, and of the other's that it has; 1 is the same."""
        kept, differ = int(self.kept.sum()), int(self.gained.sum() + self.lost.sum())
        return 2 * kept / (2 * kept + differ) if kept + differ else 1.0


def encode_bar(space: RhythmSpace, bar: Pattern) -> EncodedBar:
    """The bar on its way into the space. Raises SpaceError for a meter that the space has not learned."""
    guess = space.guess([bar])
    code = replace(guess, map=space.locate([bar]))  # as `encode` has it
    mean, covariance = space.map_search(bar.meter).posterior_moments(bar.hits)
    x, y = guess.map[0].tolist()
    return EncodedBar((x, y), code, _ellipse(mean, covariance), space.decode(code)[0])


def decode_point(space: RhythmSpace, point: Sequence[float], settings: DecodeSettings = USUAL) -> DecodedPoint:
    """The way back from a map point, without a detail. SpaceError for settings that the space has not learned."""
    points, meter = map_points([list(point)]), space.labels.check_meter(settings.meter)
    style, section, density = settings.style, settings.section, settings.density
    condition = space.labels.condition(points, [meter], style, section)
    logits = space.decoder.map.logits(condition)[0] + np.float32(density_logits(density))
    [likely] = space.at(points, style, section, density=density, meter=meter)
    [drawn] = space.at(points, style, section, settings.variation, density, settings.seed, meter)
    return DecodedPoint(probability(logits), 1 / (1 + math.exp(-space.threshold)), likely, drawn)


def compare(bar: Pattern, original: Pattern) -> Comparison:
    """Which hits of the original the bar has, which it has beside them, and which it lacks; both in one meter."""
    return Comparison(bar.hits & original.hits, bar.hits & ~original.hits, original.hits & ~bar.hits)


def _ellipse(mean: np.ndarray, covariance: np.ndarray) -> Ellipse:
    variances, axes = np.linalg.eigh(covariance)  # rising
    x, y = axes[:, 1] if axes[0, 1] > 0 else -axes[:, 1]
    long, short = np.sqrt(np.maximum(variances[::-1], 0)).tolist()
    return Ellipse((float(mean[0]), float(mean[1])), (long, short), math.atan2(y, x))
