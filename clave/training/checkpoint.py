"""Checkpoints: a run as it was after a step, to be resumed from there."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from clave.errors import TrainingError
from clave.files import whole_file
from clave.training.loop import Recipe, Run, begin
from clave.training.recipes import recipe_from_dict, recipe_to_dict
from clave.training.tensor_file import load_tensors, save_tensors

CHECKPOINT, SETTINGS = "checkpoint.safetensors", "checkpoint.json"


def save(folder: Path, run: Run, **facts: Any) -> None:
    """Keep the run with these facts, for `load`; an older checkpoint stays until this one is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {f"model/{name}": value for name, value in run.model.state_dict().items()}
    tensors |= {f"average/{name}": value for name, value in run.average.state_dict().items()}
    for index, state in run.optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer/{index}/{name}": torch.as_tensor(value) for name, value in state.items()}
    settings = {"step": run.step, "recipe": recipe_to_dict(run.recipe), **facts}
    save_tensors(folder / CHECKPOINT, tensors, {"settings": json.dumps(settings)})
    whole_file.write(folder / SETTINGS, json.dumps(settings, indent=2).encode())


def load(folder: Path, device: str | torch.device = "cpu") -> tuple[Run, dict[str, Any]]:
    """The run as it was kept, which goes on from its very step, and the facts: the pair of `save`.

    Raises TrainingError for a file that is no checkpoint, or one of a model that this version does not have.
    """
    path = folder / CHECKPOINT
    tensors, metadata = load_tensors(path)
    settings: dict[str, Any] = json.loads(metadata.get("settings", "{}"))
    if "recipe" not in settings:
        raise TrainingError(f"{path} is not a checkpoint of ours: it holds no recipe")
    try:
        run = begin(recipe_from_dict(settings["recipe"]), device)
        run.model.load_state_dict(_below("model/", tensors))
        run.average.load_state_dict(_below("average/", tensors))
    except (TrainingError, RuntimeError) as error:  # RuntimeError: tensors of other names or sizes
        raise TrainingError(
            f"{path} is of another version of Clave and cannot be resumed, start again in a new folder: {error}"
        ) from error
    run.step = int(settings["step"])
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in _below("optimizer/", tensors).items():
        index, key = name.split("/", 1)
        state.setdefault(int(index), {})[key] = value
    run.optimizer.load_state_dict({**run.optimizer.state_dict(), "state": state})
    return run, {key: value for key, value in settings.items() if key not in ("step", "recipe")}


def kept_epochs(folder: Path) -> int | None:
    """How many epochs the run in this folder is to have; None where there is none that can be read."""
    try:
        return int(json.loads((folder / SETTINGS).read_text("utf-8"))["recipe"]["epochs"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def kept_recipe(folder: Path) -> Recipe | None:
    """The recipe of the run in this folder; None where there is none that can be read."""
    try:
        return recipe_from_dict(json.loads((folder / SETTINGS).read_text("utf-8"))["recipe"])
    except (OSError, ValueError, KeyError, TypeError, TrainingError):
        return None


def _below(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
