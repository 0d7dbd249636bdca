"""An ear of its own: a small classifier that has never met the space, nor sees sounds as the space does.

It says which voice a sound is and whether it is a drum at all. So that it can say no, half of what it learns from are
sounds that are none: tones, chords, hums, noises, babble, and drums played backwards.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, Int
from numpy.random import Generator
from torch import Tensor, nn
from torch.nn import functional

from clave.audio.log_spectrogram import LENGTH, placed
from clave.evaluation.sound.unseen import Drums, made
from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.kit import VOICES
from clave.sound.dataset import FACTORY_NAME, weights_of

WINDOW, HOP = 1024, 512  # samples, Hann
BANDS, LOWEST_HZ = 48, 40.0  # on the mel scale
LEAST = 1e-3  # added to magnitudes before their logarithm, then brought to about [-1, 1]
EMBEDDING = 64
MOST_BANDS_SHIFTED, MOST_FRAMES_SHIFTED, MOST_TILTED, ROUGHNESS = 3, 2, 0.2, 0.04
REVERSED_SECONDS = 0.15  # backwards, shorter drums are drums still
FACTORY_DRUMS, FACTORY_SEED = 60, 2**31  # of each voice; spaces have learned from other seeds
STEPS, BATCH, LEARNING_RATE, WEIGHT_DECAY = 700, 64, 3e-3, 0.05


class Verdict(NamedTuple):
    """What the judge says of sounds."""

    voice: Int[np.ndarray, " sound"]  # index into VOICES
    drum: Bool[np.ndarray, " sound"]
    embedding: Float32[np.ndarray, "sound feature"]


class Ear(nn.Module):
    """Four convolutions, the mean and the loudest of what they hear, and two answers."""

    def __init__(self) -> None:
        super().__init__()
        widths = (1, 16, 32, 48, 64)
        layers = list[nn.Module]()
        for less, more in pairwise(widths):
            layers += [nn.Conv2d(less, more, 3, stride=2, padding=1), nn.BatchNorm2d(more), nn.ReLU()]
        self.hear = nn.Sequential(*layers)
        self.embed = nn.Linear(2 * 64 * (BANDS // 16), EMBEDDING)
        self.voice = nn.Linear(EMBEDDING, len(VOICES))
        self.drum = nn.Linear(EMBEDDING, 1)

    def forward(
        self, view: Float[Tensor, "batch band frame"]
    ) -> tuple[Float[Tensor, "batch voice"], Float[Tensor, " batch"], Float[Tensor, "batch feature"]]:
        """Logits of the voices, logit of being a drum, embedding."""
        heard = self.hear(view[:, None])
        embedding = functional.relu(self.embed(torch.cat([heard.mean(dim=3), heard.amax(dim=3)], dim=1).flatten(1)))
        thinned = functional.dropout(embedding, 0.3, self.training)
        return self.voice(thinned), self.drum(thinned)[:, 0], embedding


@dataclass(frozen=True)
class Judge:
    """A trained ear."""

    ear: Ear

    def __call__(self, sounds: Float32[np.ndarray, "sound sample"]) -> Verdict:
        """What it says of these aligned sounds."""
        voice, drum, embedding = list[Tensor](), list[Tensor](), list[Tensor]()
        with torch.inference_mode():
            for at in range(0, len(sounds), BATCH):
                heard = self.ear(views(sounds[at : at + BATCH]))
                for kept, new in zip((voice, drum, embedding), heard, strict=True):
                    kept.append(new)
        return Verdict(
            torch.cat(voice).argmax(dim=1).numpy(), (torch.cat(drum) > 0).numpy(), torch.cat(embedding).numpy()
        )


def trained(
    drums: Drums, seed: int = 0, steps: int | None = None, progress: Callable[[int, int], None] | None = None
) -> Judge:
    """A judge that has learned from these kits, and from as many sounds that are no drums."""
    rng = np.random.default_rng(seed)
    steps = STEPS if steps is None else steps
    strangers = np.concatenate([no_drums(len(drums) // 2, rng), backwards(drums, len(drums) - len(drums) // 2, rng)])
    view = torch.cat([views(drums.sounds), views(strangers)])
    voice = torch.from_numpy(drums.voice).long()
    share = weights_of(drums.voice, drums.group).astype(np.float64)
    others = np.full(len(strangers), 1 / len(strangers))
    share = np.concatenate([share / share.sum(), others]) / 2
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        ear = Ear()
        optimizer = torch.optim.AdamW(ear.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
        ear.train()
        for step in range(steps):
            rows = torch.from_numpy(rng.choice(len(view), BATCH, p=share))
            is_drum = rows < len(drums)
            said, drum, _ = ear(varied(view[rows], rng))
            loss = functional.binary_cross_entropy_with_logits(drum, is_drum.float())
            if is_drum.any():
                loss = loss + functional.cross_entropy(said[is_drum], voice[rows[is_drum]], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            if progress is not None:
                progress(step + 1, steps)
    return Judge(ear.eval())


def taught(drums: Drums, tell: Callable[[int, int], None]) -> Drums:
    """These kits, and new drums of the factory's: few real kits hold all kinds of toms and claps."""
    names = [
        f"{FACTORY_NAME}{VOICES[index].name} {number}"
        for number in range(FACTORY_DRUMS)
        for index in np.unique(drums.voice)
    ]
    return drums.and_(made(names, FACTORY_SEED, 1 + int(drums.group.max()), tell))


def views(sounds: Float32[np.ndarray, "sound sample"]) -> Float32[Tensor, "sound band frame"]:
    """Log magnitudes on the mel scale."""
    filters, window = torch.from_numpy(_mel_bands()), torch.hann_window(WINDOW)
    rows = [
        filters @ torch.stft(batch, WINDOW, HOP, window=window, return_complex=True).abs()
        for batch in torch.from_numpy(sounds).split(BATCH)
    ]
    magnitude = torch.cat(rows) if rows else torch.zeros((0, BANDS, LENGTH // HOP + 1))
    return torch.log10(magnitude + LEAST) / 2 + 0.5


def varied(view: Float32[Tensor, "batch band frame"], rng: Generator) -> Float32[Tensor, "batch band frame"]:
    """The same sounds a little higher or lower, later, brighter, rougher."""
    count, bands, frames = view.shape

    def drawn(most: int) -> Int[Tensor, " batch"]:
        return torch.from_numpy(rng.integers(-most, most + 1, count))

    band = (torch.arange(bands) + drawn(MOST_BANDS_SHIFTED)[:, None]).clamp(0, bands - 1)
    frame = (torch.arange(frames) + drawn(MOST_FRAMES_SHIFTED)[:, None]).clamp(0, frames - 1)
    view = view[torch.arange(count)[:, None, None], band[:, :, None], frame[:, None, :]]
    level, tilt = torch.from_numpy(rng.uniform(-MOST_TILTED, MOST_TILTED, (2, count, 1, 1)).astype(np.float32))
    rough = torch.from_numpy(rng.standard_normal((count, bands, frames), dtype=np.float32)) * ROUGHNESS
    silent = view <= view.amin() + 1e-3  # what is silent stays so
    return torch.where(silent, view, view + level + tilt * torch.linspace(-1, 1, bands)[:, None] + rough)


def no_drums(count: int, rng: Generator) -> Float32[np.ndarray, "sound sample"]:
    """Tones, chords, hums, steady noises, swells and babble, in turn."""
    kinds = (_tone, _chord, _hum, _noise, _swell, _babble)
    time = np.arange(LENGTH) / SAMPLE_RATE
    rows = [placed(Clip(kinds[number % len(kinds)](time, rng).astype(np.float32))) for number in range(count)]
    return np.stack(rows) if rows else np.zeros((0, LENGTH), np.float32)


def backwards(drums: Drums, count: int, rng: Generator) -> Float32[np.ndarray, "sound sample"]:
    """Some of these drums from their end to their beginning, as far as that is another sound."""
    from clave.sound.comparison import audible, decay_s

    rows = list[Float32[np.ndarray, " sample"]]()
    for index in rng.permutation(len(drums)):
        if len(rows) == count:
            break
        sound = drums.subset(np.array([index])).sounds[0]
        if decay_s(sound) > REVERSED_SECONDS:
            rows.append(placed(Clip(sound[: audible(sound)][::-1])))
    return np.concatenate([np.zeros((0, LENGTH), np.float32), *[row[None] for row in rows]])


Seconds = Float[np.ndarray, " sample"]


def _tone(time: Seconds, rng: Generator) -> Seconds:
    """A steady note with some overtones, held for a while, its beginning and end soft."""
    hz = 55 * 2 ** rng.uniform(0, 6)
    overtones = int(rng.integers(1, 9))
    slope = rng.uniform(0.5, 2)
    waves = [np.sin(2 * np.pi * hz * n * time + rng.uniform(0, 6)) / n**slope for n in range(1, overtones + 1)]
    return np.sum(waves, axis=0) * _held(time, rng)


def _chord(time: Seconds, rng: Generator) -> Seconds:
    """Three or four such notes, each on a pitch of its own."""
    return np.sum([_tone(time, rng) for _ in range(int(rng.integers(3, 5)))], axis=0)


def _hum(time: Seconds, rng: Generator) -> Seconds:
    """Mains, 50 or 60 Hz with overtones, and a little noise."""
    hz = rng.choice([50.0, 60.0])
    waves = [rng.uniform(0, 1) * np.sin(2 * np.pi * hz * n * time + rng.uniform(0, 6)) for n in range(1, 20)]
    return np.sum(waves, axis=0) + rng.uniform(0, 0.3) * rng.standard_normal(len(time))


def _noise(time: Seconds, rng: Generator) -> Seconds:
    """Steady noise of some colour."""
    return _coloured(time, rng) * _held(time, rng)


def _swell(time: Seconds, rng: Generator) -> Seconds:
    """Noise or a note that grows."""
    sound = _coloured(time, rng) if rng.random() < 0.5 else _tone(time, rng)
    return sound * 10 ** (-rng.uniform(1, 2) * np.abs(time - rng.uniform(0.3, 1.4)) / 0.3)


def _babble(time: Seconds, rng: Generator) -> Seconds:
    """As of somebody who speaks: a buzz through moving formants, some hiss, four syllables a second."""
    pitch = rng.uniform(80, 250) * (1 + 0.1 * np.sin(2 * np.pi * rng.uniform(1, 4) * time))
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    bends = [np.sin(2 * np.pi * rng.uniform(2, 5) * time + rng.uniform(0, 6)) for _ in range(2)]
    formants = [hz * 2 ** (0.3 * bend) for hz, bend in zip((500, 1500), bends, strict=True)]
    buzz = np.zeros(len(time))
    for n in range(1, 25):
        loud = sum(np.exp(-np.square((n * pitch - hz) / 200)) for hz in formants)
        buzz += (0.05 + loud) * np.sin(n * phase)
    hiss = np.diff(rng.standard_normal(len(time) + 1))
    rate, turn = rng.uniform(3, 5), rng.uniform(0, 6)
    voiced = np.sin(2 * np.pi * rate / 2 * time + turn) > -0.3
    return np.where(voiced, buzz, 0.3 * hiss) * (0.05 + np.square(np.sin(np.pi * rate * time + turn)))


def _coloured(time: Seconds, rng: Generator) -> Seconds:
    spectrum = np.fft.rfft(rng.standard_normal(len(time)))
    hz = np.fft.rfftfreq(len(time), 1 / SAMPLE_RATE) + 20
    band = np.exp(-np.square(np.log2(hz / (100 * 2 ** rng.uniform(0, 7))) / rng.uniform(0.5, 4)))
    return np.fft.irfft(spectrum * band * hz ** -rng.uniform(0, 0.5), len(time))


def _held(time: Seconds, rng: Generator) -> Seconds:
    """Up within 20 to 300 ms, down as slowly, most of a second between."""
    end = rng.uniform(0.7, 1.6)
    return np.clip(np.minimum(time / rng.uniform(0.02, 0.3), (end - time) / rng.uniform(0.02, 0.3)), 0, 1)


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
