"""Where each bar of a project is: in which scene, which bar of that, and where it begins.

Any bar is found without going through those before it, so that what is played late costs no more than the beginning.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from clave.music.units import Meter, steps_per_bar
from clave.play.morph import half_way
from clave.play.project.bars import Bar, Edited, Generated, Given, Phrase
from clave.play.project.document import Project, Scene
from clave.play.sequencer import steps_per_beat
from clave.play.travel import round_bars
from clave.play.whole_round import whole_round

MAX_PLANNED_BARS = 100_000


@dataclass(frozen=True)
class Place:
    """Where a bar of the song is: its scene, the bar within that, and the way to the next scene."""

    scene: Scene
    bar: int  # since the scene began
    fill: bool = False
    into: Scene | None = None  # the scene it is on the way to
    share: float = 0.0  # of that way
    before: tuple[Scene, int] | None = None  # another scene that the part before ends with, and its last bar


def natural_bars(project: Project) -> int:
    """How many bars there are: those of the song, or as many as it takes to hear all of the scene."""
    if project.song:
        return sum(part.bars for part in project.song)
    return scene_bars(project.scene)


def scene_bars(scene: Scene) -> int:
    """The same of a scene: whole rounds until its fill, lanes, waves and curves were heard; a path once is once."""
    path = scene.path if scene.path is not None and scene.path.travelling else None
    if path is not None and path.way == "once":
        return path.bars
    size = round_of(scene)
    filled = size * max(1, -(-scene.fill_every // size)) if scene.fill_every else size
    return whole_round(scene, filled, size)


def round_of(scene: Scene) -> int:
    """How many bars a round of the scene has: of its path while that travels, else of its loop."""
    return round_bars(scene.path) if scene.path is not None and scene.path.travelling else len(scene.bars)


def played_as(project: Project, bar: int) -> int:
    """The bar that is played as this one: after 100,000 bars, whole rounds are repeated, so that music never ends."""
    return bar if bar < MAX_PLANNED_BARS else bar % _repeated_bars(project)


def _repeated_bars(project: Project) -> int:
    natural = natural_bars(project)
    return max(1, MAX_PLANNED_BARS // natural) * natural


def place_of(project: Project, bar: int) -> Place:
    """Where this bar is, counted from 0; a song begins anew after its end."""
    if not project.song:
        return Place(project.scene, bar)
    within = bar % sum(part.bars for part in project.song)
    number = 0
    while within >= project.song[number].bars:
        within -= project.song[number].bars
        number += 1
    return _place_in_part(project, number, within)


def _place_in_part(project: Project, number: int, within: int) -> Place:
    part, after = project.song[number], project.song[(number + 1) % len(project.song)]
    scene, earlier = scene_of(project, part.scene), project.song[number - 1]
    begins = number > 0 and within == 0 and earlier.scene != part.scene
    before = (scene_of(project, earlier.scene), earlier.bars - 1) if begins else None
    morphed = within - (part.bars - part.morph_bars) + 1  # bars of the morph that have begun
    share = morphed / (part.morph_bars + 1) if morphed > 0 else 0.0
    into = scene_of(project, after.scene) if share > 0 else None
    return Place(scene, within, part.fill and within == part.bars - 1, into, share, before)


def scene_of(project: Project, index: int) -> Scene:
    """A scene that the song plays."""
    scene = project.scenes[index]
    assert scene is not None, "a project's song plays scenes that are there"
    return scene


def is_fill_due(scene: Scene, bar: int, fill: bool) -> bool:
    """Whether a fill stands in for this bar of the scene, or has to by the song."""
    return fill or bool(scene.fill_every and (bar + 1) % scene.fill_every == 0)


def loop_bar(scene: Scene, bar: int, fill: bool) -> Bar:
    """The bar of the scene's loop, or the fill in its place."""
    own = scene.bars[bar % len(scene.bars)]
    return (scene.fill or fill_of(own)) if fill else own


def fill_of(bar: Bar) -> Bar:
    """The fill that goes with a bar: what the space has there; a bar that was given, edited or not, is its own."""
    match bar:
        case Edited(base=Given()):
            return bar
        case Edited():
            return fill_of(bar.base)
        case Generated(phrase=None):
            return bar.changed(settings=bar.settings.changed(section="fill"), leg=None, hears=None)
        case Generated(phrase=Phrase() as phrase):
            return bar.changed(phrase=Phrase(bars=phrase.bars, index=phrase.bars - 1, fill=True))
        case _:
            return bar


class BarLines:
    """Where the bars of a project begin, in steps and in beats.

    Meters go round, so that nothing is counted but the bars of one round, and where all bars have one meter, nothing.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._repeated = _repeated_bars(project)
        meters = _possible_meters(project)
        self._round = 1 if len(meters) == 1 else _round_of_meters(project)
        self._meters = iter((*meters,)) if len(meters) == 1 else _meters(project)
        self._steps, self._beats = [0], [0.0]  # of each bar of the round that was looked at, and of the one after them

    def steps(self, bar: int) -> int:
        """From the beginning to this bar, in steps."""
        again, within = divmod(bar, self._repeated)
        return (again * self._steps_to(self._repeated) if again else 0) + self._steps_to(within)

    def beats(self, bar: int) -> float:
        """The same in beats."""
        again, within = divmod(bar, self._repeated)
        return (again * self._beats_to(self._repeated) if again else 0.0) + self._beats_to(within)

    def place_at(self, steps: int) -> tuple[int, int]:
        """Bar and step at this position, in steps since the beginning: the inverse of `steps`."""
        again, rest = divmod(steps, self._steps_to(self._repeated))
        rounds, within = divmod(rest, self._steps_to(self._round))
        bar = bisect_right(self._steps, within) - 1
        return again * self._repeated + rounds * self._round + bar, within - self._steps[bar]

    def _steps_to(self, bar: int) -> int:
        rounds, within = divmod(bar, self._round)
        self._look(self._round if rounds else within)
        return (rounds * self._steps[self._round] if rounds else 0) + self._steps[within]

    def _beats_to(self, bar: int) -> float:
        rounds, within = divmod(bar, self._round)
        self._look(self._round if rounds else within)
        return (rounds * self._beats[self._round] if rounds else 0.0) + self._beats[within]

    def _look(self, bars: int) -> None:
        """Make sure that so many bars of the round are known."""
        while len(self._steps) <= bars:
            meter = next(self._meters)
            steps = steps_per_bar(meter)
            self._steps.append(self._steps[-1] + steps)
            self._beats.append(self._beats[-1] + steps / steps_per_beat(meter))


def _possible_meters(project: Project) -> set[Meter]:
    scenes = {part.scene for part in project.song}
    found: set[Meter] = set()
    for scene in [scene_of(project, each) for each in scenes] if scenes else [project.scene]:
        if scene.path is not None and scene.path.travelling:
            found.add(scene.settings.meter)
        else:
            found.update(bar.meter for bar in scene.bars)
            found.update(() if scene.fill is None else (scene.fill.meter,))
    return found


def _round_of_meters(project: Project) -> int:
    """After how many bars their meters begin anew."""
    if project.song:
        return natural_bars(project)
    return math.lcm(len(project.scene.bars), project.scene.fill_every or 1)


def _meters(project: Project) -> Iterator[Meter]:
    """Of one round, bar by bar."""
    if not project.song:
        yield from (_meter_at(Place(project.scene, bar)) for bar in range(_round_of_meters(project)))
    for number, part in enumerate(project.song):
        yield from (_meter_at(_place_in_part(project, number, within)) for within in range(part.bars))


def _meter_at(place: Place) -> Meter:
    def of(scene: Scene, bar: int) -> Meter:
        if scene.path is not None and scene.path.travelling:
            return scene.settings.meter
        own = scene.bars[bar % len(scene.bars)]
        return (scene.fill or own).meter if is_fill_due(scene, bar, place.fill) else own.meter

    own = of(place.scene, place.bar)
    return own if place.into is None else half_way(own, of(place.into, 0), place.share)
