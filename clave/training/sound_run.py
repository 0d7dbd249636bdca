"""A whole training run of a sound space: from one-shots to a folder that holds a space to play."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from clave import __version__
from clave.files import whole_file
from clave.latent.space_folder import SpaceFolder, write_settings
from clave.music.kit import VOICES
from clave.music.shapes import Float32
from clave.sound import comparison
from clave.sound.corpus_map import CREDITS_FILE, write_corpus
from clave.sound.dataset import SoundCorpus, credits_of, write_credits
from clave.sound.dataset.data_hash import data_hash
from clave.sound.space import SoundSpace
from clave.sound.space_format import SOUND_FORMAT
from clave.training.credits import credits_text
from clave.training.loop import Recipe
from clave.training.model_card import CARD_FILE, model_card, write_metrics
from clave.training.models.sound_model import OneShotConfig, SoundModel
from clave.training.provenance import provenance
from clave.training.recipes import recipe_to_dict
from clave.training.run import BestModel, Epoch, chosen_settings, fingerprint, open_run, train
from clave.training.run_lock import only_run
from clave.training.session import Session
from clave.training.sound_data import SoundParts, divide, to_sounds
from clave.training.sound_shown import SHOWN
from clave.training.sound_verdict import sound_verdict
from clave.training.space_writer import new_space, write_networks

MIN_SPREAD = 1e-3  # of a map, for a voice with a single sound


def learn_sound(
    corpus: SoundCorpus,
    recipe: Recipe,
    folder: Path,
    *,
    card: Mapping[str, Any] | None = None,
    limit: int | None = None,
    resume: bool = False,
    session: Session | None = None,
) -> Iterator[Epoch]:
    """Train on one-shots, one yield per epoch; at the end `folder` holds a space and its log.

    With a `limit`, at most so many sounds are trained on, always the same ones, and only they are on the maps. A run
    that was killed goes on from its last checkpoint with `resume`, to the same weights. Raises TrainingError where
    there is too little to learn from, when a loss is not finite, when another process learns into `folder`, or when it
    holds another run.
    """
    parts, data = divide(corpus, recipe.seed), corpus_fingerprint(corpus)
    if limit is not None:
        parts, data = parts.limited(limit, recipe.seed), f"{limit} of {data}"
    session = session or Session()
    workers = session.workers
    with workers.lead_holds(only_run(folder)), whole_file.naming(folder):
        opened = open_run(recipe, data, folder, resume=resume, workers=workers)
        if workers.leads:
            corpus.save(folder)
        best = yield from train(opened, to_sounds(parts.train), to_sounds(parts.tuning), session, SHOWN)
        if workers.leads:
            shown = corpus if limit is None else parts.train
            made = provenance("sound", data_hash(credits_of(corpus)), workers)
            write_space(best, opened.run.recipe, shown, parts, folder, {**(card or {}), **made})


def sound_config(recipe: Recipe) -> OneShotConfig:
    """The settings of the model of a sound recipe."""
    assert isinstance(recipe.model, OneShotConfig), f"{recipe.name} is no recipe for sound"
    return recipe.model


def corpus_fingerprint(corpus: SoundCorpus) -> str:
    """Sixteen hex digits that change with any file, the voices of its sounds, and the kits that sounds come from."""
    names = (corpus.sources, corpus.hashes, corpus.kits, corpus.licences, corpus.credits)
    labels = (corpus.voice, corpus.source, corpus.variant, corpus.kit, corpus.group)
    return fingerprint(names, labels)


def write_space(
    best: BestModel, recipe: Recipe, shown: SoundCorpus, parts: SoundParts, folder: Path, card: Mapping[str, Any]
) -> None:
    """Write the space (networks, settings, map, card) with its scores on held-out kits, as a whole or not at all.

    The sounds of `shown` are on the maps and credited in the card.
    """
    model, own, credited = best.model, shown.themselves(), credits_of(shown)
    assert isinstance(model, SoundModel)
    facts = {
        "name": folder.resolve().name, "sounds": len(own), "kits": len(shown.kits), "recipe": recipe.name,
        "seed": recipe.seed, "clave": __version__, "licence": "not stated", "credit": "", "epoch": best.epoch, **card,
    }  # fmt: skip
    settings: dict[str, Any] = {
        "model": recipe_to_dict(recipe)["model"], "detail_size": model.detail_size,
        "drawn_size": model.drawn_size,
        "voices": [VOICES[index].name for index in np.unique(own.voice)],
        "spectrogram": sound_config(recipe).spectrogram().name,
        "log_spectrogram_shape": list(own.log_spectrogram.shape[1:]), "card": facts,
    }  # fmt: skip
    with new_space(folder) as files:
        write_networks(files, model, SOUND_FORMAT)
        settings |= _whitening(files, settings, own)
        space = SoundSpace(SpaceFolder(files, settings))
        points = _map_points(space, own)
        known = bool(np.isfinite(own.descriptors[:, 0]).all())  # a corpus that was saved before descriptors has none
        sources = [own.sources[index] for index in own.source]
        write_corpus(files, points, own.voice, sources, own.descriptors if known else None)
        held_out = parts.validation.subset(np.isin(parts.validation.voice, np.unique(own.voice)))
        found, measured = sound_verdict(space, held_out if len(held_out) else own, learned=len(own))
        metrics = comparison.measure_log_spectrograms(space, parts.validation) | measured
        write_settings(files, SOUND_FORMAT, **settings, metrics=metrics, verdict=found.to_dict())
        write_metrics(files, metrics)
        write_credits(files / CREDITS_FILE, credited)
        card_text = model_card(
            facts, metrics, chosen_settings(recipe), kind="sound", measured_on="held-out kits", verdict=found.says
        )
        whole_file.write(files / CARD_FILE, (card_text + credits_text(credited)).encode())


def _whitening(folder: Path, settings: Mapping[str, Any], own: SoundCorpus) -> dict[str, Any]:
    """Centre and spread of each voice's sounds in the coordinates of the networks, as settings."""
    centre, spread = np.zeros((len(VOICES), 2)), np.ones((len(VOICES), 2))
    unscaled = {"centre": centre.tolist(), "spread": spread.tolist()}
    space = SoundSpace(SpaceFolder(folder, {**settings, **unscaled}))
    points = _map_points(space, own).astype(np.float64)
    for index in np.unique(own.voice):
        of_voice = points[own.voice == index]
        centre[index], spread[index] = of_voice.mean(axis=0), of_voice.std(axis=0) + MIN_SPREAD
    return {"centre": centre.tolist(), "spread": spread.tolist()}


def _map_points(space: SoundSpace, own: SoundCorpus) -> Float32[np.ndarray, "sound map"]:
    """Where these sounds lie, each on the map of its voice."""
    points = np.zeros((len(own), 2), np.float32)
    for index in np.unique(own.voice):
        rows = own.voice == index
        points[rows] = space.encode_log_spectrograms(own.log_spectrogram[rows], VOICES[index]).map
    return points
