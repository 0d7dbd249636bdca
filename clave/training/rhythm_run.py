"""A whole training run: from a corpus to a folder that holds a space one can play."""

import csv
import hashlib
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float32

from clave import __version__
from clave.errors import TrainingError
from clave.files import midi
from clave.latent.space_folder import write_settings
from clave.music.units import COMMON_TIME, METERS, steps_per_bar
from clave.rhythm import attributes, logistic_pca, space, space_format
from clave.rhythm import scores as evaluate
from clave.rhythm.corpus_map import CorpusMap, write_corpus_map
from clave.rhythm.dataset import FACTORY, Corpus, same_strokes, split
from clave.rhythm.space_format import RHYTHM_FORMAT
from clave.rhythm.tokens import Vocabulary
from clave.training import checkpoint
from clave.training.loop import Recipe, Run, begin, fit, negative_log_likelihood, score
from clave.training.models.bars import SECTIONS, STEP_COUNT, Bars
from clave.training.models.paper_rhythm_vae import PaperConfig
from clave.training.models.rhythm_vae import RhythmConfig, RhythmModel, RhythmVAE
from clave.training.models.vae import Examples

STRATIFIED_SHARE = 0.08  # part of what a data set wants learned, by file and style, that is held out as well
TUNING_SHARE = 0.06  # part of the rest, by file, on which stopping and thresholds are tuned
WAYS_TO_DIVIDE = (("official", "stratified"), ("official", "bars"), ("stratified", "stratified"), ("bars", "bars"))
"""How to hold out, and what to tune on out of the rest: the first that leaves something of each is taken."""
HELD_OUT = {
    "official": "what the data set itself holds out",
    "stratified": "whole files",
    "bars": "single bars, as the files are too few or share too much: scores look better than on new music",
}
MIN_ATTRIBUTE_STD = 0.01  # so that a corpus of bars that are alike can still be moved
EXAMPLES = 16  # held-out bars kept beside a run, for its figures
EXAMPLES_FILE = "examples.mid"
SPACE_FILES = (
    "config.json", "card.md", "model.safetensors", space_format.CORPUS_FILE, space_format.TOKENS_FILE,
    space_format.LOGISTIC_PCA_FILE, space_format.ENCODER_FILE, space_format.MAP_DECODER_FILE,
    space_format.TOKEN_PRIOR_FILE, space_format.FEEL_PRIOR_FILE, space_format.DYNAMICS_FILE,
)  # fmt: skip


@dataclass(frozen=True)
class Epoch:
    """How one epoch went: the named losses in nats a bar, on what was trained on and on what was not."""

    number: int
    epochs: int
    seconds: float
    train: dict[str, float]
    tuning: dict[str, float]
    best: bool  # whether these weights are the ones to keep so far


@dataclass(frozen=True)
class Parts:
    """A corpus in parts, by file and duplicate group: to learn from, to tune on, to report on."""

    train: Corpus
    tuning: Corpus
    validation: Corpus  # held out as the data set has it, where it has a split of its own
    stratified: Corpus  # held out by whole files, style by style; else the same as validation
    by: str  # how validation was held out: a key of HELD_OUT


def divide(corpus: Corpus, seed: int = 0) -> Parts:
    """The corpus's own split where it has one, else a stratified one; tuning comes out of train.

    Where it has one, a stratified part is held out besides, so that one model can be scored on both. Where whole files
    would leave a part empty, single bars are held out. Raises TrainingError for fewer than three bars
    whose strokes differ.
    """
    for by, tuning_by in WAYS_TO_DIVIDE:
        if by == "official" and not any(corpus.splits):
            continue
        held_out = split(corpus, by=by, seed=seed)
        if held_out.all() or not held_out.any():
            continue
        learned = corpus.subset(~held_out)
        validation = stratified = corpus.subset(held_out)
        if (by, tuning_by) == ("official", "stratified"):
            beside = split(learned, by="stratified", share=STRATIFIED_SHARE, seed=seed + 2)
            if beside.all() or not beside.any():
                continue
            stratified, learned = learned.subset(beside), learned.subset(~beside)
        tuned = split(learned, by=tuning_by, share=TUNING_SHARE, seed=seed + 1)
        if tuned.any() and not tuned.all():
            return Parts(learned.subset(~tuned), learned.subset(tuned), validation, stratified, by)
    different = len(np.unique(same_strokes(corpus)))
    raise TrainingError(
        "learning needs three bars whose strokes differ, one to learn from, one to tune on and one to score; "
        f"got {len(corpus)} bars, {different} distinct"
    )


def fingerprint(corpus: Corpus) -> str:
    """Sixteen hex digits that change with any bar, its labels, and the files they come from."""
    whole = hashlib.sha256(repr((corpus.styles, corpus.sources, corpus.splits)).encode())
    labels = (corpus.meter, corpus.style, corpus.section, corpus.source, corpus.group)
    for column in (corpus.velocity, corpus.offset, *labels):
        whole.update(column.tobytes())
    return whole.hexdigest()[:16]


def beats(corpus: Corpus) -> Corpus:
    """Its bars that are no fills, on which a space is scored; all of them where there are nothing but fills."""
    return _where_any(corpus, corpus.section == SECTIONS.index("beat"))


def played(corpus: Corpus) -> Corpus:
    """Its bars that are not our own, where there are others: ours say little about bars of the same templates."""
    ours = np.array([name.startswith(f"{FACTORY} ") for name in corpus.sources], np.bool_)[corpus.source]
    return _where_any(corpus, ~ours)


def _where_any(corpus: Corpus, chosen: Bool[np.ndarray, " bar"]) -> Corpus:
    return corpus.subset(chosen) if chosen.any() else corpus


def to_bars(corpus: Corpus) -> Bars:
    """All bars of a corpus as tensors, as long as the longest meter is; a style nobody knows becomes zeros."""
    style = torch.zeros(len(corpus), len(corpus.styles))
    known = torch.from_numpy(corpus.style.astype(np.int64))
    rows = torch.nonzero(known >= 0)[:, 0]
    style[rows, known[rows]] = 1.0
    velocity, offset = (torch.from_numpy(_widened(rows)) for rows in (corpus.velocity, corpus.offset))
    section, meter = (torch.from_numpy(rows.astype(np.int64)) for rows in (corpus.section, corpus.meter))
    return Bars(velocity, offset, style, section, meter)


def _widened(bars: Float32[np.ndarray, "bar voice _"]) -> Float32[np.ndarray, "bar voice step"]:
    return np.pad(bars, ((0, 0), (0, 0), (0, STEP_COUNT - bars.shape[2])))


def to_paper_bars(corpus: Corpus) -> Bars:
    """The same for the paper's model, which knows 4/4 alone."""
    whole, steps = to_bars(corpus), steps_per_bar(COMMON_TIME)
    return replace(whole, velocity=whole.velocity[:, :, :steps], offset=whole.offset[:, :, :steps])


def knowing(recipe: Recipe, train: Corpus) -> Recipe:
    """The recipe with the vocabulary of what is learned from, where its model has one."""
    if not isinstance(recipe.model, RhythmConfig):
        return recipe
    return replace(recipe, model=replace(recipe.model, vocabulary=Vocabulary.of([train.hits]).bits))


def learn_rhythm(
    corpus: Corpus,
    recipe: Recipe,
    folder: Path,
    *,
    card: dict[str, Any] | None = None,
    resume: bool = False,
    device: str | None = None,
) -> Iterator[Epoch]:
    """Train on a corpus, one yield an epoch; at the end, `folder` holds a space, its log and some examples.

    A run that was killed goes on from its last whole epoch with `resume`, to the same weights. Raises TrainingError
    where there is too little to learn from, when a loss is not finite, or when `folder` holds another run: one of other
    settings or on other data, or any without `resume`.
    """
    data, whole, as_bars = fingerprint(corpus), corpus, to_bars
    if isinstance(recipe.model, PaperConfig):
        corpus, as_bars = corpus.in_meter(COMMON_TIME), to_paper_bars
        if not len(corpus):
            raise TrainingError("there is no bar of 4/4, the only meter that this model learns")
    divided = divide(corpus, recipe.seed)
    recipe = knowing(recipe, divided.train)
    run, facts = begin_or_resume(recipe, data, folder, resume, device)
    whole.save(folder)
    yield from epochs(run, facts, as_bars(divided.train), as_bars(divided.tuning), folder, data)
    model, epoch = best_of(run, folder)
    finish(model, recipe, corpus, folder, {"epoch": epoch, **(card or {})})


def epochs(
    run: Run, facts: dict[str, Any], train: Examples, tuning: Examples, folder: Path, data: str
) -> Iterator[Epoch]:
    """Train to the end, one yield an epoch: each is logged, and kept as the best if it is; some are kept to go on from.

    `data` is the fingerprint of what is learned from, kept with the run.
    """
    recipe = run.recipe
    best: dict[str, Any] = facts.get("best", {"epoch": 0, "total": None})
    log: list[dict[str, Any]] = facts.get("log", [])
    started, sums, steps = time.monotonic(), dict[str, float](), 0
    per_epoch = max(1, len(train) // recipe.batch_size)
    for progress in fit(run, train):
        sums = {
            name: sums.get(name, 0.0) + value for name, value in {**progress.losses, "total": progress.total}.items()
        }
        steps += 1
        if progress.step % per_epoch:
            continue
        number, trained = progress.step // per_epoch, {name: value / steps for name, value in sums.items()}
        tuned = score(run.average, tuning.to(run.device), recipe)
        improved = recipe.keeps_last or best["total"] is None or tuned["total"] < best["total"]
        if improved:
            best = {"epoch": number, "total": tuned["total"]}
            checkpoint.save_tensors(folder / "best.safetensors", run.average.state_dict(), {})
        seconds = time.monotonic() - started
        log.append({"epoch": number, "seconds": seconds, "train": trained, "tuning": tuned})
        impatient = recipe.patience_epochs is not None and number - best["epoch"] >= recipe.patience_epochs
        if impatient or number % recipe.keep_every_epochs == 0 or number == recipe.epochs:
            checkpoint.save(folder, run, data=data, best=best, log=log)
        _write_log(folder, log)
        yield Epoch(number, recipe.epochs, seconds, trained, tuned, improved)
        started, sums, steps = time.monotonic(), {}, 0
        if impatient:
            break


def best_of(run: Run, folder: Path) -> tuple[Any, int]:
    """The model as it was after its best epoch, rounded as it will be shipped, and which epoch that was."""
    model = run.average
    model.load_state_dict(checkpoint.load_tensors(folder / "best.safetensors")[0])
    model.load_state_dict(checkpoint.halved(model.state_dict()))
    return model.cpu(), int(checkpoint.load(folder)[1]["best"]["epoch"])


def finish(model: RhythmModel, recipe: Recipe, corpus: Corpus, folder: Path, card: dict[str, Any]) -> None:
    """Write the space (weights, ONNX, settings, map, card), with its scores on bars it has not learned from."""
    divided = divide(corpus, recipe.seed)
    tuned_on, scored_on = (beats(played(part)) for part in (divided.tuning, divided.validation))
    if model.map_size != 2:  # a latent that is no plane can be measured, not clicked on
        nll = float(negative_log_likelihood(model, to_paper_bars(scored_on)).mean())
        _write_json(folder / "metrics.json", {"nll": nll})
        return
    weights = checkpoint.halved(model.state_dict())
    checkpoint.save_tensors(folder / "model.safetensors", weights, {"format": RHYTHM_FORMAT.name})
    checkpoint.write_onnx(folder, model.onnx_graphs())
    if isinstance(model, RhythmVAE):
        learned = to_bars(divided.train)
        bars, inside = learned.hits.numpy() > 0, learned.inside.numpy()[:, None]
        logistic_pca.fit(bars, inside, model.config.components).save(folder / space_format.LOGISTIC_PCA_FILE)
        Vocabulary(model.config.vocabulary).save(folder / space_format.TOKENS_FILE)
    facts = {
        "name": folder.resolve().name, "bars": len(corpus), "files": len(corpus.sources), "recipe": recipe.name,
        "seed": recipe.seed, "clave": __version__, "held out": HELD_OUT[divided.by],
        "licence": "not stated", "credit": "", **card,
    }  # fmt: skip
    settings: dict[str, Any] = {
        "model": checkpoint.recipe_to_dict(recipe)["model"], "detail_size": model.detail_size,
        "styles": list(corpus.styles), "sections": list(SECTIONS), "card": facts, "threshold": 0.0,
        "meters": [METERS[meter] for meter in np.unique(corpus.meter)], "attribute_std": attribute_std(divided.train),
    }  # fmt: skip
    write_settings(folder, RHYTHM_FORMAT, **settings, metrics={})
    settings["threshold"] = evaluate.tune(space.load_rhythm(folder), tuned_on.patterns)
    write_settings(folder, RHYTHM_FORMAT, **settings, metrics={})
    loaded = space.load_rhythm(folder)
    scores = evaluate.measure(loaded, scored_on.patterns)
    write_settings(folder, RHYTHM_FORMAT, **settings, metrics=scores)
    write_corpus_map(folder, corpus_map(corpus, loaded.locate(corpus.patterns), str(facts["licence"])))
    _write_json(folder / "metrics.json", scores)
    (folder / "card.md").write_text(card_text(facts, recipe, scores))
    every = max(1, len(scored_on) // EXAMPLES)
    midi.write(folder / EXAMPLES_FILE, scored_on.patterns[::every][:EXAMPLES], lead_in_bars=1)


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
    heard = attributes.measure(corpus.patterns).std(axis=0)
    return {name: max(MIN_ATTRIBUTE_STD, float(std)) for name, std in zip(attributes.NAMES, heard, strict=True)}


def ship(run: Path, folder: Path) -> None:
    """Copy what playing needs out of a finished run: of the data, nothing but points and names of files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SPACE_FILES:
        if (run / name).is_file():
            shutil.copy(run / name, folder / name)


def begin_or_resume(
    recipe: Recipe, data: str, folder: Path, resume: bool, device: str | None
) -> tuple[Run, dict[str, Any]]:
    """A fresh run, or the one in this folder with the facts kept beside it.

    Raises TrainingError if that is a run of other settings or on other data, or any without `resume`.
    """
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    exists = (folder / checkpoint.CHECKPOINT).is_file()
    if exists and not resume:
        raise TrainingError(f"{folder} already holds a run: go on with it (resume) or choose another folder")
    if not exists:
        folder.mkdir(parents=True, exist_ok=True)
        return begin(recipe, device), {}
    run, facts = checkpoint.load(folder, device)
    there, asked = (_settings(each) for each in (run.recipe, recipe))
    other = [f"{name} {there[name]} instead of {asked[name]}" for name in there if there[name] != asked[name]]
    if other:
        raise TrainingError(f"{folder} holds a run of other settings: {', '.join(other)}")
    if facts.get("data", data) != data:
        raise TrainingError(f"{folder} holds a run on other data: go on with the same files, labels and drum map")
    return run, facts


def _settings(recipe: Recipe) -> dict[str, Any]:
    """What was chosen of a recipe; its vocabulary follows from the data, and is long."""
    settings = checkpoint.recipe_to_dict(recipe)
    return {**settings, "model": {name: value for name, value in settings["model"].items() if name != "vocabulary"}}


def _write_log(folder: Path, log: list[dict[str, Any]]) -> None:
    _write_json(folder / "log.json", log)
    flat = [
        {"epoch": row["epoch"], "seconds": round(row["seconds"], 2)}
        | {f"{part}_{name}": value for part in ("train", "tuning") for name, value in row[part].items()}
        for row in log
    ]
    with (folder / "log.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(flat[0]))
        writer.writeheader()
        writer.writerows(flat)


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n")


def card_text(
    facts: dict[str, Any], recipe: Recipe, metrics: dict[str, float], *, kind: str = "rhythm", unit: str = "bars"
) -> str:
    """The model card, as Markdown: data, licence and credit, settings, scores."""
    lines = [
        f"# {facts['name']}",
        "",
        f"A {kind} space for Clave.",
        "",
        "| what | |",
        "|---|---|",
        *(f"| {key} | {value} |" for key, value in facts.items() if key != "name"),
        "",
        f"## Measured on held-out {unit}",
        "",
        "| what | value |",
        "|---|---|",
        *(f"| {key} | {value:.4g} |" for key, value in metrics.items()),
        "",
        "## Settings",
        "",
        "```json",
        json.dumps(_settings(recipe), indent=2),
        "```",
    ]
    return "\n".join(lines) + "\n"
