"""A whole training run of the sound space: from one-shots to a folder that holds a space one can play."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from clave import __version__
from clave.errors import TrainingError
from clave.latent.space_folder import write_settings
from clave.music.kit import VOICES
from clave.sound import comparison, map_coverage
from clave.sound.dataset import Credit, SoundCorpus, by_kit, credits_of, few, split, weights, write_credits
from clave.sound.space import SOUND_FORMAT, load_sound, write_corpus
from clave.training import checkpoint
from clave.training import rhythm_run as learn
from clave.training.loop import Recipe
from clave.training.models.paper_sound_vae import PaperSoundVAE
from clave.training.models.sound_model import Sounds
from clave.training.models.sound_vae import SoundVAE
from clave.training.rhythm_run import Epoch

LEAST_SPREAD = 1e-3  # of a map, so that a voice with a single sound has one
CREDITS = "credits.csv"
VALIDATION_SHARE, TUNING_SHARE = 0.1, 0.08  # by groups of kits

LICENCE_LINKS = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-3.0": "https://creativecommons.org/licenses/by/3.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "MIT": "https://opensource.org/license/mit",
    "CC0-1.0 and MIT": "https://creativecommons.org/publicdomain/zero/1.0/, https://opensource.org/license/mit",
    "Unlicense": "https://unlicense.org/",
}


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
    for column in (corpus.log_spectrogram, corpus.voice, corpus.source, corpus.variant, corpus.kit, corpus.group):
        whole.update(np.ascontiguousarray(column).tobytes())
    return whole.hexdigest()[:16]


def to_sounds(corpus: SoundCorpus) -> Sounds:
    """All sounds of a corpus as tensors, with how much each counts."""
    return Sounds(
        torch.from_numpy(corpus.log_spectrogram),
        torch.from_numpy(corpus.voice).long(),
        torch.from_numpy(weights(corpus)),
    )


def learn_sound(
    corpus: SoundCorpus,
    recipe: Recipe,
    folder: Path,
    *,
    card: dict[str, Any] | None = None,
    limit: int | None = None,
    resume: bool = False,
    device: str | None = None,
) -> Iterator[Epoch]:
    """Train on one-shots, one yield an epoch; at the end, `folder` holds a space and its log.

    With a `limit`, no more than so many are learned from, always the same, and only they are on the maps.
    A run that was killed goes on from its last whole epoch with `resume`, to the same weights. Raises TrainingError
    where there is too little to learn from, when a loss is not finite, or when `folder` holds another run.
    """
    parts, data = divide(corpus, recipe.seed), fingerprint(corpus)
    if limit is not None:
        tuning = few(parts.tuning, max(1, limit // 4), recipe.seed)
        parts, data = replace(parts, train=few(parts.train, limit, recipe.seed), tuning=tuning), f"{limit} of {data}"
    run, facts = learn.begin_or_resume(recipe, data, folder, resume, device)
    corpus.save(folder)
    if run.step == 0 and isinstance(run.model, SoundVAE):
        run.model.fit_components(to_sounds(parts.train).to(run.device))
        run.average.load_state_dict(run.model.state_dict())
    yield from learn.epochs(run, facts, to_sounds(parts.train), to_sounds(parts.tuning), folder, data)
    model, epoch = learn.best_of(run, folder)
    if isinstance(model, PaperSoundVAE):
        model.fit_axes(to_sounds(parts.train))
    shown = corpus if limit is None else parts.train
    finish(model, recipe, shown, parts.validation, folder, {"epoch": epoch, **(card or {})})


def finish(
    model: SoundVAE | PaperSoundVAE,
    recipe: Recipe,
    corpus: SoundCorpus,
    held_out: SoundCorpus,
    folder: Path,
    card: dict[str, Any],
) -> None:
    """Write the space (weights, ONNX, settings, map, card), with its scores on kits it has not learned from.

    The sounds of `corpus` are on the maps and credited in the card.
    """
    weights = checkpoint.halved(model.state_dict())
    checkpoint.save_tensors(folder / "model.safetensors", weights, {"format": SOUND_FORMAT.name})
    checkpoint.write_onnx(folder, model.onnx_graphs())
    own = corpus.themselves()
    learned = np.unique(own.voice)
    facts = {
        "name": folder.resolve().name, "sounds": len(own), "kits": len(corpus.kits), "recipe": recipe.name,
        "seed": recipe.seed, "clave": __version__, "licence": "not stated", "credit": "", **card,
    }  # fmt: skip
    settings: dict[str, Any] = {
        "model": checkpoint.recipe_to_dict(recipe)["model"], "detail_size": model.detail_size,
        "voices": [VOICES[index].name for index in learned], "card": facts,
        "spectrogram": model.spectrogram().name, "log_spectrogram_shape": list(corpus.log_spectrogram.shape[1:]),
    }  # fmt: skip
    centre, spread = np.zeros((len(VOICES), 2)), np.ones((len(VOICES), 2))
    write_settings(folder, SOUND_FORMAT, **settings, centre=centre.tolist(), spread=spread.tolist(), metrics={})
    raw = load_sound(folder)
    for index in learned:
        code = raw.encode_log_spectrograms(own.log_spectrogram[own.voice == index], VOICES[index])
        there = code.map.astype(np.float64)
        centre[index], spread[index] = there.mean(axis=0), there.std(axis=0) + LEAST_SPREAD
    settings |= {"centre": centre.tolist(), "spread": spread.tolist()}
    write_settings(folder, SOUND_FORMAT, **settings, metrics={})
    space = load_sound(folder)
    points = np.zeros((len(own), 2), np.float32)
    for index in learned:
        rows = own.voice == index
        points[rows] = space.encode_log_spectrograms(own.log_spectrogram[rows], VOICES[index]).map
    known = bool(np.isfinite(own.descriptors[:, 0]).all())  # a corpus that was saved before descriptors has none
    sources = [own.sources[index] for index in own.source]
    write_corpus(folder, points, own.voice, sources, own.descriptors if known else None)
    holes = [map_coverage.hole_share(space.corpus(VOICES[index]).map) for index in learned]
    scores = comparison.measure_log_spectrograms(space, held_out) | {"holes": max(holes)}
    write_settings(folder, SOUND_FORMAT, **settings, metrics=scores)
    (folder / "metrics.json").write_text(json.dumps(scores, indent=2) + "\n")
    credited = credits_of(corpus)
    write_credits(folder / CREDITS, credited)
    (folder / "card.md").write_text(card_text(facts, recipe, scores, credited))


def card_text(facts: dict[str, Any], recipe: Recipe, metrics: dict[str, float], credited: Sequence[Credit]) -> str:
    """The model card, as Markdown: settings, scores, and whose the sounds are."""
    return learn.card_text(facts, recipe, metrics, kind="sound", unit="kits") + credits_text(credited)


def credits_text(credited: Sequence[Credit]) -> str:
    """Whose the sounds are and under what licence, kit by kit; file by file they stand in a CSV beside the card."""
    licences = sorted({each.licence for each in credited} & LICENCE_LINKS.keys())
    return "\n".join(
        [
            "",
            "## Sounds it was learned from",
            "",
            f"Each of them, with its licence, credit and SHA-256, stands in [{CREDITS}]({CREDITS}). They were made",
            "mono, brought to 44.1 kHz, cut to 1.5 s from their onset and turned into pictures; none is in here.",
            "",
            "| kit | licence | credit | sounds |",
            "|---|---|---|---|",
            *(
                f"| {kit} | {licence or 'not stated'} | {credit or 'not stated'} | {count} |"
                for kit, licence, credit, count in by_kit(credited)
            ),
            "",
            *(f"* {name}: {LICENCE_LINKS[name]}" for name in licences),
            *([""] if licences else []),
        ]
    )
