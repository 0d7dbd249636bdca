"""Fills beside real ones, and the crash after them: two Markdown tables.

python benchmarks/fills.py FOLDER [--places 100]: FOLDER is Groove MIDI, or below it is. Fills are bars of its files of
fills with four strokes of snare and toms or more; fills within long takes are bars with four strokes more of toms, and
of snare and toms, than the take's median.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import clave
from clave import Pattern, midi
from clave.evaluation.rhythm.fills import crashes
from clave.evaluation.rhythm.played_bars import click_points
from clave.evaluation.rhythm.real_fills import SNARE, TOM, RealFills, cymbal_on_one
from clave.music.kit import voice
from clave.rhythm.hands import extra_hands
from clave.rhythm.homes import homes_of

KICK, HATS = voice("kick").index, [voice(name).index for name in ("closed hi-hat", "open hi-hat")]
SEEDS = 4  # fills at each home


def real(folder: Path) -> RealFills:
    """The bars of files of fills, and long takes of beats, in 4/4."""
    fills: list[np.ndarray] = []
    takes: list[np.ndarray] = []
    for path in sorted(folder.rglob("*_4-4.mid")):
        hits = np.stack([bar.hits for bar in midi.read(path, drum_map="td-11").patterns])
        (fills if "_fill_" in path.name else takes).append(hits)
    return RealFills.of(np.concatenate(fills), takes)


def row(name: str, hits: np.ndarray) -> str:
    of = {"both": hits[:, [SNARE, TOM]], "tom": hits[:, [TOM]], "kick": hits[:, [KICK]], "hat": hits[:, HATS]}
    counts = [f"{each.sum(axis=(1, 2)).mean():.1f}" for each in of.values()]
    quarters = hits[:, [SNARE, TOM]].reshape(len(hits), 2, 4, 16).sum(axis=(1, 3)).mean(axis=0)
    last = [", ".join(f"{each:.1f}" for each in quarters), f"{(extra_hands(hits) > 0).mean():.0%}"]
    return "| " + " | ".join([name, str(len(hits)), *counts, *last]) + " |"


def hits_of(bars: Sequence[Pattern]) -> np.ndarray:
    return np.stack([bar.hits for bar in bars])


def crash_row(name: str, after_fills: np.ndarray, after_others: np.ndarray) -> str:
    return (
        f"| {name} | " + " | ".join(f"{each.mean():.0%} of {len(each)}" for each in (after_fills, after_others)) + " |"
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--places", type=int, default=100)
    chosen = arguments.parse_args()
    space, recorded = clave.load_rhythm(), real(chosen.folder)
    points = click_points(space, chosen.places, np.random.default_rng(0))
    homes = [home for home in homes_of(space) if home.meter == (4, 4)]
    print("| fills | bars | snare and toms | toms | kick | hats | snare and toms by quarter | three hands |")
    print("|---" * 8 + "|")
    print(row("real, Groove MIDI", recorded.fills))
    print(
        row("phrases at clicks", hits_of([space.phrase(point, 2, seed=seed)[1] for seed, point in enumerate(points)]))
    )
    at_homes = [space.phrase(home.point, 2, home.style, seed=seed)[1] for home in homes for seed in range(SEEDS)]
    print(row("phrases at the homes of styles", hits_of(at_homes)))
    print(row("clicks, section fill", hits_of(space.at(points, section="fill"))))
    print("\n| cymbal on 1 | after a fill | after other bars |\n|---|---|---|")
    print(crash_row("real, long takes", *map(cymbal_on_one, (recorded.after_fills, recorded.after_others))))
    print(crash_row("loops at clicks, a fill every four bars", *crashes(space, points)))


if __name__ == "__main__":
    main()
