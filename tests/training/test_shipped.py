"""The torch model of a space folder is the model that plays."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from clave.errors import TrainingError
from clave.latent.code import Code
from clave.music.kit import VOICES
from clave.rhythm.space import SHIPPED_RHYTHM, load_rhythm
from clave.sound.space import load_sound
from clave.training.models.condition import Condition
from clave.training.shipped import load_rhythm_model, load_sound_model
from clave.training.tensor_file import save_tensors

POINTS = np.array([[-2.5, 0.3], [0.0, 0.0], [1.7, -2.9]], np.float32)


@torch.no_grad()
def test_the_shipped_rhythm_model_says_of_the_map_what_its_network_says():
    model, space = load_rhythm_model(), load_rhythm()
    condition = Condition.unlabelled(torch.from_numpy(POINTS), torch.zeros(3, dtype=torch.long), len(space.styles))
    detail = np.zeros((3, space.detail_size), np.float32)
    np.testing.assert_allclose(
        model.decode_map(condition)[:, :, :64], space.map_logits(Code(POINTS, detail)), atol=2e-3
    )
    assert not model.training


@torch.no_grad()
def test_the_shipped_sound_model_says_what_its_networks_say():
    model, space = load_sound_model(), load_sound()
    expected = space.expected(POINTS, "snare").detail[:, : space.drawn_size]
    voice = torch.eye(len(VOICES))[[1, 1, 1]]
    own = model.expected_detail(torch.from_numpy(space.to_network(POINTS, "snare")).float(), voice)
    np.testing.assert_allclose(own, expected, atol=2e-3)


def test_a_space_without_its_weights_or_of_another_kind_is_refused_by_name(tmp_path: Path):
    shutil.copy(SHIPPED_RHYTHM / "config.json", tmp_path)
    with pytest.raises(TrainingError, match=r"model\.safetensors"):
        load_rhythm_model(tmp_path)
    settings = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(settings | {"model": {"kind": "transformer"}}))
    with pytest.raises(TrainingError, match=r"transformer.*this version knows rhythm"):
        load_rhythm_model(tmp_path)


def test_weights_that_are_not_finite_are_refused_by_name(tmp_path: Path):
    shutil.copy(SHIPPED_RHYTHM / "config.json", tmp_path)
    save_tensors(tmp_path / "model.safetensors", {"plain": torch.ones(3), "bad": torch.tensor([1.0, torch.nan])})
    with pytest.raises(TrainingError, match=r"model\.safetensors: bad holds numbers that are not finite"):
        load_rhythm_model(tmp_path)
