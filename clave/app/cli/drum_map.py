"""`clave drum-map`: which notes MIDI files use, and a drum map of one's own for those that no map knows."""

from pathlib import Path
from typing import Annotated

import typer

from clave.app.cli.options import DrumMap
from clave.errors import MidiError

Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="MIDI files.")]
MapOut = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="TOML", help="Write a map to edit to this new file."),
]


def drum_map(files: Files, out: MapOut = None, drum_map: DrumMap = None) -> None:
    """List the notes that MIDI files use as drums, and write a drum map of your own.

    Of each note it says how many strokes it has and which voice it is. A note that the map does not list is guessed;
    the written map marks it, for you to change. Use it with --drum-map.
    """
    from clave.files import midi, whole_file
    from clave.files.midi.map_editing import map_text, notes_used

    if out is not None and (out.suffix != ".toml" or out.exists()):
        raise MidiError(f"{out}: a drum map is written to a new file that ends in .toml")
    base, used = notes_used(files, None if drum_map is None else midi.load_drum_map(drum_map))
    strokes, guessed = sum(use.strokes for use in used), [use for use in used if use.guessed]
    print(f"{base.name}: lists {1 - sum(use.strokes for use in guessed) / strokes:.0%} of {strokes} strokes")
    for use in used:
        print(f"{use.note:4} {use.strokes:6} strokes  {use.voice.name}{' (a guess)' if use.guessed else ''}")
    if out is not None:
        whole_file.write(out, map_text(out.stem, base, used).encode())
        print(f"{out}: a drum map; {len(guessed)} notes in it are guesses")
