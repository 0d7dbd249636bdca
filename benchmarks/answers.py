"""How answers relate to the bars that they answer: what they share, how far they lie, how long it takes.

    python benchmarks/answers.py [--bars 60] [--json FILE]

The player's bars are drawn from the prior of the rhythm space that ships. *Shared* is the share of the player's strokes
that the answer has too, in the same voice and 16th; *alike* the correlation of the numbers of strokes by 16th.
"""

import argparse
import json
import time
from pathlib import Path
from typing import get_args

import numpy as np

import clave
from clave.rhythm.answering import AnswerKind, answer, by_sixteenth, shared

DISTANCES = 0.0, 0.5, 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--bars", type=int, default=60)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    space = clave.load_rhythm()
    bars = [bar for bar in space.sample(given.bars, seed=11) if bar.hits.any()]
    points = space.locate(bars)
    answer(space, bars[0], "oppose")  # networks are loaded at their first run
    rows = []
    for kind in get_args(AnswerKind):
        for distance in DISTANCES:
            share, alike, strokes, away, seconds = [], [], [], [], []
            for seed, (bar, point) in enumerate(zip(bars, points, strict=True)):
                begin = time.perf_counter()
                made = answer(space, bar, kind, distance, seed=seed)
                seconds.append(time.perf_counter() - begin)
                theirs, ours = (by_sixteenth(each.hits).sum(axis=0) for each in (bar, made.pattern))
                share.append(shared(bar, made.pattern))
                strokes.append(int(ours.sum()))
                away.append(float(np.hypot(*(np.array(made.point) - point))))
                if theirs.std() > 0 and ours.std() > 0:
                    alike.append(float(np.corrcoef(theirs, ours)[0, 1]))
            rows.append(
                {
                    "answer": kind,
                    "distance": distance,
                    "shared": float(np.mean(share)),
                    "shared p5": float(np.percentile(share, 5)),
                    "shared p95": float(np.percentile(share, 95)),
                    "alike": float(np.mean(alike)),
                    "strokes": float(np.mean(strokes)),
                    "silent": int(np.sum(np.array(strokes) == 0)),
                    "map units": float(np.mean(away)),
                    "ms": 1000 * float(np.median(seconds)),
                }
            )
    print("| answer | distance | shared: mean (p5 to p95) | alike | strokes | silent | map units away | ms |")
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        span = f"{row['shared']:.2f} ({row['shared p5']:.2f} to {row['shared p95']:.2f})"
        rest = f"{row['alike']:.2f} | {row['strokes']:.1f} | {row['silent']} | {row['map units']:.2f} | {row['ms']:.0f}"
        print(f"| {row['answer']} | {row['distance']:g} | {span} | {rest} |")
    print(f"\n{len(bars)} bars of {np.mean([bar.hits.sum() for bar in bars]):.1f} strokes")
    if given.json is not None:
        given.json.write_text(json.dumps(rows), "utf-8")


if __name__ == "__main__":
    main()
