"""A performance: what sounds, and when. Rendering, files and live outputs consume nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from clave.errors import RenderError
from clave.music.arguments import checked
from clave.music.clip import Clip
from clave.music.kit import Kit, Origin
from clave.music.pattern import Pattern
from clave.music.units import seconds_per_step, swing_steps
from clave.play.bus import BusSettings
from clave.play.room import RoomSize
from clave.play.tempo import BarTempo, TempoCurve

FILTERS = ("off", "lowpass", "highpass", "bandpass")


class Strike(NamedTuple):
    """One stroke of a performance."""

    seconds: float  # from the start of the first bar; below 0 for an early stroke on its first beat
    voice: int  # row
    velocity: float  # in (0, 1]
    position: float  # steps from the start, swing, offset and nudge included
    grid: float  # steps from the start, swing included: where it would be without its feel
    end: float  # steps from the start: the end of the step it belongs to
    level: float  # linear
    pan: float  # -1, left, to 1, right
    sound: int  # index into the sounds of the performance
    bar: int  # since the beginning
    step: int  # of the bar
    filter: int = 0  # index into FILTERS; 0 is none
    cutoff: float = 0.0  # octaves above 20 Hz
    resonance: float = 0.0  # dB at the cutoff
    send: float = 0.0  # linear, into the room, beside the level


@dataclass(frozen=True, eq=False)
class BarSource:
    """A bar before its lanes and chance, and the sounds of its voices: what its loudness is judged by.

    A row that is held is in it as it is held.
    """

    pattern: Pattern
    sounds: tuple[int, ...]  # of each voice, an index into the sounds of the performance


@dataclass(frozen=True)
class UncertainStrike:
    """A stroke that chance decides on; one that sounds is among the strikes of its performance too."""

    strike: Strike
    probability: float  # in [0, 1)
    sounds: bool  # as chance decided
    cell: int  # step of the bar that chance decided for: the strokes of a ratchet have the same


@dataclass(frozen=True)
class SceneStart:
    """Where a scene of the song begins."""

    bar: int  # since the beginning
    name: str


@dataclass(frozen=True)
class Production:
    """What the strokes of a project go through: the room, and the bus with its drive, glue and limiter."""

    room: RoomSize
    bus: BusSettings


@dataclass(frozen=True, eq=False)
class KitSound:
    """One sound of a performance, and how it is played."""

    voice: int
    clip: Clip
    origin: Origin | None  # None: as it is
    softer: tuple[Clip, ...] = ()  # for softer strokes, from hard to soft


@dataclass(frozen=True, eq=False)
class Performance:
    """Bars, tempo, kit, mix and strokes of a project: what is played, with nothing left to decide."""

    bars: tuple[Pattern, ...]  # as they are struck, chance decided
    tempo: TempoCurve
    sounds: tuple[KitSound, ...]  # the first eight are the kit at the beginning
    strikes: tuple[Strike, ...]  # the audible ones, in the order they sound
    volume: float = 1.0
    name: str = "groove"
    kit_name: str = "kit"
    remarks: tuple[str, ...] = field(default=())  # what is silent or other than it was made, and why
    sources: tuple[BarSource, ...] = ()  # of each bar
    production: Production | None = None  # None: the strokes as they are
    uncertain: tuple[UncertainStrike, ...] = ()  # what chance decided on, for programs that decide anew
    scenes: tuple[SceneStart, ...] = ()  # of the song, in order; none without one

    @classmethod
    @checked(RenderError)
    def of_patterns(
        cls, patterns: Iterable[Pattern], kit: Kit, tempo_bpm: float = 120.0, swing: float = 0.5
    ) -> "Performance":
        """These bars one after the other on this kit, at one tempo; every voice at its full level, in the middle.

        Raises RenderError for a tempo or swing out of range.
        """
        bars = tuple(patterns)
        strikes: list[Strike] = []
        start = 0
        for index, bar in enumerate(bars):
            rows, steps = np.nonzero(bar.velocity)
            grid = start + swing_steps(steps, swing)
            ends = start + swing_steps(steps + 1, swing)
            position = grid + bar.offset[rows, steps].astype(np.float64)
            seconds = position * seconds_per_step(tempo_bpm)
            velocity = bar.velocity[rows, steps].astype(np.float64)
            columns = (each.tolist() for each in (seconds, rows, velocity, position, grid, ends, steps))
            strikes += (
                Strike(at, voice, loud, place, on_grid, end, 1.0, 0.0, voice, index, step)
                for at, voice, loud, place, on_grid, end, step in zip(*columns, strict=True)
            )
            start += bar.steps
        curve = TempoCurve([BarTempo(bar.steps, tempo_bpm, tempo_bpm) for bar in bars])
        rows = zip(kit.clips, kit.origins, kit.softer, strict=True)
        sounds = tuple(KitSound(voice, *row) for voice, row in enumerate(rows))
        return cls(bars, curve, sounds, tuple(sorted(strikes)), kit_name=kit.name)

    def events(self) -> tuple[Strike, ...]:
        """All audible strokes, in the order they sound; voices in their own order where two sound at once."""
        return self.strikes

    @property
    def kit(self) -> Kit:
        """The kit at the beginning."""
        first: Sequence[KitSound] = self.sounds[:8]
        clips, origins, softer = zip(*((each.clip, each.origin, each.softer) for each in first), strict=True)
        return Kit(clips, origins, self.kit_name, softer)

    @property
    def seconds(self) -> float:
        """How long the bars last."""
        return self.tempo.seconds

    @property
    def sample_rate(self) -> int:
        """Of its sounds, in Hz."""
        return self.sounds[0].clip.sample_rate
