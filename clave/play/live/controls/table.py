"""The one table of controls: OSC, the WebSocket, MIDI learn and docs/osc.md all read it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from clave.errors import ControlError, VoiceError
from clave.play.live.arguments import Values
from clave.play.live.controls.control import VOICE_SLUGS, Control, Places, name_of, place_in
from clave.play.live.controls.page import IN_PAGE
from clave.play.live.controls.path import PATH
from clave.play.live.controls.place import PLACE
from clave.play.live.controls.project import MOVES, SCENES, WHOLE
from clave.play.live.controls.together import ANSWER, LINK
from clave.play.live.controls.voice import LANES, MIXES, SOUNDS
from clave.play.project.document import Project, Scene
from clave.play.project.movement import PARAMETERS

GROUPS: Mapping[str, tuple[Control, ...]] = {
    "Playing": WHOLE,
    "The place on the map": PLACE,
    "The path": PATH,
    "How a voice plays": LANES,
    "The mix of a voice": MIXES,
    "Sounds, room and bus": SOUNDS,
    "Scenes and the song": SCENES,
    "What moves by itself": MOVES,
    "Answering the player": ANSWER,
    "Ableton Link": LINK,
    "What a page alone can do": IN_PAGE,
}
"""All controls, by what they are about."""

CONTROLS: tuple[Control, ...] = tuple(control for group in GROUPS.values() for control in group)


class Found(NamedTuple):
    """A control, and which voice, scene, part, bar or anchor an address names; all eight voices: eight of these."""

    control: Control
    places: Places


@dataclass
class _Branch:
    """A part of addresses: the control that ends here, and what may follow."""

    control: Control | None = None
    below: dict[str, "_Branch"] = field(default_factory=dict[str, "_Branch"])


def _tree() -> _Branch:
    root = _Branch()
    for control in CONTROLS:
        at = root
        for segment in control.address.split("/")[1:]:
            at = at.below.setdefault(segment, _Branch())
        assert at.control is None, f"{control.address} stands in the table twice"
        at.control = control
    return root


_ROOT = _tree()


@lru_cache(maxsize=4096)
def find(address: str) -> tuple[Found, ...]:
    """The control at this address, once for each voice that it names; ControlError for an address that is none."""
    at: _Branch | None = _ROOT if address.startswith("/") else None
    places: list[Places] = [()]
    for segment in address.split("/")[1:]:
        before, at = at, None if at is None else at.below.get(segment)
        kind = None if before is None else next((key for key in before.below if key.startswith("{")), None)
        if at is None and before is not None and kind is not None and segment:
            try:
                named = place_in(kind, segment)
            except (ControlError, VoiceError):
                raise ControlError(f"no control at {address!r}: {kind.strip('{}')} {segment!r} is not there") from None
            places = [(*others, each) for others in places for each in named]
            at = before.below[kind]
    if at is None or at.control is None:
        raise ControlError(f"no control at {address!r}; docs/osc.md lists them all")
    return tuple(Found(at.control, each) for each in places)


def address_of(control: Control, places: Places) -> str:
    """The address of a control with its voice, scene, part, bar or anchor named: the pair of `find`."""
    left = list(places)
    segments = [name_of(each, left.pop(0)) if each.startswith("{") else each for each in control.address.split("/")]
    return "/".join(segments)


def parameter_of(control: Control, places: Places) -> str | None:
    """The parameter that this control sets, by its name among `PARAMETERS`; None: none."""
    if not control.parameter:
        return None
    return f"{VOICE_SLUGS[places[0]]}.{control.parameter}" if "{voice}" in control.address else control.parameter


def values_of(project: Project) -> dict[str, Values]:
    """What all controls that can be read are now, by their whole addresses."""
    return {
        address: values
        for address, control, places in _readable(project)
        if (values := _read(control, project, places)) is not None
    }


def _read(control: Control, project: Project, places: Places) -> Values | None:
    return control.read(project, places) if control.read is not None else None


@lru_cache(maxsize=64)
def _addresses(kind: str, count: int) -> tuple[tuple[str, Control, Places], ...]:
    """Every readable control whose address names one of so many of this kind; "" for those that name none."""
    found = [
        each
        for each in CONTROLS
        if each.read is not None and (kind in each.address if kind else "{" not in each.address)
    ]
    places: list[Places] = [(index,) for index in range(count)] if kind else [()]
    return tuple((address_of(control, each), control, each) for control in found for each in places)


def _readable(project: Project) -> Iterator[tuple[str, Control, Places]]:
    yield from _addresses("", 1)
    yield from _addresses("{voice}", len(VOICE_SLUGS))
    yield from _addresses("{anchor}", 4)
    yield from _addresses("{scene}", len(project.scenes))
    yield from _addresses("{part}", len(project.song))


def changed_by(found: Found, project: Project, values: Values) -> Project:
    """The project after a control: a hand ends the automation of what it moves. ControlError for an action."""
    control, places = found
    if control.change is None:
        raise ControlError(f"{control.address} changes no project: whoever plays carries it out")
    after = control.change(project, places, values)
    if not project.scene.automations or after.scene.automations != project.scene.automations:
        return after
    moved = _parameters_moved(project.scene, after.scene, parameter_of(control, places), control.address)
    kept = tuple(each for each in after.scene.automations if each.parameter not in moved)
    return (
        after
        if len(kept) == len(after.scene.automations)
        else after.changed(scene=after.scene.changed(automations=kept))
    )


def _parameters_moved(before: Scene, after: Scene, own: str | None, address: str) -> set[str]:
    """The parameters that a hand has moved: that of the control; by a point, both of its axes."""
    if before is after:
        return set()
    if address in ("/clave/map", "/clave/morph"):
        return {"map.x", "map.y"}
    return {own} & set(PARAMETERS) if own is not None else set()
