"""An instrument whose spaces change while it is served: a new application takes the place of the old one."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from clave.rhythm.space import RhythmSpace, load_rhythm
from clave.sound.space import SoundSpace, load_sound

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class Switching:
    """Answers with the application of the spaces that play now. What was begun with the old ones ends with them."""

    def __init__(
        self, make: "Callable[[RhythmSpace, SoundSpace | None], ASGIApp]", rhythm: RhythmSpace, sound: SoundSpace | None
    ) -> None:
        self._make, self._rhythm, self._sound = make, rhythm, sound
        self._first = self._now = make(rhythm, sound)

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """One request."""
        await self._now(scope, receive, send)

    def use(self, rhythm: Path | None, sound: Path | None) -> None:
        """Play the spaces in these folders; None keeps the one it was started with. SpaceError for what is none."""
        if rhythm is None and sound is None:
            self._now = self._first
            return
        bars = self._rhythm if rhythm is None else load_rhythm(rhythm)
        self._now = self._make(bars, self._sound if sound is None else load_sound(sound))
