"""The shipped rhythm space on the Groove MIDI validation split, beside PCA and the paper's model rebuilt in this run.

    python benchmarks/rhythm_models.py FOLDER [SPACE]

FOLDER (or $CLAVE_DATA/grooves/groove-midi) holds the Groove MIDI data set, SPACE a rhythm space other than the shipped
one. Scored are one-bar 4/4 beats of at least 4 strokes. Thresholds and stopping are tuned on a part of train. Bars are
found on the paper's map in both ways, by its encoder and by our search. About ten minutes on one core.
"""

import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clave import corpus, evaluate, learn, load_rhythm, recipes
from clave.corpus import Corpus
from clave.space import RhythmSpace
from clave.units import COMMON_TIME

COMPONENTS = (2, 32, 64)
Scores = tuple[str, float, float]  # name, hit F1, cross-entropy in nats a bar


def main(folder: Path, space: Path | None) -> None:
    divided = learn.divide(corpus.scan(folder).in_meter(COMMON_TIME))
    train, tuning, validation = (learn.beats(part) for part in (divided.train, divided.tuning, divided.validation))
    print(f"{len(train)} bars to learn from, {len(tuning)} to tune on, {len(validation)} to score\n")
    rows = [marginals(train, tuning, validation)]
    rows += [pca(size, train, tuning, validation) for size in COMPONENTS]
    with tempfile.TemporaryDirectory() as run:
        recipe = replace(recipes.paper(), epochs=40, warmup_epochs=5, patience_epochs=8)  # it overfits after that
        for epoch in learn.learn_rhythm(corpus.scan(folder).in_meter(COMMON_TIME), recipe, Path(run)):
            print(f"the paper's model, epoch {epoch.number}: {epoch.tuning['total']:.2f}", end="\r", file=sys.stderr)
        rows += through_map("the paper's model, 2-D, beta 4", load_rhythm(run), tuning, validation)
    shipped = load_rhythm(space)
    rows += through_map("Clave, map alone", shipped, tuning, validation)
    rows.append(through_detail(f"Clave, map + detail ({2 + shipped.detail_size})", shipped, tuning, validation))
    print("| model | hit F1 | cross-entropy, nats a bar |\n|---|---|---|")
    for name, f1, nats in rows:
        print(f"| {name} | {f1:.3f} | {nats:.1f} |")


def scored(
    name: str, tuned: NDArray[np.float64], logit: NDArray[np.float64], tuning: Corpus, held_out: Corpus
) -> Scores:
    """F1 at the threshold that is best on the tuning part, and cross-entropy."""
    threshold = evaluate.best_threshold(tuned, tuning.hits)
    return name, evaluate.hit_f1(logit, held_out.hits, threshold), evaluate.cross_entropy(logit, held_out.hits)


def logits(probability: NDArray[np.float64], least: float) -> NDArray[np.float64]:
    """Logits of numbers that need not be probabilities; `least` keeps them finite."""
    clipped = np.clip(probability, least, 1 - least)
    return np.log(clipped / (1 - clipped))


def marginals(train: Corpus, tuning: Corpus, held_out: Corpus) -> Scores:
    """The training mean: every bar is thought to be the same."""
    flat = logits(train.hits.mean(axis=0), 1e-4)
    tuned, logit = (np.broadcast_to(flat, part.hits.shape) for part in (tuning, held_out))
    return scored("training mean", tuned, logit, tuning, held_out)


def pca(size: int, train: Corpus, tuning: Corpus, held_out: Corpus) -> Scores:
    """Principal components of the matrices; the clipping that turns them into probabilities is tuned."""
    mean = train.hits.reshape(len(train), -1).mean(axis=0)
    centred = train.hits.reshape(len(train), -1) - mean
    axes = np.linalg.eigh(centred.T @ centred)[1][:, -size:]

    def restored(part: Corpus) -> NDArray[np.float64]:
        return ((part.hits.reshape(len(part), -1) - mean) @ axes @ axes.T + mean).reshape(part.hits.shape)

    tuned, seen = restored(tuning), restored(held_out)
    floors = (1e-3, 3e-3, 1e-2, 2e-2, 3e-2)
    floor = min(floors, key=lambda least: evaluate.cross_entropy(logits(tuned, least), tuning.hits))
    threshold = max(np.linspace(0.05, 0.8, 31), key=lambda each: evaluate.hit_f1(tuned, tuning.hits, float(each)))
    f1 = evaluate.hit_f1(seen, held_out.hits, float(threshold))
    return f"PCA {size}", f1, evaluate.cross_entropy(logits(seen, floor), held_out.hits)


def through_map(name: str, space: RhythmSpace, tuning: Corpus, held_out: Corpus) -> list[Scores]:
    """Through two numbers alone, which the encoder gives or a search over the map."""
    rows: list[Scores] = []
    for how, find in (("its encoder", space.guess), ("our search", space.encode)):
        tuned, logit = (
            space.hit_logits(evaluate.alone(space, find(part.patterns))).astype(float) for part in (tuning, held_out)
        )
        rows.append(scored(f"{name}, found by {how}", tuned, logit, tuning, held_out))
    return rows


def through_detail(name: str, space: RhythmSpace, tuning: Corpus, held_out: Corpus) -> Scores:
    """Through all that a code holds."""
    tuned, logit = (space.hit_logits(space.encode(part.patterns)).astype(float) for part in (tuning, held_out))
    return scored(name, tuned, logit, tuning, held_out)


if __name__ == "__main__":
    if len(sys.argv) < 2 and "CLAVE_DATA" not in os.environ:
        sys.exit(__doc__)
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(os.environ["CLAVE_DATA"], "grooves", "groove-midi")
    main(data, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
