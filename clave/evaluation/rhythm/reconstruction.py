"""Held-out bars encoded and decoded: their hits, their likelihood, and their dynamics."""

from collections.abc import Callable
from typing import Any

import numpy as np

from clave.evaluation.rhythm import baselines, metrics
from clave.evaluation.rhythm.beats import Beats
from clave.evaluation.rhythm.context import Evaluation, HeldOut, Rows
from clave.evaluation.rhythm.metrics import Hits
from clave.music.pattern import Pattern
from clave.music.shapes import Float, Float32

LIKELIHOOD_DRAWS = 256  # of the importance sampling
NOISE, NOISE_DRAWS = 0.05, 5  # map units, the standard deviation of the noise on a point


def hits(evaluation: Evaluation, held_out: HeldOut) -> Rows:
    """Hit F1 of decoded bars, by the space from map and detail and from the map alone, and by each baseline."""
    beats, space, rng = held_out.beats, evaluation.space, evaluation.rng()

    def row(numbers: int, predicted: Hits) -> dict[str, Any]:
        by_voice = metrics.f1_by_voice(predicted, beats.hits)
        return {"numbers": numbers, "f1": metrics.f1(predicted, beats.hits), "by_voice": by_voice}

    def noisy_f1(
        decode: Callable[[Float32[np.ndarray, "bar map"]], Hits], points: Float32[np.ndarray, "bar map"]
    ) -> float:
        noisy = [points + NOISE * rng.standard_normal(points.shape).astype(np.float32) for _ in range(NOISE_DRAWS)]
        return float(np.mean([metrics.f1(decode(each), beats.hits) for each in noisy]))

    def decode_map(points: Float32[np.ndarray, "bar map"]) -> Hits:
        return Beats.from_patterns(space.at(points)).hits

    rows: Rows = {}
    decoded = Beats.from_patterns(space.decode(held_out.code)).hits
    rows[f"{evaluation.name}, map + detail"] = row(2 + space.detail_size, decoded)
    rows[f"{evaluation.name}, map alone"] = row(2, decode_map(held_out.code.map)) | {
        "noisy": noisy_f1(decode_map, held_out.code.map)
    }
    if evaluation.baselines is None:
        return rows
    for size in baselines.PCA_SIZES:
        pca = baselines.pca_reconstruction(size, evaluation.data.train, evaluation.data.tuning, beats)
        rows[f"PCA {size}"] = row(size, pca)
    for name, vae in evaluation.baselines.vaes.items():
        size = vae.model.map_size
        if size != 2:
            rows[name] = row(size, vae.hits(vae.encode(beats)))
            continue
        for row_name, find in ((f"{name}, by its encoder", vae.encode), (f"{name}, by search", vae.most_likely_points)):
            points = find(beats)
            rows[row_name] = row(size, vae.hits(points)) | {"noisy": noisy_f1(vae.hits, points)}
    return rows


def likelihood(evaluation: Evaluation, held_out: HeldOut) -> Rows:
    """-log p(hits) in nats a bar: an upper bound for a model with a latent, exact for one without."""
    rows: Rows = {}
    patterns = held_out.beats.patterns
    evaluation.add_row(
        rows,
        evaluation.name,
        lambda: {"nats": float(-evaluation.space.log_likelihood(patterns, LIKELIHOOD_DRAWS).mean())},
    )
    if evaluation.baselines is not None:
        vaes = evaluation.baselines.vaes
        rows |= {name: {"nats": vae.nll(held_out.beats, LIKELIHOOD_DRAWS)} for name, vae in vaes.items()}
        rows[baselines.GRU] = {"nats": evaluation.baselines.gru.nll(held_out.beats)}
    return rows


def dynamics(evaluation: Evaluation, held_out: HeldOut) -> Rows:
    """Mean absolute errors of velocity and offset over real hits: decoded, generated, and by a constant prediction."""
    beats, train = held_out.beats, evaluation.data.train

    def row(velocity: Float[np.ndarray, "*bar 8 64"], offset: Float[np.ndarray, "*bar 8 64"]) -> dict[str, Any]:
        errors = {"velocity": np.abs(velocity - beats.velocity), "offset": np.abs(offset - beats.offset)}
        return {name: float(each[beats.hits].mean()) for name, each in errors.items()}

    def generated() -> dict[str, Any]:
        plain = [Pattern.from_hits(bar) for bar in beats.hits]
        space, seed = evaluation.space, evaluation.seed
        played = Beats.from_patterns([space.feel(bar, seed=seed + number) for number, bar in enumerate(plain)])
        return row(played.velocity, played.offset)

    rows: Rows = {}
    evaluation.add_row(
        rows, f"{evaluation.name}, encoded and decoded", lambda: row(*evaluation.space.cell_feel(held_out.code))
    )
    evaluation.add_row(rows, f"{evaluation.name}, generated for the hits", generated)
    mean = row(*(metrics.mean_dynamics(each, train.hits) for each in (train.velocity, train.offset)))
    rows["mean of each voice and step"] = mean
    for each in rows.values():
        each |= {f"{name}_gain": 1 - each[name] / max(mean[name], 1e-9) for name in ("velocity", "offset")}
    return rows
