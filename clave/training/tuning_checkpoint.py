"""The checkpoint of a fine-tuning: the map decoder as it was after a step, to go on from there."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from clave.errors import TrainingError
from clave.files import whole_file
from clave.training.checkpoint import CHECKPOINT, SETTINGS
from clave.training.fine_tune import FineTuning, MapTuning
from clave.training.start import SCRATCH
from clave.training.tensor_file import load_tensors, save_tensors

KIND = "fine_tuning"  # in checkpoint.json: the settings; a run from scratch has a recipe instead


def save(folder: Path, tuning: MapTuning, **facts: Any) -> None:
    """Keep a fine-tuning with these facts, for `load`; an older checkpoint stays until this one is whole."""
    tensors = {f"decoder/{name}": value for name, value in tuning.decoder.state_dict().items()}
    for index, state in tuning.optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer/{index}/{name}": torch.as_tensor(value) for name, value in state.items()}
    settings = {KIND: asdict(tuning.settings), "step": tuning.step, "weight": tuning.weight, **facts}
    save_tensors(folder / CHECKPOINT, tensors | {"points": tuning.points}, {"settings": json.dumps(settings)})
    whole_file.write(folder / SETTINGS, json.dumps(settings, indent=2).encode())


def load(folder: Path, tuning: MapTuning, *, content: str, space_hash: str) -> dict[str, Any]:
    """Bring a fine-tuning that has just begun to where the kept one was, and return its facts: the pair of `save`.

    The number of steps may be another than it was. Raises TrainingError for a checkpoint of another run: one from
    scratch, with other settings, on other data, or that began with another space.
    """
    path = folder / CHECKPOINT
    tensors, metadata = load_tensors(path)
    facts: dict[str, Any] = json.loads(metadata.get("settings", "{}"))
    if KIND not in facts:
        raise TrainingError(f"{folder} holds a run that learns from scratch: go on with --from scratch")
    kept, wanted = facts.pop(KIND), asdict(tuning.settings)
    names = [name for name in wanted if name != "steps" and kept.get(name) != wanted[name]]
    if names:
        different = ", ".join(f"{name} {kept.get(name)} instead of {wanted[name]}" for name in names)
        raise TrainingError(f"{folder} holds a run of other settings: {different}")
    if facts["content"] != content:
        raise TrainingError(f"{folder} holds a run on other data: go on with the same files, labels and drum map")
    if facts["space_hash"] != space_hash:
        raise TrainingError(f"{folder} holds a run that began with another space, {facts['space']} as it was then")
    try:
        tuning.decoder.load_state_dict(_below("decoder/", tensors))
    except RuntimeError as error:
        raise TrainingError(f"{path} is of another version of Clave: start again in a new folder") from error
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in _below("optimizer/", tensors).items():
        index, key = name.split("/", 1)
        state.setdefault(int(index), {})[key] = value
    tuning.optimizer.load_state_dict({**tuning.optimizer.state_dict(), "state": state})
    tuning.points, tuning.step, tuning.weight = tensors["points"], int(facts.pop("step")), float(facts.pop("weight"))
    return facts


def start_of_run(folder: Path) -> str | None:
    """What `--from` was for the run in this folder: the path of a space, or "scratch"; None where there is no run."""
    try:
        facts = json.loads((folder / SETTINGS).read_text("utf-8"))
        return str(facts["space"]) if KIND in facts else SCRATCH
    except (OSError, ValueError, KeyError, TypeError):
        return None


def kept_settings(folder: Path) -> FineTuning | None:
    """The settings of the fine-tuning in this folder; None where there is none."""
    try:
        return FineTuning(**json.loads((folder / SETTINGS).read_text("utf-8"))[KIND])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _below(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
