"""What a run of a rhythm space shows of itself: how well it knows held-out bars, and bars that one can hear."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from clave.files import audio_file, midi
from clave.music.pattern import Pattern
from clave.music.shapes import Bool, Float
from clave.music.units import METERS, steps_per_bar
from clave.play.render import render
from clave.rhythm.scores import best_threshold, hit_f1
from clave.sound import drum_synth
from clave.training.models.bars import Bars, one_hot, token_cells
from clave.training.models.condition import Condition
from clave.training.models.rhythm_model import RhythmModel
from clave.training.models.rhythm_vae import RhythmVAE
from clave.training.models.vae import VAE, Examples
from clave.training.session import Shown

SCORED_BARS, PREVIEWED_BARS = 256, 8
PREVIEW_MIDI, PREVIEW_WAV = "preview.mid", "preview.wav"
PREVIEW_KIT = "analogue"
PLAIN_VELOCITY = 0.7  # of a model that knows none


@torch.no_grad()
def rhythm_scores(model: VAE[Any], examples: Examples) -> dict[str, float]:
    """Hit F1 of held-out bars, from their two numbers on the map, and of each 16th from those before it."""
    assert isinstance(model, RhythmModel)
    assert isinstance(examples, Bars)
    bars = examples[:SCORED_BARS]
    inside = bars.inside.unsqueeze(1).expand_as(bars.velocity)
    by_map = _logits(model, bars)
    found = {"hit_f1_map": _best_f1(by_map, bars.hits > 0, inside)}
    if isinstance(model, RhythmVAE):
        predicted = model.predict_tokens(
            bars, Condition.unlabelled(_points(model, bars), bars.meter, model.config.styles)
        )
        whole = token_cells(inside.float()) > 0
        found["hit_f1_next_16th"] = _best_f1(predicted.cell_logit, predicted.cells > 0, whole)
    return found


@torch.no_grad()
def write_preview(model: VAE[Any], examples: Examples, folder: Path) -> None:
    """Write some held-out bars as the map now plays them, as a MIDI file and with a kit of ours."""
    assert isinstance(model, RhythmModel)
    assert isinstance(examples, Bars)
    patterns = preview_patterns(model, examples)
    midi.write(folder / PREVIEW_MIDI, patterns)
    audio_file.write(folder / PREVIEW_WAV, render(patterns, drum_synth.kit(PREVIEW_KIT)))


@torch.no_grad()
def preview_patterns(model: RhythmModel, examples: Bars) -> list[Pattern]:
    """Some held-out bars as the map plays them: its likely strokes, played as the model expects."""
    bars = examples[:: max(1, len(examples) // PREVIEWED_BARS)][:PREVIEWED_BARS]
    logit, inside = _logits(model, bars), bars.inside.unsqueeze(1).expand_as(bars.velocity)
    threshold = best_threshold(*_flat(logit, bars.hits > 0, inside))
    hits = ((logit > threshold) & inside).float()
    velocity, offset = hits * PLAIN_VELOCITY, torch.zeros_like(hits)
    if isinstance(model, RhythmVAE):
        points = _points(model, bars)
        feel = model.prior_of_feel(Condition.unlabelled(points, bars.meter, model.config.styles)).mean
        played = model.decode_dynamics(hits, feel, points, one_hot(bars.meter, len(METERS)))
        velocity, offset = hits * played.velocity, hits * played.offset
    meters = [METERS[meter] for meter in bars.meter.tolist()]
    return [
        Pattern(loud[:, : steps_per_bar(meter)], late[:, : steps_per_bar(meter)], meter)
        for loud, late, meter in zip(velocity.cpu().numpy(), offset.cpu().numpy(), meters, strict=True)
    ]


SHOWN = Shown(rhythm_scores, write_preview)


def _points(model: RhythmModel, bars: Bars) -> Float[Tensor, "batch map"]:
    return (
        model.encode_map(bars.velocity, bars.offset, one_hot(bars.meter, len(METERS)))
        if bars.point is None
        else bars.point
    )


def _logits(model: RhythmModel, bars: Bars) -> Float[Tensor, "batch voice step"]:
    styles = bars.style.shape[1]
    return model.decode_map(Condition.unlabelled(_points(model, bars), bars.meter, styles))[
        :, :, : bars.velocity.shape[2]
    ]


def _flat(
    logit: Float[Tensor, "*cell"], hits: Bool[Tensor, "*cell"], inside: Bool[Tensor, "*cell"]
) -> tuple[Float[np.ndarray, "one cell"], Bool[np.ndarray, "one cell"]]:
    return logit[inside].cpu().numpy()[None], hits[inside].cpu().numpy()[None]


def _best_f1(logit: Float[Tensor, "*cell"], hits: Bool[Tensor, "*cell"], inside: Bool[Tensor, "*cell"]) -> float:
    flat = _flat(logit, hits, inside)
    return hit_f1(*flat, best_threshold(*flat))
