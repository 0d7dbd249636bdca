"""An instrument whose spaces change while it is served: a new application takes the place of the old one."""

import gc
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from clave.rhythm.space import RhythmSpace, load_rhythm
from clave.sound.space import SoundSpace, load_sound

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class Switching:
    """Answers with the application of the spaces that play now. What was begun with the old ones ends with them.

    `rhythm` and `sound` are the spaces that play; `changed` is called when they are others.
    """

    def __init__(
        self,
        make: "Callable[[RhythmSpace, SoundSpace | None], ASGIApp]",
        rhythm: RhythmSpace,
        sound: SoundSpace | None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._make, self._first, self._changed = make, (rhythm, sound), changed
        self.rhythm, self.sound = rhythm, sound
        self._now = make(rhythm, sound)

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """One request."""
        await self._now(scope, receive, send)

    def use(self, rhythm: Path | None, sound: Path | None) -> None:
        """Play the spaces in these folders; None is the one it was started with. SpaceError for what is none."""
        bars, sounds = self._first
        bars = bars if rhythm is None else load_rhythm(rhythm)
        sounds = sounds if sound is None else load_sound(sound)
        self._now = self._make(bars, sounds)
        self.rhythm, self.sound = bars, sounds
        self._changed()
        gc.collect()  # applications before the last one: circles of megabytes, and threads, that may stay for hours
