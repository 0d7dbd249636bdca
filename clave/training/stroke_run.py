"""Training the stroke network, which says what is struck at each onset of a loop.

bars, one-shots, synthesized drums -> rendered loops -> onset candidates -> a small network -> ONNX
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
from clave.latent.space_folder import write_settings
from clave.music.kit import VOICES
from clave.music.shapes import Float
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
LABEL_SMOOTHING, VELOCITY_WEIGHT = 0.004, 0.5


def fit(
    examples: StrokeExamples,
    *,
    epochs: float = EPOCHS,
    seed: int = 0,
    network: StrokeNet | None = None,
    on_progress: OnProgress | None = None,
) -> StrokeNet:
    """A network that is trained on these examples. Raises TrainingError when its loss is not finite."""
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
    logit, velocity_logit = network.logits(cells)
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


@torch.no_grad()
def f_measure(network: StrokeNet, examples: StrokeExamples, threshold: float = 0.5) -> dict[str, float]:
    """How well the strokes at candidates are told: of each voice, of all, and whether a candidate is an onset."""
    columns = [torch.from_numpy(each) for each in (examples.decibels, examples.loudest_db)]
    said = np.concatenate(
        [
            network(inputs(*(each[at : at + 512] for each in columns)))[0].numpy() >= threshold
            for at in range(0, len(examples), 512)
        ]
    )

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
        "## F measure on rendered loops of the same kind that it was not trained on, at a threshold of 0.5",
        "",
        *markdown_rows("voice", "F", {name: f"{value:.3f}" for name, value in measured.items()}),
    ]
    with new_space(out) as files:
        write_graphs(files, network.onnx_graphs())
        write_settings(files, STROKE_FORMAT, voices=[voice.name for voice in VOICES], card=facts)
        write_credits(files / CREDITS_FILE, credited)
        (files / CARD_FILE).write_text("\n".join(lines) + "\n" + credits_text(credited), encoding="utf-8")
