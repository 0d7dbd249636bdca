import os

import pytest
import torch

from clave.errors import TrainingError
from clave.files.whole_file import write as write_whole
from clave.training.tensor_file import halved, load_tensors, save_tensors


def test_what_is_saved_is_loaded(tmp_path):
    tensors = {"a": torch.arange(6.0).reshape(2, 3).T, "b": torch.tensor(3), "c": torch.zeros(4, dtype=torch.float16)}
    save_tensors(tmp_path / "x.safetensors", tensors, {"why": "a test"})
    again, texts = load_tensors(tmp_path / "x.safetensors")
    assert texts == {"why": "a test"}
    assert again.keys() == tensors.keys()
    for name, value in tensors.items():
        assert again[name].dtype == value.dtype
        assert torch.equal(again[name], value)


def test_a_file_that_is_missing_or_broken_is_refused(tmp_path):
    with pytest.raises(TrainingError, match="there is no"):
        load_tensors(tmp_path / "x.safetensors")
    (tmp_path / "x.safetensors").write_bytes(b"\x80\x04 a pickle, perhaps")
    with pytest.raises(TrainingError, match="not a safetensors file"):
        load_tensors(tmp_path / "x.safetensors")


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path, monkeypatch):
    path = tmp_path / "x"
    write_whole(path, b"old")

    def killed(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    write_whole(path, b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["x"]
    assert path.read_bytes() == b"new"


def test_half_precision_is_for_the_large_tensors():
    kept = halved({"large": torch.zeros(64, 64), "small": torch.zeros(64)})
    assert (kept["large"].dtype, kept["small"].dtype) == (torch.float16, torch.float32)
