"""Training the stroke network, which says what is struck at each onset of a loop.

bars, one-shots, synthesized drums -> rendered loops -> onset candidates -> a small network -> ONNX

Its convolutions learn from candidates one by one (`fit`), or are taken from a network that was trained before; then all
but them learns from whole loops (`fit_whole_loops`), with the features of each candidate computed once.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from clave import __version__
from clave.audio.band_levels import BANDS, RANGE_DB
from clave.errors import TrainingError
from clave.files import whole_file
from clave.latent.space_folder import write_settings
from clave.music.kit import VOICES
from clave.music.shapes import Float, Int
from clave.sound.corpus_map import CREDITS_FILE
from clave.sound.dataset import Credit, write_credits
from clave.sound.loops.strokes import STROKE_FORMAT
from clave.training.credits import credits_text
from clave.training.loop_examples import StrokeExamples
from clave.training.model_card import CARD_FILE, markdown_rows
from clave.training.models.stroke_net import StrokeNet
from clave.training.onnx_export import write_graphs
from clave.training.progress import OnProgress, of_task
from clave.training.space_writer import new_space
from clave.training.tensor_file import halved

EPOCHS, BATCH, LEARNING_RATE, WEIGHT_DECAY = 3.7, 128, 3e-3, 0.02
WARMUP_STEPS = 100
LABEL_SMOOTHING, VELOCITY_WEIGHT = 0.004, 0.3
LOOP_EPOCHS, LOOP_BATCH, LOOP_LEARNING_RATE = 9.0, 6, 2e-3
MAX_CANDIDATES = 500  # of a loop, the first
LOOP_TEMPO = (0.93, 1.07)  # times as long
VARIANTS = 2  # of the features of a loop


def fit(
    examples: StrokeExamples,
    *,
    epochs: float = EPOCHS,
    seed: int = 0,
    network: StrokeNet | None = None,
    on_progress: OnProgress | None = None,
) -> StrokeNet:
    """A network whose convolutions learned from these candidates one by one. TrainingError: its loss is not finite."""
    steps = math.ceil(epochs * len(examples) / BATCH)
    noise, count = torch.Generator().manual_seed(seed), of_task(on_progress, "training")
    columns = [torch.from_numpy(each) for each in (examples.decibels, examples.loudest_db)]
    struck, velocity = torch.from_numpy(examples.struck), torch.from_numpy(examples.velocity)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = (network or StrokeNet()).train().requires_grad_(True)
        optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
        for step in range(steps):
            rows = torch.randint(len(examples), (BATCH,), generator=noise)
            cells = augmented(inputs(*(each[rows] for each in columns)), noise)
            loss = loss_of(network, cells, struck[rows].float(), velocity[rows])
            if not math.isfinite(float(loss.detach())):
                raise TrainingError(f"the loss is not finite at step {step}: {float(loss.detach())}")
            for group in optimizer.param_groups:
                group["lr"] = _learning_rate(step, steps)
            optimizer.zero_grad()
            loss.backward()  # pyright: ignore[reportUnknownMemberType]
            optimizer.step()
            count(step + 1, steps)
    return network.eval().requires_grad_(False)


def loss_of(
    network: StrokeNet,
    cells: Float[Tensor, "row 2 band frame"],
    struck: Float[Tensor, "row voice"],
    velocity: Float[Tensor, "row voice"],
) -> Float[Tensor, ""]:
    """The cross-entropy of strokes, and the squared error of their velocities."""
    return _loss(*network.alone(cells), struck, velocity)


def _loss(logit: Tensor, velocity_logit: Tensor, struck: Tensor, velocity: Tensor) -> Float[Tensor, ""]:
    smooth = struck * (1 - 2 * LABEL_SMOOTHING) + LABEL_SMOOTHING
    error = (velocity_logit.sigmoid() - velocity) ** 2 * struck
    return functional.binary_cross_entropy_with_logits(
        logit, smooth
    ) + VELOCITY_WEIGHT * error.sum() / struck.sum().clamp(min=1)


def inputs(decibels: Tensor, loudest_db: Tensor) -> Float[Tensor, "row 2 band frame"]:
    """The input of the network, as `stroke_cells.scaled` makes it."""
    levels = decibels.float()
    below = torch.stack([levels, levels - loudest_db.float()[:, :, None]], dim=1)
    return 1 + 2 * below.clamp(min=-RANGE_DB) / RANGE_DB


def augmented(cells: Float[Tensor, "row 2 band frame"], noise: torch.Generator) -> Float[Tensor, "row 2 band frame"]:
    """Random variants: brighter or darker, over a noise floor, a band up or down."""

    def uniform() -> Tensor:
        return torch.rand(len(cells), 1, 1, 1, generator=noise)

    slope = torch.linspace(-1, 1, BANDS)[:, None] * torch.tensor([1.0, 0.0])[:, None, None]
    tilted = cells + 0.3 * (uniform() - 0.5) * slope
    floor = (uniform() < 0.3) * 0.6 * uniform() - 1
    grain = 0.03 * torch.randn(cells.shape, generator=noise)
    shift = int(torch.randint(-2, 3, (1,), generator=noise))
    return torch.maximum(tilted, floor).roll(shift if abs(shift) == 1 else 0, 2) + grain


def _learning_rate(step: int, steps: int) -> float:
    """A short warm-up, then half a cosine down to 0."""
    return LEARNING_RATE * min(1, (step + 1) / WARMUP_STEPS) * 0.5 * (1 + math.cos(math.pi * step / steps))


def fit_whole_loops(
    examples: StrokeExamples,
    network: StrokeNet,
    *,
    epochs: float = LOOP_EPOCHS,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> StrokeNet:
    """Train all but the convolutions on whole loops. Raises TrainingError when the loss is not finite."""
    rng, noise = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    loops = [rows[:MAX_CANDIDATES] for rows in loop_rows(examples)]
    features = [_features(examples, rows, network, noise) for rows in loops]
    trained = [each for name, each in network.named_parameters() if not name.startswith("convolutions")]
    steps, count = math.ceil(epochs * len(loops) / LOOP_BATCH), of_task(on_progress, "training on whole loops")
    seconds, struck, velocity = (
        torch.from_numpy(each) for each in (examples.seconds, examples.struck, examples.velocity)
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network.train().requires_grad_(True)
        optimizer = torch.optim.AdamW(trained, lr=LOOP_LEARNING_RATE, weight_decay=WEIGHT_DECAY)
        for step in range(steps):
            loss = torch.zeros(())
            for loop in rng.integers(len(loops), size=LOOP_BATCH).tolist():
                rows, heard = loops[loop], features[loop][int(rng.integers(VARIANTS))].float()
                logits = network.compared(heard, seconds[rows] * rng.uniform(*LOOP_TEMPO))
                loss = loss + _loss(*logits, struck[rows].float(), velocity[rows]) / LOOP_BATCH
            if not math.isfinite(float(loss.detach())):
                raise TrainingError(f"the loss is not finite at step {step}: {float(loss.detach())}")
            for group in optimizer.param_groups:
                group["lr"] = _learning_rate(step, steps) * LOOP_LEARNING_RATE / LEARNING_RATE
            optimizer.zero_grad()
            loss.backward()  # pyright: ignore[reportUnknownMemberType]
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            count(step + 1, steps)
    return network.eval().requires_grad_(False)


def loop_rows(examples: StrokeExamples) -> list[Int[np.ndarray, " row"]]:
    """The rows of each loop, in the order of time."""
    edges = np.flatnonzero(np.diff(examples.loop)) + 1
    return np.split(np.arange(len(examples)), edges)


@torch.no_grad()
def _features(
    examples: StrokeExamples, rows: Int[np.ndarray, " row"], network: StrokeNet, noise: torch.Generator
) -> list[Tensor]:
    """What the convolutions give for a loop as it is, and for one variant of it; half precision, to keep many."""
    cells = inputs(torch.from_numpy(examples.decibels[rows]), torch.from_numpy(examples.loudest_db[rows]))
    network.eval()
    return [network.features(each).half() for each in (cells, augmented(cells, noise))]


def take_convolutions(network: StrokeNet, path: Path) -> None:
    """Give a network the convolutions of one that was written before, into which its normalisation is folded."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(path).graph
    weights = {each.name.removesuffix("_half"): numpy_helper.to_array(each) for each in graph.initializer}
    folded = [each.input[1:] for each in graph.node if each.op_type == "Conv"]
    layers = [each for each in network.convolutions if isinstance(each, torch.nn.Conv2d)]
    norms = [each for each in network.convolutions if isinstance(each, torch.nn.BatchNorm2d)]
    if len(folded) != len(layers):
        raise TrainingError(f"{path} has {len(folded)} convolutions instead of {len(layers)}")
    with torch.no_grad():
        for layer, norm, (weight, bias) in zip(layers, norms, folded, strict=True):
            layer.weight.copy_(torch.from_numpy(weights[weight].astype(np.float32)))
            norm.bias.copy_(torch.from_numpy(weights[bias].astype(np.float32)))
            norm.weight.fill_(math.sqrt(1 + norm.eps))  # over a running variance of 1


@torch.no_grad()
def f_measure(network: StrokeNet, examples: StrokeExamples, threshold: float = 0.5) -> dict[str, float]:
    """How well the strokes at candidates are told: of each voice, of all, and whether a candidate is an onset."""
    seconds = torch.from_numpy(examples.seconds)
    said = np.zeros_like(examples.struck)
    for rows in loop_rows(examples):
        cells = inputs(torch.from_numpy(examples.decibels[rows]), torch.from_numpy(examples.loudest_db[rows]))
        said[rows] = network(cells, seconds[rows])[0].numpy() >= threshold

    def f_of(said: Any, struck: Any) -> float:
        return 2 * float((said & struck).sum()) / max(1, int(said.sum() + struck.sum()))

    by_voice = {voice.name: f_of(said[:, voice.index], examples.struck[:, voice.index]) for voice in VOICES}
    onset = f_of(said.any(axis=1), examples.struck.any(axis=1))
    return {**by_voice, "all voices": f_of(said, examples.struck), "onset": onset}


def write(
    out: Path, network: StrokeNet, credited: Sequence[Credit], facts: dict[str, Any], measured: dict[str, float]
) -> None:
    """Write the network, its settings, its card, and the credits of the sounds that it was trained on."""
    network.load_state_dict(halved(network.state_dict()))
    facts = {"sounds": len(credited), **facts, "clave": __version__}
    lines = [
        "# strokes",
        "",
        "A small network that says which voices are struck at an onset of a drum loop: docs/loops.md.",
        "",
        *markdown_rows("what", "", facts),
        "",
        "## F measure on rendered loops that its comparing part was not trained on, at a threshold of 0.5",
        "",
        *markdown_rows("voice", "F", {name: f"{value:.3f}" for name, value in measured.items()}),
    ]
    with new_space(out) as files:
        write_graphs(files, network.onnx_graphs())
        write_settings(files, STROKE_FORMAT, voices=[voice.name for voice in VOICES], card=facts)
        write_credits(files / CREDITS_FILE, credited)
        whole_file.write(files / CARD_FILE, ("\n".join(lines) + "\n" + credits_text(credited)).encode())
