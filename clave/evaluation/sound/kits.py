"""Kits as sets: how far both hi-hats are apart, how alike the voices of a kit are, and how many of them are duds."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from clave.audio.descriptors import NAMES, describe_all
from clave.audio.loudness import loudest
from clave.evaluation.sound.classifier import Classifier
from clave.evaluation.sound.data import Drums, EvaluationData
from clave.evaluation.sound.duds import DudRules
from clave.evaluation.sound.reconstruction import REAL
from clave.evaluation.sound.samples import Judged, balanced_share
from clave.music.clip import Clip
from clave.music.kit import VOICES, Kit
from clave.music.kit import voice as voice_of
from clave.music.shapes import Float, Float64, Int
from clave.sound.drum_synth.kits import LOUDEST_SECONDS, LOUDNESS_LUFS
from clave.sound.space import DRAWN_VARIATION, SoundSpace
from clave.training.progress import OnCount

MAX_KITS = 48
MIN_KITS = 6  # that have both of two voices, for a correlation
COMPARED = tuple(NAMES.index(name) for name in ("brightness", "decay", "noisiness"))  # pitch is not had by all
CLOSED, OPEN = voice_of("closed hi-hat").index, voice_of("open hi-hat").index

Table = Float64[np.ndarray, "kit voice descriptor"]
"""The mean descriptors of each voice of each kit; NaN for a voice that a kit lacks."""


def kits(
    spaces: Mapping[str, SoundSpace], data: EvaluationData, real: Judged, judge: Classifier, rules: DudRules,
    count: int, on_count: OnCount,
) -> dict[str, Any]:  # fmt: skip
    """Real, held-out kits, and as many drawn by each space as `count` says, up to MAX_KITS.

    Each drawn row has another beside it, whose kits take every voice from another of the same kits: what is left is
    not due to drawing them as sets.
    """
    held_out = data.judging.joined(data.test)
    described = describe_all([Clip(sound) for sound in held_out.sounds]).astype(np.float64)
    duds = rules(real.drums, real.predictions)
    rows: dict[str, Any] = {REAL: likeness(table(described, held_out.voice, held_out.group))}
    rows[REAL] |= _judged(real.drums.voice, real.predictions.voice, duds)
    number = min(count, MAX_KITS)
    for index, (name, space) in enumerate(spaces.items()):
        drawn = list[Kit]()
        for seed in range(number):
            drawn.append(space.kit(variation=DRAWN_VARIATION, seed=seed))
            on_count(index * number + seed + 1, len(spaces) * number)
        rows |= _rows(name, drawn, space, judge, rules)
    return rows


def _rows(name: str, drawn: Sequence[Kit], space: SoundSpace, judge: Classifier, rules: DudRules) -> dict[str, Any]:
    voices = [voice_of(each) for each in space.voices]
    clips = [kit[voice] for kit in drawn for voice in voices]
    index = [voice.index for _ in drawn for voice in voices]
    drums = Drums.of(clips, index, np.repeat(np.arange(len(drawn)), len(voices)).tolist(), [""] * len(clips))
    predictions = judge(drums.sounds)
    found = table(describe_all(clips).astype(np.float64), drums.voice, drums.group)
    off = [abs(loudest(clip.samples, clip.sample_rate, LOUDEST_SECONDS) - LOUDNESS_LUFS[voice])
           for clip, voice in zip(clips, index, strict=True)]  # fmt: skip
    mixed = np.stack([np.roll(found[:, voice], voice, axis=0) for voice in range(len(VOICES))], axis=1)
    return {
        f"drawn, {name}": likeness(found)
        | _judged(drums.voice, predictions.voice, rules(drums, predictions))
        | {"level_lu": float(np.quantile(off, 0.95))},
        f"drawn, {name}, voices of different kits": likeness(mixed),
    }


def _judged(
    voice: Int[np.ndarray, " sound"], predicted: Int[np.ndarray, " sound"], duds: np.ndarray
) -> dict[str, float]:
    return {"recognised": balanced_share(predicted == voice, voice), "duds": balanced_share(duds, voice)}


def table(
    described: Float64[np.ndarray, "sound descriptor"],
    voice: Int[np.ndarray, " sound"],
    kit: Int[np.ndarray, " sound"],
) -> Table:
    """The table of these sounds, from their descriptors (Descriptors.scaled)."""
    numbers = np.unique(kit)
    found = np.full((len(numbers), len(VOICES), len(NAMES)), np.nan)
    for row, number in enumerate(numbers):
        for index in np.unique(voice[kit == number]):
            found[row, index] = described[(kit == number) & (voice == index)].mean(axis=0)
    return found


def likeness(found: Table) -> dict[str, Any]:
    """How alike the voices of a kit are; None for what too few kits say."""
    both = np.isfinite(found[:, CLOSED, 0] + found[:, OPEN, 0])
    hats = found[both]
    apart = np.abs(hats[:, CLOSED, NAMES.index("brightness")] - hats[:, OPEN, NAMES.index("brightness")])
    decays = hats[:, CLOSED, NAMES.index("decay")] - hats[:, OPEN, NAMES.index("decay")]
    values = _standardised(found[:, :, COMPARED])
    correlations = [_correlation(values[:, :, column]) for column in range(len(COMPARED))]
    return {
        "kits": len(found),
        "hats_apart_octaves": float(np.median(apart)) if len(hats) else None,
        "hats_apart_most_octaves": float(apart.max()) if len(hats) else None,
        "hats_decay_ratio": float(np.exp2(np.median(decays))) if len(hats) else None,
        "hats_closed_shorter": float((decays < 0).mean()) if len(hats) else None,
        **{f"{NAMES[column]}_alike": value for column, value in zip(COMPARED, correlations, strict=True)},
        "own_kit_nearer": own_kit_nearer(values),
    }


def _standardised(found: Table) -> Table:
    """Each voice's values with mean 0 and deviation 1 over the kits that have it."""
    known = np.isfinite(found)
    count = np.maximum(known.sum(axis=0), 1)
    centred = found - np.where(known, found, 0).sum(axis=0) / count
    std = np.sqrt(np.where(known, centred**2, 0).sum(axis=0) / count)
    return centred / np.where(std > 0, std, 1)


def _correlation(values: Float[np.ndarray, "kit voice"]) -> float | None:
    """Mean over pairs of voices of the correlation over the kits that have both."""
    found = list[float]()
    for one, other in combinations(range(values.shape[1]), 2):
        both = np.isfinite(values[:, one] + values[:, other])
        x, y = values[both, one], values[both, other]
        if both.sum() >= MIN_KITS and x.std() > 0 and y.std() > 0:
            found.append(float(np.corrcoef(x, y)[0, 1]))
    return float(np.mean(found)) if found else None


def own_kit_nearer(values: Table) -> float | None:
    """How often two voices of one kit are nearer than one of them and the other voice of another kit; 0.5 is chance."""
    shares = list[float]()
    for one, other in combinations(range(values.shape[1]), 2):
        both = np.isfinite(values[:, [one, other]]).all(axis=(1, 2))
        if both.sum() < MIN_KITS:
            continue
        distance = np.linalg.norm(values[both, None, one] - values[None, both, other], axis=-1)
        others = distance[~np.eye(len(distance), dtype=np.bool_)].reshape(len(distance), -1)
        shares.append(float((np.diag(distance)[:, None] < others).mean()))
    return float(np.mean(shares)) if shares else None
