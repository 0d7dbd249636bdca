"""Held-out bars encoded and decoded: their hits, their likelihood, and their dynamics."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from clave.evaluation.rhythm import baselines, metrics
from clave.evaluation.rhythm.beats import Beats
from clave.evaluation.rhythm.context import Evaluation, HeldOut, Rows, random_rows
from clave.evaluation.rhythm.metrics import Hits
from clave.music.pattern import Pattern
from clave.music.shapes import Float, Float32
from clave.training.models.rolls import with_rolls

LIKELIHOOD_DRAWS = 256  # of the importance sampling
IN_A_ROW, IN_A_ROW_DRAWS = 500, 128  # bars that are scored with and without the bar before them, and draws for each
ROLLS = 200  # bars with rolls
NOISE, NOISE_DRAWS = 0.05, 5  # map units, the standard deviation of the noise on a point


def hits(evaluation: Evaluation, held_out: HeldOut) -> Rows:
    """Hit F1 of decoded bars, by the space from map and detail and from the map alone, and by each baseline."""
    beats, space, rng = held_out.beats, evaluation.space, evaluation.rng()

    def row(numbers: int, predicted: Hits, wanted: Hits = beats.hits) -> dict[str, Any]:
        by_voice = metrics.f1_by_voice(predicted, wanted)
        return {"numbers": numbers, "f1": metrics.f1(predicted, wanted), "by_voice": by_voice}

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
    rows[f"{evaluation.name}, bars with rolls"] = row(2 + space.detail_size, *with_rolls_back(evaluation, held_out))
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


def with_rolls_back(evaluation: Evaluation, held_out: HeldOut) -> tuple[Hits, Hits]:
    """Bars with rolls that are made from held-out ones, encoded and decoded; and as they were."""
    hits = held_out.beats.hits
    steps = np.full(len(hits), hits.shape[2])
    made, _ = with_rolls(hits, steps, ROLLS, evaluation.rng())
    bars = [Pattern.from_hits(bar) for bar in made]
    return Beats.from_patterns(evaluation.space.decode(evaluation.space.encode(bars))).hits, made


def likelihood(evaluation: Evaluation, held_out: HeldOut) -> Rows:
    """-log p(hits) in nats a bar: an upper bound for a model with a latent, exact for one without."""
    rows: Rows = {}
    patterns = held_out.beats.patterns
    evaluation.add_row(
        rows,
        evaluation.name,
        lambda: {
            "bars": len(patterns),
            "nats": float(-evaluation.space.log_likelihood(patterns, LIKELIHOOD_DRAWS).mean()),
        },
    )
    rows |= in_a_row(evaluation, held_out)
    if evaluation.baselines is not None:
        vaes = evaluation.baselines.vaes
        rows |= {name: {"nats": vae.nll(held_out.beats, LIKELIHOOD_DRAWS)} for name, vae in vaes.items()}
        rows[baselines.GRU] = {"nats": evaluation.baselines.gru.nll(held_out.beats)}
    return rows


def in_a_row(evaluation: Evaluation, held_out: HeldOut) -> Rows:
    """The likelihood of bars whose bar before is known, alone and given that bar."""
    rows: Rows = {}
    following, before = held_out.beats.in_a_row()
    chosen = random_rows(len(following), IN_A_ROW, evaluation.rng())
    bars, earlier = following.subset(chosen).patterns, [before[row] for row in chosen]
    if not bars:
        return rows

    def row(given: Sequence[Pattern] | None) -> dict[str, Any]:
        likelihood = evaluation.space.log_likelihood(bars, IN_A_ROW_DRAWS, before=given)
        return {"bars": len(bars), "nats": float(-likelihood.mean())}

    evaluation.add_row(rows, f"{evaluation.name}, bars that follow another, alone", lambda: row(None))
    evaluation.add_row(rows, f"{evaluation.name}, the same given the bar before", lambda: row(earlier))
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
