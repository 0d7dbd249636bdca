"""Controls of the place on the map, and of what is generated there."""

import re
from typing import Any

from clave.errors import ControlError
from clave.music.units import MAX_SWING, MAX_TEMPO_BPM, MIN_SWING, MIN_TEMPO_BPM
from clave.play.live.arguments import Number, Text, Values, Whole, Word
from clave.play.live.controls.control import VOICE_SLUGS, Change, Control, Places, Read
from clave.play.live.controls.fields import change_scene, field, read_scene
from clave.play.live.scene_changes import (
    MAX_PHRASE_BARS,
    between_anchors,
    gone_to,
    point_of,
    released,
    with_cell,
    with_settings,
    with_tempo,
)
from clave.play.project.bars import RhythmShift
from clave.play.project.document import Scene
from clave.play.project.movement import MAP_EDGE, MAP_UNITS, MAX_BARS
from clave.play.project.value import MAX_SEED

X = Number("x", -MAP_EDGE, MAP_EDGE, MAP_UNITS)
Y = Number("y", -MAP_EDGE, MAP_EDGE, MAP_UNITS)
NEXT_SEED = 1_664_525, 1_013_904_223  # of a linear congruential generator modulo 2^32 (Numerical Recipes, 1992)


def _map(scene: Scene, _: Places, values: Values) -> Scene:
    return gone_to(scene, (float(values[0]), float(values[1])))


def _map_x(scene: Scene, _: Places, values: Values) -> Scene:
    return gone_to(scene, (float(values[0]), point_of(scene)[1]))


def _map_y(scene: Scene, _: Places, values: Values) -> Scene:
    return gone_to(scene, (point_of(scene)[0], float(values[0])))


def _morph(scene: Scene, _: Places, values: Values) -> Scene:
    return gone_to(scene, between_anchors(scene, float(values[0]), float(values[1])))


def _setting(name: str) -> Change:
    """Sets one of the settings that bars are generated from; without an argument, there is none."""

    def change(scene: Scene, _: Places, values: Values) -> Scene:
        settings: dict[str, Any] = {name: values[0] if values else None}
        return with_settings(scene, **settings)

    return change_scene(change)


def _setting_now(name: str) -> Read:
    def read(scene: Scene, _: Places) -> Values:
        value = getattr(scene.settings, name)
        return () if value is None else (value,)

    return read_scene(read)


def style_of(text: str) -> str | dict[str, float]:
    """A style by its name, or a blend of several, "funk=0.7,samba=0.3"; ControlError for anything else."""
    if "=" not in text:
        return text
    found: dict[str, float] = {}
    for part in text.split(","):
        typed = re.fullmatch(r"\s*(\S.*?)\s*=\s*(\d+\.?\d*|\.\d+)\s*", part)
        if typed is None:
            raise ControlError(f"a blend is NAME=SHARE, with commas between several, got {part!r}")
        found[typed[1]] = float(typed[2])
    return found


def _style(scene: Scene, _: Places, values: Values) -> Scene:
    return with_settings(scene, style=style_of(str(values[0])) if values and values[0] else None)


def _style_now(scene: Scene, _: Places) -> Values:
    style = scene.settings.style
    if isinstance(style, dict):
        return (",".join(f"{name}={share:g}" for name, share in style.items()),)
    return (style or "",)


def _shift(name: str) -> Control:
    def change(scene: Scene, _: Places, values: Values) -> Scene:
        return with_settings(scene, shift=scene.settings.shift.changed(**{name: values[0]}))

    return Control(
        f"/clave/shift/{name}",
        (Number("amount", -3, 3, "standard deviations"),),
        f"How far the {name} of what is generated is shifted from what the space has there.",
        change_scene(change),
        read_scene(lambda scene, _: (getattr(scene.settings.shift, name),)),
        parameter=f"shift.{name}",
    )


def _next_seed(scene: Scene, _: Places, values: Values) -> Scene:  # noqa: ARG001
    factor, step = NEXT_SEED
    return with_settings(scene, seed=(scene.settings.seed * factor + step) % (MAX_SEED + 1))


def _cell(scene: Scene, places: Places, values: Values) -> Scene:
    if places[0] >= len(scene.bars):
        raise ControlError(f"the loop has bars 1 to {len(scene.bars)}, got {places[0] + 1}")
    name, step, velocity, offset = (*values, 0.0)[:4]
    cell = VOICE_SLUGS.index(str(name)), int(step) - 1, float(velocity), float(offset)
    written = with_cell(scene.bars[places[0]], cell)
    return scene.changed(bars=tuple(written if index == places[0] else bar for index, bar in enumerate(scene.bars)))


def _release(scene: Scene, _: Places, values: Values) -> Scene:
    voice = VOICE_SLUGS.index(str(values[0])) if values else None
    fill = None if scene.fill is None else released(scene.fill, voice)
    return scene.changed(bars=tuple(released(bar, voice) for bar in scene.bars), fill=fill)


PLACE = (
    Control(
        "/clave/map",
        (X, Y),
        "Goes to a point of the map; a path is left. Heard at the next step.",
        change_scene(_map),
        read_scene(lambda scene, _: point_of(scene)),
        at_once=True,
    ),
    Control(
        "/clave/map/x",
        (X,),
        "The same, across alone.",
        change_scene(_map_x),
        read_scene(lambda scene, _: point_of(scene)[:1]),
        parameter="map.x",
        at_once=True,
    ),
    Control(
        "/clave/map/y",
        (Y,),
        "The same, up alone.",
        change_scene(_map_y),
        read_scene(lambda scene, _: point_of(scene)[1:]),
        parameter="map.y",
        at_once=True,
    ),
    Control(
        "/clave/morph",
        (Number("u", 0, 1), Number("v", 0, 1)),
        "Goes to the place between the anchors: (0, 0) is A, (1, 0) B, (0, 1) C and (1, 1) D.",
        change_scene(_morph),
        at_once=True,
    ),
    Control(
        "/clave/style",
        (Text("name", "a style, a blend such as funk=0.7,samba=0.3, or nothing for any"),),
        "Generates in a style, at the same place of the map.",
        change_scene(_style),
        read_scene(_style_now),
        optional=1,
    ),
    Control(
        "/clave/style/home",
        (Text("name", "a style of the space"),),
        "Goes to where a style is at home, in its meter and at its usual tempo, and plays.",
        action="style",
    ),
    Control(
        "/clave/section",
        (Word("section", ("beat", "fill")),),
        "What part the bars play.",
        _setting("section"),
        _setting_now("section"),
    ),
    Control(
        "/clave/meter",
        (Whole("beats", 1, 64), Whole("unit", 1, 64)),
        "The time signature of what is generated.",
        change_scene(lambda scene, _, values: with_settings(scene, meter=values)),
        read_scene(lambda scene, _: scene.settings.meter),
    ),
    Control(
        "/clave/variation",
        (Number("share", 0, 1, "share"),),
        "How far a bar varies from what is expected at its place.",
        _setting("variation"),
        _setting_now("variation"),
        parameter="variation",
    ),
    Control(
        "/clave/density",
        (Number("share", 0, 1, "share"),),
        "How dense the bars are; without an argument, as the space has learned.",
        _setting("density"),
        _setting_now("density"),
        parameter="density",
        optional=1,
    ),
    *(_shift(name) for name in RhythmShift.model_fields),
    Control(
        "/clave/seed",
        (Whole("seed", 0, MAX_SEED),),
        "The seed that bars are generated from.",
        _setting("seed"),
        _setting_now("seed"),
    ),
    Control("/clave/seed/next", (), "Another seed: other bars at the same place.", change_scene(_next_seed)),
    Control(
        "/clave/bars",
        (Whole("bars", 1, MAX_PHRASE_BARS, "bars"),),
        "How many bars the loop has.",
        change_scene(lambda scene, _, values: with_settings(scene, int(values[0]))),
        read_scene(lambda scene, _: (len(scene.bars),)),
    ),
    Control(
        "/clave/bar/{bar}/cell",
        (
            Word("voice", VOICE_SLUGS),
            Whole("step", 1, 512, "64ths"),
            Number("velocity", 0, 1),
            Number("offset", -2, 1.999, "steps"),
        ),
        "Writes one cell of a bar of the loop; velocity 0 silences it.",
        change_scene(_cell),
        at_once=True,
        optional=1,
    ),
    Control(
        "/clave/release",
        (Word("voice", VOICE_SLUGS),),
        "Takes away what was written by hand: of one voice, or of all.",
        change_scene(_release),
        at_once=True,
        optional=1,
    ),
    field(
        "/clave/fill/every",
        "scene.fill_every",
        Whole("bars", 0, MAX_BARS, "bars"),
        "A fill in the last of each so many bars; 0: never.",
    ),
    field(
        "/clave/swing",
        "scene.swing",
        Number("place", MIN_SWING, MAX_SWING, "place of the second 16th"),
        "0.5 is straight, 0.667 triplets.",
        parameter="swing",
        at_once=True,
    ),
    Control(
        "/clave/tempo",
        (Number("tempo", MIN_TEMPO_BPM, MAX_TEMPO_BPM, "quarters a minute"),),
        "The tempo.",
        change_scene(lambda scene, _, values: with_tempo(scene, float(values[0]))),
        read_scene(lambda scene, _: (scene.tempo[0].tempo_bpm,)),
        parameter="tempo",
        at_once=True,
    ),
)
