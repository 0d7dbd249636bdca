"""The rhythm map as the page draws it: the bars that were learned from, the ground beneath them, and who is near."""

import numpy as np

from clave.app.kit_builder import named_once
from clave.app.protocol import CorpusMap, MapGround, Neighbour
from clave.music.shapes import Float32, Float64
from clave.play.project.value import Point
from clave.rhythm.corpus_map import STYLE_BANDWIDTH
from clave.rhythm.space import RhythmSpace

SPAN = 3.0  # map units: the page shows [-3, 3]
SIZE = 61  # points in a row of the ground: one every tenth of a map unit
FAR = 0.5  # map units, half a standard deviation of the prior: from here on, the ground is as far as can be


def corpus_map(rhythm: RhythmSpace) -> CorpusMap:
    """The corpus with each name once, coordinates to 1/1000: a tenth of a pixel on the map."""
    sources, source = named_once(rhythm.corpus.sources)
    sections, section = named_once(rhythm.corpus.sections)
    place = {style: n for n, style in enumerate(rhythm.styles)}
    return CorpusMap(
        x=[round(float(x), 3) for x in rhythm.corpus.map[:, 0]],
        y=[round(float(y), 3) for y in rhythm.corpus.map[:, 1]],
        style=[place.get(style, -1) for style in rhythm.corpus.styles],
        styles=list(rhythm.styles),
        section=section,
        sections=sections,
        source=source,
        sources=sources,
        licences=[_licence(rhythm, name) for name in sources],
        own=[index for index, name in enumerate(sources) if name in rhythm.own_sources],
        credit=rhythm.card["credit"],
    )


def ground(rhythm: RhythmSpace) -> MapGround:
    """How far each place lies from what was learned, and how much there is of each style, to 1/1000.

    The distance is the mean of those to the 8 nearest bars, as a share of FAR, 1 at most. The density of a style is the
    kernel density that `sample` draws its points from, as a share of its peak on this lattice; 0 for a style without
    bars.
    """
    axis = np.linspace(-SPAN, SPAN, SIZE, dtype=np.float32)
    x, y = np.meshgrid(axis, axis)
    far = np.clip(rhythm.distance(np.column_stack([x.ravel(), y.ravel()])) / FAR, 0, 1)
    return MapGround(
        size=SIZE,
        span=SPAN,
        distance=far.round(3).tolist(),
        styles={style: shares.ravel().round(3).tolist() for style, shares in _densities(rhythm, axis).items()},
    )


def neighbours(rhythm: RhythmSpace, point: Point, n: int) -> list[Neighbour]:
    """The bars that lie nearest to a point, the nearest first, each with its style, source and licence."""
    corpus = rhythm.corpus
    found: list[Neighbour] = []
    for index in map(int, rhythm.neighbours(point, n)):
        x, y = map(float, corpus.map[index])
        found.append(
            Neighbour(
                x=x,
                y=y,
                style=corpus.styles[index] or None,
                section=corpus.sections[index],
                source=corpus.sources[index],
                licence=_licence(rhythm, corpus.sources[index]),
                distance=float(np.hypot(x - point[0], y - point[1])),
            )
        )
    return found


def _densities(rhythm: RhythmSpace, axis: Float32[np.ndarray, " size"]) -> dict[str, Float64[np.ndarray, "size size"]]:
    """Rows of y, columns of x. A Gaussian of two dimensions is the product of two of one: so many fewer of them."""
    column, row = (
        np.exp(-0.5 * np.square((axis - rhythm.corpus.map[:, [way]]) / STYLE_BANDWIDTH)).astype(np.float64)
        for way in (0, 1)
    )
    styles = np.array(rhythm.corpus.styles)
    found: dict[str, Float64[np.ndarray, "size size"]] = {}
    for style in rhythm.styles:
        density = row[styles == style].T @ column[styles == style]
        found[style] = density / max(density.max(), np.finfo(np.float64).tiny)
    return found


def _licence(rhythm: RhythmSpace, source: str) -> str:
    """The source's own, or that of the space where nobody said."""
    return rhythm.corpus.licences.get(source) or rhythm.card["licence"]
