"""The drum map that dropped MIDI files are read with: the one that fits, one by name, or the player's own."""

import io
import json
from pathlib import Path

import numpy as np

from clave.app.drum_map_protocol import FIT, OWN, DrumMapFit, DrumMapLook, DrumMapNote, DrumMapState
from clave.errors import MidiError
from clave.files import whole_file
from clave.files.midi.drum_map import DrumMap, drum_map_names, fit_of, load_drum_map, parse_drum_map
from clave.files.midi.map_editing import edited, notes_used, toml_of
from clave.files.midi.parsing import notes_of
from clave.music.kit import VOICES, voice

OWN_NAME = "my drum map"
OWN_FILE, CHOICE_FILE = "drum-map.toml", "drum-map.json"


class DrumMaps:
    """What files are read with, kept in a folder; without one, for as long as this lives."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._own: DrumMap | None = None
        self._reads_with, self._trouble = FIT, ""
        if folder is None:
            return
        try:
            self._own = load_drum_map(folder / OWN_FILE) if (folder / OWN_FILE).is_file() else None
        except MidiError as error:
            self._trouble = str(error)
        self._reads_with = self._kept_choice(folder)

    def state(self) -> DrumMapState:
        """What the page shows."""
        own = None if self._own is None else {
            note: VOICES[row].name for note, row in enumerate(self._own.voices.tolist()) if row >= 0
        }  # fmt: skip
        return DrumMapState(reads_with=self._reads_with, names=list(drum_map_names()), own=own, trouble=self._trouble)

    def current(self) -> DrumMap | None:
        """The map to read with; None: the one that fits."""
        return self.named(self._reads_with)

    def named(self, name: str) -> DrumMap | None:
        """The map of this name; MidiError where there is none."""
        if name == FIT:
            return None
        if name != OWN:
            return load_drum_map(_shipped(name))
        if self._own is None:
            raise MidiError("there is no drum map of your own yet: give a note to a voice, or import one")
        return self._own

    def option(self) -> str | None:
        """The same as `clave learn --drum-map` takes it."""
        if self._reads_with == OWN and self._folder is not None:
            return str(self._folder / OWN_FILE)
        return None if self._reads_with in (FIT, OWN) else self._reads_with

    def choose(self, name: str) -> None:
        """Read with this map from now on."""
        self.named(name)
        self._reads_with = name
        self._write(CHOICE_FILE, json.dumps({"reads_with": name}))

    def edit(self, base: str, notes: dict[int, str | None]) -> None:
        """Keep the map of this name with these notes given to other voices, or left out, and read with it."""
        drums = self.named(base)
        if drums is None:
            raise MidiError(f"a drum map is edited by its name: {OWN}, {', '.join(drum_map_names())}; got {base}")
        given = {note: None if name is None else voice(name) for note, name in notes.items()}
        self._keep(edited(drums, given, OWN_NAME))

    def text(self) -> str:
        """The player's own as the file that `--drum-map` reads."""
        own = self.named(OWN)
        assert own is not None
        return toml_of(own)

    def take(self, text: str) -> None:
        """Keep the map of such a file as the player's own; MidiError for what is none."""
        self._keep(parse_drum_map(text, "the drum map"))

    def look(self, content: bytes, file: str, name: str) -> DrumMapLook:
        """The notes of a MIDI file in the map of this name, and how well the others fit."""
        given = self.named(name)
        drums, used = notes_used([_named_file(content, file)], given)
        notes = notes_of(_named_file(content, file), given)
        maps = {
            **{each: load_drum_map(each) for each in drum_map_names()},
            **({} if self._own is None else {OWN: self._own}),
        }
        fits = [(each, fit_of(drum_map, notes)) for each, drum_map in maps.items()]
        listed = {use.note for use in used if not use.guessed}
        return DrumMapLook(
            name=OWN if name == OWN else drums.name,
            known=float(np.isin(notes, list(listed)).mean()) if notes.size else 1.0,
            notes=[
                DrumMapNote(note=use.note, strokes=use.strokes, bars=use.bars, first_bar=use.first_bar,
                            voice=use.voice.name, guessed=use.guessed, why=use.why)
                for use in used
            ],
            fits=[DrumMapFit(name=each, known=round(fit.known, 4), kit=round(fit.kit, 4))
                  for each, fit in sorted(fits, key=lambda pair: (-pair[1].kit, -pair[1].known))],
        )  # fmt: skip

    def _keep(self, drums: DrumMap) -> None:
        self._own, self._trouble = drums, ""
        self._write(OWN_FILE, toml_of(drums))
        self.choose(OWN)

    def _write(self, name: str, text: str) -> None:
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            whole_file.write(self._folder / name, text.encode())

    def _kept_choice(self, folder: Path) -> str:
        try:
            name = json.loads((folder / CHOICE_FILE).read_text("utf-8"))["reads_with"]
        except (OSError, ValueError, KeyError, TypeError):
            return FIT
        known = name in (FIT, *drum_map_names()) or (name == OWN and self._own is not None)
        return str(name) if known else FIT


def _named_file(content: bytes, name: str) -> io.BytesIO:
    source = io.BytesIO(content)
    source.name = name
    return source


def _shipped(name: str) -> str:
    if name not in drum_map_names():
        raise MidiError(f"no drum map {name!r}; there are {FIT}, {OWN}, {', '.join(drum_map_names())}")
    return name
