"""A project from a few options: bars at a point, along a path over the map, or in phrases."""

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
class GrooveOptions:
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


def groove_project(options: GrooveOptions, kit: ProjectKit, spaces: Spaces = Spaces()) -> Project:  # noqa: B008 -- frozen
    """The project that plays a groove.

    With variation, bars that stay at a point vary each in its own way, by seeds that count on; those of a journey vary
    alike, so that it stays coherent.
    """
    settings = _settings(options)
    scene = Scene(
        tempo=(TempoChange(bar=0, tempo_bpm=options.tempo_bpm),),
        swing=options.swing,
        settings=settings,
        kit=kit,
        **_what_plays(options, settings),
    )
    return Project(spaces=spaces, seed=options.seed, scene=scene)


def _settings(options: GrooveOptions) -> GenerationSettings:
    usual = PHRASE_VARIATION if options.phrase else 0.0
    return GenerationSettings(
        style=options.style,
        section=options.section,
        meter=options.meter,
        variation=usual if options.variation is None else options.variation,
        density=options.density,
        shift=RhythmShift() if options.feel is not None else options.shift,  # else a shift follows the feel
        seed=options.seed,
    )


def _what_plays(options: GrooveOptions, settings: GenerationSettings) -> dict[str, Any]:
    """The bars of the scene, or its path."""
    if options.stays or options.phrase:
        bars = _phrases(options, settings) if options.phrase else _bars_at_a_point(options, settings)
        return {"bars": tuple(edited(bar, *_operations(options, place)) for place, bar in enumerate(bars))}
    fills = [section_of(bar, options.fill_every, options.section) != options.section for bar in range(options.bars)]
    operations = [_operations(options, bar) for bar in range(options.bars)]
    edits = tuple(
        PathEdit(bar=bar, operations=tuple(each), fill=fills[bar]) for bar, each in enumerate(operations) if each
    )
    return {
        "bars": (Generated(point=options.points[0], settings=settings),),
        "anchors": tuple(Anchor(name=name, point=point) for name, point in zip("AB", options.points, strict=True)),
        "path": Path(bars=options.bars, way="once", edits=edits),
        "fill_every": options.fill_every,
    }


def _bars_at_a_point(options: GrooveOptions, settings: GenerationSettings) -> list[Bar]:
    return [
        Generated(
            point=options.points[0],
            settings=settings.changed(
                seed=options.seed + place, section=section_of(place, options.fill_every, options.section)
            ),
        )
        for place in range(options.bars)
    ]


def _phrases(options: GrooveOptions, settings: GenerationSettings) -> list[Bar]:
    """Phrase after phrase, each at its own point of the way; the last one may be shorter."""
    places = -(-options.bars // options.phrase)
    points = options.points * places if options.stays else journey(options.points[0], options.points[1], places)
    found: list[Bar] = []
    for place, point in enumerate(points):
        count = min(options.phrase, options.bars - len(found))
        own = settings.changed(seed=options.seed + (place if options.stays else 0))
        found += [
            Generated(point=point, settings=own, phrase=Phrase(bars=count, index=index, fill=options.fill_every > 0))
            for index in range(count)
        ]
    return found


def _operations(options: GrooveOptions, bar: int) -> list[Operation]:
    if options.feel is None:
        return []
    humanised = Humanise(amount=options.feel, style=options.style, seed=options.seed + bar)
    return [humanised, Shift(shift=options.shift)] if options.shift.amounts() else [humanised]


def factory_kit(name: str) -> ProjectKit:
    """A kit of our synthesizer."""
    return ProjectKit(name=name, voices=tuple(KitVoice(origin="factory", kit=name) for _ in VOICES))
