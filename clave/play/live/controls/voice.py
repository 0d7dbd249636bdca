"""Controls of one voice: how it plays its row, how it sounds, how it is mixed; and of the kit, the room and the bus."""

from typing import Any, get_args

from clave.errors import ControlError
from clave.music.playback_settings import MAX_DECAY, MAX_GAIN, MAX_TUNE, MIN_DECAY, MIN_GAIN, MIN_TUNE
from clave.music.units import MAX_SWING, MIN_SWING
from clave.play.live.arguments import Number, Switch, Text, Values, Whole, Word
from clave.play.live.controls.control import Control, Places
from clave.play.live.controls.fields import change_scene, field, read_scene
from clave.play.live.scene_changes import with_kit
from clave.play.project.document import Scene
from clave.play.project.movement import MAP_EDGE, MAP_UNITS
from clave.play.project.value import MAX_SEED
from clave.play.project.voices import (
    MAX_CUTOFF_HZ,
    MAX_CYCLE_ROUNDS,
    MAX_LOOP_STEPS,
    MAX_NUDGE_MS,
    MAX_RATCHET,
    MAX_RESONANCE_DB,
    MIN_CUTOFF_HZ,
    MIN_RESONANCE_DB,
    FilterType,
    KitVoice,
    Rounds,
    SoundShift,
)
from clave.play.room import RoomSize
from clave.play.sequencer import MAX_LEVEL
from clave.sound.drum_synth import KITS

SHARE = "share"
LANE, MIX = "scene.lanes.*", "scene.mix.*"
POINT = Number("x", -MAP_EDGE, MAP_EDGE, MAP_UNITS), Number("y", -MAP_EDGE, MAP_EDGE, MAP_UNITS)


def _rounds(name: str, what: str) -> Control:
    """In which rounds something happens: the cycle as text of 0 and 1, and what the first round does."""

    def change(scene: Scene, places: Places, values: Values) -> Scene:
        text = str(values[0])
        if not 1 <= len(text) <= MAX_CYCLE_ROUNDS or set(text) - {"0", "1"}:
            raise ControlError(f"cycle is 1 to {MAX_CYCLE_ROUNDS} digits, 0 or 1, got {text!r}")
        before: Rounds = getattr(scene.lanes[places[0]], name)
        first = values[1] if len(values) > 1 else before.first
        rounds = Rounds(cycle=tuple(each == "1" for each in text), first=first)  # pyright: ignore[reportArgumentType]
        lanes = list(scene.lanes)
        lanes[places[0]] = lanes[places[0]].changed(**{name: rounds})
        return scene.changed(lanes=tuple(lanes))

    def read(scene: Scene, places: Places) -> Values:
        rounds: Rounds = getattr(scene.lanes[places[0]], name)
        return "".join(str(int(each)) for each in rounds.cycle), rounds.first

    return Control(
        f"/clave/voice/{{voice}}/{name.replace('_', '/')}",
        (Text("cycle", "a digit a round: 1 it happens, 0 not"), Word("first", ("too", "never", "only"))),
        f"In which rounds {what}; and the very first one: as the cycle says (too), never, or it alone (only).",
        change_scene(change),
        read_scene(read),
        at_once=True,
        optional=1,
    )


def _voice_field(name: str, spot: str, takes: Any, text: str, *, automated: bool = True, none: bool = False) -> Control:
    """One field of how a voice plays or is mixed; `automated`: it is a parameter of the same name."""
    parameter = name.replace("/", "_") if automated else ""
    return field(f"/clave/voice/{{voice}}/{name}", spot, takes, text, parameter=parameter, at_once=True, none=none)


LANES = (
    Control(
        "/clave/voice/{voice}/hold",
        (Switch("on"),),
        "The row of the voice stays as it is played now, whatever else changes; or goes with the map again.",
        read=read_scene(lambda scene, places: (scene.lanes[places[0]].hold is not None,)),
        action="hold",
    ),
    Control(
        "/clave/voice/{voice}/strike",
        (Number("velocity", 0.001, 1),),
        "Plays the voice once, now.",
        action="strike",
        optional=1,
    ),
    _voice_field(
        "density", f"{LANE}.density", Number("share", 0, 1, SHARE), "How many of its strokes sound, the loudest first."
    ),
    _voice_field("probability", f"{LANE}.probability", Number("share", 0, 1, SHARE), "How likely a stroke sounds."),
    _rounds("rounds", "its strokes sound"),
    _voice_field(
        "ratchet", f"{LANE}.ratchet", Whole("strokes", 1, MAX_RATCHET, "strokes"), "Strokes in the place of one."
    ),
    _voice_field(
        "ratchet/probability",
        f"{LANE}.ratchet_probability",
        Number("share", 0, 1, SHARE),
        "How likely a stroke becomes as many.",
    ),
    _rounds("ratchet_rounds", "strokes may become several"),
    _voice_field(
        "accent",
        f"{LANE}.accent",
        Number("share", -1, 1, SHARE),
        "Louder on the beat and softer beside it; below 0 the contrary.",
    ),
    _voice_field(
        "nudge",
        f"{LANE}.nudge_ms",
        Number("nudge", -MAX_NUDGE_MS, MAX_NUDGE_MS, "ms"),
        "How late its strokes come; below 0, early.",
    ),
    _voice_field(
        "swing",
        f"{LANE}.swing",
        Number("place", MIN_SWING, MAX_SWING, "place of the second 16th"),
        "Its own swing; without an argument, that of the scene.",
        none=True,
    ),
    _voice_field(
        "loop",
        f"{LANE}.loop_steps",
        Whole("steps", 1, MAX_LOOP_STEPS, "64ths"),
        "The length of its own loop; without an argument, the bar.",
        automated=False,
        none=True,
    ),
)

MIXES = (
    _voice_field("level", f"{MIX}.level", Number("level", 0, MAX_LEVEL, "linear"), "How loud it is."),
    _voice_field("pan", f"{MIX}.pan", Number("pan", -1, 1, "left to right"), "Where it stands."),
    _voice_field("mute", f"{MIX}.mute", Switch("on"), "Silences it.", automated=False),
    _voice_field("solo", f"{MIX}.solo", Switch("on"), "Silences those that are not soloed.", automated=False),
    _voice_field("filter", f"{MIX}.filter", Word("filter", get_args(FilterType)), "Its filter.", automated=False),
    _voice_field(
        "cutoff", f"{MIX}.cutoff_hz", Number("cutoff", MIN_CUTOFF_HZ, MAX_CUTOFF_HZ, "Hz"), "Where the filter cuts."
    ),
    _voice_field(
        "resonance",
        f"{MIX}.resonance_db",
        Number("resonance", MIN_RESONANCE_DB, MAX_RESONANCE_DB, "dB"),
        "The gain at the cutoff.",
        automated=False,
    ),
    _voice_field("send", f"{MIX}.send", Number("send", 0, 1, "linear"), "How much of it goes into the room."),
)


def _with_sound(scene: Scene, voice: int, **changes: Any) -> Scene:
    sound = scene.kit.voices[voice]
    if sound.locked and "locked" not in changes:
        raise ControlError("the sound is locked: send 0 to the control `sound/lock` of the voice first")
    voices = list(scene.kit.voices)
    voices[voice] = sound.changed(**changes)
    return scene.changed(kit=scene.kit.changed(voices=tuple(voices)))


def _moved(scene: Scene, voice: int, x: float, y: float) -> Scene:
    """The sound at another point of its map; what belonged to its old point or file is left."""
    sound = scene.kit.voices[voice]
    kept = {
        name: getattr(sound, name)
        for name in ("variation", "seed", "shift", "gain", "tune", "decay", "velocity_layers")
    }
    moved = KitVoice(origin="map", point=(x, y), **kept)
    return _with_sound(
        scene, voice, **{name: getattr(moved, name) for name in KitVoice.model_fields if name != "locked"}
    )


def _sound_at(scene: Scene, places: Places, values: Values) -> Scene:
    return _moved(scene, places[0], float(values[0]), float(values[1]))


def _sound_axis(axis: int) -> Control:
    def change(scene: Scene, places: Places, values: Values) -> Scene:
        point = list(scene.kit.voices[places[0]].point or (0.0, 0.0))
        point[axis] = float(values[0])
        return _moved(scene, places[0], *point)

    def read(scene: Scene, places: Places) -> Values | None:
        point = scene.kit.voices[places[0]].point
        return None if point is None else (point[axis],)

    name = "xy"[axis]
    return Control(
        f"/clave/voice/{{voice}}/sound/{name}",
        (POINT[axis],),
        f"The same, {('across', 'up')[axis]} alone.",
        change_scene(change),
        read_scene(read),
        parameter=f"sound.{name}",
    )


def _sound(name: str, of: str, takes: Any, text: str, parameter: str = "") -> Control:
    """One field of the sound of a voice; a locked sound refuses it."""

    def change(scene: Scene, places: Places, values: Values) -> Scene:
        return _with_sound(scene, places[0], **{of: values[0]})

    return Control(
        f"/clave/voice/{{voice}}/sound/{name}",
        (takes,),
        text,
        change_scene(change),
        read_scene(lambda scene, places: (getattr(scene.kit.voices[places[0]], of),)),
        parameter=parameter,
    )


def _sound_shift(name: str) -> Control:
    def change(scene: Scene, places: Places, values: Values) -> Scene:
        shift = scene.kit.voices[places[0]].shift.changed(**{name: values[0]})
        return _with_sound(scene, places[0], shift=shift)

    return Control(
        f"/clave/voice/{{voice}}/sound/shift/{name}",
        (Number("amount", -3, 3, "standard deviations"),),
        f"How far the {name} of its sound is shifted.",
        change_scene(change),
        read_scene(lambda scene, places: (getattr(scene.kit.voices[places[0]].shift, name),)),
        parameter=f"shift.{name}",
    )


def _kit_name(scene: Scene, _: Places, values: Values) -> Scene:
    return with_kit(scene, str(values[0]))


SOUNDS = (
    Control(
        "/clave/voice/{voice}/sound",
        POINT,
        "Its sound is the one at a point of its sound map.",
        change_scene(_sound_at),
        read_scene(lambda scene, places: scene.kit.voices[places[0]].point),
    ),
    _sound_axis(0),
    _sound_axis(1),
    _sound(
        "variation",
        "variation",
        Number("share", 0, 1, SHARE),
        "How far its sound varies from what is expected at its point.",
    ),
    _sound("seed", "seed", Whole("seed", 0, MAX_SEED), "The seed of that variation."),
    *(_sound_shift(name) for name in SoundShift.model_fields),
    _sound("tune", "tune", Number("tune", MIN_TUNE, MAX_TUNE, "semitones"), "Tunes its sound.", "tune"),
    _sound(
        "decay",
        "decay",
        Number("decay", MIN_DECAY, MAX_DECAY, "ratio"),
        "How long it rings: 0.5 is half as long.",
        "decay",
    ),
    _sound(
        "gain", "gain", Number("gain", MIN_GAIN, MAX_GAIN, "linear"), "The gain of its sound, before the mix.", "gain"
    ),
    _sound("layers", "velocity_layers", Switch("on"), "Whether softer strokes also sound softer."),
    _sound("twin", "twin", Switch("on"), "Of a file: plays what the space makes of it."),
    _sound("levelled", "levelled", Switch("on"), "Of a file: as loud as its voice is in a kit."),
    _sound("lock", "locked", Switch("on"), "The sound stays as it is when kits come and go."),
    Control(
        "/clave/kit",
        (Word("kit", tuple(each.name for each in KITS)),),
        "A built-in kit; locked sounds stay.",
        change_scene(_kit_name),
        read_scene(lambda scene, _: (scene.kit.name,)),
    ),
    field(
        "/clave/room/size",
        "scene.room.size",
        Word("size", get_args(RoomSize)),
        "The room that voices are sent to.",
        at_once=True,
    ),
    field(
        "/clave/room/level", "scene.room.level", Number("level", 0, 1, "linear"), "How loud the room is.", at_once=True
    ),
    field(
        "/clave/bus/drive", "scene.bus.drive", Number("share", 0, 1, SHARE), "How far the sum is driven.", at_once=True
    ),
    field(
        "/clave/bus/glue",
        "scene.bus.glue",
        Number("share", 0, 1, SHARE),
        "How far the sum is compressed.",
        at_once=True,
    ),
)
