"""Hi-hats that say by their pedal alone how far they are open: controller 4, 127 closed, 0 open."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from clave.files.midi.drum_map import DrumMap
from clave.files.midi.drum_tracks import Notes

_HAT = 42
_OTHER_HATS = (22, 26, 44, 46)  # from a module that says open and closed by notes
_PEDAL = 4
_OPEN, _WIDE_OPEN = 64, 32  # below


def hats_by_pedal(notes: Notes, tracks: Iterable[Any], wanted: DrumMap | None, remarks: list[str]) -> Notes:
    """The notes, with the voices of hi-hats by the pedal, where all hi-hats of the file are one note.

    Only a pedal that is seen both pressed and wide open while the hi-hat is struck decides.
    """
    struck = notes["pitch"].astype(np.uint8).tobytes()
    if _HAT not in struck or any(note in struck for note in _OTHER_HATS) or (wanted and wanted.voices[_HAT] != 2):
        return notes
    controls = [track.controls.numpy() for track in tracks if len(track.controls)]
    moves = [(each["time"][at], each["value"][at]) for each in controls if (at := each["number"] == _PEDAL).any()]
    if not moves:
        return notes
    time, value = (np.concatenate(column) for column in zip(*moves, strict=True))
    order = time.argsort(kind="stable")
    before = time[order].searchsorted(notes["time"], side="right")
    pedal = np.append(127, value[order])[before]
    hat = notes["pitch"] == _HAT
    if pedal[hat].min() >= _WIDE_OPEN or pedal[hat].max() < _OPEN:
        return notes
    is_open = hat & (pedal < _OPEN)
    named = notes.get("named", np.full(hat.size, -1, np.int8))
    remarks.append(f"{int(is_open.sum())} hi-hats are open by their pedal (controller {_PEDAL})")
    return notes | {"named": np.where(is_open, 3, named).astype(np.int8)}
