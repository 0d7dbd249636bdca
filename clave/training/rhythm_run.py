"""A whole training run of a rhythm space: from a corpus to a folder that holds a space to play."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from clave import __version__
from clave.files import midi, whole_file
from clave.latent.space_folder import SpaceFolder, open_space, write_settings
from clave.music.shapes import Float32
from clave.music.units import METERS
from clave.rhythm import attributes, scores
from clave.rhythm.corpus_map import CorpusMap, write_corpus_map
from clave.rhythm.dataset import Corpus
from clave.rhythm.dataset.data_hash import data_hash
from clave.rhythm.homes import find_homes, write_homes
from clave.rhythm.map_prior import NORMAL
from clave.rhythm.space import RhythmSpace
from clave.rhythm.space_format import RHYTHM_FORMAT
from clave.training import recorded_dynamics
from clave.training.loop import Recipe, negative_log_likelihood
from clave.training.model_card import CARD_FILE, model_card, write_metrics
from clave.training.models.bars import SECTIONS
from clave.training.models.rhythm_model import RhythmModel, RhythmModelConfig
from clave.training.provenance import provenance
from clave.training.recipes import recipe_to_dict
from clave.training.rhythm_data import HELD_OUT, beats, divide, in_meters, recorded, style_weights, to_bars
from clave.training.rhythm_shown import SHOWN
from clave.training.rhythm_verdict import of_learned
from clave.training.run import BestModel, Epoch, chosen_settings, fingerprint, open_run, train
from clave.training.run_lock import only_run
from clave.training.run_log import EXAMPLES_FILE
from clave.training.session import Session
from clave.training.space_writer import new_space, write_networks

MIN_ATTRIBUTE_STD = 0.01  # so that a space whose bars are alike can still be shifted
EXAMPLE_BARS = 16  # held-out bars kept for the figures of a run


def learn_rhythm(
    corpus: Corpus,
    recipe: Recipe,
    folder: Path,
    *,
    card: Mapping[str, Any] | None = None,
    resume: bool = False,
    session: Session | None = None,
) -> Iterator[Epoch]:
    """Train on a corpus, one yield per epoch; at the end `folder` holds a space, its log and some examples.

    A run that was killed goes on from its last checkpoint with `resume`, to the same weights. Raises TrainingError
    where there is too little to learn from, when a loss is not finite, when another process learns into `folder`, or
    when it holds another run: one with other settings or on other data, or any without `resume`.
    """
    config = rhythm_config(recipe)
    usable = in_meters(corpus, config.meters)
    parts = divide(usable, recipe.seed)
    recipe = replace(recipe, model=config.fitted_to(parts.train.hits))
    session = session or Session()
    workers = session.workers
    with workers.lead_holds(only_run(folder)), whole_file.naming(folder):
        opened = open_run(recipe, corpus_fingerprint(corpus), folder, resume=resume, workers=workers)
        if workers.leads:
            corpus.save(folder)
        training, tuning = (to_bars(part, config.step_count) for part in (parts.train, parts.tuning))
        training = replace(training, weight=style_weights(training))
        best = yield from train(opened, training, tuning, session, SHOWN)
        if workers.leads:
            made = provenance("rhythm", data_hash(corpus), workers)
            write_space(best, opened.run.recipe, usable, folder, {**(card or {}), **made})


def rhythm_config(recipe: Recipe) -> RhythmModelConfig:
    """The settings of the model of a rhythm recipe."""
    assert isinstance(recipe.model, RhythmModelConfig), f"{recipe.name} is no recipe for rhythm"
    return recipe.model


def corpus_fingerprint(corpus: Corpus) -> str:
    """Sixteen hex digits that change with the hits of any bar, its labels, and the files that bars come from."""
    labels = (corpus.meter, corpus.style, corpus.section, corpus.source, corpus.number, corpus.group)
    return fingerprint((corpus.styles, corpus.sources, corpus.splits), (np.packbits(corpus.hits), *labels))


def write_space(best: BestModel, recipe: Recipe, corpus: Corpus, folder: Path, card: Mapping[str, Any]) -> None:
    """Write the space (networks, settings, map, card) with its scores on held-out bars, as a whole or not at all.

    A latent that is no plane has no map to play on: its likelihood is measured, and nothing else is written.
    """
    model, parts = best.model, divide(corpus, recipe.seed)
    assert isinstance(model, RhythmModel)
    tuning, held_out = (beats(recorded(part)) for part in (parts.tuning, parts.validation))
    if model.map_size != 2:
        bars = to_bars(held_out, rhythm_config(recipe).step_count)
        write_metrics(folder, {"nll": float(negative_log_likelihood(model, bars).mean())})
        return
    facts = {
        "name": folder.resolve().name, "bars": len(corpus), "files": len(corpus.sources), "recipe": recipe.name,
        "seed": recipe.seed, "clave": __version__, "held out": HELD_OUT[parts.by],
        "licence": "not stated", "credit": "", "epoch": best.epoch, **card,
    }  # fmt: skip
    settings: dict[str, Any] = {
        "model": recipe_to_dict(recipe)["model"], "map_prior": getattr(recipe.model, "map_prior", NORMAL),
        "detail_size": model.detail_size, "styles": list(corpus.styles),
        "sections": list(SECTIONS), "meters": [METERS[meter] for meter in np.unique(corpus.meter)],
        "network_meters": list(rhythm_config(recipe).meters),
        "attribute_std": attribute_std(parts.train), "card": facts,
    }  # fmt: skip
    with new_space(folder) as files:
        write_networks(files, model, RHYTHM_FORMAT)
        model.write_tables(files, to_bars(parts.train))
        space = _tuned_space(SpaceFolder(files, settings), tuning)
        metrics = scores.measure(space, held_out.patterns)
        settings |= {"threshold": space.threshold, "metrics": metrics}
        write_settings(files, RHYTHM_FORMAT, **settings)
        write_metrics(files, metrics)
        write_corpus_map(files, corpus_map(corpus, space.locate(corpus.patterns), str(facts["licence"])))
        dynamics = recorded_dynamics.measure(space, beats(recorded(parts.train)), recipe.seed)
        found, _ = of_learned(space, parts.train.patterns, held_out.patterns, len(corpus))
        settings |= {**dynamics, "verdict": found.to_dict()}
        write_settings(files, RHYTHM_FORMAT, **settings)
        card_text = model_card(
            facts, metrics, chosen_settings(recipe), kind="rhythm", measured_on="held-out bars", verdict=found.says
        )
        whole_file.write(files / CARD_FILE, card_text.encode())
        write_homes(files, tuple(find_homes(RhythmSpace(open_space(files, RHYTHM_FORMAT)))))
        examples = held_out.patterns[:: max(1, len(held_out) // EXAMPLE_BARS)][:EXAMPLE_BARS]
        midi.write(files / EXAMPLES_FILE, examples, lead_in_bars=1)


def _tuned_space(files: SpaceFolder, tuning: Corpus) -> RhythmSpace:
    """The space with the threshold that is best on the tuning part."""
    untuned = RhythmSpace(replace(files, settings=files.settings | {"threshold": 0.0}))
    threshold = scores.tune(untuned, tuning.patterns)
    return RhythmSpace(replace(files, settings=files.settings | {"threshold": threshold}))


def corpus_map(corpus: Corpus, points: Float32[np.ndarray, "bar 2"], licence: str) -> CorpusMap:
    """These points with the labels of the bars; `licence` is that of sources which state none."""
    return CorpusMap(
        points,
        [(*corpus.styles, "")[style] for style in corpus.style],  # -1, which is unknown, takes the last
        [SECTIONS[section] for section in corpus.section],
        [METERS[meter] for meter in corpus.meter],
        [corpus.sources[source] for source in corpus.source],
        {source: own or licence for source, own in zip(corpus.sources, corpus.licences, strict=True)},
    )


def attribute_std(corpus: Corpus) -> dict[str, float]:
    """The standard deviation of each attribute over these bars; at least MIN_ATTRIBUTE_STD."""
    deviation = attributes.measure(corpus.patterns).std(axis=0)
    return {name: max(MIN_ATTRIBUTE_STD, float(std)) for name, std in zip(attributes.NAMES, deviation, strict=True)}
