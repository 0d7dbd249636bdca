"""How far the bars of loops, paths and songs agree, beside real takes: a Markdown table, and what it costs.

python benchmarks/context.py FOLDER [--scenes 30]: FOLDER is Groove MIDI. Real are 8 bars in a row of each of its
takes of beats in the validation split, in 4/4. Scenes are played as a project plays them, once as they are and once
with bars that hear nothing.
"""

import argparse
import csv
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

import clave
from clave import Pattern, midi
from clave.evaluation.rhythm.played_bars import click_points
from clave.play.arrange import requests
from clave.play.decoding import decode_bars
from clave.play.plan import Plan
from clave.play.project import Bar, Edited, Generated, GenerationSettings, Project, Scene, SongPart
from clave.play.project import Path as MapPath
from clave.play.project.bars import finished, model_part
from clave.rhythm.space import RhythmSpace

BARS, LEAST_STROKES = 8, 4
PAIRS, DRAWS = 300, 8  # of bars in a row whose likelihood is measured, and draws of importance sampling
AMOUNTS = (0.25, 0.5)
TIMES = 100


def real(folder: Path, rng: np.random.Generator) -> list[list[Pattern]]:
    """Eight bars of each take that has as many."""
    with (folder / "info.csv").open() as table:
        rows = [row for row in csv.DictReader(table) if row["split"] == "validation"]
    found: list[list[Pattern]] = []
    for row in rows:
        if row["beat_type"] == "beat" and row["time_signature"] == "4-4":
            read = midi.read(folder / row["midi_filename"], drum_map="td-11").patterns
            bars = [bar for bar in read if bar.hits.sum() >= LEAST_STROKES]
            if len(bars) >= BARS:
                first = rng.integers(0, len(bars) - BARS + 1)
                found.append(bars[first : first + BARS])
    return found


def projects(space: RhythmSpace, count: int, variation: float) -> dict[str, list[Project]]:
    """Loops at a point, with a seed for each bar; paths with one seed; songs of two scenes of two bars, twice each."""
    points = click_points(space, 2 * count, np.random.default_rng(0)).reshape(count, 2, 2).tolist()
    found: dict[str, list[Project]] = {
        "loop": [], "path, stroke by stroke": [], "path over the map": [], "song": [],
    }  # fmt: skip
    for number, ends in enumerate(points):
        settings = GenerationSettings(variation=variation, seed=number)

        def loop(point: list[float], bars: int, settings: GenerationSettings = settings) -> tuple[Generated, ...]:
            seeds = [settings.seed + 1000 * bar for bar in range(bars)]
            return tuple(Generated(point=tuple(point), settings=settings.changed(seed=seed)) for seed in seeds)

        found["loop"].append(Project(scene=Scene(bars=loop(ends[0], BARS))))
        for name, between in (("path, stroke by stroke", "strokes"), ("path over the map", "map")):
            path = MapPath(points=tuple(map(tuple, ends)), bars=BARS, way="once", between=between)
            found[name].append(Project(scene=Scene(settings=settings, path=path)))
        scenes = tuple(Scene(bars=loop(point, 2)) for point in ends)
        parts = tuple(SongPart(scene=scene, bars=2) for scene in (0, 1, 0, 1))
        found["song"].append(Project(scenes=scenes, song=parts))
    return found


def deaf(bar: Bar) -> Bar:
    """The bar that hears nothing."""
    if isinstance(bar, Edited):
        return bar.changed(base=deaf(bar.base))
    return bar.changed(hears=None) if isinstance(bar, Generated) else bar


def played(space: RhythmSpace, project: Project, hearing: bool) -> list[Pattern]:
    planned = [bar.pieces[0][1] for bar in Plan(project).bars(BARS)]
    bars = planned if hearing else [deaf(bar) for bar in planned]
    parts = [part for bar in bars if (part := model_part(bar)) is not None]
    return [finished(bar, made) for bar, made in zip(bars, decode_bars(parts, space), strict=True)]


def shared(one: Pattern, other: Pattern) -> float:
    """Strokes of both bars, twice, over all strokes of both."""
    return 2 * (one.hits & other.hits).sum() / max(1, one.hits.sum() + other.hits.sum())


def row(name: str, space: RhythmSpace, groups: Sequence[Sequence[Pattern]]) -> str:
    pairs = [pair for bars in groups for pair in pairwise(bars)]
    chosen = [pairs[place] for place in np.random.default_rng(0).permutation(len(pairs))[:PAIRS]]
    before, after = zip(*chosen, strict=True)
    alone, given = (-space.log_likelihood(after, DRAWS, before=each).mean() for each in (None, before))
    cells = [
        name, str(len(chosen)), f"{np.mean([shared(*pair) for pair in pairs]):.2f}",
        f"{np.mean([shared(bars[0], bar) for bars in groups for bar in bars[2:]]):.2f}",
        f"{np.mean([np.array_equal(one.hits, other.hits) for one, other in pairs]):.0%}",
        f"{np.mean([bar.hits.sum() for bar in after]):.1f}", f"{alone:.1f}", f"{given:.1f}", f"{alone - given:.1f}",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def milliseconds(space: RhythmSpace, bars: Sequence[Bar]) -> str:
    """The median time that these bars take when they are asked for one by one, as a page does."""
    times: list[float] = []
    for bar in bars[:TIMES]:
        start = time.perf_counter()
        decode_bars([bar], space)
        times.append(1000 * (time.perf_counter() - start))
    return f"{np.median(times):.1f} ms"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--scenes", type=int, default=30)
    chosen = arguments.parse_args()
    space = clave.load_rhythm()
    heads = ["bars", "pairs", "shared with the bar before", "with the first", "the same", "strokes", "nats"]
    print(f"| {' | '.join(heads)} | given the bar before | gain |")
    print("|---" * 9 + "|")
    print(row("real takes", space, real(chosen.folder, np.random.default_rng(1))), flush=True)
    for variation in AMOUNTS:
        for name, each in projects(space, chosen.scenes, variation).items():
            for hearing, how in ((False, "hears nothing"), (True, "hears")):
                bars = [played(space, project, hearing) for project in each]
                print(row(f"{name}, variation {variation:g}, {how}", space, bars), flush=True)
    for name, each in projects(space, chosen.scenes, 0.5).items():
        bars = [bar for project in each for bar in requests(project, BARS).bars]
        bars = [bar for bar in bars if isinstance(bar, Generated) and bar.hears is not None]
        print(f"{name}: {milliseconds(space, list(map(deaf, bars)))} a bar, {milliseconds(space, bars)} one that hears")


if __name__ == "__main__":
    main()
