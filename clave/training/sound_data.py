"""The data of a sound run: one-shots in parts that are trained on, tuned on and held out, and as tensors."""

from dataclasses import dataclass, replace

import torch

from clave.errors import TrainingError
from clave.sound.dataset import SoundCorpus, few, split, weights
from clave.training.models.sound_model import Sounds

VALIDATION_SHARE, TUNING_SHARE = 0.1, 0.08  # of the sounds, by groups of kits
TUNING_LIMIT = 0.25  # of the limit on sounds to train on


@dataclass(frozen=True)
class SoundParts:
    """One-shots in parts that share no kit, and no kits that share a sound."""

    train: SoundCorpus
    tuning: SoundCorpus
    validation: SoundCorpus  # held out

    def limited(self, limit: int, seed: int) -> "SoundParts":
        """The same with at most so many sounds to train on, and a fourth as many to tune on."""
        tuning = few(self.tuning, max(1, int(limit * TUNING_LIMIT)), seed)
        return replace(self, train=few(self.train, limit, seed), tuning=tuning)


def divide(corpus: SoundCorpus, seed: int = 0) -> SoundParts:
    """Divide by groups of kits that share a sound; variants are for training alone."""
    held_out = split(corpus, share=VALIDATION_SHARE, seed=seed)
    rest = corpus.subset(~held_out)
    tuned = split(rest, share=TUNING_SHARE, seed=seed + 1)
    parts = SoundParts(rest.subset(~tuned), rest.subset(tuned).themselves(), corpus.subset(held_out).themselves())
    if len(parts.train) == 0:
        raise TrainingError(f"{len(corpus)} sounds leave none to train on")
    return parts


def limited(corpus: SoundCorpus, limit: int | None, seed: int) -> SoundCorpus:
    """At most so many of the sounds, always the same ones."""
    return corpus if limit is None else few(corpus, limit, seed)


def to_sounds(corpus: SoundCorpus) -> Sounds:
    """All sounds of a corpus as tensors, with their weights in the loss."""
    return Sounds(
        torch.from_numpy(corpus.log_spectrogram),
        torch.from_numpy(corpus.voice).long(),
        torch.from_numpy(weights(corpus)),
    )
