"""Training the voice classifier, which says which voice a sound is where its name does not.

    recordings, synthesized drums -> log spectrograms, augmented -> a small network -> temperature, threshold -> ONNX

Temperature and threshold are measured on recordings whose whole source the network has not been trained on: four more
networks are trained beside the one that is kept, each without a fourth of the sources.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from clave import __version__
from clave.errors import TrainingError
from clave.files import whole_file
from clave.latent.space_folder import write_settings
from clave.music.kit import VOICES
from clave.music.shapes import Bool, Float, Float32, Float64, Int
from clave.sound import dataset
from clave.sound.corpus_map import CREDITS_FILE
from clave.sound.dataset import Credit, write_credits
from clave.sound.voice_classifier import VOICE_FORMAT
from clave.training.credits import credits_text
from clave.training.model_card import CARD_FILE, markdown_rows
from clave.training.models.voice_classifier import VoiceClassifier, VoiceNet
from clave.training.onnx_export import write_graphs
from clave.training.progress import OnProgress
from clave.training.space_writer import new_space
from clave.training.voice_classifier_data import ExampleCounts, VoiceExamples, folds, read_examples, sampling_weights

MIN_ACCURACY = 0.85  # of the predictions that are accepted
STEPS, BATCH, LEARNING_RATE, WEIGHT_DECAY = 600, 96, 2e-3, 0.05
WARMUP_STEPS = 50
LABEL_SMOOTHING, MIXUP_ALPHA = 0.05, 0.2  # some labels are wrong; mixup: Zhang et al. (2018)


@dataclass(frozen=True)
class Calibration:
    """How certain the classifier has to be, measured on sources that it was not trained on."""

    temperature: float  # logits are divided by it
    threshold: float  # the least probability from which on predictions are right in MIN_ACCURACY of all cases
    accuracy: float  # of all predictions, voices counting the same
    sure: float  # the share of sounds whose prediction reaches the threshold


def learn_voices(
    folder: str | Path,
    out: Path,
    listing: str | Path | None = None,
    *,
    counts: ExampleCounts | None = None,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> Calibration:
    """Train on the named sounds in a folder and on synthesized drums; `out` then holds the classifier.

    Voices, kits and licences come from the listing or from names, as for a sound space; the first part of a kit's name
    is its source. Raises TrainingError for fewer than two sources, since certainty could not be measured.
    """
    known, _ = dataset.listed(folder, listing)
    examples, credited, _ = read_examples(
        known, Path(folder), counts or ExampleCounts(), seed=seed, on_progress=on_progress
    )
    return learn_from_examples(examples, credited, out, seed=seed, on_progress=on_progress)


def learn_from_examples(
    examples: VoiceExamples,
    credited: Sequence[Credit],
    out: Path,
    *,
    steps: int = STEPS,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> Calibration:
    """The same from examples."""
    parts = folds(examples)
    if len(parts) < 2:
        raise TrainingError("the recordings are of one source; it takes two, so that one can be held out")
    held_out_logits = np.zeros((len(examples), len(VOICES)), np.float32)
    predicted = np.zeros(len(examples), bool)
    for part in parts:
        rows = part & examples.recorded
        network = fit(examples, ~part, steps=steps, seed=seed, on_progress=on_progress)
        held_out_logits[rows] = logits(network, examples.log_spectrogram[rows])
        predicted |= rows
    weight = sampling_weights(examples)
    calibration = calibrate(held_out_logits[predicted], examples.voice[predicted], weight[predicted])
    network = fit(examples, np.ones(len(examples), bool), steps=steps, seed=seed, on_progress=on_progress)
    write(out, VoiceClassifier(network, calibration.temperature), calibration, credited, seed)
    return calibration


def fit(
    examples: VoiceExamples,
    chosen: Bool[np.ndarray, " row"],
    *,
    steps: int = STEPS,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> VoiceNet:
    """A network that is trained on the chosen rows. Raises TrainingError when its loss is not finite."""
    noise = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = VoiceNet().train()
        optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
        log_spectrogram = torch.from_numpy(examples.log_spectrogram)
        voice = torch.from_numpy(examples.voice).long()
        weight = torch.from_numpy(np.where(chosen, sampling_weights(examples), 0.0))
        mixup = torch.distributions.Beta(MIXUP_ALPHA, MIXUP_ALPHA)
        for step in range(steps):
            rows = torch.multinomial(weight, BATCH, replacement=True, generator=noise)
            x = augmented(log_spectrogram[rows], noise)
            y = functional.one_hot(voice[rows], len(VOICES)).float()
            share = mixup.sample()
            x, y = share * x + (1 - share) * x.flip(0), share * y + (1 - share) * y.flip(0)
            loss = functional.cross_entropy(network(x), y, label_smoothing=LABEL_SMOOTHING)
            if not math.isfinite(float(loss.detach())):
                raise TrainingError(f"the loss is not finite at step {step}: {float(loss.detach())}")
            for group in optimizer.param_groups:
                group["lr"] = _learning_rate(step, steps)
            optimizer.zero_grad()
            loss.backward()  # pyright: ignore[reportUnknownMemberType]
            optimizer.step()
            if on_progress is not None:
                on_progress("training", step + 1, steps)
    return network.eval().requires_grad_(False)


def _learning_rate(step: int, steps: int) -> float:
    """A short warm-up, then half a cosine down to 0."""
    return LEARNING_RATE * min(1, (step + 1) / WARMUP_STEPS) * 0.5 * (1 + math.cos(math.pi * step / steps))


def augmented(
    log_spectrogram: Float[Tensor, "batch band frame"], noise: torch.Generator
) -> Float[Tensor, "batch band frame"]:
    """Random variants of log spectrograms: tilted over bands and time, over a noise floor, a band up or down."""

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=noise)

    count, bands, frames = log_spectrogram.shape
    over_bands = (uniform(count, 1, 1) - 0.5) * torch.linspace(-1, 1, bands)[:, None]
    over_time = 0.6 * (uniform(count, 1, 1) - 0.5) * torch.linspace(-1, 1, frames)
    tilted = (log_spectrogram + over_bands + over_time * (log_spectrogram > -0.99)).clamp(-1, 1.2)
    floor = (uniform(count, 1, 1) < 0.4) * uniform(count, 1, 1) - 1
    grain = 0.05 * torch.randn(log_spectrogram.shape, generator=noise)
    shift = int(torch.randint(-1, 2, (1,), generator=noise))
    return torch.maximum(tilted, floor).roll(shift, 1) + grain


@torch.no_grad()
def logits(
    network: VoiceNet, log_spectrogram: Float32[np.ndarray, "row band frame"]
) -> Float32[np.ndarray, "row voice"]:
    """The logits of the voices."""
    return network(torch.from_numpy(log_spectrogram)).numpy()


def calibrate(
    logit: Float32[np.ndarray, "row voice"], voice: Int[np.ndarray, " row"], weight: Float64[np.ndarray, " row"]
) -> Calibration:
    """The temperature with the lowest cross-entropy (Guo et al. 2017), and the threshold; rows count by weight.

    Raises TrainingError where no threshold makes predictions accurate enough.
    """
    weight = weight / weight.sum()

    def probabilities(temperature: float) -> Float64[np.ndarray, "row voice"]:
        scaled = logit.astype(np.float64) / temperature
        grown = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        return grown / grown.sum(axis=1, keepdims=True)

    def cross_entropy(temperature: float) -> float:
        return float(-(weight * np.log(probabilities(temperature)[np.arange(len(voice)), voice] + 1e-12)).sum())

    temperature = min(np.geomspace(0.25, 4, 81).tolist(), key=cross_entropy)
    probability = probabilities(temperature)
    confidence, correct = probability.max(axis=1), probability.argmax(axis=1) == voice
    for threshold in np.arange(0.12, 1.0, 0.01).round(2).tolist():  # from chance to certainty
        sure = confidence >= threshold
        if sure.any() and (weight * correct)[sure].sum() >= MIN_ACCURACY * weight[sure].sum():
            return Calibration(temperature, threshold, float((weight * correct).sum()), float(weight[sure].sum()))
    raise TrainingError(f"at no threshold are {MIN_ACCURACY:.0%} of the predictions right: more kits are needed")


def write(
    out: Path, classifier: VoiceClassifier, calibration: Calibration, credited: Sequence[Credit], seed: int
) -> None:
    """Write the network, its settings, its card, and the credits of the sounds that it was trained on."""
    facts: dict[str, Any] = {"sounds": len(credited), "seed": seed, "clave": __version__}
    named = [voice.name for voice in VOICES]
    lines = [
        "# voices",
        "",
        "A small network that classifies the voice of a drum by its sound, for files whose names say nothing.",
        "",
        *markdown_rows(
            "what",
            "",
            facts
            | {
                "temperature": f"{calibration.temperature:.2f}",
                "threshold: predictions from this probability on are sure": f"{calibration.threshold:.2f}",
            },
        ),
        "",
        "## Measured on recordings of held-out sources, voices counting the same",
        "",
        *markdown_rows(
            "what",
            "value",
            {
                "right": f"{calibration.accuracy:.1%}",
                "sure": f"{calibration.sure:.1%}",
                "right where sure": f"at least {MIN_ACCURACY:.0%}",
            },
        ),
    ]
    with new_space(out) as files:
        write_graphs(files, classifier.onnx_graphs())
        write_settings(files, VOICE_FORMAT, voices=named, **vars(calibration), card=facts)
        write_credits(files / CREDITS_FILE, credited)
        whole_file.write(files / CARD_FILE, ("\n".join(lines) + "\n" + credits_text(credited)).encode())
