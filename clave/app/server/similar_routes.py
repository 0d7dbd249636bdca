"""More like this: the bars that are like a bar, the sounds that are like a sound, and where they lie."""

from collections import Counter

from fastapi import FastAPI

from clave.app.kit_builder import KitBuilder
from clave.app.similar_protocol import (
    FoundBar,
    FoundSound,
    SimilarBars,
    SimilarBarsRequest,
    SimilarSounds,
    SimilarSoundsRequest,
    StyleShare,
)
from clave.play.project.bars import BarPattern
from clave.play.project.value import Point
from clave.rhythm.space import RhythmSpace

STYLES_FROM = 24  # most like bars, whose styles are counted
STYLES = 4
DIGITS = 4


def add_similar_routes(app: FastAPI, rhythm: RhythmSpace, builder: KitBuilder) -> None:
    """The first search of each kind reads what is searched in, and takes some seconds."""

    @app.post("/api/similar/bars")
    def bars(request: SimilarBarsRequest) -> SimilarBars:
        return similar_bars(rhythm, request)

    @app.post("/api/similar/sounds/{voice}")
    def sounds(voice: int, request: SimilarSoundsRequest) -> SimilarSounds:
        found = builder.similar(voice, request.sound, request.n)
        return SimilarSounds(
            found=[
                FoundSound(
                    source=each.source, licence=each.licence, distance=round(float(each.distance), DIGITS),
                    point=_point(*each.code.map[0].tolist()), detail=each.code.detail[0].tolist(),
                )
                for each in found
            ]
        )  # fmt: skip


def similar_bars(rhythm: RhythmSpace, request: SimilarBarsRequest) -> SimilarBars:
    """Where the bar lies, the styles of the bars that are like it, and the most like ones."""
    bar = request.pattern.pattern()
    [near] = rhythm.similar([bar], max(request.n, STYLES_FROM))
    shown = near[: request.n]
    place, *points = rhythm.locate([bar, *(each.pattern for each in shown)]).tolist()
    styles = Counter(each.style for each in near[:STYLES_FROM] if each.style)
    return SimilarBars(
        point=_point(*place),
        distance=round(float(rhythm.distance([place])[0]), DIGITS),
        styles=[StyleShare(style=style, share=round(count / min(len(near), STYLES_FROM), DIGITS))
                for style, count in styles.most_common(STYLES)],
        found=[
            FoundBar(
                source=each.source, bar=each.number + 1, style=each.style, licence=each.licence,
                agreement=round(float(each.agreement), DIGITS), distance=round(float(each.distance), DIGITS),
                pattern=BarPattern.of(each.pattern), point=_point(*(each.point or point)),
            )
            for each, point in zip(shown, points, strict=True)
        ],
    )  # fmt: skip


def _point(x: float, y: float) -> Point:
    return round(float(x), DIGITS), round(float(y), DIGITS)
