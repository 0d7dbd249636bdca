"""`clave live`: a project played without a page, moved from outside."""

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Annotated

import typer

from clave.app.cli.opening import invited, osc_address, print_token
from clave.app.cli.options import Audio, Home, Host, OscAhead, OscIn, OscOut, RhythmFolder, SoundFolder
from clave.app.cli.render import ProjectFile

if TYPE_CHECKING:
    import socket

    from clave.play.live.engine import Engine
    from clave.play.live.osc import OscPort
    from clave.play.output import Output

POLL_SECONDS = 0.002

MidiOut = Annotated[
    str | None,
    typer.Option("--midi-out", metavar="PORT", help="Send strokes to this MIDI port too: its name or a part of it."),
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
    audio: Audio = None,
    rhythm: RhythmFolder = None,
    sound: SoundFolder = None,
    home: Home = None,
    host: Host = None,
    seconds: Seconds = None,
) -> None:
    """Play a project without a page: strokes go out by OSC and MIDI, controls come in by OSC.

    It plays at once, the song if there is one, until Ctrl-C. Without --osc-in, controls come in at port 9064.
    MIDI needs the extra `midi`, --audio the extra `audio`; where there is no sound device, the rest plays on.
    """
    from clave.play.live.engine import Engine
    from clave.play.live.osc import DEFAULT_PORT, OscOutput, OscPort, open_socket, peer_of
    from clave.play.live.strokes import Strokes
    from clave.play.project import load
    from clave.rhythm.space import load_rhythm

    opened, invitation = load(project), invited(host)
    port = DEFAULT_PORT if osc_in is None else osc_in
    peers = [peer_of(each) for each in osc_out or ()]
    with ExitStack() as opened_here:
        on = opened_here.enter_context(open_socket(port, osc_address(invitation, None)))
        beside = opened_here.enter_context(ThreadPoolExecutor(1, "decoding"))
        outputs: list[Output] = [
            OscOutput(lambda packet, peer=peer: _send(on, packet, peer), osc_ahead / 1000) for peer in peers
        ]
        strokes = Strokes(load_rhythm(rhythm))
        if audio is not None:
            from clave.app.cli.sounding import audio_output, sounds_of

            strokes = Strokes(strokes.rhythm, sounds_of(project, sound, home, _report, opened_here))
            outputs += audio_output(audio, strokes, _report, opened_here)
        if midi_out is not None:
            outputs += _midi_outputs(midi_out, opened_here)
        engine = Engine(opened, strokes, outputs, beside, report=_report)
        osc = OscPort(engine.desk, on, peers, admits=None if invitation is None else invitation.admits)
        print("Clave plays {}: OSC in at {}:{}".format(project, *on.getsockname()), end="")
        print("".join(f", out to {host}:{number}" for host, number in peers), end="")
        print("" if midi_out is None else f", MIDI to {midi_out}", end="  (Ctrl-C stops it)\n", flush=True)
        print_token(on.getsockname()[0], invitation)
        _run(engine, osc, seconds)


def _midi_outputs(port: str, opened_here: ExitStack) -> "list[Output]":
    """The strokes as notes, and the process that sends them, which is the last of the outputs."""
    from clave.play.live.midi_process import AHEAD_SECONDS, MidiProcess
    from clave.play.midi_out import MidiOutput

    process = opened_here.enter_context(closing(MidiProcess(port)))
    return [MidiOutput(process.send, ahead_seconds=AHEAD_SECONDS, drop=process.drop), process]


def _run(engine: "Engine", osc: "OscPort", seconds: float | None) -> None:
    import time

    engine.desk.receive("/clave/transport/play", ())
    end = None if seconds is None else time.monotonic() + seconds
    try:
        while end is None or time.monotonic() < end:
            osc.poll(POLL_SECONDS)
            engine.tick()
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
