"""What a hand does to a scene: another place on the map, other settings, anchors, a kit. Each makes a new scene.

The page has the same rules (`web/src/rules/scene.ts`), held to the same fixture.
"""

from collections.abc import Sequence
from typing import Any

from clave.errors import ControlError
from clave.music.kit import VOICES
from clave.music.units import steps_per_bar
from clave.play.places import fill_of
from clave.play.project.bars import Bar, Cell, Edited, Generated, GenerationSettings, Given, Phrase, SetCells, edited
from clave.play.project.document import Project, Scene
from clave.play.project.movement import Anchor, Path
from clave.play.project.voices import KitVoice, ProjectKit
from clave.rhythm.homes import Home

MAX_PHRASE_BARS = 64  # that the space makes together
PHRASE_VARIATION = 0.25  # of the bars of a phrase, until the player sets another
ENDS = ("A", "B")

Point = tuple[float, float]


# ---- the place on the map


def point_of(scene: Scene) -> Point:
    """Where the first bar of the loop lies on the map; the middle for one that lies nowhere."""
    base = _base(scene.bars[0])
    return (0.0, 0.0) if base.point is None else base.point


def moved(scene: Scene, point: Point, settings: GenerationSettings | None = None, count: int | None = None) -> Scene:
    """The scene at another place of the map; what was written by hand into its bars stays."""
    settings = settings or scene.settings
    count = loop_of(scene) if count is None else count
    layers = [hand_cells(bar) for bar in scene.bars]
    own = [
        Generated(
            point=point, settings=settings, phrase=None if count == 1 else Phrase(bars=count, index=index, fill=False)
        )
        for index in range(count)
    ]
    bars = tuple(_with_cells(bar, layers[index % len(layers)]) for index, bar in enumerate(own))
    in_fill = hand_cells(scene.fill) if scene.fill is not None else ()
    return scene.changed(
        settings=settings, bars=bars, fill=_with_cells(fill_of(bars[-1]), in_fill) if in_fill else None
    )


def gone_to(scene: Scene, point: Point) -> Scene:
    """The same, and the path is left."""
    return travelling(moved(scene, point), on=False)


def with_settings(scene: Scene, count: int | None = None, **changes: Any) -> Scene:
    """The scene with other settings of generation, or so many bars in its loop.

    A fill is one bar, and a new phrase gets some variation, so that its bars are no copies of each other.
    """
    settings: GenerationSettings = scene.settings.changed(**changes)
    bars = loop_of(scene) if count is None else count
    if changes.get("section") == "fill":
        bars = 1
    if count is not None and count > 1:
        if settings.section == "fill":
            settings = settings.changed(section="beat")
        if len(scene.bars) == 1 and settings.variation == 0:
            settings = settings.changed(variation=PHRASE_VARIATION)
    return moved(_unevened(scene), point_of(scene), settings, bars)


def loop_of(scene: Scene) -> int:
    """How many bars the loop has at another place of the map: what was given is no loop of the map's."""
    given = any(isinstance(_base(bar), Given) for bar in scene.bars)
    return 1 if given else min(len(scene.bars), MAX_PHRASE_BARS)


def _base(bar: Bar) -> Generated | Given:
    return bar.base if isinstance(bar, Edited) else bar


# ---- what was written by hand


def _whole(bar: Edited, operation: SetCells) -> bool:
    """Whether the operation writes a whole bar down, which is no work of a hand."""
    return len(operation.cells) >= len(VOICES) * steps_per_bar(bar.meter)


def hand_cells(bar: Bar) -> tuple[Cell, ...]:
    """The cells of a bar that were written by hand, each as it was written last."""
    if not isinstance(bar, Edited):
        return ()
    anew = [place for place, each in enumerate(bar.operations) if each.kind in ("complete", "taps")]
    since = bar.operations[anew[-1] + 1 :] if anew else bar.operations
    found: dict[tuple[int, int], Cell] = {}
    for operation in since:
        if isinstance(operation, SetCells) and not _whole(bar, operation):
            found |= {(cell[0], cell[1]): cell for cell in operation.cells}
    return tuple(found.values())


def _with_cells(bar: Bar, cells: Sequence[Cell]) -> Bar:
    within = tuple(cell for cell in cells if cell[1] < steps_per_bar(bar.meter))
    return edited(bar, SetCells(cells=within)) if within else bar


def with_cell(bar: Bar, cell: Cell) -> Bar:
    """The bar with one more cell written by hand; ControlError for a step outside of it."""
    steps = steps_per_bar(bar.meter)
    if cell[1] >= steps:
        raise ControlError(f"step is one of the bar, 1 to {steps}, got {cell[1] + 1}")
    last = bar.operations[-1] if isinstance(bar, Edited) else None
    if not isinstance(bar, Edited) or not isinstance(last, SetCells):
        return edited(bar, SetCells(cells=(cell,)))
    kept = tuple(each for each in last.cells if each[:2] != cell[:2])
    return bar.changed(operations=(*bar.operations[:-1], SetCells(cells=(*kept, cell))))


def released(bar: Bar, voice: int | None = None) -> Bar:
    """The bar without what was written by hand: of one voice, or of all."""
    if not isinstance(bar, Edited):
        return bar
    kept: list[Any] = []
    for operation in bar.operations:
        if not isinstance(operation, SetCells) or _whole(bar, operation):
            kept.append(operation)
        elif cells := tuple(cell for cell in operation.cells if voice is not None and cell[0] != voice):
            kept.append(SetCells(cells=cells))
    return bar.changed(operations=tuple(kept)) if kept else bar.base


# ---- anchors and the path


def anchor_of(scene: Scene, name: str) -> Point | None:
    """Where the anchor of this name is set."""
    return next((each.point for each in scene.anchors if each.name == name), None)


def with_anchor(scene: Scene, name: str, point: Point) -> Scene:
    """The scene with an anchor there; a path through anchors begins once A and B are set, one that was drawn stays."""
    others = [each for each in scene.anchors if each.name != name]
    lettered = sorted(
        (each for each in (*others, Anchor(name=name, point=point)) if each.name in ("A", "B", "C", "D")),
        key=lambda each: each.name,
    )
    anchors = (*lettered, *(each for each in others if each.name not in ("A", "B", "C", "D")))
    if scene.path is not None and scene.path.points:
        return scene.changed(anchors=anchors)
    leads = all(any(each.name == end for each in anchors) for end in ENDS)
    path = (_uneven(scene.path) if scene.path is not None else Path(travelling=False)) if leads else None
    return scene.changed(anchors=anchors, path=path)


def between_anchors(scene: Scene, u: float, v: float) -> Point:
    """The point between the four anchors: (0, 0) is A, (1, 0) B, (0, 1) C and (1, 1) D."""
    corners = [anchor_of(scene, name) for name in "ABCD"]
    if any(corner is None for corner in corners):
        missing = [name for name, corner in zip("ABCD", corners, strict=True) if corner is None]
        raise ControlError(f"it goes between four anchors, and {', '.join(missing)} is not set")
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = (corner for corner in corners if corner is not None)

    def mixed(a: float, b: float, c: float, d: float) -> float:
        return (1 - v) * ((1 - u) * a + u * b) + v * ((1 - u) * c + u * d)

    return mixed(ax, bx, cx, dx), mixed(ay, by, cy, dy)


def travelling(scene: Scene, *, on: bool) -> Scene:
    """The scene on its path, or beside it; a scene without a path stays as it is."""
    if scene.path is None or scene.path.travelling == on:
        return scene
    return scene.changed(path=scene.path.changed(travelling=on))


def with_path(scene: Scene, **changes: Any) -> Scene:
    """The scene with its path changed; ControlError without one."""
    if scene.path is None:
        raise ControlError("there is no path: set anchors A and B, or send /clave/path/points")
    path = scene.path.changed(**changes) if "stops" in changes else _uneven(scene.path).changed(**changes)
    rounds = path.bars if path.way != "ping-pong" else max(1, 2 * path.bars - 2)
    return scene.changed(path=path.changed(edits=tuple(each for each in path.edits if each.bar < rounds)))


def _uneven(path: Path) -> Path:
    """The path with its stops still to be found, if it has any."""
    return path.changed(stops=()) if path.stops else path


def _unevened(scene: Scene) -> Scene:
    return scene if scene.path is None else scene.changed(path=_uneven(scene.path))


# ---- kit, tempo, scenes


def with_given(scene: Scene, bar: Given) -> Scene:
    """The scene whose loop is this bar, beside its path."""
    settings = scene.settings.changed(meter=bar.meter)
    return travelling(scene, on=False).changed(settings=settings, bars=(bar,), fill=None)


def gone_home(scene: Scene, home: Home) -> Scene:
    """The scene where a style is at home, in its meter and at its usual tempo."""
    settings = scene.settings.changed(style=home.style, section="beat", meter=home.meter)
    there = moved(travelling(scene, on=False), home.point, settings)
    return there if home.tempo_bpm is None else with_tempo(there, home.tempo_bpm)


def with_hold(scene: Scene, voice: int, bar: Bar | None) -> Scene:
    """The scene with the row of a voice held as this bar has it; None: it is let go."""
    lanes = list(scene.lanes)
    lanes[voice] = lanes[voice].changed(hold=bar)
    return scene.changed(lanes=tuple(lanes))


def with_kit(scene: Scene, name: str) -> Scene:
    """The scene with a kit of the synthesizer; voices whose sound is locked keep it."""
    voices = tuple(each if each.locked else KitVoice(origin="factory", kit=name) for each in scene.kit.voices)
    return scene.changed(kit=ProjectKit(name=name, voices=voices))


def with_tempo(scene: Scene, tempo_bpm: float) -> Scene:
    """Another tempo at the start; later changes of it stay."""
    return scene.changed(tempo=(scene.tempo[0].changed(tempo_bpm=tempo_bpm), *scene.tempo[1:]))


def with_slot(project: Project, slot: int, scene: Scene | None) -> Project:
    """The project with this scene in its place, or with that place emptied: then the song goes without it."""
    scenes = list(project.scenes) + [None] * (slot + 1 - len(project.scenes))
    scenes[slot] = scene
    while scenes and scenes[-1] is None:
        scenes.pop()
    song = tuple(part for part in project.song if part.scene < len(scenes) and scenes[part.scene] is not None)
    return project.changed(scenes=tuple(scenes), song=song)


def scene_in(project: Project, slot: int) -> Scene:
    """The scene that is kept there; ControlError for an empty place."""
    scene = project.scenes[slot] if slot < len(project.scenes) else None
    if scene is None:
        raise ControlError(f"scene {slot + 1} is empty")
    return scene
