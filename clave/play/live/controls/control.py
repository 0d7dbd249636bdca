"""One control: its address, what it takes, and what it does to a project or asks of whoever plays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from clave.errors import ControlError
from clave.music.digits import whole_number
from clave.music.kit import VOICES, voice
from clave.play.live.arguments import Argument, Values, read_arguments
from clave.play.project.document import MAX_LOOP_BARS, MAX_SCENES, Project
from clave.play.project.movement import slug

Places = tuple[int, ...]  # which voice, scene, part, bar or anchor an address names, counted from 0
Change = Callable[[Project, Places, Values], Project]
Read = Callable[[Project, Places], Values | None]  # None: it has no value now

PlayerAction = Literal[
    "play", "stop", "toggle", "seek", "undo", "redo", "strike", "tap", "tap along", "hold", "launch", "morph", "song",
    "leave song", "style", "capture",
]  # fmt: skip
PageAction = Literal[
    "surprise", "complete", "feel", "clear taps", "drums for taps", "keep bars", "record", "export", "export bars",
    "keep kit", "kept kit", "random sound", "orbit", "wander", "path through anchors",
]  # fmt: skip
BesideAction = Literal["link", "answer", "answer distance", "answer join", "answer rest"]
Action = PlayerAction | PageAction | BesideAction
"""What no change of a project alone does."""
PAGE_ACTIONS: tuple[PageAction, ...] = get_args(PageAction)
"""What only a page can do."""
ACTIONS: tuple[PlayerAction | PageAction, ...] = (*get_args(PlayerAction), *PAGE_ACTIONS)
"""What only whoever plays can do."""
BESIDE: tuple[BesideAction, ...] = get_args(BesideAction)
"""What is done beside the player: see `Desk.does`."""

ANCHORS = "ABCD"
MAX_PARTS = 1024
VOICE_SLUGS = tuple(slug(each.name) for each in VOICES)


@dataclass(frozen=True)
class Control:
    """What can be moved from outside.

    `{voice}`, `{scene}`, `{part}`, `{bar}` and `{anchor}` in its address stand for one of several: a voice by its name
    ("closed-hi-hat") or alias, or `*` for all eight; scenes, parts of the song and bars of the loop by their number
    from 1 on; anchors by their letter. Either `change` makes a new project, or `action` says what whoever plays does.
    """

    address: str
    takes: tuple[Argument, ...]
    help: str
    change: Change | None = None
    read: Read | None = None
    action: Action | None = None
    parameter: str = ""  # its name among `PARAMETERS`, that of a voice without the voice: a hand ends its automation
    at_once: bool = False  # heard at the next step, whatever the quantum is
    optional: int = 0  # so many arguments at the end may be left out
    repeats: int = 0  # so many arguments at the end may come again and again
    said: bool = False  # of an action: subscribers are told its value, which is no part of a project

    def __post_init__(self) -> None:
        assert (self.change is None) != (self.action is None), self.address

    def arguments(self, given: Sequence[object]) -> Values:
        """What was given, checked; ControlError, with the rule and the value, for what it does not take."""
        return read_arguments(self.takes, given, self.optional, self.repeats)


def place_in(kind: str, segment: str) -> tuple[int, ...]:
    """Which voices, or which scene, part, bar or anchor, this part of an address names; ControlError for none."""
    if kind == "{voice}":
        return tuple(range(len(VOICES))) if segment == "*" else (voice(segment).index,)
    if kind == "{anchor}":
        place = ANCHORS.find(segment.upper()) if len(segment) == 1 else -1
        if place < 0:
            raise ControlError(f"an anchor is A, B, C or D, got {segment!r}")
        return (place,)
    what, most = {"{scene}": ("scene", MAX_SCENES), "{part}": ("part", MAX_PARTS), "{bar}": ("bar", MAX_LOOP_BARS)}[
        kind
    ]
    number = whole_number(segment, most)
    if not number:
        raise ControlError(f"a {what} has a number from 1 to {most}, got {segment!r}")
    return (number - 1,)


def name_of(kind: str, place: int) -> str:
    """The part of an address that names this one: the pair of `place_in`."""
    if kind == "{voice}":
        return VOICE_SLUGS[place]
    return ANCHORS[place] if kind == "{anchor}" else str(place + 1)
