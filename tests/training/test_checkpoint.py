import json
from itertools import islice

import pytest
import torch
from toy_bars import TOY, toy_bars

from clave.errors import TrainingError
from clave.training import checkpoint
from clave.training.loop import begin, fit
from clave.training.tensor_file import load_tensors, save_tensors


def test_a_run_goes_on_from_a_checkpoint_as_if_it_had_never_stopped(tmp_path):
    bars = toy_bars()
    whole = begin(TOY)
    list(fit(whole, bars))

    stopped = begin(TOY)
    list(islice(fit(stopped, bars), 7))  # in the middle of an epoch
    checkpoint.save(tmp_path, stopped, best={"epoch": 1})
    resumed, facts = checkpoint.load(tmp_path)
    assert resumed.step == 7
    assert facts == {"best": {"epoch": 1}}
    list(fit(resumed, bars))
    for a, b in ((whole.model, resumed.model), (whole.average, resumed.average)):
        for ours, theirs in zip(a.parameters(), b.parameters(), strict=True):
            assert torch.equal(ours, theirs)


def test_what_is_no_checkpoint_is_refused(tmp_path):
    with pytest.raises(TrainingError, match="there is no"):
        checkpoint.load(tmp_path)
    (tmp_path / checkpoint.CHECKPOINT).write_bytes(b"\x80\x04 a pickle, perhaps")
    with pytest.raises(TrainingError, match="not a safetensors file"):
        checkpoint.load(tmp_path)
    save_tensors(tmp_path / checkpoint.CHECKPOINT, {"x": torch.zeros(1)}, {})
    with pytest.raises(TrainingError, match="holds no recipe"):
        checkpoint.load(tmp_path)


def test_a_checkpoint_that_this_version_cannot_read_is_refused_with_the_reason(tmp_path):
    """Of a model with an unknown setting, of an unknown kind, and with tensors of other names."""
    path = tmp_path / checkpoint.CHECKPOINT
    checkpoint.save(tmp_path, begin(TOY))
    tensors, metadata = load_tensors(path)
    settings = json.loads(metadata["settings"])
    for change, reason in (({"colour": 3}, "unexpected keyword argument 'colour'"), ({"kind": "gan"}, "'gan'")):
        other = {**settings, "recipe": {**settings["recipe"], "model": {**settings["recipe"]["model"], **change}}}
        save_tensors(path, tensors, {"settings": json.dumps(other)})
        with pytest.raises(TrainingError, match=rf"another version of Clave .* new folder: .*{reason}"):
            checkpoint.load(tmp_path)
    save_tensors(path, {name.replace("encoder", "reader"): value for name, value in tensors.items()}, metadata)
    with pytest.raises(TrainingError, match=r"another version of Clave(.|\n)*reader"):
        checkpoint.load(tmp_path)
