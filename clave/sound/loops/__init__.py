"""Drum loops as bars and sounds: `clave.loop.read`.

`strokes` finds strokes and their voices, `bar_lines` tempo and bar line, `likely_strokes` judges strokes once more by
where they lie, `bars` and `one_shots` make of them what is played.
"""

from clave.errors import LoopError
from clave.music.arguments import guard
from clave.sound.loops.bar_lines import BarGrid
from clave.sound.loops.bars import bars_of
from clave.sound.loops.one_shots import LoopSound
from clave.sound.loops.reading import LoopConfidence, LoopHint, LoopReading, read
from clave.sound.loops.strokes import LoopStroke

__all__ = ["BarGrid", "LoopConfidence", "LoopHint", "LoopReading", "LoopSound", "LoopStroke", "bars_of", "read"]

guard(globals(), LoopError)
