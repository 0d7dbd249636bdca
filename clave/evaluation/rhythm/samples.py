"""Samples from the prior: whether they are distributed as real bars are, and whether they are copies."""

import numpy as np

from clave.evaluation.rhythm import metrics
from clave.evaluation.rhythm.baselines import PAPER
from clave.evaluation.rhythm.beats import Beats
from clave.evaluation.rhythm.context import Evaluation, HeldOut, Rows, random_rows
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.music.shapes import Float64
from clave.rhythm import attributes


def distribution(evaluation: Evaluation, held_out: HeldOut) -> Rows:
    """Overlapping areas of samples and real bars: of density, of syncopation, and of the hits of each voice."""
    rng, name, count = evaluation.rng(), evaluation.name, len(evaluation.samples)
    sets: dict[str, Beats] = {f"{name}, samples": evaluation.samples}
    if evaluation.baselines is not None:
        paper = evaluation.baselines.vaes[PAPER]
        points = rng.standard_normal((count, 2)).astype(np.float32)
        sets[f"{PAPER}, samples"] = Beats.from_patterns([Pattern.from_hits(hits) for hits in paper.hits(points)])
    train = evaluation.data.train
    sets["real, training"] = train.subset(random_rows(len(train), count, rng))
    real = held_out.beats.subset(random_rows(len(held_out.beats), count, rng))
    real_values = _statistics(real)
    rows: Rows = {}
    for row, beats in sets.items():
        values = _statistics(beats)
        area = {key: metrics.overlapping_area(values[key], real_values[key]) for key in real_values}
        by_distance = {key: metrics.overlap_of_distances(values[key], real_values[key]) for key in real_values}
        rows[row] = {
            "density": area["density"], "syncopation": area["syncopation"],
            "by_voice": {voice.name: area[voice.name] for voice in VOICES},
            "distances_density": by_distance["density"], "distances_syncopation": by_distance["syncopation"],
            "distances_by_voice": {voice.name: by_distance[voice.name] for voice in VOICES},
            "distances_least_voice": min(by_distance[voice.name] for voice in VOICES),
            "mean_density": float(values["density"].mean()), "mean_syncopation": float(values["syncopation"].mean()),
        }  # fmt: skip
    rows["real, held out"] = {f"mean_{key}": float(real_values[key].mean()) for key in ("density", "syncopation")}
    return rows


def copies(evaluation: Evaluation, held_out: HeldOut) -> Rows:
    """The share of distinct bars, and how near each lies to the nearest training bar."""
    samples, rng = evaluation.samples, evaluation.rng()
    real = held_out.beats.subset(random_rows(len(held_out.beats), len(samples), rng))
    rows: Rows = {}
    for row, beats in ((f"{evaluation.name}, samples", samples), ("real, held out", real)):
        distance = metrics.nearest_distance(beats.hits, evaluation.data.train.hits)
        rows[row] = {
            "bars": len(beats), "distinct": len({bar.tobytes() for bar in beats.hits}) / max(1, len(beats)),
            "copies": float((distance == 0).mean()),
            "nearest": float(np.median(distance)), "nearest_mean": float(distance.mean()),
        }  # fmt: skip
    return rows


def _statistics(beats: Beats) -> dict[str, Float64[np.ndarray, " bar"]]:
    """Density and syncopation of each bar, and the hits of each voice per quarter."""
    measured = attributes.measure(beats.patterns)
    values = {name: measured[:, attributes.NAMES.index(name)] for name in ("density", "syncopation")}
    return values | {voice.name: beats.hits[:, voice.index].sum(axis=1) / 4 for voice in VOICES}
