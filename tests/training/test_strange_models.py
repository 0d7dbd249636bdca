"""The model of a stranger's folder is as large as its weights, or it is refused before any of it is made."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from fuzzing.training_files import ModelDoor
from toy_bars import TOY

from clave.errors import TrainingError
from clave.training import checkpoint, recipes
from clave.training.loop import begin
from clave.training.models.rhythm_vae import RhythmVAE
from clave.training.models.settings import check_settings
from clave.training.models.sound_vae import SoundVAE
from clave.training.recipes import recipe_to_dict
from clave.training.shipped import load_rhythm_model, load_sound_model
from clave.training.tensor_file import load_tensors, save_tensors


@pytest.fixture(scope="module")
def door() -> ModelDoor:
    return ModelDoor()


def refusal(door: ModelDoor, kind: str, changed: dict[str, object]) -> str:
    folder = door.folders[kind]
    settings = door.settings[kind]
    (folder / "config.json").write_text(json.dumps(settings | {"model": settings["model"] | changed}))
    with pytest.raises(TrainingError) as error:
        (load_rhythm_model if kind == "rhythm" else load_sound_model)(folder)
    return str(error.value)


@pytest.mark.parametrize(
    ("kind", "changed", "says"),
    [
        ("rhythm", {"prior_width": 10**9}, "config.json: model.prior_width: .* less than or equal to 10000"),
        ("rhythm", {"encoder_blocks": 10**6}, "model.encoder_blocks: .* less than or equal to 64, got 1000000"),
        ("rhythm", {"vocabulary": [0] * 3000}, "model.vocabulary: .* at most 2048 items"),
        ("rhythm", {"vocabulary": [1 << 32]}, "model.vocabulary.0: .* less than 4294967296"),
        ("rhythm", {"map_training": {"side": 10**9}}, "model.map_training.side: .* got 1000000000"),
        ("rhythm", {"prior_dropout": float("nan")}, "model.prior_dropout: .* got nan"),
        ("rhythm", {"styles": True}, "model.styles: .* got True"),
        ("rhythm", {"map_prior": "square"}, "model.map_prior: .* got 'square'"),
        ("rhythm", {"kind": ["rhythm"]}, "has a model of kind"),
        ("rhythm", {"prior_width": 10_000}, r"model of [\d,]+ numbers; at most 100,000,000 are read"),
        ("rhythm", {"encoder_width": 33}, r"model.safetensors holds [\d,]+ numbers, and a model of its settings has"),
        ("sound", {"width": 10**9}, "config.json: model.width: Input should be less than or equal to 10000"),
        ("sound", {"blocks": 10**6}, "model.blocks: .* got 1000000"),
        ("sound", {"band_shapes": 10_000, "frame_shapes": 10_000}, "at most 100,000,000 are read"),
        ("sound", {"centres": 10**6}, "numbers, and a model of its settings has|at most 100,000,000 are read"),
    ],
    ids=str,
)  # fmt: skip
def test_settings_of_no_model_are_refused_before_one_is_made(
    door: ModelDoor, kind: str, changed: dict[str, object], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    for each in (RhythmVAE, SoundVAE):
        whole = each.__init__

        def init(model: torch.nn.Module, config: object, whole: Callable[..., None] = whole) -> None:
            made.append(torch.empty(0).device.type)
            whole(model, config)

        monkeypatch.setattr(each, "__init__", init)
    said = refusal(door, kind, changed)
    assert set(made) <= {"meta"}, "where no numbers are"
    assert pytest.raises(TrainingError, match=says).matches(TrainingError(said)), said
    assert str(door.folders[kind]) in said


def test_a_model_of_another_space_is_refused(door: ModelDoor) -> None:
    assert "the model of a sound space is of no kind 'rhythm'" in swapped(door, "sound", "rhythm")
    assert "the model of a rhythm space is of no kind 'sound'" in swapped(door, "rhythm", "sound")
    settings = door.settings["rhythm"]
    for changed, says in (
        ({"detail_size": 3}, "a detail of 62 numbers, its space of 3"),
        ({"styles": ["one"]}, "is of 2 styles, and the space has 1"),
    ):
        (door.folders["rhythm"] / "config.json").write_text(json.dumps(settings | changed))
        with pytest.raises(TrainingError, match=says):
            load_rhythm_model(door.folders["rhythm"])


def swapped(door: ModelDoor, kind: str, other: str) -> str:
    """What is said of a space of this kind with the model, and the weights, of the other."""
    weights = [door.folders[each] / "model.safetensors" for each in (kind, other)]
    own = weights[0].read_bytes()
    weights[0].write_bytes(weights[1].read_bytes())
    try:
        model = door.settings[other]["model"]
        (door.folders[kind] / "config.json").write_text(json.dumps(door.settings[kind] | {"model": model}))
        with pytest.raises(TrainingError) as error:
            (load_rhythm_model if kind == "rhythm" else load_sound_model)(door.folders[kind])
        return str(error.value)
    finally:
        weights[0].write_bytes(own)


def test_the_settings_of_every_recipe_are_in_their_ranges() -> None:
    for recipe in (
        *(each(50) for each in recipes.RHYTHM_RECIPES.values()),
        *(each() for each in recipes.SOUND_RECIPES.values()),
    ):
        check_settings(recipe)
        again = json.loads(json.dumps(recipe_to_dict(recipe)))
        assert recipes.recipe_from_dict(again) == recipe


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"recipe": {"epochs": 10**9}}, "epochs: .* less than or equal to 1000000"),
        ({"recipe": {"batch_size": 0}}, "batch_size: .* greater than or equal to 1"),
        ({"recipe": {"learning_rate": float("nan")}}, "learning_rate: .* got nan"),
        ({"recipe": {"model": {"kind": "sound", "width": 10**9}}}, "width: .* got 1000000000"),
        ({"recipe": {"model": {"kind": "rhythm", "styles": 2}}}, "numbers, and a model of its settings has"),
        ({"step": -1}, "its step is a number from 0, got '-1'"),
        ({"step": "9" * 5000}, "its step is a number from 0"),
    ],
    ids=lambda each: str(each)[:60],
)  # fmt: skip
def test_a_checkpoint_with_such_settings_is_refused(
    tmp_path: Path, changed: dict[str, dict[str, object]], says: str
) -> None:
    checkpoint.save(tmp_path, begin(TOY))
    tensors, metadata = load_tensors(tmp_path / checkpoint.CHECKPOINT)
    settings = json.loads(metadata["settings"])
    other = settings | changed | {"recipe": settings["recipe"] | changed.get("recipe", {})}
    save_tensors(tmp_path / checkpoint.CHECKPOINT, tensors, {"settings": json.dumps(other)})
    with pytest.raises(TrainingError, match=says):
        checkpoint.load(tmp_path)


def test_a_checkpoint_whose_optimiser_is_of_other_weights_is_refused(tmp_path: Path) -> None:
    checkpoint.save(tmp_path, begin(TOY))
    tensors, metadata = load_tensors(tmp_path / checkpoint.CHECKPOINT)
    whole = {"optimizer/0/step": torch.tensor(1.0)}
    for added, says in (
        ({"optimizer/999/step": torch.tensor(1.0)}, "unknown 999/step"),
        ({"optimizer/0/exp_avg": torch.zeros(3)}, r"0/exp_avg is of \[3\]"),
        (whole, "has not step, exp_avg, exp_avg_sq of each weight"),
    ):
        save_tensors(tmp_path / checkpoint.CHECKPOINT, tensors | added, metadata)
        with pytest.raises(TrainingError, match=says):
            checkpoint.load(tmp_path)
    save_tensors(tmp_path / checkpoint.CHECKPOINT, tensors, {"settings": "[" * 100_000})
    with pytest.raises(TrainingError, match="its settings are no JSON"):
        checkpoint.load(tmp_path)
