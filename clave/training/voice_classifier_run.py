"""The ear that says which voice a sound is: learned from named one-shots, for voices.py to listen with.

    files and factory drums -> pictures, each varied -> a small network -> how sure it may be -> voices.onnx

What a share of certainty is worth is measured on recordings whose whole source the network has not heard: four
networks are trained beside the one that is kept, each without a fourth of the sources.
"""

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, Float64, Int
from torch import Tensor, nn
from torch.nn import functional

from clave import __version__
from clave.errors import AudioFileError, TrainingError
from clave.files import audio_file as wav
from clave.latent.space_folder import write_settings
from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.kit import VOICES
from clave.music.kit import voice as voice_of
from clave.sound import dataset as sounds
from clave.sound import drum_synth as factory
from clave.sound import voice_classifier as voices
from clave.sound.dataset import FACTORY_CREDIT, FACTORY_LICENCE, Credit, Listed, write_credits
from clave.training import checkpoint
from clave.training.sound_run import CREDITS, credits_text

FOLDS = 4
RIGHT = 0.85  # of the guesses that count as sure
CHANNELS, DROPOUT = (16, 32, 64, 96), 0.3
STEPS, BATCH, LEARNING_RATE, WEIGHT_DECAY = 600, 96, 2e-3, 0.05
WARMUP_STEPS = 50
LABEL_SMOOTHING, MIXING = 0.05, 0.2  # some labels are wrong; Zhang et al. (2018), alpha of mixup
FACTORY_SHARE = 0.35  # of what each voice learns from

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


class VoiceNet(nn.Module):
    """Four convolutions that each halve bands and moments; then all that is left decides."""

    def __init__(self) -> None:
        super().__init__()
        layers = list[nn.Module]()
        for seen, made in pairwise((1, *CHANNELS)):
            layers += [nn.Conv2d(seen, made, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(made), nn.ReLU()]
        self.body = nn.Sequential(*layers)
        self.drop = nn.Dropout(DROPOUT)
        halved = 2 ** len(CHANNELS)
        self.decide = nn.Linear(CHANNELS[-1] * (voices.BANDS // halved) * (voices.FRAMES // halved), len(VOICES))

    def forward(self, picture: Float[Tensor, "batch band frame"]) -> Float[Tensor, "batch voice"]:
        """Logits of the eight voices."""
        return self.decide(self.drop(self.body(picture[:, None]).flatten(1)))


class VoiceClassifier(nn.Module):
    """The network with its temperature: what is written as ONNX."""

    def __init__(self, network: VoiceNet, temperature: float) -> None:
        super().__init__()
        self.network, self.temperature = network, temperature

    def forward(self, picture: Float[Tensor, "batch band frame"]) -> Float[Tensor, "batch voice"]:
        """The share of certainty of each voice."""
        return functional.softmax(self.network(picture) / self.temperature, dim=1)


@dataclass(frozen=True, eq=False)
class Examples:
    """Pictures to learn from, row by row."""

    picture: Float32[np.ndarray, "row band frame"]
    voice: Int[np.ndarray, " row"]  # index into VOICES
    kit: Int[np.ndarray, " row"]
    source: Int[np.ndarray, " row"]  # where kits come from: what is left out is left out whole
    plain: Bool[np.ndarray, " row"]  # a recording as it is, not varied and not made
    made: Bool[np.ndarray, " row"]  # by the factory

    def __len__(self) -> int:
        return len(self.voice)


def examples(
    known: Sequence[Listed],
    folder: Path,
    *,
    variants: int = 8,
    factory_drums: int = 400,
    seed: int = 0,
    progress: Progress | None = None,
) -> tuple[Examples, list[Credit], dict[str, str]]:
    """Pictures of these files and of drums that the factory makes, whose they are, and which were refused and why."""
    rng = np.random.default_rng(seed)
    rows = list[tuple[Float32[np.ndarray, "band frame"], int, str, bool, bool]]()
    credited, refused = list[Credit](), dict[str, str]()
    named = [each for each in known if each.voice]
    for done, each in enumerate(named, start=1):
        path = folder / each.name
        try:
            clip = wav.read(path)
        except AudioFileError as error:
            refused[each.name] = str(error).removeprefix(f"{path}: ")
            continue
        if clip.peak == 0:
            refused[each.name] = "silence"
            continue
        index = voice_of(each.voice).index
        heard = [clip, *(varied(clip, rng) for _ in range(variants))]
        rows += [(voices.log_spectrogram(one), index, each.kit, number == 0, False) for number, one in enumerate(heard)]
        credited.append(Credit(*each[:5], hashlib.sha256(path.read_bytes()).hexdigest()))
        if progress is not None:
            progress("reading", done, len(named))
    for number in range(factory_drums):
        for voice in VOICES:
            drum = np.random.default_rng([seed, voice.index, number])
            clip = factory.synthesize(factory.draw(voice, drum), seed=int(drum.integers(2**31)))
            rows.append((voices.log_spectrogram(clip), voice.index, "factory", False, True))
            name = f"factory {voice.name} {number}"
            credited.append(Credit(name, voice.name, "factory", FACTORY_LICENCE, FACTORY_CREDIT, ""))
        if progress is not None:
            progress("making", number + 1, factory_drums)
    if not any(plain for *_, plain, _ in rows):
        raise TrainingError(f"{folder} holds no sound of a known voice")
    picture, voice, kits, plain, made = zip(*rows, strict=True)
    columns = Examples(
        np.stack(picture),
        np.array(voice),
        np.unique(kits, return_inverse=True)[1],
        np.unique([kit.split("/")[0] for kit in kits], return_inverse=True)[1],
        np.array(plain),
        np.array(made),
    )
    return columns, credited, refused


def varied(clip: Clip, rng: np.random.Generator) -> Clip:
    """The same drum as another machine may play it: faster or slower, shorter, driven, dull or noisy, by chance."""
    rate = round(clip.sample_rate * 2 ** (rng.uniform(-4, 4) / 12))
    sound = wav.resampled(Clip(clip.samples, rate))
    if rng.random() < 0.3:
        sound = wav.resampled(wav.resampled(sound, round(rng.uniform(12_000, 32_000))), SAMPLE_RATE)
    samples = sound.samples.astype(np.float64) / max(sound.peak, 1e-9)
    if rng.random() < 0.4:
        samples *= np.exp(-np.arange(len(samples)) / SAMPLE_RATE * rng.uniform(0, 3) / 10 ** rng.uniform(-1.1, 0.3))
    if rng.random() < 0.3:
        samples = np.tanh(samples * 10 ** rng.uniform(0, 1))
    if rng.random() < 0.3:
        samples += 10 ** rng.uniform(-4, -2.2) * rng.standard_normal(len(samples))
    return Clip(samples.astype(np.float32))


def weights(rows: Examples) -> Float64[np.ndarray, " row"]:
    """How often each row is drawn: voices alike, recordings and the factory by FACTORY_SHARE, kits by their root."""
    weight = np.zeros(len(rows))
    for index in range(len(VOICES)):
        for made, share in ((False, 1 - FACTORY_SHARE), (True, FACTORY_SHARE)):
            there = (rows.voice == index) & (rows.made == made)
            _, kit, counts = np.unique(rows.kit[there], return_inverse=True, return_counts=True)
            drawn = 1 / np.sqrt(counts[kit])
            weight[there] = share * drawn / max(drawn.sum(), 1e-12)
    return weight / weight.sum()


def fit(
    rows: Examples, chosen: Bool[np.ndarray, " row"], *, steps: int = STEPS, seed: int = 0, told: Progress | None = None
) -> VoiceNet:
    """A network that has learned from the chosen rows. Raises TrainingError when its loss is not finite."""
    noise = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = VoiceNet().train()
        optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
        picture, voice = torch.from_numpy(rows.picture), torch.from_numpy(rows.voice).long()
        weight = torch.from_numpy(np.where(chosen, weights(rows), 0.0))
        mixing = torch.distributions.Beta(MIXING, MIXING)
        for step in range(steps):
            drawn = torch.multinomial(weight, BATCH, replacement=True, generator=noise)
            x = coloured(picture[drawn], noise)
            y = functional.one_hot(voice[drawn], len(VOICES)).float()
            part = mixing.sample()
            x, y = part * x + (1 - part) * x.flip(0), part * y + (1 - part) * y.flip(0)
            loss = functional.cross_entropy(network(x), y, label_smoothing=LABEL_SMOOTHING)
            if not math.isfinite(float(loss.detach())):
                raise TrainingError(f"the loss is not finite at step {step}: {float(loss.detach())}")
            for group in optimizer.param_groups:
                group["lr"] = (
                    LEARNING_RATE * min(1, (step + 1) / WARMUP_STEPS) * 0.5 * (1 + math.cos(math.pi * step / steps))
                )
            optimizer.zero_grad()
            loss.backward()  # pyright: ignore[reportUnknownMemberType]
            optimizer.step()
            if told is not None:
                told("training", step + 1, steps)
    return network.eval().requires_grad_(False)


def coloured(picture: Float[Tensor, "batch band frame"], noise: torch.Generator) -> Float[Tensor, "batch band frame"]:
    """The pictures with other microphones and rooms: tilted over bands and time, over a floor, a band up or down."""

    def drawn(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=noise)

    count, bands, frames = picture.shape
    over_bands = (drawn(count, 1, 1) - 0.5) * torch.linspace(-1, 1, bands)[:, None]
    over_time = 0.6 * (drawn(count, 1, 1) - 0.5) * torch.linspace(-1, 1, frames)
    tilted = (picture + over_bands + over_time * (picture > -0.99)).clamp(-1, 1.2)
    floor = (drawn(count, 1, 1) < 0.4) * drawn(count, 1, 1) - 1
    grain = 0.05 * torch.randn(picture.shape, generator=noise)
    shift = int(torch.randint(-1, 2, (1,), generator=noise))
    return torch.maximum(tilted, floor).roll(shift, 1) + grain


@torch.no_grad()
def logits(network: VoiceNet, picture: Float32[np.ndarray, "row band frame"]) -> Float32[np.ndarray, "row voice"]:
    """What the network says of these pictures."""
    return network(torch.from_numpy(picture)).numpy()


def folds(rows: Examples, count: int = FOLDS) -> list[Bool[np.ndarray, " row"]]:
    """The sources of recordings in so many parts of about the same size: True for the rows of a part."""
    names, sizes = np.unique(rows.source[rows.plain], return_counts=True)
    parts = [(0, list[int]()) for _ in range(min(count, len(names)))]
    for index in np.argsort(-sizes, kind="stable"):
        smallest = min(range(len(parts)), key=lambda part: parts[part][0])
        size, held = parts[smallest]
        parts[smallest] = (size + int(sizes[index]), [*held, int(names[index])])
    return [np.isin(rows.source, held) for _, held in parts]


@dataclass(frozen=True)
class Calibration:
    """How sure the network may be."""

    temperature: float  # logits are divided by it
    threshold: float  # the least confidence at which guesses are right in RIGHT of all cases
    accuracy: float  # of guesses, voices counting alike, on sources that were left out
    sure: float  # the share of sounds whose guess reaches the threshold


def calibrated(
    told: Float32[np.ndarray, "row voice"], voice: Int[np.ndarray, " row"], weight: Float64[np.ndarray, " row"]
) -> Calibration:
    """The temperature of the least cross-entropy (Guo et al. 2017), and the threshold; rows count by their weights.

    Raises TrainingError where no confidence is right often enough.
    """
    weight = weight / weight.sum()

    def shares(temperature: float) -> Float64[np.ndarray, "row voice"]:
        scaled = told.astype(np.float64) / temperature
        grown = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        return grown / grown.sum(axis=1, keepdims=True)

    def entropy(temperature: float) -> float:
        return float(-(weight * np.log(shares(temperature)[np.arange(len(voice)), voice] + 1e-12)).sum())

    temperature = min(np.geomspace(0.25, 4, 81).tolist(), key=entropy)
    share = shares(temperature)
    confidence, right = share.max(axis=1), share.argmax(axis=1) == voice
    for threshold in np.arange(0.12, 1.0, 0.01).round(2).tolist():  # from chance to certainty
        sure = confidence >= threshold
        if sure.any() and (weight * right)[sure].sum() >= RIGHT * weight[sure].sum():
            return Calibration(temperature, threshold, float((weight * right).sum()), float(weight[sure].sum()))
    raise TrainingError(f"no confidence of the network is right in {RIGHT:.0%} of all cases: more kits are needed")


def learn_voices(
    folder: str | Path,
    out: Path,
    listing: str | Path | None = None,
    *,
    variants: int = 8,
    factory_drums: int = 400,
    steps: int = STEPS,
    seed: int = 0,
    progress: Progress | None = None,
) -> Calibration:
    """Learn from the named sounds in a folder and from the factory; `out` then holds what `voices.guess` listens with.

    Voices, kits and licences come from the listing or from names, as for a sound space; the first part of a kit's name
    is its source. Raises TrainingError for less than two sources, since certainty could not be measured.
    """
    known, _ = sounds.listed(folder, listing)
    rows, credited, _ = examples(
        known, Path(folder), variants=variants, factory_drums=factory_drums, seed=seed, progress=progress
    )
    return learn_from(rows, credited, out, steps=steps, seed=seed, progress=progress)


def learn_from(
    rows: Examples,
    credited: Sequence[Credit],
    out: Path,
    *,
    steps: int = STEPS,
    seed: int = 0,
    progress: Progress | None = None,
) -> Calibration:
    """The same from pictures."""
    parts = folds(rows)
    if len(parts) < 2:
        raise TrainingError("the recordings are of one source: two are the least, so that one can be left out")
    told = np.zeros((len(rows), len(VOICES)), np.float32)
    asked = np.zeros(len(rows), bool)
    for held in parts:
        unheard = held & rows.plain
        network = fit(rows, ~held, steps=steps, seed=seed, told=progress)
        told[unheard] = logits(network, rows.picture[unheard])
        asked |= unheard
    calibration = calibrated(told[asked], rows.voice[asked], weights(rows)[asked])
    network = fit(rows, np.ones(len(rows), bool), steps=steps, seed=seed, told=progress)
    write(out, network, calibration, credited, seed)
    return calibration


def write(out: Path, network: VoiceNet, calibration: Calibration, credited: Sequence[Credit], seed: int) -> None:
    """The network, its settings, its card and whose the sounds are that it learned from."""
    out.mkdir(parents=True, exist_ok=True)
    checkpoint.write_voices_onnx(out, VoiceClassifier(network, calibration.temperature), (voices.BANDS, voices.FRAMES))
    facts: dict[str, Any] = {"sounds": len(credited), "seed": seed, "clave": __version__}
    named = [voice.name for voice in VOICES]
    write_settings(out, voices.VOICE_FORMAT, voices=named, **vars(calibration), card=facts)
    write_credits(out / CREDITS, credited)
    lines = [
        "# voices",
        "",
        "A small network that tells the voice of a drum by listening, for files whose names say nothing.",
        "",
        "| what | |",
        "|---|---|",
        *(f"| {key} | {value} |" for key, value in facts.items()),
        f"| temperature | {calibration.temperature:.2f} |",
        f"| threshold: guesses from here on are sure | {calibration.threshold:.2f} |",
        "",
        "## Measured on recordings whose source was left out, voices counting alike",
        "",
        "| what | value |",
        "|---|---|",
        f"| right | {calibration.accuracy:.1%} |",
        f"| sure | {calibration.sure:.1%} |",
        f"| right where sure | at least {RIGHT:.0%} |",
    ]
    (out / "card.md").write_text("\n".join(lines) + "\n" + credits_text(credited), encoding="utf-8")
