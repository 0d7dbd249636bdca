"""The trained torch model of a space folder: what fine-tuning begins with, and what research looks into."""

from pathlib import Path
from typing import Any

from clave.errors import TrainingError
from clave.latent.space_folder import SpaceFolder, open_space
from clave.rhythm.space import SHIPPED_RHYTHM
from clave.rhythm.space_format import RHYTHM_FORMAT
from clave.sound.space import SHIPPED_SOUND
from clave.sound.space_format import SOUND_FORMAT
from clave.training.models.rhythm_model import RhythmModel
from clave.training.models.sound_model import SoundModel
from clave.training.models.vae import VAE, Config
from clave.training.recipes import MODELS
from clave.training.tensor_file import load_tensors

WEIGHTS_FILE = "model.safetensors"


def model_config(space: SpaceFolder) -> Config:
    """The settings of the space's model; TrainingError for a kind or a setting that this version does not have."""
    settings: dict[str, Any] = dict(space.settings.get("model", {}))
    kind = settings.pop("kind", None)
    if kind not in MODELS:
        raise TrainingError(f"{space.path} has a model of kind {kind!r}; this version knows {', '.join(MODELS)}")
    try:
        return MODELS[kind].from_settings(settings)
    except TypeError as error:
        raise TrainingError(f"the model of {space.path} cannot be read by this version: {error}") from error


def load_model(space: SpaceFolder) -> VAE[Any]:
    """The model with the weights of the space, in single precision, on the CPU, and not training.

    Raises TrainingError for weights that are missing, broken, or those of another model.
    """
    model = model_config(space).build().eval()
    try:
        tensors = load_tensors(space.path / WEIGHTS_FILE)[0]
        for name, value in tensors.items():
            if not value.isfinite().all():
                raise TrainingError(f"{WEIGHTS_FILE}: {name} holds numbers that are not finite")
        model.load_state_dict(tensors)
    except (RuntimeError, TrainingError) as error:  # RuntimeError: tensors of other names or sizes
        raise TrainingError(f"the model of {space.path} cannot be read by this version: {error}") from error
    return model


def load_rhythm_model(path: str | Path | None = None) -> RhythmModel:
    """The torch model of the rhythm space in this folder, or of the shipped one."""
    model = load_model(open_space(SHIPPED_RHYTHM if path is None else Path(path), RHYTHM_FORMAT))
    assert isinstance(model, RhythmModel), "the format of the space says so"
    return model


def load_sound_model(path: str | Path | None = None) -> SoundModel:
    """The torch model of the sound space in this folder, or of the shipped one."""
    model = load_model(open_space(SHIPPED_SOUND if path is None else Path(path), SOUND_FORMAT))
    assert isinstance(model, SoundModel), "the format of the space says so"
    return model
