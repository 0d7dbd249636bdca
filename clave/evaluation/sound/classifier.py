"""A small classifier that judges sounds: which voice a sound is, and whether it is a drum at all.

It is independent of the space: trained on other kits, on spectrograms of another kind. Half of its training sounds are
no drums (tones, chords, hums, noises, babble, drums played backwards), so that it learns to reject.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor, nn
from torch.nn import functional

from clave.audio.log_spectrogram import LENGTH, placed
from clave.evaluation.sound.data import Drums, synthesized
from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.kit import VOICES
from clave.music.shapes import Bool, Float, Float32, Int
from clave.sound.dataset import FACTORY_NAME, weights_of
from clave.training.progress import OnCount

WINDOW, HOP = 1024, 512  # samples, Hann
BANDS, LOWEST_HZ = 48, 40.0  # on the mel scale
FLOOR = 1e-3  # added to magnitudes before their logarithm
EMBEDDING = 64
MAX_BAND_SHIFT, MAX_FRAME_SHIFT, MAX_TILT, NOISE_STD = 3, 2, 0.2, 0.04
MIN_REVERSED_S = 0.15  # T30: shorter drums sound like drums backwards too
FACTORY_DRUMS, FACTORY_SEED = 60, 2**31  # of each voice; spaces are trained with other seeds
STEPS, BATCH, LEARNING_RATE, WEIGHT_DECAY = 700, 64, 3e-3, 0.05


class Predictions(NamedTuple):
    """What the classifier predicts for sounds."""

    voice: Int[np.ndarray, " sound"]  # index into VOICES
    drum: Bool[np.ndarray, " sound"]
    embedding: Float32[np.ndarray, "sound feature"]
    confidence: Float32[np.ndarray, " sound"]  # the probability of that voice


class ClassifierNet(nn.Module):
    """Four convolutions, mean and maximum pooling over time, and two heads: the voice, and whether it is a drum."""

    def __init__(self) -> None:
        super().__init__()
        widths = (1, 16, 32, 48, 64)
        layers = list[nn.Module]()
        for inputs, outputs in pairwise(widths):
            layers += [nn.Conv2d(inputs, outputs, 3, stride=2, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()]
        self.convolutions = nn.Sequential(*layers)
        self.embed = nn.Linear(2 * 64 * (BANDS // 16), EMBEDDING)
        self.voice = nn.Linear(EMBEDDING, len(VOICES))
        self.drum = nn.Linear(EMBEDDING, 1)

    def forward(
        self, view: Float[Tensor, "batch band frame"]
    ) -> tuple[Float[Tensor, "batch voice"], Float[Tensor, " batch"], Float[Tensor, "batch feature"]]:
        """Logits of the voices, logit of being a drum, embedding."""
        features = self.convolutions(view[:, None])
        embedding = functional.relu(
            self.embed(torch.cat([features.mean(dim=3), features.amax(dim=3)], dim=1).flatten(1))
        )
        dropped = functional.dropout(embedding, 0.3, self.training)
        return self.voice(dropped), self.drum(dropped)[:, 0], embedding


@dataclass(frozen=True)
class Classifier:
    """A trained network."""

    network: ClassifierNet

    def __call__(self, sounds: Float32[np.ndarray, "sound sample"]) -> Predictions:
        """Its predictions for these aligned sounds."""
        voice, drum, embedding = list[Tensor](), list[Tensor](), list[Tensor]()
        with torch.inference_mode():
            for at in range(0, max(1, len(sounds)), BATCH):  # no sounds: one batch of none
                outputs = self.network(views(sounds[at : at + BATCH]))
                for parts, part in zip((voice, drum, embedding), outputs, strict=True):
                    parts.append(part)
        logits = torch.cat(voice)
        confidence = torch.softmax(logits, dim=1).amax(dim=1)
        return Predictions(
            logits.argmax(dim=1).numpy(),
            (torch.cat(drum) > 0).numpy(),
            torch.cat(embedding).numpy(),
            confidence.numpy(),
        )


def train(drums: Drums, seed: int = 0, steps: int | None = None, on_count: OnCount | None = None) -> Classifier:
    """Train a classifier on these kits, and on as many sounds that are no drums."""
    rng = np.random.default_rng(seed)
    steps = STEPS if steps is None else steps
    others = np.concatenate([other_sounds(len(drums) // 2, rng), backwards(drums, len(drums) - len(drums) // 2, rng)])
    view = torch.cat([views(drums.sounds), views(others)])
    voice = torch.from_numpy(drums.voice).long()
    share = weights_of(drums.voice, drums.group).astype(np.float64)
    share = np.concatenate([share / share.sum(), np.full(len(others), 1 / len(others))]) / 2
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = ClassifierNet()
        optimizer = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
        network.train()
        for step in range(steps):
            rows = torch.from_numpy(rng.choice(len(view), BATCH, p=share))
            is_drum = rows < len(drums)
            voice_logits, drum, _ = network(augmented(view[rows], rng))
            loss = functional.binary_cross_entropy_with_logits(drum, is_drum.float())
            if is_drum.any():
                loss = loss + functional.cross_entropy(
                    voice_logits[is_drum], voice[rows[is_drum]], label_smoothing=0.05
                )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            if on_count is not None:
                on_count(step + 1, steps)
    return Classifier(network.eval())


def training_drums(drums: Drums, on_count: OnCount) -> Drums:
    """These kits and new synthesized drums, since few real kits have all kinds of toms and claps."""
    names = [
        f"{FACTORY_NAME}{VOICES[index].name} {number}"
        for number in range(FACTORY_DRUMS)
        for index in np.unique(drums.voice)
    ]
    return drums.joined(synthesized(names, FACTORY_SEED, 1 + int(drums.group.max()), on_count))


def views(sounds: Float32[np.ndarray, "sound sample"]) -> Float32[Tensor, "sound band frame"]:
    """Log magnitudes on the mel scale, brought to about [-1, 1]."""
    filters, window = torch.from_numpy(_mel_bands()), torch.hann_window(WINDOW)
    rows = [
        filters @ torch.stft(batch, WINDOW, HOP, window=window, return_complex=True).abs()
        for batch in torch.from_numpy(sounds).split(BATCH)
        if len(batch)
    ]
    magnitude = torch.cat(rows) if rows else torch.zeros((0, BANDS, LENGTH // HOP + 1))
    return torch.log10(magnitude + FLOOR) / 2 + 0.5


def augmented(view: Float32[Tensor, "batch band frame"], rng: Generator) -> Float32[Tensor, "batch band frame"]:
    """The same sounds a little higher or lower, earlier or later, brighter or darker, with noise."""
    count, bands, frames = view.shape

    def offsets(most: int) -> Int[Tensor, " batch"]:
        return torch.from_numpy(rng.integers(-most, most + 1, count))

    band = (torch.arange(bands) + offsets(MAX_BAND_SHIFT)[:, None]).clamp(0, bands - 1)
    frame = (torch.arange(frames) + offsets(MAX_FRAME_SHIFT)[:, None]).clamp(0, frames - 1)
    view = view[torch.arange(count)[:, None, None], band[:, :, None], frame[:, None, :]]
    level, tilt = torch.from_numpy(rng.uniform(-MAX_TILT, MAX_TILT, (2, count, 1, 1)).astype(np.float32))
    noise = torch.from_numpy(rng.standard_normal((count, bands, frames), dtype=np.float32)) * NOISE_STD
    silent = view <= view.amin() + 1e-3  # silence stays silent
    return torch.where(silent, view, view + level + tilt * torch.linspace(-1, 1, bands)[:, None] + noise)


def other_sounds(count: int, rng: Generator) -> Float32[np.ndarray, "sound sample"]:
    """Tones, chords, hums, steady noises, swells and babble, in turn."""
    kinds = (_tone, _chord, _hum, _noise, _swell, _babble)
    time_s = np.arange(LENGTH) / SAMPLE_RATE
    rows = [placed(Clip(kinds[number % len(kinds)](time_s, rng).astype(np.float32))) for number in range(count)]
    return np.stack(rows) if rows else np.zeros((0, LENGTH), np.float32)


def backwards(drums: Drums, count: int, rng: Generator) -> Float32[np.ndarray, "sound sample"]:
    """At most so many of these drums played backwards, of those that are long enough to sound different then."""
    from clave.sound.comparison import audible, decay_s

    rows = list[Float32[np.ndarray, " sample"]]()
    for index in rng.permutation(len(drums)):
        if len(rows) == count:
            break
        sound = drums.subset(np.array([index])).sounds[0]
        if decay_s(sound) > MIN_REVERSED_S:
            rows.append(placed(Clip(sound[: audible(sound)][::-1])))
    return np.concatenate([np.zeros((0, LENGTH), np.float32), *[row[None] for row in rows]])


Samples = Float[np.ndarray, " sample"]


def _tone(time_s: Samples, rng: Generator) -> Samples:
    """A steady note with some overtones, held for a while, with a soft start and end."""
    hz = 55 * 2 ** rng.uniform(0, 6)
    overtones = int(rng.integers(1, 9))
    slope = rng.uniform(0.5, 2)
    waves = [np.sin(2 * np.pi * hz * n * time_s + rng.uniform(0, 6)) / n**slope for n in range(1, overtones + 1)]
    return np.sum(waves, axis=0) * _envelope(time_s, rng)


def _chord(time_s: Samples, rng: Generator) -> Samples:
    """Three or four such notes of different pitch."""
    return np.sum([_tone(time_s, rng) for _ in range(int(rng.integers(3, 5)))], axis=0)


def _hum(time_s: Samples, rng: Generator) -> Samples:
    """Mains hum, 50 or 60 Hz with overtones, and a little noise."""
    hz = rng.choice([50.0, 60.0])
    waves = [rng.uniform(0, 1) * np.sin(2 * np.pi * hz * n * time_s + rng.uniform(0, 6)) for n in range(1, 20)]
    return np.sum(waves, axis=0) + rng.uniform(0, 0.3) * rng.standard_normal(len(time_s))


def _noise(time_s: Samples, rng: Generator) -> Samples:
    """Steady noise of some colour."""
    return _coloured(time_s, rng) * _envelope(time_s, rng)


def _swell(time_s: Samples, rng: Generator) -> Samples:
    """Noise or a note that gets louder."""
    sound = _coloured(time_s, rng) if rng.random() < 0.5 else _tone(time_s, rng)
    return sound * 10 ** (-rng.uniform(1, 2) * np.abs(time_s - rng.uniform(0.3, 1.4)) / 0.3)


def _babble(time_s: Samples, rng: Generator) -> Samples:
    """Like speech: a buzz through moving formants, some hiss, four syllables a second."""
    pitch = rng.uniform(80, 250) * (1 + 0.1 * np.sin(2 * np.pi * rng.uniform(1, 4) * time_s))
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    bends = [np.sin(2 * np.pi * rng.uniform(2, 5) * time_s + rng.uniform(0, 6)) for _ in range(2)]
    formants = [hz * 2 ** (0.3 * bend) for hz, bend in zip((500, 1500), bends, strict=True)]
    buzz = np.zeros(len(time_s))
    for n in range(1, 25):
        formant = sum(np.exp(-np.square((n * pitch - hz) / 200)) for hz in formants)
        buzz += (0.05 + formant) * np.sin(n * phase)
    hiss = np.diff(rng.standard_normal(len(time_s) + 1))
    rate, turn = rng.uniform(3, 5), rng.uniform(0, 6)
    voiced = np.sin(2 * np.pi * rate / 2 * time_s + turn) > -0.3
    return np.where(voiced, buzz, 0.3 * hiss) * (0.05 + np.square(np.sin(np.pi * rate * time_s + turn)))


def _coloured(time_s: Samples, rng: Generator) -> Samples:
    spectrum = np.fft.rfft(rng.standard_normal(len(time_s)))
    hz = np.fft.rfftfreq(len(time_s), 1 / SAMPLE_RATE) + 20
    band = np.exp(-np.square(np.log2(hz / (100 * 2 ** rng.uniform(0, 7))) / rng.uniform(0.5, 4)))
    return np.fft.irfft(spectrum * band * hz ** -rng.uniform(0, 0.5), len(time_s))


def _envelope(time_s: Samples, rng: Generator) -> Samples:
    """An attack and a release of 20 to 300 ms each, with most of a second between them."""
    end = rng.uniform(0.7, 1.6)
    return np.clip(np.minimum(time_s / rng.uniform(0.02, 0.3), (end - time_s) / rng.uniform(0.02, 0.3)), 0, 1)


def _mel_bands() -> Float32[np.ndarray, "band bin"]:
    """Triangles that overlap by half, each of sum 1, evenly spaced in mel (O'Shaughnessy 1987)."""
    top = 2595 * np.log10(1 + SAMPLE_RATE / 2 / 700)
    mel = np.linspace(2595 * np.log10(1 + LOWEST_HZ / 700), top, BANDS + 2)
    edge = 700 * (10 ** (mel / 2595) - 1)
    hz = np.fft.rfftfreq(WINDOW, 1 / SAMPLE_RATE)
    width = np.maximum(np.diff(edge), SAMPLE_RATE / WINDOW)  # the lowest are narrower than a bin
    up = 1 - (edge[1:-1, None] - hz) / width[:-1, None]
    down = 1 - (hz - edge[1:-1, None]) / width[1:, None]
    triangle = np.clip(np.minimum(up, down), 0, None)
    return (triangle / triangle.sum(axis=1, keepdims=True)).astype(np.float32)
