"""Controls of the whole project: scenes, song, what moves by itself, playing; and any field by its path."""

from typing import Any, get_args

from clave.errors import ControlError
from clave.music.digits import whole_number
from clave.play.live.arguments import Number, Switch, Text, Values, Whole, Word, from_json_text
from clave.play.live.controls.control import Control, Places
from clave.play.live.controls.fields import change_scene, field
from clave.play.live.patch import check_place, patched
from clave.play.live.scene_changes import scene_in, with_slot
from clave.play.places import scene_bars
from clave.play.project.document import MAX_SCENES, Project, Scene, SongPart
from clave.play.project.movement import MAX_BARS, PARAMETERS, Automation, Breakpoint, Modulation
from clave.play.project.value import MAX_SEED
from clave.play.sequencer import Quantum

SHAPES = ("sine", "triangle", "saw", "square", "random")
PARAMETER = Text("parameter", "a parameter by its name, such as map.x or snare.level")
MAX_MOVEMENTS = 64  # waves of a scene, and curves


# ---- scenes and the song


def _keep(project: Project, places: Places, _: Values) -> Project:
    slot = places[0]
    kept = project.scenes[slot] if slot < len(project.scenes) else None
    return with_slot(project, slot, project.scene.changed(name=kept.name if kept else ""))


def _duplicate(project: Project, places: Places, _: Values) -> Project:
    scene = scene_in(project, places[0])
    free = next((slot for slot, each in enumerate(project.scenes) if each is None), len(project.scenes))
    if free >= MAX_SCENES:
        raise ControlError(f"a project holds {MAX_SCENES} scenes: clear one first")
    return with_slot(project, free, scene.changed(name=scene.name and f"{scene.name} 2"))


def _clear(project: Project, places: Places, _: Values) -> Project:
    scene_in(project, places[0])
    return with_slot(project, places[0], None)


def _rename(project: Project, places: Places, values: Values) -> Project:
    return with_slot(project, places[0], scene_in(project, places[0]).changed(name=str(values[0]).strip()))


def _scene_name(project: Project, places: Places) -> Values | None:
    scene = project.scenes[places[0]] if places[0] < len(project.scenes) else None
    return None if scene is None else (scene.name,)


def _add_part(project: Project, _: Places, values: Values) -> Project:
    slot = int(values[0]) - 1
    scene = scene_in(project, slot)
    bars = int(values[1]) if len(values) > 1 else min(max(scene_bars(scene), 1), MAX_BARS)
    return project.changed(song=(*project.song, SongPart(scene=slot, bars=bars)))


def _part(project: Project, place: int) -> SongPart:
    if place >= len(project.song):
        raise ControlError(f"the song has {len(project.song)} parts, got part {place + 1}")
    return project.song[place]


def _with_part(project: Project, place: int, **changes: Any) -> Project:
    part = _part(project, place)
    bars = changes.get("bars", part.bars)
    changed = part.changed(**{"morph_bars": min(part.morph_bars, bars), **changes})
    return project.changed(song=tuple(changed if index == place else each for index, each in enumerate(project.song)))


def _move_part(project: Project, places: Places, values: Values) -> Project:
    part = _part(project, places[0])
    others = [each for index, each in enumerate(project.song) if index != places[0]]
    to = min(int(values[0]) - 1, len(others))
    return project.changed(song=(*others[:to], part, *others[to:]))


def _remove_part(project: Project, places: Places, _: Values) -> Project:
    _part(project, places[0])
    return project.changed(song=tuple(each for index, each in enumerate(project.song) if index != places[0]))


def _part_field(name: str, takes: Any, text: str) -> Control:
    shift = 1 if name == "scene" else 0  # scenes are counted from 1

    def change(project: Project, places: Places, values: Values) -> Project:
        return _with_part(project, places[0], **{name: values[0] - shift if shift else values[0]})  # pyright: ignore[reportOperatorIssue]

    def read(project: Project, places: Places) -> Values | None:
        value = getattr(project.song[places[0]], name) if places[0] < len(project.song) else None
        return None if value is None else (value + shift if shift else value,)

    return Control(f"/clave/song/{{part}}/{name.replace('_bars', '')}", (takes,), text, change, read)


BARS = Whole("bars", 1, MAX_BARS, "bars")

SCENES = (
    Control(
        "/clave/scene/{scene}/launch",
        (),
        "Plays a kept scene from its beginning, once its step, beat or bar has come.",
        action="launch",
    ),
    Control(
        "/clave/scene/{scene}/morph",
        (BARS,),
        "From the next bar on, goes over to a kept scene in so many bars.",
        action="morph",
    ),
    Control("/clave/scene/{scene}/keep", (), "Keeps what plays as a scene.", _keep),
    Control("/clave/scene/{scene}/duplicate", (), "Copies a scene to the first free place.", _duplicate),
    Control("/clave/scene/{scene}/clear", (), "Empties the place of a scene; the song goes on without it.", _clear),
    Control("/clave/scene/{scene}/name", (Text("name"),), "Names a scene.", _rename, _scene_name),
    Control(
        "/clave/song/play",
        (Whole("part", 1, 1024),),
        "Plays the song, from one of its parts on.",
        action="song",
        optional=1,
    ),
    Control("/clave/song/leave", (), "Plays the present scene instead of the song.", action="leave song"),
    Control(
        "/clave/song/add",
        (Whole("scene", 1, MAX_SCENES), BARS),
        "Puts a scene at the end of the song, for so many bars, or for as many as it has.",
        _add_part,
        optional=1,
    ),
    Control("/clave/song/clear", (), "Empties the song.", lambda project, _, __: project.changed(song=())),
    Control(
        "/clave/song/{part}/move", (Whole("place", 1, 1024),), "Takes a part to another place of the song.", _move_part
    ),
    Control("/clave/song/{part}/remove", (), "Takes a part out of the song.", _remove_part),
    _part_field("scene", Whole("scene", 1, MAX_SCENES), "Which scene a part of the song plays."),
    _part_field("bars", BARS, "How long a part of the song is."),
    _part_field("fill", Switch("on"), "Whether its last bar is a fill."),
    _part_field("morph_bars", Whole("bars", 0, MAX_BARS, "bars"), "Its last bars, on the way to the next part."),
)


# ---- what moves by itself


def _known(name: object) -> str:
    if name not in PARAMETERS:
        raise ControlError(f"no parameter {name!r}; docs/osc.md lists them")
    return str(name)


def _modulate(scene: Scene, _: Places, values: Values) -> Scene:
    name = _known(values[0])
    wave = Modulation(parameter=name, shape=values[1], period=values[2], depth=values[3])  # pyright: ignore[reportArgumentType]
    return _moving(scene.changed(modulations=(*(each for each in scene.modulations if each.parameter != name), wave)))


def _automate(scene: Scene, _: Places, values: Values) -> Scene:
    name, loop_bars, *numbers = values
    low, high, unit, _each = PARAMETERS[_known(name)]
    points = [
        Breakpoint(bar=float(bar), value=float(value)) for bar, value in zip(numbers[::2], numbers[1::2], strict=True)
    ]
    outside = [each.value for each in points if not low <= each.value <= high]
    if outside:
        raise ControlError(f"{name} lies in [{low:g}, {high:g}] {unit}, got {outside[0]:g}")
    curve = Automation(parameter=str(name), breakpoints=tuple(points), loop_bars=int(loop_bars) or None)
    return _moving(scene.changed(automations=(*(each for each in scene.automations if each.parameter != name), curve)))


def _moving(scene: Scene) -> Scene:
    if max(len(scene.modulations), len(scene.automations)) > MAX_MOVEMENTS:
        raise ControlError(f"{MAX_MOVEMENTS} things can move in a scene, and {MAX_MOVEMENTS} do")
    return scene


def _still(scene: Scene, _: Places, values: Values) -> Scene:
    name = _known(values[0]) if values else None
    if name is None:
        return scene.changed(modulations=(), automations=())
    return scene.changed(
        modulations=tuple(each for each in scene.modulations if each.parameter != name),
        automations=tuple(each for each in scene.automations if each.parameter != name),
    )


MOVES = (
    Control(
        "/clave/modulate",
        (PARAMETER, Word("shape", SHAPES), Number("period", 0.001, 4096, "bars"), Number("depth", -400, 400)),
        "A wave moves a parameter around its value, by so much to each side, in the place of any other wave there.",
        change_scene(_modulate),
        at_once=True,
    ),
    Control(
        "/clave/automate",
        (
            PARAMETER,
            Whole("loop", 0, MAX_BARS, "bars"),
            Number("bar", 0, 1_000_000, "bars"),
            Number("value", -400, 20_000),
        ),
        "A curve through these values at these bars of the scene; it begins anew after `loop` bars, 0: never.",
        change_scene(_automate),
        at_once=True,
        repeats=2,
    ),
    Control(
        "/clave/still",
        (PARAMETER,),
        "A parameter stands still again; without an argument, all do.",
        change_scene(_still),
        at_once=True,
        optional=1,
    ),
)


# ---- the whole, and playing


MOST_INDEX = 999_999  # in the lists of a project


def _set(project: Project, _: Places, values: Values) -> Project:
    numbers = [(each, whole_number(each, MOST_INDEX)) for each in str(values[0]).split(".")]
    steps = [each if number is None else number for each, number in numbers]
    check_place(project, steps)
    return patched(project, [(steps, from_json_text("value", str(values[1])))])


WHOLE = (
    Control("/clave/transport/play", (), "Plays, from the beginning.", action="play"),
    Control("/clave/transport/stop", (), "Stops.", action="stop"),
    Control("/clave/transport/toggle", (), "Plays or stops.", action="toggle"),
    Control("/clave/transport/seek", (Whole("bar", 1, 100_000),), "Goes on from the start of this bar.", action="seek"),
    Control(
        "/clave/capture",
        (),
        "Keeps what a hand played, by MIDI or `strike`: the last bar of it becomes the loop, at its place on the map.",
        action="capture",
    ),
    Control("/clave/undo", (), "Takes the latest change back.", action="undo"),
    Control("/clave/redo", (), "Does it again.", action="redo"),
    field("/clave/volume", "volume", Number("volume", 0, 1, "linear"), "How loud the whole is.", at_once=True),
    field(
        "/clave/quantum", "quantum", Word("quantum", get_args(Quantum)), "When a launch or another change takes effect."
    ),
    field("/clave/chance/seed", "seed", Whole("seed", 0, MAX_SEED), "The seed of all chance: probabilities, ratchets."),
    field("/clave/name", "name", Text("name"), "The name of the project."),
    Control(
        "/clave/set",
        (Text("path", "names and numbers with dots, as in a project file"), Text("value", "JSON")),
        'Sets any field of the project, such as `scene.lanes.1.rounds.first` to `"never"`; fields are counted from 0.',
        _set,
    ),
)
