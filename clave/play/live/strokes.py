"""The performance of a project as live outputs need it, with sounds or without; what was decoded before is kept."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from clave.errors import SpaceError
from clave.music.clip import Clip
from clave.music.pattern import Pattern
from clave.play.arrange import SILENCE, Decoded, Requests, arranged, bar_key, requests_of, sound_key
from clave.play.decoding import decode_bars, why_not
from clave.play.modulation import Walks
from clave.play.performance import Performance
from clave.play.plan import Plan
from clave.play.project.document import Project
from clave.play.project.voices import KitVoice

if TYPE_CHECKING:
    from clave.rhythm.space import RhythmSpace

MOST_KEPT_BARS = 1024
MOST_KEPT_SOUNDS = 256

Sounds = Callable[[int, KitVoice], Clip]
"""The sound of a voice, by its row; one that cannot be had is silent."""


class Strokes:
    """Performs projects one after the other, mostly alike; used by one thread at a time."""

    def __init__(self, rhythm: "RhythmSpace", sounds: Sounds | None = None) -> None:
        """`sounds` decodes the sounds of voices, for outputs that sound; without it they are silent."""
        self.rhythm = rhythm
        self.ready: list[Callable[[Performance], None]] = []  # what is done with each performance before it is played
        self._sounds = sounds
        self._kept: dict[str, Pattern] = {}
        self._kept_sounds: dict[str, Clip] = {}
        self._walks = Walks()

    def perform(self, project: Project, bars: int, first: int = 0) -> Performance:
        """So many bars from this one on, counted from 0.

        Raises SpaceError for a bar that the space cannot make, and ProjectError for more bars than can be played.
        """
        planned = Plan(project, self._walks).planned(bars, first)
        wanted = requests_of(planned)
        missing = [bar for bar in wanted.bars if bar_key(bar) not in self._kept]
        for bar in missing:
            if reason := why_not(bar, self.rhythm):
                raise SpaceError(f"a bar cannot be played: {reason}")
        found = dict(zip(map(bar_key, missing), decode_bars(missing, self.rhythm), strict=True))
        patterns = {key: found[key] if key in found else self._kept[key] for key in map(bar_key, wanted.bars)}
        self._keep(patterns)
        performance = arranged(project, planned, Decoded(patterns, self._clips(wanted)))
        for each in self.ready:
            each(performance)
        return performance

    def _clips(self, wanted: Requests) -> dict[str, Clip]:
        keys = {sound_key(voice, sound): (voice, sound) for voice, sound in wanted.sounds}
        if self._sounds is None:
            return dict.fromkeys(keys, SILENCE)
        for key, (voice, sound) in keys.items():
            if key not in self._kept_sounds:
                self._kept_sounds[key] = self._sounds(voice, sound)
        for key in list(self._kept_sounds)[: max(0, len(self._kept_sounds) - MOST_KEPT_SOUNDS)]:
            if key not in keys:
                del self._kept_sounds[key]
        return {key: self._kept_sounds[key] for key in keys}

    def _keep(self, patterns: Mapping[str, Pattern]) -> None:
        """The latest ones stay longest."""
        for key, pattern in patterns.items():
            self._kept.pop(key, None)
            self._kept[key] = pattern
        for key in list(self._kept)[: max(0, len(self._kept) - MOST_KEPT_BARS)]:
            del self._kept[key]
