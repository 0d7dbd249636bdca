"""MIDI of a program that plays without a page: what comes in moves its desk, and controllers get the present values.

`MidiDesk` stands between a `MidiBridge` and an `Engine`: notes play voices, learned controls move the desk, program
changes launch scenes, a clock leads the music. Each controller that is heard gets back, at the output of its own name,
the values of what it moves: all of them when it is new or was unplugged, and then those that change.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from clave.errors import ClaveError, MidiPortError
from clave.play.live.engine import Engine
from clave.play.live.grid_desk import GridDesk
from clave.play.live.loop_guard import ECHO_SECONDS
from clave.play.live.midi_bridge import LOOK_SECONDS, NOT_CONNECTED, Event, MidiBridge
from clave.play.live.midi_follow import ClockLeader, Command
from clave.play.live.midi_in import Launched, Moved, Struck
from clave.play.live.midi_map import MidiMap
from clave.play.live.midi_messages import HeardMessage
from clave.play.live.midi_ports import KeptPort, MidiSystem, OutPort, keep_output
from clave.play.live.midi_state import Message, StateOut
from clave.play.live.midi_targets import TARGETS
from clave.play.midi_out import MidiMessage

SHOW_SECONDS = 0.03  # how often controllers are shown what has changed
MOST_SHOWN = 128  # messages
PRESSED = 0.5  # a control above the middle is pressed


@dataclass(frozen=True)
class MidiWiring:
    """Which ports a player wants, by parts of their names."""

    controllers: Sequence[str] = ()  # notes, controls and program changes come from these
    clock: str | None = None  # its clock is followed
    grid: str | None = None  # 8 x 8 pads
    grid_model: str = "launchpad"

    @property
    def inputs(self) -> tuple[str, ...]:
        """All ports to listen to, each once."""
        named = (*self.controllers, *(each for each in (self.clock, self.grid) if each is not None))
        return tuple(dict.fromkeys(named))


@dataclass
class _Shown:
    """An output that shows state: the port, what it shows, and how often it had come or gone when that was sent."""

    kept: KeptPort[OutPort]
    changes: Callable[[], list[Message]]
    forget: Callable[[], None]
    seen: int = 0


class MidiDesk:
    """Call `tick` after that of the engine, as often; `report` gets a sentence for each thing that goes wrong.

    `sent` is to be told each message that the program sends elsewhere, so that an input that hears us is noticed.
    """

    def __init__(
        self,
        engine: Engine,
        system: MidiSystem,
        wiring: MidiWiring,
        midi_map: MidiMap,
        report: Callable[[str], None] = print,
    ) -> None:
        self._engine, self._wiring, self._report = engine, wiring, report
        self._bridge = MidiBridge(
            system, midi_map, self._present, inputs=wiring.inputs, follow=wiring.clock is not None, taken=self._taken
        )
        self._leader = ClockLeader(self._bridge.clocks.follower, engine.clock)
        if wiring.clock is not None:
            self._bridge.clocks.choose(wiring.clock, engine.clock())
            engine.conductor.lead(self._leader)
        self._grid = GridDesk(engine, wiring.grid_model) if wiring.grid is not None else None
        self._states = {name: StateOut(midi_map) for name in wiring.controllers}
        self._outs = [
            _Shown(keep_output(system, name), self._state_of(name), state.forget)
            for name, state in self._states.items()
        ]
        if self._grid is not None and wiring.grid is not None:
            self._outs.append(_Shown(keep_output(system, wiring.grid), self._grid.changes, self._grid.forget))
        self._look_at = self._show_at = float("-inf")
        self._noticed: set[str] = set()
        self._shown: deque[tuple[float, Message]] = deque(maxlen=MOST_SHOWN)  # of late, and when
        self._said = ""
        self._unknown = sorted({each.target for each in midi_map.controls} - set(TARGETS))
        for name in self._unknown:
            report(f"the MIDI map {midi_map.name!r} moves {name!r}, which is not there: docs/osc.md lists parameters")

    def sent(self, message: MidiMessage) -> None:
        """A message leaves for another port."""
        self._bridge.sent(message)

    def tick(self) -> None:
        """Do what came in, and show what has changed."""
        now = self._engine.clock()
        for event in self._bridge.tick(now):
            try:
                self._do(event)
            except ClaveError as error:
                self._say(str(error))
        if now >= self._look_at:
            self._look_at = now + LOOK_SECONDS
            self._look(now)
        if now >= self._show_at:
            self._show_at = now + SHOW_SECONDS
            self._show(now)

    def close(self) -> None:
        """Give all ports back; the lights of a grid go out."""
        for each in self._outs:
            if self._grid is not None and each.changes == self._grid.changes:
                self._send(each, self._grid.dark(), self._engine.clock())
            each.kept.lost()
        self._bridge.close()

    # ---- what comes in

    def _present(self, name: str) -> float | None:
        target = TARGETS.get(name)
        return None if target is None else target.share(self._engine.desk.project)

    def _taken(self, source: str, message: HeardMessage) -> bool:
        """Pads of the grid; echoes of what we show; and what comes from a port of which the clock alone is wanted."""
        if any(data == message.data and 0 <= message.seconds - at <= ECHO_SECONDS for at, data in self._shown):
            return True
        if source == self._wiring.grid and self._grid is not None:
            try:
                self._grid.hear(message.data)
            except ClaveError as error:
                self._say(str(error))
            return True
        return source not in self._wiring.controllers

    def _do(self, event: Event) -> None:
        engine = self._engine
        with engine.desk.lock:
            match event:
                case Struck(voice, velocity, seconds):
                    engine.hands.strike(voice, velocity, seconds)
                case Launched(scene):
                    engine.desk.receive(f"/clave/scene/{scene + 1}/launch", (), self)
                case Moved(name, value):
                    self._move(name, value)
                case Command("stop"):
                    engine.conductor.stop()
                case Command(_, position, _):
                    engine.conductor.enter(position)
                case _:
                    pass

    def _move(self, name: str, value: float) -> None:
        target = TARGETS.get(name)
        if (
            target is None
            or (target.scale == "press" and value <= PRESSED)
            or (target.scale == "strike" and value == 0)
        ):
            return
        for state in self._states.values():
            state.moved(name, value)
        self._engine.desk.receive(target.address, target.argument(value), self)

    # ---- what goes back

    def _state_of(self, name: str) -> Callable[[], list[Message]]:
        state = self._states[name]

        def changes() -> list[Message]:
            values = {each.target: self._present(each.target) for each in state.map.controls}
            values["play"] = float(self._engine.conductor.running)
            return state.changes({target: value for target, value in values.items() if value is not None})

        return changes

    def _look(self, now: float) -> None:
        for each in self._outs:
            try:
                each.kept.look()
            except MidiPortError as error:
                self._say(str(error))
        notices = set(self._bridge.notices(now))
        for sentence in sorted(notices - self._noticed):
            self._report(sentence)
        for sentence in sorted(self._noticed - notices):
            if sentence.endswith(NOT_CONNECTED):
                self._report(f"{sentence.removesuffix(NOT_CONNECTED)} is connected again")
        self._noticed = notices

    def _show(self, now: float) -> None:
        for each in self._outs:
            if each.kept.changes != each.seen:
                each.seen = each.kept.changes
                each.forget()
            if each.kept.port is not None:
                self._send(each, each.changes(), now)

    def _send(self, shown: _Shown, messages: Sequence[Message], now: float) -> None:
        for data in messages:
            if shown.kept.port is None:
                return
            try:
                shown.kept.port.send(data)
            except MidiPortError:
                shown.kept.lost()
            else:
                self._bridge.sent(MidiMessage(now, data))
                self._shown.append((now, data))

    def _say(self, sentence: str) -> None:
        """Once, until something else goes wrong."""
        if sentence != self._said:
            self._said = sentence
            self._report(sentence)
