"""Which bars to hold out: whole files, and files that share a bar together. And two corpora as one."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np

from clave.errors import CorpusError
from clave.music.shapes import Bool, Int
from clave.rhythm.dataset.data_set import NO_STYLE, Corpus, side_by_side


def split(corpus: Corpus, by: str | None = None, *, share: float = 0.2, seed: int = 0) -> Bool[np.ndarray, " bar"]:
    """Which bars to hold out, by whole files and groups of files that share a bar.

    "official" holds out what the data set itself does not train on; "stratified" draws groups until `share` of the bars
    of each style is held out, as nearly as groups allow. "bars" draws likewise, but parts files: only bars of the same
    strokes stay together. None takes the official split where there is one. Raises CorpusError for another word, a
    share outside (0, 1), or an official split where there is none.
    """
    official = np.array([corpus.splits[i] for i in range(len(corpus.sources))])[corpus.source]
    if by is None:
        by = "official" if (official != "").any() else "stratified"
    if by == "official":
        if not (official != "").any():
            raise CorpusError("this corpus has no official split; there is by='stratified'")
        return ~np.isin(official, ("train", ""))
    if by not in ("stratified", "bars"):
        raise CorpusError(f"a corpus is split by 'official', 'stratified' or 'bars', got {by!r}")
    if not 0 < share < 1:
        raise CorpusError(f"the share to hold out lies between 0 and 1, got {share}")
    together = corpus.group if by == "stratified" else same_strokes(corpus)
    groups, member, sizes = np.unique(together, return_inverse=True, return_counts=True)
    counts = np.zeros((len(groups), len(corpus.styles) + 1), np.int64)
    np.add.at(counts, (member, corpus.style), 1)  # bars without a style count in the last column
    style = counts.argmax(axis=1)  # of a group: that of most of its bars
    rng = np.random.default_rng(seed)
    drawn = [_draw(np.flatnonzero(style == each), sizes, share, rng) for each in np.unique(style)]
    held_out = np.concatenate([np.zeros(0, np.int64), *drawn])
    if not held_out.size:  # every style has but one or two groups
        held_out = _draw(np.arange(len(groups)), sizes, share, rng)
    if not held_out.size and len(groups) > 1:
        held_out = np.array([sizes.argmin()])
    return np.isin(member, held_out)


def same_strokes(corpus: Corpus) -> Int[np.ndarray, " bar"]:
    """A number for each bar, the same for bars that strike the same cells, however loud and when exactly."""
    numbers: dict[bytes, int] = {}
    return np.array([numbers.setdefault(bar.tobytes(), len(numbers)) for bar in corpus.hits], np.int64)


def _draw(
    groups: Int[np.ndarray, " group"], sizes: Int[np.ndarray, " all"], share: float, rng: np.random.Generator
) -> Int[np.ndarray, " drawn"]:
    """Groups in random order, each taken if that brings their bars nearer to `share` of all."""
    wanted, drawn = share * sizes[groups].sum(), list[int]()
    for group in rng.permutation(groups).tolist():
        if sum(sizes[drawn]) + sizes[group] / 2 <= wanted:
            drawn.append(group)
    return np.array(drawn, np.int64)


def joined(one: Corpus, other: Corpus) -> Corpus:
    """Both corpora as one: styles of the same name become one, groups stay apart, counts add up.

    If one has an official split and the other none, the other gets a stratified one, so that both are held out from.
    """
    if any(one.splits) != any(other.splits):
        one, other = (each if any(each.splits) else _officially_split(each) for each in (one, other))
    styles = tuple(sorted({*one.styles, *other.styles}))
    first, second = one.report, other.report
    counts: dict[str, Any] = {}
    for field in fields(first):
        mine, theirs = getattr(first, field.name), getattr(second, field.name)
        if isinstance(mine, Mapping) and field.name != "refused":
            counts[field.name] = dict(Counter(mine) + Counter(theirs))
        elif isinstance(mine, int):
            counts[field.name] = mine + theirs
    report = replace(
        first,
        **counts,
        folder=f"{first.folder} and {second.folder}",
        refused={**first.refused, **second.refused},
        styles_from=f"{first.styles_from} and {second.styles_from}",
    )
    both = {name: side_by_side([getattr(one, name), getattr(other, name)]) for name in ("velocity", "offset")}
    both |= {
        name: np.concatenate([getattr(one, name), getattr(other, name)]) for name in ("meter", "section", "number")
    }
    return Corpus(
        **both,
        style=np.concatenate([_renumbered(each, styles) for each in (one, other)]),
        source=np.concatenate([one.source, other.source + len(one.sources)]),
        group=np.concatenate([one.group, other.group + int(one.group.max()) + 1]),
        styles=styles,
        sources=one.sources + other.sources,
        splits=one.splits + other.splits,
        licences=one.licences + other.licences,
        report=report,
    )


def _renumbered(corpus: Corpus, styles: tuple[str, ...]) -> Int[np.ndarray, " bar"]:
    """The style of each bar as an index into another list; unknown stays unknown."""
    places = np.array([*(styles.index(name) for name in corpus.styles), NO_STYLE])  # the last is at -1
    return places[corpus.style]


def _officially_split(corpus: Corpus) -> Corpus:
    held_out = np.unique(corpus.source[split(corpus, by="stratified")])
    return replace(corpus, splits=tuple("validation" if i in held_out else "train" for i in range(len(corpus.sources))))
