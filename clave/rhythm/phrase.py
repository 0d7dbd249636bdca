"""Phrases: bars that agree with their first one, and may end in a fill."""

from typing import cast

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from clave.errors import SpaceError
from clave.latent.code import map_points
from clave.music.pattern import Pattern
from clave.music.shapes import Bool, Float32
from clave.rhythm.condition import Condition
from clave.rhythm.detail_decoder import DetailDecoder, change_cost
from clave.rhythm.dynamics import dynamics_noise
from clave.rhythm.fill import sample_fills

MAX_BARS = 64
ANSWER_SHARE = 0.5  # of the variation: every other bar stays so much closer to the first


def phrase_path(point: ArrayLike | tuple[float, float], bars: int) -> Float32[np.ndarray, "bar 2"]:
    """A map point for each bar, evenly spaced along a path [k, 2] by its corners, or all at one point [2].

    Raises SpaceError for fewer than 1 or more than 64 bars, and for no point.
    """
    if not 1 <= bars <= MAX_BARS:
        raise SpaceError(f"a phrase has 1 to {MAX_BARS} bars, got {bars}")
    corners = map_points(cast(ArrayLike, [point] if np.ndim(point) == 1 else point))
    if len(corners) == 0:
        raise SpaceError("a phrase is played at one point or more, got none")
    along, index = np.linspace(0, len(corners) - 1, bars), np.arange(len(corners))
    return np.stack([np.interp(along, index, corners[:, axis]) for axis in (0, 1)], axis=1).astype(np.float32)


def write_phrase(
    decoder: DetailDecoder, beats: Condition, fill: Condition | None, variation: float, rng: Generator
) -> list[Pattern]:
    """A bar for each row of `beats`; with `fill`, a row, the last bar is sampled under that condition instead.

    All bars are in one meter and have the same feel, and each hears the one before it. A fill begins like the first
    bar, or is one from its start on.
    """
    first = beats[:1]
    hits = decoder.sample_near(decoder.expected_hits(first), first, rng, cost=change_cost(variation))
    mean, std = decoder.expected_feel(first)
    feel = mean + std * np.float32(variation) * rng.standard_normal(mean.shape).astype(np.float32)
    noise = dynamics_noise(rng, beats.steps, len(beats))
    phrase: list[Bool[np.ndarray, "voice step"]] = [hits[0]]
    for bar in range(1, len(beats)):
        before = phrase[-1][None]
        if fill is not None and bar == len(beats) - 1:
            phrase.append(sample_fills(decoder, hits, fill, variation, rng, before=before)[0])
            continue
        cost = change_cost(variation * (ANSWER_SHARE if bar % 2 == 0 else 1.0))
        phrase.append(decoder.sample_near(hits, beats[bar : bar + 1], rng, cost=cost, before=before)[0])
    whole = np.stack(phrase)
    return decoder.play(whole, feel.repeat(len(whole), axis=0), beats, noise)
