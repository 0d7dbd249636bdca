"""Measures a rhythm space beside the shipped one, for the verdict that ends each run."""

from collections.abc import Mapping, Sequence

import numpy as np

from clave.latent.code import Code
from clave.latent.verdict import Verdict
from clave.music.pattern import Pattern
from clave.rhythm import dataset, scores
from clave.rhythm.space import RhythmSpace, load_rhythm
from clave.training import verdict

MOST_BARS = 600  # of each kind, spread over all of them
CLICKS = 200  # points of the map that are played
SPAN = 3.0  # map units: the page shows [-3, 3]
FAR = 0.5  # map units: mean distance to the 8 nearest bars, from which on a place is a hole
HOLE_LATTICE = 31  # points in a row


def of_learned(
    space: RhythmSpace, own: Sequence[Pattern], held_out: Sequence[Pattern], bars: int
) -> tuple[Verdict, dict[str, float]]:
    """The verdict on a space of so many bars that has learned its own from scratch, and what was measured for it."""
    measured = _beside(space, load_rhythm(), {"own": own, "held_out": held_out})
    measured |= _played(space, float(np.mean([bar.hits.sum() for bar in own])))
    return verdict.of_rhythm(measured, bars=bars, fine_tuned=False), measured


def of_fine_tuned(
    space: RhythmSpace, start: RhythmSpace, own: Sequence[Pattern], also: Mapping[str, float]
) -> tuple[Verdict, dict[str, float]]:
    """The verdict on a space that `start` has become by learning its own bars, and what was measured for it.

    Our own grooves say whether it has lost bars that were on the map before. `also` is what else was measured.
    """
    grooves = dataset.from_factory(takes=1, fills=0).patterns
    measured = {**also, **_beside(space, start, {"own": own, "old": grooves})}
    measured |= _played(space, strokes_of_clicks(start))
    return verdict.of_rhythm(measured, bars=len(own), fine_tuned=True), measured


def _beside(space: RhythmSpace, other: RhythmSpace, parts: Mapping[str, Sequence[Pattern]]) -> dict[str, float]:
    """Hit F1 of each part by the maps of both, in the meters of both."""
    measured = dict[str, float]()
    for name, given in parts.items():
        known = [bar for bar in given if bar.meter in space.meters and bar.meter in other.meters]
        if known:
            some = known[:: max(1, len(known) // MOST_BARS)]
            measured |= {name: map_f1(space, some), verdict.SHIPPED + name: map_f1(other, some)}
    return measured


def _played(space: RhythmSpace, usual_strokes: float) -> dict[str, float]:
    """What a click on the map gives, whatever the bars."""
    return {"stroke_ratio": strokes_of_clicks(space) / max(1.0, usual_strokes), "holes": hole_share(space)}


def map_f1(space: RhythmSpace, patterns: Sequence[Pattern]) -> float:
    """Hit F1 of bars that come back from their points on the map alone."""
    points = space.locate(patterns)
    no_detail = np.zeros((len(points), space.detail_size), np.float32)
    logit = space.map_logits(Code(points, no_detail, tuple(bar.meter for bar in patterns)))
    return scores.hit_f1(logit, scores.stacked_hits(patterns), space.threshold)


def strokes_of_clicks(space: RhythmSpace) -> float:
    """The mean number of strokes of the bars that are expected anywhere on the map."""
    points = np.random.default_rng(0).uniform(-SPAN, SPAN, (CLICKS, 2)).astype(np.float32)
    anywhere = space.labels.condition(points, [space.meters[0]] * CLICKS)
    return float(space.decoder.expected_hits(anywhere).sum(axis=(1, 2)).mean())


def hole_share(space: RhythmSpace) -> float:
    """How much of the map lies far from every bar."""
    axis = np.linspace(-SPAN, SPAN, HOLE_LATTICE)
    return float((space.distance(np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)) > FAR).mean())
