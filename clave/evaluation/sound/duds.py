"""Duds: sounds that are surely another voice, ring longer than real ones, or are far louder at the same peak."""

from dataclasses import dataclass

import numpy as np

from clave.audio.loudness import loudest
from clave.evaluation.sound.classifier import Predictions
from clave.evaluation.sound.data import Drums, EvaluationData
from clave.music.clip import SAMPLE_RATE
from clave.music.kit import VOICES
from clave.music.shapes import Bool, Float64
from clave.sound.comparison import decay_s
from clave.sound.dataset import FACTORY_NAME

SURE = 0.7  # probability of another voice, by the classifier of the evaluation
LONGEST_QUANTILE = 0.99  # of T30 of real sounds
TOO_LOUD_LU = 10.0  # above the median of real sounds
LOUDNESS_SECONDS = 0.4  # where it is loudest: long enough that a wash counts


@dataclass(frozen=True, eq=False)
class DudRules:
    """The limits of each voice, from the recorded sounds outside the test part."""

    longest_s: Float64[np.ndarray, " voice"]  # T30
    loudest_lufs: Float64[np.ndarray, " voice"]  # at a peak of 0.9

    @classmethod
    def of(cls, data: EvaluationData) -> "DudRules":
        """Infinite for a voice without such sounds."""
        recorded = np.array([not name.startswith(FACTORY_NAME) for name in data.train.name], np.bool_)
        known = data.train.subset(recorded).joined(data.judging)
        features = _features(known)
        longest, loud = (np.full(len(VOICES), np.inf) for _ in range(2))
        for index in np.unique(known.voice):
            rows = features[known.voice == index]
            longest[index] = np.quantile(rows[:, 0], LONGEST_QUANTILE)
            loud[index] = np.median(rows[:, 1]) + TOO_LOUD_LU
        return cls(longest, loud)

    def __call__(self, drums: Drums, predictions: Predictions) -> Bool[np.ndarray, " sound"]:
        """Which of these sounds are duds."""
        features = _features(drums)
        other = (predictions.voice != drums.voice) & (predictions.confidence >= SURE)
        return (
            other | (features[:, 0] > self.longest_s[drums.voice]) | (features[:, 1] > self.loudest_lufs[drums.voice])
        )


def _features(drums: Drums) -> Float64[np.ndarray, "sound feature"]:
    """T30 in seconds and loudness in LUFS of each sound."""
    rows = [(decay_s(sound), loudest(sound, SAMPLE_RATE, LOUDNESS_SECONDS)) for sound in drums.sounds]
    return np.array(rows, np.float64).reshape(-1, 2)
