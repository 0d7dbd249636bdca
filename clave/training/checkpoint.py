"""Checkpoints: a run as it was after a step, to be resumed from there."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor

from clave.errors import TrainingError
from clave.files import whole_file
from clave.files.json_file import parse_json, read_json
from clave.music.digits import whole_number
from clave.training.loop import Recipe, Run, begin
from clave.training.model_size import check_size
from clave.training.recipes import recipe_from_dict, recipe_to_dict
from clave.training.tensor_file import load_tensors, save_tensors

CHECKPOINT, SETTINGS = "checkpoint.safetensors", "checkpoint.json"
MOMENTS = ("step", "exp_avg", "exp_avg_sq")  # of each weight, in Adam


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
    tensors, settings = load_kept(path)
    if "recipe" not in settings:
        raise TrainingError(f"{path} is not a checkpoint of ours: it holds no recipe")
    try:
        recipe = recipe_from_dict(settings["recipe"])
        check_size(recipe.model, _below("model/", tensors), path)
        run = begin(recipe, device)
        run.model.load_state_dict(_below("model/", tensors))
        run.average.load_state_dict(_below("average/", tensors))
    except (TrainingError, RuntimeError, ValueError) as error:  # the last two: tensors of other names or sizes
        raise TrainingError(
            f"{path} is of another version of Clave and cannot be resumed, start again in a new folder: {error}"
        ) from error
    run.step = kept_step(path, settings)
    load_optimizer(path, run.optimizer, tensors)
    return run, {key: value for key, value in settings.items() if key not in ("step", "recipe")}


def load_kept(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors of a checkpoint and its settings; TrainingError for a file that is none."""
    tensors, metadata = load_tensors(path)
    try:
        settings = parse_json(metadata.get("settings", "{}"))
    except ValueError as error:
        raise TrainingError(f"{path} is not a checkpoint of ours: its settings are no JSON ({error})") from error
    if not isinstance(settings, dict):
        raise TrainingError(f"{path} is not a checkpoint of ours: its settings are no list of names and values")
    return tensors, cast(dict[str, Any], settings)


def kept_step(path: Path, settings: Mapping[str, Any]) -> int:
    """How many steps the run in this checkpoint had taken; TrainingError for what is no such number."""
    step = settings.get("step")
    if type(step) is not int or step < 0:
        raise TrainingError(f"{path} is not a checkpoint of ours: its step is a number from 0, got {str(step)[:80]!r}")
    return step


def load_optimizer(path: Path, optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Bring an optimiser to where that of a checkpoint was. TrainingError for tensors that are not of its weights."""
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in _below("optimizer/", tensors).items():
        index, _, key = name.partition("/")
        number = whole_number(index, len(weights) - 1)
        if number is None or key not in MOMENTS:
            raise TrainingError(f"{path} is of another version of Clave: it has an unknown {name}; start again")
        if value.shape != (torch.Size() if key == "step" else weights[number].shape):
            raise TrainingError(f"{path} is of another version of Clave: {name} is of {list(value.shape)}; start again")
        state.setdefault(number, {})[key] = value
    if any(len(each) != len(MOMENTS) for each in state.values()):
        raise TrainingError(f"{path} is broken: its optimiser has not {', '.join(MOMENTS)} of each weight; start again")
    optimizer.load_state_dict({**optimizer.state_dict(), "state": state})


def kept_epochs(folder: Path) -> int | None:
    """How many epochs the run in this folder is to have; None where there is none that can be read."""
    try:
        return int(read_json(folder / SETTINGS)["recipe"]["epochs"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None


def kept_recipe(folder: Path) -> Recipe | None:
    """The recipe of the run in this folder; None where there is none that can be read."""
    try:
        return recipe_from_dict(read_json(folder / SETTINGS)["recipe"])
    except (OSError, ValueError, KeyError, TypeError, TrainingError):
        return None


def _below(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
