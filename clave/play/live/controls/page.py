"""Controls of what a page alone can do: it has the sounds that are tried, the bars that were heard, taps and files."""

from clave.play.live.arguments import Number, Text, Whole, Word
from clave.play.live.controls.control import Control

MOST_HEARD_BARS = 64  # that a page remembers

IN_PAGE = (
    Control("/clave/surprise", (), "A new pattern and eight new sounds; what is held stays.", action="surprise"),
    Control(
        "/clave/complete",
        (),
        "Generates anew what is not held of the bar, with another seed each time.",
        action="complete",
    ),
    Control(
        "/clave/feel",
        (Number("amount", 0, 1, "share"),),
        "Plays the strokes of the bar anew as a drummer of the style does, so far.",
        action="feel",
    ),
    Control("/clave/taps/clear", (), "Forgets the taps.", action="clear taps"),
    Control("/clave/taps/drums", (), "A whole bar for what was tapped.", action="drums for taps"),
    Control(
        "/clave/keep",
        (Whole("bars", 1, MOST_HEARD_BARS, "bars"),),
        "Keeps the last bars that were heard, as scenes at the end of the song.",
        action="keep bars",
    ),
    Control(
        "/clave/record",
        (),
        "Records the moves of a hand as automation from the next bar on, or ends that.",
        action="record",
    ),
    Control(
        "/clave/export",
        (Text("format", "midi, wav, stems, or a format of `clave export`"),),
        "Saves what is heard as a file, on the device of the page that leads.",
        action="export",
    ),
    Control(
        "/clave/export/last",
        (Word("format", ("midi", "wav", "stems")), Whole("bars", 1, MOST_HEARD_BARS, "bars")),
        "Saves the last bars that were heard, as they were heard.",
        action="export bars",
    ),
    Control("/clave/kit/keep", (Text("name"),), "Keeps the eight sounds as a kit of this name.", action="keep kit"),
    Control("/clave/kit/kept", (Text("name"),), "Plays a kept kit.", action="kept kit"),
    Control(
        "/clave/voice/{voice}/sound/random",
        (),
        "Another sound of the voice, near its present one.",
        action="random sound",
    ),
    Control(
        "/clave/path/orbit",
        (Number("radius", 0.01, 3, "map units"),),
        "A path round the place on the map.",
        action="orbit",
    ),
    Control("/clave/path/wander", (), "A path that wanders where bars are.", action="wander"),
    Control("/clave/path/anchors", (), "A path through the anchors, in their order.", action="path through anchors"),
)
