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
from clave.evaluation.rhythm.played_bars import click_points
from clave.music.kit import voice
from clave.play.decoding import decode_bars
from clave.play.plan import Plan
from clave.play.project import Generated, Project, Scene
from clave.play.project.bars import finished, model_part
from clave.rhythm.hands import extra_hands
from clave.rhythm.homes import homes_of
from clave.rhythm.space import RhythmSpace

SNARE, TOM, CYMBAL, KICK = (voice(name).index for name in ("snare", "tom", "cymbal", "kick"))
HATS = [voice(name).index for name in ("closed hi-hat", "open hi-hat")]
LEAST_STROKES, TAKE = 4, 16  # of snare and toms; bars of a long take
SEEDS = 4  # fills at each home
FILL_EVERY, BARS = 4, 8  # of the loops that are played


def real(folder: Path) -> tuple[list[Pattern], list[list[Pattern]]]:
    """The bars of files of fills, and long takes of beats, in 4/4."""
    fills: list[Pattern] = []
    takes: list[list[Pattern]] = []
    for path in sorted(folder.rglob("*_4-4.mid")):
        bars = midi.read(path, drum_map="td-11").patterns
        if "_fill_" in path.name:
            fills += [bar for bar in bars if strokes(bar) >= LEAST_STROKES]
        elif len(bars) >= TAKE:
            takes.append(list(bars))
    return fills, takes


def strokes(bar: Pattern) -> int:
    return int(bar.hits[[SNARE, TOM]].sum())


def row(name: str, bars: Sequence[Pattern]) -> str:
    hits = np.stack([bar.hits for bar in bars])
    of = {"both": hits[:, [SNARE, TOM]], "tom": hits[:, [TOM]], "kick": hits[:, [KICK]], "hat": hits[:, HATS]}
    counts = [f"{each.sum(axis=(1, 2)).mean():.1f}" for each in of.values()]
    quarters = hits[:, [SNARE, TOM]].reshape(len(hits), 2, 4, 16).sum(axis=(1, 3)).mean(axis=0)
    last = [", ".join(f"{each:.1f}" for each in quarters), f"{(extra_hands(hits) > 0).mean():.0%}"]
    return "| " + " | ".join([name, str(len(bars)), *counts, *last]) + " |"


def crash_after_fill(takes: Sequence[Sequence[Pattern]]) -> tuple[str, str]:
    """How often a cymbal is on 1 after fills within takes, and after other bars."""
    after: dict[bool, list[bool]] = {True: [], False: []}
    for take in takes:
        toms, both = np.array([(bar.hits[TOM].sum(), strokes(bar)) for bar in take]).T
        filled = (toms - np.median(toms) >= LEAST_STROKES) & (both - np.median(both) >= LEAST_STROKES)
        for bar in range(1, len(take) - 1):
            after[bool(filled[bar])].append(bool(take[bar + 1].hits[CYMBAL, :3].any()))
    return f"{np.mean(after[True]):.0%} of {len(after[True])}", f"{np.mean(after[False]):.0%} of {len(after[False])}"


def played(space: RhythmSpace, points: np.ndarray) -> tuple[str, str]:
    """The same of loops of one bar with a fill every fourth, as they are performed."""
    after: dict[bool, list[bool]] = {True: [], False: []}
    for seed, (x, y) in enumerate(points.tolist()):
        scene = Scene(bars=(Generated(point=(x, y)),), fill_every=FILL_EVERY)
        planned = [bar.pieces[0][1] for bar in Plan(Project(scene=scene, seed=seed)).bars(BARS + 1)]
        made = decode_bars([part for bar in planned if (part := model_part(bar)) is not None], space)
        for index in range(1, BARS + 1):
            heard = finished(planned[index], made[index])
            after[index % FILL_EVERY == 0].append(bool(heard.hits[CYMBAL, :3].any()))
    return f"{np.mean(after[True]):.0%} of {len(after[True])}", f"{np.mean(after[False]):.0%} of {len(after[False])}"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--places", type=int, default=100)
    chosen = arguments.parse_args()
    space, (fills, takes) = clave.load_rhythm(), real(chosen.folder)
    points = click_points(space, chosen.places, np.random.default_rng(0))
    homes = [home for home in homes_of(space) if home.meter == (4, 4)]
    print("| fills | bars | snare and toms | toms | kick | hats | snare and toms by quarter | three hands |")
    print("|---" * 8 + "|")
    print(row("real, Groove MIDI", fills))
    print(row("phrases at clicks", [space.phrase(point, 2, seed=seed)[1] for seed, point in enumerate(points)]))
    at_homes = [space.phrase(home.point, 2, home.style, seed=seed)[1] for home in homes for seed in range(SEEDS)]
    print(row("phrases at the homes of styles", at_homes))
    print(row("clicks, section fill", space.at(points, section="fill")))
    print("\n| cymbal on 1 | after a fill | after other bars |\n|---|---|---|")
    print("| real, long takes | " + " | ".join(crash_after_fill(takes)) + " |")
    print("| loops at clicks, a fill every four bars | " + " | ".join(played(space, points)) + " |")


if __name__ == "__main__":
    main()
