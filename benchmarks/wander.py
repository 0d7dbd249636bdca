"""Whether walks like a drummer move as the drummer does: a Markdown table.

python benchmarks/wander.py [--walks 40]: of each drummer, quantiles of the distance from bar to bar in map units, and
the share of bars within 0.1 of the first one of 16, in takes (cut to 16 bars) and in walks from random places.
"""

import argparse

import numpy as np

import clave
from clave.evaluation.rhythm.played_bars import click_points
from clave.rhythm.wander import BACK, drummers, wander

BARS = 16
QUANTILES = (0.25, 0.5, 0.75)


def moves(walks: list[np.ndarray]) -> list[float]:
    """The quantiles of the steps, and the share of bars that are back where the walk began."""
    steps = np.concatenate([np.linalg.norm(np.diff(walk, axis=0), axis=1) for walk in walks])
    back = [np.linalg.norm(walk[1:] - walk[0], axis=1) < BACK for walk in walks]
    return [*np.quantile(steps, QUANTILES).tolist(), float(np.mean(np.concatenate(back)))]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--walks", type=int, default=40)
    count = arguments.parse_args().walks
    space = clave.load_rhythm()
    points = click_points(space, count, np.random.default_rng(0))
    far = float(np.median(space.distance(points)))
    print("| drummer | takes | step, quartiles: takes | walks | back at the first bar: takes | walks | from bars |")
    print("|---" * 7 + "|")
    for name, takes in drummers(space.corpus).items():
        parts = [take[first : first + BARS] for take in takes for first in range(0, len(take) - BARS + 1, BARS)]
        walks = [wander(space, point, BARS, name, seed) for seed, point in enumerate(points)]
        *real, real_back = moves(parts)
        *ours, our_back = moves(walks)
        numbers = [", ".join(f"{each:.2f}" for each in row) for row in (real, ours)]
        away = float(np.median(space.distance(np.concatenate(walks))))
        print(
            f"| {name} | {len(takes)} | {numbers[0]} | {numbers[1]} | {real_back:.0%} | {our_back:.0%} | {away:.2f} |"
        )
    print(f"\nmedian distance of random places to the nearest bars: {far:.2f}")


if __name__ == "__main__":
    main()
