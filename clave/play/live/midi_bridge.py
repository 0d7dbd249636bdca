"""MIDI in as a program that plays has it: inputs that come and go, their clocks, a map, and loops that are cut.

Call `tick` often; it does what time asks for and says what came in. Nothing here knows what a target is.
"""

from collections.abc import Callable, Sequence

from clave.errors import MidiPortError
from clave.play.live.loop_guard import LoopGuard
from clave.play.live.midi_follow import ClockSources, Command
from clave.play.live.midi_in import Inbox, Launched, Learner, MidiInput, Moved, Struck
from clave.play.live.midi_map import Binding, MidiMap
from clave.play.live.midi_messages import CLOCK_MESSAGES, HeardMessage
from clave.play.live.midi_ports import KeptPort, MidiSystem, Port, keep_input, stable_name
from clave.play.midi_out import MidiMessage

LOOK_SECONDS = 1.0  # how often it looks which inputs are there
NOT_CONNECTED = " is not connected"
Event = Struck | Moved | Launched | Command | Binding


class _Input:
    """One input: its port, what it has heard, and whether it hears us."""

    def __init__(self, system: MidiSystem, name: str) -> None:
        self.name = name
        self.inbox, self.guard = Inbox(), LoopGuard()
        self.kept: KeptPort[Port] = keep_input(system, name, self.inbox.hear)


class MidiBridge:
    """Listens to these inputs, by parts of their names, or to all there are.

    `present` gives the present value of a target in [0, 1], or None. With `follow`, a clock that comes in is followed:
    its commands are among the events, and `clocks.follower` has its tempo and position. After `learn`, the control that
    is moved next becomes part of the map, and its binding is among the events. `taken` is asked first for each message
    that is not of a clock, with the name of its input: what it takes is no event.
    """

    def __init__(
        self,
        system: MidiSystem,
        midi_map: MidiMap,
        present: Callable[[str], float | None],
        *,
        inputs: Sequence[str] | None = None,
        follow: bool = False,
        taken: Callable[[str, HeardMessage], bool] = lambda _, __: False,
    ) -> None:
        self.clocks, self.follow, self._taken = ClockSources(), follow, taken
        self._system, self._all = system, inputs is None
        self._inputs = [_Input(system, name) for name in inputs or ()]
        self._input = MidiInput(midi_map, present)
        self._learner: Learner | None = None
        self._look_at = float("-inf")
        self._troubles: list[str] = []

    @property
    def midi_map(self) -> MidiMap:
        """What the controls do; it may be replaced."""
        return self._input.map

    @midi_map.setter
    def midi_map(self, midi_map: MidiMap) -> None:
        self._input.map = midi_map

    def learn(self, target: str | None) -> None:
        """The next control or pad that is moved moves this target; None: learn nothing."""
        self._learner = None if target is None else Learner(target)

    def sent(self, message: MidiMessage) -> None:
        """A message goes out: call it for each, so that an input that hears us is noticed."""
        for each in self._inputs:
            each.guard.sent(message.seconds, message.data)

    def tick(self, now: float) -> list[Event]:
        """What has come in since the last tick, in order of the inputs."""
        if now >= self._look_at:
            self._look_at = now + LOOK_SECONDS
            self._look()
        events: list[Event] = []
        for each in self._inputs:
            for message in each.inbox.take():
                leading = not self.clocks.follower.playing
                if each.guard.heard(message.seconds, message.data, leading=leading):
                    events += self._hear(each.name, message)
            if each.guard.cut and self.clocks.followed == each.name:
                self.clocks.follower.forget(now)
                self.clocks.followed = None
        return events + list(self.clocks.follower.update(now))

    def notices(self, now: float) -> list[str]:
        """What a player should know, in sentences."""
        cut = [f"{each.name} hears what we send: cut off" for each in self._inputs if each.guard.cut]
        gone = [f"{each.name}{NOT_CONNECTED}" for each in self._inputs if each.kept.port is None and not self._all]
        others = [f"{name} sends a clock too, which is not followed" for name in self.clocks.others(now)]
        return [*cut, *gone, *others, *self._troubles]

    def mend(self) -> None:
        """Listen again to inputs that were cut."""
        for each in self._inputs:
            each.guard.mend()

    def close(self) -> None:
        """Give all ports back."""
        for each in self._inputs:
            each.kept.lost()

    def _look(self) -> None:
        self._troubles = []
        if self._all:
            known = {each.name for each in self._inputs}
            new = dict.fromkeys(map(stable_name, self._system.input_names()))
            self._inputs += [_Input(self._system, name) for name in new if name not in known]
        for each in self._inputs:
            try:
                each.kept.look()
            except MidiPortError as error:
                self._troubles.append(str(error))

    def _hear(self, source: str, message: HeardMessage) -> Sequence[Event]:
        if not message.data:
            return ()
        if message.data[0] in CLOCK_MESSAGES:
            if self.follow:
                self.clocks.hear(source, message.seconds, message.data)
            return ()
        if self._taken(source, message):
            return ()
        if self._learner is None:
            return self._input.hear(message)
        binding = self._learner.hear(message.data)
        if binding is None:
            return ()
        self._learner = None
        self.midi_map = self.midi_map.with_binding(binding)
        return (binding,)
