"""What a person should know of a project before it plays: what is silent, plays otherwise, or is not known here."""

from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING

from clave.errors import ProjectError
from clave.music.kit import VOICES, Voice
from clave.play.decoding import AnyBar, why_not
from clave.play.places import fill_of
from clave.play.project.bars import Edited, Generated, edited
from clave.play.project.document import Project, Scene
from clave.play.project.movement import MAP_UNITS, PARAMETERS, slug
from clave.play.project.saving import unknown_fields
from clave.play.project.voices import KitVoice
from clave.play.sequencer import Point
from clave.play.space_reference import space_reference
from clave.play.travel import vertices

if TYPE_CHECKING:
    from clave.rhythm.space import RhythmSpace
    from clave.sound.space import SoundSpace

MAX_SHOWN = 8  # places or names in one remark

WhyMissing = Callable[[KitVoice], str | None]
"""Why the file of a sound is not here; None: it is."""

NamedScene = tuple[str, Scene]


def remarks(
    project: Project,
    rhythm: "RhythmSpace | None",
    sound: "SoundSpace | None",
    why_missing: WhyMissing,
    kits: Collection[str],
    scenes: Collection[NamedScene] | None = None,
) -> list[str]:
    """A sentence for each thing that is not as it was made, each once: no remark, and all of it plays.

    `kits` are the names of the kits that are built in; `scenes` those that matter, or else all scenes. Bars are looked
    at if a rhythm space is given; without a sound space, voices that need one are silent. Places count from 0, as they
    do in the file.
    """
    found = [*_on_fields(project), *_on_spaces(project, rhythm, sound)]
    for name, scene in all_scenes(project) if scenes is None else scenes:
        on_scene = [] if rhythm is None else list(_on_bars(scene, rhythm))
        for voice, chosen in zip(VOICES, scene.kit.voices, strict=True):
            if reason := why_silent(voice, chosen, sound, why_missing, kits):
                on_scene.append(f"the {voice.name} is silent: {reason}")
        on_scene += _off_the_map(scene)
        found += [f"{name}: {remark}" for remark in on_scene]
    return list(dict.fromkeys(found))


def all_scenes(project: Project) -> list[NamedScene]:
    """The scene that plays, and those that are kept."""
    kept = [(f"scene {index}", scene) for index, scene in enumerate(project.scenes) if scene is not None]
    return [("the scene", project.scene), *kept]


def played_scenes(project: Project) -> list[NamedScene]:
    """The scenes of the song, or the one that plays where there is no song."""
    kept = dict(all_scenes(project))
    names = dict.fromkeys(f"scene {part.scene}" for part in project.song) if project.song else ["the scene"]
    return [(name, kept[name]) for name in names]


def why_silent(
    voice: Voice, chosen: KitVoice, sound: "SoundSpace | None", why_missing: WhyMissing, kits: Collection[str]
) -> str | None:
    """What the sound of a voice needs that is not here; None: it sounds."""
    if chosen.origin == "factory":
        return None if chosen.kit in kits else f"there is no kit {chosen.kit!r}"
    if chosen.origin == "map" or chosen.twin:
        return None if sound is not None and voice.name in sound.voices else "no sound space here knows this voice"
    return why_missing(chosen)


def _on_fields(project: Project) -> Iterator[str]:
    unknown = unknown_fields(project)
    if unknown:
        yield f"fields that this Clave does not know are kept and change nothing: {_listed(unknown)}"


def _on_spaces(project: Project, rhythm: "RhythmSpace | None", sound: "SoundSpace | None") -> Iterator[str]:
    for kind, made_with, here in (("rhythm", project.spaces.rhythm, rhythm), ("sound", project.spaces.sound, sound)):
        if made_with is None or here is None:
            continue
        own = space_reference(here)
        if made_with.name != own.name:
            difference = repr(own.name)
        elif made_with.hash and own.hash and made_with.hash != own.hash:
            difference = "another version of it"
        else:
            continue
        yield (
            f"it was made with the {kind} space {made_with.name!r} and plays with {difference}: it may sound otherwise"
        )


def _off_the_map(scene: Scene) -> Iterator[str]:
    """Each coordinate that its waves and its automation take beyond the map's edge, where it is kept."""
    for name, (low, high, unit, _) in PARAMETERS.items():
        if unit != MAP_UNITS:
            continue
        drawn = [point.value for each in scene.automations if each.parameter == name for point in each.breakpoints]
        swings = [
            abs(each.depth) * max((abs(value) for value in each.values), default=1.0)
            for each in scene.modulations
            if each.parameter == name
        ]
        if not drawn and not swings:
            continue
        rest = drawn or [point["xy".index(name[-1])] for point in _points(scene, name)]
        if rest and (max(rest) + sum(swings) > high or min(rest) - sum(swings) < low):
            yield f"{name} would leave the map: it is kept within [{low:g}, {high:g}]"


def _points(scene: Scene, name: str) -> Iterator[Point]:
    """Where the coordinate of this name rests: the places of the bars or of the path, or of a voice's sound."""
    if not name.startswith("map."):
        own = next(n for n, voice in enumerate(VOICES) if name.startswith(f"{slug(voice.name)}."))
        point = scene.kit.voices[own].point
        yield from () if point is None else (point,)
    elif scene.path is not None and scene.path.travelling:
        yield from vertices(scene)
    else:
        bases = (bar.base if isinstance(bar, Edited) else bar for bar in scene.bars)
        yield from (base.point for base in bases if isinstance(base, Generated))


def _on_bars(scene: Scene, rhythm: "RhythmSpace") -> Iterator[str]:
    """Each reason why bars cannot be made, with the places of these bars."""
    places: dict[str, list[str]] = {}
    for place, bar in _bars(scene):
        reason = bar if isinstance(bar, str) else why_not(bar, rhythm)
        if reason is not None:
            places.setdefault(reason, []).append(place)
    for reason, where in places.items():
        yield f"{_listed(where)} cannot be played: {reason}"


def _bars(scene: Scene) -> Iterator[tuple[str, AnyBar | str]]:
    """The bars that a scene may play, each with its place; or, instead of a bar, why there is none."""
    path = scene.path if scene.path is not None and scene.path.travelling else None
    for index, bar in enumerate(scene.bars):
        yield f"bar {index}", bar
    on_path = Generated(point=(0.0, 0.0), settings=scene.settings)
    if path is not None:
        yield "the path", on_path
        for edit in path.edits:
            try:
                yield f"the edit of bar {edit.bar} of the path", edited(on_path, *edit.operations)
            except ProjectError as error:
                yield f"the edit of bar {edit.bar} of the path", str(error)
    if scene.fill is not None:
        yield "the fill", scene.fill
    elif scene.fill_every:
        yield "its fills", fill_of(on_path if path is not None else scene.bars[0])
    for voice, lane in zip(VOICES, scene.lanes, strict=True):
        if lane.hold is not None:
            yield f"the bar that holds the {voice.name}", lane.hold


def _listed(names: list[str]) -> str:
    more = "" if len(names) <= MAX_SHOWN else f" and {len(names) - MAX_SHOWN} more"
    return ", ".join(names[:MAX_SHOWN]) + more
