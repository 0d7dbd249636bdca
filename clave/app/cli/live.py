"""`clave live`: a project played without a page, moved from outside."""

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from clave.app.cli.options import OscAhead, OscIn, OscOut, RhythmFolder
from clave.app.cli.render import ProjectFile
from clave.errors import MidiPortError

if TYPE_CHECKING:
    import socket

    from clave.play.live.engine import Engine
    from clave.play.live.midi_desk import MidiWiring
    from clave.play.live.midi_map import MidiMap
    from clave.play.live.osc import OscPort
    from clave.play.output import Output

POLL_SECONDS = 0.002

MidiOut = Annotated[
    str | None,
    typer.Option("--midi-out", metavar="PORT", help="Send strokes to this MIDI port too: its name or a part of it."),
]
MidiIn = Annotated[
    list[str] | None,
    typer.Option(
        "--midi-in",
        metavar="PORT",
        help="Take notes, controls and program changes from this MIDI port: its name or a part of it; may be repeated.",
    ),
]
MidiAhead = Annotated[
    float,
    typer.Option(
        "--midi-ahead",
        metavar="MS",
        min=10,
        max=1000,
        help="Hand notes to the port so long before their time; 300 on a busy one; moves are heard so much later.",
    ),
]
MidiMapFile = Annotated[
    Path | None,
    typer.Option("--midi-map", metavar="FILE", help="What its notes and controls do; else notes of General MIDI."),
]
ClockIn = Annotated[
    str | None, typer.Option("--clock-in", metavar="PORT", help="Follow the MIDI clock that comes in at this port.")
]
ClockOut = Annotated[
    bool, typer.Option("--clock-out", help="Send clock, start, stop and song position to the port of --midi-out too.")
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
Seconds = Annotated[
    float | None, typer.Option("--seconds", metavar="S", min=0, help="Stop after so long; else at Ctrl-C.")
]


def live(
    project: ProjectFile,
    osc_in: OscIn = None,
    osc_out: OscOut = None,
    osc_ahead: OscAhead = 0.0,
    midi_out: MidiOut = None,
    midi_ahead: MidiAhead = 50.0,
    midi_in: MidiIn = None,
    midi_map: MidiMapFile = None,
    clock_in: ClockIn = None,
    clock_out: ClockOut = False,
    grid: Grid = None,
    grid_model: GridModelName = "launchpad",
    rhythm: RhythmFolder = None,
    seconds: Seconds = None,
) -> None:
    """Play a project without a page: strokes go out by OSC and MIDI, controls come in by OSC and MIDI.

    It plays at once, the song if there is one, until Ctrl-C; with --clock-in, when the other program starts. Without
    --osc-in, controls come in at port 9064. Controllers are sent what they show, at the output of their own name. MIDI
    needs the extra `midi`.
    """
    from clave.play.live.engine import Engine
    from clave.play.live.midi_desk import MidiWiring
    from clave.play.live.midi_process import before_others
    from clave.play.live.osc import DEFAULT_PORT, OscOutput, OscPort, open_socket, peer_of
    from clave.play.live.strokes import Strokes
    from clave.play.project import load
    from clave.play.scheduler import LOOK_AHEAD_SECONDS
    from clave.rhythm.space import load_rhythm

    before_others()
    wiring = MidiWiring(tuple(midi_in or ()), clock_in, grid, grid_model)
    if clock_out and midi_out is None:
        raise MidiPortError("--clock-out sends the clock to the port of --midi-out, which is not given: name one")
    if midi_map is not None and not midi_in:
        raise MidiPortError("--midi-map says what the ports of --midi-in do, and none is given: name one")
    opened, strokes = load(project), Strokes(load_rhythm(rhythm))
    port = DEFAULT_PORT if osc_in is None else osc_in
    peers = [peer_of(each) for each in osc_out or ()]
    with ExitStack() as opened_here:
        on = opened_here.enter_context(open_socket(port))
        beside = opened_here.enter_context(ThreadPoolExecutor(1, "decoding"))
        outputs: list[Output] = [
            OscOutput(lambda packet, peer=peer: _send(on, packet, peer), osc_ahead / 1000) for peer in peers
        ]
        look_ahead = max(LOOK_AHEAD_SECONDS, midi_ahead / 1000 + LOOK_AHEAD_SECONDS / 2)
        engine = Engine(opened, strokes, outputs, beside, look_ahead_seconds=look_ahead, report=_report)
        ticks = [engine.tick]
        if midi_out is not None or wiring.inputs:
            notes = None if midi_out is None else _Notes(midi_out, midi_ahead / 1000, clock_out)
            ticks += _midi(engine, notes, wiring, load_midi_map(midi_map), opened_here)
        osc = OscPort(engine.desk, on, peers)
        print(f"Clave plays {project}: OSC in at 127.0.0.1:{on.getsockname()[1]}", end="")
        print("".join(f", out to {host}:{number}" for host, number in peers), end="")
        print("" if midi_out is None else f", MIDI to {midi_out}", end="  (Ctrl-C stops it)\n", flush=True)
        _run(engine, osc, ticks, seconds, plays=clock_in is None)


class _Notes(NamedTuple):
    """What goes out by MIDI."""

    port: str
    ahead_seconds: float
    clock: bool


def _midi(
    engine: "Engine", out: _Notes | None, wiring: "MidiWiring", midi_map: "MidiMap", opened: ExitStack
) -> list[Callable[[], None]]:
    """The strokes as notes and a clock, sent by a process that stands last of the outputs; and what comes in."""
    from clave.play.live.midi_clock import ClockOutput
    from clave.play.live.midi_desk import MidiDesk
    from clave.play.live.midi_process import MidiProcess
    from clave.play.live.rtmidi_system import open_system
    from clave.play.midi_out import MidiMessage, MidiOutput

    desk: MidiDesk | None = None
    if wiring.inputs:
        desk = opened.enter_context(closing(MidiDesk(engine, open_system(), wiring, midi_map, _report)))
    if out is not None:
        process = opened.enter_context(closing(MidiProcess(out.port)))

        def send(message: MidiMessage) -> None:
            process.send(message)
            if desk is not None:
                desk.sent(message)

        outputs: list[Output] = [MidiOutput(send, ahead_seconds=out.ahead_seconds, drop=process.drop)]
        outputs += [ClockOutput(send, engine.conductor.bar_start)] if out.clock else []
        engine.conductor.outputs += [*outputs, process]
    return [] if desk is None else [desk.tick]


def load_midi_map(file: Path | None) -> "MidiMap":
    """The map of a file; without one, the notes of General MIDI."""
    from clave.play.live.midi_map import load_map, map_of_drums

    return map_of_drums() if file is None else load_map(file)


def _run(
    engine: "Engine", osc: "OscPort", ticks: Sequence[Callable[[], None]], seconds: float | None, *, plays: bool
) -> None:
    import time

    if plays:
        engine.desk.receive("/clave/transport/play", ())
    end = None if seconds is None else time.monotonic() + seconds
    try:
        while end is None or time.monotonic() < end:
            osc.poll(POLL_SECONDS)
            for tick in ticks:
                tick()
    except KeyboardInterrupt:
        pass
    finally:
        engine.desk.receive("/clave/transport/stop", ())
        engine.tick()


def _send(on: "socket.socket", packet: bytes, peer: tuple[str, int]) -> None:
    from contextlib import suppress

    with suppress(OSError):
        on.sendto(packet, peer)


def _report(sentence: str) -> None:
    print(f"clave: note: {sentence}", file=sys.stderr)
