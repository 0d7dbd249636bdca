"""What a run leaves on disk: checkpoints to go on from, and weights as safetensors and ONNX. Nothing is pickled."""

import dataclasses
import io
import json
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from clave.errors import MissingExtraError, TrainingError
from clave.training.loop import Recipe, Run, begin
from clave.training.models.onnx_graph import OnnxGraph
from clave.training.models.paper_rhythm_vae import PaperConfig
from clave.training.models.paper_sound_vae import PaperSoundConfig
from clave.training.models.rhythm_vae import RhythmConfig
from clave.training.models.sound_vae import SoundConfig
from clave.training.models.vae import Config

CHECKPOINT, SETTINGS = "checkpoint.safetensors", "checkpoint.json"
_CONFIGS: dict[str, type[Config]] = {
    "paper": PaperConfig, "rhythm": RhythmConfig, "sound": SoundConfig, "paper sound": PaperSoundConfig
}  # fmt: skip
OPSET = 17  # of ONNX: the first with layer normalisation
_HALVED_FROM = 1024  # tensors of so many numbers and more are stored in half precision


def save(folder: Path, run: Run, **facts: Any) -> None:
    """Keep the run, so that `load` goes on from this very step; the older checkpoint stays until this one is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {f"model/{name}": value for name, value in run.model.state_dict().items()}
    tensors |= {f"average/{name}": value for name, value in run.average.state_dict().items()}
    for index, state in run.optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer/{index}/{name}": torch.as_tensor(value) for name, value in state.items()}
    settings = {"step": run.step, "recipe": recipe_to_dict(run.recipe), **facts}
    save_tensors(folder / CHECKPOINT, tensors, {"settings": json.dumps(settings)})
    _replace(folder / SETTINGS, json.dumps(settings, indent=2).encode())


def load(folder: Path, device: str | torch.device = "cpu") -> tuple[Run, dict[str, Any]]:
    """The run that was kept there, and the facts kept with it: the pair of `save`."""
    tensors, metadata = load_tensors(folder / CHECKPOINT)
    settings: dict[str, Any] = json.loads(metadata.get("settings", "{}"))
    if "recipe" not in settings:
        raise TrainingError(f"{folder / CHECKPOINT} is not a checkpoint of ours: it holds no recipe")
    run = begin(recipe_from_dict(settings["recipe"]), device)
    run.step = int(settings["step"])
    run.model.load_state_dict(_below("model/", tensors))
    run.average.load_state_dict(_below("average/", tensors))
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in _below("optimizer/", tensors).items():
        index, key = name.split("/", 1)
        state.setdefault(int(index), {})[key] = value
    run.optimizer.load_state_dict({**run.optimizer.state_dict(), "state": state})
    return run, {key: value for key, value in settings.items() if key not in ("step", "recipe")}


def recipe_to_dict(recipe: Recipe) -> dict[str, Any]:
    """As JSON can hold it."""
    kind = next(kind for kind, config in _CONFIGS.items() if config is type(recipe.model))
    plain = {each.name: getattr(recipe, each.name) for each in dataclasses.fields(recipe)}
    return {**plain, "weights": dict(recipe.weights), "model": {"kind": kind, **vars(recipe.model)}}


def recipe_from_dict(settings: Mapping[str, Any]) -> Recipe:
    """The inverse of `recipe_to_dict`; TrainingError if a setting is missing or unknown."""
    try:
        model = dict(settings["model"])
        config = _CONFIGS[model.pop("kind")].from_settings(model)
        plain: dict[str, Any] = {**settings, "model": config, "warmed": tuple(settings["warmed"])}
        return Recipe(**plain)
    except (KeyError, TypeError) as error:
        raise TrainingError(f"these settings are not a recipe of this version: {error}") from error


def save_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Tensors by name, as safetensors."""
    from safetensors.torch import save as to_bytes

    _replace(
        path, to_bytes({name: value.detach().cpu().contiguous() for name, value in tensors.items()}, dict(metadata))
    )


def load_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The pair of `save_tensors`; TrainingError for a file that is missing or broken."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise TrainingError(f"there is no {path}")
    try:
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except SafetensorError as error:
        raise TrainingError(f"{path} is not a safetensors file: {error}") from error


def halved(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The large tensors in half precision, the small ones as they are."""
    return {name: value.half() if value.numel() >= _HALVED_FROM else value for name, value in state.items()}


def write_onnx(folder: Path, graphs: Mapping[str, OnnxGraph]) -> None:
    """Each graph as an ONNX file of its name, with weights that are stored in half precision and computed in single.

    To agree exactly, the model should have been rounded before: `model.load_state_dict(halved(...))`.
    """
    for name, graph in graphs.items():
        inputs = tuple(graph.inputs.values())
        _export(folder / f"{name}.onnx", graph.module, inputs, tuple(graph.inputs), graph.outputs)


def write_voices_onnx(folder: Path, classifier: nn.Module, shape: tuple[int, int]) -> None:
    """voices.onnx: from log spectrograms of this shape to the probability of each voice."""
    _export(folder / "voices.onnx", classifier, (torch.zeros(2, *shape),), ("picture",), ("share",))


def _export(
    path: Path,
    module: nn.Module,
    inputs: tuple[Tensor, ...],
    input_names: tuple[str, ...],
    output_names: tuple[str, ...],
) -> None:
    try:
        import onnx
        from onnx import TensorProto, helper, numpy_helper
    except ImportError as error:
        raise MissingExtraError("writing ONNX needs the extra `train`: pip install 'clave[train]'") from error

    buffer: Any = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # of its two exporters, torch would rather we took the one that takes ten times as long
        torch.onnx.export(
            module.eval(), inputs, buffer, input_names=list(input_names), output_names=list(output_names), dynamo=False,
            dynamic_axes={name: {0: "batch"} for name in (*input_names, *output_names)}, opset_version=OPSET,
        )  # fmt: skip
    graph = onnx.load_from_string(buffer.getvalue())
    for node in [each for each in graph.graph.node if each.op_type == "Constant" and each.attribute[0].name == "value"]:
        node.attribute[0].t.name = node.output[0]  # what was worked out while exporting is a weight like the others
        graph.graph.initializer.append(node.attribute[0].t)
        graph.graph.node.remove(node)
    for initializer in list(graph.graph.initializer):
        values = numpy_helper.to_array(initializer)
        if initializer.data_type == TensorProto.FLOAT and values.size >= _HALVED_FROM:
            half = numpy_helper.from_array(values.astype("float16"), initializer.name + "_half")
            cast = helper.make_node("Cast", [half.name], [initializer.name], to=TensorProto.FLOAT)
            graph.graph.initializer.remove(initializer)
            graph.graph.initializer.append(half)
            graph.graph.node.insert(0, cast)
    onnx.checker.check_model(graph)
    _replace(path, graph.SerializeToString())


def _below(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _replace(path: Path, data: bytes) -> None:
    """Write beside, then rename: a kill in between loses nothing."""
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(data)
    os.replace(beside, path)
