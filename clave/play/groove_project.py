"""A project from a few wishes: bars at a point, along a way over the map, or in phrases."""

from dataclasses import dataclass, field
from typing import Any

from clave.music.kit import VOICES
from clave.music.units import COMMON_TIME, Meter
from clave.play.project.bars import (
    Bar,
    Generated,
    GenerationSettings,
    Humanise,
    Operation,
    Phrase,
    RhythmShift,
    Shift,
    StyleChoice,
    edited,
)
from clave.play.project.document import Project, Scene, Spaces
from clave.play.project.movement import Anchor, Path, PathEdit, TempoChange
from clave.play.project.voices import KitVoice, ProjectKit
from clave.play.sequencer import Point, journey, section_of

PHRASE_VARIATION = 0.25  # enough to hear that the bars of a phrase are not the same


@dataclass(frozen=True)
class GrooveWishes:
    """What a groove is to be."""

    points: tuple[Point, ...]  # one to stay at, or two to travel between
    bars: int = 8
    style: StyleChoice = None
    section: str = "beat"
    meter: Meter = COMMON_TIME
    fill_every: int = 0  # bars; 0 is never
    phrase: int = 0  # bars of each phrase; 0: no phrases
    density: float | None = None
    variation: float | None = None  # None: 0, and PHRASE_VARIATION in a phrase
    feel: float | None = None  # how far the strokes are played anew
    shift: RhythmShift = field(default_factory=RhythmShift)
    tempo_bpm: float = 120.0
    swing: float = 0.5
    seed: int = 0

    @property
    def stays(self) -> bool:
        """Whether all bars lie at one point."""
        return len(self.points) == 1


def groove_project(wishes: GrooveWishes, kit: ProjectKit, spaces: Spaces = Spaces()) -> Project:  # noqa: B008 -- frozen
    """The project that plays a groove.

    With variation, bars that stay at a point stray from it each in its own way, by seeds that count on; those of a
    journey stray alike, so that it is of one piece.
    """
    settings = _settings(wishes)
    scene = Scene(
        tempo=(TempoChange(bar=0, tempo_bpm=wishes.tempo_bpm),),
        swing=wishes.swing,
        settings=settings,
        kit=kit,
        **_what_plays(wishes, settings),
    )
    return Project(spaces=spaces, seed=wishes.seed, volume=1.0, scene=scene)


def _settings(wishes: GrooveWishes) -> GenerationSettings:
    usual = PHRASE_VARIATION if wishes.phrase else 0.0
    return GenerationSettings(
        style=wishes.style,
        section=wishes.section,
        meter=wishes.meter,
        variation=usual if wishes.variation is None else wishes.variation,
        density=wishes.density,
        shift=RhythmShift() if wishes.feel is not None else wishes.shift,  # else a shift follows the feel
        seed=wishes.seed,
    )


def _what_plays(wishes: GrooveWishes, settings: GenerationSettings) -> dict[str, Any]:
    """The bars of the scene, or its path."""
    if wishes.stays or wishes.phrase:
        bars = _phrases(wishes, settings) if wishes.phrase else _bars_at_a_point(wishes, settings)
        return {"bars": tuple(edited(bar, *_operations(wishes, place)) for place, bar in enumerate(bars))}
    fills = [section_of(bar, wishes.fill_every, wishes.section) != wishes.section for bar in range(wishes.bars)]
    operations = [_operations(wishes, bar) for bar in range(wishes.bars)]
    edits = tuple(
        PathEdit(bar=bar, operations=tuple(each), fill=fills[bar]) for bar, each in enumerate(operations) if each
    )
    return {
        "bars": (Generated(point=wishes.points[0], settings=settings),),
        "anchors": tuple(Anchor(name=name, point=point) for name, point in zip("AB", wishes.points, strict=True)),
        "path": Path(bars=wishes.bars, way="once", edits=edits),
        "fill_every": wishes.fill_every,
    }


def _bars_at_a_point(wishes: GrooveWishes, settings: GenerationSettings) -> list[Bar]:
    return [
        Generated(
            point=wishes.points[0],
            settings=settings.changed(
                seed=wishes.seed + place, section=section_of(place, wishes.fill_every, wishes.section)
            ),
        )
        for place in range(wishes.bars)
    ]


def _phrases(wishes: GrooveWishes, settings: GenerationSettings) -> list[Bar]:
    """Phrase after phrase, each at its own point of the way; the last one may be shorter."""
    places = -(-wishes.bars // wishes.phrase)
    points = wishes.points * places if wishes.stays else journey(wishes.points[0], wishes.points[1], places)
    found: list[Bar] = []
    for place, point in enumerate(points):
        count = min(wishes.phrase, wishes.bars - len(found))
        own = settings.changed(seed=wishes.seed + (place if wishes.stays else 0))
        found += [
            Generated(point=point, settings=own, phrase=Phrase(bars=count, index=index, fill=wishes.fill_every > 0))
            for index in range(count)
        ]
    return found


def _operations(wishes: GrooveWishes, bar: int) -> list[Operation]:
    if wishes.feel is None:
        return []
    humanised = Humanise(amount=wishes.feel, style=wishes.style, seed=wishes.seed + bar)
    return [humanised, Shift(shift=wishes.shift)] if wishes.shift.amounts() else [humanised]


def factory_kit(name: str) -> ProjectKit:
    """A kit of our synthesizer."""
    return ProjectKit(name=name, voices=tuple(KitVoice(origin="factory", kit=name) for _ in VOICES))
