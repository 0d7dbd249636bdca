"""How the spaces work, stage by stage: what encoder and decoder make of a bar, a map point and a sound."""

from base64 import b64encode

import numpy as np
from fastapi import FastAPI

from clave.app.explain_protocol import (
    ComparedBar,
    ExplainBarRequest,
    ExplainedBar,
    ExplainedPoint,
    ExplainedSound,
    ExplainPointRequest,
    ExplainSoundRequest,
    LevelPicture,
    MapEllipse,
    StruckCell,
)
from clave.app.kit_builder import KitBuilder
from clave.audio.log_spectrogram import SHORT_BANDS, DrumSpectrogram
from clave.files import audio_file
from clave.music.clip import Clip
from clave.music.pattern import Pattern
from clave.music.shapes import Bool
from clave.play.project.value import Point
from clave.rhythm import explanation as rhythm_explanation
from clave.rhythm.explanation import DecodeSettings, compare, decode_point, encode_bar
from clave.rhythm.space import RhythmSpace
from clave.sound.explanation import Levels, as_bytes, difference_db, phase_in_words

DIGITS = 4


def add_explain_routes(app: FastAPI, rhythm: RhythmSpace, builder: KitBuilder) -> None:
    """The first bar in each meter takes a third of a second longer: the whole map is decoded for it."""

    @app.post("/api/explain/bar")
    def bar(request: ExplainBarRequest) -> ExplainedBar:
        return explained_bar(rhythm, request.pattern.pattern())

    @app.post("/api/explain/point")
    def point(request: ExplainPointRequest) -> ExplainedPoint:
        return explained_point(rhythm, request)

    @app.post("/api/explain/sounds/{voice}")
    def sound(voice: int, request: ExplainSoundRequest) -> ExplainedSound:
        return explained_sound(builder, voice, request)


def explained_bar(rhythm: RhythmSpace, bar: Pattern) -> ExplainedBar:
    """What the encoder makes of a bar."""
    encoded, feel_size = encode_bar(rhythm, bar), rhythm.decoder.feel_size
    detail = [round(number, DIGITS) for number in encoded.code.detail[0].tolist()]
    return ExplainedBar(
        guess=_point(encoded.guess),
        point=_point(encoded.code.map[0].tolist()),
        posterior=_ellipse(encoded.posterior),
        feel=detail[:feel_size],
        strokes=detail[feel_size:],
        again=_compared(encoded.again, bar),
    )


def explained_point(rhythm: RhythmSpace, request: ExplainPointRequest) -> ExplainedPoint:
    """What the decoder makes of a point, beside a bar."""
    bar = request.pattern.pattern()
    settings = DecodeSettings(
        bar.meter, request.style, request.section, request.density, request.variation, request.seed
    )
    decoded = decode_point(rhythm, request.point, settings)
    return ExplainedPoint(
        probability=np.round(decoded.probability.astype(np.float64), DIGITS).tolist(),
        threshold=round(decoded.threshold, DIGITS),
        likely=_compared(decoded.likely, bar),
        drawn=_compared(decoded.drawn, bar),
    )


def explained_sound(builder: KitBuilder, voice: int, request: ExplainSoundRequest) -> ExplainedSound:
    """What the sound space makes of a sound of a kit."""
    clip, found = builder.explain(voice, request.sound, with_detail=request.with_detail)
    spectrogram = builder.space.spectrogram
    return ExplainedSound(
        nsgt=_picture(found.nsgt, found.nsgt),
        spectrogram=_picture(found.log_spectrogram, found.log_spectrogram),
        attack_bands=SHORT_BANDS if isinstance(spectrogram, DrumSpectrogram) else 0,
        point=_point(found.code.map[0].tolist()),
        detail=[round(number, DIGITS) for number in found.code.detail[0].tolist()],
        decoded=_picture(found.decoded, found.log_spectrogram),
        heard=_picture(found.heard, found.log_spectrogram),
        nsgt_of_sound=_picture(found.nsgt_of_sound, found.nsgt),
        model_db=round(difference_db(found.log_spectrogram, found.decoded), 2),
        phase_db=round(difference_db(found.decoded, found.heard), 2),
        phase=phase_in_words(spectrogram),
        sound=_wav(clip),
        decoded_sound=_wav(found.sound),
        random_phase=_wav(found.random_phase),
    )


def _compared(bar: Pattern, original: Pattern) -> ComparedBar:
    found = compare(bar, original)
    return ComparedBar(
        kept=_cells(found.kept), gained=_cells(found.gained), lost=_cells(found.lost), f1=round(found.f1, DIGITS)
    )


def _cells(struck: Bool[np.ndarray, "voice step"]) -> list[StruckCell]:
    return [(int(voice), int(step)) for voice, step in np.argwhere(struck)]


def _ellipse(ellipse: rhythm_explanation.Ellipse) -> MapEllipse:
    long, short = (round(radius, DIGITS) for radius in ellipse.radii)
    return MapEllipse(centre=_point(ellipse.centre), radii=(long, short), angle=round(ellipse.angle, DIGITS))


def _point(at: tuple[float, float] | list[float]) -> Point:
    return round(at[0], DIGITS), round(at[1], DIGITS)


def _picture(levels: Levels, beside: Levels) -> LevelPicture:
    """The levels as a picture, as bright as those beside it where they are as loud."""
    bands, frames = levels.shape
    return LevelPicture(bands=bands, frames=frames, levels=_base64(as_bytes(levels, float(beside.max()))))


def _wav(clip: Clip) -> str:
    return _base64(audio_file.to_bytes(clip))


def _base64(content: bytes) -> str:
    return b64encode(content).decode()
