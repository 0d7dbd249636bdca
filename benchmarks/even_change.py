"""How evenly what one hears changes along random paths: bars evenly spaced, and at the stops of `even_change`.

python benchmarks/even_change.py [--paths 50] [--bars 16]: a Markdown table of strokes that come or go from bar to bar.
"""

import argparse
import time
from itertools import pairwise

import numpy as np

import clave
from clave.play.decoding import decode_bars
from clave.play.even_change import EvenChange, even_change
from clave.play.project import Generated, Path, Scene
from clave.play.travel import point_at, share_at, vertices
from clave.rhythm.space import RhythmSpace

CORNERS = 4  # bars of the corpus that a path goes through


def random_path(rhythm: RhythmSpace, bars: int, rng: np.random.Generator) -> Scene:
    """A smooth path through bars of the corpus."""
    points = rhythm.corpus.map[rng.choice(len(rhythm.corpus), CORNERS, replace=False)]
    return Scene(path=Path(points=tuple((float(x), float(y)) for x, y in points), curve="smooth", bars=bars))


def strokes_changed(scene: Scene, rhythm: RhythmSpace) -> np.ndarray:
    """Strokes that come or go from each bar of the path to the next, as they are decoded."""
    assert scene.path is not None
    corners = vertices(scene)
    points = [point_at(corners, share_at(scene.path, bar)) for bar in range(scene.path.bars)]
    bars = decode_bars([Generated(point=point, settings=scene.settings) for point in points], rhythm)
    return np.array([(one.hits != other.hits).sum() for one, other in pairwise(bars)])


def row(name: str, changes: list[np.ndarray]) -> str:
    spread = np.mean([each.std() for each in changes])
    largest = [each.max() for each in changes]
    numbers = (np.mean([each.mean() for each in changes]), spread, np.mean(largest), max(largest))
    return f"| {name} | " + " | ".join(f"{number:.1f}" for number in numbers) + " |"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--paths", type=int, default=50)
    arguments.add_argument("--bars", type=int, default=16)
    arguments.add_argument("--most", type=int, default=8, help="strokes that may change from bar to bar")
    chosen = arguments.parse_args()
    rhythm, rng = clave.load_rhythm(), np.random.default_rng(0)
    before, after, limited, needed, seconds, least = [], [], [], [], [], []
    for _ in range(chosen.paths):
        scene = random_path(rhythm, chosen.bars, rng)
        assert scene.path is not None
        began = time.perf_counter()
        found = even_change(scene, rhythm, chosen.most)
        seconds.append(time.perf_counter() - began)
        before.append(strokes_changed(scene, rhythm))
        after.append(strokes_changed(with_stops(scene, even_change(scene, rhythm)), rhythm))
        needed.append(found.needed_bars or 0)
        least.append(found.least)
        longer = scene.changed(path=scene.path.changed(bars=max(chosen.bars, found.needed_bars or 0)))
        limited.append(strokes_changed(with_stops(longer, even_change(longer, rhythm, chosen.most)), rhythm))
    print(
        "| bars stand | mean | spread within a path | largest, mean of paths | largest of all |\n|---|---|---|---|---|"
    )
    print(row("evenly along the path", before))
    print(row("at even change", after))
    print(row(f"at even change, at most {chosen.most} strokes, with the bars that this takes", limited))
    kept = np.mean([(each <= max(chosen.most, floor)).all() for each, floor in zip(limited, least, strict=True)])
    print(f"\nlimit kept on {kept:.0%} of the paths; bars needed: {np.percentile(needed, [0, 50, 100])}")
    print(f"smallest limit that can be kept: {np.percentile(least, [0, 50, 100])}")
    print(f"seconds: median {np.median(seconds):.2f}, largest {max(seconds):.2f}")


def with_stops(scene: Scene, found: EvenChange) -> Scene:
    assert scene.path is not None
    return scene.changed(path=scene.path.changed(stops=found.stops))


if __name__ == "__main__":
    main()
