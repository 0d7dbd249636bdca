"""The performance of a project without its sounds, as live outputs need it; bars that were decoded before are kept."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from clave.errors import SpaceError
from clave.music.pattern import Pattern
from clave.play.arrange import SILENCE, Decoded, arrange, bar_key, requests, sound_key
from clave.play.decoding import decode_bars, why_not
from clave.play.performance import Performance
from clave.play.plan import natural_bars
from clave.play.project.document import Project

if TYPE_CHECKING:
    from clave.rhythm.space import RhythmSpace

MOST_KEPT_BARS = 4096
MOST_BARS = 1024  # of a performance; after as many, whole rounds are repeated


class Strokes:
    """Performs projects one after the other, mostly alike; used by one thread at a time."""

    def __init__(self, rhythm: "RhythmSpace") -> None:
        self.rhythm = rhythm
        self._kept: dict[str, Pattern] = {}

    def perform(self, project: Project, bars: int) -> Performance:
        """The first so many bars; of a project that is shorter, or for 1024 bars and more, whole rounds.

        Raises SpaceError for a bar that the space cannot make, and ProjectError for more bars than can be played.
        """
        natural = natural_bars(project)
        count = bars if bars < min(natural, MOST_BARS) else natural * -(-bars // natural)
        wanted = requests(project, count)
        missing = [bar for bar in wanted.bars if bar_key(bar) not in self._kept]
        for bar in missing:
            if reason := why_not(bar, self.rhythm):
                raise SpaceError(f"a bar cannot be played: {reason}")
        found = dict(zip(map(bar_key, missing), decode_bars(missing, self.rhythm), strict=True))
        patterns = {key: found[key] if key in found else self._kept[key] for key in map(bar_key, wanted.bars)}
        self._keep(patterns)
        silent = {sound_key(voice, sound): SILENCE for voice, sound in wanted.sounds}
        return arrange(project, Decoded(patterns, silent), count)

    def _keep(self, patterns: Mapping[str, Pattern]) -> None:
        """The latest ones stay longest."""
        for key, pattern in patterns.items():
            self._kept.pop(key, None)
            self._kept[key] = pattern
        for key in list(self._kept)[: max(0, len(self._kept) - MOST_KEPT_BARS)]:
            del self._kept[key]
