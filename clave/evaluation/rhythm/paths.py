"""Movement through a space: straight lines between bars, and shifts along its attributes."""

from typing import Any

import numpy as np

from clave.evaluation.rhythm import metrics
from clave.evaluation.rhythm.beats import Beats
from clave.evaluation.rhythm.context import Evaluation, HeldOut, Rows, random_rows
from clave.evaluation.rhythm.metrics import Hits
from clave.latent.code import Code
from clave.music.shapes import Float
from clave.rhythm import attributes

LINES, LINE_STEPS = 200, 32  # between pairs of real bars
SMALL_STEP = 0.02  # of a line, and in map units
SHIFTED_BARS = 40
SHIFTS = (-2.0, -1.0, 1.0, 2.0)  # standard deviations


def interpolation(evaluation: Evaluation, held_out: HeldOut) -> Rows:
    """How many cells change at each step of a straight line between two real bars, beside cross-fades."""
    rng, space, code = evaluation.rng(), evaluation.space, held_out.code
    pairs = np.stack([rng.permutation(len(code))[:2] for _ in range(LINES if len(code) > 1 else 0)])

    def decode_lines(position: Float[np.ndarray, "line step"]) -> Beats:
        """The bars at these positions in [0, 1] on the line of each pair."""
        share = position[..., None].astype(np.float32)
        points, detail = (
            ((1 - share) * rows[pairs[:, 0], None] + share * rows[pairs[:, 1], None]).reshape(-1, rows.shape[1])
            for rows in (code.map, code.detail)
        )
        return Beats.from_patterns(space.decode(Code(points, detail)))

    positions = np.broadcast_to(np.linspace(0, 1, LINE_STEPS + 1), (len(pairs), LINE_STEPS + 1))
    lines = decode_lines(positions).velocity.reshape(len(pairs), LINE_STEPS + 1, 8, 64)
    rows = _jump_rows(evaluation.name, lines)
    start = rng.uniform(0, 1 - SMALL_STEP, len(pairs))[:, None]
    near = decode_lines(np.concatenate([start, start + SMALL_STEP], axis=1)).hits.reshape(-1, 2, 8, 64)
    points, angle = code.map[pairs[:, 0]], rng.uniform(0, 2 * np.pi, len(pairs))
    moved = points + SMALL_STEP * np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)
    here, there = (Beats.from_patterns(space.at(each)).hits for each in (points, moved))
    rows[evaluation.name] |= {
        "small_step": _changed_share(near[:, 0], near[:, 1]),
        "small_step_on_map": _changed_share(here, there),
    }
    return rows


def _jump_rows(name: str, lines: Float[np.ndarray, "line step 8 64"]) -> Rows:
    """The largest jump of each line of velocities, beside those of two cross-fades between its ends."""
    paths = {
        name: [line > 0 for line in lines],
        "cross-fade of audio": [metrics.audio_crossfade(line[0] > 0, line[-1] > 0, LINE_STEPS) for line in lines],
        "cross-fade of velocities": [metrics.velocity_crossfade(line[0], line[-1], LINE_STEPS) for line in lines],
    }
    largest = {
        row: np.array([metrics.hamming_distance(path[1:], path[:-1]).max() for path in each])
        for row, each in paths.items()
    }
    return {
        row: {
            "largest": float(largest[row].mean()),
            "keeps_density": float(np.mean([metrics.keeps_density(path) for path in each])),
            **{f"below_{other}": float((largest[name] < largest[other]).mean()) for other in paths if row == name},
        }
        for row, each in paths.items()
    }


def attribute_shift(evaluation: Evaluation, held_out: HeldOut) -> Rows:
    """How well each attribute follows a shift, and how far the others move with it."""
    chosen = random_rows(len(held_out.beats), SHIFTED_BARS, evaluation.rng())
    bars = held_out.beats.subset(chosen).patterns
    deviation = np.maximum(attributes.measure(evaluation.data.train.patterns).std(axis=0), 1e-9)
    before = attributes.measure(bars)

    def shifted(column: int, name: str) -> dict[str, Any]:
        change = np.stack(
            [
                attributes.measure([evaluation.space.shifted(bar, {name: shift}) for bar in bars]) - before
                for shift in SHIFTS
            ]
        )
        change /= deviation
        others = [other for other in range(len(attributes.NAMES)) if other != column]
        unit = np.abs(np.array(SHIFTS)) == 1
        sign = np.sign(np.array(SHIFTS)[unit])[:, None]
        return {
            "rank": metrics.rank_correlation(np.repeat(SHIFTS, len(bars)), change[:, :, column].ravel()),
            "by_one": float((change[unit][:, :, column] * sign).mean()),
            "others": float(max(np.abs(change[unit][:, :, other]).mean() for other in others)),
        }

    rows: Rows = {}
    for column, name in enumerate(attributes.NAMES):
        evaluation.add_row(rows, name, lambda column=column, name=name: shifted(column, name))
    return rows


def _changed_share(one: Hits, other: Hits) -> float:
    """The median over bars of the number of cells that differ, as a share of the hits."""
    hits = np.maximum(1, (one.sum(axis=(1, 2)) + other.sum(axis=(1, 2))) / 2)
    return float(np.median(metrics.hamming_distance(one, other) / hits))
