"""Styles: how well they can be told from a code, and how well samples keep to the style they are conditioned on."""

import numpy as np

from clave.evaluation.rhythm import metrics
from clave.evaluation.rhythm.baselines import PAPER
from clave.evaluation.rhythm.beats import Beats
from clave.evaluation.rhythm.context import Evaluation, HeldOut, Rows
from clave.music.shapes import Float32


def classification(evaluation: Evaluation, held_out: HeldOut) -> Rows:
    """Accuracy of styles predicted by the nearest training bars, in several representations, and by classifiers."""
    train, beats = evaluation.data.train, held_out.beats
    train_labelled, labelled = train.style >= 0, beats.style >= 0
    if not train_labelled.any() or not labelled.any():
        evaluation.missing["style"] = "the bars have no styles"
        return {}

    def by_neighbours(
        x: Float32[np.ndarray, "bar feature"], train_x: Float32[np.ndarray, "train_bar feature"]
    ) -> dict[str, float]:
        predicted = metrics.style_by_neighbours(x[labelled], train_x[train_labelled], train.style[train_labelled])
        return metrics.accuracy(predicted, beats.style[labelled])

    rows: Rows = {f"{evaluation.name}, map": by_neighbours(held_out.code.map, evaluation.train_code.map)}
    if evaluation.space.detail_size:
        codes = (held_out.code, evaluation.train_code)
        x, train_x = (np.concatenate([code.map, code.detail], axis=1) for code in codes)
        rows[f"{evaluation.name}, map + detail"] = by_neighbours(x, train_x)
    x, train_x = (each.hits.reshape(len(each), -1).astype(np.float32) for each in (beats, train))
    rows["hits, 512 numbers"] = by_neighbours(x, train_x)
    most_common = np.bincount(train.style[train_labelled]).argmax()
    rows["the most common style"] = metrics.accuracy(np.full(labelled.sum(), most_common), beats.style[labelled])
    if evaluation.baselines is not None:
        paper = evaluation.baselines.vaes[PAPER]
        rows[f"{PAPER}, 2-D"] = by_neighbours(paper.encode(beats), paper.encode(train))
        for name, classifier in evaluation.baselines.classifiers.items():
            rows[name] = metrics.accuracy(classifier.predict(beats)[labelled], beats.style[labelled])
    return rows


def conditioning(evaluation: Evaluation, held_out: HeldOut) -> Rows:
    """How often classifiers that were trained on real bars recognise the style that samples are conditioned on."""
    space, names, samples = evaluation.space, evaluation.data.styles, evaluation.samples
    common = np.intersect1d(evaluation.data.train.style, held_out.beats.style)
    styles = [int(style) for style in common if style >= 0 and names[style] in space.styles]
    if len(styles) < 2:
        evaluation.missing["style condition"] = "fewer than two styles are both in the training and the held-out part"
        return {}
    per_style = max(1, len(samples) // len(styles))
    real = held_out.beats.subset(np.isin(held_out.beats.style, styles))
    conditioned = Beats.from_patterns(
        [bar for style in styles for bar in space.sample(per_style, names[style], seed=evaluation.seed + 1 + style)],
        np.repeat(styles, per_style).tolist(),
    )
    real_row, style_row, plain_row = (
        "real, held out", f"{evaluation.name}, with a style", f"{evaluation.name}, without a style"
    )  # fmt: skip
    rows: Rows = {
        real_row: {"bars": len(real)}, style_row: {"bars": len(conditioned)}, plain_row: {"bars": len(samples)}
    }  # fmt: skip
    for name, classifier in evaluation.classifiers.items():
        shares = {
            real_row: metrics.accuracy(classifier.predict(real), real.style)["balanced"],
            style_row: metrics.accuracy(classifier.predict(conditioned), conditioned.style)["balanced"],
            plain_row: float(np.isin(classifier.predict(samples), styles).mean() / len(styles)),
        }
        for row, share in shares.items():
            rows[row] |= {name: share, f"of real, {name}": share / max(shares[real_row], 1e-9)}
    return rows
