"""What the sounds of one kit share: how bright, long, high and noisy its voices are, beside other kits.

A Gaussian over kits, estimated from the descriptors of the sounds that a space was learned from: a mean of zero, and
the covariance of voices and descriptors between kits, in standard deviations of each voice's sounds. Few kits have all
voices, so that correlations are computed pair by pair and shrunk: seven tenths of each are the mean over all pairs of
voices (Ledoit and Wolf, "Honey, I shrunk the sample covariance matrix", 2004). docs/experiments/kits.md has the
likelihood of unseen kits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from clave.audio.descriptors import NAMES
from clave.music.kit import VOICES
from clave.music.shapes import Float32, Float64, Int64
from clave.sound.corpus_map import SoundMap
from clave.sound.dataset.factory import FACTORY_NAME

SHRINKAGE = 0.7  # of correlations, towards their mean for the descriptor: few kits have any two voices
MIN_KITS = 4  # below, kits are not known to have anything in common
MAX_KIT_SHARE = 0.9  # of a descriptor's variance, that lies between kits


@dataclass(frozen=True, eq=False)
class VoiceDescriptors:
    """The descriptors of one voice's sounds, and which kit each is of; NaN where a sound has no pitch."""

    descriptors: Float32[np.ndarray, "sound descriptor"]  # descriptors.describe_all
    kits: Sequence[str]  # [sound]
    shares: Float64[np.ndarray, " sound"]  # shared_sounds.shares


@dataclass(frozen=True, eq=False)
class KitStyles:
    """A Gaussian over kits: the expected descriptors of each voice, and how they differ from kit to kit."""

    mean: Float64[np.ndarray, "voice descriptor"]  # of the voice's sounds, as Descriptors.scaled
    std: Float64[np.ndarray, "voice descriptor"]  # of the same; NaN for what a voice does not have
    root: Float64[np.ndarray, "voice_descriptor voice_descriptor"]  # of the covariance between kits, in these stds

    @classmethod
    def of(cls, voices: Mapping[int, VoiceDescriptors]) -> "KitStyles":
        """From the sounds of each voice, by its index; a voice that is missing has neither mean nor spread.

        Drums of our synthesizer are drawn one by one: they count in means, but their kits have nothing in common.
        """
        mean, std = (np.full((len(VOICES), len(NAMES)), np.nan) for _ in range(2))
        kits = sorted({kit for each in voices.values() for kit in each.kits})
        sources, weight = _sources(kits), _weights(kits)
        of_kit = np.full((len(kits), len(VOICES), len(NAMES)), np.nan)
        for index, each in voices.items():
            table = each.descriptors.astype(np.float64)
            rows, counts = np.unique(np.searchsorted(kits, np.array(each.kits, np.str_)), return_inverse=True)
            share = (weight[rows] / np.bincount(counts))[counts] * _distinct(sources[rows][counts], counts, each.shares)
            mean[index] = _mean(table, share)
            std[index] = _std(table, share)
            for place, kit in enumerate(rows):
                inside = counts == place
                of_kit[kit, index] = (_mean(table[inside], share[inside]) - mean[index]) / std[index]
        recorded = np.array([not kit.startswith(FACTORY_NAME) for kit in kits], np.bool_)
        return cls(mean, std, _root(of_kit[recorded].reshape(recorded.sum(), -1), weight[recorded]))

    def draw(self, rng: Generator) -> Float64[np.ndarray, "voice descriptor"]:
        """The descriptors that are to be expected of each voice of a kit; NaN for what a voice does not have."""
        style = self.root @ rng.standard_normal(len(self.root))
        return self.mean + self.std * style.reshape(self.mean.shape)


def kit_styles(corpora: Mapping[int, SoundMap], kit_of: Mapping[str, str]) -> KitStyles:
    """The styles of the kits of these described sounds, by the index of their voice.

    A sound whose kit is not known is of the kit that its folder names.
    """
    voices: dict[int, VoiceDescriptors] = {}
    for index, sounds in corpora.items():
        assert sounds.descriptors is not None, "styles are those of sounds that are described"
        kits = [kit_of.get(name) or name.rpartition("/")[0] for name in sounds.sources]
        voices[index] = VoiceDescriptors(sounds.descriptors, kits, sounds.shares)
    return KitStyles.of(voices)


def _sources(kits: Sequence[str]) -> Int64[np.ndarray, " kit"]:
    """The number of the source of each kit: of the folder that it lies in, or of our synthesizer."""
    folders = np.array(["" if kit.startswith(FACTORY_NAME) else kit.partition("/")[0] for kit in kits], np.str_)
    return np.unique(folders, return_inverse=True)[1]


def _weights(kits: Sequence[str]) -> Float64[np.ndarray, " kit"]:
    """Kits of one source often share sounds: together they count as the square root of their number."""
    sources = _sources(kits)
    return 1 / np.sqrt(np.bincount(sources)[sources])


def _distinct(
    sources: Int64[np.ndarray, " sound"], kits: Int64[np.ndarray, " sound"], shares: Float64[np.ndarray, " sound"]
) -> Float64[np.ndarray, " sound"]:
    """What is left of each sound's weight, if a source has fewer different sounds of the voice than kits with it.

    It then counts as so many kits as it has different sounds.
    """
    left = np.ones(len(sources))
    for source in np.unique(sources):
        here = sources == source
        left[here] = np.sqrt(min(1, shares[here].sum() / len(np.unique(kits[here]))))
    return left


def _root(
    of_kit: Float64[np.ndarray, "kit value"], weight: Float64[np.ndarray, " kit"]
) -> Float64[np.ndarray, "value value"]:
    """A root of the covariance between kits, made positive semidefinite by leaving out negative eigenvalues."""
    known = np.isfinite(of_kit)
    weights = known * weight[:, None]
    centre = (weights * np.where(known, of_kit, 0)).sum(axis=0) / np.maximum(weights.sum(axis=0), 1e-12)
    value = np.where(known, of_kit - centre, 0)
    variance = (weights * value**2).sum(axis=0) / np.maximum(weights.sum(axis=0), 1e-12)
    apart = np.maximum(weights.T @ value**2, 1e-12)  # of one value, over the kits that have the other too
    correlation = value.T @ (weights * value) / np.sqrt(apart * apart.T)
    both = known.T.astype(np.int64) @ known.astype(np.int64)
    correlation = _shrunk(correlation, np.where(both >= MIN_KITS, both, 0))
    eigenvalues, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(eigenvalues, 0))
    root /= np.sqrt(np.square(root).sum(axis=1, keepdims=True))
    return root * np.sqrt(np.where(known.sum(axis=0) >= MIN_KITS, np.minimum(variance, MAX_KIT_SHARE), 0))[:, None]


def _shrunk(
    correlation: Float64[np.ndarray, "value value"], kits: Int64[np.ndarray, "value value"]
) -> Float64[np.ndarray, "value value"]:
    """Most of the way to the mean correlation of the descriptor, or to 0 between two; all of it where no kits are.

    In the mean a pair of voices counts by the kits that have both.
    """
    target = np.zeros_like(correlation)
    for descriptor in range(len(NAMES)):
        these = slice(descriptor, None, len(NAMES))
        weight = kits[these, these] * ~np.eye(len(VOICES), dtype=np.bool_)
        target[these, these] = max(0.0, float((weight * correlation[these, these]).sum() / max(1, weight.sum())))
    shrunk = np.where(kits > 0, (1 - SHRINKAGE) * correlation + SHRINKAGE * target, target)
    np.fill_diagonal(shrunk, 1)
    return shrunk


def _mean(
    table: Float64[np.ndarray, "sound descriptor"], weight: Float64[np.ndarray, " sound"]
) -> Float64[np.ndarray, " descriptor"]:
    """Of what is known; NaN where nothing is."""
    weights = np.isfinite(table) * weight[:, None]
    total = weights.sum(axis=0)
    mean = (weights * np.nan_to_num(table)).sum(axis=0) / np.where(total > 0, total, 1)
    return np.where(total > 0, mean, np.nan)


def _std(
    table: Float64[np.ndarray, "sound descriptor"], weight: Float64[np.ndarray, " sound"]
) -> Float64[np.ndarray, " descriptor"]:
    std = np.sqrt(_mean(np.square(table - _mean(table, weight)), weight))
    return np.where(std > 0, std, np.nan)
