"""Recipes for little data: as many steps as learning takes, in batches that fit."""

import math
from dataclasses import replace

from clave.training.loop import Recipe
from clave.training.models.rhythm_vae import RhythmConfig

LEAST_STEPS = 1500  # of a run: fewer leave a model near its first weights
LEAST_BATCH = 8
BATCHES_AN_EPOCH = 4  # at least, where that leaves a batch of LEAST_BATCH
LEAST_MAP_STEPS = 600  # of the map of bars, which is learned first


def fitted(recipe: Recipe, examples: int) -> Recipe:
    """The recipe for so many examples: smaller batches and more epochs where it would have too few steps.

    The warm-up of its losses keeps its share of the epochs. With data enough, it is the recipe itself.
    """
    if recipe.epochs * max(1, examples // recipe.batch_size) >= LEAST_STEPS:
        return recipe
    batch = min(recipe.batch_size, max(LEAST_BATCH, examples // BATCHES_AN_EPOCH))
    epochs = max(recipe.epochs, math.ceil(LEAST_STEPS / max(1, examples // batch)))
    return replace(
        recipe, batch_size=batch, epochs=epochs, warmup_epochs=recipe.warmup_epochs * epochs / recipe.epochs,
        keep_every_epochs=max(recipe.keep_every_epochs, epochs // 20),
    )  # fmt: skip


def fitted_to_bars(recipe: Recipe, bars: int) -> Recipe:
    """The same for a recipe of a rhythm space, whose map is learned first, with epochs and batches of its own."""
    recipe, model = fitted(recipe, bars), recipe.model
    if not isinstance(model, RhythmConfig):
        return recipe
    given = model.map_training
    if given.epochs * max(1, bars // given.batch_size) >= LEAST_MAP_STEPS:
        return recipe
    batch = min(given.batch_size, max(LEAST_BATCH, bars // BATCHES_AN_EPOCH))
    epochs = max(given.epochs, math.ceil(LEAST_MAP_STEPS / max(1, bars // batch)))
    return replace(recipe, model=replace(model, map_training=replace(given, batch_size=batch, epochs=epochs)))
