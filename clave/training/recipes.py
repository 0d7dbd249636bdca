"""Recipes: each run that is worth repeating, as a function that returns its settings; and a recipe as JSON."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, is_dataclass, replace
from typing import Any

from clave.errors import TrainingError
from clave.training.loop import Recipe
from clave.training.models.map_training import MapTraining
from clave.training.models.paper_rhythm_vae import PaperConfig
from clave.training.models.paper_sound_vae import PaperSoundConfig
from clave.training.models.rhythm_vae import RhythmConfig
from clave.training.models.settings import check_settings
from clave.training.models.sound_vae import SoundConfig
from clave.training.models.vae import Config

MODELS: dict[str, type[Config]] = {
    "rhythm": RhythmConfig, "paper": PaperConfig, "sound": SoundConfig, "paper sound": PaperSoundConfig
}  # fmt: skip
"""The settings of each kind of model, by the name that JSON has for it."""


def paper(latent_size: int = 2, beta: float = 4.0) -> Recipe:
    """The paper's pattern VAE as it was trained: Adam, batches of 8, 200 epochs, beta 4 with warm-up."""
    return Recipe(
        name="paper",
        model=PaperConfig(latent_size),
        weights={"kl_map": beta},
        warmup_epochs=50,
        epochs=200,
        batch_size=8,
        learning_rate=1e-3,
    )


def rhythm(styles: int = 0) -> Recipe:
    """Our two-level model; docs/experiments/rhythm-model.md has what was tried on the way to these numbers."""
    return Recipe(
        name="rhythm",
        model=RhythmConfig(styles),
        weights={"map_guess": 0.1, "kl_feel": 0.5, "style_feel": 0.3, "strokes": 0.05, "turning": 0.2},
        warmed=("kl_feel",),
        warmup_epochs=5,
        epochs=14,
        batch_size=128,
        learning_rate=2e-3,
        annealed=True,
        weight_decay=0.05,
        averaging=0.999,
    )


def quick(styles: int = 0) -> Recipe:
    """Our model, small and for a few epochs: to hear in a minute whether a folder is worth a whole run."""
    small = RhythmConfig(
        styles,
        encoder_width=128,
        map_decoder_width=192,
        map_decoder_blocks=1,
        prior_width=96,
        dynamics_width=48,
        search_points=256,
        map_training=MapTraining(side=32, epochs=10, lattice=32),
    )
    return replace(rhythm(styles), name="quick", model=small, epochs=8, warmup_epochs=2)


RHYTHM_RECIPES: dict[str, Callable[[int], Recipe]] = {
    "rhythm": rhythm,
    "quick": quick,
    "paper": lambda _styles: paper(),
}
"""By name, each given the number of styles that the corpus knows."""


def sound() -> Recipe:
    """Our two-level model of one-shots; docs/experiments/sound-model.md has what was tried.

    The last weights are kept: samples still become clearer when the flow's error on other kits has begun to rise.
    """
    return Recipe(
        name="sound",
        model=SoundConfig(),
        weights={"kl_map": 5e-3},
        warmup_epochs=30,
        epochs=130,
        keep_every_epochs=10,
        keeps_last=True,
        batch_size=256,
        learning_rate=1e-3,
        annealed=True,
        weight_decay=0.02,
        max_grad_norm=1.0,
        averaging=0.999,
    )


def quick_sound() -> Recipe:
    """The same, small and for a few epochs: to hear in some minutes whether a folder is worth a whole run."""
    return replace(sound(), name="quick", model=SoundConfig(components=128, width=192, blocks=2), epochs=40)


def paper_sound() -> Recipe:
    """The paper's model of one-shots as it was trained: Adam, batches of 200, 500 epochs, beta 4 with warm-up.

    Both losses are in nats a sound; the gradient is not clipped, as it was then.
    """
    return Recipe(
        name="paper",
        model=PaperSoundConfig(),
        weights={"kl": 4.0},
        warmed=("kl",),
        warmup_epochs=100,
        epochs=500,
        batch_size=200,
        rows_at_once=50,
        keep_every_epochs=10,  # a checkpoint has 357 MB
        learning_rate=1e-4,
        max_grad_norm=math.inf,
    )


SOUND_RECIPES: dict[str, Callable[[], Recipe]] = {"sound": sound, "quick": quick_sound, "paper": paper_sound}


def by_name(name: str, styles: int) -> Recipe:
    """The recipe of that name for rhythm; TrainingError lists them all."""
    if name not in RHYTHM_RECIPES:
        raise TrainingError(f"no recipe {name!r}; there are: {', '.join(RHYTHM_RECIPES)}")
    return RHYTHM_RECIPES[name](styles)


def sound_by_name(name: str) -> Recipe:
    """The recipe of that name for sound; TrainingError lists them all."""
    if name not in SOUND_RECIPES:
        raise TrainingError(f"no recipe {name!r}; there are: {', '.join(SOUND_RECIPES)}")
    return SOUND_RECIPES[name]()


def recipe_to_dict(recipe: Recipe) -> dict[str, Any]:
    """A recipe as JSON can hold it."""
    kind = next(kind for kind, config in MODELS.items() if config is type(recipe.model))
    assert is_dataclass(recipe.model), "the settings of every model are a dataclass"
    plain = {each.name: getattr(recipe, each.name) for each in fields(recipe)}
    return {**plain, "weights": dict(recipe.weights), "model": {"kind": kind, **asdict(recipe.model)}}


def recipe_from_dict(settings: Mapping[str, Any]) -> Recipe:
    """The inverse of `recipe_to_dict`; TrainingError if a setting is missing, unknown or out of its range."""
    try:
        model = dict(settings["model"])
        config = MODELS[model.pop("kind")].from_settings(model)
        plain: dict[str, Any] = {**settings, "model": config, "warmed": tuple(settings["warmed"])}
        recipe = Recipe(**plain)
        check_settings(recipe)
        return recipe
    except (KeyError, TypeError, ValueError, TrainingError) as error:
        raise TrainingError(f"these settings are not a recipe of this version: {error}") from error
