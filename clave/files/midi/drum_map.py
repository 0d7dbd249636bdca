"""Drum maps: which note is which drum.

The maps that Clave brings along are the files in `drum_maps/`; one's own is a file of the same kind.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np

from clave.errors import MidiError, VoiceError
from clave.music.arguments import checked
from clave.music.kit import VOICES, voice
from clave.music.shapes import Int

DRUM_CHANNEL = 10  # where MIDI files keep their drums


@checked(MidiError)
@dataclass(frozen=True, eq=False)
class DrumMap:
    """Which voice each of the 128 MIDI notes is; -1 is no drum."""

    name: str
    voices: Int[np.ndarray, "128"]
    all_channels: bool = False  # whether notes on other channels than 10 are drums too

    def __getitem__(self, note: int) -> str | None:
        """The name of a note's voice, None for a note that is no drum."""
        row = int(self.voices[note])
        return None if row < 0 else VOICES[row].name


@cache
def drum_map_names() -> tuple[str, ...]:
    """The drum maps that Clave brings along."""
    found = (entry.name for entry in (resources.files("clave.files.midi") / "drum_maps").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


def load_drum_map(which: str | Path | DrumMap) -> DrumMap:
    """A drum map by name, or from a TOML file of one's own.

    The file holds a table `notes`, a list of note numbers for each voice. It may also say `name = "my kit"`,
    `rest = "other"` for the notes that it does not list, and `channels = "all"` if drums are not on channel 10 alone:

        [notes]
        kick = [35, 36]
        "closed hi-hat" = [42]

    Raises MidiError for an unknown name, an unknown voice, and a note that is outside 0..127 or listed twice.
    """
    if isinstance(which, DrumMap):
        return which
    if str(which) in drum_map_names():
        return _shipped_drum_map(str(which))
    if not str(which).endswith(".toml"):
        raise MidiError(f"no drum map {str(which)!r}; there are {', '.join(drum_map_names())}, or a .toml file")
    try:
        text = Path(which).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MidiError(f"cannot read the drum map {which}: {error}") from error
    return parse_drum_map(text, str(which))


@cache
def _shipped_drum_map(name: str) -> DrumMap:
    file = resources.files("clave.files.midi") / "drum_maps" / f"{name}.toml"
    return parse_drum_map(file.read_text(encoding="utf-8"), name)


def parse_drum_map(text: str, file: str) -> DrumMap:
    """The drum map that a TOML file of this name holds, as `load_drum_map` reads it."""
    try:
        table = tomllib.loads(text)
        notes: object = table.get("notes")
        if not isinstance(notes, dict) or not notes:
            raise MidiError(f"{file}: a drum map has a table [notes], a list of note numbers for each voice")
        voices = np.full(128, -1, np.int8)
        for name, numbers in notes.items():  # pyright: ignore[reportUnknownVariableType]
            for number in numbers if isinstance(numbers, list) else [numbers]:  # pyright: ignore[reportUnknownVariableType]
                if type(number) is not int or not 0 <= number < 128:  # pyright: ignore[reportUnknownArgumentType]
                    raise MidiError(f"{file}: a note is a number in 0..127, got {number!r} for {name}")
                if voices[number] >= 0:
                    raise MidiError(
                        f"{file}: note {number} is listed twice, as {VOICES[voices[number]].name} and {name}"
                    )
                voices[number] = voice(name).index  # pyright: ignore[reportUnknownArgumentType]
        if "rest" in table:
            voices[voices < 0] = voice(table["rest"]).index
        if table.get("channels", "drums") not in ("drums", "all"):
            raise MidiError(f'{file}: channels are "drums" or "all", got {table["channels"]!r}')
    except (tomllib.TOMLDecodeError, VoiceError) as error:
        raise MidiError(f"{file}: {error}") from error
    except RecursionError as error:
        raise MidiError(f"{file}: its lists lie too deep in each other") from error
    voices.setflags(write=False)
    return DrumMap(str(table.get("name", Path(file).stem)), voices, table.get("channels") == "all")


_HAT_EDGES = {22, 26}  # Roland's; General MIDI has no drums there
_TOM_RIM = 58  # Roland's; General MIDI's vibraslap
_TD_11_NOTES = {*_HAT_EDGES, *range(35, 39), *range(40, 54), 55, 57, 58, 59}


_BY_FIT = ("ezdrummer", "addictive-drums", "bfd", "elektron-rytm")
_GOOD_FIT, _BETTER = 0.85, 0.15  # shares of notes
_KIT_NOTES = range(35, 60)  # General MIDI's kit: a file of another map has notes outside


@dataclass(frozen=True)
class MapFit:
    """How well a drum map fits notes: shares of them, 0 to 1."""

    known: float  # notes that it lists
    kit: float  # notes that it lists as something else than "other"


def fit_of(drums: DrumMap, notes: Int[np.ndarray, " note"]) -> MapFit:
    """How well a drum map fits these notes."""
    if not notes.size:
        return MapFit(1.0, 1.0)
    voices = drums.voices[notes]
    known = np.count_nonzero(voices >= 0)
    return MapFit(known / notes.size, (known - np.count_nonzero(voices == len(VOICES) - 1)) / notes.size)


def detect_drum_map(notes: Int[np.ndarray, " note"]) -> DrumMap:
    """The drum map that fits the notes of a song best.

    Roland's TD-11, if a hi-hat edge (22, 26) is among them, or a tom's rim (58) and nothing that a TD-11 does not send;
    General MIDI otherwise. A TD-11 take without any of these reads the same in both maps, but for the cross-stick (37):
    in General MIDI it counts as "other". Where that fits badly, with notes outside of 35 to 59, and the map of another
    program makes at least 15 % more of the notes strokes of the kit, kick, snare and hi-hat among them, it is that one.
    """
    found = {note for note, count in enumerate(np.bincount(notes).tolist()) if count}
    roland = not found.isdisjoint(_HAT_EDGES) or (_TOM_RIM in found and found <= _TD_11_NOTES)
    usual = _shipped_drum_map("td-11" if roland else "general-midi")
    fit = fit_of(usual, notes).kit
    outside = np.count_nonzero((notes < _KIT_NOTES.start) | (notes >= _KIT_NOTES.stop))
    if fit >= _GOOD_FIT or outside < notes.size / 10:
        return usual
    others = [each for each in map(_shipped_drum_map, _BY_FIT) if {0, 1, 2} <= set(each.voices[notes].tolist())]
    best = max(others, key=lambda each: fit_of(each, notes).kit, default=usual)
    return best if fit_of(best, notes).kit >= fit + _BETTER else usual


_IS_KIT = np.isin(np.arange(128), (22, 26, *range(35, 60)))  # tables: a file may have thousands of parts
_IS_KICK = np.isin(np.arange(128), (35, 36))
_IS_BACKBEAT = np.isin(np.arange(128), (22, 26, 38, 40, 42, 44, 46))


def looks_like_drums(notes: Int[np.ndarray, " note"]) -> bool:
    """Whether notes on a channel other than 10 are drums: nine of ten belong to a kit, kick and backbeat among them."""
    in_kit = np.count_nonzero(_IS_KIT[notes])
    return bool(in_kit >= 0.9 * notes.size and _IS_KICK[notes].any() and _IS_BACKBEAT[notes].any())
