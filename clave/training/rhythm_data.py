"""The data of a rhythm run: a corpus in parts that are trained on, tuned on and held out, and its bars as tensors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from clave.errors import TrainingError
from clave.music.shapes import Bool, Float, Float32, Int
from clave.music.units import METERS, Meter, meter_name
from clave.rhythm.dataset import FACTORY, Corpus, same_strokes, split
from clave.training.models.bars import SECTIONS, STEP_COUNT, Bars

STRATIFIED_SHARE = 0.08  # of the files of each style, held out besides where a data set has a split of its own
TUNING_SHARE = 0.06  # of the files that are not held out, on which stopping and thresholds are tuned
STYLE_BALANCE = 0.2  # 0: each bar counts alike; 1: each style does
SPLIT_METHODS = (("official", "stratified"), ("official", "bars"), ("stratified", "stratified"), ("bars", "bars"))
"""How the held-out part is chosen, and the tuning part out of the rest: the first pair that leaves no part empty."""
HELD_OUT = {
    "official": "what the data set itself holds out",
    "stratified": "whole files",
    "bars": "single bars, as the files are too few or share too much: scores look better than on new music",
}


@dataclass(frozen=True)
class RhythmParts:
    """A corpus in parts that share no file and no bar with the same hits."""

    train: Corpus
    tuning: Corpus
    validation: Corpus  # held out; as the data set has it where it has a split of its own
    stratified: Corpus  # held out by whole files, style by style; the same as validation where there is no other
    by: str  # how validation was chosen: a key of HELD_OUT


def divide(corpus: Corpus, seed: int = 0) -> RhythmParts:
    """Divide a corpus by its own split where it has one, else by files that are drawn style by style.

    Beside its own split a stratified part is held out too, so that one model can be scored on both. Where whole files
    would leave a part empty, single bars are held out. Raises TrainingError for fewer than three bars with different
    hits.
    """
    for by, tuning_by in SPLIT_METHODS:
        if by == "official" and not any(corpus.splits):
            continue
        held_out = split(corpus, by=by, seed=seed)
        if held_out.all() or not held_out.any():
            continue
        rest = corpus.subset(~held_out)
        validation = stratified = corpus.subset(held_out)
        if (by, tuning_by) == ("official", "stratified"):
            also = split(rest, by="stratified", share=STRATIFIED_SHARE, seed=seed + 2)
            if also.all() or not also.any():
                continue
            stratified, rest = rest.subset(also), rest.subset(~also)
        tuned = split(rest, by=tuning_by, share=TUNING_SHARE, seed=seed + 1)
        if tuned.any() and not tuned.all():
            return RhythmParts(rest.subset(~tuned), rest.subset(tuned), validation, stratified, by)
    different = len(np.unique(same_strokes(corpus)))
    raise TrainingError(
        "learning needs three bars whose strokes differ, one to learn from, one to tune on and one to score; "
        f"got {len(corpus)} bars, {different} distinct"
    )


def in_meters(corpus: Corpus, meters: Sequence[Meter]) -> Corpus:
    """The bars in these meters; TrainingError if there are none."""
    rows = np.isin(corpus.meter, [METERS.index(meter) for meter in meters])
    if not rows.any():
        names = ", ".join(map(meter_name, meters))
        raise TrainingError(f"there is no bar of {names}; this model learns no other meter")
    return corpus if rows.all() else corpus.subset(rows)


def beats(corpus: Corpus) -> Corpus:
    """The bars that are no fills; all of them where there are only fills."""
    return _where_any(corpus, corpus.section == SECTIONS.index("beat"))


def recorded(corpus: Corpus) -> Corpus:
    """The bars that are not our own grooves; all of them where there are no others."""
    factory = np.array([name.startswith(f"{FACTORY} ") for name in corpus.sources], np.bool_)[corpus.source]
    return _where_any(corpus, ~factory)


def _where_any(corpus: Corpus, chosen: Bool[np.ndarray, " bar"]) -> Corpus:
    return corpus.subset(chosen) if chosen.any() else corpus


def to_bars(corpus: Corpus, step_count: int = STEP_COUNT) -> Bars:
    """All bars of a corpus as tensors of so many steps, padded or cut, each with the hits of the bar before.

    An unknown style becomes zeros.
    """
    style = torch.zeros(len(corpus), len(corpus.styles))
    known = torch.from_numpy(corpus.style.astype(np.int64))
    rows = torch.nonzero(known >= 0)[:, 0]
    style[rows, known[rows]] = 1.0
    velocity, offset = (torch.from_numpy(_padded(rows)[:, :, :step_count]) for rows in (corpus.velocity, corpus.offset))
    section, meter = (torch.from_numpy(rows.astype(np.int64)) for rows in (corpus.section, corpus.meter))
    before = rows_before(corpus)
    hits = torch.from_numpy(_padded(corpus.velocity)[:, :, :step_count] > 0)
    follows = torch.from_numpy(before >= 0)
    return Bars(velocity, offset, style, section, meter, hits[before] & follows[:, None, None], follows)


def style_weights(bars: Bars) -> Float[torch.Tensor, " bar"]:
    """How much each bar counts in training, 1 on average: the rarer its style is, the more.

    Each weight is the number of bars of its style to the power of -STYLE_BALANCE, so that styles count neither by their
    bars alone nor all alike. Bars without a style are taken for one more.
    """
    labels = torch.cat([bars.style, (bars.style.sum(dim=1, keepdim=True) == 0).float()], dim=1)
    weight = (labels @ labels.sum(dim=0)) ** -STYLE_BALANCE
    return weight / weight.mean()


def rows_before(corpus: Corpus) -> Int[np.ndarray, " bar"]:
    """The row of the bar before each one in its file, in the same meter; -1 where there is none."""
    rows = {place: row for row, place in enumerate(zip(corpus.source, corpus.number, corpus.meter, strict=True))}
    places = zip(corpus.source, corpus.number, corpus.meter, strict=True)
    return np.array([rows.get((source, number - 1, meter), -1) for source, number, meter in places], np.int64)


def _padded(bars: Float32[np.ndarray, "bar voice _"]) -> Float32[np.ndarray, "bar voice step"]:
    return np.pad(bars, ((0, 0), (0, 0), (0, STEP_COUNT - bars.shape[2])))
