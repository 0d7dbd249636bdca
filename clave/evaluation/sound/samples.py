"""Samples from the prior: how many are recognised, how near they are to real sounds as a set, and whether they copy."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from clave.evaluation.sound import metrics
from clave.evaluation.sound.classifier import Classifier, Predictions
from clave.evaluation.sound.data import Drums, EvaluationData
from clave.latent.code import Code
from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.music.kit import voice as voice_of
from clave.music.shapes import Bool, Float, Float64, Int
from clave.sound.comparison import decay_s, peak_s
from clave.sound.dataset import FACTORY_NAME
from clave.sound.space import SoundSpace
from clave.training.progress import OnCount

BOOTSTRAPS, HALVES = 200, 40
MAX_COMPARED = 100  # sounds of each voice whose nearest training sound is searched for
USUAL_QUANTILES = (0.01, 0.99)  # of real sounds, between which T30 and the time of the peak are usual


class Judged(NamedTuple):
    """Sounds with the predictions of the classifier, and whether their T30 and the time of their peak are usual."""

    drums: Drums
    predictions: Predictions
    usual: Bool[np.ndarray, " sound"]


def judge(drums: Drums, classifier: Classifier, bounds: Float64[np.ndarray, "bound voice feature"]) -> Judged:
    """Classify these sounds, and compare their envelopes with the `usual_bounds`."""
    features = _envelope_features(drums)
    low, high = bounds[:, drums.voice]
    return Judged(drums, classifier(drums.sounds), ((features >= low) & (features <= high)).all(axis=1))


def usual_bounds(data: EvaluationData) -> Float64[np.ndarray, "bound voice feature"]:
    """The bounds of T30 and time of the peak of 98 % of the real sounds of each voice outside the test part."""
    recorded = np.array([not name.startswith(FACTORY_NAME) for name in data.train.name], np.bool_)
    features = np.concatenate([_envelope_features(data.train.subset(recorded)), _envelope_features(data.judging)])
    voice = np.concatenate([data.train.voice[recorded], data.judging.voice])
    bounds = np.zeros((2, len(VOICES), 2))
    bounds[1] = np.inf
    for index in np.unique(voice):
        bounds[:, index] = np.quantile(features[voice == index], USUAL_QUANTILES, axis=0)
    return bounds


def draw(space: SoundSpace, count: int, seed: int, on_count: OnCount) -> Drums:
    """So many samples of each voice, as sounds with phase: what `SoundSpace.sample` gives."""
    voices = [voice_of(name) for name in space.voices for _ in range(count)]
    clips = list[Clip]()
    for name in space.voices:
        code = space.accepted_codes(count, name, seed)
        for index in range(count):
            clips += space.decode(Code(code.map[index : index + 1], code.detail[index : index + 1]), name)
            on_count(len(clips), len(voices))
    order = [voice.index for voice in voices]
    return Drums.of(clips, order, list(range(len(order))), [voice.name for voice in voices])


def recognition(judged: Judged, duds: Bool[np.ndarray, " sound"] | None = None) -> dict[str, Any]:
    """The shares of sounds that are recognised as their voice, as drums, and as usual; each voice counts the same.

    With those that are duds, also their share.
    """
    voice, correct = judged.drums.voice, judged.predictions.voice == judged.drums.voice
    return {
        "sounds": len(judged.drums),
        "recognised": balanced_share(correct, voice),
        "by_voice": {VOICES[index].name: float(correct[voice == index].mean()) for index in np.unique(voice)},
        "drum": balanced_share(judged.predictions.drum, voice),
        "usual": balanced_share(judged.usual, voice),
        "drum_and_usual": balanced_share(judged.predictions.drum & judged.usual, voice),
    } | ({} if duds is None else {"duds": balanced_share(duds, voice)})


def set_distances(real: Judged, others: Mapping[str, Judged], rng: np.random.Generator) -> dict[str, Any]:
    """KID and FAD of each set against the held-out sounds; the floor is the distance of halves of these, by kits."""
    y, group, y_voice = real.predictions.embedding, real.drums.group, real.drums.voice
    half = metrics.halves(group, HALVES, rng)
    one, other = metrics.voice_weights(y_voice, y_voice, half, 1 - half)
    floor = metrics.kid(y, y, one, other)
    fads = [metrics.fad(y, y, *each) for each in zip(one, other, strict=True)]
    rows: dict[str, Any] = {
        "two halves of the held-out": _kid_interval(float(floor.mean()), floor) | {"fad": _mean(fads)}
    }
    for name, each in others.items():
        if not len(each.drums):
            continue
        x, voice = each.predictions.embedding, each.drums.voice
        ones = np.ones((1, len(x))), np.ones((1, len(y)))
        value = float(metrics.kid(x, y, *metrics.voice_weights(voice, y_voice, *ones))[0])
        drawn = metrics.resampled(each.drums.group, BOOTSTRAPS, rng), metrics.resampled(group, BOOTSTRAPS, rng)
        bootstrap = metrics.kid(x, y, *metrics.voice_weights(voice, y_voice, *drawn))
        matching = np.stack([_matching_counts(voice, y_voice[row > 0], rng) for row in half])
        weights = zip(*metrics.voice_weights(voice, y_voice, matching, 1 - half), strict=True)
        rows[name] = _kid_interval(value, bootstrap) | {
            "times_floor": float(value / floor.mean()),
            "fad": _mean([metrics.fad(x, y, *weight) for weight in weights]),
        }
    return rows


def copies(
    train: Judged, real: Judged, drawn: Mapping[str, Judged], rng: np.random.Generator
) -> dict[str, dict[str, float]]:
    """Distances to the nearest training sound, of samples and of held-out sounds."""
    if not len(train.drums):
        return {}
    sets = {"real, held out": real} | {f"samples, {name}": each for name, each in drawn.items()}
    nearest = {name: _nearest_distances(each, train, rng) for name, each in sets.items()}
    near_embedding, near_db = (np.quantile(each, USUAL_QUANTILES[0]) for each in nearest["real, held out"])
    return {
        name: {
            "embedding": float(np.median(embedding)),
            "embedding_nearest": float(np.quantile(embedding, USUAL_QUANTILES[0])),
            "embedding_nearer": float((embedding < near_embedding).mean()),
            "distance_db": float(np.median(db)),
            "distance_db_nearest": float(np.quantile(db, USUAL_QUANTILES[0])),
            "distance_db_nearer": float((db < near_db).mean()),
        }
        for name, (embedding, db) in nearest.items()
    }


def balanced_share(correct: Bool[np.ndarray, " sound"], voice: Int[np.ndarray, " sound"]) -> float:
    """The share of True, each voice counting the same."""
    return float(np.mean([correct[voice == index].mean() for index in np.unique(voice)]))


def spread_rows(
    voice: Int[np.ndarray, " sound"], max_per_voice: int, rng: np.random.Generator
) -> Int[np.ndarray, " chosen"]:
    """At most so many sounds of each voice, drawn without replacement."""
    return np.concatenate(
        [np.sort(rng.permutation(np.flatnonzero(voice == index))[:max_per_voice]) for index in np.unique(voice)]
    )


def _nearest_distances(
    judged: Judged, train: Judged, rng: np.random.Generator
) -> tuple[Float64[np.ndarray, " sound"], Float64[np.ndarray, " sound"]]:
    """From sounds to the nearest training sound of their voice: in the embedding, and log-spectral in dB."""
    embedding, distance_db = list[Any](), list[Any]()
    voice = judged.drums.voice
    chosen = spread_rows(voice, MAX_COMPARED, rng)
    for index in np.unique(voice):
        rows, train_rows = chosen[voice[chosen] == index], np.flatnonzero(train.drums.voice == index)
        if len(train_rows):
            vectors = judged.predictions.embedding[rows], train.predictions.embedding[train_rows]
            embedding.append(metrics.nearest(*vectors))
            sounds = judged.drums.subset(rows).sounds, train.drums.subset(train_rows).sounds
            distance_db.append(metrics.log_spectral_distances_db(*sounds).min(axis=1).astype(np.float64))
    return np.concatenate(embedding), np.concatenate(distance_db)


def _envelope_features(drums: Drums) -> Float64[np.ndarray, "sound feature"]:
    """T30 and time of the peak of each sound, in seconds."""
    return np.array([(decay_s(sound), peak_s(sound)) for sound in drums.sounds], np.float64).reshape(-1, 2)


def _matching_counts(
    voice: Int[np.ndarray, " sound"], other_voice: Int[np.ndarray, " other"], rng: np.random.Generator
) -> Float64[np.ndarray, " sound"]:
    """Ones for as many sounds of each voice as another set has, drawn, and zeros for the rest."""
    counts = np.zeros(len(voice))
    for index, count in zip(*np.unique(other_voice, return_counts=True), strict=True):
        counts[rng.permutation(np.flatnonzero(voice == index))[:count]] = 1
    return counts


def _kid_interval(value: float, draws: Float[np.ndarray, " draw"]) -> dict[str, float]:
    low, high = np.quantile(draws, [0.025, 0.975])
    return {"kid": value, "kid_low": float(low), "kid_high": float(high)}


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))
