"""The whole evaluation of a rhythm space, side by side with what other models, real bars and cross-fades reach.

All models are trained in the same run on the same bars. A row that a space cannot give is left out, and the reason is
noted under "missing".
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from clave import __version__
from clave.evaluation.rhythm import baselines, fills, journeys, paths, played_bars, reconstruction, samples, style
from clave.evaluation.rhythm.beats import Beats, EvaluationData
from clave.evaluation.rhythm.context import Evaluation, HeldOut, Rows
from clave.evaluation.rhythm.kept_styles import kept_styles
from clave.evaluation.timing import timed
from clave.latent.code import Code
from clave.rhythm.space import RhythmSpace
from clave.training.progress import OnProgress, of_task

TIMED_POINTS = 200

SUBJECTS: dict[str, Callable[[Evaluation, HeldOut], Rows]] = {
    "hits": reconstruction.hits,
    "likelihood": reconstruction.likelihood,
    "style": style.classification,
    "style_condition": style.conditioning,
    "samples": samples.distribution,
    "copies": samples.copies,
    "playable": played_bars.playable,
    "turning": played_bars.turning,
    "feel": played_bars.feel,
    "fills": fills.fills,
    "interpolation": paths.interpolation,
    "journeys": journeys.journeys,
    "dynamics": reconstruction.dynamics,
    "attribute_shift": paths.attribute_shift,
}
"""The tables in the order of the report, each with the function that measures its rows."""


def evaluate(
    space: RhythmSpace,
    data: EvaluationData,
    *,
    sample_count: int = 1000,
    with_baselines: bool = True,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> dict[str, Any]:
    """Measure a space on these beats; the result can be written as JSON.

    `sample_count` bars are drawn from the prior without a style, and about as many in all with each of the styles.
    """
    classifiers = {
        name: baselines.train(baselines.classifier(len(data.styles), dynamics=dynamics), data, on_progress)
        for name, dynamics in (("hits and dynamics", True), ("hits", False))
    }
    trained = baselines.train_all(data, on_progress) if with_baselines else None
    measured = of_task(on_progress, "measuring")
    total = 3 + len(SUBJECTS) * len(data.held_out)
    measured(0, total)
    drawn = Beats.from_patterns(space.sample(sample_count, seed=seed))
    measured(1, total)
    train_code = space.encode(data.train.patterns)
    evaluation = Evaluation(space, data, trained, classifiers, train_code, drawn, seed, missing={})
    measured(2, total)
    splits: dict[str, dict[str, Rows]] = {}
    for split, beats in data.held_out.items():
        held_out = HeldOut(beats, space.encode(beats.patterns), data.fills.get(split))
        splits[split] = {}
        for subject, measure in SUBJECTS.items():
            splits[split][subject] = measure(evaluation, held_out)
            measured(2 + sum(map(len, splits.values())), total)
    styles = kept_styles(space, data, seed)
    measured(total, total)
    return {
        "clave": __version__, "space": evaluation.name, "seed": seed, "samples": sample_count,
        "numbers": {"map": 2, "detail": space.detail_size},
        "bars": {"train": len(data.train), "tuning": len(data.tuning)}
        | {split: len(beats) for split, beats in data.held_out.items()},
        "splits": splits, "kept_styles": styles,
        "speed": {evaluation.name: speed(space, seed)}, "missing": evaluation.missing,
    }  # fmt: skip


def speed(space: RhythmSpace, seed: int = 0) -> dict[str, float]:
    """Milliseconds from a map point (`at`) and from a whole code (`decode`) to a bar, one bar at a time."""
    points = np.random.default_rng(seed).standard_normal((TIMED_POINTS, 2)).astype(np.float32)
    codes = space.expected(points)
    calls: dict[str, Callable[[int], Any]] = {
        "at": lambda n: space.at(points[n : n + 1]),
        "decode": lambda n: space.decode(Code(codes.map[n : n + 1], codes.detail[n : n + 1])),
    }
    result: dict[str, float] = {}
    for name, call in calls.items():
        call(0)  # the first call pays for what is loaded on demand
        times_ms = 1000 * np.array([timed(lambda n=n, call=call: call(n)) for n in range(TIMED_POINTS)])
        for quantile, label in ((0.5, "p50"), (0.95, "p95")):
            elapsed, processor = np.quantile(times_ms, quantile, axis=0)
            result |= {f"{name}_{label}_ms": float(elapsed), f"{name}_{label}_processor_ms": float(processor)}
    return result
