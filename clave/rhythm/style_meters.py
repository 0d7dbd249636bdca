"""Which styles have bars in which meter; and for a style that has none in a meter, the nearest one that has.

How near a style is to another in a meter is told by the map: the mean distance from bars of the style, in any meter, to
the nearest bar of the other in that meter.
"""

import numpy as np

from clave.music.shapes import Float32
from clave.music.units import Meter, meter_name
from clave.rhythm.condition import Style
from clave.rhythm.corpus_map import CorpusMap

MOST_BARS = 32  # of a style, evenly spaced in the corpus, that are compared


class StyleMeters:
    """The bars of a corpus by style and meter."""

    def __init__(self, corpus: CorpusMap) -> None:
        rows: dict[str, dict[Meter, list[int]]] = {}
        for bar, (style, meter) in enumerate(zip(corpus.styles, corpus.meters, strict=True)):
            rows.setdefault(style, {}).setdefault(meter, []).append(bar)
        self._rows, self._points = rows, corpus.map
        self._by_meter: dict[Meter, tuple[list[str], Float32[np.ndarray, "bar 2"], list[int]]] = {}

    def has_bars(self, style: str, meter: Meter) -> bool:
        """Whether the style has bars in this meter."""
        return meter in self._rows.get(style, {})

    def nearest(self, style: str, meter: Meter) -> str | None:
        """The nearest style with bars in this meter: itself if it has some, None if no style has."""
        if self.has_bars(style, meter):
            return style
        others, ends, firsts = self._in_meter(meter)
        own = [row for rows in self._rows.get(style, {}).values() for row in rows]
        if not own or not others:
            return others[0] if others else None
        start = _some(self._points, own)
        away = np.sqrt(np.square(start[:, None] - ends[None]).sum(axis=2))
        return others[int(np.minimum.reduceat(away, firsts, axis=1).mean(axis=0).argmin())]

    def _in_meter(self, meter: Meter) -> tuple[list[str], Float32[np.ndarray, "bar 2"], list[int]]:
        """The styles with bars in this meter, some bars of all of them as points, and where those of each begin."""
        if meter not in self._by_meter:
            names = sorted(name for name, by_meter in self._rows.items() if name and meter in by_meter)
            points = [_some(self._points, self._rows[name][meter]) for name in names]
            firsts = np.cumsum([0, *map(len, points)])[:-1].tolist()
            self._by_meter[meter] = names, np.concatenate([np.zeros((0, 2), np.float32), *points]), firsts
        return self._by_meter[meter]

    def why_none(self, style: Style | None, meter: Meter) -> str | None:
        """A sentence for a style with bars, but none in this meter, which offers the nearest; else None.

        A blend has bars if one of its styles has; the nearest is that of its largest share.
        """
        shares = {style: 1.0} if isinstance(style, str) else dict(style or {})
        names = [name for name, share in shares.items() if share > 0 and name in self._rows]
        if not names or any(self.has_bars(name, meter) for name in names):
            return None
        nearest = self.nearest(max(names, key=lambda name: shares[name]), meter)
        offer = "no style has any" if nearest is None else f"the nearest style with bars in it is {nearest!r}"
        whose = " and ".join(map(repr, names)) + (" has" if len(names) == 1 else " have")
        return f"{whose} no bars in {meter_name(meter)}; {offer}"


def _some(points: Float32[np.ndarray, "bar 2"], rows: list[int]) -> Float32[np.ndarray, "some 2"]:
    return points[rows[:: -(-len(rows) // MOST_BARS)]]
