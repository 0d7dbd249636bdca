"""Controls of the path over the map, and of the anchors it may go through."""

from typing import Any

from clave.play.live.arguments import Number, Switch, Values, Whole, Word
from clave.play.live.controls.control import ANCHORS, Change, Control, Places, Read
from clave.play.live.controls.fields import change_scene, read_scene
from clave.play.live.controls.place import X, Y
from clave.play.live.scene_changes import anchor_of, travelling, with_anchor, with_path
from clave.play.project.document import Scene
from clave.play.project.movement import MAX_BARS, Path


def _path(**names: Any) -> Change:
    (name, convert), *_ = names.items()
    return change_scene(lambda scene, _, values: with_path(scene, **{name: convert(values[0])}))


def _path_now(name: str) -> Read:
    return read_scene(lambda scene, _: None if scene.path is None else (getattr(scene.path, name),))


def _points(scene: Scene, _: Places, values: Values) -> Scene:
    numbers = [float(value) for value in values]
    points = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    kept = scene.path or Path()
    path = Path(points=points, curve=kept.curve, smoothing=kept.smoothing, bars=kept.bars, way=kept.way)
    return scene.changed(path=path)


def _travel(scene: Scene, _: Places, values: Values) -> Scene:
    with_path(scene)  # refuses where there is none
    return travelling(scene, on=bool(values[0]))


PATH = (
    Control(
        "/clave/anchor/{anchor}",
        (X, Y),
        "Sets an anchor; once A and B are set, a path leads through the anchors.",
        change_scene(
            lambda scene, places, values: with_anchor(scene, ANCHORS[places[0]], (float(values[0]), float(values[1])))
        ),
        read_scene(lambda scene, places: anchor_of(scene, ANCHORS[places[0]])),
    ),
    Control(
        "/clave/path/points",
        (X, Y, X, Y),
        "A path through these points, two or more, which is travelled from now on.",
        change_scene(_points),
        repeats=2,
    ),
    Control(
        "/clave/path/clear",
        (),
        "Takes the path away; the anchors stay.",
        change_scene(lambda scene, _, __: scene.changed(path=None)),
    ),
    Control(
        "/clave/path/travel",
        (Switch("on"),),
        "Plays along the path, or the loop.",
        change_scene(_travel),
        _path_now("travelling"),
    ),
    Control(
        "/clave/path/bars",
        (Whole("bars", 1, MAX_BARS, "bars"),),
        "How long the path is.",
        _path(bars=int),
        _path_now("bars"),
    ),
    Control(
        "/clave/path/way",
        (Word("way", ("once", "loop", "ping-pong")),),
        "What comes after its end.",
        _path(way=str),
        _path_now("way"),
    ),
    Control(
        "/clave/path/curve",
        (Word("curve", ("line", "smooth")),),
        "How it goes from point to point.",
        _path(curve=str),
        _path_now("curve"),
    ),
    Control(
        "/clave/path/smoothing",
        (Number("share", 0, 1, "share"),),
        "How far a drawn path is smoothed.",
        _path(smoothing=float),
        _path_now("smoothing"),
    ),
    Control(
        "/clave/path/between",
        (Word("between", ("strokes", "map")),),
        "What lies between its points: as few changed strokes as can be, or the bars of the map.",
        _path(between=str),
        _path_now("between"),
    ),
    Control(
        "/clave/path/quantum",
        (Word("quantum", ("step", "beat", "bar")),),
        "How often the place on the path is looked at.",
        _path(quantum=str),
        _path_now("quantum"),
    ),
    Control(
        "/clave/path/even",
        (Switch("on"),),
        "Whether what one hears changes evenly along it.",
        change_scene(lambda scene, _, values: with_path(scene, stops=() if values[0] else None)),
        read_scene(lambda scene, _: None if scene.path is None else (scene.path.stops is not None,)),
    ),
)
