"""Fills that are drawn beside real ones: their strokes of snare and toms, and the crash on the next 1."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from clave.evaluation.rhythm.context import Evaluation, HeldOut, Rows
from clave.evaluation.rhythm.metrics import Hits
from clave.evaluation.rhythm.played_bars import click_points
from clave.evaluation.rhythm.real_fills import TOM, cymbal_on_one, snare_and_toms
from clave.music.pattern import Pattern
from clave.music.shapes import Bool, Float32
from clave.play.decoding import decode_bars
from clave.play.plan import Plan
from clave.play.project import Generated, Project, Scene
from clave.play.project.bars import finished, model_part
from clave.rhythm.space import RhythmSpace

PLACES = 100  # clicks
PHRASE_BARS = 4  # the last one is a fill
FILL_EVERY, LOOP_BARS = 4, 8  # of the loops whose crashes are counted


def fills(evaluation: Evaluation, held_out: HeldOut) -> Rows:
    """Fills of phrases and of clicks, and loops with a fill every four bars; real ones in the last row."""
    space, rng = evaluation.space, evaluation.rng()
    points = click_points(space, PLACES, rng)
    rows: Rows = {}

    def phrases() -> dict[str, Any]:
        drawn = [
            space.phrase(point, bars=PHRASE_BARS, style=None, seed=seed)[-1]
            for seed, point in enumerate(points.tolist())
        ]
        after_fills, others = crashes(space, points)
        return strokes(_hits(drawn)) | {"crash": _share(after_fills), "crash_after_others": _share(others)}

    evaluation.add_row(rows, f"{evaluation.name}, phrases; loops", phrases)
    clicks = _hits(space.at(points, section="fill")) if "fill" in space.sections else _hits([])
    rows[f"{evaluation.name}, clicks"] = strokes(clicks)
    if held_out.fills is not None:
        real = held_out.fills
        crash, others = (_share(cymbal_on_one(bars)) for bars in (real.after_fills, real.after_others))
        rows["real, held out"] = strokes(real.fills) | {"crash": crash, "crash_after_others": others}
    return rows


def strokes(hits: Hits) -> dict[str, Any]:
    """The mean strokes of snare and toms, and of toms alone; None where there is no bar."""
    both, toms = snare_and_toms(hits), hits[:, TOM].sum(axis=1)
    return {
        "bars": len(hits),
        "snare_and_toms": float(both.mean()) if len(hits) else None,
        "toms": float(toms.mean()) if len(hits) else None,
    }


def crashes(
    space: RhythmSpace, points: Float32[np.ndarray, "point 2"]
) -> tuple[Bool[np.ndarray, " after_fill"], Bool[np.ndarray, " other"]]:
    """Whether a cymbal is on 1 after a fill, and in other bars, of loops at these points as they are performed."""
    after: dict[bool, list[Pattern]] = {True: [], False: []}
    for seed, (x, y) in enumerate(points.tolist()):
        scene = Scene(bars=(Generated(point=(x, y)),), fill_every=FILL_EVERY)
        planned = [bar.pieces[0][1] for bar in Plan(Project(scene=scene, seed=seed)).bars(LOOP_BARS + 1)]
        made = decode_bars([part for bar in planned if (part := model_part(bar)) is not None], space)
        for index in range(1, LOOP_BARS + 1):
            after[index % FILL_EVERY == 0].append(finished(planned[index], made[index]))
    return cymbal_on_one(_hits(after[True])), cymbal_on_one(_hits(after[False]))


def _hits(bars: Sequence[Pattern]) -> Hits:
    return np.array([bar.hits for bar in bars], bool).reshape(len(bars), 8, -1 if bars else 64)


def _share(these: Bool[np.ndarray, " bar"]) -> float | None:
    return float(these.mean()) if len(these) else None
