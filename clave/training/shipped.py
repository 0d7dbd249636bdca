"""The trained torch model of a space folder: what fine-tuning begins with, and what research looks into."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clave.errors import TrainingError
from clave.latent.onnx_runner import SHIPPED
from clave.latent.space_folder import SpaceFolder, open_space
from clave.rhythm.space import SHIPPED_RHYTHM
from clave.rhythm.space_format import RHYTHM_FORMAT
from clave.sound.space import SHIPPED_SOUND
from clave.sound.space_format import SOUND_FORMAT
from clave.training.model_size import check_size
from clave.training.models.rhythm_model import RhythmModel
from clave.training.models.rhythm_vae import RhythmVAE
from clave.training.models.sound_model import SoundModel
from clave.training.models.vae import VAE, Config
from clave.training.recipes import MODELS
from clave.training.space_writer import SETTINGS_FILE
from clave.training.tensor_file import load_tensors

WEIGHTS_FILE = "model.safetensors"


def model_config(space: SpaceFolder) -> Config:
    """The settings of the space's model; TrainingError for a kind or a setting that this version does not have."""
    given = space.settings.get("model", {})
    settings: dict[str, Any] = dict(given) if isinstance(given, Mapping) else {}
    kind = settings.pop("kind", None)
    if not isinstance(kind, str) or kind not in MODELS:
        raise TrainingError(f"{space.path} has a model of kind {kind!r}; this version knows {', '.join(MODELS)}")
    try:
        return MODELS[kind].from_settings(settings)
    except TypeError as error:
        raise TrainingError(f"the model of {space.path} cannot be read by this version: {error}") from error
    except TrainingError as error:
        raise TrainingError(f"{space.path / SETTINGS_FILE}: model.{error}; get the space again") from error


def load_model(space: SpaceFolder) -> VAE[Any]:
    """The model with the weights of the space, in single precision, on the CPU, and not training.

    Raises TrainingError for weights that are missing, broken, or those of another model, before a model is made that
    is larger than its weights.
    """
    config = model_config(space)
    try:
        tensors = load_tensors(space.path / WEIGHTS_FILE)[0]
        for name, value in tensors.items():
            if not value.isfinite().all():
                raise TrainingError(f"{WEIGHTS_FILE}: {name} holds numbers that are not finite")
        if SHIPPED not in space.path.parents:  # where torch takes most of a second to begin to count
            check_size(config, tensors, space.path / WEIGHTS_FILE)
        model = config.build().eval()
        model.load_state_dict(tensors)
    except (RuntimeError, ValueError, TrainingError) as error:  # the first two: sizes that no model has, other tensors
        raise TrainingError(f"the model of {space.path} cannot be read by this version: {error}") from error
    return model


def load_rhythm_model(path: str | Path | None = None) -> RhythmModel:
    """The torch model of the rhythm space in this folder, or of the shipped one."""
    space = open_space(SHIPPED_RHYTHM if path is None else Path(path), RHYTHM_FORMAT)
    model = load_model(space)
    if not isinstance(model, RhythmModel):
        raise _of_another_kind(space, "rhythm")
    _check_detail(space, model)
    styles = len(space.settings["styles"])
    if isinstance(model, RhythmVAE) and model.config.styles != styles:
        raise TrainingError(
            f"{space.path / SETTINGS_FILE}: its model is of {model.config.styles} styles, and the space has {styles}"
        )
    return model


def load_sound_model(path: str | Path | None = None) -> SoundModel:
    """The torch model of the sound space in this folder, or of the shipped one."""
    space = open_space(SHIPPED_SOUND if path is None else Path(path), SOUND_FORMAT)
    model = load_model(space)
    if not isinstance(model, SoundModel):
        raise _of_another_kind(space, "sound")
    _check_detail(space, model)
    return model


def _of_another_kind(space: SpaceFolder, kind: str) -> TrainingError:
    given = space.settings["model"]["kind"]
    return TrainingError(f"{space.path / SETTINGS_FILE}: the model of a {kind} space is of no kind {given!r}")


def _check_detail(space: SpaceFolder, model: VAE[Any]) -> None:
    size = space.settings["detail_size"]
    if model.detail_size != size:
        raise TrainingError(
            f"{space.path / SETTINGS_FILE}: its model has a detail of {model.detail_size} numbers, its space of {size}"
        )
