"""Our own grooves: what defines a style, written down as a template, and the bars that are drawn from it.

A template is a file in `templates/`, made to be read and changed; `notation` tells how one is written. `draw` gives one
bar, `bars` gives many; a `Take` is one way of playing a style, whose bars belong together.
"""

from clave.errors import GrooveError
from clave.music.arguments import guard
from clave.rhythm.grooves.drawing import Take, bars, draw, play, take
from clave.rhythm.grooves.notation import LOUDNESS, Feel, Fill, Grid, Layer, Mark, Style, parse
from clave.rhythm.grooves.styles import STYLES, style

__all__ = [
    "LOUDNESS",
    "STYLES",
    "Feel",
    "Fill",
    "Grid",
    "Layer",
    "Mark",
    "Style",
    "Take",
    "bars",
    "draw",
    "parse",
    "play",
    "style",
    "take",
]

guard(globals(), GrooveError)
