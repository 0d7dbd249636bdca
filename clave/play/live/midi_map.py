"""MIDI maps: which note plays which voice, and which control moves what. They are values, kept as JSON files."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, cast, get_args

from clave.errors import MidiMapError, VoiceError
from clave.files import whole_file
from clave.files.midi.drum_map import DrumMap, load_drum_map
from clave.music.digits import whole_number
from clave.music.kit import VOICES, voice
from clave.play.project.movement import slug

FORMAT, VERSION = "clave-midi-map", 1
Kind = Literal[
    "absolute",  # 0..127
    "absolute-14",  # two controls: the coarse one, 0..31, and 32 above it the fine one
    "relative-twos-complement",  # 1 is a step up, 127 a step down
    "relative-offset",  # 65 is a step up, 63 a step down
    "relative-sign",  # 1 is a step up, 65 a step down
    "note",  # a pad or key: 1 while it is held
]
KINDS: tuple[Kind, ...] = get_args(Kind)
RELATIVE = frozenset(kind for kind in KINDS if kind.startswith("relative"))
_REAL, _CHANNEL = (int, float), (int, type(None))
_STRIKES = [f"{slug(each.name)}.strike" for each in VOICES]
STEP = 1 / 128  # of the range of what is moved, for a step of an endless encoder


@dataclass(frozen=True)
class Binding:
    """A control of the controller, and what it moves.

    Raises MidiMapError for a number outside 0..127 (0..31 for `absolute-14`), a channel outside 1..16, a step or
    a range that is not one.
    """

    target: str  # the name of what it moves
    number: int  # of the control or note
    kind: Kind = "absolute"
    channel: int | None = None  # 1 to 16; None hears all of them
    takeover: bool = True  # a control that stands elsewhere moves nothing before it has passed the present value
    step: float = STEP  # of a relative control
    low: float = 0.0  # what the control's lowest position means, in the range 0 to 1 of what it moves
    high: float = 1.0

    def __post_init__(self) -> None:
        highest = 31 if self.kind == "absolute-14" else 127
        in_range = 0 <= self.low <= 1 and 0 <= self.high <= 1 and self.low != self.high
        rules: tuple[tuple[bool, str, object], ...] = (
            (bool(self.target), "a binding names what it moves", self.target),
            (_whole(self.number, 0, highest), f"a number of {self.kind} lies in 0..{highest}", self.number),
            (self.channel is None or _whole(self.channel, 1, 16), "a channel is 1 to 16 or null", self.channel),
            (0 < self.step <= 1, "a step lies in (0, 1]", self.step),
            (in_range, "low and high lie in [0, 1] and differ", (self.low, self.high)),
        )
        for kept, rule, value in rules:
            if not kept:
                raise MidiMapError(f"{rule}, got {value!r}")

    def hears(self, channel: int) -> bool:
        """Whether a message of this channel is for it."""
        return self.channel in (None, channel)


@dataclass(frozen=True)
class MidiMap:
    """What a player's controller does, by name.

    Raises MidiMapError for a note or voice that there is not, and for two bindings of one control.
    """

    name: str
    notes: Mapping[int, int] = field(default_factory=dict[int, int])  # note to voice
    controls: tuple[Binding, ...] = ()
    channel: int | None = None  # of the notes, 1 to 16; None hears all of them
    programs: bool = True  # whether program changes launch scenes

    def __post_init__(self) -> None:
        if self.channel is not None and not _whole(self.channel, 1, 16):
            raise MidiMapError(f"a channel is 1 to 16 or null, got {self.channel!r}")
        for note, row in self.notes.items():
            if not _whole(note, 0, 127):
                raise MidiMapError(f"a note lies in 0..127, got {note!r}")
            if not _whole(row, 0, len(VOICES) - 1):
                raise MidiMapError(f"a voice is a row in 0..{len(VOICES) - 1}, got {row!r} for note {note}")
        taken: dict[tuple[bool, int, int | None], str] = {}
        for each in self.controls:
            key = (each.kind == "note", each.number, each.channel)
            if key in taken:
                raise MidiMapError(
                    f"a control moves one thing, got {taken[key]} and {each.target} for number {each.number}"
                )
            taken[key] = each.target

    def with_binding(self, binding: Binding) -> "MidiMap":
        """With this binding; what the same control moved, and what moved the same target, is let go.

        A pad that is bound to `snare.strike` becomes a note of the snare, with its velocity.
        """
        if binding.kind == "note" and binding.target in _STRIKES:
            return self.with_note(binding.number, _STRIKES.index(binding.target))
        key = (binding.kind == "note", binding.number)
        kept = tuple(
            each
            for each in self.controls
            if each.target != binding.target
            and ((each.kind == "note", each.number) != key or not _overlap(each.channel, binding.channel))
        )
        return MidiMap(self.name, self.notes, (*kept, binding), self.channel, self.programs)

    def with_note(self, note: int, row: int) -> "MidiMap":
        """With this note for the voice."""
        return MidiMap(self.name, {**self.notes, note: row}, self.controls, self.channel, self.programs)


def map_of_drums(which: str | Path | DrumMap = "general-midi", name: str | None = None) -> MidiMap:
    """The notes of a drum map (`clave.files.midi`), on its channel; no controls."""
    drums = load_drum_map(which)
    notes = {note: int(row) for note, row in enumerate(drums.voices) if row >= 0}
    return MidiMap(name or drums.name, notes)


def map_to_json(given: MidiMap) -> str:
    """A map as the text of its file."""
    table = {
        "format": FORMAT,
        "version": VERSION,
        "name": given.name,
        "channel": given.channel,
        "programs": given.programs,
        "notes": {str(note): VOICES[row].name for note, row in sorted(given.notes.items())},
        "controls": [asdict(each) for each in given.controls],
    }
    return json.dumps(table, indent=1) + "\n"


def map_from_json(text: str, file: str = "the map") -> MidiMap:
    """The inverse of `map_to_json`; MidiMapError names the file, the rule and the value that broke it."""
    try:
        table = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MidiMapError(f"{file}: a MIDI map is JSON: {error}") from error
    if not isinstance(table, dict) or table.get("format") != FORMAT:
        raise MidiMapError(f'{file}: a MIDI map has "format": "{FORMAT}"')
    if table.get("version") != VERSION:
        raise MidiMapError(f"{file}: the version of a MIDI map is {VERSION}, got {table.get('version')!r}")
    try:
        return MidiMap(
            name=_typed(table, "name", str),
            notes={_note(key): voice(name).index for key, name in _typed(table, "notes", dict).items()},
            controls=tuple(map(_binding, _typed(table, "controls", list))),
            channel=_channel(table.get("channel")),
            programs=_typed(table, "programs", bool),
        )
    except (MidiMapError, VoiceError) as error:
        raise MidiMapError(f"{file}: {error}") from error


def load_map(path: Path | str) -> MidiMap:
    """A map from its file; MidiMapError names the file, the rule and the value."""
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MidiMapError(f"{path}: cannot be read ({error})") from error
    return map_from_json(text, str(path))


def save_map(given: MidiMap, path: Path | str) -> None:
    """Write a map to a file; MidiMapError if that cannot be done, and then an old file stays as it was."""
    try:
        whole_file.write(path, map_to_json(given).encode())
    except OSError as error:
        raise MidiMapError(f"{path}: cannot be written ({error.strerror})") from error


def _whole(value: object, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high


def _overlap(one: int | None, other: int | None) -> bool:
    return one is None or other is None or one == other


def _note(key: str) -> int:
    note = whole_number(key, 999)
    if note is None:
        raise MidiMapError(f"a note is a number in 0..127, got {key!r}")
    return note


def _channel(value: object) -> int | None:
    if type(value) not in _CHANNEL:
        raise MidiMapError(f"a channel is 1 to 16 or null, got {value!r}")
    return cast("int | None", value)


def _typed(table: dict[str, Any], name: str, kind: type) -> Any:
    if type(table.get(name)) is not kind:
        words = {str: "a text", dict: "a table", list: "a list", bool: "true or false"}
        raise MidiMapError(f"{name!r} is {words[kind]}, got {table.get(name)!r}")
    return table[name]


_TYPES: dict[str, tuple[type, ...]] = {
    "target": (str,),
    "number": (int,),
    "kind": (str,),
    "channel": _CHANNEL,
    "takeover": (bool,),
    "step": _REAL,
    "low": _REAL,
    "high": _REAL,
}


def _binding(row: object) -> Binding:
    known = [each.name for each in fields(Binding)]
    if not isinstance(row, dict):
        raise MidiMapError(f"a binding is a table, got {row!r}")
    given = cast(dict[str, Any], row)
    _refuse_others(given, known)
    for name, types in _TYPES.items():
        if name in given and type(given[name]) not in types:
            raise MidiMapError(f"{name!r} of a binding has another type, got {given[name]!r}")
    if given.get("kind", "absolute") not in KINDS:
        raise MidiMapError(f"a kind is one of {', '.join(KINDS)}, got {given['kind']!r}")
    if not {"target", "number"} <= given.keys():
        raise MidiMapError(f"a binding has a target and a number, got {given!r}")
    return Binding(**given)


def _refuse_others(given: Mapping[str, object], known: Iterable[str]) -> None:
    for name in given:
        if name not in known:
            raise MidiMapError(f"a binding has {', '.join(known)}, got {name!r}")
