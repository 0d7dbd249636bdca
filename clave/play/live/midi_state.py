"""State that goes back to controllers: the values of what they have learned to move, for motor faders and rings."""

from collections.abc import Mapping

from clave.play.live.midi_in import FINE_NUMBERS_ABOVE
from clave.play.live.midi_map import RELATIVE, Binding, MidiMap
from clave.play.live.midi_messages import CONTROL, NOTE_ON

Message = tuple[int, ...]


def value_messages(binding: Binding, value: float) -> list[Message]:
    """What shows this value, in [0, 1] of the target's range, on the control; a relative one keeps no position."""
    if binding.kind in RELATIVE:
        return []
    share = min(max((value - binding.low) / (binding.high - binding.low), 0.0), 1.0)
    channel = (binding.channel or 1) - 1
    if binding.kind == "note":
        return [(NOTE_ON | channel, binding.number, 127 if share >= 0.5 else 0)]
    if binding.kind == "absolute-14":
        both = round(share * 16383)
        fine = binding.number + FINE_NUMBERS_ABOVE
        return [(CONTROL | channel, binding.number, both >> 7), (CONTROL | channel, fine, both & 127)]
    return [(CONTROL | channel, binding.number, round(share * 127))]


class StateOut:
    """Sends a controller what has changed, and all of it when it is new; not what the control itself has just set."""

    def __init__(self, midi_map: MidiMap) -> None:
        self.map = midi_map
        self._shown: dict[Binding, list[Message]] = {}

    def changes(self, values: Mapping[str, float]) -> list[Message]:
        """Messages for the controls that show something else by now."""
        found: list[Message] = []
        for binding in self.map.controls:
            if binding.target in values:
                messages = value_messages(binding, values[binding.target])
                if messages != self._shown.get(binding):
                    self._shown[binding] = messages
                    found += messages
        return found

    def moved(self, target: str, value: float) -> None:
        """The player's hand has set this value: the control shows it already, but for the light of a pad."""
        for binding in self.map.controls:
            if binding.target == target and binding.kind != "note":
                self._shown[binding] = value_messages(binding, value)

    def forget(self) -> None:
        """The controller is new, or was unplugged: everything is sent with the next `changes`."""
        self._shown.clear()
