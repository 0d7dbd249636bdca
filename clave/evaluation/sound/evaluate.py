"""The whole evaluation of a sound space, side by side with simpler methods, with real sounds, and with upper bounds."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from clave import __version__
from clave.evaluation.sound import classifier, samples
from clave.evaluation.sound.classifier import Classifier, backwards, other_sounds
from clave.evaluation.sound.data import EvaluationData, evaluation_data
from clave.evaluation.sound.duds import DudRules
from clave.evaluation.sound.kits import kits
from clave.evaluation.sound.paths import paths
from clave.evaluation.sound.reconstruction import REAL, reconstruction
from clave.evaluation.sound.samples import Judged
from clave.evaluation.timing import timed
from clave.music.kit import VOICES
from clave.sound.space import SoundSpace
from clave.training.progress import OnProgress, of_task

OTHER_SOUNDS = 120  # sounds that are no drums, and drums played backwards, which the classifier is tested on
TIMED_SOUNDS, TIMED_KITS = 48, 8


def evaluate(
    spaces: Sequence[SoundSpace],
    folder: Path,
    listing: Path | None = None,
    *,
    sample_count: int = 500,
    max_reconstructed: int = 25,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> dict[str, Any]:
    """Measure the first of these spaces, with the others beside it, on the one-shots in a folder; the result is JSON.

    `sample_count` sounds of each voice are drawn from the prior, and at most `max_reconstructed` of each voice are
    encoded and decoded. Raises CorpusError if the folder holds too few kits that the spaces were not trained on.
    """
    rng = np.random.default_rng(seed)
    named = _by_name(spaces)
    data = evaluation_data(folder, listing, list(named.values()), seed, on_progress)
    drums = classifier.training_drums(data.judging, of_task(on_progress, "synthesizing the classifier's sounds"))
    judge = classifier.train(drums, seed, on_count=of_task(on_progress, "training the classifier"))

    bounds, dud_rules = samples.usual_bounds(data), DudRules.of(data)
    real = samples.judge(data.test, judge, bounds)
    train = samples.judge(data.train, judge, bounds)
    drawn = {
        name: samples.judge(
            samples.draw(space, sample_count, seed, of_task(on_progress, f"sampling {name}")), judge, bounds
        )
        for name, space in named.items()
    }
    chosen = data.test.subset(samples.spread_rows(data.test.voice, max_reconstructed, rng))
    drawn_rows = {f"samples, {name}": each for name, each in drawn.items()}
    return {
        "clave": __version__, "folder": folder.name, "seed": seed, "draws": sample_count, "spaces": list(named),
        "detail_size": spaces[0].detail_size, "sounds": data.counts,
        "classifier": classifier_accuracy(judge, data, real, rng),
        "reconstruction": reconstruction(named, data, chosen, of_task(on_progress, "encoding and decoding")),
        "samples": {
            row: samples.recognition(each, dud_rules(each.drums, each.predictions))
            for row, each in ({REAL: real} | drawn_rows).items()
        },
        "sets": samples.set_distances(real, {"real, training": train} | drawn_rows, rng),
        "copies": samples.copies(train, real, drawn, rng),
        "kits": kits(named, data, real, judge, dud_rules, sample_count, of_task(on_progress, "drawing kits")),
        "paths": paths(named, of_task(on_progress, "decoding paths")),
        "speed": {name: speed(each, seed) for name, each in named.items()},
    }  # fmt: skip


def classifier_accuracy(
    judge: Classifier, data: EvaluationData, real: Judged, rng: np.random.Generator
) -> dict[str, Any]:
    """How reliable the classifier is, on held-out kits and on sounds that are no drums."""
    predictions = real.predictions
    confusion = np.zeros((len(VOICES), len(VOICES)), np.int64)
    np.add.at(confusion, (real.drums.voice, predictions.voice), 1)
    reversed_drums = backwards(data.test, OTHER_SOUNDS, rng)
    return {
        "voice": samples.balanced_share(predictions.voice == real.drums.voice, real.drums.voice),
        "drums_recognised": float(predictions.drum.mean()),
        "others_rejected": float(1 - judge(other_sounds(OTHER_SOUNDS, rng)).drum.mean()),
        "backwards_rejected": float(1 - judge(reversed_drums).drum.mean()) if len(reversed_drums) else None,
        "confusion": confusion.tolist(),
    }


def speed(space: SoundSpace, seed: int = 0) -> dict[str, float]:
    """Seconds from a point to a sound and from a seed to a kit of eight, one after another in this process."""
    rng = np.random.default_rng(seed)
    points = rng.standard_normal((TIMED_SOUNDS, 2))
    voices = [space.voices[n % len(space.voices)] for n in range(TIMED_SOUNDS)]
    sounds = np.array(
        [
            timed(lambda point=point, voice=voice: space.at(point[None], voice))
            for point, voice in zip(points, voices, strict=True)
        ]
    )
    kits = np.array([timed(lambda number=number: space.kit(seed=number)) for number in range(TIMED_KITS)])
    p50, p95 = np.quantile(sounds, [0.5, 0.95], axis=0)
    rows = {"point_p50": p50, "point_p95": p95, "kit": np.median(kits, axis=0)}
    return {f"{name}_s": float(elapsed) for name, (elapsed, _) in rows.items()} | {
        f"{name}_processor_s": float(processor) for name, (_, processor) in rows.items()
    }


def _by_name(spaces: Sequence[SoundSpace]) -> dict[str, SoundSpace]:
    """The spaces by name; a second one of the same name by its folder."""
    named: dict[str, SoundSpace] = {}
    for space in spaces:
        name = str(space.card["name"])
        named[str(space.folder) if name in named else name] = space
    return named
