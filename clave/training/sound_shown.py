"""What a run of a sound space shows of itself: how close held-out sounds come back, and sounds that one can hear."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from clave.files import audio_file
from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.shapes import Float
from clave.sound.comparison import DB_PER_NEPER
from clave.training.models.sound_model import SoundModel, Sounds
from clave.training.models.vae import VAE, Examples
from clave.training.session import Shown

SCORED_SOUNDS = 256
PREVIEW_WAV = "preview.wav"
PREVIEW_SPACING = int(0.6 * SAMPLE_RATE)  # samples from one sound to the next


@torch.no_grad()
def sound_scores(model: VAE[Any], examples: Examples) -> dict[str, float]:
    """Root mean square error in dB of held-out log spectrograms, from the map alone and with the detail."""
    assert isinstance(model, SoundModel)
    assert isinstance(examples, Sounds)
    sounds = examples[:SCORED_SOUNDS]
    features = model.features(sounds.log_spectrogram, sounds.voices)
    point = model.encode_map(features)
    expected = _whole_detail(model, model.expected_detail(point, sounds.voices))
    details = {"error_db_map": expected, "error_db_detail": model.encode_detail(features, point, sounds.voices)}
    found: dict[str, float] = {}
    for name, detail in details.items():
        error = DB_PER_NEPER * (model.decode(point, detail, sounds.voices) - sounds.log_spectrogram)
        found[name] = float(error.square().mean(dim=(1, 2)).sqrt().mean())
    return found


@torch.no_grad()
def write_preview(model: VAE[Any], examples: Examples, folder: Path) -> None:
    """Write a WAV of new sounds, one a voice of the held-out ones, drawn at their places on the map."""
    assert isinstance(model, SoundModel)
    assert isinstance(examples, Sounds)
    voices = examples.voice.cpu().numpy()
    rows = torch.from_numpy(np.unique(voices, return_index=True)[1])
    sounds = examples[rows.to(examples.voice.device)]
    point = model.encode_map(model.features(sounds.log_spectrogram, sounds.voices))
    noise = torch.randn((len(sounds), model.drawn_size), generator=torch.Generator().manual_seed(0)).to(point.device)
    detail = _whole_detail(model, model.sample_detail(point, noise, sounds.voices))
    drawn = model.decode(point, detail, sounds.voices).cpu().numpy()
    clips = [model.spectrogram().estimate(each, seed) for seed, each in enumerate(drawn)]
    audio_file.write(folder / PREVIEW_WAV, one_after_another(clips))


def one_after_another(clips: list[Clip]) -> Clip:
    """These sounds in a row."""
    length = max(at * PREVIEW_SPACING + len(clip.samples) for at, clip in enumerate(clips))
    samples = np.zeros(length, np.float32)
    for at, clip in enumerate(clips):
        start = at * PREVIEW_SPACING
        samples[start : start + len(clip.samples)] += clip.samples
    return Clip(samples / max(1.0, float(np.abs(samples).max())), SAMPLE_RATE)


SHOWN = Shown(sound_scores, write_preview)


def _whole_detail(model: SoundModel, drawn: Float[Tensor, "batch drawn"]) -> Float[Tensor, "batch detail"]:
    return functional.pad(drawn, (0, model.detail_size - model.drawn_size))
