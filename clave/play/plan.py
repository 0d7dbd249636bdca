"""What each bar of a project plays, before any space decodes it: pure rules, the same in the page.

`Plan` walks the song, or the scene where there is no song: which scene it is, how far it has morphed into the next,
which bar of its loop or path is due, whether it is a fill, and what automation and modulation make of all that.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle

from clave.errors import ProjectError
from clave.music.kit import VOICES, voice
from clave.music.units import Meter, steps_per_bar
from clave.play.chance import CRASH, chance
from clave.play.hearing import heard_in, hearing, plain_bar
from clave.play.modulation import Movement, Walks
from clave.play.morph import bars_between, between, half_way, lanes_between, mixes_between, voices_between
from clave.play.performance import SceneStart
from clave.play.places import (
    MAX_PLANNED_BARS,
    BarLines,
    Place,
    fill_of,
    is_fill_due,
    loop_bar,
    natural_bars,
    place_of,
    played_as,
    round_of,
    scene_of,
)
from clave.play.project.bars import Bar, Edited, Generated, Given, Phrase, RhythmShift, SetCells, edited, model_part
from clave.play.project.document import Project, Scene
from clave.play.project.movement import slug
from clave.play.project.voices import KitVoice, Lane, SoundShift, VoiceMix
from clave.play.sequencer import steps_per_beat
from clave.play.tempo import BarTempo, tempo_of_bar
from clave.play.travel import Course, bar_of_round, course_of, looks, share_at

SHIFTS = tuple(RhythmShift.model_fields)
OFF_THE_LEG = ("map.x", "map.y", "variation", "density")  # what moves these leaves the leg of a path for the map
MOVING_BARS = (*OFF_THE_LEG, *(f"shift.{name}" for name in SHIFTS))
CRASH_SHARE = 0.45  # of the bars after a fill that begin with one: so many more of Groove MIDI's than of other bars
CRASH_CELLS = SetCells(
    cells=(
        (voice("cymbal").index, 0, 0.85, 0.0),
        *((voice(f"{each} hi-hat").index, 0, 0.0, 0.0) for each in ("closed", "open")),
    )
)
"""What then begins the bar: a cymbal, in the place of the hat."""


@dataclass(frozen=True)
class PlannedBar:
    """One bar of a project, as far as it can be said without a space."""

    index: int  # bars since the beginning
    start: int  # steps since the beginning
    meter: Meter
    pieces: tuple[tuple[int, Bar], ...]  # which bar plays from this step on; the first one from step 0
    voices: tuple[KitVoice, ...]
    mix: tuple[VoiceMix, ...]
    room_level: float
    lanes: tuple[Lane, ...]
    swing: float
    tempo: BarTempo
    movement: Movement
    scene_bars: int  # since the scene began
    scene_beats: float
    round: int  # of the scene's loop or path, since the scene began

    @property
    def steps(self) -> int:
        """Its length."""
        return self.tempo.steps

    def value(self, parameter: str, own: float, step: float) -> float:
        """What a parameter is at this step of the bar."""
        beats = self.scene_beats + step / steps_per_beat(self.meter)
        return self.movement.value(parameter, own, self.scene_bars + step / self.steps, beats)


def scene_starts(project: Project, bars: int, first: int = 0) -> tuple[SceneStart, ...]:
    """Where the scenes of the song begin within so many bars from this one on, by name, or by number without one."""
    starts: list[SceneStart] = []
    bar = -(first % natural_bars(project)) if project.song else bars
    for part in cycle(project.song):
        if bar >= bars:
            break
        if bar >= 0:
            starts.append(SceneStart(bar, scene_of(project, part.scene).name or f"scene {part.scene + 1}"))
        bar += part.bars
    return tuple(starts)


@dataclass(frozen=True)
class Planned:
    """Bars of a project that are played one after the other."""

    bars: tuple[PlannedBar, ...]
    first: int = 0  # which bar of the project they begin with
    before: BarTempo | None = None  # of the bar before them: strokes on their first beat may sound in it


class Plan:
    """The bars of a project, any of them by itself.

    `walks` remembers where random walks have been, so that a late bar of another plan costs no more than an early one.
    """

    def __init__(self, project: Project, walks: Walks | None = None) -> None:
        self.project = project
        self._lines, self._walks = BarLines(project), walks or Walks()
        self._courses: dict[int, Course] = {}  # by the scene's identity: it lives as long as the project
        self._movements: dict[int, Movement] = {}

    def planned(self, count: int | None = None, first: int = 0) -> Planned:
        """So many bars from this one on; or as many as the project has."""
        before = None if first == 0 else self.bars(1, first - 1)[0].tempo
        return Planned(self.bars(natural_bars(self.project) if count is None else count, first), first, before)

    def bars(self, count: int, first: int = 0) -> tuple[PlannedBar, ...]:
        """So many bars from this one on, counted from 0. Raises ProjectError unless it is 1 to 100,000 bars."""
        if not 1 <= count <= MAX_PLANNED_BARS:
            raise ProjectError(f"1 to {MAX_PLANNED_BARS} bars can be played at once, got {count}")
        if first < 0:
            raise ProjectError(f"the bars of a project count from 0, got {first} as the first")
        return tuple(self._bar_at(played_as(self.project, index)) for index in range(first, first + count))

    def _bar_at(self, index: int) -> PlannedBar:
        place, lines = place_of(self.project, index), self._lines
        since = index - place.bar if self.project.song else 0  # when its scene began
        return self._bar(place, index, lines.steps(index), lines.beats(index) - lines.beats(since))

    def _bar(self, place: Place, index: int, start: int, beats: float) -> PlannedBar:
        scene, into, t = place.scene, place.into, place.share
        leading = scene if into is None else half_way(scene, into, t)
        movement = self._movement_of(leading)
        pieces = self._pieces(scene, place.bar, place.fill, beats, movement)
        if place.before is not None:
            heard = self._plain_bar(*place.before)
            pieces = tuple((step, hearing(own, heard)) for step, own in pieces)
        swing, tempo = scene.swing, tempo_of_bar(scene.tempo, place.bar)
        voices, mix, lanes, room_level = scene.kit.voices, scene.mix, scene.lanes, scene.room.level
        if into is not None:
            coming = self._pieces(into, 0, place.fill, beats, movement)
            pieces = _pieces_between(pieces, coming, t)
            arriving = tempo_of_bar(into.tempo, 0)
            swing, tempo = (
                between(swing, into.swing, t),
                (
                    between(tempo[0], arriving[0], t),
                    between(tempo[1], arriving[1], t),
                ),
            )
            voices = voices_between(voices, into.kit.voices, t)
            room_level = between(room_level, into.room.level, t)
            mix, lanes = mixes_between(mix, into.mix, t), lanes_between(lanes, into.lanes, t)
        if self._ends_in_fill(index - 1) and chance(self.project.seed, CRASH, index) < CRASH_SHARE:
            pieces = ((0, with_crash(pieces[0][1])), *pieces[1:])
        meter = pieces[0][1].meter
        steps = steps_per_bar(meter)

        def at_start(name: str, own: float) -> float:
            return movement.value(name, own, place.bar, beats)

        start_bpm, end_bpm = (at_start("tempo", bpm) for bpm in tempo)
        return PlannedBar(
            index=index,
            start=start,
            meter=meter,
            pieces=pieces,
            voices=tuple(_moved_voice(voice, slug(VOICES[n].name), at_start) for n, voice in enumerate(voices)),
            mix=mix,
            room_level=room_level,
            lanes=lanes,
            swing=at_start("swing", swing),
            tempo=BarTempo(steps, start_bpm, end_bpm),
            movement=movement,
            scene_bars=place.bar,
            scene_beats=beats,
            round=place.bar // round_of(scene),
        )

    def _ends_in_fill(self, index: int) -> bool:
        """Whether the bar of this number is a fill of the space, and there is one; its morph does not count."""
        if index < 0:
            return False
        place = place_of(self.project, index)
        scene, fill = place.scene, is_fill_due(place.scene, place.bar, place.fill)
        if scene.path is not None and scene.path.travelling:
            return fill or scene.settings.section == "fill"
        return is_fill(loop_bar(scene, place.bar, fill))

    def _movement_of(self, scene: Scene) -> Movement:
        if id(scene) not in self._movements:
            self._movements[id(scene)] = Movement(scene.automations, scene.modulations, self.project.seed, self._walks)
        return self._movements[id(scene)]

    def _plain_bar(self, scene: Scene, bar: int) -> Generated | Given:
        return plain_bar(scene, self._course_of(scene), bar)

    def _course_of(self, scene: Scene) -> Course:
        if id(scene) not in self._courses:
            self._courses[id(scene)] = course_of(scene)
        return self._courses[id(scene)]

    def _pieces(
        self, scene: Scene, bar: int, fill: bool, beats: float, movement: Movement
    ) -> tuple[tuple[int, Bar], ...]:
        fill = is_fill_due(scene, bar, fill)
        heard = heard_in(scene, self._course_of(scene), bar, fill)
        pieces = self._pieces_alone(scene, bar, fill, beats, movement)
        return tuple((step, hearing(own, heard)) for step, own in pieces)

    def _pieces_alone(
        self, scene: Scene, bar: int, fill: bool, beats: float, movement: Movement
    ) -> tuple[tuple[int, Bar], ...]:
        path = scene.path
        if path is None or not path.travelling:
            own = loop_bar(scene, bar, fill)
            quick = isinstance(model_part(own), Generated)  # what needs the space for long is looked at once a bar
            return tuple(
                (step, _moved_bar(own, movement, *_later(bar, beats, step, own.meter)))
                for step in (movement.looks(MOVING_BARS, own.meter) if quick else (0,))
            )
        course = self._course_of(scene)
        meter, turn = scene.settings.meter, bar_of_round(path, bar)
        operations = next((each.operations for each in path.edits if (each.bar, each.fill) == (turn, fill)), ())
        found: list[tuple[int, Bar]] = []
        for step in sorted({*looks(path, meter), *movement.looks(MOVING_BARS, meter)}):
            bars_in, beats_in = _later(bar, beats, step, meter)
            own = course.bar(share_at(path, bars_in), scene.settings)
            own = fill_of(own) if fill else own
            moved = _moved_bar(own, movement, bars_in, beats_in)
            try:
                found.append((step, edited(moved, *operations)))
            except ProjectError as error:
                raise ProjectError(f"the edit of bar {turn} of the path cannot be done: {error}") from error
        return tuple(found)


def _later(bars: float, beats: float, step: int, meter: Meter) -> tuple[float, float]:
    """Bars and beats at this step of the bar that begins there."""
    return bars + step / steps_per_bar(meter), beats + step / steps_per_beat(meter)


def is_fill(bar: Bar) -> bool:
    """Whether the space made it as a fill, edited or not."""
    if isinstance(bar, Edited):
        return is_fill(bar.base)
    if not isinstance(bar, Generated):
        return False
    return bar.settings.section == "fill" or (bar.phrase is not None and bar.phrase.fill and _is_last(bar.phrase))


def _is_last(phrase: Phrase) -> bool:
    return phrase.index == phrase.bars - 1


def with_crash(bar: Bar) -> Bar:
    """The bar with a crash on 1 in the place of the hat; a fill, and what was given or edited, stays as it is."""
    return edited(bar, CRASH_CELLS) if isinstance(bar, Generated) and not is_fill(bar) else bar


def _pieces_between(
    a: Sequence[tuple[int, Bar]], b: Sequence[tuple[int, Bar]], t: float
) -> tuple[tuple[int, Bar], ...]:
    """Where the two change at the same steps, piece by piece; else the one until half-way, then the other."""
    if [step for step, _ in a] != [step for step, _ in b] or a[0][1].meter != b[0][1].meter:
        return tuple(half_way(a, b, t))
    return tuple((step, bars_between(one, other, t)) for (step, one), (_, other) in zip(a, b, strict=True))


def _moved_bar(bar: Bar, movement: Movement, bars: float, beats: float) -> Bar:
    """The bar at what automation and modulation make of its point and settings."""
    if not any(map(movement.moves, MOVING_BARS)):
        return bar
    if isinstance(bar, Edited):
        moved = _moved_bar(bar.base, movement, bars, beats)
        return bar.changed(base=moved)
    if not isinstance(bar, Generated):
        return bar
    settings = bar.settings

    def now(name: str, own: float) -> float:
        return movement.value(name, own, bars, beats)

    leg, hears = (None, None) if any(map(movement.moves, OFF_THE_LEG)) else (bar.leg, bar.hears)
    dense = settings.density
    if movement.moves("density"):
        dense = now("density", 0.5 if dense is None else dense)
    shift = {name: now(f"shift.{name}", getattr(settings.shift, name)) for name in SHIFTS}
    return bar.changed(
        point=(now("map.x", bar.point[0]), now("map.y", bar.point[1])),
        settings=settings.changed(
            variation=now("variation", settings.variation), density=dense, shift=RhythmShift(**shift)
        ),
        leg=leg,
        hears=hears,
    )


def _moved_voice(voice: KitVoice, name: str, now: Callable[[str, float], float]) -> KitVoice:
    """The sound at what automation and modulation make of its point and its playback settings."""
    changes: dict[str, object] = {}
    for setting in ("tune", "decay", "gain"):
        value = now(f"{name}.{setting}", getattr(voice, setting))
        if value != getattr(voice, setting):
            changes[setting] = value
    if voice.point is not None:
        shift = {each: now(f"{name}.shift.{each}", getattr(voice.shift, each)) for each in SoundShift.model_fields}
        if any(shift[each] != getattr(voice.shift, each) for each in shift):
            changes["shift"] = SoundShift(**shift)
        x, y = now(f"{name}.sound.x", voice.point[0]), now(f"{name}.sound.y", voice.point[1])
        if (x, y) != tuple(voice.point):
            changes["point"] = (x, y)
    return voice.changed(**changes) if changes else voice
