"""`clave live`: a project played without a page, moved from outside."""

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Annotated

import typer

from clave.app.cli.opening import invited, osc_address, print_token
from clave.app.cli.options import Audio, Home, Host, Link, OscAhead, OscIn, OscOut, RhythmFolder, SoundFolder
from clave.app.cli.render import ProjectFile

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from clave.play.live.arguments import Values
    from clave.play.live.engine import Engine
    from clave.play.live.link_clock import LinkClock
    from clave.play.live.osc import OscPort
    from clave.play.output import Output

POLL_SECONDS = 0.002

MidiOut = Annotated[
    str | None,
    typer.Option("--midi-out", metavar="PORT", help="Send strokes to this MIDI port too: its name or a part of it."),
]
PlayerCC = Annotated[
    str | None,
    typer.Option(
        "--player-cc",
        metavar="X,Y,DENSITY,SYNCOPATION",
        help="Send what the player's bar is like as these four controls of the MIDI port, such as 20,21,22,23.",
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
    audio: Audio = None,
    player_cc: PlayerCC = None,
    link: Link = False,
    rhythm: RhythmFolder = None,
    sound: SoundFolder = None,
    home: Home = None,
    host: Host = None,
    seconds: Seconds = None,
) -> None:
    """Play a project without a page: strokes go out by OSC and MIDI, controls come in by OSC.

    It plays at once, the song if there is one, until Ctrl-C; with --link, from the next bar of the session on. Without
    --osc-in, controls come in at port 9064. MIDI needs the extra `midi`, --audio the extra `audio`; where there is no
    sound device, the rest plays on.
    """
    from clave.play.live.answer_player import AnswerPlayer
    from clave.play.live.engine import Engine
    from clave.play.live.link_clock import LinkClock
    from clave.play.live.link_host import LinkHost
    from clave.play.live.link_player import LinkPlayer
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
        answers = opened_here.enter_context(ThreadPoolExecutor(1, "answering"))
        outputs: list[Output] = [
            OscOutput(lambda packet, peer=peer: _send(on, packet, peer), osc_ahead / 1000) for peer in peers
        ]
        strokes = Strokes(load_rhythm(rhythm))
        if audio is not None:
            from clave.app.cli.sounding import audio_output, sounds_of

            strokes = Strokes(strokes.rhythm, sounds_of(project, sound, home, _report, opened_here))
            outputs += audio_output(audio, strokes, _report, opened_here)
        clock, said = LinkClock(), None
        if midi_out is not None:
            midi, said = _midi_outputs(midi_out, opened_here, clock, player_cc)
            outputs += midi
        elif player_cc is not None:
            raise typer.BadParameter("--player-cc needs --midi-out: the controls go to its port")
        engine = Engine(opened, strokes, outputs, beside, report=_report)
        player = AnswerPlayer(engine, strokes.rhythm, answers, report=_report, said=said)
        session = LinkHost(engine.desk, LinkPlayer(engine, clock), report=_report)
        opened_here.enter_context(closing(session))
        osc = OscPort(engine.desk, on, peers, admits=None if invitation is None else invitation.admits)
        if link:
            engine.desk.receive("/clave/link", (1,))
        print("Clave plays {}: OSC in at {}:{}".format(project, *on.getsockname()), end="")
        print("".join(f", out to {host}:{number}" for host, number in peers), end="")
        print("" if midi_out is None else f", MIDI to {midi_out}", end="  (Ctrl-C stops it)\n", flush=True)
        print_token(on.getsockname()[0], invitation)
        _run(engine, [session.tick, player.tick], osc, seconds, lambda: not link or session.settled)


def _midi_outputs(
    port: str, opened_here: ExitStack, clock: "LinkClock", player_cc: str | None
) -> "tuple[list[Output], Callable[[str, Values], None] | None]":
    """The strokes as notes, and the process that sends them, which is the last of the outputs; and what sends CC."""
    from clave.files.midi.drum_map import DRUM_CHANNEL
    from clave.play.live.midi_process import AHEAD_SECONDS, MidiProcess
    from clave.play.live.player_cc import control_changes, numbers_of
    from clave.play.midi_out import MidiMessage, MidiOutput

    numbers = None if player_cc is None else numbers_of(player_cc)
    process = opened_here.enter_context(closing(MidiProcess(port)))

    def send(message: MidiMessage) -> None:
        process.send(message._replace(seconds=clock.wall_seconds(message.seconds)))

    def say(address: str, values: "Values") -> None:
        for data in control_changes(address, values, numbers or (), DRUM_CHANNEL):
            process.send(MidiMessage(clock.wall_seconds(clock()), data))

    notes = MidiOutput(send, ahead_seconds=AHEAD_SECONDS, drop=process.drop)
    return [notes, process], None if numbers is None else say


def _run(
    engine: "Engine",
    beside: "list[Callable[[], None]]",
    osc: "OscPort",
    seconds: float | None,
    may_begin: "Callable[[], bool]",
) -> None:
    import time

    begun = False
    end = None if seconds is None else time.monotonic() + seconds
    try:
        while end is None or time.monotonic() < end:
            osc.poll(POLL_SECONDS)
            if not begun and may_begin():
                begun = True
                engine.desk.receive("/clave/transport/play", ())
            for tick in beside:
                tick()
            engine.tick()
    except KeyboardInterrupt:
        pass
    finally:
        engine.desk.receive("/clave/transport/stop", ())
        for tick in beside:
            tick()
        engine.tick()


def _send(on: "socket.socket", packet: bytes, peer: tuple[str, int]) -> None:
    from contextlib import suppress

    with suppress(OSError):
        on.sendto(packet, peer)


def _report(sentence: str) -> None:
    print(f"clave: note: {sentence}", file=sys.stderr)
