"""Scores of a space on bars it has not learned from, computed through the ONNX files that playing runs."""

from collections.abc import Sequence

import numpy as np

from clave.music.pattern import Pattern
from clave.music.shapes import Bool, Float, Float32
from clave.rhythm.space import RhythmSpace

THRESHOLDS = np.linspace(-3, 2, 51)  # logits: the candidates of `best_threshold`


def hit_f1(logit: Float[np.ndarray, "bar *cell"], hits: Bool[np.ndarray, "bar *cell"], threshold: float) -> float:
    """Harmonic mean of precision and recall over all cells, where a logit above the threshold counts as a hit."""
    predicted = logit > threshold
    return float(2 * (predicted & hits).sum() / max(1, int(predicted.sum() + hits.sum())))


def best_threshold(logit: Float[np.ndarray, "bar *cell"], hits: Bool[np.ndarray, "bar *cell"]) -> float:
    """The threshold with the highest F1. Tune it on other bars than those that are reported on."""
    return float(max(THRESHOLDS, key=lambda threshold: hit_f1(logit, hits, float(threshold))))  # pyright: ignore[reportUnknownLambdaType]


def cross_entropy(logit: Float[np.ndarray, "bar *cell"], hits: Bool[np.ndarray, "bar *cell"]) -> float:
    """-log p(hits) in nats a bar, on average."""
    return float((np.logaddexp(0, logit) - logit * hits).sum() / len(logit))


def tune(space: RhythmSpace, patterns: Sequence[Pattern]) -> float:
    """The best threshold of the map's logits on these bars."""
    return best_threshold(space.map_logits(space.encode(patterns)), stacked_hits(patterns))


def measure(space: RhythmSpace, patterns: Sequence[Pattern]) -> dict[str, float]:
    """Hit F1 and cross-entropy (nats a bar) of the map alone, hit F1 of map and detail, and errors of the dynamics.

    Velocities are in [0, 1], offsets in steps; their errors are mean absolute ones over the strokes of the bars.
    """
    hits, code = stacked_hits(patterns), space.encode(patterns)
    by_map, again = space.map_logits(code), space.decode(code)
    velocity, offset = space.cell_feel(code, hits)
    return {
        "bars": float(len(patterns)),
        "f1_map": hit_f1(by_map, hits, space.threshold),
        "f1_detail": hit_f1(stacked_hits(again).astype(float), hits, 0.5),
        "cross_entropy_map": cross_entropy(by_map, hits),
        "nll": float(-space.log_likelihood(patterns).mean()),
        "velocity_error": float(np.abs(velocity - _stacked(patterns, "velocity"))[hits].mean()),
        "offset_error_steps": float(np.abs(offset - _stacked(patterns, "offset"))[hits].mean()),
    }


def stacked_hits(patterns: Sequence[Pattern]) -> Bool[np.ndarray, "bar voice step"]:
    """The activation matrices of these bars, as wide as the longest."""
    return _stacked(patterns, "velocity") > 0


def _stacked(patterns: Sequence[Pattern], name: str) -> Float32[np.ndarray, "bar voice step"]:
    longest = max(pattern.steps for pattern in patterns)
    return np.stack([np.pad(getattr(pattern, name), ((0, 0), (0, longest - pattern.steps))) for pattern in patterns])
