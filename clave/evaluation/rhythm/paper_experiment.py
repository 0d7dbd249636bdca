"""The 2019 paper's own experiment: its model on its data and split, beside honest halves, our model and known figures.

The authors drew their split among all files, of which many hold the same bar, so that what is scored was also learned
(`as-split`). On distinct bars it is not (`paper`); ours learns from those too (`ours`).
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from clave import __version__
from clave.errors import TrainingError
from clave.evaluation import tables
from clave.evaluation.tables import Column, markdown_table, number
from clave.music.shapes import Bool
from clave.rhythm import scores
from clave.rhythm.dataset import Corpus
from clave.rhythm.dataset.paper_data import PaperData, without_repeats
from clave.rhythm.space import RhythmSpace, load_rhythm
from clave.training import recipes
from clave.training.loop import Recipe, negative_log_likelihood
from clave.training.models.bars import Bars
from clave.training.models.paper_rhythm_vae import PAPER_STEPS, PaperVAE
from clave.training.models.rhythm_vae import RhythmConfig
from clave.training.rhythm_data import divide, to_bars
from clave.training.rhythm_run import corpus_fingerprint, learn_rhythm
from clave.training.rhythm_shown import SHOWN
from clave.training.run import Epoch, open_run, train
from clave.training.run_lock import only_run
from clave.training.session import Session
from clave.training.shipped import WEIGHTS_FILE, load_rhythm_model
from clave.training.tensor_file import load_tensors, save_tensors

AS_SPLIT, PAPER, OURS = "as-split", "paper", "ours"
RUNS = (AS_SPLIT, PAPER, OURS)
"""The runs of an experiment, each a folder: as the authors split, the same model on distinct bars, and our model."""
HELD_OUT_SHARE = 0.2
THRESHOLD = math.log(0.3 / 0.7)  # the paper's: cells above 0.3 are hits
DRAWS = 256  # of an importance-sampled likelihood
OUR_EPOCHS, OUR_BATCH = (
    40,
    32,
)  # for some hundred bars; in batches as large as for many thousand, the map learns nothing
LEAST_BARS = 10
PAPERS_FIGURES: tuple[Mapping[str, Any], ...] = (
    {"model": "the paper's model, known figures", "bars": "distinct", "nll": 40.0, "f1_at_0.3": 0.66},
    {"model": "each cell by itself, known figures", "bars": "distinct", "nll": 50.3},
)
"""What a rebuild of the paper's code reached on all 1095 matrices, repeats left out. The paper itself prints no figure
that could stand here: its test loss was computed with its two arguments exchanged."""


@dataclass(frozen=True)
class Halves:
    """The bars of an experiment: as the authors split them, and the distinct ones."""

    learned: Corpus  # 80 % of all files, drawn at random
    scored: Corpus  # the others, many of them bars that were learned
    distinct: Corpus


def halves(data: PaperData, seed: int) -> Halves:
    """Both ways to divide these bars; TrainingError for too few."""
    bars, distinct = data.bars, without_repeats(data.bars)
    if len(distinct) < LEAST_BARS:
        raise TrainingError(f"the experiment needs {LEAST_BARS} bars whose strokes differ, got {len(distinct)}")
    order = np.random.default_rng(seed).permutation(len(bars))
    count = round(HELD_OUT_SHARE * len(bars))
    return Halves(bars.subset(np.sort(order[count:])), bars.subset(np.sort(order[:count])), distinct)


def learn(
    parts: Halves,
    folder: Path,
    *,
    seed: int = 0,
    epochs: int | None = None,
    resume: bool = False,
    session: Session | None = None,
    say: Callable[[str], None] = print,
) -> Iterator[Epoch]:
    """Train all that the table compares, one run after another, each in a folder of its own below this one.

    `epochs` are those of the paper's model, 200 unless said, and at most those of ours. A run that is done is not
    trained again with `resume`.
    """
    paper = replace(recipes.paper(), seed=seed, keeps_last=True)  # as then: no stopping, no choice of weights
    ours = replace(_ours(len(parts.distinct.styles)), seed=seed)
    if epochs is not None:
        paper, ours = replace(paper, epochs=epochs), replace(ours, epochs=min(epochs, OUR_EPOCHS))
    say(f"the paper's model on {len(parts.learned)} bars, split as by the authors")
    yield from _learn_as_split(parts, paper, folder / AS_SPLIT, resume, session)
    for name, recipe, what in ((PAPER, paper, "the paper's model"), (OURS, ours, "our model")):
        say(f"{what} on distinct bars")
        yield from learn_rhythm(parts.distinct, recipe, folder / name, resume=resume, session=session)


def _ours(styles: int) -> Recipe:
    """Our recipe with steps enough for few bars."""
    recipe = recipes.rhythm(styles)
    model = recipe.model
    assert isinstance(model, RhythmConfig)
    model = replace(model, map_training=replace(model.map_training, batch_size=OUR_BATCH))
    return replace(recipe, model=model, epochs=OUR_EPOCHS, batch_size=OUR_BATCH)


def _learn_as_split(
    parts: Halves, recipe: Recipe, folder: Path, resume: bool, session: Session | None
) -> Iterator[Epoch]:
    """Only trained: a model that was scored on bars it knows is no space to play."""
    session = session or Session()
    learned, scored = (to_bars(each, PAPER_STEPS) for each in (parts.learned, parts.scored))
    with session.workers.lead_holds(only_run(folder)):
        data = corpus_fingerprint(parts.learned)
        opened = open_run(recipe, data, folder, resume=resume, workers=session.workers)
        best = yield from train(opened, learned, scored, session, SHOWN)
        if session.workers.leads:
            save_tensors(folder / WEIGHTS_FILE, best.model.state_dict())


def measure(parts: Halves, folder: Path, source: str, seed: int = 0) -> dict[str, Any]:
    """The table's numbers, from the runs that `learn` left; ready for JSON."""
    divided = divide(parts.distinct, seed)
    as_split = recipes.paper().model.build()
    as_split.load_state_dict(load_tensors(folder / AS_SPLIT / WEIGHTS_FILE)[0])
    paper = load_rhythm_model(folder / PAPER)
    assert isinstance(as_split, PaperVAE)
    assert isinstance(paper, PaperVAE)
    learned, distinct = to_bars(parts.learned, PAPER_STEPS), to_bars(divided.train, PAPER_STEPS)
    test, held_out = to_bars(parts.scored, PAPER_STEPS), to_bars(divided.validation, PAPER_STEPS)
    counts = {"bars": "distinct", "learned": len(distinct), "scored": len(held_out)}
    rows = [
        {"model": "each cell by itself", **counts, "nll": marginal_nll(_hits(distinct), _hits(held_out))},
        {"model": "the paper's model", "bars": "repeats on both sides", "learned": len(learned), "scored": len(test),
         **_by_encoder(as_split, test)},
        {"model": "the paper's model", **counts, **_by_encoder(paper, held_out),
         **_by_map(load_rhythm(folder / PAPER), divided.validation)},
        {"model": "ours, from the same bars", **counts, **_by_space(load_rhythm(folder / OURS), divided.validation)},
        {"model": "ours, as it ships", **counts, "learned": None, **_by_space(load_rhythm(), divided.validation)},
        *PAPERS_FIGURES,
    ]  # fmt: skip
    return {
        "clave": __version__, "seed": seed, "source": source, "files": len(parts.learned) + len(parts.scored),
        "distinct": len(parts.distinct), "rows": [dict(row) for row in rows],
    }  # fmt: skip


COLUMNS: tuple[Column, ...] = (
    ("model", lambda row: row["model"]),
    ("bars", lambda row: row.get("bars", "")),
    ("learned from", number("learned", 0)),
    ("scored on", number("scored", 0)),
    ("NLL, nats a bar", number("nll", 1)),
    ("hit F1 at 0.3", number("f1_at_0.3", 3)),
    ("hit F1 by the map", number("f1_map", 3)),
    ("map and detail", number("f1_detail", 3)),
)


def markdown(result: Mapping[str, Any]) -> str:
    """The table, and what it says."""
    return f"""# The paper's experiment

One bar of each of {result["files"]} files, from {result["source"]}; {result["distinct"]} of them differ. Clave \
{result["clave"]}, seed {result["seed"]}.

{markdown_table(*_cells(result))}

NLL: negative log-likelihood of a bar's strokes, importance-sampled with {DRAWS} draws; lower is better. Hit F1 at 0.3:
the paper's way, from the mean of its encoder and with its threshold; of ours, from the likeliest point of the map. By
the map: from the likeliest point, with a threshold tuned on other bars. Repeats on both sides: the authors' split,
which draws among all files, so that bars are scored that were learned. The known figures are those of a rebuild of the
authors' code on all 1095 matrices; the paper prints none that could be compared.
"""


def write(result: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write experiment.md, .json and .csv, and return their paths."""
    return tables.write_table(folder, "experiment", markdown(result), result, *_cells(result))


def _cells(result: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    return [head for head, _ in COLUMNS], [[cell(row) for _, cell in COLUMNS] for row in result["rows"]]


@torch.no_grad()
def _by_encoder(model: PaperVAE, bars: Bars) -> dict[str, float]:
    """As the paper reads its model: the mean of the encoder, decoded, with its threshold."""
    logit = model.decode(model.posterior(bars.velocity).mean).numpy()
    return {
        "nll": float(negative_log_likelihood(model, bars, DRAWS).mean()),
        "f1_at_0.3": scores.hit_f1(logit, _hits(bars), THRESHOLD),
    }


def _by_map(space: RhythmSpace, bars: Corpus) -> dict[str, float]:
    """By the likeliest point of the map, with the threshold of the space."""
    logit = space.map_logits(space.encode(bars.patterns))
    return {"f1_map": scores.hit_f1(logit, scores.stacked_hits(bars.patterns), space.threshold)}


def _by_space(space: RhythmSpace, bars: Corpus) -> dict[str, float]:
    """A space of ours, everything through the functions that play."""
    patterns = bars.patterns
    code, hits = space.encode(patterns), scores.stacked_hits(patterns)
    logit, again = space.map_logits(code), scores.stacked_hits(space.decode(code))
    return {
        "nll": float(-space.log_likelihood(patterns, draws=DRAWS).mean()),
        "f1_at_0.3": scores.hit_f1(logit, hits, THRESHOLD),
        "f1_map": scores.hit_f1(logit, hits, space.threshold),
        "f1_detail": scores.hit_f1(again.astype(float), hits, 0.5),
    }


def marginal_nll(learned: Bool[np.ndarray, "bar voice step"], scored: Bool[np.ndarray, "one voice step"]) -> float:
    """Nats a bar where each cell is struck as often as in the bars learned from, one more and one less assumed."""
    rate = (learned.sum(axis=0) + 1) / (len(learned) + 2)
    return scores.cross_entropy(np.broadcast_to(np.log(rate / (1 - rate)), scored.shape), scored)


def _hits(bars: Bars) -> Bool[np.ndarray, "bar voice step"]:
    return bars.hits.numpy() > 0
