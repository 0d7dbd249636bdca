"""`clave live`: a project played without a page, moved from outside."""

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Annotated

import typer

from clave.app.cli.live_midi import (
    ClockIn,
    ClockOut,
    Grid,
    GridModelName,
    MidiAhead,
    MidiHeard,
    MidiIn,
    MidiMapFile,
    MidiOut,
    MidiSent,
    PlayerCC,
    hear_midi,
    send_midi,
)
from clave.app.cli.opening import invited, near, osc_address, print_token
from clave.app.cli.options import Audio, Home, Host, Link, OscAhead, OscIn, OscOut, RhythmFolder, SoundFolder
from clave.app.cli.render import ProjectFile
from clave.play.scheduler import LOOK_AHEAD_SECONDS

if TYPE_CHECKING:
    import socket

    from clave.play.live.osc import OscPort
    from clave.play.live.strokes import Strokes
    from clave.play.output import Output
    from clave.play.project import Project

POLL_SECONDS = 0.001  # how late a message may be that is sent at its time

Seconds = Annotated[
    float | None, typer.Option("--seconds", metavar="S", min=0, help="Stop after S seconds; else at Ctrl-C.")
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
    player_cc: PlayerCC = None,
    link: Link = False,
    audio: Audio = None,
    rhythm: RhythmFolder = None,
    sound: SoundFolder = None,
    home: Home = None,
    host: Host = None,
    seconds: Seconds = None,
) -> None:
    """Play a project without a page: strokes go out by OSC, MIDI and sound, controls come in by OSC and MIDI.

    It plays at once, the song if there is one, until Ctrl-C; with --link, from the next bar of the session on, and with
    --clock-in, when the other program starts. Without --osc-in, controls come in at port 9064. Controllers are sent
    what they show, at the output of their own name. MIDI needs the extra `midi`, --audio the extra `audio`, --link the
    extra `link`; where there is no sound device, the rest plays on.
    """
    from clave.play.live.midi_process import before_others
    from clave.play.live.osc import DEFAULT_PORT, OscPort, open_socket, peer_of
    from clave.play.live.strokes import Strokes
    from clave.play.project import load
    from clave.rhythm.space import load_rhythm

    before_others()
    sent = MidiSent(midi_out, midi_ahead / 1000, clock_out, player_cc)
    heard = MidiHeard(tuple(midi_in or ()), midi_map, clock_in, grid, grid_model)
    sent.check()
    heard.check()
    if link and clock_in is not None:
        raise typer.BadParameter("one leads: a Link session (--link) or a MIDI clock (--clock-in)")
    opened, invitation, peers = load(project), invited(host), [peer_of(each) for each in osc_out or ()]
    with ExitStack() as held:
        on = held.enter_context(open_socket(DEFAULT_PORT if osc_in is None else osc_in, osc_address(invitation, None)))
        strokes, outputs = Strokes(load_rhythm(rhythm)), _osc_outputs(on, peers, osc_ahead / 1000)
        if audio is not None:
            from clave.app.cli.sounding import audio_output, sounds_of

            strokes = Strokes(strokes.rhythm, sounds_of(project, sound, home, _report, held))
            outputs += audio_output(audio, strokes, _report, held)
        playing = _Playing(opened, strokes, outputs, held, max(LOOK_AHEAD_SECONDS, sent.look_ahead_seconds))
        playing.join(sent, heard, link=link)
        osc = OscPort(playing.engine.desk, on, peers, admits=None if invitation is None else invitation.admits)
        address, port = on.getsockname()
        print(f"Clave plays {project}: OSC in at {near(address)}:{port}", end="")
        print("".join(f", out to {host}:{number}" for host, number in peers), end="")
        print("" if midi_out is None else f", MIDI to {midi_out}", end="  (Ctrl-C stops it)\n", flush=True)
        print_token(address, port, invitation)
        playing.run(osc, seconds)


class _Playing:
    """An engine, and all that stands beside it."""

    def __init__(
        self,
        project: "Project",
        strokes: "Strokes",
        outputs: "list[Output]",
        held: ExitStack,
        look_ahead_seconds: float,
    ) -> None:
        from clave.play.live.engine import Engine

        beside = held.enter_context(ThreadPoolExecutor(1, "decoding"))
        self.engine = Engine(project, strokes, outputs, beside, look_ahead_seconds=look_ahead_seconds, report=_report)
        self._strokes, self._held = strokes, held
        self._ticks: list[Callable[[], None]] = []
        self._may_begin: Callable[[], bool] = lambda: True

    def join(self, sent: MidiSent, heard: MidiHeard, *, link: bool) -> None:
        """Set up MIDI, the Link session and the answer to a player."""
        from clave.play.live.answer_player import AnswerPlayer
        from clave.play.live.link_clock import LinkClock
        from clave.play.live.link_host import LinkHost
        from clave.play.live.link_player import LinkPlayer

        engine, clock = self.engine, LinkClock()
        desk = hear_midi(engine, heard, _report, self._held)
        said = send_midi(engine, sent, clock, desk, _report, self._held)
        answers = self._held.enter_context(ThreadPoolExecutor(1, "answering"))
        player = AnswerPlayer(engine, self._strokes.rhythm, answers, report=_report, said=said)
        session = LinkHost(engine.desk, LinkPlayer(engine, clock), report=_report)
        self._held.enter_context(closing(session))
        if link:
            engine.desk.receive("/clave/link", (1,))
        self._ticks = [session.tick, player.tick, engine.tick, *([] if desk is None else [desk.tick])]
        self._may_begin = (lambda: False) if heard.clock is not None else lambda: not link or session.settled

    def run(self, osc: "OscPort", seconds: float | None) -> None:
        """Play until Ctrl-C, or for so long."""
        import time

        begun, end = False, None if seconds is None else time.monotonic() + seconds
        try:
            while end is None or time.monotonic() < end:
                osc.poll(POLL_SECONDS)
                if not begun and self._may_begin():
                    begun = True
                    self.engine.desk.receive("/clave/transport/play", ())
                for tick in self._ticks:
                    tick()
        except KeyboardInterrupt:
            pass
        finally:
            self.engine.desk.receive("/clave/transport/stop", ())
            for tick in self._ticks:
                tick()
        if left_out := self.engine.conductor.left_out:
            _report(f"{left_out} strokes would have been more than 50 ms late, and were left out")


def _osc_outputs(on: "socket.socket", peers: "Sequence[tuple[str, int]]", ahead_seconds: float) -> "list[Output]":
    from clave.play.live.osc import OscOutput

    return [OscOutput(lambda packet, peer=peer: _send(on, packet, peer), ahead_seconds) for peer in peers]


def _send(on: "socket.socket", packet: bytes, peer: tuple[str, int]) -> None:
    from contextlib import suppress

    with suppress(OSError):
        on.sendto(packet, peer)


def _report(sentence: str) -> None:
    print(f"clave: note: {sentence}", file=sys.stderr)
