"""A bar that answers one that was played: at the same place of the map, near by, or far away and where it is silent."""

from typing import Literal, NamedTuple

import numpy as np

from clave.latent.code import check_share, generator
from clave.music.pattern import Pattern
from clave.music.shapes import Bool, Float32, Float64, Int
from clave.music.units import STEPS_PER_SIXTEENTH
from clave.rhythm.condition import Style
from clave.rhythm.infilling import keep_potential, merge_kept
from clave.rhythm.space import RhythmSpace

AnswerKind = Literal["agree", "vary", "oppose"]
MAP_EDGE = 3.0  # map units: answers stay on what is shown of the map
NEAR, FAR = 1.25, 3.0  # map units at distance 1: of a variation, and of an opposition
CANDIDATES, PARTICLES = 512, 48  # places that an opposition may have, and bars that are sampled at the best of them
SAME_VOICE, EACH_STROKE = 8.0, 0.4  # nats that a stroke costs where the voice was played, and for each that was played
MOST_COUNTED = 2  # of those: a player who plays everywhere leaves little room, but some
IN_A_GAP = 1.25  # nats that a stroke gains where nothing was played, for a player who strikes once a 16th or more
ADDED = 1.0  # nats that a stroke costs that joins those of the player


class Answer(NamedTuple):
    """A bar, and where it lies on the map."""

    pattern: Pattern
    point: tuple[float, float]


def answer(
    space: RhythmSpace,
    played: Pattern,
    kind: AnswerKind,
    distance: float = 0.5,
    *,
    join: bool = True,
    style: Style | None = None,
    seed: int = 0,
) -> Answer:
    """The answer to a bar with strokes; the same seed gives the same answer.

    `agree` keeps what was played, and bars at its place say what is around it; with `distance` in [0, 1] the softest
    strokes, up to half of them, are left to the space. `vary` goes up to 1.25 map units away, in any direction.
    `oppose` goes up to 3 away, and strikes where the player is silent: no voice where it was played, and the less the
    more was played there. Without `join`, what was played is left to the player: no voice sounds on a 16th where it was
    played.
    """
    check_share("distance", distance)
    here = space.locate([played])[0]
    rng = generator(seed)
    if kind == "agree":
        made, point = _agreeing(space, played, here, distance, style, rng), here
    elif kind == "vary":
        angle = rng.uniform(0, 2 * np.pi)
        point = _on_map(here + NEAR * distance * np.array([np.cos(angle), np.sin(angle)], np.float32))
        (made,) = space.at([point], style, variation=distance / 2, seed=seed, meter=played.meter)
    else:
        made, point = _opposing(space, played, here, distance, style, rng)
    if kind == "oppose" or not join:
        made = without(made, near(played.hits))
    return Answer(made, (float(point[0]), float(point[1])))


def near(hits: Bool[np.ndarray, "voice step"]) -> Bool[np.ndarray, "voice step"]:
    """All steps of each 16th in which the voice is struck."""
    return np.repeat(by_sixteenth(hits) > 0, STEPS_PER_SIXTEENTH, axis=1)


def by_sixteenth(hits: Bool[np.ndarray, "voice step"]) -> Int[np.ndarray, "voice sixteenth"]:
    """How many strokes each voice has in each 16th."""
    return hits.reshape(len(hits), -1, STEPS_PER_SIXTEENTH).sum(axis=2)


def shared(played: Pattern, answered: Pattern) -> float:
    """The share of the player's strokes that the answer has too: the same voice in the same 16th."""
    theirs, ours = by_sixteenth(played.hits) > 0, by_sixteenth(answered.hits) > 0
    return float((theirs & ours).sum() / max(1, theirs.sum()))


def without(pattern: Pattern, cells: Bool[np.ndarray, "voice step"]) -> Pattern:
    """The pattern, silent in these cells."""
    return Pattern(np.where(cells, 0, pattern.velocity), pattern.offset, pattern.meter)


def _agreeing(
    space: RhythmSpace,
    played: Pattern,
    here: Float32[np.ndarray, "2"],
    distance: float,
    style: Style | None,
    rng: np.random.Generator,
) -> Pattern:
    """What was played, as it was played, and a bar of its place around it."""
    decoder = space.decoder.require_detail("answer")
    softest = np.argsort(np.where(played.hits, played.velocity, 2.0), axis=None, kind="stable")
    keep = played.hits.copy()
    keep.flat[softest[: round(int(played.hits.sum()) * distance / 2)]] = False
    condition = space.labels.condition(np.tile(here, (PARTICLES, 1)), [played.meter] * PARTICLES, style, "beat")
    potential = keep_potential(played.hits, keep, decoder.token_grids) + joining(keep, decoder.token_grids)
    hits, chosen = decoder.infill(potential, condition, rng)
    velocity, offset = decoder.dynamics(hits | keep, decoder.expected_feel(chosen)[0], chosen)
    return merge_kept(played, keep, hits[0], velocity[0], offset[0])


def _opposing(
    space: RhythmSpace,
    played: Pattern,
    here: Float32[np.ndarray, "2"],
    distance: float,
    style: Style | None,
    rng: np.random.Generator,
) -> tuple[Pattern, Float32[np.ndarray, "2"]]:
    """A bar sampled far away under a potential that shuns what was played."""
    decoder = space.decoder.require_detail("answer")
    places = np.clip(
        space.corpus.sample_points(CANDIDATES, style, space.labels, played.meter, rng), -MAP_EDGE, MAP_EDGE
    )
    off = np.abs(np.linalg.norm(places - here, axis=1) - FAR * distance)
    points = places[np.argsort(off, kind="stable")[:PARTICLES]]
    condition = space.labels.condition(points, [played.meter] * len(points), style, "beat")
    hits, chosen = decoder.infill(shunning(played.hits, decoder.token_grids), condition, rng)
    velocity, offset = decoder.dynamics(hits, decoder.expected_feel(chosen)[0], chosen)
    return Pattern.from_hits(hits[0], velocity[0], offset[0], played.meter), chosen.map[0]


def joining(
    kept: Bool[np.ndarray, "voice step"], token_grids: Bool[np.ndarray, "token voice within"]
) -> Float64[np.ndarray, "sixteenth token"]:
    """The log potential of each token in each 16th: strokes cost that are added to the kept ones."""
    struck = token_grids.any(axis=2).astype(np.float64)
    theirs = (by_sixteenth(kept) > 0).T.astype(np.float64)
    return -ADDED * ((1 - theirs) @ struck.T)


def shunning(
    hits: Bool[np.ndarray, "voice step"], token_grids: Bool[np.ndarray, "token voice within"]
) -> Float64[np.ndarray, "sixteenth token"]:
    """The log potential of each token in each 16th: strokes cost where others were played, most in the same voice."""
    theirs = by_sixteenth(hits)
    struck = token_grids.any(axis=2).astype(np.float64)
    same = (theirs > 0).T.astype(np.float64) @ struck.T
    strokes, count = struck.sum(axis=1)[None, :], theirs.sum(axis=0)[:, None]
    gain = IN_A_GAP * min(1.0, theirs.sum() / theirs.shape[1])  # a dense player leaves gaps on purpose
    return -SAME_VOICE * same + np.where(count > 0, -EACH_STROKE * np.minimum(count, MOST_COUNTED), gain) * strokes


def _on_map(points: Float32[np.ndarray, "*row 2"]) -> Float32[np.ndarray, "*row 2"]:
    return np.clip(points, -MAP_EDGE, MAP_EDGE).astype(np.float32)
