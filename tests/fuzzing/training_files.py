"""What only training reads: the torch model of a space's folder, and the checkpoints of runs. Torch takes seconds."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from clave.latent.space_folder import write_settings
from clave.rhythm.space_format import RHYTHM_FORMAT
from clave.sound.space_format import SOUND_FORMAT
from fuzzing.door import Door
from fuzzing.models import RHYTHM
from fuzzing.mutations import json_bytes, mutated_bytes, mutated_json

if TYPE_CHECKING:
    from clave.training.models.vae import Config

HUGE = (0, -1, 65, 10_000, 10_001, 10**6, 10**9, 2**31, 2**63, 10**30, 1.5, True, "9", [1024] * 16, [10**9], [])


class TensorsDoor(Door):
    """A safetensors file, which only training reads."""

    name, weight, heavy = "tensors", 0.5, True

    def __init__(self) -> None:
        self._seed = (RHYTHM / "model.safetensors").read_bytes()
        self._path = Path(tempfile.mkdtemp()) / "model.safetensors"

    def case(self, random: Random) -> bytes:
        """The file with bytes changed, half of the time in its head."""
        return _with_head(self._seed, random)

    def open(self, case: bytes) -> None:
        """All tensors of it."""
        from clave.training.tensor_file import load_tensors  # with torch, which takes seconds

        self._path.write_bytes(case)
        load_tensors(self._path)

    def warm(self) -> None:
        """Read it as it is."""
        self.open(self._seed)


class ModelDoor(Door):
    """The settings of a model in a space's config.json, as `learn --from` and `load_torch` read them."""

    name, weight, heavy = "model", 0.5, True

    def __init__(self) -> None:
        from toy_bars import TINY
        from toy_sounds import SMALL

        from clave.training.shipped import load_rhythm_model, load_sound_model

        folder = Path(tempfile.mkdtemp())
        self.folders = {"rhythm": folder / "rhythm", "sound": folder / "sound"}
        self._load: dict[str, Callable[[Path], Any]] = {"rhythm": load_rhythm_model, "sound": load_sound_model}
        card = {"name": "toy", "licence": "CC0", "credit": "nobody"}
        rhythm, sound = (
            _model_folder(at, config) for at, config in zip(self.folders.values(), (TINY, SMALL), strict=True)
        )
        shipped = json.loads((RHYTHM / "config.json").read_text())
        write_settings(
            self.folders["rhythm"], RHYTHM_FORMAT, **rhythm, styles=["one", "two"], sections=["beat", "fill"],
            meters=[[4, 4]], network_meters=[[4, 4]], threshold=0.0, card=card, attribute_std=shipped["spread"],
        )  # fmt: skip
        write_settings(
            self.folders["sound"], SOUND_FORMAT, **sound, voices=["kick"], drawn_size=5, spectrogram="drum",
            log_spectrogram_shape=[1, 1], centre=[[0, 0]] * 8, spread=[[1, 1]] * 8, card=card,
        )  # fmt: skip
        self.settings = {kind: json.loads((at / "config.json").read_text()) for kind, at in self.folders.items()}

    def case(self, random: Random) -> bytes:
        """The kind of space on a line, then its config.json with another model."""
        kind = random.choice(list(self.settings))
        settings = dict(self.settings[kind])
        model = dict(settings["model"])
        if random.random() < 0.7:
            for name in random.sample(list(model), random.choice((1, 1, 2))):
                model[name] = random.choice(HUGE)
        else:
            model = mutated_json(model, random)
        return kind.encode() + b"\n" + json_bytes(settings | {"model": model}, random, damaged=0.02)

    def open(self, case: bytes) -> None:
        """Load the model."""
        name, _, content = case.partition(b"\n")
        kind = "sound" if name == b"sound" else "rhythm"
        (self.folders[kind] / "config.json").write_bytes(content)
        self._load[kind](self.folders[kind])

    def warm(self) -> None:
        """Load both as they are."""
        for kind, settings in self.settings.items():
            self.open(f"{kind}\n{json.dumps(settings)}".encode())


def _model_folder(folder: Path, config: "Config") -> dict[str, Any]:
    """Write the weights of a model with these settings, and say how config.json calls them."""
    from dataclasses import replace

    from clave.training.recipes import quick_sound, recipe_to_dict
    from clave.training.shipped import WEIGHTS_FILE
    from clave.training.tensor_file import save_tensors

    folder.mkdir()
    model = config.build()
    save_tensors(folder / WEIGHTS_FILE, model.state_dict())
    settings = recipe_to_dict(replace(quick_sound(), model=config))["model"]
    return {"model": json.loads(json.dumps(settings)), "detail_size": model.detail_size}


class CheckpointDoor(Door):
    """The checkpoint of a run that goes on, from scratch or a fine-tuning."""

    name, weight, heavy = "checkpoint", 0.3, True

    def __init__(self) -> None:
        from toy_bars import TINY, TOY, toy_bars

        from clave.training import checkpoint, fine_tune, tuning_checkpoint
        from clave.training.loop import begin

        self._folder = Path(tempfile.mkdtemp())
        self._path = self._folder / checkpoint.CHECKPOINT
        decoder, bars = TINY.build().map_decoder, toy_bars(8)
        settings = fine_tune.FineTuning(steps=10, search_points=16)

        def tuning() -> Any:
            return fine_tune.begin(decoder, bars, settings)

        def go_on() -> None:
            tuning_checkpoint.load(self._folder, tuning(), content="c", space_hash="s")

        self._go_on: dict[str, Callable[[], Any]] = {
            "run": lambda: checkpoint.load(self._folder),
            "tuning": go_on,
        }
        self._seeds: dict[str, bytes] = {}
        checkpoint.save(self._folder, begin(TOY), best={"epoch": 0, "total": None}, log=[], content="c")
        self._seeds["run"] = self._path.read_bytes()
        tuning_checkpoint.save(self._folder, tuning(), space="x", log=[], content="c", space_hash="s")
        self._seeds["tuning"] = self._path.read_bytes()

    def case(self, random: Random) -> bytes:
        """The kind on a line, then the file with bytes changed, or with other settings."""
        kind = random.choice(list(self._seeds))
        seed = self._seeds[kind]
        if random.random() < 0.4:
            return kind.encode() + b"\n" + _with_head(seed, random)
        size = int.from_bytes(seed[:8], "little")
        head = json.loads(seed[8 : 8 + size])
        settings = mutated_json(json.loads(head["__metadata__"]["settings"]), random)
        head["__metadata__"]["settings"] = json_bytes(settings, random).decode("utf-8", "replace")
        if random.random() < 0.2:
            names = [name for name in head if name != "__metadata__"]
            one, other = random.choice(names), random.choice(names)
            head[one], head[other] = head[other], head[one]
        text = json.dumps(head).encode()
        return kind.encode() + b"\n" + len(text).to_bytes(8, "little") + text + seed[8 + size :]

    def open(self, case: bytes) -> None:
        """Go on with it, and read what stands beside it."""
        from clave.training import checkpoint, tuning_checkpoint

        kind, _, content = case.partition(b"\n")
        self._path.write_bytes(content)
        size = min(int.from_bytes(content[:8], "little"), len(content))
        (self._folder / checkpoint.SETTINGS).write_bytes(content[8 : 8 + size])
        checkpoint.kept_epochs(self._folder)
        checkpoint.kept_recipe(self._folder)
        tuning_checkpoint.start_of_run(self._folder)
        tuning_checkpoint.kept_settings(self._folder)
        self._go_on["tuning" if kind == b"tuning" else "run"]()

    def warm(self) -> None:
        """Go on with both as they are."""
        for kind, seed in self._seeds.items():
            self.open(kind.encode() + b"\n" + seed)


def _with_head(content: bytes, random: Random) -> bytes:
    """A safetensors file with bytes changed, half of the time in its head."""
    if random.random() < 0.5:
        return mutated_bytes(content, random)
    size = 8 + int.from_bytes(content[:8], "little")
    return mutated_bytes(content[:size], random, most=3) + content[size:]
