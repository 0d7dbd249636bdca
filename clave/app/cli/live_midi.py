"""MIDI of `clave live`: its options, and what they make of an engine."""

from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from clave.errors import MidiPortError
from clave.play.scheduler import LOOK_AHEAD_SECONDS

if TYPE_CHECKING:
    from clave.play.live.arguments import Values
    from clave.play.live.engine import Engine
    from clave.play.live.link_clock import LinkClock
    from clave.play.live.midi_desk import MidiDesk
    from clave.play.live.midi_map import MidiMap
    from clave.play.output import Output

MidiOut = Annotated[
    str | None,
    typer.Option("--midi-out", metavar="PORT", help="Send strokes to this MIDI port too: its name or a part of it."),
]
MidiAhead = Annotated[
    float,
    typer.Option(
        "--midi-ahead",
        metavar="MS",
        min=10,
        max=1000,
        help="Hand notes to the port this long before their time, 300 on a busy computer; moves are heard later too.",
    ),
]
PlayerCC = Annotated[
    str | None,
    typer.Option(
        "--player-cc",
        metavar="X,Y,DENSITY,SYNCOPATION",
        help="Send what the player's bar is like as these four controls of the MIDI port, such as 20,21,22,23.",
    ),
]
ClockOut = Annotated[
    bool, typer.Option("--clock-out", help="Send clock, start, stop and song position to the port of --midi-out too.")
]
MidiIn = Annotated[
    list[str] | None,
    typer.Option(
        "--midi-in",
        metavar="PORT",
        help="Take notes, controls and program changes from this MIDI port: its name or a part of it; may be repeated.",
    ),
]
MidiMapFile = Annotated[
    Path | None,
    typer.Option("--midi-map", metavar="FILE", help="What its notes and controls do; else notes of General MIDI."),
]
ClockIn = Annotated[
    str | None, typer.Option("--clock-in", metavar="PORT", help="Follow the MIDI clock that comes in at this port.")
]
Grid = Annotated[
    str | None,
    typer.Option("--grid", metavar="PORT", help="A Launchpad at this port: its pads launch scenes and toggle 16ths."),
]
GridModelName = Annotated[
    str,
    typer.Option(
        "--grid-model",
        metavar="NAME",
        help="launchpad (X, Mini MK3, Pro MK3, in programmer mode) or launchpad-s (S, Mini MK1 and MK2).",
    ),
]


class MidiSent(NamedTuple):
    """What goes out by MIDI."""

    port: str | None
    ahead_seconds: float
    clock: bool
    player_cc: str | None

    @property
    def look_ahead_seconds(self) -> float:
        """How far ahead of their time strokes are to be queued."""
        return self.ahead_seconds + LOOK_AHEAD_SECONDS / 2

    def check(self) -> None:
        """Raise MidiPortError for what needs a port where none is named."""
        if self.port is None and self.clock:
            raise MidiPortError("--clock-out sends the clock to the port of --midi-out, which is not given: name one")
        if self.port is None and self.player_cc is not None:
            raise MidiPortError("--player-cc sends controls to the port of --midi-out, which is not given: name one")


class MidiHeard(NamedTuple):
    """What comes in by MIDI: the ports, and the file of the map."""

    controllers: tuple[str, ...]
    midi_map: Path | None
    clock: str | None
    grid: str | None
    grid_model: str

    def check(self) -> None:
        """Raise MidiPortError for a map that nothing goes through."""
        if self.midi_map is not None and not self.controllers:
            raise MidiPortError("--midi-map says what the ports of --midi-in do, and none is given: name one")


def read_midi_map(file: Path | None) -> "MidiMap":
    """The map of a file; without one, the notes of General MIDI."""
    from clave.play.live.midi_map import load_map, map_of_drums

    return map_of_drums() if file is None else load_map(file)


def hear_midi(
    engine: "Engine", heard: MidiHeard, report: Callable[[str], None], opened: ExitStack
) -> "MidiDesk | None":
    """What comes in moves the engine; call its `tick`. None where no port is to be heard."""
    from clave.play.live.midi_desk import MidiDesk, MidiWiring

    wiring = MidiWiring(heard.controllers, heard.clock, heard.grid, heard.grid_model)
    if not wiring.inputs:
        return None
    from clave.play.live.rtmidi_system import open_system

    return opened.enter_context(closing(MidiDesk(engine, open_system(), wiring, read_midi_map(heard.midi_map), report)))


def send_midi(
    engine: "Engine",
    sent: MidiSent,
    clock: "LinkClock",
    hears: "MidiDesk | None",
    report: Callable[[str], None],
    opened: ExitStack,
) -> "Callable[[str, Values], None] | None":
    """The strokes as notes, and a clock, by a process that stands last of the outputs.

    What is returned sends what is said of the player's bar, if that is wanted. `hears` is told of each message, so that
    an input that hears us is noticed.
    """
    if sent.port is None:
        return None
    from clave.files.midi.drum_map import DRUM_CHANNEL
    from clave.play.live.midi_clock import ClockOutput
    from clave.play.live.midi_process import MidiProcess
    from clave.play.live.player_cc import control_changes, numbers_of
    from clave.play.midi_out import MidiMessage, MidiOutput

    numbers = None if sent.player_cc is None else numbers_of(sent.player_cc)
    process = opened.enter_context(closing(MidiProcess(sent.port, report=report)))

    def send(message: MidiMessage) -> None:
        timed = message._replace(seconds=clock.wall_seconds(message.seconds))
        process.send(timed)
        if hears is not None:
            hears.sent(timed)

    def say(address: str, values: "Values") -> None:
        for data in control_changes(address, values, numbers or (), DRUM_CHANNEL):
            send(MidiMessage(clock(), data))

    outputs: list[Output] = [MidiOutput(send, ahead_seconds=sent.ahead_seconds, drop=process.drop)]
    outputs += [ClockOutput(send, engine.conductor.bar_start)] if sent.clock else []
    engine.conductor.outputs += [*outputs, process]
    return None if numbers is None else say
