"""Draws the sounds of a kit as a set: one style for all voices, both hi-hats from one source, and no duds.

The style says which descriptors are to be expected of each voice (`kit_style`). For each voice some candidates are
drawn near sounds of the corpus that come close to it, all varied by one seed, and the one is taken that comes closest
itself, if the draw check accepts it. The closed hi-hat is chosen among candidates for its likeness to the open one, and
both are then shifted to the same brightness. All of this happens on log spectrograms: only what is chosen becomes
sound.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.random import Generator

from clave.audio.descriptors import NAMES
from clave.latent.code import Code
from clave.music.kit import VOICES, Voice
from clave.music.shapes import Float32, Float64
from clave.sound.attribute_shift import Scale
from clave.sound.corpus_map import SoundMap
from clave.sound.draw_check import DrawCheck
from clave.sound.kit_character import MAX_SHIFT, SHIFT_DIGITS
from clave.sound.kit_style import KitStyles

CANDIDATES, HAT_CANDIDATES = 4, 6  # of each voice, at each attempt
MAX_ATTEMPTS = 6  # while the draw check accepts none; each searches farther from the style
SHARED_ATTEMPTS = 3  # that vary all voices by one seed: what is unusual about one voice is so about all
CLOSENESS = np.array([0.6, 0.35, 1.0, 0.8])  # standard deviations of a voice's sounds: how near to the style is near
FAULT_WEIGHT = 100.0  # a fault counts more than any distance from the style
CLOSED, OPEN = "closed hi-hat", "open hi-hat"
BRIGHTNESS, DECAY = NAMES.index("brightness"), NAMES.index("decay")
MIN_HAT_OCTAVES = 1.5  # by which a closed hi-hat is shorter than the open one, at least
HAT_SECONDS = 0.04  # from the onset: where the spectra of two hi-hats are compared
HAT_LIKENESS_NEPERS = 0.4  # difference of these spectra that counts as CLOSENESS does
DIGITS = 3  # of a point, as a link says it


@dataclass(frozen=True)
class DrawnSound:
    """A sound of a drawn kit, in the words of `SoundSpace.at`."""

    point: tuple[float, float]
    variation: float
    seed: int
    shift: Mapping[str, float]  # standard deviations, by descriptor


@runtime_checkable
class Decoder(Protocol):
    """What a kit is drawn from: a sound space, with two methods of `SoundSpace`."""

    def codes_at(  # noqa: D102
        self, points: Float32[np.ndarray, "sound map"], voice: Voice | str, variation: float, seeds: list[int]
    ) -> Code: ...

    def log_spectrograms(self, code: Code, voice: Voice | str) -> Float32[np.ndarray, "sound band frame"]: ...  # noqa: D102


@dataclass(frozen=True, eq=False)
class _Candidate:
    sound: DrawnSound
    log_spectrogram: Float32[np.ndarray, "band frame"]
    descriptors: Float64[np.ndarray, " descriptor"]
    cost: float
    fault: float


@dataclass(frozen=True, eq=False)
class _Wanted:
    voice: Voice
    target: Float64[np.ndarray, " descriptor"]
    variation: float
    seed: int  # of the variation that all voices of the kit share
    beside: _Candidate | None  # the open hi-hat, for the closed one


@dataclass(frozen=True, eq=False)
class KitDrawer:
    """Draws kits from a space whose sounds are described."""

    space: Decoder
    check: DrawCheck
    styles: KitStyles
    scales: Mapping[str, Scale]  # of shifts, by voice; none where nothing is shifted
    corpora: Mapping[int, SoundMap]  # the described sounds of each voice, by its index

    def draw(self, seed: int, variation: float, shift: Float64[np.ndarray, " descriptor"]) -> dict[str, DrawnSound]:
        """A sound for each voice of the space; the same for the same seed. `shift` moves all of them alike."""
        style = self.styles.draw(np.random.default_rng([seed, len(VOICES)]))
        best: dict[str, _Candidate] = {}
        for voice in sorted(VOICES, key=lambda voice: voice.name != OPEN):  # which the closed one follows
            if voice.index in self.corpora:
                beside = best.get(OPEN) if voice.name == CLOSED else None
                wanted = _Wanted(voice, _beside(style[voice.index], beside), variation, seed, beside)
                best[voice.name] = self._best(wanted, np.random.default_rng([seed, voice.index]))
        shifts = {name: self._movable(name, shift) for name in best}
        if self.scales and OPEN in best and CLOSED in best:
            shifts |= self._paired(best[CLOSED], best[OPEN], shift)
        drawn = {name: replace(each.sound, shift=_by_name(shifts[name])) for name, each in best.items()}
        return {voice.name: drawn[voice.name] for voice in VOICES if voice.name in drawn}

    def _best(self, wanted: _Wanted, rng: Generator) -> _Candidate:
        """The best of some candidates, drawn again while none is accepted."""
        best: _Candidate | None = None
        for attempt in range(MAX_ATTEMPTS):
            again = self._candidates(wanted, attempt, rng)
            found = again if best is None else [best, *again]
            best = min(found, key=lambda each: each.cost + FAULT_WEIGHT * each.fault)
            if best.fault == 0:
                break
        assert best is not None
        return best

    def _candidates(self, wanted: _Wanted, attempt: int, rng: Generator) -> list[_Candidate]:
        """Some more of them, each attempt farther from the target; the first ones vary as the whole kit does."""
        voice, beside = wanted.voice, wanted.beside
        count = CANDIDATES if beside is None else HAT_CANDIDATES
        points = self._points(voice, wanted.target, count, rng, 1 + attempt)
        seeds = [wanted.seed] * count if attempt < SHARED_ATTEMPTS else rng.integers(2**32, size=count).tolist()
        code = self.space.codes_at(points, voice, wanted.variation, seeds)
        log_spectrograms = self.space.log_spectrograms(code, voice)
        faults = self.check.quick_faults(log_spectrograms, voice)
        passing = np.flatnonzero(faults <= faults.min())  # only these are described: it takes most of the time
        points, log_spectrograms, faults = points[passing], log_spectrograms[passing], faults[passing]
        descriptors = self.check.descriptors(log_spectrograms)
        faults = faults + self.check.decay_faults(descriptors, voice)
        costs = self._distances(voice, descriptors, wanted.target)
        if beside is not None:
            costs += np.square([self._unlike(each, beside.log_spectrogram) for each in log_spectrograms])
        made = list[_Candidate]()
        for row, (x, y) in enumerate(points.astype(np.float64).round(DIGITS).tolist()):
            sound = DrawnSound((x, y), wanted.variation, seeds[passing[row]], {})
            made.append(_Candidate(sound, log_spectrograms[row], descriptors[row], costs[row], faults[row]))
        return made

    def _points(
        self, voice: Voice, target: Float64[np.ndarray, " descriptor"], count: int, rng: Generator, reach: float
    ) -> Float32[np.ndarray, "sound map"]:
        """Points of sounds of the corpus, those the more often that are near the target; shared ones count once."""
        corpus = self.corpora[voice.index]
        assert corpus.descriptors is not None, "kits are drawn where sounds are described"
        distance = self._distances(voice, corpus.descriptors.astype(np.float64), target)
        share = corpus.shares * np.exp(-0.5 * (distance - distance.min()) / reach**2)
        rows = rng.choice(len(corpus), count, p=share / share.sum())
        return corpus.map[rows].round(DIGITS)

    def _distances(
        self,
        voice: Voice,
        descriptors: Float64[np.ndarray, "sound descriptor"],
        target: Float64[np.ndarray, " descriptor"],
    ) -> Float64[np.ndarray, " sound"]:
        """Squared distances from the target; what either does not have, as hats have no pitch, does not count."""
        apart = (descriptors - target) / (CLOSENESS * self.styles.std[voice.index])
        return np.square(np.nan_to_num(apart)).sum(axis=1)

    def _unlike(self, one: Float32[np.ndarray, "band frame"], other: Float32[np.ndarray, "band frame"]) -> float:
        """How far the spectra of two strokes are apart, whatever their levels."""
        early = self.check.spectrogram.seconds[0] < HAT_SECONDS
        apart = (one[:, early] - other[:, early]).mean(axis=1)
        return float(apart.std()) / HAT_LIKENESS_NEPERS

    def _paired(
        self, closed: _Candidate, opened: _Candidate, shift: Float64[np.ndarray, " descriptor"]
    ) -> dict[str, Float64[np.ndarray, " descriptor"]]:
        """Shifts that bring both hi-hats to one brightness, and the closed one to a shorter decay.

        The closed one follows the open one as far as its voice goes; what is left, the open one comes back.
        """
        scale, open_scale = self.scales[CLOSED], self.scales[OPEN]
        goal = open_scale.target(opened.descriptors, shift)
        wanted = scale.target(closed.descriptors, shift)
        wanted[BRIGHTNESS] = goal[BRIGHTNESS]
        wanted[DECAY] = min(wanted[DECAY], goal[DECAY] - MIN_HAT_OCTAVES)
        amounts = _bounded(scale.shift(closed.descriptors, wanted))
        goal[BRIGHTNESS] = scale.target(closed.descriptors, amounts)[BRIGHTNESS]
        return {CLOSED: amounts, OPEN: _bounded(open_scale.shift(opened.descriptors, goal))}

    def _movable(self, name: str, shift: Float64[np.ndarray, " descriptor"]) -> Float64[np.ndarray, " descriptor"]:
        """What of a shift the voice follows: hats have no pitch."""
        scale = self.scales.get(name)
        return np.where(scale.is_movable, shift, 0.0) if scale is not None else np.zeros_like(shift)


def _beside(
    target: Float64[np.ndarray, " descriptor"], opened: _Candidate | None
) -> Float64[np.ndarray, " descriptor"]:
    """The target of a closed hi-hat beside this open one; another voice's stays."""
    if opened is None:
        return target
    target = target.copy()
    target[BRIGHTNESS] = opened.descriptors[BRIGHTNESS]
    target[DECAY] = min(target[DECAY], opened.descriptors[DECAY] - MIN_HAT_OCTAVES)
    return target


def _bounded(shift: Float64[np.ndarray, " descriptor"]) -> Float64[np.ndarray, " descriptor"]:
    return np.clip(shift, -MAX_SHIFT, MAX_SHIFT).round(SHIFT_DIGITS)


def _by_name(shift: Float64[np.ndarray, " descriptor"]) -> dict[str, float]:
    return {name: float(amount) for name, amount in zip(NAMES, shift, strict=True) if amount}
