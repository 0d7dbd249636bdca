"""A small sound space with random weights, and a corpus to learn from in seconds."""

from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

import numpy as np
import torch

from clave import sounds
from clave.audio.log_spectrogram import BANDS, FRAMES
from clave.latent.space_folder import open_space, write_settings
from clave.music.kit import VOICES
from clave.sound.space import SOUND_FORMAT, write_corpus
from clave.training.models.sound_vae import SoundConfig
from clave.training.onnx_export import write_graphs
from clave.training.recipes import sound
from clave.training.sound_data import to_sounds
from clave.training.tensor_file import halved, save_tensors

SMALL = SoundConfig(components=5, residual_size=6, band_shapes=10, frame_shapes=8, width=16, blocks=1, encoder_width=16)
HEAD = ("format", "version")  # of config.json, which `write_settings` writes itself
TOY = replace(sound(), model=SMALL, epochs=2, batch_size=8, warmup_epochs=1, keep_every_epochs=1)


def toy_space(
    folder: Path, voices: tuple[str, ...] = tuple(voice.name for voice in VOICES), residual_size: int = 6
) -> Path:
    """A folder that `load_sound` reads: what it says means nothing, but it is always the same."""
    folder.mkdir(parents=True, exist_ok=True)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = replace(SMALL, residual_size=residual_size).build().eval().requires_grad_(False)
    write_graphs(folder, model.onnx_graphs())
    write_settings(
        folder, SOUND_FORMAT, voices=list(voices), detail_size=5 + residual_size, drawn_size=5,
        spectrogram="drum", log_spectrogram_shape=[BANDS, FRAMES],
        centre=[[0.5, -0.5]] * 8, spread=[[2.0, 0.5]] * 8,
        card={"name": "toy", "licence": "CC0", "credit": "nobody"},
    )  # fmt: skip
    points = np.random.default_rng(0).standard_normal((24, 2)).astype(np.float32)
    write_corpus(folder, points, np.arange(24) % 8, [f"kit {n // 8}/{VOICES[n % 8].name}.wav" for n in range(24)])
    return folder


@cache
def toy_corpus() -> sounds.SoundCorpus:
    """Six kits of the factory's, one drum a voice each; made once for all files of tests."""
    made = sounds.made(6)
    kit = np.arange(len(made)) // 8
    return replace(made, kit=kit, group=kit, kits=tuple(f"kit {number}" for number in range(6)))


def toy_tunable_space(folder: Path) -> Path:
    """The same with the components of the toy corpus, and with its torch model, so that it can be fine-tuned."""
    toy_space(folder)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = SMALL.build().eval()
    model.fit_components(to_sounds(toy_corpus()))
    model.load_state_dict(halved(model.state_dict()))
    write_graphs(folder, model.onnx_graphs())
    save_tensors(folder / "model.safetensors", model.state_dict())
    kept = {name: value for name, value in open_space(folder, SOUND_FORMAT).settings.items() if name not in HEAD}
    write_settings(folder, SOUND_FORMAT, **kept, model={"kind": "sound", **asdict(SMALL)})
    return folder
