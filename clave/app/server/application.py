"""The whole instrument as one application.

What computes is no coroutine, and so runs in a pool of threads (`pools`): the page is answered meanwhile.
"""

from collections.abc import Sequence
from pathlib import Path

from fastapi import FastAPI, Response
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.staticfiles import StaticFiles

from clave.app.drum_maps import DrumMaps
from clave.app.kit_builder import BUILT_IN, KitBuilder, OfferedKit
from clave.app.kit_library import KitLibrary
from clave.app.loops import Loops
from clave.app.project_remarks import remarks_here
from clave.app.protocol import (
    Instrument,
    KitInfo,
    MidiRequest,
    Refusal,
    SoundInfo,
    SpaceInfo,
    StyleHome,
    StyleMeters,
    VoiceInfo,
)
from clave.app.server.bodies import PatientBodies
from clave.app.server.drum_map_routes import add_drum_map_routes
from clave.app.server.explain_routes import add_explain_routes
from clave.app.server.export_routes import add_export_routes
from clave.app.server.kit_routes import add_kit_routes, add_library_routes
from clave.app.server.learn_routes import add_learn_routes
from clave.app.server.live_routes import add_live_routes
from clave.app.server.loop_routes import add_loop_routes
from clave.app.server.material_routes import add_material_routes
from clave.app.server.page_bridge import PageBridge
from clave.app.server.page_files import STATIC, UNBUILT, page_is_built
from clave.app.server.pools import use_pools
from clave.app.server.project_routes import add_project_routes
from clave.app.server.refusals import add_refusals
from clave.app.server.rhythm_routes import add_bar_routes, add_map_routes, add_pattern_routes
from clave.app.server.security import guarded
from clave.app.server.similar_routes import add_similar_routes
from clave.app.server.sound_routes import add_sound_routes
from clave.app.server.together import together
from clave.app.verdict_info import verdict_info
from clave.files import midi
from clave.music.kit import VOICES
from clave.play.project import Project
from clave.play.space_reference import space_reference
from clave.rhythm.homes import homes_of
from clave.rhythm.space import RhythmSpace
from clave.sound.space import SoundSpace


def create_app(
    rhythm: RhythmSpace,
    sound: SoundSpace | None = None,
    kits: Sequence[OfferedKit] = BUILT_IN,
    static: Path = STATIC,
    library: KitLibrary | None = None,
    project: Project | None = None,
    bridge: PageBridge | None = None,
) -> FastAPI:
    """The whole instrument as one application.

    `kits` are synthesised on the first request for one. Without a sound space, only they and files are played;
    without a library, what the player keeps lasts as long as the application. The page opens with the project, if there
    is one. `bridge` moves it by OSC and WebSocket; its invitation opens it to whoever has the token.
    """
    from clave import __version__

    app = FastAPI(
        title="Clave",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        separate_input_output_schemas=False,  # one name for a bar, whoever sends it
        responses={"4XX": {"model": Refusal}, "5XX": {"model": Refusal}},
    )
    use_pools(app)
    bridge = bridge or PageBridge()
    app.add_middleware(PatientBodies)
    app.add_middleware(guarded, bridge.invitation)
    add_refusals(app)
    library = library or KitLibrary()
    builder = KitBuilder(sound, kits, library)
    add_map_routes(app, rhythm)
    add_pattern_routes(app, rhythm)
    add_bar_routes(app, rhythm)
    maps = DrumMaps(None if library.path is None else library.path.parent)
    add_material_routes(app, rhythm, maps)
    add_drum_map_routes(app, maps)
    add_loop_routes(app, Loops(rhythm, builder))
    add_sound_routes(app, builder)
    add_similar_routes(app, rhythm, builder)
    add_explain_routes(app, rhythm, builder)
    add_kit_routes(app, builder)
    add_library_routes(app, library)
    add_export_routes(app, rhythm, sound, library)
    add_project_routes(app, rhythm, lambda each: remarks_here(each, rhythm, sound, library, builder.kits), project)
    add_learn_routes(app, maps)
    add_live_routes(app, together(bridge, rhythm))
    instrument = _instrument(__version__, rhythm, builder.info(), kits)

    @app.get("/api/instrument")
    async def instrument_info() -> Instrument:
        return instrument

    _add_midi(app)
    _add_page(app, static)
    return app


def _add_midi(app: FastAPI) -> None:
    """Bars as a MIDI file."""

    @app.post("/api/midi", response_class=Response)
    def midi_file(request: MidiRequest) -> Response:
        content = midi.to_bytes(
            [bar.pattern() for bar in request.patterns],
            tempo_bpm=request.tempo_bpm,
            swing=request.swing,
            on_grid=request.on_grid,
        )
        headers = {"content-disposition": 'attachment; filename="groove.mid"'}
        return Response(content, headers=headers, media_type="audio/midi")


def _add_page(app: FastAPI, static: Path) -> None:
    """The page and its files."""

    @app.get("/", include_in_schema=False)
    async def page() -> Response:
        if not page_is_built(static):
            return HTMLResponse(UNBUILT, status_code=503)
        return FileResponse(
            static / "index.html", headers={"cache-control": "no-cache"}
        )  # a new version is loaded at once

    if static.is_dir():
        app.mount("/", StaticFiles(directory=static))


def _instrument(version: str, rhythm: RhythmSpace, sound: SoundInfo | None, kits: Sequence[OfferedKit]) -> Instrument:
    """All that the page must know before it draws."""
    return Instrument(
        version=version,
        space=_space_info(rhythm),
        sound=sound,
        voices=[
            VoiceInfo(
                name=voice.name,
                note=voice.note,
                colour=voice.colour,
                choke_group=voice.choke_group,
                aliases=list(voice.aliases),
            )
            for voice in VOICES
        ],
        kits=[KitInfo(name=kit.name, label=kit.label) for kit in kits],
    )


def _space_info(rhythm: RhythmSpace) -> SpaceInfo:
    return SpaceInfo(
        name=rhythm.card["name"],
        reference=space_reference(rhythm),
        styles=list(rhythm.styles),
        style_homes=[
            StyleHome(style=home.style, point=home.point, tempo_bpm=home.tempo_bpm, meter=home.meter)
            for home in homes_of(rhythm)
        ],
        style_meters=[
            StyleMeters(style=style, nearest=[rhythm.style_meters.nearest(style, meter) for meter in rhythm.meters])
            for style in rhythm.styles
        ],
        sections=list(rhythm.sections),
        meters=list(rhythm.meters),
        directions=list(rhythm.directions),
        bars=len(rhythm.corpus.map),
        licence=rhythm.card["licence"],
        credit=rhythm.card["credit"],
        verdict=verdict_info(rhythm.verdict),
    )
