"""What a person should know of a project before it plays: what is silent, plays otherwise, or is not known here."""

from collections.abc import Iterator, Sequence

from clave.app.kit_builder import KitBuilder
from clave.music.kit import VOICES
from clave.music.units import meter_name
from clave.play.project.bars import Complete, Edited, FollowTaps, Generated, Given, Humanise
from clave.play.project.document import Project, Scene
from clave.play.project.saving import unknown_fields
from clave.play.project.voices import KitVoice
from clave.rhythm.space import RhythmSpace

AnyBar = Generated | Given | Edited
UNKNOWN_SHOWN = 8


def remarks_on(project: Project, rhythm: RhythmSpace, builder: KitBuilder) -> list[str]:
    """A sentence each, and each once."""
    found = [*_on_fields(project), *_on_spaces(project, rhythm, builder)]
    for name, scene in _scenes(project):
        found += [f"{name}: {remark}" for remark in (*_on_bars(scene, rhythm), *_on_kit(scene, builder))]
    return list(dict.fromkeys(found))


def _scenes(project: Project) -> Iterator[tuple[str, Scene]]:
    yield "the scene", project.scene
    for index, scene in enumerate(project.scenes):
        if scene is not None:
            yield f"scene {index}", scene


def _on_fields(project: Project) -> Iterator[str]:
    unknown = unknown_fields(project)
    if unknown:
        listed = ", ".join(unknown[:UNKNOWN_SHOWN])
        more = "" if len(unknown) <= UNKNOWN_SHOWN else f" and {len(unknown) - UNKNOWN_SHOWN} more"
        yield f"fields that this Clave does not know are kept and change nothing: {listed}{more}"


def _on_spaces(project: Project, rhythm: RhythmSpace, builder: KitBuilder) -> Iterator[str]:
    sound = builder.info()
    here = {"rhythm": str(rhythm.card["name"]), "sound": None if sound is None else sound.name}
    for kind, own in here.items():
        wanted = getattr(project.spaces, kind)
        if wanted is not None and own is not None and wanted.name != own:
            yield f"it was made with the {kind} space {wanted.name!r} and plays with {own!r}: it may sound otherwise"


def _on_bars(scene: Scene, rhythm: RhythmSpace) -> Iterator[str]:
    bars: list[AnyBar] = [*scene.bars, *([] if scene.fill is None else [scene.fill])]
    bars += [lane.hold for lane in scene.lanes if lane.hold is not None]
    meters = {bar.meter for bar in bars if not isinstance(bar.base if isinstance(bar, Edited) else bar, Given)}
    meters |= {scene.settings.meter} if scene.path is not None else set()
    for meter in sorted(meters - set(rhythm.meters)):
        yield f"the rhythm space does not know bars of {meter_name(meter)}: those it would make cannot be played"
    named = {style for bar in bars for style in _styles(bar)} | set(_names(scene.settings.style))
    for style in sorted(named - set(rhythm.styles)):
        yield f"the rhythm space has no style {style!r}: bars of it cannot be played"


def _styles(bar: AnyBar) -> Iterator[str]:
    """The styles that a bar names."""
    base = bar.base if isinstance(bar, Edited) else bar
    if isinstance(base, Generated):
        yield from _names(base.settings.style)
    for operation in bar.operations if isinstance(bar, Edited) else ():
        if isinstance(operation, Humanise | Complete | FollowTaps):
            yield from _names(operation.style)
        if isinstance(operation, Humanise) and operation.like is not None:
            yield from _styles(operation.like)


def _names(style: str | dict[str, float] | None) -> list[str]:
    return [] if style is None else [style] if isinstance(style, str) else list(style)


def _on_kit(scene: Scene, builder: KitBuilder) -> Iterator[str]:
    sound = builder.info()
    for voice, chosen in zip(VOICES, scene.kit.voices, strict=True):
        missing = _missing(chosen, builder, () if sound is None else sound.voices, voice.name)
        if missing:
            yield f"the {voice.name} is silent: {missing}"


def _missing(chosen: KitVoice, builder: KitBuilder, learned: Sequence[str], voice: str) -> str | None:
    """What the sound of a voice needs and is not there."""
    if chosen.origin == "factory":
        return None if chosen.kit in builder.kits else f"there is no kit {chosen.kit!r}"
    if chosen.origin == "map" or chosen.twin:
        return None if voice in learned else "no sound space that knows this voice is loaded"
    if builder.library.has_file(chosen.file or ""):
        return None
    return f"the file {chosen.file_name or chosen.file} is not kept here: drop it on the voice"
