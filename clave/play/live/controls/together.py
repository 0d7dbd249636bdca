"""Controls of playing together: taps and strokes of the player, how Clave answers them, and Ableton Link."""

from clave.play.live.arguments import Number, Switch, Word
from clave.play.live.controls.control import Control

MODES = ("off", "agree", "vary", "oppose")
VELOCITY = Number("velocity", 0.001, 1)
DISTANCE = Number("distance", 0, 1, "share")

ANSWER = (
    Control(
        "/clave/voice/{voice}/tap",
        (VELOCITY,),
        "The player strikes this voice, on an instrument that sounds by itself: heard for the answer, not played.",
        action="tap",
        optional=1,
    ),
    Control(
        "/clave/tap",
        (VELOCITY,),
        "The player taps, with no voice: in a bar of such taps alone, drums are played to them. A page keeps them for "
        "/clave/taps/drums too, and the first one starts its music, with a click.",
        action="tap along",
        optional=1,
    ),
    Control(
        "/clave/answer",
        (Word("mode", MODES), DISTANCE),
        "How Clave answers each bar that the player plays: at its place of the map with its strokes (agree), near by "
        "(vary), or far away and where it is silent (oppose).",
        action="answer",
        optional=1,
        said=True,
    ),
    Control("/clave/answer/distance", (DISTANCE,), "How far the answer goes.", action="answer distance", said=True),
    Control(
        "/clave/answer/join",
        (Switch("on"),),
        "Whether the answer has strokes of the player too, or leaves them to the player.",
        action="answer join",
        said=True,
    ),
    Control(
        "/clave/answer/rest",
        (Switch("on"),),
        "Whether Clave rests while the player is quiet, or goes on with its last answer.",
        action="answer rest",
        said=True,
    ),
)

LINK = (
    Control(
        "/clave/link",
        (Switch("on"),),
        "Joins the Ableton Link session of this network, or leaves it. Needs the extra `link`.",
        action="link",
        said=True,
    ),
)
