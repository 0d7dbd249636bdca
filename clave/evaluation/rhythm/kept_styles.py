"""Whether bars of a requested style keep what it is known by, its signature, as often as templates and real bars do."""

from collections.abc import Sequence

import numpy as np

from clave.evaluation.rhythm.beats import EvaluationData
from clave.evaluation.rhythm.context import Rows
from clave.music.pattern import Pattern
from clave.music.units import COMMON_TIME
from clave.rhythm import grooves
from clave.rhythm.homes import Home, homes_of
from clave.rhythm.signatures import SIGNATURES
from clave.rhythm.space import RhythmSpace

BARS = 100  # of each style and kind
CLICK_STD = 0.05  # map units: how far around the home of a style clicks lie
PHRASE_BARS, PHRASES = 8, 4
KEPT, MOSTLY_KEPT = 0.9, 0.7  # shares of what templates or real bars reach


def kept_styles(space: RhythmSpace, data: EvaluationData, seed: int = 0) -> Rows:
    """A row for each style of the space that has a signature: the share of bars that keep it, of each kind.

    The last two rows count the styles whose samples, clicks and phrases reach 0.9 and 0.7 of what templates or real
    bars of the style reach, whichever is less.
    """
    homes, rows = {home.style: home for home in homes_of(space)}, Rows()
    rng = np.random.default_rng(seed)
    for number, style in enumerate(space.styles):
        signature = SIGNATURES.get(style)
        if signature is None:
            continue
        meter = grooves.style(style).meter if style in grooves.STYLES else COMMON_TIME
        kinds: dict[str, Sequence[Pattern]] = {
            "templates": grooves.bars(style, BARS, seed + 1) if style in grooves.STYLES else [],
            "real": data.train.subset(data.train.style == number).patterns,
            "samples": space.sample(BARS, style, seed, meter=meter),
        }
        if (home := homes.get(style)) is not None:
            around = np.array(home.point, np.float32) + CLICK_STD * rng.standard_normal((BARS, 2))
            kinds["clicks"] = space.at(around, style, meter=home.meter)
            kinds["phrases"] = phrases_at(space, home, seed) if space.detail_size else []
        rows[style] = {kind: signature.share(bars) for kind, bars in kinds.items() if len(bars)}
    counts = {
        f"styles that reach {share:g} of it": {
            kind: sum(row.get(kind, 0) >= share * reached(row) for row in rows.values())
            for kind in ("samples", "clicks", "phrases")
        }
        for share in (KEPT, MOSTLY_KEPT)
    }
    return rows | counts


def phrases_at(space: RhythmSpace, home: Home, seed: int) -> list[Pattern]:
    """The bars of some phrases at a home."""
    phrases = [
        space.phrase(home.point, PHRASE_BARS, home.style, fill=False, seed=seed + number, meter=home.meter)
        for number in range(PHRASES)
    ]
    return [bar for phrase in phrases for bar in phrase]


def reached(row: dict[str, float]) -> float:
    """The share of templates or of real bars of a style that keep its signature, the smaller one."""
    return min(row[kind] for kind in ("templates", "real") if kind in row)
