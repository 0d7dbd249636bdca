"""Journeys over the map: how many strokes change from bar to bar, how dense and how likely the bars between are."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from clave.evaluation.rhythm.context import Evaluation, HeldOut, Rows
from clave.evaluation.rhythm.played_bars import click_points
from clave.music.pattern import Pattern
from clave.play.decoding import decode_bars
from clave.play.project import Path, Scene
from clave.play.project.value import Point
from clave.play.travel import course_of, share_at
from clave.rhythm.hands import extra_hands
from clave.rhythm.space import RhythmSpace

JOURNEYS = 100  # of two points each
LENGTHS = (8, 16)  # bars
LIKELY_BARS, DRAWS = 300, 16  # between the ends, whose likelihood is measured, and draws of importance sampling
WAYS = {"strokes": "stroke by stroke", "map": "as on the map"}


def journeys(evaluation: Evaluation, held_out: HeldOut) -> Rows:  # noqa: ARG001
    """Paths between two random clicks, as a project plays them."""
    space, rng = evaluation.space, evaluation.rng()
    starts, ends = click_points(space, JOURNEYS, rng), click_points(space, JOURNEYS, rng)
    rows: Rows = {}
    for bars in LENGTHS:
        for between, name in WAYS.items():
            paths = [
                Path.model_validate({"points": line, "bars": bars, "between": between})
                for line in np.stack([starts, ends], axis=1).tolist()
            ]
            evaluation.add_row(rows, f"{bars} bars, {name}", lambda paths=paths: measure(space, paths))
    return rows


def measure(space: RhythmSpace, paths: Sequence[Path], seed: int = 0) -> dict[str, Any]:
    """What the bars of these paths are like.

    `changes`: strokes that come or go from bar to bar, over the least possible, which is how many differ between the
    bars at the path's stations, one after the other. `least_density`: of the bar with the fewest strokes,
    over the sparser of its path's ends.
    """
    played = [play(space, path) for path in paths]
    changed = np.array([changes(bars) for bars in played])
    least = np.array([changes(space.at(stations(path))) for path in paths])
    counts = [[int(bar.hits.sum()) for bar in bars] for bars in played]
    density = np.array([min(each) / max(1, min(each[0], each[-1])) for each in counts])
    between = [bar for bars in played for bar in bars[1:-1]]
    rng = np.random.default_rng(seed)
    chosen = [between[place] for place in rng.permutation(len(between))[:LIKELY_BARS]]
    return {
        "journeys": len(paths), "changes": float(changed.sum() / max(1, least.sum())),
        "least_density": float(density.min()), "mean_least_density": float(density.mean()),
        "nats": float(-space.log_likelihood(chosen, DRAWS).mean()) if chosen else None,
        "three_hands": float(np.mean(extra_hands(np.stack([bar.hits for bar in between])) > 0)) if between else None,
    }  # fmt: skip


def play(space: RhythmSpace, path: Path) -> list[Pattern]:
    """The bars of a path, from one end to the other."""
    scene = Scene(path=path)
    course = course_of(scene)
    return decode_bars([course.bar(share_at(path, bar), scene.settings) for bar in range(path.bars)], space)


def stations(path: Path) -> list[Point]:
    """The places that a path goes to stroke by stroke: both ends, and those between."""
    return [point for _, point in course_of(Scene(path=path.changed(between="strokes"))).stations]


def changes(bars: Sequence[Pattern]) -> int:
    """Strokes that come or go from each bar to the next, added up."""
    return sum(int((one.hits != other.hits).sum()) for one, other in pairwise(bars))
