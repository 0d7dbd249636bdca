"""The checkpoint of a fine-tuning: the map decoder as it was after a step, to go on from there."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from clave.errors import TrainingError
from clave.files import whole_file
from clave.files.json_file import read_json
from clave.training.checkpoint import CHECKPOINT, SETTINGS, kept_step, load_kept, load_optimizer
from clave.training.fine_tune import FineTuning, MapTuning
from clave.training.start import SCRATCH
from clave.training.tensor_file import save_tensors

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
    tensors, facts = load_kept(path)
    if KIND not in facts:
        raise TrainingError(f"{folder} holds a run that learns from scratch: go on with --from scratch")
    kept, wanted = facts.pop(KIND), asdict(tuning.settings)
    if not isinstance(kept, dict) or not {"content", "space_hash", "space", "log"} <= facts.keys():
        raise TrainingError(f"{path} is not a checkpoint of ours: start again in a new folder")
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
    load_optimizer(path, tuning.optimizer, tensors)
    points, weight, step = tensors.get("points"), facts.pop("weight", None), kept_step(path, facts)
    if points is None or points.shape != tuning.points.shape or not points.isfinite().all():
        raise TrainingError(f"{path} is broken: it has no point of the map for each bar; start again in a new folder")
    if not isinstance(weight, int | float) or not math.isfinite(weight):
        raise TrainingError(f"{path} is broken: its weight is a finite number, got {str(weight)[:80]!r}; start again")
    tuning.points, tuning.step, tuning.weight = points, step, float(weight)
    return {name: value for name, value in facts.items() if name != "step"}


def start_of_run(folder: Path) -> str | None:
    """What `--from` was for the run in this folder: the path of a space, or "scratch"; None where there is no run."""
    try:
        facts = read_json(folder / SETTINGS)
        return str(facts["space"]) if KIND in facts else SCRATCH
    except (OSError, ValueError, KeyError, TypeError):
        return None


def kept_settings(folder: Path) -> FineTuning | None:
    """The settings of the fine-tuning in this folder; None where there is none."""
    try:
        return FineTuning(**read_json(folder / SETTINGS)[KIND])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _below(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
