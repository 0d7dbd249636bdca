"""A whole training run of the sound space: from one-shots to a folder that holds a space one can play."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from clave import __version__, checkpoint, evaluate_sound, learn
from clave.errors import TrainingError
from clave.kit import VOICES
from clave.learn import Epoch
from clave.sound_space import load_sound, write_corpus
from clave.sound_vae import Sounds, SoundVAE
from clave.sounds import SoundCorpus, credits_of, split, weights
from clave.space_folder import format_of, write_settings
from clave.train import Recipe

LEAST_SPREAD = 1e-3  # of a map, so that a voice with a single sound has one
VALIDATION_SHARE, TUNING_SHARE = 0.1, 0.08  # by groups of kits


@dataclass(frozen=True)
class SoundParts:
    """One-shots in three parts, by groups of kits: to learn from, to tune on, to report on."""

    train: SoundCorpus
    tuning: SoundCorpus
    validation: SoundCorpus


def divide(corpus: SoundCorpus, seed: int = 0) -> SoundParts:
    """Kits that share a sound stay together; variants are for learning alone."""
    held_out = split(corpus, share=VALIDATION_SHARE, seed=seed)
    learned = corpus.subset(~held_out)
    tuned = split(learned, share=TUNING_SHARE, seed=seed + 1)
    parts = SoundParts(learned.subset(~tuned), learned.subset(tuned).themselves(), corpus.subset(held_out).themselves())
    if len(parts.train) == 0:
        raise TrainingError(f"{len(corpus)} sounds leave none to learn from")
    return parts


def fingerprint(corpus: SoundCorpus) -> str:
    """Sixteen hex digits that change with any sound, its voice, and the files and kits they come from."""
    whole = hashlib.sha256(repr((corpus.sources, corpus.kits, corpus.licences, corpus.credits)).encode())
    for column in (corpus.picture, corpus.voice, corpus.source, corpus.variant, corpus.kit, corpus.group):
        whole.update(np.ascontiguousarray(column).tobytes())
    return whole.hexdigest()[:16]


def to_sounds(corpus: SoundCorpus) -> Sounds:
    """All sounds of a corpus as tensors, with how much each counts."""
    return Sounds(
        torch.from_numpy(corpus.picture),
        torch.from_numpy(corpus.voice).long(),
        torch.from_numpy(weights(corpus)),
    )


def learn_sound(
    corpus: SoundCorpus,
    recipe: Recipe,
    folder: Path,
    *,
    card: dict[str, Any] | None = None,
    resume: bool = False,
    device: str | None = None,
) -> Iterator[Epoch]:
    """Train on one-shots, one yield an epoch; at the end, `folder` holds a space and its log.

    A run that was killed goes on from its last whole epoch with `resume`, to the same weights. Raises TrainingError
    where there is too little to learn from, when a loss is not finite, or when `folder` holds another run.
    """
    parts, data = divide(corpus, recipe.seed), fingerprint(corpus)
    run, facts = learn.begin_or_resume(recipe, data, folder, resume, device)
    corpus.save(folder)
    yield from learn.epochs(run, facts, to_sounds(parts.train), to_sounds(parts.tuning), folder, data)
    model, epoch = learn.best_of(run, folder)
    finish(model, recipe, corpus, folder, {"epoch": epoch, **(card or {})})


def finish(model: SoundVAE, recipe: Recipe, corpus: SoundCorpus, folder: Path, card: dict[str, Any]) -> None:
    """Write the space (weights, ONNX, settings, map, card), with its scores on kits it has not learned from."""
    weights = checkpoint.halved(model.state_dict())
    checkpoint.save_tensors(folder / "model.safetensors", weights, {"format": format_of("sound")})
    checkpoint.write_sound_onnx(folder, model)
    own = corpus.themselves()
    learned = np.unique(own.voice)
    facts = {
        "name": folder.resolve().name, "sounds": len(own), "kits": len(corpus.kits), "recipe": recipe.name,
        "seed": recipe.seed, "clave": __version__, "licence": "not stated", "credit": "", **card,
    }  # fmt: skip
    settings: dict[str, Any] = {
        "model": checkpoint.recipe_to_dict(recipe)["model"], "detail_size": model.detail_size,
        "voices": [VOICES[index].name for index in learned], "picture": list(corpus.picture.shape[1:]), "card": facts,
    }  # fmt: skip
    centre, spread = np.zeros((len(VOICES), 2)), np.ones((len(VOICES), 2))
    write_settings(folder, "sound", **settings, centre=centre.tolist(), spread=spread.tolist(), metrics={})
    raw = load_sound(folder)
    for index in learned:
        there = raw.place(own.picture[own.voice == index], VOICES[index]).map.astype(np.float64)
        centre[index], spread[index] = there.mean(axis=0), there.std(axis=0) + LEAST_SPREAD
    settings |= {"centre": centre.tolist(), "spread": spread.tolist()}
    write_settings(folder, "sound", **settings, metrics={})
    space = load_sound(folder)
    scores = evaluate_sound.measure_pictures(space, divide(corpus, recipe.seed).validation)
    write_settings(folder, "sound", **settings, metrics=scores)
    points = np.zeros((len(own), 2), np.float32)
    for index in learned:
        rows = own.voice == index
        points[rows] = space.place(own.picture[rows], VOICES[index]).map
    write_corpus(folder, points, own.voice, [own.sources[index] for index in own.source])
    (folder / "metrics.json").write_text(json.dumps(scores, indent=2) + "\n")
    (folder / "card.md").write_text(card_text(facts, recipe, scores, corpus))


def card_text(facts: dict[str, Any], recipe: Recipe, metrics: dict[str, float], corpus: SoundCorpus) -> str:
    """The model card, as Markdown: where every sound comes from and its licence, settings, scores."""
    return learn.card_text(facts, recipe, metrics, kind="sound", unit="kits") + "\n".join(
        [
            "",
            "## Sounds it was learned from",
            "",
            "| kit | licence | credit | sounds |",
            "|---|---|---|---|",
            *(
                f"| {kit} | {licence or 'not stated'} | {credit or 'not stated'} | {count} |"
                for kit, licence, credit, count in credits_of(corpus)
            ),
            "",
        ]
    )
