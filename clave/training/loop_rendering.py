"""Loops to train on: bars played on one-shots by other hands than a mixer's, so that many are different in sound."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy.signal import lfilter

from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.music.shapes import Float32
from clave.music.units import seconds_per_step
from clave.sound.loops.strokes import LoopStroke
from clave.training.voice_classifier_data import augmented

Sounds = Sequence[Sequence[Float32[np.ndarray, "_"]]]
"""Of each voice, the sounds that its strokes play in no order, each with a peak of 1."""

LEVEL_DB = (0.0, -1.0, -7.0, -7.0, -3.0, -5.0, -3.0, -6.0)  # of the voices, as loops are mixed
LEVEL_SPREAD_DB = 4.5
CHOKE_FADE = 200  # samples
AUGMENTED_SHARE, TILTED_SHARE, DRIVEN_SHARE, NOISY_SHARE = 0.8, 0.5, 0.4, 0.5
EVEN_SHARE = 0.2  # of loops whose strokes are as even as a machine's
OTHER_DRUMS_SHARE = 0.25  # of loops in which voices that drummers play rarely stand in for others
STANDS_IN: Mapping[int, tuple[int, ...]] = {1: (6, 7), 2: (7, 5, 3), 3: (7, 5), 4: (7, 6), 5: (7, 3), 7: (6, 4)}


@dataclass(frozen=True, eq=False)
class TrainingLoop:
    """A loop and what is played in it; nothing where it is no drums."""

    samples: Float32[np.ndarray, " sample"]
    strokes: tuple[LoopStroke, ...]


def played(patterns: Sequence[Pattern], tempo_bpm: float, rng: Generator) -> tuple[tuple[LoopStroke, ...], float]:
    """The strokes of bars one after the other and how long they last; some with other voices or even velocities."""
    step, start = seconds_per_step(tempo_bpm), 0.0
    even, others = rng.random() < EVEN_SHARE, rng.random() < OTHER_DRUMS_SHARE
    voices = {v: int(rng.choice(to)) for v, to in STANDS_IN.items() if others and rng.random() < 0.35}
    strokes = list[LoopStroke]()
    for pattern in patterns:
        for stroke in pattern.strokes():
            velocity = max(stroke.velocity, rng.uniform(0.4, 1)) if even else stroke.velocity
            seconds = max(0.0, start + stroke.position * step)
            strokes.append(LoopStroke(seconds, voices.get(stroke.voice, stroke.voice), velocity))
        start += pattern.steps * step
    return tuple(strokes), start


def mixed(
    strokes: Sequence[LoopStroke], seconds: float, sounds: Sounds, rng: Generator
) -> Float32[np.ndarray, " sample"]:
    """The strokes as sound: levels drawn, hi-hats choked."""
    gain = 10 ** ((np.array(LEVEL_DB) + rng.normal(0, LEVEL_SPREAD_DB, len(VOICES))) / 20)
    samples = np.zeros(round(seconds * SAMPLE_RATE), np.float32)
    hats = sorted(each.seconds for each in strokes if VOICES[each.voice].choke_group)
    for stroke in strokes:
        takes = sounds[stroke.voice]
        sound = takes[int(rng.integers(len(takes)))]
        start = round(stroke.seconds * SAMPLE_RATE)
        end = min(len(samples), start + len(sound))
        if VOICES[stroke.voice].choke_group:
            next_hat = min((each for each in hats if each > stroke.seconds), default=seconds)
            end = min(end, round(next_hat * SAMPLE_RATE) + CHOKE_FADE)
        if end <= start:
            continue
        piece = sound[: end - start] * np.float32(stroke.velocity**2 * gain[stroke.voice])
        fade = min(len(piece), CHOKE_FADE)
        piece[len(piece) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
        samples[start:end] += piece
    return samples


def produced(samples: Float32[np.ndarray, " sample"], rng: Generator) -> Float32[np.ndarray, " sample"]:
    """The same brighter or darker, driven, over noise; with a peak of about 1."""
    if rng.random() < TILTED_SHARE:
        samples = lfilter([1, rng.uniform(-0.5, 0.5)], [1], samples)  # pyright: ignore[reportAssignmentType]
    if rng.random() < DRIVEN_SHARE:
        samples = np.tanh(10 ** rng.uniform(0, 0.8) * samples / max(float(np.abs(samples).max()), 1e-6))
    samples = samples / max(float(np.abs(samples).max()), 1e-6)
    if rng.random() < NOISY_SHARE:
        samples = samples + 10 ** rng.uniform(-4, -2.3) * rng.standard_normal(len(samples))
    return samples.astype(np.float32)


def varied(clip: Clip, rng: Generator) -> Float32[np.ndarray, " sample"]:
    """A sound, mostly a variant of it, with a peak of 1."""
    samples = (augmented(clip, rng) if rng.random() < AUGMENTED_SHARE else clip).samples
    return samples / np.float32(max(float(np.abs(samples).max()), 1e-6))


def no_drums(rng: Generator) -> TrainingLoop:
    """A pad, a bass line or murmuring noise: onsets, but no drums."""
    seconds = rng.uniform(2, 6)
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    kind = rng.integers(3)
    samples = np.zeros(len(time))
    note_s = rng.uniform(0.5, 2) if kind == 0 else rng.uniform(0.1, 0.6)
    for start in np.arange(0, seconds, note_s):
        since = time - start
        attack, decay = (0.2, 2.0) if kind == 0 else (0.01, note_s) if kind == 1 else (0.05, 0.1)
        shape = np.where(since > 0, np.minimum(since / attack, 1) * np.exp(-np.maximum(since - attack, 0) / decay), 0)
        shape *= since < note_s
        if kind == 2:
            pole = rng.uniform(0.7, 0.98)
            samples += shape * lfilter([1 - pole], [1, -pole], rng.standard_normal(len(time))) * rng.uniform(0.2, 1)
            continue
        root = 2 ** rng.uniform(0, 2) * (110 if kind == 0 else 40)
        for ratio in (1, 1.26, 1.5) if kind == 0 else (1,):
            for partial in range(1, int(rng.integers(3, 12))):
                samples += shape * np.sin(2 * np.pi * root * ratio * partial * time) / partial**1.2
    return TrainingLoop(produced(samples.astype(np.float32), rng), ())
