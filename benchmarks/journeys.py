"""How much changes along paths over the map, stroke by stroke and as on the map: a Markdown table.

python benchmarks/journeys.py [--paths 200]: paths between two random clicks in 8 and in 16 bars, through four bars of
the corpus, and like lines drawn by hand, with 40 points.
"""

import argparse
import time

import numpy as np

import clave
from clave.evaluation.rhythm.journeys import WAYS, measure
from clave.evaluation.rhythm.played_bars import click_points
from clave.play.project import Path
from clave.rhythm.space import RhythmSpace

CORNERS, DRAWN_POINTS = 4, 40
HEADS = (
    "paths",
    "bars are",
    "changes",
    "least density",
    "in the mean",
    "nats a bar between",
    "three hands",
    "s a path",
)


def lines(rhythm: RhythmSpace, count: int, points: int, rng: np.random.Generator) -> np.ndarray:
    """So many lines [n, points, 2] through places where the corpus lies."""
    return click_points(rhythm, count * points, rng).reshape(count, points, 2)


def drawn(rhythm: RhythmSpace, count: int, rng: np.random.Generator) -> np.ndarray:
    """Lines with many points, straight between four places, with a hand that trembles by 0.02 map units."""
    corners = lines(rhythm, count, CORNERS, rng)
    place = np.linspace(0, CORNERS - 1, DRAWN_POINTS)
    straight = [[np.interp(place, np.arange(CORNERS), line[:, axis]) for axis in (0, 1)] for line in corners]
    return np.swapaxes(np.array(straight), 1, 2) + 0.02 * rng.standard_normal((count, DRAWN_POINTS, 2))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--paths", type=int, default=200)
    count = arguments.parse_args().paths
    rhythm, rng = clave.load_rhythm(), np.random.default_rng(0)
    kinds = [
        ("two points, 8 bars", lines(rhythm, count, 2, rng), 8, "line"),
        ("two points, 16 bars", lines(rhythm, count, 2, rng), 16, "line"),
        ("four points, smooth, 16 bars", lines(rhythm, count, CORNERS, rng), 16, "smooth"),
        ("drawn, 40 points, 16 bars", drawn(rhythm, count, rng), 16, "line"),
    ]
    print("| " + " | ".join(HEADS) + " |\n" + "|---" * len(HEADS) + "|")
    for name, points, bars, curve in kinds:
        for between, way in reversed(WAYS.items()):
            paths = [
                Path.model_validate({"points": line, "bars": bars, "curve": curve, "between": between})
                for line in points.tolist()
            ]
            began = time.perf_counter()
            found = measure(rhythm, paths)
            seconds = (time.perf_counter() - began) / count
            numbers = [f"{found[key]:.2f}" for key in ("changes", "least_density", "mean_least_density")]
            last = [f"{found['nats']:.1f}", f"{found['three_hands']:.1%}", f"{seconds:.2f}"]
            print("| " + " | ".join([name, way, *numbers, *last]) + " |", flush=True)


if __name__ == "__main__":
    main()
