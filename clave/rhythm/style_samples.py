"""Samples in a style that keep what the style is known by, as often as the bars that it was learned from do.

Bars of our templates keep the signature of their style always, recorded bars not always: rock is much more than its
plainest beat. So a sample without the signature is drawn again with a probability: the share of our own bars among
those of the style in the corpus.
"""

from collections.abc import Callable

import numpy as np

from clave.music.pattern import Pattern
from clave.rhythm.condition import Style
from clave.rhythm.corpus_map import CorpusMap
from clave.rhythm.signatures import SIGNATURES

TRIES = 6  # of a bar; the last one stays whatever it is
OWN_SOURCE = "factory "  # what the names of our own takes begin with


def keeping_signature(
    draw: Callable[[int], list[Pattern]], n: int, style: str, corpus: CorpusMap, rng: np.random.Generator
) -> list[Pattern]:
    """`n` bars in this style by `draw`, which gives so many; those without the signature are drawn again."""
    bars, signature = draw(n), SIGNATURES.get(style)
    share = own_share(corpus, style)
    if signature is None or share == 0:
        return bars
    again = np.array([not signature.heard_in(bar) for bar in bars], bool) & (rng.random(n) < share)
    for _ in range(TRIES - 1):
        rows = np.flatnonzero(again)
        if len(rows) == 0:
            break
        for row, bar in zip(rows.tolist(), draw(len(rows)), strict=True):
            bars[row], again[row] = bar, not signature.heard_in(bar)
    return bars


def only_style(style: Style | None) -> str | None:
    """The one style that is asked for; None for a blend of several, and where none is."""
    if style is None or isinstance(style, str):
        return style
    return next((name for name, share in style.items() if share == 1), None)


def own_share(corpus: CorpusMap, style: str) -> float:
    """The share of our own bars among the bars of the corpus in this style; 0 where it has none."""
    sources = [source for source, name in zip(corpus.sources, corpus.styles, strict=True) if name == style]
    return sum(source.startswith(OWN_SOURCE) for source in sources) / max(1, len(sources))
