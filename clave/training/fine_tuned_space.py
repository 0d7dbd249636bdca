"""The folder of a fine-tuned rhythm space: the one it began with, with a bent map, and bars of one's own on it."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from clave.files import midi, whole_file
from clave.latent.space_folder import SpaceFolder, open_space, write_settings
from clave.music.units import METERS
from clave.rhythm.corpus_map import CorpusMap, write_corpus_map
from clave.rhythm.dataset import Corpus
from clave.rhythm.dataset.data_hash import data_hash
from clave.rhythm.homes import densest_homes, homes_of, write_homes
from clave.rhythm.space import RhythmSpace
from clave.rhythm.space_format import LOGISTIC_PCA_FILE, RHYTHM_FORMAT, TOKENS_FILE
from clave.training.fine_tune import FineTuning
from clave.training.model_card import CARD_FILE, model_card, write_metrics
from clave.training.models.rhythm_vae import RhythmVAE
from clave.training.provenance import provenance
from clave.training.rhythm_run import EXAMPLE_BARS, corpus_map
from clave.training.rhythm_verdict import of_fine_tuned
from clave.training.run_log import EXAMPLES_FILE
from clave.training.space_writer import new_space, write_networks
from clave.training.tensor_file import halved
from clave.training.tuned_card import tuned_card
from clave.training.workers import alone

TABLES = (TOKENS_FILE, LOGISTIC_PCA_FILE)


def write_fine_tuned(
    start: SpaceFolder,
    model: RhythmVAE,
    corpus: Corpus,
    folder: Path,
    settings: FineTuning,
    card: Mapping[str, Any],
    held_out: Mapping[str, float],
) -> None:
    """Write the space that `start` has become by fine-tuning, as a whole or not at all, with its verdict.

    `corpus` are the bars that it learned, with styles as the model has them; `held_out` is the hit F1 of bars of the
    kind that it had not learned, as `rhythm_verdict` has it.
    """
    before, model_settings = RhythmSpace(start), dict(start.settings["model"])
    counts = {"your bars": len(corpus), "your files": len(np.unique(corpus.source))}
    origin = provenance("rhythm", data_hash(corpus), alone("cpu"))
    learned: dict[str, Any] = start.settings | {
        "model": model_settings | {"styles": model.config.styles},
        "styles": list(corpus.styles),
        "meters": _meters_of_both(before, corpus),
        "own_sources": sorted({*before.own_sources, *(corpus.sources[index] for index in np.unique(corpus.source))}),
        "card": tuned_card(before.card, before.folder, folder, counts, card) | origin,
    }
    model.load_state_dict(halved(model.state_dict()))
    with new_space(folder) as files:
        write_networks(files, model.eval(), RHYTHM_FORMAT)
        for name in TABLES:
            whole_file.write(files / name, start.file(name).read_bytes())
        space = RhythmSpace(SpaceFolder(files, learned))
        points = space.locate(corpus.patterns)
        own = corpus_map(corpus, points, str(card.get("licence", "not stated")))
        write_corpus_map(files, both := joined_maps(before.corpus, own))
        found, measured = of_fine_tuned(space, before, corpus.patterns, held_out)
        write_metrics(files, measured)
        learned |= {"metrics": measured, "verdict": found.to_dict()}
        learned["card"] |= {"bars": len(both), "files": len(both.licences)}
        write_settings(files, RHYTHM_FORMAT, **_without_format(learned))
        text = model_card(
            learned["card"],
            measured,
            asdict(settings),
            kind="rhythm",
            measured_on="your bars and older ones",
            verdict=found.says,
        )
        whole_file.write(files / CARD_FILE, text.encode())
        written = RhythmSpace(open_space(files, RHYTHM_FORMAT))
        old_homes = {home.style: home for home in homes_of(before)}
        homes = [old_homes.get(home.style, home) for home in densest_homes(written.corpus, written.styles)]
        write_homes(files, homes)
        examples = corpus.patterns[:: max(1, len(corpus) // EXAMPLE_BARS)][:EXAMPLE_BARS]
        midi.write(files / EXAMPLES_FILE, examples, lead_in_bars=1)


def joined_maps(old: CorpusMap, own: CorpusMap) -> CorpusMap:
    """The bars of both; a file that is learned again takes the place of what it was."""
    stays = [row for row, source in enumerate(old.sources) if source not in own.licences]
    columns = {name: [getattr(old, name)[row] for row in stays] for name in ("styles", "sections", "meters", "sources")}
    licences = {name: licence for name, licence in old.licences.items() if name not in own.licences}
    return CorpusMap(
        np.concatenate([old.map[stays], own.map]),
        [*columns["styles"], *own.styles],
        [*columns["sections"], *own.sections],
        [*columns["meters"], *own.meters],
        [*columns["sources"], *own.sources],
        {**licences, **own.licences},
    )


def _meters_of_both(before: RhythmSpace, corpus: Corpus) -> list[list[int]]:
    own = [METERS[meter] for meter in np.unique(corpus.meter)]
    return [list(meter) for meter in METERS if meter in before.meters or meter in own]


def _without_format(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name not in ("format", "version")}
